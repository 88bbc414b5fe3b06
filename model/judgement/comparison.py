"""Comparison: each unit of an indicator beside units of its kind, over the shortest window that holds enough.

A family is one indicator, one kind of unit and one month; false discoveries are held down within it. What is neither
good nor bad is compared, but never put into an order. Units with too little are shown as such and judged by nobody.
This module must not know thresholds: they are declared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from model.indicators import DeclarationError, Indicator
from model.judgement.declaration import ComparisonRules
from model.judgement.series import Columns, Series, ratio
from model.statistics import comparison as fair
from model.statistics.inputs import Flags, Floats
from model.statistics.prior import fit_beta

Judged = dict[str, Any]
"""Columns of a family, or one value for all of it."""
SPREADLESS = 1e-12
"""An error this small is rounding: units that are all alike."""
PRIOR = ("prior_first", "prior_second")
COLUMNS = (
    "estimate", "estimate_lower", "estimate_upper", "lower95", "upper95", "lower998", "upper998",
    "exact_lower95", "exact_upper95", "exact_lower998", "exact_upper998", "p", "adjusted", "usual",
    *PRIOR,
)  # fmt: skip


@dataclass(frozen=True)
class Window:
    """What each subject holds over its own window; `is_enough` where that reaches the minimum."""

    months: Floats
    numerator: Floats
    denominator: Floats
    observations: Floats
    is_enough: Flags

    @property
    def value(self) -> Floats:
        """Numerator over denominator where there is enough."""
        return np.where(self.is_enough, ratio(self.numerator, self.denominator), np.nan)


def window(series: Series, lengths: Sequence[int]) -> Window:
    """The shortest window of each subject that reaches the minimum; the longest where none does.

    DeclarationError where a proportion counts more than it counts them of.
    """
    found: Window | None = None
    for length in reversed(lengths):
        numerator, denominator, observations = series.over(length)
        enough = (observations >= series.item.minimum_denominator) & ~np.isnan(numerator)
        candidate = Window(np.full(enough.shape, float(length)), numerator, denominator, observations, enough)
        found = candidate if found is None else _shorter(found, candidate)
    assert found is not None
    if series.counts_events:
        _check_parts(series, found)
    return found


def _check_parts(series: Series, held: Window) -> None:
    """DeclarationError for the first subject with more events than things that they could be among."""
    item, names = series.item, series.subjects["subject_id"]
    for at in np.flatnonzero(held.is_enough & (held.numerator > held.denominator))[:1]:
        raise DeclarationError(
            f"{item.file}: [{item.id}] numerator: it counts {held.numerator[at]:.0f} of {names[at]} in the"
            f" {held.months[at]:.0f} month(s) until {series.months[-1]}, the denominator {held.denominator[at]:.0f}:"
            " the numerator of a proportion counts some of what its denominator counts; anything else is a rate"
        )


def _shorter(longer: Window, shorter: Window) -> Window:
    """The shorter window where it holds enough, or where the longer one does not and holds no more."""
    take = shorter.is_enough | (~longer.is_enough & (shorter.observations == longer.observations))
    return Window(*(np.where(take, getattr(shorter, name), getattr(longer, name)) for name in
                    ("months", "numerator", "denominator", "observations", "is_enough")))  # fmt: skip


def compare(
    series: Series, lengths: Sequence[int], rules: ComparisonRules, *, is_brief: bool = False
) -> Columns:
    """A row a subject: its window, value, estimate, funnel limits, p and adjusted p within its kind.

    is_brief: without estimates and limits, where only alerts are asked for.
    """
    held = window(series, lengths)
    value, kinds = held.value, series.subjects["kind"]
    judged = {name: np.full(value.shape, np.nan) for name in COLUMNS}
    for kind in sorted(set(kinds)):
        members = np.flatnonzero((kinds == kind) & ~np.isnan(value))
        if members.size >= rules.least_units:
            for name, column in _family(series, held, members, rules, is_brief).items():
                judged[name][members] = column
    _lend_prior(judged, kinds)
    of_window = replace(series, numerator=held.numerator, denominator=held.denominator)
    return series.subjects | judged | {
        "value": value, "outside": _outside(value, judged), "window_months": held.months,
        "sample_size": held.observations, "evidence": of_window.evidence,
    }  # fmt: skip


def priors(series: Series, held: Window, rules: ComparisonRules) -> Columns:
    """What is known of each kind's shares: two parameters a subject, NaN where nothing is or they are no shares."""
    value, kinds = held.value, series.subjects["kind"]
    found = {name: np.full(value.shape, np.nan) for name in PRIOR}
    for kind in sorted(set(kinds)) if series.counts_events else ():
        members = np.flatnonzero((kinds == kind) & ~np.isnan(value))
        if members.size >= rules.least_units:
            pair = fit_beta(held.numerator[members], held.denominator[members])
            for name, parameter in zip(PRIOR, pair, strict=True):
                found[name][members] = parameter
    _lend_prior(found, kinds)
    return found


