"""Who asks at the public window, and from where: nobody signs in here.

An installation without sign-in is open to its own machine only; one with sign-in opens the window where it says who
people without an account are. It must not keep an address.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from starlette.requests import Request

from ledger import storage
from model import policy, vault, warehouse
from model.policy import Actor, signing_in


def actor() -> Actor | None:
    """Who acts when somebody uses the window; None where it is not open."""
    found = signing_in.sign_in()
    return signing_in.THE_SINGLE_USER if found.is_single_user else found.unknown()


def may(action: str) -> bool:
    """Whether the window may do this for those who come."""
    found = actor()
    return found is not None and policy.allows(found, action)


def address(request: Request) -> str:
    """Where a request comes from: behind the own proxy what that one says last, else the connection's address."""
    client = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "")
    if forwarded and signing_in.is_local(client, {"host": "localhost"}):
        return forwarded.rsplit(",", 1)[-1].strip()[:60]
    return client


def required() -> Actor:
    """Who acts; RefusedError where the window is not open."""
    found = actor()
    if found is None:
        raise policy.declared().refused("unknown_account", account="")
    return found


def ledger() -> storage.Ledger:
    """The ledger of this installation, with one pool of connections."""
    return _opened(storage.address().render_as_string(hide_password=False))


@lru_cache(maxsize=2)
def _opened(address: str) -> storage.Ledger:
    return storage.open_ledger(address)


def folder() -> Path:
    """The vault, beside the warehouse."""
    return warehouse.default_directory().parent / vault.FOLDER


def hash_key() -> bytes:
    """The installation's key, under which codes and receipts are kept."""
    return vault.hash_key(folder())
