"""Trend over time: is the newest month noise, or has something changed?

Small counts move every month by themselves, so a change is claimed only where a published rule fires. The functions
take numbers in time order and know nothing of months, units or indicators. They must not judge cumulative series
(rolling years, year to date): their points overlap and the rules fire on noise. `xmr_matrix` is the same computation
for thousands of series at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from model.statistics import inputs
from model.statistics.inputs import Flags, Floats, Numbers

LIMIT = 2.66
"""Mean moving range to limits, 3 / 1.128 rounded as "Making Data Count" rounds it (NHSRplotthedots)."""
NEAR_LIMIT = LIMIT * 2 / 3
SCREEN = 3.267
"""A moving range this many times the mean is left out (Nelson 1982; D4 of two points)."""
RUN = 7
"""Points on one side, or rising, or falling, that make a signal ("Making Data Count")."""
ENOUGH = 13
"""Points that a period should hold before its limits deserve trust (NHSRplotthedots warns below it)."""
RANGE_TO_SIGMA = 1.128
"""d2 of two points: mean moving range over sigma (Montgomery; Laney 2002)."""
ROUNDING = 1e-12
"""Differences below this share of the largest value are rounding: a constant series lies on its own mean."""

RULES = ("outside", "trending", "two_of_three", "shifted")
IMPROVING, CONCERNING, COMMON_CAUSE, NO_DIRECTION = "improving", "concerning", "common cause", "no direction"
MEETS, MISSES, HIT_OR_MISS = "consistently meets", "consistently misses", "hit or miss"


def xmr(values: Numbers, *, screen: bool = True, rebase: Sequence[int] = ()) -> pd.DataFrame:
    """XmR chart of one series: limits from the mean moving range and the four rules of "Making Data Count".

    values: n numbers in time order, any unit. screen: leave moving ranges of 3.267 means or more out of their mean.
    rebase: 0-based first positions of new periods; limits and rules start afresh there.
    Returns n rows: value, centre, lower, upper, near_lower, near_upper in the unit of values; outside, trending,
    two_of_three, shifted, signal as booleans. Limits are not clipped. A period of one point has NaN limits.
    `.attrs["short_periods"]`: first positions of periods with fewer than 13 points.
    ValueError: values not finite; rebase outside the series.
    Source: NHSRplotthedots (NHS-R community); Wheeler, Understanding Variation, 1993; screening: Nelson 1982.
    """
    checked = inputs.series("values", values)
    starts = _period_starts(rebase, checked.size)
    lengths = np.diff([*starts, checked.size])
    filled = np.arange(lengths.max()) < lengths[:, None]
    periods = np.full(filled.shape, np.nan)
    periods[filled] = checked
    judged = xmr_matrix(periods, screen=screen)
    points = pd.DataFrame({name: column[filled] for name, column in judged.items() if name != "direction"})
    points.attrs["short_periods"] = [
        start for start, length in zip(starts, lengths, strict=True) if length < ENOUGH
    ]
    return points


def _period_starts(rebase: Sequence[int], points: int) -> list[int]:
    """First positions of all periods, the first one's 0 included."""
    positions = [int(position) for position in rebase]
    if any(not 0 <= position < points for position in positions):
        raise ValueError(f"rebase must hold positions from 0 to {points - 1}, not {positions}")
    return sorted({0, *positions})


def xmr_matrix(values: Numbers, *, screen: bool = True) -> dict[str, npt.NDArray[Any]]:
    """The XmR rules on many series at once, one series a row, no Python loop per series.

    values: series x points, NaN = missing or padding, left out as if the series were shorter.
    Returns the columns of `xmr` as arrays of the same shape, and "direction": +1 or -1 where a signal points up or
    down (a trend by its slope, other rules by the side of the mean), 0 without a signal. Limits are repeated along
    the row; flags are false where the value is missing.
    """
    matrix = np.atleast_2d(inputs.as_floats("values", values))
    order = np.argsort(np.isnan(matrix), axis=1, kind="stable")
    packed = np.take_along_axis(matrix, order, axis=1)
    limits = _xmr_limits(packed, screen)
    rules = xmr_rules(packed, limits)
    judged: dict[str, npt.NDArray[Any]] = {"value": matrix}
    judged |= {name: np.broadcast_to(limit, matrix.shape) for name, limit in limits.items()}
    for name, found in rules.items():
        judged[name] = np.empty_like(found)
        np.put_along_axis(judged[name], order, found, axis=1)
    return judged


