"""The section of indicators: value, target, limits of usual variation, changes, months, and what rules say.

What has no number is named with the reason, never shown as 0. It must not judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from pages.parts import board, labels
from pages.parts import words as written
from pages.parts.judged import Line
from pages.parts.report.structure import Block, Cell, Column, Facts, Group, Heading, Note, Section, Table
from pages.parts.report.subject import Subject
from pages.parts.words import Words

NAMED = 4
"""How many columns that are missing are named."""


def section(subject: Subject, title: str) -> Section:
    """The indicators that have a number, in their dimensions; then those that have none, by reason."""
    words = subject.words
    shown = [one for one in subject.lines if has_number(one)]
    blocks: list[Block] = [Note(words.say("report.measures_none"))]
    if shown:
        how = words.say("report.joint").join(words.say(f"judged.legend_{one}") for one in board.LEGEND)
        blocks = [
            _table(subject, shown, title),
            Note(written.capital(how)),
            Note(words.say("report.measures_how")),
        ]
    absent = [one for one in subject.lines if not has_number(one)]
    if absent:
        blocks += [Heading(words.say("report.absent")), *_absent(words, absent)]
    return Section(title, tuple(blocks))


def has_number(line: Line) -> bool:
    """Whether a month, or a stretch that stands in for it, has a number."""
    return line.here.value is not None or line.stretch is not None


def _table(subject: Subject, lines: Sequence[Line], title: str) -> Table:
    words = subject.words
    columns = (
        Column(words.say("judged.indicator"), 36, "text"),
        Column(words.say("report.this_month"), 22),
        Column(words.say("judged.target"), 12),
        Column(words.say("report.usual"), 25),
        Column(words.say("judged.on_month"), 13),
        Column(words.say("judged.on_year"), 13),
        Column(words.say("judged.months_head", count=len(subject.months)), 28, "picture"),
        Column(words.say("report.judged"), 25, "mark"),
    )
    groups = tuple(
        Group.of(name, tuple(_row(words, one) for one in held))
        for name, held in groupby(lines, lambda one: _dimension(words, one))
    )
    return Table(title, columns, groups)


def _dimension(words: Words, line: Line) -> str:
    return words.pick(line.item.dimension_name.zh, line.item.dimension_name.en)


def _row(words: Words, line: Line) -> tuple[Cell, ...]:
    cells, here, kind = board.cells(words, line), line.here, line.item.kind
    limits = (here.lower, here.upper)
    usual = Cell(written.NONE, tone="absent")
    if here.value is not None and None not in limits:
        usual = Cell("–".join(written.value(one, kind) for one in limits))
    said = cells["variation"]["text"] if here.variation in ("improving", "concerning") else ""
    sign, met = Cell.of(cells["variation"]), Cell.of(cells["assurance"])
    return (
        Cell(board.name(words, line)),
        Cell.of(cells["value"]),
        Cell(written.aim(line.item.target, kind), tone="target"),
        usual,
        Cell.of(cells["on_month"]),
        Cell.of(cells["on_year"]),
        Cell.of(cells["line"]),
        Cell(met.text, said, met.tone, sign.picture),
    )


def _absent(words: Words, lines: Sequence[Line]) -> list[Block]:
    """The indicators without a number by the word for why; those that are not computable with what is missing."""
    held: dict[str, list[Line]] = {}
    for one in lines:
        held.setdefault(one.here.state, []).append(one)
    unrecorded = held.pop("not_computable", [])
    joint = words.say("report.name_joint")
    facts = tuple(
        (_counted(words, state, found), joint.join(_name(words, one) for one in found))
        for state, found in held.items()
    )
    blocks: list[Block] = [Facts(facts)] if facts else []
    if unrecorded:
        columns = (
            Column(words.say("judged.indicator"), 62, "text"),
            Column(words.say("report.missing"), 112, "text"),
        )
        rows = ((Cell(_name(words, one)), Cell(_missing(words, one))) for one in unrecorded)
        title = _counted(words, "not_computable", unrecorded)
        blocks.append(Table(title, columns, (Group.of(title, rows),)))
    return blocks


def _name(words: Words, line: Line) -> str:
    return words.pick(line.item.name.zh, line.item.name.en)


def _counted(words: Words, state: str, lines: Sequence[Line]) -> str:
    said = written.capital(board.state_name(words, state))
    return words.say("report.absent_count", state=said, count=written.number(len(lines)))


def _missing(words: Words, line: Line) -> str:
    """The first of the columns that no source records, and how many there are."""
    columns = [labels.column_name(words, *need.split(".")) for need in line.missing]
    said = words.say("shared.list_joint").join(columns[:NAMED])
    if len(columns) <= NAMED:
        return said
    return words.say("report.missing_more", columns=said, count=written.number(len(columns)))
