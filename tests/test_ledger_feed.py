"""What people decide becomes records: the published snapshot warns, the ledger handles, the loader reads it back."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import ledger_month
import pytest
from ledger_fixture import KEEPER, Databases, databases
from ledger_month import FIRST, LAST, Member
from sqlalchemy import select, text, update
from sqlalchemy.exc import SQLAlchemyError

from etl import demo
from etl.gather import Warehouse
from ledger import accounts, proof, snapshot
from ledger.disposition import handling, reading
from ledger.disposition.case import Given
from ledger.duty import activities, lists, tasks
from ledger.programme import initiatives, scenarios
from ledger.schema import Concerned, Disposition, Rating, Unit, WorkingDay, now
from ledger.storage import ADDRESS_VARIABLE, Ledger, open_ledger
from ledger.window import codes, ratings
from model import warehouse
from model.indicators import catalogue
from model.policy import Actor, signing_in
from model.warehouse import Snapshot
from pages.parts import words as written
from pages.parts.words import Words
from tests import demo_site
from tests.durability_helpers import Place, write

__all__ = ["databases"]
ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "etl" / "sources" / "ledger.toml"
YESTERDAY = now() - timedelta(days=1)
TODAY = now().date()
INDICATORS = ("Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q8", "Q9", "H7")
"""What is counted of the rows that people enter; Q9 of the register beside them."""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The demo bureau of one office, loaded once, without what an older system would deliver in place of the ledger."""
    place = Place(tmp_path_factory.mktemp("feed"))
    demo.write(place.inbox, scale="office", months=3)
    for name in ("warning", "activity", "checklist", "vault_access"):
        for path in place.inbox.glob(f"{name}-*"):
            path.unlink()
    for path in place.inbox.iterdir():
        write(path, path.read_bytes())
    assert load(place.inbox, place.warehouse)["published"]
    return place


def load(inbox: Path, place: Warehouse, *options: str) -> dict[str, Any]:
    """A run in a process of its own, as an installation runs it."""
    inbox.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "etl", "run", "--inbox", inbox, "--warehouse", place.directory, "--json"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def bureau(
    loaded: Place, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Warehouse, Ledger]]:
    """A warehouse of its own beside a ledger that has taken its snapshot in."""
    data = tmp_path_factory.mktemp("bureau") / "data"
    shutil.copytree(loaded.warehouse.directory.parent, data, symlinks=True)
    place, found = Warehouse(data / loaded.warehouse.directory.name), databases.new()
    snapshot.take(found, published(place))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(ADDRESS_VARIABLE, found.engine.url.render_as_string(hide_password=False))
        yield place, found
    found.close()


def published(place: Warehouse) -> Snapshot:
    """The published snapshot, as if it had been published on the first day of the last whole month."""
    found = warehouse.open_snapshot(place.directory)
    return replace(found, manifest={**found.manifest, "published_at": ledger_month.at(1).isoformat()})


def rows(place: Warehouse, query: str) -> list[tuple[Any, ...]]:
    with warehouse.open_snapshot(place.directory).engine("full").connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_a_snapshot_is_taken_in_once(bureau: tuple[Warehouse, Ledger]) -> None:
    place, ledger = bureau
    warned = rows(place, "SELECT warning_id FROM mart.warning ORDER BY 1")
    with ledger.read() as session:
        assert [
            (name,) for name in session.scalars(text("SELECT warning_id FROM disposition ORDER BY 1"))
        ] == warned
        assert session.query(Unit).count() == rows(place, "SELECT count(*) FROM record.org_unit")[0][0]
        assert (
            session.query(WorkingDay).filter(WorkingDay.date == date(2026, 10, 1)).one().is_working_day
            is False
        )
        long_past = Rating(rated_at=datetime(YESTERDAY.year - 2, 12, 20))
        assert ratings.due_on(session, long_past), "what was never put right does not cease to be late"
        named = {(one.warning_id, one.staff_id) for one in session.query(Concerned)}
    query = """
        SELECT w.warning_id, unnest(i.officer_ids)
        FROM mart.warning w JOIN record.inspection i ON i.inspection_no = w.subject_id
        WHERE w.kind = 'breach' AND w.subject_kind = 'inspection'
    """
    assert {tuple(row) for row in rows(place, query)} <= named
    again = snapshot.take(ledger, published(place))
    assert not (again.units or again.calendar or any(vars(again.warnings).values()))
    assert proof.verify(ledger).holds


