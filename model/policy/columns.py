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

SUBJECTS = {"staff": "staff_id", "retailer": "retailer_id"}
"""The registers of persons, each with the column that says whom a row is about; other tables name nobody otherwise."""

KEPT_OPEN = {
    "retailer.retailer_hash": "a keyed pseudonym already, by which a rating shop is counted once",
    "retailer.credit_class": "a class of the business, by which like shops are compared",
    "retailer.longitude": "where the licensed premises are: the licence makes it public, and visits are measured by it",
    "retailer.latitude": "where the licensed premises are: the licence makes it public, and visits are measured by it",
}
"""Columns of those registers that the analysis surface drops and that are not sealed, with the reason."""

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


def sealed_columns(table: Table) -> list[Column[Any]]:
    """The personal columns of a register, which lie sealed under the subject's own key wherever they lie."""
    if table.name not in SUBJECTS:
        return []
    return [
        column
        for column in table.columns
        if exposure(column) == "drop" and f"{table.name}.{column.name}" not in KEPT_OPEN
    ]
