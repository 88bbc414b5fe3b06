"""What the sources record, and so which indicators can be computed, until when, and since when.

Where no source records all that an indicator needs, it is not computable, by name: never 0 %, never 100 %. Where one
source does and another does not, the other's rows are left out. This module must not compute a value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import cast

from model.contract import TABLES
from model.indicators.declaration import Catalogue, Indicator
from model.indicators.expression import names_in
from model.warehouse import Connection

REGISTER_TABLES = frozenset(
    [
        "org_unit",
        "staff",
        "staff_relation",
        "market_cell",
        "school",
        "retailer",
        "licence",
        "working_calendar",
    ]
)
"""A register says what holds until it changes: that none came says nothing, so it does not stop a clock.

But for the working calendar: its end stops the clocks of what is counted in working days."""

MONTHS_KEPT = 120
"""How far back months are computed: ten years, so that one mistyped year does not make a thousand months."""


@dataclass(frozen=True)
class Source:
    """What one source has delivered of one table."""

    name: str
    table: str
    recorded: frozenset[str]
    as_of: date


@dataclass(frozen=True)
class Computability:
    """Whether an indicator can be computed; `missing` names what no source records.

    `as_of` is the last day counted; `first_day` the first day on which there was something to count, where that is not
    a matter of each row's own date.
    """

    indicator: Indicator
    missing: tuple[str, ...]
    as_of: date | None
    first_day: date | None

    @property
    def is_computable(self) -> bool:
        """True where there is something to compute."""
        return not self.missing and (self.first_day is not None or self.indicator.period != "period_end")

    @property
    def first_month(self) -> date | None:
        """The first month with a number."""
        return self.first_day.replace(day=1) if self.first_day else None

    @property
    def first_full_month(self) -> date | None:
        """The first month whose window lies wholly after the first day delivered."""
        if self.first_day is None:
            return None
        if self.indicator.series == "rolling_year":
            return (self.first_day + timedelta(days=364)).replace(day=1)
        if self.indicator.series == "year_to_date" and self.first_day.month > 1:
            return date(self.first_day.year + 1, 1, 1)
        return self.first_month


def sources(connection: Connection) -> list[Source]:
    """Every source of every table, with the union of the columns that its batches record and its last whole day."""
    rows = connection.execute(
        "SELECT source, table_name, list_distinct(flatten(list(recorded_columns))),"
        " CAST(max(as_of) + INTERVAL 1 SECOND AS DATE) - 1 FROM quality.batch GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return [
        Source(name, table, frozenset(recorded) | computed_columns(table), as_of)
        for name, table, recorded, as_of in rows
        if table in TABLES
    ]


def computed_columns(table: str) -> frozenset[str]:
    """The columns that are computed at load where they are not delivered."""
    given = TABLES[table].info.get("keyed_hash")
    return frozenset(given[:1]) if given else frozenset()


def computability(connection: Connection, catalogue: Catalogue) -> dict[str, Computability]:
    """For each indicator whether, until when and since when it can be computed."""
    known = sources(connection)
    first_days, last_working = _first_days(connection, catalogue), _calendar_end(connection)
    found = {item.id: _judge(item, catalogue, known, first_days) for item in catalogue.indicators.values()}
    return {
        name: _until(one, last_working) if counts_working_days(one.indicator, catalogue) else one
        for name, one in found.items()
    }


def counts_working_days(item: Indicator, catalogue: Catalogue) -> bool:
    """True where an indicator is known only as far as the working calendar is."""
    measures = (item.numerator, item.denominator, item.observations)
    texts = [text for one in measures if one for text in (one.value, one.where) if text]
    named = {item.period, *(name for text in texts for name in names_in(text))}
    return not named.isdisjoint(catalogue.views[item.view].working)


def _calendar_end(connection: Connection) -> date | None:
    """The last day of which the working calendar tells every limit, on a connection that is prepared.

    A limit lasts until the day before the next working day, so that of the last working day is not known; but where a
    year ends it is not in that year, since 1 January is a holiday by law.
    """
    row = connection.execute(
        "SELECT max(date), max(CASE WHEN is_working_day THEN date END) FROM working_day"
    ).fetchone()
    last, last_working = row or (None, None)
    if last is None or last_working is None or (last.month, last.day) == (12, 31):
        return cast("date | None", last)
    return cast(date, last_working) - timedelta(days=1)


def _until(state: Computability, last: date | None) -> Computability:
    """The same with a clock that goes no further than a day."""
    if state.as_of is None or last is None or state.as_of <= last:
        return state
    return replace(state, as_of=last)


def _judge(
    item: Indicator, catalogue: Catalogue, known: list[Source], first_days: dict[str, date | None]
) -> Computability:
    missing: list[str] = []
    usable: dict[str, list[Source]] = {}
    for table in item.needed_tables:
        needed = set(item.needed_columns(table))
        of_table = [one for one in known if one.table == table]
        usable[table] = [one for one in of_table if needed <= one.recorded]
        if not usable[table]:
            fewest: set[str] = min((needed - one.recorded for one in of_table), key=len, default=needed)
            missing += [f"{table}.{column}" for column in sorted(fewest)]
    if missing:
        return Computability(item, tuple(missing), None, None)
    view = catalogue.views[item.view]
    clocks = [table for table in usable if table not in REGISTER_TABLES] or list(usable)
    days = [one.as_of for table in clocks for one in usable[table]]
    if not view.is_month_end:
        own = [one.as_of for table in view.reads for one in usable.get(table, [])] or days
        return Computability(item, (), max(own), None)
    watched = [first_days[table] for table in clocks if table in view.clocks]
    starts = watched or [first_days[table] for table in first_days if table in TABLES]
    found = [day for day in starts if day]
    as_of = min(days)
    return Computability(item, (), as_of, _recent(min(found), as_of) if found else as_of)


def _recent(first: date, as_of: date) -> date:
    """`first`, but no earlier than the months that are kept."""
    number = as_of.year * 12 + as_of.month - MONTHS_KEPT
    return max(first, date(number // 12, number % 12 + 1, 1))


def _first_days(connection: Connection, catalogue: Catalogue) -> dict[str, date | None]:
    """The first day in each table that is a clock of some view."""
    clocks = {pair for view in catalogue.views.values() for pair in view.clocks.items()}
    found: dict[str, date | None] = {}
    for table, column in sorted(clocks):
        row = connection.execute(f"SELECT min(CAST({column} AS DATE)) FROM record.{table}").fetchone()  # noqa: S608
        found[table] = row[0] if row else None
    return found
