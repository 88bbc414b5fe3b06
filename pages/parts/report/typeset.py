"""A report as PDF, its pages or its pictures as PNG, by the press.

How a page looks is report.typ's to say; this module hands it the content as data, so that nothing of the content is
ever read as markup. Fonts are the system's; without a Chinese one there is no PDF, and the message says what to
install. It must not decide what a report holds.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from model.policy import RefusedError
from pages.parts import theme
from pages.parts.report.structure import SHORT, Block, Picture, Report
from pages.parts.words import texts

HERE = Path(__file__).parent
STANDARDS = ("a-2a", "ua-1")
"""PDF/A-2a, to be archived, and PDF/UA-1, to be read aloud."""
PIXELS_PER_INCH = 300
PATIENCE_SECONDS = 300
_PICTURES = """
#set page(width: auto, height: auto, margin: 0pt, fill: white)
#for (at, one) in json(bytes(sys.inputs.pictures)).enumerate() {
  if at > 0 { pagebreak() }
  image(bytes(one.drawing), format: "svg", width: one.width * 1pt)
}
"""


class PressError(RuntimeError):
    """The press could not set what it was given; the message is the press's own."""


@dataclass(frozen=True)
class Fonts:
    """The families that a report is set in: text, and the title."""

    text: str
    title: str


@cache
def fonts() -> Fonts:
    """The first of the look's families that this machine has. RefusedError where it has no Chinese one."""
    known = families()
    text = next((one for one in theme.families(theme.FONTS) if one in known), None)
    if text is None:
        raise RefusedError("no_font", texts()["report.no_font"])
    title = next((one for one in theme.families(theme.TITLE_FONTS) if one in known), text)
    return Fonts(text, title)


def families() -> set[str]:
    """The families of fonts that this machine has."""
    return set(_pressed({"families": True}))


def pdf(report: Report) -> bytes:
    """The report as a PDF with its fonts embedded, its charts as vectors, and its parts tagged."""
    (made,) = _files({"standards": STANDARDS, **_document(report)})
    return made


def pages(report: Report, ppi: int) -> list[bytes]:
    """The pages of the same as PNG."""
    return _files({"ppi": ppi, **_document(report)})


def rasters(pictures: Sequence[Picture]) -> dict[Picture, bytes]:
    """Each of the pictures as PNG, all in one go; they hold no words, so that no font is needed."""
    once = list(dict.fromkeys(pictures))
    if not once:
        return {}
    inputs = {"pictures": json.dumps([asdict(one) for one in once])}
    made = _files({"ppi": PIXELS_PER_INCH, "template": _PICTURES, "inputs": inputs})
    return dict(zip(once, made, strict=True))


def _document(report: Report) -> dict[str, Any]:
    """The template and what it is given: the content, and the look."""
    look = {"fonts": asdict(fonts()), "tones": theme.TONES, "colours": theme.PAPER, "short": SHORT}
    content = asdict(report) | {
        "sections": [
            {"title": one.title, "blocks": [_block(block) for block in one.blocks]} for one in report.sections
        ],
        "name": report.name,
        "made_at": report.made_at.timetuple()[:6],
    }
    inputs = {"report": json.dumps(content, ensure_ascii=False), "look": json.dumps(look)}
    return {"template": (HERE / "report.typ").read_text(encoding="utf-8"), "inputs": inputs}


def _block(block: Block) -> dict[str, Any]:
    return {"kind": type(block).__name__} | asdict(block)


def _files(asked: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(one) for one in _pressed(asked)]


def _pressed(asked: dict[str, Any]) -> list[str]:
    """What the press makes of this. PressError where it cannot."""
    command = [sys.executable, str(HERE / "press.py")]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise PressError(error.stderr.decode(errors="replace").strip().split("\n")[-1]) from error
    except subprocess.TimeoutExpired as error:
        raise PressError(f"not done after {PATIENCE_SECONDS} s") from error
    made: list[str] = json.loads(done.stdout)
    return made
