"""The records that are measured: an invented bureau's feed files, made once per size, and a day's increment of them."""

from __future__ import annotations

import shutil
from pathlib import Path

from etl import demo
from model import warehouse

CORE = ("inspection", "licence_application", "complaint")
_DAILY = {
    "inspection": ("inspection_no", "started_at", "reassignment_reason"),
    "licence_application": ("application_no", "submitted_at", "extension_reason"),
    "complaint": ("ticket_no", "received_at", "satisfaction"),
}
"""Of each core table its key, the time that says which rows are the newest, and a column that a day may fill."""


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


def core_files(core: Path, table: str) -> list[Path]:
    """The files of one core table, the largest first: a few rows may stand in one of their own."""
    return sorted(core.glob(f"{table}-*.csv"), key=lambda path: path.stat().st_size, reverse=True)


def increment(core: Path, target: Path, share: float) -> int:
    """A day's worth of the newest records: `share` of each core table, half under new keys, half changed; how many."""
    target.mkdir(parents=True, exist_ok=True)
    total = 0
    for table in CORE:
        source = core_files(core, table)[0]
        key, anchor, changed = _DAILY[table]
        with warehouse.connect() as connection:
            rows = connection.read_csv(str(source), header=True, all_varchar=True)
            count = max(2, round(len(rows) * share))
            newest = rows.order(f"try_cast({anchor} AS TIMESTAMP) DESC NULLS LAST, {key}").limit(count)
            is_new = f"hash({key}) % 2 = 0"
            columns = ", ".join(
                f"CASE WHEN {is_new} THEN 'new-' || {key} ELSE {key} END AS {key}"
                if name == key
                else f"coalesce({name}, 'satisfied') AS {name}"
                if name == changed
                else name
                for name in rows.columns
            )
            newest.project(columns).write_csv(str(target / f"{table}-2026-11-01.csv"), header=True)
            total += count
    return total
