"""What comes through the public window: codes that rate a visit once, ratings, and what people say.

Who spoke is not here but inside `content`, sealed before it came. A code and a receipt stand as keyed hashes: whoever
reads the database can use neither.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.schema.base import BY_DIGEST, CODE, ID, NAME, SHA256, Base, one_of
from model.contract import TABLES


class VisitCode(Base):
    """A code handed out after a visit; used once. Of its use it knows the day only, not the rating."""

    __tablename__ = "visit_code"

    code_hash: Mapped[str] = mapped_column(SHA256, primary_key=True)
    unit_id: Mapped[str] = mapped_column(ID, index=True)
    service: Mapped[str | None] = mapped_column(CODE)
    issued_on: Mapped[date]
    expires_on: Mapped[date]
    issued_by: Mapped[str] = mapped_column(NAME)
    used_on: Mapped[date | None]


class Rating(Base):
    """One rating of one visit. There are no words in it: what somebody has to say is a matter, and sealed."""

    __tablename__ = "rating"
    __table_args__ = (one_of("rating", TABLES["evaluation"].columns["rating"].info["codes"]),)

    rating_id: Mapped[str] = mapped_column(ID, primary_key=True)
    unit_id: Mapped[str] = mapped_column(ID, index=True)
    service: Mapped[str | None] = mapped_column(CODE)
    rating: Mapped[str] = mapped_column(CODE)
    efficiency_rating: Mapped[int | None]
    integrity_rating: Mapped[int | None]
    attitude_rating: Mapped[int | None]
    convenience_rating: Mapped[int | None]
    rated_at: Mapped[datetime]
    rectified_at: Mapped[datetime | None]
    revisited_at: Mapped[datetime | None]


class Matter(Base):
    """What somebody said: its kind, the unit that it is about, how far it is; the words are in `content`."""

    __tablename__ = "matter"
    __table_args__ = (
        one_of("category", TABLES["complaint"].columns["category"].info["codes"]),
        one_of("conduct_code", TABLES["complaint"].columns["conduct_code"].info["codes"]),
        one_of("state", ("received", "accepted", "closed")),
    )

    matter_id: Mapped[str] = mapped_column(ID, primary_key=True)
    receipt_hash: Mapped[str] = mapped_column(SHA256, unique=True)
    category: Mapped[str] = mapped_column(CODE)
    conduct_code: Mapped[str | None] = mapped_column(CODE)
    is_anonymous: Mapped[bool]
    target_unit_id: Mapped[str | None] = mapped_column(ID)
    unit_id: Mapped[str] = mapped_column(ID, index=True)
    state: Mapped[str] = mapped_column(CODE)
    revision: Mapped[int]
    received_at: Mapped[datetime]
    accept_days: Mapped[int | None]
    accept_due_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    close_days: Mapped[int | None]
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(Text, info=BY_DIGEST)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    is_sealed: Mapped[bool]


class MatterFile(Base):
    """A file that belongs to a matter, sealed like its words; its name is among them."""

    __tablename__ = "matter_file"

    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.matter_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    media_type: Mapped[str] = mapped_column(NAME)
    content: Mapped[bytes] = mapped_column(LargeBinary)
