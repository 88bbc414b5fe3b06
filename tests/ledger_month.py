"""What people enter into the ledger about one month, by its own functions, and what indicators must then count of it.

Counted here row by row in Python, from what each indicator says in words: nothing of the loader is used. The month is
the last whole one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
import pytest
from ledger_fixture import KEEPER
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ledger import accounts
from ledger.disposition import handling
from ledger.disposition.case import Given
from ledger.duty import activities, lists
from ledger.envelopes import release_matter
from ledger.schema import Activity, Disposition, DutyList, Matter, Unit, VaultAccess, now
from ledger.storage import Ledger
from ledger.trail import Recorder
from ledger.window import matters
from model.policy import Actor, RefusedError

LAST = now().date().replace(day=1) - timedelta(days=1)
FIRST = LAST.replace(day=1)
FOUR = ("minor_power", "duty_negative", "personal_integrity_review", "integrity_risk_control")
PLEDGING = ("monopoly_officer", "customer_manager")
FOUNDED = ("work_flaw", "needs_rectification", "transferred")
Counts = dict[tuple[str, str], tuple[int, int]]
"""Indicator and unit → numerator and denominator."""


@dataclass(frozen=True)
class Member:
    """Somebody on post at the month's end, as the register has them."""

    staff_id: str
    unit_id: str
    role: str
    is_key_post: bool
    post_since: date


def day(number: int) -> date:
    """A day of the month; 0 and less lie before it."""
    return FIRST + timedelta(days=number - 1)


def at(number: int) -> datetime:
    return datetime.combine(day(number), time(9))


# --- what is entered --------------------------------------------------------------------------------------------------


def enter(ledger: Ledger, root: str, staff: list[Member], taken: str) -> None:
    """A month of talks, pledges, trainings, visits, self-checks, lists, warnings and reads of what was reported.

    `taken` is a warning that somebody else handles.
    """
    officer = next(one for one in staff if one.role == "discipline_group_officer")
    with ledger.write(KEEPER) as recorder:
        for name, role in (("chief", "manager"), ("clerk", "field_staff"), ("branch", "branch_secretary")):
            accounts.open_account(recorder, name, role, root)
    with ledger.write(Actor("branch", "branch_secretary", root)) as recorder:
        for number, member in enumerate(staff):
            _with(recorder, number, member)
        for unit_id in sorted({one.unit_id for one in staff}):
            _self_checks(recorder, unit_id)
    _lists(ledger, root)
    _warnings(ledger, root, taken)
    _reads(ledger, root, officer)


def _with(recorder: Recorder, number: int, member: Member) -> None:
    """What is done with one person: by number some of it late, failed, dropped, left undone or of another month."""

    def done(kind: str, on: date | None, planned: date, score: int | None = None, **named: Any) -> None:
        planned_one = activities.plan(
            recorder, kind, member.unit_id, planned, staff_id=member.staff_id, **named
        )
        given = {"done_on": on, "score": score} if on else {}
        activities.MACHINE.act(recorder, planned_one.activity_id, "complete" if on else "drop", given)

    talk = {"talk_level": "office", "talk_functions": ("help_work", "warn_of_risk")}
    done("talk", day(5) if number % 3 else day(-3), day(5), **talk)
    if number % 4 == 0:
        activities.plan(recorder, "talk", member.unit_id, day(9), staff_id=member.staff_id, **talk)
        done("home_visit", None, day(9))
    done("training", LAST, day(2), 59 + number % 2)
    done("pledge", day(3) if number % 5 else None, day(3))
    done("home_visit", LAST + timedelta(days=number % 2), day(20))


