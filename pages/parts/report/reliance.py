"""The section of data quality: which sources are late, and what was kept out and why.

Of the whole bureau, as the page of data quality. Counts of rows only; no value of a row is shown.
"""

from __future__ import annotations

from pages.parts import clocks, findings, labels, rules
from pages.parts import words as written
from pages.parts.reads import quality
from pages.parts.report.structure import Block, Cell, Column, Group, Heading, Note, Section, Table
from pages.parts.report.subject import Subject

LISTED = 12
"""How many rules are listed: those that keep most rows out."""


def section(subject: Subject, title: str) -> Section:
    """The sources in one sentence and the late ones in a table; then the rules that kept rows out."""
    words = subject.words
    blocks: list[Block] = [Note(sentence(subject))]
    for heading, table in (("report.late", _late(subject)), ("health.quarantine", _kept_out(subject))):
        if table:
            blocks += [Heading(words.say(heading)), table]
    return Section(title, tuple(blocks))


def sentence(subject: Subject) -> str:
    """How many sources there are, how many of them late, and how many rows wait to be corrected."""
    totals, known = quality.totals(subject.snapshot), subject.view.clocks.values()
    late = len(clocks.late_ones(known, subject.view.now))
    counts = {"sources": len(known), "late": late} | {
        name: totals[name] for name in ("quarantine", "cells", "refused", "revisions")
    }
    return subject.words.say(
        "report.quality", **{name: written.number(count) for name, count in counts.items()}
    )


def _late(subject: Subject) -> Table | None:
    words, view = subject.words, subject.view
    late = {one.source for one in clocks.late_ones(view.clocks.values(), view.now)}
    rows = tuple(
        (
            Cell(words.pick(one["name_zh"], one["name_en"]) or one["source"]),
            Cell(written.moment(one["as_of"])),
            Cell(written.number(one["cadence_days"])),
            Cell.of(findings.timeliness(view, one)),
        )
        for one in labels.records(quality.sources(subject.snapshot))
        if one["source"] in late
    )
    heads = (
        ("source", 70, "text"),
        ("as_of", 36, "figure"),
        ("cadence", 28, "figure"),
        ("state", 40, "mark"),
    )
    columns = tuple(Column(words.say(f"health.{name}"), width, kind) for name, width, kind in heads)  # type: ignore[arg-type]
    return Table(words.say("report.late"), columns, (Group.of("", rows),)) if rows else None


def _kept_out(subject: Subject) -> Table | None:
    words = subject.words
    found = labels.records(quality.quarantine_reasons(subject.snapshot))
    rows = tuple(
        (
            Cell(labels.table_name_of(words, one["table_name"])),
            Cell(rules.in_words(words, one["table_name"], one["reason"])),
            Cell(written.number(one["rows"])),
            Cell(written.number(one["waiting"])),
        )
        for one in found[:LISTED]
    )
    columns = (
        Column(words.say("health.table"), 40, "text"),
        Column(words.say("health.reason"), 94, "text"),
        Column(words.say("health.rows"), 20),
        Column(words.say("health.waiting"), 20),
    )
    more = words.say("report.more", count=len(found) - LISTED) if len(found) > LISTED else ""
    return Table(words.say("health.quarantine"), columns, (Group.of("", rows, more),)) if rows else None
