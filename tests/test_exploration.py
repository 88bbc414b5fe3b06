"""Free questions: what must not be asked is refused twice, limits hold, exports say what they are."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

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
from model.exploration.run import LONGEST, Kind, Run, columns
from model.exploration.statement import RefusedError
from model.policy import Actor
from pages.parts import labels
from tests import demo_site as site

ANALYST = Actor("analyst", "analyst")
ENDLESS = "WITH RECURSIVE t AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM t) SELECT count(*) FROM t"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> warehouse.Snapshot:
    return warehouse.open_snapshot(site.load(tmp_path_factory.mktemp("demo")))


def answered(snapshot: warehouse.Snapshot, text: str) -> Run:
    run = asked(snapshot, text)
    assert run.state == "done", (run.reason, run.detail)
    return run


def asked(snapshot: warehouse.Snapshot, text: str, **within: object) -> Run:
    run = Run(snapshot, text, replace(limits(), **within))  # type: ignore[arg-type]
    assert run.wait(60)
    return run


REFUSED = {
    "": "empty",
    "  ;  ": "empty",
    "SELECT '" + "x" * 30_000 + "'": "long",
    "SELEC 1": "syntax",
    "SELECT 1; SELECT 2": "several",
    "SELECT 1; DROP TABLE record.inspection": "statement",
    "INSERT INTO record.inspection SELECT * FROM record.inspection": "statement",
    "UPDATE mart.unit SET name = 'x'": "statement",
    "DELETE FROM mart.unit": "statement",
    "CREATE TEMP TABLE x AS SELECT 1": "statement",
    "ATTACH '/tmp/other.db'": "statement",
    "DETACH surface": "statement",
    "COPY (SELECT 1) TO '/tmp/out.csv'": "statement",
    "EXPORT DATABASE '/tmp/out'": "statement",
    "INSTALL httpfs": "statement",
    "LOAD httpfs": "statement",
    "SET memory_limit = '64GB'": "statement",
    "RESET lock_configuration": "statement",
    "PRAGMA database_list": "statement",
    "CALL pragma_version()": "statement",
    "CREATE SECRET (TYPE s3)": "statement",
    "CHECKPOINT": "statement",
    "USE memory": "statement",
    "SHOW TABLES": "statement",
    "SELECT * FROM read_csv('/etc/passwd')": "function",
    "SELECT * FROM read_text('/etc/passwd')": "function",
    "SELECT * FROM read_parquet('https://example.org/x.parquet')": "function",
    "SELECT * FROM glob('/etc/*')": "function",
    "SELECT * FROM sniff_csv('/etc/passwd')": "function",
    "SELECT * FROM parquet_metadata('/tmp/x')": "function",
    "SELECT * FROM query('SELECT 1')": "function",
    "SELECT * FROM duckdb_secrets()": "function",
    "SELECT * FROM duckdb_settings()": "function",
    "SELECT * FROM duckdb_databases()": "function",
    "SELECT * FROM pragma_database_size()": "function",
    "SELECT getenv('HOME')": "function",
    "SELECT current_setting('memory_limit')": "function",
    "SELECT write_log('x')": "function",
    "SELECT count(*) FROM record.inspection WHERE inspection_no = (SELECT getenv('HOME'))": "function",
    "FROM '/etc/passwd'": "table",
    "FROM 'https://example.org/x.csv'": "table",
    "FROM memory.result": "table",
    "FROM system.information_schema.tables": "table",
    "FROM information_schema.tables": "table",
    "FROM sqlite_master": "table",
    "FROM duckdb_tables": "table",
    "FROM snapshot": "table",
    "FROM record.nothing": "table",
    "WITH duckdb_settings AS (SELECT 1) FROM duckdb_settings": "table",
    "WITH \"x.csv\" AS (SELECT 1) FROM 'x.csv'": "table",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_question_to_the_surface_is_refused(snapshot: warehouse.Snapshot, text: str) -> None:
    run = asked(snapshot, text)
    assert (run.state, run.reason) == ("refused", REFUSED[text])


@pytest.mark.parametrize(
    "text",
    [one for one, reason in REFUSED.items() if reason in ("statement", "function", "table") and "/" in one]
    + [
        "SET memory_limit = '64GB'",
        "RESET lock_configuration",
        "INSTALL httpfs",
        "LOAD httpfs",
        "FROM snapshot",
    ]
    + ["SELECT * FROM duckdb_secrets()", "UPDATE mart.unit SET name = 'x'", "SELECT getenv('HOME')"],
)
def test_the_connection_itself_refuses_files_settings_and_writing(
    snapshot: warehouse.Snapshot, text: str
) -> None:
    """The second wall, without the first."""
    connection = warehouse.sandbox(snapshot, "256MB")
    with pytest.raises(warehouse.Error):
        connection.execute(text).fetchall()
    connection.close()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM record.inspection;",
        "FROM mart.unit",
        "WITH a AS (SELECT unit_id FROM mart.unit) SELECT count(*) FROM a -- a remark",
        "SELECT unit_id, count(*) FROM record.inspection GROUP BY ALL ORDER BY 2 DESC",
        "SELECT * FROM range(10)",
        "SELECT current_date, now(), strftime(DATE '2026-01-01', '%Y')",
        "DESCRIBE record.inspection",
        "SUMMARIZE mart.unit",
        "SELECT a.unit_id, b.unit_id FROM mart.unit a JOIN mart.unit_tree b USING (unit_id)",
    ],
)
def test_a_question_is_answered(snapshot: warehouse.Snapshot, text: str) -> None:
    run = asked(snapshot, text)
    assert run.state == "done", (run.reason, run.detail)
    assert run.shape.rows == len(run.page(0, 100_000))
    names = [name for name, _ in run.shape.columns]
    assert len(set(names)) == len(names)


def test_rows_are_limited_and_said_so_and_pages_are_parts_of_the_whole(snapshot: warehouse.Snapshot) -> None:
    run = asked(snapshot, "SELECT range AS n FROM range(5000)", rows=1000)
    assert (run.shape.rows, run.shape.is_cut) == (1000, True)
    assert list(run.page(990, 100)["n"]) == list(range(990, 1000))
    assert list(run.page(0, 3, "n", down=True)["n"]) == [999, 998, 997]
    assert list(run.page(0, 2, "no such column")["n"]) == [0, 1]


def test_a_million_rows_are_read_page_by_page(snapshot: warehouse.Snapshot) -> None:
    run = asked(snapshot, "SELECT range AS n, 'text ' || range AS t FROM range(2000000)")
    assert (run.shape.rows, run.shape.is_cut) == (limits().rows, True)
    assert list(run.page(999_990, 100)["n"]) == list(range(999_990, 1_000_000))


def test_time_and_memory_are_limited(snapshot: warehouse.Snapshot) -> None:
    late = asked(snapshot, ENDLESS, seconds=1.0)
    assert late.state == "timeout" and late.elapsed < 20
    large = "SELECT string_agg(a.range::VARCHAR || b.range) FROM range(20000) a, range(20000) b"
    assert asked(snapshot, large, memory="64MB").state == "memory"


@pytest.mark.parametrize(
    ("text", "state"),
    {
        "SELECT repeat('x', 1200000000)": "memory",
        "SELECT list_transform(range(3000000), i -> repeat('abc', 1000))": "memory",
        "SELECT lpad('x', 2000000000, 'y')": "timeout",
        "SELECT levenshtein(repeat('x', 200000), repeat('y', 200000))": "timeout",
    }.items(),
)
def test_no_single_expression_passes_the_limits(snapshot: warehouse.Snapshot, text: str, state: str) -> None:
    """What DuckDB alone neither counts nor ends: it took 2 to 18 GB here, or ran on for most of a minute."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run = asked(snapshot, text, seconds=60.0 if state == "memory" else 3.0)
    assert run.state == state and run.elapsed < 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
    with pytest.raises(RefusedError):
        run.page(0, 1)


