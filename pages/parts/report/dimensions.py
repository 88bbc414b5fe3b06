"""The section of the portrait: the four dimensions with interval and rank range, and what moves the overall most.

A rank is only ever a range. It must not score.
"""

from __future__ import annotations

from pages.parts import board, labels, portraiture
from pages.parts import words as written
from pages.parts.charts import portrait as charts
from pages.parts.portrait_pictures import dimension_names
from pages.parts.portraiture import Portrait
from pages.parts.reads import portraits
from pages.parts.report.structure import Block, Cell, Column, Group, Heading, Note, Picture, Section, Table
from pages.parts.report.subject import Subject
from pages.parts.words import Words


def section(subject: Subject, title: str) -> Section:
    """The scores, how to read them, and what moves them."""
    words, portrait = subject.words, subject.portrait
    if portrait is None:
        return Section(title, (Note(words.say("portraits.none_of_unit", unit=subject.unit_name)),))
    blocks: list[Block] = []
    if portrait.month != subject.month:
        blocks.append(Note(words.say("report.portrait_of", month=words.month(portrait.month))))
    blocks += [_scores(words, portrait, title), Note(_how(words, portrait))]
    blocks += [Heading(words.say("portraits.movers")), _movers(subject, portrait)]
    return Section(title, (*blocks, Note(words.say("portraits.caveat"))))


def _scores(words: Words, portrait: Portrait, title: str) -> Table:
    columns = (
        Column(words.say("portraits.dimension"), 30, "text"),
        Column(words.say("portraits.score"), 18),
        Column(words.say("portraits.key_interval"), 26),
        Column(words.say("report.line_head"), 58, "picture"),
        Column(words.say("portraits.rank_head"), 24),
        Column(words.say("portraits.coverage_head"), 18),
    )
    rows = tuple(_score(words, portrait, *one) for one in dimension_names(words).items())
    return Table(title, columns, (Group.of("", rows),))


def _score(words: Words, portrait: Portrait, dimension: str, name: str) -> tuple[Cell, ...]:
    row = portrait.rows[dimension]
    known = {one: portraiture.points(row[f"score_{one}"]) for one in ("lower", "upper")}
    said = portraiture.points(row["score"])
    alt = words.say("portraits.line_alt", dimension=name, score=said, **known)
    score, interval = Cell(said, tone="strong"), Cell(f"{known['lower']}–{known['upper']}")
    if row["score"] is None:
        state = board.state_name(words, row["state"])
        alt = words.say("portraits.line_alt_none", dimension=name, state=state)
        score, interval = Cell(state, tone="absent"), Cell(written.NONE, tone="absent")
    line = charts.line_source(portraiture.axis(portrait, dimension, name))
    return (
        Cell(name),
        score,
        interval,
        Cell(picture=Picture.at(line, alt)),
        Cell(portraiture.rank_short(words, portrait, dimension)),
        Cell(portraiture.share(row["coverage"])),
    )


def _how(words: Words, portrait: Portrait) -> str:
    past = words.say("portraits.no_past")
    if portrait.past_end:
        month = words.month(portrait.past_end.replace(day=1))
        past = words.say("report.line_past", month=month)
    return words.say("report.line_how", past=past)


def _movers(subject: Subject, portrait: Portrait) -> Table | Note:
    words, known = subject.words, {one.item.id: one.item for one in subject.lines}
    found = portraits.movers(subject.snapshot, portraits.UNIT, subject.unit_id, portrait.period_end)
    rows = []
    for one in labels.records(found):
        item = known[one["indicator_id"]]
        value, target = written.value(one["value"], item.kind), written.aim(item.target, item.kind)
        lost = f"+{portraiture.points(one['points_lost'])}"
        names = [words.pick(each.zh, each.en) for each in (item.name, item.dimension_name)]
        rows.append((*map(Cell, names), Cell(value, tone="strong"), Cell(target, tone="target"), Cell(lost)))
    if not rows:
        return Note(words.say("portraits.movers_none"))
    columns = (
        Column(words.say("portraits.indicator"), 56, "text"),
        Column(words.say("portraits.dimension"), 34, "text"),
        Column(words.say("portraits.value"), 24),
        Column(words.say("judged.target"), 20),
        Column(words.say("report.regain"), 40),
    )
    return Table(words.say("portraits.movers"), columns, (Group.of("", tuple(rows)),))
