"""Accounts: who may sign in, in which role and unit. It must not know how a person proves who they are.

Whose role, unit or work number changes, or whose account is closed, signs in anew: no open page goes on with what it
was opened with.
"""

from __future__ import annotations

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session, aliased

from ledger import sessions
from ledger.schema import Account, Unit, now
from ledger.storage import Ledger
from ledger.trail import Recorder
from model import policy
from model.policy import SINGLE_USER, Actor

_DEEPEST = 30
"""How many levels a tree of units can have: a circle in it ends here."""


def actor_of(session: Session, name: str) -> Actor:
    """Who this account acts as. RefusedError where it is not registered or closed."""
    found = session.get(Account, name)
    if found is None or found.closed_at is not None:
        code = "unknown_account" if found is None else "closed_account"
        raise policy.declared().refused(code, account=name)
    return Actor(found.name, found.role, found.unit_id, found.staff_id)


Standing = tuple[str | None, ...]
"""What an account is: its role, unit, work number and since when it is closed; empty where there is none."""


def standing(one: Account | None) -> Standing:
    """What an account is as somebody looks at it."""
    closed = str(one.closed_at) if one and one.closed_at else None
    return (one.role, one.unit_id, one.staff_id, closed) if one else ()


def open_account(
    recorder: Recorder,
    name: str,
    role: str,
    unit_id: str | None = None,
    staff_id: str | None = None,
    seen: Standing | None = None,
) -> Account:
    """Register an account, or change the one of this name; a closed one is open again.

    `seen` is what the person looked at; None: whatever it is now.
    """
    policy.require(recorder.actor, "manage_accounts")
    name, staff_id = name.strip(), (staff_id or "").strip() or None
    if not name:
        raise ValueError("the name of an account is needed")
    if role not in policy.ROLES:
        raise ValueError(f"there is no role {role}; expected one of {', '.join(policy.ROLES)}")
    if unit_id is None and policy.declared().roles[role].reach == "below":
        named = policy.declared().roles[role]
        raise policy.declared().refused("unit_needed", role=named.zh, role_en=named.en)
    if unit_id is not None:
        require_known(recorder.session, unit_id)
    found = recorder.session.get(Account, name)
    if seen is not None and seen != standing(found):
        raise policy.declared().refused("changed_account" if seen else "known_account", account=name)
    another = select(Account.name).where(Account.staff_id == staff_id, Account.name != name)
    if staff_id is not None and (holder := recorder.session.scalar(another)):
        raise policy.declared().refused("known_staff", staff=staff_id, account=holder)
    if found is None:
        found = Account(name=name, opened_at=now())
        recorder.session.add(found)
    elif (found.role, found.unit_id, found.staff_id, found.closed_at) != (role, unit_id, staff_id, None):
        sessions.end(recorder, name)
    found.role, found.unit_id, found.staff_id, found.closed_at = role, unit_id, staff_id, None
    recorder.record("manage_accounts", "account", name, unit_id=unit_id)
    return found


def close_account(recorder: Recorder, name: str) -> None:
    """Close an account: it can no longer sign in, and stays in the trail."""
    policy.require(recorder.actor, "manage_accounts")
    found = recorder.session.get(Account, name)
    if found is None:
        raise policy.declared().refused("unknown_account", account=name)
    found.closed_at = now()
    sessions.end(recorder, name)
    recorder.record("manage_accounts", "account", name, unit_id=found.unit_id)


def all_accounts(ledger: Ledger) -> list[Account]:
    """Every account, by name."""
    with ledger.read() as session:
        return listed(session)


def listed(session: Session) -> list[Account]:
    """The same within a session that is open."""
    return list(session.scalars(select(Account).order_by(Account.name)))


def able(session: Session, giver: Actor, action: str) -> list[Account]:
    """Whom somebody can give what needs this action, by name: open accounts that may do it, of units within reach."""
    roles = [role for role in policy.ROLES if policy.allows(Actor("", role), action)]
    query = select(Account).where(Account.closed_at.is_(None), Account.role.in_(roles)).order_by(Account.name)
    return [one for one in session.scalars(query) if _reaches(session, giver, one)]


def is_able(session: Session, giver: Actor, name: str, action: str) -> bool:
    """Whether somebody can give it to this account; without sign-in there is oneself alone."""
    if giver.role == SINGLE_USER:
        return name == giver.account
    found = session.get(Account, name)
    if found is None or found.closed_at is not None or not policy.allows(Actor("", found.role), action):
        return False
    return _reaches(session, giver, found)


def _reaches(session: Session, giver: Actor, one: Account) -> bool:
    return policy.scope(giver).covers(path_of(session, one.unit_id) if one.unit_id else ())


def units(session: Session) -> dict[str, str]:
    """Every unit that an account can be given, by its code, with its name."""
    query = select(Unit.unit_id, Unit.name).order_by(Unit.unit_id)
    return {unit_id: name for unit_id, name in session.execute(query)}  # noqa: C416 - a row is no pair to mypy


def require_known(session: Session, unit_id: str) -> None:
    """RefusedError where units were brought in and this is none of them: a slip of the pen."""
    if session.get(Unit, unit_id) is None and session.scalar(select(Unit.unit_id).limit(1)) is not None:
        raise policy.declared().refused("unknown_unit", unit=unit_id)


def path_of(session: Session, unit_id: str) -> tuple[str, ...]:
    """A unit and all above it, itself first; a unit that is not known has only itself."""
    tree = select(Unit.unit_id, Unit.parent_unit_id, literal(0).label("height")).where(
        Unit.unit_id == unit_id
    )
    path = tree.cte("units_above", recursive=True)
    above = select(Unit.unit_id, Unit.parent_unit_id, path.c.height + 1)
    path = path.union(above.where(Unit.unit_id == path.c.parent_unit_id, path.c.height < _DEEPEST))
    found = session.scalars(select(path.c.unit_id).order_by(path.c.height))
    return tuple(dict.fromkeys((unit_id, *found)))


def is_of(session: Session, actor: Actor, unit_id: str | None) -> bool:
    """Whether a person belongs to a unit, or to one under it: what is about it is about their own."""
    own = actor.unit_id
    return own is not None and unit_id is not None and unit_id in path_of(session, own)


def below(unit_id: str) -> Select[tuple[str]]:
    """The ids of a unit and all below it, for a condition of a select on the ledger."""
    tree = select(Unit.unit_id).where(Unit.unit_id == unit_id).cte("units_below", recursive=True)
    child = aliased(Unit)
    tree = tree.union(select(child.unit_id).where(child.parent_unit_id == tree.c.unit_id))
    return select(tree.c.unit_id)
