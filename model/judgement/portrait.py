"""Portrait: the scored indicators of a unit as four dimensions and one overall, with all that is needed to doubt it.

Goalposts are fixed, so a unit's score moves only when its own numbers do; what is known of units of its kind only
steadies its interval. What is neither good nor bad never enters. A rank is only ever a range. This module must not
know weights or thresholds: they are declared.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt

from model.indicators import Indicator
from model.judgement.declaration import PortraitRules
from model.judgement.series import Columns
from model.statistics import composite
from model.statistics.inputs import Flags, Floats

OVERALL = "overall"
UNITS_AT_ONCE = 128
POSTERIORS_KEPT = 50_000
"""Counts whose draws are kept until `forget`: month ends and kinds of subjects share most of them."""


@dataclass(frozen=True)
class Table:
    """Units of one kind and the scored indicators of that kind: values and counts, units x indicators, NaN = missing.

    `trials` is NaN where a value is no share of counted things: then it has no interval of its own. `prior`: the two
    parameters of what is known of units of this kind, on a leading axis; NaN where nothing is.
    """

    units: list[str]
    indicators: list[Indicator]
    value: Floats
    events: Floats
    trials: Floats
    prior: Floats
    window: Floats

    @property
    def goalposts(self) -> tuple[Floats, Floats]:
        """Floor and target of each indicator."""
        floors = [item.floor if item.floor is not None else np.nan for item in self.indicators]
        targets = [item.target if item.target is not None else np.nan for item in self.indicators]
        return np.array(floors, dtype=np.float64), np.array(targets, dtype=np.float64)


@dataclass(frozen=True)
class Weights:
    """The declared weights as arrays: of each indicator, and of each dimension; and which indicator is in which."""

    indicator: Floats
    dimension: Floats
    members: list[list[int]]


def is_scored(item: Indicator) -> bool:
    """True for what may enter a portrait."""
    return item.scored and item.direction != "none" and item.floor is not None and item.target is not None


def portraits(table: Table, dimensions: list[str], rules: PortraitRules) -> Columns:
    """A row a unit and dimension, and one for the overall: score, interval, rank range and coverage."""
    weights = _weights(table, dimensions, rules)
    scores = composite.goalposts(table.value, *table.goalposts).T
    by_dimension = _dimension_scores(scores.__getitem__, weights.indicator, weights, rules)
    covered = ~np.isnan(scores)
    coverage = [_coverage(covered[one], weights.indicator[one]) for one in weights.members]
    coverage.append(_coverage(covered, weights.indicator))
    overall = _overall(by_dimension, weights.dimension, rules, geometric=True)
    overall = np.where(coverage[-1] >= rules.coverage_share, overall, np.nan)
    drawn = _draws(table, weights, rules, ~np.isnan(overall))
    columns, names = [*by_dimension, overall], [*dimensions, OVERALL]
    parts = [_rows(table, *of_one, rules) for of_one in zip(names, columns, drawn, coverage, strict=True)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def movers(table: Table, dimensions: list[str], rules: PortraitRules) -> Columns:
    """The indicators that take most from each unit's overall: `points_lost` is what full marks in one would add."""
    weights = _weights(table, dimensions, rules)
    scores = composite.goalposts(table.value, *table.goalposts)
    raised = np.repeat(scores.T[:, None], len(table.indicators), axis=1)
    for place in range(len(table.indicators)):
        raised[place, place] = np.where(np.isnan(scores[:, place]), np.nan, composite.FULL_SCORE)
    lost = (_whole(raised, weights, rules) - _whole(scores.T, weights, rules)).T
    lost = np.where(np.isnan(lost), 0.0, lost)
    order = np.argsort(-lost, axis=1, kind="stable")[:, : rules.movers]
    unit, turn = np.nonzero(np.take_along_axis(lost, order, axis=1) > 0)
    chosen = order[unit, turn]
    return {
        "subject_id": np.array(table.units, dtype=object)[unit],
        "dimension": np.array([item.dimension for item in table.indicators], dtype=object)[chosen],
        "indicator_id": np.array([item.id for item in table.indicators], dtype=object)[chosen],
        "place": turn + 1, "value": table.value[unit, chosen], "score": scores[unit, chosen],
        "points_lost": lost[unit, chosen],
    }  # fmt: skip


