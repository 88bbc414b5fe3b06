"""How a page of the window is written: one template, one language, one answer that a browser may keep or must not.

Every text is escaped by the templates; a page runs no script but the kiosk's own file and asks no other host. It must
not read data.
"""

from __future__ import annotations

import gzip
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from model.indicators import Words as Both
from pages.parts import theme, words
from pages.parts.wall.state import language_of
from pages.parts.window.services import guides
from pages.parts.window.setup import setup
from pages.parts.words import LANGUAGES, Language, Words

_FOLDER = Path(__file__).parent
_WORTH_PACKING = 600
KEPT = "public, max-age=300"
"""What is the same for everybody may be kept for some minutes."""


@dataclass(frozen=True)
class Place:
    """Where a page is shown: on a person's own phone, or on the kiosk of the hall."""

    id: str
    home: str
    guide: str
    tools: str


PHONE = Place("phone", "/g", "/g", "/window")
KIOSK = Place("kiosk", "/kiosk", "/kiosk/guide", "/kiosk")


def place_of(request: Request) -> Place:
    """The kiosk's pages lie under /kiosk."""
    return KIOSK if request.url.path.startswith("/kiosk") else PHONE


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def style() -> str:
    """The style sheet with the tokens of the look."""
    sheet = (_FOLDER / "assets" / "window.css").read_text(encoding="utf-8")
    return f":root{{{theme.variables()}}}\n{sheet}"


@cache
def script() -> str:
    """The kiosk's script."""
    return (_FOLDER / "assets" / "kiosk.js").read_text(encoding="utf-8")


@cache
def script_version() -> str:
    """What tells one script from another, for an address that can be kept for good."""
    return sha256(script().encode()).hexdigest()[:12]


@cache
def policy() -> str:
    """What a page may ask for: its own server alone."""
    digest = b64encode(sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; script-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def words_of(request: Request) -> Words:
    """The language that the address asks for."""
    return Words(language_of(request.query_params.get("lang")))


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    is_kept: bool = False,
    **values: Any,
) -> Response:
    """A page from its template. Only what is the same for everybody may be kept by a browser."""
    said = words_of(request)
    where = place_of(request)
    given = _given(said, where) | values
    text = (
        _environment()
        .get_template(template)
        .render(given, here=request.url.path, query=_query(request, said.language))
    )
    headers = {
        "Content-Security-Policy": policy(),
        "Cache-Control": KEPT if is_kept and status == 200 else "no-store",
        "Content-Language": {"zh": "zh-CN", "en": "en"}[said.language],
    }
    return packed(request, text.encode(), "text/html; charset=utf-8", headers, status)


def document(said: Words, template: str, **values: Any) -> str:
    """A page that is no answer to a request: a file that somebody takes along."""
    return _environment().get_template(template).render(_given(said, PHONE) | values)


def message(request: Request, key: str, status: int) -> Response:
    """A page that says one thing: the words of `key` and of `key`_text."""
    said = words_of(request)
    return page(request, "message.html", status=status, heading=said.say(key), text=said.say(f"{key}_text"))


def packed(
    request: Request, content: bytes, media_type: str, headers: Mapping[str, str], status: int = 200
) -> Response:
    """An answer, packed where that is worth it: phones are often on a slow line."""
    found = dict(headers) | {"Vary": "Accept-Encoding"}
    if len(content) > _WORTH_PACKING and "gzip" in request.headers.get("accept-encoding", ""):
        content = gzip.compress(content, 6, mtime=0)
        found["Content-Encoding"] = "gzip"
    return Response(content, status, found, media_type)


def _given(said: Words, where: Place) -> dict[str, Any]:
    """What every template knows."""

    def both(text: Both) -> str:
        return said.pick(text.zh, text.en)

    return {
        "say": said.say,
        "both": both,
        "pick": said.pick,
        "words": said,
        "language": said.language,
        "languages": LANGUAGES,
        "number": words.number,
        "locale": {"zh": "zh-CN", "en": "en"}[said.language],
        "lang": "" if said.language == words.DEFAULT else f"?lang={said.language}",
        "also": "" if said.language == words.DEFAULT else f"&lang={said.language}",
        "place": where,
        "setup": setup(),
        "guides": guides(),
        "style": Markup(style()),
        "script_version": script_version(),
        "alert": "",
    }


def _query(request: Request, language: Language) -> str:
    """The address's query without its language, for the links that change the language alone."""
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    other = "en" if language == "zh" else "zh"
    url = request.url.replace_query_params(**dict(pairs), lang=other)
    return f"?{url.query}"
