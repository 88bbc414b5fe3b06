"""A session ends: left alone, too old, signed out, its account closed or changed; and an open page sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from ledger_fixture import KEEPER, Databases, databases, settle
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from streamlit.testing.v1 import AppTest

from ledger import __main__ as command_line
from ledger import accounts, proof, sessions
from ledger.schema import Entry, moment, now
from ledger.storage import Ledger, open_ledger
from model import policy, warehouse
from model.policy import Actor, RefusedError, signing_in
from model.policy.signing_in import Lifetime, SignIn
from pages.parts import clocks, lifetime, visitor
from pages.parts.lifetime import Arrivals, Attendance, Visit
from pages.parts.words import Words
from tests import warehouse_fixture as fixture
from tests.demo_site import shown

__all__ = ["databases"]
ROOT = Path(__file__).parents[1]
UNIT = "420106"
TITLE = '<h1 class="page-title'
PROOF = {"email": "chen", "nonce": "n1", "is_logged_in": True}
PEOPLE = {"chen": ("manager", UNIT), "li": ("office_head", UNIT), "root": ("administrator", None)}
SECOND = timedelta(seconds=1)


@pytest.fixture
def bureau(databases: Databases) -> Iterator[Ledger]:
    found = databases.new()
    settle(found, PEOPLE)
    yield found
    found.close()


def acting(ledger: Ledger, name: str) -> Actor:
    with ledger.read() as session:
        return accounts.actor_of(session, name)


def is_over(ledger: Ledger, name: str, digest: str, began_at: datetime) -> bool:
    with ledger.read() as session:
        return sessions.is_over(session, name, digest, began_at)


# --- ended by somebody ------------------------------------------------------------------------------------------------


def test_one_session_is_signed_out_and_the_others_go_on(bureau: Ledger) -> None:
    long_ago = now() - timedelta(hours=1)
    with bureau.write(acting(bureau, "chen")) as recorder:
        sessions.sign_out(recorder, "a" * 64)
    assert is_over(bureau, "chen", "a" * 64, long_ago) and is_over(bureau, "chen", "a" * 64, now() + SECOND)
    assert not is_over(bureau, "chen", "b" * 64, long_ago)
    assert not is_over(bureau, "li", "a" * 64, long_ago), "a digest ends nobody else's session"


@pytest.mark.parametrize("who", ["chen", "root"])
def test_signed_out_everywhere_by_oneself_or_an_administrator(bureau: Ledger, who: str) -> None:
    with bureau.write(acting(bureau, who)) as recorder:
        sessions.sign_out_everywhere(recorder, "chen")
    since = now()
    assert is_over(bureau, "chen", "a" * 64, since - timedelta(hours=1))
    assert not is_over(bureau, "chen", "c" * 64, since + SECOND), "signing in again is not refused"
    assert not is_over(bureau, "li", "b" * 64, since - timedelta(hours=1))
    assert proof.verify(bureau).holds


def test_a_sign_out_tells_before_from_after_within_its_second(bureau: Ledger) -> None:
    before = moment()
    with bureau.write(acting(bureau, "chen")) as recorder:
        sessions.sign_out_everywhere(recorder, "chen")
    after = moment()
    assert is_over(bureau, "chen", "a" * 64, before), "a session is not saved by having begun a moment ago"
    assert not is_over(bureau, "chen", "a" * 64, after)
    assert is_over(bureau, "chen", "a" * 64, before.replace(microsecond=0)), "a proof in whole seconds"


def test_nobody_else_ends_another_persons_sessions(bureau: Ledger) -> None:
    with pytest.raises(RefusedError), bureau.write(acting(bureau, "li")) as recorder:
        sessions.sign_out_everywhere(recorder, "chen")
    assert not is_over(bureau, "chen", "a" * 64, now() - timedelta(hours=1))


@pytest.mark.parametrize(
    ("role", "unit", "staff", "ends"),
    [
        ("manager", UNIT, None, False),
        ("analyst", UNIT, None, True),
        ("manager", "9901", None, True),
        ("manager", UNIT, "P1", True),
    ],
)
def test_a_changed_account_signs_in_anew(
    bureau: Ledger, role: str, unit: str, staff: str | None, ends: bool
) -> None:
    with bureau.write(KEEPER) as recorder:
        accounts.open_account(recorder, "chen", role, unit, staff)
    assert is_over(bureau, "chen", "a" * 64, now() - timedelta(hours=1)) is ends


def test_a_closed_account_that_is_opened_again_has_no_old_session(bureau: Ledger) -> None:
    with bureau.write(KEEPER) as recorder:
        accounts.close_account(recorder, "chen")
    with bureau.write(KEEPER) as recorder:
        accounts.open_account(recorder, "chen", "manager", UNIT)
    assert is_over(bureau, "chen", "a" * 64, now() - timedelta(hours=1))


def test_the_command_line_signs_out_everywhere(bureau: Ledger) -> None:
    url = bureau.engine.url.render_as_string(hide_password=False)
    arguments = ["--ledger", url, "--anchor", str(bureau.anchor), "account", "sign-out", "chen"]
    done = CliRunner().invoke(command_line.main, arguments)
    assert done.exit_code == 0, done.output
    assert is_over(bureau, "chen", "a" * 64, now() - timedelta(hours=1))
    assert proof.verify(bureau).holds


# --- over by itself ---------------------------------------------------------------------------------------------------

START = datetime(2026, 11, 2, 8)
LIFETIME = Lifetime(timedelta(minutes=30), timedelta(hours=8))


@pytest.fixture
def attendance(monkeypatch: pytest.MonkeyPatch) -> Attendance:
    """A process that was started long before."""
    monkeypatch.setattr(clocks, "now", lambda: START - timedelta(days=9))
    return Attendance()


def test_a_session_that_is_left_alone_is_over_and_stays_so(attendance: Attendance) -> None:
    visit, idle = Visit("a", START), LIFETIME.idle
    assert attendance.over(visit, LIFETIME, START + idle) is None
    assert attendance.over(visit, LIFETIME, START + idle + SECOND) == "session_idle"
    attendance.note(visit, START + idle)
    assert attendance.over(visit, LIFETIME, START + 2 * idle) is None
    assert attendance.over(visit, LIFETIME, START + 2 * idle + SECOND) == "session_idle"


def test_no_session_outlasts_its_longest_time_however_busy_it_is(attendance: Attendance) -> None:
    visit = Visit("a", START)
    attendance.note(visit, START + LIFETIME.longest)
    assert attendance.over(visit, LIFETIME, START + LIFETIME.longest) is None
    assert attendance.over(visit, LIFETIME, START + LIFETIME.longest + SECOND) == "session_old"


def test_after_a_restart_idle_time_counts_from_the_restart_and_the_longest_time_from_the_sign_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    restarted = START + timedelta(hours=7, minutes=50)
    monkeypatch.setattr(clocks, "now", lambda: restarted)
    found = Attendance()
    assert found.over(Visit("a", START), LIFETIME, restarted + SECOND) is None
    assert found.over(Visit("a", START), LIFETIME, START + LIFETIME.longest + SECOND) == "session_old"


def test_of_too_many_sessions_the_one_used_longest_ago_is_forgotten(
    attendance: Attendance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifetime, "REMEMBERED", 2)
    for number, name in enumerate("abac"):
        attendance.note(Visit(name, START), START + number * SECOND)
    assert attendance.last(Visit("b", START)) == START
    assert attendance.last(Visit("a", START)) == START + 2 * SECOND


def test_a_proof_is_a_session_of_its_own_and_says_when_it_was_given() -> None:
    issued = datetime(2026, 11, 2, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
    oidc, proof_ = SignIn("oidc"), PROOF | {"iat": int(issued.timestamp())}
    one = lifetime.of(oidc, proof_)
    assert one == lifetime.of(oidc, dict(reversed(proof_.items())) | {"tokens": {"id": "x"}})
    assert one.began_at == START
    assert lifetime.of(oidc, proof_ | {"nonce": "n2"}).digest != one.digest
    assert lifetime.of(oidc, PROOF).began_at.year == 1970, "a proof without a date is too old"


# --- what an open page does -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("warehouse")
    fixture.publish(directory)
    return directory


@pytest.fixture
def claims(
    bureau: Ledger, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Any]]:
    """A provider that says who is here, signed in a minute ago."""
    path = tmp_path / "sign_in.toml"
    path.write_text('mode = "oidc"\n', encoding="utf-8")
    monkeypatch.setenv(signing_in.FILE_VARIABLE, str(path))
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(published))
    monkeypatch.setattr(visitor, "ledger", lambda: bureau)
    monkeypatch.setattr(visitor, "ATTENDANCE", Attendance())
    monkeypatch.setattr(visitor, "ARRIVALS", Arrivals())
    proof_ = PROOF | {"iat": datetime.now().timestamp() - 60}
    monkeypatch.setattr(visitor, "_claims", lambda _: proof_)
    yield proof_


def opened() -> AppTest:
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60).run()
    assert not app.exception
    return app


def say(key: str) -> tuple[str, str]:
    return Words("zh").say(key), Words("en").say(key)


def refusal(code: str) -> tuple[str, ...]:
    texts = policy.declared().refusals[code]
    return texts["zh"], texts["en"]


def is_refused(app: AppTest, code: str) -> bool:
    """Told in both languages, with the way in, and nothing of the page."""
    found = shown(app)
    buttons = [one.label for one in app.button]
    return (
        all(text in found for text in refusal(code))
        and TITLE not in found
        and buttons == [" ".join(say("shared.sign_in"))]
    )


def test_an_open_page_is_over_at_the_next_interaction_once_signed_out_everywhere(
    claims: dict[str, Any], bureau: Ledger
) -> None:
    app = opened()
    assert TITLE in shown(app) and "chen" in shown(app)
    with bureau.write(KEEPER) as recorder:
        sessions.sign_out_everywhere(recorder, "chen")
    app.run()
    assert is_refused(app, "session_ended")
    claims |= {"iat": datetime.now().timestamp() + 2, "nonce": "n2"}
    assert TITLE in shown(opened()), "signed in again"


def test_a_sign_in_is_kept_in_the_trail_once_for_each_proof(
    claims: dict[str, Any], bureau: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = open_ledger("sqlite:////nowhere/at/all/ledger.db")

    def kept() -> list[tuple[str, str, str]]:
        with bureau.read() as session:
            query = select(Entry).where(Entry.action == "sign_in").order_by(Entry.sequence)
            return [(one.account, one.role, one.object_kind) for one in session.scalars(query)]

    opened().run()
    opened()
    assert kept() == [("chen", PEOPLE["chen"][0], "session")]
    claims["nonce"] = "another device"
    opened()
    assert len(kept()) == 2
    real, claims["nonce"] = visitor.ARRIVALS.is_new, "while the ledger is gone"

    def goes_away(*given: Any) -> bool:
        monkeypatch.setattr(visitor, "ledger", lambda: gone)
        return real(*given)

    monkeypatch.setattr(visitor.ARRIVALS, "is_new", goes_away)
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60).run()
    monkeypatch.setattr(visitor, "ledger", lambda: bureau)
    monkeypatch.setattr(visitor.ARRIVALS, "is_new", real)
    assert len(kept()) == 2
    app.run()
    assert len(kept()) == 3, "what could not be kept is kept with the next thing that is done"
    assert proof.verify(bureau).holds


def test_behind_a_proxy_a_name_comes_in_again_once_it_was_away_for_the_idle_time() -> None:
    arrivals, idle = Arrivals(), LIFETIME.idle
    told = [arrivals.is_new("chen", idle, START + number * idle) for number in (0, 1, 2, 3)]
    assert told == [True, False, False, False] and arrivals.is_new("chen", idle, START + 4 * idle + SECOND)
    assert not arrivals.is_new("chen", None, START + 99 * idle), "a proof is one sign-in, however long it is"


def test_an_open_page_follows_a_closed_account_and_a_changed_role(
    claims: dict[str, Any], bureau: Ledger
) -> None:
    app = opened()
    with bureau.write(KEEPER) as recorder:
        accounts.open_account(recorder, "chen", "field_staff", UNIT)
    app.run()
    assert is_refused(app, "session_ended")
    claims |= {"iat": datetime.now().timestamp() + 2}
    app = opened()
    assert Words("zh").say("overview.title") not in shown(app)
    with bureau.write(KEEPER) as recorder:
        accounts.close_account(recorder, "chen")
    claims |= {"iat": datetime.now().timestamp() + 4}
    app.run()
    assert "已停用" in shown(app) and "is closed" in shown(app)
    assert [one.label for one in app.button] == [" ".join(say("shared.sign_out"))]


@pytest.mark.parametrize(("hours", "code"), [(0.6, "session_idle"), (8.1, "session_old")])
def test_an_open_page_is_over_once_it_was_left_alone_or_is_old(
    claims: dict[str, Any], monkeypatch: pytest.MonkeyPatch, hours: float, code: str
) -> None:
    app = opened()
    later = clocks.now() + timedelta(hours=hours)
    monkeypatch.setattr(clocks, "now", lambda: later)
    assert not visitor.is_here(), "the page that nobody touches sees it too"
    assert is_refused(app.run(), code)
    assert is_refused(app.run(), code), "and no interaction brings it back"


def test_a_page_that_draws_itself_again_makes_no_session_younger(
    claims: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened()
    visit = lifetime.of(SignIn("oidc"), claims)
    first = visitor.ATTENDANCE.last(visit)
    later = clocks.now() + timedelta(minutes=10)
    monkeypatch.setattr(clocks, "now", lambda: later)
    app.session_state[lifetime._UNATTENDED] = True
    app.run()
    assert visitor.ATTENDANCE.last(visit) == first
    app.run()
    assert visitor.ATTENDANCE.last(visit) == later


def test_nothing_is_taken_from_a_page_that_stands_open_once_its_session_is_over(
    claims: dict[str, Any], bureau: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def code() -> str:
        with pytest.raises(RefusedError) as told:
            require_session()
        return told.value.code

    require_session, moment = visitor.lasting(), clocks.now()
    require_session()
    with monkeypatch.context() as later:
        later.setattr(clocks, "now", lambda: moment + timedelta(hours=0.6))
        assert code() == "session_idle"
    with bureau.write(KEEPER) as recorder:
        accounts.close_account(recorder, "chen")
    assert code() == "session_ended"


def test_signing_out_ends_the_session_for_a_copied_cookie_too(claims: dict[str, Any], bureau: Ledger) -> None:
    app = opened()
    next(one for one in app.button if one.label == Words("zh").say("shared.sign_out")).click().run()
    visit = lifetime.of(SignIn("oidc"), claims)
    assert is_over(bureau, "chen", visit.digest, visit.began_at)
    assert is_refused(opened(), "session_ended")


def test_signing_out_everywhere_ends_other_sessions(claims: dict[str, Any], bureau: Ledger) -> None:
    app = opened()
    next(
        one for one in app.button if one.label == Words("zh").say("shared.sign_out_everywhere")
    ).click().run()
    claims |= {"nonce": "another browser"}
    assert is_refused(opened(), "session_ended")


def test_a_ledger_that_is_gone_keeps_who_is_here_for_a_while_and_lets_nobody_else_in(
    claims: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened()

    def gone() -> Ledger:
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr(visitor, "ledger", gone)
    assert TITLE in shown(app.run())
    assert all(text in shown(opened()) for text in say("shared.unknown_for_now"))
    later = clocks.now() + timedelta(minutes=11)
    monkeypatch.setattr(clocks, "now", lambda: later)
    assert TITLE not in shown(app.run())


def test_an_unknown_name_is_told_so_in_both_languages_and_can_come_under_another(
    claims: dict[str, Any],
) -> None:
    claims |= {"email": "who"}
    app = opened()
    assert "账号“who”未登记" in shown(app) and "“who” is not registered" in shown(app)
    assert [one.label for one in app.button] == [" ".join(say("shared.sign_out"))]
