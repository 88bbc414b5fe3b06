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
from ledger.schema import Attachment, Disposition, Step
from ledger.trail import Recorder

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
    item.rectified_at = item.reviewer = None


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
