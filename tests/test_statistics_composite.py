"""Composite portrait: goalposts, means and rank ranges hold for any scores, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from model.statistics import composite

few = settings(max_examples=60, deadline=None)
NAN = float("nan")
scores_and_weights = st.integers(1, 6).flatmap(
    lambda width: st.tuples(
        arrays.arrays(float, (4, width), elements=st.floats(0.5, 100) | st.just(NAN)),
        arrays.arrays(float, width, elements=st.floats(0.1, 10)),
    )
)


@few
@given(st.lists(st.floats(-50, 50), min_size=1), st.floats(-40, 40), st.floats(0.1, 40))
def test_goalposts_are_monotone_and_clipped(values: list[float], floor: float, width: float) -> None:
    ordered = np.sort(values)
    rising = composite.goalposts(ordered, floor, floor + width)
    falling = composite.goalposts(ordered, floor + width, floor)
    assert (np.diff(rising) >= 0).all()
    assert rising + falling == pytest.approx(100)
    assert ((rising >= 0) & (rising <= 100)).all()


def test_goalposts_for_many_indicators() -> None:
    values = [[0.5, 30], [NAN, 45]]
    found = composite.goalposts(values, floor=[0, 60], target=[1, 0])
    assert found == pytest.approx(np.array([[50, 50], [NAN, 25]]), nan_ok=True)
    assert composite.goalposts(0.5, 0, 1) == 50


@few
@given(scores_and_weights, st.floats(0, 1))
def test_means_renormalise_over_what_is_present(
    given_scores: tuple[np.ndarray, np.ndarray], share: float
) -> None:
    scores, weights = given_scores
    arithmetic = composite.weighted_mean(scores, weights, min_share=share)
    geometric = composite.geometric_mean(scores, weights, min_share=share)
    for row, mean, product in zip(scores, arithmetic, geometric, strict=True):
        held = ~np.isnan(row)
        present = weights[held].sum() / weights.sum()
        if not held.any() or present < share - 1e-9:
            assert np.isnan(mean) and np.isnan(product)
        elif present > share + 1e-9:
            assert mean == pytest.approx(np.average(row[held], weights=weights[held]))
            logs = np.average(np.log(row[held]), weights=weights[held])
            assert product == pytest.approx(np.exp(logs))
            assert row[held].min() - 1e-9 <= product <= mean + 1e-9


@few
@given(scores_and_weights, st.floats(0.1, 100))
def test_means_do_not_depend_on_the_scale_of_weights(
    given_scores: tuple[np.ndarray, np.ndarray], factor: float
) -> None:
    scores, weights = given_scores
    for mean in (composite.weighted_mean, composite.geometric_mean):
        assert mean(scores, factor * weights) == pytest.approx(mean(scores, weights), nan_ok=True)


def test_one_row_gives_one_number() -> None:
    assert float(composite.weighted_mean([1, 2, NAN], [1, 3, 5])) == pytest.approx(1.75)
    assert float(composite.geometric_mean([1, 8], [2, 1])) == pytest.approx(2)
    assert np.isnan(composite.weighted_mean([NAN, NAN], [1, 1]))


def test_the_share_is_of_the_weight() -> None:
    scores = [[50, NAN, 50], [NAN, 50, 50]]
    found = composite.weighted_mean(scores, [0.6, 0.3, 0.1], min_share=0.7)
    assert found == pytest.approx(np.array([50, NAN]), nan_ok=True)


def test_weights_may_differ_by_draw() -> None:
    scores = np.array([[10.0, 20.0], [30.0, 60.0]])
    weights = np.array([[[1.0, 1.0]], [[3.0, 1.0]]])
    found = composite.weighted_mean(scores[None], weights)
    assert found == pytest.approx(np.array([[15, 45], [12.5, 37.5]]))


@few
@given(arrays.arrays(float, (3, 7), elements=st.floats(0, 100) | st.just(NAN)), st.floats(0.01, 0.99))
def test_quantiles_are_those_of_what_is_there(draws: np.ndarray, share: float) -> None:
    draws[0, 0] = draws[1, 6] = 50.0
    draws[2] = NAN
    found = composite.quantiles(draws, [share, 0.5])
    for row, column in zip(draws[:2], found.T[:2], strict=True):
        assert column == pytest.approx(np.quantile(row[~np.isnan(row)], [share, 0.5]))
    assert np.isnan(found[:, 2]).all()


DRAWN = arrays.arrays(
    float,
    st.tuples(st.integers(1, 8), st.integers(1, 6)),
    elements=st.just(NAN) | st.integers(0, 9).map(float),
    fill=st.nothing(),
)


@few
@given(DRAWN)
def test_a_rank_range_is_from_the_best_to_the_worst_rank_of_the_draws_with_a_score(
    scores: np.ndarray,
) -> None:
    ranks = 1.0 + (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
    told = pd.DataFrame(np.where(np.isnan(scores), NAN, ranks))
    found = composite.rank_range(scores)
    assert found["best"].to_numpy(float) == pytest.approx(told.min().to_numpy(), nan_ok=True)
    assert found["worst"].to_numpy(float) == pytest.approx(told.max().to_numpy(), nan_ok=True)


def test_rank_one_is_the_highest() -> None:
    found = composite.rank_range([[90, 50, 70], [60, 80, 70]])
    assert found["best"].tolist() == [1, 1, 2]
    assert found["worst"].tolist() == [3, 3, 2]


def test_a_unit_without_a_score_has_no_rank() -> None:
    found = composite.rank_range([[90, NAN, 70], [60, NAN, NAN]])
    assert found["best"].tolist() == pytest.approx([1, NAN, 2], nan_ok=True)
    assert found["worst"].tolist() == pytest.approx([1, NAN, 2], nan_ok=True)


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: composite.goalposts([1], 1, 1), "target"),
        (lambda: composite.goalposts([1], NAN, 1), "floor"),
        (lambda: composite.goalposts([1], 0, NAN), "target"),
        (lambda: composite.goalposts(["a"], 0, 1), "values"),
        (lambda: composite.weighted_mean([1, 2], [1]), "weights"),
        (lambda: composite.weighted_mean([1, 2], [1, NAN]), "weights"),
        (lambda: composite.weighted_mean([1, 2], [1, -1]), "weights"),
        (lambda: composite.weighted_mean([1, 2], [0, 0]), "weights"),
        (lambda: composite.weighted_mean([1, 2], [1, 1], min_share=2), "min_share"),
        (lambda: composite.weighted_mean([1, float("inf")], [1, 1]), "scores"),
        (lambda: composite.geometric_mean([1, 0], [1, 1]), "scores"),
        (lambda: composite.geometric_mean([1, -1], [1, 1]), "scores"),
        (lambda: composite.rank_range([1, 2]), "scores_by_draw"),
        (lambda: composite.rank_range(np.empty((0, 3))), "scores_by_draw"),
    ],
)
def test_errors_name_the_argument(call: object, argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument} "):
        call()  # type: ignore[operator]
