"""The commands of the loader, and the options that they share. Each module adds its commands to `main`.

Progress and logs go to stderr; with --json exactly one JSON object goes to stdout. A command parses, calls one
function of the loader and prints; it decides nothing.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import click

from model import warehouse

DATA = Path(__file__).parent.parent.parent / "data"

warehouse_option = click.option(
    "--warehouse",
    "directory",
    type=click.Path(path_type=Path, resolve_path=True),
    default=warehouse.default_directory,
    show_default="data/warehouse",
    help="Where the snapshots are; landing and vault stand beside it.",
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
