"""Comparison between units: who differs from the others by more than chance, and who is only small.

Raw rates of small units scatter most, so a ranking accuses the small and the unlucky. Funnels say what chance allows
at each size, shrinkage says what is believable of one unit, alerts hold the false discoveries of one declared family
down. Nothing here ranks, and a shrunken estimate must not replace a breach of a rule: one record is one breach.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import special, stats

from model.statistics import inputs
from model.statistics.inputs import Floats, Numbers
from model.statistics.prior import Prior, fit_beta, fit_gamma

COVERAGES = {"95": 0.95, "998": 0.998}
"""Funnel limits by column suffix: two and three standard deviations (Spiegelhalter 2005)."""
Limits = tuple[Floats, Floats]
Kind = Literal["proportion", "rate"]


def proportion_funnel(
    events: Numbers, trials: Numbers, *, overdispersed: bool = True, winsorise: float = 0.1
) -> pd.DataFrame:
    """Funnel of proportions around the pooled one.

    events, trials: one count a unit. overdispersed: widen the limits by the variation between units that chance does
    not explain; where there is none, or False, the limits are exact binomial. winsorise: share of z-scores pulled in
    at each end before that variation is measured.
    Returns a row a unit: value, lower95, upper95, lower998, upper998 as shares (clipped to 0...1), z, outside95,
    outside998 (strictly). `.attrs`: target (pooled share), phi, tau2 (as measured, also when overdispersed is False).
    An exact upper limit lies between two counts, and the higher one passes it although its own tail may be wider:
    of ten trials at 99 %, ten events lie above. A small unit is accused by exact tails (`alerts`), not by a funnel.
    ValueError: NaN, negative, events above trials, zero or broken trials, unequal lengths, winsorise not in [0, 0.5).
    Source: Spiegelhalter 2005, Statistics in Medicine 24; FunnelPlotR (arcsine transformation).
    """
    happened, tried = inputs.events_of_trials(events, trials)
    inputs.whole("trials", tried)
    target = float(happened.sum() / tried.sum())
    value, centre = happened / tried, float(np.arcsin(np.sqrt(target)))
    sigma = 1 / (2 * np.sqrt(tried))
    z = (np.arcsin(np.sqrt(value)) - centre) / sigma
    phi, tau2 = _overdispersion(z, sigma, winsorise)

    def limits(coverage: float) -> Limits:
        if overdispersed and tau2 > 0:
            spread = _normal_quantile(coverage) * np.sqrt(sigma**2 + tau2)
            lower, upper = (np.clip(centre + side * spread, 0, np.pi / 2) for side in (-1, 1))
            return np.sin(lower) ** 2, np.sin(upper) ** 2
        if target in (0.0, 1.0):
            return np.full(tried.size, target), np.full(tried.size, target)
        lower, upper = _binomial_limits(tried, target, coverage)
        return np.clip(lower, 0, 1), np.clip(upper, 0, 1)

    return _funnel(value, z, limits, target=target, phi=phi, tau2=tau2)


def ratio_funnel(
    observed: Numbers, expected: Numbers, *, overdispersed: bool = True, winsorise: float = 0.1
) -> pd.DataFrame:
    """Funnel of observed over expected counts around 1.

    observed: one count a unit; expected: what was expected of it, above zero. Other arguments, columns and `.attrs`
    as `proportion_funnel`, values and limits as ratios (lower at least 0); the exact limits are Poisson.
    ValueError: NaN, negative, zero expected, unequal lengths, winsorise not in [0, 0.5).
    Source: Spiegelhalter 2005; FunnelPlotR (square-root transformation of the Care Quality Commission).
    """
    seen, awaited = inputs.observed_of_expected(observed, expected)
    value, sigma = seen / awaited, 1 / (2 * np.sqrt(awaited))
    z = (np.sqrt(value) - 1) / sigma
    phi, tau2 = _overdispersion(z, sigma, winsorise)

    def limits(coverage: float) -> Limits:
        if overdispersed and tau2 > 0:
            spread = _normal_quantile(coverage) * np.sqrt(sigma**2 + tau2)
            return np.clip(1 - spread, 0, None) ** 2, (1 + spread) ** 2
        return _poisson_limits(awaited, coverage)

    return _funnel(value, z, limits, target=1.0, phi=phi, tau2=tau2)


def _funnel(value: Floats, z: Floats, limits: Callable[[float], Limits], **attributes: float) -> pd.DataFrame:
    """The columns that both funnels share."""
    columns: dict[str, Any] = {"value": value, "z": z}
    for name, coverage in COVERAGES.items():
        columns[f"lower{name}"], columns[f"upper{name}"] = limits(coverage)
    for name in COVERAGES:
        columns[f"outside{name}"] = (value < columns[f"lower{name}"]) | (value > columns[f"upper{name}"])
    units = pd.DataFrame(columns)
    units.attrs.update(attributes)
    return units


def _overdispersion(z: Floats, sigma: Floats, winsorise: float) -> tuple[float, float]:
    """Dispersion ratio of the winsorised z-scores and the variance between units (DerSimonian-Laird moments)."""
    share = inputs.number("winsorise", winsorise)
    if not 0 <= share < 0.5:
        raise ValueError(f"winsorise must lie in [0, 0.5), not {share}")
    low, high = np.quantile(z, [share, 1 - share])
    units, weight = z.size, 1 / sigma**2
    phi = float(np.mean(np.clip(z, low, high) ** 2))
    if units == 1:
        return phi, 0.0
    total = weight.sum()
    tau2 = (units * phi - (units - 1)) / (total - (weight**2).sum() / total)
    return phi, max(0.0, float(tau2))


def _normal_quantile(coverage: float) -> float:
    """Standard deviations on each side that hold the coverage."""
    return float(special.ndtri((1 + coverage) / 2))


def poisson_limits(expected: Numbers, coverage: float) -> pd.DataFrame:
    """Exact Poisson limits of observed over expected.

    expected: counts above zero, one a unit; coverage: 0.95 or another share.
    Returns lower, upper as ratios around 1. ValueError: NaN, negative or zero expected, coverage not in (0, 1).
    Source: chi-square form of the exact Poisson interval (Garwood 1936); FunnelPlotR.
    """
    lower, upper = _poisson_limits(inputs.positive("expected", expected), coverage)
    return pd.DataFrame({"lower": lower, "upper": upper})


def _poisson_limits(awaited: Floats, coverage: float) -> Limits:
    tail = (1 - inputs.fraction("coverage", coverage)) / 2
    lower = stats.chi2.ppf(tail, 2 * awaited) / 2 / awaited
    return lower, stats.chi2.isf(tail, 2 * (awaited + 1)) / 2 / awaited


def binomial_limits(trials: Numbers, proportion: float, coverage: float) -> pd.DataFrame:
    """Exact binomial limits of a proportion, interpolated between counts so that the funnel is smooth.

    trials: whole counts above zero, one a unit; proportion: the target in 0...1; coverage: 0.95 or another share.
    Returns lower, upper as shares, not clipped.
    ValueError: NaN, negative, zero or broken trials; proportion outside 0...1; coverage not in (0, 1).
    Source: Spiegelhalter 2005, appendix.
    """
    tried, target = inputs.whole("trials", trials), inputs.number("proportion", proportion)
    if not 0 <= target <= 1:
        raise ValueError(f"proportion must lie in 0...1, not {target}")
    lower, upper = _binomial_limits(tried, target, coverage)
    return pd.DataFrame({"lower": lower, "upper": upper})


def _binomial_limits(tried: Floats, target: float, coverage: float) -> Limits:
    tail = (1 - inputs.fraction("coverage", coverage)) / 2
    lower, upper = (_interpolated_quantile(q, tried, target) / tried for q in (tail, 1 - tail))
    return lower, upper


def _interpolated_quantile(q: float, trials: Floats, proportion: float) -> Floats:
    """Smallest count r with F(r) >= q, moved back by the share of its step that lies above q."""
    count = stats.binom.ppf(q, trials, proportion)
    above = stats.binom.cdf(count, trials, proportion) - q
    return np.asarray(count - above / stats.binom.pmf(count, trials, proportion), dtype=np.float64)


def beta_binomial(
    events: Numbers, trials: Numbers, prior: Prior | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Shrunken proportion of each unit: posterior mean and equal-tailed interval under a beta prior.

    events, trials: one count a unit; prior: (alpha, beta), fitted to these units when None; level: of the interval.
    Returns estimate, lower, upper as shares; `.attrs["prior"]`.
    ValueError: as `fit_beta`; prior not above zero; level not in (0, 1).
    Source: Robinson, Introduction to Empirical Bayes, 2017; Efron & Morris 1975.
    """
    happened, tried = inputs.events_of_trials(events, trials)
    prior = _checked_prior(prior) if prior is not None else fit_beta(happened, tried)
    return _posterior_rows(stats.beta, (happened + prior[0], tried - happened + prior[1]), prior, level)


