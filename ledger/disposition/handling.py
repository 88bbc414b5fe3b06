"""Making a move: the one way in which anything about a warning is decided.

`act` asks policy, then the flow, then the move's rules; then the move has its effect, and step and audit entry are
written in the same transaction. It must not know how a move is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import attachments, working_days
from ledger.disposition import rules
from ledger.disposition.case import FLOW, Case, Given
from ledger.flow import Move
from ledger.schema import Attachment, Concerned, Disposition, Step, now
from ledger.trail import Recorder
from model import policy
from model.policy import Actor

KIND = "warning"


def act(
    recorder: Recorder, warning_id: str, name: str, given: Given, at: datetime | None = None
) -> Disposition:
    """Make a move. RefusedError, and nothing changed, where policy, state or a rule forbids it."""
    case = _case(recorder.session, recorder.actor, warning_id, name, given, at or now())
    item, move = case.item, case.move
    _permit(case)
    if given.revision is not None and given.revision != item.revision and move.id not in _ANY_TIME:
        state = FLOW.states[item.state]
        raise FLOW.refused("changed", state=state.zh, state_en=state.en)
    FLOW.move(name, item.state)
    FLOW.require_given(move, given.fields())
    rules.check(case)
    before = item.state
    item.state = move.target or item.state
    EFFECTS.get(name, _nothing)(case)
    item.revision += move.id not in _ANY_TIME
    _add_step(case)
    recorder.record(
        move.action, KIND, warning_id, unit_id=item.unit_id, move=name, before=before, after=item.state
    )
    return item


_ANY_TIME = ("comment", "state_side")
"""Moves that overtake nobody: what somebody else is about to decide on stays as it is."""


def possible(session: Session, actor: Actor, item: Disposition, at: datetime | None = None) -> list[Move]:
    """The moves that this person could make now, as far as can be said before anything is given."""
    found = []
    for move in FLOW.open_from(item.state):
        case = Case(session, actor, item, move, Given(), at or now())
        try:
            _permit(case)
            rules.check(_without_what_is_given(case))
        except policy.RefusedError:
            continue
        found.append(move)
    return found


def _without_what_is_given(case: Case) -> Case:
    ahead = tuple(rule for rule in case.move.rules if rule not in _ABOUT_WHAT_IS_GIVEN)
    move = Move(**{**vars(case.move), "rules": ahead})
    return Case(case.session, case.actor, case.item, move, case.given, case.now)


_ABOUT_WHAT_IS_GIVEN = ("handler_may_handle", "handler_not_concerned", "measure_fits")


def _case(session: Session, actor: Actor, warning_id: str, name: str, given: Given, at: datetime) -> Case:
    item = session.get(Disposition, warning_id)
    if item is None:
        raise FLOW.refused("unknown", warning=warning_id)
    return Case(session, actor, item, FLOW.moves[name], given, at)


def _permit(case: Case) -> None:
    """Ask policy. What one handles or is concerned by is one's own, wherever it is."""
    is_own = case.is_handler or case.is_concerned
    policy.require(case.actor, case.move.action, path=case.path, is_own=is_own)


def _add_step(case: Case) -> None:
    mine = select(func.max(Step.number)).where(Step.warning_id == case.item.warning_id)
    case.session.add(
        Step(
            warning_id=case.item.warning_id,
            number=(case.session.scalar(mine) or 0) + 1,
            move=case.move.id,
            state=case.item.state,
            account=case.actor.account,
            role=case.actor.role,
            made_at=case.now,
            text=(case.given.text or "").strip() or None,
        )
    )


# --- what a move does -------------------------------------------------------------------------------------------------


def _nothing(_case: Case) -> None:
    return


def _assign(case: Case) -> None:
    case.item.handler = case.given.handler
    case.item.due_at = _due(case)


def _reassign(case: Case) -> None:
    case.item.handler = case.given.handler


def _dispose(case: Case) -> None:
    item, given = case.item, case.given
    item.verdict, item.measure, item.disposed_at = given.verdict, given.measure, case.now
    item.rectify_by = _future(case, given.rectify_by)
    if given.measure == "correction_by_deadline" and item.rectify_by is None:
        field = FLOW.rest["field"]["rectify_by"]
        raise FLOW.refused("needed", field=field["zh"], field_en=field["en"])
    item.rectified_at = item.reviewer = None


