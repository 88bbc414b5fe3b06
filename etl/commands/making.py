"""The command that makes something to begin with: the demo bureau's files."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from etl.commands import json_option, main


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
