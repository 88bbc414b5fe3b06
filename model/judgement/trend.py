"""Trend: each subject of an indicator against its own past, all subjects at once.

The newest months are held against limits from the months before them, so that a change cannot hide in its own limits.
Which chart is chosen by what the indicator counts and by how much there is of it:

    p_prime, u_prime  proportions and rates with enough events a month (Laney)
    cusum             the same where events are rare: the odds of each month add up until they are no longer chance
    xmr               means, shares and all else

Months that overlap (a rolling year, a state at the month's end) are no independent points: they have no limits, and no
rule speaks on them. This module must not know thresholds: they are declared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.indicators import Indicator
from model.judgement.declaration import TrendRules
from model.judgement.series import Series
from model.statistics import trend as charts
from model.statistics.inputs import Flags, Floats

IMPROVES = {"higher": "up", "lower": "down", "none": None}
ROUNDING = 1e-9
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Points:
    """The judged points, subjects x months. `signal` names the first rule that fires, `direction` where it points.

    is_judged: where rules looked.
    """

    value: Floats
    centre: Floats
    lower: Floats
    upper: Floats
    signal: Texts
    direction: npt.NDArray[np.int8]
    chart: Texts
    is_judged: Flags


def judge(series: Series, rules: TrendRules) -> Points:
    """The points of all subjects of an indicator. A month in progress has limits, but no part in any rule."""
    points = _empty(series)
    base = _baseline(series, rules)
    usable = base & (series.observations >= series.item.minimum_denominator)
    is_individual = np.ones(len(series.value), dtype=bool)
    if series.counts_events or series.counts_rates:
        is_large = _is_large(series, base, rules)
        is_individual = ~is_large & (series.item.series != "flow")
        _merge(points, _attribute(series, base), is_large)
        _merge(points, _cusum(series, base, rules), ~is_large & ~is_individual)
    _merge(points, _individual(series, usable), is_individual)
    months = np.where(is_individual, usable.sum(axis=1), base.sum(axis=1))
    _silence(points, series, months >= rules.least_baseline_points)
    return points


def variation(points: Points, item: Indicator) -> Texts:
    """The variation icon of each point that rules looked at; None elsewhere: not even that it is as usual."""
    names = {step: charts.variation_of(step, IMPROVES[item.direction]) for step in (-1, 0, 1)}
    icons = np.array([names[-1], names[0], names[1]], dtype=object)[points.direction + 1]
    icons[~points.is_judged | np.isnan(points.centre)] = None
    return icons


def assurance(points: Points, direction: str, target: float | None) -> Texts:
    """The assurance icon of each point: where the target lies against its limits; None without target or limits.

    Limits that promise what the point itself belies no longer describe the process: nothing is consistent there.
    """
    none = np.full(points.value.shape, None, dtype=object)
    if target is None or direction == "none":
        return none
    above, below = points.lower - target > ROUNDING, target - points.upper > ROUNDING
    better = points.value - target if direction == "higher" else target - points.value
    is_missed, is_met = better < -ROUNDING, better >= -ROUNDING
    good, bad = (above, below) if direction == "higher" else (below, above)
    good, bad = good & ~is_missed, bad & ~is_met
    icons = np.array([charts.MEETS, charts.MISSES, charts.HIT_OR_MISS], dtype=object)
    return np.where(np.isnan(points.lower), none, icons[np.select([good, bad], [0, 1], default=2)])


def _empty(series: Series) -> Points:
    shape = series.value.shape
    centre, lower, upper = (np.full(shape, np.nan) for _ in range(3))
    signal, chart = (np.full(shape, None, dtype=object) for _ in range(2))
    direction, is_judged = np.zeros(shape, dtype=np.int8), np.zeros(shape, dtype=bool)
    return Points(series.value, centre, lower, upper, signal, direction, chart, is_judged)


def _merge(points: Points, found: Points, rows: Flags) -> None:
    for name in ("centre", "lower", "upper", "signal", "direction", "chart", "is_judged"):
        getattr(points, name)[rows] = getattr(found, name)[rows]


def _silence(points: Points, series: Series, is_enough: Flags) -> None:
    """No limits where the past is too short or months overlap; no signal there, nor in a month in progress."""
    is_judged = is_enough & (series.item.series == "flow")
    for limit in (points.centre, points.lower, points.upper):
        limit[~is_judged] = np.nan
    points.is_judged[~is_judged] = False
    points.signal[~points.is_judged] = None
    points.direction[~points.is_judged] = 0


def _baseline(series: Series, rules: TrendRules) -> Flags:
    """The months of each subject that limits come from: complete ones with a value, the newest held out."""
    complete = series.complete
    last = complete - min(rules.held_out_months, max(1, complete - rules.least_baseline_points))
    months = np.arange(series.months.size)
    chosen = (months < last) & (months >= last - rules.baseline_months)
    return np.asarray(chosen[None, :] & ~np.isnan(series.value))


def _is_large(series: Series, base: Flags, rules: TrendRules) -> Flags:
    """Where a usual month holds enough events, and of proportions enough non-events."""
    months = np.maximum(base.sum(axis=1), 1)
    events = np.where(base, series.numerator, 0.0).sum(axis=1)
    least = events
    if series.counts_events:
        least = np.minimum(events, np.where(base, series.denominator, 0.0).sum(axis=1) - events)
    return np.asarray(least / months >= rules.least_expected)


def _attribute(series: Series, base: Flags) -> Points:
    """p' and u' charts: pooled centre, three sigma, widened by how much months vary beyond chance."""
    events, trials = (np.where(base, part, 0.0).sum(axis=1, keepdims=True)
                      for part in (series.numerator, series.denominator))  # fmt: skip
    centre = np.divide(events, trials, out=np.full_like(events, np.nan), where=trials > 0)
    spread = centre * (1 - centre) if series.counts_events else centre
    sigma = np.sqrt(np.divide(spread, series.denominator, out=np.full_like(series.value, np.nan),
                              where=series.denominator > 0))  # fmt: skip
    sigma *= _laney(np.divide(series.value - centre, sigma, out=np.zeros_like(sigma), where=sigma > 0), base)
    highest = 1.0 if series.counts_events else np.inf
    limits = {
        "centre": np.broadcast_to(centre, sigma.shape),
        "lower": np.clip(centre - 3 * sigma, 0.0, highest),
        "upper": np.clip(centre + 3 * sigma, 0.0, highest),
        "near_lower": centre - 2 * sigma,
        "near_upper": centre + 2 * sigma,
    }
    return _ruled(_enough(series), limits, "p_prime" if series.counts_events else "u_prime")


def _laney(z: Floats, base: Flags) -> Floats:
    """Mean moving range of each row's z-scores over its baseline, over 1.128, shape (subjects, 1)."""
    _, packed = _packed(np.where(base, z, np.nan))
    ranges = np.abs(np.diff(packed, axis=1))
    number = (~np.isnan(ranges)).sum(axis=1, keepdims=True)
    total = np.nansum(ranges, axis=1, keepdims=True)
    factor = np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)
    return np.asarray(factor / charts.RANGE_TO_SIGMA)


