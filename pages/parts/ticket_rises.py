"""What rose, on the page of complaints: the terms that tickets carry, beside the time before and a year ago.

It draws what `rising` judged. A rise is a reason to look; nothing here speaks of a ticket or a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from model.judgement import rules
from model.policy import SMALL_COUNT
from pages.parts import export, labels, monthly, panels, rising, small
from pages.parts import words as written
from pages.parts.reads import tickets as reads
from pages.parts.rising import Rise, Term, Window
from pages.parts.table import Column, Tone, figure, table
from pages.parts.ticket_pictures import Desk
from pages.parts.words import Words, number

YEAR = 12
_TONES: dict[str, Tone] = {"beyond": "worse"}


def rose(desk: Desk, view: str, _units: pd.DataFrame) -> None:
    """The terms of which more tickets came than in the time before, the surest first."""
    words = desk.view.words
    st.html(panels.note(words.say("complaints.rose_no_text")))
    if not desk.has_conduct:
        st.html(panels.note(words.say("complaints.conduct_year")))
    now, before = window(desk, 0), window(desk, desk.window)
    year = window(desk, YEAR) if desk.window < YEAR else None
    if now is None or before is None:
        st.html(panels.note(words.say("complaints.rose_partial")))
        return
    if min(now.total, before.total) < SMALL_COUNT:
        st.html(panels.note(words.say("complaints.rose_few", count=SMALL_COUNT)))
        return
    if year and year.total < SMALL_COUNT:
        year = None
    st.html(panels.note(_totals(desk, now, before, year)))
    found = {term: one for term, one in rising.beside(now, before).items() if one.has_risen}
    of_year = rising.beside(now, year) if year else {}
    rows = [
        _row(words, term, now, before, one) | (_beside_year(words, term, year, of_year) if year else {})
        for term, one in found.items()
    ]
    if rows:
        _list(desk, view, rows, has_year=year is not None)
    else:
        st.html(panels.note(words.say("complaints.rose_none")))
    st.html(panels.note(words.say("complaints.rose_how", q=written.aim(rules().comparison.q, "share"))))
    st.html(panels.note(words.say("complaints.rose_small", count=SMALL_COUNT, most=SMALL_COUNT - 1)))


def _days(desk: Desk, back: int) -> tuple[date, date]:
    """The first and the last day of the window so many months earlier."""
    return monthly.shifted(desk.first, -back), monthly.last_day(monthly.shifted(desk.month, -back))


def window(desk: Desk, back: int) -> Window | None:
    """The tickets of the window so many months earlier; None where not all of it is known."""
    if not desk.is_whole(back):
        return None
    first, last = _days(desk, back)
    found = labels.records(reads.by_terms(desk.view.snapshot, desk.unit_id, first, last))
    if not desk.has_conduct:
        found = [one | {"conduct_code": None} for one in found]
    return rising.window(found, (last - first).days + 1)


def _totals(desk: Desk, now: Window, before: Window, year: Window | None) -> str:
    """How all tickets went, which every term is to be read beside."""
    words = desk.view.words

    def beside(name: str, other: Window) -> str:
        times = words.say("complaints.rose_times", count=written.value(now.total / other.total, "rate"))
        return words.say(f"complaints.{name}", count=number(other.total), times=times)

    first, last = _days(desk, desk.window)
    parts = [
        words.say("complaints.rose_span", first=first.isoformat(), last=last.isoformat()),
        words.say("complaints.rose_total", now=number(now.total)),
        beside("rose_total_before", before),
    ]
    if year:
        parts.append(beside("rose_total_year", year))
    elif desk.window < YEAR:
        parts.append(words.say("complaints.rose_no_year"))
    return " · ".join(parts)


def _name(words: Words, term: Term) -> str:
    said = [
        labels.code_name(words, "complaint", column, str(code))
        for column, code in zip(rising.KINDS[term.kind], term.codes, strict=True)
    ]
    return words.say("complaints.rose_both", category=said[0], conduct=said[1]) if said[1:] else said[0]


def _row(words: Words, term: Term, now: Window, before: Window, one: Rise) -> dict[str, Any]:
    return {
        "key": "-".join((term.kind, *map(str, term.codes))),
        "rose_term": _name(words, term),
        "rose_kind": words.say(f"complaints.rose_kind_{term.kind}"),
        "rose_now": _count(words, term, now),
        "rose_before": _count(words, term, before),
        "rose_times_before": _times(words, one),
    }


def _beside_year(words: Words, term: Term, year: Window, judged: Mapping[Term, Rise]) -> dict[str, Any]:
    one = judged.get(term)
    hidden = figure(words.say("complaints.withheld"), None, "absent")
    return {
        "rose_year": _count(words, term, year),
        "rose_times_year": _times(words, one) if one else hidden,
    }


def _count(words: Words, term: Term, held: Window) -> dict[str, Any]:
    """A count and its part of all tickets, or the word for why it is not told."""
    share = held.share(term)
    shown = small.cell(words, held.counts.get(term, 0), is_told=term in held.told)
    under = words.say("complaints.rose_of_all", share=written.value(share, "share")) if share else ""
    return shown | {"under": under}


def _times(words: Words, one: Rise) -> dict[str, Any]:
    said = words.say(
        f"complaints.rose_{'least' if one.is_least else 'times'}", count=written.value(one.times, "rate")
    )
    if not one.has_risen:
        return figure(said, one.times, "plain", words.say("complaints.rose_fell"))
    return figure(
        said, one.times, _TONES.get(one.verdict, "plain"), words.say(f"complaints.rose_{one.verdict}")
    )


def _list(desk: Desk, view: str, rows: Sequence[dict[str, Any]], *, has_year: bool) -> None:
    words = desk.view.words
    names = ["rose_now", "rose_before", "rose_times_before"]
    if has_year:
        names += ["rose_year", "rose_times_year"]
    caption = words.say(f"complaints.view_{view}")
    table(
        words,
        view,
        caption,
        [
            Column("rose_term", words.say("complaints.rose_term")),
            Column("rose_kind", words.say("complaints.rose_kind")),
            *(Column(name, words.say(f"complaints.{name}"), "figure") for name in names),
        ],
        rows,
        export=export.stamped(desk.view, "complaints", (desk.unit_name, caption, *desk.clock)),
    )
