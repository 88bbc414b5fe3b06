"""Making a move: the one way in which anything about a warning is decided.

How moves are made is ledger/moves.py; here is what each does to a warning, the step that all see, and what is added
beside its moves. It must not know how a move is asked for.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select

from ledger import attachments, working_days
from ledger.disposition import rules
from ledger.disposition.case import FLOW, Case, Given
from ledger.moves import Machine, is_future
from ledger.schema import Attachment, Concerned, Disposition, Step
from ledger.trail import Recorder
from model import policy

KIND = "warning"


def act(
    recorder: Recorder,
    warning_id: str,
    name: str,
    given: Given,
    at: datetime | None = None,
    revision: int | None = None,
) -> Disposition:
    """Make a move. RefusedError, and nothing changed, where policy, state or a rule forbids it."""
    return MACHINE.act(recorder, warning_id, name, given.fields(), at, revision)


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
            text=(case.given.get("text") or "").strip() or None,
        )
    )


# --- what a move does -------------------------------------------------------------------------------------------------


def _assign(case: Case) -> None:
    case.item.handler = case.given.get("handler")
    case.item.due_at = _due(case)


def _reassign(case: Case) -> None:
    case.item.handler = case.given.get("handler")


def _dispose(case: Case) -> None:
    item, given = case.item, case.given
    item.verdict, item.measure, item.disposed_at = given["verdict"], given.get("measure"), case.now
    item.rectify_by = _future(case, given.get("rectify_by"))
    if item.measure == "correction_by_deadline" and item.rectify_by is None:
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
    day = _future(case, case.given.get("due_on"))
    if day is None:
        try:
            days = FLOW.rest["due_working_days"][case.item.level]
            day = working_days.after(case.session, case.now.date(), days)
        except working_days.OutsideCalendarError as outside:
            raise FLOW.refused("calendar", day=outside.last or case.now.date()) from outside
    return datetime.combine(day, rules.DAY_END)


def _future(case: Case, day: date | None) -> date | None:
    if not is_future(day, case):
        raise FLOW.refused("due_past")
    return day


MACHINE = Machine(
    KIND,
    Disposition,
    FLOW,
    rules.RULES,
    {
        "assign": _assign,
        "reassign": _reassign,
        "dispose": _dispose,
        "send_back": _send_back,
        "review": _review,
        "rectify": _rectify,
        "close": _close,
        "reopen": _reopen,
        "escalate": _escalate,
    },
    case=Case,
    about_given=("handler_may_handle", "handler_not_concerned", "measure_fits"),
    any_time=("comment", "state_side"),
    after=_add_step,
)


# --- what is added to a warning ---------------------------------------------------------------------------------------


def attach(recorder: Recorder, warning_id: str, file_name: str, content: bytes) -> Attachment:
    """Add a file to a warning."""
    case = MACHINE.ask(recorder.session, recorder.actor, warning_id, "comment", {})
    MACHINE.permit(case)
    found = attachments.attach(recorder, KIND, warning_id, file_name, content)
    recorder.record("comment_warning", KIND, warning_id, unit_id=case.item.unit_id, sha256=found.sha256)
    return found


# --- the persons concerned --------------------------------------------------------------------------------------------


def name_concerned(recorder: Recorder, warning_id: str, staff_ids: tuple[str, ...], purpose: str) -> None:
    """Say whom a warning concerns. A handler who is among them must be replaced first."""
    policy.require(recorder.actor, "name_concerned", purpose=purpose)
    session = recorder.session
    item = MACHINE.get(session, warning_id)
    held = set(session.scalars(select(Concerned.staff_id).where(Concerned.warning_id == warning_id)))
    session.add_all(Concerned(warning_id=warning_id, staff_id=one) for one in staff_ids if one not in held)
    session.flush()
    case = MACHINE.ask(session, recorder.actor, warning_id, "reassign", {"handler": item.handler})
    is_at_work = item.handler and item.state not in ("closed", "reopened", "raised")
    if is_at_work and rules.RULES["handler_not_concerned"](case) is not None:
        raise FLOW.refused("handler_not_concerned")
    recorder.record("name_concerned", KIND, warning_id, unit_id=item.unit_id, purpose=purpose)


def see_concerned(recorder: Recorder, warning_id: str, purpose: str) -> list[str]:
    """Whom a warning concerns; that it was looked at, and why, is kept in the audit trail."""
    policy.require(recorder.actor, "see_concerned", purpose=purpose)
    recorder.record("see_concerned", KIND, warning_id, purpose=purpose)
    query = select(Concerned.staff_id).where(Concerned.warning_id == warning_id).order_by(Concerned.staff_id)
    return list(recorder.session.scalars(query))
