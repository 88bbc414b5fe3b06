"""The records behind a number recount to it: every indicator, units and cells of every level, several months."""

from __future__ import annotations

import math
import random
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from etl.measure import measure_indicators
from model import warehouse
from model.__main__ import main, published, weights
from model.indicators import catalogue
from model.indicators.evidence import Subject, left_out, records, recounted
from model.indicators.facts import Ground, lay
from tests import indicator_bureau

SAMPLES = 6


@pytest.fixture(scope="module")
def ground() -> Ground:
    bureau = indicator_bureau.build(11)
    measure_indicators(bureau.connection)
    bureau.connection.execute("USE snapshot")
    return lay(bureau.connection, catalogue())


@pytest.mark.parametrize("name", list(catalogue().indicators))
def test_records_recount_to_the_fact(ground: Ground, name: str) -> None:
    item = ground.catalogue.indicators[name]
    facts = ground.connection.execute(
        "SELECT subject_kind, subject_id, month FROM mart.indicator_fact WHERE indicator_id = ? ORDER BY ALL",
        [name],
    ).fetchall()
    assert facts
    for kind, subject_id, month in random.Random(name).sample(facts, min(SAMPLES, len(facts))):
        subject = Subject(kind, subject_id)
        fact = published(ground, item, subject, month)
        again = recounted(item, records(ground, item, subject, month), weights(ground, item))
        assert fact and again, (subject, month)
        assert (fact.observations, fact.numerator is None) == (again.observations, again.numerator is None)
        assert math.isclose(fact.denominator, again.denominator, rel_tol=1e-9), (subject, month)
        assert math.isclose(fact.numerator or 0, again.numerator or 0, rel_tol=1e-9, abs_tol=1e-9), (
            subject,
            month,
        )


@pytest.mark.parametrize("name", ["L3", "C4", "I1"])
def test_records_of_kinds_too_few_are_not_among_the_counted(name: str) -> None:
    item = catalogue().indicators[name]
    least = max(item.minimum_denominator, 2)
    many, few = ["many"] * least, ["few"] * (least - 1)
    rows = pd.DataFrame({"stratum": many + few, "numerator": 3.0, "denominator": 1.0, "observation": 1.0})
    rows.loc[0, "numerator"] = 4.0
    found = left_out(item, rows)
    assert rows["stratum"][found].tolist() == (few if item.stratum else [])
    again = recounted(item, rows, {"many": 0.7, "few": 0.3})
    assert again is not None and again.observations == (~found).sum()
    assert not left_out(item, rows[rows["stratum"] == "few"]).any(), "of nothing but these, all were counted"


def test_no_fact_no_records(ground: Ground) -> None:
    item = ground.catalogue.indicators["I1"]
    rows = records(ground, item, Subject("unit", "O1"), date(2031, 1, 1))
    assert len(rows) == 0
    assert recounted(item, rows, {}) is None


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published snapshot of a random bureau."""
    place = tmp_path_factory.mktemp("records") / "warehouse"
    snapshot = place / "000001"
    snapshot.mkdir(parents=True)
    bureau = indicator_bureau.build(12, snapshot / "full.duckdb")
    measure_indicators(bureau.connection)
    bureau.connection.close()
    (snapshot / warehouse.MANIFEST).write_text("{}")
    (place / warehouse.CURRENT).write_text("000001\n")
    return place


def test_the_command_line(directory: Path) -> None:
    def say(*arguments: str) -> str:
        result = CliRunner().invoke(main, [*arguments, "--warehouse", str(directory)])
        assert result.exit_code == 0, result.output
        return result.output

    assert "I1    computed        双人执法率" in say("list")
    explained = say("explain", "i1")
    assert "staff.certificate_no" in explained
    assert "certified_officer_count >= 2" in explained
    shown = say("records", "I1", "--unit", "R", "--month", "2024-03").splitlines()
    assert shown[-1].split(": ")[1] == shown[-2].split(": ")[1] != "无数据 no data"
    for name in ("I5", "I11", "Q6", "H7", "M4"):
        *_, fact, again = say("records", name, "--unit", "R", "--month", "2024-03").splitlines()
        assert fact.split(": ")[1] == again.split(": ")[1], name
    listed = say("records", "L7", "--cell", "C1", "--month", "2024-03", "--csv")
    assert listed.startswith(
        "application_no,unit_id,cell_id,decided_on,stratum,numerator,denominator,observation"
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["explain", "X99"], "no indicator X99"),
        (["records", "I1", "--month", "2024-03"], "either --unit or --cell"),
        (["records", "I1", "--unit", "R", "--month", "March"], "is no month"),
        (
            ["records", "I1", "--cell", "C1", "--month", "2024-03"],
            "I1 不按此计算 is not computed by 市场单元 market cell",
        ),
        (
            ["records", "L1", "--cell", "C1", "--month", "2024-03"],
            "L1 不按此计算 is not computed by 市场单元 market cell",
        ),
        (
            ["records", "L14", "--unit", "R", "--month", "2024-03"],
            "L14 不按此计算 is not computed by 机构 unit: --cell",
        ),
        (["records", "I1", "--unit", "X9", "--month", "2024-03"], "没有 no 机构 unit X9"),
        (["records", "L7", "--cell", "X9", "--month", "2024-03"], "没有 no 市场单元 market cell X9"),
    ],
)
def test_what_the_command_line_refuses(directory: Path, arguments: list[str], reason: str) -> None:
    result = CliRunner().invoke(main, [*arguments, "--warehouse", str(directory)])
    assert result.exit_code != 0
    assert reason in result.output


def test_without_a_snapshot_meanings_remain(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["explain", "L1", "--warehouse", str(tmp_path)])
    assert result.exit_code == 0
    assert "法定时限办结率" in result.output
