"""Landed files that are read again beside a new one: they speak for the day that they spoke for when they came.

So it does not matter in how many runs, and in which order, the files of a source with an enrichment come.
"""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
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


VISITS = [{"No": f"V{number}", "Day": "2026-01-05 09:00:00", "Recording": "a"} for number in (1, 2)]
DELIVERIES = {
    "rows-2026-02-28.csv": VISITS,
    "plans-b-2026-03-01.csv": [{"No": "V1", "Plan": "P1"}, {"No": "V2", "Plan": "older"}],
    "plans-a-2026-03-02.csv": [{"No": "V2", "Plan": "P2"}],
}


@pytest.mark.parametrize(
    "order", [[list(DELIVERIES)], *[[[one] for one in order] for order in permutations(DELIVERIES)]]
)
def test_enrichments_of_several_files_stand_together_in_whatever_runs_they_come(
    tmp_path: Path, order: list[list[str]]
) -> None:
    (tmp_path / "visits.toml").write_text(MAPPING, encoding="utf-8")
    sources = [mapping.load(tmp_path / "visits.toml")]
    run(tmp_path, org_unit=UNITS)
    for names in order:
        result = run(tmp_path, {name: DELIVERIES[name] for name in names}, sources=sources)
    plans = result.query("SELECT inspection_no, plan_id FROM record.inspection ORDER BY 1")
    assert plans == [("V1", "P1"), ("V2", "P2")]


def test_an_enrichment_reaches_the_rows_of_earlier_runs_also_beside_new_rows(tmp_path: Path) -> None:
    (tmp_path / "visits.toml").write_text(MAPPING, encoding="utf-8")
    sources = [mapping.load(tmp_path / "visits.toml")]
    first, second = VISITS
    run(tmp_path, {"rows.csv": [first]}, sources=sources, org_unit=UNITS)
    plans = [{"No": "V1", "Plan": "P1"}, {"No": "V2", "Plan": "P2"}]
    result = run(tmp_path, {"rows.csv": [second, second], "plans.csv": plans}, sources=sources)
    found = result.query("SELECT inspection_no, plan_id FROM record.inspection ORDER BY 1")
    assert found == [("V1", "P1"), ("V2", "P2")]
    assert result.file("rows.csv")["rows"] == 2, "of the new file, not of the one that had its name before"


def test_rows_kept_out_are_kept_out_once_however_often_their_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "visits.toml").write_text(MAPPING, encoding="utf-8")
    sources = [mapping.load(tmp_path / "visits.toml")]
    rows = "No,Day,Recording\nV1,soon,a\nV2,2026-01-05 09:00:00\n"
    run(tmp_path, {"rows.csv": rows}, sources=sources, org_unit=UNITS)
    for number in (1, 2):
        result = run(tmp_path, {f"plans-{number}.csv": [{"No": f"V{number}", "Plan": "P"}]}, sources=sources)
    kept_out = result.quarantined("inspection")
    assert [(name, number) for name, number, _, _ in kept_out] == [("rows.csv", 1), ("rows.csv", 2)]
    assert kept_out[1][3] == {"No": "V2", "Day": "2026-01-05 09:00:00"}, "by the file's own columns"
