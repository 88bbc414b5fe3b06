"""Which months of which view must be computed again, after a run that brought new records.

A month that no new, changed or lately due record touches keeps its facts. Where what a change touches cannot be told
cheaply and surely, the whole view is computed again: a month too many costs time, a month too few would be a lie. The
months of a changed record are those of its new and of its superseded version.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

from model.contract import TABLES
from model.indicators import context
from model.indicators.declaration import Catalogue, Indicator, View
from model.indicators.facts import Ground, Plan, clock_of, months_between
from model.warehouse import Connection

GROUPS = Path(__file__).parents[1] / "judgement" / "subjects.toml"
"""Which groups are counted beside the units."""
_EVERYWHERE = ("org_unit", "working_calendar")
"""Tables of which any change may change any number: the tree, and what counts as a working day."""


@dataclass(frozen=True)
class Kept:
    """What an earlier run kept of an indicator: by which rule, until when and since when."""

    digest: str
    state: str
    as_of: date | None
    first_day: date | None


def digest(item: Indicator, catalogue: Catalogue) -> str:
    """A fingerprint of all that is declared of an indicator's numbers; the program has its own (etl/program.py)."""
    declared = [repr(item), repr(catalogue.views[item.view]), context.sql(item.view), _groups()]
    return sha256("\n".join(declared).encode()).hexdigest()


@cache
def _groups() -> str:
    return GROUPS.read_text(encoding="utf-8")


def plan(ground: Ground, kept: dict[str, Kept], first_batch_id: int) -> Plan:
    """For each view the months to compute: None for all. Batches from `first_batch_id` on are this run's."""
    connection, views = ground.connection, ground.catalogue.views
    months: Plan = dict.fromkeys(views)
    if not kept or _records_otherwise(connection, first_batch_id):
        return months
    changed = _changed_tables(connection, first_batch_id)
    if changed & set(_EVERYWHERE):
        return months
    parted = [view for view in views.values() if not _is_whole(ground, view, kept, changed)]
    _note_changes(connection, {name for view in parted for name in _looked_at(view)}, changed, first_batch_id)
    return months | {
        view.id: frozenset(_months(ground, view, kept, changed, first_batch_id)) for view in parted
    }


