"""一卡通: rate a visit once by its code; say something, sealed as it comes in; follow it by its receipt.

What is written is sealed before anything is kept, and never logged. No rating is shown from here: they become records
like those of every other source, and small numbers stay hidden.
"""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from ledger import attachments
from ledger.window import codes, matters, ratings
from model import vault
from model.contract import TABLES
from model.policy import RefusedError
from pages.parts.reads import window as reads
from pages.parts.wall.state import current
from pages.parts.window import guide, render, visitor
from pages.parts.window.forms import Form, RefusedFormError
from pages.parts.window.limits import LIMITER
from pages.parts.window.refusals import REFUSALS
from pages.parts.window.setup import setup

LOG = logging.getLogger(__name__)
TEXT_SIGNS, NAME_SIGNS = 4000, 60
FILES, FILE_BYTES = 3, 5_000_000
FORM_BYTES = FILES * FILE_BYTES + 64_000
CATEGORIES = TABLES["complaint"].columns["category"].info["codes"]
CONDUCTS = TABLES["complaint"].columns["conduct_code"].info["codes"]


class UnavailableError(RuntimeError):
    """The ledger cannot be reached: nothing was taken."""


def on_own_phone(request: Request) -> Response:
    """A kiosk in a hall is no place to write such things: it shows the code that leads there."""
    what = request.url.path.rsplit("/", 1)[-1]
    key = {"say": "window.complain_link", "rate": "window.rate_link"}[what]
    heading = render.words_of(request).say(key)
    return render.page(request, "lead.html", heading=heading, image=f"/window/{what}/code.svg")


# --- rating -----------------------------------------------------------------------------------------------------------


def rate_form(request: Request) -> Response:
    """Ask for the code, then for the rating. A code that comes by the address is filled in."""
    return _rating(request, request.query_params.get("code", "")[:20])


def rate(request: Request, given: Form) -> Response:
    """Take a rating. A code that was used, has expired or never was is refused alike."""
    code = given.text("code", 20)
    _limit(request, "rate")
    rating = given.text("rating", 30)
    if len(codes.plain(code)) != codes.CODE_SIGNS:
        raise RefusedFormError("code", 404)
    if rating not in ratings.SCALE:
        raise RefusedFormError("rating_missing")
    aspects = {name: _grade(given, name) for name in ratings.ASPECTS}
    try:
        with visitor.ledger().write(visitor.required()) as recorder:
            stars = {name: grade for name, grade in aspects.items() if grade is not None}
            ratings.rate(recorder, code, visitor.hash_key(), rating, stars)
    except RefusedError as error:
        raise RefusedFormError("code" if error.code == "code" else "not_allowed", 404) from error
    return render.message(request, "window.rated", 200)


def _grade(given: Form, name: str) -> int | None:
    text = given.text(name, 1)
    if text and text not in "12345":
        raise RefusedFormError("malformed")
    return int(text) if text else None


def _rating(request: Request, code: str) -> Response:
    shown = codes.spaced(codes.plain(code)) if len(codes.plain(code)) == codes.CODE_SIGNS else ""
    return render.page(request, "rate.html", code=shown, scale=ratings.SCALE, aspects=ratings.ASPECTS)


# --- what people say --------------------------------------------------------------------------------------------------


def say_form(request: Request) -> Response:
    """What it is about, the words, files, and who speaks, if they like."""
    return _saying(request, Form({}))


def _saying(request: Request, held: Form, error: RefusedFormError | None = None) -> Response:
    """The form, with what was written where it was not taken: nobody writes it twice. Files are to be chosen again."""
    keys = ([f"refused_{error.code}"] if error else []) + ["files_again"] * bool(held.files)
    alert = " ".join(render.words_of(request).say(f"window.{key}") for key in keys)
    return render.page(
        request, "say.html", status=error.status if error else 200, alert=alert, held=held.fields,
        categories=CATEGORIES, conducts=CONDUCTS, offices=guide.offices(), can_seal=_key() is not None, files=FILES,
        megabytes=FILE_BYTES // 1_000_000, most=TEXT_SIGNS,
    )  # fmt: skip


