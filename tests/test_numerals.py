"""A number as it is read: the same everywhere, and never rounded to none or to all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import numerals
from model.indicators import catalogue
from pages.parts import words as written
from pages.parts.wall.measured import Measured


@pytest.mark.parametrize(
    ("number", "kind", "text"),
    [
        (0.9926, "proportion", "99.3%"), (1.0, "proportion", "100.0%"), (0.0, "share", "0.0%"),
        (0.99966, "proportion", "99.97%"), (0.999998, "proportion", "99.9998%"), (0.000044, "share", "0.004%"),
        (7.44, "mean", "7.4"), (0.0, "mean", "0.0"), (0.03, "mean", "0.03"), (1234.5, "mean", "1,234.5"),
        (0.254, "rate", "0.25"), (0.0041, "rate", "0.004"), (1 - 1e-12, "proportion", "100.0%"),
        (None, "mean", "—"),
    ],
)  # fmt: skip
def test_a_number_reads_as_its_kind(number: float | None, kind: str, text: str) -> None:
    assert numerals.value(number, kind) == text


@given(
    counts=st.integers(1, 1_000_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
)
def test_none_and_all_are_said_of_none_and_all_alone(counts: tuple[int, int]) -> None:
    some, whole = counts
    for decimals, text in ((1, numerals.part(some / whole)), (0, numerals.whole_percent(some / whole)[:-1])):
        assert (float(text) == 0) == (some == 0) and (float(text) == 100) == (some == whole)
        shown = len(text.partition(".")[2])
        assert shown >= decimals and abs(float(text) - 100 * some / whole) <= 0.501 * 10**-shown


def test_all_and_none_are_short_on_a_wall() -> None:
    assert [numerals.short_part(one) for one in (0, 1.0, 0.5, 0.9996)] == ["0", "100", "50.0", "99.96"]


def test_a_wall_writes_a_target_as_a_page_does_and_nothing_where_there_is_no_value() -> None:
    for item in catalogue().indicators.values():
        assert Measured(item, "", (), None, "no_data").target == written.aim(item.target, item.kind)
        assert Measured(item, "", (), None, "no_data").text == ""
    share, mean = catalogue().indicators["H2"], catalogue().indicators["L3"]
    assert [Measured(share, "", (), one, "value").text for one in (1, 0.9996, 0)] == ["100%", "99.96%", "0%"]
    assert [Measured(mean, "", (), one, "value").text for one in (4.04, 0.0)] == ["4.0", "0"]
