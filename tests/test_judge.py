"""The judge step on a small random bureau: breaches recount to the facts; a finding is told once, withdrawn by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from etl import program, sql
from etl.groups import counted_by_cell
from etl.judge import judge_marts, patterns
from etl.judge.court import Judged, convene
from etl.judge.facts import judge_facts
from etl.measure import measure_indicators
from model import warehouse
from model.indicators import DeclarationError, catalogue, composition, reading
from model.indicators.facts import lay
from model.judgement import comparison, portrait, rules
from model.judgement.series import Series
from model.judgement.subjects import subject_kinds
from tests.indicator_bureau import Bureau, build, empty
from tests.test_indicator_declarations import OWN

KEY = "indicator_id, subject_kind, subject_id"


def rows(connection: warehouse.Connection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def judged(bureau: Bureau) -> Bureau:
    measure_indicators(bureau.connection)
    judge_marts(bureau.connection, rules(), catalogue())
    return bureau


@pytest.fixture(scope="module")
def bureau() -> Iterator[Bureau]:
    made = build(3)
    made.connection.execute("CREATE TEMP MACRO keyed_hash(text) AS sha256('key' || text)")
    yield judged(made)
    made.connection.close()


@pytest.fixture
def changeable(bureau: Bureau) -> Iterator[Bureau]:
    """The same bureau; what a test changes in it is undone."""
    bureau.connection.execute("ATTACH ':memory:' AS kept; COPY FROM DATABASE snapshot TO kept")
    yield bureau
    bureau.connection.execute("DETACH snapshot; ATTACH ':memory:' AS snapshot")
    bureau.connection.execute("COPY FROM DATABASE kept TO snapshot; DETACH kept")


def test_every_breach_of_an_event_recounts_to_the_facts_of_the_root(bureau: Bureau) -> None:
    found = dict(
        rows(
            bureau.connection,
            "SELECT indicator_id, count(*) FROM snapshot.mart.warning WHERE kind = 'breach' GROUP BY 1",
        )
    )
    known, checked = catalogue(), 0
    for name in rules().breaches:
        item = known.indicators[name]
        if known.views[item.view].is_month_end:
            continue
        adverse = "denominator - numerator" if item.direction == "higher" else "numerator"
        wanted = rows(
            bureau.connection,
            f"SELECT coalesce(sum({adverse}), 0) FROM snapshot.mart.indicator_fact"
            f" WHERE indicator_id = '{name}' AND subject_kind = 'unit' AND unit_id = 'R'",
        )
        assert found.get(name, 0) == wanted[0][0], name
        checked += found.get(name, 0)
    assert checked > 50


def test_ids_are_unique_and_give_nobody_away(bureau: Bureau) -> None:
    told = rows(bureau.connection, "SELECT warning_id, subject_id FROM snapshot.mart.warning")
    assert len({one for one, _ in told}) == len(told)
    assert all(subject not in one and len(one) == 16 for one, subject in told)


def test_a_second_run_tells_the_same_warnings_and_withdraws_none(changeable: Bureau) -> None:
    connection = changeable.connection
    before = rows(connection, "SELECT * FROM snapshot.mart.warning ORDER BY ALL")
    portraits = rows(connection, "SELECT * FROM snapshot.mart.portrait ORDER BY ALL")
    judge_marts(connection, rules(), catalogue())
    assert rows(connection, "SELECT * FROM snapshot.mart.warning ORDER BY ALL") == before
    assert rows(connection, "SELECT * FROM snapshot.mart.portrait ORDER BY ALL") == portraits
    assert rows(connection, "SELECT count(*) FROM snapshot.mart.warning_withdrawn") == [(0,)]


def test_a_corrected_record_withdraws_its_warning_and_a_rollback_brings_it_back(changeable: Bureau) -> None:
    connection = changeable.connection
    one, key, plan = rows(
        connection,
        "SELECT warning_id, subject_id, plan_id FROM snapshot.mart.warning"
        " JOIN snapshot.record.inspection ON inspection_no = subject_id WHERE indicator_id = 'I7' ORDER BY 1 LIMIT 1",
    )[0]
    assert plan is None
    connection.execute("UPDATE snapshot.record.inspection SET plan_id = 'P1' WHERE inspection_no = ?", [key])
    judged(changeable)
    gone = rows(connection, f"SELECT reason FROM snapshot.mart.warning_withdrawn WHERE warning_id = '{one}'")
    assert gone == [("corrected",)]
    assert not rows(connection, f"SELECT 1 FROM snapshot.mart.warning WHERE warning_id = '{one}'")
    connection.execute("UPDATE snapshot.record.inspection SET plan_id = NULL WHERE inspection_no = ?", [key])
    judged(changeable)
    assert rows(connection, f"SELECT 1 FROM snapshot.mart.warning WHERE warning_id = '{one}'")
    assert not rows(connection, f"SELECT 1 FROM snapshot.mart.warning_withdrawn WHERE warning_id = '{one}'")


def test_an_earlier_finding_stays_until_its_numbers_change(changeable: Bureau) -> None:
    connection = changeable.connection
    subject = rows(
        connection,
        "SELECT unit_id, numerator / denominator FROM snapshot.mart.indicator_fact"
        " WHERE indicator_id = 'I10' AND month = '2023-08-01' AND unit_id = 'O1'",
    )[0]
    connection.execute(
        "INSERT INTO snapshot.mart.warning SELECT 'earlier', 'I10', '1.1', ?, 'unit', ?, 'signal', 'blue',"
        " DATE '2023-08-01', DATE '2023-08-31', ?, 0.1, 12, NULL, NULL, 3",
        [subject[0], subject[0], subject[1]],
    )
    judge_marts(connection, rules(), catalogue())
    assert rows(connection, "SELECT 1 FROM snapshot.mart.warning WHERE warning_id = 'earlier'")
    connection.execute("UPDATE snapshot.mart.warning SET value = value + 0.1 WHERE warning_id = 'earlier'")
    judge_marts(connection, rules(), catalogue())
    assert not rows(connection, "SELECT 1 FROM snapshot.mart.warning WHERE warning_id = 'earlier'")
    assert rows(connection, "SELECT warning_id, reason FROM snapshot.mart.warning_withdrawn") == [
        ("earlier", "corrected")
    ]


def test_states_are_known_and_what_is_not_shown_has_no_value(bureau: Bureau) -> None:
    known = {"value", "zero", "no_data", "not_computable", "suppressed", "stale"}
    for mart in ("trend", "comparison"):
        states = dict(
            rows(bureau.connection, f"SELECT state, count(value) FROM snapshot.mart.{mart} GROUP BY 1")
        )
        assert set(states) <= known
        assert all(not count for state, count in states.items() if state not in ("value", "zero", "stale"))
    few = rows(
        bureau.connection,
        "SELECT count(*) FROM snapshot.mart.trend t JOIN snapshot.mart.indicator_fact f"
        " USING (indicator_id, subject_kind, subject_id, month) WHERE state = 'value' AND f.observations < 10"
        " AND indicator_id IN ('I1', 'L1')",
    )
    assert few == [(0,)]


def test_what_looks_back_on_a_year_is_told_once_the_year_is_known(bureau: Bureau) -> None:
    """Else every shop that was inspected before the records begin would look like one that never was."""
    looking_back = [item.id for item in catalogue().indicators.values() if item.needs_whole_window]
    told = bureau.connection.execute(
        """
        SELECT month < first_full_month AS is_early, f.observations, t.value, t.state
        FROM snapshot.mart.trend t
        JOIN snapshot.mart.indicator_fact f USING (indicator_id, subject_kind, subject_id, month)
        JOIN snapshot.mart.indicator_state s USING (indicator_id)
        WHERE list_contains(?, indicator_id) AND f.observations >= 10""",
        [looking_back],
    ).fetchall()
    early = [one for one in told if one[0]]
    assert len(early) > 5 and {one[2:] for one in early} == {(None, "suppressed")}
    assert {state for is_early, *_, state in told if not is_early} & {"value", "zero"}


def test_only_what_rests_on_changed_facts_is_judged_again_and_comes_out_as_anew(
    changeable: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection, compared = changeable.connection, []
    compare = comparison.compare

    def noted(series: Series, *rest: Any, **named: Any) -> Any:
        compared.append(series.item.id)
        return compare(series, *rest, **named)

    monkeypatch.setattr(comparison, "compare", noted)
    marts = {
        name: f"SELECT * FROM snapshot.mart.{name} ORDER BY ALL"
        for name in ("trend", "comparison", "warning")
    }
    before = {name: rows(connection, query) for name, query in marts.items()}
    judge_marts(connection, rules(), catalogue())
    assert compared == [] and {name: rows(connection, query) for name, query in marts.items()} == before
    newest = rows(
        connection, "SELECT max(month) FROM snapshot.mart.indicator_fact WHERE indicator_id = 'I1'"
    )[0][0]
    for month, wanted in ((newest, []), (newest - timedelta(days=60), ["I1"])):
        connection.execute(
            "UPDATE snapshot.mart.indicator_fact SET numerator = 0 WHERE indicator_id = 'I1'"
            " AND month = date_trunc('month', ?::DATE)", [month],
        )  # fmt: skip
        compared.clear()
        judge_marts(connection, rules(), catalogue())
        assert compared == wanted
        kept = {name: rows(connection, query) for name, query in marts.items()}
        assert kept["trend"] != before["trend"]
        connection.execute("DELETE FROM snapshot.mart.judged_fact")
        judge_marts(connection, rules(), catalogue())
        assert {name: rows(connection, query) for name, query in marts.items()} == kept


def test_a_finding_of_a_mean_tells_of_no_number_of_events(bureau: Bureau) -> None:
    court = convene(bureau.connection, rules(), catalogue())
    told = Judged()
    lenient = replace(court, rules=replace(court.rules, comparison=replace(court.rules.comparison, q=1.0)))
    judge_facts(lenient, told, {}, is_brief=True)
    found = {
        name: np.concatenate([part[name] for part in told.warnings])
        for name in ("indicator_id", "evidence_count")
    }
    has_events = ~np.isnan(found["evidence_count"].astype(float))
    kinds = {name: {bool(one) for one in has_events[found["indicator_id"] == name]} for name in ("L3", "I1")}
    assert kinds == {"L3": {False}, "I1": {True}}


def test_what_another_program_measured_is_measured_again(
    changeable: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = changeable.connection
    marts = {
        name: f"SELECT * FROM snapshot.mart.{name} ORDER BY ALL" for name in ("indicator_fact", "group_fact")
    }
    before = {name: rows(connection, query) for name, query in marts.items()}
    for name in marts:
        connection.execute(f"UPDATE snapshot.mart.{name} SET denominator = -1")
    for name in ("added", "removed"):
        connection.execute(
            f"CREATE TEMP TABLE {name} (table_name VARCHAR, batch_id BIGINT, row_number BIGINT)"
        )
    next_batch = rows(connection, "SELECT max(batch_id) + 1 FROM snapshot.quality.batch")[0][0]
    assert set(measure_indicators(connection, next_batch).values()) == {frozenset()}
    assert {(row[-2],) for name in marts for row in rows(connection, marts[name])} == {(-1,)}
    monkeypatch.setattr(program, "fingerprint", lambda: "corrected")
    measure_indicators(connection, next_batch)
    assert {name: rows(connection, query) for name, query in marts.items()} == before


def test_what_another_program_judged_is_judged_again(
    changeable: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection, looked = changeable.connection, []
    marts = {
        name: f"SELECT * FROM snapshot.mart.{name} ORDER BY ALL"
        for name in ("trend", "comparison", "portrait", "breach", "warning")
    }
    before = {name: rows(connection, query) for name, query in marts.items()}
    spoilt = (
        "UPDATE snapshot.mart.trend SET centre = -1",
        "UPDATE snapshot.mart.comparison SET p = -1",
        "UPDATE snapshot.mart.portrait SET rank_low = -1",
        "UPDATE snapshot.mart.breach SET unit_id = 'wrong'",
    )
    real = patterns.look
    monkeypatch.setattr(patterns, "look", lambda *given: looked.append(given[1].id) or real(*given))
    connection.execute("; ".join(spoilt))
    connection.execute("USE snapshot")
    ground = lay(connection, catalogue(), counted_by_cell(subject_kinds()))
    connection.execute("USE memory")
    measure_indicators(connection, laid=ground)
    ground = replace(ground, computed=dict.fromkeys(catalogue().views, frozenset()))
    judge_marts(connection, rules(), catalogue(), ground)
    assert not looked and rows(connection, marts["portrait"]) != before["portrait"]
    monkeypatch.setattr(program, "fingerprint", lambda: "corrected")
    judge_marts(connection, rules(), catalogue(), ground)
    assert looked and {name: rows(connection, query) for name, query in marts.items()} == before


def test_offices_are_compared_by_the_rows_of_a_longer_standardised_mean(changeable: Bureau) -> None:
    """Four applications a month are too few for a month's mean; those of three months are not."""
    connection = changeable.connection
    facts = "snapshot.mart.indicator_fact WHERE indicator_id = 'I1'"
    months = f"(SELECT DISTINCT month FROM {facts} ORDER BY 1 DESC LIMIT 4)"
    offices = "(VALUES ('O1', 8), ('O2', 12), ('O3', 12), ('O4', 16)) AS office (unit_id, total)"
    for mart in ("fact", "stratum", "weight"):
        connection.execute(f"DELETE FROM snapshot.mart.indicator_{mart} WHERE indicator_id = 'L3'")
    connection.execute("INSERT INTO snapshot.mart.indicator_weight VALUES ('L3', 1, 'renewal', 1)")
    connection.execute(
        "INSERT INTO snapshot.mart.indicator_stratum"
        f" SELECT 'L3', unit_id, month, 'renewal', total, 4, 4 FROM {months} CROSS JOIN {offices}"
    )
    connection.execute(
        "INSERT INTO snapshot.mart.indicator_fact"
        f" SELECT 'L3', unit_id, 'unit', unit_id, month, NULL, 4, 4 FROM {months} CROSS JOIN {offices}"
    )
    connection.execute("UPDATE snapshot.mart.unit SET unit_type = 'office' WHERE unit_id LIKE 'O_'")
    query = (
        "SELECT window_months, value, sample_size FROM snapshot.mart.comparison"
        " WHERE indicator_id = 'L3' AND subject_id LIKE 'O_' ORDER BY subject_id"
    )
    judge_marts(connection, rules(), catalogue())
    assert rows(connection, query) == [(3, total / 4, 12) for total in (8, 12, 12, 16)]
    connection.execute(
        "UPDATE snapshot.mart.indicator_stratum SET numerator = 20 WHERE indicator_id = 'L3' AND unit_id = 'O1'"
    )
    judge_marts(connection, rules(), catalogue())
    assert rows(connection, query)[0] == (3, 5.0, 12)


