"""The command line of the loader: python -m etl --help.

Progress and logs go to stderr; with --json exactly one JSON object goes to stdout.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from etl import mapping, quarantine, run, snapshots, status, verify, watch
from etl.building import Report
from etl.console import (
    NOT_PUBLISHED,
    as_json,
    call_on_failure,
    exclusive,
    exit_code,
    explained,
    progress,
    summary,
    tell_files,
)
from etl.gather import Warehouse
from etl.mapping import MappingError, Source
from model import vault, warehouse

DATA = Path(__file__).parent.parent / "data"


def sources_of(paths: tuple[Path, ...]) -> list[Source]:
    """The mappings asked for, else every one that is installed or configured."""
    if paths:
        return [mapping.load(path) for path in paths]
    return mapping.discover(Path(__file__).parent / "sources", DATA / "sources")


def one_run(inbox: Path, place: Warehouse, sources: list[Source], wait_seconds: float) -> Report:
    """A run under the lock, with its progress."""
    with exclusive(place, wait_seconds), progress() as tell:
        return run.run(inbox, place, sources, tell)


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
            failed = as_json(Report(snapshots.current_id(Warehouse(directory))), time.monotonic() - started)
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
    found = snapshots.history(Warehouse(directory))
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
            click.echo(snapshots.rollback(place, snapshot_id))
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