def _xmr_limits(packed: Floats, screen: bool) -> dict[str, Floats]:
    """Centre and limits of each row as columns of shape (series, 1); missing values stand at the end of a row."""
    centre = _row_mean(packed, ~np.isnan(packed))
    ranges = np.abs(np.diff(packed, axis=1))
    mean_range = _row_mean(ranges, ~np.isnan(ranges))
    if screen:
        kept = (ranges < SCREEN * mean_range) | (ranges == 0)
        mean_range = _row_mean(ranges, kept)
    return {
        "centre": centre,
        "lower": centre - LIMIT * mean_range,
        "upper": centre + LIMIT * mean_range,
        "near_lower": centre - NEAR_LIMIT * mean_range,
        "near_upper": centre + NEAR_LIMIT * mean_range,
    }


def _row_mean(matrix: Floats, where: Flags) -> Floats:
    """Mean of each row over the marked cells, shape (series, 1); NaN where none is marked."""
    number = where.sum(axis=1, keepdims=True)
    total = np.where(where, matrix, 0.0).sum(axis=1, keepdims=True)
    mean = np.full(total.shape, np.nan)
    np.divide(total, number, out=mean, where=number > 0)
    return mean


def xmr_rules(packed: Floats, limits: dict[str, Floats]) -> dict[str, npt.NDArray[Any]]:
    """The four XmR rules against limits that are given: each rule, signal and direction, for each point.

    packed: series x points, missing ones (NaN) at the end of a row. limits: centre, lower, upper, near_lower and
    near_upper, of that shape or one column a row.
    """
    rounding = ROUNDING * np.where(np.isnan(packed), 0.0, np.abs(packed)).max(
        axis=1, keepdims=True, initial=0
    )
    side = _side(packed - limits["centre"], rounding)
    outside = (packed - limits["upper"] > rounding) | (limits["lower"] - packed > rounding)
    near = (packed - limits["near_upper"] > rounding) | (limits["near_lower"] - packed > rounding)
    steps = np.sign(np.diff(packed, axis=1, prepend=packed[:, :1]))
    rising, falling = _trend_members(steps == 1), _trend_members(steps == -1)
    step = np.where(rising == falling, steps, np.where(rising, 1.0, -1.0))
    found = {
        "outside": outside,
        "trending": rising | falling,
        "two_of_three": _two_of_three(near & ~outside, side),
        "shifted": _run_members(side == 1, RUN) | _run_members(side == -1, RUN),
    }
    signal = np.logical_or.reduce(list(found.values()))
    return found | {"signal": signal, "direction": _direction(side, step, **found)}


def _side(deviation: Floats, rounding: Floats | float) -> Floats:
    """+1 above the centre line, -1 below, 0 on it or missing; a difference within rounding is none."""
    return np.where(np.abs(deviation) > rounding, np.sign(deviation), 0.0)


def _windows(cells: npt.NDArray[Any], length: int) -> npt.NDArray[Any]:
    """Each `length` successive columns, shape (series, windows, length); no window where a row is shorter."""
    if cells.shape[1] < length:
        return np.empty((cells.shape[0], 0, length), dtype=cells.dtype)
    return np.lib.stride_tricks.sliding_window_view(cells, length, axis=1)