def _changed_tables(connection: Connection, first_batch_id: int) -> set[str]:
    """The tables of which this run brought new, changed or vanished versions."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE moved AS SELECT DISTINCT table_name, batch_id, row_number"
        " FROM (FROM added UNION ALL FROM removed)"
    )
    touched = connection.execute(
        "SELECT table_name FROM moved UNION SELECT table_name FROM quality.batch WHERE batch_id >= ?",
        [first_batch_id],
    ).fetchall()
    changed = set()
    for name in {name for (name,) in touched}.intersection(TABLES):
        found = connection.execute(f"SELECT count(*) FROM ({_versions(name, first_batch_id)})").fetchone()  # noqa: S608
        if found and found[0]:
            changed.add(name)
    return changed


def _versions(table: str, first_batch_id: int) -> str:
    """The new and superseded versions of a table that this run brought or moved."""
    columns = ", ".join(f'"{column.name}"' for column in TABLES[table].columns) + ", batch_id, row_number"
    return " UNION ALL ".join(
        f"SELECT {columns} FROM record.{table}{ending} WHERE batch_id >= {first_batch_id}"  # noqa: S608
        f" UNION ALL SELECT {columns} FROM record.{table}{ending} SEMI JOIN"
        f" (FROM moved WHERE table_name = '{table}' AND batch_id < {first_batch_id}) USING (batch_id, row_number)"
        for ending in ("", "_revision")
    )


def _looked_at(view: View) -> set[str]:
    """The tables whose changed rows say which months of a view to compute."""
    path = context.SQL / "change" / f"{view.id}.sql"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return {*view.reads, *view.clocks} | {name for name in TABLES if f"{name}_changed" in text}


def _note_changes(connection: Connection, tables: set[str], changed: set[str], first_batch_id: int) -> None:
    """A table `<table>_changed` of new and superseded versions for each of these tables."""
    for name in sorted(tables):
        nothing = "" if name in changed else " LIMIT 0"
        versions = f"SELECT * FROM ({_versions(name, first_batch_id)}){nothing}"  # noqa: S608
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name}_changed AS {versions}")


def _records_otherwise(connection: Connection, first_batch_id: int) -> bool:
    """True where a source that delivered a table before records other columns of it since this run."""
    row = connection.execute(
        "SELECT count(*) FROM (SELECT list_sort(list_distinct(flatten(list(recorded_columns)))) AS now,"
        " list_sort(list_distinct(flatten(list(recorded_columns) FILTER (batch_id < ?)))) AS before"
        " FROM quality.batch GROUP BY source, table_name) WHERE before IS NOT NULL AND now <> before",
        [first_batch_id],
    ).fetchone()
    return bool(row and row[0])


def _is_whole(ground: Ground, view: View, kept: dict[str, Kept], changed: set[str]) -> bool:
    """True where any month of a view may have changed."""
    if changed & set(view.wholly_on):
        return True
    for item in ground.catalogue.of_view(view.id):
        now, before = ground.states[item.id], kept.get(item.id)
        if before is None or before.digest != digest(item, ground.catalogue):
            return True
        if (before.state == "not_computable") != bool(now.missing):
            return True
        if view.is_month_end and now.is_computable:
            is_same_start = before.first_day == now.first_day
            if not is_same_start or before.as_of is None or before.as_of > clock_of(now):
                return True
    return False


def _months(
    ground: Ground, view: View, kept: dict[str, Kept], changed: set[str], first_batch_id: int
) -> set[date]:
    months = _newly_due(ground, view, kept, first_batch_id)
    if view.is_month_end:
        return months | _in_reach(ground, view, changed)
    if changed & set(view.reads):
        months |= _own(ground, view)
    if (context.SQL / "change" / f"{view.id}.sql").exists():
        months |= {row[0] for row in ground.connection.execute(context.sql(f"change/{view.id}")).fetchall()}
    return months


def _newly_due(ground: Ground, view: View, kept: dict[str, Kept], first_batch_id: int) -> set[date]:
    """The months between a source's clock before this run and now: what fell due in between counts since."""
    if view.is_month_end:
        spans = [
            (before.as_of, clock_of(ground.states[item.id]))
            for item in ground.computable(view)
            if (before := kept.get(item.id)) and before.as_of
        ]
    else:
        tables = ", ".join(f"'{table}'" for table in view.reads)
        spans = ground.connection.execute(
            "SELECT CAST(max(as_of) FILTER (batch_id < $first) + INTERVAL 1 SECOND AS DATE) - 1 AS before,"  # noqa: S608
            " CAST(max(as_of) + INTERVAL 1 SECOND AS DATE) - 1 AS now FROM quality.batch"
            f" WHERE table_name IN ({tables}) GROUP BY source, table_name HAVING before < now",
            {"first": first_batch_id},
        ).fetchall()
    return {month for before, now in spans if before < now for month in months_between(before, now)}


def _in_reach(ground: Ground, view: View, changed: set[str]) -> set[date]:
    """The month ends that changed records count at: their own month's, and those that the window still reaches."""
    months: set[date] = set()
    for table, column in view.clocks.items():
        if table in changed:
            rows = ground.connection.execute(
                f"SELECT DISTINCT CAST(date_trunc('month', {column}) AS DATE) FROM {table}_changed"  # noqa: S608
                f" WHERE {column} IS NOT NULL"
            ).fetchall()
            for (first,) in rows:
                number = first.year * 12 + first.month - 1 + view.reach[table]
                months |= set(months_between(first, date(number // 12, number % 12 + 1, 1)))
    return months


def _own(ground: Ground, view: View) -> set[date]:
    """The months of all dates of the changed rows of a view, old and new."""
    for table in view.reads:
        context.deliver(ground.connection, table, f"{table}_changed")
    periods = sorted({item.period for item in ground.catalogue.of_view(view.id)})
    listed = ", ".join(f"CAST(date_trunc('month', {period}) AS DATE)" for period in periods)
    rows = ground.connection.execute(
        f"SELECT DISTINCT unnest([{listed}]) FROM ({context.sql(view.id)}) AS view_row"  # noqa: S608
    ).fetchall()
    for table in view.reads:
        context.deliver(ground.connection, table, f"record.{table}")
    return {month for (month,) in rows if month}
