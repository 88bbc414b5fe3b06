"""Composite portrait: several indicators in one number, with what is needed to doubt it.

Goalposts are fixed, so no unit's score moves because another unit changed; a weak dimension is not bought off; a rank
is only ever given as a range. These functions must not decide which indicators count, how heavy they are, or where
goalposts stand: that is declared. Missing is NaN and never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from model.statistics import inputs
from model.statistics.inputs import Floats, Numbers

Counts = npt.NDArray[np.intp]
FULL_SCORE = 100.0
ROUNDING = 1e-12
"""A share of weight this little under the declared one is rounding."""
_DRAWS_AT_ONCE = 64
"""Ranked together: more would only hold more, and leave the processor's cache."""


def goalposts(values: Numbers, floor: Numbers, target: Numbers) -> Floats:
    """Scores of 0 at the floor to 100 at the target, clipped; floor above target means that lower is better.

    values: any shape, NaN = missing stays NaN; floor, target: numbers, or arrays that broadcast to values (one an
    indicator), all in the unit of values. Returns scores of the same shape.
    ValueError: floor or target not finite, or equal. Source: UNDP, Human Development Report; COINr (fixed goalposts).
    """
    points = inputs.as_floats("values", values)
    zero, full = inputs.as_floats("floor", floor), inputs.as_floats("target", target)
    for name, post in (("floor", zero), ("target", full)):
        if not np.isfinite(post).all():
            raise ValueError(f"{name} must not hold NaN or infinity")
    if np.any(zero == full):
        raise ValueError("target must differ from floor")
    return np.asarray(np.clip((points - zero) / (full - zero), 0.0, 1.0) * FULL_SCORE, dtype=np.float64)


def weighted_mean(scores: Numbers, weights: Numbers, *, min_share: float = 0) -> Floats:
    """Weighted arithmetic mean of the scores present, weights renormalised over them.

    scores: indicators, or units x indicators (or more leading axes, as draws); NaN = missing. weights: one an
    indicator, or of a shape that broadcasts to scores. min_share: share of the weight that must be present.
    Returns one mean a row (0-dimensional for 1-D scores); NaN where less is present, or nothing.
    ValueError: scores infinite; weights NaN, negative, all zero or not as many as indicators; min_share not in 0...1.
    Source: OECD/JRC, Handbook on Constructing Composite Indicators, 2008; COINr (data availability threshold).
    """
    points, heavy = _checked(scores, weights)
    return weighted_mean_of(np.moveaxis(points, -1, 0), np.moveaxis(heavy, -1, 0), min_share=min_share)


def geometric_mean(scores: Numbers, weights: Numbers, *, min_share: float = 0) -> Floats:
    """Weighted geometric mean of the scores present: a weak one is not bought off by a strong one.

    Arguments, missing values and shapes as `weighted_mean`; scores must be above zero.
    ValueError: as `weighted_mean`; scores zero or negative. Source: OECD/JRC 2008; UNDP since 2010; COINr.
    """
    points = inputs.as_floats("scores", scores)
    if (points <= 0).any():
        raise ValueError("scores must be above zero for a geometric mean")
    return np.asarray(np.exp(weighted_mean(np.log(points), weights, min_share=min_share)), dtype=np.float64)


def weighted_mean_of(indicators: Iterable[Floats], weights: Floats, *, min_share: float = 0) -> Floats:
    """What `weighted_mean` gives, of scores that come indicator by indicator, so that no more than one is held.

    indicators: arrays of shapes that broadcast to the result's; weights: one or more an indicator, on a leading axis.
    """
    least = inputs.number("min_share", min_share)
    if not 0 <= least <= 1:
        raise ValueError(f"min_share must lie in 0...1, not {least}")
    total, present = np.zeros(()), np.zeros(())
    for points, heavy in zip(indicators, weights, strict=True):
        is_there = ~np.isnan(points)
        if not is_there.all():
            points, heavy = np.where(is_there, points, 0.0), np.where(is_there, heavy, 0.0)
        total, present = total + points * heavy, present + heavy
    share = present / weights.sum(axis=0)
    enough = (share > 0) & (share >= least - ROUNDING)
    means = np.full(np.broadcast_shapes(total.shape, present.shape), np.nan)
    np.divide(total, present, out=means, where=enough)
    return means


