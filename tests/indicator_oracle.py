"""The indicators as their definitions say, word by word: correlated subqueries over small data, month by month.

Slow and literal on purpose: it shares no SQL with the product, so that equal numbers mean something.
"""

from __future__ import annotations

import calendar
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from model import warehouse
from model.contract import REGISTERS, TABLES

DEFINITIONS = Path(__file__).parents[2] / "shared" / "domain" / "indicators.csv"
REGISTER_TABLES = frozenset({*REGISTERS, "staff_relation", "licence", "working_calendar"})
_UNITS = ("unit_id", "handling_unit_id", "target_unit_id")
_OBSERVATIONS = {
    "I8": "least(count(*) filter (where state = 'active' and risk_level = 'high'),"
    " count(*) filter (where state = 'active' and risk_level = 'low'))",
    "H5": "sum(active_retailer_count)",
    "M2": "count(*) filter (where scarce_quantity is not null and top_one_percent_scarce_quantity is not null)",
    "C4": "count(*) filter (where penalty_base_amount > 0 and fine_amount > 0)",
}
_MACROS = """
create macro working_days(a, b) as case when cast(b as date) >= cast(a as date)
     and cast(a as date) >= (select min(w.date) from working_calendar w)
     and cast(b as date) <= (select max(w.date) from working_calendar w) then
  (select count(*) from working_calendar w where w.is_working_day
     and w.date > cast(a as date) and w.date <= cast(b as date)) end;
create macro latest_day(a, n) as case when cast(a as date) >= (select min(w.date) from working_calendar w) then
  (select list(w.date order by w.date) from working_calendar w
     where w.is_working_day and w.date > cast(a as date))[n + 1] - 1 end;
create macro unit_of_cell(c, day) as (select min(m.unit_id) from market_cell m where m.cell_id = c
     and m.valid_from <= day and (m.valid_to is null or m.valid_to >= day));
create macro metres_between(x1, y1, x2, y2) as 12742000 * asin(sqrt(power(sin(radians(y2 - y1) / 2), 2)
     + cos(radians(y1)) * cos(radians(y2)) * power(sin(radians(x2 - x1) / 2), 2)));
"""

Numbers = dict[tuple[str, str, str, date, str | None], tuple[Any, Any, int]]
"""(indicator, subject kind, subject, month, stratum) → numerator, denominator, observations."""


