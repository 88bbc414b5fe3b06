"""Composed questions: they count what the records hold, of what the asker reaches, and lead to the rows behind."""

from __future__ import annotations

import io
from dataclasses import replace

import pandas as pd
import pyarrow.parquet
import pytest
from openpyxl import load_workbook

from model import policy, warehouse
from model.exploration import export
from model.exploration.limits import limits
from model.exploration.question import (
    Asker,
    Filter,
    Question,
    QuestionError,
    behind,
    pivot_values,
    statement,
    understood,
    written,
)
from model.exploration.run import Run, columns
from model.exploration.statement import RefusedError
from model.policy import Actor
from pages.parts import labels
from tests import demo_site as site
from tests.test_exploration import answered, asked
from tests.test_exploration_files import STAMP

ANALYST = Actor("analyst", "analyst")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> warehouse.Snapshot:
    return warehouse.open_snapshot(site.load(tmp_path_factory.mktemp("demo")))


def test_a_composed_question_counts_what_pandas_counts(snapshot: warehouse.Snapshot) -> None:
    asker = Asker(ANALYST, columns(snapshot))
    everything = asked(
        snapshot, "SELECT unit_id, started_at, issue_count, inspection_kind FROM record.inspection"
    )
    frame = everything.page(0, 1_000_000)
    question = Question(
        "record.inspection", (Filter("started_at", "at_least", "2026-01-01"),), ("unit_id", "started_at@month"),
        "sum", "issue_count",
    )  # fmt: skip
    run = asked(snapshot, statement(question, asker))
    mine = frame[frame["started_at"] >= pd.Timestamp("2026-01-01")]
    wanted = mine.groupby(["unit_id", mine["started_at"].dt.strftime("%Y-%m")])["issue_count"].sum()
    found = run.page(0, 10_000)
    assert run.state == "done", run.detail
    assert (
        found.set_index(["unit_id", "started_at_month"])["sum"].astype(int).tolist()
        == wanted.astype(int).tolist()
    )
    spread = replace(question, aggregate="count", of="", pivot="inspection_kind", groups=("unit_id",))
    values = asked(snapshot, pivot_values(spread, asker, 24)).page(0, 24)["value"].tolist()
    pivoted = asked(snapshot, statement(spread, asker, values)).page(0, 100).set_index("unit_id")
    table = pd.crosstab(mine["unit_id"], mine["inspection_kind"])
    assert pivoted[sorted(table.columns)].astype(int).to_dict() == table[sorted(table.columns)].to_dict()


def test_a_listing_is_read_where_it_lies_and_is_what_a_copy_of_it_would_be(
    snapshot: warehouse.Snapshot,
) -> None:
    """Its pages, its order, what it is cut to and its files; a copy is a table of the result's own."""
    question = Question("record.complaint", (Filter("category", "filled"),))
    text = statement(question, Asker(ANALYST, columns(snapshot)))
    copied = asked(snapshot, text, rows=100)
    listed = Run(snapshot, text, replace(limits(), rows=100), kind="listing")
    assert listed.wait(60) and listed.state == "done", listed.detail
    assert listed.source != copied.source == "memory.result"
    assert listed.shape == copied.shape and listed.shape.is_cut
    for first, count in ((0, 30), (90, 30), (99, 1), (100, 30)):
        pd.testing.assert_frame_equal(listed.page(first, count), copied.page(first, count))
    assert len(listed.page(90, 30)) == 10
    found = listed.page(0, 100, "received_at", down=True)["received_at"].tolist()
    assert found == sorted(found, reverse=True)
    assert export.csv(listed, {}) == export.csv(copied, {})
    listed.drop()
    with pytest.raises(RefusedError):
        listed.page(0, 1)