def _members(windows: Flags, length: int, points: int) -> Flags:
    """Marks every point of the marked windows of `length` points; shape (series, points)."""
    marked = np.zeros((windows.shape[0], points), dtype=bool)
    for offset in range(length if windows.shape[1] else 0):
        marked[:, offset : offset + windows.shape[1]] |= windows
    return marked


def _run_members(flags: Flags, length: int) -> Flags:
    """Marks every member of a run of `length` or more true flags."""
    windows: Flags = np.asarray(_windows(flags, length).all(axis=-1))
    return _members(windows, length, flags.shape[1])


def _trend_members(steps: Flags) -> Flags:
    """Marks every point of a run of 7 that goes one way: 6 steps, and the point that the first step leaves."""
    reached = _run_members(steps, RUN - 1)
    left = np.zeros_like(reached)
    left[:, :-1] = reached[:, 1:]
    return reached | left


def _two_of_three(qualifying: Flags, side: Floats) -> Flags:
    """Qualifying points of three successive ones on one side of the mean, of which two or more qualify."""
    sides = _windows(side, 3)
    one_side = (sides == 1).all(axis=-1) | (sides == -1).all(axis=-1)
    windows = one_side & (_windows(qualifying, 3).sum(axis=-1) >= 2)
    return _members(windows, 3, qualifying.shape[1]) & qualifying


def _direction(
    side: Floats, step: Floats, *, outside: Flags, trending: Flags, two_of_three: Flags, shifted: Flags
) -> npt.NDArray[np.int8]:
    """Direction of the first rule that fires: a trend's is its step, the others' the side of the mean."""
    found = np.select([outside, trending, two_of_three | shifted], [side, step, side], default=0.0)
    return found.astype(np.int8)


def variation(points: pd.DataFrame, improves: str | None) -> str:
    """The variation icon of the newest point of an `xmr` result.

    improves: "up", "down", or None where neither way is better.
    Returns "improving", "concerning", "common cause" (no rule fires) or "no direction" (a signal, improves None).
    ValueError: points empty; improves unknown. Source: NHSRplotthedots, "Making Data Count".
    """
    inputs.direction(improves)
    if points.empty:
        raise ValueError("points must hold at least one point")
    newest = points[["value", "centre", *RULES]].tail(2)
    value, centre = newest["value"].to_numpy(float), newest["centre"].to_numpy(float)
    rounding = ROUNDING * float(np.abs(points["value"].to_numpy(float)).max())
    flags = {rule: newest[rule].to_numpy(bool)[-1:] for rule in RULES}
    side = _side(value[-1:] - centre[-1:], rounding)
    found = int(_direction(side, np.sign(value[-1:] - value[:1]), **flags)[0])
    return variation_of(found, improves) if np.any(list(flags.values())) else COMMON_CAUSE


def variation_of(direction: int, improves: str | None) -> str:
    """The icon of a signal's direction: +1 or -1 as `xmr_matrix` gives it, 0 for no signal."""
    if not direction:
        return COMMON_CAUSE
    if inputs.direction(improves) is None:
        return NO_DIRECTION
    return IMPROVING if (direction > 0) == (improves == "up") else CONCERNING


def assurance(points: pd.DataFrame, target: float | None, improves: str | None) -> str | None:
    """The assurance icon: will the process as it runs now meet its target?

    points: an `xmr` result, of which the newest limits count. target: in the unit of the values.
    Returns "consistently meets" or "consistently misses" where the target lies strictly outside the limits, else
    "hit or miss"; None when improves or target is None.
    ValueError: points empty; target not finite; improves unknown. Source: NHSRplotthedots, "Making Data Count".
    """
    if inputs.direction(improves) is None or target is None:
        return None
    if points.empty:
        raise ValueError("points must hold at least one point")
    wanted = inputs.number("target", target)
    lower, upper = float(points["lower"].iloc[-1]), float(points["upper"].iloc[-1])
    if wanted > upper:
        return MISSES if improves == "up" else MEETS
    if wanted < lower:
        return MEETS if improves == "up" else MISSES
    return HIT_OR_MISS


