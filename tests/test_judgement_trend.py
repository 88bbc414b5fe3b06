"""Trends on small series: charts against their references, signals, and what they say of a target."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model.indicators import catalogue
from model.judgement import trend
from model.statistics import trend as charts
from tests.judged_series import RULES, held, noise


def test_p_prime_is_laneys_chart_of_the_baseline() -> None:
    x, n = noise(0.4, 60, units=3), np.random.default_rng(2).integers(40, 80, (3, 36)).astype(float)
    points = trend.judge(held("I10", x, n), RULES.trend)
    for unit in range(3):
        chart = charts.p_chart(x[unit, :24], n[unit, :24], prime=True)
        assert points.chart[unit, 0] == "p_prime"
        assert np.allclose(points.upper[unit, :24], chart["upper"]) and np.allclose(
            points.lower[unit, :24], chart["lower"]
        )


@pytest.mark.parametrize(("name", "usual"), [("I10", 400), ("H5", 400)])
def test_one_event_of_a_small_month_is_no_signal(name: str, usual: int) -> None:
    """Three sigma are no measure of a month of two: one event of it lies beyond any limit."""
    x, n = noise(0.02, usual, units=1), np.full((1, 36), float(usual))
    x[0, 35], n[0, 35] = 1, 2
    series = held(name, x, n, direction="lower", minimum_denominator=10)
    points = trend.judge(series, RULES.trend)
    assert points.chart[0, 35] in ("p_prime", "u_prime") and points.value[0, 35] > points.upper[0, 35]
    assert not points.signal[0, 35] and trend.variation(points, series.item)[0, 35] is None
    n[0, 35] = 10
    assert trend.judge(replace(series, denominator=n, observations=n), RULES.trend).is_judged[0, 35]


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
