"""What people send: read within limits, from this site's own pages only, as plain text.

A form that is too large, foreign or malformed is refused before anything is made of it. Nothing of it is ever logged.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from pages.parts import origins

SMALL_BYTES = 16_000
PLAIN_BYTES = 64_000
"""What a form without files may hold, and each field of one with files: 4,000 signs of Chinese take 36,000 there.
Taking a few megabytes of fields apart would keep every page and wall of the process waiting."""
FIELDS = 40


class RefusedFormError(Exception):
    """A form that is not taken; `code` is the key of its words and of the count of refusals."""

    def __init__(self, code: str, status: int = 400) -> None:
        self.code, self.status = code, status
        super().__init__(code)


@dataclass(frozen=True)
class Form:
    """The fields of a form, and files by name and content."""

    fields: Mapping[str, str]
    files: list[tuple[str, bytes]] = field(default_factory=list)

    def text(self, name: str, most: int, *, is_long: bool = False) -> str:
        """A field without control signs and outer space; refused where it is longer than it may be."""
        given = self.fields.get(name, "").replace("\r\n", "\n").strip()
        # Measured first: composing many marks on one letter takes the square of their number.
        if len(given) > most:
            raise RefusedFormError("oversized", 413)
        found = unicodedata.normalize("NFC", given)
        allowed = "\n\t" if is_long else ""
        if any(unicodedata.category(sign) in ("Cc", "Cs", "Co") and sign not in allowed for sign in found):
            raise RefusedFormError("malformed")
        return found


class _InMemory(MultiPartParser):
    """Lays no file down on a disk, not even for a moment: it is sealed first. The bound of a form bounds it."""

    spool_max_size = 0  # without end


async def read(request: Request, most_bytes: int = SMALL_BYTES, most_files: int = 0) -> Form:
    """The form of a request. RefusedFormError where it may not be taken."""
    _require_own(request)
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise RefusedFormError("malformed", 415)
    plain_bytes = min(most_bytes, PLAIN_BYTES)
    request._body = await _within(request, most_bytes if kind == "multipart/form-data" else plain_bytes)
    try:
        if kind == "multipart/form-data":
            given = await _InMemory(
                request.headers,
                request.stream(),
                max_files=most_files or 1,
                max_fields=FIELDS,
                max_part_size=plain_bytes,
            ).parse()
        else:
            given = await request.form(max_fields=FIELDS)
    except (HTTPException, MultiPartException, UnicodeDecodeError, ValueError, KeyError) as error:
        raise RefusedFormError("malformed") from error
    return await _taken(given, most_files)


def _require_own(request: Request) -> None:
    """A form that another site's page sends is not what the person meant to send here."""
    origin = request.headers.get("origin")
    if origin and origin != "null" and not origins.is_own(origin, request.headers):
        raise RefusedFormError("foreign", 403)
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise RefusedFormError("foreign", 403)


async def _within(request: Request, most: int) -> bytes:
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > most:
        raise RefusedFormError("oversized", 413)
    found = bytearray()
    try:
        async for part in request.stream():
            found += part
            if len(found) > most:
                raise RefusedFormError("oversized", 413)
    except ClientDisconnect as error:  # a phone that lost its line
        raise RefusedFormError("malformed") from error
    return bytes(found)


async def _taken(given: FormData, most_files: int) -> Form:
    fields: dict[str, str] = {}
    files: list[tuple[str, bytes]] = []
    for name, value in given.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
            if content or value.filename:
                files.append((value.filename or "", content))
        elif name in fields:
            raise RefusedFormError("malformed")
        else:
            fields[name] = value
    if len(files) > most_files:
        raise RefusedFormError("malformed")
    return Form(fields, files)
