"""Feed files: each table as CSV with exactly the contract's header.

The text of a table is composed here and only here, by one query over its columns. Rows that were made dirty replace
their clean ones, or follow at the end. Dirt is decided elsewhere.
"""

from __future__ import annotations

from pathlib import Path

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
            columns[part] = values if words is None else pd.Categorical.from_codes(values, list(words))
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


def query(table: str, records: Records, source: str = "frame") -> str:
    """A query of a table's rows as text, in the contract's columns and order."""
    columns = TABLES[table].columns
    parts = ", ".join(f'{_expression(records, c.name, c.info["kind"])} as "{c.name}"' for c in columns)
    return f"select {parts} from {source}"


def as_text(connection: warehouse.Connection, table: str, records: Records) -> pd.DataFrame:
    """Rows as the text that a feed file holds; blank is None."""
    connection.register("frame", _frame(records))
    return connection.execute(query(table, records)).df().astype(object).where(lambda f: f.notna(), None)


def write_table(
    connection: warehouse.Connection,
    table: str,
    records: Records,
    path: Path,
    *,
    replaced: pd.DataFrame | None = None,
    added: pd.DataFrame | None = None,
) -> int:
    """Write one feed file and return its number of rows.

    `replaced`: rows of text that stand instead of clean ones, indexed by row position; `added`: rows of text that
    follow at the end.
    """
    frame = _frame(records)
    frame["row"] = np.arange(len(frame))
    connection.register("frame", frame)
    text = query(table, records)
    names = [column.name for column in TABLES[table].columns]
    if replaced is not None and len(replaced):
        connection.register("replaced", replaced.rename_axis("row").reset_index())
        chosen = ", ".join(f'case when r.row is null then t."{n}" else r."{n}"::varchar end as "{n}"' for n in names)
        inner = query(table, records).replace("select ", "select row, ", 1)
        text = f"select {chosen} from ({inner}) t left join replaced r on r.row = t.row"
    if added is not None and len(added):
        connection.register("added", added)
        listed = ", ".join(f'"{n}"::varchar' for n in names)
        text = f"{text} union all select {listed} from added"
    connection.execute(f"copy ({text}) to '{str(path).replace(chr(39), chr(39) * 2)}' (format csv, header)")
    return len(frame) + (0 if added is None else len(added))
