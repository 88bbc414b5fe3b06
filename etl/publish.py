"""Publish: a new snapshot directory, its three surfaces and manifest, and one durable replace of CURRENT.

Readers never wait and never see half: a snapshot is complete on disk before CURRENT names it, and never changes after.
The order that a loss of power must not break: the files' bytes, their names, the snapshot's name, CURRENT; each is on
disk before the next is begun. Also what follows from that: history, rollback, the removal of old snapshots, and the
end of what a killed run began.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Column

from etl import check, land, load, screen, sql
from etl.building import Building, Report
from etl.gather import Intake, Known, Warehouse
from etl.inbox import now
from model import policy, vault, warehouse
from model.contract import TABLES

log = logging.getLogger(__name__)

VERSION = "0.1.0"
KEPT_SNAPSHOTS = 5
_BUILDING = ".building"
_REMOVED = ".removed-"
_WITHDRAWN = "WITHDRAWN"
"""The snapshots newer than the one that a rollback went back to: complete, but not to be published again by itself."""
_WASTE = 0.3
"""The share of free blocks from which a warehouse file is written anew instead of carried on."""


class ConservationError(RuntimeError):
    """The warehouse under construction does not hold what its batches say; it must not be published."""


class PointerError(RuntimeError):
    """CURRENT does not name a snapshot that is on disk; loading on top of nothing would forget what was loaded."""


@dataclass(frozen=True)
class KnownFiles:
    """The files that earlier runs took or refused. `latest`: by name, the hash of the last one loaded."""

    by_stamp: dict[tuple[str, int, int, int], Known] = field(default_factory=dict)
    by_hash: dict[str, Known] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    cursors: dict[str, str] = field(default_factory=dict)
    latest: dict[str, str] = field(default_factory=dict)

    def is_news(self, intake: Intake) -> bool:
        """True for a refusal that no snapshot tells of yet."""
        return intake.status == "refused" and self.refusals.get(intake.name) != intake.error


def current_id(place: Warehouse) -> str | None:
    """The id of the published snapshot, or None."""
    return warehouse.current_id(place.directory)


def clean(place: Warehouse) -> None:
    """Make the folders, remove what an interrupted run left, and end what it had as good as done.

    PointerError where CURRENT is not sound.
    """
    land.make_directory(place.directory)
    shutil.rmtree(place.directory / _BUILDING, ignore_errors=True)
    for removed in place.directory.glob(f"{_REMOVED}*"):
        shutil.rmtree(removed, ignore_errors=True)
    land.clean(place.landing)
    _complete(place)
    _require_sound(place)


def _complete(place: Warehouse) -> None:
    """Publish the snapshot of a run that was killed between giving it its name and moving CURRENT."""
    current, ids = current_id(place), snapshot_ids(place)
    last = ids[-1] if ids else None
    if last is None or last in _withdrawn(place) or (current is not None and last <= current):
        return
    manifest = land.read_description(place.directory / last / warehouse.MANIFEST)
    if manifest and manifest["previous"] == current and not damaged(place, last, manifest):
        _point(place, last)


def _require_sound(place: Warehouse) -> None:
    current, ids = current_id(place), snapshot_ids(place)
    if current in ids or (current is None and not ids):
        return
    said = f"names {current}, which is not on disk" if current else "is missing or empty"
    raise PointerError(
        f"{warehouse.CURRENT} {said}; on disk: {', '.join(ids) or 'none'};"
        " choose one with: python -m etl rollback --to ID"
    )


def damaged(place: Warehouse, snapshot_id: str, manifest: dict[str, Any]) -> list[str]:
    """What is not, byte for byte, as a snapshot's manifest says, in words."""
    found = []
    for name, said in manifest["files"].items():
        path = place.directory / snapshot_id / name
        if not path.exists():
            found.append(f"{snapshot_id}: {name} is gone")
        elif land.sha256_of(path) != said["sha256"]:
            found.append(f"{snapshot_id}: {name}: its content is not what the manifest says")
    return found


def _point(place: Warehouse, snapshot_id: str) -> None:
    land.write_durably(place.directory / warehouse.CURRENT, snapshot_id + "\n")


def _withdrawn(place: Warehouse) -> set[str]:
    path = place.directory / _WITHDRAWN
    return set(path.read_text(encoding="utf-8").split()) if path.exists() else set()