def _individual(series: Series, usable: Flags) -> Points:
    """XmR: the mean and moving ranges of the months of the baseline with enough observations; others take no part."""
    value = _enough(series)
    known = charts.xmr_matrix(np.where(usable, value, np.nan))
    names = ("centre", "lower", "upper", "near_lower", "near_upper")
    return _ruled(value, {name: np.array(known[name]) for name in names}, "xmr")


def _finished(series: Series) -> Floats:
    """The values of the months that are complete."""
    return np.where(np.arange(series.months.size) < series.complete, series.value, np.nan)


def _enough(series: Series) -> Floats:
    """The same with enough observations in them: one event of a small month is no sign of a change."""
    is_enough = series.observations >= series.item.minimum_denominator
    return np.where(is_enough, _finished(series), np.nan)


def _packed(matrix: Floats) -> tuple[npt.NDArray[np.intp], Floats]:
    """Each row with its missing points at the end, and the order that does so."""
    order = np.argsort(np.isnan(matrix), axis=1, kind="stable")
    return order, np.take_along_axis(matrix, order, axis=1)


def _ruled(value: Floats, limits: dict[str, Floats], chart: str) -> Points:
    """The four rules of "Making Data Count" against limits that are given."""
    order, packed = _packed(value)
    moved = {name: np.take_along_axis(limit, order, axis=1) for name, limit in limits.items()}
    found = charts.xmr_rules(packed, moved)
    signal = np.full(value.shape, None, dtype=object)
    for rule in reversed(charts.RULES):
        signal[found[rule]] = rule
    back = np.argsort(order, axis=1)
    direction = np.where(found["signal"], found["direction"], 0).astype(np.int8)
    return Points(
        value,
        np.array(limits["centre"]),
        np.array(limits["lower"]),
        np.array(limits["upper"]),
        np.take_along_axis(signal, back, axis=1),
        np.take_along_axis(direction, back, axis=1),
        np.full(value.shape, chart, dtype=object),
        ~np.isnan(value),
    )


