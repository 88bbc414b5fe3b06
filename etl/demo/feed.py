"""Feed files: each table as CSV with exactly the contract's header.

The text of a table is composed here and only here, by one query over its columns, without a join or a sort, so that
the order of rows is that of the table and memory stays small. Dirt is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from etl.demo.records import Records
from model import warehouse
from model.contract import TABLES

_PATTERNS = {"date": "%Y-%m-%d", "timestamp": "%Y-%m-%d %H:%M:%S"}


def _frame(records: Records) -> pd.DataFrame:
    """The columns as DuckDB reads them best: categories for vocabularies, one column per place of a list."""
    columns: dict[str, object] = {}
    for name, array in records.values.items():
        if name.startswith("_"):
            continue
        parts = (
            {name: array} if array.ndim == 1 else {f"{name}.{i}": array[:, i] for i in range(array.shape[1])}
        )
        for part, values in parts.items():
            words = records.words.get(name)
            columns[part] = (
                values if words is None else pd.Categorical.from_codes(values, categories=pd.Index(words))
            )
    return pd.DataFrame(columns)


def _expression(records: Records, name: str, kind: str) -> str:
    """The text of one contract column as SQL over the frame."""
    array = records.values.get(name)
    if array is None:
        return "null"
    if array.ndim == 2:
        places = ", ".join(f'"{name}.{i}"::varchar' for i in range(array.shape[1]))
        return f"nullif(concat_ws(';', {places}), '')"
    if name in records.formats:
        return f'case when "{name}" >= 0 then printf(\'{records.formats[name]}\', "{name}"::bigint) end'
    if name in records.hashed:
        return (
            f'case when "{name}" >= 0 then sha256(printf(\'{records.hashed[name]}\', "{name}"::bigint)) end'
        )
    if name in records.words or array.dtype.kind in "UO":
        return f"nullif(\"{name}\"::varchar, '')"
    if kind in _PATTERNS:
        return f"strftime(\"{name}\", '{_PATTERNS[kind]}')"
    if kind == "boolean":
        return f"case \"{name}\" when 1 then 'true' when 0 then 'false' end"
    if array.dtype.kind == "f":
        return f'"{name}"::varchar'
    return f'nullif("{name}", -1)::varchar'


def query(table: str, records: Records, overridden: Iterable[str] = ()) -> str:
    """A query of the frame's rows as text, in the contract's columns and order; overriding text goes before."""
    parts = []
    for column in TABLES[table].columns:
        text = _expression(records, column.name, column.info["kind"])
        if column.name in overridden:
            text = f"nullif(coalesce(\"{column.name}!\"::varchar, {text}), '')"
        parts.append(f'{text} as "{column.name}"')
    return f"select {', '.join(parts)} from frame"


def as_text(connection: warehouse.Connection, table: str, records: Records) -> pd.DataFrame:
    """Rows as the text that a feed file holds; blank is None."""
    connection.register("frame", _frame(records))
    text: pd.DataFrame = connection.execute(query(table, records)).df().astype(object)
    return text.where(text.notna(), None)


def write_table(
    connection: warehouse.Connection,
    table: str,
    records: Records,
    path: Path,
    *,
    overrides: dict[str, pd.Series[Any]] | None = None,
    added: pd.DataFrame | None = None,
) -> int:
    """Write one feed file and return its number of rows.

    `overrides`: for a column, text that stands instead of the clean text, by row position ('' = blank); `added`: rows
    of text that follow at the end.
    """
    frame = _frame(records)
    for name, texts in (overrides or {}).items():
        words, places = np.unique(texts.to_numpy(dtype=str), return_inverse=True)
        codes = np.full(len(frame), -1)
        codes[texts.index] = places
        frame[f"{name}!"] = pd.Categorical.from_codes(codes, categories=pd.Index(words))
    connection.register("frame", frame)
    text = query(table, records, overrides or ())
    if added is not None and len(added):
        connection.register("added", added)
        listed = ", ".join(f'"{column.name}"::varchar' for column in TABLES[table].columns)
        text = f"{text} union all select {listed} from added"
    target = str(path).replace("'", "''")
    connection.execute(f"copy ({text}) to '{target}' (format csv, header)")
    return len(frame) + (0 if added is None else len(added))
