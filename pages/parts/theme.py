"""The look as data: colour tokens, the font stack and the style sheet that carries them to the browser.

It exists so that a colour has one home; charts, HTML parts and the style sheet take it from here. It must not
know a page or a number.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

FONTS = "Noto Sans SC, Source Han Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
TITLE_FONTS = "Noto Serif SC, Source Han Serif SC, Noto Serif CJK SC, Songti SC, SimSun, serif"
"""The title of a document: the only thing that is set with serifs."""

OFFICE_FONTS = {"text": ("Arial", "Microsoft YaHei"), "title": ("Times New Roman", "SimSun")}
"""Latin and Chinese of a document that is worked on elsewhere: named there, not carried along."""

BACKGROUND = "#f6f8fb"
PANEL = "#ffffff"
LINE = "#e3e9f1"
INK = "#14233a"
SOFT = "#4f6078"
FAINT = "#5f6f86"
IMPROVING = "#1f6fd1"
CONCERNING = "#d9730d"
CONCERNING_TEXT = "#b45309"
ORDINARY = "#8a98ab"
ORDINARY_TEXT = "#5c6b80"
ORDINARY_PALE = "#d5dde7"
SHADE = "#5b7391"
CELL_STEPS = ("#e3eefb", "#b5d2f3", "#78abe5", "#2f79cf")
TRACK = "#eef2f7"
BAND = "#eef2f7"
CHOSEN = "#e8f1fc"
TARGET = "#c99a1b"
OVERDUE = "#c8323a"
TARGET_TEXT = "#8a6a10"
ALIVE = "#178f7a"

_VARIABLES = {
    "background": BACKGROUND,
    "panel": PANEL,
    "line": LINE,
    "ink": INK,
    "soft": SOFT,
    "faint": FAINT,
    "improving": IMPROVING,
    "concerning": CONCERNING,
    "concerning-text": CONCERNING_TEXT,
    "ordinary": ORDINARY,
    "ordinary-text": ORDINARY_TEXT,
    "ordinary-pale": ORDINARY_PALE,
    "shade": SHADE,
    **{f"cell-{index}": colour for index, colour in enumerate(CELL_STEPS)},
    "track": TRACK,
    "chosen": CHOSEN,
    "target": TARGET,
    "target-text": TARGET_TEXT,
    "overdue": OVERDUE,
    "alive": ALIVE,
    "fonts": FONTS,
}

PAPER = {"ink": INK, "soft": SOFT, "faint": FAINT, "line": LINE, "ground": BACKGROUND}
"""The tokens of a document on paper."""

TONES: dict[str, dict[str, str | bool]] = {
    "plain": {"colour": INK, "bold": False},
    "strong": {"colour": INK, "bold": True},
    "absent": {"colour": FAINT, "bold": False},
    "good": {"colour": ORDINARY_TEXT, "bold": False},
    "better": {"colour": IMPROVING, "bold": False},
    "worse": {"colour": CONCERNING_TEXT, "bold": True},
    "attention": {"colour": CONCERNING_TEXT, "bold": False},
    "target": {"colour": TARGET_TEXT, "bold": False},
    "overdue": {"colour": OVERDUE, "bold": True},
}
"""What each tone of a table's cell is on paper; on a page style.css says the same."""

WALL = {
    "background": "#071629",
    "glow": "#0e2f57",
    "panel-top": "#112b4c",
    "panel": "#0c2340",
    "panel-low": "#0a1d37",
    "line": "#1d3c63",
    "ink": "#e8f1ff",
    "soft": "#9db6d4",
    "faint": "#8aa5c9",
    "improving": "#4fb3ff",
    "concerning": "#ff9f43",
    "ordinary": "#8aa0bd",
    "target": "#f2c96b",
    "overdue": "#ff6268",
    "alive": "#46d6c0",
    "chosen": "#1b4a82",
    "band": "#143360",
    "track": "#15304f",
    "bar": "#2a63ab",
    "pale": "#c3d6ee",
    "room-3": "#1d4674",
    "room-2": "#2c69b4",
    "room-1": "#7fb0e6",
    "room-0": "#cbd8ec",
}
"""The wall's own tokens: dark, read from five metres. room-3 to room-0: the places that a market cell has left."""


def families(stack: str) -> list[str]:
    """The families of a font stack, in order; the generic one is not among them."""
    return [one.strip() for one in stack.split(",")][:-1]


@cache
def style(skip: str, choose_file: str = "") -> str:
    """The style sheet with the tokens as CSS variables, as one <style> element.

    `skip` and `choose_file` word what Streamlit words in English only: its skip link, and the button of its uploader.
    """
    variables = "".join(f"--{name}:{value};" for name, value in _VARIABLES.items())
    variables += f"--skip:'{skip}';--choose-file:'{choose_file}';"
    sheet = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
    return f"<style>:root{{{variables}}}\n{sheet}</style>"


@cache
def wall_style() -> str:
    """The wall's style sheet with its tokens, which hold within its scenes only, as one <style> element."""
    sheet = (Path(__file__).parent / "wall.css").read_text(encoding="utf-8")
    return f"<style>.wall-scene, .stApp:has(.wall-document){{{variables(dark=True)}}}\n{sheet}</style>"


PRINTS = "<script>document.querySelector('.print-now').onclick = () => window.print()</script>"
"""Gives the button that prints its work; what stands here may run, as no other script within a page may."""


def document_language(language: str) -> str:
    """The script that names the page's language, for screen readers and the choice of glyphs."""
    code = {"zh": "zh-CN", "en": "en"}[language]
    return f"<script>document.documentElement.lang = '{code}'</script>"


def variables(*, dark: bool = False) -> str:
    """The tokens as CSS variables, for the HTML pages beside Streamlit's; the wall's own where it is dark."""
    tokens = WALL | {"fonts": FONTS} if dark else _VARIABLES
    return "".join(f"--{name}:{value};" for name, value in tokens.items())
