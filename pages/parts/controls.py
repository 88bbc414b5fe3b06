"""The filters of a page. The URL is their only memory: a shared link opens the same picture.

A control shows what the URL says, or its default where the URL says nothing or something that does not exist, and
writes what a person picks back to the URL. It must not read data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast, get_args

import pandas as pd
import streamlit as st

from model.indicators import Indicator, catalogue
from pages.parts import address, panels, tree
from pages.parts.words import DEFAULT, LANGUAGES, Language, Words

SHARED = ("lang", "unit", "month", "indicator")
"""What the links between pages carry along."""
ALL = "all"
Group = Literal["domain", "dimension"]

_TURNS = "control_turns"
_DIGITS = 18
_INDENT = "\u3000"
_MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")


def words() -> Words:
    """The language that the URL asks for."""
    asked = st.query_params.get("lang", DEFAULT)
    language: Language = next((one for one in LANGUAGES if one == asked), DEFAULT)
    return Words(language)


def carried(**changed: str) -> dict[str, str]:
    """The query parameters of a link to another page or picture: the shared ones, with some changed."""
    kept = {name: st.query_params[name] for name in SHARED if name in st.query_params}
    return kept | changed


def kept(**changed: str) -> dict[str, str]:
    """The query parameters of a link to the page that is open: all of them, with some changed."""
    return dict(st.query_params.items()) | changed


def language_switch(words: Words) -> None:
    """The choice between the two languages, each written in itself."""
    key = key_of("lang", words.language)
    st.session_state[key] = words.language
    st.segmented_control(
        words.say("shared.language"),
        LANGUAGES,
        format_func=lambda one: words.say(f"shared.language_{one}"),
        key=key,
        on_change=_to_url,
        args=(key, "lang", DEFAULT, LANGUAGES),
        required=True,
        label_visibility="collapsed",
    )


def choose(
    name: str,
    label: str,
    options: Sequence[str],
    default: str,
    show: Callable[[str], str],
    clears: Sequence[str] = (),
) -> str:
    """One of the options, kept in the URL under this name; another one forgets `clears`."""
    asked = st.query_params.get(name, default)
    value = asked if asked in options else default
    key = key_of(name, value)
    st.session_state[key] = value
    st.selectbox(
        label,
        options,
        key=key,
        format_func=show,
        on_change=_to_url,
        args=(key, name, default, options, *clears),
    )
    return str(st.session_state[key])


def switch(
    name: str, label: str, options: Mapping[str, str], default: str, clears: Sequence[str] = ()
) -> str:
    """One of a few options, all visible, kept in the URL under this name; a change forgets `clears`."""
    asked = st.query_params.get(name, default)
    value = asked if asked in options else default
    key = key_of(name, value)
    st.session_state[key] = value
    st.segmented_control(
        label,
        list(options),
        format_func=lambda one: options[one],
        key=key,
        on_change=_to_url,
        args=(key, name, default, list(options), *clears),
        required=True,
        label_visibility="collapsed",
    )
    return str(st.session_state[key])


def choose_unit(words: Words, units: pd.DataFrame) -> str:
    """A unit of the tree; the highest one that has something to compare below it where the URL names none.

    A link from somebody else may name a unit that this person does not see: that another stands here is said.
    """
    names = dict(zip(units["unit_id"], units["name"], strict=True))
    depths = tree.tree_order(units)
    default = tree.default_unit(units)
    chosen = choose(
        "unit",
        words.say("shared.unit"),
        list(depths),
        default,
        lambda unit_id: f"{_INDENT * max(depths[unit_id] - depths[default], 0)}{names[unit_id]}",
    )
    if st.query_params.get("unit", chosen) != chosen:
        st.html(panels.remark(words.say("shared.unit_elsewhere", unit=names[chosen])))
    return chosen


def choose_measure(
    words: Words, measures: Sequence[str], default: str, name_of: Callable[[Words, str], str]
) -> str:
    """One of the counts that the units below are compared by."""
    label = words.say("overview.children_measure")
    return choose("measure", label, measures, default, lambda one: name_of(words, one))


def choose_dimension(words: Words) -> str:
    """One of the dimensions of the indicators, or all of them."""
    dimensions = catalogue().dimensions

    def label(one: str) -> str:
        if one == ALL:
            return words.say("shared.all")
        return words.pick(dimensions[one].zh, dimensions[one].en)

    return choose("dimension", words.say("shared.dimension"), [ALL, *dimensions], ALL, label)


def choose_group(words: Words) -> Group:
    """By what the indicators are grouped."""
    options = get_args(Group)
    label = words.say("shared.group_by")
    chosen = choose("group", label, options, options[0], lambda one: words.say(f"shared.by_{one}"))
    return cast(Group, chosen)


def asked_indicator() -> Indicator:
    """The indicator that the URL names, or the first one declared."""
    declared = catalogue().indicators
    return declared.get(st.query_params.get("indicator", ""), next(iter(declared.values())))


def choose_indicator(words: Words) -> None:
    """One of the declared indicators, each after the name of its kind of work.

    A link may name one that is no longer declared: that another stands here is said.
    """
    declared = catalogue().indicators

    def label(one: str) -> str:
        item = declared[one]
        return f"{words.pick(item.domain_name.zh, item.domain_name.en)} · {words.pick(item.name.zh, item.name.en)}"

    chosen = choose("indicator", words.say("judged.indicator"), list(declared), next(iter(declared)), label)
    if st.query_params.get("indicator", chosen) != chosen:
        st.html(panels.remark(words.say("shared.indicator_elsewhere")))


@dataclass(frozen=True)
class Clicks:
    """A chart whose points lead elsewhere: its key, and what it calls when one of them is clicked."""

    key: str
    call: Callable[[], None]


def clicks(name: str, choose: Callable[[Mapping[str, Any]], None], leads_to: str | None = None) -> Clicks:
    """The clicks on a chart of this name that change a parameter of the URL, or all of it.

    Once the URL said something else, a point that was clicked before is no choice any more: requests that were sent
    before the browser heard of it still bring it.
    """

    def standing() -> object:
        return address.shown().get(leads_to) if leads_to else address.shown()

    place, drawn = f"chart_{name}", standing()
    key = key_of(place, drawn)

    def call() -> None:
        if st.session_state[_TURNS][place][0] == key and standing() == drawn:
            for point in st.session_state[key].selection.points[:1]:
                choose(point)

    return Clicks(key, call)


def month_clicks(words: Words, name: str, months: Sequence[date]) -> Clicks:
    """The clicks on a chart over these months: the month that was clicked is kept in the URL."""
    by_label = {words.month(one): one.isoformat()[:7] for one in months}

    def choose(point: Mapping[str, Any]) -> None:
        if point.get("x") in by_label:
            address.put(month=by_label[point["x"]])

    return clicks(name, choose, "month")


def key_of(name: str, value: object) -> str:
    """The key of a control that is to show this value: another whenever the URL led elsewhere than the control said.

    Until the browser has heard of that, its requests still bring what stood there before, under the key of before.
    """
    turns: dict[str, tuple[str, int, object]] = st.session_state.setdefault(_TURNS, {})
    key, turn, before = turns.get(name, (f"control_{name}", 0, value))
    if before != value:
        key, turn = f"control_{name}-{turn + 1}", turn + 1
    turns[name] = (key, turn, value)
    return key


def is_chosen(name: str, key: str, value: object) -> bool:
    """Whether somebody chose this in the control that stands here now, from its callback; it then keeps its key."""
    now, turn, _ = st.session_state[_TURNS][name]
    if key == now:
        st.session_state[_TURNS][name] = (key, turn, value)
    return bool(key == now)


def go(**changed: str) -> None:
    """Open this page again with some of its choices changed."""
    st.query_params.update(changed)
    st.rerun()


def asked_unit(units: pd.DataFrame) -> str:
    """The unit that the URL names, or the default where it names none that exists."""
    default = tree.default_unit(units)
    asked = st.query_params.get("unit", default)
    return asked if asked in set(units["unit_id"]) else default


def choose_month(words: Words, months: Sequence[date], default: date) -> date:
    """A month, the latest first; one that the URL names and that has no data stands among them and says so."""
    known = {month.isoformat()[:7] for month in months}
    default_text, asked = default.isoformat()[:7], _month_text(st.query_params.get("month"))

    def label(one: str) -> str:
        name = words.month(date.fromisoformat(f"{one}-01"))
        return name if one in known else words.say("shared.month_without", month=name)

    options = sorted(known | {default_text} | ({asked} if asked else set()), reverse=True)
    chosen = choose("month", words.say("shared.month"), options, default_text, label)
    return date.fromisoformat(f"{chosen}-01")


def number(text: str) -> int | None:
    """A number of an address, where it is one that a database can hold."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def _month_text(asked: str | None) -> str | None:
    """What the URL names as a month, where it is one that a calendar of ours can hold."""
    return asked if asked and _MONTH.fullmatch(asked) else None


def picked(name: str) -> str | None:
    """What was picked in a table, as the URL says."""
    return st.query_params.get(name)


def pick(name: str, value: str | None) -> None:
    """Keep in the URL what was picked in a table, from a callback; the same again clears it."""
    address.put(**{name: None if st.query_params.get(name) == value else value})


def _to_url(key: str, name: str, default: str, options: Sequence[str], *clears: str) -> None:
    """Keep what was chosen; what is no option is what an option was called when the page was in another language."""
    chosen = st.session_state[key]
    if chosen in options and is_chosen(name, key, chosen):
        address.put(**dict.fromkeys(clears), **{name: None if chosen == default else chosen})
