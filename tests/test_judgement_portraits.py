"""Portraits on small tables: goalposts, intervals, ranks, coverage, and what moves a score."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from model.indicators import catalogue
from model.judgement import portrait, rules
from model.judgement.declaration import PortraitRules

RULES = rules()


def table(value: Any, trials: Any = 100.0) -> portrait.Table:
    items = [catalogue().indicators[name] for name in ("I10", "L2", "L1", "C1", "C9", "L7", "Q1", "Q3")]
    values = np.atleast_2d(np.asarray(value, float))
    counted = np.full(values.shape, trials)
    prior = np.full((2, *values.shape), np.nan)
    units = [f"U{place}" for place in range(len(values))]
    return portrait.Table(units, items, values, values * counted, counted, prior, np.ones(values.shape))


DIMENSIONS = ["officials", "enterprise", "governance", "conduct"]
GOOD = [0.03, 0.97, 0.998, 0.99, 0.999, 0.002, 0.93, 0.9]


def test_a_portrait_has_four_dimensions_an_interval_and_a_rank_range() -> None:
    rows = portrait.portraits(table([GOOD, GOOD]), DIMENSIONS, RULES.portrait)
    assert rows["dimension"].tolist() == [name for name in [*DIMENSIONS, "overall"] for _ in range(2)]
    assert (rows["score_lower"] <= rows["score"]).all() and (rows["score"] <= rows["score_upper"]).all()
    assert (rows["rank_low"] == 1).all() and (rows["rank_high"] == 2).all()
    assert (rows["state"] == "value").all() and (rows["coverage"] == 1).all()


def test_no_score_moves_because_another_unit_changed() -> None:
    worse = [0.3, 0.5, 0.9, 0.5, 0.9, 0.2, 0.3, 0.2]
    alone = portrait.portraits(table([GOOD]), DIMENSIONS, RULES.portrait)
    beside = portrait.portraits(table([GOOD, worse]), DIMENSIONS, RULES.portrait)
    for name in ("score", "score_lower", "score_upper"):
        assert np.array_equal(alone[name], beside[name][::2])


def test_an_interval_is_that_of_the_posterior_and_equal_counts_never_vary_together() -> None:
    only = [0.13, *[np.nan] * 7]
    rules_of_many = replace(RULES.portrait, draws=4000, coverage_share=0.0)
    one = table([only, only])
    rows = portrait.portraits(replace(one, value=one.value[:, :1], events=one.events[:, :1],
                                      trials=one.trials[:, :1], prior=one.prior[..., :1],
                                      window=one.window[:, :1], indicators=one.indicators[:1]),
                              [one.indicators[0].dimension], rules_of_many)  # fmt: skip
    item = one.indicators[0]
    bounds = stats.beta.ppf([0.975, 0.025], 13.5, 87.5)
    expected = np.clip(100 * (bounds - item.floor) / (item.target - item.floor), 0, 100)
    for name, bound in zip(("score_lower", "score_upper"), expected, strict=True):
        assert rows[name][:2] == pytest.approx(bound, abs=2) and rows[name][0] == rows[name][1]
    assert rows["rank_low"][:2].tolist() == [1, 1] and rows["rank_high"][:2].tolist() == [2, 2]


def test_too_little_is_no_score_and_a_weak_dimension_is_not_bought_off() -> None:
    few = [0.03, np.nan, 0.998, np.nan, np.nan, np.nan, np.nan, np.nan]
    weak = [*GOOD[:6], 0.1, 0.1]
    rows = portrait.portraits(table([few, weak]), DIMENSIONS, RULES.portrait)
    assert np.isnan(rows["score"][-2]) and rows["state"][-2] == "suppressed"
    assert rows["score"][-1] < rows["score"][1::2][1:4].mean() * 0.6
    assert rows["score"][1] == RULES.portrait.least_dimension_score


def test_what_moves_a_score_most_is_named() -> None:
    rows = portrait.movers(table([[*GOOD[:1], 0.5, *GOOD[2:]]]), DIMENSIONS, RULES.portrait)
    assert len(rows["indicator_id"]) == RULES.portrait.movers and rows["indicator_id"][0] == "L2"
    assert (np.diff(rows["points_lost"]) <= 0).all() and rows["place"].tolist() == [1, 2, 3]


def test_nothing_neutral_and_nothing_without_goalposts_is_scored() -> None:
    for item in catalogue().indicators.values():
        if portrait.is_scored(item):
            assert item.direction != "none" and item.scored and item.floor is not None


def plainly(one: portrait.Table, asked: PortraitRules) -> np.ndarray:
    """Every dimension and the overall, (dimensions and overall) x units x draws, one number after the other."""
    common = np.random.default_rng(asked.seed)
    spread = 1 - asked.weight_spread, 1 + asked.weight_spread
    heavy = common.uniform(*spread, (len(one.indicators), asked.draws))
    across = common.uniform(*spread, (len(DIMENSIONS), asked.draws))

    def mean(scores: list[float], weights: list[float], geometric: bool = False) -> float:
        there = [place for place, score in enumerate(scores) if not np.isnan(score)]
        if not there or sum(weights[place] for place in there) < asked.coverage_share * sum(weights) - 1e-9:
            return np.nan
        points = [np.log(scores[place]) if geometric else scores[place] for place in there]
        found = np.average(points, weights=[weights[place] for place in there])
        return float(np.exp(found) if geometric else found)

    def score(unit: int, place: int, draw: int) -> float:
        item, share = one.indicators[place], one.value[unit, place]
        if not np.isnan(share) and not np.isnan(one.trials[unit, place]):
            events, misses = one.events[unit, place], one.trials[unit, place] - one.events[unit, place]
            order = portrait._order(asked.seed, asked.draws, one.units[unit])
            share = portrait._posterior(asked.seed, asked.draws, item.id, events + 0.5, misses + 0.5)[
                order[draw]
            ]
        return float(np.clip(100 * (share - item.floor) / (item.target - item.floor), 0, 100))

    drawn = np.empty((len(DIMENSIONS) + 1, len(one.units), asked.draws))
    for unit, draw in np.ndindex(len(one.units), asked.draws):
        for number, dimension in enumerate(DIMENSIONS):
            mine = [at for at, item in enumerate(one.indicators) if item.dimension == dimension]
            found = mean([score(unit, at, draw) for at in mine], [heavy[at, draw] for at in mine])
            drawn[number, unit, draw] = max(found, asked.least_dimension_score)
        of_all = drawn[:-1, unit, draw].tolist(), across[:, draw].tolist()
        drawn[-1, unit, draw] = mean(*of_all, geometric=draw < asked.draws // 2)
    return drawn


@pytest.mark.parametrize("seed", range(4))
def test_draws_ranks_and_intervals_are_those_of_a_plain_reckoning(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portrait, "UNITS_AT_ONCE", 4)
    chance = np.random.default_rng(seed)
    units = 24
    value = np.array(GOOD) * chance.choice([0.9, 0.97, 1.0], (units, len(GOOD)))
    value[chance.random(value.shape) < 0.4] = np.nan
    trials = chance.choice([40.0, 300.0, np.nan], value.shape)
    asked = replace(RULES.portrait, draws=30, coverage_share=0.5)
    one = table(value, trials)
    rows, drawn = portrait.portraits(one, DIMENSIONS, asked), plainly(one, asked)
    has_score = ~np.isnan(rows["score"])
    assert has_score.any() and not has_score.all()
    drawn[~has_score.reshape(-1, units)] = np.nan
    ranks = 1.0 + (drawn[:, None] > drawn[:, :, None] + 1e-9).sum(axis=2)
    ranks[np.isnan(drawn)] = np.nan
    of_score, of_rank = (pd.DataFrame(held.reshape(-1, asked.draws)) for held in (drawn, ranks))
    plain = {
        "score_lower": np.minimum(of_score.quantile(0.025, axis=1), rows["score"]),
        "score_upper": np.maximum(of_score.quantile(0.975, axis=1), rows["score"]),
        "rank_low": of_rank.min(axis=1),
        "rank_high": of_rank.max(axis=1),
    }
    for name, wanted in plain.items():
        assert rows[name] == pytest.approx(wanted.to_numpy(), nan_ok=True), name
