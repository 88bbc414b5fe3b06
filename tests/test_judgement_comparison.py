"""Comparison on small series: windows, families, tails, and quiet where there is no effect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model.indicators import catalogue
from model.judgement import comparison, trend
from model.judgement.series import series
from model.statistics import comparison as fair
from tests.judged_series import MONTHS, RULES, held, noise


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


def test_a_few_long_records_make_no_small_office_stand_out_and_long_ones_all_along_do() -> None:
    """Days to a decision, of which two in a hundred are put off: 20 a month in each of eight offices."""
    random, alone, slow = np.random.default_rng(7), [], []
    for _ in range(200):
        days = random.gamma(40, 0.2, (8, 36, 20)) + 15 * (random.random((8, 36, 20)) < 0.02)
        for found, factor in ((alone, 1.0), (slow, 1.75)):
            days[0] *= factor
            rows = comparison.compare(held("M2", days.sum(axis=2), 20), RULES.windows, RULES.comparison)
            found.append(rows["adjusted"] <= RULES.comparison.q)
    assert np.any(alone, axis=1).mean() <= 0.05
    assert np.array(slow)[:, 0].mean() >= 0.95


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