@pytest.mark.parametrize(
    "value", ["x' OR 1=1 --", "'; DROP TABLE mart.unit; --", "100%", "_", "\\", '"', "?", ":name", "%s"]
)
def test_what_is_entered_is_a_value_and_never_sql(snapshot: warehouse.Snapshot, value: str) -> None:
    asker = Asker(ANALYST, columns(snapshot))
    for operator in ("is", "is_not", "contains"):
        run = asked(snapshot, statement(Question("mart.unit", (Filter("name", operator, value),)), asker))
        assert run.state == "done", run.detail
        assert run.shape.rows == (
            len(asked(snapshot, "FROM mart.unit").page(0, 999)) if operator == "is_not" else 0
        )


@pytest.mark.parametrize(
    "question",
    [
        Question("mart.unit", (Filter("level", "is", "many"),)),
        Question("mart.unit", (Filter("nothing", "is", "1"),)),
        Question("mart.unit", (), ("unit_type",), "sum", "name"),
        Question("record.inspection", (Filter("started_at", "at_least", "yesterday"),)),
    ],
)
def test_a_question_that_cannot_be_asked_says_why(snapshot: warehouse.Snapshot, question: Question) -> None:
    with pytest.raises(QuestionError):
        statement(question, Asker(ANALYST, columns(snapshot)))


def test_the_rows_behind_a_group_are_those_that_it_counts(snapshot: warehouse.Snapshot) -> None:
    """Every group of a month, a code and a blank: as many rows behind it as it says."""
    asker = Asker(ANALYST, columns(snapshot))
    unit = Filter("handling_unit_id", "within", "990101")
    until = Filter("received_at", "at_most", "2026-03-31")
    question = Question("record.complaint", (unit, until), ("received_at@month", "conduct_code"))
    counted = answered(snapshot, statement(question, asker)).page(0, 60)
    blank = counted[counted["conduct_code"].isna()]
    for _, row in pd.concat([counted.head(6), blank.tail(2)]).iterrows():
        group = {name: None if pd.isna(value) else value for name, value in row.items()}
        rows = Question("record.complaint", behind(question, group))
        assert answered(snapshot, statement(rows, asker)).shape.rows == row["count"]
    last = answered(snapshot, "SELECT count(*) FROM record.complaint WHERE received_at < DATE '2026-04-01'")
    whole = answered(snapshot, statement(Question("record.complaint", (unit, until)), asker))
    assert whole.shape.rows == last.page(0, 1).iloc[0, 0], "the last day is in it to its end"


def test_a_value_of_the_pivot_is_a_filter_more_and_a_list_is_found_by_what_it_reads(
    snapshot: warehouse.Snapshot,
) -> None:
    asker = Asker(ANALYST, columns(snapshot))
    pivot = Question("record.inspection", (), ("unit_id",), "count", "", "inspection_kind")
    row = answered(snapshot, statement(pivot, asker, ["routine"])).page(0, 1).iloc[0]
    rows = Question("record.inspection", behind(pivot, row, "routine"))
    assert answered(snapshot, statement(rows, asker)).shape.rows == row["routine"]
    teams = Question("record.inspection", (), ("officer_ids",))
    team = labels.records(answered(snapshot, statement(teams, asker)).page(0, 3))[-1]
    held = Question("record.inspection", behind(teams, team))
    assert answered(snapshot, statement(held, asker)).shape.rows == team["count"]


def test_only_a_unit_has_something_within(snapshot: warehouse.Snapshot) -> None:
    with pytest.raises(QuestionError):
        statement(Question("mart.unit", (Filter("name", "within", "99"),)), Asker(ANALYST, columns(snapshot)))


def test_filters_go_through_the_address_and_nonsense_is_none() -> None:
    filters = (Filter("a", "is", "甲 & 乙"), Filter("b", "empty"))
    assert understood(written(filters)) == filters
    assert understood("not json") == understood("[[1]]") == understood('[["a", "drop", "b"]]') == ()


