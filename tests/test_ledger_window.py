"""What comes through the public window, in the ledger: each visit rated once, what is said sealed, both as records."""

from __future__ import annotations

import tomllib
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from ledger_fixture import KEEPER, Databases, databases, ledger, settle
from sqlalchemy import select, text

from ledger import proof
from ledger.schema import Base, Entry, Matter, MatterFile, Rating, VisitCode, WorkingDay, now
from ledger.storage import Ledger
from ledger.trail import Recorder
from ledger.window import codes, matters, ratings, record_refusals
from model import vault
from model.policy import Actor, RefusedError
from pages.parts.words import Words

__all__ = ["Databases", "databases", "ledger"]
ROOT = Path(__file__).parents[1]
KEY = b"k" * 32
PUBLIC = Actor("anonymous", "public")
MANAGER = Actor("wang", "manager", "990101")
OFFICE_HEAD = Actor("li", "office_head", "990101-S01")
DISCIPLINE = Actor("zhao", "discipline", "9901")
SECRETS = ("欧阳暗访", "13900001111", "张某某", "他向我要了两条烟")
SAID = matters.Said(
    "report", SECRETS[3], "taking_or_extorting", "990101-S01", target_person=SECRETS[2], name=SECRETS[0],
    phone=SECRETS[1], files=[("证据-欧阳暗访.pdf", "application/pdf", b"%PDF-1.7 " + SECRETS[0].encode())],
)  # fmt: skip
DEADLINES = matters.Deadlines(3, 13)


@pytest.fixture
def bureau(ledger: Ledger) -> Ledger:
    settle(ledger, {"wang": ("manager", "990101"), "li": ("office_head", "990101-S01")})
    with ledger.write(KEEPER) as recorder:
        first = now().date() - timedelta(days=5)
        days = [{"date": first + timedelta(days=day), "is_working_day": True} for day in range(60)]
        recorder.replace_register("sync", WorkingDay, days)
    return ledger


def issued(ledger: Ledger, count: int = 1, who: Actor = KEEPER) -> list[str]:
    with ledger.write(who) as recorder:
        return codes.issue(recorder, KEY, "990101-S01", count, "new")


def rate(ledger: Ledger, code: str, rating: str = "satisfied", **aspects: int) -> None:
    with ledger.write(PUBLIC) as recorder:
        ratings.rate(recorder, code, KEY, rating, aspects)


def everything(ledger: Ledger) -> str:
    """All that the database holds, as text."""
    with ledger.engine.connect() as connection:
        rows = [row for table in Base.metadata.sorted_tables for row in connection.execute(select(table))]
    return "\n".join(
        value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        for row in rows
        for value in row
    )


# --- ratings ----------------------------------------------------------------------------------------------------------


def test_a_visit_is_rated_once_however_the_code_is_typed(bureau: Ledger) -> None:
    (code,) = issued(bureau)
    with bureau.read() as session:
        assert ratings.visit(session, code.lower().replace("-", " "), KEY) == ratings.Visit(
            "990101-S01", "new"
        )
    rate(bureau, code.lower().replace("-", ""), "very_satisfied", integrity_rating=5)
    with pytest.raises(RefusedError, match="used already"):
        rate(bureau, code)
    with bureau.read() as session:
        (found,) = session.scalars(select(Rating))
        assert (found.rating, found.integrity_rating, found.unit_id) == ("very_satisfied", 5, "990101-S01")
        assert ratings.visit(session, code, KEY) is None
    assert proof.verify(bureau).holds


def test_a_code_raced_for_by_many_is_used_by_one(bureau: Ledger) -> None:
    (code,) = issued(bureau)

    def attempt(_: int) -> bool:
        try:
            rate(bureau, code)
        except RefusedError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_expired_and_invented_codes_are_refused_alike_and_leave_nothing(bureau: Ledger) -> None:
    (code,) = issued(bureau)
    with bureau.write(KEEPER) as recorder:
        held = recorder.session.scalars(select(VisitCode)).one()
        held.expires_on = now().date() - timedelta(days=1)
        recorder.record("configure", "visit_code")
    refusals = set()
    for one in (code, "AAAA-AAAA-AAAA", "'; DROP TABLE rating; --", "%"):
        with pytest.raises(RefusedError) as refused:
            rate(bureau, one)
        refusals.add(str(refused.value))
    assert len(refusals) == 1
    with bureau.read() as session:
        assert session.scalars(select(Rating)).all() == []


