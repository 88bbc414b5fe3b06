"""Accounts: who acts as whom, of which unit, and who may say so."""

from __future__ import annotations

import pytest
from ledger_fixture import KEEPER, databases, fill, ledger

from ledger import accounts
from ledger.storage import Ledger
from model import policy
from model.policy import Actor, RefusedError

__all__ = ["databases", "ledger"]


def test_a_closed_or_unknown_account_acts_as_nobody(ledger: Ledger) -> None:
    fill(ledger)
    with ledger.read() as session:
        assert accounts.actor_of(session, "chen") == Actor("chen", "manager", "990101")
        for name, code in (("person0", "closed_account"), ("stranger", "unknown_account")):
            with pytest.raises(RefusedError) as refusal:
                accounts.actor_of(session, name)
            assert refusal.value.code == code


def test_only_an_administrator_opens_accounts(ledger: Ledger) -> None:
    for role in policy.ROLES:
        if role == "administrator":
            continue
        with pytest.raises(RefusedError) as refusal, ledger.write(Actor("x", role, "99")) as recorder:
            accounts.open_account(recorder, "y", "discipline")
        assert refusal.value.code == "role"


def test_an_account_answers_for_a_unit_that_there_is(ledger: Ledger) -> None:
    def opened(*given: str) -> str | None:
        try:
            with ledger.write(KEEPER) as recorder:
                accounts.open_account(recorder, *given)
        except RefusedError as refusal:
            return refusal.code
        return None

    assert opened("early", "manager", "990101") is None, "accounts come before the first snapshot"
    fill(ledger)
    assert opened("a", "manager", "990101-SOl") == "unknown_unit"
    assert opened("b", "manager") == opened("c", "branch_secretary") == "unit_needed"
    assert (opened("d", "analyst"), opened("e", "manager", "9901")) == (None, None)


def test_an_account_is_known_however_it_was_typed(ledger: Ledger) -> None:
    """With a space in its work number nobody would be concerned by anything; in its name, nobody could sign in."""
    with ledger.write(KEEPER) as recorder:
        accounts.open_account(recorder, " li ", "analyst", None, " P000027\t")
        accounts.open_account(recorder, "wang", "analyst", None, " ")
        with pytest.raises(ValueError, match="name of an account"):
            accounts.open_account(recorder, " ", "analyst")
    with ledger.read() as session:
        assert accounts.actor_of(session, "li") == Actor("li", "analyst", None, "P000027")
        assert accounts.actor_of(session, "wang").staff_id is None


def test_a_work_number_is_one_account_s_also_of_one_that_is_closed(ledger: Ledger) -> None:
    with ledger.write(KEEPER) as recorder:
        accounts.open_account(recorder, "li", "analyst", None, "P000027")
        accounts.close_account(recorder, "li")
    with pytest.raises(RefusedError) as refusal, ledger.write(KEEPER) as recorder:
        accounts.open_account(recorder, "li2", "analyst", None, "P000027")
    assert refusal.value.code == "known_staff" and "“P000027”" in str(refusal.value)
    assert "“li”" in str(refusal.value)
    with ledger.write(KEEPER) as recorder:
        accounts.open_account(recorder, "li", "analyst", None, "P000027")
        accounts.open_account(recorder, "wang", "analyst")
        accounts.open_account(recorder, "zhao", "analyst")


def test_the_path_of_a_unit_and_all_below_it(ledger: Ledger) -> None:
    fill(ledger)
    with ledger.read() as session:
        assert accounts.path_of(session, "990101-S01") == ("990101-S01", "990101", "9901", "99")
        assert accounts.path_of(session, "elsewhere") == ("elsewhere",)
        assert set(session.scalars(accounts.below("990101"))) == {"990101", "990101-S01", "990101-S02"}