def _whole(scores: Floats, weights: Weights, rules: PortraitRules) -> Floats:
    """The overall of indicator scores, indicators first."""
    by_dimension = _dimension_scores(scores.__getitem__, weights.indicator, weights, rules)
    return _overall(by_dimension, weights.dimension, rules, geometric=True)


def _weights(table: Table, dimensions: list[str], rules: PortraitRules) -> Weights:
    members = [
        [i for i, item in enumerate(table.indicators) if item.dimension == name] for name in dimensions
    ]
    return Weights(
        np.array([rules.weight(item.id) for item in table.indicators], dtype=np.float64),
        np.array([rules.dimension_weight[name] for name in dimensions], dtype=np.float64),
        members,
    )


def _coverage(covered: Flags, weight: Floats) -> Floats:
    """The share of the weight that is present, one a unit."""
    total = weight.sum()
    return np.asarray(weight @ covered / total if total else np.zeros(covered.shape[1]))


def _dimension_scores(
    score: Callable[[int], Floats], weight: Floats, weights: Weights, rules: PortraitRules
) -> Floats:
    """Weighted means of the indicators of each dimension, dimensions first.

    score: the scores of an indicator, by its place. weight: one an indicator, or indicators x draws.
    """
    found = []
    for members in weights.members:
        mean = np.array(np.nan)
        if members:
            mean = composite.weighted_mean_of(
                map(score, members), weight[members], min_share=rules.coverage_share
            )
        found.append(np.maximum(mean, rules.least_dimension_score))
    return np.stack(np.broadcast_arrays(*found))


def _overall(by_dimension: Floats, weight: Floats, rules: PortraitRules, geometric: bool) -> Floats:
    mean = composite.geometric_mean if geometric else composite.weighted_mean
    return mean(_last(by_dimension), _last(weight), min_share=rules.coverage_share)


def _last(array: Floats) -> Floats:
    """The first axis as the last one, which means are taken over; the numbers stay where they are."""
    return np.moveaxis(array, 0, -1)