def test_codes_are_kept_as_hashes_and_issued_by_those_who_may(bureau: Ledger) -> None:
    found = issued(bureau, 3, OFFICE_HEAD)
    held = everything(bureau)
    assert not any(code in held or codes.plain(code) in held for code in found)
    other = Actor("other", "office_head", "990101-S02")
    for who in (PUBLIC, other):
        with pytest.raises(RefusedError):
            issued(bureau, 1, who)


def test_a_bad_rating_waits_until_it_is_put_right(bureau: Ledger) -> None:
    bad, good = issued(bureau, 2)
    rate(bureau, bad, "very_dissatisfied")
    rate(bureau, good)
    with bureau.read() as session:
        (waiting,) = ratings.bad_ones(session, OFFICE_HEAD)
        assert ratings.bad_ones(session, Actor("other", "office_head", "990101-S02")) == []
        assert ratings.due_on(session, waiting) == now().date() + timedelta(days=15)
    turns = ((True, False), (False, True), (False, False), (True, True), (True, False))
    for is_revisited, is_in_turn in turns:
        refused = nullcontext() if is_in_turn else pytest.raises(RefusedError, match="First it is put right")
        with refused, bureau.write(OFFICE_HEAD) as recorder:
            ratings.put_right(recorder, waiting.rating_id, is_revisited=is_revisited)
    with bureau.read() as session:
        assert ratings.bad_ones(session, OFFICE_HEAD) == []
        assert session.scalars(select(Rating.revisited_at).where(Rating.rating == "very_dissatisfied")).one()


def test_a_rating_has_no_place_for_who_gave_it_nor_is_it_told_to_record_that() -> None:
    """The slip promises it; and a source that recorded raters would count all others as shops that did not rate."""
    assert set(VisitCode.__table__.columns.keys()) == {
        "code_hash", "unit_id", "service", "issued_on", "expires_on", "issued_by", "used_on",
    }  # fmt: skip
    assert not [one for one in Rating.__table__.columns if "retailer" in one.name or "code" in one.name]
    outputs = tomllib.loads((ROOT / "etl" / "sources" / "ledger.toml").read_text(encoding="utf-8"))["outputs"]
    (told,) = (one["columns"] for one in outputs if one["table"] == "evaluation")
    assert "retailer_hash" not in told and "rated_at" in told
    for text_of in ("window.rate_text", "feedback.slip_use"):
        assert "不记名" in Words("zh").say(text_of, day="")


def test_ratings_become_records_of_the_contract(bureau: Ledger) -> None:
    (code,) = issued(bureau)
    rate(bureau, code, "satisfied", efficiency_rating=4)
    with bureau.engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM feed_evaluation")).mappings()
    assert (row["evaluation_source"], row["rating"], row["efficiency_rating"]) == (
        "service_card",
        "satisfied",
        4,
    )
    assert row["unit_id"] == "990101-S01"


# --- what people say --------------------------------------------------------------------------------------------------


def submit(recorder: Recorder, sealed: matters.Sealed) -> str:
    return matters.submit(recorder, sealed, "990101", KEY, DEADLINES)


def test_what_is_said_is_sealed_before_it_is_kept(bureau: Ledger) -> None:
    _, public = vault.new_key_pair()
    with bureau.write(PUBLIC) as recorder:
        receipt = submit(recorder, matters.seal(SAID, bytes.fromhex(public)))
    held = everything(bureau)
    assert not any(secret in held for secret in SECRETS)
    assert receipt not in held and codes.plain(receipt) not in held
    with bureau.read() as session:
        matter = session.scalars(select(Matter)).one()
        assert (matter.is_sealed, matter.is_anonymous) == (True, False)


def test_without_a_key_who_spoke_is_dropped_and_nowhere(bureau: Ledger) -> None:
    with bureau.write(PUBLIC) as recorder:
        submit(recorder, matters.seal(SAID, None))
    held = everything(bureau)
    assert SECRETS[3] in held and SECRETS[1] not in held
    with bureau.read() as session:
        matter = session.scalars(select(Matter)).one()
        assert matter.is_anonymous and not matter.is_sealed
        assert SECRETS[0] not in matter.content.decode().replace("证据-欧阳暗访.pdf", "")
        assert len(session.scalars(select(MatterFile)).all()) == 1


