"""Who signs in how: read from sign_in.toml, and what becomes of it when nothing is configured.

Nothing configured: one user, on this machine only; every other address is refused. Else an OIDC provider or a proxy
says who somebody is, and the ledger's accounts, or the rules here, say which role that is. It must not ask anybody.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from model.policy.roles import ROLES, SINGLE_USER, Actor, declared

Mode = Literal["single_user", "oidc", "proxy"]
FILE_VARIABLE = "INTEGRITY_SIGN_IN"
DEFAULT_FILE = Path(__file__).parent.parent.parent / "data" / "sign_in.toml"
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""What a proxy adds to a request: behind one, the address of the connection says nothing of who asks."""

LEAST_SECRET = 32
"""Signs of the proxy's secret: 128 bits where it is hexadecimal."""
_KEYS = {"mode", "account", "anonymous", "role", "proxy_secret", "session"}
_RULE_KEYS = {"claim", "value", "role", "unit"}
_SESSION_KEYS = {"idle_minutes", "longest_hours"}


class SignInError(ValueError):
    """A sign-in that cannot be used; the message names file and key."""


@dataclass(frozen=True)
class Rule:
    """People whose claim holds this value have this role, and answer for this unit."""

    claim: str
    value: str
    role: str
    unit_id: str | None


@dataclass(frozen=True)
class Lifetime:
    """How long a session lasts: without anything being done in it, and at all.

    OWASP's Session Management Cheat Sheet has 15 to 30 minutes idle, and 4 to 8 hours for an office worker's day;
    GB/T 22239-2019, 8.1.4.1 b asks that a connection that is left alone ends.
    """

    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=8)


@dataclass(frozen=True)
class SignIn:
    """How people sign in: the mode, the claim that names the account, the rules, and who has not signed in.

    `proxy_secret` is what the proxy proves itself by; without one no header names anybody.
    """

    mode: Mode = "single_user"
    account: str = "email"
    rules: tuple[Rule, ...] = ()
    anonymous: str | None = None
    proxy_secret: str = ""
    lifetime: Lifetime = Lifetime()

    @property
    def is_single_user(self) -> bool:
        """Whether nothing is configured."""
        return self.mode == "single_user"

    def name_in(self, claims: Mapping[str, Any]) -> str | None:
        """The account that the claims name. A provider that says an address is unverified names nobody; some say so
        in a text."""
        if self.account == "email" and str(claims.get("email_verified")).lower() == "false":
            return None
        name = str(claims.get(self.account) or "").strip()
        return name or None

    def by_rule(self, claims: Mapping[str, Any]) -> Actor | None:
        """Who somebody without an account is by the rules; the first that fits decides."""
        name = self.name_in(claims)
        for rule in self.rules if name else ():
            held = claims.get(rule.claim)
            if rule.value in (held if isinstance(held, (list, tuple)) else (held,)):
                return Actor(str(name), rule.role, rule.unit_id)
        return None

    def unknown(self) -> Actor | None:
        """Who has not signed in, where such people may see anything."""
        return Actor("anonymous", self.anonymous) if self.anonymous else None


THE_SINGLE_USER = Actor("local", SINGLE_USER)


def sign_in() -> SignIn:
    """How this installation signs in; SignInError where the file cannot be used."""
    path = Path(os.environ.get(FILE_VARIABLE) or DEFAULT_FILE)
    if not path.exists():
        if os.environ.get(FILE_VARIABLE):
            raise SignInError(f"{path}: there is no such file")
        return SignIn()
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> SignIn:
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        if "mode" not in given:
            raise SignInError(f"{path.name}: mode is missing: expected oidc or proxy")
        found = SignIn(
            given["mode"],
            given.get("account", "email"),
            _rules(path, given.get("role", [])),
            given.get("anonymous"),
            str(given.get("proxy_secret", "")),
            _lifetime(given.get("session", {})),
        )
    except SignInError:
        raise
    except (OSError, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise SignInError(f"{path.name}: cannot be read: {error}") from error
    if wrong := _wrong(found, set(given) - _KEYS | set(given.get("session", {})) - _SESSION_KEYS):
        raise SignInError(f"{path.name}: {wrong}")
    return found


def _rules(path: Path, given: object) -> tuple[Rule, ...]:
    """The rules, each with nothing but its own keys: what stands below [[role]] in TOML belongs to that rule."""
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise SignInError(f"{path.name}: role: each rule stands under [[role]]")
    for number, one in enumerate(given, 1):
        place = f"{path.name}: [[role]] {number}"
        if unknown := set(one) - _RULE_KEYS:
            raise SignInError(
                f"{place}: unknown: {', '.join(sorted(unknown))}; what is of the whole file stands above [[role]]"
            )
        for key in sorted({"claim", "value", "role", *one}):
            kinds = (str, int) if key == "value" else str
            if not isinstance(one.get(key), kinds) or not str(one[key]).strip():
                raise SignInError(f"{place}: {key}: a text is needed, not {one.get(key)!r}")
        role = declared().roles[one["role"]] if one["role"] in ROLES else None
        if role is not None and role.reach == "below" and "unit" not in one:
            raise SignInError(f"{place}: unit: the role {role.id} needs the unit that it answers for")
    return tuple(Rule(one["claim"], one["value"], one["role"], one.get("unit")) for one in given)


def _lifetime(given: Mapping[str, Any]) -> Lifetime:
    usual = Lifetime()
    return Lifetime(
        timedelta(minutes=given["idle_minutes"]) if "idle_minutes" in given else usual.idle,
        timedelta(hours=given["longest_hours"]) if "longest_hours" in given else usual.longest,
    )


def _wrong(found: SignIn, unknown: set[str]) -> str:
    """Why this cannot be used; nothing where it can."""
    if unknown:
        return f"unknown: {', '.join(sorted(unknown))}"
    if found.mode not in get_args(Mode) or found.is_single_user:
        return f"mode: expected oidc or proxy, not {found.mode}"
    if not isinstance(found.account, str) or not found.account.strip():
        return f"account: a text is needed, the name of a claim, not {found.account!r}"
    for role in (*(rule.role for rule in found.rules), *filter(None, [found.anonymous])):
        if role not in ROLES:
            return f"there is no role {role}"
    if found.anonymous not in (None, "public", "display"):
        return f"anonymous: only public or display, not {found.anonymous}"
    if found.proxy_secret and len(found.proxy_secret) < LEAST_SECRET:
        return f"proxy_secret: at least {LEAST_SECRET} signs"
    if not timedelta() < found.lifetime.idle <= found.lifetime.longest:
        return "session: idle_minutes must be above nothing and not above longest_hours"
    return ""


def is_local(client: str | None, headers: Mapping[str, str]) -> bool:
    """Whether a request comes from this machine itself: not through a proxy, and not by another name for it.

    The name is looked at because a page elsewhere can point a name of its own at this machine.
    """
    try:
        found = ipaddress.ip_address((client or "").split("%")[0])
        is_here = (getattr(found, "ipv4_mapped", None) or found).is_loopback
    except ValueError:
        is_here = False
    host = headers.get("host", "")
    name = host if host.endswith("]") else host.rsplit(":", 1)[0]
    return is_here and name.lower() in LOCAL_NAMES and not any(one in headers for one in FORWARDED)
