"""The address of a database, which may hold a password: of one that cannot be read, not a word is told."""

from __future__ import annotations

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError


def parsed(given: URL | str) -> URL:
    """An address; ValueError where it is none, or where a sign of the password ends it too early."""
    try:
        found = make_url(given)
    except (ArgumentError, ValueError):
        raise ValueError("no database address") from None
    if found.host and "@" in found.host + (found.database or ""):
        raise ValueError("no database address")
    return found
