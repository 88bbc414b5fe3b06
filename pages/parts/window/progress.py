"""One's own application: with its number and the last four characters of the applicant's document, how far it is.

A wrong number and a wrong document are answered alike, in the same time; after some wrong tries the number rests. What
was typed is in no address, no log and no answer.
"""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from model import answers, vault
from model.contract import TABLES
from pages.parts.wall.state import current
from pages.parts.window import render, visitor
from pages.parts.window.forms import Form, RefusedFormError
from pages.parts.window.limits import LIMITER
from pages.parts.window.refusals import REFUSALS
from pages.parts.window.setup import setup

_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z-]{3,39}")
_LAST_FOUR = re.compile(r"[0-9]{3}[0-9X]")
_TYPES = TABLES["licence_application"].columns["application_type"].info["codes"]
STEPS = ("submitted", "accepted", "verified", "reviewed", "decided", "delivered")
"""The stages of a plain application, for the line that shows how far it is."""
_PLACES = {
    "submitted": 0, "supplement": 0, "queued": 0, "accepted": 1, "verified": 2, "reviewed": 3, "granted": 4,
    "refused": 4, "withdrawn": 4, "terminated": 4, "delivered": 5,
}  # fmt: skip


def form(request: Request) -> Response:
    """Ask for the number and the last four characters."""
    key = vault.check_key(visitor.folder())
    return render.page(request, "progress.html", is_open=key is not None, found=None, steps=STEPS, reached=-1)


def answer(request: Request, given: Form) -> Response:
    """How far the application is, for the one who made it."""
    key, snapshot = vault.check_key(visitor.folder()), current()
    if key is None or snapshot is None:
        return render.message(request, "window.no_lookup", 503)
    number, last_four = given.text("number", 40).upper(), given.text("last_four", 8).upper()
    if not (_NUMBER.fullmatch(number) and _LAST_FOUR.fullmatch(last_four)):
        raise RefusedFormError("lookup_malformed")
    limits = setup().limits
    if not LIMITER.count(limits.lookups_per_address, limits.window, "lookup", visitor.address(request)):
        raise RefusedFormError("too_often", 429)
    if LIMITER.is_over(limits.lookups_per_number, limits.window, "number", number):
        raise RefusedFormError("too_often", 429)
    found = answers.progress(snapshot, visitor.required(), number, last_four, key)
    if found is None:
        LIMITER.count(limits.lookups_per_number, limits.window, "number", number)
        REFUSALS.note("lookup_not_found")
        said = render.words_of(request)
        return render.page(
            request, "progress.html", status=404, is_open=True, found=None, steps=STEPS, reached=-1,
            alert=said.say("window.refused_lookup_not_found"),
        )  # fmt: skip
    return render.page(
        request, "progress.html", is_open=True, found=found, steps=STEPS, reached=_PLACES[found.stage],
        application_type=(_TYPES.get(found.application_type, ""), found.application_type.replace("_", " ")),
    )  # fmt: skip