def known_files(place: Warehouse) -> KnownFiles:
    """What the current snapshot tells of the files that came so far."""
    found = current_id(place)
    if not found:
        return KnownFiles()
    known = KnownFiles()
    connection = warehouse.connect(place.directory / found / "full.duckdb", read_only=True)
    with connection:
        rows = connection.execute(
            "SELECT file, size_bytes, modified_ns, changed_ns, sha256, source, table_names, row_count, status, error,"
            " cursor_value FROM quality.file ORDER BY snapshot_id"
        ).fetchall()
    for file, size, modified, changed, sha256, source, tables, count, status, error, cursor in rows:
        known.refusals.pop(file, None)
        if status == "refused":
            known.refusals[file] = error
        elif status == "loaded":
            names = (*known.by_hash[sha256].names, file) if sha256 in known.by_hash else (file,)
            taken = Known(sha256, source, tuple(tables), count or 0, names)
            known.by_stamp[file, size, modified, changed] = known.by_hash[sha256] = taken
            known.latest[file] = sha256
            if cursor is not None:
                known.cursors[file] = cursor
    return known


@contextmanager
def building(place: Warehouse, memory_limit: str = "2GB") -> Iterator[Building]:
    """A snapshot under construction, started from the current one; removed unless it is published."""
    directory = place.directory / _BUILDING
    previous = current_id(place)
    key = _hash_key(place, previous)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        (directory / "spill").mkdir(parents=True)
        if previous:
            shutil.copyfile(place.directory / previous / "full.duckdb", directory / "full.duckdb")
        connection = stack.enter_context(
            warehouse.connect(temporary=directory / "spill", memory_limit=memory_limit)
        )
        _define(connection, key)
        # In order, DuckDB 1.5.6 leaves row groups that the checkpoint writes again: twice the file, twice the time.
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(f"ATTACH {sql.literal(str(directory / 'full.duckdb'))} AS snapshot")
        load.create_tables(connection, TABLES)
        row = connection.execute(
            "SELECT coalesce(max(batch_id), 0) + 1 FROM snapshot.quality.batch"
        ).fetchone()
        first = int(row[0]) if row else 1
        sequence = _next_sequence(place)
        snapshot_id = f"{sequence:06d}-{now():%Y%m%dT%H%M%S}"
        yield Building(connection, directory, snapshot_id, sequence, previous, first, first)


def _hash_key(place: Warehouse, previous: str | None) -> bytes:
    """The installation's key; VaultError where it is not the one with which the current snapshot was made."""
    key = vault.hash_key(place.vault, may_make=previous is None)
    if previous:
        said = warehouse.open_snapshot(place.directory, previous).manifest.get("hash_key")
        if said is not None and said != vault.fingerprint(key):
            raise vault.VaultError(
                f"{vault.HASH_KEY_FILE} is not the key with which {previous} was made: restore it from the backup"
            )
    return key


def _define(connection: warehouse.Connection, key: bytes) -> None:
    """The keyed hash as a macro of this connection only, and the lists of what changes in this run."""
    inner, outer = vault.hash_pads(key)
    connection.execute(
        "CREATE TEMP MACRO keyed_hash(text) AS CASE WHEN text IS NOT NULL THEN"
        f" sha256(from_hex('{outer.hex()}') || from_hex(sha256(from_hex('{inner.hex()}') || encode(text)))) END"
    )
    connection.execute("CREATE TEMP MACRO pseudonym(text) AS left(keyed_hash(text), 16)")
    for name in ("removed", "added"):
        connection.execute(
            f"CREATE TEMP TABLE {name} (table_name VARCHAR, batch_id BIGINT, row_number BIGINT)"
        )


def _next_sequence(place: Warehouse) -> int:
    return max((int(name.split("-")[0]) for name in snapshot_ids(place)), default=0) + 1


def snapshot_ids(place: Warehouse) -> list[str]:
    """The ids of the snapshots on disk, oldest first."""
    if not place.directory.exists():
        return []
    return sorted(
        item.parent.name
        for item in place.directory.glob(f"*/{warehouse.MANIFEST}")
        if item.parent.name[0] != "."
    )


def publish(building: Building, place: Warehouse, report: Report) -> str:
    """Complete the snapshot and make it the current one; its id. ConservationError where its counts do not agree."""
    connection = building.connection
    tables = account(connection, "snapshot")
    sources = _sources(connection)
    building.notices += _notices(connection)
    building.notices += [_refusal_notice(item) for item in report.files if item.status == "refused"]
    _write_analysis(building, place)
    _write_screen(building)
    if _is_wasteful(connection):
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
        "code_version": VERSION,
        "hash_key": vault.fingerprint(vault.hash_key(place.vault)),
        "notices": building.notices,
        "sources": sources,
        "tables": tables,
        "files": files,
    }
    land.write_durably(building.directory / warehouse.MANIFEST, land.described(manifest), mode=land.READ_ONLY)
    _make_current(building, place)
    prune(place)
    return building.snapshot_id


