"""Personal columns of the registers of persons: sealed under the subject's own key before they lie anywhere.

A file that holds such columns is landed as Parquet in which each personal cell is sealed (model/subjects.py), and so is
every cell of a column that the contract does not know; all else stays readable. The warehouse takes the sealed texts
over. Whoever's key is erased is unreadable in all of it, and nothing has to be rewritten. A row whose subject cannot be
told is sealed under a key of its file (personal_landing.py). This module must not write a personal value in plain, nor
say one in a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from sqlalchemy import Column

from etl import sql
from model import policy, warehouse
from model.contract import TABLES
from model.subjects import MARK, SubjectKeys


def define(connection: warehouse.Connection, keys: SubjectKeys) -> None:
    """Sealing and opening as functions of this connection only."""

    def seal_for(subject: str | None, text: str | None) -> str | None:
        return None if subject is None or text is None else keys.seal(subject, text)

    def open_sealed(text: str | None) -> str | None:
        return None if text is None else keys.open(text)

    warehouse.add_function(connection, "seal_for", seal_for, 2)
    warehouse.add_function(connection, "open_sealed", open_sealed, 1)


# --- in the check step ------------------------------------------------------------------------------------------------


def is_sealed(column: Column[object]) -> bool:
    """Whether a column lies sealed."""
    return column.table.name in policy.SUBJECTS and column.name in _sealed_names(column.table.name)


@cache
def _sealed_names(table: str) -> frozenset[str]:
    return frozenset(one.name for one in policy.sealed_columns(TABLES[table]))


def opened(relation: str, columns: Iterable[Column[object]], headers: Mapping[str, str]) -> str:
    """A relation with its sealed texts opened, the texts as they came beside them."""
    mine = [column for column in columns if is_sealed(column)]
    if not mine:
        return relation
    replaced = ", ".join(
        f"{_open(sql.name(headers[one.name]))} AS {sql.name(headers[one.name])}" for one in mine
    )
    kept = ", ".join(f"{sql.name(headers[one.name])} AS {_token(one)}" for one in mine)
    return f"(SELECT * REPLACE ({replaced}), {kept} FROM {relation})"


def all_opened(relation: str, columns: Iterable[str]) -> str:
    """A numbered relation with whatever is sealed in it opened."""
    cells = ", ".join(f"{_open(sql.name(name))} AS {sql.name(name)}" for name in columns)
    return f"(SELECT _row_number, {cells} FROM {relation})"


def tokens(columns: Iterable[Column[object]]) -> list[str]:
    """The texts as they came, to be handed on beside the opened ones."""
    return [_token(column) for column in columns if is_sealed(column)]


def sealed_value(column: Column[object], value: str, text: str) -> str:
    """A value sealed for its row's subject; one that came sealed and was left as it is, as it came."""
    plain, token = f"CAST({value} AS VARCHAR)", _token(column)
    is_as_it_came = f"starts_with({token}, '{MARK}') AND {plain} = {text}"
    return f"CASE WHEN {is_as_it_came} THEN {token} ELSE {sealed(column, plain)} END"


def sealed(column: Column[object], text: str) -> str:
    """A text sealed for its row's subject."""
    return f"seal_for({_subject(column.table.name, sql.name(policy.SUBJECTS[column.table.name]))}, {text})"


def open_text(column: Column[object], prefix: str) -> str:
    """A loaded value as it can be compared with another subject's."""
    name = prefix + sql.name(column.name)
    return _open(name) if is_sealed(column) else name


def _open(name: str) -> str:
    return f"CASE WHEN starts_with({name}, '{MARK}') THEN open_sealed({name}) ELSE {name} END"


def _token(column: Column[object]) -> str:
    return sql.name(f"token of {column.name}")


def _subject(table: str, key: str) -> str:
    return f"{sql.literal(table + '/')} || {key}"
