"""What all tables of the ledger share: their base, their kinds of columns, and ids.

Tables are plain: texts, numbers, dates and times on the bureau's clock, so that SQLite and PostgreSQL hold the same
and the loader reads both. Times have whole seconds. This module must not know any table.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, Dialect, MetaData, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase

from model.warehouse import TIME_ZONE

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
BY_DIGEST = {"audited": "digest"}
"""Columns of free text: the audit trail holds their digest, so that a text can be erased and the chain still stands."""


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(naming_convention=NAMES)


class Codes(TypeDecorator[tuple[str, ...]]):
    """A list of codes, kept as the record contract writes lists: joined with semicolons."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else ";".join(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(part for part in str(value).split(";") if part)


def one_of(column: str, codes: Iterable[str]) -> CheckConstraint:
    """The constraint that a column holds one of these codes, or nothing."""
    listed = ", ".join(f"'{code}'" for code in codes)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


CODE = String(40)
ID = String(32)
NAME = String(200)
SHA256 = String(64)


def new_id() -> str:
    """A new id that says nothing."""
    return secrets.token_hex(8)


def moment() -> datetime:
    """The moment on the bureau's clock, for what is to be compared with another moment of the same second."""
    return datetime.now(ZoneInfo(TIME_ZONE)).replace(tzinfo=None)


def now() -> datetime:
    """The moment on the bureau's clock, in whole seconds."""
    return moment().replace(microsecond=0)
