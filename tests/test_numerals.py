"""A number as it is read: the same everywhere, and never rounded to none or to all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import sql
from model import numerals, warehouse
from model.indicators import catalogue
from model.judgement import warning
from pages.parts import words as written
from pages.parts.answers import number_text
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


def test_a_share_is_read_alike_of_the_records_and_of_the_screen() -> None:
    """Every share of few enough things, as the screen holds it: the halves of both go the same way."""
    macro = next(
        one for one in sql.statement("screen", withheld_counts="''").split(";\n") if "TEMP MACRO" in one
    )
    with warehouse.connect() as connection:
        connection.execute(macro)
        shares = connection.execute(
            "SELECT k, n, shown_share(k / n) FROM (SELECT unnest(range(1, 260)) AS n), range(n + 1) t(k)"
        ).fetchall()
    assert len(shares) > 30_000
    for some, whole, held in shares:
        assert written.value(some / whole, "share") == written.value(held, "share"), (some, whole)


@pytest.mark.parametrize(
    ("number", "kind", "text"),
    [(10 / 32, "share", "31.3%"), (7.25, "mean", "7.3"), (0.125, "rate", "0.13"), (-0.125, "rate", "-0.13")],
)
def test_a_half_goes_away_from_zero_on_pages_walls_and_in_warnings(
    number: float, kind: str, text: str
) -> None:
    item = next(one for one in catalogue().indicators.values() if one.kind == kind)
    assert written.value(number, kind) == text == Measured(item, "", (), number, "value").text
    found = {"kind": "signal", "value": number, "threshold": number, "sample_size": 40, "evidence_count": 3}
    assert text in warning.text(found, item, "U", "2026", "en")
    assert written.difference(0.0125, "share") == "+1.3" and written.plain(2.125) == "2.13"


def test_a_large_answer_is_no_power_of_ten() -> None:
    answers = [12345678.9, 0.0123456789, 3.5, 12]
    assert [number_text(one) for one in answers] == ["12,345,678.9", "0.0123457", "3.5", "12"]
