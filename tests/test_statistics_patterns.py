"""Patterns: counted beside what chance or the fellows would give, and what is refused."""

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.statistics import patterns

few = settings(max_examples=60, deadline=None)
NAN = float("nan")


@few
@given(st.data())
def test_pairing_is_the_exact_tail(data: st.DataObject) -> None:
    total = data.draw(st.integers(1, 40))
    officer, retailer = (data.draw(st.integers(1, total)) for _ in range(2))
    possible = range(max(0, officer + retailer - total), min(officer, retailer) + 1)
    counted = data.draw(st.sampled_from(possible))
    found = patterns.pairing([counted], [officer], [retailer], total).iloc[0]
    ways = sum(comb(retailer, k) * comb(total - retailer, officer - k) for k in possible if k >= counted)
    assert found["p"] == pytest.approx(ways / comb(total, officer))
    assert found["expected"] == pytest.approx(officer * retailer / total)
    assert found["ratio"] == pytest.approx(counted * total / (officer * retailer))
    swapped = patterns.pairing([counted], [retailer], [officer], total).iloc[0]
    assert swapped.tolist() == pytest.approx(found.tolist())


@few
@given(st.data())
def test_pairing_in_strata_is_the_exact_tail_of_the_sum(data: st.DataObject) -> None:
    tables, chances = [], {0: 1.0}
    for _ in range(data.draw(st.integers(1, 4))):
        total = data.draw(st.integers(1, 25))
        officer, retailer = (data.draw(st.integers(0, total)) for _ in range(2))
        possible = range(max(0, officer + retailer - total), min(officer, retailer) + 1)
        tables.append((data.draw(st.sampled_from(possible)), officer, retailer, total))
        ways = {
            k: comb(retailer, k) * comb(total - retailer, officer - k) / comb(total, officer)
            for k in possible
        }
        summed: dict[int, float] = {}
        for before, chance in chances.items():
            for k, way in ways.items():
                summed[before + k] = summed.get(before + k, 0.0) + chance * way
        chances = summed
    # beside another pair, and a stratum in which this one has no part
    columns = [[[*part, 0], [1] * (len(part) + 1)] for part in zip(*tables, strict=True)]
    found = patterns.stratified_pairing(*columns).iloc[0]
    counted = sum(row[0] for row in tables)
    assert found["p"] == pytest.approx(sum(way for k, way in chances.items() if k >= counted), abs=1e-9)
    assert found["counted"] == counted
    assert found["expected"] == pytest.approx(sum(a * b / n for _, a, b, n in tables))


def test_pairing_in_strata_refuses_what_cannot_be() -> None:
    for given_counts in (
        ([[3]], [[2]], [[5]], [[9]]),
        ([[1]], [[2]], [[5]], [[4]]),
        ([[1]], [[2, 1]], [[5]], [[9]]),
    ):
        with pytest.raises(ValueError, match="total"):
            patterns.stratified_pairing(*given_counts)


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("wrong", [NAN, -1.0, 1.5])
def test_pairing_in_strata_refuses_what_is_no_count(place: int, wrong: float) -> None:
    names = ("pair_counts", "officer_totals", "retailer_totals", "totals")
    counts = [[[1.0]], [[2.0]], [[5.0]], [[9.0]]]
    counts[place] = [[wrong]]
    with pytest.raises(ValueError, match=names[place]):
        patterns.stratified_pairing(*counts)


def test_a_count_that_is_just_the_least_ratio_is_not_asked_of() -> None:
    """Ten where chance gives five: twice as many, though the sum of its fractions comes out a little under five."""
    found = patterns.stratified_pairing(
        [[1, 1, 7, 1]], [[3, 1, 12, 8]], [[1, 4, 7, 2]], [[3, 10, 30, 20]], least_ratio=2
    )
    assert found["ratio"][0] == pytest.approx(2) and found["p"][0] == 1


def test_the_tails_of_many_windows_are_those_of_each() -> None:
    below, above = np.array([0, 3, 11]), np.array([0, 4, 0])
    one_by_one = [
        patterns.bunching([1.5] * b + [2.5] * a, 2, 1)["p_upper"].iloc[0]
        for b, a in zip(below, above, strict=True)
    ]
    assert patterns.bunching_tail(below, below + above).tolist() == pytest.approx(one_by_one)


def test_bunching_counts_half_open_windows() -> None:
    values = [79.9, 80, 85, 90, 95, 99.9, 100, 119.9, 120]
    found = patterns.bunching(values, threshold=100, width=20).iloc[0]
    assert (found["below"], found["above"]) == (5, 2)
    assert found["share_below"] == pytest.approx(5 / 7)
    assert found["p_upper"] == pytest.approx((comb(7, 5) + comb(7, 6) + 1) / 2**7)
    assert found["p"] == pytest.approx(2 * found["p_upper"])


