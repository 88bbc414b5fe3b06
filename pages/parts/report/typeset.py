"""A report as PDF, and its pictures as PNG: the one place where the typesetter (Typst) is called.

How a page looks is report.typ's to say; this module hands it the content as data, so that nothing of the content is
ever read as markup. Fonts are the system's; without a Chinese one there is no PDF, and the message says what to
install. It must not decide what a report holds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from model.policy import RefusedError
from pages.parts import theme
from pages.parts.report.structure import SHORT, Block, Picture, Report
from pages.parts.words import texts

TEMPLATE = Path(__file__).parent / "report.typ"
STANDARDS: tuple[Literal["a-2a", "ua-1"], ...] = ("a-2a", "ua-1")
"""PDF/A-2a, to be archived, and PDF/UA-1, to be read aloud."""
PIXELS_PER_INCH = 300
_PICTURES = b"""
#set page(width: auto, height: auto, margin: 0pt, fill: white)
#for (at, one) in json(bytes(sys.inputs.pictures)).enumerate() {
  if at > 0 { pagebreak() }
  image(bytes(one.drawing), format: "svg", width: one.width * 1pt)
}
"""


@dataclass(frozen=True)
class Fonts:
    """The families that a report is set in: text, and the title."""

    text: str
    title: str


@cache
def fonts() -> Fonts:
    """The first of the look's families that this machine has. RefusedError where it has no Chinese one."""
    known = set(typst.Fonts().families())
    text = next((one for one in theme.families(theme.FONTS) if one in known), None)
    if text is None:
        raise RefusedError("no_font", texts()["report.no_font"])
    title = next((one for one in theme.families(theme.TITLE_FONTS) if one in known), text)
    return Fonts(text, title)


def pdf(report: Report) -> bytes:
    """The report as a PDF with its fonts embedded, its charts as vectors, and its parts tagged."""
    look = {"fonts": asdict(fonts()), "tones": theme.TONES, "colours": theme.PAPER, "short": SHORT}
    content = asdict(report) | {
        "sections": [
            {"title": one.title, "blocks": [_block(block) for block in one.blocks]} for one in report.sections
        ],
        "name": report.name,
        "made_at": report.made_at.timetuple()[:6],
    }
    inputs = {"report": json.dumps(content, ensure_ascii=False), "look": json.dumps(look)}
    made = typst.compile(TEMPLATE.read_bytes(), sys_inputs=inputs, pdf_standards=list(STANDARDS))
    assert isinstance(made, bytes)
    return made


def _block(block: Block) -> dict[str, Any]:
    return {"kind": type(block).__name__} | asdict(block)


def rasters(pictures: Sequence[Picture]) -> dict[Picture, bytes]:
    """Each of the pictures as PNG, all in one go; they hold no words, so that no font is needed."""
    once = list(dict.fromkeys(pictures))
    if not once:
        return {}
    inputs = {"pictures": json.dumps([asdict(one) for one in once])}
    made = typst.compile(_PICTURES, format="png", ppi=PIXELS_PER_INCH, sys_inputs=inputs)
    pages = [made] if isinstance(made, bytes) else made
    return dict(zip(once, pages, strict=True))
