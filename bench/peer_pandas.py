"""The peer pandas + to_sql: the script of an afternoon, row by row through SQLAlchemy."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from sqlalchemy import create_engine

from bench.inputs import CORE, core_files
from bench.measured import measured


def main(core: Path, target: Path, rows: int) -> None:
    """The first `rows` rows of each core file: it is too slow for all of them."""
    target.unlink(missing_ok=True)
    with measured() as found:
        engine = create_engine(f"duckdb:///{target}")
        found["rows"] = 0
        for table in CORE:
            frame = pd.read_csv(core_files(core, table)[0], nrows=rows)
            frame.to_sql(table, engine, index=False, chunksize=10_000)
            found["rows"] += len(frame)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