def _checked(scores: Numbers, weights: Numbers) -> tuple[Floats, Floats]:
    """Scores and weights as arrays, indicators on the last axis; ValueError for what no mean can be taken of."""
    points, heavy = np.atleast_1d(inputs.as_floats("scores", scores)), inputs.as_floats("weights", weights)
    if np.isinf(points).any():
        raise ValueError("scores must not hold infinity")
    if heavy.ndim < 1 or heavy.shape[-1] != points.shape[-1]:
        raise ValueError(f"weights must be {points.shape[-1]}, one an indicator, not of shape {heavy.shape}")
    if not (np.isfinite(heavy).all() and (heavy >= 0).all() and (heavy.sum(axis=-1) > 0).all()):
        raise ValueError("weights must be numbers of 0 or more, not all 0")
    return points, heavy


def quantiles(draws: Floats, shares: Sequence[float]) -> Floats:
    """Linear (type 7) quantiles along the last axis of what is there, one result a share; NaN where nothing is.

    What numpy's nanquantile gives, by one sort in the place of a search for each row and share.
    """
    ordered = np.sort(draws, axis=-1)
    last = (~np.isnan(draws)).sum(axis=-1) - 1
    found = []
    for share in shares:
        place = np.maximum(last, 0) * inputs.fraction("shares", share)
        before = np.floor(place).astype(np.intp)[..., None]
        low, high = (
            np.take_along_axis(ordered, np.minimum(one, np.maximum(last, 0)[..., None]), axis=-1)[..., 0]
            for one in (before, before + 1)
        )
        found.append(low + (high - low) * (place - before[..., 0]))
    return np.stack(found)


def rank_range(scores_by_draw: Numbers) -> pd.DataFrame:
    """Best and worst rank of each unit over all draws: the only form in which a rank is ever shown.

    scores_by_draw: draws x units, higher is better; NaN = no score, left out of that draw's ranks.
    Returns a row a unit: best, worst (1 = highest; equal scores share the better rank); NaN for a unit without any
    score. ValueError: not two-dimensional, no draw, infinite.
    Source: Goldstein & Spiegelhalter 1996; Saisana, Saltelli & Tarantola 2005.
    """
    draws = inputs.as_floats("scores_by_draw", scores_by_draw)
    if draws.ndim != 2 or not draws.shape[0] or np.isinf(draws).any():
        raise ValueError("scores_by_draw must be finite, draws x units, at least one draw")
    best, worst = best_and_worst(draws)
    if worst.all():
        return pd.DataFrame({"best": best, "worst": worst})
    return pd.DataFrame(
        {name: np.where(worst > 0, one, np.nan) for name, one in (("best", best), ("worst", worst))}
    )


def best_and_worst(draws: Floats) -> tuple[Counts, Counts]:
    """What `rank_range` tells as two arrays, of draws that it would take; worst is 0 where a unit has no score."""
    units = draws.shape[1]
    best, worst = np.full(units, units + 1), np.zeros(units, dtype=np.int64)
    for start in range(0, len(draws), _DRAWS_AT_ONCE):
        some = np.ascontiguousarray(draws[start : start + _DRAWS_AT_ONCE])
        ranks, is_missing = _ranks(some), np.isnan(some)
        best = np.minimum(best, np.where(is_missing, units + 1, ranks).min(axis=0))
        worst = np.maximum(worst, np.where(is_missing, 0, ranks).max(axis=0))
    return best, worst


def _ranks(draws: Floats) -> Counts:
    """The rank of each unit in each draw, 1 = highest, equal scores share the better one; what is missing comes last.

    What scipy's rankdata gives by "min", without the stable order that takes it several times as long.
    """
    order = np.argsort(-draws, axis=1)
    ordered = np.take_along_axis(draws, order, axis=1)
    is_lower = np.ones(draws.shape, dtype=bool)
    is_lower[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    place = np.maximum.accumulate(np.where(is_lower, np.arange(1, draws.shape[1] + 1), 0), axis=1)
    ranks = np.empty_like(place)
    np.put_along_axis(ranks, order, place, axis=1)
    return ranks