def test_breaches_are_looked_for_again_only_in_the_months_that_were_computed(changeable: Bureau) -> None:
    connection = changeable.connection
    query = "SELECT * FROM snapshot.mart.breach ORDER BY ALL"
    found = rows(connection, query)
    warned = rows(connection, "SELECT * FROM snapshot.mart.warning WHERE kind = 'breach' ORDER BY ALL")
    month = rows(connection, "SELECT max(date_trunc('month', happened_on))::DATE FROM snapshot.mart.breach")[
        0
    ][0]
    connection.execute("USE snapshot")
    ground = lay(connection, catalogue(), counted_by_cell(subject_kinds()))
    connection.execute("USE memory")
    measure_indicators(connection, laid=ground)

    def again(months: composition.Months) -> list[tuple[Any, ...]]:
        computed = dict.fromkeys(catalogue().views, months)
        judge_marts(connection, rules(), catalogue(), replace(ground, computed=computed))
        return rows(connection, query)

    connection.execute("DELETE FROM snapshot.mart.breach")
    assert again(frozenset()) == []
    recent = [row for row in found if row[5] >= month]
    assert recent and again(frozenset({month})) == recent != found
    connection.execute("DELETE FROM snapshot.mart.breach_rule")
    assert again(frozenset()) == found
    assert (
        rows(connection, "SELECT * FROM snapshot.mart.warning WHERE kind = 'breach' ORDER BY ALL") == warned
    )


