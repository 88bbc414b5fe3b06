"""The contract on bad input: what falls, and what keeps a row out.

An optional value that is malformed becomes null and is reported; a row is kept out, whole and with every reason, only
where a required value, its key, a required reference or a rule across columns is broken on the row as it would be
loaded.
"""

from __future__ import annotations

import pytest
from etl_helpers import SEEDS, Lab, Row, fresh

MORNING, NOON = "2026-01-05 08:00:00", "2026-01-05 12:00:00"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("lab"))


# --- what a broken value costs ---


def test_a_malformed_optional_value_is_null_and_reported(lab: Lab) -> None:
    judged = lab.judge("inspection", issue_count="many", result="no_issue")
    assert (judged.value("issue_count"), judged.value("result")) == (None, "no_issue")
    assert judged.cells() == [("issue_count", "many", "type integer")]


def test_an_unknown_code_falls(lab: Lab) -> None:
    judged = lab.judge("inspection", result="未发现问题")
    assert judged.cells() == [("result", "未发现问题", "allowed codes")]


def test_a_list_with_one_unknown_code_falls_whole(lab: Lab) -> None:
    judged = lab.judge("inspection", item_codes="licence;shelf")
    assert judged.value("item_codes") is None
    assert judged.cells() == [("item_codes", "licence;shelf", "allowed codes")]


def test_a_value_outside_its_range_falls(lab: Lab) -> None:
    judged = lab.judge("activity", score="101")
    assert judged.cells() == [("score", "101", "score between 0 and 100")]


def test_a_value_that_misses_its_pattern_falls(lab: Lab) -> None:
    judged = lab.judge("org_unit", region_code="42010")
    assert judged.cells() == [("region_code", "42010", "matches '^[0-9]{6}([0-9]{3})?$'")]


def test_a_broken_optional_reference_falls(lab: Lab) -> None:
    judged = lab.judge("inspection", retailer_id="R404")
    assert judged.value("retailer_id") is None
    assert judged.cells() == [("retailer_id", "R404", "references retailer.retailer_id")]


def test_a_list_with_one_broken_reference_falls_whole(lab: Lab) -> None:
    judged = lab.judge("inspection", officer_ids="P1;P404")
    assert judged.value("officer_ids") is None
    assert judged.cells() == [("officer_ids", "P1;P404", "references staff.staff_id")]


def test_a_list_of_known_references_stands(lab: Lab) -> None:
    assert lab.judge("inspection", officer_ids="P2;P1").value("officer_ids") == ["P2", "P1"]


def test_indicators_are_known_by_their_id(lab: Lab) -> None:
    assert lab.judge("checklist", indicator_ids="L1;Q10").value("indicator_ids") == ["L1", "Q10"]
    assert lab.judge("checklist", indicator_ids="L1;L17").cells() == [
        ("indicator_ids", "L1;L17", "is an indicator")
    ]
    assert lab.judge("warning", indicator_id="Z1").reasons() == ["indicator_id: is an indicator"]


@pytest.mark.parametrize("column", ["unit_id", "inspection_kind", "inspection_no"])
def test_a_missing_required_value_keeps_the_row_out(lab: Lab, column: str) -> None:
    judged = lab.judge("inspection", **{column: ""})
    assert judged.reasons() == [f"{column}: required"]


def test_a_malformed_required_value_keeps_the_row_out(lab: Lab) -> None:
    judged = lab.judge("inspection", inspection_kind="日常")
    assert judged.reasons() == ["inspection_kind: allowed codes"]
    assert judged.kept()["inspection_kind"] == "日常"


def test_a_row_kept_out_gives_every_reason_and_what_was_delivered(lab: Lab) -> None:
    judged = lab.judge(
        "complaint", category="gossip", received_at="", closed_at="2025-01-01", finding="unclear"
    )
    assert judged.reasons() == ["category: allowed codes", "received_at: required"]
    kept = judged.kept()
    assert (kept["category"], kept["closed_at"], kept["finding"]) == ("gossip", "2025-01-01", "unclear")


