"""Who may what, read from roles.toml: which actions a role has, which rows it reaches and which surfaces it opens.

One answer for page, query, SQL editor, export, report and cache key: `require` refuses with a reason, `rows` limits a
select to the units that a person answers for, `cache_key` keeps what one person may see from another. It must not
know a page, a table or an account.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, false, true

from model.policy.refusal import RefusedError
from model.warehouse import SURFACES

Reach = Literal["all", "below", "own", "none"]
FILE = Path(__file__).parent / "roles.toml"
SYSTEM = "system"
SINGLE_USER = "single_user"


@dataclass(frozen=True)
class Action:
    """Something that can be done: on which surface, whether with a purpose, whether each time is logged.

    `own`: with what concerns the person alone, whichever rows their role reaches.
    """

    id: str
    zh: str
    en: str
    surface: str
    purpose: bool = False
    logged: bool = False
    whole: bool = False
    own: bool = False


@dataclass(frozen=True)
class Role:
    """What people of one role may do, and which rows they reach."""

    id: str
    zh: str
    en: str
    reach: Reach
    may: frozenset[str]


@dataclass(frozen=True)
class Declared:
    """All that roles.toml says. `watched`: the acts that who only watches the audit trail is told of."""

    version: int
    actions: dict[str, Action]
    roles: dict[str, Role]
    pages: dict[str, str]
    watched: tuple[str, ...]
    refusals: dict[str, dict[str, str]]

    def refused(self, code: str, **values: object) -> RefusedError:
        """The refusal of this code, in words."""
        return RefusedError(code, self.refusals[code], **values)


@dataclass(frozen=True)
class Actor:
    """Who acts: the account, its role, its unit, and the work number that the records know the person by."""

    account: str
    role: str
    unit_id: str | None = None
    staff_id: str | None = None


@dataclass(frozen=True)
class Scope:
    """Which units' rows a person reaches: all, those below one unit, the person's own rows, or none."""

    reach: Reach
    unit_id: str | None = None

    def covers(self, path: Collection[str], *, is_own: bool = False) -> bool:
        """Whether a row is reached whose unit has this path (itself and all above it)."""
        if self.reach == "below":
            return is_own or self.unit_id in path
        return self.reach == "all" or (self.reach == "own" and is_own)


@cache
def declared() -> Declared:
    """What roles.toml says; ValueError where it contradicts itself."""
    given = tomllib.loads(FILE.read_text(encoding="utf-8"))
    found = Declared(
        given["version"],
        {name: Action(name, **one) for name, one in given["action"].items()},
        {name: _role(name, one) for name, one in given["role"].items()},
        given["page"],
        tuple(given["trail"]["watched"]),
        given["refusal"],
    )
    if unknown := set(found.pages.values()) - set(found.actions):
        raise ValueError(f"{FILE.name}: page: no such action: {', '.join(sorted(unknown))}")
    for action in found.actions.values():
        if action.surface not in (*SURFACES, "ledger", "answer"):
            raise ValueError(f"{FILE.name}: action {action.id}: no such surface: {action.surface}")
    for role in found.roles.values():
        _check(found, role)
    return found


def _role(name: str, given: dict[str, Any]) -> Role:
    return Role(name, given["name"]["zh"], given["name"]["en"], given["reach"], frozenset(given["may"]))


def _check(found: Declared, role: Role) -> None:
    unknown = role.may - set(found.actions)
    if role.reach not in get_args(Reach) or unknown:
        raise ValueError(f"{FILE.name}: role {role.id}: unknown: {', '.join(sorted(unknown)) or role.reach}")
    if role.reach != "all" and any(found.actions[name].whole for name in role.may):
        raise ValueError(
            f"{FILE.name}: role {role.id}: only who reaches all units may see rows of all of them"
        )
    if role.reach == "none" and any(found.actions[name].surface in ("analysis", "full") for name in role.may):
        raise ValueError(f"{FILE.name}: role {role.id}: reaches no row but opens a surface that holds some")


ROLES: tuple[str, ...] = tuple(name for name in declared().roles if name not in (SYSTEM, SINGLE_USER))
"""The roles that an account can have."""


def role_of(actor: Actor) -> Role:
    """The role of a person; KeyError where there is no such role."""
    return declared().roles[actor.role]


def actions(actor: Actor) -> frozenset[str]:
    """All that a person may do, somewhere."""
    return role_of(actor).may


def surfaces(actor: Actor) -> frozenset[str]:
    """The surfaces that are opened for a person: nothing else may be opened in their name."""
    return frozenset(declared().actions[name].surface for name in actions(actor)) & frozenset(SURFACES)


def scope(actor: Actor, action: str | None = None) -> Scope:
    """The rows that a person reaches, by this action. Who answers for a unit but has none reaches only their own."""
    if action is not None and declared().actions[action].own:
        return Scope("own")
    reach = role_of(actor).reach
    if reach == "below" and actor.unit_id is None:
        return Scope("own")
    return Scope(reach, actor.unit_id if reach == "below" else None)


def allows(actor: Actor, action: str) -> bool:
    """Whether a person may do this at all."""
    return action in actions(actor)


def require(
    actor: Actor,
    action: str,
    *,
    path: Collection[str] | None = None,
    is_own: bool = False,
    purpose: str | None = None,
) -> None:
    """RefusedError where a person may not do this, not to a row of this unit, or not without a purpose.

    `path` is the row's unit and all above it, None where the action is not about a row.
    """
    asked, role, texts = declared().actions[action], role_of(actor), declared()
    names = {"action": asked.zh, "action_en": asked.en}
    if action not in role.may:
        raise texts.refused("role", role=role.zh, role_en=role.en, **names)
    if path is not None and not scope(actor, action).covers(path, is_own=is_own):
        raise texts.refused("reach")
    if asked.purpose and not (purpose or "").strip():
        raise texts.refused("purpose", **names)


def rows(
    actor: Actor,
    action: str,
    unit: SQLColumnExpression[Any],
    below: Callable[[str], Select[Any]],
    own: ColumnElement[bool] | None = None,
) -> ColumnElement[bool]:
    """The condition under which a row is this person's to see.

    `below` gives the ids of a unit and all under it, from the database that the select runs on; `own` says which rows
    are the person's own.
    """
    mine: ColumnElement[bool] = false() if own is None else own
    if not allows(actor, action):
        return false()
    reached = scope(actor, action)
    if reached.reach == "all":
        return true()
    if reached.reach == "below" and reached.unit_id is not None:
        inside = unit.in_(below(reached.unit_id))
        return inside if own is None else inside | own
    return mine if reached.reach == "own" else false()


def cache_key(actor: Actor, action: str, *, has_own: bool = False) -> tuple[str, ...]:
    """What a cached answer must be kept under, so that nobody is shown what another's rights read.

    `has_own`: the answer also holds rows that are the person's own, wherever they are.
    """
    reached, found = scope(actor, action), declared()
    is_allowed = "may" if allows(actor, action) else "may not"
    own = actor.account if reached.reach == "own" or (has_own and reached.reach == "below") else ""
    return (str(found.version), action, is_allowed, reached.reach, reached.unit_id or "", own)