def test_a_portrait_at_an_earlier_month_rests_on_the_facts_until_then(bureau: Bureau) -> None:
    connection = bureau.connection
    ends = rows(connection, "SELECT DISTINCT period_end FROM snapshot.mart.portrait ORDER BY 1")
    assert len(ends) == 1 + rules().portrait.past_months
    assert ends[-1] == rows(connection, "SELECT max(period_end) FROM snapshot.mart.comparison")[0]
    wrong = rows(
        connection,
        "SELECT p.* FROM snapshot.mart.portrait_part p JOIN snapshot.mart.indicator_fact f"
        " ON f.indicator_id = p.indicator_id AND f.subject_kind = 'unit' AND f.subject_id = p.subject_id"
        " AND f.month <= p.period_end AND f.month > p.period_end - to_months(p.window_months)"
        " WHERE p.subject_kind = 'unit' AND p.state IN ('value', 'zero')"
        " GROUP BY ALL HAVING abs(p.value - sum(f.numerator) / sum(f.denominator)) > 1e-9",
    )
    assert wrong == []
    counts = dict(
        rows(connection, "SELECT period_end, count(score) FROM snapshot.mart.portrait GROUP BY 1 ORDER BY 1")
    )
    assert all(counts.values())


def test_too_few_for_a_value_is_no_value_in_a_portrait(changeable: Bureau) -> None:
    """Twelve fines, ten of no kind: their spread is not known, and is not 0, which would be full marks."""
    connection = changeable.connection
    connection.execute(
        "INSERT INTO snapshot.mart.indicator_fact SELECT 'C4', unit_id, 'unit', unit_id, month, NULL, 12, 12"
        " FROM snapshot.mart.unit CROSS JOIN (SELECT DISTINCT month FROM snapshot.mart.indicator_fact"
        "  WHERE indicator_id = 'C6' AND subject_kind = 'unit')"
        " ANTI JOIN (FROM snapshot.mart.indicator_fact WHERE indicator_id = 'C4') USING (unit_id, month)"
    )
    judge_marts(connection, rules(), catalogue())
    scored = (
        "SELECT value, state FROM snapshot.mart.portrait_part WHERE indicator_id = 'C4' AND sample_size = 12"
    )
    assert rows(connection, f"{scored} AND value IS NOT NULL") == []