def definitions() -> dict[str, dict[str, str]]:
    """The rows of the definitions by id."""
    with DEFINITIONS.open(encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@dataclass(frozen=True)
class Oracle:
    """Computes definitions over the records attached as `snapshot`; `as_of` is each table's last whole day."""

    connection: warehouse.Connection
    as_of: dict[str, date]

    def numbers(self, months: list[date]) -> Numbers:
        """Every indicator for every unit of every level, or every cell, in these months."""
        connection = self.connection
        connection.execute("CREATE OR REPLACE SCHEMA memory.oracle")
        connection.execute("USE memory.oracle")
        for name in ("working_calendar", "market_cell"):
            connection.execute(f"CREATE TABLE {name} AS FROM snapshot.record.{name}")
        connection.execute(_MACROS)
        found: Numbers = {}
        depths = dict(
            connection.execute(
                "SELECT unit_id, max(distance) FROM snapshot.mart.unit_tree GROUP BY 1"
            ).fetchall()
        )
        for level in sorted(set(depths.values())):
            for row in definitions().values():
                self._tables(row, level)
                for month in months:
                    for subject, stratum, *values in self._month(row, month):
                        is_cell = row["grain"] == "cell"
                        if subject is not None and (is_cell or depths[subject] == level) and values[2]:
                            key = (row["id"], row["grain"], subject, month, stratum)
                            found[key] = (values[0], values[1], values[2])
        connection.execute("USE memory")
        return found

    def _tables(self, row: dict[str, str], level: int) -> None:
        """Every table as the indicator sees it: unit codes are those of the level, rows with unknown needs are out."""
        self.connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE label AS
            SELECT t.unit_id, coalesce(max(t.ancestor_id) FILTER (a.depth = {level}), t.unit_id) AS label
            FROM snapshot.mart.unit_tree t
            JOIN (SELECT unit_id AS ancestor_id, max(distance) AS depth FROM snapshot.mart.unit_tree GROUP BY 1) a
                USING (ancestor_id)
            GROUP BY t.unit_id""")
        is_relabelled = row["id"] != "H5"
        text = f"{row['derived']} {row['record_table']} market_cell"
        for name, table in TABLES.items():
            if not re.search(rf"\b{name}\b", text):
                continue
            sources = {name: name} | ({f"{name}_version": f"{name}_version"} if name in REGISTERS else {})
            for view, source in sources.items():
                units = [c for c in _UNITS if c in table.columns and name != "org_unit" and is_relabelled]
                replaced = ", ".join(
                    f"(SELECT label FROM label WHERE label.unit_id = r.{c}) AS {c}" for c in units
                )
                needs = [
                    need.split(".")[1] for need in row["needs"].split(";") if need.startswith(f"{name}.")
                ]
                listed = ", ".join(f"'{need}'" for need in needs) or "''"
                self.connection.execute(
                    f"CREATE OR REPLACE TABLE {view} AS SELECT r.* {f'REPLACE ({replaced})' if units else ''}"
                    f" FROM snapshot.record.{source} r WHERE NOT EXISTS (SELECT 1 FROM snapshot.quality.cell c WHERE"
                    f" c.table_name = '{name}' AND c.batch_id = r.batch_id AND c.row_number = r.row_number"
                    f" AND c.column_name IN ({listed}))"
                )

    def clock(self, row: dict[str, str]) -> date:
        """The last day that an indicator counts: the earliest of its tables, registers' if no others."""
        tables = {need.split(".")[0] for need in row["needs"].split(";")}
        events = [self.as_of[table] for table in tables if table not in REGISTER_TABLES]
        return min(events or [self.as_of[table] for table in tables])

    def _month(self, row: dict[str, str], month: date) -> Iterator[tuple[Any, ...]]:
        as_of = self.clock(row)
        if month > as_of:
            return
        end = min(month.replace(day=calendar.monthrange(month.year, month.month)[1]), as_of)
        is_month_end = "period_date = $period_end" in row["derived"]
        if is_month_end:
            for name in ("staff", "retailer", "org_unit"):
                if not re.search(rf"\b{name}\b", f"{row['derived']} {row['record_table']}"):
                    continue
                self.connection.execute(
                    f"CREATE OR REPLACE TEMP VIEW in_force AS"
                    f" SELECT * EXCLUDE (in_force_from, in_force_to) FROM {name}_version"
                    f" WHERE DATE '{end}' BETWEEN in_force_from AND coalesce(in_force_to, DATE '9999-12-31')"
                )
                self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM in_force")
        query = self._query(row, is_month_end)
        for name, value in {"period_start": month, "period_end": end, "as_of": as_of}.items():
            query = query.replace(f"${name}", f"DATE '{value}'")
        yield from self.connection.execute(query).fetchall()

    def _query(self, row: dict[str, str], is_month_end: bool) -> str:
        steps = [step.strip() for step in row["derived"].split("; ")]
        table, body = row["record_table"], f"SELECT * FROM {row['record_table']}"
        if steps[0].startswith("view "):
            table, body = re.fullmatch(r"view (\w+) = (.*)", steps.pop(0), re.S).groups()  # type: ignore[union-attr]
        names = ["step_0"]
        ctes = [f"step_0 AS ({body})"]
        columns = set(TABLES[table].columns.keys()) if table in TABLES else {"unit_id"}
        for place, step in enumerate(steps, 1):
            name, expression = step.split(" = ", 1)
            if not is_month_end:
                expression = re.sub(
                    r"from (staff|retailer|org_unit) (\w) where",
                    r"from \1_version \2 where period_date between \2.in_force_from"
                    r" and coalesce(\2.in_force_to, date '9999-12-31') and",
                    expression,
                )
            chosen = (
                f"* REPLACE (({expression}) AS {name})" if name in columns else f"*, ({expression}) AS {name}"
            )
            inner = f"SELECT {chosen} FROM {names[-1]} AS {table}"
            if name == "period_date":
                inner = f"SELECT * FROM ({inner}) WHERE period_date BETWEEN $period_start AND $period_end"
                inner += " AND period_date <= $as_of"
            ctes.append(f"step_{place} AS ({inner})")
            names.append(f"step_{place}")
        unit = "cell_id" if row["grain"] == "cell" else "unit_id"
        if row["id"] == "H5":
            unit = "(SELECT label FROM label WHERE label.unit_id = org_unit.unit_id)"
        stratum = "stratum" if "stratum = " in row["derived"] else "NULL"
        observations = _OBSERVATIONS.get(row["id"], row["denominator"])
        return (
            f"WITH {', '.join(ctes)} SELECT {unit}, {stratum}, {row['numerator']}, {row['denominator']}, {observations}"
            f" FROM {names[-1]} AS {table} GROUP BY 1, 2"
        )
