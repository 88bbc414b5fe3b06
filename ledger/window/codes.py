"""One-time codes and receipts: letters and digits that nobody mistakes, kept as keyed hashes only.

A code has 60 bits: with the limits of the window nobody guesses one. This module must not know who holds a code.
"""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from ledger import accounts
from ledger.schema import VisitCode, now
from ledger.trail import Recorder
from model import policy, vault

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs without 0, 1, I and O."""
CODE_SIGNS, RECEIPT_SIGNS = 12, 16
DAYS, MOST_DAYS = 30, 366
MOST = 500


def new(length: int) -> str:
    """A new random text of these signs."""
    return "".join(secrets.choice(SIGNS) for _ in range(length))


def plain(text: str) -> str:
    """A code as it was made: however it was typed, with spaces, dashes or small letters."""
    return "".join(sign for sign in text.upper() if sign.isalnum())


def spaced(text: str) -> str:
    """In groups of four, as a person reads it."""
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def hashed(kind: str, text: str, key: bytes) -> str:
    """What the ledger keeps of a code or receipt."""
    return vault.keyed_hash(f"{kind} {plain(text)}", key)


def issue(
    recorder: Recorder, key: bytes, unit_id: str, count: int, service: str | None = None, days: int = DAYS
) -> list[str]:
    """New codes for visits at a unit, to be printed and handed out; they are shown this once."""
    session = recorder.session
    policy.require(recorder.actor, "issue_visit_codes", path=_reached(recorder, unit_id))
    if not 1 <= count <= MOST or not 1 <= days <= MOST_DAYS:
        raise ValueError(f"expected 1 to {MOST} codes for 1 to {MOST_DAYS} days")
    accounts.require_known(session, unit_id)
    found = [new(CODE_SIGNS) for _ in range(count)]
    today: date = now().date()
    for code in found:
        session.add(
            VisitCode(
                code_hash=hashed("visit", code, key),
                unit_id=unit_id,
                service=service,
                issued_on=today,
                expires_on=today + timedelta(days=days),
                issued_by=recorder.actor.account,
            )
        )
    recorder.record("issue_visit_codes", "visit_code", unit_id=unit_id, count=count)
    return [spaced(code) for code in found]


def _reached(recorder: Recorder, unit_id: str) -> tuple[str, ...] | None:
    """The path of the unit; an administrator prints for all units, and reaches no row of theirs."""
    is_printer = policy.scope(recorder.actor).reach == "none"
    return None if is_printer else accounts.path_of(recorder.session, unit_id)