def _self_checks(recorder: Recorder, unit_id: str) -> None:
    """Issues found and closed in time, on the last day, too late or not at all; and a self-check that found none."""
    for issues, closed in ((3, day(18)), (2, day(20)), (4, day(21)), (5, None), (0, None)):
        one = activities.plan(recorder, "self_check", unit_id, day(10))
        found = {"issue_count": issues, "issue_due_on": day(20)} if issues else {}
        activities.MACHINE.act(recorder, one.activity_id, "complete", {"done_on": day(10), **found})
        if closed:
            activities.MACHINE.act(recorder, one.activity_id, "close_issues", {"issue_closed_on": closed})


def _lists(ledger: Ledger, root: str) -> None:
    """One post with all four lists; one with three and a draft; one with three and a list of responsibilities."""
    wanted = [(kind, "monopoly_officer") for kind in FOUR] + [(kind, "customer_manager") for kind in FOUR]
    wanted += [(kind, "office_head") for kind in (*FOUR[:3], "four_responsibilities_branch")]
    wanted += [("three_lists", "leader")]
    with ledger.write(Actor("branch", "branch_secretary", root)) as recorder:
        made = [lists.draft(recorder, *one, root) for one in wanted]
        for one in made:
            lists.set_items(recorder, one.list_id, [{"power": "检查", "risk": "人情检查"}])
    with ledger.write(Actor("chief", "manager", root)) as recorder:
        for one in made:
            if (one.list_kind, one.post) != (FOUR[3], "customer_manager"):
                lists.MACHINE.act(recorder, one.list_id, "approve", {}, at(15))


def _warnings(ledger: Ledger, root: str, taken: str) -> None:
    """Four warnings whose limit came in the month: in time and real, in time and none, too late, still open."""
    with ledger.read() as session:
        query = select(Disposition.warning_id).where(Disposition.warning_id != taken)
        some = list(session.scalars(query.order_by(Disposition.warning_id).limit(4)))
    assert len(some) == 4
    people = {
        "chief": Actor("chief", "manager", root),
        "clerk": Actor("clerk", "field_staff", root),
        "branch": Actor("branch", "branch_secretary", root),
    }
    real = Given(text="说明", verdict="work_flaw", measure="reminder_talk")
    none = Given(text="说明", verdict="reasonable")
    for warning_id, disposed, closed in zip(some, (real, none, real, None), (8, 10, 12, None), strict=True):
        moves = [("chief", "assign", Given(handler="clerk", due_on=day(10)), 2)]
        if disposed and closed:
            moves += [("clerk", "begin", Given(), 3), ("clerk", "dispose", disposed, 4)]
            moves += [("branch", "review", Given(), 5), ("chief", "close", Given(), closed)]
        for who, move, given, number in moves:
            with ledger.write(people[who]) as recorder:
                handling.act(recorder, warning_id, move, given, at(number))


def _reads(ledger: Ledger, root: str, officer: Member) -> None:
    """Three reads of what was reported: by the discipline role, by an account off the role, and one refused."""
    with ledger.write(Actor("anonymous", "public")) as recorder:
        said = matters.seal(matters.Said("report", "他向我要了两条烟", "taking_or_extorting"), None)
        matters.submit(recorder, said, root, b"k" * 32, matters.Deadlines(3, 13))
    with ledger.read() as session:
        matter_id = session.scalars(select(Matter.matter_id)).one()
    known = Actor("zhao", "discipline", officer.unit_id, officer.staff_id)
    release_matter(ledger, known, matter_id, "核实线索")
    release_matter(ledger, Actor("guest", "discipline"), matter_id, "核实线索")
    with pytest.raises(RefusedError):
        release_matter(ledger, known, matter_id, " ")
    with ledger.engine.begin() as connection:  # as if they had been made then
        connection.execute(update(VaultAccess).values(read_at=at(12)))


# --- what must be counted ---------------------------------------------------------------------------------------------