def test_a_row_kept_out_by_a_rule_keeps_its_malformed_values_too(lab: Lab) -> None:
    judged = lab.judge("complaint", closed_at="2025-01-01 09:00:00", finding="unclear")
    assert judged.reasons() == ["closed_at: closed_at >= received_at"]
    assert judged.kept()["finding"] == "unclear"


def test_a_required_reference_makes_the_row_wait(lab: Lab) -> None:
    judged = lab.judge("inspection", unit_id="U-later")
    assert judged.reasons() == ["unit_id: references org_unit.unit_id"]
    assert judged.is_waiting()
    lab.load("org_unit", [{"unit_id": "U-later", "name": "后到所", "unit_type": "other"}])
    assert lab.release("inspection") == 1
    assert judged.value("unit_id") == "U-later"


def test_a_row_that_is_broken_besides_does_not_wait(lab: Lab) -> None:
    assert not lab.judge("inspection", unit_id="U404", inspection_kind="日常").is_waiting()


def test_what_an_older_row_of_a_cell_knows_is_enough(lab: Lab) -> None:
    """A cell_id means any version of the cell: there is no date to it."""
    lab.load("market_cell", [
        {"cell_id": "C7", "unit_id": "U1", "name": "旧", "valid_from": "2010-01-01", "valid_to": "2011-01-01"},
    ])  # fmt: skip
    assert lab.judge("retailer", cell_id="C7").reasons() == []
    assert lab.judge("retailer", cell_id="C404").reasons() == ["cell_id: references market_cell.cell_id"]


# --- rules across columns ---


def test_an_event_that_ends_before_it_starts_keeps_the_row_out(lab: Lab) -> None:
    judged = lab.judge("inspection", started_at=NOON, ended_at=MORNING)
    assert judged.reasons() == ["ended_at: ended_at >= started_at"]


def test_a_rule_sees_the_row_as_it_would_be_loaded(lab: Lab) -> None:
    """A decision whose result cannot be read is not pending: it has fallen, so the pair is broken."""
    judged = lab.judge("licence_application", decided_at="2026-01-06 09:00:00", result="approved")
    assert judged.reasons() == [
        "decided_at: (decided_at is null) = (result is null)",
        "result: (result is null) = (decided_at is null)",
    ]
    assert judged.kept()["result"] == "approved"


def test_a_rule_passes_where_an_operand_has_fallen(lab: Lab) -> None:
    judged = lab.judge("inspection", started_at=NOON, ended_at="a quarter past")
    assert judged.reasons() == []
    assert judged.cells() == [("ended_at", "a quarter past", "type timestamp")]


def test_a_value_needed_by_another_keeps_the_row_out_when_it_falls(lab: Lab) -> None:
    judged = lab.judge("enforcement_case", paid_on="2026-02-01", payment_channel="cash")
    required = "payment_channel: not null where paid_on is not null"
    assert judged.reasons() == ["payment_channel: allowed codes", required]
    assert lab.judge("enforcement_case", paid_on="2026-02-01", payment_channel="").reasons() == [required]
    judged = lab.judge("inspection", started_at="2026年13月5日")
    assert judged.reasons() == ["started_at: not null where draw_id is null", "started_at: type timestamp"]
    assert judged.kept()["started_at"] == "2026年13月5日"


def test_a_reference_that_fell_breaks_the_rule_that_needs_it(lab: Lab) -> None:
    drawn = {"draw_id": "D1", "drawn_on": "2026-01-04", "drawn_officer_ids": "P1;P2"}
    assert lab.judge("inspection", **drawn, drawn_retailer_id="R1").reasons() == []
    judged = lab.judge("inspection", **drawn, drawn_retailer_id="R404")
    assert judged.reasons() == [
        "drawn_retailer_id: not null where draw_id is not null",
        "drawn_retailer_id: references retailer.retailer_id",
    ]
    assert judged.is_waiting()
    assert judged.kept()["drawn_retailer_id"] == "R404"