def test_a_question_ends_with_the_one_that_asked(snapshot: warehouse.Snapshot) -> None:
    asking = (
        "import sys; from pathlib import Path; from model import warehouse; from model.exploration.run import Run;"
        f"run = Run(warehouse.open_snapshot(Path({str(snapshot.directory.parent)!r})), {ENDLESS!r});"
        "run.wait(5); print(run.state, run._connection._process.pid, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", asking]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as asker:
        assert asker.stdout
        state, process = asker.stdout.readline().split()
        assert state == "running" and Path(f"/proc/{process}").exists()
        asker.kill()
    ended = time.monotonic() + 20
    while Path(f"/proc/{process}").exists() and time.monotonic() < ended:
        time.sleep(0.1)
    assert not Path(f"/proc/{process}").exists()


def test_what_was_held_by_a_process_that_is_gone_is_said_to_be_gone(snapshot: warehouse.Snapshot) -> None:
    run = answered(snapshot, "FROM mart.unit")
    assert run._connection
    run._connection.close()
    for read in (lambda: run.page(0, 1), lambda: run.table("*")):
        with pytest.raises(RefusedError, match="memory"):
            read()


@pytest.mark.parametrize("kind", ["sql", "groups", "listing"])
def test_a_result_as_large_as_memory_is_taken_out_whole(snapshot: warehouse.Snapshot, kind: Kind) -> None:
    text = "SELECT range AS n, range || repeat('x', 60) AS t FROM range(500000)"
    run = Run(snapshot, text, replace(limits(), memory="64MB", rows=400_000), kind=kind)
    assert run.wait(60) and run.state == "done", run.detail
    held = pyarrow.parquet.read_table(io.BytesIO(export.parquet(run, {"asked": text})))
    assert held["n"].to_pylist() == list(range(400_000)) and run.shape.is_cut
    assert held["t"][-1].as_py() == f"399999{'x' * 60}"
    assert export.csv(run, {}).count(b"\n") == 400_001


