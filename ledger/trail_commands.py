"""The commands for the audit trail as a file: export it, and check a file that was exported."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ledger import export, storage
from ledger.options import signed_up
from ledger.trail import Head

BROKEN = 4
"""The exit code where something does not hold."""


def head_given(text: str | None) -> Head | None:
    """An end of the chain as it is printed: SEQUENCE:HASH."""
    if text is None:
        return None
    sequence, _, digest = text.partition(":")
    if not sequence.isdigit() or not digest:
        raise click.UsageError("--expect: expected SEQUENCE:HASH, as verify prints it")
    return Head(int(sequence), digest)


@click.command("export")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--account", required=True, help="The account that may see the trail.")
@click.option("--purpose", required=True, help="What for; it is kept in the trail.")
@click.option("--from", "first", default=1, show_default=True, help="The first entry.")
@click.option(
    "--to", "last", type=int, default=None, help="The last entry; without it all, this export included."
)
@click.pass_obj
def export_command(
    ledger: storage.Ledger, target: Path, account: str, purpose: str, first: int, last: int | None
) -> None:
    """Write the audit trail to a new file, .jsonl or .csv, and print where it ends."""
    head = export.write(ledger, signed_up(ledger, account), target, purpose, first, last)
    click.echo(f"{head.sequence}:{head.hash}")


@click.command("check")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--expect", default=None, help="SEQUENCE:HASH of the end, noted elsewhere.")
def check_command(file: Path, expect: str | None) -> None:
    """Prove that no entry of an exported file was altered, removed, put in or reordered; needs no ledger."""
    found = export.check(file, head_given(expect))
    for finding in found.findings:
        click.echo(finding, err=True)
    said = "DOES NOT HOLD" if found.findings else "holds"
    click.echo(f"{file.name} {said}: {found.entries} entries", err=True)
    if found.after and found.head:
        click.echo(f"{found.after.sequence}:{found.after.hash} .. {found.head.sequence}:{found.head.hash}")
    sys.exit(BROKEN if found.findings else 0)
