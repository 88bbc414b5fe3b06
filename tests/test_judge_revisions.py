"""Revisions on a small bureau: what changes after the decision is told of its unit, lawful corrections are not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from model.contract import TABLES, key_of
from tests.indicator_bureau import TABLE_ORDER, Bureau
from tests.lawful_bureau import LAST, Lawful, again, rows

REVISIONS = (
    "SELECT indicator_id, unit_id, subject_kind, subject_id, evidence_count FROM snapshot.mart.warning"
    " WHERE kind = 'revision' ORDER BY ALL"
)


def superseded(
    bureau: Bureau, table: str, key: str, changed: list[str], *, later: int = 900, **old: Any
) -> None:
    """Let a record of O1 have been otherwise before: an older version, superseded by a batch of the next day."""
    number = TABLE_ORDER.index(table) + 1
    if not rows(bureau.connection, f"SELECT 1 FROM snapshot.quality.batch WHERE batch_id = {later}"):
        bureau.batch(table, datetime.combine(LAST + timedelta(days=1), time(12)), later)
    named = {key_of(TABLES[table])[0]: key, "unit_id": "O1"}
    bureau.add(table, revision=True, changed=changed, batch_id=number, **named, **old)
    bureau.connection.execute(
        f"UPDATE snapshot.record.{table}_revision SET superseded_by_batch_id = {later}"
        " WHERE superseded_by_batch_id = 0"
    )


@pytest.fixture
def bureau() -> Iterator[Bureau]:
    made = Lawful(3).judged()
    assert rows(made.connection, REVISIONS) == []
    yield made
    made.connection.close()


def test_what_changes_after_the_decision_is_told_once_a_record(bureau: Bureau) -> None:
    decided = datetime(2024, 2, 1, 9)
    superseded(bureau, "licence_application", "O1-A1", ["decided_at"], decided_at=decided, application_type="new",
               submitted_at=decided)  # fmt: skip
    superseded(bureau, "licence_application", "O1-A1", ["verification_ended_at", "result"], decided_at=decided,
               application_type="new", submitted_at=decided, result="granted", later=901)  # fmt: skip
    again(bureau)
    assert rows(bureau.connection, REVISIONS) == [("L2", "O1", "licence_application", "O1-A1", 2)]


def test_filling_in_correcting_in_time_and_repeating_in_one_file_are_lawful(bureau: Bureau) -> None:
    open_one = {"application_type": "new", "submitted_at": datetime(2024, 2, 1, 9)}
    decided = open_one | {"decided_at": datetime(2024, 2, 3)}
    superseded(bureau, "licence_application", "O1-A1", ["decided_at", "result"], **open_one)
    superseded(bureau, "licence_application", "O1-A2", ["result"], **decided)
    superseded(
        bureau, "licence_application", "O1-A3", ["published_at", "channel"], **decided, channel="window"
    )
    own = TABLE_ORDER.index("licence_application") + 1
    superseded(bureau, "licence_application", "O1-A4", ["decided_at"], **decided, later=own)
    again(bureau)
    assert rows(bureau.connection, REVISIONS) == []


def test_a_record_that_has_gone_is_told_until_it_is_back(bureau: Bureau) -> None:
    connection, own = bureau.connection, TABLE_ORDER.index("enforcement_case") + 1
    bureau.batch("enforcement_case", datetime.combine(LAST, time(23)), 950)
    connection.execute(
        "INSERT INTO snapshot.quality.disappeared VALUES ('enforcement_case', 'O2-K3', ?, 950, NULL)", [own]
    )
    again(bureau)
    assert rows(connection, REVISIONS) == [("C3", "O2", "enforcement_case", "O2-K3", 1)]
    connection.execute("UPDATE snapshot.quality.disappeared SET returned_batch_id = 951")
    again(bureau)
    assert rows(connection, REVISIONS) == []
    assert rows(connection, "SELECT kind, reason FROM snapshot.mart.warning_withdrawn") == [
        ("revision", "corrected")
    ]
