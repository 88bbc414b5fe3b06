"""The pictures of a portrait, put together: its subject, its scores, what moves them, what they are made of, its sheet.

It exists so that the page reads as a list of questions. It must not read scores: what it shows is handed to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from model.indicators import Indicator, catalogue
from model.judgement import rules
from model.judgement.explanation import Part
from model.judgement.portrait import OVERALL
from model.judgement.subjects import subject_kinds
from pages.parts import (
    board,
    controls,
    evidence,
    export,
    labels,
    monthly,
    navigation,
    panels,
    portrait_panels,
)
from pages.parts import portraiture as told
from pages.parts import words as written
from pages.parts.charts import portrait as charts
from pages.parts.charts import template
from pages.parts.frame import View
from pages.parts.portraiture import Portrait
from pages.parts.reads import portraits, records
from pages.parts.table import Column, figure, picture, table
from pages.parts.words import Words

Parts = Mapping[str, Sequence[Part]]
_RADAR_SHARE, _SCORES_SHARE = 4, 7
_SHEET_RADAR = (230, 10)
"""Height and type of the radar on paper."""
_LONG = 100
_LEAST_ENDS = 2
"""With a single month end there is no past to show."""


def choose_subject(
    view: View, kinds: Mapping[str, tuple[str, str]], units: pd.DataFrame
) -> tuple[str, str, str]:
    """The kind of subject where there are several, and the subject: kind, id and name."""
    words, offered = view.words, list(kinds)
    if len(units) < len(records.every_unit(view.snapshot)):
        offered = [portraits.UNIT]  # of the other kinds it is not known whose they are
    kind = offered[0]
    if len(offered) > 1:
        label = words.say("portraits.subject_kind")
        kind = controls.choose("kind", label, offered, kind, lambda one: kind_name(words, one, kinds))
    if kind == portraits.UNIT:
        unit_id = controls.choose_unit(words, units)
        return kind, unit_id, records.name_of(units, unit_id)
    found = labels.records(portraits.subjects(view.snapshot, kind))
    names = {
        one["subject_id"]: words.pick(one["name_zh"], one["name_en"]) or one["subject_id"] for one in found
    }
    label, first = words.say("portraits.subject"), next(iter(names))
    subject_id = controls.choose("subject", label, list(names), first, names.__getitem__)
    return kind, subject_id, names[subject_id]


def kind_name(words: Words, kind: str, kinds: Mapping[str, tuple[str, str]]) -> str:
    """What a kind of subject is called."""
    return words.pick(*kinds[kind]) or words.say(f"portraits.kind_{kind}")


def views(words: Words, *, is_sheet: bool) -> None:
    """The way to the sheet of paper, and back."""
    if is_sheet:
        with st.container(key="print_links", horizontal=True, width="content"):
            st.page_link(navigation.here(), label=words.say("portraits.print_back"), query_params=_query())
            st.html(
                portrait_panels.print_button(words.say("portraits.print_now")), unsafe_allow_javascript=True
            )
    else:
        with st.container(key="print_links", width="content"):
            st.page_link(
                navigation.here(), label=words.say("portraits.print"), query_params=_query(view="print")
            )


def _query(**changed: str) -> dict[str, str]:
    kept = {name: found for name in ("kind", "subject") if (found := controls.picked(name))}
    return controls.carried(**kept, **changed)


def scores(view: View, portrait: Portrait) -> None:
    """The overall in words, the radar, and one line a score beside it."""
    words = view.words
    st.html(panels.strip(portrait.name, told.sentences(words, portrait), ()))
    left, right = st.columns((_RADAR_SHARE, _SCORES_SHARE), gap="small")
    with left, st.container(key="panel_radar"):
        st.html(panels.heading(words.say("portraits.picture"), words.say("portraits.picture_how")))
        alt = words.say("portraits.picture_alt", subject=portrait.name)
        st.plotly_chart(_radar(words, portrait), theme=None, config=template.CONFIG, key="radar", alt=alt)
    with right, st.container(key="panel_scores"):
        st.html(panels.heading(words.say("portraits.scores"), words.month(portrait.month)))
        st.html(portrait_panels.scores(words, portrait, dimension_names(words)))
        st.html(portrait_panels.legend(words, portrait))


def past(view: View, portrait: Portrait) -> None:
    """What the overall and each dimension were at the month ends before this one."""
    words = view.words
    has_score = any(end.score is not None for one in portrait.trail.values() for end in one.values())
    if len(portrait.trail) < _LEAST_ENDS or not has_score:
        return
    with st.container(key="panel_past"):
        st.html(panels.heading(words.say("portraits.trail"), words.say("portraits.trail_how")))
        st.html(portrait_panels.trails(words, portrait, dimension_names(words)))


def _radar(words: Words, portrait: Portrait, height: int = charts.RADAR_HEIGHT, size: int = 13) -> Any:
    names = {name: label for name, label in dimension_names(words).items() if name != OVERALL}
    axes = []
    for name, label in names.items():
        row = portrait.rows[name]
        under = (
            told.points(row["score"]) if row["score"] is not None else board.state_name(words, row["state"])
        )
        axes.append(told.axis(portrait, name, f"{label.replace(' ', '<br>')}<br>{under}"))
    return charts.radar(axes, height, size)


def dimension_names(words: Words) -> dict[str, str]:
    """The overall and the four dimensions, as they are called."""
    named = {
        name: written.capital(words.pick(one.zh, one.en)) for name, one in catalogue().dimensions.items()
    }
    return {OVERALL: words.say("portraits.overall")} | named


def movers(view: View, found: pd.DataFrame) -> None:
    """The indicators that take most from the overall."""
    words = view.words
    with st.container(key="panel_movers"):
        st.html(panels.heading(words.say("portraits.movers"), words.say("portraits.movers_how")))
        st.html(portrait_panels.movers(words, labels.records(found), catalogue()))


def explanation(view: View, kind: str, subject_id: str, portrait: Portrait, parts: Parts) -> None:
    """Every dimension's indicators; below, the records of the picked one."""
    words = view.words
    with st.container(key="panel_explained"):
        least = words.say("portraits.floored", least=told.points(rules().portrait.least_dimension_score))
        st.html(panels.heading(words.say("portraits.explained"), words.say("portraits.explained_how"), least))
        rows = [row for name, group in parts.items() for row in _rows(words, portrait, name, group)]
        known = {row["key"] for row in rows}
        picked = controls.picked("indicator")
        chosen = picked if picked in known else None
        stamp = (portrait.name, words.month(portrait.month))
        table(
            words, "explained", words.say("portraits.explained"), _columns(words), rows, picked=chosen,
            on_pick=lambda key: controls.pick("indicator", key), look="explained", page=_LONG,
            export=export.stamped(view, "portraits", stamp),
        )  # fmt: skip
    if chosen:
        part = next(one for group in parts.values() for one in group if one.item.id == chosen)
        _records(view, kind, subject_id, portrait, part)
    st.html(panels.note(words.say("portraits.caveat")))


