"""The section of volumes: how much was applied for, inspected and complained about, beside a month and a year before.

Counts as the overview shows them. It must not rank or judge a count.
"""

from __future__ import annotations

from pages.parts import monthly, panels
from pages.parts import words as written
from pages.parts.charts import tile
from pages.parts.kinds import KINDS, Kind
from pages.parts.monthly import Headline
from pages.parts.report.structure import Cell, Column, Group, Note, Picture, Section, Table
from pages.parts.report.subject import Subject
from pages.parts.words import Words

_WIDTHS = (40, 24, 28, 28, 54)


def section(subject: Subject, title: str) -> Section:
    """One table, a group a kind of record."""
    words = subject.words
    heads = (
        words.say("overview.measure_head"),
        words.say("report.this_month"),
        words.say("overview.on_month"),
        words.say("overview.on_year"),
        words.say("judged.months_head", count=len(subject.months)),
    )
    kinds = ("text", "figure", "figure", "figure", "picture")
    columns = tuple(Column(*one) for one in zip(heads, _WIDTHS, kinds, strict=True))  # type: ignore[arg-type]
    table = Table(title, columns, tuple(_group(subject, kind) for kind in KINDS))
    return Section(title, (table, Note(words.say("report.volumes_how"))))


def _group(subject: Subject, kind: Kind) -> Group:
    words, coverage = subject.words, subject.coverage[kind.id]
    name = words.say(f"overview.{kind.id}")
    if not coverage.sources:
        return Group.of(name, (), words.say(f"overview.no_source_{kind.id}"))
    said = (one for one in panels.provenance(words, coverage, subject.view.now) if one)
    measures = [one for one in (*kind.flows, kind.stock) if one in kind.flows or one in subject.counts]
    rows = tuple(_row(subject, kind, one) for one in measures if one)
    return Group.of(name, rows, words.say("report.joint").join(said))


def headline(subject: Subject, kind: Kind, measure: str) -> Headline:
    """One count of the month beside those before."""
    return monthly.headline(
        subject.counts.get(measure, {}), subject.month, subject.coverage[kind.id].of(measure)
    )


def _row(subject: Subject, kind: Kind, measure: str) -> tuple[Cell, ...]:
    words, found = subject.words, headline(subject, kind, measure)
    picture = Cell()
    if measure in kind.flows:
        points = monthly.series(
            subject.counts.get(measure, {}), subject.months, subject.coverage[kind.id].of(measure)
        )
        top = max((one.count or 0 for one in points), default=0)
        name, count = words.say(f"overview.{measure}"), words.say("judged.months_head", count=len(points))
        alt = words.say("report.volume_alt", name=name, months=count, most=written.number(top))
        picture = Cell(picture=Picture.at(tile.source(points, subject.month, top), alt))
    return (
        Cell(words.say(f"overview.{measure}")),
        count_of(words, found),
        _change(found.on_month, found.on_month_pct),
        _change(found.on_year, found.on_year_pct),
        picture,
    )


def count_of(words: Words, found: Headline) -> Cell:
    """A count, or the word for its state."""
    point = found.point
    if point.count is None:
        return Cell(words.say(f"shared.{point.state}"), tone="absent")
    partial = words.say("shared.partial") if point.state == "partial" else ""
    return Cell(written.number(point.count), partial, "strong")


def _change(value: int | None, pct: float | None) -> Cell:
    if value is None:
        return Cell(written.NONE, tone="absent")
    return Cell(written.change(value), written.percent_change(pct))
