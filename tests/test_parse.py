"""How texts become values: every spelling that is unambiguous is read, and nothing is guessed.

A value that cannot be read is malformed: null in the record, and reported as it came with the type that was expected.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from etl_helpers import Lab, fresh
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import parse, personal
from model.contract import TABLES

MALFORMED = object()
"""Expected of a text that must not be read."""

DAY, MIDNIGHT = date(2026, 3, 5), datetime(2026, 3, 5)
AT_TEN = datetime(2026, 3, 5, 10)

SPELLINGS: dict[tuple[str, str], dict[str, Any]] = {
    ("licence_application", "previous_expires_on"): {
        "2026-03-05": DAY,
        "2026/3/5": DAY,
        "2026-3-5": DAY,
        "2026/03/05": DAY,
        "2026.3.5": DAY,
        "20260305": DAY,
        "2026年3月5日": DAY,
        "2026年03月05日": DAY,
        "２０２６－０３－０５": DAY,
        "２０２６年３月５日": DAY,
        "２０２６-０３-０５": DAY,
        "２０２６-０３-０５ 00:00:00": DAY,
        "2026-03-05 14:30:00": DAY,
        "2026-03-05 00:00:00": DAY,
        "2026-03-05T08:00:00+08:00": DAY,
        "2026-03-04T20:00:00Z": DAY,
        " 2026-03-05\t": DAY,
        "46086": DAY,
        "46086.75": DAY,
        "2024-02-29": date(2024, 2, 29),
        "9999-12-31": date(9999, 12, 31),
        "5/3/2026": MALFORMED,
        "03/05/2026": MALFORMED,
        "05-03-2026": MALFORMED,
        "05.03.2026": MALFORMED,
        "26-03-05": MALFORMED,
        "26.3.5": MALFORMED,
        "0026-03-05": MALFORMED,
        "1026-03-05": MALFORMED,
        "2026-02-31": MALFORMED,
        "2026/02/31": MALFORMED,
        "2026-02-29": MALFORMED,
        "2026-13-01": MALFORMED,
        "2026-00-10": MALFORMED,
        "20261305": MALFORMED,
        "2026305": MALFORMED,
        "2026111": MALFORMED,
        "202603": MALFORMED,
        "2026-03": MALFORMED,
        "2026": MALFORMED,
        "-2026-03-05": MALFORMED,
        "2026-03-05 BC": MALFORMED,
        "2026-03-05 (BC)": MALFORMED,
        "2026-03-05abc": MALFORMED,
        "2026-03-05 99:99": MALFORMED,
        "2026-03-05 24:00:00": MALFORMED,
        "2026-03-05T24:00:00": MALFORMED,
        "2026-03-05 24：00：00": MALFORMED,
        "infinity": MALFORMED,
        "-infinity": MALFORMED,
        "epoch": MALFORMED,
        "today": MALFORMED,
        "now": MALFORMED,
        "19000": MALFORMED,
        "80000": MALFORMED,
        "0": MALFORMED,
        "Mar 5 2026": MALFORMED,
        "########": MALFORMED,
        "NA": MALFORMED,
        "—": MALFORMED,
    },
    ("licence_application", "queue_joined_at"): {
        "2026-03-05 10:00:00": AT_TEN,
        "2026-03-05T10:00:00": AT_TEN,
        "2026-03-05 10:00": AT_TEN,
        "2026/3/5 10:00": AT_TEN,
        "2026/03/05 10:00:00": AT_TEN,
        "2026-3-5 10:00": AT_TEN,
        "2026.3.5 10:00:00": AT_TEN,
        "2026年3月5日 10:00:00": AT_TEN,
        "2026年3月5日10时0分": AT_TEN,
        "2026年3月5日 10时00分": AT_TEN,
        "20260305100000": AT_TEN,
        "20260305 10:00:00": AT_TEN,
        "2026-03-05 10：00：00": AT_TEN,
        "2026-03-05 10:00:00+08:00": AT_TEN,
        "2026-03-05 10:00:00+0800": AT_TEN,
        "2026-03-05 10:00+08": AT_TEN,
        "2026-03-05 2:00:00Z": AT_TEN,
        "2026-03-05T02:00:00Z": AT_TEN,
        "2026-03-05T02:00:00.000Z": AT_TEN,
        "2026-03-05 11:00:00 +0900": AT_TEN,
        "2026-3-5 11:00+09": AT_TEN,
        "2026-03-04 21:30:00-04:30": AT_TEN,
        "2026-03-05 11：00：00＋09：00": AT_TEN,
        "2026-03-05 02：00：00Z": AT_TEN,
        "２０２６-０３-０５ １０:００:００": AT_TEN,
        "2026-03-05 10:00:00.5": datetime(2026, 3, 5, 10, 0, 0, 500_000),
        "2026-03-05": MIDNIGHT,
        "2026/3/5": MIDNIGHT,
        "20260305": MIDNIGHT,
        "2026-03-04 24:00:00": MIDNIGHT,
        "46086": MIDNIGHT,
        "46086.416666666664": AT_TEN,
        "2026-03-05 24:30:00": MALFORMED,
        "2026-03-05 25:00:00": MALFORMED,
        "2026-03-05 10:61:00": MALFORMED,
        "2026-03-05 23:59:60": MALFORMED,
        "2026-03-05 -1:00:00": MALFORMED,
        "2026-03-05 10": MALFORMED,
        "2026-03-05 2:30 PM": MALFORMED,
        "2026-03-05 10:00:00 PM": MALFORMED,
        "2026-03-05 10:00:00 UTC": MALFORMED,
        "2026-03-05 10:00:00+09:00:00": MALFORMED,
        "2026-03-05 10:00:00 Asia/Tokyo": MALFORMED,
        "2026-03-05 10:00:00 BC": MALFORMED,
        "2026-02-31 10:00:00": MALFORMED,
        "0026-03-05 10:00:00": MALFORMED,
        "5/3/2026 10:00": MALFORMED,
        "10:00:00": MALFORMED,
        "1772676000": MALFORMED,
        "infinity": MALFORMED,
        "epoch": MALFORMED,
    },
    ("licence_application", "nearest_outlet_metres"): {
        "12": 12,
        "+12": 12,
        "012": 12,
        "12.0": 12,
        "12.": 12,
        "1,234": 1234,
        "12,345,678": 12_345_678,
        "１２": 12,
        "１，２３４": 1234,
        " 12 ": 12,
        "9223372036854775807": 9_223_372_036_854_775_807,
        "9223372036854775808": MALFORMED,
        "99999999999999999999": MALFORMED,
        "12.5": MALFORMED,
        "1,23": MALFORMED,
        "1_000": MALFORMED,
        "1e3": MALFORMED,
        "0x1F": MALFORMED,
        "0b1": MALFORMED,
        "12米": MALFORMED,
        "--5": MALFORMED,
        "5-": MALFORMED,
        "nan": MALFORMED,
        "inf": MALFORMED,
        "true": MALFORMED,
        "½": MALFORMED,
    },
    ("warning", "value"): {
        "1.5": 1.5,
        "-0.5": -0.5,
        ".5": 0.5,
        "5.": 5.0,
        "1,234.5": 1234.5,
        "１１４．３": 114.3,
        "1e3": 1000.0,
        "1E-5": 0.00001,
        "1_000": MALFORMED,
        "1e400": MALFORMED,
        "0x1F": MALFORMED,
        "12,5": MALFORMED,
        "1 234": MALFORMED,
        "5%": MALFORMED,
        "1.5.2": MALFORMED,
        "nan": MALFORMED,
        "inf": MALFORMED,
        "-inf": MALFORMED,
        "infinity": MALFORMED,
    },
    ("enforcement_case", "fine_amount"): {
        "12.34": Decimal("12.34"),
        "12.340": Decimal("12.34"),
        "12.340000000000001": Decimal("12.34"),
        "1,234.50": Decimal("1234.50"),
        "１２．５": Decimal("12.50"),
        "1e3": Decimal("1000.00"),
        "999999999999.99": Decimal("999999999999.99"),
        "9999999999999": MALFORMED,
        "0.005": MALFORMED,
        "12.345": MALFORMED,
        "1_000": MALFORMED,
        "￥12": MALFORMED,
        "nan": MALFORMED,
    },
    ("enforcement_case", "band_low"): {
        "0.05": Decimal("0.050000"),
        "0.3333333333333333": Decimal("0.333333"),
        "5%": MALFORMED,
        "1000000": MALFORMED,
    },
    ("inspection", "is_signed"): {
        **dict.fromkeys(("true", "TRUE", "True", "1", "是", "Y", " yes "), True),
        **dict.fromkeys(("false", "FALSE", "0", "否", "n", "no"), False),
        **dict.fromkeys(("2", "-1", "maybe", "对", "NA"), MALFORMED),
    },
    ("inspection", "item_codes"): {
        "licence;display": ["licence", "display"],
        " licence ; display ": ["licence", "display"],
        "licence；display": ["licence", "display"],
        "licence;;display;": ["licence", "display"],
        "licence;licence": ["licence", "licence"],
        "licence,display": MALFORMED,
        "licence;证照": MALFORMED,
        ";": MALFORMED,
    },
}
"""Text to value, by the column that it stands in."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("lab"))