def p_chart(events: Numbers, trials: Numbers, *, prime: bool = False) -> pd.DataFrame:
    """Chart of proportions: pooled proportion and three-sigma limits that follow the trials of each point.

    events, trials: n counts each. prime: Laney's p', which widens sigma by the variation between the points.
    Returns n rows: value, centre, lower, upper as shares (limits clipped to 0...1), outside as boolean.
    `.attrs["sigma_z"]`: Laney's factor, neither screened nor floored; 1.0 when prime is False.
    ValueError: NaN, negative, events above trials, zero trials, unequal lengths.
    Source: Montgomery, Introduction to Statistical Quality Control, ch. 7; Laney 2002, Quality Engineering 14.
    """
    happened, tried = inputs.events_of_trials(events, trials)
    centre = happened.sum() / tried.sum()
    sigma = np.sqrt(centre * (1 - centre) / tried)
    return _attribute_chart(happened / tried, centre, sigma, prime, highest=1.0)


def u_chart(events: Numbers, exposure: Numbers, *, prime: bool = False) -> pd.DataFrame:
    """Chart of rates: pooled rate and three-sigma limits that follow the exposure of each point.

    events: n counts; exposure: n amounts above zero. prime: Laney's u'.
    Returns n rows: value, centre, lower, upper in events per unit of exposure (lower clipped at 0), outside.
    `.attrs["sigma_z"]` as in `p_chart`. ValueError: NaN, negative, zero exposure, unequal lengths.
    Source: Montgomery, ch. 7; Laney 2002.
    """
    happened, exposed = inputs.events_of_exposure(events, exposure)
    centre = happened.sum() / exposed.sum()
    return _attribute_chart(happened / exposed, centre, np.sqrt(centre / exposed), prime)


def c_chart(events: Numbers) -> pd.DataFrame:
    """Chart of counts over equal exposure: mean count and three-sigma limits.

    events: n counts. Returns n rows: value, centre, lower, upper in events (lower clipped at 0), outside.
    `.attrs["sigma_z"]` is 1.0. ValueError: NaN or negative. Source: Montgomery, ch. 7.
    """
    happened = inputs.counts("events", events)
    inputs.same_length(events=happened)
    centre = happened.mean()
    return _attribute_chart(happened, centre, np.full(happened.size, np.sqrt(centre)), prime=False)


def _attribute_chart(
    value: Floats, centre: float, sigma: Floats, prime: bool, highest: float = np.inf
) -> pd.DataFrame:
    """Limits at three sigma around the centre, sigma widened by Laney's factor where prime is set."""
    sigma_z = _laney_sigma(value, centre, sigma) if prime else 1.0
    points = pd.DataFrame({"value": value, "centre": centre})
    points["lower"] = np.clip(centre - 3 * sigma * sigma_z, 0.0, highest)
    points["upper"] = np.clip(centre + 3 * sigma * sigma_z, 0.0, highest)
    rounding = ROUNDING * np.abs(value).max()
    points["outside"] = (value - points["upper"] > rounding) | (points["lower"] - value > rounding)
    points.attrs["sigma_z"] = sigma_z
    return points


def _laney_sigma(value: Floats, centre: float, sigma: Floats) -> float:
    """Mean moving range of the z-scores over 1.128; NaN for a single point, 0 where sigma is 0."""
    if value.size < 2:
        return float("nan")
    z = np.divide(value - centre, sigma, out=np.zeros_like(value), where=sigma > 0)
    return float(np.abs(np.diff(z)).mean() / RANGE_TO_SIGMA)


