"""The headers that make a browser careful with every answer: what may run, be framed, be guessed and be passed on.

An answer that sets one of them itself, such as the wall's shell, keeps its own. This module must not know a page.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit

from pages.parts import theme
from pages.parts.words import LANGUAGES

_INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@cache
def headers() -> dict[str, str]:
    """Every header with its value."""
    return {
        "Content-Security-Policy": policy(),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }


def policy() -> str:
    """What the pages may load and run: nothing but this server's own, and no script that is not known here.

    Streamlit makes a component's script a blob of its own, sets style attributes, and holds icons as data.
    """
    scripts = " ".join(f"'sha256-{_digest(text)}'" for text in _scripts())
    return (
        f"default-src 'none'; script-src 'self' blob: {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self'; connect-src 'self'; "
        "worker-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'self'"
    )


def _scripts() -> list[str]:
    """The scripts that stand within a page: those of Streamlit's own, and those that name the language and print."""
    own = (theme.PRINTS, *(theme.document_language(one) for one in LANGUAGES))
    pages = [_INDEX.read_text(encoding="utf-8"), *own]
    return [text for page in pages for text in _INLINE.findall(page)]


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
