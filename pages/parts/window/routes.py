"""The window's HTTP routes. No route may show a record; every one is counted beside the wall's."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from model.indicators import DeclarationError
from model.policy import RefusedError
from model.vault import VaultError
from pages.parts.wall import metrics
from pages.parts.window import card, codes, forms, guide, notice, place, progress, render, standard, visitor
from pages.parts.window.forms import Form, RefusedFormError
from pages.parts.window.refusals import REFUSALS
from pages.parts.words import LANGUAGES, Words

LOG = logging.getLogger(__name__)
Handler = Callable[[Request], Response]
Posted = Callable[[Request, Form], Response]
Answering = Callable[[Request], Awaitable[Response]]


def script(request: Request) -> Response:
    """The kiosk's script, under an address that changes with it."""
    if request.path_params["version"] != render.script_version():
        return guide.missing(request)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return render.packed(request, render.script().encode(), "text/javascript; charset=utf-8", headers)


def safe(handler: Handler) -> Answering:
    """The handler in a thread of its own, for those to whom the window is open.

    What fails is logged by its kind alone and said in a sentence: a form may hold a person's words.
    """

    async def answer(request: Request) -> Response:
        try:
            if not visitor.may("see_public"):
                return render.message(request, "window.closed", 403)
            return await run_in_threadpool(handler, request)
        except RefusedError:
            return render.message(request, "window.closed", 403)
        except VaultError as error:
            LOG.error("the window cannot seal what it is told: %s", error)
            return render.message(request, "window.failed", 503)
        except (
            DeclarationError
        ) as error:  # it names a file of settings and a key; no page can be made without them
            LOG.error("the window cannot be shown: %s", error)
            said = "\n".join(Words(one).say("window.failed_text") for one in LANGUAGES)
            return PlainTextResponse(said, 503)
        except Exception as error:  # noqa: BLE001 - the boundary to the public
            LOG.error("the window failed at %s: %s", request.scope["path"][:60], type(error).__name__)
            return render.message(request, "window.failed", 503)

    return answer


def taken(handler: Posted, most_bytes: int = forms.SMALL_BYTES, most_files: int = 0) -> Answering:
    """The handler of a form that was read within its limits; what is refused is counted and said."""

    async def answer(request: Request) -> Response:
        try:
            given = await forms.read(request, most_bytes, most_files)
        except RefusedFormError as error:
            return refused(request, error)

        def handle(request: Request) -> Response:
            try:
                return handler(request, given)
            except RefusedFormError as error:
                return refused(request, error)

        return await safe(handle)(request)

    return answer


def refused(request: Request, error: RefusedFormError) -> Response:
    """What is said to somebody whose form was not taken."""
    REFUSALS.note(error.code)
    text = render.words_of(request).say(f"window.refused_{error.code}")
    return render.page(request, "refused.html", status=error.status, text=text, back=request.url.path)


_GET: dict[str, Handler] = {
    "/g": guide.services,
    "/g/office/{unit}": guide.office,
    "/g/office/{unit}/poster": codes.office_poster,
    "/g/office/{unit}/code.{kind}": codes.office_code,
    "/g/{service}": guide.guide,
    "/g/{service}/poster": codes.service_poster,
    "/g/{service}/code.{kind}": codes.service_code,
    "/window": guide.services,
    "/kiosk": guide.services,
    "/kiosk/guide/{service}": guide.guide,
    "/window/kiosk-{version}.js": script,
    "/window/notice": notice.page,
    "/window/notice.schema": notice.schema,
    "/window/notice.{kind}": notice.feed,
    "/window/standard": standard.page,
    "/kiosk/notice": notice.page,
    "/kiosk/standard": standard.page,
    "/window/place": place.form,
    "/kiosk/place": place.form,
    "/window/rate": card.rate_form,
    "/window/say": card.say_form,
    "/window/follow": card.follow_form,
    "/window/{what}/code.{kind}": codes.tool_code,
    "/kiosk/rate": card.on_own_phone,
    "/kiosk/say": card.on_own_phone,
    "/window/progress": progress.form,
    "/kiosk/progress": progress.form,
    "/g/{rest:path}": guide.missing,
    "/kiosk/{rest:path}": guide.missing,
    "/window/{rest:path}": guide.missing,
}
_POST: dict[str, Answering] = {
    f"{start}/{path}": taken(handler)
    for start in ("/window", "/kiosk")
    for path, handler in (("place", place.answer), ("progress", progress.answer))
} | {
    "/window/rate": taken(card.rate),
    "/window/follow": taken(card.follow),
    "/window/say": taken(card.say, card.FORM_BYTES, card.FILES),
}
ROUTES = [Route(path, metrics.counted(path, safe(handler))) for path, handler in _GET.items()]
ROUTES += [Route(path, metrics.counted(path, handler), methods=["POST"]) for path, handler in _POST.items()]
