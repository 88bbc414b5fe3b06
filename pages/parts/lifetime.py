"""How long a session lasts: what is known of it here, and whether it was left alone too long or is simply too old.

A session is what one sign-in opened: all pages of a browser with the provider's proof, and behind a proxy each open
page. When something was last done in it is known to this process alone; one that a process has not seen counts from
its sign-in, or from the start of the process, so that a restart throws nobody out of a form. It must not decide who
somebody is, and holds digests and moments only.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import streamlit as st

from model.policy.signing_in import Lifetime, SignIn
from model.warehouse import TIME_ZONE
from pages.parts import address, clocks

REMEMBERED = 20_000
"""How many sessions are remembered; beyond it the one that was used longest ago counts from its sign-in."""
_VISIT, _UNATTENDED = "visit", "unattended"


@dataclass(frozen=True)
class Visit:
    """One session: its digest, and since when it is."""

    digest: str
    began_at: datetime


def of(found: SignIn, claims: Mapping[str, Any]) -> Visit:
    """The session that this run belongs to. The provider's proof says itself when it was given."""
    if found.mode == "oidc":
        proof = {name: value for name, value in claims.items() if name != "tokens"}
        text = json.dumps(proof, sort_keys=True, ensure_ascii=False, default=str)
        issued = datetime.fromtimestamp(float(claims.get("iat") or 0), ZoneInfo(TIME_ZONE))
        return Visit(hashlib.sha256(text.encode()).hexdigest(), issued.replace(tzinfo=None))
    if _VISIT not in st.session_state:
        st.session_state[_VISIT] = Visit(secrets.token_hex(32), clocks.now())
    visit: Visit = st.session_state[_VISIT]
    return visit


class Attendance:
    """When something was last done in each session."""

    def __init__(self) -> None:
        self._started = clocks.now()
        self._seen: OrderedDict[str, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, visit: Visit, moment: datetime) -> None:
        """Something was done in this session."""
        with self._lock:
            self._seen[visit.digest] = moment
            self._seen.move_to_end(visit.digest)
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)

    def last(self, visit: Visit) -> datetime:
        """When that was last."""
        return self._seen.get(visit.digest, max(visit.began_at, self._started))

    def over(self, visit: Visit, lifetime: Lifetime, moment: datetime) -> str | None:
        """Why the session is over: the code of its refusal, None while it lasts."""
        if moment - visit.began_at > lifetime.longest:
            return "session_old"
        return "session_idle" if moment - self.last(visit) > lifetime.idle else None


ATTENDANCE = Attendance()


class Arrivals:
    """Who has come in, so that each coming-in is kept once: a proof, or behind a proxy a name after its idle time."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def is_new(self, who: str, idle: timedelta | None, moment: datetime) -> bool:
        """Whether somebody comes in now. `idle`: for how long a name stays in without being seen; a proof always."""
        with self._lock:
            last = self._seen.get(who)
            self._seen[who] = moment
            self._seen.move_to_end(who)
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        return last is None or (idle is not None and moment - last > idle)

    def forget(self, who: str) -> None:
        """Somebody who came in and could not be noted comes in again."""
        with self._lock:
            self._seen.pop(who, None)


ARRIVALS = Arrivals()


def rerun_unattended() -> NoReturn:
    """Draw the page again by itself: nobody did anything, so the session gets no younger."""
    st.session_state[_UNATTENDED] = True
    st.query_params.from_dict(address.shown())
    st.rerun()


def is_attended() -> bool:
    """Whether a person brought this run about; asked once a run."""
    return not st.session_state.pop(_UNATTENDED, False)
