"""The command line of the ledger: python -m ledger --help.

Who may run it on the server acts as an administrator: accounts and upkeep, no business data. Its commands for the vault
are in ledger/vault_commands.py, for the audit trail in ledger/trail_commands.py.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from ledger import accounts, migration, proof, sessions, snapshot, storage, transfer, window
from ledger.disposition import upkeep
from ledger.options import operator, warehouse_option
from ledger.schema import now
from ledger.trail_commands import BROKEN, check_command, export_command, head_given
from ledger.vault_commands import vault as vault_group
from model import policy, vault
from model.contract import TABLES
from model.policy import RefusedError

_NO_SPACE = ("disk I/O error", "disk is full", "No space left")
"""What SQLite, PostgreSQL and the system call a full disk; SQLite that cannot even read for it says the first."""

_NO_TABLES = ("no such table", "no such column", "does not exist")
"""What SQLite and PostgreSQL say of a ledger that was not made yet or not brought up to date, or is another file."""

_SERVICES = (*TABLES["licence_application"].columns["application_type"].info["codes"], "complaint")
"""What a service of the window can be, whichever of them a bureau offers."""


class _Commands(click.Group):
    """Says of which ledger it is where the database refuses."""

    def invoke(self, context: click.Context) -> None:
        try:
            super().invoke(context)
        except SQLAlchemyError as error:
            if not context.obj:
                raise
            said = _explained(error)
            missing = (
                "; python -m ledger init makes or upgrades its tables"
                if any(one in said for one in _NO_TABLES)
                else ""
            )
            raise click.ClickException(f"{_shown(context.obj)}: {said}{missing}") from error


@click.group(cls=_Commands)
@click.option(
    "--ledger", "url", default=None, help="A SQLAlchemy address; else INTEGRITY_LEDGER, else data/ledger.db."
)
@click.option(
    "--anchor",
    type=click.Path(path_type=Path),
    default=None,
    help="The file that remembers the end of the audit chain; else INTEGRITY_LEDGER_ANCHOR, else beside the ledger.",
)
@click.pass_context
def main(context: click.Context, url: str | None, anchor: Path | None) -> None:
    """Keep what people decide: dispositions, lists, activities, accounts and the audit trail."""
    context.obj = storage.open_ledger(url, anchor)
    context.call_on_close(context.obj.close)


@main.command()
@click.pass_obj
def init(ledger: storage.Ledger) -> None:
    """Make the tables, or bring them up to date."""
    version = migration.newest()
    if migration.upgrade(ledger) != version:
        with ledger.write(operator()) as recorder:
            recorder.record("configure", "ledger", version)
    click.echo(f"{_shown(ledger)}: tables of version {version}; the anchor is {ledger.anchor}", err=True)


@main.command()
@click.option("--expect", default=None, help="SEQUENCE:HASH of an end of the chain that was kept elsewhere.")
@click.option("--json", "is_json", is_flag=True, help="Exactly one JSON object on stdout.")
@click.pass_obj
def verify(ledger: storage.Ledger, expect: str | None, is_json: bool) -> None:
    """Prove that no entry and no row was altered, removed or put in past the ledger."""
    found = proof.verify(ledger, head_given(expect))
    if is_json:
        head = {"sequence": found.head.sequence, "hash": found.head.hash}
        told = {"holds": found.holds, "entries": found.entries, "rows": found.rows, "head": head}
        click.echo(json.dumps({**told, "findings": [str(one) for one in found.findings]}, ensure_ascii=False))
    else:
        for finding in found.findings:
            click.echo(str(finding), err=True)
        said = "holds" if found.holds else "DOES NOT HOLD"
        click.echo(f"the ledger {said}: {found.entries} entries, {found.rows} rows", err=True)
        click.echo(f"{found.head.sequence}:{found.head.hash}")
    sys.exit(0 if found.holds else BROKEN)


@main.command("sync")
@warehouse_option
@click.pass_obj
def sync_command(ledger: storage.Ledger, directory: Path) -> None:
    """Bring in units, working calendar and warnings of the published snapshot, and escalate what is late."""
    for taken in snapshot.take_current(ledger, directory):
        told = ", ".join(f"{name} {count}" for name, count in vars(taken.warnings).items())
        click.echo(f"snapshot {taken.snapshot}: warnings {told}", err=True)
        click.echo(f"escalated: {upkeep.escalate_late(ledger, now())}", err=True)


@main.command("move")
@click.option("--from", "source_url", required=True, help="The SQLAlchemy address of the ledger to move.")
@click.pass_obj
def move_command(ledger: storage.Ledger, source_url: str) -> None:
    """Copy another ledger, audit trail and all, into this empty one."""
    source = storage.open_ledger(source_url)
    url = source.engine.url
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
        raise click.ClickException(f"--from: {_shown(source)}: there is no such file")
    try:
        _require_newest(source)
        click.echo(f"{transfer.move(source, ledger)} rows moved", err=True)
    finally:
        source.close()


def _require_newest(source: storage.Ledger) -> None:
    """That a ledger can be read whole; what is wrong with it is told of it, and not of the one that it goes to."""
    try:
        found = migration.version(source)
    except SQLAlchemyError as error:
        raise click.ClickException(f"--from: {_shown(source)}: {_explained(error)}") from error
    if found != migration.newest():
        held = f"holds tables of version {found}" if found else "holds no ledger"
        raise click.ClickException(f"--from: {_shown(source)}: {held}; expected version {migration.newest()}")


@main.command("codes")
@click.option("--unit", "unit_id", required=True, help="The office whose visits are rated.")
@click.option("--service", type=click.Choice(_SERVICES), default=None, help="Where all codes are for one.")
@click.option("--count", default=30, show_default=True, help="How many.")
@click.option("--days", default=30, show_default=True, help="How long they can be used.")
@warehouse_option
@click.pass_obj
def codes_command(
    ledger: storage.Ledger, unit_id: str, service: str | None, count: int, days: int, directory: Path
) -> None:
    """Print one-time codes for rating a visit: one a line, shown this once."""
    key = vault.hash_key(directory.parent / vault.FOLDER)
    with ledger.write(operator()) as recorder:
        found = window.issue(recorder, key, unit_id, count, service, days)
    click.echo("\n".join(found))


@main.group()
def account() -> None:
    """Who may sign in, in which role."""


@account.command("list")
@click.pass_obj
def list_accounts(ledger: storage.Ledger) -> None:
    """Every account, its role and its unit."""
    for one in accounts.all_accounts(ledger):
        state = "closed" if one.closed_at else "open"
        click.echo(f"{one.name}\t{one.role}\t{one.unit_id or '-'}\t{state}")


@account.command("open")
@click.argument("name")
@click.option("--role", type=click.Choice(policy.ROLES), required=True)
@click.option("--unit", "unit_id", default=None, help="The unit that the person answers for.")
@click.option("--staff", "staff_id", default=None, help="The work number by which records know the person.")
@click.pass_obj
def open_account(
    ledger: storage.Ledger, name: str, role: str, unit_id: str | None, staff_id: str | None
) -> None:
    """Register an account, or change the one of this name, who then signs in anew."""
    with ledger.write(operator()) as recorder:
        accounts.open_account(recorder, name, role, unit_id, staff_id)


@account.command("close")
@click.argument("name")
@click.pass_obj
def close_account(ledger: storage.Ledger, name: str) -> None:
    """Close an account: it can no longer sign in, and what it has open ends."""
    with ledger.write(operator()) as recorder:
        accounts.close_account(recorder, name)


@account.command("sign-out")
@click.argument("name")
@click.pass_obj
def sign_out(ledger: storage.Ledger, name: str) -> None:
    """End every session that somebody has now, wherever it is; signing in again is not refused."""
    with ledger.write(operator()) as recorder:
        sessions.sign_out_everywhere(recorder, name)
    if name not in {one.name for one in accounts.all_accounts(ledger)}:
        held = "only somebody whose role comes from a rule of sign_in.toml can have a session under it"
        click.echo(f"{name}: no account has this name; {held}", err=True)


for command in (vault_group, export_command, check_command):
    main.add_command(command)


def run() -> None:
    """The command line, with what goes wrong told in a line."""
    try:
        main()
    except (RefusedError, SQLAlchemyError, OSError, RuntimeError, ValueError) as error:
        click.echo(_explained(error), err=True)
        sys.exit(1)


def _explained(error: Exception) -> str:
    said = " ".join(str(getattr(error, "orig", None) or error).split())
    is_full = any(one in said for one in _NO_SPACE)
    return f"{said} (is the disk full?)" if is_full else said


def _shown(ledger: storage.Ledger) -> str:
    return ledger.engine.url.render_as_string(hide_password=True)


if __name__ == "__main__":
    run()
