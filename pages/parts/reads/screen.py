"""Reads of the screen surface, the only one that a wall opens: aggregates, no person, no shop, no ticket.

A snapshot that an older release published has fewer tables: what it lacks is read as empty. It must not format,
colour or decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, column, literal_column, select, table

from model import warehouse
from model.warehouse import Snapshot
from pages.parts.reads.shared import cached, moment

SCHEMA = "mart"


def _rows(snapshot: Snapshot, name: str, *conditions: ColumnElement[bool]) -> pd.DataFrame:
    """The rows of one table for which all conditions hold; empty where the snapshot has no such table."""
    if name not in _tables(snapshot):
        return pd.DataFrame()
    query: Select[Any] = (
        select(literal_column("*")).select_from(table(name, schema=SCHEMA)).where(*conditions)
    )
    return warehouse.read(snapshot.engine("screen"), query)


@cached()
def _tables(snapshot: Snapshot) -> frozenset[str]:
    """The tables that this snapshot's surface has."""
    names = table("tables", column("table_name"), column("table_schema"), schema="information_schema")
    query = select(names.c.table_name).where(names.c.table_schema == SCHEMA)
    return frozenset(map(str, warehouse.read(snapshot.engine("screen"), query)["table_name"]))


def _one_of(name: str, values: Iterable[str]) -> ColumnElement[bool]:
    return column(name).in_(list(values))


def units(snapshot: Snapshot) -> pd.DataFrame:
    """Every unit in the order of its code."""
    found = _rows(snapshot, "unit")
    return found if found.empty else found.sort_values("unit_id", ignore_index=True)


def below(snapshot: Snapshot, unit_id: str) -> frozenset[str]:
    """The unit and all units under it."""
    found = _rows(snapshot, "unit_tree", column("ancestor_id") == unit_id)
    return frozenset(map(str, found["unit_id"])) if not found.empty else frozenset([unit_id])


def sources(snapshot: Snapshot) -> pd.DataFrame:
    """Every source with its clocks."""
    return _rows(snapshot, "source")


def volume(snapshot: Snapshot, unit_id: str, measure: str) -> pd.DataFrame:
    """One count of a unit by month, the oldest first."""
    found = _rows(snapshot, "volume", column("unit_id") == unit_id, column("measure") == measure)
    return found if found.empty else found.sort_values("month", ignore_index=True)


def trend(snapshot: Snapshot, unit_id: str, indicators: Sequence[str]) -> pd.DataFrame:
    """Indicators of a unit by month, the oldest first."""
    found = _rows(snapshot, "trend", column("unit_id") == unit_id, _one_of("indicator_id", indicators))
    return found if found.empty else found.sort_values(["indicator_id", "month"], ignore_index=True)


def indicators(snapshot: Snapshot) -> dict[str, tuple[str, datetime | None]]:
    """Every indicator's state, and the last whole day that it is known for."""
    found = _rows(snapshot, "indicator")
    return {
        str(row["indicator_id"]): (str(row["state"]), moment(row["as_of"]))
        for row in found.to_dict("records")
    }


def steps(snapshot: Snapshot, unit_id: str, window_months: int) -> pd.DataFrame:
    """The steps of all processes of a unit over a window, in their order."""
    found = _rows(
        snapshot,
        "process_step",
        column("unit_id") == unit_id,
        column("window_months") == window_months,
    )
    if found.empty:
        return found
    newest = found[found["month"] == found.groupby("process")["month"].transform("max")]
    return newest.sort_values(["process", "place"], ignore_index=True)


def cells(snapshot: Snapshot, unit_ids: Iterable[str]) -> pd.DataFrame:
    """The market cells of these units."""
    return _rows(snapshot, "cell", _one_of("unit_id", unit_ids))


def portraits(snapshot: Snapshot, subject_kinds: Sequence[str]) -> pd.DataFrame:
    """The newest portrait of every subject of these kinds."""
    found = _rows(snapshot, "portrait", _one_of("subject_kind", subject_kinds))
    if found.empty:
        return found
    return found[
        found["period_end"] == found.groupby(["subject_kind", "subject_id"])["period_end"].transform("max")
    ]


def of_unit(snapshot: Snapshot, name: str, unit_id: str) -> pd.DataFrame:
    """The rows of one of the counts kept by unit: disposition, duty, honour, initiative, oversight."""
    return _rows(snapshot, name, column("unit_id") == unit_id)


def warnings(snapshot: Snapshot) -> pd.DataFrame:
    """What the system itself found in the whole bureau, by kind and level: the surface tells no unit below the top."""
    return _rows(snapshot, "warning")


def scenarios(snapshot: Snapshot) -> pd.DataFrame:
    """How many digital scenarios are posted, claimed, launched and at each step: of the whole bureau, none by name."""
    return _rows(snapshot, "scenario_progress")


def publications(snapshot: Snapshot) -> pd.DataFrame:
    """The decisions that were published and the withdrawals, the newest first."""
    found = _rows(snapshot, "publication")
    if found.empty:
        return found
    return found.sort_values(["published_on", "publication_id"], ascending=[False, True], ignore_index=True)


def declared(snapshot: Snapshot) -> pd.DataFrame:
    """What is declared of every indicator."""
    return _rows(snapshot, "indicator")