def _make_current(building: Building, place: Warehouse) -> None:
    """Give a complete snapshot its name, then move CURRENT to it; where that fails, neither."""
    target = place.directory / building.snapshot_id
    building.directory.rename(target)
    try:
        land.sync_directory(place.directory)
        _point(place, building.snapshot_id)
    except OSError:
        if current_id(place) != building.snapshot_id:
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
    found: dict[str, dict[str, int]] = {}
    for name in TABLES:
        versions, quarantined, is_conserved = summed.get(name, (0, 0, True))
        rows, revisions = (
            _count(connection, f"SELECT count(*) FROM {catalog}.record.{sql.name(name + ending)}")
            for ending in ("", "_revision")
        )
        if not is_conserved or rows + revisions != versions or held.get(name, 0) != quarantined:
            raise ConservationError(
                f"{name}: {rows} rows, {revisions} revisions and {held.get(name, 0)} quarantined;"
                f" the batches say {versions} versions and {quarantined} quarantined"
            )
        found[name] = {"rows": rows, "revisions": revisions, "quarantined": quarantined}
    return found


def _count(connection: warehouse.Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _sources(connection: warehouse.Connection) -> list[dict[str, Any]]:
    columns = ("source", "name_zh", "name_en", "as_of", "arrived_at", "cadence_days")
    rows = connection.execute(
        f"SELECT {', '.join(columns)} FROM snapshot.quality.source ORDER BY 1"
    ).fetchall()
    return [
        {
            name: value.isoformat() if hasattr(value, "isoformat") else value
            for name, value in zip(columns, row, strict=True)
        }
        for row in rows
    ]


def _notices(connection: warehouse.Connection) -> list[dict[str, str]]:
    """What a reader of this snapshot must know: where the working calendar ends."""
    last = connection.execute("SELECT max(date) FROM snapshot.record.working_calendar").fetchone()
    latest = connection.execute("SELECT max(as_of) FROM snapshot.quality.source").fetchone()
    if not (last and last[0] and latest and latest[0] and latest[0].date() > last[0]):
        return []
    return [
        {
            "zh": f"工作日历止于 {last[0]:%Y年%m月%d日},此后的工作日无法计算",
            "en": f"The working calendar ends on {last[0]:%Y-%m-%d}; working days after it are not computable",
        }
    ]


def _refusal_notice(intake: Intake) -> dict[str, str]:
    return {"zh": f"文件未接收: {intake.name}", "en": f"File refused: {intake.name}"}


def _write_analysis(building: Building, place: Warehouse) -> None:
    """The analysis surface: carried on from the previous snapshot by what changed, or written anew."""
    connection, path = building.connection, building.directory / "analysis.duckdb"
    previous = _carried_on(building, place)
    is_carried_on = previous is not None
    if previous:
        shutil.copyfile(previous, path)
    connection.execute(f"ATTACH {sql.literal(str(path))} AS analysis")
    connection.execute(
        "CREATE SCHEMA IF NOT EXISTS analysis.record; CREATE SCHEMA IF NOT EXISTS analysis.mart"
    )
    for table in policy.analysis_tables():
        name = sql.name(table.name)
        columns = policy.analysis_columns(table)
        declared = ", ".join(f"{sql.name(column.name)} {check.type_name(column)}" for column, _ in columns)
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS analysis.record.{name} ({declared}, batch_id BIGINT, row_number BIGINT)"
        )
        condition = ""
        if is_carried_on:
            connection.execute(
                f"DELETE FROM analysis.record.{name} WHERE (batch_id, row_number) IN"
                " (SELECT (batch_id, row_number) FROM removed WHERE table_name = ?)",
                [table.name],
            )
            condition = (
                f"WHERE r.batch_id >= {building.first_batch_id} OR (r.batch_id, r.row_number) IN"
                f" (SELECT (batch_id, row_number) FROM added WHERE table_name = {sql.literal(table.name)})"
            )
        connection.execute(
            sql.statement("analysis_rows", table=name, condition=condition, **_pseudonymised(columns))
        )
    for mart in ("unit", "unit_tree", "volume", "cell"):
        connection.execute(f"CREATE OR REPLACE TABLE analysis.mart.{mart} AS FROM snapshot.mart.{mart}")
    connection.execute(sql.statement("judge_analysis"))


