"""Process steps: a declaration that cannot be right is refused; every number recounts from the records."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from etl.aggregates import count_processes, rows_of
from etl.judge import judge_marts
from etl.measure import measure_indicators
from model import warehouse
from model.indicators import DeclarationError, catalogue
from model.judgement import rules
from model.process import declaration, processes
from tests.indicator_bureau import UNITS, Bureau, build

Record = dict[str, Any]


# --- declaration ------------------------------------------------------------------------------------------------------


def written(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """The declared processes with one change, as a file of a bureau's own."""
    given = copy.deepcopy(tomllib.loads(declaration.FILE.read_text(encoding="utf-8")))
    change(given)
    lines = [f"{key} = {given.pop(key)}" for key in ("version", "windows", "history_months") if key in given]
    for name, process in given.items():
        steps = process.pop("step", {})
        lines += [f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in process.items())]
        for step, entry in steps.items():
            lines += [f"[{name}.step.{step}]", *(f"{key} = {_toml(value)}" for key, value in entry.items())]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return '"' + str(value) + '"'


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(windows=[3, 1]), "windows"),
        (lambda d: d.update(history_months=0), "history_months"),
        (lambda d: d["licence"].update(table="permits"), "[licence] table"),
        (lambda d: d["licence"].update(unit="office"), "[licence] unit"),
        (lambda d: d["licence"]["step"].pop("whole"), "[licence.step]"),
        (lambda d: d["complaint"]["step"]["revisit"].update(end="asked_at"), "'asked_at' is no column"),
        (lambda d: d["complaint"]["step"]["revisit"].update(end="closed_at; DROP"), "no single expression"),
        (lambda d: d["complaint"]["step"]["revisit"].update(limit="7"), "[complaint.step.revisit] basis"),
        (lambda d: d["complaint"]["step"]["revisit"].update(day_kind="lunar"), "day_kind"),
        (lambda d: d["complaint"]["step"]["whole"].update(limit="7"), "due"),
        (lambda d: d["complaint"]["step"]["whole"].update(name={"zh": "全程"}), "both languages"),
        (lambda d: d["complaint"]["step"]["whole"].update(colour="red"), "colour: no such key"),
        (lambda d: d["complaint"]["step"]["whole"].pop("start"), "start"),
    ],
)
def test_a_wrong_declaration_is_refused_with_file_key_and_reason(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    with pytest.raises(DeclarationError) as refused:
        declaration.load(written(tmp_path / "own.toml", change))
    assert str(refused.value).startswith("own.toml: ") and said in str(refused.value)


def test_a_bureau_declares_limits_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stricter(given: dict[str, Any]) -> None:
        given["licence"]["step"]["review"] |= {"limit": "2", "basis": {"zh": "本局规定", "en": "own rule"}}

    monkeypatch.setenv(declaration.OWN_FILE_VARIABLE, str(written(tmp_path / "own.toml", stricter)))
    review = {step.id: step for step in processes().items[0].steps}["review"]
    assert review.limit == "2" and review.basis and review.basis.zh == "本局规定"


# --- numbers ----------------------------------------------------------------------------------------------------------


def aggregated(bureau: Bureau) -> Bureau:
    bureau.connection.execute("CREATE OR REPLACE TEMP MACRO keyed_hash(text) AS sha256('key' || text)")
    measure_indicators(bureau.connection)
    judge_marts(bureau.connection, rules(), catalogue())
    count_processes(bureau.connection)
    return bureau


def ended(bureau: Bureau) -> Bureau:
    """The bureau with the last steps of its records, which no indicator asks for."""
    for table, column, start in (
        ("licence_application", "delivered_at", "decided_at"),
        ("enforcement_case", "served_on", "penalty_decided_on"),
        ("enforcement_case", "paid_on", "served_on"),
        ("complaint", "revisited_at", "closed_at"),
    ):
        bureau.connection.execute(
            f"UPDATE snapshot.record.{table} SET {column} = {start} + to_days((row_number * 7 % 23)::INTEGER)"
            f" WHERE row_number % 5 > 0 AND {start} IS NOT NULL"
        )
    return bureau


@pytest.fixture(scope="module", params=[1, 2])
def bureau(request: pytest.FixtureRequest) -> Iterator[Bureau]:
    made = aggregated(ended(build(request.param)))
    yield made
    made.connection.close()


def rows(connection: warehouse.Connection, query: str) -> list[Record]:
    return connection.execute(query).df().astype(object).replace({np.nan: None}).to_dict("records")


@pytest.mark.parametrize(
    ("indicator", "process", "step"),
    [
        ("L1", "licence", "whole"),
        ("C1", "enforcement", "filing"),
        ("C2", "enforcement", "decision"),
        ("H1", "complaint", "acceptance"),
        ("H2", "complaint", "whole"),
    ],
)
def test_a_step_that_an_indicator_measures_says_the_same(
    bureau: Bureau, indicator: str, process: str, step: str
) -> None:
    found = bureau.connection.execute(
        """
        SELECT f.numerator, f.denominator, p.in_time, p.due
        FROM (FROM snapshot.mart.indicator_fact WHERE indicator_id = $1 AND subject_kind = 'unit' AND denominator > 0) f
        FULL JOIN (
            FROM snapshot.mart.process_step WHERE process = $2 AND step = $3 AND window_months = 1 AND due > 0
        ) p USING (unit_id, month)
        WHERE month <= (SELECT max(month) FROM snapshot.mart.process_step WHERE process = $2)""",
        [indicator, process, step],
    ).fetchall()
    assert len(found) > 20
    assert [one for one in found if one[:2] != one[2:]] == []


STEPS: dict[tuple[str, str], tuple[Callable[[Record], Any], Callable[[Record], Any]]] = {
    ("licence", "acceptance"): (
        lambda r: None if r["queue_joined_at"] else r["submitted_at"],
        lambda r: None if r["queue_joined_at"] else (r["supplement_notice_at"] or r["accepted_at"]),
    ),
    ("licence", "delivery"): (
        lambda r: r["decided_at"] if r["result"] == "granted" else None,
        lambda r: r["delivered_at"] if r["result"] == "granted" else None,
    ),
    ("enforcement", "payment"): (
        lambda r: r["served_on"] if (r["fine_amount"] or 0) > 0 else None,
        lambda r: r["paid_on"] if (r["fine_amount"] or 0) > 0 else None,
    ),
    ("complaint", "revisit"): (lambda r: r["closed_at"], lambda r: r["revisited_at"]),
}
TABLE = {"licence": "licence_application", "enforcement": "enforcement_case", "complaint": "complaint"}
LEFT = {"acceptance": "decided_at", "payment": "closed_on"}


def _day(moment: Any) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


def _line(unit: str | None) -> list[str]:
    return [unit, *_line(UNITS[unit])] if unit else []


@pytest.mark.parametrize("window", [1, 3, 12])
@pytest.mark.parametrize("key", STEPS, ids="/".join)
def test_times_and_what_waits_recount_from_the_records(
    bureau: Bureau, key: tuple[str, str], window: int
) -> None:
    process, step = key
    start, end = STEPS[key]
    connection = bureau.connection
    table = TABLE[process]
    as_of = bureau.as_of[table].date()
    month = (as_of + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    first = month.replace(day=1)
    for _ in range(window - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    working = {
        row["date"].date()
        for row in rows(connection, "SELECT * FROM snapshot.record.working_calendar WHERE is_working_day")
    }
    unit_column = "handling_unit_id" if process == "complaint" else "unit_id"
    days: dict[str, list[int]] = {unit: [] for unit in UNITS}
    waiting = dict.fromkeys(UNITS, 0)
    read = connection.execute(f"SELECT * FROM snapshot.record.{table}")
    names = [column[0] for column in read.description or ()]
    for values in read.fetchall():
        record = dict(zip(names, values, strict=True))
        began, ended = _day(start(record)), _day(end(record))
        left = _day(record.get(LEFT.get(step, "")))
        gone = ended or left
        for unit in _line(record[unit_column]):
            if began and began <= as_of and (gone is None or gone > as_of):
                waiting[unit] += 1
            if began and ended and began <= ended and first <= ended <= month:
                span = range((ended - began).days)
                is_working = process == "licence"
                days[unit].append(
                    sum(began + timedelta(days=one + 1) in working for one in span)
                    if is_working
                    else len(span)
                )
    found = rows(
        connection,
        f"SELECT * FROM snapshot.mart.process_step WHERE process = '{process}' AND step = '{step}'"
        f" AND window_months = {window} AND month = DATE '{month.replace(day=1)}'",
    )
    assert {row["unit_id"] for row in found} == set(UNITS)
    assert window < 12 or sum(map(len, days.values())) > 3
    for row in found:
        mine = days[row["unit_id"]]
        assert (row["observations"] or 0) == len(mine)
        assert (row["open_count"] or 0) == waiting[row["unit_id"]]
        if mine:
            assert row["median_days"] == pytest.approx(np.quantile(mine, 0.5))
            assert row["p90_days"] == pytest.approx(np.quantile(mine, 0.9))
            assert row["state"] == "value"


def test_the_scan_of_a_process_joins_by_hashing_alone(bureau: Bureau) -> None:
    """A join that compares every step with every day of the calendar takes half a minute for a city."""
    for process in processes().items:
        plan = bureau.connection.execute(f"EXPLAIN {rows_of(process, date(2023, 1, 1))}").fetchall()[0][1]
        assert "HASH_JOIN" in plan
        assert not [name for name in ("NL_JOIN", "NESTED_LOOP", "BLOCKWISE", "CROSS_PRODUCT") if name in plan]


def test_a_step_whose_columns_no_source_records_is_not_computable() -> None:
    bureau = build(3)
    bureau.connection.execute(
        "UPDATE snapshot.quality.batch SET recorded_columns = list_filter(recorded_columns, c -> c <> 'revisited_at')"
        " WHERE table_name = 'complaint'"
    )
    aggregated(bureau)
    found = rows(
        bureau.connection,
        "SELECT step, state, count(observations) AS counted FROM snapshot.mart.process_step"
        " WHERE process = 'complaint' AND month = (SELECT max(month) FROM snapshot.mart.process_step) GROUP BY ALL",
    )
    assert {row["state"] for row in found if row["step"] == "revisit"} == {"not_computable"}
    assert not any(row["counted"] for row in found if row["step"] == "revisit")
    assert "value" in {row["state"] for row in found if row["step"] == "whole"}
    bureau.connection.close()


def test_a_value_that_was_delivered_unreadable_leaves_its_record_out(bureau: Bureau) -> None:
    connection = bureau.connection
    query = (
        "SELECT sum(open_count)::INTEGER AS n FROM snapshot.mart.process_step"
        " WHERE process = 'complaint' AND step = 'revisit' AND unit_id = 'R' AND window_months = 1"
    )
    before = rows(connection, query)[0]["n"]
    connection.execute("BEGIN")
    connection.execute(
        "INSERT INTO snapshot.quality.cell (table_name, row_number, column_name, batch_id) SELECT 'complaint',"
        " row_number, 'revisited_at', batch_id FROM snapshot.record.complaint"
        " WHERE closed_at IS NOT NULL AND revisited_at IS NULL LIMIT 2"
    )
    count_processes(connection)
    assert rows(connection, query)[0]["n"] == before - 2
    connection.execute("ROLLBACK")


def test_beyond_the_calendar_a_step_in_working_days_tells_what_waits_alone() -> None:
    """No working day is known after 29 February 2024, a Thursday: nor are the limits of that day."""
    bureau = ended(build(1))
    bureau.connection.execute("DELETE FROM snapshot.record.working_calendar WHERE date > DATE '2024-02-29'")
    aggregated(bureau)
    found = rows(
        bureau.connection,
        "SELECT * FROM snapshot.mart.process_step WHERE unit_id = 'R' AND process = 'licence' AND step = 'whole'",
    )
    beyond = [row for row in found if row["month"].date() > date(2024, 1, 1)]
    assert {row["window_months"] for row in beyond} == {1, 3, 12}
    for row in beyond:
        told = ("observations", "median_days", "p90_days", "limit_days", "due", "in_time", "within")
        assert row["state"] == "not_computable" and not any(row[name] is not None for name in told)
    newest = [row for row in beyond if row["open_count"] is not None]
    assert newest and all(row["open_count"] > 0 and row["overdue_count"] is None for row in newest)
    assert {row["state"] for row in found if row["month"].date() <= date(2024, 1, 1)} == {"value"}
    calendar_days = rows(
        bureau.connection,
        "SELECT * FROM snapshot.mart.process_step WHERE unit_id = 'R' AND process = 'complaint' AND step = 'whole'"
        " AND month = (SELECT max(month) FROM snapshot.mart.process_step)",
    )
    assert calendar_days and {row["state"] for row in calendar_days} == {"value"}
    bureau.connection.close()
