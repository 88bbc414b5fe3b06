"""The controls of a composed question: table, filters, groups, measure, pivot; the URL is their only memory.

It must not run anything: it turns what is chosen into a question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

import streamlit as st

from model.contract import TABLES
from model.exploration.question import (
    AGGREGATES,
    MONTH,
    NUMERIC,
    OPERATORS,
    VALUELESS,
    Aggregate,
    Asker,
    Filter,
    Question,
    QuestionError,
    is_day,
    is_number,
    is_unit,
    labelled,
    understood,
    written,
)
from pages.parts import address, controls, labels, panels
from pages.parts.frame import View
from pages.parts.reads import records
from pages.parts.words import Words, literally

RECORD = "record."
DEFAULT = "record.inspection"
_LOADED = {"batch_id": "explore.batch", "row_number": "explore.row_number"}
"""What the loader adds to every record."""
_NONE = ""
_SEPARATOR = ","
_MOST_GROUPS = 3
TABLE_BOUND = ("where", "by", "measure", "of", "pivot", "page", "sort", "was")


def table_name(words: Words, table: str) -> str:
    """What a table is called, with its own name."""
    plain = table.removeprefix(RECORD)
    return f"{labels.table_name_of(words, plain)} · {table}" if plain in TABLES and plain != table else table


def column_name(words: Words, table: str, column: str) -> str:
    """What a column is called; of the month of one, so."""
    plain = column.removesuffix(MONTH)
    said = labels.column_name(words, table.removeprefix(RECORD), plain) if table.startswith(RECORD) else plain
    if plain in _LOADED:
        said = words.say(_LOADED[plain])
    return words.say("explore.month_of", column=said) if column.endswith(MONTH) else said


def names(words: Words, question: Question, types: Mapping[str, str]) -> dict[str, str]:
    """What the columns of the answer are called: those of the table, or the groups and the measure."""
    if not question.is_grouped:
        return {name: column_name(words, question.table, name) for name in types}
    groups = {labelled(name): column_name(words, question.table, name) for name in question.groups}
    of = f" · {column_name(words, question.table, question.of)}" if question.of else ""
    return groups | {question.aggregate: words.say(f"explore.{question.aggregate}") + of}


def reader(view: View, table: str) -> Callable[[str, str], str]:
    """What a value of a column reads: units by their names, with their codes where names repeat; codes by theirs."""
    plain = table.removeprefix(RECORD)
    declared = dict(TABLES[plain].columns) if table.startswith(RECORD) and plain in TABLES else {}
    codes = {name: one.info["codes"] for name, one in declared.items() if one.info["codes"]}

    units = records.every_unit(view.snapshot)
    called = dict(zip(units["unit_id"], units["name"], strict=True))
    repeated = set(units.loc[units["name"].duplicated(keep=False), "unit_id"])

    def read(column: str, value: str) -> str:
        if is_unit(column):
            name = str(called.get(value, value))
            return f"{name} · {value}" if value in repeated else name
        if value in ("True", "False"):
            return view.words.say("warnings.yes" if value == "True" else "warnings.no")
        return labels.code_name(view.words, plain, column, value) if value in codes.get(column, ()) else value

    return read


def choose_table(words: Words, tables: Mapping[str, Mapping[str, str]]) -> str:
    """One of the tables; another one forgets what was chosen of the last."""
    names = sorted(tables, key=lambda one: (not one.startswith(RECORD), one))
    default = DEFAULT if DEFAULT in tables else names[0]
    label = words.say("explore.table")
    return controls.choose("table", label, names, default, lambda one: table_name(words, one), TABLE_BOUND)


def ask(words: Words, asker: Asker) -> Question:
    """The question that the controls and the URL put together. QuestionError where the table is not theirs to ask."""
    with st.container(key="filters", horizontal=True):
        table = choose_table(words, asker.tables)
        types = asker.types(table)

        def called(name: str) -> str:
            return column_name(words, table, name) if name else words.say("explore.pivot_none")

        months = [f"{name}{MONTH}" for name, kind in types.items() if is_day(kind)]
        groups = _many(words, [*months, *types], called)
        if not groups:
            return Question(table, _filters(words, table, types))
        aggregate = cast(
            Aggregate,
            controls.choose(
                "measure",
                words.say("explore.measure"),
                AGGREGATES,
                "count",
                lambda one: words.say(f"explore.{one}"),
            ),
        )
        of = _NONE
        if aggregate != "count":
            offered = [name for name, kind in types.items() if is_number(kind) or aggregate not in NUMERIC]
            of = (
                controls.choose("of", words.say("explore.of"), offered, offered[0], called)
                if offered
                else _NONE
            )
        spread = [_NONE, *(name for name in types if name not in groups)]
        pivot = controls.choose("pivot", words.say("explore.pivot"), spread, _NONE, called)
    return Question(table, _filters(words, table, types), tuple(groups), aggregate, of, pivot)


def _many(words: Words, options: Sequence[str], called: Callable[[str], str]) -> list[str]:
    """Several of the options, in the order chosen, kept in the URL."""
    asked = st.query_params.get("by", "")
    shown = list(dict.fromkeys(one for one in asked.split(_SEPARATOR) if one in options))[:_MOST_GROUPS]
    key = controls.key_of("by", shown)
    st.session_state[key] = shown

    def keep() -> None:
        chosen = list(st.session_state[key])
        if controls.is_chosen("by", key, chosen):
            controls.pick("by", _SEPARATOR.join(chosen) or None)

    st.multiselect(
        words.say("explore.groups"), options, key=key, on_change=keep, format_func=called,
        placeholder=words.say("explore.groups_none"), max_selections=_MOST_GROUPS,
    )  # fmt: skip
    return list(st.session_state[key])


def _filters(words: Words, table: str, types: Mapping[str, str]) -> tuple[Filter, ...]:
    """The filters that stand, each with a button that takes it away; and a row to add one."""
    standing = tuple(one for one in understood(st.query_params.get("where", "")) if _plain(one) in types)
    with st.container(key="explore_filters", horizontal=True, vertical_alignment="bottom"):
        for index, one in enumerate(standing):
            label = words.say("explore.filter_remove", filter=said(words, table, one))
            st.button(literally(label), key=f"filter_{index}", on_click=_keep, args=(standing, index))
        with st.popover(words.say("explore.filter_add")):
            column = st.selectbox(
                words.say("explore.filter_column"), list(types), key="new_column",
                format_func=lambda name: column_name(words, table, name),
            )  # fmt: skip
            operators = [one for one in OPERATORS if one != "within" or is_unit(str(column))]
            operator = st.selectbox(
                words.say("explore.filter_operator"), operators, key="new_operator",
                format_func=lambda name: words.say(f"explore.{name}"),
            )  # fmt: skip
            value = (
                ""
                if operator in VALUELESS
                else st.text_input(words.say("explore.filter_value"), key="new_value")
            )
            added = Filter(str(column), operator, str(value or ""))
            st.button(
                words.say("explore.filter_add"), key="add_filter", on_click=_add, args=(standing, added)
            )
    return standing


def _plain(one: Filter) -> str:
    return one.column.removesuffix(MONTH)


def said(words: Words, table: str, one: Filter) -> str:
    """A filter in words."""
    return (
        f"{column_name(words, table, one.column)} {words.say(f'explore.{one.operator}')} {one.value}".strip()
    )


def _keep(standing: tuple[Filter, ...], without: int) -> None:
    kept = [one for index, one in enumerate(standing) if index != without]
    _write(kept)


def _add(standing: tuple[Filter, ...], added: Filter) -> None:
    _write([*standing, added])


def _write(filters: Sequence[Filter]) -> None:
    address.put(page=None, sort=None, where=written(filters) if filters else None)


def what_of(words: Words, error: QuestionError) -> str:
    """What a question was refused for, as a person calls it."""
    return table_name(words, error.what) if error.reason == "reach" else error.what


def refused(words: Words, reason: str, what: str = "") -> None:
    """Why a question was not run, calmly."""
    st.html(panels.message(words.say("explore.error"), words.say(f"explore.error_{reason}", what=what)))
