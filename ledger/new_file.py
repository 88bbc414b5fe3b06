"""A new file that a command writes: for its owner alone, and nothing of it stays that could not be written whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal


@contextmanager
def new_file(path: Path, mode: Literal["w", "wb"] = "wb") -> Iterator[IO[Any]]:
    """The file, there before it is filled: what cannot be written is not handed out either."""
    text = {"encoding": "utf-8", "newline": ""} if mode == "w" else {}
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), mode, **text) as file:  # type: ignore[call-overload]
        try:
            yield file
            file.flush()
        except BaseException:
            path.unlink()
            raise
