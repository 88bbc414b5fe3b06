"""The whole contract: every rule, reference and code can be broken, and what is to be measured is not rejected."""

from __future__ import annotations

import re
from typing import Any

import pytest
from etl_helpers import PARENTS, SEEDS, Lab, Row
from sqlalchemy import Column

from model.contract import TABLES
from model.contract.columns import Rule

HASH = "0f" * 32
HERE: Row = {"longitude": "114.3", "latitude": "30.5", "coordinate_system": "gcj02"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("lab"))


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
            own = {rule.text for rule in column.info["rules"]}
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