def _lend_prior(judged: Columns, kinds: npt.NDArray[Any]) -> None:
    """All of a kind take what is known of it; kinds of too few units that of the kind with the most."""
    has_prior = ~np.isnan(judged["prior_first"])
    if not has_prior.any():
        return
    names, lenders, counts = np.unique(kinds[has_prior].astype(str), return_index=True, return_counts=True)
    place = dict(zip(names, np.flatnonzero(has_prior)[lenders], strict=True))
    lender = np.array([place.get(kind, place[names[counts.argmax()]]) for kind in kinds], dtype=np.intp)
    for name in PRIOR:
        judged[name] = judged[name][lender]


def _family(
    series: Series, held: Window, members: npt.NDArray[np.intp], rules: ComparisonRules, is_brief: bool
) -> Judged:
    """The judgement of one family: the subjects at these places."""
    x, n, weight = held.numerator[members], held.denominator[members], held.observations[members]
    judged: Judged = {}
    if series.counts_events:
        p = _binomial_tails(x, n, series.item)
        judged = {} if is_brief else _proportions(x, n, rules)
    elif series.counts_rates:
        p = _poisson_tails(x, n, series.item)
        judged = {} if is_brief else _rates(x, n, rules)
    else:
        judged, p = {"estimate": x / n}, _mean_tails(x / n, weight, _scatter(series, members), series.item)
    return judged | {
        "usual": x.sum() / n.sum(),
        "p": p,
        "adjusted": stats.false_discovery_control(p, method="bh"),
    }


def _proportions(events: Floats, trials: Floats, rules: ComparisonRules) -> Judged:
    return _columns(
        fair.beta_binomial(events, trials), _both_funnels(fair.proportion_funnel, events, trials, rules)
    )


def _rates(events: Floats, exposure: Floats, rules: ComparisonRules) -> Judged:
    """As proportions; the funnel's ratios around the pooled rate are put back on the scale of the rate."""
    shrunken, pooled = fair.gamma_poisson(events, exposure), events.sum() / exposure.sum()
    if not pooled:
        return _columns(shrunken, [])
    return _columns(shrunken, _both_funnels(fair.ratio_funnel, events, exposure * pooled, rules), pooled)


def _both_funnels(
    funnel: Callable[..., pd.DataFrame], first: Floats, second: Floats, rules: ComparisonRules
) -> list[pd.DataFrame]:
    """The funnel widened by what units differ beyond chance, and that of chance alone: one where they are the same."""
    wide = funnel(first, second, winsorise=rules.winsorise)
    return [wide, funnel(first, second, overdispersed=False) if wide.attrs["tau2"] > 0 else wide]


def _columns(shrunken: pd.DataFrame, limits: list[pd.DataFrame], scale: float = 1.0) -> Judged:
    prior = shrunken.attrs["prior"]
    judged: Judged = {
        "prior_first": prior[0],
        "prior_second": prior[1],
        "estimate": shrunken["estimate"].to_numpy(),
    }
    judged |= {f"estimate_{side}": shrunken[side].to_numpy() for side in ("lower", "upper")}
    for prefix, found in zip(("", "exact_"), limits, strict=False):
        for name in ("lower95", "upper95", "lower998", "upper998"):
            judged[prefix + name] = found[name].to_numpy() * scale
    return judged


