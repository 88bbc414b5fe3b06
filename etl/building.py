"""The snapshot under construction: its connection, its batches, and the account of where every row went."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from etl import personal, snapshots
from etl.batch import STAND_IN, Arrival
from etl.feeds import Feed
from etl.gather import Intake, Warehouse
from etl.inbox import now
from etl.load import Outcome
from etl.records import create_tables
from model import vault, warehouse
from model.contract import TABLES, table_named
from model.subjects import SubjectKeys


class NotConservedError(RuntimeError):
    """Rows were read that cannot be accounted for; the run must not publish."""


LOADING_MEMORY, JUDGING_MEMORY = "3GB", "2GB"
"""What DuckDB may hold: while a file is loaded, nearly all that a run may; afterwards Python needs a part of it."""


@dataclass
class Report:
    """What a run did: each file's fate, and per table where the rows went and why."""

    snapshot: str | None = None
    published: bool = False
    files: list[Intake] = field(default_factory=list)
    tables: dict[str, Outcome] = field(default_factory=dict)
    reasons: dict[str, dict[str, int]] = field(default_factory=dict)
    cells: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def refused(self) -> list[Intake]:
        """The files that were refused."""
        return [item for item in self.files if item.status == "refused"]

    def add(self, table: str, outcome: Outcome) -> None:
        """Add a batch's counts to its table's."""
        self.tables[table] = self.tables.get(table, Outcome()) + outcome


@dataclass
class Building:
    """A snapshot that nobody reads yet. `connection` has the warehouse file attached as `snapshot`."""

    connection: warehouse.Connection
    directory: Path
    snapshot_id: str
    sequence: int
    previous: str | None
    first_batch_id: int
    next_batch_id: int
    keys: SubjectKeys
    feeds: dict[str, Feed] = field(default_factory=dict)
    notices: list[dict[str, str]] = field(default_factory=list)

    def arrival(
        self, intake: Intake, table: str, input_name: str, role: str, recorded: tuple[str, ...], extent: str
    ) -> Arrival:
        """A new batch for the rows that a file brings for a table."""
        assert intake.landed and intake.as_of
        arrived = intake.landed.arrived_at
        batch_id, self.next_batch_id = self.next_batch_id, self.next_batch_id + 1
        return Arrival(
            batch_id,
            intake.source,
            input_name,
            table_named(table),
            intake.name,
            intake.sha256,
            min(intake.as_of, arrived),
            arrived,
            extent,
            role,
            recorded,
        )

    def internal_arrival(
        self, source: str, table: str, recorded: tuple[str, ...], at: datetime, as_of: datetime, digest: str
    ) -> Arrival:
        """A new batch for rows that no file brought; `digest` is that of their content."""
        batch_id, self.next_batch_id = self.next_batch_id, self.next_batch_id + 1
        return Arrival(
            batch_id,
            source,
            table,
            table_named(table),
            source,
            digest,
            as_of,
            at,
            "full",
            "derived",
            recorded,
        )

    def arrival_of(self, batch_id: int) -> Arrival:
        """The batch of this id, of this run or an earlier one."""
        row = self.connection.execute(
            "SELECT source, input, table_name, file, sha256, as_of, arrived_at, extent, role, recorded_columns"
            " FROM snapshot.quality.batch WHERE batch_id = ?",
            [batch_id],
        ).fetchone()
        if row is None:
            raise KeyError(f"batch {batch_id} is not recorded")
        source, input_name, table_name, file, sha256, as_of, arrived_at, extent, role, recorded = row
        table = table_named(table_name)
        return Arrival(
            batch_id,
            source,
            input_name,
            table,
            file,
            sha256,
            as_of,
            arrived_at,
            extent,
            role,
            tuple(recorded),
        )

    def keep(self, report: Report, arrival: Arrival, outcome: Outcome) -> None:
        """Record a batch and its counts. NotConservedError where they do not add up."""
        if not outcome.is_conserved:
            raise NotConservedError(
                f"{arrival.file}, {arrival.table.name}: {outcome.read} rows read, but {outcome} accounts for others"
            )
        counts = [outcome.read, outcome.loaded, outcome.unchanged, outcome.superseding, outcome.quarantined]
        counts += [outcome.merged, 0, 0, outcome.derived, outcome.cells]
        self.connection.execute(
            f"INSERT INTO snapshot.quality.batch VALUES ({', '.join(['?'] * 22)})",
            [
                arrival.batch_id, self.snapshot_id, arrival.source, arrival.input, arrival.table.name, arrival.file,
                arrival.sha256, arrival.as_of, arrival.arrived_at, arrival.extent, arrival.role,
                list(arrival.recorded), *counts,
            ],
        )  # fmt: skip
        report.add(arrival.table.name, outcome)
        self._explain(report, arrival)

    def keep_released(self, report: Report, batch_id: int, outcome: Outcome) -> None:
        """Add to a batch the rows that came out of quarantine now."""
        self.connection.execute(
            "UPDATE snapshot.quality.batch SET released_count = released_count + ?,"
            " released_unchanged_count = released_unchanged_count + ? WHERE batch_id = ?",
            [outcome.released, outcome.released_unchanged, batch_id],
        )
        report.add(self.arrival_of(batch_id).table.name, replace(outcome, released_unchanged=0))

    def _explain(self, report: Report, arrival: Arrival) -> None:
        table = arrival.table.name
        reasons = self.connection.execute(
            "SELECT reason, count(*) FROM (SELECT unnest(reasons) AS reason FROM snapshot.quality.quarantine"
            " WHERE batch_id = ?) GROUP BY ALL ORDER BY ALL",
            [arrival.batch_id],
        ).fetchall()
        cells = self.connection.execute(
            "SELECT column_name || ': ' || rule AS rule, count(*) FROM snapshot.quality.cell"
            " WHERE batch_id = ? GROUP BY ALL ORDER BY ALL",
            [arrival.batch_id],
        ).fetchall()
        for found, target in ((reasons, report.reasons), (cells, report.cells)):
            counts = target.setdefault(table, {})
            for rule, count in found:
                counts[rule] = counts.get(rule, 0) + count

    def keep_source(self, intake: Intake) -> None:
        """Record the birth certificate of a file's source."""
        mapping, table = intake.mapping, table_named(intake.tables[0])
        names = (
            (mapping.name_zh, mapping.name_en) if mapping else (str(table.info["zh"]), str(table.info["en"]))
        )
        born = mapping or self.feeds.get(table.name, Feed())
        extent = mapping.extent if mapping else "delta"
        described = (*names, born.producer, born.owner, born.licence, extent, born.cadence_days)
        self.connection.execute("DELETE FROM snapshot.quality.source WHERE source = ?", [intake.source])
        self.connection.execute(
            "INSERT INTO snapshot.quality.source SELECT ?, ?, ?, ?, ?, ?, ?, ?, max(as_of), max(arrived_at),"
            " sum(read_count) FROM snapshot.quality.batch WHERE source = ? AND role NOT IN ('derived', ?)",
            [intake.source, *described, intake.source, STAND_IN],
        )

    def end_loading(self) -> None:
        """Keep the keys of new subjects before what is sealed under them, and hold less from now on."""
        self.keys.keep()
        self.connection.execute(f"SET memory_limit = '{JUDGING_MEMORY}'")

    def keep_file(self, intake: Intake) -> None:
        """Record what became of a file; one that was refused before it was landed arrived when it was looked at."""
        offer, landed = intake.offer, intake.landed
        self.connection.execute(
            f"INSERT INTO snapshot.quality.file VALUES ({', '.join(['?'] * 16)})",
            [
                intake.name, intake.sha256, intake.source, list(intake.tables), offer.size if offer else None,
                intake.rows, intake.status, intake.error, intake.as_of, landed.arrived_at if landed else now(),
                self.snapshot_id, bool(landed and landed.is_sealed), list(intake.unknown),
                offer.modified_ns if offer else None, offer.changed_ns if offer else None, intake.cursor,
            ],
        )  # fmt: skip


