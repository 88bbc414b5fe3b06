"""The tables of a snapshot that pages read, as SQLAlchemy knows them.

It exists so that reads are composed and not spelled; a test holds it to etl/sql/schema.sql. Records come from the
contract and are only given the columns that the loader adds. It must not read anything.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, DateTime, Integer, MetaData, String, Table

from model.contract import TABLES

METADATA = MetaData()


def _table(schema: str, name: str, /, **columns: type[object] | ARRAY[str]) -> Table:
    return Table(name, METADATA, *(Column(key, kind) for key, kind in columns.items()), schema=schema)  # type: ignore[arg-type]


_LIST = ARRAY(String())

unit = _table(
    "mart",
    "unit",
    unit_id=String,
    parent_unit_id=String,
    name=String,
    unit_type=String,
    level=Integer,
    is_active=Boolean,
)
unit_tree = _table("mart", "unit_tree", unit_id=String, ancestor_id=String, distance=Integer)
unit_source = _table("mart", "unit_source", unit_id=String, table_name=String, source=String, as_of=DateTime)
volume = _table("mart", "volume", measure=String, unit_id=String, month=Date, count=BigInteger)
source = _table(
    "quality",
    "source",
    source=String,
    name_zh=String,
    name_en=String,
    producer=String,
    owner=String,
    cadence_days=Integer,
    as_of=DateTime,
    arrived_at=DateTime,
    row_count=BigInteger,
)
file = _table(
    "quality",
    "file",
    file=String,
    source=String,
    status=String,
    error=String,
    as_of=DateTime,
    arrived_at=DateTime,
    snapshot_id=String,
    unknown_columns=_LIST,
)
batch = _table(
    "quality",
    "batch",
    batch_id=BigInteger,
    snapshot_id=String,
    source=String,
    table_name=String,
    file=String,
    as_of=DateTime,
    arrived_at=DateTime,
    role=String,
    recorded_columns=_LIST,
    read_count=BigInteger,
    loaded_count=BigInteger,
    unchanged_count=BigInteger,
    superseding_count=BigInteger,
    quarantined_count=BigInteger,
    merged_count=BigInteger,
    released_count=BigInteger,
)
quarantine = _table(
    "quality",
    "quarantine",
    table_name=String,
    file=String,
    row_number=BigInteger,
    reasons=_LIST,
    row=String,
    batch_id=BigInteger,
    is_waiting=Boolean,
)
cell = _table(
    "quality",
    "cell",
    table_name=String,
    file=String,
    row_number=BigInteger,
    column_name=String,
    value=String,
    rule=String,
    batch_id=BigInteger,
)
disappeared = _table(
    "quality",
    "disappeared",
    table_name=String,
    record_key=String,
    batch_id=BigInteger,
    missing_batch_id=BigInteger,
    returned_batch_id=BigInteger,
)


@cache
def record(name: str) -> Table:
    """The current rows of one table of the contract, with the batch that brought them."""
    return Table(
        name,
        MetaData(schema="record"),
        *_contract_columns(name),
        Column("batch_id", BigInteger),
        Column("row_number", BigInteger),
    )


@cache
def revision(name: str) -> Table:
    """The superseded rows of one table of the contract."""
    own: tuple[Column[Any], ...] = (
        Column("batch_id", BigInteger),
        Column("row_number", BigInteger),
        Column("superseded_by_batch_id", BigInteger),
        Column("superseded_by_row_number", BigInteger),
        Column("changed_columns", _LIST),
    )
    return Table(f"{name}_revision", MetaData(schema="record"), *_contract_columns(name), *own)


def _contract_columns(name: str) -> list[Column[Any]]:
    return [Column(one.name, one.type) for one in TABLES[name].columns]
