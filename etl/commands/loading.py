"""The commands that load: `run` once, `watch` whenever files have arrived and are complete."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import click

from etl import mapping, run, snapshots, telling, watch
from etl.building import Report
from etl.commands import DATA, json_option, main, warehouse_option
from etl.console import NOT_PUBLISHED, as_json, exclusive, exit_code, explained, progress, summary
from etl.gather import Warehouse
from etl.mapping import MappingError, Source
from model import warehouse

FAILURES = (OSError, RuntimeError, ValueError, warehouse.Error)
"""What can end a run; all else is a fault of the loader and shows itself whole."""

inbox_option = click.option(
    "--inbox",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=DATA / "inbox",
    show_default="data/inbox",
    help="Where files are delivered.",
)
source_option = click.option(
    "--source",
    "source_files",
    type=click.Path(path_type=Path, exists=True),
    multiple=True,
    help="A mapping (TOML).",
)


def sources_of(paths: tuple[Path, ...]) -> list[Source]:
    """The mappings asked for, else every one that is installed or configured."""
    if paths:
        return [mapping.load(path) for path in paths]
    return mapping.discover(Path(__file__).parent.parent / "sources", DATA / "sources")


def one_run(inbox: Path, place: Warehouse, sources: list[Source], wait_seconds: float) -> Report:
    """A run under the lock, with its progress."""
    with exclusive(place, wait_seconds), progress() as tell:
        return run.run(inbox, place, sources, tell)


def failure(error: Exception) -> str:
    """A run that failed, Chinese first."""
    said = explained(error)
    return f"运行失败，已发布的快照未变 / the run failed, the published snapshot is as it was: {said}"


@main.command("run")
@inbox_option
@warehouse_option
@source_option
@json_option
@click.option(
    "--wait", "wait_seconds", default=600.0, show_default=True, help="Seconds to wait for another run."
)
def run_command(
    inbox: Path, directory: Path, source_files: tuple[Path, ...], is_json: bool, wait_seconds: float
) -> None:
    """Take what is new in the inbox, check it, and publish a snapshot."""
    started = time.monotonic()
    try:
        report = one_run(inbox, Warehouse(directory), sources_of(source_files), wait_seconds)
    except MappingError as error:
        raise click.UsageError(str(error)) from error
    except FAILURES as error:
        message = failure(error)
        telling.call_on_failure(message)
        if is_json:
            failed = as_json(Report(snapshots.current_id(Warehouse(directory))), time.monotonic() - started)
            click.echo(json.dumps(failed | {"error": message}, ensure_ascii=False))
        click.echo(message, err=True)
        sys.exit(NOT_PUBLISHED)
    telling.files(report.files)
    if is_json:
        click.echo(json.dumps(as_json(report, time.monotonic() - started), ensure_ascii=False))
    else:
        click.echo(summary(report), err=True)
    place = Warehouse(directory)
    telling.tell_once(place, telling.refusals(report.files) | telling.lateness(place), set())
    sys.exit(exit_code(report))


def _require_still_there(place: Warehouse, held: str | None) -> None:
    """A warehouse that is gone, as a disk may be, is not begun anew from what the inbox still holds."""
    if held and snapshots.current_id(place) is None:
        raise FileNotFoundError(
            f"the warehouse {place.directory} held snapshot {held} and is gone; expected it back, or watch started anew"
        )


@main.command("watch")
@inbox_option
@warehouse_option
@source_option
@click.option(
    "--every", "seconds", default=5.0, show_default=True, help="Seconds between looks at the inbox."
)
@click.option("--times", type=int, help="Stop after so many looks.")
def watch_command(
    inbox: Path, directory: Path, source_files: tuple[Path, ...], seconds: float, times: int | None
) -> None:
    """Run whenever files have arrived and are complete. What lasts is logged once, not at every look."""
    place = Warehouse(directory)
    try:
        sources = sources_of(source_files)
    except MappingError as error:
        raise click.UsageError(str(error)) from error
    standing: dict[str, str] = {}
    left: set[str] = set()
    held = snapshots.current_id(place)
    told: set[str] = set()

    def once() -> bool:
        nonlocal held
        before = dict(standing)
        standing.clear()
        try:
            _require_still_there(place, held)
            report = one_run(inbox, place, sources, 600)
            held = report.snapshot
        except FAILURES as error:
            message = failure(error)
            standing[message] = message
            if message not in before:
                click.echo(message, err=True)
            return False
        telling.files(report.files, {*before, *left})
        standing.update(telling.refusals(report.files))
        left.clear()
        left.update(telling.waiting(item) for item in report.files if item.status == "waiting")
        if report.published:
            click.echo(summary(report), err=True)
        return not any(item.status == "waiting" for item in report.files)

    watch.watch(
        inbox,
        once,
        seconds,
        times,
        has_databases=any(one.database for s in sources for one in s.inputs),
        each_look=lambda: telling.tell_once(place, standing | telling.lateness(place), told),
    )
