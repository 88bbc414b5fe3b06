"""The peer dlt: the same core files through its filesystem source into DuckDB. Text stays text, no rule is checked.

Types are not inferred: two files of a table that differ in what is empty would then not go into one run.
"""

from __future__ import annotations

import sys
from pathlib import Path

import dlt
from dlt.sources.filesystem import filesystem, read_csv_duckdb

from bench.measured import measured


def main(core: Path, target: Path) -> None:
    """One pipeline run with a resource a table."""
    target.unlink(missing_ok=True)
    with measured():
        pipeline = dlt.pipeline(
            pipeline_name="bench",
            pipelines_dir=str(target.parent / "dlt"),
            destination=dlt.destinations.duckdb(str(target)),
            dataset_name="bench",
        )
        tables = sorted({path.name.rsplit("-", 3)[0] for path in core.glob("*.csv")})
        resources = [
            (
                filesystem(bucket_url=core.resolve().as_uri(), file_glob=f"{table}-*.csv")
                | read_csv_duckdb(use_pyarrow=True, chunk_size=100_000, all_varchar=True)
            ).with_name(table)
            for table in tables
        ]
        pipeline.run(resources, loader_file_format="parquet")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