def runs(values: Numbers, centre: Numbers) -> pd.DataFrame:
    """Anhøj's runs analysis: a shift shows as an unusually long run or unusually few crossings.

    values: n numbers in time order; centre: the centre line, one number or n.
    Returns one row: useful (points off the centre line), longest_run, longest_limit, crossings, crossings_limit,
    signal (longest run above its limit or crossings below theirs). All 0 and no signal without a useful point.
    ValueError: NaN, unequal lengths. Source: qicharts2; Anhøj & Olesen 2014, PLoS ONE 9(11);
    limits round(log2 n) + 3, half to even (Schilling 2012), and the 5 % binomial quantile (Chen 2010).
    """
    checked, line = inputs.series("values", values), inputs.series("centre", centre)
    if line.size != 1:
        inputs.same_length(values=checked, centre=line)
    side = _side(checked - line, ROUNDING * np.abs(checked).max(initial=0))
    side = side[side != 0]
    turns = np.flatnonzero(np.diff(side))
    useful, crossings = side.size, turns.size
    longest = int(np.diff([-1, *turns, useful - 1]).max()) if useful else 0
    longest_limit = round(float(np.log2(useful))) + 3 if useful else 0
    crossings_limit = int(stats.binom.ppf(0.05, useful - 1, 0.5)) if useful else 0
    row = {
        "useful": useful,
        "longest_run": longest,
        "longest_limit": longest_limit,
        "crossings": crossings,
        "crossings_limit": crossings_limit,
        "signal": longest > longest_limit or crossings < crossings_limit,
    }
    return pd.DataFrame([row])


def cusum(values: Numbers, target: float, k: float, h: float) -> pd.DataFrame:
    """Tabular CUSUM: small lasting shifts add up until they pass the decision interval.

    values: n numbers in time order; target: the level in control; k: reference value (half the shift to find);
    h: decision interval; all in the unit of values.
    Returns n rows: value, high, low (both 0 or more), signal (either strictly above h). There is no reset.
    ValueError: NaN. Source: Page 1954; Montgomery, ch. 9.
    """
    checked = inputs.series("values", values)
    level, slack = inputs.number("target", target), inputs.number("k", k)
    high, low = _cumulated(checked - level - slack), _cumulated(level - slack - checked)
    return _cusum_points(checked, high, low, inputs.number("h", h))


def poisson_cusum(counts: Numbers, in_control: float, out_of_control: float, h: float) -> pd.DataFrame:
    """CUSUM for counts of rare events, with the reference value of the likelihood ratio.

    counts: n counts over equal exposure; in_control, out_of_control: mean counts above zero; h: decision interval.
    Returns n rows as `cusum`; only the side towards out_of_control is used, the other is 0.
    `.attrs["k"]`: (out - in) / ln(out / in), in events.
    ValueError: NaN or negative counts, means not above zero or equal. Source: Lucas 1985, Technometrics 27.
    """
    checked = inputs.counts("counts", counts)
    usual = float(inputs.positive("in_control", in_control)[0])
    shifted = float(inputs.positive("out_of_control", out_of_control)[0])
    if usual == shifted:
        raise ValueError("out_of_control must differ from in_control")
    k = (shifted - usual) / float(np.log(shifted / usual))
    unused = np.zeros_like(checked)
    high, low = (_cumulated(checked - k), unused) if shifted > usual else (unused, _cumulated(k - checked))
    points = _cusum_points(checked, high, low, inputs.number("h", h))
    points.attrs["k"] = k
    return points


def _cumulated(steps: Floats) -> Floats:
    """Running sum that never falls below zero, along the last axis."""
    sums = np.empty_like(steps)
    reached = np.zeros(steps.shape[:-1])
    for position in range(steps.shape[-1]):
        reached = np.maximum(0.0, steps[..., position] + reached)
        sums[..., position] = reached
    return sums


def _cusum_points(value: Floats, high: Floats, low: Floats, h: float) -> pd.DataFrame:
    """The columns of both CUSUMs; a sum within rounding of h is not above it."""
    rounding = ROUNDING * max(abs(h), float(np.abs(value).max(initial=0)))
    signal = np.maximum(high, low) - h > rounding
    return pd.DataFrame({"value": value, "high": high, "low": low, "signal": signal})
