"""Sessions that are over because somebody ended them: one of them, or all that a person had until now.

It holds on every server that shares the ledger, and for a cookie that was copied before. A session is known by a
digest; this module must not know how a person proves who they are, nor how long a session lasts.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ledger.schema import SignOut, moment, new_id
from ledger.trail import Recorder
from model import policy


def is_over(session: Session, account: str, digest: str, began_at: datetime) -> bool:
    """Whether somebody ended this session. A proof that only says its second is ended by a sign-out within it."""
    everywhere = SignOut.session.is_(None) & (SignOut.signed_out_at >= began_at)
    query = select(SignOut.sign_out_id).where(
        SignOut.account == account, or_(SignOut.session == digest, everywhere)
    )
    return session.scalars(query.limit(1)).first() is not None


def sign_out(recorder: Recorder, digest: str) -> None:
    """End one's own session."""
    account = recorder.actor.account
    end(recorder, account, digest)
    recorder.record("sign_out", "session", account)


def sign_out_everywhere(recorder: Recorder, account: str) -> None:
    """End every session that this name has. One's own one may end; another's, who manages accounts."""
    if account != recorder.actor.account:
        policy.require(recorder.actor, "manage_accounts")
    end(recorder, account)
    recorder.record("sign_out", "account", account)


def end(recorder: Recorder, account: str, digest: str | None = None) -> None:
    """Note the end; the entry of the audit trail is that of the act which it belongs to."""
    recorder.session.add(
        SignOut(sign_out_id=new_id(), account=account, session=digest, signed_out_at=moment())
    )
