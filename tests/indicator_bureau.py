"""A small random bureau for the tests of the indicators: every table, with nulls, boundary dates and register versions.

Rows are written as the loader leaves them: records, revisions and batches. They are lawful for the contract's types but
not for good conduct. It must not be used for anything but tests.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from etl import sql
from etl.records import create_tables, create_version_views
from model import warehouse
from model.contract import REGISTERS, TABLES

UNITS = {"R": None, "D1": "R", "D2": "R", "O1": "D1", "O2": "D1", "O3": "D2", "O4": "D2"}
OFFICES = ("O1", "O2", "O3", "O4", "D2")
FIRST, LAST = date(2023, 1, 1), date(2024, 5, 17)
STAFF = [f"S{number}" for number in range(12)]
RETAILERS = [f"T{number}" for number in range(18)]
CELLS = [f"C{number}" for number in range(5)]
TABLE_ORDER = list(TABLES)


@dataclass
class Bureau:
    """A warehouse under construction in memory, attached as `snapshot`. Rows are written when it is first looked at."""

    opened: warehouse.Connection
    random: random.Random
    as_of: dict[str, datetime] = field(default_factory=dict)
    rows: int = 0
    waiting: dict[str, list[list[Any]]] = field(default_factory=dict)

    @property
    def connection(self) -> warehouse.Connection:
        """The connection, with all rows written."""
        while self.waiting:
            table, rows = self.waiting.popitem()
            warehouse.insert(self.opened, table, rows)
        return self.opened

    def add(
        self, table: str, *, revision: bool = False, changed: list[str] | None = None, **values: Any
    ) -> int:
        """Write one row as delivered by the table's first batch, or as superseded by a later one; its row number."""
        self.rows += 1
        batch = values.pop("batch_id", TABLE_ORDER.index(table) + 1)
        given = {**values, "batch_id": batch, "row_number": self.rows}
        if revision:
            given |= {
                "superseded_by_batch_id": 0,
                "superseded_by_row_number": 0,
                "changed_columns": changed or [],
            }
        name = sql.name(table + ("_revision" if revision else ""))
        self.waiting.setdefault(f"snapshot.record.{name} ({sql.names(given)})", []).append(
            list(given.values())
        )
        return self.rows

    def batch(
        self, table: str, as_of: datetime, batch_id: int, source: str | None = None, recorded: Any = None
    ) -> None:
        """Record a batch of a table, from its own source and recording all columns unless said otherwise."""
        names = [column.name for column in TABLES[table].columns] if recorded is None else list(recorded)
        self.connection.execute(
            "INSERT INTO snapshot.quality.batch (batch_id, source, table_name, as_of, arrived_at, extent, role,"
            " recorded_columns) VALUES (?, ?, ?, ?, ?, 'delta', 'primary', ?)",
            [batch_id, source or f"feed.{table}", table, as_of, as_of, names],
        )

    def finish(self) -> None:
        """The registers' versions and the unit tree, as the measure step makes them before the indicators."""
        create_version_views(self.connection)
        self.connection.execute(sql.statement("measure"))

    # --- random values ---

    def maybe(self, value: Any, chance: float = 0.75) -> Any:
        return value if self.random.random() < chance else None

    def day(self, first: date = FIRST, last: date = LAST) -> date:
        return first + timedelta(days=self.random.randrange((last - first).days + 1))

    def moment(self, day: date) -> datetime:
        return datetime.combine(
            day, self.random.choice([time(0), time(9, 30), time(16, 0, 1), time(23, 59, 59)])
        )

    def after(self, start: datetime | date, most: int) -> datetime:
        day = start.date() if isinstance(start, datetime) else start
        later = self.moment(day + timedelta(days=self.random.randrange(most + 1)))
        return max(later, start) if isinstance(start, datetime) else later

    def pick(self, *values: Any) -> Any:
        return self.random.choice(values)

    def team(self) -> list[str]:
        return self.random.sample(STAFF, self.pick(1, 2, 2, 2, 3))


def empty(seed: int = 0, path: Path | None = None) -> Bureau:
    """A bureau without rows."""
    connection = warehouse.connect()
    connection.execute(f"ATTACH {sql.literal(str(path or ':memory:'))} AS snapshot")
    create_tables(connection, TABLES)
    return Bureau(connection, random.Random(seed))


