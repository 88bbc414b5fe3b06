"""The codes that lead a phone to a guide, and the A4 posters that carry them.

A code holds an address of the window and nothing else: no person, no visit. It must not read records.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

import segno
from starlette.requests import Request
from starlette.responses import Response

from pages.parts import theme
from pages.parts.window import render
from pages.parts.window.guide import missing, office_of, service_of
from pages.parts.window.setup import setup

_MEDIA = {"svg": "image/svg+xml", "png": "image/png"}
_BORDER = 4
"""Modules of quiet zone, as ISO/IEC 18004 asks."""

_COLOURS = {"dark": theme.INK, "light": theme.PANEL}
"""Dark on light wherever it stands: a phone does not read it otherwise."""


@lru_cache(maxsize=512)
def drawn(address: str, kind: str) -> bytes:
    """The code of an address. Level M: a poster may lose 15 % of it and still be read."""
    target = BytesIO()
    code = segno.make(address, error="m", micro=False)
    if kind == "svg":
        code.save(target, kind="svg", scale=10, border=_BORDER, xmldecl=False, omitsize=True, **_COLOURS)
    else:
        code.save(target, kind="png", scale=12, border=_BORDER, **_COLOURS)
    return target.getvalue()


def address_of(request: Request, path: str) -> str:
    """The whole address of a path: under the window's own address, else the one that this request came to."""
    own = setup().address or str(request.base_url).rstrip("/")
    return f"{own}{path}"


def service_code(request: Request) -> Response:
    """The code of a service, of one office where the query names it."""
    if service_of(request) is None:
        return missing(request)
    return _code(request, _service_path(request))


def office_code(request: Request) -> Response:
    """The code of an office."""
    found = office_of(request.path_params["unit"])
    return _code(request, f"/g/office/{found['unit_id']}") if found else missing(request)


def _service_path(request: Request) -> str:
    found = office_of(request.query_params.get("office"))
    path = f"/g/{request.path_params['service']}"
    return f"{path}?office={found['unit_id']}" if found else path


def _code(request: Request, path: str) -> Response:
    kind = request.path_params["kind"]
    if kind not in _MEDIA:
        return missing(request)
    kept = {"Cache-Control": render.KEPT}
    return Response(drawn(address_of(request, path), kind), 200, kept, _MEDIA[kind])


def service_poster(request: Request) -> Response:
    """The poster of a service."""
    service = service_of(request)
    if service is None:
        return missing(request)
    found = office_of(request.query_params.get("office"))
    said = render.words_of(request)
    lead = found["name"] if found else said.pick(service.what.zh, service.what.en)
    image = f"/g/{service.id}/code.svg" + (f"?office={found['unit_id']}" if found else "")
    return render.page(
        request, "poster.html", title=said.pick(service.name.zh, service.name.en), lead=lead, image=image,
        scan="window.open_guide", service=service, counter=setup().counter_of(found["unit_id"] if found else None),
    )  # fmt: skip


def office_poster(request: Request) -> Response:
    """The poster of an office."""
    found = office_of(request.path_params["unit"])
    if found is None:
        return missing(request)
    said = render.words_of(request)
    return render.page(
        request, "poster.html", title=found["name"], lead=said.say("window.services_text"),
        image=f"/g/office/{found['unit_id']}/code.svg", scan="window.scan_office", service=None,
        counter=setup().counter_of(found["unit_id"]),
    )  # fmt: skip


def tool_code(request: Request) -> Response:
    """The code of a page that is better opened on one's own phone."""
    what = request.path_params["what"]
    return _code(request, f"/window/{what}") if what in ("say", "rate") else missing(request)
