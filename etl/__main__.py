"""The command line of the loader: python -m etl --help. Each module of commands adds its own to `main`."""

from __future__ import annotations

import sys

import click

from etl.commands import keys, loading, looking, main, making
from etl.console import explained

__all__ = ["keys", "loading", "looking", "main", "making"]


def run(arguments: list[str] | None = None) -> None:
    """The command line, with what goes wrong told in a line."""
    try:
        main(arguments)
    except loading.FAILURES as error:
        click.echo(f"Error: {explained(error)}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    run()
