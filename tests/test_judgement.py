"""The judgement on small series: charts against their references, families, levels, words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.indicators import DeclarationError, catalogue
from model.judgement import comparison, rules, trend, warning
from model.judgement.declaration import FILE, KINDS, check_against
from model.judgement.declaration import rules as read_rules
from model.judgement.series import Series, series
from model.statistics import comparison as fair
from model.statistics import trend as charts

RULES = rules()
MONTHS = np.arange(np.datetime64("2023-01"), np.datetime64("2026-01"))


def held(
    name: str, numerator: Any, denominator: Any, kinds: list[str] | None = None, **changed: Any
) -> Series:
    """The series of an indicator from matrices: one row a unit."""
    x, n = np.atleast_2d(np.asarray(numerator, float)), np.atleast_2d(np.asarray(denominator, float))
    n = np.broadcast_to(n, x.shape).copy()
    units = np.array([f"U{place}" for place in range(len(x))], dtype=object)
    subjects = {
        "subject_kind": np.full(len(x), "unit", dtype=object), "subject_id": units, "unit_id": units,
        "kind": np.array(kinds or ["office"] * len(x), dtype=object),
    }  # fmt: skip
    item = replace(catalogue().indicators[name], **changed)
    return Series(item, subjects, MONTHS[: x.shape[1]], x.shape[1], x, n, n)


def noise(rate: float, trials: int, units: int = 40, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).binomial(trials, rate, (units, 36)).astype(float)


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


# --- trend ---


def test_p_prime_is_laneys_chart_of_the_baseline() -> None:
    x, n = noise(0.4, 60, units=3), np.random.default_rng(2).integers(40, 80, (3, 36)).astype(float)
    points = trend.judge(held("I10", x, n), RULES.trend)
    for unit in range(3):
        chart = charts.p_chart(x[unit, :24], n[unit, :24], prime=True)
        assert points.chart[unit, 0] == "p_prime"
        assert np.allclose(points.upper[unit, :24], chart["upper"]) and np.allclose(
            points.lower[unit, :24], chart["lower"]
        )


def test_means_get_the_xmr_limits_of_the_baseline() -> None:
    value = np.random.default_rng(3).normal(5, 1, (4, 36)) + 0.5
    points = trend.judge(held("M2", value * 20, 20), RULES.trend)
    for unit in range(4):
        chart = charts.xmr(value[unit, :24])
        assert points.chart[unit, 0] == "xmr"
        assert np.allclose(points.upper[unit], chart["upper"].iloc[0])


def test_a_jump_is_found_in_its_first_months_and_says_which_way_it_is_better() -> None:
    x = noise(0.05, 60, units=1)
    x[0, 30:] = 20
    series = held("I10", x, 60)
    points = trend.judge(series, RULES.trend)
    assert points.signal[0, 30] == "outside" and points.direction[0, 30] == 1
    for direction, said in {"lower": "concerning", "higher": "improving", "none": "no direction"}.items():
        assert trend.variation(points, replace(series.item, direction=direction))[0, 30] == said


def test_rare_events_are_added_up_until_they_are_no_longer_chance() -> None:
    x = np.zeros((6, 36))
    x[:, ::9] = 1
    x[0, 30:33] = 2
    points = trend.judge(held("I10", x, 8), RULES.trend)
    assert points.chart[0, 0] == "cusum"
    assert "cusum" in points.signal[0, 30:33].tolist()
    assert not any(points.signal[1:].ravel())


def test_where_higher_is_better_the_missing_ones_are_the_events() -> None:
    x = np.full((6, 36), 8.0)
    x[0, 30:33] = 5
    points = trend.judge(held("H1", x, 8), RULES.trend)
    found = np.flatnonzero(points.signal[0] == "cusum")
    assert found.size and (points.direction[0, found] == -1).all()
    assert (points.upper[0] == 1).all() and (points.lower[0] <= 1).all()


@pytest.mark.parametrize("trials", [5, 20, 400])
def test_pure_noise_is_quiet_whatever_the_size(trials: int) -> None:
    points = trend.judge(held("I10", noise(0.05, trials, units=400), trials), RULES.trend)
    assert (points.direction[:, -1] > 0).mean() <= 0.03


def test_months_that_overlap_have_no_limits_and_months_in_progress_never_signal() -> None:
    x = noise(0.05, 60, units=1)
    x[0, 30:] = 40
    overlapping = held("I10", x, 60, series="rolling_year")
    rolling = trend.judge(overlapping, RULES.trend)
    assert not any(rolling.signal.ravel())
    for limit in (rolling.centre, rolling.lower, rolling.upper):
        assert np.isnan(limit).all(), "points that share most of their records are no sample of a usual month"
    assert not any(trend.variation(rolling, overlapping.item).ravel()), "steady is said only where rules look"
    assert not any(trend.assurance(rolling, "lower", 0.01).ravel())
    running = trend.judge(replace(held("I10", x, 60), complete=35), RULES.trend)
    assert running.signal[0, 34] and not running.signal[0, 35] and running.upper[0, 35] > 0
    icons = trend.variation(running, overlapping.item)
    assert icons[0, 34] and icons[0, 20] and icons[0, 35] is None, (
        "nor is a month in progress said to be as usual"
    )


def test_a_short_past_has_no_limits() -> None:
    points = trend.judge(held("I10", noise(0.3, 60)[:, :10], 60), RULES.trend)
    assert np.isnan(points.upper).all() and not any(points.signal.ravel())


def test_limits_of_means_come_from_enough_months_that_hold_enough() -> None:
    """Twelve months with enough things give limits; eleven do not, whatever the others hold."""
    value = np.random.default_rng(3).normal(5, 1, (2, 36))
    things = np.full((2, 36), 4.0)
    things[0, :12] = things[1, :11] = things[:, 35] = 30
    points = trend.judge(held("M2", value * things, things, minimum_denominator=20), RULES.trend)
    assert np.allclose(points.upper[0], charts.xmr(value[0, :12])["upper"].iloc[0])
    assert np.isnan(points.upper[1]).all() and not any(points.signal[1])
    icons = trend.variation(points, catalogue().indicators["M2"])
    assert all(icons[0, :12]) and icons[0, 35] and not any(icons[0, 12:35]), (
        "too few are not said to be as usual"
    )


def test_the_usual_share_of_rare_events_is_that_of_the_same_kind() -> None:
    x = np.zeros((6, 36))
    x[0, ::9] = 1
    alone = trend.judge(held("I10", x[:3], 8), RULES.trend)
    x[3:, ::2] = 1
    beside = trend.judge(held("I10", x, 8, ["office"] * 3 + ["county"] * 3), RULES.trend)
    assert (alone.chart == "cusum").all() and np.array_equal(alone.centre, beside.centre[:3])
    assert (beside.centre[3:] > 2 * beside.centre[:3]).all()


def test_the_target_beside_the_limits() -> None:
    points = trend.judge(held("I10", noise(0.5, 200, units=1), 200), RULES.trend)
    assert trend.assurance(points, "lower", 0.05)[0, -1] == "consistently misses"
    assert trend.assurance(points, "lower", 0.9)[0, -1] == "consistently meets"
    assert trend.assurance(points, "lower", 0.5)[0, -1] == "hit or miss"
    assert trend.assurance(points, "none", None)[0, -1] is None


@pytest.mark.parametrize(("month", "target", "limits"), [(0.9, 0.85, "meets"), (0.1, 0.15, "misses")])
def test_no_month_is_consistent_with_a_target_that_it_belies(
    month: float, target: float, limits: str
) -> None:
    events = noise(0.5, 200, units=1)
    events[0, -1] = month * 200
    points = trend.judge(held("I10", events, 200), RULES.trend)
    assert trend.assurance(points, "lower", target)[0, -2:].tolist() == [
        f"consistently {limits}",
        "hit or miss",
    ]


# --- comparison ---


def test_the_shortest_window_that_holds_enough_is_taken() -> None:
    n = np.zeros((4, 36))
    n[0, -1], n[1, -3:], n[2, -12:], n[3, -12:] = 10, 4, 1, 0.5
    found = comparison.window(held("I1", n, n), RULES.windows)
    assert found.months.tolist() == [1, 3, 12, 12]
    assert found.is_enough.tolist() == [True, True, True, False]
    assert np.isnan(found.value[3])


def test_what_is_enough_together_is_not_undone_by_a_month_that_holds_as_much() -> None:
    """Of a month nothing is told, and all its ten things are noted; of three months ten count, which is enough."""
    parts = {
        "subject": np.zeros(6, int), "month": np.repeat(MONTHS[:3], 2),
        "stratum": np.array(["a", "b"] * 3, dtype=object), "weight": np.array([0.6, 0.4] * 3),
        "numerator": 5 * np.array([1.0, 0, 0, 0, 9, 1]), "denominator": np.array([1.0, 0, 0, 0, 9, 1]),
        "observations": np.array([1.0, 0, 0, 0, 9, 1]),
    }  # fmt: skip
    facts = {
        "subject": np.zeros(2, int), "month": MONTHS[[0, 2]], "numerator": np.full(2, np.nan),
        "denominator": np.array([1.0, 10]), "observations": np.array([1.0, 10]),
    }  # fmt: skip
    subjects = {
        name: np.array(["A"], dtype=object) for name in ("subject_kind", "subject_id", "unit_id", "kind")
    }
    found = comparison.window(
        series(catalogue().indicators["L3"], facts, subjects, MONTHS[:3], 3, parts), RULES.windows
    )
    assert (found.months.tolist(), found.value.tolist()) == ([3.0], [5.0])


def test_a_unit_without_a_value_takes_what_is_known_of_its_own_kind() -> None:
    x, n = np.array([[30.0]] * 5 + [[39.0]] * 6), np.full((11, 1), 40.0)
    x[[0, 5]] -= 3
    n[4] = x[4] = np.nan
    of_units = held("L1", x, n, ["office"] * 5 + ["county"] * 6)
    found = comparison.priors(of_units, comparison.window(of_units, RULES.windows), RULES.comparison)
    first = found["prior_first"]
    assert first[4] == first[0] != first[5] and not np.isnan(first).any()


def test_only_one_family_one_kind_and_enough_units() -> None:
    x, n = noise(0.1, 50, units=7)[:, -1:], np.full((7, 1), 50.0)
    found = comparison.compare(held("I10", x, n, ["a"] * 5 + ["b"] * 2), RULES.windows, RULES.comparison)
    assert not np.isnan(found["p"][:5]).any() and np.isnan(found["p"][5:]).all()
    funnel = fair.proportion_funnel(x[:5, 0], n[:5, 0])
    assert np.allclose(found["upper998"][:5], funnel["upper998"])
    shrunken = fair.beta_binomial(x[:5, 0], n[:5, 0])
    assert np.allclose(found["estimate"][:5], shrunken["estimate"])
    assert found["prior_first"][5] == found["prior_first"][0]


def test_of_a_rate_that_is_better_high_the_low_unit_is_the_one_told_of() -> None:
    x = np.array([[50.0], [51], [49], [50], [52], [5], [60]])
    series = held("H5", x, 1000, direction="higher")
    found = comparison.compare(series, RULES.windows, RULES.comparison)
    assert found["p"][5] < 0.05 and found["p"][5] == found["p"].min() and found["p"][6] > 0.5
    points = trend.judge(
        held("H5", np.r_[np.full(30, 50.0), np.full(6, 5.0)], 1000, direction="higher"), RULES.trend
    )
    assert points.direction[0, 30] == -1
    assert trend.variation(points, replace(series.item))[0, 30] == "concerning"


def test_one_bad_unit_is_found_and_a_small_unlucky_one_is_not() -> None:
    x, n = (
        np.array([[2], [3], [2], [3], [2], [20], [2]]),
        np.array([[50], [60], [50], [60], [50], [60], [10]]),
    )
    found = comparison.compare(held("I10", x, n), RULES.windows, RULES.comparison)
    alerts = found["adjusted"] <= RULES.comparison.q
    assert alerts.tolist() == [False] * 5 + [True, False]
    assert found["outside"][5] in ("high95", "high998")


def test_what_is_neither_good_nor_bad_is_judged_both_ways() -> None:
    n = np.full((6, 1), 60.0)
    x = np.array([[20], [22], [19], [21], [1], [55]])
    found = comparison.compare(held("C11", x, n), RULES.windows, RULES.comparison)
    assert (found["adjusted"][4:] <= 0.05).all() and (found["adjusted"][:4] > 0.05).all()
    one_way = comparison.compare(held("I10", x, n), RULES.windows, RULES.comparison)
    assert one_way["adjusted"][4] > 0.05


def test_means_are_held_against_the_spread_of_the_others() -> None:
    x = np.array([[5.0], [5.1], [4.9], [5.0], [5.2], [9.0]]) * 20
    found = comparison.compare(held("M2", x, np.full((6, 1), 20.0)), RULES.windows, RULES.comparison)
    assert (found["adjusted"] <= 0.05).tolist() == [False] * 5 + [True]
    alike = comparison.compare(
        held("M2", np.full((6, 1), 100.0), np.full((6, 1), 20.0)), RULES.windows, RULES.comparison
    )
    assert (alike["adjusted"] > 0.05).all()


@pytest.mark.parametrize("name", ["I10", "M2"])
def test_families_without_effect_are_quiet_and_small_units_no_louder(name: str) -> None:
    sizes = np.array([10, 15, 25, 40, 60, 100, 200, 400])[:, None]
    random, found = np.random.default_rng(5), []
    for _ in range(80):
        x = random.binomial(sizes, 0.1) if name == "I10" else random.normal(5, 1, (8, 1)) * sizes
        rows = comparison.compare(held(name, x, sizes), RULES.windows, RULES.comparison)
        found.append(rows["adjusted"] <= RULES.comparison.q)
    alerts = np.array(found)
    assert alerts.any(axis=1).mean() <= 0.08
    assert alerts[:, 0].mean() <= alerts[:, -1].mean() + 0.02


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


@pytest.mark.parametrize("name", ["I10", "H1", "M2", "H5"])
def test_the_smallest_office_is_flagged_no_more_often_than_the_largest(name: str) -> None:
    """Signals and outliers together, on series without any effect, from ten things a month to four hundred."""
    sizes = np.array([10, 12, 20, 40, 80, 150, 250, 400])
    random, rounds = np.random.default_rng(11), 150
    told = np.zeros((rounds, sizes.size), dtype=bool)
    for place in range(rounds):
        n = random.poisson(sizes[:, None], (sizes.size, 36)).clip(1).astype(float)
        if name == "M2":
            x = random.normal(0.05, 0.01, n.shape) * n
        elif name == "H5":
            x, n = random.poisson(n * 0.02).astype(float), n * 10
        else:
            x = random.binomial(n.astype(int), 0.95 if name == "H1" else 0.05).astype(float)
        found = held(name, x, n)
        against = {"higher": -1, "lower": 1, "none": 0}[found.item.direction]
        direction = trend.judge(found, RULES.trend).direction[:, -1]
        rows = comparison.compare(found, RULES.windows, RULES.comparison, is_brief=True)
        told[place] = (direction == against if against else direction != 0) | (
            rows["adjusted"] <= RULES.comparison.q
        )
    share = told.mean(axis=0)
    spread = 2 * np.sqrt(max(share[-1], 0.01) / rounds)
    assert share[0] <= share[-1] + spread, share
    assert told.mean() <= 0.05, share
