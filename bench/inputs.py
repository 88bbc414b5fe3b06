"""The records that are measured: an invented bureau's feed files, made once per size, and a day's increment of them."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from etl import demo
from model import warehouse

CORE = ("inspection", "licence_application", "complaint")
_KEY = {"inspection": "inspection_no", "licence_application": "application_no", "complaint": "ticket_no"}


def feed(directory: Path, rows: int) -> tuple[Path, Path]:
    """Folders with the registers and with about `rows` core records, as feed files; made where they are not there."""
    registers, core = directory / f"registers-{rows}", directory / f"core-{rows}"
    if not core.exists():
        made = directory / f"making-{rows}"
        shutil.rmtree(made, ignore_errors=True)
        demo.write(made, scale="city", months=36, seed=7, records=rows)
        registers.mkdir(parents=True, exist_ok=True)
        core.mkdir()
        for path in sorted(made.glob("*.csv")):
            is_core = path.name.rsplit("-", 3)[0] in CORE
            path.rename((core if is_core else registers) / path.name)
        shutil.rmtree(made)
    return registers, core


def core_file(core: Path, table: str) -> Path:
    """The file of one core table."""
    return next(core.glob(f"{table}-*.csv"))


def increment(core: Path, target: Path, share: float) -> int:
    """A day's worth of records: of `share` of each core table half under new keys, half changed; how many rows."""
    target.mkdir(parents=True, exist_ok=True)
    total = 0
    for table in CORE:
        source = core_file(core, table)
        with source.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        changed = {
            "inspection": "recording_id",
            "licence_application": "refusal_basis",
            "complaint": "due_at",
        }[table]
        with warehouse.connect() as connection:
            rows = connection.read_csv(str(source), header=True, all_varchar=True)
            key, every = _KEY[table], round(2 / share)
            kept = f"hash({key}) % {every}"
            columns = ", ".join(
                f"CASE WHEN {kept} = 0 THEN 'new-' || {key} ELSE {key} END AS {key}"
                if name == key
                else f"CASE WHEN {kept} = 1 AND {name} IS NULL THEN '2026-11-01 00:00:00' ELSE {name} END AS {name}"
                if name == changed
                else name
                for name in header
            )
            found = rows.filter(f"{kept} IN (0, 1)").project(columns)
            total += len(found)
            found.write_csv(str(target / f"{table}-2026-11-01.csv"), header=True)
    return total
