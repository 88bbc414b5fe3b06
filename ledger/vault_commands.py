"""The commands of the vault: take an envelope, open it elsewhere, change the key pair, erase a person's key.

`take`, `rotate` and `erase` need the ledger and are recorded; `open` needs none and belongs on the discipline role's
own machine. A private key is read from its file for one command and goes nowhere.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from ledger import snapshot, storage
from ledger.envelopes import Envelope, Opened, opened, release_matter, release_ticket, reseal
from ledger.forgetting import forget
from ledger.new_file import new_file
from ledger.options import operator, purpose_option, signed_up, warehouse_option
from model import vault as keys
from model import warehouse
from model.policy import RefusedError

account_option = click.option(
    "--account", required=True, help="The account of the discipline role in whose hands it is."
)
KEY_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def vault() -> None:
    """What whistle-blowers said, sealed here and opened elsewhere; and the keys of persons."""


@vault.command("take")
@account_option
@purpose_option
@click.option("--matter", "matter_id", default=None, help="The number of what was said through the window.")
@click.option(
    "--ticket", "ticket_no", default=None, help="The number of a ticket whose reporter was delivered."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A new file.")
@warehouse_option
@click.pass_obj
def take_command(
    ledger: storage.Ledger,
    account: str,
    purpose: str,
    matter_id: str | None,
    ticket_no: str | None,
    out: Path,
    directory: Path,
) -> None:
    """Hand out an envelope, still sealed. The purpose is recorded before it is."""
    if bool(matter_id) == bool(ticket_no):
        raise click.UsageError("expected either --matter or --ticket")
    kind, number = ("matter", matter_id) if matter_id else ("ticket", ticket_no or "")
    try:
        actor = signed_up(ledger, account)
    except RefusedError as refusal:
        with ledger.write(operator()) as recorder:
            recorder.record(
                "open_vault", kind, number, purpose=purpose, refused=refusal.code, account=account
            )
        raise
    with new_file(out) as file:
        if matter_id:
            found = release_matter(ledger, actor, matter_id, purpose)
        else:
            about = snapshot.unit_of_ticket(warehouse.open_snapshot(directory), number)
            found = release_ticket(ledger, actor, number, about, directory.parent / keys.FOLDER, purpose)
        file.write(found.packed())
    click.echo(f"{out}: sealed; it is opened with: python -m ledger vault open", err=True)


@vault.command("open")
@click.argument("file", type=KEY_FILE)
@click.option(
    "--key", type=KEY_FILE, default=None, help="The private key, on the discipline role's own medium."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Where attached files go; without it they are only named.",
)
def open_command(file: Path, key: Path | None, out: Path | None) -> None:
    """Open an envelope: needs no ledger. What was said goes to stdout and is kept nowhere."""
    private = keys.private_key(key) if key else None
    found = opened(Envelope.unpacked(file.read_bytes()), private)
    for text in found.texts:
        click.echo(json.dumps(text, ensure_ascii=False, indent=1))
    _files(found, out)


@vault.command("rotate")
@account_option
@purpose_option
@click.option("--old", type=KEY_FILE, required=True, help="The private key until now.")
@click.option("--new", type=KEY_FILE, required=True, help="The private key from now on.")
@click.pass_obj
def rotate_command(ledger: storage.Ledger, account: str, purpose: str, old: Path, new: Path) -> None:
    """Seal what is in the ledger anew for another key pair; the loader's files: python -m etl keys rotate."""
    with ledger.write(signed_up(ledger, account)) as recorder:
        count = reseal(recorder, keys.private_key(old), keys.next_private_key(new), purpose)
    click.echo(f"{count} sealed anew", err=True)


@vault.command("erase")
@click.option("--staff", "staff_id", default=None, help="The work number of somebody of the staff.")
@click.option("--retailer", "retailer_id", default=None, help="The number of a retailer.")
@purpose_option
@warehouse_option
@click.pass_obj
def erase_command(
    ledger: storage.Ledger, staff_id: str | None, retailer_id: str | None, purpose: str, directory: Path
) -> None:
    """Erase the key of one person for good: their personal columns are unreadable from then on, wherever they lie."""
    given = [("staff", staff_id)] * bool(staff_id) + [("retailer", retailer_id)] * bool(retailer_id)
    if len(given) != 1:
        raise click.UsageError("expected either --staff or --retailer")
    (register, number), place = given[0], directory.parent / keys.FOLDER
    was_there = forget(ledger, operator(), place, register, str(number), purpose)
    said = "erased" if was_there else "nothing of this person was sealed yet"
    click.echo(f"{said}; what is delivered of this person from now on is dropped", err=True)


def _files(found: Opened, out: Path | None) -> None:
    for number, (name, content) in enumerate(found.files, 1):
        if out is None:
            click.echo(f"{name}: {len(content)} bytes; --out writes it", err=True)
            continue
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        with new_file(out / f"{number}{Path(name).suffix[:10]}") as file:
            file.write(content)
