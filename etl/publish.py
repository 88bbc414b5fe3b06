"""Publish: a new snapshot directory, its three surfaces and manifest, and one durable replace of CURRENT.

Readers never wait and never see half: a snapshot is complete on disk before CURRENT names it, and never changes after.
The order that a loss of power must not break: the files' bytes, their names, the snapshot's name, CURRENT; each is on
disk before the next is begun. What is published must be conserved: a count that does not agree stops the run.
"""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

from etl import land, snapshots, sql, surfaces
from etl.building import Building, Report
from etl.gather import Intake, Warehouse
from etl.inbox import now
from model import vault, warehouse
from model.contract import TABLES
from model.indicators import context

LONGEST_LIMIT = timedelta(days=45)
"""How long before its end the calendar is told to end: 30 working days, the longest limit of a licence (Administrative
Licensing Law, art. 42), and a holiday of a week."""


class ConservationError(RuntimeError):
    """The warehouse under construction does not hold what its batches say; it must not be published."""


def publish(building: Building, place: Warehouse, report: Report) -> str:
    """Complete the snapshot and make it the current one; its id. ConservationError where its counts do not agree."""
    connection = building.connection
    tables = account(connection, "snapshot")
    sources = _sources(connection)
    building.notices += _notices(connection)
    building.notices += [_refusal_notice(item) for item in report.files if item.status == "refused"]
    surfaces.write(building, place)
    if surfaces.is_wasteful(connection):
        _rewrite(connection, building.directory)
    for catalog in ("snapshot", "analysis", "screen"):
        connection.execute(f"CHECKPOINT {catalog}")
        connection.execute(f"DETACH {catalog}")
    connection.close()
    files = _finish_files(building.directory)
    manifest = {
        "snapshot": building.snapshot_id,
        "sequence": building.sequence,
        "previous": building.previous,
        "published_at": now().isoformat(),
        "code_version": surfaces.VERSION,
        "hash_key": vault.fingerprint(vault.hash_key(place.vault)),
        "notices": building.notices,
        "sources": sources,
        "tables": tables,
        "files": files,
    }
    land.write_durably(building.directory / warehouse.MANIFEST, land.described(manifest), mode=land.READ_ONLY)
    _make_current(building, place)
    snapshots.prune(place)
    return building.snapshot_id


def _make_current(building: Building, place: Warehouse) -> None:
    """Give a complete snapshot its name, then move CURRENT to it; where that fails, neither."""
    target = place.directory / building.snapshot_id
    building.directory.rename(target)
    try:
        land.sync_directory(place.directory)
        snapshots.point(place, building.snapshot_id)
    except OSError:
        if snapshots.current_id(place) != building.snapshot_id:
            target.rename(building.directory)
        raise


def account(connection: warehouse.Connection, catalog: str) -> dict[str, dict[str, int]]:
    """Rows, revisions and quarantined rows of each table. ConservationError where they are not what the batches say."""
    summed = {
        row[0]: row[1:]
        for row in connection.execute(
            "SELECT table_name, sum(loaded_count + superseding_count + derived_count + released_count"
            " - released_unchanged_count), sum(quarantined_count - released_count),"
            " bool_and(read_count = loaded_count + unchanged_count + superseding_count + quarantined_count"
            f" + merged_count) FROM {catalog}.quality.batch GROUP BY ALL"
        ).fetchall()
    }
    held = dict(
        connection.execute(
            f"SELECT table_name, count(*) FROM {catalog}.quality.quarantine GROUP BY 1"
        ).fetchall()
    )
    counts = _counts(connection, catalog)
    found: dict[str, dict[str, int]] = {}
    for name in TABLES:
        versions, quarantined, is_conserved = summed.get(name, (0, 0, True))
        rows, revisions = counts[name], counts[f"{name}_revision"]
        if not is_conserved or rows + revisions != versions or held.get(name, 0) != quarantined:
            raise ConservationError(
                f"{name}: {rows} rows, {revisions} revisions and {held.get(name, 0)} quarantined;"
                f" the batches say {versions} versions and {quarantined} quarantined"
            )
        found[name] = {"rows": rows, "revisions": revisions, "quarantined": quarantined}
    return found


