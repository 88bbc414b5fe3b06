"""A small bureau in which chance deals out the work, and what tests of its judgement ask of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from etl import sql
from etl.judge import judge_marts
from etl.measure import measure_indicators
from model import warehouse
from model.indicators import catalogue
from model.judgement import rules
from tests.indicator_bureau import TABLE_ORDER, Bureau, empty

OFFICES = [f"O{number}" for number in range(1, 7)]
FIRST, LAST = date(2023, 5, 1), date(2024, 4, 30)
SHOPS, OFFICERS, CASES = 70, 6, 30
Rows = list[dict[str, Any]]


@dataclass
class Lawful:
    """A year of a bureau in which chance deals out the work; tests change its rows before they are written."""

    seed: int = 1
    rows: dict[str, Rows] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
        self.rows = {
            "org_unit": [{"unit_id": "R", "name": "R", "unit_type": "county_bureau"}]
            + [{"unit_id": one, "parent_unit_id": "R", "name": one, "unit_type": "management_office"}
               for one in OFFICES],
            "working_calendar": [{"date": FIRST + timedelta(days=day), "is_working_day": True} for day in range(500)],
            "staff": [], "market_cell": [], "retailer": [], "licence": [], "inspection": [],
            "licence_application": [], "enforcement_case": [],
        }  # fmt: skip
        for office in OFFICES:
            self._office(office)

    def team(self, office: str) -> list[str]:
        """Two officers of an office, by lot."""
        pairs = list(combinations([f"{office}-P{number}" for number in range(OFFICERS)], 2))
        return list(pairs[self.random.integers(len(pairs))])

    def moment(self) -> datetime:
        days = int(self.random.integers((LAST - FIRST).days + 1))
        return datetime.combine(FIRST + timedelta(days=days), time(10))

    def _office(self, office: str) -> None:
        self.rows["staff"] += [
            {"staff_id": f"{office}-P{number}", "unit_id": office, "role": "monopoly_officer"}
            for number in range(OFFICERS)
        ]
        for cell in range(3):
            self.rows["market_cell"].append({"cell_id": f"{office}-C{cell}", "unit_id": office, "name": "x",
                                             "valid_from": date(2020, 1, 1)})  # fmt: skip
        for number in range(SHOPS):
            self._shop(office, f"{office}-T{number}", f"{office}-C{number % 3}")
        for number in range(120):
            first, second = self.team(office)
            visited = self.moment()
            self.rows["licence_application"].append({
                "application_no": f"{office}-A{number}", "unit_id": office, "application_type": "new",
                "submitted_at": visited, "verification_started_at": visited, "verification_ended_at": visited,
                "first_verifier_id": first, "second_verifier_id": second, "decided_at": visited + timedelta(days=3),
                "result": "granted",
            })  # fmt: skip
        for number in range(CASES):
            position = float(self.random.uniform(0.0, 1.0))
            self.rows["enforcement_case"].append({
                "case_no": f"{office}-K{number}", "unit_id": office, "case_source": "inspection",
                "violation_code": "x", "clue_at": self.moment(), "penalty_decided_on": self.moment().date(),
                "penalty_base_amount": 1000.0, "fine_amount": 1000.0 * (0.05 + 0.05 * position), "band_low": 0.05,
                "band_high": 0.10,
            })  # fmt: skip

    def _shop(self, office: str, shop: str, cell: str) -> None:
        self.rows["retailer"].append({"retailer_id": shop, "cell_id": cell, "state": "active", "risk_level": "low",
                                      "is_plan_exempt": False})  # fmt: skip
        self.rows["licence"].append({"licence_no": f"X{shop}", "retailer_id": shop, "issuing_unit_id": "R",
                                     "issued_on": date(2021, 1, 1)})  # fmt: skip
        for number in range(4 if self.random.random() > 0.07 else 0):
            self.rows["inspection"].append({
                "inspection_no": f"{shop}-{number}", "unit_id": office, "retailer_id": shop,
                "inspection_kind": "routine", "officer_ids": self.team(office), "started_at": self.moment(),
                "issue_count": int(self.random.random() < 0.1),
            })  # fmt: skip

    def of(self, table: str, office: str) -> Rows:
        return [row for row in self.rows[table] if row["unit_id"] == office]

    def judged(self) -> Bureau:
        """The bureau, written, measured and judged."""
        bureau = empty()
        bureau.connection.execute("CREATE TEMP MACRO keyed_hash(text) AS sha256('key' || text)")
        for number, table in enumerate(TABLE_ORDER, 1):
            bureau.batch(table, datetime.combine(LAST, time(23, 59, 59)), number)
            rows = self.rows.get(table)
            if rows:
                frame = pd.DataFrame(rows).assign(batch_id=number, row_number=range(len(rows)))
                bureau.connection.register("given", frame)
                bureau.connection.execute(f"INSERT INTO snapshot.record.{sql.name(table)} BY NAME FROM given")
        bureau.finish()
        return again(bureau)


def again(bureau: Bureau) -> Bureau:
    measure_indicators(bureau.connection)
    judge_marts(bureau.connection, rules(), catalogue())
    return bureau


def rows(connection: warehouse.Connection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()
