"""Personal data in the check: names and phones are masked, hashes computed or refused, and nothing else is kept."""

from __future__ import annotations

import hashlib
import hmac
import re

import pytest
from etl_helpers import Lab, fresh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HASH = "0f" * 32


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("lab"))


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
