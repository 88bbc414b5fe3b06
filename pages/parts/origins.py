"""Where a request says that it comes from: a browser sends a person's proof along with whatever page asks.

It must not decide what becomes of a request from elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit


def is_own(origin: str, headers: Mapping[str, str]) -> bool:
    """Whether an origin is this very site, by the host that was asked for; one that cannot be read is another."""
    try:
        return urlsplit(origin).netloc == headers.get("host", "")
    except ValueError:
        return False
