"""The facts of the indicators: the parts of each view, put together for every level of the tree.

Works on temporary tables of the connection it is given; what to keep of them is for the caller to say. Views at month
ends are computed a few months at a time, so that memory is bounded however many retailers and months there are.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, islice

from model.indicators import composition, context
from model.indicators.declaration import Catalogue, DeclarationError, Indicator, View
from model.indicators.sources import REGISTER_TABLES, Computability, computability
from model.warehouse import STATEMENT_ERRORS, Connection, insert

ROWS_AT_ONCE = 1_000_000
"""Register rows times months that are computed together."""

LONGEST_WINDOW_DAYS = 366
"""How far before its first day a month end looks back: a year, or the calendar year."""

_SHAPES = (
    "ratio",
    "ratio_of_cells",
    "largest_share",
    "largest_share_of_cells",
    "mean_ratio",
    "standardised_mean",
)


Plan = dict[str, composition.Months]
"""For each view the months to compute: None for all."""


@dataclass(frozen=True)
class Ground:
    """What facts are computed on: the connection, prepared, and what is computable on it.

    by_cell: indicators whose parts are kept by market cell, beyond those whose facts are of cells.
    computed: the months of each view that facts were computed for on it, and whose events are kept; None before that.
    """

    connection: Connection
    catalogue: Catalogue
    states: dict[str, Computability]
    doubtful: frozenset[str]
    by_cell: frozenset[str] = frozenset()
    computed: Plan | None = None

    def computable(self, view: View) -> list[Indicator]:
        """The indicators of a view that can be computed."""
        return [item for item in self.catalogue.of_view(view.id) if self.states[item.id].is_computable]


def lay(connection: Connection, catalogue: Catalogue, by_cell: frozenset[str] = frozenset()) -> Ground:
    """Prepare a connection whose current database is a warehouse."""
    doubtful = context.prepare(connection, catalogue)
    states = computability(connection, catalogue)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE declared (indicator_id VARCHAR, version INTEGER, shape VARCHAR,"
        " minimum_denominator BIGINT, has_unit_facts BOOLEAN, has_cell_facts BOOLEAN, has_levels BOOLEAN,"
        " first_month DATE)"
    )
    rows = [
        (
            item.id, item.version, item.shape, item.minimum_denominator, item.has_unit_facts,
            item.has_cell_facts, catalogue.views[item.view].has_levels, states[item.id].first_month,
        )
        for item in catalogue.indicators.values()
    ]  # fmt: skip
    insert(connection, "declared", rows)
    return Ground(connection, catalogue, states, doubtful, by_cell)


def compute(ground: Ground, plan: Plan | None = None) -> None:
    """Fill the temporary tables `part` and `rolled` for all indicators that can be computed, in the plan's months."""
    months = plan or {}
    for name in ("part", "rolled"):
        ground.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} (indicator_id VARCHAR, unit_id VARCHAR, cell_id VARCHAR, month DATE,"
            " stratum VARCHAR, numerator DOUBLE, denominator DOUBLE, observations BIGINT,"
            " numerator_count BIGINT, denominator_count BIGINT)"
        )
    ground.connection.execute("ALTER TABLE rolled DROP cell_id")
    _keep_events(ground, months)
    for view in ground.catalogue.views.values():
        chosen = months.get(view.id)
        if chosen is not None and not chosen:
            continue
        try:
            if view.is_month_end:
                _count_month_ends(ground, view, chosen)
            else:
                _count_events(ground, view, chosen)
        except STATEMENT_ERRORS:
            _name_unreadable(ground, view)
            raise
    ground.connection.execute(
        "DELETE FROM part USING declared WHERE declared.indicator_id = part.indicator_id"
        " AND part.month < declared.first_month"
    )
    ground.connection.execute(f"INSERT INTO rolled {context.sql('fact/rolled')}")


def _name_unreadable(ground: Ground, view: View) -> None:
    """DeclarationError for the first key of a view's indicators whose expression the database cannot compute."""
    for item in ground.computable(view):
        for key, expression in composition.expressions(item).items():
            try:
                ground.connection.execute(
                    f"SELECT {expression} FROM ({context.sql(view.id)}) AS view_row"  # noqa: S608
                ).fetchall()
            except STATEMENT_ERRORS as error:
                reason = f"the database cannot compute it: {error}"
                raise DeclarationError(f"{item.file}: [{item.id}] {key}: {reason}") from error


def weights() -> str:
    """The query of standard weights that are not frozen yet, over `part`."""
    return context.sql("fact/weight")