def expected(session: Session, root: str, staff: list[Member]) -> Counts:
    """Every indicator that the ledger feeds, of every unit, as the rows of the ledger and the register have it."""
    above = {one: accounts.path_of(session, one) for one in session.scalars(select(Unit.unit_id))}
    held = [one for one in session.scalars(select(Activity)) if one.state != "dropped"]
    found: Counts = {}
    for unit_id in above:

        def below(rows: Iterable[Any], of: str = unit_id) -> list[Any]:
            return [one for one in rows if of in above[one.unit_id]]

        mine = below(staff)
        found |= {
            (name, unit_id): counts
            for name, counts in {
                **_of_staff(mine, held),
                **_of_activities(below(held)),
                "Q6": _of_posts(mine, session),
                **_of_warnings(below(session.scalars(select(Disposition)))),
                "H7": _of_reads(session, root, staff, lambda one, of=unit_id: of in above[one]),
            }.items()
            if counts[1]
        }
    return found


def _of_staff(mine: list[Member], held: list[Activity]) -> Counts:
    def who(kind: str, since: date) -> set[str | None]:
        return {
            one.staff_id for one in held
            if one.activity_kind == kind and one.done_on and since <= one.done_on <= LAST
            and (kind != "training" or (one.score or 0) >= 60)
        }  # fmt: skip

    key = [one for one in mine if one.is_key_post]
    pledging = [one for one in mine if one.is_key_post or one.role in PLEDGING]
    talked, trained, pledged = (
        who("talk", FIRST),
        who("training", FIRST),
        who("pledge", LAST.replace(month=1, day=1)),
    )
    three_years_ago = (pd.Timestamp(LAST) - pd.DateOffset(years=3)).date()
    return {
        "Q1": (sum(one.staff_id in talked for one in mine), len(mine)),
        "Q2": (sum(one.staff_id in pledged for one in pledging), len(pledging)),
        "Q4": (sum(one.staff_id in trained for one in mine), len(mine)),
        "Q9": (sum(one.post_since < three_years_ago for one in key), len(key)),
    }  # type: ignore[dict-item]


def _of_activities(held: list[Activity]) -> Counts:
    visits = [one for one in held if one.activity_kind == "home_visit" and FIRST <= one.planned_on <= LAST]
    checks = [one for one in held if one.issue_due_on and FIRST <= one.issue_due_on <= LAST]
    in_time = [one for one in checks if one.issue_closed_on and one.issue_closed_on <= one.issue_due_on]
    return {
        "Q3": (sum(bool(one.done_on and one.done_on <= LAST) for one in visits), len(visits)),
        "Q5": (sum(one.issue_count or 0 for one in in_time), sum(one.issue_count or 0 for one in checks)),
    }  # type: ignore[dict-item]


def _of_posts(mine: list[Member], session: Session) -> tuple[int, int]:
    in_force = select(DutyList.list_kind, DutyList.post).where(
        DutyList.state == "in_force", DutyList.list_kind.in_(FOUR)
    )
    lists_of = [row.post for row in session.execute(in_force)]
    posts = {one.role for one in mine}
    return sum(lists_of.count(post) == len(FOUR) for post in posts), len(posts)


def _of_warnings(mine: list[Disposition]) -> Counts:
    due = [one for one in mine if one.due_at and FIRST <= one.due_at.date() <= LAST]
    closed = [one for one in mine if one.closed_at and FIRST <= one.closed_at.date() <= LAST]
    return {
        "Q7": (sum(bool(one.closed_at and one.closed_at <= one.due_at) for one in due), len(due)),
        "Q8": (sum(one.verdict in FOUNDED for one in closed), len(closed)),
    }  # type: ignore[dict-item]


def _of_reads(
    session: Session, root: str, staff: list[Member], is_here: Callable[[str], bool]
) -> tuple[int, int]:
    known = {one.staff_id: one for one in staff}
    wrong = total = 0
    for one in session.scalars(select(VaultAccess)):
        reader = known.get(str(one.staff_id))
        if is_here(reader.unit_id if reader else root):
            total += 1
            wrong += not one.is_allowed or reader is None or reader.role != "discipline_group_officer"
    return wrong, total