def say(request: Request, given: Form) -> Response:
    """Seal what was said, keep it, and give the receipt."""
    if given.text("website", 200):
        raise RefusedFormError("malformed")  # a field that people do not see: a program filled it in
    try:
        said = _said(given)
        _limit(request, "say")
    except RefusedFormError as error:
        REFUSALS.note(error.code)
        return _saying(request, given, error)
    sealed, unit_id, limits = matters.seal(said, _key()), _handling_unit(), setup().matters
    deadlines = matters.Deadlines(limits.accept_days, limits.close_days)
    try:
        with visitor.ledger().write(visitor.required()) as recorder:
            receipt = matters.submit(recorder, sealed, unit_id, visitor.hash_key(), deadlines)
    except (SQLAlchemyError, OSError) as error:
        LOG.error("the window failed at %s: %s", request.scope["path"], type(error).__name__)
        return _saying(request, given, RefusedFormError("unavailable", 503))
    return render.page(request, "receipt.html", receipt=receipt, is_sealed=sealed.is_sealed)


def _said(given: Form) -> matters.Said:
    category, conduct = given.text("category", 20), given.text("conduct_code", 30)
    text = given.text("text", TEXT_SIGNS, is_long=True)
    target = given.text("unit", 32)
    if (
        category not in CATEGORIES
        or (conduct and conduct not in CONDUCTS)
        or (target and not guide.office_of(target))
    ):
        raise RefusedFormError("malformed")
    if len(text) < 5:
        raise RefusedFormError("text_missing")
    return matters.Said(
        category=category,
        text=text,
        conduct_code=conduct or None,
        target_unit_id=target or None,
        target_person=given.text("target_person", NAME_SIGNS),
        name=given.text("name", NAME_SIGNS),
        phone=given.text("phone", NAME_SIGNS),
        files=[_file(name, content) for name, content in given.files],
    )


def _file(name: str, content: bytes) -> tuple[str, str, bytes]:
    """A file that may be taken: by its size and by what its bytes are."""
    kind = attachments.sniffed(content) if 0 < len(content) <= FILE_BYTES else None
    if kind is None:
        raise RefusedFormError("file")
    media_type: str = attachments.limits()["kind"][kind]["media_type"]
    return attachments.plain_name(name), media_type, content


def _key() -> bytes | None:
    return vault.public_key(visitor.folder())


def _handling_unit() -> str:
    """The bureau at the head of the window: never the office that a matter is about."""
    snapshot = current()
    found = reads.root(snapshot, setup().unit_id) if snapshot else setup().unit_id
    if not found:
        raise UnavailableError("no unit is known to handle it")
    return found


# --- following it -----------------------------------------------------------------------------------------------------


def follow_form(request: Request) -> Response:
    """Ask for the receipt."""
    return render.page(request, "follow.html", standing=None, categories=CATEGORIES)


def follow(request: Request, given: Form) -> Response:
    """How far a matter is, for the one who holds its receipt."""
    receipt = given.text("receipt", 40)
    limits = setup().limits
    if not LIMITER.count(limits.lookups_per_address, limits.window, "follow", visitor.address(request)):
        raise RefusedFormError("too_often", 429)
    with visitor.ledger().read() as session:
        found = matters.follow(session, receipt, visitor.hash_key())
    if found is None:
        raise RefusedFormError("receipt", 404)
    return render.page(request, "follow.html", standing=found, categories=CATEGORIES)


def _limit(request: Request, what: str) -> None:
    limits = setup().limits
    if not LIMITER.count(limits.submissions_per_address, limits.window, what, visitor.address(request)):
        raise RefusedFormError("too_often", 429)
