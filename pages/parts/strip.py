"""What changed since the last snapshot, on one line: rows, indicators, warnings, and what waits to be corrected.

It must not judge: which change asks for attention was decided by the rules.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from model.indicators import catalogue
from pages.parts import labels, panels
from pages.parts import words as written
from pages.parts.frame import View
from pages.parts.reads import edition
from pages.parts.words import Words, number

NAMED = 2
"""How many indicators that moved are named; of the others only how many."""
Part = str | tuple[str, str]


def show(view: View, unit_id: str, month: date) -> None:
    """The strip of a unit and month."""
    words, earlier = view.words, edition.before(view.snapshot)
    brought = edition.brought(view.snapshot)
    parts: list[Part] = [words.say("overview.edition_none")]
    if brought["batches"]:
        parts = [
            words.say(
                "overview.edition_rows",
                new=number(brought["loaded"]),
                changed=number(brought["superseding"]),
            )
        ]
    if earlier is None:
        parts.append(words.say("overview.edition_first"))
    else:
        parts += _moved(words, edition.moved(view.snapshot, earlier, unit_id, month), month)
        told = edition.warnings(view.snapshot, earlier, unit_id)
        raised, withdrawn = number(told["raised"]), number(told["withdrawn"])
        parts.append(words.say("overview.edition_warnings", raised=raised, withdrawn=withdrawn))
    if brought["quarantined"]:
        parts.append(words.say("overview.edition_quarantined", count=number(brought["quarantined"])))
    notices = [words.pick(one["zh"], one["en"]) for one in view.snapshot.manifest.get("notices", ())]
    st.html(panels.strip(words.say("overview.edition"), parts, notices))


def _moved(words: Words, found: pd.DataFrame, month: date) -> list[Part]:
    """The first indicators that moved, those that rules speak against before the others; then how many more."""
    declared = catalogue().indicators
    moved = [
        (declared[one["indicator_id"]], *_said(one, declared[one["indicator_id"]].kind))
        for one in labels.records(found)
        if one["indicator_id"] in declared
    ]
    moved = [one for one in moved if one[1] != one[2]]
    if not moved:
        return [words.say("overview.edition_unmoved", month=words.month(month))]
    moved.sort(key=lambda one: not one[3])
    parts: list[Part] = []
    for item, before, after, is_concerning in moved[:NAMED]:
        name = words.pick(item.name.zh, item.name.en)
        change = f"{before} → {after}"
        parts.append((name, change) if is_concerning else f"{name} {change}")
    if len(moved) > NAMED:
        parts.append(words.say("overview.edition_more", count=number(len(moved) - NAMED)))
    return parts


def _said(one: dict[str, Any], kind: str) -> tuple[str, str, bool]:
    """Before and after as they are read, and whether a rule speaks against it."""
    before, after = (written.value(one[name], kind) for name in ("before", "after"))
    return before, after, one["variation"] == "concerning"