def _send_back(case: Case) -> None:
    item = case.item
    item.verdict = item.measure = item.disposed_at = item.rectify_by = None


def _review(case: Case) -> None:
    case.item.reviewer = case.actor.account


def _rectify(case: Case) -> None:
    case.item.rectified_at = case.now


def _close(case: Case) -> None:
    case.item.closed_at = case.now


def _reopen(case: Case) -> None:
    item = case.item
    item.closed_at = item.verdict = item.measure = item.disposed_at = item.rectify_by = None
    item.rectified_at = item.reviewer = item.handler = item.escalated_at = item.escalated_to_unit_id = None
    item.due_at = _due(case)


def _escalate(case: Case) -> None:
    item = case.item
    at = item.escalated_to_unit_id or item.unit_id
    place = case.path.index(at) if at in case.path else 0
    item.escalated_to_unit_id = case.path[min(place + 1, len(case.path) - 1)]
    item.escalated_at = case.now


def _due(case: Case) -> datetime:
    """The end of the due date: the one that was given, else so many working days on, by level."""
    day = _future(case, case.given.due_on)
    if day is None:
        try:
            days = FLOW.rest["due_working_days"][case.item.level]
            day = working_days.after(case.session, case.now.date(), days)
        except working_days.OutsideCalendarError as outside:
            raise FLOW.refused("calendar", day=outside.last or case.now.date()) from outside
    return datetime.combine(day, rules.DAY_END)


def _future(case: Case, day: date | None) -> date | None:
    if day is not None and day < case.now.date():
        raise FLOW.refused("due_past")
    return day


EFFECTS: dict[str, Callable[[Case], None]] = {
    "assign": _assign,
    "reassign": _reassign,
    "dispose": _dispose,
    "send_back": _send_back,
    "review": _review,
    "rectify": _rectify,
    "close": _close,
    "reopen": _reopen,
    "escalate": _escalate,
}


# --- what is added to a warning ---------------------------------------------------------------------------------------


def attach(recorder: Recorder, warning_id: str, file_name: str, content: bytes) -> Attachment:
    """Add a file to a warning."""
    case = _case(recorder.session, recorder.actor, warning_id, "comment", Given(), now())
    _permit(case)
    found = attachments.attach(recorder, KIND, warning_id, file_name, content)
    recorder.record("comment_warning", KIND, warning_id, unit_id=case.item.unit_id, sha256=found.sha256)
    return found


# --- the persons concerned --------------------------------------------------------------------------------------------


def name_concerned(recorder: Recorder, warning_id: str, staff_ids: tuple[str, ...], purpose: str) -> None:
    """Say whom a warning concerns. A handler who is among them must be replaced first."""
    policy.require(recorder.actor, "name_concerned", purpose=purpose)
    session = recorder.session
    item = session.get(Disposition, warning_id)
    if item is None:
        raise FLOW.refused("unknown", warning=warning_id)
    move = FLOW.moves["reassign"]
    case = Case(session, recorder.actor, item, move, Given(handler=item.handler), now())
    for staff_id in staff_ids:
        if staff_id not in case.concerned:
            session.add(Concerned(warning_id=warning_id, staff_id=staff_id))
    session.flush()
    case = Case(session, recorder.actor, item, move, Given(handler=item.handler), now())
    if item.handler and item.state not in ("closed", "reopened", "raised"):
        broken = rules.RULES["handler_not_concerned"](case)
        if broken is not None:
            raise FLOW.refused("handler_not_concerned")
    recorder.record("name_concerned", KIND, warning_id, unit_id=item.unit_id, purpose=purpose)


def see_concerned(recorder: Recorder, warning_id: str, purpose: str) -> list[str]:
    """Whom a warning concerns; that it was looked at, and why, is kept in the audit trail."""
    policy.require(recorder.actor, "see_concerned", purpose=purpose)
    recorder.record("see_concerned", KIND, warning_id, purpose=purpose)
    query = select(Concerned.staff_id).where(Concerned.warning_id == warning_id).order_by(Concerned.staff_id)
    return list(recorder.session.scalars(query))
