"""The commands that look at what is published: `status`, `history`, `verify`, `quarantine`; and `rollback`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from etl import quarantine, snapshots, status, verify
from etl.commands import json_option, main, warehouse_option
from etl.console import exclusive
from etl.gather import Warehouse
from model import warehouse


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
    if not found:
        raise click.ClickException(f"no snapshot has been published in {directory}")
    if is_json:
        click.echo(json.dumps({"snapshots": found}, ensure_ascii=False))
    for item in [] if is_json else found:
        click.echo(
            f"{'*' if item['is_current'] else ' '} {item['snapshot']}  published {item['published_at']}"
        )


@main.command("rollback")
@warehouse_option
@click.option("--to", "snapshot_id", help="The snapshot to go back to; by default the one before.")
@json_option
def rollback_command(directory: Path, snapshot_id: str | None, is_json: bool) -> None:
    """Make an earlier snapshot the current one."""
    place = Warehouse(directory)
    with exclusive(place, 600):
        try:
            found = snapshots.rollback(place, snapshot_id)
        except KeyError as error:
            raise click.ClickException(str(error.args[0])) from error
    click.echo(json.dumps({"snapshot": found}) if is_json else found)


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
        click.echo(json.dumps({"reasons": found}, ensure_ascii=False))
    for item in [] if is_json else found:
        click.echo(f"{item['rows']:8}  {item['table']}  {item['reason']}")