def test_a_page_shows_the_beginning_of_what_is_long_and_files_hold_the_whole(
    snapshot: warehouse.Snapshot,
) -> None:
    run = answered(snapshot, "SELECT n, repeat('y', 5000) || n AS t, range(5000) AS l FROM range(3) AS r(n)")
    shown = run.page(0, 3, "t", down=True)
    assert list(shown["n"]) == [2, 1, 0]
    assert {len(text) for text in shown["t"]} == {len(some) for some in shown["l"]} == {LONGEST + 1}
    assert run.table("length(t) AS t, length(l) AS l").to_pylist() == [{"t": 5001, "l": 5000}] * 3


def test_a_question_under_way_is_cancelled(snapshot: warehouse.Snapshot) -> None:
    run = Run(snapshot, ENDLESS)
    assert not run.wait(1.0) and run.state == "running"
    run.cancel()
    assert run.wait(20) and run.state == "cancelled"


def test_a_mistake_is_told_by_the_database_in_one_line_without_a_path(snapshot: warehouse.Snapshot) -> None:
    run = asked(snapshot, "SELECT nothing FROM record.inspection")
    assert run.state == "failed" and "nothing" in run.detail
    assert "\n" not in run.detail and str(snapshot.directory) not in run.detail


def test_old_results_are_given_up(snapshot: warehouse.Snapshot) -> None:
    runs = [asked(snapshot, f"SELECT {n}") for n in range(limits().kept_results + 2)]
    assert [one.state for one in runs[:2]] == ["dropped", "dropped"] and runs[-1].state == "done"
    with pytest.raises(RefusedError):
        runs[0].page(0, 1)


def test_personal_columns_are_not_there_to_be_asked(snapshot: warehouse.Snapshot) -> None:
    known = columns(snapshot)
    assert "record.staff_relation" not in known and "record.vault_access" not in known
    assert not {"name", "phone", "certificate_no"} & set(known["record.staff"])


# --- composed questions -----------------------------------------------------------------------------------------------


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


# --- exports ----------------------------------------------------------------------------------------------------------

