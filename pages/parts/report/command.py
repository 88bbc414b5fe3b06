"""The command line of reports: python -m pages report --help. Made for a schedule, without a browser.

Who may run it on the server makes reports as the system itself; each is noted in the audit trail under the operating
system's name of who ran it. It must not know what a report holds.
"""

from __future__ import annotations

import getpass
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from ledger import storage
from model import warehouse
from model.policy import SYSTEM, Actor, RefusedError
from model.warehouse import NoSnapshotError, Snapshot
from pages.parts import clocks, monthly
from pages.parts.reads import records
from pages.parts.report import subject, taking
from pages.parts.report.typeset import PressError
from pages.parts.words import DEFAULT, LANGUAGES

SOME_FAILED = 3
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


class Choices(click.ParamType[tuple[str, ...]]):
    """One or several of a few words, with commas between."""

    name = "words"

    def __init__(self, offered: Any) -> None:
        self.offered = tuple(offered)

    def convert(self, value: Any, parameter: Any, context: Any) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(str(value).split(",")))
        for one in found:
            if one not in self.offered:
                self.fail(f"{one}: expected some of {', '.join(self.offered)}", parameter, context)
        return found


class Month(click.ParamType[date]):
    """A month as YYYY-MM."""

    name = "month"

    def convert(self, value: Any, parameter: Any, context: Any) -> date:
        found = _MONTH.fullmatch(str(value))
        if found is None:
            self.fail(f"{value}: expected YYYY-MM", parameter, context)
        return date(int(found[1]), int(found[2]), 1)


@click.group()
def main() -> None:
    """What the pages show, as documents."""


@main.command()
@click.option("--unit", "named", multiple=True, help="The unit of the report; may be given again.")
@click.option("--all-units", "level", type=int, help="Every unit of this level; 0 is the top of the tree.")
@click.option("--month", type=Month(), help="YYYY-MM; else each unit's newest whole month.")
@click.option("--lang", "languages", type=Choices(LANGUAGES), default=DEFAULT, show_default=True)
@click.option("--format", "formats", type=Choices(taking.FORMATS), default="pdf,docx", show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option(
    "--warehouse",
    "directory",
    type=click.Path(path_type=Path),
    default=warehouse.default_directory,
    show_default="data/warehouse",
    help="Where the snapshots are.",
)
def report(
    named: tuple[str, ...],
    level: int | None,
    month: date | None,
    languages: tuple[str, ...],
    formats: tuple[str, ...],
    out: Path,
    directory: Path,
) -> None:
    """Write the monthly integrity report of units: one line on stdout for each file.

    Ends with 0 where all were made, 3 where some were not, 1 where none was, 2 for a mistake in the command.
    """
    if month and month > clocks.now().date():
        raise click.UsageError(f"--month: {month:%Y-%m} has not begun")
    snapshot = warehouse.open_snapshot(directory)
    units = _units(snapshot, named, level)
    who = Actor(f"os:{getpass.getuser()}", SYSTEM)
    book = storage.open_ledger()
    made = failed = 0
    for unit_id in units:
        for language in languages:
            try:
                asked = _asked(snapshot, unit_id, month, language)
                for name, content in taking.take(who, book, asked, formats).items():
                    click.echo(taking.put(out, taking.file_name(asked, name), content))
                made += 1
            except (RefusedError, PressError, SQLAlchemyError, OSError) as error:
                click.echo(f"{unit_id} {language}: {told(error)}", err=True)
                failed += 1
    sys.exit(0 if not failed else SOME_FAILED if made else 1)


def _units(snapshot: Snapshot, named: tuple[str, ...], level: int | None) -> list[str]:
    """The units asked for, in the order of their codes."""
    known = records.every_unit(snapshot)
    if bool(named) == (level is not None):
        raise click.UsageError("name units with --unit, or a level with --all-units")
    if unknown := set(named) - set(known["unit_id"]):
        raise click.UsageError(f"no such unit: {', '.join(sorted(unknown))}")
    is_asked = known["unit_id"].isin(named) if named else known["level"] == level
    found = [str(one) for one in known.loc[is_asked, "unit_id"]]
    if not found:
        raise click.UsageError(f"there is no unit of level {level}")
    return found


def _asked(snapshot: Snapshot, unit_id: str, month: date | None, language: Any) -> subject.Subject:
    now = clocks.now()
    chosen = month or subject.newest_month(snapshot, unit_id) or monthly.before(now)
    return subject.of(snapshot, unit_id, chosen, language, now)


def told(error: Exception) -> str:
    """What went wrong, in a line."""
    return " ".join(str(getattr(error, "orig", None) or error).split())


def run() -> None:
    """The command line, with what goes wrong told in a line."""
    try:
        main()
    except (NoSnapshotError, PressError, SQLAlchemyError, OSError, ValueError) as error:
        click.echo(told(error), err=True)
        sys.exit(1)
