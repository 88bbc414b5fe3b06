"""What the derived views stand on: the numbered calendar, the batches' clocks, and the registers as they stood.

Everything here is a temporary table or view of the connection, over the records of the warehouse that is its current
database. So the same SQL serves a snapshot under construction and a published one, and nothing is written to either.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Template

from model.indicators.declaration import Catalogue
from model.indicators.sources import computed_columns
from model.warehouse import Connection, insert

SQL = Path(__file__).parent / "sql"
_TABLES = ("working_day", "delivered_batch", "unknown_cell")
_REGISTERS = (
    "staff_in_force", "retailer_in_force", "cell_in_force", "root_in_force", "retailer_placed",
    "officer_team_number", "team_certified",
)  # fmt: skip


@cache
def sql(file: str) -> str:
    """The text of one SQL file of the indicators."""
    return (SQL / f"{file}.sql").read_text(encoding="utf-8")


def prepare(connection: Connection, catalogue: Catalogue) -> frozenset[str]:
    """Create what the views stand on; the needed columns of which something is unknown in some row."""
    connection.execute("CREATE OR REPLACE TEMP TABLE needed_column (table_name VARCHAR, column_name VARCHAR)")
    needs = {tuple(need.split(".")) for item in catalogue.indicators.values() for need in item.needs}
    wanted = [list(need) for need in sorted(needs) if need[1] not in computed_columns(need[0])]
    insert(connection, "needed_column", wanted)
    for name in _TABLES:
        _keep(connection, name)
    for table in delivered_tables(catalogue):
        deliver(connection, table, f"record.{table}")
    for name in _REGISTERS:
        _keep(connection, name)
    unknown = connection.execute(
        "SELECT unnest(unrecorded) FROM delivered_batch UNION SELECT unnest(columns) FROM unknown_cell"
    ).fetchall()
    return frozenset(name for (name,) in unknown)


def delivered_tables(catalogue: Catalogue) -> list[str]:
    """The tables whose rows the views take with their source's clock."""
    return sorted({table for view in catalogue.views.values() for table in view.reads})


def deliver(connection: Connection, table: str, rows: str) -> None:
    """Let the views take these rows of a table: all of them, or those of some months, or those that changed."""
    select = Template(sql("context/delivered")).substitute(table=table, rows=rows)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {table}_delivered AS {select}")


def keep_events(connection: Connection) -> None:
    """Keep what the month ends ask of inspections, of those that are delivered now."""
    _keep(connection, "inspection_event")


def _keep(connection: Connection, name: str) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql(f'context/{name}')}")
