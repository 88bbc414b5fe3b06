"""Trend over time: what the rules must hold for any series, and what they refuse."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.statistics import trend

few = settings(max_examples=60, deadline=None)
whole_numbers = st.integers(-20, 20)
any_series = st.lists(whole_numbers, min_size=1, max_size=40)
long_series = st.lists(whole_numbers, min_size=2, max_size=40)
samples = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=25)


def slow_xmr(values: list[int], *, screen: bool = True) -> dict[str, list[bool]]:
    """The rules point by point in exact fractions, as a second opinion on the array code."""
    mean = Fraction(sum(values), len(values))
    ranges = [abs(b - a) for a, b in pairwise(values)]
    average = Fraction(sum(ranges), len(ranges))
    if screen and average:
        kept = [one for one in ranges if one < Fraction(3267, 1000) * average]
        average = Fraction(sum(kept), len(kept))
    limit = Fraction(266, 100) * average
    side = [(one > mean) - (one < mean) for one in values]
    outside = [abs(one - mean) > limit for one in values]
    near = [limit * 2 / 3 < abs(one - mean) <= limit for one in values]
    flags = {rule: [False] * len(values) for rule in trend.RULES}
    flags["outside"] = outside
    for start in range(len(values)):
        seven, three = range(start, start + 7), range(start, start + 3)
        if seven[-1] < len(values):
            steps = {(values[i + 1] > values[i]) - (values[i + 1] < values[i]) for i in seven[:-1]}
            sides = {side[i] for i in seven}
            for i in seven:
                flags["trending"][i] |= steps in ({1}, {-1})
                flags["shifted"][i] |= sides in ({1}, {-1})
        if three[-1] < len(values) and {side[i] for i in three} in ({1}, {-1}):
            for i in three:
                flags["two_of_three"][i] |= near[i] and sum(near[j] for j in three) >= 2
    return flags


@few
@given(long_series, st.booleans())
def test_xmr_agrees_with_the_rules_point_by_point(values: list[int], screen: bool) -> None:
    points, expected = trend.xmr(values, screen=screen), slow_xmr(values, screen=screen)
    assert {rule: points[rule].tolist() for rule in trend.RULES} == expected
    assert points["signal"].tolist() == [any(one) for one in zip(*expected.values(), strict=True)]


@few
@given(st.lists(any_series, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_matrix_rows_are_the_single_series(rows: list[list[int]], random: object) -> None:
    width = max(map(len, rows)) + 3
    matrix = np.full((len(rows), width), np.nan)
    for cells, values in zip(matrix, rows, strict=True):
        cells[sorted(random.sample(range(width), len(values)))] = values  # type: ignore[attr-defined]
    judged = trend.xmr_matrix(matrix)
    for position, values in enumerate(rows):
        alone, held = trend.xmr(values), ~np.isnan(matrix[position])
        for name in alone:
            np.testing.assert_allclose(judged[name][position][held], alone[name], atol=1e-12)
        assert not judged["signal"][position][~held].any()
        newest = int(judged["direction"][position][held][-1])
        assert trend.variation_of(newest, "up") == trend.variation(alone, "up")


@few
@given(long_series, st.integers(1, 50), st.integers(-50, 50))
def test_xmr_does_not_depend_on_the_unit(values: list[int], factor: int, shift: int) -> None:
    points = trend.xmr(values)
    moved = trend.xmr([factor * one + shift for one in values])
    assert moved[[*trend.RULES]].equals(points[[*trend.RULES]])
    assert moved["upper"].to_numpy() == pytest.approx(factor * points["upper"].to_numpy() + shift)


@few
@given(long_series)
def test_xmr_upside_down_is_the_mirror_image(values: list[int]) -> None:
    points, mirrored = trend.xmr(values), trend.xmr([-one for one in values])
    assert mirrored[[*trend.RULES]].equals(points[[*trend.RULES]])
    assert mirrored["lower"].to_numpy() == pytest.approx(-points["upper"].to_numpy())
    swapped = {trend.IMPROVING: trend.CONCERNING, trend.CONCERNING: trend.IMPROVING}
    icon = trend.variation(points, "up")
    assert trend.variation(mirrored, "up") == swapped.get(icon, icon)
    assert trend.variation(points, "down") == swapped.get(icon, icon)


@few
@given(any_series, any_series)
def test_a_rebase_starts_limits_and_rules_afresh(before: list[int], after: list[int]) -> None:
    points = trend.xmr(before + after, rebase=[len(before)])
    apart = pd.concat([trend.xmr(before), trend.xmr(after)], ignore_index=True)
    pd.testing.assert_frame_equal(points, apart, check_like=False, rtol=1e-12)
    short = [start for start, period in ((0, before), (len(before), after)) if len(period) < trend.ENOUGH]
    assert points.attrs["short_periods"] == short


@pytest.mark.parametrize("value", [0.1, 0.3, 1 / 3, 100.0, 0.0])
def test_a_constant_series_is_no_signal(value: float) -> None:
    points = trend.xmr([value] * 25)
    assert not points["signal"].any()
    assert points[["lower", "upper"]].to_numpy() == pytest.approx(value)


@pytest.mark.parametrize(
    ("values", "flagged"),
    [
        (range(1, 7), []),
        ([1, 2, 3, 3, 4, 5, 6], []),
        (range(1, 8), range(7)),
        ([2, *range(1, 8), 3], range(1, 8)),
        ([2, *range(7, 0, -1), 3], range(1, 8)),
        ([1, 2, 3, 4, 4, 5, 6, 7, 8, 9], []),
    ],
)
def test_seven_rising_or_falling(values: object, flagged: object) -> None:
    """Vectors of NHSRplotthedots (ptd_seven_point_trend); a tie breaks the run."""
    assert np.flatnonzero(trend.xmr(list(values))["trending"]).tolist() == list(flagged)  # type: ignore


def test_a_point_on_the_mean_breaks_a_run_of_seven() -> None:
    whole = trend.xmr([2, 2, 2, 2, 2, 2, 2, *[-2] * 7])
    broken = trend.xmr([2, 2, 2, 0, 2, 2, 2, *[-2, -2, -2, 0, -2, -2, -2]])
    assert whole["shifted"].all()
    assert not broken["shifted"].any()


def test_two_of_three_needs_one_side() -> None:
    """NHSRplotthedots test-ptd_spc_standard: two near the limits on opposite sides are common cause."""
    points = trend.xmr([1, -1] * 7 + [5.5, -5.5])
    assert not points["signal"].iloc[-2:].any()


def test_two_of_three_marks_the_qualifying_points_only() -> None:
    values = [1, -1] * 10 + [-1, 4.5, 1, 4.5, -4.5, -4.5, -1]
    points = trend.xmr(values, screen=False)
    centre, near, upper = points[["centre", "near_upper", "upper"]].iloc[0]
    assert centre < 1 and near < 4.5 < upper
    assert np.flatnonzero(points["two_of_three"]).tolist() == [21, 23, 24, 25]


def test_a_point_outside_does_not_count_towards_the_two() -> None:
    points = trend.xmr([1, -1] * 20 + [1, 6, 50])
    near, upper = points[["near_upper", "upper"]].iloc[0]
    assert near < 6 < upper < 50
    assert not points["two_of_three"].any()
    between = trend.xmr([1, -1] * 20 + [1, 6, 50, 6])
    assert np.flatnonzero(between["two_of_three"]).tolist() == [41, 43]


def test_a_point_on_the_limit_is_near_it_not_outside() -> None:
    """Sum of ranges 50 over 19, mean 0: the limits are -7 and 7 exactly, the two last sevens lie on them."""
    values = [1, -3, -2, -2, -3, -3, 1, 3, -3, -3, -3, -2, 3, 3, 1, -2, -1, 7, 1, 7]
    points = trend.xmr(values, screen=False)
    assert points["upper"].to_numpy() == pytest.approx(7)
    assert not points["outside"].any()
    assert points["two_of_three"].tolist() == [False] * 17 + [True, False, True]


def test_a_point_on_the_near_limit_does_not_qualify() -> None:
    """Sum of ranges 75 over 19, mean 0: the near-limits are -7 and 7 exactly."""
    values = [-3, -2, 0, -2, -4, 3, -4, 4, -3, -2, -1, 1, -2, 4, -4, 0, -1, 7, 7, 2]
    points = trend.xmr(values, screen=False)
    assert points["near_upper"].to_numpy() == pytest.approx(7)
    assert not points["two_of_three"].any()


def test_variation_takes_the_trend_before_the_side_of_the_mean() -> None:
    """The newest point ends a rise but lies below the mean, where a run of seven also ends."""
    values = [50.0 + 3 * (-1) ** i for i in range(30)] + [44, 45, 45.5, 46, 46.5, 47, 47.5]
    points = trend.xmr(values)
    newest = points.iloc[-1]
    assert newest["trending"] and newest["shifted"] and not newest["outside"]
    assert newest["value"] < newest["centre"]
    assert trend.variation(points, "up") == "improving"
    assert trend.variation(points, "down") == "concerning"
    assert trend.variation(points, None) == "no direction"
    assert trend.variation(points.iloc[:20], None) == "common cause"


@pytest.mark.parametrize(
    ("lower", "upper", "improves", "expected"),
    [
        (1, 3, "up", "consistently misses"),
        (5, 7, "up", "consistently meets"),
        (1, 5, "up", "hit or miss"),
        (1, 3, "down", "consistently meets"),
        (5, 7, "down", "consistently misses"),
        (1, 5, "down", "hit or miss"),
        (1, 4, "up", "hit or miss"),
        (4, 7, "up", "hit or miss"),
        (5, 7, None, None),
    ],
)
def test_assurance(lower: float, upper: float, improves: str | None, expected: str | None) -> None:
    """Target 4; cases of NHSRplotthedots test-ptd_calculate_assurance_type, and a target on a limit."""
    points = pd.DataFrame({"lower": [0.0, lower], "upper": [9.0, upper]})
    assert trend.assurance(points, 4, improves) == expected


@few
@given(samples)
def test_p_chart_limits_are_symmetric_and_exchange_with_failures(pairs: list[tuple[int, int]]) -> None:
    events, failures = (np.array(column) for column in zip(*pairs, strict=True))
    trials = events + failures + 1
    points, mirrored = trend.p_chart(events, trials), trend.p_chart(trials - events, trials)
    inside = (points["lower"] > 0) & (points["upper"] < 1)
    middle = (points["lower"] + points["upper"])[inside] / 2
    assert middle.to_numpy() == pytest.approx(points["centre"][inside].to_numpy())
    assert mirrored["lower"].to_numpy() == pytest.approx(1 - points["upper"].to_numpy())
    assert mirrored["outside"].equals(points["outside"])


@few
@given(samples)
def test_laney_scales_the_distance_of_limits(pairs: list[tuple[int, int]]) -> None:
    events, exposure = (np.array(column) for column in zip(*pairs, strict=True))
    plain, prime = (trend.u_chart(events, exposure + 1, prime=prime) for prime in (False, True))
    factor = prime.attrs["sigma_z"]
    distance = (plain["upper"] - plain["centre"]) * factor
    assert (prime["upper"] - prime["centre"]).to_numpy() == pytest.approx(distance.to_numpy())
    assert plain.attrs["sigma_z"] == 1.0


@pytest.mark.parametrize("events", [[0, 0, 0], [5, 5, 5]])
def test_nothing_is_outside_where_all_are_alike(events: list[int]) -> None:
    for prime in (False, True):
        assert not trend.p_chart(events, [5, 5, 5], prime=prime)["outside"].any()
        assert not trend.u_chart(events, [5, 5, 5], prime=prime)["outside"].any()
    assert not trend.c_chart(events)["outside"].any()


@few
@given(st.lists(st.integers(-2, 2), max_size=30))
def test_runs_ignore_points_on_the_centre_line(values: list[int]) -> None:
    found = trend.runs(values, 0)
    assert found.equals(trend.runs([one for one in values if one], 0))
    row = found.iloc[0]
    assert row["longest_run"] + row["crossings"] <= max(row["useful"], 0)
    assert trend.runs([-one for one in values], 0).equals(found)


def test_runs_signal_on_a_long_run_or_few_crossings() -> None:
    assert trend.runs([1] * 12, 0)["signal"].item()
    assert not trend.runs([1, -1] * 6, 0)["signal"].item()
    few_crossings = trend.runs([*[1] * 6, *[-1] * 6] * 2, 0).iloc[0]
    assert few_crossings["longest_run"] <= few_crossings["longest_limit"]
    assert few_crossings["crossings"] < few_crossings["crossings_limit"]
    assert few_crossings["signal"]


@few
@given(any_series, any_series)
def test_late_points_do_not_change_an_earlier_cusum(first: list[int], later: list[int]) -> None:
    early, whole = trend.cusum(first, 1, 0.5, 4), trend.cusum(first + later, 1, 0.5, 4)
    pd.testing.assert_frame_equal(whole.iloc[: len(first)], early)
    assert (whole[["high", "low"]] >= 0).all(axis=None)
    assert whole["signal"].tolist() == (whole[["high", "low"]].max(axis=1) > 4).tolist()


def test_cusum_signals_strictly_above_the_interval() -> None:
    points = trend.cusum([1, 1, 1, 1], 0, 0, 3)
    assert points["high"].tolist() == [1, 2, 3, 4]
    assert points["signal"].tolist() == [False, False, False, True]
    thirds = trend.cusum([0.1] * 4, 0, 0, 0.3)
    assert thirds["signal"].tolist() == [False, False, False, True]


@pytest.mark.parametrize(("out_of_control", "used", "unused"), [(7, "high", "low"), (2, "low", "high")])
def test_poisson_cusum_uses_one_side(out_of_control: float, used: str, unused: str) -> None:
    counts = [4, 9, 0, 3, 8, 8, 1, 0]
    points = trend.poisson_cusum(counts, 4, out_of_control, 5)
    k = (out_of_control - 4) / np.log(out_of_control / 4)
    assert points.attrs["k"] == pytest.approx(k)
    assert points[used].tolist() == trend.cusum(counts, k, 0, 5)[used].tolist()
    assert not points[unused].any()


@pytest.mark.parametrize("points", [0, 1, 2, 6, 12])
def test_short_series_never_raise(points: int) -> None:
    found = trend.xmr(range(points))
    assert len(found) == points
    assert found.attrs["short_periods"] == [0]


def test_enough_points_are_not_short() -> None:
    found = trend.xmr(range(26), rebase=(13,))
    assert found.attrs["short_periods"] == []
    assert trend.xmr(range(25), rebase=(13,)).attrs["short_periods"] == [13]


def test_columns() -> None:
    limits = ["value", "centre", "lower", "upper"]
    rules = ["outside", "trending", "two_of_three", "shifted", "signal"]
    assert list(trend.xmr([1, 2])) == [*limits, "near_lower", "near_upper", *rules]
    assert list(trend.p_chart([1], [2])) == [*limits, "outside"]
    assert list(trend.u_chart([1], [2])) == [*limits, "outside"]
    assert list(trend.c_chart([1])) == [*limits, "outside"]
    assert list(trend.cusum([1], 0, 0, 1)) == ["value", "high", "low", "signal"]
    assert list(trend.poisson_cusum([1], 1, 2, 1)) == ["value", "high", "low", "signal"]
    names = ["useful", "longest_run", "longest_limit", "crossings", "crossings_limit", "signal"]
    assert list(trend.runs([1], 0)) == names


NAN = float("nan")


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: trend.xmr([1, NAN]), "values"),
        (lambda: trend.xmr([1, None]), "values"),
        (lambda: trend.xmr(["a"]), "values"),
        (lambda: trend.xmr([[1, 2]]), "values"),
        (lambda: trend.xmr([1, 2], rebase=(2,)), "rebase"),
        (lambda: trend.xmr([1, 2], rebase=(-1,)), "rebase"),
        (lambda: trend.variation(trend.xmr([1, 2]), "sideways"), "improves"),
        (lambda: trend.variation(trend.xmr([]), "up"), "points"),
        (lambda: trend.assurance(trend.xmr([1, 2]), NAN, "up"), "target"),
        (lambda: trend.assurance(trend.xmr([1, 2]), 1, "sideways"), "improves"),
        (lambda: trend.p_chart([1, NAN], [2, 2]), "events"),
        (lambda: trend.p_chart([-1, 1], [2, 2]), "events"),
        (lambda: trend.p_chart([3, 1], [2, 2]), "events"),
        (lambda: trend.p_chart([0, 1], [0, 2]), "trials"),
        (lambda: trend.p_chart([1, 1], [2, NAN]), "trials"),
        (lambda: trend.p_chart([1, 1], [2]), "trials"),
        (lambda: trend.p_chart([], []), "events"),
        (lambda: trend.u_chart([1, 1], [1, 0]), "exposure"),
        (lambda: trend.u_chart([1, 1], [1, -1]), "exposure"),
        (lambda: trend.u_chart([1, 1], [1]), "exposure"),
        (lambda: trend.u_chart([-1, 1], [1, 1]), "events"),
        (lambda: trend.c_chart([-1]), "events"),
        (lambda: trend.c_chart([NAN]), "events"),
        (lambda: trend.runs([NAN], 0), "values"),
        (lambda: trend.runs([1, 2, 3], [0, 0]), "centre"),
        (lambda: trend.runs([1, 2, 3], NAN), "centre"),
        (lambda: trend.cusum([NAN], 0, 1, 1), "values"),
        (lambda: trend.cusum([1], NAN, 1, 1), "target"),
        (lambda: trend.cusum([1], 0, NAN, 1), "k"),
        (lambda: trend.cusum([1], 0, 1, NAN), "h"),
        (lambda: trend.poisson_cusum([-1], 1, 2, 1), "counts"),
        (lambda: trend.poisson_cusum([NAN], 1, 2, 1), "counts"),
        (lambda: trend.poisson_cusum([1], 0, 2, 1), "in_control"),
        (lambda: trend.poisson_cusum([1], 1, 0, 1), "out_of_control"),
        (lambda: trend.poisson_cusum([1], 2, 2, 1), "out_of_control"),
    ],
)
def test_errors_name_the_argument(call: object, argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument} "):
        call()  # type: ignore[operator]