def test_only_portraits_whose_facts_changed_are_drawn_again(changeable: Bureau) -> None:
    connection = changeable.connection
    ends = [
        end
        for (end,) in rows(connection, "SELECT DISTINCT period_end FROM snapshot.mart.portrait ORDER BY 1")
    ]
    drawn = rows(connection, "SELECT * FROM snapshot.mart.portrait ORDER BY ALL")
    connection.execute("UPDATE snapshot.mart.portrait SET coverage = -1")
    connection.execute(
        "UPDATE snapshot.mart.indicator_fact SET numerator = 0 WHERE indicator_id = 'I1' AND subject_kind = 'unit'"
        " AND month = date_trunc('month', ?::DATE)", [ends[-3]],
    )  # fmt: skip
    judge_marts(connection, rules(), catalogue())
    kept = rows(
        connection, "SELECT DISTINCT period_end FROM snapshot.mart.portrait WHERE coverage = -1 ORDER BY 1"
    )
    units = "subject_kind = 'unit' AND coverage >= 0"
    again = rows(
        connection, f"SELECT DISTINCT period_end FROM snapshot.mart.portrait WHERE {units} ORDER BY 1"
    )
    assert [end for (end,) in again] == ends[-3:] and [end for (end,) in kept] == ends[:-3]
    judged(changeable)
    connection.execute("DELETE FROM snapshot.mart.portrait_rest")
    judge_marts(connection, rules(), catalogue())
    assert rows(connection, "SELECT * FROM snapshot.mart.portrait ORDER BY ALL") == drawn
    assert portrait._posterior.cache_info().currsize == 0, "a process that goes on holds no draws"


