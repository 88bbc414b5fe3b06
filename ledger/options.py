"""What the commands of the ledger share: their options, and who acts. It must not hold a command."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from ledger import accounts, storage
from model import warehouse
from model.policy import Actor

purpose_option = click.option("--purpose", required=True, help="What for; it is kept in the audit trail.")
warehouse_option = click.option(
    "--warehouse",
    "directory",
    type=click.Path(path_type=Path),
    default=warehouse.default_directory,
    show_default="data/warehouse",
    help="Where the snapshots are; the vault lies beside it.",
)


def operator() -> Actor:
    """Who runs a command on the server."""
    return Actor(f"os:{getpass.getuser()}", "administrator")


def signed_up(ledger: storage.Ledger, account: str) -> Actor:
    """Who a registered account acts as."""
    with ledger.read() as session:
        return accounts.actor_of(session, account)
