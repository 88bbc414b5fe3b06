"""Judged indicators for the small warehouse of the pages' tests: one of every state, every icon and every chart.

Numbers are invented and come from a formula, so that a test can say what must be shown. It must not be used for
anything but tests.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from model import warehouse
from model.indicators import catalogue

_SQL = Path(__file__).parent.parent / "etl" / "sql"
MONTHS = 30
FALLING, RISING, STEADY, FEW, NEUTRAL, SILENT, UNKNOWN = "H2", "I6", "L1", "C1", "H5", "Q1", "L3"
"""Concerning, improving, as usual, too few, no direction, no data, and not computable for want of a column."""
WARNED = "wa11"


def create(connection: warehouse.Connection) -> None:
    """The tables of facts, judgements and processes, from the loader's own declarations."""
    for name in ("indicator_schema", "judge_schema", "process_schema"):
        text = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
        connection.execute(text.replace("snapshot.mart.", "mart."))


def create_cells(connection: warehouse.Connection) -> None:
    """The market cells, by the loader's own statement over the records that there are: none."""
    text = (_SQL / "measure.sql").read_text(encoding="utf-8")
    first = text.index("CREATE OR REPLACE TABLE snapshot.mart.cell AS")
    last = text.index(";\n", first)
    connection.execute(text[first:last].replace("snapshot.", ""))


def write(connection: warehouse.Connection, now: date, moved: float = 0.0, is_warned: bool = True) -> None:
    """Facts, trend, comparison and warnings of every unit. `moved` is added to the newest value of FALLING."""
    units = connection.execute("SELECT unit_id, unit_type FROM mart.unit ORDER BY level, unit_id").fetchall()
    months = [_before(now, back) for back in range(MONTHS, 0, -1)]
    _states(connection, months)
    rows = [
        one for place, (unit_id, _) in enumerate(units) for one in _of_unit(unit_id, place, months, moved)
    ]
    frame = pd.DataFrame(rows)
    connection.register("judged", frame)
    connection.execute(
        "INSERT INTO mart.trend BY NAME SELECT * EXCLUDE (numerator, denominator, observations) FROM judged"
    )
    connection.execute(
        "INSERT INTO mart.indicator_fact BY NAME SELECT indicator_id, unit_id, subject_kind, subject_id, month,"
        " numerator, denominator, observations FROM judged WHERE denominator IS NOT NULL"
    )
    end = months[-1].replace(day=28) + timedelta(days=4)
    _compared(connection, dict(units), end - timedelta(days=end.day))
    if is_warned:
        connection.execute(
            "INSERT INTO mart.warning (warning_id, indicator_id, unit_id, subject_kind, subject_id, kind, level,"
            " period_end) VALUES (?, ?, '420106-S01', 'unit', '420106-S01', 'signal', 'yellow', ?)",
            [WARNED, FALLING, months[-1]],
        )


def _before(day: date, count: int) -> date:
    number = day.year * 12 + day.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def _states(connection: warehouse.Connection, months: list[date]) -> None:
    computed = {FALLING, RISING, STEADY, FEW, NEUTRAL}
    for item in catalogue().indicators.values():
        state = "computed" if item.id in computed else "not_computable" if item.id == UNKNOWN else "no_data"
        connection.execute(
            "INSERT INTO mart.indicator_state (indicator_id, rule_version, state, missing_columns, as_of)"
            " VALUES (?, ?, ?, ?, ?)",
            [
                item.id,
                item.version,
                state,
                list(item.needs[:1]) if item.id == UNKNOWN else [],
                months[-1] + timedelta(days=40),
            ],
        )


def _of_unit(unit_id: str, place: int, months: list[date], moved: float) -> Iterable[dict[str, object]]:
    for at, month in enumerate(months):
        wave, is_new = 0.01 * math.sin(at * 1.7 + place), at >= len(months) - 4
        trials = 60 + (at * 7 + place) % 40
        values = {
            FALLING: 0.97 + wave - (0.02 * (at - len(months) + 5) if is_new else 0),
            RISING: 0.90 + wave / 2 + (0.02 * (at - len(months) + 5) if is_new else 0),
            STEADY: 1.0 if at % 5 else 1 - 1 / trials,
            NEUTRAL: 0.6 + wave * 10,
        }
        if at == len(months) - 1:
            values[FALLING] += moved
        for name, value in values.items():
            shifted = is_new and name in (FALLING, RISING)
            yield _row(
                name, unit_id, month, value, trials,
                centre=0.95, lower=0.92, upper=1.0,
                signal="outside" if shifted else None,
                variation={FALLING: "concerning", RISING: "improving"}[name] if shifted else "common cause",
                assurance=None if name == NEUTRAL else "hit or miss" if name != RISING else "consistently misses",
                chart="cusum" if name == STEADY else "u_prime" if name == NEUTRAL else "p_prime",
            )  # fmt: skip
        yield _row(FEW, unit_id, month, 1.0, 3, centre=0.99, lower=0.6, upper=1.0, chart="cusum") | {
            "value": None,
            "state": "suppressed",
            "variation": "common cause",
        }


def _row(
    name: str, unit_id: str, month: date, value: float, trials: int, **judged: object
) -> dict[str, object]:
    return {
        "indicator_id": name, "unit_id": unit_id, "subject_kind": "unit", "subject_id": unit_id, "month": month,
        "value": value, "state": "value", "numerator": round(value * trials), "denominator": trials,
        "observations": trials, "signal": None, "variation": None, "assurance": None,
    } | judged  # fmt: skip


def _compared(connection: warehouse.Connection, kinds: dict[str, str], period_end: date) -> None:
    """Limits by a formula around 0.9; the few of FEW reach the minimum over twelve months."""
    for place, (unit_id, kind) in enumerate(kinds.items()):
        for name, window, value, size in (
            (FALLING, 1, 0.9 - 0.02 * (place % 3), 80 + place),
            (FEW, 12, 0.98, 36),
        ):
            half = 3 * math.sqrt(0.09 / size)
            limits = [0.9 + side * half * share for share in (0.7, 1, 0.6, 0.9) for side in (-1, 1)]
            connection.execute(
                "INSERT INTO mart.comparison (indicator_id, level, period_end, window_months, unit_id,"
                " subject_kind, subject_id, value, lower95, upper95, lower998, upper998, exact_lower95,"
                " exact_upper95, exact_lower998, exact_upper998, adjusted, outside, state, sample_size, usual)"
                " VALUES (?, ?, ?, ?, ?, 'unit', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0.2, NULL, 'value', ?, 0.9)",
                [name, kind, period_end, window, unit_id, unit_id, value, *limits, size],
            )
