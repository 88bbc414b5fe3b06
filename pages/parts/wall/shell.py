"""The shell's page and its service worker, put together from the files of shell/ once a process.

It exists so that a browser keeps the shell whole or not at all, and of one version. It must hold no data.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import Template

from pages.parts import theme
from pages.parts.wall import state

_FOLDER = Path(__file__).parent / "shell"
_SCRIPTS = ("clock.js", "store.js", "copy.js", "picture.js", "draw.js", "server.js", "rotation.js", "main.js")
"""In the order in which they stand in the page; main.js starts."""


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


@cache
def _script() -> str:
    scripts = "\n".join(_read(name) for name in _SCRIPTS)
    return f'const SHELL = "{state.shell_version()}";\n{scripts}'


@cache
def _holder_script() -> str:
    return f'const VERSION = "{state.holder_version()}";\n{_read("holder.js")}'


def document() -> str:
    """The shell's page."""
    return _document('<div id="stage"></div><p id="note" hidden></p>', _script())


def holder() -> str:
    """The page that holds the shell: the one that a display opens."""
    return _document("", _holder_script())


@cache
def _document(body: str, script: str) -> str:
    style = f":root{{{theme.variables(dark=True)}}}\n{_read('shell.css')}"
    return Template(_read("shell.html")).substitute(style=style, body=body, script=script)


@cache
def worker() -> str:
    """The service worker; another shell is another worker, so a browser that meets it keeps the new shell."""
    return f'"use strict";\nconst SHELL = "{state.shell_version()}";\n{_read("worker.js")}'


def _digest(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()


POLICY = (
    "default-src 'none'; connect-src 'self'; frame-src 'self'; worker-src 'self'; img-src 'self' data:; "
    f"style-src 'unsafe-inline'; script-src 'sha256-{_digest(_script())}' "
    f"'sha256-{_digest(_holder_script())}'; base-uri 'none'; form-action 'none'"
)
"""What the shell may ask for: its own server alone. The copied picture stands under the same rule."""
