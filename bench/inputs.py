"""The records that are measured: an invented bureau's feed files, made once per size, and two days that follow them."""

from __future__ import annotations

import shutil
from pathlib import Path

from etl import demo
from model import warehouse
from model.contract import TABLES

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


def increments(core: Path, first: Path, second: Path, share: float) -> None:
    """Two days after the core records, `share` of each core table a day, half under new keys, half changed.

    What changes on the first is of the month before, now closed; on the second all is of the month in progress.
    """
    for table in CORE:
        source = core_files(core, table)[0]
        key, anchor, _ = _DAILY[table]
        with warehouse.connect() as connection:
            rows = connection.read_csv(str(source), header=True, all_varchar=True)
            count = max(2, round(len(rows) * share))
            newest = rows.order(f"try_cast({anchor} AS TIMESTAMP) DESC NULLS LAST, {key}").limit(count)
            newest.create("newest")
            is_new = f"hash({key}) % 2 = 0"
            connection.execute(
                f"CREATE TABLE one AS {_day(table, 3)} FROM newest WHERE {is_new};"
                f"CREATE TABLE two AS {_day(table, 4)} FROM newest WHERE {is_new}"
            )
            for folder, changed, new, date in (
                (first, f"newest WHERE NOT {is_new}", "one", "2026-11-03"),
                (second, "one", "two", "2026-11-04"),
            ):
                folder.mkdir(parents=True, exist_ok=True)
                filled = f"SELECT * REPLACE ({_filled(table)}) FROM {changed} UNION ALL FROM {new}"
                connection.sql(filled).write_csv(str(folder / f"{table}-{date}.csv"), header=True)


def _day(table: str, days: int) -> str:
    """The columns of records like others that came so many days later, under keys of their own."""
    key = _DAILY[table][0]
    shown = {"date": "%Y-%m-%d", "timestamp": "%Y-%m-%d %H:%M:%S"}
    later = (
        f"coalesce(strftime(try_cast({column.name} AS TIMESTAMP) + INTERVAL {days} DAY,"
        f" '{shown[column.info['kind']]}'), {column.name}) AS {column.name}"
        for column in TABLES[table].columns
        if column.info["kind"] in shown
    )
    return f"SELECT * REPLACE ('day-{days}-' || {key} AS {key}, {', '.join(later)})"


def _filled(table: str) -> str:
    column = _DAILY[table][2]
    return f"coalesce({column}, 'satisfied') AS {column}"
