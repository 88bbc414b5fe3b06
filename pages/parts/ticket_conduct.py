"""The tickets about conduct by kind, so that none of few is told.

Kinds with few tickets are not told, and never so that they could be worked out from what stands beside them. Windows
that overlap, and units within units, would tell them by subtraction: who may not ask of conduct is told of it by
calendar years, and of their whole unit alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from model import policy
from model.policy import SMALL_COUNT
from pages.parts import panels, small, ticket_pictures, visitor
from pages.parts.table import table
from pages.parts.ticket_pictures import Desk


def conduct(desk: Desk, view: str, _units: pd.DataFrame) -> None:
    """The tickets about conduct by kind, small numbers not told."""
    words = desk.view.words
    st.html(panels.note(words.say("complaints.conduct_how", count=SMALL_COUNT)))
    if not desk.has_conduct:
        st.html(panels.note(words.say("complaints.conduct_year")))
        if desk.unit_id != policy.scope(visitor.present()).unit_id:
            return
    found = [one for one in desk.cut(view) if one["name"] is not None]
    if not found:
        st.html(panels.note(words.say("complaints.none")))
        return
    columns = {
        name: [int(one[key]) for one in found]
        for name, key in (("tickets", "tickets"), ("conduct_closed", "closed"), ("conduct_true", "true"))
    }
    shown = told_beside(columns)
    rows = [
        {"key": one["name"], "name": ticket_pictures.name_of(words, view, one["name"])}
        | {name: small.cell(words, columns[name][at], is_told=shown[name][at]) for name in columns}
        for at, one in enumerate(found)
    ]
    table(
        words,
        view,
        words.say("complaints.view_conduct"),
        ticket_pictures.columns(words, "name", list(columns)),
        rows,
        export=ticket_pictures.stamped(desk, view),
    )


def told_beside(columns: Mapping[str, Sequence[int]]) -> dict[str, list[bool]]:
    """Which counts may be told, each column being a part of the one before it: nor may a small rest follow."""
    told: dict[str, list[bool]] = {}
    wholes: Sequence[int] = ()
    for name, counts in columns.items():
        shown = small.told(counts)
        if told:
            rests = [whole - count for whole, count in zip(wholes, counts, strict=True)]
            before = list(told.values())[-1]
            shown = [
                is_told and is_whole_told and not 0 < rest < SMALL_COUNT
                for is_told, is_whole_told, rest in zip(shown, before, rests, strict=True)
            ]
        told[name], wholes = shown, counts
    return told