@pytest.mark.parametrize(("table", "column"), list(SPELLINGS))
def test_spellings(lab: Lab, table: str, column: str) -> None:
    cases = SPELLINGS[table, column]
    judged = lab.load(table, [fresh(table) | {column: text} for text in cases])
    for row, (text, expected) in enumerate(cases.items(), start=1):
        assert judged.value(column, row) == (None if expected is MALFORMED else expected), f"{text!r}"
        reported = judged.cells(row)
        assert bool(reported) == (expected is MALFORMED), f"{text!r}: {reported}"
        for name, value, rule in reported:
            assert (name, value) == (column, text)
            assert rule.startswith("type ") or rule == "allowed codes"


def test_the_type_of_a_required_value_is_a_reason(lab: Lab) -> None:
    judged = lab.judge("complaint", received_at="5/3/2026")
    assert judged.reasons() == ["received_at: type timestamp"]
    assert judged.kept()["received_at"] == "5/3/2026"


@pytest.mark.parametrize("text", ["NA", "N/A", "#N/A", "NULL", "None", "########", "#REF!"])
def test_a_placeholder_is_no_value(lab: Lab, text: str) -> None:
    judged = lab.judge("inspection", plan_id=text)
    assert judged.value("plan_id") is None
    assert judged.cells() == [("plan_id", text, "placeholder instead of a value")]


