"""From a count on a page to the rows that it counts: the explore page with the filters that the count stands for.

It leads only those who may ask for these rows; what of them is shown, policy and the analysis surface decide. It must
not read data.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import streamlit as st

from model import policy
from model.contract import TABLES
from model.exploration.question import Filter, written
from pages.parts import asking, navigation, visitor

Rows = Mapping[str, str]
"""The rows behind one count, as the explore page's address has them."""


def asked_columns(table: str) -> Collection[str]:
    """The columns of a table of the contract that the person who is here may ask of."""
    held = {one.name: str(one.type) for one, _ in policy.analysis_columns(TABLES[table])}
    return policy.asked_columns(visitor.present(), f"{asking.RECORD}{table}", held)


def rows(table: str, unit_id: str, day: str, first: date, last: date, *more: Filter) -> Rows | None:
    """The rows of a table of the contract of a unit and those below, of some days; None for who may not see them."""
    name = f"{asking.RECORD}{table}"
    if not navigation.has("explore"):
        return None
    open_columns = asked_columns(table)
    unit = Filter(policy.unit_column(name), "within", unit_id)
    span = (Filter(day, "at_least", first.isoformat()), Filter(day, "at_most", last.isoformat()))
    filters: Sequence[Filter] = (unit, *span, *more)
    if any(one.column not in open_columns for one in filters):
        return None
    return {"table": name, "where": written(filters)}


def linked(found: Rows | None) -> dict[str, str]:
    """What a row of a list needs so that it leads there; nothing where it leads nowhere."""
    return {"href": navigation.address("explore", **found)} if found else {}


def follow(found: Rows | None) -> None:
    """Go there."""
    if found:
        navigation.follow("explore", **found)


def link(key: str, label: str, found: Rows | None) -> None:
    """A link to the rows behind a count, for those who may see them."""
    if found:
        with st.container(key=f"link_rows_{key}", width="content"):
            navigation.link("explore", label, **found)
