"""Dispositions of warnings: what is decided about each, step by step, by whom; who is concerned; what was attached.

Who or what a warning is about beyond its unit is not here but in `concerned`, for the discipline role. State codes,
verdicts and measures are the record contract's.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Double, ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.schema.base import BY_DIGEST, CODE, ID, NAME, SHA256, Base, one_of
from model.contract import TABLES

_CODES = {
    name: TABLES["warning"].columns[name].info["codes"]
    for name in ("state", "verdict", "action", "object_type")
}


class Disposition(Base):
    """A warning and where its handling stands. `revision` rises with every move."""

    __tablename__ = "disposition"
    __table_args__ = (
        one_of("state", _CODES["state"]),
        one_of("verdict", _CODES["verdict"]),
        one_of("measure", _CODES["action"]),
        one_of("object_type", _CODES["object_type"]),
    )

    warning_id: Mapped[str] = mapped_column(ID, primary_key=True)
    indicator_id: Mapped[str] = mapped_column(CODE, index=True)
    rule_version: Mapped[str] = mapped_column(CODE)
    unit_id: Mapped[str] = mapped_column(ID, index=True)
    object_type: Mapped[str] = mapped_column(CODE)
    kind: Mapped[str] = mapped_column(CODE)
    level: Mapped[str] = mapped_column(CODE)
    period_start: Mapped[date]
    period_end: Mapped[date]
    value: Mapped[float | None] = mapped_column(Double)
    threshold: Mapped[float | None] = mapped_column(Double)
    sample_count: Mapped[int | None]
    raised_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(CODE, index=True)
    revision: Mapped[int]
    due_at: Mapped[datetime | None]
    handler: Mapped[str | None] = mapped_column(NAME, index=True)
    reviewer: Mapped[str | None] = mapped_column(NAME)
    verdict: Mapped[str | None] = mapped_column(CODE)
    measure: Mapped[str | None] = mapped_column(CODE)
    rectify_by: Mapped[date | None]
    rectified_at: Mapped[datetime | None]
    disposed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    escalated_to_unit_id: Mapped[str | None] = mapped_column(ID)
    withdrawn_on: Mapped[date | None]
    withdrawn_reason: Mapped[str | None] = mapped_column(CODE)


class Step(Base):
    """One move of one warning: the history that everybody who handles it sees."""

    __tablename__ = "disposition_step"

    warning_id: Mapped[str] = mapped_column(ForeignKey("disposition.warning_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    move: Mapped[str] = mapped_column(CODE)
    state: Mapped[str] = mapped_column(CODE)
    account: Mapped[str] = mapped_column(NAME)
    role: Mapped[str] = mapped_column(CODE)
    made_at: Mapped[datetime]
    text: Mapped[str | None] = mapped_column(Text, info=BY_DIGEST)


class Concerned(Base):
    """A person whom a warning concerns, by work number: read by the discipline role alone, and used to keep apart."""

    __tablename__ = "concerned"

    warning_id: Mapped[str] = mapped_column(ForeignKey("disposition.warning_id"), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ID, primary_key=True, index=True)


class Content(Base):
    """The bytes of an attachment, once, by their hash."""

    __tablename__ = "attachment_content"

    sha256: Mapped[str] = mapped_column(SHA256, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Attachment(Base):
    """A file that belongs to something of the ledger: a warning, a task, an assessment."""

    __tablename__ = "attachment"

    attachment_id: Mapped[str] = mapped_column(ID, primary_key=True)
    owner_kind: Mapped[str] = mapped_column(CODE)
    owner_id: Mapped[str] = mapped_column(ID, index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("attachment_content.sha256"))
    file_name: Mapped[str] = mapped_column(NAME, info=BY_DIGEST)
    media_type: Mapped[str] = mapped_column(NAME)
    size_bytes: Mapped[int]
    account: Mapped[str] = mapped_column(NAME)
    added_at: Mapped[datetime]
