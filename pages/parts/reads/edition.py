"""Reads of what this snapshot changed: rows that came, numbers that moved, warnings that rose or were withdrawn.

The snapshot before is opened beside it for as long as it is kept. It must not format, colour or decide.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pandas as pd
from sqlalchemy import Select, Table, func, select

from model import warehouse
from model.warehouse import NoSnapshotError, Snapshot
from pages.parts import relations
from pages.parts.reads.indicators import UNIT
from pages.parts.reads.shared import cached, read


@cached()
def brought(snapshot: Snapshot) -> dict[str, int]:
    """What this snapshot's own batches brought: batches, loaded, superseding; and all rows in quarantine."""
    batch = relations.batch
    waiting = select(func.count()).select_from(relations.quarantine).scalar_subquery()
    found = read(
        snapshot,
        select(
            func.count().label("batches"),
            func.coalesce(func.sum(batch.c.loaded_count), 0).label("loaded"),
            func.coalesce(func.sum(batch.c.superseding_count), 0).label("superseding"),
            waiting.label("quarantined"),
        ).where(batch.c.snapshot_id == snapshot.id),
    )
    return {str(name): int(found[name].iloc[0]) for name in found.columns}


def before(snapshot: Snapshot) -> Snapshot | None:
    """The snapshot that this one followed; None for the first one, or where it is no longer kept."""
    previous = snapshot.manifest.get("previous")
    with suppress(NoSnapshotError):
        return warehouse.open_snapshot(snapshot.directory.parent, previous) if previous else None
    return None


@cached()
def moved(snapshot: Snapshot, earlier: Snapshot, unit_id: str, month: date) -> pd.DataFrame:
    """The indicators of a unit whose number of this month is another now: indicator_id, before, after, variation."""
    trend = relations.trend
    query = select(trend.c.indicator_id, trend.c.value, trend.c.variation).where(
        trend.c.unit_id == unit_id, trend.c.subject_kind == UNIT, trend.c.month == month
    )
    both = read(snapshot, query).merge(read(earlier, query), on="indicator_id", suffixes=("", "_before"))
    changed = both[(both["value"] - both["value_before"]).abs() > 0]
    return (
        changed.rename(columns={"value_before": "before", "value": "after"})
        .loc[:, ["indicator_id", "before", "after", "variation"]]
        .reset_index(drop=True)
    )


@cached()
def warnings(snapshot: Snapshot, earlier: Snapshot, unit_id: str) -> dict[str, int]:
    """How many warnings of a unit and those below it were raised since, and how many were withdrawn."""
    raised = _ids(snapshot, unit_id, relations.warning) - _ids(earlier, unit_id, relations.warning)
    gone = relations.warning_withdrawn
    return {
        "raised": len(raised),
        "withdrawn": len(_ids(snapshot, unit_id, gone) - _ids(earlier, unit_id, gone)),
    }


def _ids(snapshot: Snapshot, unit_id: str, table: Table) -> set[str]:
    tree = relations.unit_tree
    query: Select[tuple[str]] = (
        select(table.c.warning_id)
        .join(tree, tree.c.unit_id == table.c.unit_id)
        .where(tree.c.ancestor_id == unit_id)
    )
    return set(read(snapshot, query)["warning_id"])
