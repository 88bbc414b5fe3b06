"""Honours that units were given. It must not rank by them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import accounts, attachments, fields
from ledger.schema import Honour, new_id, now
from ledger.trail import Recorder
from model import policy
from model.policy import Actor

KIND = "honour"


def record(
    recorder: Recorder, unit_id: str, title: str, grantor: str, honour_level: str, granted_on: date
) -> Honour:
    """Record an honour."""
    given: dict[str, Any] = {
        "unit_id": unit_id, "title": title, "grantor": grantor, "honour_level": honour_level, "granted_on": granted_on,
    }  # fmt: skip
    fields.require("honour", given, given)
    fields.require_not_future("honour", "granted_on", granted_on, now().date())
    policy.require(recorder.actor, "record_honour", path=accounts.path_of(recorder.session, unit_id))
    found = Honour(**given, honour_id=new_id())
    recorder.session.add(found)
    recorder.record("record_honour", KIND, found.honour_id, unit_id=unit_id)
    return found


def add_evidence(recorder: Recorder, honour_id: str, file_name: str, content: bytes) -> None:
    """Attach the document of an honour."""
    found = recorder.session.get_one(Honour, honour_id)
    policy.require(recorder.actor, "record_honour", path=accounts.path_of(recorder.session, found.unit_id))
    kept = attachments.attach(recorder, KIND, honour_id, file_name, content)
    recorder.record("record_honour", KIND, honour_id, unit_id=found.unit_id, sha256=kept.sha256)


def listed(session: Session, actor: Actor) -> list[Honour]:
    """The honours that a person may see, the newest first."""
    query = select(Honour).where(policy.rows(actor, "see_lists", Honour.unit_id, accounts.below))
    return list(session.scalars(query.order_by(Honour.granted_on.desc(), Honour.honour_id)))