def build(seed: int, path: Path | None = None) -> Bureau:
    """A random bureau, finished."""
    bureau = empty(seed, path)
    for number, table in enumerate(TABLE_ORDER, 1):
        end = LAST - timedelta(days=bureau.pick(0, 0, 3))
        if table in ("inspection", "licence_application"):
            end = LAST
        bureau.as_of[table] = datetime.combine(end, time(23, 59, 59))
        bureau.batch(table, bureau.as_of[table], number)
    _later_batches(bureau)
    _registers(bureau)
    for make in (_applications, _inspections, _cases, _complaints, _ratings, _activities, _others):
        make(bureau)
    bureau.finish()
    return bureau


def _later_batches(bureau: Bureau) -> None:
    """Two earlier batches of each register, so that versions have dates of their own."""
    for place, table in enumerate(REGISTERS):
        for step, day in enumerate((date(2023, 6, 1), date(2024, 1, 10))):
            bureau.batch(table, datetime.combine(day, time(12)), 100 + 10 * place + step)


def _version_batches(table: str) -> list[int]:
    start = 100 + 10 * list(REGISTERS).index(table)
    return [start, start + 1, TABLE_ORDER.index(table) + 1]


def _registers(bureau: Bureau) -> None:
    day = date(2022, 12, 15)
    while day <= date(2024, 12, 31):
        working = (day.weekday() < 5) != (bureau.random.random() < 0.06)
        bureau.add("working_calendar", date=day, is_working_day=working)
        day += timedelta(days=1)
    for unit, parent in UNITS.items():
        bureau.add("org_unit", unit_id=unit, parent_unit_id=parent, name=unit, unit_type="other")
    for cell in CELLS:
        _cell(bureau, cell)
    for staff in STAFF:
        _versions(bureau, "staff", "staff_id", staff, _staff)
    for retailer in RETAILERS:
        _versions(bureau, "retailer", "retailer_id", retailer, _retailer)
    for number, retailer in enumerate(RETAILERS):
        bureau.add(
            "licence",
            licence_no=f"X{number}",
            retailer_id=retailer,
            issuing_unit_id="D1",
            issued_on=bureau.maybe(bureau.day(date(2022, 1, 1), date(2023, 12, 31))),
        )
    for _ in range(8):
        bureau.add(
            "staff_relation",
            staff_id=bureau.pick(*STAFF),
            retailer_id=bureau.pick(*RETAILERS),
            relation="spouse",
            declared_on=bureau.day(),
        )


def _cell(bureau: Bureau, cell: str) -> None:
    starts = [bureau.day(date(2022, 6, 1), date(2023, 3, 1))]
    if bureau.random.random() < 0.6:
        starts.append(bureau.day(date(2023, 9, 1), date(2024, 4, 1)))
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        end = following - timedelta(days=1) if following else None
        bureau.add(
            "market_cell",
            cell_id=cell,
            unit_id=bureau.pick(*OFFICES),
            name=cell,
            valid_from=start,
            valid_to=end,
        )


def _versions(bureau: Bureau, table: str, key: str, value: str, make: Any) -> None:
    """One to three versions of a register row, each with the columns that the next one changed."""
    batches = _version_batches(table)[-bureau.pick(1, 2, 3) :]
    contents = [make(bureau, value) for _ in batches]
    for place, (batch, content) in enumerate(zip(batches, contents, strict=True)):
        later = contents[place + 1] if place + 1 < len(contents) else None
        changed = [name for name in content if later and later[name] != content[name]]
        bureau.add(
            table, revision=later is not None, changed=changed, batch_id=batch, **{key: value}, **content
        )


def _staff(bureau: Bureau, _: str) -> dict[str, Any]:
    start = bureau.maybe(bureau.day(date(2022, 1, 1), date(2024, 3, 1)), 0.6)
    return {
        "unit_id": bureau.pick(*OFFICES),
        "role": bureau.pick(
            "monopoly_officer", "customer_manager", "auxiliary", "discipline_group_officer", "inspector"
        ),
        "is_key_post": bureau.maybe(bureau.pick(True, False)),
        "certificate_no": bureau.maybe(f"Z{bureau.random.random()}", 0.8),
        "certificate_valid_from": start,
        "certificate_valid_to": bureau.maybe(
            (start or date(2023, 1, 1)) + timedelta(days=bureau.pick(200, 500, 900)), 0.9
        ),
        "post_since": bureau.maybe(bureau.day(date(2020, 1, 1), LAST)),
        "state": bureau.pick("on_post", "on_post", "off_post", None),
    }