def test_a_rule_does_not_ask_for_a_column_that_the_source_does_not_record(lab: Lab) -> None:
    seed = dict(fresh("inspection"))
    del seed["started_at"]
    assert lab.load("inspection", [seed]).reasons() == []
    assert lab.load("inspection", [fresh("inspection") | {"draw_id": "D2"}]).reasons() == []
    assert lab.load("inspection", [fresh("inspection") | {"started_at": ""}]).reasons() == [
        "started_at: not null where draw_id is null"
    ]
    recorded = {"decided_at": "2026-01-06 09:00:00"}
    assert lab.load("licence_application", [fresh("licence_application") | recorded]).reasons() == []


def test_nothing_happens_after_it_was_delivered(lab: Lab) -> None:
    judged = lab.judge("inspection", started_at="2026-06-01 08:00:01")
    assert judged.reasons() == [
        "started_at: not null where draw_id is null",
        "started_at: started_at <= $arrived_at",
    ]
    assert lab.judge("complaint", received_at="2026-06-01 08:00:01").reasons() == [
        "received_at: received_at <= $arrived_at"
    ]
    assert lab.judge("complaint", received_at="2026-06-01 08:00:00").reasons() == []
    judged = lab.judge("staff", post_since="2026-06-02")
    assert judged.cells() == [("post_since", "2026-06-02", "post_since <= $arrived_at")]
    assert lab.judge("staff", post_since="2026-06-01").cells() == []


# --- positions ---

HERE: Row = {"longitude": "114.3", "latitude": "30.5", "coordinate_system": "gcj02"}
PLACES: list[tuple[Row, list[tuple[str, str, str]]]] = [
    ({"longitude": "214.3"}, [("longitude", "214.3", "longitude between -180 and 180")]),
    ({"latitude": "north"}, [("latitude", "north", "type decimal")]),
    ({"coordinate_system": "bd09"}, [("coordinate_system", "bd09", "allowed codes")]),
    ({"latitude": ""}, []),
    ({"coordinate_system": ""}, []),
]


@pytest.mark.parametrize(("broken", "own"), PLACES)
@pytest.mark.parametrize("table", ["inspection", "retailer", "school", "org_unit"])
def test_a_position_falls_whole(lab: Lab, table: str, broken: Row, own: list[tuple[str, str, str]]) -> None:
    place = {**HERE, **broken}
    judged = lab.judge(table, **place)
    assert judged.reasons() == []
    assert [judged.value(column) for column in HERE] == [None, None, None]
    cells = judged.cells()
    assert set(own) <= set(cells)
    assert {column for column, _, _ in cells} == {column for column, text in place.items() if text}
    assert all(value == place[column] for column, value, _ in cells)


def test_a_whole_position_stands(lab: Lab) -> None:
    judged = lab.judge("inspection", **HERE)
    assert [judged.value(column) for column in HERE] == [114.3, 30.5, "gcj02"]


def test_a_position_without_a_system_stands_where_the_source_records_none(lab: Lab) -> None:
    judged = lab.load("inspection", [fresh("inspection") | {"longitude": "114.3", "latitude": "30.5"}])
    assert (judged.value("longitude"), judged.cells()) == (114.3, [])


def test_a_system_alone_is_no_position_and_no_error(lab: Lab) -> None:
    assert lab.load("school", [fresh("school") | {"coordinate_system": "gcj02"}]).cells() == []


def test_half_a_position_column_alone_is_read(lab: Lab) -> None:
    assert lab.load("school", [fresh("school") | {"longitude": "114.3"}]).value("longitude") == 114.3


# --- unique, versions, keys ---


def test_a_value_that_must_be_unique_belongs_to_who_had_it_first(lab: Lab) -> None:
    judged = lab.load("staff", [
        fresh("staff") | {"certificate_no": "Z-1"},
        fresh("staff") | {"certificate_no": "Z-1"},
    ])  # fmt: skip
    assert (judged.value("certificate_no", 1), judged.value("certificate_no", 2)) == ("Z-1", None)
    assert judged.cells(2) == [("certificate_no", None, "unique where not null")]
    assert lab.judge("staff", certificate_no="Z-1").cells() == [
        ("certificate_no", None, "unique where not null")
    ]