# --- of one's own units -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit_id", ["990101-S01", "990101"])
def test_who_answers_for_units_asks_of_their_rows_in_every_table(
    snapshot: warehouse.Snapshot, unit_id: str
) -> None:
    """Every table of the surface: the rows of the unit and those below, all of them and no other; or refused."""
    asker, refused = Asker(Actor("head", "office_head", unit_id), columns(snapshot)), set()
    connection = warehouse.sandbox(snapshot, "1GB")
    parents = dict(connection.execute("SELECT unit_id, parent_unit_id FROM mart.unit").fetchall())
    mine = {one for one in parents if one == unit_id or unit_id == parents[one]}
    for table in asker.tables:
        try:
            frame = connection.execute(statement(Question(table), asker)).df()
        except QuestionError as error:
            assert error.reason == "reach"
            refused.add(table)
            continue
        own = policy.unit_column(table)
        assert set(frame[own]) <= mine, table
        everything = connection.execute(f"SELECT {own} FROM {table}").df()
        assert len(frame) == everything[own].isin(mine).sum(), table
        assert not {"officer_ids", "staff_id", "conduct_code"} & set(frame.columns)
        counted = connection.execute(statement(Question(table, (), (own,)), asker)).df()
        assert counted["count"].sum() == len(frame)
    connection.close()
    assert {"record.staff", "record.school", "record.working_calendar", "mart.portrait"} <= refused
    assert {"record.inspection", "record.complaint", "mart.warning"} <= set(asker.tables) - refused


def test_no_column_of_a_complaint_tells_who_answers_for_units_that_it_was_about_conduct(
    snapshot: warehouse.Snapshot,
) -> None:
    """Nor does one that is filled for those alone."""
    head, table = Actor("head", "office_head", "990101-S01"), "record.complaint"
    connection = warehouse.sandbox(snapshot, "1GB")
    tickets = connection.execute("SELECT * FROM record.complaint").df()
    connection.close()
    is_of_conduct = tickets["conduct_code"].notna()
    assert 0 < is_of_conduct.sum() < len(tickets)
    telling = {name for name in tickets if (tickets[name].notna() == is_of_conduct).all()}
    assert telling.isdisjoint(policy.asked_columns(head, table, columns(snapshot)[table])), telling


def test_what_an_office_head_takes_out_holds_their_rows_alone(snapshot: warehouse.Snapshot) -> None:
    head = Asker(Actor("head", "office_head", "990101-S01"), columns(snapshot))
    found = answered(snapshot, statement(Question("mart.volume"), head))
    text = export.csv(found, STAMP).decode("utf-8-sig")
    assert set(pd.read_csv(io.StringIO(text), comment="#")["unit_id"]) == {"990101-S01"}
    book = load_workbook(io.BytesIO(export.workbook(found, STAMP)))["rows"]
    place = next(cell.column - 1 for cell in book[1] if cell.value == "unit_id")
    assert {row[place] for row in book.iter_rows(min_row=2, values_only=True)} == {"990101-S01"}
    held = pyarrow.parquet.read_table(io.BytesIO(export.parquet(found, STAMP)))
    assert set(held["unit_id"].to_pylist()) == {"990101-S01"} and len(held) == found.shape.rows > 0


def test_no_filter_and_no_group_leads_to_what_is_not_ones_own(snapshot: warehouse.Snapshot) -> None:
    head = Asker(Actor("head", "office_head", "990101-S01"), columns(snapshot))
    elsewhere = (Filter("unit_id", "is_not", "990101-S01"),)
    assert answered(snapshot, statement(Question("record.inspection", elsewhere), head)).shape.rows == 0
    for question in (
        Question("record.inspection", (Filter("officer_ids", "filled"),)),
        Question("record.inspection", (), ("officer_ids",)),
        Question("record.inspection", (), ("unit_id",), "distinct", "officer_ids"),
        Question("record.complaint", (), ("handling_unit_id",), "count", "", "conduct_code"),
    ):
        with pytest.raises(QuestionError) as error:
            values = ["x"] if question.pivot else []
            statement(question, head, values)
        assert error.value.reason in ("column", "measure")


@pytest.mark.parametrize("role", ["branch_secretary", "field_staff", "administrator", "display"])
def test_who_may_not_compose_reaches_no_row(snapshot: warehouse.Snapshot, role: str) -> None:
    asker = Asker(Actor("somebody", role, "99"), columns(snapshot))
    assert answered(snapshot, statement(Question("record.inspection"), asker)).shape.rows == 0
