"""Declarations: what is declared is what the definitions say, and what cannot be right is refused with its place."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import sqlglot
from etl_helpers import Lab

from model.indicators import DeclarationError, catalogue, reading
from model.indicators.context import SQL
from tests.indicator_oracle import DEFINITIONS, definitions

DIMENSIONS = {
    "干部清正": "officials",
    "企业清廉": "enterprise",
    "政治清明": "governance",
    "风气清朗": "conduct",
}
OWN = """
[W1]
name = { zh = "周末检查占比", en = "inspections at weekends" }
meaning = { zh = "周六周日进行的检查占比。", en = "Inspections on Saturday or Sunday." }
risk = { zh = "随意检查", en = "inspecting at will" }
basis = { zh = "本地规定", en = "local rule" }
dimension = "conduct"
domain = "inspection"
kind = "proportion"
direction = "lower"
target = 0.1
floor = 0.3
minimum_denominator = 10
scored = true
series = "flow"
grain = "unit"
view = "inspection"
period = "started_on"
numerator = { where = "dayofweek(started_on) in (0, 6)" }
denominator = { }
needs = ["inspection.started_at"]
"""


@pytest.mark.skipif(not DEFINITIONS.exists(), reason=f"{DEFINITIONS.name} is not beside the checkout")
def test_declarations_are_the_definitions() -> None:
    declared = catalogue().indicators
    assert list(declared) == list(definitions())
    for name, row in definitions().items():
        item = declared[name]
        numbers = [None if row[key] == "" else float(row[key]) for key in ("target", "floor")]
        assert [item.name.zh, item.name.en, item.risk.zh] == [
            row["name_zh"],
            row["name_en"],
            row["risk_point_zh"],
        ], name
        assert [item.target, item.floor, item.minimum_denominator] == [
            *numbers,
            int(row["minimum_denominator"]),
        ], name
        assert [item.scored, item.direction, item.kind] == [
            row["scored"] == "yes",
            row["better"],
            row["kind"],
        ], name
        assert [item.series, item.grain, item.tier] == [row["series"], row["grain"], int(row["tier"])], name
        assert [item.domain, item.dimension] == [row["domain"], DIMENSIONS[row["dimension_zh"]]], name
        assert item.needs == tuple(row["needs"].split(";")), name


def test_chinese_texts_are_chinese_and_english_ones_english() -> None:
    for item in catalogue().indicators.values():
        for words in (item.name, item.meaning, item.risk, item.basis):
            assert any("\u4e00" <= sign <= "\u9fff" for sign in words.zh), item.id
            assert not any("\u4e00" <= sign <= "\u9fff" for sign in words.en), item.id


def test_a_bureau_adds_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    monkeypatch.setenv(reading.OWN_DIRECTORY_VARIABLE, str(tmp_path))
    found = catalogue().indicators["W1"]
    assert (found.file, found.name.zh, found.shape) == ("own.toml", "周末检查占比", "ratio")


def test_lists_and_warnings_may_refer_to_a_bureaus_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = Lab(tmp_path)
    assert lab.judge("checklist", indicator_ids="L1;W1").cells() == [
        ("indicator_ids", "L1;W1", "is an indicator")
    ]
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    monkeypatch.setenv(reading.OWN_DIRECTORY_VARIABLE, str(tmp_path))
    assert lab.judge("checklist", indicator_ids="L1;W1").value("indicator_ids") == [
        "L1",
        "W1",
    ]


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (
            "started_on) in",
            "started_when) in",
            "[W1] numerator: 'started_when' is no column of the view inspection",
        ),
        (
            '"inspection.started_at"',
            '"inspection.begun_at"',
            "[W1] needs: 'inspection.begun_at' is no column of the contract",
        ),
        (
            'period = "started_on"',
            'period = "begun_on"',
            "[W1] period: 'begun_on' is no column of the view inspection",
        ),
        ('zh = "周末检查占比", ', "", "[W1] name: a text in both languages is needed"),
        (
            'meaning = { zh = "周六周日进行的检查占比。"',
            'meaning = { zh = " "',
            "[W1] meaning: a text in both languages",
        ),
        (
            '"lower"\ntarget = 0.1\nfloor = 0.3',
            '"none"',
            "[W1] scored: what is neither good nor bad is never scored",
        ),
        (
            '"lower"\ntarget = 0.1\nfloor = 0.3\nminimum_denominator = 10\nscored = true',
            '"none"\ntarget = 0.1\nscored = false',
            "[W1] target: what is neither good nor bad has no target",
        ),
        ("target = 0.1\n", "", "[W1] target: a scored indicator needs a target and a floor"),
        ("floor = 0.3\n", "", "[W1] floor: a scored indicator needs a target and a floor"),
        ("floor = 0.3", "floor = 0.05", "[W1] floor: where lower is better, it lies above the target"),
        ("floor = 0.3", "floor = 0.1", "[W1] floor: where lower is better, it lies above the target"),
        ('"lower"', '"higher"', "[W1] floor: where higher is better, it lies below the target"),
        ("floor = 0.3", "floor = nan", "[W1] floor: nan is no finite number"),
        ("= 10", "= 9.5", "[W1] minimum_denominator: 9.5 is no whole number of 0 or more"),
        ('"flow"', '"rolling_year"', "[W1] series: a row of inspection counts in one month alone: flow"),
        ("= 10", "= -1", "[W1] minimum_denominator: -1 is no whole number of 0 or more"),
        (
            '"inspection"\nperiod',
            '"inspection"\nunit = "result"\nperiod',
            "[W1] unit: 'result' holds no units",
        ),
        ('view = "inspection"', 'view = ["inspection"]', "[W1] view: no such view"),
        ('"inspection"\nperiod', '"inspections"\nperiod', "[W1] view: no such view"),
        ("scored = true", 'scored = "yes"', "[W1] scored: true or false is needed"),
        ("scored = true", "scored = true\ncolour = 1", "[W1] colour: no such key"),
        ("scored = true", 'scored = true\nfile = "other.toml"', "[W1] file: no such key"),
        ("in (0, 6)", "in (0, 6); drop table x", "[W1] numerator: "),
        ("[W1]", "[L1]", "[L1]: declared in licensing.toml already"),
        ("[W1]", "[w1]", "[w1] id: "),
        ('"conduct"', '"weather"', "[W1] dimension: 'weather' is none of officials"),
        ('grain = "unit"', 'grain = "cell"', "[W1] grain: rows of inspection have no market cell"),
        ("[W1]", "[W1", "cannot be read"),
    ],
)
def test_what_cannot_be_right_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str, reason: str
) -> None:
    assert before in OWN
    (tmp_path / "own.toml").write_text(OWN.replace(before, after), encoding="utf-8")
    monkeypatch.setenv(reading.OWN_DIRECTORY_VARIABLE, str(tmp_path))
    with pytest.raises(DeclarationError) as refusal:
        catalogue()
    assert "own.toml" in str(refusal.value)
    assert reason in str(refusal.value)


@pytest.mark.parametrize("file", sorted(SQL.rglob("*.sql")), ids=lambda path: path.stem)
def test_sql_is_kept_transpilable(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("$table", "inspection")
    statements = sqlglot.transpile(
        text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
    )
    assert len(statements) == 1


def test_every_view_has_its_sql() -> None:
    assert {path.stem for path in SQL.glob("*.sql")} == set(catalogue().views)


FINES = "Administrative Penalty Law, art. 74"


@pytest.mark.parametrize(
    ("numerator", "denominator", "reason"),
    [
        ('{ sum = "fine_amount" }', "{ }", f"[W1] numerator: amounts of fines are never scored ({FINES})"),
        ('{ mean = "fine_ratio" }', '{ mean = "band_high" }', f"amounts of fines are never scored ({FINES})"),
        ('{ sum = "seized_quantity" }', '{ sum = "fine_amount" }', "[W1] denominator: amounts of fines"),
        (
            '{ where = "fine_amount > 0" }',
            "{ }",
            f"[W1] numerator: numbers of fines are never scored ({FINES})",
        ),
        ('{ where = "fine_amount > 0 and has_hearing" }', '{ where = "fine_amount > 0" }', ""),
    ],
)
def test_fines_are_never_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, numerator: str, denominator: str, reason: str
) -> None:
    """Neither how many nor how high they are; what holds of them may be, and all of it may be looked at unscored."""
    text = OWN.replace('view = "inspection"', 'view = "enforcement_case"').replace(
        "started_on", "penalty_decided_on"
    )
    for key, given in (("numerator", numerator), ("denominator", denominator)):
        text = re.sub(rf"^{key} = .*$", f"{key} = {given}", text, flags=re.MULTILINE)
    monkeypatch.setenv(reading.OWN_DIRECTORY_VARIABLE, str(tmp_path))
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    if not reason:
        assert catalogue().indicators["W1"].scored
        return
    with pytest.raises(DeclarationError, match=re.escape(reason)):
        catalogue()
    (tmp_path / "own.toml").write_text(text.replace("scored = true", "scored = false"), encoding="utf-8")
    os.utime(tmp_path / "own.toml", ns=(1, 1))
    assert not catalogue().indicators["W1"].scored
