"""From which months limits begin anew: what was said about a series, and what takes that back."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.schema.base import BY_DIGEST, CODE, ID, NAME, Base


class Rebase(Base):
    """One entry about the series of an indicator in a unit; one that takes another back names it."""

    __tablename__ = "rebase"

    rebase_id: Mapped[str] = mapped_column(ID, primary_key=True)
    indicator_id: Mapped[str] = mapped_column(CODE, index=True)
    unit_id: Mapped[str] = mapped_column(ID)
    month: Mapped[date]
    reason: Mapped[str] = mapped_column(Text, info=BY_DIGEST)
    takes_back: Mapped[str | None] = mapped_column(ForeignKey("rebase.rebase_id"), unique=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(NAME)