@few
@given(st.integers(0, 25), st.integers(0, 25))
def test_bunching_is_symmetric_at_one_half(below: int, above: int) -> None:
    found, mirrored = (
        patterns.bunching([9.0] * low + [10.0] * high, 10, 2).iloc[0]
        for low, high in ((below, above), (above, below))
    )
    assert found["p"] == pytest.approx(mirrored["p"])
    ways = sum(comb(below + above, k) for k in range(below, below + above + 1))
    assert found["p_upper"] == pytest.approx(ways / 2 ** (below + above))


def test_nothing_in_the_window() -> None:
    found = patterns.bunching([1, 1000], 100, 5).iloc[0]
    assert np.isnan(found["share_below"])
    assert found[["below", "above", "p", "p_upper"]].tolist() == [0, 0, 1, 1]


def test_fences_are_inclusive() -> None:
    """Quartiles 2 and 4, so the fences stand at -1 and 7; a value on one of them is flagged."""
    found = patterns.fence([1, 2, 3, 4, 5])
    assert found.attrs == {"q1": 2, "q3": 4}
    assert found[["lower", "upper"]].iloc[0].tolist() == [-1, 7]
    on_fence = patterns.fence([0, 2, 2, 3, 3, 4, 4, 7])
    assert on_fence.attrs == {"q1": 2, "q3": 4}
    assert on_fence["high"].tolist() == [False] * 7 + [True]
    below = patterns.fence([-1, 2, 2, 3, 3, 4, 4, 6])
    assert below["low"].tolist() == [True] + [False] * 7


def test_few_records_are_neither_fenced_nor_flagged() -> None:
    values, denominators = [100.0, 1, 2, 3, 4, 5, 90], [1, 20, 20, 20, 20, 20, 20]
    found = patterns.fence(values, denominators=denominators, minimum=20)
    assert found.attrs == {"q1": 2.25, "q3": 4.75}
    assert found["high"].tolist() == [False] * 6 + [True]
    assert found[["lower", "upper"]].iloc[0].isna().all()
    without = patterns.fence(values[1:])
    assert found.iloc[1:].reset_index(drop=True).equals(without)


def test_no_value_with_enough_records() -> None:
    found = patterns.fence([1.0, 2.0], denominators=[1, 1], minimum=5)
    assert np.isnan(found.attrs["q1"]) and np.isnan(found.attrs["q3"])
    assert not found[["low", "high"]].any(axis=None)


@few
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=30), st.integers(1, 9), st.integers(-9, 9))
def test_fences_do_not_depend_on_the_unit(values: list[int], factor: int, shift: int) -> None:
    found = patterns.fence(values)
    moved = patterns.fence([factor * one + shift for one in values])
    assert moved[["low", "high"]].equals(found[["low", "high"]])
    assert (found["lower"] <= found["upper"]).all()


def test_columns() -> None:
    assert list(patterns.pairing([1], [1], [1], 1)) == ["expected", "ratio", "p"]
    assert list(patterns.bunching([1], 1, 1)) == ["below", "above", "share_below", "p", "p_upper"]
    assert list(patterns.fence([1])) == ["value", "lower", "upper", "low", "high"]


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: patterns.pairing([NAN], [2], [2], 4), "pair_counts"),
        (lambda: patterns.pairing([-1], [2], [2], 4), "pair_counts"),
        (lambda: patterns.pairing([1.5], [2], [2], 4), "pair_counts"),
        (lambda: patterns.pairing([3], [2], [4], 4), "pair_counts"),
        (lambda: patterns.pairing([0], [0], [2], 4), "officer_totals"),
        (lambda: patterns.pairing([1], [5], [2], 4), "officer_totals"),
        (lambda: patterns.pairing([1], [2], [5], 4), "retailer_totals"),
        (lambda: patterns.pairing([1], [2], [2, 2], 4), "retailer_totals"),
        (lambda: patterns.pairing([1], [2], [2], 0), "total"),
        (lambda: patterns.bunching([NAN], 1, 1), "values"),
        (lambda: patterns.bunching([1], NAN, 1), "threshold"),
        (lambda: patterns.bunching([1], 1, 0), "width"),
        (lambda: patterns.fence([NAN]), "values"),
        (lambda: patterns.fence([]), "values"),
        (lambda: patterns.fence([1], denominators=[-1]), "denominators"),
        (lambda: patterns.fence([1], denominators=[1, 2]), "denominators"),
        (lambda: patterns.fence([1], minimum=5), "denominators"),
        (lambda: patterns.fence([1], minimum=NAN), "minimum"),
    ],
)
def test_errors_name_the_argument(call: object, argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument} "):
        call()  # type: ignore[operator]
