"""The tables of a snapshot that pages read, as SQLAlchemy knows them.

It exists so that reads are composed and not spelled; a test holds it to etl/sql/schema.sql. Records come from the
contract and are only given the columns that the loader adds. It must not read anything.
"""

from pages.parts.relations.declaring import METADATA
from pages.parts.relations.marts import (
    cell_now,
    comparison,
    indicator_fact,
    indicator_state,
    pattern_evidence,
    portrait,
    portrait_kind,
    portrait_mover,
    portrait_part,
    portrait_subject,
    process_step,
    trend,
    unit,
    unit_source,
    unit_tree,
    volume,
    warning,
    warning_withdrawn,
)
from pages.parts.relations.quality import batch, cell, disappeared, file, quarantine, source
from pages.parts.relations.records import record, revision

__all__ = [
    "METADATA",
    "batch",
    "cell",
    "cell_now",
    "comparison",
    "disappeared",
    "file",
    "indicator_fact",
    "indicator_state",
    "pattern_evidence",
    "portrait",
    "portrait_kind",
    "portrait_mover",
    "portrait_part",
    "portrait_subject",
    "process_step",
    "quarantine",
    "record",
    "revision",
    "source",
    "trend",
    "unit",
    "unit_source",
    "unit_tree",
    "volume",
    "warning",
    "warning_withdrawn",
]
