"""The section of warnings: how many stand of each kind, and how far those of the year have been handled.

Aggregates only, small ones not told: no person, shop, ticket or single warning is named. Each is to be verified until
somebody has. It must not judge.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, get_args

from model.judgement.declaration import LEVELS
from model.judgement.declaration import Kind as WarningKind
from model.judgement.warning import words as declared
from model.policy import SMALL_COUNT
from model.process import stages
from pages.parts import labels, small, warned
from pages.parts import words as written
from pages.parts.reads import screen, warnings
from pages.parts.report.structure import Block, Cell, Column, Group, Heading, Note, Section, Table
from pages.parts.report.subject import Subject
from pages.parts.words import Words

_ALL = "all"


def section(subject: Subject, title: str) -> Section:
    """What stands by kind and level, what became of the warnings, and what a warning is."""
    words = subject.words
    reservation = declared()["reservation"][words.language]
    blocks: list[Block] = [Note(words.say("report.warnings_are", reservation=reservation))]
    blocks += [Heading(words.say("report.standing")), *_standing(subject)]
    blocks += [Heading(words.say("report.handled")), _handled(subject)]
    blocks.append(Note(words.say("report.small", count=SMALL_COUNT)))
    return Section(title, tuple(blocks))


def standing(subject: Subject) -> list[dict[str, Any]]:
    """The warnings of the unit and all below it that stand."""
    return labels.records(warnings.standing(subject.snapshot, subject.unit_id))


def _standing(subject: Subject) -> list[Block]:
    words, rows = subject.words, standing(subject)
    if not rows:
        return [Note(words.say("report.standing_none"))]
    of_month = [one for one in rows if warned.day(one["period_end"]).replace(day=1) == subject.month]
    columns = (
        Column("", 34, "text"),
        Column(written.capital(words.say("warnings.standing")), 24),
        Column(words.say("report.of_month", month=words.month(subject.month)), 42),
    )
    groups = tuple(
        _counted(words, words.say(f"warnings.{column}"), names, column, rows, of_month)
        for column, names in (("level", LEVELS[::-1]), ("kind", get_args(WarningKind)))
    )
    return [Table(words.say("report.standing"), columns, groups)]


def _counted(words: Words, title: str, names: Any, column: str, *lists: list[dict[str, Any]]) -> Group:
    """How many there are of each level or kind, in each list; small ones are not told, nor what tells them."""
    say = warned.level_name if column == "level" else warned.kind_name
    cells: list[list[Cell]] = []
    for rows in lists:
        held = Counter(str(one[column]) for one in rows)
        counts = [held[name] for name in names]
        shown = zip(counts, small.told(counts), strict=True)
        cells.append([Cell.of(small.cell(words, count, is_told=is_told)) for count, is_told in shown])
    return Group.of(
        title, tuple((Cell(say(words, name)), *row) for name, *row in zip(names, *cells, strict=True))
    )


def _handled(subject: Subject) -> Block:
    """Levels down, stages across, as the screens may show them."""
    words = subject.words
    found = labels.records(screen.of_unit(subject.snapshot, "disposition", subject.unit_id))
    if not found:
        return Note(words.say("report.handled_none"))
    held = {(one["level"], one["stage"]): one for one in found if one["kind"] == _ALL}
    columns = (
        Column(words.say("warnings.level"), 27, "text"),
        *(Column(words.pick(one.name.zh, one.name.en), 21) for one in stages().items),
    )
    rows = tuple(
        (
            Cell(words.say("shared.all") if level == _ALL else warned.level_name(words, level)),
            *(_stage(words, held.get((level, one.id))) for one in stages().items),
        )
        for level in (*LEVELS[::-1], _ALL)
    )
    return Table(words.say("report.handled"), columns, (Group.of("", rows),))


def _stage(words: Words, one: dict[str, Any] | None) -> Cell:
    if one is None or one["count"] is None:
        state = "no_data" if one is None else str(one["state"])
        known = state in ("no_data", "not_computable")
        return Cell(words.say(f"shared.{state}" if known else "complaints.withheld"), tone="absent")
    is_late = one["stage"] == "overdue" and one["count"] > 0
    return Cell(written.number(one["count"]), tone="overdue" if is_late else "plain")
