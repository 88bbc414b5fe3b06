"""An answer: how far a question is, why it failed, or its rows page by page and as a chart.

Rows are read from the result as they are shown. It must not decide what may be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import streamlit as st

from model.exploration.question import is_number
from model.exploration.run import ENDED, LONGEST, Kind, Run
from model.exploration.statement import RefusedError
from pages.parts import address, answer_files, controls, labels, lifetime, navigation, panels
from pages.parts import words as written
from pages.parts.charts import answer as charts
from pages.parts.charts import template
from pages.parts.frame import View
from pages.parts.table import Column, figure, table
from pages.parts.words import Words

PAGE_ROWS = 100
POLL_SECONDS = 0.5
AT_ONCE_SECONDS = 1.0
"""How long a question may take before the page says that it is under way."""
_CHARTED = 500
_LARGE = 100_000
_DOWN = "-"


class Leads(Protocol):
    """Where a row of an answer leads, or one value of its pivot."""

    def __call__(self, row: Mapping[str, Any], spread: str | None = None, /) -> dict[str, str]: ...


def run_of(
    view: View, slot: str, text: str, before: Callable[[], None] | None = None, *, kind: Kind = "sql"
) -> Run:
    """The run of this text on this snapshot: the one that this session has, else a new one; the other is cancelled.

    `before` is done before a new one starts, which does not where that fails.
    """
    held: Run | None = st.session_state.get(f"run_{slot}")
    if held is None or (held.text, held.snapshot.id) != (text, view.snapshot.id):
        if held is not None:
            held.cancel()
            held.drop()
        if before:
            before()
        held = st.session_state[f"run_{slot}"] = Run(view.snapshot, text, kind=kind)
    return held


def show(
    view: View,
    run: Run,
    asked: Mapping[str, str],
    *,
    names: Mapping[str, str] | None = None,
    leads: Leads | None = None,
    reads: Callable[[str, str], str] = lambda _, value: value,
    is_delivered: bool = True,
) -> None:
    """The answer, or how far it is. `names`: what columns are called, where that is not their own name; `reads`: what
    a text in a column reads; `is_delivered`: whether any source tells of what was asked for.

    `leads`: of an answer in groups, the address of the rows behind one of its rows; such an answer is charted.
    """
    words = view.words
    if not run.wait(AT_ONCE_SECONDS):
        _under_way(words, run)
        return
    if run.state != "done":
        _failed(words, run, run.reason if run.state == "refused" else run.state)
        return
    counts = {"rows": written.number(run.shape.rows), "seconds": f"{run.seconds:.1f}"}
    cut = words.say("explore.result_cut", rows=counts["rows"]) if run.shape.is_cut else ""
    st.html(panels.heading(words.say("explore.result"), words.say("explore.result_rows", **counts), late=cut))
    if not run.shape.rows:
        st.html(panels.note(words.say("explore.result_none" if is_delivered else "shared.not_delivered")))
        return
    try:
        if leads:
            _chart(words, run, leads, reads)
        _page(words, run, names or {}, leads, reads)
    except RefusedError as refusal:
        _failed(words, run, refusal.reason)
        return
    answer_files.offer(view, run, asked)


def _failed(words: Words, run: Run, reason: str) -> None:
    """Why there is no answer, or none any more."""
    most = f"{run.within.seconds:g}"
    said = words.say(f"explore.error_{reason}", what=run.detail, most=most, memory=run.within.memory)
    st.html(panels.message(words.say("explore.error"), said))


@st.fragment(run_every=POLL_SECONDS)
def _under_way(words: Words, run: Run) -> None:
    """How long it has taken so far, and the way to stop it."""
    if run.state in ENDED and run.wait(0):
        lifetime.rerun_unattended()
    name = "waiting" if run.state == "waiting" else "under_way"
    said = words.say(f"explore.{name}", seconds=f"{run.elapsed:.0f}", most=f"{run.within.seconds:g}")
    with st.container(key="under_way", horizontal=True, vertical_alignment="center"):
        st.html(panels.remark(said))
        st.button(words.say("explore.cancel"), key="cancel_run", on_click=run.cancel)


def _chart(words: Words, run: Run, leads: Leads, reads: Callable[[str, str], str]) -> None:
    """The first column across, each measure a series, where that can be read; a bar leads to the rows behind it."""
    names = [name for name, _ in run.shape.columns]
    series = [name for name, kind in run.shape.columns[1:] if is_number(kind)]
    if len(names) != 1 + len(series) or not 0 < len(series) <= charts.MOST_SERIES:
        return
    if not 1 < run.shape.rows <= charts.MOST_POINTS:
        return
    rows = run.page(0, _CHARTED)
    held = labels.records(rows)
    rows[names[0]] = [None if one[names[0]] is None else reads(names[0], str(one[names[0]])) for one in held]
    by_place = dict(zip(rows[names[0]], held, strict=True))

    def lead(point: Mapping[str, Any]) -> None:
        address.lead(leads(by_place[str(point["x"])], series[point["curve_number"]]))

    clicks = controls.clicks("answer", lead)
    st.plotly_chart(
        charts.answer(rows, names[0], series), theme=None, config=template.CONFIG, key=clicks.key,
        alt=words.say("explore.chart_alt"), on_select=clicks.call, selection_mode="points",
    )  # fmt: skip


def _page(
    words: Words, run: Run, called: Mapping[str, str], leads: Leads | None, reads: Callable[[str, str], str]
) -> None:
    """Some rows of the result, and the ways to the others."""
    names = [name for name, _ in run.shape.columns]
    pages = -(-run.shape.rows // PAGE_ROWS)
    with st.container(key="filters_answer", horizontal=True, vertical_alignment="center"):
        offered = ["", *(f"{way}{name}" for name in names for way in ("", _DOWN))]

        def sorted_by(one: str) -> str:
            if not one:
                return words.say("explore.sort_none")
            plain, way = one.removeprefix(_DOWN), "down" if one.startswith(_DOWN) else "up"
            return words.say(f"explore.sort_{way}", column=called.get(plain, plain))

        order = controls.choose("sort", words.say("explore.sort"), offered, "", sorted_by)
        chosen = 1
        if pages > 1:
            chosen = _choose_page(words, pages)
    first = (chosen - 1) * PAGE_ROWS
    last = min(first + PAGE_ROWS, run.shape.rows)
    said = words.say("explore.page_of", first=written.number(first + 1), last=written.number(last))
    st.html(panels.note(said))
    found = run.page(first, PAGE_ROWS, order.removeprefix(_DOWN) or None, down=order.startswith(_DOWN))
    numbers = {name for name, kind in run.shape.columns if is_number(kind)}
    days = {name for name, kind in run.shape.columns if kind == "DATE"}
    places = {name: f"column_{number}" for number, name in enumerate(names)}
    columns = [
        Column(places[name], called.get(name, name), "figure" if name in numbers else "short", name)
        for name in names
    ]
    held = labels.records(found)
    rows = [
        {
            places[name]: written.beginning(reads(name, str(one[name])), LONGEST)
            if isinstance(one[name], str | bool)
            else written.beginning(";".join(reads(name, str(each)) for each in one[name]), LONGEST)
            if isinstance(one[name], list)
            else _cell(one[name], is_number=name in numbers, is_day=name in days)
            for name in names
        }
        | {"key": str(index)}
        | ({"href": navigation.address("explore", **leads(one))} if leads else {})
        for index, one in enumerate(held)
    ]
    table(
        words, "answer", words.say("explore.result"), columns, rows, page=PAGE_ROWS,
        on_open=lambda key: navigation.follow("explore", **leads(held[int(key)])) if leads else None,
    )  # fmt: skip


def _choose_page(words: Words, pages: int) -> int:
    """A page by its number, kept in the URL."""
    shown = min(max(controls.number(st.query_params.get("page", "")) or 1, 1), pages)
    key = controls.key_of("page", shown)
    st.session_state[key] = shown

    def keep() -> None:
        chosen = st.session_state[key]
        if controls.is_chosen("page", key, chosen):
            controls.pick("page", str(chosen) if chosen != 1 else None)

    st.number_input(words.say("explore.page"), min_value=1, max_value=pages, step=1, key=key, on_change=keep)
    return int(st.session_state[key])


def number_text(value: int | float) -> str:
    """Six figures of what is small, all before the point and two after it of what is large."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.6g}" if abs(value) < _LARGE else written.plain(value)


def _cell(value: Any, *, is_number: bool, is_day: bool) -> Any:
    if is_number:
        if value is None:
            return figure(written.NONE, None, "absent")
        return figure(number_text(value), float(value))
    if value is None:
        return ""
    if is_day and hasattr(value, "date"):
        return str(value.date())
    return written.moment(value) if hasattr(value, "hour") else written.beginning(str(value), LONGEST)
