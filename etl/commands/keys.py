"""The commands about keys: the discipline role's pair is made, and changed for another.

A private key is read from or written to its file and goes nowhere else.
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from etl import rotation
from etl.commands import main, warehouse_option
from etl.console import exclusive
from etl.gather import Warehouse
from model import vault
from model.owner import require_owner

NEW_FILE = click.Path(path_type=Path, dir_okay=False)
KEY_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@main.group("keys", invoke_without_command=True)
@click.option("--private", type=NEW_FILE)
@click.option("--public", type=NEW_FILE)
@click.pass_context
def keys_group(context: click.Context, private: Path | None, public: Path | None) -> None:
    """Make the discipline role's key pair: the public key goes to the vault, the private one leaves this machine."""
    if context.invoked_subcommand:
        return
    if private is None or public is None:
        raise click.UsageError("expected --private and --public")
    for path in (private, public):
        if path.exists():
            raise click.ClickException(f"{path} exists; a key is never overwritten")
    require_owner(public)
    secret, shared = vault.new_key_pair()
    _write(private, vault.PRIVATE_MARK + secret)
    try:
        _write(public, shared)
    except OSError:
        private.unlink()
        raise
    click.echo(f"private key: {private} (move it to the discipline role's own medium); public key: {public}")


@keys_group.command("rotate")
@click.option("--old", type=KEY_FILE, required=True, help="The private key until now.")
@click.option("--new", type=KEY_FILE, required=True, help="The private key from now on.")
@warehouse_option
def rotate_command(old: Path, new: Path, directory: Path) -> None:
    """Seal landed files and reporters' rows anew for another pair; the ledger's: python -m ledger vault rotate."""
    place = Warehouse(directory)
    with exclusive(place, 600):
        try:
            second = vault.next_private_key(new)
            count = rotation.rotate(place, vault.private_key(old), second)
        except vault.VaultError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{count} sealed anew; new arrivals are sealed for the new key")
    shared = vault.public_half(second).hex()
    if os.environ.get(vault.PUBLIC_KEY_VARIABLE, shared) != shared:
        click.echo(f"but {vault.PUBLIC_KEY_VARIABLE} still names another key: unset or change it", err=True)


def _write(path: Path, key: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(key + "\n")
