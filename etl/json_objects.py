"""JSON values one after another, without holding the text: a line's, or the elements of one array.

A line of JSON Lines stands for itself, so a broken one is one broken row. An array is one document: where it is
broken, nothing says any more which element is which, so the file is refused. A key that stands twice in an object is
an error, not the last one's value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import IO, Any

from etl.inbox import RefusedError

CHUNK = 1 << 20
_BLANK = re.compile(r"[ \t\r\n\ufeff]*")
_KEY = re.compile(r'"([A-Za-z_][A-Za-z0-9_ ]{0,62})"\s*:')
"""Keys as a message may show them: what does not look like a column's name may be a value that lost its quotes."""


class _Decoder:
    """Python's decoder, which keeps in `repeated` a key that stood twice in the last value decoded."""

    def __init__(self) -> None:
        self.repeated: str | None = None
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            self.repeated = next(key for key in keys if keys.count(key) > 1)
        return found

    def decode(self, text: str, start: int) -> tuple[Any, int]:
        """The value that begins here and where it ends. ValueError or RecursionError where there is none."""
        self.repeated = None
        return self._decoder.raw_decode(text, start)

    def checked(self, value: Any) -> dict[str, Any] | str:
        """The value where it is a proper object, else a sentence that says why not."""
        if self.repeated is not None:
            return f"JSON: key {self.repeated} stands twice"
        return value if isinstance(value, dict) else "JSON: not an object"


def of_lines(lines: Iterator[str]) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Each non-blank line's number among them and its object, or a sentence that says why it is none."""
    decoder, number = _Decoder(), 0
    for line in lines:
        start = _after_blank(line, 0)
        if start == len(line):
            continue
        number += 1
        try:
            value, end = decoder.decode(line, start)
        except (ValueError, RecursionError) as error:
            yield number, f"JSON: {_reason(error)}"
        else:
            is_whole = _after_blank(line, end) == len(line)
            yield number, decoder.checked(value) if is_whole else "JSON: more than one value"


def is_array(text: IO[str]) -> bool:
    """Whether a text begins as an array does; it stands at its start again afterwards."""
    first = " "
    while first and not first.strip(" \t\r\n\ufeff"):
        first = text.read(1)
    text.seek(0)
    return first == "["


def of_array(text: IO[str], longest: int, chunk: int = CHUNK) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Each element's number and its object, or a sentence that says why it is none.

    RefusedError where the array is broken, not closed or followed by something, or an element has more characters
    than `longest`. `chunk`: how many are read at a time.
    """
    window, decoder, number = _Window(text, longest, chunk), _Decoder(), 0
    window.take()
    while window.peek() != "]" or number:
        number += 1
        value = window.value(decoder, number)
        yield number, decoder.checked(value)
        if window.peek() != ",":
            break
        window.take()
    if window.peek() != "]":
        raise RefusedError(
            f"element {number}: is followed by neither a comma nor the end of the array; is the file whole?"
        )
    window.take()
    if window.peek():
        raise RefusedError(f"element {number}: something follows the end of the array; expected one array")


class _Window:
    """The part of a text that is being decoded: `place` is how far it is read, what lies before it is let go."""

    def __init__(self, text: IO[str], longest: int, chunk: int) -> None:
        self.text, self.longest, self.chunk = text, longest, chunk
        self.part, self.place, self.is_all = "", 0, False

    def _more(self) -> None:
        added = self.text.read(self.chunk)
        self.part, self.place, self.is_all = self.part[self.place :] + added, 0, not added

    def peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            self.place = _after_blank(self.part, self.place)
            if self.place < len(self.part) or self.is_all:
                return self.part[self.place : self.place + 1]
            self._more()

    def take(self) -> None:
        """Go past the character that `peek` shows."""
        if self.peek():
            self.place += 1

    def value(self, decoder: _Decoder, number: int) -> Any:
        """The value that stands next, read on until it is whole."""
        self.peek()
        while True:
            try:
                value, end = decoder.decode(self.part, self.place)
            except (ValueError, RecursionError) as error:
                if self.is_all or isinstance(error, RecursionError):
                    raise self._broken(number, error) from error
            else:
                if end < len(self.part) or self.is_all:
                    self.place = end
                    return value
            if len(self.part) - self.place > self.longest:
                raise RefusedError(
                    f"element {number} is broken or longer than {self.longest:,} characters; expected objects"
                )
            self._more()

    def _broken(self, number: int, error: Exception) -> RefusedError:
        position = error.pos if isinstance(error, json.JSONDecodeError) else len(self.part)
        keys = _KEY.findall(self.part[self.place : position])
        if keys:
            return RefusedError(
                f"element {number}, key {keys[-1]}: {_reason(error)}; expected an array of objects"
            )
        return RefusedError(f"element {number}: {_reason(error)}; expected an array of objects")


def _after_blank(text: str, place: int) -> int:
    found = _BLANK.match(text, place)
    return found.end() if found else place


def _reason(error: Exception) -> str:
    """What the decoder says, without its positions: they count from where its part of the text began."""
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)
