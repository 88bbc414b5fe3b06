"""A run, as one story: extract → land → check → load → measure → judge → publish.

Everything is built aside, in a copy of the current snapshot that nobody reads, and becomes visible by one replace of
CURRENT. A run that fails or is killed leaves the warehouse as it was; the next one starts over from there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from pathlib import Path

from etl import (
    aggregates,
    arrivals,
    check,
    corrections,
    database,
    feeds,
    judge,
    land,
    late_parents,
    load,
    measure,
    publish,
    reporters,
    snapshots,
    stage,
    working_days,
)
from etl.arrivals import Prepared, Step
from etl.batch import Arrival, identity
from etl.building import Building, Report, under_construction
from etl.companions import companions
from etl.extract import Relation
from etl.gather import Intake, Warehouse, gather
from etl.inbox import RefusedError, now
from etl.known import known_files
from etl.load import Outcome
from etl.mapping import Source
from etl.readers import Row
from etl.stage import Staged
from model import warehouse
from model.contract import TABLES, VAULT

_AT_ONCE = 10_000
Progress = Callable[[str, int], None]
"""Told what is being done now, and how many bytes of input are done with it."""


def run(inbox: Path, place: Warehouse, sources: Iterable[Source], progress: Progress) -> Report:
    """Take what is new in the inbox and publish a snapshot that holds it; nothing new, nothing published."""
    snapshots.clean(place)
    known = known_files(place)
    progress("extract", 0)
    sources = list(sources)
    intakes = list(gather(inbox, place, sources, known.by_stamp, known.by_hash))
    intakes += database.gather(place, sources, known.cursors, known.latest)
    if not any(item.is_new or known.is_news(item) for item in intakes):
        return Report(snapshots.current_id(place), files=intakes)
    report = Report()
    born = feeds.feeds(place)
    with under_construction(place) as building:
        building.feeds = born
        load_calendar(building)
        report.files = load_files(building, place, intakes, report, progress)
        for item in report.files:
            if item.is_new or known.is_news(item):
                building.keep_file(item)
        if not any(item.is_new or known.is_news(item) for item in report.files):
            report.snapshot = building.previous
            return report
        building.end_loading()
        progress("measure", 0)
        ground = measure.measure(building)
        progress("judge", 0)
        with warehouse.meanwhile(building.connection, aggregates.count_processes):
            judge.judge(building, ground)
        aggregates.aggregate(building.connection)
        progress("publish", 0)
        report.snapshot = publish.publish(building, place, report)
    report.published = True
    return report


def load_calendar(building: Building) -> None:
    """Fill the working calendar from the kept library, and again once it says more; what is delivered goes before it.

    It speaks for no day of delivery: a calendar that the bureau delivers supersedes it day by day, whenever it comes.
    """
    connection, digest = building.connection, working_days.digest()
    held = connection.execute(
        "SELECT sha256 FROM snapshot.quality.batch WHERE source = ? ORDER BY batch_id DESC LIMIT 1",
        [working_days.SOURCE],
    ).fetchone()
    if held and held[0] == digest:
        return
    calendar = working_days.calendar()
    columns = tuple(calendar.columns)
    connection.register("calendar_days", calendar)
    connection.execute(
        "UPDATE snapshot.quality.batch SET as_of = ? WHERE source = ?",
        [working_days.AS_OF, working_days.SOURCE],
    )
    arrival = building.internal_arrival(
        working_days.SOURCE, "working_calendar", columns, now(), working_days.AS_OF, digest
    )
    staged = stage.stage(
        connection, Relation("calendar_days", columns, False), arrival, {name: name for name in columns}
    )
    loaded = load.load(connection, arrival, staged)
    stage.clear(connection, staged)
    connection.unregister("calendar_days")
    building.keep(Report(), arrival, Outcome(derived=loaded.loaded + loaded.superseding))


def load_files(
    building: Building, place: Warehouse, intakes: list[Intake], report: Report, progress: Progress
) -> list[Intake]:
    """Load the new files table by table, parents first; return all files with their fate and rows."""
    steps, refusals = _steps(building, place, [item for item in intakes if item.is_new])
    rows: dict[str, int] = {}
    first = building.first_batch_id
    for table in TABLES.values():
        mine = [step for step in steps if step.arrival.table is table]
        if mine:  # whole before they are compared
            late_parents.heal(building.connection, table, first)
        for step in sorted(mine, key=_turn):
            progress(table.name, 0)
            try:
                outcome = load_step(building, step)
            except RefusedError as refusal:
                refusals[step.intake.name] = str(refusal)
                continue
            building.keep(report, step.arrival, outcome)
            for batch_id, gone in corrections.release_read_again(building.connection, step.arrival).items():
                building.keep_released(report, batch_id, gone)
            load.withdraw_repeated(building.connection, step.arrival, step.match)
            rows[step.intake.sha256] = max(rows.get(step.intake.sha256, 0), outcome.read)
        released = [late_parents.release(building.connection, table, building.arrival_of, first)]
        released += [corrections.release(building.connection, table, first)] if mine else []
        for batch_id, outcome in (item for found in released for item in found.items()):
            building.keep_released(report, batch_id, outcome)
        late_parents.heal(building.connection, table, first)
    for intake in intakes:
        if intake.is_new and VAULT.name in intake.tables and intake.name not in refusals:
            try:
                sealed = reporters.seal(building, place, intake, report)
            except RefusedError as refusal:
                refusals[intake.name] = str(refusal)
                continue
            rows[intake.sha256] = max(rows.get(intake.sha256, 0), sealed)
    reporters.release(building, report)
    return [_finish(building, place, intake, rows, refusals, progress) for intake in intakes]


def _turn(step: Step) -> tuple[bool, datetime, int]:
    """Batches are loaded in the order of what they speak for; what is derived fills what they leave open, in order."""
    is_derived = step.arrival.is_derived
    return is_derived, datetime.min if is_derived else step.arrival.as_of, step.arrival.batch_id


def _steps(building: Building, place: Warehouse, intakes: list[Intake]) -> tuple[list[Step], dict[str, str]]:
    """All batches of the new files, and those files that turn out unreadable."""
    steps = [
        arrivals.feed_step(building, item)
        for item in intakes
        if not item.mapping and item.tables[0] in TABLES
    ]
    refusals: dict[str, str] = {}
    mapped = [item for item in intakes if item.mapping and set(item.tables) & set(TABLES)]
    mapped.sort(key=lambda item: item.source)
    for _, group in groupby(mapped, key=lambda item: item.source):
        members = list(group)
        source = members[0].mapping
        assert source
        needed = companions(building, place.landing, source, members)
        found, refused = arrivals.mapped_steps(building, source, members, needed)
        steps += found
        refusals |= refused
    return steps, refusals


def load_step(building: Building, step: Step) -> Outcome:
    """Stage, check and load one batch; its counts. RefusedError where the rows cannot be read at all."""
    connection, arrival = building.connection, step.arrival
    prepared = step.prepare()
    if not prepared.headers:
        return Outcome(read=prepared.merged, merged=prepared.merged)
    relation, staged = _stage(connection, arrival, prepared)
    check.check(connection, arrival, staged)
    quarantined, cells = check.keep_findings(connection, arrival)
    if not arrival.is_derived:
        load.note_disappeared(connection, arrival)
    loaded = load.load(connection, arrival, staged)
    stage.clear(connection, staged)
    unreadable = len(relation.unreadable)
    _keep_unreadable(building, arrival, relation)
    if arrival.is_derived:
        derived = loaded.loaded + loaded.superseding
        return Outcome(read=unreadable, quarantined=unreadable, derived=derived, cells=cells)
    read = staged.rows + unreadable + prepared.merged
    found = Outcome(read=read, quarantined=quarantined + unreadable, merged=prepared.merged, cells=cells)
    return found + loaded


def _stage(connection: warehouse.Connection, arrival: Arrival, prepared: Prepared) -> tuple[Relation, Staged]:
    try:
        return prepared.relation, stage.stage(connection, prepared.relation, arrival, prepared.headers)
    except warehouse.Error:
        if prepared.repair is None:
            raise
    relation = prepared.repair()
    return relation, stage.stage(connection, relation, arrival, prepared.headers)


def _keep_unreadable(building: Building, arrival: Arrival, relation: Relation) -> None:
    """Quarantine the rows that could not be read, with what could be made out of them."""
    for start in range(0, len(relation.unreadable), _AT_ONCE):
        rows = relation.unreadable[start : start + _AT_ONCE]
        building.connection.execute(
            "INSERT INTO snapshot.quality.quarantine SELECT $table, $file, number, [error], part, $batch, false, NULL"
            " FROM (SELECT unnest($numbers::BIGINT[]) AS number, unnest($errors::VARCHAR[]) AS error,"
            " unnest($parts::VARCHAR[]) AS part)",
            identity(arrival)
            | {
                "numbers": [row.number for row in rows],
                "errors": [str(row.error) for row in rows],
                "parts": [_readable_part(arrival, relation, row) for row in rows],
            },
        )


def _readable_part(arrival: Arrival, relation: Relation, row: Row) -> str | None:
    """The cells by position, where no column of the table hides personal data behind a mask or a hash."""
    hides = any(column.info["mask"] or column.name.endswith("_hash") for column in arrival.table.columns)
    if hides or not row.cells:
        return None
    named = dict(zip(relation.columns, row.cells, strict=False))
    more = list(row.cells[len(relation.columns) :])
    return json.dumps(named | ({"…": more} if more else {}), ensure_ascii=False)


def _finish(
    building: Building,
    place: Warehouse,
    intake: Intake,
    rows: dict[str, int],
    refusals: dict[str, str],
    progress: Progress,
) -> Intake:
    if not intake.is_new:
        return intake
    assert intake.landed and intake.offer and intake.as_of
    if intake.name in refusals:
        done = replace(intake, status="refused", error=refusals[intake.name], content=None)
    else:
        done = replace(intake, rows=rows.get(intake.sha256, 0), content=None)
    building.keep_source(done)
    land.certify(place.landing, intake.landed, intake.offer, intake.as_of, done.rows)
    progress("load", intake.offer.size)
    return done
