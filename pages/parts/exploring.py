"""The two ways of asking, put together: what was composed or typed, its run, its answer.

It exists so that the page reads as three ways. It must not decide what may be asked: that is the model's.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from model import policy
from model.exploration.limits import limits
from model.exploration.question import (
    Asker,
    Question,
    QuestionError,
    behind,
    pivot_values,
    statement,
    written,
)
from pages.parts import address, answers, asked_before, asking, clocks, controls, navigation, visitor
from pages.parts.frame import View
from pages.parts.reads import lineage
from pages.parts.words import Words

LOG = logging.getLogger(__name__)


def compose(view: View) -> None:
    """A question put together, its answer, and the same as SQL."""
    words, tables = view.words, lineage.tables(view.snapshot)
    asker = Asker(visitor.present(), tables)
    try:
        question = asking.ask(words, asker)
        types = asker.types(question.table)
        text = statement(question, asker, _spread(view, question, asker))
    except QuestionError as error:
        asking.refused(words, error.reason, asking.what_of(words, error))
        return
    said = "; ".join(asking.said(words, question.table, one) for one in question.filters)
    with st.container(key="panel_answer"):
        run = answers.run_of(view, "compose", text, kind="groups" if question.is_grouped else "listing")
        names = asking.names(words, question, types)
        _back(words)
        leads = partial(_behind, question) if question.is_grouped else None
        answers.show(
            view, run, {"filters": said}, names=names, leads=leads, reads=asking.reader(view, question.table),
            is_delivered=_is_delivered(view, question.table),
        )  # fmt: skip
        if not may_type():
            return
        with st.container(key="link_trend", width="content"):
            query = controls.carried(view="sql", sql=text)
            st.page_link(navigation.here(), label=words.say("explore.to_sql"), query_params=query)


def _is_delivered(view: View, table: str) -> bool:
    """Whether a source delivers what a table of records holds; what is computed needs none of its own."""
    schema, _, kind = table.partition(".")
    return schema != "record" or clocks.is_delivered(view.clocks.values(), kind)


def _behind(question: Question, row: Mapping[str, Any], spread: str | None = None) -> dict[str, str]:
    """The address of the rows that one row of an answer counts, from which the way leads back to it."""
    filters = written(behind(question, row, spread if question.pivot else None))
    asked = {name: value for name, value in controls.kept().items() if name in asking.TABLE_BOUND}
    return controls.carried(table=question.table, where=filters, was=urlencode(asked))


def _back(words: Words) -> None:
    """From the rows of a group to the groups."""
    asked = st.query_params.get("was")
    if asked:
        was = {name: value for name, value in parse_qsl(asked) if name in asking.TABLE_BOUND}
        query = controls.carried(table=st.query_params.get("table", asking.DEFAULT), **was)
        with st.container(key="breadcrumb"):
            st.page_link(navigation.here(), label=words.say("explore.to_groups"), query_params=query)


def may_type() -> bool:
    """Whether the person may ask in SQL, which no row of another unit could be kept from."""
    return policy.allows(visitor.present(), "query_sql")


def _spread(view: View, question: Question, asker: Asker) -> list[object]:
    """The values that the pivot spreads into, the most frequent ones."""
    if not question.pivot:
        return []
    asked = pivot_values(question, asker, limits().pivot_columns)
    run = answers.run_of(view, "pivot", asked, kind="groups")
    run.wait()
    return list(run.page(0, limits().pivot_columns)["value"].dropna()) if run.state == "done" else []


def sql(view: View) -> None:
    """The editor, its answer, and what was asked before in this session."""
    words = view.words
    asked = st.query_params.get("sql", "")
    with st.container(key="panel_sql"), st.form("sql_form", border=False, enter_to_submit=False):
        text = st.text_area(words.say("explore.sql"), value=asked, height=160)
        is_run = st.form_submit_button(words.say("explore.run"), type="primary")
    if is_run:
        st.query_params["sql"] = asked = text or ""
        for name in ("page", "sort"):
            st.query_params.pop(name, None)
        address.show_address()
        st.session_state.pop("run_sql", None)
    if asked or is_run:
        with st.container(key="panel_answer"):
            note = partial(visitor.logged, "query_sql", "analysis", view.snapshot.id, query=asked)
            try:
                run = answers.run_of(view, "sql", asked, note)
            except (SQLAlchemyError, OSError):
                LOG.exception("the ledger could not be written")
                asking.refused(words, "unrecorded")
            else:
                asked_before.remember(run)
                answers.show(view, run, {})
    asked_before.history(view)
