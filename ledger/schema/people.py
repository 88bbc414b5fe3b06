"""Units, accounts and the working calendar: who acts, where, and on which days.

Units and calendar are copies of what the published snapshot says. Of a person the ledger holds the account, the role,
the unit and the work number that records refer to; nothing else.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from ledger.schema.base import CODE, ID, NAME, SHA256, Base, one_of
from model.policy import ROLES


class Unit(Base):
    """A unit of the tree, as the published snapshot knows it."""

    __tablename__ = "unit"

    unit_id: Mapped[str] = mapped_column(ID, primary_key=True)
    parent_unit_id: Mapped[str | None] = mapped_column(ID, index=True)
    name: Mapped[str] = mapped_column(NAME)


class WorkingDay(Base):
    """A day of the working calendar."""

    __tablename__ = "working_day"

    date: Mapped[date] = mapped_column(primary_key=True)
    is_working_day: Mapped[bool]


class Account(Base):
    """Who may sign in, in which role. `name` is what the sign-in gives; a closed account stays, for the trail."""

    __tablename__ = "account"
    __table_args__ = (one_of("role", ROLES),)

    name: Mapped[str] = mapped_column(NAME, primary_key=True)
    role: Mapped[str] = mapped_column(CODE)
    unit_id: Mapped[str | None] = mapped_column(ID, index=True)
    staff_id: Mapped[str | None] = mapped_column(ID, unique=True)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class SignOut(Base):
    """A sign-out: of one session where it is named, else of every session of this name that began before.

    The name need not be an account's: people who have their role by a rule of sign_in.toml sign out as well.
    """

    __tablename__ = "sign_out"

    sign_out_id: Mapped[str] = mapped_column(ID, primary_key=True)
    account: Mapped[str] = mapped_column(NAME, index=True)
    session: Mapped[str | None] = mapped_column(SHA256)
    signed_out_at: Mapped[datetime]
