"""The command line of the loader: python -m etl --help.

Progress and logs go to stderr; with --json exactly one JSON object goes to stdout.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from etl import mapping, publish, quarantine, run, status, verify, watch
from etl.building import Report
from etl.gather import Intake, Warehouse
from etl.mapping import MappingError, Source
from model import vault, warehouse

log = logging.getLogger("etl")

ALL_LOADED, NOT_PUBLISHED, SOME_REFUSED = 0, 1, 3
DATA = Path(__file__).parent.parent / "data"
ON_FAILURE_VARIABLE = "INTEGRITY_ON_FAILURE"


class BusyError(RuntimeError):
    """Another run holds the warehouse."""


@contextmanager
def exclusive(place: Warehouse, wait_seconds: float) -> Iterator[None]:
    """Hold the warehouse for this process; wait for another run, then give up with BusyError."""
    place.directory.mkdir(parents=True, exist_ok=True)
    with (place.directory / ".lock").open("w") as lock:
        until, has_told = time.monotonic() + wait_seconds, False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not has_told:
                    click.echo("another run is at work on this warehouse; waiting", err=True)
                    has_told = True
                if time.monotonic() >= until:
                    raise BusyError(
                        f"another run holds {place.directory}; gave up after {wait_seconds:.0f} s"
                    ) from None
                time.sleep(0.1)
        yield


def sources_of(paths: tuple[Path, ...]) -> list[Source]:
    """The mappings asked for, else every one that is installed or configured."""
    if paths:
        return [mapping.load(path) for path in paths]
    return mapping.discover(Path(__file__).parent / "sources", DATA / "sources")


def as_json(report: Report, seconds: float) -> dict[str, Any]:
    """What `run --json` prints."""
    files = [
        {
            "path": item.name,
            "source": item.source,
            "tables": list(item.tables),
            "sha256": item.sha256,
            "rows": item.rows,
            "status": item.status,
            "error": item.error,
        }
        for item in report.files
    ]
    tables = {}
    for name, outcome in report.tables.items():
        counts = {
            key: value for key, value in asdict(outcome).items() if key not in ("cells", "released_unchanged")
        }
        tables[name] = counts | {"reasons": report.reasons.get(name, {}), "cells": report.cells.get(name, {})}
    return {
        "snapshot": report.snapshot,
        "published": report.published,
        "seconds": round(seconds, 3),
        "files": files,
        "tables": tables,
    }


def call_on_failure(message: str) -> None:
    """Tell the configured command, if any, on its standard input."""
    command = os.environ.get(ON_FAILURE_VARIABLE)
    if not command:
        return
    try:
        subprocess.run(shlex.split(command), input=message + "\n", text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        log.error("the command of %s failed: %s", ON_FAILURE_VARIABLE, error)


def progress_bar() -> Callable[[str, int], None]:
    """A progress line on a terminal, plain log lines elsewhere."""
    started = time.monotonic()
    last = [""]

    def tell(step: str, _: int) -> None:
        if step == last[0]:
            return
        last[0] = step
        if sys.stderr.isatty():
            click.echo(f"\r\x1b[K{time.monotonic() - started:6.1f} s  {step}", nl=False, err=True)
        else:
            log.info("%s", step)

    return tell


def one_run(inbox: Path, place: Warehouse, sources: list[Source], wait_seconds: float) -> Report:
    """A run under the lock; errors that stop it become one clear line."""
    with exclusive(place, wait_seconds):
        report = run.run(inbox, place, sources, progress_bar())
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    return report


def exit_code(report: Report) -> int:
    """0 all loaded or nothing new, 3 some files refused."""
    return SOME_REFUSED if report.refused else ALL_LOADED


def tell_files(files: list[Intake]) -> None:
    """Say of each file that was not simply known already what became of it."""
    for item in files:
        if item.status == "refused":
            log.error("%s: refused: %s", item.name, item.error)
        elif item.status == "waiting":
            log.warning("%s: left for the next run: %s", item.name, item.error)
        elif item.status == "loaded":
            log.info("%s: %s rows", item.name, item.rows)


warehouse_option = click.option(
    "--warehouse",
    "directory",
    type=click.Path(path_type=Path, resolve_path=True),
    default=warehouse.default_directory,
    show_default="data/warehouse",
    help="Where the snapshots are; landing and vault stand beside it.",
)
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
json_option = click.option("--json", "is_json", is_flag=True, help="Exactly one JSON object on stdout.")


@click.group()
@click.option("-v", "--verbose", is_flag=True, help="More on stderr.")
def main(verbose: bool) -> None:
    """Load a bureau's records into a published, checked warehouse."""
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(
        stream=sys.stderr, level=level, format="%(asctime)s %(levelname)s %(message)s", force=True
    )


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
    except (OSError, RuntimeError, ValueError, warehouse.Error) as error:
        message = f"the run failed, the published snapshot is as it was: {explained(error)}"
        call_on_failure(message)
        if is_json:
            failed = as_json(Report(publish.current_id(Warehouse(directory))), time.monotonic() - started)
            click.echo(json.dumps(failed | {"error": message}, ensure_ascii=False))
        click.echo(message, err=True)
        sys.exit(NOT_PUBLISHED)
    tell_files(report.files)
    if is_json:
        click.echo(json.dumps(as_json(report, time.monotonic() - started), ensure_ascii=False))
    else:
        click.echo(summary(report), err=True)
    for message in ["\n".join(refusals(report)), *lateness(Warehouse(directory))]:
        if message:
            call_on_failure(message)
    sys.exit(exit_code(report))


