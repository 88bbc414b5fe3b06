"""The contract on bad input: what falls, what keeps a row out, and what is loaded because it is to be measured.

An optional value that is malformed becomes null and is reported; a row is kept out, whole and with every reason, only
where a required value, its key, a required reference or a rule across columns is broken on the row as it would be
loaded. A condition that the dictionary calls "measured, not rejected" must not keep a row out, nor cost a value.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path
from typing import Any

import pytest
from etl_helpers import PARENTS, SEEDS, Lab, Row, fresh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column

from etl import publish
from model.contract import TABLES
from model.contract.columns import Rule

HASH = "0f" * 32
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
    assert judged.reasons() == ["payment_channel: not null where paid_on is not null"]


def test_a_reference_that_fell_breaks_the_rule_that_needs_it(lab: Lab) -> None:
    drawn = {"draw_id": "D1", "drawn_on": "2026-01-04", "drawn_officer_ids": "P1;P2"}
    assert lab.judge("inspection", **drawn, drawn_retailer_id="R1").reasons() == []
    judged = lab.judge("inspection", **drawn, drawn_retailer_id="R404")
    assert judged.reasons() == ["drawn_retailer_id: not null where draw_id is not null"]
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
    assert judged.reasons() == ["started_at: not null where draw_id is null"]
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


# --- personal data ---


@pytest.mark.parametrize(
    ("name", "loaded"),
    [
        ("王*", "王*"), ("王**", "王**"), ("王*明", "王*明"), ("欧阳*", "欧阳*"), ("***", "***"),
        ("王小明", "王*"), ("王小明*", "王*"), ("王", "王*"), ("John Smith", "J*"), ("*王小明", "**"),
    ],
)  # fmt: skip
def test_a_name_is_masked(lab: Lab, name: str, loaded: str) -> None:
    judged = lab.judge("staff", name=name)
    assert judged.value("name") == loaded
    assert judged.cells() == ([] if name == loaded else [("name", None, "masked at load")])


@pytest.mark.parametrize(
    ("phone", "loaded"),
    [
        ("138****0000", "138****0000"), ("027-****1234", "027-****1234"), ("****1234", "****1234"),
        ("13812345678", "138****5678"), ("138 1234 5678", "138****5678"), ("+86 13812345678", "138****5678"),
        ("1381234****", "****1234"), ("138-1234-5678*", "138****5678"), ("027-87654321", "****4321"),
        ("8765432*", "****5432"), ("12313", "****"), ("call me", "****"),
    ],
)  # fmt: skip
def test_a_phone_is_masked(lab: Lab, phone: str, loaded: str) -> None:
    judged = lab.judge("retailer", phone=phone)
    assert judged.value("phone") == loaded
    assert judged.cells() == ([] if phone == loaded else [("phone", None, "masked at load")])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(alphabet="0123456789 *-+()", min_size=7, max_size=20), min_size=1, max_size=30))
def test_never_more_than_eight_digits_of_a_phone_are_loaded(lab: Lab, phones: list[str]) -> None:
    judged = lab.load("retailer", [fresh("retailer") | {"phone": phone} for phone in phones])
    for row in range(1, len(phones) + 1):
        loaded = judged.value("phone", row) or ""
        assert len(re.findall("[0-9]", re.sub(r"^\+?86", "", loaded))) <= 8, phones[row - 1]


def test_a_placeholder_is_no_name(lab: Lab) -> None:
    judged = lab.judge("staff", name="NA")
    assert judged.value("name") is None
    assert judged.cells() == [("name", None, "placeholder instead of a value")]


def test_a_row_kept_out_holds_the_masked_name_and_number(lab: Lab) -> None:
    judged = lab.judge("retailer", cell_id="", operator_name="李小红", phone="13812345678")
    assert (judged.kept()["operator_name"], judged.kept()["phone"]) == ("李*", "138****5678")


def test_masking_of_a_row_that_waits_is_reported_once(lab: Lab) -> None:
    judged = lab.judge("staff", unit_id="U-mask", name="李小红")
    assert judged.kept()["name"] == "李*"
    assert judged.cells() == [("name", None, "masked at load")]
    lab.load("org_unit", [{"unit_id": "U-mask", "name": "某所", "unit_type": "other"}])
    assert lab.release("staff") == 1
    assert (judged.value("name"), judged.cells()) == ("李*", [("name", None, "masked at load")])


def test_what_is_no_hash_is_reported_without_the_value(lab: Lab) -> None:
    judged = lab.judge("retailer", identity_document_hash="420106199001011234")
    assert judged.value("identity_document_hash") is None
    assert judged.cells() == [("identity_document_hash", None, "matches '^[0-9a-f]{64}$'")]


def test_what_is_no_hash_is_not_kept_in_the_quarantine_either(lab: Lab) -> None:
    for broken in ({"cell_id": ""}, {"cell_id": "C404"}):
        judged = lab.judge("retailer", **broken, identity_document_hash="420106199001011234")
        assert judged.reasons()
        assert "420106199001011234" not in str(judged.kept())


def test_a_hash_of_capital_letters_is_none(lab: Lab) -> None:
    assert lab.judge("licence_application", agent_hash=HASH).value("agent_hash") == HASH
    assert lab.judge("licence_application", agent_hash=HASH.upper()).value("agent_hash") is None


def test_the_hash_of_a_shop_is_computed_where_it_is_not_delivered(lab: Lab) -> None:
    judged = lab.judge("retailer", retailer_id="R-hash")
    assert judged.value("retailer_hash") == hmac.new(bytes(32), b"R-hash", hashlib.sha256).hexdigest()
    assert lab.judge("retailer", retailer_hash=HASH).value("retailer_hash") == HASH


def test_a_value_that_another_record_has_is_not_free_because_of_a_row_that_is_kept_out(lab: Lab) -> None:
    first = fresh("retailer") | {"retailer_hash": "1e" * 32}
    lab.load("retailer", [first])
    without_key = fresh("retailer") | {"retailer_id": ""}
    kept_out = first | {"cell_id": "", "retailer_hash": "2e" * 32}
    judged = lab.load("retailer", [without_key, kept_out, fresh("retailer") | {"retailer_hash": "1e" * 32}])
    assert judged.outcome.quarantined == 2
    assert judged.cells(3) == [("retailer_hash", None, "unique where not null")]


@pytest.mark.parametrize(
    ("code", "is_right"),
    [
        ("9144030071526726XG", True), ("914403001922038216", True), ("91330100799655058B", True),
        ("92420106MA4DEMP01N", True), ("92420106MA4DEMP01M", False), ("914403001922038217", False),
        ("91440300192203821", False), ("9144030019220382160", False), ("91440300I922038216", False),
        ("9144030071526726xg", False),
    ],
)  # fmt: skip
def test_the_check_character_of_a_credit_code(lab: Lab, code: str, is_right: bool) -> None:
    judged = lab.judge("retailer", credit_code=code)
    assert judged.value("credit_code") == (code if is_right else None)


@pytest.mark.parametrize(
    ("boundary", "is_right"),
    [
        ("POLYGON ((114 30, 115 30, 115 31, 114 30))", True),
        ("polygon((114 30,115 30,115 31,114 30))", True),
        ("MULTIPOLYGON (((114 30, 115 30, 115 31, 114 30)), ((1 1, 2 1, 2 2, 1 1)))", True),
        ("POINT (114 30)", False), ("POLYGON ((114 30, 115 30))", False), ("somewhere", False),
    ],
)  # fmt: skip
def test_a_boundary_is_a_polygon(lab: Lab, boundary: str, is_right: bool) -> None:
    judged = lab.judge("market_cell", boundary=boundary, coordinate_system="gcj02")
    assert (judged.value("boundary") is not None) == is_right
    assert judged.reasons() == []


# --- every rule of the contract, broken once ---

LATER, EARLIER = "2026-02-02", "2026-01-02"
BROKEN: dict[str, dict[str, str]] = {
    "(task_list = 'four_responsibilities_bureau')": {
        "task_list": "four_responsibilities_bureau", "responsible_party": "party_branch",
    },
    "(task_list = 'three_lists')": {"task_list": "three_lists", "responsible_party": "party_branch"},
    "(framework = 'eight_actions')": {"framework": "eight_actions", "framework_element": "cadre"},
    "(closed_at is not null) = (state = 'closed')": {"closed_at": "2026-02-02", "state": "raised"},
    "not null where state = 'closed'": {"state": "closed", "closed_at": "2026-02-02", "verdict": ""},
    "not null where draw_id is null": {"draw_id": "", "started_at": ""},
    "null where activity_kind <> 'talk'": {"activity_kind": "training"},
    "top_one_percent_scarce_quantity between 0 and scarce_quantity": {
        "scarce_quantity": "1", "top_one_percent_scarce_quantity": "2",
    },
    "shared_source_order_count between 0 and online_order_count": {
        "online_order_count": "1", "shared_source_order_count": "2",
    },
    "len(scope) >= 1": {"scope": ";"},
    "band_high >= band_low": {"band_low": "0.2", "band_high": "0.1"},
}  # fmt: skip
"""How to break the rules that cannot be broken by their form alone; a rule is known by how it begins."""


def lawful(column: Column[Any]) -> str:
    """Some well-formed text for a column."""
    info = column.info
    if info["codes"]:
        return str(next(iter(info["codes"])))
    if info["references"]:
        table, name = str(info["references"]).split(".")
        return str(PARENTS[table][0][name])
    if info["indicator"]:
        return "L1"
    texts = {
        "date": "2026-02-02",
        "timestamp": "2026-02-02 09:00:00",
        "integer": "1",
        "decimal": "1",
        "boolean": "true",
    }
    texts["geometry"] = "POLYGON ((114 30, 115 30, 115 31, 114 30))"
    return texts.get(info["kind"], "X1")


def broken(column: Column[Any], rule: Rule) -> dict[str, str]:
    """Values under which a rule does not hold, by the form of the rule."""
    for beginning, values in BROKEN.items():
        if rule.text.startswith(beginning):
            return values if column.name in values else {**values, column.name: lawful(column)}
    columns, own = column.table.columns, column.name
    if "$arrived_at" in rule.text:
        return {own: "2026-07-01"}
    if rule.text.startswith(("matches", "valid polygon")):
        return {own: "?"}
    if rule.text.startswith("length"):
        return {own: "X" * 17}
    if found := re.fullmatch(r"\w+ between -?\d+ and (\d+)", rule.text):
        return {own: str(int(found[1]) + 1)}
    if re.fullmatch(r"\w+ >= \d+", rule.text):
        return {own: "-1"}
    if found := re.fullmatch(r"\w+ >= (?:cast\()?(\w+)(?: as date\))?", rule.text):
        return {own: EARLIER, found[1]: LATER}
    if found := re.fullmatch(r"not null where (\w+) is not null", rule.text):
        return {own: "", found[1]: lawful(columns[found[1]])}
    if found := re.fullmatch(r"\((\w+) is null\) = \((\w+) is null\)", rule.text):
        other = found[2] if found[1] == own else found[1]
        return {own: lawful(column), other: ""}
    if found := re.fullmatch(r"(\w+) <> (\w+)", rule.text):
        return {found[1]: "X1", found[2]: "X1"}
    raise AssertionError(f"{column}: no value is known that breaks {rule.text!r}")


@pytest.mark.parametrize(
    "table", [name for name in TABLES if any(c.info["rules"] for c in TABLES[name].columns)]
)
def test_every_rule_of_the_contract_can_be_broken(lab: Lab, table: str) -> None:
    columns = TABLES[table].columns
    cases = [(column, rule, broken(column, rule)) for column in columns for rule in column.info["rules"]]
    for column, rule, values in cases:
        judged = lab.judge(table, **values)
        case = (column.name, rule.text, values)
        if rule.scope == "row" or column.info["required"]:
            assert f"{column.name}: {rule.text}" in judged.reasons(), case
        elif not judged.reasons():
            # a list without elements is no list: its type is wrong before its length is
            expected = {rule.text, "type list<string>"} if rule.text.startswith("len(") else {rule.text}
            assert expected & {found for _, _, found in judged.cells()}, (case, judged.cells())
        else:
            own = {rule.text for rule in column.info["rules"] if rule.scope == "row"}
            assert {reason.removeprefix(f"{column.name}: ") for reason in judged.reasons()} <= own, case


@pytest.mark.parametrize("table", sorted(SEEDS))
def test_every_reference_of_the_contract_can_be_broken(lab: Lab, table: str) -> None:
    for column in TABLES[table].columns:
        if target := column.info["references"]:
            judged = lab.judge(table, **{column.name: "404"})
            if column.info["required"]:
                assert f"{column.name}: references {target}" in judged.reasons()
                assert judged.is_waiting()
            elif any(
                column.name in rule.sql for other in TABLES[table].columns for rule in other.info["rules"]
            ):
                continue  # a rule that needs the value keeps the row out: tried above
            else:
                assert (column.name, "404", f"references {target}") in judged.cells()


@pytest.mark.parametrize("table", sorted(SEEDS))
def test_every_code_of_the_contract_is_checked(lab: Lab, table: str) -> None:
    coded = [column for column in TABLES[table].columns if column.info["codes"]]
    for column in coded:
        judged = lab.judge(table, **{column.name: "no_such_code"})
        reported = {name for name, _, rule in judged.cells() if rule == "allowed codes"}
        reasons = judged.reasons()
        assert column.name in reported or reasons, column.name
        if column.info["required"]:
            assert f"{column.name}: allowed codes" in reasons


# --- measured, not rejected ---

DECIDED = {"decided_at": "2026-02-02 09:00:00", "result": "granted"}
REFUSED = {"decided_at": "2026-02-02 09:00:00", "result": "refused"}
DRAWN = {"draw_id": "D9", "drawn_on": "2026-01-01", "drawn_retailer_id": "R1", "drawn_officer_ids": "P1;P2"}
CASE = {"penalty_decided_on": "2026-02-02"}
MEASURED: list[tuple[str, str, Row]] = [
    ("staff", "no certificate", {"certificate_no": ""}),
    ("staff", "certificate expired long ago", {"certificate_valid_to": "2019-01-01"}),
    ("staff", "more than three years in a key post", {"is_key_post": "true", "post_since": "2010-01-01"}),
    ("market_cell", "more outlets than its capacity", {"capacity": "5", "occupied": "9"}),
    ("market_cell", "full but called unsaturated",
     {"capacity": "5", "occupied": "3", "queued": "2", "state": "unsaturated"}),
    ("retailer", "no cap and no name known", {"annual_inspection_cap": "0"}),
    ("licence", "valid for more than five years", {"issued_on": "2020-01-01", "expires_on": "2030-01-01"}),
    ("licence", "revoked without a basis", {"state": "revoked", "state_change_basis": ""}),
    ("licence", "a number of another pattern", {"licence_no": "1096"}),
    ("licence_application", "told late what is missing", {"supplement_notice_at": "2026-05-01 09:00:00"}),
    ("licence_application", "told after acceptance",
     {"accepted_at": "2026-01-06 09:00:00", "supplement_notice_at": "2026-01-07 09:00:00"}),
    ("licence_application", "told twice", {"supplement_count": "3"}),
    ("licence_application", "many by one agent", {"agent_hash": HASH}),
    ("licence_application", "renewal after expiry",
     {"application_type": "renewal", "licence_no": "420106100001", "previous_expires_on": "2025-12-01"}),
    ("licence_application", "renewal without expiry",
     {"application_type": "renewal", "licence_no": "420106100001", "previous_expires_on": ""}),
    ("licence_application", "queued before it was filed", {"queue_no": "4", "queue_joined_at": "2024-01-01 09:00:00"}),
    ("licence_application", "queued after the decision",
     {**DECIDED, "queue_no": "4", "queue_joined_at": "2026-03-01 09:00:00", "queue_skip_reason": ""}),
    ("licence_application", "verified before acceptance",
     {"verification_started_at": "2026-01-05 10:00:00", "verification_ended_at": "2026-01-05 11:00:00",
      "accepted_at": "2026-01-09 09:00:00"}),
    ("licence_application", "decided before the verification ended",
     {**DECIDED, "verification_started_at": "2026-02-03 09:00:00", "verification_ended_at": "2026-02-03 10:00:00"}),
    ("licence_application", "decided without the verification it needs",
     {**DECIDED, "is_verification_required": "true", "verification_ended_at": ""}),
    ("licence_application", "verified by one person twice", {"first_verifier_id": "P1", "second_verifier_id": "P1"}),
    ("licence_application", "verified by one person", {"first_verifier_id": "P1", "second_verifier_id": ""}),
    ("licence_application", "too near an outlet",
     {**DECIDED, "nearest_outlet_metres": "5", "required_spacing_metres": "30"}),
    ("licence_application", "too near a school",
     {**DECIDED, "nearest_school_metres": "5", "required_school_metres": "50"}),
    ("licence_application", "distance without a method", {"nearest_outlet_metres": "5", "measure_method": ""}),
    ("licence_application", "granted in a full cell",
     {**DECIDED, "capacity_at_decision": "5", "occupied_at_decision": "6"}),
    ("licence_application", "relaxed without proof",
     {**DECIDED, "exemption_code": "disability", "is_exemption_proof_verified": "false"}),
    ("licence_application", "extended by more than ten days",
     {"extended_working_days": "15", "extension_approver_id": "", "extension_reason": "", "extension_notice_at": ""}),
    ("licence_application", "reviewed after the decision", {**DECIDED, "reviewed_at": "2026-03-01 09:00:00"}),
    ("licence_application", "reviewed and decided by one person", {**DECIDED, "reviewer_id": "P1", "decider_id": "P1"}),
    ("licence_application", "decided before acceptance", {**DECIDED, "accepted_at": "2026-03-01 09:00:00"}),
    ("licence_application", "decided far beyond the limit",
     {"decided_at": "2026-05-30 09:00:00", "result": "granted", "promised_working_days": "5"}),
    ("licence_application", "refused without reason, basis and notice",
     {**REFUSED, "refusal_reason": "", "refusal_basis": "", "has_remedy_notice": "false"}),
    ("licence_application", "delivered before the decision", {**DECIDED, "delivered_at": "2026-01-06 09:00:00"}),
    ("licence_application", "delivered months late", {**DECIDED, "delivered_at": "2026-05-30 09:00:00"}),
    ("licence_application", "published months late", {**DECIDED, "published_at": "2026-05-30 09:00:00"}),
    ("licence_application", "promised longer than the law allows",
     {"promised_working_days": "30", "statutory_working_days": "20"}),
    ("inspection", "without plan, clue and approval", {"plan_id": "", "clue_id": "", "approval_id": ""}),
    ("inspection", "random but not drawn", {"inspection_kind": "double_random", "draw_id": ""}),
    ("inspection", "drawn but never carried out", {**DRAWN, "started_at": ""}),
    ("inspection", "other officers than drawn", {**DRAWN, "officer_ids": "P2"}),
    ("inspection", "no shop, though one was drawn", {**DRAWN, "retailer_id": ""}),
    ("inspection", "reassigned without a reason", {"is_reassigned": "true", "reassignment_reason": ""}),
    ("inspection", "one officer", {"officer_ids": "P1"}),
    ("inspection", "the same officer twice", {"officer_ids": "P1;P1"}),
    ("inspection", "no officer", {"officer_ids": ""}),
    ("inspection", "no certificate shown, no code scanned",
     {"is_certificate_shown": "false", "is_entry_code_scanned": ""}),
    ("inspection", "over in a minute", {"ended_at": "2026-01-05 09:01:00"}),
    ("inspection", "far from the shop", {**HERE, "retailer_id": "R1"}),
    ("inspection", "nothing recorded",
     {"item_codes": "", "issue_count": "", "result": "", "is_signed": "", "recording_id": ""}),
    ("inspection", "issues found and none reported", {"issue_count": "3", "result": "no_issue"}),
    ("inspection", "issues closed late", {"issue_due_on": "2026-01-10", "issue_closed_on": "2026-05-10"}),
    ("enforcement_case", "filed late",
     {"filing_decided_at": "2026-05-01 09:00:00", "filed_on": "2026-05-01"}),
    ("enforcement_case", "punished but not filed", {**CASE, "filed_on": ""}),
    ("enforcement_case", "punished before it was filed", {**CASE, "filed_on": "2026-03-01"}),
    ("enforcement_case", "a fine that belongs to others",
     {"violation_code": "unlicensed_retail", "fine_amount": "100"}),
    ("enforcement_case", "a fine outside its band",
     {**CASE, "penalty_base_amount": "1000", "fine_amount": "900", "band_low": "0.05", "band_high": "0.1",
      "is_collectively_discussed": "false"}),
    ("enforcement_case", "lenient without a basis", {"mitigation_code": "lighter", "mitigation_basis": ""}),
    ("enforcement_case", "evidence and recording incomplete",
     {"is_evidence_complete": "false", "is_recording_complete": "false"}),
    ("enforcement_case", "no legal review", {**CASE, "is_legal_review_required": "true", "legal_review_at": ""}),
    ("enforcement_case", "legal review after the decision",
     {**CASE, "is_legal_review_required": "true", "legal_review_at": "2026-03-01 09:00:00"}),
    ("enforcement_case", "one handler", {"handler_ids": "P1"}),
    ("enforcement_case", "reviewed by its handler", {"handler_ids": "P1;P2", "reviewer_id": "P1"}),
    ("enforcement_case", "served late", {**CASE, "served_on": "2026-05-30"}),
    ("enforcement_case", "collected on the spot without a ground",
     {"paid_on": "2026-02-03", "payment_channel": "collected_on_spot", "on_spot_collection_basis": ""}),
    ("enforcement_case", "paid before the decision", {**CASE, "paid_on": "2026-01-10", "payment_channel": "bank"}),
    ("enforcement_case", "cartons missing",
     {"seized_quantity": "10", "counted_quantity": "3", "disposed_quantity": "1"}),
    ("enforcement_case", "more disposed of than seized", {"seized_quantity": "10", "disposed_quantity": "11"}),
    ("enforcement_case", "published after annulment",
     {**CASE, "published_on": "2026-02-10", "annulled_on": "2026-02-20", "publication_withdrawn_on": "2026-05-30"}),
    ("complaint", "handled by the unit complained of", {"target_unit_id": "U1", "is_recusal_observed": "false"}),
    ("complaint", "accepted late", {"accept_due_at": "2026-01-06 09:00:00", "accepted_at": "2026-05-01 09:00:00"}),
    ("complaint", "assigned before acceptance",
     {"accepted_at": "2026-01-08 09:00:00", "assigned_at": "2026-01-07 09:00:00"}),
    ("complaint", "closed late", {"due_at": "2026-01-20 09:00:00", "closed_at": "2026-05-01 09:00:00"}),
    ("complaint", "closed before acceptance",
     {"accepted_at": "2026-01-20 09:00:00", "closed_at": "2026-01-10 09:00:00"}),
    ("complaint", "closed without a finding",
     {"conduct_code": "rudeness", "closed_at": "2026-02-01 09:00:00", "finding": ""}),
    ("complaint", "revisited before closing",
     {"revisited_at": "2026-01-10 09:00:00", "closed_at": "2026-02-01 09:00:00"}),
    ("complaint", "repeated within days", {"repeat_of_ticket_no": "T1"}),
    ("evaluation", "a bad rating left alone", {"rating": "dissatisfied", "rectified_at": "", "revisited_at": ""}),
    ("evaluation", "a bad rating mended late", {"rating": "dissatisfied", "rectified_at": "2026-05-01 09:00:00"}),
    ("evaluation", "several by one shop", {"retailer_hash": HASH}),
    ("activity", "planned and not done", {"planned_on": "2026-01-10", "done_on": ""}),
    ("activity", "done long after the plan", {"planned_on": "2025-01-10", "done_on": "2026-05-10"}),
    ("activity", "issues left open", {"activity_kind": "self_check", "issue_count": "3", "issue_closed_on": ""}),
    ("checklist", "not reviewed for years", {"reviewed_on": "2010-01-01"}),
    ("warning", "handled and reviewed by one person", {"handler_id": "P1", "reviewer_id": "P1"}),
    ("warning", "closed after its limit",
     {"due_at": "2026-01-10 09:00:00", "closed_at": "2026-05-01 09:00:00", "state": "closed", "verdict": "work_flaw"}),
    ("supply_month", "more than the rule without approval",
     {"rule_quantity": "10", "allocated_quantity": "50", "approval_id": ""}),
    ("supply_month", "all scarce brands to the top shops",
     {"scarce_quantity": "10", "top_one_percent_scarce_quantity": "10"}),
    ("supply_month", "orders from one device", {"online_order_count": "9", "shared_source_order_count": "9"}),
    ("vault_access", "by someone unknown, without purpose",
     {"reader_id": "nobody", "ticket_no": "T404", "is_allowed": "false", "purpose": ""}),
    ("initiative", "never rolled out", {"due_on": "2020-01-01", "rolled_out_on": ""}),
    ("oversight_task", "done late", {"due_on": "2026-01-01", "done_on": "2026-05-01"}),
    ("staff_relation", "declared yesterday", {"declared_on": "2026-05-31"}),
]  # fmt: skip
"""Irregular but well formed: table, what is irregular, and the values of the row."""


@pytest.mark.parametrize("table", sorted({table for table, _, _ in MEASURED}))
def test_what_is_measured_is_not_rejected(lab: Lab, table: str) -> None:
    for _, what, values in [case for case in MEASURED if case[0] == table]:
        judged = lab.judge(table, **values)
        assert judged.reasons() == [], what
        assert judged.cells() == [], what
        assert judged.outcome.read == judged.outcome.loaded + judged.outcome.superseding, what


def test_every_table_with_measured_conditions_is_tried() -> None:
    named = {
        name for name, table in TABLES.items()
        if any("measured, not rejected" in column.info["note"] for column in table.columns)
    }  # fmt: skip
    assert named <= {table for table, _, _ in MEASURED}


# --- conservation ---

DIRT = st.one_of(
    st.sampled_from([
        "", " ", "NA", "########", "0", "-1", "1,234", "2026-02-31", "2026/3/5", "5/3/2026", "2030-01-01 00:00:00",
        "true", "是", "no_such_code", ";", "P1;P2", "P404", "U1", "R1", "C1", "T1", "L1", "gcj02", "214.3", "王小明",
        'a "quoted" word', "two\nlines", "comma, here", "inspection_no", "staff_id", "'; DROP TABLE staged; --",
    ]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
)  # fmt: skip
KEYS = st.sampled_from(["", "K1", "K2", "K3", "NA", "a\nb"])


def dirty(table: str) -> st.SearchStrategy[list[dict[str, str]]]:
    """Rows of a table, lawful at heart, in which anything may stand anywhere."""
    columns = [column.name for column in TABLES[table].columns]
    key = next(iter(TABLES[table].primary_key.columns)).name
    one = st.builds(
        lambda name, dirt: {**dict.fromkeys(columns, ""), **SEEDS[table], key: name, **dirt},
        KEYS,
        st.dictionaries(st.sampled_from(columns), DIRT, max_size=5),
    )
    return st.lists(one, min_size=1, max_size=8)


@pytest.mark.parametrize("table", ["org_unit", "staff", "market_cell", "retailer", "inspection", "complaint"])
def test_every_dirty_row_goes_exactly_one_way(tmp_path: Path, table: str) -> None:
    lab = Lab(tmp_path)

    @settings(max_examples=15, deadline=None)
    @given(dirty(table))
    def holds(rows: list[dict[str, str]]) -> None:
        judged = lab.load(table, rows)
        outcome = judged.outcome
        assert outcome.read == len(rows)
        assert outcome.read == outcome.loaded + outcome.unchanged + outcome.superseding + outcome.quarantined
        lab.release(table)

    holds()
    assert_accounted(lab, table)


def assert_accounted(lab: Lab, table: str) -> None:
    """Versions and quarantined rows are as many as the batches say."""
    rows = publish.account(lab.connection, "snapshot")
    assert rows[table]["rows"] > 0


# --- the first rows of a table, which are written once ---


def test_the_first_rows_of_a_table_keep_their_numbers_and_are_all_accounted_for(tmp_path: Path) -> None:
    """So many that several threads read them: each row keeps its place in the file, those set apart as well."""
    rows, odd = 60_000, 997
    keys = [f"JC{number:07}" for number in range(1, rows + 1)]
    keys[500] = keys[400]  # a second version
    seed = fresh("inspection") | {"plan_id": "P" * 250, "retailer_id": "R1"}
    given = [
        seed | {"inspection_no": key, "issue_count": "many" if number % odd == 0 else "0"}
        | ({"retailer_id": "R404"} if number % odd == 1 else {})
        | ({"unit_id": "U404"} if number % odd == 2 else {})
        | ({"inspection_kind": ""} if number % odd == 3 else {})
        for number, key in enumerate(keys, start=1)
    ]  # fmt: skip
    given[500]["plan_id"] = "another"
    lab = Lab(tmp_path)
    outcome = lab.load("inspection", given).outcome
    refused = sum(number % odd in (2, 3) for number in range(1, rows + 1))
    fallen = sum(number % odd in (0, 1) for number in range(1, rows + 1))
    assert (outcome.quarantined, outcome.superseding, outcome.cells) == (refused, 1, fallen)
    assert (outcome.read, outcome.loaded) == (rows, rows - refused - 1)
    misplaced = "CAST(substr(inspection_no, 3) AS BIGINT) <> row_number AND row_number <> 501"
    assert lab.fetch(f"SELECT count(*) FROM snapshot.record.inspection WHERE {misplaced}") == [(0,)]
    assert lab.fetch("SELECT count(*), count(DISTINCT row_number) FROM snapshot.record.inspection") == [
        (outcome.loaded, outcome.loaded)
    ]
    nulls = "SELECT count(*) FILTER (issue_count IS NULL), count(*) FILTER (retailer_id IS NULL)"
    per_kind = tuple(sum(number % odd == kind for number in range(1, rows + 1)) for kind in (0, 1))
    assert lab.fetch(f"{nulls} FROM snapshot.record.inspection") == [per_kind]
    assert lab.fetch("SELECT row_number FROM snapshot.record.inspection_revision") == [(401,)]
