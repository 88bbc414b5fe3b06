"""Reads of the vault: who was handed what is sealed about a matter or ticket, why, and who was refused.

Beside the audit trail these are rows, so that the loader reads them as records and they are measured. What was sealed
is not here.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.schema.base import CODE, ID, NAME, Base, one_of


class VaultAccess(Base):
    """One envelope that was asked for. `refusal` says why it was not given."""

    __tablename__ = "vault_access"
    __table_args__ = (one_of("object_kind", ("matter", "ticket")),)

    access_id: Mapped[str] = mapped_column(ID, primary_key=True)
    account: Mapped[str] = mapped_column(NAME, index=True)
    staff_id: Mapped[str | None] = mapped_column(ID)
    object_kind: Mapped[str] = mapped_column(CODE)
    object_id: Mapped[str] = mapped_column(NAME, index=True)
    unit_id: Mapped[str | None] = mapped_column(ID)
    read_at: Mapped[datetime]
    is_allowed: Mapped[bool]
    refusal: Mapped[str | None] = mapped_column(CODE)
    purpose: Mapped[str] = mapped_column(Text)
