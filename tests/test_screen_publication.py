"""What the public window tells of decisions: which are published, and which were annulled and are withdrawn."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from etl import sql
from model import policy
from tests.indicator_bureau import Bureau, empty

TODAY = date.today()
DECIDED = datetime.combine(TODAY - timedelta(days=60), datetime.min.time()).replace(hour=10)
ISSUED = (DECIDED + timedelta(days=2)).date()
ANNULLED = TODAY - timedelta(days=20)
LICENCE = {"retailer_id": "T1", "issuing_unit_id": "O1", "scope": ["cigarette"], "issued_on": ISSUED,
           "state": "revoked", "state_changed_on": ANNULLED}  # fmt: skip


def published(bureau: Bureau) -> list[dict[str, Any]]:
    """The table as the screen surface holds it; every day is a working day here."""
    run = bureau.connection.execute
    run("ATTACH ':memory:' AS screen")
    run("CREATE SCHEMA screen.mart")
    run("CREATE TEMP MACRO pseudonym(text) AS text")
    run(
        "CREATE TEMP TABLE process_day AS"
        " SELECT day::DATE AS date, true AS is_working_day, row_number() OVER () AS number"
        " FROM range(current_date - INTERVAL 400 DAY, current_date + INTERVAL 100 DAY, INTERVAL 1 DAY) t(day)"
    )
    run(
        sql.statement(
            "screen_publication",
            published_months=str(policy.screen.PUBLISHED_MONTHS),
            withdrawal_days=str(policy.screen.WITHDRAWAL_WORKING_DAYS),
        )
    )
    read = run("SELECT * FROM screen.mart.publication ORDER BY publication_id")
    names = [column[0] for column in read.description or ()]
    return [dict(zip(names, row, strict=True)) for row in read.fetchall()]


def granted(bureau: Bureau, number: str, **values: Any) -> None:
    """A granted application whose decision was published on the next day."""
    given = {"application_type": "new", "retailer_id": "T1", "submitted_at": DECIDED, "decided_at": DECIDED}
    published_at = DECIDED + timedelta(days=1)
    bureau.add(
        "licence_application",
        **{"application_no": number, "unit_id": "O1", "result": "granted", "published_at": published_at}
        | given | values,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("application", "licence"),
    [
        ({}, {}),
        ({"application_type": "renewal", "licence_no": "N1", "retailer_id": None}, {}),
        ({"application_type": "renewal", "licence_no": "N1"}, {"issued_on": ISSUED - timedelta(days=900)}),
    ],
    ids=["new: the licence issued on it", "the licence it names", "the licence it renewed"],
)
def test_the_grant_of_a_revoked_licence_is_withdrawn_and_nothing_else_is_left_of_it(
    application: dict[str, Any], licence: dict[str, Any]
) -> None:
    bureau = empty()
    bureau.add("licence", **{"licence_no": "N1"} | LICENCE | licence)
    granted(bureau, "A1", **application)
    (told,) = published(bureau)
    assert told["state"] == "withdrawn"
    assert told["withdraw_by"] == ANNULLED + timedelta(days=policy.screen.WITHDRAWAL_WORKING_DAYS)
    kept = {name for name, value in told.items() if value is not None}
    assert kept == {"publication_id", "decision_kind", "state", "withdraw_by"}


@pytest.mark.parametrize(
    ("application", "licence"),
    [
        ({}, {"state": "valid", "state_changed_on": None}),
        ({}, {"state": "closed"}),
        ({}, {"retailer_id": "T2"}),
        ({}, {"issued_on": ISSUED - timedelta(days=900)}),
        ({"licence_no": "N2", "application_type": "renewal"}, {}),
        ({"retailer_id": None}, {}),
        ({}, {"issued_on": ISSUED - timedelta(days=10), "state_changed_on": ISSUED - timedelta(days=5)}),
    ],
    ids=["valid", "closed by its holder", "another's", "an older one of the same shop", "another number", "unknown",
         "revoked before it was granted"],
)  # fmt: skip
def test_the_grant_of_another_licence_stays(application: dict[str, Any], licence: dict[str, Any]) -> None:
    bureau = empty()
    bureau.add("licence", **{"licence_no": "N1"} | LICENCE | licence)
    granted(bureau, "A1", **application)
    (told,) = published(bureau)
    assert (told["state"], told["matter"], told["unit_id"]) == (
        "published", application.get("application_type", "new"), "O1",
    )  # fmt: skip


def test_two_grants_stand_alone_and_an_old_annulment_leaves_the_window() -> None:
    bureau = empty()
    long_ago = DECIDED - timedelta(days=800)
    bureau.add("licence", **{"licence_no": "N1"} | LICENCE)
    old = {
        "licence_no": "N3",
        "retailer_id": "T3",
        "issued_on": long_ago.date(),
        "state_changed_on": long_ago.date(),
    }
    bureau.add("licence", **LICENCE | old)
    granted(bureau, "A1")
    granted(bureau, "A2", retailer_id="T2")
    granted(bureau, "A3", retailer_id="T3", submitted_at=long_ago, decided_at=long_ago, published_at=long_ago)
    told = published(bureau)
    assert [(one["publication_id"], one["state"]) for one in told] == [
        ("licence A1", "withdrawn"), ("licence A2", "published"),
    ]  # fmt: skip
