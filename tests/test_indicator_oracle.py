"""The set-based facts are the numbers of the literal definitions: every indicator, unit level, cell and month."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date

import pytest

from etl.measure import measure_indicators
from model.indicators import catalogue
from tests import indicator_bureau
from tests.indicator_oracle import DEFINITIONS, Numbers, Oracle

pytestmark = pytest.mark.skipif(
    not DEFINITIONS.exists(), reason=f"{DEFINITIONS.name} is not beside the checkout"
)

MONTHS = [
    date(2023, 12, 1),
    date(2024, 1, 1),
    date(2024, 2, 1),
    date(2024, 3, 1),
    date(2024, 5, 1),
    date(2024, 6, 1),
]


def _cells(bureau: indicator_bureau.Bureau) -> None:
    """Nulled values that were delivered unreadable, in rows chosen at random."""
    for table, column in (
        ("inspection", "officer_ids"),
        ("inspection", "issue_count"),
        ("inspection", "clue_id"),
        ("complaint", "closed_at"),
        ("licence_application", "statutory_working_days"),
        ("licence_application", "second_verifier_id"),
        ("enforcement_case", "fine_amount"),
        ("evaluation", "rectified_at"),
    ):
        chosen = f"FROM snapshot.record.{table} WHERE {column} IS NULL AND row_number % 3 = 0"
        chosen += " AND repeat_of_ticket_no IS NULL" if table == "complaint" else ""
        bureau.connection.execute(
            "INSERT INTO snapshot.quality.cell (table_name, row_number, column_name, batch_id)"
            f" SELECT '{table}', row_number, '{column}', batch_id {chosen}"
        )


def _facts(bureau: indicator_bureau.Bureau) -> Numbers:
    strata = {name for name, item in catalogue().indicators.items() if item.stratum}
    rows = bureau.connection.execute(
        "SELECT indicator_id, subject_kind, subject_id, month, NULL, numerator, denominator, observations"
        " FROM snapshot.mart.indicator_fact UNION ALL SELECT indicator_id, 'unit', unit_id, month, stratum,"
        " numerator, denominator, observations FROM snapshot.mart.indicator_stratum"
    ).fetchall()
    grains = {name: item.grain for name, item in catalogue().indicators.items()}
    return {
        (row[0], row[1], row[2], row[3], row[4]): (row[5], row[6], row[7])
        for row in rows
        if row[3] in MONTHS and (row[4] is not None or row[0] not in strata) and row[1] == grains[row[0]]
    }


def _same(first: float | None, second: float | None) -> bool:
    if first is None or second is None or math.isnan(first) or math.isnan(second):
        return (first is None or math.isnan(first)) and (second is None or math.isnan(second))
    return math.isclose(first, second, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_facts_are_the_numbers_of_the_definitions(seed: int) -> None:
    bureau = indicator_bureau.build(seed)
    _cells(bureau)
    measure_indicators(bureau.connection)
    as_of = {table: moment.date() for table, moment in bureau.as_of.items()}
    expected, found = Oracle(bureau.connection, as_of).numbers(MONTHS), _facts(bureau)
    wrong = [
        f"{key}: {found.get(key)} instead of {expected.get(key)}"
        for key in sorted({*expected, *found}, key=str)
        if key not in expected
        or key not in found
        or not all(_same(*pair) for pair in zip(_numbers(expected[key]), _numbers(found[key]), strict=True))
    ]
    assert not wrong, (
        f"{len(wrong)} of {len(expected)}, {Counter(line.split(',')[0] for line in wrong)}:\n"
        + "\n".join(wrong[:12])
    )
    assert {key[0] for key in found} == set(catalogue().indicators)


def _numbers(values: tuple[object, object, int]) -> list[float | None]:
    """A sum over no rows is null in SQL; of what there is, none, which is 0, was counted."""
    numerator, denominator, observations = map(_float, values)
    return [0.0 if numerator is None and denominator is not None else numerator, denominator, observations]


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))
