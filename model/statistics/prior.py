"""Prior: what is known of a unit before its own numbers, fitted to all units that are like it.

Two parameters of a beta distribution of shares or of a gamma distribution of rates. What is made of it for one unit is
said in comparison.py, whose `fit_beta` and `fit_gamma` these are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import optimize, special

from model.statistics import inputs
from model.statistics.inputs import Floats, Numbers

LEAST_SIZE = 1e-4
"""The smallest prior that is searched for, over one trial or the exposure of one event: however much is known of each
unit, units that differ widely have a prior worth less than one of their records."""
LARGEST_SIZE = 1e8
"""The largest prior that is searched for (pseudo-trials or pseudo-exposure over the mean one)."""
FARTHEST = 10.0
"""The location of a prior is searched for this far around the pooled one, on the scale of logits or logarithms."""
AS_GOOD_AS_ALIKE = 1e4
"""From this size (over the mean one) on, a prior says that all units are alike."""

Prior = tuple[float, float]
Likelihood = Callable[[Floats], tuple[float, Floats]]
"""Location and logarithm of the size → the negative log likelihood and its slope."""


def fit_beta(events: Numbers, trials: Numbers) -> Prior:
    """Beta prior of the units' proportions by marginal (beta-binomial) maximum likelihood: (alpha, beta).

    events, trials: one count a unit. Where the units vary no more than chance, and no prior is likelier than none at
    all, it is worth as much as the pooled data: their events and non-events, at least half a one each.
    ValueError: NaN, negative, events above trials, zero trials, unequal lengths.
    Source: Skellam 1948; Robinson, Introduction to Empirical Bayes, 2017; boundary test: Tarone 1979.
    """
    happened, tried = inputs.events_of_trials(events, trials)
    pooled = happened.sum() / tried.sum()
    alike = max(float(happened.sum()), 0.5), max(float((tried - happened).sum()), 0.5)
    if not 0 < pooled < 1:
        return alike

    def negative(parameters: Floats) -> tuple[float, Floats]:
        mean, size = special.expit(parameters[0]), np.exp(parameters[1])
        a, b = mean * size, (1 - mean) * size
        likelihood = (special.betaln(happened + a, tried - happened + b) - special.betaln(a, b)).sum()
        shared = special.digamma(size) - special.digamma(tried + size)
        by_a = (special.digamma(happened + a) - special.digamma(a) + shared).sum()
        by_b = (special.digamma(tried - happened + b) - special.digamma(b) + shared).sum()
        slope = np.array([size * mean * (1 - mean) * (by_a - by_b), a * by_a + b * by_b])
        return -float(likelihood), -slope

    without = float((happened * np.log(pooled) + (tried - happened) * np.log1p(-pooled)).sum())
    varies = _binomial_excess(happened, tried, pooled) > 0
    share, typical = (happened / tried).mean(), float(tried.mean())
    excess = (happened / tried).var() - (share * (1 - share) / tried).mean()
    one = min(1.0, typical)
    size = share * (1 - share) / excess if excess > 0 else one
    starts = (float(special.logit(pooled)), typical), (float(special.logit(share)), size)
    found = _maximum(negative, starts, one, None if varies else without)
    if found is None:
        return alike
    mean, size = float(special.expit(found[0])), found[1]
    return mean * size, (1 - mean) * size


def fit_gamma(events: Numbers, exposure: Numbers) -> Prior:
    """Gamma prior of the units' rates by marginal (negative binomial) maximum likelihood: (shape, rate).

    events: one count a unit; exposure: above zero; the rate is in units of exposure. Where the units vary no more
    than chance, and no prior is likelier than none at all, it is worth as much as the pooled data: their events (at
    least half a one) and exposure.
    ValueError: NaN, negative, zero exposure, unequal lengths.
    Source: Clayton & Kaldor 1987, Biometrics 43; boundary test: Dean & Lawless 1989.
    """
    happened, exposed = inputs.events_of_exposure(events, exposure)
    pooled = happened.sum() / exposed.sum()
    alike = max(float(happened.sum()), 0.5), float(exposed.sum())
    if not pooled:
        return alike

    def negative(parameters: Floats) -> tuple[float, Floats]:
        mean, rate = np.exp(parameters)
        shape = mean * rate
        scale = np.log1p(exposed / rate)
        gammas = special.gammaln(happened + shape) - special.gammaln(shape)
        likelihood = (gammas - shape * scale - happened * np.log(rate + exposed)).sum()
        by_shape = (special.digamma(happened + shape) - special.digamma(shape) - scale).sum()
        by_rate = ((mean * exposed - happened) / (rate + exposed)).sum()
        return -float(likelihood), -np.array([shape * by_shape, shape * by_shape + rate * by_rate])

    without = float((happened * np.log(pooled) - exposed * pooled).sum())
    varies = _poisson_excess(happened, exposed, pooled) > 0
    rate, typical = (happened / exposed).mean(), float(exposed.mean())
    excess = (happened / exposed).var() - (rate / exposed).mean()
    one = min(1 / float(pooled), typical)
    size = rate / excess if excess > 0 else one
    starts = (float(np.log(pooled)), typical), (float(np.log(rate)), size)
    found = _maximum(negative, starts, one, None if varies else without)
    if found is None:
        return alike
    return float(np.exp(found[0])) * found[1], found[1]


def _binomial_excess(events: Floats, trials: Floats, pooled: float) -> float:
    """Slope of the beta-binomial likelihood at "all units alike": above zero where they vary more than chance."""
    failures = trials - events
    pairs = events * (events - 1) / pooled + failures * (failures - 1) / (1 - pooled) - trials * (trials - 1)
    return _beyond_rounding(pairs, trials * (trials - 1))


def _poisson_excess(events: Floats, exposure: Floats, pooled: float) -> float:
    """Slope of the negative binomial likelihood at "all units alike"."""
    pairs = events * (events - 1) / pooled - 2 * events * exposure + pooled * exposure**2
    return _beyond_rounding(pairs, events * exposure)


def _beyond_rounding(terms: Floats, scale: Floats) -> float:
    """The sum of the terms, 0 where it is no more than the rounding of numbers of this scale."""
    total = float(terms.sum())
    return total if abs(total) > 1e-12 * float(scale.sum()) else 0.0


def _maximum(
    negative: Likelihood, starts: Sequence[tuple[float, float]], one: float, without: float | None
) -> tuple[float, float] | None:
    """Location and prior size of the highest likelihood, searched on a log scale of sizes.

    starts: the pooled location with the typical size of these units, then that of which each unit tells alike: beyond
    one very large unit, no slope leads back. one: the size of one trial, or the exposure of one event. without: the
    likelihood of units that are all alike, where that is the highest far out; None is returned unless a prior beats
    it. What is nearly that far out is no better than it but for rounding.
    """
    pooled, typical = starts[0]
    smallest, largest = np.log(one * LEAST_SIZE), np.log(typical * LARGEST_SIZE)
    tried = [np.array([place, np.log(size)]) for place, size in starts]
    found = optimize.minimize(
        negative,
        min(tried, key=lambda parameters: negative(parameters)[0]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(pooled - FARTHEST, pooled + FARTHEST), (smallest, largest)],
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 1000},
    )
    if without is not None and (found.x[1] > np.log(typical * AS_GOOD_AS_ALIKE) or not -found.fun > without):
        return None
    polished = optimize.root(lambda parameters: negative(parameters)[1], found.x, tol=1e-12)
    near = polished.success and np.abs(polished.x - found.x).max() < 0.01
    best = polished.x if near else found.x
    return float(best[0]), float(np.exp(best[1]))
