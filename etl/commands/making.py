"""The commands that make something to begin with: the demo bureau's files, and the discipline role's keys."""

from __future__ import annotations

import json
import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from etl.commands import json_option, main
from model import vault


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