def refusals(report: Report) -> list[str]:
    """What was refused, one message a file."""
    return [f"{item.name}: refused: {item.error}" for item in report.refused]


def lateness(place: Warehouse) -> list[str]:
    """Which sources are late, one message each."""
    return [
        f"{late['source']}: late: last spoke for {late['as_of']}, due every {late['cadence_days']} days"
        for late in status.late_sources(place)
    ]


def explained(error: Exception) -> str:
    """An error in one line, a full disk by its name."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    is_full = "No space left" in str(error) or "failed to write" in str(error).lower()
    return f"{text} (is the disk full?)" if is_full else text


def summary(report: Report) -> str:
    """A run in a few lines for a person."""
    if not report.published:
        return f"nothing new; current snapshot: {report.snapshot or 'none'}"
    lines = [f"published {report.snapshot}"]
    for name, outcome in report.tables.items():
        lines.append(
            f"  {name}: {outcome.read} read = {outcome.loaded} loaded + {outcome.unchanged} unchanged"
            f" + {outcome.superseding} superseding + {outcome.quarantined} quarantined + {outcome.merged} merged"
            f"; {outcome.released} released, {outcome.derived} derived"
        )
    return "\n".join(lines)


@main.command("demo")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where the files go."
)
@click.option("--scale", type=click.Choice(["office", "district", "city", "province"]), default="district")
@click.option("--months", default=36, show_default=True, type=click.IntRange(1, 120))
@click.option("--seed", default=1, show_default=True)
@click.option("--clean", is_flag=True, help="Plant no irregularities.")
@click.option(
    "--end", type=click.DateTime(["%Y-%m-%d"]), help="The last day; by default the end of last month."
)
@json_option
def demo_command(
    out: Path, scale: Any, months: int, seed: int, clean: bool, end: datetime | None, is_json: bool
) -> None:
    """Write the records of an invented bureau as feed files."""
    from etl import demo

    last: date | None = end.date() if end else None
    written = demo.write(out, scale=scale, months=months, seed=seed, clean=clean, end=last)
    click.echo(json.dumps(written, ensure_ascii=False, default=str), err=not is_json)


@main.command("status")
@warehouse_option
@json_option
def status_command(directory: Path, is_json: bool) -> None:
    """Say what is published, and how old each source is."""
    try:
        found = status.status(Warehouse(directory))
    except warehouse.NoSnapshotError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(found, ensure_ascii=False) if is_json else status.in_words(found))


@main.command("history")
@warehouse_option
@json_option
def history_command(directory: Path, is_json: bool) -> None:
    """List the snapshots on disk."""
    found = publish.history(Warehouse(directory))
    if is_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    for item in [] if is_json else found:
        click.echo(
            f"{'*' if item['is_current'] else ' '} {item['snapshot']}  published {item['published_at']}"
        )


@main.command("rollback")
@warehouse_option
@click.option("--to", "snapshot_id", help="The snapshot to go back to; by default the one before.")
def rollback_command(directory: Path, snapshot_id: str | None) -> None:
    """Make an earlier snapshot the current one."""
    place = Warehouse(directory)
    with exclusive(place, 600):
        try:
            click.echo(publish.rollback(place, snapshot_id))
        except KeyError as error:
            raise click.ClickException(str(error.args[0])) from error


@main.command("verify")
@warehouse_option
@json_option
def verify_command(directory: Path, is_json: bool) -> None:
    """Hash landing and snapshots again and check the conservation of rows; exit 1 where something is wrong."""
    problems = verify.problems(Warehouse(directory))
    if is_json:
        click.echo(json.dumps({"problems": problems}, ensure_ascii=False))
    else:
        click.echo("\n".join(problems) or "all is as it was written")
    sys.exit(1 if problems else 0)


@main.command("quarantine")
@warehouse_option
@click.option("--table", "table_name", help="Only this table.")
@click.option(
    "--export", "target", type=click.Path(path_type=Path, dir_okay=False), help="Write the rows as CSV."
)
@json_option
def quarantine_command(directory: Path, table_name: str | None, target: Path | None, is_json: bool) -> None:
    """Show why rows are kept out, or export them for repair."""
    try:
        snapshot = warehouse.open_snapshot(directory)
        if target:
            count = quarantine.export(snapshot, table_name, target)
            click.echo(json.dumps({"rows": count}) if is_json else f"{count} rows written to {target}")
            return
        found = quarantine.reasons(snapshot, table_name)
    except (warehouse.NoSnapshotError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    if is_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    for item in [] if is_json else found:
        click.echo(f"{item['rows']:8}  {item['table']}  {item['reason']}")


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
    """Run whenever files have arrived and are complete."""
    place, sources = Warehouse(directory), sources_of(source_files)
    told: set[str] = set()

    def tell(messages: list[str]) -> None:
        """Call the command for what it has not been told yet; what is over may be told again."""
        for message in messages:
            if message not in told:
                call_on_failure(message)
        told.intersection_update(messages)
        told.update(messages)

    failures: list[str] = []

    def once() -> bool:
        failures.clear()
        try:
            report = one_run(inbox, place, sources, 600)
        except (OSError, RuntimeError, ValueError, warehouse.Error) as error:
            failures.append(f"the run failed, the published snapshot is as it was: {explained(error)}")
            click.echo(failures[0], err=True)
            return False
        tell_files(report.files)
        failures.extend(refusals(report))
        if report.published:
            click.echo(summary(report), err=True)
        return not any(item.status == "waiting" for item in report.files)

    watch.watch(
        inbox,
        once,
        seconds,
        times,
        has_databases=any(one.database for s in sources for one in s.inputs),
        each_look=lambda: tell(failures + lateness(place)),
    )


@main.command("keys")
@click.option("--private", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--public", type=click.Path(path_type=Path, dir_okay=False), required=True)
def keys_command(private: Path, public: Path) -> None:
    """Make the discipline role's key pair: the public key goes to the vault, the private one leaves this machine."""
    secret, shared = vault.new_key_pair()
    for path in (private, public):
        if path.exists():
            raise click.ClickException(f"{path} exists; a key is never overwritten")
        path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secret + "\n")
    with open(os.open(public, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(shared + "\n")
    click.echo(f"private key: {private} (move it to the discipline role's own medium); public key: {public}")


if __name__ == "__main__":
    main()