def test_no_person_and_nothing_neutral_is_scored(bureau: Bureau) -> None:
    kinds = rows(bureau.connection, "SELECT DISTINCT subject_kind FROM snapshot.mart.portrait")
    assert {kind for (kind,) in kinds} <= {"unit", *(kind.id for kind in subject_kinds())}
    scored = rows(bureau.connection, "SELECT DISTINCT indicator_id FROM snapshot.mart.portrait_mover")
    assert all(catalogue().indicators[name].scored for (name,) in scored)


def test_a_bureaus_own_indicator_is_judged_like_the_others(
    changeable: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    monkeypatch.setenv(reading.OWN_DIRECTORY_VARIABLE, str(tmp_path))
    judged(changeable)
    for mart in ("indicator_fact", "indicator_state", "trend", "comparison"):
        found = rows(
            changeable.connection, f"SELECT count(*) FROM snapshot.mart.{mart} WHERE indicator_id = 'W1'"
        )
        assert found[0][0] > 0, mart
    monkeypatch.setenv(reading.OWN_DIRECTORY_VARIABLE, str(tmp_path / "none"))
    judged(changeable)
    for mart in ("indicator_fact", "indicator_state", "trend", "comparison"):
        found = rows(
            changeable.connection, f"SELECT count(*) FROM snapshot.mart.{mart} WHERE indicator_id = 'W1'"
        )
        assert found[0][0] == 0, f"{mart}: no longer declared"


def test_a_proportion_of_more_than_there_is_is_told_by_name(
    changeable: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weekend = '"dayofweek(started_on) in (0, 6)"'
    text = OWN.replace(f"numerator = {{ where = {weekend} }}", "numerator = { }")
    text = text.replace("denominator = { }", f"denominator = {{ where = {weekend} }}")
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv(reading.OWN_DIRECTORY_VARIABLE, str(tmp_path))
    with pytest.raises(DeclarationError) as refused:
        judged(changeable)
    told = r"own\.toml: \[W1\] numerator: it counts \d+ of \S+ in the \d+ month\(s\) until \d{4}-\d\d,"
    assert re.match(told + r" the denominator \d+: ", str(refused.value))


def test_only_flow_series_of_complete_months_signal(bureau: Bureau) -> None:
    flow = [item.id for item in catalogue().indicators.values() if item.series == "flow"]
    told = rows(
        bureau.connection,
        "SELECT DISTINCT indicator_id, month FROM snapshot.mart.trend WHERE signal IS NOT NULL",
    )
    assert all(name in flow and str(month) < "2024-05-01" for name, month in told)


def test_a_warehouse_without_facts_is_judged_as_well() -> None:
    bureau = empty()
    bureau.connection.execute("CREATE TEMP MACRO keyed_hash(text) AS sha256(text)")
    bureau.finish()
    judged(bureau)
    assert rows(bureau.connection, "SELECT count(*) FROM snapshot.mart.warning") == [(0,)]
    bureau.connection.close()


def test_what_leaves_the_house_names_no_record_and_no_small_count(bureau: Bureau) -> None:
    connection = bureau.connection
    connection.execute("ATTACH ':memory:' AS analysis; ATTACH ':memory:' AS screen")
    connection.execute("CREATE SCHEMA analysis.mart; CREATE SCHEMA screen.mart")
    connection.execute(sql.statement("judge_analysis"))
    connection.execute(sql.statement("judge_screen", smallest="5"))
    assert rows(connection, "SELECT count(subject_id) FROM analysis.mart.warning WHERE kind = 'breach'") == [
        (0,)
    ]
    kinds = "SELECT DISTINCT subject_kind FROM analysis.mart.trend ORDER BY 1"
    assert rows(connection, kinds) == [("cell",), ("unit",)]
    shown = rows(connection, 'SELECT unit_id, "count", state FROM screen.mart.warning')
    assert {unit for unit, _, _ in shown} == {"R"}
    assert all((count is None) == (state == "suppressed") and (count or 5) >= 5 for _, count, state in shown)
    connection.execute("DETACH analysis; DETACH screen")
