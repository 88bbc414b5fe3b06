"""The look as data: colour tokens, the font stack and the style sheet that carries them to the browser.

It exists so that a colour has one home; charts, HTML parts and the style sheet take it from here. It must not
know a page or a number.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

FONTS = "Noto Sans SC, Source Han Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"

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
TRACK = "#eef2f7"
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
    "track": TRACK,
    "chosen": CHOSEN,
    "target": TARGET,
    "target-text": TARGET_TEXT,
    "overdue": OVERDUE,
    "alive": ALIVE,
    "fonts": FONTS,
}


@cache
def style(skip: str) -> str:
    """The style sheet with the tokens as CSS variables, as one <style> element; `skip` words Streamlit's skip link."""
    variables = "".join(f"--{name}:{value};" for name, value in _VARIABLES.items()) + f"--skip:'{skip}';"
    sheet = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
    return f"<style>:root{{{variables}}}\n{sheet}</style>"


def document_language(language: str) -> str:
    """The script that names the page's language, for screen readers and the choice of glyphs."""
    code = {"zh": "zh-CN", "en": "en"}[language]
    return f"<script>document.documentElement.lang = '{code}'</script>"