def _draws(table: Table, weights: Weights, rules: PortraitRules, has_overall: Flags) -> Floats:
    """Scores under doubt, (dimensions and overall) x units x draws: counts, weights and aggregation vary together.

    Half of the draws are geometric.
    """
    common = np.random.default_rng(rules.seed)
    spread = 1 - rules.weight_spread, 1 + rules.weight_spread
    by_indicator = weights.indicator[:, None] * common.uniform(*spread, (weights.indicator.size, rules.draws))
    by_dimension = weights.dimension[:, None] * common.uniform(*spread, (weights.dimension.size, rules.draws))
    found = np.full((weights.dimension.size + 1, len(table.units), rules.draws), np.nan)
    halves = (True, slice(rules.draws // 2)), (False, slice(rules.draws // 2, None))
    scores = _drawn(table, rules)
    for start in range(0, len(table.units), UNITS_AT_ONCE):
        some = slice(start, start + UNITS_AT_ONCE)
        dimension = _dimension_scores(partial(scores, some), by_indicator, weights, rules)
        found[:-1, some] = dimension
        for is_geometric, half in halves if has_overall[some].any() else ():
            drawn = _overall(dimension[..., half], by_dimension[:, half], rules, is_geometric)
            found[-1, some, half] = np.where(has_overall[some, None], drawn, np.nan)
    return found


def _drawn(table: Table, rules: PortraitRules) -> Callable[[slice, int], Floats]:
    """Scores that the counts of some units allow in one indicator, units x draws, whoever stands beside them.

    One column for an indicator that counts nothing. Each unit takes the draws in an order of its own.
    """
    fixed = composite.goalposts(table.value, *table.goalposts)
    order = np.stack([_order(rules.seed, rules.draws, name) for name in table.units])
    counted = ~np.isnan(table.trials) & ~np.isnan(table.value)
    columns = np.flatnonzero(counted.any(axis=0)).tolist()
    allowed = {column: _allowed(table, column, counted[:, column], rules) for column in columns}

    def scores(some: slice, column: int) -> Floats:
        if column not in allowed:
            return fixed[some, column, None]
        drawn, place = allowed[column]
        mine = drawn.take(place[some, None] * rules.draws + order[some])
        return np.where(counted[some, column, None], mine, fixed[some, column, None])

    return scores


def _allowed(
    table: Table, column: int, counted: Flags, rules: PortraitRules
) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Scores that the counts of an indicator allow, a row for each two of them, and the row of each unit.

    Equal counts allow equal values, drawn once. counted: the units that have counts; the others' row says nothing.
    """
    first, second = np.where(np.isnan(table.prior[:, :, column]), 0.5, table.prior[:, :, column])
    happened = table.events[:, column] + first
    missed = table.trials[:, column] - table.events[:, column] + second
    counts, row = np.unique(happened[counted] + 1j * missed[counted], return_inverse=True)
    name = table.indicators[column].id
    drawn = [_posterior(rules.seed, rules.draws, name, one.real, one.imag) for one in counts.tolist()]
    place = np.zeros(counted.shape, dtype=np.intp)
    place[counted] = row
    return composite.goalposts(drawn, *(post[column] for post in table.goalposts)), place


@lru_cache(maxsize=POSTERIORS_KEPT)
def _posterior(seed: int, draws: int, indicator: str, happened: float, missed: float) -> Floats:
    """Draws of a share, from random numbers that are those of an indicator and its counts."""
    own = np.random.default_rng([seed, zlib.crc32(f"{indicator} {happened:.9g} {missed:.9g}".encode())])
    return own.beta(happened, missed, draws)


@lru_cache(maxsize=POSTERIORS_KEPT)
def _order(seed: int, draws: int, unit: str) -> npt.NDArray[np.intp]:
    """The order in which a unit takes what its counts allow: its own, so that no two units vary together."""
    return np.random.default_rng([seed, zlib.crc32(unit.encode())]).permutation(draws)


def forget() -> None:
    """Give the draws back: a hundred megabytes that a process which goes on has no use for."""
    _posterior.cache_clear()
    _order.cache_clear()


def _rows(
    table: Table, name: str, score: Floats, drawn: Floats, coverage: Floats, rules: PortraitRules
) -> Columns:
    """One dimension's rows. An interval always holds its score, also where that stands at a goalpost."""
    tail = (1 - rules.interval) / 2
    has_score = ~np.isnan(score)
    lower, upper, best, worst = np.full((4, *score.shape), np.nan)
    if has_score.any():
        told = drawn[has_score]
        lower[has_score], upper[has_score] = composite.quantiles(told, [tail, 1 - tail])
        ranks = composite.best_and_worst(told.T)
        best[has_score], worst[has_score] = np.where(ranks[1] > 0, ranks, np.nan)
    state = np.select([has_score, coverage > 0], [0, 1], default=2)
    return {
        "subject_id": np.array(table.units, dtype=object), "dimension": np.full(score.shape, name, dtype=object),
        "score": score, "score_lower": np.minimum(lower, score), "score_upper": np.maximum(upper, score),
        "rank_low": best, "rank_high": worst,
        "coverage": coverage, "window_months": np.nanmax(np.nan_to_num(table.window, nan=1.0), axis=1),
        "state": np.array(["value", "suppressed", "no_data"], dtype=object)[state],
    }  # fmt: skip