def _counts(connection: warehouse.Connection, catalog: str) -> dict[str, int]:
    """The rows of every table of records and of its revisions."""
    queries = (
        f"SELECT {sql.literal(name)}, count(*) FROM {catalog}.record.{sql.name(name)}"
        for table in TABLES
        for name in (table, f"{table}_revision")
    )
    return dict(connection.execute(" UNION ALL ".join(queries)).fetchall())


def _sources(connection: warehouse.Connection) -> list[dict[str, Any]]:
    """Every source with its clocks and the tables that it has delivered: who shows a kind of record must know whose."""
    columns = ("source", "name_zh", "name_en", "as_of", "arrived_at", "cadence_days", "tables")
    rows = connection.execute(
        f"SELECT {', '.join(columns)} FROM snapshot.quality.source LEFT JOIN (SELECT source,"
        " list(DISTINCT table_name ORDER BY table_name) AS tables FROM snapshot.quality.batch GROUP BY source)"
        " USING (source) ORDER BY source"
    ).fetchall()
    return [
        {
            name: value.isoformat() if hasattr(value, "isoformat") else value
            for name, value in zip(columns, row, strict=True)
        }
        for row in rows
    ]


def _notices(connection: warehouse.Connection) -> list[dict[str, str]]:
    """What a reader of this snapshot must know: where the working calendar ends, once limits may lie beyond it."""
    connection.execute("USE snapshot")
    try:
        known = connection.execute(f"SELECT max(date) FROM ({context.sql('context/working_day')})").fetchone()
        told = connection.execute("SELECT max(date) FROM record.working_calendar").fetchone()
        latest = connection.execute("SELECT max(as_of) FROM quality.source").fetchone()
    finally:
        connection.execute("USE memory")
    last = known[0] if known else None
    if not (last and told and latest and latest[0] and latest[0].date() + LONGEST_LIMIT > last):
        return []
    zh = f"工作日历止于 {last:%Y年%m月%d日}，此后的工作日无法计算"
    en = f"The working calendar ends on {last:%Y-%m-%d}; working days after it are not computable"
    if told[0] > last:
        missing = last + timedelta(days=1)
        zh += f"；其后有日期，但缺 {missing:%Y年%m月%d日}"
        en += f". Later days are known, but {missing:%Y-%m-%d} is missing"
    return [{"about": "working_calendar", "until": last.isoformat(), "zh": zh, "en": en}]


def _refusal_notice(intake: Intake) -> dict[str, str]:
    return {"zh": f"文件未接收: {intake.name}", "en": f"File refused: {intake.name}"}


def _rewrite(connection: warehouse.Connection, directory: Path) -> None:
    """Write the warehouse file anew, without the blocks that rewrites left free."""
    fresh = directory / "fresh.duckdb"
    warehouse.attach(connection, fresh, "fresh")
    connection.execute("COPY FROM DATABASE snapshot TO fresh")
    connection.execute("CHECKPOINT fresh; DETACH fresh; DETACH snapshot")
    fresh.replace(directory / "full.duckdb")
    warehouse.attach(connection, directory / "full.duckdb", "snapshot")


def _finish_files(directory: Path) -> dict[str, dict[str, Any]]:
    """Make the three files durable, remove all else, and say their sizes and hashes."""
    wanted = {f"{surface}.duckdb" for surface in warehouse.SURFACES}
    for item in directory.iterdir():
        if item.is_dir():
            shutil.rmtree(item)
        elif item.suffix == ".wal":
            raise RuntimeError(f"{item.name} holds what was not written into its file")
        elif item.name not in wanted:
            item.unlink()

    def finish(name: str) -> tuple[str, dict[str, Any]]:
        path = directory / name
        path.chmod(land.READ_ONLY)
        with path.open("rb") as file:
            os.fsync(file.fileno())
        return name, {"sha256": land.sha256_of(path), "size_bytes": path.stat().st_size}

    with ThreadPoolExecutor(2) as pool:
        return dict(pool.map(finish, sorted(wanted)))
