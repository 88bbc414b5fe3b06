"""What is declared of the judgement, the series that it is made of, and what its findings say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.indicators import DeclarationError, catalogue
from model.judgement import comparison, warning
from model.judgement.declaration import FILE, KINDS, check_against
from model.judgement.declaration import rules as read_rules
from model.judgement.series import series
from tests.judged_series import MONTHS, RULES

# --- what is declared ---


def test_the_declared_rules_fit_the_declared_indicators() -> None:
    check_against(RULES, catalogue())
    assert RULES.windows == (1, 3, 12) and RULES.comparison.q == 0.05


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("q = 0.05", "q = 5", "comparison.q"),
        ("months = [1, 3, 12]", "months = [3, 1]", "window.months"),
        ("odds_ratio = 3.0", "odds_ratio = 1.0", "odds_ratio"),
        ('neutral_at_most = "blue"', 'neutral_at_most = "green"', "neutral_at_most"),
        ("version = 1", "", "version"),
        ('test = "bunching"', 'test = "pairing"', "pattern.C3"),
        ("least_ratio = 1.0", "least_ratio = 0.5", "pattern.L14"),
        ('decided = "closed_at"', 'decided = "shut_at"', "revision.complaint"),
        ("[level.revision]\nblue = 1", "[level.revision]\nbleu = 1", "level.revision"),
    ],
)
def test_a_rule_that_cannot_be_right_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(FILE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DeclarationError, match=said):
        read_rules(path)


def test_a_hard_rule_must_be_one_that_a_record_can_break() -> None:
    for name in ("C10", "M3", "XX"):
        with pytest.raises(DeclarationError, match=name):
            check_against(replace(RULES, breaches=(name,)), catalogue())


# --- series ---


def test_facts_become_matrices_and_missing_months_stay_missing() -> None:
    facts = {
        "subject": np.array([1, 1]), "month": np.array(["2023-01-01", "2023-03-01"], dtype="M8[D]"),
        "numerator": np.array([1.0, 2.0]), "denominator": np.array([4.0, 4.0]), "observations": np.array([4.0, 4.0]),
    }  # fmt: skip
    subjects = {
        name: np.array(["A", "B"], dtype=object) for name in ("subject_kind", "subject_id", "unit_id", "kind")
    }
    found = series(catalogue().indicators["I1"], facts, subjects, MONTHS[:3], 3)
    assert found.subjects["subject_id"].tolist() == ["B"]
    assert np.allclose(found.value, [[0.25, np.nan, 0.5]], equal_nan=True)
    numerator, denominator, _ = found.over(12)
    assert (numerator.tolist(), denominator.tolist()) == ([3.0], [8.0])


def test_a_longer_standardised_mean_is_made_of_its_rows_and_not_of_its_months() -> None:
    """18 applications in three months, of which one month alone holds ten: the other eight count as well."""
    names = ["renewal", "new"]
    parts = {
        "subject": np.zeros(6, int), "month": np.repeat(MONTHS[:3], 2), "stratum": np.array(names * 3, dtype=object),
        "weight": np.array([0.6, 0.4] * 3), "numerator": np.array([10.0, 9, 56, 6, 14, 9]),
        "denominator": np.array([4.0, 3, 10, 2, 4, 3]), "observations": np.array([4.0, 3, 10, 2, 4, 3]),
    }  # fmt: skip
    facts = {
        "subject": np.zeros(3, int), "month": MONTHS[:3], "numerator": np.array([np.nan, 56, np.nan]),
        "denominator": np.array([7.0, 10, 7]), "observations": np.array([7.0, 10, 7]),
    }  # fmt: skip
    subjects = {
        name: np.array(["A"], dtype=object) for name in ("subject_kind", "subject_id", "unit_id", "kind")
    }
    found = series(catalogue().indicators["L3"], facts, subjects, MONTHS[:3], 3, parts)
    window = comparison.window(found, RULES.windows)
    assert (window.months.tolist(), window.observations.tolist()) == ([3.0], [18.0])
    assert np.allclose(window.value, 80 / 18)
    few = found.up_to(1)
    assert np.isnan(comparison.window(few, RULES.windows).value).all()
    parts["observations"][1::2] = parts["denominator"][1::2] = 4.0
    both = series(catalogue().indicators["L3"], facts, subjects, MONTHS[:3], 3, parts)
    assert np.allclose(comparison.window(both, (3,)).value, 0.6 * 80 / 18 + 0.4 * 24 / 12)


# --- warnings ---


def test_levels_follow_the_declared_steps_and_the_neutral_stay_low() -> None:
    low = np.zeros(3, dtype=bool)
    assert warning.levels("breach", np.array([1.0, 2.0, 9.0]), RULES.level, low) == ["blue", "yellow", "red"]
    assert warning.levels("outlier", np.array([0.04, 0.005, 1e-9]), RULES.level, low) == [
        "blue",
        "yellow",
        "red",
    ]
    assert warning.levels("outlier", np.array([0.04, 0.005, 1e-9]), RULES.level, ~low) == ["blue"] * 3


@pytest.mark.parametrize("name", RULES.patterns)
def test_every_pattern_has_a_name_in_both_languages(name: str) -> None:
    assert set(warning.words()["pattern"][name]) == {"zh", "en"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_is_a_reason_to_look_and_never_a_verdict(kind: str) -> None:
    found = {"kind": kind, "value": 0.123, "threshold": float("nan"), "sample_size": 20, "evidence_count": 3}
    item = catalogue().indicators["I10"]
    zh = warning.text(found, item, "首义所", "2026年10月", "zh")
    en = warning.text(found, item, "Shouyi", "2026-10", "en")
    assert "待核实" in zh and item.name.zh in zh and "首义所" in zh
    assert "to be verified" in en and item.name.en in en
    assert not any(word in zh for word in ("违纪", "腐败", "问题人员"))


@pytest.mark.parametrize(
    ("name", "value", "is_beyond"), [("L3", 4.7, False), ("L3", 5.4, True), ("H1", 4.7, True)]
)
def test_a_month_within_its_limit_is_not_said_to_be_beyond_it(
    name: str, value: float, is_beyond: bool
) -> None:
    found = {"kind": "signal", "value": value, "threshold": 5.3, "sample_size": 70, "evidence_count": 70}
    for language, said in (("zh", "超出以往月份的正常波动"), ("en", "beyond the usual movement")):
        told = warning.text(found, catalogue().indicators[name], "U", "2026-10", language)  # type: ignore[arg-type]
        assert (said in told) is is_beyond
