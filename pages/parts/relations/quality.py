"""What the loader says of its own work: sources, files, batches, and what was kept out or set aside."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, DateTime, Integer, String

from pages.parts.relations.declaring import LIST, table

source = table(
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
file = table(
    "quality",
    "file",
    file=String,
    source=String,
    status=String,
    error=String,
    as_of=DateTime,
    arrived_at=DateTime,
    snapshot_id=String,
    unknown_columns=LIST,
)
batch = table(
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
    recorded_columns=LIST,
    read_count=BigInteger,
    loaded_count=BigInteger,
    unchanged_count=BigInteger,
    superseding_count=BigInteger,
    quarantined_count=BigInteger,
    merged_count=BigInteger,
    released_count=BigInteger,
)
quarantine = table(
    "quality",
    "quarantine",
    table_name=String,
    file=String,
    row_number=BigInteger,
    reasons=LIST,
    row=String,
    batch_id=BigInteger,
    is_waiting=Boolean,
)
cell = table(
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
disappeared = table(
    "quality",
    "disappeared",
    table_name=String,
    record_key=String,
    batch_id=BigInteger,
    missing_batch_id=BigInteger,
    returned_batch_id=BigInteger,
)
