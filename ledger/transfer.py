"""Moving a ledger to another database: every row and every entry as they are, in one transaction.

The chain and its anchor stay valid, because what is hashed is the same on every database. The target must be empty.
"""

from __future__ import annotations

from sqlalchemy import func, insert, select

from ledger import migration
from ledger.schema import Base, Entry
from ledger.storage import Ledger

_BATCH = 1000


def move(source: Ledger, target: Ledger) -> int:
    """Copy all of the source into the empty target; how many rows there were. ValueError where it is not empty."""
    migration.upgrade(target)
    count = 0
    with source.read() as session, target.engine.begin() as connection:
        if connection.execute(select(func.count()).select_from(Entry.__table__)).scalar():
            raise ValueError("the target holds a ledger already")
        for table in Base.metadata.sorted_tables:
            rows = session.execute(select(table), execution_options={"yield_per": _BATCH}).mappings()
            for batch in rows.partitions():
                connection.execute(insert(table), [dict(row) for row in batch])
                count += len(batch)
    return count