def _columns(words: Words) -> list[Column]:
    def column(name: str, kind: Any = "text", hint: str = "") -> Column:
        return Column(name, words.say(f"portraits.{name}"), kind, words.say(hint) if hint else "")

    return [
        column("indicator"),
        column("value", "figure"),
        column("goalposts", "short", "portraits.goalposts_hint"),
        column("bar", "picture"),
        column("score", "figure"),
        column("weight", "figure"),
        column("lost", "figure", "portraits.lost_hint"),
        column("sample", "figure"),
    ]


def _rows(words: Words, portrait: Portrait, dimension: str, parts: Sequence[Part]) -> list[dict[str, Any]]:
    row = portrait.rows[dimension]
    score = told.points(row["score"]) if row["score"] is not None else board.state_name(words, row["state"])
    group = words.say("portraits.group", dimension=dimension_names(words)[dimension], score=score)
    return [_row(words, group, one) for one in parts]


def _row(words: Words, group: str, part: Part) -> dict[str, Any]:
    is_known = part.value is not None
    said = told.points(part.score)
    return {
        "key": part.item.id,
        "group": group,
        "indicator": words.pick(part.item.name.zh, part.item.name.en),
        "value": figure(told.value(words, part), part.value, "strong" if is_known else "absent"),
        "goalposts": told.goalposts(part.item),
        "bar": picture(charts.share(part.score), said, part.score),
        "score": figure(said, part.score),
        "weight": figure(told.share(part.weight_share), part.weight_share),
        "lost": figure(
            told.points(part.points_lost), part.points_lost, "worse" if part.points_lost else "plain"
        ),
        "sample": figure(written.number(part.sample_size), part.sample_size, under=told.window(words, part)),
    }


