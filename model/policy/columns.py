"""Policy: what each surface of the warehouse may hold of each column, from the contract's personal-data classes.

The analysis surface holds records without names, phones, addresses and free words about persons; staff and shops
appear as keyed pseudonyms; ticket numbers are pseudonyms as they are delivered. The screen surface holds aggregates
only and is not made of columns.
"""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Column, Table

from model.contract import TABLES

Exposure = Literal["keep", "pseudonym", "drop"]

SMALL_COUNT = 5
"""Counts of events or persons below this are suppressed on public surfaces."""

_IDENTITIES = ("staff.staff_id", "retailer.retailer_id", "licence.licence_no")
_ALSO_IDENTIFYING = ("agent_hash", "reader_id")
_FACTUAL = ("timestamp", "date", "boolean", "integer")


def exposure(column: Column[Any]) -> Exposure:
    """What the analysis surface holds of a column: its values, keyed pseudonyms of them, or nothing."""
    info = column.info
    own = f"{column.table.name}.{column.name}"
    if own in _IDENTITIES or info["references"] in _IDENTITIES or column.name in _ALSO_IDENTIFYING:
        return "pseudonym"
    if info["pii"] in ("sensitive", "whistleblower"):
        return "drop"
    if column.name.endswith("_hash") or info["mask"]:
        return "drop"
    if info["pii"] == "general" and info["kind"] not in _FACTUAL and not info["codes"]:
        return "drop"
    return "keep"


def analysis_columns(table: Table) -> list[tuple[Column[Any], Exposure]]:
    """The columns of a table that the analysis surface holds, in order, each with its exposure."""
    return [(column, exposure(column)) for column in table.columns if exposure(column) != "drop"]


def analysis_tables() -> list[Table]:
    """The tables that the analysis surface holds; who read reporter data, and who is related to whom, stay out."""
    return [table for table in TABLES.values() if table.name not in ("vault_access", "staff_relation")]