def _retailer(bureau: Bureau, retailer: str) -> dict[str, Any]:
    return {
        "retailer_hash": f"{int(retailer[1:]):064x}",
        "cell_id": bureau.pick(*CELLS),
        "annual_inspection_cap": bureau.maybe(bureau.pick(1, 3, 8)),
        "is_plan_exempt": bureau.maybe(bureau.pick(False, False, True), 0.9),
        "risk_level": bureau.maybe(bureau.pick("high", "low", "medium"), 0.9),
        "longitude": 114.3 + bureau.random.random() / 100,
        "latitude": 30.5,
        "coordinate_system": bureau.pick("cgcs2000", "cgcs2000", "wgs84"),
        "state": bureau.pick("active", "active", "active", "closed", None),
    }


def _applications(bureau: Bureau) -> None:
    for number in range(170):
        submitted = bureau.moment(bureau.day())
        accepted = bureau.maybe(bureau.after(submitted, 5))
        verified = bureau.maybe(bureau.after(submitted, 12), 0.6)
        decided = bureau.maybe(bureau.after(submitted, 50), 0.8)
        result = bureau.pick("granted", "granted", "refused", "withdrawn") if decided else None
        extended, queue = (
            bureau.maybe(bureau.pick(0, 5, 12), 0.2),
            bureau.maybe(bureau.random.randrange(1, 30), 0.4),
        )
        notice = bureau.maybe(bureau.after(submitted, 10), 0.4)
        bureau.add(
            "licence_application",
            application_no=f"A{number}",
            unit_id=bureau.pick(*OFFICES),
            cell_id=bureau.maybe(bureau.pick(*CELLS), 0.9),
            retailer_id=bureau.maybe(bureau.pick(*RETAILERS)),
            application_type=bureau.pick("new", "new", "renewal"),
            agent_hash=bureau.maybe(bureau.pick("a", "b", "c"), 0.4),
            submitted_at=submitted,
            accepted_at=accepted,
            supplement_notice_at=notice,
            supplement_count=bureau.maybe(bureau.pick(0, 1, 2), 0.4),
            previous_expires_on=bureau.maybe(
                submitted.date() + timedelta(days=bureau.pick(29, 30, 31, 45)), 0.6
            ),
            queue_no=queue,
            queue_joined_at=bureau.after(FIRST, 400) if queue else None,
            queue_skip_reason=bureau.maybe("absent", 0.2),
            is_verification_required=bureau.maybe(bureau.pick(True, False)),
            verification_started_at=verified,
            verification_ended_at=bureau.maybe(verified and bureau.after(verified, 1), 0.8),
            first_verifier_id=bureau.maybe(bureau.pick(*STAFF[:5])),
            second_verifier_id=bureau.maybe(bureau.pick(*STAFF[:5])),
            nearest_outlet_metres=bureau.maybe(bureau.pick(20, 30, 50)),
            required_spacing_metres=bureau.maybe(30),
            nearest_school_metres=bureau.maybe(bureau.pick(40, 50, 90)),
            required_school_metres=bureau.maybe(50),
            capacity_at_decision=bureau.maybe(5),
            occupied_at_decision=bureau.maybe(bureau.pick(3, 5, 6)),
            exemption_code=bureau.maybe("disability", 0.3),
            is_exemption_proof_verified=bureau.maybe(bureau.pick(True, False)),
            extended_working_days=extended,
            extension_approver_id=bureau.maybe("S1", 0.5),
            extension_reason=bureau.maybe("r"),
            extension_notice_at=bureau.maybe(bureau.after(submitted, 20), 0.5),
            suspended_working_days=bureau.maybe(bureau.pick(0, 3), 0.3),
            decided_at=decided,
            result=result,
            refusal_reason=bureau.maybe("layout"),
            refusal_basis=bureau.maybe("b"),
            has_remedy_notice=bureau.maybe(True),
            published_at=bureau.maybe(decided and bureau.after(decided, 14)),
            promised_working_days=bureau.maybe(bureau.pick(0, 5)),
            statutory_working_days=bureau.maybe(20, 0.9),
        )


