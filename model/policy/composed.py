"""Policy of composed questions: which columns of a table a person may ask of, and which of its rows they reach.

Who reaches the whole bureau asks all that the analysis surface holds. Who answers for units asks of the rows of those
units alone: of a table without a unit nothing, and never of staff, even under a pseudonym, which hides nobody in an
office of eight. This module must not open a database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, column

from model.contract import TABLES
from model.policy.roles import Actor, rows, scope

ACTION = "compose_query"
_RECORD = "record."
_STAFF = "staff.staff_id"
_UNIT = "unit_id"
_UNITS = {"complaint": "handling_unit_id", "licence": "issuing_unit_id", "scenario": "taker_unit_id"}
"""Whose a row is, where another column says so than `unit_id`: who handled a ticket, who granted a licence."""
_WITHHELD = {"complaint": {"conduct_code", "target_unit_id", "is_recusal_observed", "finding"}}
"""What a complaint was about, whom it was against, and whether it was true: of one unit these are so few that they
would tell of whom. Only what is about conduct is against a unit, and only there is anybody to be kept apart from it."""


def unit_column(table: str) -> str:
    """The column that says whose a row is. `table` with its schema."""
    return _UNITS.get(table.removeprefix(_RECORD), _UNIT)


def asked_columns(actor: Actor, table: str, held: Mapping[str, str]) -> dict[str, str]:
    """Of the columns that the surface holds, those that the person may ask of, with their types; none of a table
    whose rows are nobody's, or are persons."""
    if scope(actor).reach == "all":
        return dict(held)
    plain = table.removeprefix(_RECORD)
    if unit_column(table) not in held or f"{plain}.staff_id" == _STAFF:
        return {}
    declared = TABLES[plain].columns.values() if table == f"{_RECORD}{plain}" and plain in TABLES else ()
    staff = {one.name for one in declared if one.info["references"] == _STAFF}
    closed = staff | _WITHHELD.get(plain, set())
    return {name: kind for name, kind in held.items() if name not in closed}


def reached_rows(actor: Actor, table: str, below: Callable[[str], Select[Any]]) -> ColumnElement[bool]:
    """The condition under which a row of a table is the person's to ask of; `below` as in `rows`."""
    found: ColumnElement[Any] = column(unit_column(table))
    return rows(actor, ACTION, found, below)
