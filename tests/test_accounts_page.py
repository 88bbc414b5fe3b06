"""The page on accounts: registered, changed, signed out everywhere and closed, by who may; in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ledger_fixture import Databases, databases, settle
from streamlit.testing.v1 import AppTest

from ledger import accounts, proof, sessions
from ledger.schema import Account, now
from ledger.storage import Ledger
from model import warehouse
from model.policy import Actor, signing_in
from pages.parts import visitor
from pages.parts.words import LANGUAGES, Words
from tests import demo_site

__all__ = ["databases"]
UNIT = "990101"


@pytest.fixture
def bureau(tmp_path: Path, databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """An administrator at work; nothing is published: this page needs no data."""
    found = databases.new()
    settle(found, {"root": ("administrator", None), "chen": ("manager", UNIT)})
    (tmp_path / "sign_in.toml").write_text('mode = "proxy"\naccount = "name"\n', encoding="utf-8")
    monkeypatch.setenv(signing_in.FILE_VARIABLE, str(tmp_path / "sign_in.toml"))
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(tmp_path / "warehouse"))
    claims: dict[str, Any] = {"name": "root"}
    monkeypatch.setattr(visitor, "_claims", lambda _: claims)
    monkeypatch.setattr(visitor, "ledger", lambda: found)
    yield found
    found.close()


def opened(language: str = "zh", **query: str) -> AppTest:
    app = demo_site.page_of("account", lang=language, **query)
    assert not app.exception
    assert Words(language).say("accounts.title") in demo_site.shown(app)  # type: ignore[arg-type]
    return app


def press(app: AppTest, label: str) -> AppTest:
    app = next(one for one in app.button if one.label == label).click().run()
    assert not app.exception
    return app


def account(ledger: Ledger, name: str) -> Account | None:
    with ledger.read() as session:
        return session.get(Account, name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_account_is_registered_in_the_form(bureau: Ledger, language: str) -> None:
    say = Words(language).say  # type: ignore[arg-type]
    app = opened(language)
    assert say("accounts.incomplete") in demo_site.shown(press(app, say("accounts.new")))
    next(one for one in app.text_input if one.label == say("accounts.name")).input(" li ")
    next(one for one in app.selectbox if one.label == say("accounts.role")).select("office_head")
    next(one for one in app.selectbox if one.label == say("accounts.unit")).select(UNIT)
    press(app, say("accounts.new"))
    found = account(bureau, "li")
    assert found is not None and (found.role, found.unit_id, found.staff_id) == ("office_head", UNIT, None)
    assert proof.verify(bureau).holds


def test_a_change_or_a_sign_out_ends_what_was_open_and_a_closed_account_comes_no_more(bureau: Ledger) -> None:
    before = now() - timedelta(hours=1)

    def is_over(since: Any) -> bool:
        with bureau.read() as session:
            return sessions.is_over(session, "chen", "a" * 64, since)

    say = Words("zh").say
    app = opened(entry="chen")
    assert not is_over(before)
    press(app, say("shared.sign_out_everywhere"))
    assert is_over(before) and account(bureau, "chen").closed_at is None  # type: ignore[union-attr]
    next(one for one in app.selectbox if one.label == say("accounts.role")).select("analyst")
    press(app, say("accounts.save"))
    assert account(bureau, "chen").role == "analyst"  # type: ignore[union-attr]
    press(app, say("accounts.close"))
    assert account(bureau, "chen").closed_at is not None  # type: ignore[union-attr]
    assert say("accounts.closed") in demo_site.shown(opened(entry="chen"))
    assert proof.verify(bureau).holds


def test_an_account_that_somebody_else_changed_is_looked_at_again_and_none_is_changed_by_registering_it(
    bureau: Ledger,
) -> None:
    say = Words("zh").say
    app, new = opened(entry="chen"), opened()
    with bureau.write(Actor("root", "administrator")) as recorder:
        accounts.open_account(recorder, "chen", "analyst")
    app.text_input[0].input("P-1")
    assert "他人已先行变更账号“chen”" in demo_site.shown(press(app, say("accounts.save")))
    new.text_input[0].input("chen")
    new.selectbox[0].select("discipline")
    assert "账号“chen”已登记" in demo_site.shown(press(new, say("accounts.new")))
    found = account(bureau, "chen")
    assert found is not None and (found.role, found.unit_id, found.staff_id) == ("analyst", None, None)
    press(app, say("accounts.save"))
    found = account(bureau, "chen")
    assert found is not None and (found.role, found.staff_id) == ("analyst", "P-1")


def test_a_unit_that_is_gone_is_told_and_not_taken_off_in_silence(bureau: Ledger) -> None:
    """Without a unit, somebody of the discipline role could take what is about their own."""
    with bureau.write(Actor("root", "administrator")) as recorder:
        recorder.session.add(Account(name="zhao", role="discipline", unit_id="990107", opened_at=now()))
        recorder.record("manage_accounts", "account", "zhao")
    app = opened(entry="zhao")
    app.text_input[0].input("P-1")
    assert "没有编码为“990107”的机构" in demo_site.shown(press(app, Words("zh").say("accounts.save")))
    found = account(bureau, "zhao")
    assert found is not None and (found.unit_id, found.staff_id) == ("990107", None)
    next(one for one in app.selectbox if one.label == Words("zh").say("accounts.unit")).select(UNIT)
    press(app, Words("zh").say("accounts.save"))
    found = account(bureau, "zhao")
    assert found is not None and (found.unit_id, found.staff_id) == (UNIT, "P-1")


def test_a_work_number_of_another_account_is_told_as_that(bureau: Ledger) -> None:
    with bureau.write(Actor("root", "administrator")) as recorder:
        accounts.open_account(recorder, "li", "analyst", None, "P-1")
    app = opened(entry="chen")
    app.text_input[0].input("P-1")
    assert "工号“P-1”已登记在账号“li”下" in demo_site.shown(press(app, Words("zh").say("accounts.save")))


def test_nobody_closes_the_account_that_they_work_under(bureau: Ledger) -> None:
    app = opened(entry="root")
    assert next(one for one in app.button if one.label == Words("zh").say("accounts.close")).disabled
    with bureau.read() as session:
        assert [one.name for one in accounts.listed(session)] == ["chen", "root"]
