"""Reference rows made of the values of other records: the same, in whatever runs and order the files come."""

from __future__ import annotations

from pathlib import Path

import pytest
from etl_helpers import certificate, run

from etl import mapping, verify
from etl.gather import Warehouse

MAPPING = (
    certificate("county")
    + """
[inputs.shops]
glob = "shops*.csv"
[inputs.visits]
glob = "visits*.csv"
[inputs.teams]
glob = "teams*.csv"
[inputs.cells]
glob = "cells*.csv"

[[outputs]]
table = "org_unit"
input = "teams"
role = "derived"
[outputs.columns]
unit_id = { template = "T-{Team}" }
parent_unit_id = { constant = "U1" }
name = "Team"
unit_type = { constant = "inspection_brigade" }

[[outputs]]
table = "org_unit"
input = ["shops", "visits", "cells"]
role = "derived"
[outputs.columns]
unit_id = { constant = "U1" }
name = { constant = "甲局" }
unit_type = { constant = "county_bureau" }

[[outputs]]
table = "market_cell"
input = "cells"
[outputs.columns]
cell_id = "Cell"
unit_id = { constant = "U1" }
name = "Name"
capacity = "Capacity"
valid_from = { constant = "2020-01-01" }

[[outputs]]
table = "market_cell"
input = ["shops", "visits"]
role = "derived"
placeholder = true
[outputs.columns]
cell_id = { column = "Cell", when_blank = "C0" }
unit_id = { constant = "U1" }
name = { column = "Cell", when_blank = "C0" }
valid_from = { constant = "2000-01-01" }

[[outputs]]
table = "retailer"
input = "shops"
role = "derived"
[outputs.columns]
retailer_id = "Shop"
cell_id = "Cell"

[[outputs]]
table = "retailer"
input = "visits"
role = "derived"
placeholder = true
[outputs.columns]
retailer_id = "Shop"
cell_id = { constant = "C0" }

[[outputs]]
table = "inspection"
input = "visits"
[outputs.columns]
inspection_no = "No"
unit_id = { constant = "U1" }
retailer_id = "Shop"
inspection_kind = { constant = "routine" }
started_at = "Day"
"""
)
VISIT = {"No": "V1", "Shop": "R1", "Day": "2026-01-05 09:00:00", "Cell": ""}
DELIVERIES = {
    "visits-2026-05-31.csv": [VISIT, VISIT | {"No": "V2", "Shop": "R2"}],
    "shops-2026-01-31.csv": [{"Shop": "R1", "Cell": "C1"}],
    "cells-2025-12-31.csv": [{"Cell": "C1", "Name": "首义路", "Capacity": "7"}],
    "teams-2026-05-31.csv": [{"Team": "blue"}],
}


VISITS, SHOPS, CELLS, TEAMS = DELIVERIES


@pytest.mark.parametrize(
    "order", [(TEAMS, VISITS, SHOPS, CELLS), (VISITS, CELLS, SHOPS, TEAMS), (CELLS, SHOPS, TEAMS, VISITS)]
)
def test_derived_rows_are_the_same_in_whatever_order_the_files_come(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    """Each stand-in gives way to what it stood for, of whatever day, and a team finds the office that comes later."""
    (tmp_path / "county.toml").write_text(MAPPING, encoding="utf-8")
    sources = [mapping.load(tmp_path / "county.toml")]
    for name in order:
        result = run(tmp_path, {name: DELIVERIES[name]}, sources=sources)
    units = result.query("SELECT unit_id, parent_unit_id FROM record.org_unit ORDER BY 1")
    assert units == [("T-blue", "U1"), ("U1", None)]
    cells = result.query("SELECT cell_id, name, capacity FROM record.market_cell ORDER BY 1")
    assert cells == [("C0", "C0", None), ("C1", "首义路", 7)]
    shops = "SELECT retailer_id, cell_id, in_force_from::VARCHAR FROM record.retailer_version ORDER BY 1"
    assert result.query(shops) == [("R1", "C1", "0001-01-01"), ("R2", "C0", "0001-01-01")]
    assert result.cells("org_unit") == []
    assert verify.problems(Warehouse(tmp_path / "warehouse")) == []


def test_a_file_that_rows_are_only_derived_from_is_read_and_its_unreadable_rows_are_kept(
    tmp_path: Path,
) -> None:
    (tmp_path / "county.toml").write_text(MAPPING, encoding="utf-8")
    sources = [mapping.load(tmp_path / "county.toml")]
    result = run(tmp_path, {"teams.csv": "Team\nblue\nred,green\n"}, sources=sources)
    assert result.query("SELECT unit_id FROM record.org_unit") == [("T-blue",)]
    assert [(file, number) for file, number, *_ in result.quarantined("org_unit")] == [("teams.csv", 2)]
    assert verify.problems(Warehouse(tmp_path / "warehouse")) == []


def test_a_derived_unit_that_waits_for_its_parent_is_reported(tmp_path: Path) -> None:
    (tmp_path / "county.toml").write_text(MAPPING, encoding="utf-8")
    sources = [mapping.load(tmp_path / "county.toml")]
    result = run(tmp_path, {"teams.csv": DELIVERIES["teams-2026-05-31.csv"]}, sources=sources)
    assert result.cells("org_unit") == [("parent_unit_id", "U1", "references org_unit.unit_id")]
