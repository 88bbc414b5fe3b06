"""Deliveries that come again, late or corrected, and what a run reports of them: every row accounted for."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from etl_helpers import (
    SEEDS,
    as_csv,
    command,
    deliver,
    fresh,
    run,
)
from inbox_helpers import HEADER, LINE, VISIT, loaded_visits, place, published, visits

from etl import readers

__all__ = ["place", "published"]

# --- again --------------------------------------------------------------------------------------------------------


def test_the_same_file_again_is_already_loaded(place: Path) -> None:
    run(place, {"inspection.csv": visits(2)})
    result = run(place)
    assert result.file("inspection.csv")["status"] == "already loaded"
    assert (result.code, result.json["published"], result.tables) == (0, False, {})


def test_the_same_bytes_under_another_name_are_already_loaded(place: Path) -> None:
    run(place, {"inspection.csv": as_csv(visits(2))})
    names = ["inspection (1).csv", "copy/inspection.csv", "inspection.txt", "inspection-2026-01.csv"]
    result = run(place, dict.fromkeys(names, as_csv(visits(2))))
    assert {result.file(name)["status"] for name in names} == {"already loaded"}
    assert {result.file(name)["rows"] for name in names} == {2}


def test_the_same_bytes_twice_in_one_delivery_are_loaded_once(place: Path) -> None:
    result = run(place, {"inspection.csv": as_csv(visits(2)), "inspection-b.csv": as_csv(visits(2))})
    assert sorted(file["status"] for file in result.json["files"]) == ["already loaded", "loaded"]
    assert result.tables["inspection"]["read"] == 2


def test_the_same_rows_in_another_file_are_unchanged(place: Path) -> None:
    run(place, {"inspection-2026-01.csv": visits(2)})
    result = run(place, {"inspection-2026-02.csv": list(reversed(visits(2)))})
    counts = result.tables["inspection"]
    assert (counts["read"], counts["unchanged"], counts["loaded"]) == (2, 2, 0)
    assert result.one("SELECT count(*) FROM record.inspection_revision") == 0


def test_the_same_bytes_said_of_a_later_day_are_a_delivery_of_their_own(place: Path) -> None:
    """What was changed and is changed back is a full extract like the one before the change."""
    before, after = [SEEDS["staff"]], [{**SEEDS["staff"], "role": "office_head"}]
    run(place, {"staff-full-2026-01-31.csv": before})
    run(place, {"staff-full-2026-02-28.csv": after})
    result = run(place, {"staff-full-2026-03-31.csv": before})
    assert result.file("staff-full-2026-03-31.csv")["status"] == "loaded"
    assert result.record("staff", "P9")["role"] == "inspector"
    assert result.one("SELECT count(*) FROM record.staff_revision WHERE staff_id = 'P9'") == 2
    assert run(place).json["published"] is False


def test_a_key_twice_in_one_file_the_later_is_current(place: Path) -> None:
    result = run(place, inspection=[{**VISIT, "recording_id": "Y1"}, {**VISIT, "recording_id": "Y2"}])
    assert loaded_visits(result) == [("I9", "Y2")]
    counts = result.tables["inspection"]
    assert (counts["loaded"], counts["superseding"]) == (1, 1)
    assert result.query(
        "SELECT recording_id, row_number, changed_columns FROM record.inspection_revision"
    ) == [("Y1", 1, ["recording_id"])]


def test_a_key_twice_with_the_same_content_is_loaded_once(place: Path) -> None:
    counts = run(place, inspection=[VISIT, VISIT]).tables["inspection"]
    assert (counts["loaded"], counts["unchanged"]) == (1, 1)


def test_a_revision_keeps_what_it_changed_and_both_batches(place: Path) -> None:
    run(place, {"inspection-2026-01.csv": [{**VISIT, "result": "no_issue", "issue_count": "0"}]})
    result = run(place, {"inspection-2026-02.csv": [{**VISIT, "result": "case_filed", "issue_count": "2"}]})
    assert result.tables["inspection"]["superseding"] == 1
    ((old, changed, first, second),) = result.query(
        "SELECT result, changed_columns, old.file, new.file FROM record.inspection_revision r"
        " JOIN quality.batch old USING (batch_id) JOIN quality.batch new ON new.batch_id = r.superseded_by_batch_id"
    )
    assert (old, set(changed)) == ("no_issue", {"result", "issue_count"})
    assert (first, second) == ("inspection-2026-01.csv", "inspection-2026-02.csv")


def test_an_older_file_that_comes_late_never_overwrites(place: Path) -> None:
    run(place, {"inspection-2026-02.csv": [{**VISIT, "recording_id": "new"}]})
    result = run(place, {"inspection-2026-01.csv": [{**VISIT, "recording_id": "old"}]})
    assert loaded_visits(result) == [("I9", "new")]
    assert result.query("SELECT recording_id FROM record.inspection_revision") == [("old",)]


def test_a_file_without_a_day_in_its_name_speaks_for_when_it_was_written(place: Path) -> None:
    deliver(place, "inspection-b.csv", [{**VISIT, "recording_id": "new"}], written="2026-05-02 08:00:00")
    run(place)
    deliver(place, "inspection-a.csv", [{**VISIT, "recording_id": "old"}], written="2026-05-01 08:00:00")
    result = run(place)
    assert loaded_visits(result) == [("I9", "new")]
    assert result.query("SELECT as_of FROM quality.batch WHERE file = 'inspection-a.csv'") == [
        (datetime(2026, 5, 1, 8),)
    ]


def test_files_of_one_delivery_are_ordered_by_what_they_speak_for(place: Path) -> None:
    result = run(
        place,
        {
            "inspection-2026-02.csv": [{**VISIT, "recording_id": "new"}],
            "inspection-x-2026-01.csv": [{**VISIT, "recording_id": "old"}],
        },
    )
    assert loaded_visits(result) == [("I9", "new")]


def test_a_record_missing_from_a_later_full_extract_is_noted_and_its_return_too(place: Path) -> None:
    two = [fresh("staff") | {"staff_id": "P8"}, SEEDS["staff"]]
    run(place, {"staff-full-2026-01-31.csv": two})
    result = run(place, {"staff-full-2026-02-28.csv": two[:1]})
    gone = "SELECT record_key, returned_batch_id IS NULL FROM quality.disappeared WHERE table_name = 'staff'"
    assert result.query(gone) == [("P9", True)]
    assert result.record("staff", "P9")["role"] == "inspector"
    result = run(place, {"staff-full-2026-03-31.csv": two})
    assert result.query(gone) == [("P9", False)]


def test_a_delta_makes_nothing_disappear(place: Path) -> None:
    run(place, {"staff-full-2026-01-31.csv": [SEEDS["staff"]]})
    result = run(place, {"staff-2026-02-28.csv": [fresh("staff")]})
    assert result.one("SELECT count(*) FROM quality.disappeared") == 0


def test_a_child_before_its_parent_waits_and_is_released(place: Path) -> None:
    child = {**VISIT, "unit_id": "U7"}
    result = run(place, {"inspection-2026-01.csv": [child]})
    assert result.query("SELECT reasons, is_waiting FROM quality.quarantine") == [
        (["unit_id: references org_unit.unit_id"], True)
    ]
    assert result.tables["inspection"]["reasons"] == {"unit_id: references org_unit.unit_id": 1}
    result = run(place, org_unit=[{"unit_id": "U7", "name": "新所", "unit_type": "other"}])
    assert result.tables["inspection"]["released"] == 1
    assert result.tables["inspection"]["read"] == 0
    assert result.record("inspection", "I9")["unit_id"] == "U7"
    assert result.quarantined("inspection") == []


def test_a_chain_of_children_is_released_at_once(place: Path) -> None:
    run(place, retailer=[{"retailer_id": "R5", "cell_id": "C5"}],
        licence=[{"licence_no": "L5", "retailer_id": "R5", "issuing_unit_id": "U1"}])  # fmt: skip
    result = run(place, market_cell=[{**SEEDS["market_cell"], "cell_id": "C5"}])
    assert (result.tables["retailer"]["released"], result.tables["licence"]["released"]) == (1, 1)


def test_what_was_corrected_leaves_the_quarantine_and_an_older_file_corrects_nothing(place: Path) -> None:
    wrong = {**VISIT, "inspection_kind": "nonsense"}
    run(place, {"inspection-2026-02.csv": [wrong, {**wrong, "inspection_no": "I10"}]})
    result = run(place, {"inspection-2026-01.csv": [VISIT]})
    assert len(result.quarantined("inspection")) == 2, "what spoke before the wrong row says nothing of it"
    result = run(place, {"inspection-2026-03.csv": [VISIT]})
    assert [
        json.loads(row)["inspection_no"] for (row,) in result.query('SELECT "row" FROM quality.quarantine')
    ] == ["I10"]
    assert (
        result.tables["inspection"]["released"],
        result.one("SELECT sum(quarantined_count) FROM quality.batch"),
    ) == (1, 2)
    result = run(place, {"inspection-2026-04.csv": [{**wrong, "inspection_no": "I9"}]})
    assert len(result.quarantined("inspection")) == 2, "a record that is wrong again is kept out again"


# --- the report ---------------------------------------------------------------------------------------------------

FILE_KEYS = ["path", "source", "tables", "sha256", "rows", "status", "error"]
TABLE_KEYS = ["read", "loaded", "unchanged", "superseding", "quarantined", "merged", "released", "derived"]


def test_the_report_has_exactly_the_keys_that_were_agreed(place: Path) -> None:
    result = run(place, {"notes.csv": "a\n"}, inspection=[VISIT, {**VISIT, "unit_id": ""}])
    assert list(result.json) == ["snapshot", "published", "seconds", "files", "tables"]
    assert all(list(file) == FILE_KEYS for file in result.json["files"])
    assert list(result.tables["inspection"]) == [*TABLE_KEYS, "reasons", "cells"]
    file = result.file("inspection.csv")
    assert (file["source"], file["tables"], file["rows"], file["error"]) == (
        "feed.inspection",
        ["inspection"],
        2,
        None,
    )
    assert len(file["sha256"]) == 64


def cli(place: Path, *more: str) -> tuple[int, dict[str, Any], str]:
    done = command(
        place,
        "run",
        "--inbox",
        str(place / "inbox"),
        "--warehouse",
        str(place / "warehouse"),
        "--json",
        *more,
    )
    return done.returncode, json.loads(done.stdout), done.stderr


def test_the_command_prints_one_object_and_tells_the_rest_on_stderr(place: Path) -> None:
    deliver(place, "inspection.csv", visits(1))
    deliver(place, "notes.csv", "a\n")
    code, report, told = cli(place)
    assert (code, report["published"]) == (3, True)
    assert "notes.csv: 未接收：文件名不对应任何合同表" in told and "refused: is named by no table" in told
    (place / "inbox" / "notes.csv").unlink()
    code, again, _ = cli(place)
    assert (code, again["published"], again["snapshot"]) == (0, False, report["snapshot"])


def test_a_refused_file_that_lies_there_still_is_no_news(place: Path) -> None:
    run(place, {"notes.csv": "a\n"})
    result = run(place)
    assert (result.code, result.json["published"], result.file("notes.csv")["status"]) == (
        0,
        False,
        "refused",
    )


def test_a_run_that_cannot_publish_exits_with_1(place: Path) -> None:
    deliver(place, "inspection.csv", visits(1))
    (place / "landing").rename(place / "landing.away")
    (place / "landing").write_text("in the way")
    code, report, told = cli(place)
    assert (code, report["published"], report["tables"]) == (1, False, {})
    assert "the run failed, the published snapshot is as it was" in told


def test_a_command_that_is_used_wrongly_exits_with_2(place: Path) -> None:
    assert command(place, "run", "--inbox", str(place / "nowhere")).returncode == 2
    assert command(place, "run", "--no-such-option").returncode == 2


def test_every_row_of_a_dirty_delivery_is_accounted_for(place: Path) -> None:
    """Parents, children, repeats, broken rows and revisions in one delivery; `run` asserts the identity itself."""
    rows = [*visits(3), *visits(1), {**VISIT, "unit_id": "U404"}, {**VISIT, "inspection_kind": "?"}]
    first = run(place, {"inspection-2026-01.csv": as_csv(rows).encode() + b"short,row\n"})
    counts = first.tables["inspection"]
    assert [counts[way] for way in TABLE_KEYS] == [7, 3, 1, 0, 3, 0, 0, 0]
    assert first.one("SELECT count(*) FROM quality.quarantine") == 3
    assert first.file("inspection-2026-01.csv")["rows"] == 7


def test_a_file_that_is_unreadable_throughout_is_accounted_for_in_bounded_memory(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "KEPT_CELLS", 2)
    result = run(place, {"inspection.csv": HEADER + "short,row\n" * 5 + LINE.format(1, 1)})
    kept = [(number, content) for _, number, _, content in result.quarantined("inspection")]
    assert [number for number, _ in kept] == [1, 2, 3, 4, 5]
    assert [bool(content) for _, content in kept] == [True, True, False, False, False]
    assert loaded_visits(result) == [("I1", "1")]
