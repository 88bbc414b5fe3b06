"""Quarantine: why rows are kept out, and the rows themselves as a file that can be corrected and delivered again."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from model import warehouse
from model.contract import TABLES, VAULT
from model.warehouse import Snapshot


def reasons(snapshot: Snapshot, table: str | None = None) -> list[dict[str, Any]]:
    """How many rows each reason keeps out, most first. ValueError where an unknown table is named."""
    if table not in (None, *TABLES, VAULT.name):
        raise _no_table(table)
    query = (
        "SELECT table_name, reason, count(*), bool_and(is_waiting)"
        " FROM (SELECT table_name, is_waiting, unnest(reasons) AS reason FROM quality.quarantine"
        " WHERE ? IS NULL OR table_name = ?) GROUP BY ALL ORDER BY 3 DESC, 1, 2"
    )
    with warehouse.connect(snapshot.path("full"), read_only=True) as connection:
        rows = connection.execute(query, [table, table]).fetchall()
    return [
        {"table": name, "reason": why, "rows": count, "is_waiting": waits} for name, why, count, waits in rows
    ]


def export(snapshot: Snapshot, table: str | None, target: Path) -> int:
    """Write the quarantined rows of one table in the contract's columns, ready for correction; how many.

    Behind them stand the file, row number and reasons of each: the loader reports those columns as unknown and
    ignores them. ValueError where no table, or an unknown one, is named.
    """
    if table not in TABLES:
        raise _no_table(table)
    query = 'SELECT file, row_number, reasons, "row" FROM quality.quarantine WHERE table_name = ?'
    with warehouse.connect(snapshot.path("full"), read_only=True) as connection:
        rows = connection.execute(query, [table]).fetchall()
    contents = [json.loads(row) if row else {} for *_, row in rows]
    columns = [column.name for column in TABLES[table].columns if any(column.name in one for one in contents)]
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*columns, "来自文件 file", "行号 row number", "原因 reasons"])
        for (name, number, why, _), one in zip(rows, contents, strict=True):
            writer.writerow([*(one.get(column) for column in columns), name, number, " | ".join(why)])
    return len(rows)


def _no_table(name: str | None) -> ValueError:
    return ValueError(f"--table: {name or 'missing'}; expected one of {', '.join(TABLES)}")
