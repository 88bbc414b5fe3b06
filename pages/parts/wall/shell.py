"""The shell's page and its service worker, put together from the files of shell/ once a process.

It exists so that the shell is one document: kept whole or not at all, and of one version. It must hold no data.
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
def document() -> str:
    """The whole page."""
    variables = f":root{{{theme.variables(dark=True)}}}"
    return Template(_read("shell.html")).substitute(
        style=variables + "\n" + _read("shell.css"), script=_script()
    )


@cache
def worker() -> str:
    """The service worker; another shell is another worker, so a browser that meets it keeps the new shell."""
    return f'"use strict";\nconst SHELL = "{state.shell_version()}";\n{_read("worker.js")}'


def _digest(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()


POLICY = (
    "default-src 'none'; connect-src 'self'; frame-src 'self'; worker-src 'self'; img-src 'self' data:; "
    f"style-src 'unsafe-inline'; script-src 'sha256-{_digest(_script())}'; base-uri 'none'; form-action 'none'"
)
"""What the shell may ask for: its own server alone. The copied picture stands under the same rule."""