def _cusum(series: Series, base: Flags, rules: TrendRules) -> Points:
    """Log odds of "worse by the declared ratio" against "as usual", added up month by month; afresh after a signal.

    The limit of a month is the value at which the sum would reach the decision interval (Steiner et al. 2000).
    """
    usual = _usual(series, base, rules)
    adverse, trials = np.nan_to_num(series.adverse), np.nan_to_num(series.denominator)
    weight, interval = np.log(rules.odds_ratio), -np.log(rules.false_signal)
    more = (rules.odds_ratio - 1) * usual
    slack = trials * (np.log1p(more) if series.counts_events else more)
    signal = np.full(trials.shape, None, dtype=object)
    limit = np.full(trials.shape, np.nan)
    reached = np.zeros(len(trials))
    for month in range(trials.shape[1]):
        limit[:, month] = (interval - reached + slack[:, month]) / weight
        reached = np.maximum(0.0, reached + adverse[:, month] * weight - slack[:, month])
        is_found = reached > interval
        signal[is_found, month] = "cusum"
        reached[is_found] = 0.0
    return _cusum_points(series, usual, limit, signal)


def _usual(series: Series, base: Flags, rules: TrendRules) -> Floats:
    """The usual share or rate of adverse events of each subject, drawn to that of its like, shape (subjects, 1)."""
    events, trials = (np.where(base, part, 0.0).sum(axis=1) for part in (series.adverse, series.denominator))
    _, kind = np.unique(series.subjects["kind"].astype(str), return_inverse=True)
    pooled = (np.bincount(kind, events) + 0.5) / (np.bincount(kind, trials) + 1.0)
    share = (events + rules.prior_events) / (trials + rules.prior_events / pooled[kind])
    return np.asarray(share[:, None])


def _cusum_points(series: Series, usual: Floats, limit: Floats, signal: Texts) -> Points:
    trials = np.where(series.denominator > 0, series.denominator, np.nan)
    share = np.maximum(limit / trials, usual)
    is_up = series.item.direction != "higher"
    centre = np.broadcast_to(usual if is_up else 1 - usual, share.shape)
    highest = 1.0 if series.counts_events else np.inf
    edge = np.clip(share if is_up else 1 - share, 0.0, highest)
    other = np.full(share.shape, 0.0 if is_up else 1.0)
    lower, upper = (other, edge) if is_up else (edge, other)
    direction = np.where(signal == "cusum", 1 if is_up else -1, 0).astype(np.int8)
    chart = np.full(share.shape, "cusum", dtype=object)
    is_judged = ~np.isnan(_finished(series))
    return Points(series.value, np.array(centre), lower, upper, signal, direction, chart, is_judged)
