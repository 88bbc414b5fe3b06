"""Portrait: the scored indicators of a unit as four dimensions and one overall, with all that is needed to doubt it.

Goalposts are fixed, so a unit's score moves only when its own numbers do; what is known of units of its kind only
steadies its interval. What is neither good nor bad never enters. A rank is only ever a range. This module must not
know weights or thresholds: they are declared.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from model.indicators import Indicator
from model.judgement.declaration import PortraitRules
from model.judgement.series import Columns
from model.statistics import composite
from model.statistics.inputs import Flags, Floats

OVERALL = "overall"
UNITS_AT_ONCE = 64
Result = TypeVar("Result")


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
    scores = composite.goalposts(table.value, *table.goalposts)
    by_dimension = _dimension_scores(scores, weights.indicator, weights, rules)
    covered = ~np.isnan(scores)
    coverage = [_coverage(covered[:, one], weights.indicator[one]) for one in weights.members]
    coverage.append(_coverage(covered, weights.indicator))
    overall = _overall(by_dimension, weights.dimension, rules, geometric=True)
    overall = np.where(coverage[-1] >= rules.coverage_share, overall, np.nan)
    drawn = _draws(table, weights, rules, ~np.isnan(overall))
    columns = [*by_dimension.T, overall]
    names = [*dimensions, OVERALL]
    parts = _at_once(
        lambda place: _rows(table, names[place], columns[place], drawn[:, :, place], coverage[place], rules),
        range(len(names)),
    )
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def movers(table: Table, dimensions: list[str], rules: PortraitRules) -> Columns:
    """The indicators that take most from each unit's overall: `points_lost` is what full marks in one would add."""
    weights = _weights(table, dimensions, rules)
    scores = composite.goalposts(table.value, *table.goalposts)
    raised = np.repeat(scores[None], len(table.indicators), axis=0)
    for place in range(len(table.indicators)):
        raised[place, :, place] = np.where(np.isnan(scores[:, place]), np.nan, composite.FULL_SCORE)
    lost = (_whole(raised, weights, rules) - _whole(scores, weights, rules)).T
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
    """The overall of indicator scores."""
    by_dimension = _dimension_scores(scores, weights.indicator, weights, rules)
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


def _coverage(covered: Floats, weight: Floats) -> Floats:
    """The share of the weight that is present, one a unit."""
    total = weight.sum()
    return np.asarray((covered * weight).sum(axis=-1) / total if total else np.zeros(covered.shape[0]))


def _dimension_scores(scores: Floats, weight: Floats, weights: Weights, rules: PortraitRules) -> Floats:
    """Weighted means of the indicators of each dimension, along the last axis; weight broadcasts to the scores."""
    found = []
    for members in weights.members:
        if members:
            mean = composite.weighted_mean(scores[..., members], weight[..., members],
                                           min_share=rules.coverage_share)  # fmt: skip
            found.append(np.maximum(mean, rules.least_dimension_score))
        else:
            found.append(np.full(scores.shape[:-1], np.nan))
    return np.stack(found, axis=-1)


def _overall(by_dimension: Floats, weight: Floats, rules: PortraitRules, geometric: bool) -> Floats:
    mean = composite.geometric_mean if geometric else composite.weighted_mean
    return mean(by_dimension, weight, min_share=rules.coverage_share)


def _draws(table: Table, weights: Weights, rules: PortraitRules, has_overall: Flags) -> Floats:
    """Scores under doubt, draws x units x (dimensions and overall): counts, weights and aggregation vary together.

    Every other draw is geometric; the random numbers of a unit are its own, whoever stands beside it.
    """
    common = np.random.default_rng(rules.seed)
    spread = 1 - rules.weight_spread, 1 + rules.weight_spread
    by_indicator = weights.indicator * common.uniform(*spread, (rules.draws, weights.indicator.size))
    by_dimension = weights.dimension * common.uniform(*spread, (rules.draws, weights.dimension.size))
    found = np.full((len(table.units), rules.draws, weights.dimension.size + 1), np.nan)

    def draw(start: int) -> None:
        some = slice(start, min(start + UNITS_AT_ONCE, len(table.units)))
        values = np.stack([_values(table, place, rules) for place in range(some.start, some.stop)])
        dimension = _dimension_scores(
            composite.goalposts(values, *table.goalposts), by_indicator, weights, rules
        )
        found[some, :, :-1] = dimension
        mean = [_overall(dimension[:, kind::2], by_dimension[kind::2], rules, not kind) for kind in (0, 1)]
        for kind, drawn in enumerate(mean):
            found[some, kind::2, -1] = np.where(has_overall[some, None], drawn, np.nan)

    _at_once(draw, range(0, len(table.units), UNITS_AT_ONCE))
    return np.asarray(found.transpose(1, 0, 2))


def _at_once(function: Callable[[Any], Result], given: Iterable[Any]) -> list[Result]:
    """What a function gives for each, two at a time: arrays and random numbers leave the other processor free."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(function, given))


def _values(table: Table, place: int, rules: PortraitRules) -> Floats:
    """Values that the unit's own counts allow, draws x indicators, from random numbers of its own."""
    own = np.random.default_rng([rules.seed, zlib.crc32(table.units[place].encode())])
    events, trials = table.events[place], table.trials[place]
    is_counted = ~np.isnan(trials) & ~np.isnan(table.value[place])
    values = np.repeat(table.value[place][None, :], rules.draws, axis=0)
    first, second = np.where(
        np.isnan(table.prior[:, place, is_counted]), 0.5, table.prior[:, place, is_counted]
    )
    happened, missed = events[is_counted] + first, (trials - events)[is_counted] + second
    values[:, is_counted] = own.beta(happened, missed, (rules.draws, int(is_counted.sum())))
    return values


def _rows(
    table: Table, name: str, score: Floats, drawn: Floats, coverage: Floats, rules: PortraitRules
) -> Columns:
    """One dimension's rows. An interval always holds its score, also where that stands at a goalpost."""
    tail = (1 - rules.interval) / 2
    lower, upper = np.full(score.shape, np.nan), np.full(score.shape, np.nan)
    has_score = ~np.isnan(score)
    is_whole = ~np.isnan(drawn).any(axis=0)
    for chosen, quantiles in ((has_score & is_whole, np.quantile), (has_score & ~is_whole, np.nanquantile)):
        if chosen.any():
            lower[chosen], upper[chosen] = quantiles(drawn[:, chosen], [tail, 1 - tail], axis=0)
    ranks = composite.rank_range(np.where(has_score, drawn, np.nan))
    state = np.select([has_score, coverage > 0], [0, 1], default=2)
    return {
        "subject_id": np.array(table.units, dtype=object), "dimension": np.full(score.shape, name, dtype=object),
        "score": score, "score_lower": np.minimum(lower, score), "score_upper": np.maximum(upper, score),
        "rank_low": ranks["best"].to_numpy(float), "rank_high": ranks["worst"].to_numpy(float),
        "coverage": coverage, "window_months": np.nanmax(np.nan_to_num(table.window, nan=1.0), axis=1),
        "state": np.array(["value", "suppressed", "no_data"], dtype=object)[state],
    }  # fmt: skip
