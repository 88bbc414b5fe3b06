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
from model.warehouse import Connection

SQL = Path(__file__).parent / "sql"
_TABLES = ("working_day", "delivered_batch", "unknown_cell")
_REGISTERS = ("staff_in_force", "retailer_in_force", "cell_in_force", "root_in_force", "retailer_placed")
_EVENTS = ("officer_team_number", "inspection_event")


@cache
def sql(file: str) -> str:
    """The text of one SQL file of the indicators."""
    return (SQL / f"{file}.sql").read_text(encoding="utf-8")


def prepare(connection: Connection, catalogue: Catalogue) -> frozenset[str]:
    """Create what the views stand on; the needed columns of which something is unknown in some row."""
    connection.execute("CREATE OR REPLACE TEMP TABLE needed_column (table_name VARCHAR, column_name VARCHAR)")
    needs = {tuple(need.split(".")) for item in catalogue.indicators.values() for need in item.needs}
    wanted = [list(need) for need in sorted(needs) if need[1] not in computed_columns(need[0])]
    if wanted:
        connection.executemany("INSERT INTO needed_column VALUES (?, ?)", wanted)
    for name in _TABLES:
        _keep(connection, name)
    for table in sorted({table for view in catalogue.views.values() for table in view.reads}):
        select = Template(sql("context/delivered")).substitute(table=table)
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {table}_delivered AS {select}")
    for name in _REGISTERS:
        _keep(connection, name)
    for name in _EVENTS:
        _keep(connection, name)
    unknown = connection.execute(
        "SELECT unnest(unrecorded) FROM delivered_batch UNION SELECT unnest(columns) FROM unknown_cell"
    ).fetchall()
    return frozenset(name for (name,) in unknown)


def _keep(connection: Connection, name: str) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql(f'context/{name}')}")