def _carried_on(building: Building, place: Warehouse) -> Path | None:
    """The previous analysis surface, where this code wrote it and it is worth carrying on."""
    if building.previous is None or _is_wasteful(building.connection):
        return None
    before = warehouse.open_snapshot(place.directory, building.previous)
    path = before.path("analysis")
    return path if path.exists() and before.manifest.get("code_version") == VERSION else None


def _pseudonymised(columns: list[tuple[Column[Any], policy.Exposure]]) -> dict[str, str]:
    """The parts of the statement that looks up each distinct identity's pseudonym once."""
    hidden = [column for column, exposure in columns if exposure == "pseudonym"]
    steps, joins = [], []
    for column in hidden:
        name, step = sql.name(column.name), sql.name(f"pseudonyms of {column.name}")
        is_list = column.info["kind"] == "list<string>"
        value = f"list_transform({name}, e -> pseudonym(e))" if is_list else f"pseudonym({name})"
        steps.append(
            f", {step} AS MATERIALIZED (SELECT {name}, {value} AS pseudonym"
            f" FROM (SELECT DISTINCT {name} FROM chosen WHERE {name} IS NOT NULL))"
        )
        joins.append(f"LEFT JOIN {step} ON chosen.{name} = {step}.{name}")
    selected = ", ".join(
        f"{sql.name(f'pseudonyms of {column.name}')}.pseudonym"
        if exposure == "pseudonym"
        else f"chosen.{sql.name(column.name)}"
        for column, exposure in columns
    )
    return {"pseudonyms": "".join(steps), "joins": " ".join(joins), "columns": selected}


def _write_screen(building: Building) -> None:
    path = building.directory / "screen.duckdb"
    building.connection.execute(f"ATTACH {sql.literal(str(path))} AS screen")
    screen.write(building.connection, policy.SMALL_COUNT)
    building.connection.execute(sql.statement("judge_screen", smallest=str(policy.SMALL_COUNT)))


def _is_wasteful(connection: warehouse.Connection) -> bool:
    row = connection.execute(
        "SELECT free_blocks, total_blocks FROM pragma_database_size() WHERE database_name = 'snapshot'"
    ).fetchone()
    return bool(row and row[1] > 64 and row[0] / row[1] > _WASTE)


def _rewrite(connection: warehouse.Connection, directory: Path) -> None:
    """Write the warehouse file anew, without the blocks that rewrites left free."""
    fresh = directory / "fresh.duckdb"
    connection.execute(f"ATTACH {sql.literal(str(fresh))} AS fresh")
    connection.execute("COPY FROM DATABASE snapshot TO fresh")
    connection.execute("CHECKPOINT fresh; DETACH fresh; DETACH snapshot")
    fresh.replace(directory / "full.duckdb")
    connection.execute(f"ATTACH {sql.literal(str(directory / 'full.duckdb'))} AS snapshot")


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


def prune(place: Warehouse, keep: int = KEPT_SNAPSHOTS) -> list[str]:
    """Remove all but the newest snapshots, never the current one; the ids removed.

    Each loses its name first, so that a half removed one is never taken for a snapshot. A reader that has one open
    reads on.
    """
    current = current_id(place)
    old = [item for item in snapshot_ids(place)[:-keep] if item != current]
    for item in old:
        gone = place.directory / f"{_REMOVED}{item}"
        try:
            (place.directory / item).rename(gone)
        except OSError as error:
            log.warning("the old snapshot %s could not be removed: %s", item, error)
        shutil.rmtree(gone, ignore_errors=True)
    return old


def history(place: Warehouse) -> list[dict[str, Any]]:
    """The manifests of the snapshots on disk, oldest first, each with whether it is current."""
    current = current_id(place)
    found = []
    for item in snapshot_ids(place):
        try:
            manifest = warehouse.open_snapshot(place.directory, item).manifest
        except ValueError:
            manifest = {"snapshot": item, "published_at": None, "files": {}}
        found.append(manifest | {"is_current": item == current})
    return found


def rollback(place: Warehouse, to: str | None = None) -> str:
    """Make an earlier snapshot the current one: a move of the pointer. KeyError for one that is not on disk.

    The files that only the snapshots after it hold count as new again: the next run loads them, where they still
    lie in the inbox.
    """
    ids = snapshot_ids(place)
    current = current_id(place)
    earlier = [item for item in ids if current is None or item < current]
    target = to or (earlier[-1] if earlier else None)
    if target is None or target not in ids:
        raise KeyError(
            f"no such snapshot: {target or 'nothing before the current one'}; on disk: {', '.join(ids)}"
        )
    newer = "".join(f"{item}\n" for item in ids if item > target)
    land.write_durably(place.directory / _WITHDRAWN, newer)
    _point(place, target)
    return target
