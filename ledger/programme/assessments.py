"""Assessments (考评): a unit assesses itself against the framework with evidence; a second person reviews it.

It must not mix with indicators: what people say of themselves is never a measured value.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import accounts, attachments, fields, flow
from ledger.moves import Case, Machine, has_done, unless
from ledger.schema import Assessment, AssessmentItem, Attachment, new_id
from ledger.trail import Recorder
from model import policy
from model.policy import Actor

FLOW = flow.read(Path(__file__).parent / "assessment.toml")
KIND, OWN = "assessment", "assess_unit"
ELEMENTS: tuple[str, ...] = tuple(FLOW.rest["element"])


def begin(recorder: Recorder, unit_id: str, year: int) -> Assessment:
    """Begin a unit's assessment of one year."""
    session = recorder.session
    fields.require_unit(unit_id)
    policy.require(recorder.actor, OWN, path=accounts.path_of(session, unit_id))
    same = select(Assessment).where(Assessment.unit_id == unit_id, Assessment.year == year)
    if session.scalars(same).first() is not None:
        raise FLOW.refused("once")
    found = Assessment(
        assessment_id=new_id(), unit_id=unit_id, year=year, state="drafting", revision=1,
        author=recorder.actor.account,
    )  # fmt: skip
    session.add(found)
    session.flush()
    session.add_all(AssessmentItem(assessment_id=found.assessment_id, element=name) for name in ELEMENTS)
    recorder.record(OWN, KIND, found.assessment_id, unit_id=unit_id)
    return found


def score(
    recorder: Recorder, assessment_id: str, element: str, points: int, said: str, revision: int | None = None
) -> AssessmentItem:
    """Give an element points and their ground: the unit's own while it drafts, the reviewer's once it is submitted.

    `revision` is the one that the person looked at; None: whatever it is now.
    """
    session = recorder.session
    found = MACHINE.get(session, assessment_id)
    path, is_own = accounts.path_of(session, found.unit_id), found.state == "drafting"
    action = OWN if is_own else "review_assessment"
    policy.require(recorder.actor, action, path=path)
    if found.state == "reviewed":
        FLOW.move("submit", found.state)
    if revision is not None and revision != found.revision:
        state = FLOW.states[found.state]
        raise FLOW.refused("changed", state=state.zh, state_en=state.en)
    declared = FLOW.rest["element"][element]
    if not 0 <= points <= declared["points"]:
        raise FLOW.refused(
            "points", element=declared["zh"], element_en=declared["en"], points=declared["points"]
        )
    item = session.get_one(AssessmentItem, (assessment_id, element))
    if is_own:
        item.self_score, item.ground = points, said
    else:
        if _is_author(session, recorder.actor, assessment_id):
            raise FLOW.refused("second_person")
        item.review_score, item.remark = points, said
    found.revision += 1
    recorder.record(action, KIND, assessment_id, unit_id=found.unit_id, element=element)
    return item


def add_evidence(recorder: Recorder, assessment_id: str, file_name: str, content: bytes) -> Attachment:
    """Attach evidence."""
    case = MACHINE.ask(recorder.session, recorder.actor, assessment_id, "submit", {})
    MACHINE.permit(case)
    found = attachments.attach(recorder, KIND, assessment_id, file_name, content)
    recorder.record(OWN, KIND, assessment_id, unit_id=case.item.unit_id, sha256=found.sha256)
    return found


def items(session: Session, assessment_id: str) -> list[AssessmentItem]:
    """The elements of an assessment, in the framework's order."""
    found = session.scalars(select(AssessmentItem).where(AssessmentItem.assessment_id == assessment_id))
    return sorted(found, key=lambda one: ELEMENTS.index(one.element))


def listed(session: Session, actor: Actor) -> list[Assessment]:
    """The assessments that a person may see, the newest first."""
    query = select(Assessment).where(policy.rows(actor, "see_lists", Assessment.unit_id, accounts.below))
    return list(session.scalars(query.order_by(Assessment.year.desc(), Assessment.unit_id)))


def _is_author(session: Session, actor: Actor, assessment_id: str) -> bool:
    """Whether somebody began it, gave it points of the unit's own, attached evidence or submitted it."""
    return has_done(session, actor, OWN, KIND, assessment_id)


def _is_complete(case: Case[Assessment], *names: str) -> bool:
    held = items(case.session, case.item.assessment_id)
    return all(getattr(one, name) not in (None, "") for one in held for name in names)


def _review(case: Case[Assessment]) -> None:
    case.item.reviewer = case.actor.account


MACHINE = Machine(
    KIND,
    Assessment,
    FLOW,
    {
        "second_person": lambda case: unless(
            not _is_author(case.session, case.actor, case.item.assessment_id)
        ),
        "complete": lambda case: unless(_is_complete(case, "self_score", "ground")),
        "all_reviewed": lambda case: unless(_is_complete(case, "review_score")),
        "has_evidence": lambda case: unless(
            bool(attachments.of(case.session, KIND, case.item.assessment_id))
        ),
    },
    {"review": _review},
)
