"""Corrections: what was kept out leaves the quarantine once a later delivery has brought the same record in order.

So the quarantine holds what is still to be mended, and nothing twice. The batch that brought the row keeps its count of
rows kept out, and says beside it how many were released. A row that waits for a parent is not corrected by anything.
A file that is read again judges its rows anew: what its earlier reading kept out, it keeps out itself or loads.
"""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Table

from etl import sql
from etl.batch import Arrival, identity, record
from etl.load import Outcome
from model import warehouse
from model.contract import key_of


def release(connection: warehouse.Connection, table: Table, first_batch_id: int) -> dict[int, Outcome]:
    """Take the rows that this run has corrected out of the quarantine; how many, by the batch that first brought them.

    Batches from `first_batch_id` on are this run's.
    """
    same = " AND ".join(
        f'CAST(r.{sql.name(key)} AS VARCHAR) = json_extract_string(q."row", {sql.literal(f"$.{sql.name(key)}")})'
        for key in key_of(table)
    )
    asked = {"table": table.name, "first": first_batch_id}
    sql.execute(connection, "corrected", {"record": record(table), "same": same}, asked)
    counted = connection.execute("SELECT batch_id, count(*) FROM corrected GROUP BY 1 ORDER BY 1").fetchall()
    return {batch_id: Outcome(released=count, released_unchanged=count) for batch_id, count in counted}


def release_read_again(connection: warehouse.Connection, arrival: Arrival) -> dict[int, Outcome]:
    """Take what earlier readings of a batch's file kept out of the quarantine; how many, by the batch of each."""
    gone = connection.execute(
        "DELETE FROM snapshot.quality.quarantine WHERE table_name = $table AND file = $file AND batch_id IN ("
        "SELECT batch_id FROM snapshot.quality.batch WHERE batch_id < $batch AND sha256 = $sha256"
        " AND source = $source AND input = $input AND role = $role) RETURNING batch_id",
        identity(arrival)
        | {"sha256": arrival.sha256, "source": arrival.source, "input": arrival.input, "role": arrival.role},
    ).fetchall()
    counted = Counter(batch_id for (batch_id,) in gone)
    return {
        batch_id: Outcome(released=count, released_unchanged=count) for batch_id, count in counted.items()
    }