def _inspections(bureau: Bureau) -> None:
    teams = [bureau.team() for _ in range(4)]
    for number in range(420):
        is_crowded = bureau.random.random() < 0.35
        started = bureau.moment(
            bureau.day(date(2024, 3, 1), date(2024, 3, 31)) if is_crowded else bureau.day()
        )
        drawn = bureau.maybe(started.date() - timedelta(days=bureau.pick(0, 30, 31, 5)), 0.3)
        carried_out = drawn is None or bureau.random.random() < 0.8
        officers = (
            teams[0] if is_crowded and bureau.random.random() < 0.7 else bureau.pick(*teams, [], ["S0", "S0"])
        )
        retailer, position = bureau.pick(*RETAILERS), bureau.random.random() < 0.8
        bureau.add(
            "inspection",
            inspection_no=f"I{number}",
            unit_id=bureau.pick(*OFFICES),
            retailer_id=bureau.maybe(retailer, 0.9) if carried_out else None,
            inspection_kind=bureau.pick("routine", "case_specific", "double_random"),
            plan_id=bureau.maybe("p", 0.6),
            clue_id=bureau.maybe("c", 0.3),
            approval_id=bureau.maybe("q", 0.2),
            draw_id="d" if drawn else None,
            drawn_on=drawn,
            drawn_retailer_id=bureau.pick(retailer, retailer, "T0") if drawn else None,
            drawn_officer_ids=bureau.pick(officers[::-1], ["S3"]) if drawn else None,
            officer_ids=bureau.maybe(officers, 0.9),
            started_at=started if carried_out else None,
            ended_at=bureau.maybe(started + timedelta(seconds=bureau.pick(60, 179, 180, 1200)), 0.8),
            longitude=114.3 + bureau.random.random() / 100 if position else None,
            latitude=30.5 if position else None,
            coordinate_system=bureau.pick("cgcs2000", "wgs84") if position else None,
            item_codes=bureau.maybe(bureau.pick([], ["licence"])),
            issue_count=bureau.maybe(bureau.pick(0, 0, 0, 1, 3), 0.9),
            is_signed=bureau.maybe(True),
            recording_id=bureau.maybe("r"),
            result=bureau.maybe("no_issue"),
            issue_due_on=bureau.maybe(started.date() + timedelta(days=bureau.pick(0, 20)), 0.4),
            issue_closed_on=bureau.maybe(started.date() + timedelta(days=bureau.pick(0, 20, 21)), 0.5),
        )


def _cases(bureau: Bureau) -> None:
    for number in range(150):
        clue = bureau.moment(bureau.day())
        decided = bureau.maybe(bureau.after(clue, 9))
        filed = bureau.maybe(decided and decided.date(), 0.8)
        penalty = bureau.maybe(bureau.after(filed or clue.date(), 100).date(), 0.6)
        closed = bureau.maybe(bureau.after(clue.date(), 120).date(), 0.4)
        bureau.add(
            "enforcement_case",
            case_no=f"K{number}",
            unit_id=bureau.pick(*OFFICES),
            case_source="report",
            clue_at=clue,
            filing_decided_at=decided,
            is_filing_delay_approved=bureau.maybe(bureau.pick(True, False)),
            filed_on=filed,
            violation_code=bureau.pick("unlicensed_retail", "off_channel_purchase"),
            severity_grade=bureau.maybe(bureau.pick("ordinary", "serious")),
            penalty_base_amount=bureau.maybe(bureau.pick(0, 1000, 2345.67)),
            fine_amount=bureau.maybe(bureau.pick(0, 50, 100.5, 230)),
            band_low=bureau.maybe(0.05),
            band_high=bureau.maybe(0.1),
            mitigation_code=bureau.maybe("lighter", 0.4),
            mitigation_basis=bureau.maybe("b"),
            is_collectively_discussed=bureau.maybe(bureau.pick(True, False)),
            is_evidence_complete=bureau.maybe(True),
            is_recording_complete=bureau.maybe(bureau.pick(True, False)),
            is_legal_review_required=bureau.maybe(bureau.pick(True, False)),
            legal_review_at=bureau.maybe(
                penalty and bureau.moment(penalty + timedelta(days=bureau.pick(-1, 0, 1)))
            ),
            penalty_decided_on=penalty,
            payment_channel=bureau.pick("bank", "collected_on_spot", "other"),
            on_spot_collection_basis=bureau.maybe("b"),
            paid_on=bureau.maybe(bureau.after(clue.date(), 100).date()),
            seized_quantity=bureau.maybe(bureau.pick(0, 10)),
            counted_quantity=bureau.maybe(bureau.pick(10, 7)),
            disposed_quantity=bureau.maybe(3, 0.4),
            close_kind=bureau.pick("executed", "withdrawn") if closed else None,
            closed_on=closed,
            review_result=bureau.maybe(bureau.pick("upheld", "annulled"), 0.3),
        )