def gamma_poisson(
    events: Numbers, exposure: Numbers, prior: Prior | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Shrunken rate of each unit: posterior mean and equal-tailed interval under a gamma prior.

    events: one count a unit; exposure: above zero; prior: (shape, rate), fitted to these units when None.
    Returns estimate, lower, upper in events per unit of exposure; `.attrs["prior"]`.
    ValueError: as `fit_gamma`; prior not above zero; level not in (0, 1).
    Source: Clayton & Kaldor 1987; Gelman et al., Bayesian Data Analysis, section 2.6.
    """
    happened, exposed = inputs.events_of_exposure(events, exposure)
    prior = _checked_prior(prior) if prior is not None else fit_gamma(happened, exposed)
    return _posterior_rows(stats.gamma, (happened + prior[0], 0, 1 / (exposed + prior[1])), prior, level)


def _checked_prior(prior: Prior) -> Prior:
    """Two numbers above zero."""
    pair = inputs.positive("prior", prior)
    if pair.size != 2:
        raise ValueError(f"prior must be two numbers, not {pair.size}")
    return float(pair[0]), float(pair[1])


def _posterior_rows(posterior: Any, held: tuple[Any, ...], prior: Prior, level: float) -> pd.DataFrame:
    """Mean and equal-tailed interval of a posterior distribution that holds these parameters.

    They are given with each question: to freeze a distribution of scipy takes longer than to ask it.
    """
    tail = (1 - inputs.fraction("level", level)) / 2
    units = pd.DataFrame(
        {
            "estimate": posterior.mean(*held),
            "lower": posterior.ppf(tail, *held),
            "upper": posterior.isf(tail, *held),
        }
    )
    units.attrs["prior"] = prior
    return units


def worse_than(
    events: Numbers,
    trials_or_exposure: Numbers,
    target: float,
    improves: str,
    *,
    prior: Prior | None = None,
    kind: Kind = "proportion",
) -> Floats:
    """Posterior probability that a unit's true proportion or rate is worse than the target.

    events: one count a unit; trials_or_exposure: trials for kind "proportion", exposure for "rate"; target: in the
    same unit; improves: "up" (worse is below) or "down" (worse is above); prior: as in `beta_binomial` and
    `gamma_poisson`. Returns one probability a unit.
    ValueError: as those two; target NaN; improves or kind unknown.
    Source: Robinson 2017, chapter on posterior error probabilities.
    """
    wanted = inputs.number("target", target)
    if inputs.direction(improves) is None:
        raise ValueError('improves must be "up" or "down": without a direction nothing is worse')
    if kind == "proportion":
        happened, tried = inputs.events_of_trials(events, trials_or_exposure)
        a, b = _checked_prior(prior) if prior is not None else fit_beta(happened, tried)
        posterior = stats.beta(happened + a, tried - happened + b)
    elif kind == "rate":
        happened, exposed = inputs.events_of_exposure(events, trials_or_exposure)
        shape, rate = _checked_prior(prior) if prior is not None else fit_gamma(happened, exposed)
        posterior = stats.gamma(happened + shape, scale=1 / (exposed + rate))
    else:
        raise ValueError(f'kind must be "proportion" or "rate", not {kind!r}')
    return np.asarray(posterior.cdf(wanted) if improves == "up" else posterior.sf(wanted), dtype=np.float64)


def marshall(events: Numbers, exposure: Numbers) -> Floats:
    """Global empirical Bayes rates by moments: each unit's rate drawn to the pooled one as its exposure is small.

    events: one count a unit; exposure: above zero. Returns one rate a unit of exposure; the pooled rate for all
    where the units vary no more than chance. ValueError: NaN, negative, zero exposure, unequal lengths.
    Source: Marshall 1991, Applied Statistics 40.
    """
    happened, exposed = inputs.events_of_exposure(events, exposure)
    rate, pooled = happened / exposed, happened.sum() / exposed.sum()
    between = (exposed * (rate - pooled) ** 2).sum() / exposed.sum() - pooled / exposed.mean()
    if between <= 0:
        return np.full(rate.size, pooled)
    weight = between / (between + pooled / exposed)
    return np.asarray(pooled + weight * (rate - pooled), dtype=np.float64)


def alerts(observed: Numbers, expected: Numbers, *, q: float = 0.05) -> pd.DataFrame:
    """Which units of one family hold more events than chance explains, at a false discovery rate of q.

    observed: one count a unit; expected: above zero. Call it once a declared family (indicator x level x month).
    Returns p (exact Poisson upper tail, P(X >= observed)), adjusted (Benjamini-Hochberg), alert (adjusted <= q).
    ValueError: NaN, negative, zero expected, unequal lengths, q not in (0, 1).
    Source: Benjamini & Hochberg 1995, Journal of the Royal Statistical Society B 57.
    """
    seen, awaited = inputs.observed_of_expected(observed, expected)
    rate = inputs.fraction("q", q)
    p = stats.poisson.sf(np.ceil(seen) - 1, awaited)
    adjusted = stats.false_discovery_control(p, method="bh")
    return pd.DataFrame({"p": p, "adjusted": adjusted, "alert": adjusted <= rate})