def test_a_placeholder_for_a_key_keeps_the_row_out(lab: Lab) -> None:
    assert lab.judge("inspection", inspection_no="NA").reasons() == [
        "inspection_no: placeholder instead of a value"
    ]


@pytest.mark.parametrize("text", ["4.20106E+17", "4.2010620260105e+17", "4E+17", " 4.20106E+17 "])
def test_a_number_that_a_spreadsheet_cut_short_is_no_code(lab: Lab, text: str) -> None:
    rule = "number cut short by a spreadsheet"
    judged = lab.load("inspection", [fresh("inspection") | {"inspection_no": text} for _ in range(2)])
    assert [judged.reasons(row) for row in (1, 2)] == [[f"inspection_no: {rule}"]] * 2, "two codes, not one"
    assert lab.judge("inspection", plan_id=text).cells() == [("plan_id", text.strip(), rule)]
    assert lab.judge("inspection", plan_id="GE+17").cells() == []


@pytest.mark.parametrize("blank", ["", " ", "  ", "　", "\u00a0 "])
def test_blank_is_null_and_no_finding(lab: Lab, blank: str) -> None:
    values = dict.fromkeys(
        ("plan_id", "result", "issue_count", "ended_at", "is_signed", "officer_ids"), blank
    )
    judged = lab.judge("inspection", **values)
    assert {name: judged.value(name) for name in values} == dict.fromkeys(values)
    assert judged.cells() == []


DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31))
WAYS = [
    "{0:%Y-%m-%d}",
    "{0:%Y}/{0.month}/{0.day}",
    "{0:%Y}.{0.month}.{0.day}",
    "{0:%Y%m%d}",
    "{0:%Y}年{0.month}月{0.day}日",
]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(DAYS, st.sampled_from(WAYS)), min_size=1, max_size=60))
def test_a_date_means_the_same_in_every_spelling(lab: Lab, days: list[tuple[date, str]]) -> None:
    found = read(lab, "previous_expires_on", [way.format(day) for day, way in days])
    assert found == [day for day, _ in days]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(alphabet="0123456789-/.: TZ+年月日eExinf,_", max_size=20), min_size=1, max_size=200))
def test_whatever_is_read_as_a_date_begins_with_its_year_or_is_a_serial(lab: Lab, texts: list[str]) -> None:
    for text, found in zip(texts, read(lab, "previous_expires_on", texts), strict=True):
        if found is not None:
            near = {found.year - 1, found.year, found.year + 1}  # an offset may lead into the next year
            is_dated = text.strip()[:4] in {f"{year:04}" for year in near}
            assert is_dated or text.strip().replace(".", "").isdigit(), (text, found)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=60))
def test_an_integer_means_the_same_grouped_or_not(lab: Lab, numbers: list[int]) -> None:
    assert read(lab, "nearest_outlet_metres", [str(number) for number in numbers]) == numbers
    small = [number for number in numbers if abs(number) < 10**18]
    assert read(lab, "nearest_outlet_metres", [f"{number:,}" for number in small]) == small


def read(lab: Lab, column: str, texts: list[str]) -> list[Any]:
    """Texts as a column of an application reads them, by the expression that the check step uses."""
    expression = parse.typed(TABLES["licence_application"].columns[column], "x")
    return [
        value
        for (value,) in lab.fetch(f"SELECT {expression} FROM (SELECT unnest(?::VARCHAR[]) AS x)", [texts])
    ]


KINDS = {
    (column.info["kind"], str(column.type), bool(column.info["codes"])): column
    for table in TABLES.values()
    for column in table.columns
    if not personal.is_sealed(column)
}
"""A column of each kind, storage and vocabulary that the contract has, of those that do not come sealed."""
WORDS = [
    *parse._PLACEHOLDERS,
    *parse._TRUE,
    *parse._FALSE,
    *(text for cases in SPELLINGS.values() for text in cases),
]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=12) | st.text("0123456789-+.,:;_eE TNa是；　 ", max_size=20), max_size=100))
def test_what_is_plain_is_what_the_patient_reading_finds_well_formed(lab: Lab, texts: list[str]) -> None:
    given = [text for text in [*WORDS, *texts] if text and "\0" not in text]
    for column in KINDS.values():
        text, value, read = '"the text"', '"the plain value"', '"the patient value"'
        codes = list(column.info["codes"])
        wrong = " OR ".join(f"({condition})" for _, condition in parse.faults(column, text, read, "now()"))
        odd = " OR ".join(f"({condition})" for condition in parse.not_plain(column, text, value, "now()"))
        differing = lab.fetch(
            f"SELECT {text}, {value}, {read} FROM (SELECT *, {parse.typed(column, text)} AS {read},"
            f" {parse.plain(column, text)} AS {value} FROM (SELECT unnest(?::VARCHAR[]) AS {text}))"
            f" , LATERAL (SELECT {value} AS {column.name}) WHERE NOT coalesce({odd}, false)"
            f" AND ({value} IS DISTINCT FROM {read} OR coalesce({wrong}, false))",
            [[*given, *codes, ";".join(codes) or "a;b"]],
        )
        assert differing == [], column.name