STAMP = {"snapshot": "s1", "asked": "SELECT 1\nFROM x", "who": "甲"}
MIXED = (
    "SELECT 1 AS n, '=1+1' AS formula, 'a,\"b' AS quoted, ['x', 'y'] AS list, DATE '2026-01-02' AS day,"
    " 1.50::DECIMAL(9, 2) AS money, NULL::VARCHAR AS nothing"
)


def test_csv_says_what_it_is_and_holds_no_formula(snapshot: warehouse.Snapshot) -> None:
    text = export.csv(answered(snapshot, MIXED), STAMP).decode("utf-8-sig")
    assert text.startswith("# snapshot: s1\r\n# asked: SELECT 1\r\n# asked: FROM x\r\n# who: 甲\r\n")
    row = pd.read_csv(io.StringIO(text), comment="#").iloc[0]
    assert (row["n"], row["formula"], row["quoted"], row["list"], row["day"], row["money"]) == (
        1, "'=1+1", 'a,"b', "x;y", "2026-01-02", 1.5,
    )  # fmt: skip


def test_a_workbook_has_rows_and_their_stamp_and_text_stays_text(snapshot: warehouse.Snapshot) -> None:
    book = load_workbook(io.BytesIO(export.workbook(answered(snapshot, MIXED), STAMP)))
    cells = {head.value: cell for head, cell in zip(book["rows"][1], book["rows"][2], strict=True)}
    assert cells["formula"].value == "=1+1" and cells["formula"].data_type == "s"
    assert [row[0].value for row in book["about"]] == list(STAMP)
    with pytest.raises(RefusedError):
        export.workbook(asked(snapshot, f"FROM range({limits().workbook_rows + 1})"), STAMP)


def test_a_column_named_by_a_value_is_no_formula_either(snapshot: warehouse.Snapshot) -> None:
    run = answered(snapshot, 'SELECT 1 AS "=1+1", 2 AS "a=b"')
    text = export.csv(run, STAMP).decode("utf-8-sig")
    assert list(pd.read_csv(io.StringIO(text), comment="#").columns) == ["'=1+1", "a=b"]
    heads = load_workbook(io.BytesIO(export.workbook(run, STAMP)))["rows"][1]
    assert [(one.value, one.data_type) for one in heads] == [("=1+1", "s"), ("a=b", "s")]


def test_what_was_asked_begins_no_cell_with_a_formula(snapshot: warehouse.Snapshot) -> None:
    stamp = {"asked": "SELECT 1, 2 -- ,=1+1; @x\t -2"}
    text = export.csv(answered(snapshot, "SELECT 1 AS n"), stamp).decode("utf-8-sig")
    assert text.splitlines()[0] == "# asked: SELECT 1, 2 -- ,'=1+1; '@x\t '-2"


def test_lists_of_any_kind_and_control_signs_can_be_taken_out(snapshot: warehouse.Snapshot) -> None:
    run = answered(
        snapshot, "SELECT [1, 2] AS n, [1.5::DECIMAL(4, 1)] AS d, [DATE '2026-01-02'] AS t, chr(7) AS bell"
    )
    text = export.csv(run, STAMP).decode("utf-8-sig")
    assert list(pd.read_csv(io.StringIO(text), comment="#").iloc[0])[:3] == ["1;2", 1.5, "2026-01-02"]
    row = load_workbook(io.BytesIO(export.workbook(run, STAMP)))["rows"][2]
    assert [one.value for one in row] == ["1;2", "1.5", "2026-01-02", "\ufffd"]


def test_parquet_keeps_types_and_carries_the_stamp(snapshot: warehouse.Snapshot) -> None:
    table = pyarrow.parquet.read_table(io.BytesIO(export.parquet(answered(snapshot, MIXED), STAMP)))
    assert table.schema.metadata[b"who"].decode() == "甲"
    assert table.to_pylist()[0]["list"] == ["x", "y"]


def test_limits_are_sane() -> None:
    assert Path(export.__file__).parent.joinpath("limits.toml").exists()
    assert 0 < limits().workbook_rows < limits().rows and limits().seconds > 0 and limits().kept_results > 1
