"""Aggregates: what screens draw besides indicators, counted from the records for every unit of the tree.

Written into the snapshot under construction once it is measured and judged; what of it the screen file may hold is
screen.py's to say. Nothing here is a warning or a score. Every number is of the rows of all a unit's descendants: no
number is put together from those of its children.
"""

from __future__ import annotations

from datetime import date

from etl import sql
from etl.judge.court import complete_month, first_day
from model import warehouse
from model.indicators import Catalogue, catalogue, context
from model.indicators.sources import Source, sources
from model.process import Process, Processes, Stages, Step, processes, stages

LONGEST_LIMIT_MONTHS = 12
"""How long before its limit a step may have ended and still be counted in the month of that limit."""

NEEDS = {
    "activity": ("planned_on", "done_on"),
    "honour": ("honour_level", "granted_on"),
    "initiative": ("state", "plan_set_on", "pilot_chosen_on", "standard_built_on", "rolled_out_on", "due_on"),
    "oversight_task": ("due_on", "done_on"),
    "scenario": ("step", "state", "taken_on", "launched_on"),
    "warning": ("due_at", "state", "verdict", "closed_at"),
}
"""What a source must record of a table for its rows to be counted."""


def aggregate(connection: warehouse.Connection) -> None:
    """Write the marts of aggregates into the judged warehouse attached as `snapshot`, those of processes aside."""
    keep_indicators(connection, catalogue())
    keep_building(connection, stages(), _prepared(connection))


def count_processes(connection: warehouse.Connection) -> None:
    """The steps of processes alone: they stand on measured records, and on nothing that is judged."""
    keep_processes(connection, processes(), _prepared(connection))


def _prepared(connection: warehouse.Connection) -> list[Source]:
    """The sources that deliver; the connection knows the numbered days from now on."""
    connection.execute("USE snapshot")
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE process_day AS {context.sql('context/working_day')}"
        )
        return sources(connection)
    finally:
        connection.execute("USE memory")


def keep_indicators(connection: warehouse.Connection, known: Catalogue) -> None:
    """What is declared of each indicator, so that a screen can name what it shows."""
    connection.execute(sql.statement("indicator_declared"))
    rows = [
        [
            item.id, item.name.zh, item.name.en, item.dimension, item.domain, item.direction, item.target, item.floor,
            item.kind, item.scored, item.version, item.series, item.grain, item.minimum_denominator,
        ]
        for item in known.indicators.values()
    ]  # fmt: skip
    warehouse.insert(connection, "snapshot.mart.indicator", rows)


def keep_building(connection: warehouse.Connection, staged: Stages, delivered: list[Source]) -> None:
    """What is done about integrity: activities, honours, projects, scenarios, tasks, and what became of warnings."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE aggregate_source (table_name VARCHAR, source VARCHAR, as_of DATE);"
        "CREATE OR REPLACE TEMP MACRO absent(given) AS CASE WHEN given IN"
        " (SELECT table_name FROM aggregate_source) THEN 'no_data' ELSE 'not_computable' END"
    )
    usable = [one for one in delivered if one.recorded.issuperset(NEEDS.get(one.table, ("",)))]
    warehouse.insert(connection, "aggregate_source", ((one.table, one.name, one.as_of) for one in usable))
    for table, needs in NEEDS.items():
        listed = ", ".join(map(sql.literal, needs))
        connection.execute(sql.statement("aggregate_usable", table=table, needs=listed))
    for name in ("duty", "honour", "initiative", "oversight", "scenario"):
        connection.execute(sql.statement(f"aggregate_{name}"))
    connection.execute(
        sql.statement(
            "aggregate_disposition",
            window_months=str(staged.window_months),
            names=", ".join(sql.literal(item.id) for item in staged.items),
            stages=", ".join(
                f"CASE WHEN {item.where} THEN {sql.literal(item.id)} END" for item in staged.items
            ),
        )
    )


def keep_processes(connection: warehouse.Connection, declared: Processes, delivered: list[Source]) -> None:
    """The steps of the declared processes, one scan of each process's table."""
    connection.execute(sql.statement("process_schema"))
    for process in declared.items:
        newest = _newest(process, delivered)
        _declare(connection, declared, process, delivered, newest)
        if newest:
            since = _before(newest, declared.history_months + LONGEST_LIMIT_MONTHS)
            connection.execute(rows_of(process, since))
    connection.execute(sql.statement("process_steps"))


def rows_of(process: Process, since: date) -> str:
    """The statement that keeps the steps of a process's records that ended since a day, or are open."""
    return sql.statement(
        "process_rows",
        process=sql.literal(process.id),
        table=sql.name(process.table),
        unit=sql.name(process.unit),
        steps=", ".join(_as_struct(step) for step in process.steps),
        since=f"DATE {sql.literal(str(since))}",
    )


def _newest(process: Process, delivered: list[Source]) -> date | None:
    """The newest month that some source of the process's table delivered whole."""
    clocks = [one.as_of for one in delivered if one.table == process.table]
    return first_day(complete_month(max(clocks))) if clocks else None


def _before(month: date, months: int) -> date:
    """The first day of the month so many months before."""
    number = month.year * 12 + month.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _declare(
    connection: warehouse.Connection,
    declared: Processes,
    process: Process,
    delivered: list[Source],
    newest: date | None,
) -> None:
    """Let the statements know a process: its steps, what each needs, which sources record that, and the windows."""
    rows: dict[str, list[tuple[object, ...]]] = {
        "process_declared": [
            (process.id, step.id, step.place, step.day_kind, step.has_limit) for step in process.steps
        ],
        "process_need": [
            (process.id, step.id, process.table, column) for step in process.steps for column in step.needs
        ],
        "process_source": [
            (process.id, step.id, one.name, one.as_of)
            for step in process.steps
            for one in delivered
            if one.table == process.table and one.recorded.issuperset(step.needs)
        ],
        "process_window": [(process.id, None, None, None)],
    }
    if newest:
        windows = [(newest, months) for months in declared.windows]
        windows += [(_before(newest, back), 1) for back in range(1, declared.history_months)]
        rows["process_window"] = [
            (process.id, _before(month, months - 1), month, months) for month, months in windows
        ]
    for table, found in rows.items():
        warehouse.insert(connection, table, found)


def _as_struct(step: Step) -> str:
    """A step's expressions as one value of a row."""
    fields = {
        "step": sql.literal(step.id),
        "is_chosen": f"coalesce(({step.where or 'true'}), false)",
        "started_at": f"CAST(({step.start}) AS TIMESTAMP)",
        "ended_at": f"CAST(({step.end}) AS TIMESTAMP)",
        "left_at": f"CAST(({step.left or 'NULL'}) AS TIMESTAMP)",
        "due_at": f"CAST(({step.due or 'NULL'}) AS TIMESTAMP)",
        "has_limit": "true" if step.limit else "false",
        "allowed_days": f"CAST(({step.limit or 'NULL'}) AS INTEGER)",
        "excluded_days": f"coalesce(CAST(({step.excluded or 'NULL'}) AS INTEGER), 0)",
        "is_excused": f"coalesce(({step.excused or 'false'}), false)",
        "is_working": "true" if step.day_kind == "working" else "false",
    }
    return "{" + ", ".join(f"'{name}': {text}" for name, text in fields.items()) + "}"