def _binomial_tails(events: Floats, trials: Floats, item: Indicator) -> Floats:
    """The exact chance of as many adverse events or more, were the family's events dealt out blindly among its trials.

    Conditioned on the family's total, so that one bad unit does not hide in a target that it has moved itself.
    """
    adverse = trials - events if item.direction == "higher" else events
    held = (trials.sum(), adverse.sum(), trials)
    return _tails(stats.hypergeom.sf(adverse - 1, *held), stats.hypergeom.cdf(adverse, *held), item)


def _poisson_tails(events: Floats, exposure: Floats, item: Indicator) -> Floats:
    """The same for events over an exposure: given the total, each unit's count is binomial."""
    held = (events.sum(), exposure / exposure.sum())
    return _tails(stats.binom.sf(events - 1, *held), stats.binom.cdf(events, *held), item)


def _scatter(series: Series, members: npt.NDArray[np.intp]) -> float:
    """The variance of one observation, by how much the means of units change from month to month; 0 of stocks.

    A month's mean of n observations has an n-th of it: the difference of two months tells it apart from what units
    differ by, and a single odd record among few weighs as what it is.
    """
    if series.item.series != "flow":
        return 0.0
    value, observations = series.value[members], series.observations[members]
    share = 1 / np.where(observations > 0, observations, np.nan)
    found = np.diff(value, axis=1) ** 2 / (share[:, 1:] + share[:, :-1])
    return float(np.nanmean(found)) if np.isfinite(found).any() else 0.0


def _mean_tails(value: Floats, observations: Floats, scatter: float, item: Indicator) -> Floats:
    """For means: the chance to lie as far from the others, by what is most cautious.

    Whether units differ alike, or small ones scatter more, is not known; and where they happen to agree, nobody stands
    out by less than what the records of a unit make of its mean by themselves.
    """
    p = [_by_spread(value, weight, item) for weight in (np.ones(value.size), observations)]
    if scatter:
        mean, rest = _of_others(value, observations)
        z = (value - mean) / np.sqrt(scatter * (1 / observations + 1 / rest))
        p.append(_directed(stats.norm.sf(z), stats.norm.cdf(z), item))
    return np.asarray(np.max(p, axis=0))


def _of_others(value: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Of each unit: the weighted mean of all others, and their weight."""
    rest = weight.sum() - weight
    return ((weight * value).sum() - weight * value) / rest, rest


def _by_spread(value: Floats, weight: Floats, item: Indicator) -> Floats:
    """Tails of each unit beside the weighted mean and spread of all others, which is only estimated (t)."""
    others, (mean, rest) = value.size - 1, _of_others(value, weight)
    square = ((weight * value**2).sum() - weight * value**2) - rest * mean**2
    error = np.sqrt(np.maximum(square, 0.0) / (others - 1) * (1 / weight + 1 / rest))
    distance = np.where(np.isclose(value, mean), 0.0, np.copysign(np.inf, value - mean))
    np.divide(value - mean, error, out=distance, where=error > SPREADLESS)
    return _directed(stats.t.sf(distance, others - 1), stats.t.cdf(distance, others - 1), item)


def _directed(above: Floats, below: Floats, item: Indicator) -> Floats:
    """The chances to lie above and below as one, by which of the two is worse."""
    return _tails(below, above, item) if item.direction == "higher" else _tails(above, below, item)


def _tails(worse: Floats, better: Floats, item: Indicator) -> Floats:
    """The tail that speaks against a unit; both where neither way is bad."""
    p = np.minimum(1.0, 2 * np.minimum(worse, better)) if item.direction == "none" else worse
    return np.asarray(np.clip(p, 0.0, 1.0))


def _outside(value: Floats, judged: Columns) -> npt.NDArray[np.object_]:
    """Which funnel limit a value lies beyond, the widest first: high998, low998, high95, low95, or None."""
    conditions = [
        value > judged["upper998"], value < judged["lower998"],
        value > judged["upper95"], value < judged["lower95"],
    ]  # fmt: skip
    names = np.array(["high998", "low998", "high95", "low95", None], dtype=object)
    return np.asarray(names[np.select(conditions, [0, 1, 2, 3], default=4)])
