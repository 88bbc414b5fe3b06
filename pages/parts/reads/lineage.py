"""Reads of where data come from: the analysis surface's tables, the batches that filled one, the origin of one record.

It must not format, colour or decide; a record is found by a key that identifies nobody.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import Select, String, desc, func, select
from sqlalchemy import cast as sql_cast

from model import policy
from model.contract import TABLES
from model.exploration import run
from model.policy import Actor
from model.warehouse import Snapshot
from pages.parts import relations
from pages.parts.reads.shared import LISTED, cached, read


@cached()
def tables(snapshot: Snapshot) -> dict[str, dict[str, str]]:
    """The tables that may be asked, with their schema, each with its columns and their types."""
    return run.columns(snapshot)


@cached()
def batches(snapshot: Snapshot, table: str) -> pd.DataFrame:
    """The batches that filled a table of the contract, the newest first."""
    batch = relations.batch
    columns = (batch.c.batch_id, batch.c.source, batch.c.file, batch.c.as_of, batch.c.loaded_count)
    query = select(*columns, batch.c.recorded_columns).where(batch.c.table_name == table)
    return read(snapshot, query.order_by(desc(batch.c.batch_id)).limit(LISTED))


def origin(snapshot: Snapshot, table: str, key: str, actor: Actor) -> pd.DataFrame:
    """Where every version of the record of this key came from, the current one first; of rows that a person reaches."""
    batch, keys = relations.batch, [one.name for one in TABLES[table].primary_key]
    found = []
    for version in (relations.record(table), relations.revision(table)):
        same = func.concat_ws("/", *(sql_cast(version.c[name], String) for name in keys)) == key
        found.append(
            read(
                snapshot,
                select(batch.c.source, batch.c.file, version.c.row_number, batch.c.batch_id, batch.c.as_of)
                .select_from(version.join(batch, batch.c.batch_id == version.c.batch_id))
                .where(same, policy.reached_rows(actor, table, _below))
                .order_by(desc(batch.c.batch_id)),
            )
        )
    return pd.concat(found, ignore_index=True)


def _below(unit_id: str) -> Select[Any]:
    tree = relations.unit_tree
    return select(tree.c.unit_id).where(tree.c.ancestor_id == unit_id)