def _complaints(bureau: Bureau) -> None:
    for number in range(130):
        received = bureau.moment(bureau.day())
        bureau.add(
            "complaint",
            ticket_no=f"W{number}",
            category=bureau.pick("enquiry", "report", "complaint"),
            conduct_code=bureau.maybe("rudeness", 0.4),
            target_unit_id=bureau.maybe(bureau.pick(*OFFICES)),
            handling_unit_id=bureau.pick(*OFFICES),
            received_at=received,
            accept_due_at=bureau.maybe(bureau.after(received, 3)),
            accepted_at=bureau.maybe(bureau.after(received, 4)),
            due_at=bureau.maybe(bureau.after(received, 15)),
            closed_at=bureau.maybe(bureau.after(received, 18)),
            finding=bureau.maybe(bureau.pick("substantiated", "unverifiable")),
            satisfaction=bureau.maybe(bureau.pick("satisfied", "dissatisfied")),
            repeat_of_ticket_no=bureau.maybe(f"W{bureau.random.randrange(number)}" if number else None, 0.4),
        )


def _ratings(bureau: Bureau) -> None:
    for number in range(120):
        rated = bureau.moment(bureau.day())
        bureau.add(
            "evaluation",
            evaluation_id=f"E{number}",
            evaluation_source="qr_code",
            unit_id=bureau.pick(*OFFICES),
            retailer_hash=bureau.maybe(f"{bureau.random.randrange(24):064x}"),
            rating=bureau.pick("satisfied", "dissatisfied"),
            rated_at=rated,
            rectified_at=bureau.maybe(bureau.after(rated, 25)),
            revisited_at=bureau.maybe(bureau.after(rated, 30)),
        )


def _activities(bureau: Bureau) -> None:
    for number in range(260):
        done = bureau.maybe(bureau.day())
        bureau.add(
            "activity",
            activity_id=f"V{number}",
            activity_kind=bureau.pick("talk", "pledge", "training", "home_visit", "self_check"),
            unit_id=bureau.pick(*OFFICES),
            staff_id=bureau.maybe(bureau.pick(*STAFF)),
            planned_on=bureau.maybe(bureau.day()),
            done_on=done,
            score=bureau.maybe(bureau.pick(59, 60, 90)),
            issue_count=bureau.maybe(bureau.pick(0, 1, 4)),
            issue_due_on=bureau.maybe((done or LAST) + timedelta(days=bureau.pick(0, 20)), 0.5),
            issue_closed_on=bureau.maybe((done or LAST) + timedelta(days=bureau.pick(0, 20, 21)), 0.5),
        )


def _others(bureau: Bureau) -> None:
    for number in range(40):
        read = bureau.moment(bureau.day())
        bureau.add(
            "vault_access",
            access_id=f"B{number}",
            reader_id=bureau.pick(*STAFF, "stranger"),
            ticket_no="W1",
            read_at=read,
            is_allowed=bureau.pick(True, True, False),
        )
        raised = bureau.moment(bureau.day())
        closed = bureau.maybe(bureau.after(raised, 20))
        bureau.add(
            "warning",
            warning_id=f"G{number}",
            indicator_id="L1",
            rule_version="1",
            unit_id=bureau.pick(*OFFICES),
            object_type="unit",
            warning_level="blue",
            raised_at=raised,
            due_at=bureau.maybe(bureau.after(raised, 15)),
            state="closed" if closed else "raised",
            closed_at=closed,
            verdict=bureau.pick("work_flaw", "reasonable") if closed else None,
        )
        bureau.add(
            "checklist",
            item_id=f"Q{number}",
            role=bureau.pick("monopoly_officer", "inspector", "auxiliary"),
            list_kind=bureau.pick(
                "minor_power", "duty_negative", "personal_integrity_review", "integrity_risk_control"
            ),
            list_version="1",
            reviewed_on=bureau.maybe(bureau.day(date(2022, 10, 1), LAST)),
        )
    for month in ("2023-12", "2024-01", "2024-02", "2024-03", "2024-04", "2024-05"):
        for tier in range(12):
            scarce, orders = bureau.maybe(bureau.pick(10, 20.5)), bureau.maybe(bureau.pick(5, 9))
            bureau.add(
                "supply_month",
                month=month,
                unit_id=bureau.pick(*OFFICES),
                supply_tier=tier + 1,
                rule_id="r",
                rule_quantity=100,
                allocated_quantity=bureau.pick(90, 100, 101),
                approval_id=bureau.maybe("a", 0.4),
                scarce_quantity=scarce,
                top_one_percent_scarce_quantity=bureau.maybe(scarce and 1.5),
                online_order_count=orders,
                shared_source_order_count=bureau.maybe(orders and 2),
            )
