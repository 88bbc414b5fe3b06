"""The sheet of paper on which codes for ratings are printed, one slip a visit.

A slip holds a code and what it is for: no person. The sheet is made once, for the one who asked, and is not kept.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode

from pages.parts.window import render
from pages.parts.window.codes import drawn
from pages.parts.window.setup import setup
from pages.parts.words import Words


def sheet(words: Words, codes: Sequence[str], unit: str, service: str, until: date) -> bytes:
    """A page of HTML that stands alone: codes to cut out, each with the address that asks for the rating.

    Without an address of the window (window.toml) there is nothing to scan, and the code is typed in.
    """
    slips = [{"code": code, "image": _image(code)} for code in codes]
    return render.document(
        words, "slips.html", slips=slips, unit=unit, service=service, until=until.isoformat()
    ).encode()


def _image(code: str) -> str:
    if not setup().address:
        return ""
    address = f"{setup().address}/window/rate?{urlencode({'code': code})}"
    return f"data:image/svg+xml;base64,{b64encode(drawn(address, 'svg')).decode()}"
