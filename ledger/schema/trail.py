"""The audit trail: one table, added to only, in which each entry holds the hash of the one before.

Times are texts here: what is hashed must be the same bytes on every database.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.schema.base import CODE, NAME, SHA256, Base


class Entry(Base):
    """One act: who, in which role, did what to which object, why, and what it changed."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_action", "action", "sequence"),)

    sequence: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    recorded_at: Mapped[str] = mapped_column(CODE)
    account: Mapped[str] = mapped_column(NAME, index=True)
    role: Mapped[str] = mapped_column(CODE)
    action: Mapped[str] = mapped_column(CODE)
    object_kind: Mapped[str] = mapped_column(CODE)
    object_id: Mapped[str] = mapped_column(NAME, index=True)
    unit_id: Mapped[str] = mapped_column(CODE)
    purpose: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(SHA256)
    entry_hash: Mapped[str] = mapped_column(SHA256)