def test_blank_is_not_unique(lab: Lab) -> None:
    judged = lab.load("staff", [fresh("staff") | {"certificate_no": ""} for _ in range(3)])
    assert judged.outcome.loaded == 3


def test_a_record_keeps_its_own_unique_value_when_it_arrives_again(lab: Lab) -> None:
    one = fresh("staff") | {"certificate_no": "Z-2"}
    lab.load("staff", [one])
    assert lab.load("staff", [one | {"role": "office_head"}]).cells() == []


def test_two_records_may_swap_unique_values(lab: Lab) -> None:
    one, other = fresh("staff"), fresh("staff")
    lab.load("staff", [one | {"certificate_no": "Z-3"}, other | {"certificate_no": "Z-4"}])
    judged = lab.load("staff", [one | {"certificate_no": "Z-4"}, other | {"certificate_no": "Z-3"}])
    assert judged.outcome.superseding == 2
    assert judged.cells(1) == judged.cells(2) == []


def test_a_row_that_is_kept_out_takes_no_unique_value(lab: Lab) -> None:
    judged = lab.load("staff", [
        fresh("staff") | {"certificate_no": "Z-5", "role": "boss"},
        fresh("staff") | {"certificate_no": "Z-5"},
    ])  # fmt: skip
    assert judged.value("certificate_no", 2) == "Z-5"


def version(cell: str, valid_from: str, valid_to: str = "") -> Row:
    return {"cell_id": cell, "unit_id": "U1", "name": "某", "valid_from": valid_from, "valid_to": valid_to}


def test_versions_of_one_cell_may_follow_each_other(lab: Lab) -> None:
    judged = lab.load("market_cell", [version("V1", "2024-01-01", "2024-12-31"), version("V1", "2025-01-01")])
    assert judged.outcome.loaded == 2


def test_a_version_that_overlaps_an_earlier_one_is_kept_out(lab: Lab) -> None:
    judged = lab.load("market_cell", [version("V2", "2024-01-01", "2025-01-01"), version("V2", "2025-01-01")])
    assert judged.reasons(2) == ["valid_to: versions of one cell_id do not overlap"]
    assert judged.outcome.loaded == 1


def test_a_version_waits_until_the_open_one_before_it_is_closed(lab: Lab) -> None:
    lab.load("market_cell", [version("V3", "2024-01-01")])
    judged = lab.load("market_cell", [version("V3", "2025-01-01")])
    assert judged.is_waiting()
    lab.load("market_cell", [version("V3", "2024-01-01", "2024-12-31")])
    assert lab.release("market_cell") == 1


def test_a_version_that_ends_before_it_begins_is_kept_out(lab: Lab) -> None:
    judged = lab.load("market_cell", [version("V4", "2025-01-01", "2024-12-31")])
    assert "valid_to: valid_to >= valid_from" in judged.reasons()


def test_a_key_of_several_columns_is_one_key(lab: Lab) -> None:
    month = fresh("supply_month")
    judged = lab.load(
        "supply_month", [month, month | {"supply_tier": "6"}, month | {"allocated_quantity": "11"}]
    )
    assert (judged.outcome.loaded, judged.outcome.superseding) == (2, 1)
    assert lab.judge("supply_month", supply_tier="").reasons() == ["supply_tier: required"]


def test_the_number_of_a_month_is_checked(lab: Lab) -> None:
    assert lab.judge("supply_month", month="2026-13").reasons() == [
        "month: matches '^[0-9]{4}-(0[1-9]|1[0-2])$'"
    ]


@pytest.mark.parametrize("table", sorted(SEEDS))
def test_a_repeated_header_row_is_kept_out_in_every_table(lab: Lab, table: str) -> None:
    seed = fresh(table)
    judged = lab.load(table, [{name: name for name in seed}, seed])
    assert "repeated header row" in judged.reasons(1)
    assert not judged.is_waiting(1)
    assert judged.reasons(2) == []