def facts() -> str:
    """The query of all facts over `part` and `rolled`."""
    return " UNION ALL BY NAME ".join(f"({context.sql(f'fact/{name}')})" for name in (*_SHAPES, "dispersion"))


def _keep_events(ground: Ground, plan: Plan) -> None:
    """Keep the inspections that the planned month ends look back on."""
    planned = [plan.get(view.id) for view in ground.catalogue.views.values() if "inspection" in view.clocks]
    months = [month for chosen in planned if chosen is not None for month in chosen]
    if None not in planned:
        since = min(months, default=date.max) - timedelta(days=LONGEST_WINDOW_DAYS)
        context.deliver(
            ground.connection,
            "inspection",
            f"(SELECT * FROM record.inspection WHERE started_at >= DATE '{since}')",  # noqa: S608
        )
    context.keep_events(ground.connection)
    context.deliver(ground.connection, "inspection", "record.inspection")


def clock_of(state: Computability) -> date:
    """The last day that an indicator counts."""
    return state.as_of or date.min


def _count_events(ground: Ground, view: View, chosen: composition.Months) -> None:
    """The parts of a view whose rows count in months of their own, from the rows that can count in the chosen ones."""
    for table in view.reads:
        context.deliver(ground.connection, table, composition.restricted(view, table, chosen))
    _count(ground, view, ground.computable(view), chosen)
    for table in view.reads:
        context.deliver(ground.connection, table, f"record.{table}")


def _count_month_ends(ground: Ground, view: View, chosen: composition.Months) -> None:
    """The parts of a view at month ends, a few months at a time, for each clock of its indicators."""

    def clock(item: Indicator) -> date:
        return clock_of(ground.states[item.id])

    size = _register_size(ground.connection, view)
    for as_of, group in groupby(sorted(ground.computable(view), key=clock), key=clock):
        indicators = list(group)
        first = min(day for item in indicators if (day := ground.states[item.id].first_month))
        months = (month for month in months_between(first, as_of) if chosen is None or month in chosen)
        while chunk := list(islice(months, max(1, ROWS_AT_ONCE // size))):
            set_period(ground.connection, chunk, as_of)
            _count(ground, view, indicators, None)


def _register_size(connection: Connection, view: View) -> int:
    """How many rows a view has a month: those of its register; an event falls in one month only."""
    if view.table not in REGISTER_TABLES:
        return 1
    row = connection.execute(f"SELECT count(*) FROM record.{view.table}").fetchone()  # noqa: S608
    return max(1, int(row[0]) if row else 1)


def months_between(first: date, last: date) -> Iterator[date]:
    """The first days of the months from `first` to `last`."""
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield date(number // 12, number % 12 + 1, 1)


def set_period(connection: Connection, months: Iterable[date], as_of: date) -> None:
    """Say which months a view at month ends is computed for; one in progress ends with the last day delivered."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE period (month DATE, period_start DATE, period_end DATE, year_start DATE)"
    )
    ends = [
        (month, min(month.replace(day=calendar.monthrange(month.year, month.month)[1]), as_of))
        for month in months
    ]
    insert(connection, "period", ((month, month, end, end.replace(month=1, day=1)) for month, end in ends))


def _count(ground: Ground, view: View, indicators: list[Indicator], chosen: composition.Months) -> None:
    """Add the parts of these indicators, all of one view: the ratios in one scan, the others one by one."""
    if not indicators:
        return
    connection, rows = ground.connection, f"({context.sql(view.id)}) AS view_row"
    scanned = [item for item in indicators if item.shape in ("ratio", "mean_ratio")]
    single = [item for item in indicators if item not in scanned]
    if len({item.unit for item in scanned}) + len(single) > 1:
        narrowed = composition.narrowed(context.sql(view.id), indicators, chosen, ground.by_cell)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE view_row AS {narrowed}")
        rows = "view_row"
    for unit in sorted({item.unit for item in scanned}):
        of_unit = [item for item in scanned if item.unit == unit]
        select = composition.scan(rows, of_unit, unit, ground.doubtful, chosen, ground.by_cell)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE scanned AS {select}")
        connection.execute(f"INSERT INTO part {composition.unpivoted('scanned', of_unit)}")
    for item in single:
        select = composition.alone(rows, item, ground.doubtful, chosen)
        connection.execute(
            f"INSERT INTO {'rolled' if item.shape == 'dispersion' else 'part'} BY NAME {select}"
        )
    connection.execute("DROP TABLE IF EXISTS view_row; DROP TABLE IF EXISTS scanned")
