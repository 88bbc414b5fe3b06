"""The tables of a snapshot that pages read, as SQLAlchemy knows them.

It exists so that reads are composed and not spelled; a test holds it to etl/sql/schema.sql. Records come from the
contract and are only given the columns that the loader adds. It must not read anything.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    String,
    Table,
)

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
indicator_state = _table(
    "mart",
    "indicator_state",
    indicator_id=String,
    rule_version=Integer,
    state=String,
    missing_columns=_LIST,
    as_of=Date,
    first_full_month=Date,
)
indicator_fact = _table(
    "mart",
    "indicator_fact",
    indicator_id=String,
    unit_id=String,
    subject_kind=String,
    subject_id=String,
    month=Date,
    numerator=Float,
    denominator=Float,
    observations=BigInteger,
)
trend = _table(
    "mart",
    "trend",
    indicator_id=String,
    unit_id=String,
    subject_kind=String,
    subject_id=String,
    month=Date,
    value=Float,
    state=String,
    centre=Float,
    lower=Float,
    upper=Float,
    signal=String,
    variation=String,
    assurance=String,
    chart=String,
)
comparison = _table(
    "mart",
    "comparison",
    indicator_id=String,
    level=String,
    period_end=Date,
    window_months=Integer,
    unit_id=String,
    subject_kind=String,
    subject_id=String,
    value=Float,
    lower95=Float,
    upper95=Float,
    lower998=Float,
    upper998=Float,
    exact_lower95=Float,
    exact_upper95=Float,
    exact_lower998=Float,
    exact_upper998=Float,
    adjusted=Float,
    outside=String,
    state=String,
    sample_size=BigInteger,
    usual=Float,
)
portrait = _table(
    "mart",
    "portrait",
    subject_kind=String,
    subject_id=String,
    period_end=Date,
    window_months=Integer,
    dimension=String,
    score=Float,
    score_lower=Float,
    score_upper=Float,
    rank_low=Integer,
    rank_high=Integer,
    coverage=Float,
    state=String,
    level=String,
)
portrait_kind = _table(
    "mart",
    "portrait_kind",
    subject_kind=String,
    name_zh=String,
    name_en=String,
    meaning_zh=String,
    meaning_en=String,
    subjects=BigInteger,
    state=String,
)
portrait_subject = _table(
    "mart", "portrait_subject", subject_kind=String, subject_id=String, name_zh=String, name_en=String
)
portrait_mover = _table(
    "mart",
    "portrait_mover",
    subject_kind=String,
    subject_id=String,
    period_end=Date,
    place=Integer,
    dimension=String,
    indicator_id=String,
    value=Float,
    score=Float,
    points_lost=Float,
)
portrait_part = _table(
    "mart",
    "portrait_part",
    subject_kind=String,
    subject_id=String,
    level=String,
    period_end=Date,
    indicator_id=String,
    value=Float,
    state=String,
    sample_size=BigInteger,
    window_months=Integer,
)
cell_now = _table(
    "mart",
    "cell",
    cell_id=String,
    unit_id=String,
    name=String,
    cell_kind=String,
    capacity=BigInteger,
    state=String,
    occupied=BigInteger,
    queued=BigInteger,
    remaining=BigInteger,
    is_restricted=Boolean,
    longitude=Float,
    latitude=Float,
)
process_step = _table(
    "mart",
    "process_step",
    process=String,
    step=String,
    place=Integer,
    unit_id=String,
    month=Date,
    window_months=Integer,
    observations=BigInteger,
    median_days=Float,
    p90_days=Float,
    limit_days=Float,
    day_kind=String,
    due=BigInteger,
    in_time=BigInteger,
    within=Float,
    open_count=BigInteger,
    overdue_count=BigInteger,
    as_of=Date,
    state=String,
)
_WARNED: dict[str, type[object]] = {
    "warning_id": String,
    "indicator_id": String,
    "rule_version": String,
    "unit_id": String,
    "subject_kind": String,
    "subject_id": String,
    "kind": String,
    "level": String,
    "period_start": Date,
    "period_end": Date,
    "value": Float,
    "threshold": Float,
    "sample_size": BigInteger,
    "p": Float,
    "adjusted": Float,
    "evidence_count": BigInteger,
}
warning = _table("mart", "warning", **_WARNED)
warning_withdrawn = _table("mart", "warning_withdrawn", **_WARNED, reason=String, withdrawn_on=Date)
pattern_evidence = _table(
    "mart",
    "pattern_evidence",
    indicator_id=String,
    subject_kind=String,
    subject_id=String,
    period_end=Date,
    place=Integer,
    outcome=String,
    counted=BigInteger,
    expected=Float,
    p=Float,
)
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
