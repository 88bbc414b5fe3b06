"""The key points: what a head of a bureau reads first, each point led by what it is about.

Put together from what the later sections show. It must not judge: rules have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from model.policy import SMALL_COUNT
from pages.parts import clocks, portraiture
from pages.parts import words as written
from pages.parts.judged import Line
from pages.parts.kinds import KINDS
from pages.parts.report import found, reliance, volumes
from pages.parts.report.structure import Points, Section
from pages.parts.report.subject import Subject
from pages.parts.table import Tone
from pages.parts.words import Words

NAMED = 6
"""How many indicators are named; of the others only how many."""
Point = tuple[str, str, Tone]


def section(subject: Subject, title: str) -> Section:
    """All points in the order of the sections."""
    said = [*_volumes(subject), *_portrait(subject), *_indicators(subject), *_steps(subject)]
    said += [_warnings(subject), _quality(subject)]
    begun = ((written.capital(label), written.capital(text), tone) for label, text, tone in said)
    return Section(title, (Points(tuple(begun)),))


def _volumes(subject: Subject) -> Iterator[Point]:
    words = subject.words
    for kind in KINDS:
        measure = kind.came or kind.done
        name, one = words.say(f"overview.{kind.id}"), volumes.headline(subject, kind, measure)
        said = {"name": words.say(f"overview.{measure}"), "state": volumes.count_of(words, one).text}
        text = words.say("report.unknown_count", **said)
        if one.point.count is not None:
            text = words.say("report.named", name=said["name"], value=said["state"])
        if one.point.state == "partial":
            text = words.say("report.partial", text=text)
        for label, change in (("on_month", one.on_month), ("on_year", one.on_year)):
            if change is not None:
                text += words.say(
                    "report.beside", label=words.say(f"overview.{label}"), change=written.change(change)
                )
        yield name, text, "plain"


def _portrait(subject: Subject) -> Iterator[Point]:
    words, portrait = subject.words, subject.portrait
    if portrait is not None:
        said = words.say("report.clause_joint").join(portraiture.sentences(words, portrait))
        yield words.say("report.how_portrait"), said, "plain"


def _indicators(subject: Subject) -> Iterator[Point]:
    words = subject.words
    known = [one for one in subject.lines if one.here.value is not None]
    if not known:
        none = words.say("report.indicators_none", all=written.number(len(subject.lines)))
        yield words.say("report.indicators"), none, "plain"
        return
    met = {name: sum(one.here.assurance == name for one in known) for name in ("meets", "varies", "misses")}
    counts = {name: written.number(count) for name, count in met.items()}
    all_of = {"known": written.number(len(known)), "all": written.number(len(subject.lines))}
    yield words.say("report.indicators"), words.say("report.indicators_text", **all_of, **counts), "plain"
    tones: tuple[tuple[str, Tone], ...] = (("concerning", "attention"), ("improving", "better"))
    for variation, tone in tones:
        lines = [one for one in known if one.here.variation == variation]
        text = _named(words, lines) if lines else words.say("report.nothing")
        yield words.say(f"judged.{variation}"), text, tone if lines else "plain"


def _named(words: Words, lines: Sequence[Line]) -> str:
    names = [
        words.say(
            "report.named",
            name=words.pick(one.item.name.zh, one.item.name.en),
            value=written.value(one.here.value, one.item.kind),
        )
        for one in lines[:NAMED]
    ]
    said = words.say("report.name_joint").join(names)
    more = len(lines) - NAMED
    return said + (words.say("report.more_indicators", count=more) if more > 0 else "")


def _steps(subject: Subject) -> Iterator[Point]:
    words, said, is_late = subject.words, [], False
    for run in subject.runs:
        whole = run.steps.get(run.process.steps[-1].id)
        if whole is None or whole["open_count"] is None:
            continue
        overdue = whole["overdue_count"]
        is_late = is_late or bool(overdue)
        counts = {"open": written.number(whole["open_count"]), "overdue": written.number(overdue)}
        said.append(words.say("report.waiting", process=run.name, **counts))
    if said:
        text = words.say("report.clause_joint").join(said)
        yield words.say("standards.title"), text, "overdue" if is_late else "plain"


def _warnings(subject: Subject) -> Point:
    words, count = subject.words, len(found.standing(subject))
    said = words.say("report.standing_none")
    if count:
        shown = (
            written.number(count)
            if count >= SMALL_COUNT
            else words.say("complaints.suppressed", count=SMALL_COUNT)
        )
        said = words.say("report.standing_text", count=shown)
    return words.say("warnings.title"), said, "plain"


def _quality(subject: Subject) -> Point:
    late = clocks.late_ones(subject.view.clocks.values(), subject.view.now)
    return subject.words.say("health.title"), reliance.sentence(subject), "attention" if late else "plain"