def test_a_receipt_follows_its_matter_and_no_other_does(bureau: Ledger) -> None:
    with bureau.write(PUBLIC) as recorder:
        receipt = submit(recorder, matters.seal(SAID, None))
    with bureau.read() as session:
        found = matters.follow(session, receipt.lower(), KEY)
        assert found is not None and (found.state, found.category) == ("received", "report")
        assert found.due_on == now().date() + timedelta(days=13)
        assert matters.follow(session, "AAAA-AAAA-AAAA-AAAA", KEY) is None
        assert matters.follow(session, receipt, b"x" * 32) is None
        key = session.scalars(select(Matter.matter_id)).one()
        assert matters.follow(session, key, KEY) is None
    with bureau.write(MANAGER) as recorder:
        matters.MACHINE.act(recorder, key, "accept", {})
        with pytest.raises(RefusedError, match="answer"):
            matters.MACHINE.act(recorder, key, "close", {"answer": " "})
        matters.MACHINE.act(recorder, key, "close", {"answer": "已核实并整改。"})
    with bureau.read() as session:
        found = matters.follow(session, receipt, KEY)
        assert found is not None and (found.state, found.answer) == ("closed", "已核实并整改。")
    assert proof.verify(bureau).holds


def test_nobody_handles_what_is_about_their_own_unit(bureau: Ledger) -> None:
    own = matters.Said("complaint", "态度不好", target_unit_id="990101")
    with bureau.write(PUBLIC) as recorder:
        submit(recorder, matters.seal(own, None))
    with bureau.read() as session:
        (matter,) = matters.listed(session, DISCIPLINE)
        assert matters.listed(session, MANAGER) == [], "nor does it reach those whom it is about"
        assert matters.listed(session, OFFICE_HEAD) == []
    with pytest.raises(RefusedError, match="own unit"), bureau.write(MANAGER) as recorder:
        matters.MACHINE.act(recorder, matter.matter_id, "accept", {})


def test_due_dates_beyond_the_calendar_are_set_once_it_reaches_them(bureau: Ledger) -> None:
    today = now().date()

    def know(days: int) -> None:
        with bureau.write(KEEPER) as recorder:
            known = [{"date": today + timedelta(days=day), "is_working_day": True} for day in range(-5, days)]
            recorder.replace_register("sync", WorkingDay, known)
            matters.set_due(recorder)

    def due() -> list[tuple[date | None, date | None]]:
        with bureau.read() as session:
            found = session.scalars(select(Matter).order_by(Matter.received_at))
            return [(_date(one.accept_due_at), _date(one.due_at)) for one in found]

    know(2)
    with bureau.write(PUBLIC) as recorder:
        receipt = submit(recorder, matters.seal(SAID, None))
    assert due() == [(None, None)]
    know(6)
    assert due() == [(today + timedelta(days=3), None)]
    know(60)
    assert due() == [(today + timedelta(days=3), today + timedelta(days=13))]
    with bureau.read() as session:
        standing = matters.follow(session, receipt, KEY)
        assert standing and standing.due_on == today + timedelta(days=13)
    entries = len(_entries(bureau))
    know(60)
    assert len(_entries(bureau)) == entries, "nothing to set, nothing noted"
    assert proof.verify(bureau).holds


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _entries(ledger: Ledger) -> list[Entry]:
    with ledger.read() as session:
        return list(session.scalars(select(Entry)))


def test_matters_become_tickets_under_a_number_that_nobody_was_given(bureau: Ledger) -> None:
    with bureau.write(PUBLIC) as recorder:
        receipt = submit(recorder, matters.seal(SAID, None))
    with bureau.engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM feed_complaint")).mappings()
    assert row["handling_unit_id"] == "990101" and row["target_unit_id"] == "990101-S01"
    assert codes.plain(receipt) not in row["ticket_no"]
    assert not set(row) & {"content", "receipt_hash", "answer"}


def test_refusals_are_in_the_trail_by_kind_and_number(bureau: Ledger) -> None:
    record_refusals(bureau, {"code": 3, "too_often": 40})
    with bureau.read() as session:
        entry = session.scalars(select(Entry).where(Entry.action == "refuse")).one()
        assert '"code":3' in entry.content and entry.account == "window"
    assert proof.verify(bureau).holds
