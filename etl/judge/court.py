"""What every part of judging shares: what is declared, how far each indicator's sources speak, and what was judged.

Judging is done at the end of a month that the sources delivered wholly. This module must not judge anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from model import warehouse
from model.indicators import Catalogue, Indicator
from model.indicators.facts import Ground, lay
from model.judgement import Rules
from model.judgement.declaration import check_against
from model.judgement.series import Columns

SUBJECT = ("unit_id", "subject_kind", "subject_id")
NUMBERS = ("value", "threshold", "sample_size", "p", "adjusted", "evidence_count")
WARNING = (
    "warning_id", "indicator_id", "rule_version", *SUBJECT, "kind", "level", "period_start", "period_end", *NUMBERS,
)  # fmt: skip
Month = np.datetime64
ROWS_AT_ONCE = 100_000
"""How many rows are handed to the database at once: each time costs milliseconds, and each row memory."""


@dataclass
class Judged:
    """What one run has judged so far.

    `periods`: indicator, kind and end of each month judged for warnings. `evidence`: indicator, end and the pairs
    behind the patterns found there. `kept`: indicators of which no fact changed, so that their trend stands.
    """

    trend: list[Columns] = field(default_factory=list)
    comparison: list[Columns] = field(default_factory=list)
    warnings: list[Columns] = field(default_factory=list)
    periods: list[tuple[str, str, date]] = field(default_factory=list)
    evidence: list[tuple[str, date, Columns]] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)

    def __iadd__(self, more: Judged) -> Judged:
        """Add what another judged."""
        for name, held in vars(self).items():
            held.update(getattr(more, name)) if isinstance(held, set) else held.extend(getattr(more, name))
        return self


@dataclass(frozen=True)
class Court:
    """What judging needs: the connection with `snapshot` attached, what is declared, and each indicator's last day.

    `clocks`: of indicators with facts. `delivered`: of all whose columns are recorded, with facts or without.
    `whole_from`: of those that need it, the first month that is known as far back as they look.
    """

    connection: warehouse.Connection
    catalogue: Catalogue
    rules: Rules
    clocks: dict[str, date]
    delivered: dict[str, date]
    whole_from: dict[str, Month]

    @property
    def newest(self) -> Month:
        """The newest month that some indicator's sources delivered wholly."""
        return max(complete_month(clock) for clock in self.clocks.values())

    def version(self, item: Indicator) -> str:
        """The version of the rule that a warning rests on: the indicator's and the judgement's."""
        return f"{item.version}.{self.rules.version}"


def complete_month(clock: date) -> Month:
    """The newest month that ends on or before a day."""
    month: Month = (np.datetime64(clock, "D") + 1).astype("M8[M]") - 1
    return month


def first_day(month: Month) -> date:
    """The first day of a month."""
    day: date = month.astype("M8[D]").item()
    return day


def last_day(month: Month) -> date:
    """The last day of a month."""
    return first_day(month + 1) - timedelta(days=1)


def convene(
    connection: warehouse.Connection, declared: Rules, known: Catalogue, until: date | None = None
) -> Court:
    """What judging needs; `until`: judge as on that day, as if no later month had come."""
    check_against(declared, known)
    rows = connection.execute(
        "SELECT indicator_id, as_of, state = 'computed', first_full_month FROM snapshot.mart.indicator_state"
        " WHERE state <> 'not_computable' AND as_of IS NOT NULL"
    ).fetchall()
    delivered = {name: min(as_of, until or as_of) for name, as_of, *_ in rows if name in known.indicators}
    clocks = {name: delivered[name] for name, _, has_facts, _ in rows if has_facts and name in delivered}
    in_need = {name for name, item in known.indicators.items() if item.needs_whole_window}
    whole_from = {name: Month(first, "M") for name, *_, first in rows if first and name in in_need}
    return Court(connection, known, declared, clocks, delivered, whole_from)


@contextmanager
def grounded(court: Court, laid: Ground | None = None) -> Iterator[Ground]:
    """The snapshot as the current database, with what the derived views stand on, where that is not laid already."""
    court.connection.execute("USE snapshot")
    try:
        yield laid or lay(court.connection, court.catalogue)
    finally:
        court.connection.execute("USE memory")


def same(rows: int, **values: object) -> Columns:
    """Columns that hold one value for all rows."""
    return {name: np.full(rows, value, dtype=object) for name, value in values.items()}


def fetched(result: warehouse.Connection) -> Columns:
    """The rows of a statement as columns; None where a text or list is not known, NaN where a number is not."""
    rows, unknown = {}, {"O": None, "f": np.nan}
    for name, column in result.fetchnumpy().items():
        rows[name] = np.asarray(column)
        if rows[name].dtype.kind in unknown and isinstance(column, np.ma.MaskedArray):
            rows[name][np.ma.getmaskarray(column)] = unknown[rows[name].dtype.kind]
    return rows


def insert(connection: warehouse.Connection, mart: str, parts: list[Columns]) -> None:
    """Append columns to a mart by name, some parts at once to spare memory; what the mart does not hold is left out."""
    held = [
        column[0]
        for column in connection.execute(f"SELECT * FROM snapshot.mart.{mart} LIMIT 0").description or ()
    ]
    for some in _alike(parts):
        names = [name for name in held if name in some[0]]
        columns = {name: np.concatenate([part[name] for part in some]) for name in names}
        rows = pa.table({name: pa.array(column, from_pandas=True) for name, column in columns.items()})
        connection.register("judged_rows", rows)
        connection.execute(f"INSERT INTO snapshot.mart.{mart} BY NAME SELECT * FROM judged_rows")
        connection.unregister("judged_rows")


def _alike(parts: list[Columns]) -> Iterator[list[Columns]]:
    """Parts of the same columns together, as many as make about ROWS_AT_ONCE rows."""
    waiting: dict[tuple[str, ...], list[Columns]] = {}
    for part in parts:
        some = waiting.setdefault(tuple(part), [])
        some.append(part)
        if sum(len(next(iter(one.values()))) for one in some) >= ROWS_AT_ONCE:
            yield waiting.pop(tuple(part))
    yield from waiting.values()
