"""Patterns on a small bureau: what was planted is told of its unit, lawful work is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from etl import sql
from etl.judge import judge_marts, patterns
from etl.judge.court import Court
from model import warehouse
from model.indicators import Indicator, catalogue, composition
from model.indicators.facts import lay
from model.judgement import pattern, rules
from tests.indicator_bureau import Bureau
from tests.lawful_bureau import LAST, SHOPS, Lawful, again, rows

PATTERNS = "SELECT indicator_id, unit_id FROM snapshot.mart.warning WHERE kind = 'pattern' ORDER BY ALL"


@pytest.mark.parametrize("seed", range(1, 6))
def test_work_dealt_out_by_chance_shows_no_pattern(seed: int) -> None:
    bureau = Lawful(seed).judged()
    assert rows(bureau.connection, PATTERNS) == []
    bureau.connection.close()


def test_what_chance_gives_two_verifiers_adds_up_to_what_all_of_them_did() -> None:
    bureau = Lawful(2).judged()
    counted = sql.statement("judge_pattern_verifier_pairing", least="1")
    bureau.connection.execute("USE snapshot")
    told = bureau.connection.execute(
        f"SELECT unit_id, sum(together), sum(of_one * of_other / total) FROM ({counted}) GROUP BY unit_id",
        {"since": datetime(2000, 1, 1), "until": datetime(2100, 1, 1)},
    ).fetchall()
    assert told and all(expected == pytest.approx(together, rel=0.15) for _, together, expected in told)
    bureau.connection.close()


def test_behind_many_unlikely_pairs_stand_these_pairs() -> None:
    """None of seven pairs stands out among eight thousand; that there are seven does."""
    size, rule = 7, rules().patterns["I5"]
    given = {
        "together": 3,
        "of_one": 14,
        "of_other": 5,
        "total": 700,
        "possible": 8000,
        "family": 20,
        "sample": 700,
    }
    counted = {name: np.full(size, value) for name, value in given.items()}
    places = {name: np.zeros(size, int) for name in ("subject", "stratum_number")} | {"pair": np.arange(size)}
    named = {name: np.array(["U"], dtype=object) for name in pattern.SUBJECT}
    found = pattern.pairing(counted | places, named, rule, 0.05)
    assert found.subjects["value"].tolist() == [21.0] and found.subjects["threshold"] == pytest.approx([0.7])
    assert found.subjects["adjusted"][0] < 0.001 and found.evidence["pair"].tolist() == list(range(size))


@pytest.mark.parametrize("base", [100.0, 200.0, 840.0, 1234.0, 7000.0])
def test_a_fine_on_the_edge_of_a_window_lies_in_the_window_above(base: float) -> None:
    bands = [(0.05, 0.1), (0.01, 0.05), (0.1, 0.2), (0.2, 0.3), (0.2, 0.5), (0.3, 0.5)]
    cases = pd.DataFrame([
        {"unit_id": "U", "penalty_base_amount": base, "band_low": low, "band_high": high, "mitigation_code": None,
         "fine_amount": round(base * (low + (high - low) * 0.05), 6), "penalty_decided_on": LAST}
        for low, high in bands
    ])  # fmt: skip
    with warehouse.connect() as connection:
        connection.execute("CREATE SCHEMA record")
        connection.register("cases", cases)
        connection.execute("CREATE TABLE record.enforcement_case AS FROM cases")
        query = sql.statement("judge_pattern_band_edge")
        statement = sql.statement("judge_pattern_values", counted=query, threshold="0.05", width="0.05")
        found = connection.execute(statement, {"since": LAST, "until": LAST + timedelta(days=1)}).fetchone()
    assert found and found[3:5] == (0, len(bands))


@pytest.fixture(scope="module")
def planted() -> Iterator[Bureau]:
    """One pattern in each office."""
    bureau = Lawful(7)
    for row in bureau.of("licence_application", "O1")[:90]:
        row["first_verifier_id"], row["second_verifier_id"] = "O1-P1", "O1-P0"
    for number, row in enumerate(bureau.of("inspection", "O2")[:20]):
        row["retailer_id"] = f"O2-T{65 + number % 5}"
    for row in bureau.of("inspection", "O2"):
        if row["retailer_id"] in {f"O2-T{one}" for one in range(65, 70)}:
            row["officer_ids"] = ["O2-P3", "O2-P0"]
    for row in bureau.of("inspection", "O3"):
        if "O3-P2" in row["officer_ids"] or "O3-P4" in row["officer_ids"]:
            row["officer_ids"] = ["O3-P2", "O3-P4"]
            row["started_at"] = datetime(2024, 3, 1) + timedelta(days=int(bureau.random.integers(50)))
            row["issue_count"] = int(bureau.random.random() < 0.6)
    passed = {f"O4-T{number}" for number in range(0, 70, 3)}
    bureau.rows["inspection"] = [row for row in bureau.rows["inspection"] if row["retailer_id"] not in passed]
    for number, row in enumerate(bureau.of("inspection", "O5")[:90]):
        row["retailer_id"] = f"O5-T{number % 9}"
    for row in bureau.of("enforcement_case", "O6")[:16]:
        row["fine_amount"] = 50.4
    made = bureau.judged()
    yield made
    made.connection.close()


def test_each_pattern_is_told_of_its_unit(planted: Bureau) -> None:
    found = set(rows(planted.connection, PATTERNS))
    assert {("L14", "O1"), ("I5", "O2"), ("I11", "O3"), ("I3", "O4"), ("I4", "O5"), ("C3", "O6")} <= found
    # shops that were emptied of checks to fill others are without inspection as well
    assert found <= {("L14", "O1"), ("I5", "O2"), ("I11", "O3"), ("I3", "O4"), ("I4", "O5"), ("C3", "O6"),
                     ("I4", "O2"), ("I3", "O2"), ("I3", "O5")}  # fmt: skip


def test_a_whole_cell_that_is_passed_over_is_told_as_well(planted: Bureau) -> None:
    cells = rows(
        planted.connection,
        "SELECT subject_id FROM snapshot.mart.warning WHERE indicator_id = 'I3' AND subject_kind = 'cell'",
    )
    assert cells == [("O4-C0",)]


def test_numbers_are_counts_beside_what_chance_gives(planted: Bureau) -> None:
    value, expected, sample, p, adjusted = rows(
        planted.connection,
        "SELECT value, threshold, sample_size, p, adjusted FROM snapshot.mart.warning"
        " WHERE indicator_id = 'I3' AND subject_kind = 'unit' AND unit_id = 'O4'",
    )[0]
    assert value >= 24 and sample == SHOPS and expected < value / 2 and p <= adjusted <= 0.05


def test_a_pattern_is_of_a_unit_or_cell_and_its_evidence_is_pseudonymous(planted: Bureau) -> None:
    connection = planted.connection
    kinds = rows(
        connection,
        "SELECT DISTINCT subject_kind FROM snapshot.mart.warning WHERE kind = 'pattern' ORDER BY 1",
    )
    assert kinds == [("cell",), ("unit",)]
    people = {row["staff_id"] for row in Lawful().rows["staff"]} | {
        row["retailer_id"] for row in Lawful().rows["retailer"]
    }
    evidence = rows(
        connection, "SELECT indicator_id, one, other, counted FROM snapshot.mart.pattern_evidence"
    )
    assert {name for name, *_ in evidence} == {"L14", "I5", "I11"} | {"I3", "I4"}
    named = {one for _, first, second, _ in evidence for one in (first or []) + (second or [])}
    assert named and not named & people and all(len(one) == 16 for one in named)
    pair = rows(
        connection,
        "SELECT one, counted FROM snapshot.mart.pattern_evidence WHERE indicator_id = 'L14' AND place = 1",
    )[0]
    keyed = rows(connection, "SELECT left(keyed_hash('O1-P0'), 16), left(keyed_hash('O1-P1'), 16)")[0]
    assert sorted(pair[0]) == sorted(keyed) and pair[1] >= 90


def test_the_pairs_behind_a_pattern_leave_the_house_on_no_surface() -> None:
    for file in ("judge_analysis", "judge_screen"):
        assert "pattern_evidence" not in sql.statement(file, smallest="5")


def test_a_pattern_is_looked_for_again_only_where_its_window_was_computed(
    planted: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection, looked = planted.connection, []
    real = patterns.look

    def noted(court: Court, item: Indicator, *given: Any) -> pattern.Found:
        looked.append(item.id)
        return real(court, item, *given)

    def judged(months: composition.Months) -> list[str]:
        looked.clear()
        computed = dict.fromkeys(catalogue().views, months)
        judge_marts(connection, rules(), catalogue(), replace(ground, computed=computed))
        assert rows(connection, marts) == before
        return sorted(set(looked))

    marts = "FROM snapshot.mart.warning SELECT * ORDER BY ALL"
    before, every = rows(connection, marts), sorted(rules().patterns)
    connection.execute("USE snapshot")
    ground = lay(connection, catalogue())
    connection.execute("USE memory")
    monkeypatch.setattr(patterns, "look", noted)
    assert judged(frozenset()) == []
    assert judged(frozenset({date(2024, 5, 1)})) == [], "the month in progress is in no window"
    assert judged(frozenset({date(2023, 6, 1)})) == [
        name for name in every if rules().patterns[name].window_months >= 12
    ]
    assert judged(None) == every
    connection.execute("DELETE FROM snapshot.mart.pattern_rest")
    assert judged(frozenset()) == every


def test_a_pattern_is_one_warning_over_the_months_and_goes_with_its_cause(planted: Bureau) -> None:
    connection = planted.connection
    before = rows(connection, "SELECT warning_id, period_end FROM snapshot.mart.warning WHERE indicator_id = 'C3'"
                              " AND kind = 'pattern'")  # fmt: skip
    connection.execute("UPDATE snapshot.quality.batch SET as_of = as_of + INTERVAL 31 DAY")
    again(planted)
    after = rows(connection, "SELECT warning_id, period_end FROM snapshot.mart.warning WHERE indicator_id = 'C3'"
                             " AND kind = 'pattern'")  # fmt: skip
    assert [one for one, _ in before] == [one for one, _ in after]
    assert before[0][1] < after[0][1]
    connection.execute("UPDATE snapshot.record.enforcement_case SET fine_amount = 80 WHERE unit_id = 'O6'")
    again(planted)
    assert not rows(connection, f"SELECT 1 FROM snapshot.mart.warning WHERE warning_id = '{before[0][0]}'")
    gone = rows(
        connection, f"SELECT reason FROM snapshot.mart.warning_withdrawn WHERE warning_id = '{before[0][0]}'"
    )
    assert gone == [("corrected",)]
