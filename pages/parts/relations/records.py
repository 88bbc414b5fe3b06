"""The records themselves, current and superseded: the contract's columns and those that the loader adds."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Column, MetaData, Table

from model.contract import TABLES
from pages.parts.relations.declaring import LIST


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
        Column("changed_columns", LIST),
    )
    return Table(f"{name}_revision", MetaData(schema="record"), *_contract_columns(name), *own)


def _contract_columns(name: str) -> list[Column[Any]]:
    return [Column(one.name, one.type) for one in TABLES[name].columns]
