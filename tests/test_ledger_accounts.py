"""Accounts: who acts as whom, of which unit, and who may say so."""

from __future__ import annotations

from errno import ENOSPC
from pathlib import Path

import pytest
from click.testing import CliRunner
from ledger_fixture import KEEPER, databases, fill, ledger

from ledger import accounts
from ledger.__main__ import main
from ledger.storage import Ledger
from ledger.trail import Recorder
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


def options(ledger: Ledger) -> list[str]:
    """What every command is told of a ledger."""
    url = ledger.engine.url.render_as_string(hide_password=False)
    return ["--ledger", url, "--anchor", str(ledger.anchor)]


def test_a_sign_out_of_a_name_that_no_account_has_says_so(ledger: Ledger) -> None:
    fill(ledger)
    base = options(ledger)
    for name, said in (("chen", ""), ("chem", "chem: no account has this name")):
        done = CliRunner().invoke(main, [*base, "account", "sign-out", name])
        assert done.exit_code == 0 and done.stderr.startswith(said) and bool(done.stderr) == bool(said)


def test_codes_are_for_a_service_that_there_can_be(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger)
    base = options(ledger)
    make = [
        "codes",
        "--unit",
        "990101-S01",
        "--count",
        "2",
        "--warehouse",
        str(tmp_path / "warehouse"),
        "--service",
    ]
    done = CliRunner().invoke(main, [*base, *make, "renewals"])
    assert done.exit_code == 2 and "'renewals' is not one of 'new'" in done.stderr and not done.stdout
    done = CliRunner().invoke(main, [*base, *make, "renewal"])
    assert done.exit_code == 0 and len(done.stdout.splitlines()) == 2


def test_codes_that_could_not_be_kept_are_not_printed(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Recorder) -> None:
        raise OSError(ENOSPC, "No space left on device")

    fill(ledger)
    monkeypatch.setattr(Recorder, "finish", full)
    make = ["codes", "--unit", "990101-S01", "--warehouse", str(tmp_path / "warehouse")]
    done = CliRunner().invoke(main, [*options(ledger), *make])
    assert done.exit_code and not done.stdout


def test_the_path_of_a_unit_and_all_below_it(ledger: Ledger) -> None:
    fill(ledger)
    with ledger.read() as session:
        assert accounts.path_of(session, "990101-S01") == ("990101-S01", "990101", "9901", "99")
        assert accounts.path_of(session, "elsewhere") == ("elsewhere",)
        assert set(session.scalars(accounts.below("990101"))) == {"990101", "990101-S01", "990101-S02"}