def _records(view: View, kind: str, subject_id: str, portrait: Portrait, part: Part) -> None:
    """What the picked indicator means, the way to its trend, and its records month by month."""
    words, item = view.words, part.item
    name = words.pick(item.name.zh, item.name.en)
    with st.container(key="panel_records"):
        value = told.value(words, part)
        st.html(panels.heading(name, value, told.goalposts(item), told.window(words, part)))
        st.html(panels.note(words.pick(item.meaning.zh, item.meaning.en)))
        basis = words.pick(item.basis.zh, item.basis.en)
        st.html(panels.note(words.say("portraits.basis", basis=basis)))
        of = record_kind(kind)
        if of is None:
            st.html(panels.note(words.say("portraits.no_records")))
            return
        if of == portraits.UNIT:
            to_trend(words, item, subject_id)
        first = monthly.shifted(portrait.month, 1 - max(part.window_months, 1))
        chosen = evidence.choose_month(words, first, portrait.month)
        evidence.show(view, item, of, subject_id, chosen)


def record_kind(kind: str) -> str | None:
    """As what the records of a subject are counted: as a unit's or a cell's; None for a group of people."""
    if kind in (portraits.UNIT, "cell"):
        return kind
    declared = {one.id: one for one in subject_kinds()}
    is_unit = kind in declared and not declared[kind].parts
    return portraits.UNIT if is_unit else None


def to_trend(words: Words, item: Indicator, unit_id: str) -> None:
    """The way to the trend of an indicator, where this person gets that page."""
    if navigation.has("trends"):
        with st.container(key="link_trend", width="content"):
            navigation.link("trends", words.say("portraits.to_trend"), unit=unit_id, indicator=item.id)


def sheet(view: View, portrait: Portrait, found: pd.DataFrame, parts: Parts) -> None:
    """The portrait on one sheet of A4."""
    words, manifest = view.words, view.snapshot.manifest
    names = dimension_names(words)
    groups = {
        name: (f"{names[name]} {told.points(portrait.rows[name]['score'])}", group)
        for name, group in parts.items()
    }
    foot = words.say(
        "portraits.print_foot", as_of=portrait.period_end.isoformat(), sequence=manifest.get("sequence", written.NONE),
        snapshot=view.snapshot.id, version=rules().version,
    )  # fmt: skip
    with st.container(key="sheet"):
        title = f"{words.say('portraits.title')} · {portrait.name}"
        st.html(panels.heading(title, words.month(portrait.month)))
        st.html(panels.strip(words.say("portraits.overall"), told.sentences(words, portrait), ()))
        left, right = st.columns((_RADAR_SHARE, _SCORES_SHARE), gap="small", wrap=False)
        with left:
            alt = words.say("portraits.picture_alt", subject=portrait.name)
            st.plotly_chart(
                _radar(words, portrait, *_SHEET_RADAR),
                theme=None,
                config=template.CONFIG,
                key="sheet_radar",
                alt=alt,
            )
        with right:
            st.html(portrait_panels.scores(words, portrait, names))
            st.html(portrait_panels.legend(words, portrait))
        st.html(panels.part(words.say("portraits.movers")))
        st.html(portrait_panels.movers(words, labels.records(found), catalogue()))
        st.html(portrait_panels.sheet_parts(words, groups))
        st.html(f"{panels.note(words.say('portraits.caveat'))}{panels.note(foot)}")