@contextmanager
def under_construction(place: Warehouse, memory_limit: str = LOADING_MEMORY) -> Iterator[Building]:
    """A snapshot under construction, started from the current one; removed unless it is published."""
    directory = place.directory / snapshots.BUILDING
    previous = snapshots.current_id(place)
    key = _hash_key(place, previous)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        (directory / "spill").mkdir(parents=True)
        if previous:
            shutil.copyfile(place.directory / previous / "full.duckdb", directory / "full.duckdb")
        connection = stack.enter_context(
            warehouse.connect(temporary=directory / "spill", memory_limit=memory_limit)
        )
        keys = SubjectKeys(place.vault)
        define(connection, key, keys)
        connection.execute("SET preserve_insertion_order = false")
        # What a load in order leaves as row groups of uneven size, a checkpoint would write again to even it out.
        connection.execute("SET max_vacuum_tasks = 0")
        warehouse.attach(connection, directory / "full.duckdb", "snapshot")
        create_tables(connection, TABLES)
        row = connection.execute(
            "SELECT coalesce(max(batch_id), 0) + 1 FROM snapshot.quality.batch"
        ).fetchone()
        first = int(row[0]) if row else 1
        sequence = _next_sequence(place)
        snapshot_id = f"{sequence:06d}-{now():%Y%m%dT%H%M%S}"
        yield Building(connection, directory, snapshot_id, sequence, previous, first, first, keys)


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


def define(connection: warehouse.Connection, key: bytes, keys: SubjectKeys) -> None:
    """What a run computes with: the keyed hash, the sealing of personal columns, and the lists of what it changes."""
    personal.define(connection, keys)
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
    return max((int(name.split("-")[0]) for name in snapshots.on_disk(place)), default=0) + 1
