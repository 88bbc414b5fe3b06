"""Aggregates of what is done about integrity: each recounts from the records, for every unit of the tree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from etl.aggregates import aggregate
from etl.judge import judge_marts
from etl.measure import measure_indicators
from model.indicators import DeclarationError, catalogue
from model.judgement import rules
from model.process import stages
from model.process.stages import load
from tests.indicator_bureau import FIRST, OFFICES, UNITS, Bureau, build

Record = dict[str, Any]
METHOD = ("plan_set_on", "pilot_chosen_on", "standard_built_on", "rolled_out_on")
SCENARIOS = (
    (1, "collecting", 0), (1, "open_for_takers", 0), (4, "building", 1), (8, "landed", 2), (8, "promoting", 2),
    (3, "retired", 1), (8, "retired", 2),
)  # fmt: skip
"""Step, state, and how many of the two days (taken, launched) there are."""


def furnished(bureau: Bureau) -> Bureau:
    """The random bureau with honours, projects, scenarios and tasks as well."""
    for number in range(60):
        pick, day = bureau.pick, bureau.day()
        bureau.add(
            "honour", honour_id=f"N{number}", unit_id=pick(*OFFICES), title="t", grantor="g",
            honour_level=pick("county", "municipal"), granted_on=day,
        )  # fmt: skip
        due = bureau.day()
        bureau.add(
            "oversight_task", task_id=f"K{number}", unit_id=pick(*OFFICES), task="t", responsible_party="office_head",
            task_list=pick("three_lists", "four_responsibilities_branch"), due_on=due,
            done_on=bureau.maybe(due + timedelta(days=pick(-9, 0, 1, 30))),
        )  # fmt: skip
        reached = pick(0, 1, 2, 3, 4)
        steps = dict.fromkeys(METHOD[:reached], day)
        bureau.add(
            "initiative", initiative_id=f"M{number}", title="t", framework="eight_actions", unit_id=pick(*OFFICES),
            framework_element=pick("deepening_reform", "skills_training"), due_on=bureau.maybe(bureau.day()),
            state="completed" if reached == 4 else pick("stopped", "piloting", "planning"), **steps,
        )  # fmt: skip
    bureau.add("scenario", scenario_id="CJ1", title="大屏", owner_department="办公室", step=4, state="trial",
               taker_unit_id="O1", taker_team="张三", posted_on=FIRST, taken_on=FIRST)  # fmt: skip
    for number, (step, state, days) in enumerate(SCENARIOS, 2):
        reached = dict(zip(("taken_on", "launched_on"), [FIRST] * days, strict=False))
        bureau.add("scenario", scenario_id=f"CJ{number}", title="t", owner_department="d", step=step, state=state,
                   posted_on=FIRST, **reached)  # fmt: skip
    return bureau


def aggregated(bureau: Bureau) -> Bureau:
    bureau.connection.execute("CREATE OR REPLACE TEMP MACRO keyed_hash(text) AS sha256('key' || text)")
    measure_indicators(bureau.connection)
    judge_marts(bureau.connection, rules(), catalogue())
    aggregate(bureau.connection)
    return bureau


@pytest.fixture(scope="module", params=[1, 2])
def bureau(request: pytest.FixtureRequest) -> Iterator[Bureau]:
    made = aggregated(furnished(build(request.param)))
    yield made
    made.connection.close()


def rows(bureau: Bureau, query: str) -> list[Record]:
    read = bureau.connection.execute(query)
    names = [column[0] for column in read.description or ()]
    return [dict(zip(names, values, strict=True)) for values in read.fetchall()]


def records(bureau: Bureau, table: str) -> Iterator[tuple[str, Record]]:
    """Every record of a table, once for each unit that it counts at."""
    for record in rows(bureau, f"SELECT * FROM snapshot.record.{table}"):
        unit: str | None = record["unit_id"]
        while unit:
            yield unit, record
            unit = UNITS[unit]


def month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def test_activities_recount(bureau: Bureau) -> None:
    as_of = bureau.as_of["activity"].date()
    wanted: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for unit, record in records(bureau, "activity"):
        planned, done = record["planned_on"], record["done_on"]
        if planned and month_end(planned) <= as_of:
            held = wanted[unit, planned.replace(day=1), record["activity_kind"]]
            held[0] += 1
            held[1] += bool(done and done <= as_of)
            held[2] += bool(done and done <= month_end(planned))
    found = rows(bureau, "FROM snapshot.mart.duty")
    assert {
        (row["unit_id"], row["month"], row["activity_kind"]): [row["due"], row["done"], row["in_time"]]
        for row in found
        if row["month"]
    } == wanted
    assert all(row["on_time"] == pytest.approx(row["in_time"] / row["due"]) for row in found if row["due"])
    assert len(wanted) > 100


def test_honours_recount(bureau: Bureau) -> None:
    wanted = Counter(
        (unit, record["granted_on"].year, record["honour_level"])
        for unit, record in records(bureau, "honour")
    )
    found = rows(bureau, "FROM snapshot.mart.honour WHERE year IS NOT NULL")
    assert {(row["unit_id"], row["year"], row["level"]): row["count"] for row in found} == wanted


def test_projects_recount(bureau: Bureau) -> None:
    as_of = bureau.as_of["initiative"].date()
    counts: Counter[tuple[str, str, str]] = Counter()
    progress: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    overdue: Counter[tuple[str, str, str]] = Counter()
    for unit, record in records(bureau, "initiative"):
        for stage in ("all", record["state"]):
            key = (unit, record["framework_element"], stage)
            counts[key] += 1
            if record["state"] != "stopped":
                progress[key].append(sum(record[name] is not None for name in METHOD) / 4)
                is_open = record["state"] != "completed" and record["rolled_out_on"] is None
                overdue[key] += is_open and record["due_on"] is not None and record["due_on"] <= as_of
    for row in rows(bureau, "FROM snapshot.mart.initiative WHERE stage IS NOT NULL"):
        key = (row["unit_id"], row["item"], row["stage"])
        assert (row["count"], row["overdue"]) == (counts.pop(key), overdue[key])
        mine = progress[key]
        assert row["progress"] == (pytest.approx(sum(mine) / len(mine)) if mine else None)
    assert not counts


def test_tasks_recount(bureau: Bureau) -> None:
    as_of = bureau.as_of["oversight_task"].date()
    wanted: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for unit, record in records(bureau, "oversight_task"):
        due, done = record["due_on"], record["done_on"]
        if due > as_of:
            continue
        is_done = done is not None and done <= as_of
        held = wanted[unit, record["task_list"]]
        if due > as_of.replace(year=as_of.year - 1):
            held[0] += 1
            held[1] += is_done
            held[2] += done is not None and done <= due
        held[3] += not is_done
    found = rows(bureau, "FROM snapshot.mart.oversight WHERE framework IS NOT NULL")
    assert {
        (row["unit_id"], row["framework"]): [row["due"], row["done"], row["in_time"], row["overdue"]]
        for row in found
    } == wanted


def test_dispositions_recount(bureau: Bureau) -> None:
    as_of = bureau.as_of["warning"].date()
    since = as_of.replace(year=as_of.year - 1)
    counts: Counter[tuple[str, str, str]] = Counter()
    days: dict[tuple[str, str], list[int]] = defaultdict(list)
    timely: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for unit, record in records(bureau, "warning"):
        closed, due = record["closed_at"], record["due_at"]
        if closed and record["raised_at"].date() <= since:
            continue
        for level in ("all", record["warning_level"]):
            counts[unit, level, "raised"] += 1
            counts[unit, level, "verified"] += record["verdict"] is not None
            counts[unit, level, "founded"] += record["verdict"] == "work_flaw"
            counts[unit, level, "unfounded"] += record["verdict"] == "reasonable"
            counts[unit, level, "closed"] += closed is not None
            counts[unit, level, "overdue"] += closed is None and due is not None and due.date() <= as_of
            if closed:
                days[unit, level].append((closed.date() - record["raised_at"].date()).days)
            if due and due.date() <= as_of:
                timely[unit, level].append(closed is not None and closed <= due)
    for found in rows(bureau, "FROM snapshot.mart.warning JOIN snapshot.mart.unit_tree USING (unit_id)"):
        for level in ("all", found["level"]):
            counts[found["ancestor_id"], level, "raised"] += 1
    told = rows(bureau, "FROM snapshot.mart.disposition WHERE kind = 'all'")
    assert len(told) == len(UNITS) * 4 * len(stages().items)
    for row in told:
        unit, level, stage = row["unit_id"], row["level"], row["stage"]
        assert row["count"] == counts[unit, level, stage], (unit, level, stage)
        assert row["state"] == ("value" if row["count"] else "zero")
        if stage == "closed":
            mine = timely[unit, level]
            assert row["median_days"] == (median(days[unit, level]) if days[unit, level] else None)
            assert row["on_time"] == (pytest.approx(sum(mine) / len(mine)) if mine else None)
    kinds = rows(
        bureau,
        "SELECT unit_id, stage, sum(\"count\") FILTER (kind <> 'all' AND level = 'all') = sum(\"count\")"
        " FILTER (kind = 'all' AND level = 'all') AS is_same FROM snapshot.mart.disposition GROUP BY ALL",
    )
    assert all(row["is_same"] is not False for row in kinds)


def test_scenarios_are_projects_and_name_no_team(bureau: Bureau) -> None:
    (found,) = rows(bureau, "FROM snapshot.mart.scenario WHERE scenario_id = 'CJ1'")
    assert (found["name"], found["unit_id"], found["step"], found["steps"]) == ("大屏", "O1", 4, 8)
    assert "张三" not in found.values()


def test_how_far_scenarios_are_recounts_from_those_that_were_not_retired(bureau: Bureau) -> None:
    held = [one for one in rows(bureau, "FROM snapshot.record.scenario") if one["state"] != "retired"]
    wanted = {
        ("posted", None): sum(one["state"] != "collecting" for one in held),
        ("claimed", None): sum(one["taken_on"] is not None for one in held),
        ("launched", None): sum(one["launched_on"] is not None for one in held),
    } | {("at_step", step): sum(one["step"] == step for one in held) for step in range(1, 9)}
    found = rows(bureau, "FROM snapshot.mart.scenario_progress")
    assert {(one["stage"], one["step"]): one["count"] for one in found} == wanted
    assert wanted["posted", None] == 5 and wanted["at_step", 3] == 0
    assert all(one["state"] == ("value" if one["count"] else "zero") for one in found)
    assert {*found[0]} == {"stage", "step", "count", "state"}, "no column that could hold a name"


def test_what_no_source_records_is_not_computable_and_what_did_not_happen_is_no_data() -> None:
    bureau = build(3)
    bureau.connection.execute(
        "DELETE FROM snapshot.quality.batch WHERE table_name IN ('honour', 'warning', 'scenario');"
        " UPDATE snapshot.quality.batch SET recorded_columns = ['due_on'] WHERE table_name = 'oversight_task'"
    )
    aggregated(bureau)
    states = {
        mart: {row["state"] for row in rows(bureau, f"FROM snapshot.mart.{mart}")}
        for mart in ("honour", "oversight", "initiative", "scenario_progress")
    }
    assert states == {
        "scenario_progress": {"not_computable"},
        "honour": {"not_computable"},
        "oversight": {"not_computable"},
        "initiative": {"no_data"},
    }
    known = rows(
        bureau, 'SELECT stage, state, count("count") AS n FROM snapshot.mart.disposition GROUP BY ALL'
    )
    assert {row["stage"] for row in known if row["n"]} == {"raised"}
    assert {row["state"] for row in known if row["stage"] != "raised"} == {"not_computable"}
    bureau.connection.close()


def test_a_cell_stands_in_the_middle_of_its_bounds(bureau: Bureau) -> None:
    connection = bureau.connection
    connection.execute("BEGIN")
    connection.execute(
        "UPDATE snapshot.record.market_cell SET valid_from = '2020-01-01', valid_to = NULL, state = 'restricted',"
        " boundary = 'MULTIPOLYGON(((100.5 -2, 100.7 -2.5, 100.6 -2.1, 100.5 -2)))', capacity = 7 WHERE cell_id = 'C1'"
    )
    bureau.finish()
    found = rows(bureau, "FROM snapshot.mart.cell WHERE cell_id = 'C1'")[0]
    assert (found["longitude"], found["latitude"]) == (pytest.approx(100.6), pytest.approx(-2.25))
    assert found["remaining"] == 7 - found["occupied"] and found["is_restricted"]
    assert found["is_saturated"] == (found["occupied"] + found["queued"] >= 7)
    connection.execute("ROLLBACK")


def test_a_shop_that_pauses_business_keeps_its_place(bureau: Bureau) -> None:
    connection = bureau.connection
    connection.execute(
        "BEGIN; UPDATE snapshot.record.market_cell SET valid_from = '2020-01-01', valid_to = NULL, capacity = 90;"
        " UPDATE snapshot.record.retailer SET cell_id = 'C1',"
        " state = list_extract(['suspended', 'closed', 'active'], (1 + hash(retailer_id) % 3)::BIGINT)"
    )
    bureau.finish()
    states = [row["state"] for row in rows(bureau, "FROM snapshot.record.retailer")]
    found = rows(bureau, "FROM snapshot.mart.cell WHERE cell_id = 'C1'")[0]
    assert set(states) == {"suspended", "closed", "active"}
    assert found["occupied"] == len(states) - states.count("closed")
    assert found["remaining"] == 90 - found["occupied"]
    connection.execute("ROLLBACK")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("window_months = 0\n[stage]", "window_months"),
        ("window_months = 3", "stages are needed"),
        ("window_months = 3\n[stage.raised]\nwhere = 'true'", "[stage.raised]"),
        (
            "window_months = 3\n[stage.a]\nwhere = 'mood > 1'\nname = { zh = '甲', en = 'a' }",
            "'mood' is no column",
        ),
        ("window_months = 3\n[stage.a]\nwhere = 'true'\nname = { zh = '甲' }", "both languages"),
    ],
)
def test_a_wrong_stage_is_refused_with_file_key_and_reason(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError) as refused:
        load(path)
    assert str(refused.value).startswith("own.toml: ") and said in str(refused.value)