def ratings_of_one_visit_each(ledger: Ledger, boss: Actor) -> dict[str, str]:
    """Five visits rated two months ago, three badly: one put right in time, one late, one never. Number → rating."""
    key, visitor, at = b"k" * 32, Actor("anonymous", "public"), now() - timedelta(days=60)
    given = ["very_satisfied", "satisfied", "dissatisfied", "dissatisfied", "very_dissatisfied"]
    with ledger.write(boss) as recorder:
        made = codes.issue(recorder, key, str(boss.unit_id), len(given), "new")
    with ledger.write(visitor) as recorder:
        found = {
            ratings.rate(recorder, code, key, rating, {"integrity_rating": 3}).rating_id: rating
            for code, rating in zip(made, given, strict=True)
        }
    bad = [number for number, rating in found.items() if rating in ratings.BAD]
    with ledger.write(boss) as recorder:
        for number in bad[:2]:
            ratings.put_right(recorder, number)
            ratings.put_right(recorder, number, is_revisited=True)
    with ledger.engine.begin() as connection:  # as if they had been given then
        connection.execute(update(Rating).values(rated_at=at))
        in_time = update(Rating).where(Rating.rating_id == bad[0])
        connection.execute(in_time.values(rectified_at=at + timedelta(days=3)))
    return found


def corrected(place: Warehouse, unit_id: str) -> list[int]:
    """Of the bad ratings of a unit and those under it, how many were put right in time, and how many there are."""
    query = "SELECT coalesce(sum(numerator), 0)::INTEGER, coalesce(sum(denominator), 0)::INTEGER FROM"
    (found,) = rows(
        place,
        f"{query} mart.indicator_fact WHERE indicator_id = 'H8' AND subject_kind = 'unit' AND unit_id = '{unit_id}'",
    )
    return list(found)


@dataclass(frozen=True)
class Told:
    """What was entered in the ledger, and the warehouse that has read it back."""

    place: Warehouse
    ledger: Ledger
    root: str
    staff: list[Member]
    handler: str
    reviewer: str
    warning_id: str
    scenario_id: str
    talk_id: str
    rated: dict[str, str]
    corrected_before: list[int]


@pytest.fixture(scope="module")
def told(bureau: tuple[Warehouse, Ledger]) -> Told:
    """What people decide and do, entered by the ledger's own functions and read back in one run."""
    place, ledger = bureau
    root = rows(place, "SELECT unit_id FROM record.org_unit WHERE parent_unit_id IS NULL")[0][0]
    query = """
        SELECT staff_id, unit_id, role, is_key_post, post_since FROM record.staff_version
        WHERE state = 'on_post' AND in_force_from <= DATE '{0}' AND coalesce(in_force_to, DATE '{0}') >= DATE '{0}'
        ORDER BY staff_id
    """
    staff = [Member(*row) for row in rows(place, query.format(LAST))]
    first, second, third = (one.staff_id for one in staff[:3])
    with ledger.write(KEEPER) as recorder:
        accounts.open_account(recorder, "boss", "manager", root, third)
        accounts.open_account(recorder, "worker", "field_staff", root, first)
        accounts.open_account(recorder, "secretary", "branch_secretary", root, second)
    people = {
        "boss": Actor("boss", "manager", root, third),
        "worker": Actor("worker", "field_staff", root, first),
        "secretary": Actor("secretary", "branch_secretary", root, second),
    }
    with ledger.read() as session:
        chosen = next(
            one for one in reading.listed(session, people["boss"]) if "worker" in
            {account.name for account in reading.handlers(session, people["boss"], one)}
        )  # fmt: skip
    disposed = Given(text="说明", verdict="work_flaw", measure="reminder_talk")
    with ledger.write(people["boss"]) as recorder:
        handling.act(
            recorder, chosen.warning_id, "assign", Given(handler="worker", due_on=TODAY + timedelta(days=9))
        )
        made = scenarios.propose(recorder, "题目", "专卖科", root, "需求")
        tasks.assign(recorder, "three_lists", "top_leader_supervision", root, "任务", TODAY)
        initiatives.start(recorder, "eight_actions", "skills_training", root, "练兵", TODAY)
        item = lists.draft(recorder, "minor_power", "window_clerk", root)
        lists.set_items(recorder, item.list_id, [{"power": "受理", "indicator_ids": ("I1", "I2")}])
    with ledger.write(people["worker"]) as recorder:
        handling.act(recorder, chosen.warning_id, "begin", Given(), YESTERDAY)
        handling.act(recorder, chosen.warning_id, "dispose", disposed, YESTERDAY)
    with ledger.write(people["secretary"]) as recorder:
        handling.act(recorder, chosen.warning_id, "review", Given(), YESTERDAY)
        talk = activities.plan(
            recorder, "talk", root, TODAY, staff_id=first, talk_level="office",
            talk_functions=("warn_of_risk", "help_work"),
        )  # fmt: skip
        activities.MACHINE.act(recorder, talk.activity_id, "complete", {"done_on": TODAY})
    with ledger.write(Actor("discipline", "discipline")) as recorder:
        handling.act(recorder, chosen.warning_id, "close", Given(), YESTERDAY)
        lists.MACHINE.act(recorder, item.list_id, "approve", {})
    rated, before = ratings_of_one_visit_each(ledger, people["boss"]), corrected(place, root)
    ledger_month.enter(ledger, root, staff, chosen.warning_id)
    assert load(place.directory.parent.parent / "empty", place, "--source", str(SOURCE))["published"]
    return Told(
        place, ledger, root, staff, first, second, chosen.warning_id, made.scenario_id, talk.activity_id, rated, before
    )  # fmt: skip


