"""Tasks of 四责协同 (both variants) and 三张清单: for a unit, until a day, done with evidence.

A task can be given to one account: who works in the field sees their own tasks and no others. It must not judge
lateness: a task done late is done, and measured.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import accounts, attachments, fields, flow
from ledger.duty import lists
from ledger.moves import Broken, Case, Machine, unless
from ledger.schema import Account, Attachment, Task, new_id, now
from ledger.trail import Recorder
from model import policy
from model.policy import Actor

FLOW = flow.read(Path(__file__).parent / "task.toml")
KIND = "task"
COMPLETING = "complete_task"
"""What somebody must be allowed whom a task is given to."""
_BUREAU = ("party_group", "discipline_group", "party_group_secretary", "leadership_member")
_THREE = ("top_leader_supervision", "leadership_supervision", "discipline_body_supervision")


def parties(task_list: str) -> tuple[str, ...]:
    """Who can be responsible for the tasks of a list."""
    every = fields.column("oversight_task", "responsible_party").info["codes"]
    fixed = {"four_responsibilities_bureau": _BUREAU, "three_lists": _THREE}
    return fixed.get(task_list) or tuple(code for code in every if code not in (*_BUREAU, *_THREE))


def assign(
    recorder: Recorder,
    task_list: str,
    responsible_party: str,
    unit_id: str,
    task: str,
    due_on: date,
    item_id: str | None = None,
    handler: str | None = None,
) -> Task:
    """Set a task; `item_id` names the item of a list in force that it carries out, `handler` who does it."""
    given = {
        "task_list": task_list, "responsible_party": responsible_party, "unit_id": unit_id, "task": task,
        "due_on": due_on,
    }  # fmt: skip
    fields.require("oversight_task", given, given)
    fields.require_not_past("oversight_task", "due_on", due_on, now().date())
    if responsible_party not in parties(task_list):
        raise FLOW.refused("party")
    policy.require(recorder.actor, "assign_task", path=accounts.path_of(recorder.session, unit_id))
    if item_id is not None:
        lists.item_in_force(recorder.session, item_id, task_list)
    if handler and not accounts.is_able(recorder.session, recorder.actor, handler, COMPLETING):
        raise FLOW.refused("handler_may_complete", handler=handler)
    found = Task(
        **given, task_id=new_id(), item_id=item_id, state="open", revision=1, set_by=recorder.actor.account,
        handler=handler or None,
    )  # fmt: skip
    recorder.session.add(found)
    recorder.record("assign_task", KIND, found.task_id, unit_id=unit_id)
    return found


def add_evidence(recorder: Recorder, task_id: str, file_name: str, content: bytes) -> Attachment:
    """Attach evidence to a task."""
    case = MACHINE.ask(recorder.session, recorder.actor, task_id, "complete", {})
    MACHINE.permit(case)
    found = attachments.attach(recorder, KIND, task_id, file_name, content)
    recorder.record("complete_task", KIND, task_id, unit_id=case.item.unit_id, sha256=found.sha256)
    return found


def listed(session: Session, actor: Actor) -> list[Task]:
    """The tasks that a person may see, the open and most urgent first."""
    own = Task.handler == actor.account
    query = select(Task).where(policy.rows(actor, "see_lists", Task.unit_id, accounts.below, own))
    return list(session.scalars(query.order_by(Task.state != "open", Task.due_on, Task.task_id)))


def handlers(session: Session, actor: Actor) -> list[Account]:
    """Who could be given a task by this person."""
    return accounts.able(session, actor, COMPLETING)


class _Case(Case[Task]):
    @property
    def is_own(self) -> bool:
        """To be completed by its handler, wherever it is; not to be dropped by them."""
        return self.move.action == COMPLETING and self.item.handler == self.actor.account


def _may_complete(case: Case[Task]) -> Broken:
    name = case.given.get("handler") or ""
    return None if accounts.is_able(case.session, case.actor, name, COMPLETING) else {"handler": name}


def _reassign(case: Case[Task]) -> None:
    case.item.handler = case.given["handler"]


def _complete(case: Case[Task]) -> None:
    day = case.given.get("done_on") or case.now.date()
    fields.require_not_future("oversight_task", "done_on", day, case.now.date())
    case.item.done_on, case.item.done_by = day, case.actor.account


MACHINE = Machine(
    KIND,
    Task,
    FLOW,
    {
        "has_evidence": lambda case: unless(bool(attachments.of(case.session, KIND, case.item.task_id))),
        "handler_may_complete": _may_complete,
    },
    {"complete": _complete, "reassign": _reassign},
    case=_Case,
    about_given=("handler_may_complete", "has_evidence"),
)
