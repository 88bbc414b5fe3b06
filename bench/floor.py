"""The floor: bare typed read_csv of the core files into tables of a DuckDB file: it checks and keeps nothing."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from bench.inputs import CORE, core_files
from bench.measured import measured
from etl.batch import type_name
from model import warehouse
from model.contract import TABLES


def main(core: Path, target: Path) -> None:
    """Read the three core files; lists stay text, and rows that do not cast are dropped, as read_csv does it."""
    target.unlink(missing_ok=True)
    with measured(), warehouse.connect(target, memory_limit="4GB", temporary=target.parent) as connection:
        for table in CORE:
            types = {column.name: type_name(column).removesuffix("[]") for column in TABLES[table].columns}
            for number, path in enumerate(core_files(core, table)):
                with path.open(encoding="utf-8", newline="") as file:
                    header = next(csv.reader(file))
                rows = connection.read_csv(
                    str(path), header=True, dtype={name: types[name] for name in header}, ignore_errors=True
                )
                rows.insert_into(table) if number else rows.create(table)
        connection.execute("CHECKPOINT")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