def test_what_is_decided_comes_back_as_records(told: Told) -> None:
    place = told.place
    held = rows(
        place, "SELECT evaluation_id, rating FROM record.evaluation WHERE evaluation_source = 'service_card'"
    )
    assert sorted(one for one in held if one[0] in told.rated) == sorted(told.rated.items())
    assert not rows(place, "SELECT * FROM quality.quarantine WHERE batch_id IN"
                           " (SELECT batch_id FROM quality.batch WHERE source = 'ledger')")  # fmt: skip
    held = rows(place, "SELECT state, verdict, action, handler_id, reviewer_id, closed_at IS NOT NULL, due_at::DATE"
                       f" FROM record.warning WHERE warning_id = '{told.warning_id}'")  # fmt: skip
    due = TODAY + timedelta(days=9)
    assert held == [("closed", "work_flaw", "reminder_talk", told.handler, told.reviewer, True, due)]
    with told.ledger.read() as session:
        states = sorted(one.state for one in session.scalars(select(Disposition)))
    assert sorted(row[0] for row in rows(place, "SELECT state FROM record.warning")) == states
    assert rows(
        place, f"SELECT talk_functions FROM record.activity WHERE activity_id = '{told.talk_id}'"
    ) == [(["warn_of_risk", "help_work"],)]
    assert rows(
        place, f"SELECT state, step FROM record.scenario WHERE scenario_id = '{told.scenario_id}'"
    ) == [("collecting", 1)]
    listed = rows(place, "SELECT indicator_ids, list_version FROM record.checklist WHERE power = '受理'")
    assert (["I1", "I2"], "1") in listed


def test_what_is_done_becomes_indicators_that_recount_in_every_unit(told: Told) -> None:
    with told.ledger.read() as session:
        wanted = ledger_month.expected(session, told.root, told.staff)
    names = ", ".join(f"'{name}'" for name in INDICATORS)
    query = f"""
        SELECT indicator_id, unit_id, numerator, denominator FROM mart.indicator_fact
        WHERE subject_kind = 'unit' AND month = DATE '{FIRST}' AND indicator_id IN ({names})
    """
    found = rows(told.place, query)
    assert {(name, unit): (top, bottom) for name, unit, top, bottom in found if bottom} == wanted
    of_root = {name: counts for (name, unit), counts in wanted.items() if unit == told.root}
    assert set(of_root) == set(INDICATORS)
    assert all(0 < top < bottom for name, (top, bottom) in of_root.items() if name != "Q9"), of_root
    before = told.corrected_before
    assert corrected(told.place, told.root) == [before[0] + 1, before[1] + 3]


def test_the_overview_shows_what_was_counted(
    told: Told, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(told.place.directory))
    monkeypatch.setattr(signing_in, "DEFAULT_FILE", tmp_path / "none.toml")
    monkeypatch.delenv(signing_in.FILE_VARIABLE, raising=False)
    with told.ledger.read() as session:
        wanted = ledger_month.expected(session, told.root, told.staff)
    app = demo_site.page_of("", unit=told.root, month=FIRST.isoformat()[:7])
    assert not app.exception
    shown = {
        one["key"]: one["value"]["text"]
        for one in json.loads(app.get("bidi_component")[0].proto.json)["rows"]
    }
    for name in INDICATORS:
        item, (top, bottom) = catalogue().indicators[name], wanted[name, told.root]
        is_few = bottom < item.minimum_denominator
        said = Words("zh").say("judged.suppressed") if is_few else written.value(top / bottom, item.kind)
        assert shown[name] == said, name


def test_nothing_new_publishes_nothing(told: Told) -> None:
    empty = told.place.directory.parent.parent / "empty"
    assert not load(empty, told.place, "--source", str(SOURCE))["published"]


def test_an_installation_without_a_ledger_reads_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS_VARIABLE, raising=False)
    found = load(tmp_path / "inbox", Warehouse(tmp_path / "data" / "warehouse"), "--source", str(SOURCE))
    assert not found["published"] and not found["files"]


def test_a_ledger_that_was_opened_and_never_made_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that is opened before `python -m ledger init` leaves a file without tables."""
    monkeypatch.setenv(ADDRESS_VARIABLE, f"sqlite:///{tmp_path / 'ledger.db'}")
    opened = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    with pytest.raises(SQLAlchemyError), opened.read() as session:
        session.execute(text("SELECT 1 FROM account"))
    opened.close()
    assert (tmp_path / "ledger.db").is_file()
    found = load(tmp_path / "inbox", Warehouse(tmp_path / "data" / "warehouse"), "--source", str(SOURCE))
    assert not found["published"] and not found["files"]
