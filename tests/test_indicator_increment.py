"""An increment leaves the facts that computing everything anew would give, and leaves alone what nothing touched."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column

from etl import measure, sql
from etl.measure import measure_indicators
from model import warehouse
from model.contract import TABLES
from model.indicators.facts import Plan
from tests import indicator_bureau
from tests.etl_helpers import run

ROOT = Path(__file__).parent.parent
START = date(2024, 5, 17)
FED = [
    name
    for name in TABLES
    if name not in ("working_calendar", "school", "honour", "scenario", "initiative", "oversight_task")
]
REGISTER_SHARE, EVENT_SHARE = 0.4, 0.03
MARTS = ("indicator_fact", "indicator_stratum", "group_fact")
DELTAS = (
    ("inspection",),
    ("licence_application", "complaint"),
    ("enforcement_case", "evaluation", "activity", "supply_month", "warning", "vault_access"),
    ("retailer", "inspection"),
    ("staff", "licence"),
    ("staff_relation", "checklist", "market_cell"),
    ("org_unit",),
)


@dataclass
class Feed:
    """The files of random bureaus, in which the same keys come back with other content."""

    folder: Path
    bureaus: dict[int, indicator_bureau.Bureau] = field(default_factory=dict)

    def text(self, seed: int, table: str, share: float, renamed: str = "") -> str:
        """A CSV of a share of a random bureau's rows; `renamed` makes their keys new ones."""
        if seed not in self.bureaus:
            self.bureaus[seed] = indicator_bureau.build(seed)
        columns = ", ".join(self._column(column, renamed) for column in TABLES[table].columns)
        target = self.folder / f"{table}.csv"
        self.bureaus[seed].connection.execute(
            f"COPY (SELECT {columns} FROM snapshot.record.{sql.name(table)}"
            f" WHERE hash(row_number + {seed}) % 1000 < {share * 1000} ORDER BY row_number) TO '{target}' (HEADER)"
        )
        return target.read_text(encoding="utf-8")

    def _column(self, column: Column[Any], renamed: str) -> str:
        name = sql.name(column.name)
        if column.info["kind"] == "list<string>":
            return f"array_to_string({name}, ';') AS {name}"
        is_own_key = (
            column.primary_key and column.info["kind"] == "string" and column.info["references"] is None
        )
        return f"{name} || '{renamed}' AS {name}" if is_own_key and renamed else name


def _facts(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with warehouse.connect(path, read_only=True) as connection:
        return {
            name: connection.execute(
                "SELECT * REPLACE (round(numerator, 6) AS numerator, round(denominator, 6) AS denominator)"
                f" FROM mart.{name} ORDER BY ALL"
            ).fetchall()
            for name in MARTS
        }


def _anew(path: Path, target: Path) -> dict[str, list[tuple[object, ...]]]:
    """The facts that computing everything anew gives for the same records."""
    shutil.copyfile(path, target)
    target.chmod(0o644)
    connection = warehouse.connect()
    connection.execute(f"ATTACH {sql.literal(str(target))} AS snapshot")
    measure_indicators(connection)
    connection.close()
    return _facts(target)


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Plan]]:
    """What each run computed again."""
    noted: list[Plan] = []

    def note(*given: Any) -> Plan:
        noted.append(measure_indicators(*given))
        return noted[-1]

    monkeypatch.setattr(measure, "measure_indicators", note)
    yield noted


@pytest.mark.parametrize("seed", [21])
def test_an_increment_equals_computing_anew(tmp_path: Path, plans: list[Plan], seed: int) -> None:
    feed = Feed(tmp_path)
    result = run(tmp_path, {f"{table}-{START}.csv": feed.text(seed, table, 1) for table in FED})
    assert len(_facts(result.directory / result.json["snapshot"] / "full.duckdb")["indicator_fact"]) > 1000
    for step, tables in enumerate(DELTAS, 1):
        day = START + timedelta(days=6 * step)
        files = {}
        for table in tables:
            share = EVENT_SHARE if len(TABLES[table].columns) > 12 and table != "retailer" else REGISTER_SHARE
            text = feed.text(seed + step, table, share if table != "org_unit" else 1)
            files[f"{table}-{day}.csv"] = text.replace("O2,D1", "O2,D2")
            if table not in ("staff_relation", "market_cell", "supply_month", "org_unit"):
                files[f"{table}-{day}.more.csv"] = feed.text(
                    seed + step, table, share / 2, renamed=f"N{step}"
                )
        result = run(tmp_path, files)
        path = result.directory / result.json["snapshot"] / "full.duckdb"
        found, expected = _facts(path), _anew(path, tmp_path / "anew.duckdb")
        for name in MARTS:
            missing = sorted(set(expected[name]) - set(found[name]), key=str)
            extra = sorted(set(found[name]) - set(expected[name]), key=str)
            assert not missing and not extra, (tables, name, missing[:5], extra[:5])
    untouched = plans[1]
    assert untouched["complaint"] == frozenset() == untouched["staff"]
    assert untouched["inspection"] and len(untouched["inspection"]) < 18
    assert plans[4]["retailer"] is None
    assert set(plans[-1].values()) == {None}


def test_an_unchanged_declaration_has_the_same_fingerprint_in_every_process() -> None:
    program = (
        "from model.indicators import catalogue; from model.indicators.change import digest; known = catalogue();"
        " print([digest(item, known) for item in known.indicators.values()])"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            cwd=ROOT,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1
