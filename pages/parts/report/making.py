"""The report put together: what it is of, its sections in order, and the lines on every page.

The one place that knows which sections there are. It must not read, word or set anything itself.
"""

from __future__ import annotations

from collections.abc import Callable

from model.policy import Actor
from pages.parts import clocks
from pages.parts import words as written
from pages.parts.kinds import KINDS
from pages.parts.reads import records
from pages.parts.report import (
    dimensions,
    found,
    measures,
    method,
    points,
    reliance,
    standards,
    volumes,
)
from pages.parts.report.structure import Facts, Report, Section
from pages.parts.report.subject import Subject

_PLACE = "#"
Told = Callable[[int, int], None]
_SECTIONS: tuple[tuple[str, Callable[[Subject, str], Section]], ...] = (
    ("points", points.section),
    ("volumes", volumes.section),
    ("dimensions", dimensions.section),
    ("measures", measures.section),
    ("standards", standards.section),
    ("warnings", found.section),
    ("quality", reliance.section),
    ("method", method.section),
    ("limits", method.limits),
)


STEPS = len(_SECTIONS) + 1
"""How many sections are made one after the other."""


def nobody(_done: int, _all: int) -> None:
    """Tell nobody how far it is."""


def compose(subject: Subject, who: Actor, tell: Told = nobody) -> Report:
    """The whole report; `tell` hears after each section how many of all are made."""
    words, sections = subject.words, []
    for number, (name, make) in enumerate(_SECTIONS, 1):
        sections.append(make(subject, _title(subject, number, name)))
        tell(number, STEPS)
    sections.append(method.origin(subject, who, _title(subject, STEPS, "origin")))
    tell(STEPS, STEPS)
    title, month = words.say("report.title"), words.month(subject.month)
    return Report(
        language=words.language,
        title=title,
        unit=subject.unit_name,
        month=month,
        bureau=records.unit_name(subject.snapshot, subject.path[0]),
        facts=_facts(subject),
        sections=tuple(sections),
        running=words.say("report.running", unit=subject.unit_name, month=month, title=title),
        foot=words.say("report.foot", snapshot=subject.snapshot.id),
        page=_page(words.say("report.page", number=_PLACE, count=_PLACE)),
        made_at=subject.view.now,
    )


def _page(said: str) -> tuple[str, str, str]:
    """What stands before, between and after the number of a page and that of all."""
    before, between, after = said.split(_PLACE)
    return before, between, after


def _title(subject: Subject, number: int, name: str) -> str:
    words = subject.words
    said = words.say(f"report.section_{name}")
    return words.say("report.numbered", number=words.say(f"report.numeral_{number}"), title=said)


def _facts(subject: Subject) -> Facts:
    """Under the title: until when each kind of record is known and how late its sources are; the edition."""
    words, view, manifest = subject.words, subject.view, subject.snapshot.manifest
    items = []
    for kind in KINDS:
        coverage = subject.coverage[kind.id]
        said = [
            words.say(
                "report.source", name=words.pick(one.name_zh, one.name_en), moment=written.moment(one.as_of)
            )
            + (
                words.say("report.source_late", age=words.age(late))
                if (late := one.late_by(view.now))
                else ""
            )
            for one in coverage.sources
        ]
        known = words.say("report.name_joint").join(said) or words.say("shared.no_source")
        items.append((words.say(f"overview.{kind.id}"), written.capital(known)))
    published = written.moment(clocks.moment_of(manifest.get("published_at")))
    sequence = words.say("shared.sequence", number=manifest.get("sequence", written.NONE))
    items.append(
        (
            words.say("report.edition"),
            written.capital(f"{sequence} · {words.say('shared.published', moment=published)}"),
        )
    )
    items.append((words.say("report.made"), written.moment(view.now)))
    return Facts(tuple(items))
