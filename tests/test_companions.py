"""Landed files that are read again beside a new one: they speak for the day that they spoke for when they came."""

from __future__ import annotations

from pathlib import Path

from etl_helpers import UNITS, certificate, run

from etl import mapping

MAPPING = (
    certificate("visits")
    + """
[inputs.rows]
glob = "rows*.csv"
[inputs.plans]
glob = "plans*.csv"

[[outputs]]
table = "inspection"
input = "rows"
[outputs.columns]
inspection_no = "No"
unit_id = { constant = "U1" }
inspection_kind = { constant = "routine" }
started_at = "Day"
recording_id = "Recording"

[[outputs]]
table = "inspection"
input = "plans"
role = "enrichment"
match = "inspection_no"
[outputs.columns]
inspection_no = "No"
plan_id = "Plan"
"""
)


def test_an_enrichment_does_not_turn_around_the_order_of_the_files_that_it_adds_to(tmp_path: Path) -> None:
    (tmp_path / "visits.toml").write_text(MAPPING, encoding="utf-8")
    sources = [mapping.load(tmp_path / "visits.toml")]
    visit = {"No": "V1", "Day": "2026-01-05 09:00:00"}
    run(tmp_path, {"rows-2026-02-28.csv": [visit | {"Recording": "new"}]}, sources=sources, org_unit=UNITS)
    run(tmp_path, {"rows-2026-01-31.csv": [visit | {"Recording": "old"}]}, sources=sources)
    result = run(tmp_path, {"plans-2026-03-31.csv": [{"No": "V1", "Plan": "P1"}]}, sources=sources)
    assert result.query("SELECT recording_id, plan_id FROM record.inspection") == [("new", "P1")]
    assert result.query(
        "SELECT DISTINCT file, month(as_of) FROM quality.batch WHERE file LIKE 'rows%' ORDER BY ALL"
    ) == [("rows-2026-01-31.csv", 1), ("rows-2026-02-28.csv", 2)], "read again, not told anew"
