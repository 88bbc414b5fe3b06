"""Free questions: what must not be asked is refused twice, and what one costs is limited."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from model import warehouse
from model.exploration import export
from model.exploration.limits import limits
from model.exploration.run import LONGEST, Run, columns
from model.exploration.statement import RefusedError
from tests import demo_site as site

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


def test_limits_are_sane() -> None:
    assert Path(export.__file__).parent.joinpath("limits.toml").exists()
    assert 0 < limits().workbook_rows < limits().rows and limits().seconds > 0 and limits().kept_results > 1
