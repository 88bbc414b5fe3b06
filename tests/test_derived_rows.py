"""Reference rows made of the values of other records."""

from __future__ import annotations

from pathlib import Path

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


def test_a_file_that_rows_are_only_derived_from_is_read_and_its_unreadable_rows_are_kept(
    tmp_path: Path,
) -> None:
    (tmp_path / "county.toml").write_text(MAPPING, encoding="utf-8")
    sources = [mapping.load(tmp_path / "county.toml")]
    result = run(tmp_path, {"teams.csv": "Team\nblue\nred,green\n"}, sources=sources)
    assert result.query("SELECT unit_id FROM record.org_unit") == [("T-blue",)]
    assert [(file, number) for file, number, *_ in result.quarantined("org_unit")] == [("teams.csv", 2)]
    assert verify.problems(Warehouse(tmp_path / "warehouse")) == []
