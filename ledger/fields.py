"""What people fill in, held against the record contract: labels, codes, indicators and dates in one place.

A form of the ledger has the contract's columns, so its labels and codes are the contract's. It must not know a flow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Column

from ledger.flow import shared_refusals
from model.contract import TABLES
from model.indicators import catalogue
from model.policy import RefusedError


def column(table: str, name: str) -> Column[Any]:
    """A column of the contract."""
    return TABLES[table].columns[name]


def require(table: str, given: Mapping[str, Any], needed: Iterable[str]) -> None:
    """RefusedError where a needed field is blank, a code is none of the contract's, or an indicator is not declared."""
    for name in needed:
        value = given.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise refused("needed", table, name)
    for name, value in given.items():
        if value is None or name not in TABLES[table].columns:
            continue
        info = TABLES[table].columns[name].info
        for one in value if isinstance(value, tuple) else (value,):
            if info["codes"] and one not in info["codes"]:
                raise refused("code", table, name, value=one)
            if info["indicator"] and one not in catalogue().indicators:
                raise refused("indicator", table, name, value=one)


def require_unit(unit_id: str | None) -> None:
    """RefusedError where the unit is blank of something of which the contract keeps none."""
    require("org_unit", {"unit_id": unit_id}, ("unit_id",))


def require_not_past(table: str, name: str, day: date | None, today: date) -> None:
    """RefusedError where a date lies in the past."""
    if day is not None and day < today:
        raise refused("past", table, name)


def require_not_future(table: str, name: str, day: date | None, today: date) -> None:
    """RefusedError where a date is still to come."""
    if day is not None and day > today:
        raise refused("future", table, name)


def refused(code: str, table: str, name: str, **values: object) -> RefusedError:
    """A refusal about one field."""
    info = column(table, name).info
    return RefusedError(code, shared_refusals()[code], field=info["zh"], field_en=info["en"], **values)
