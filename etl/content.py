"""Content: the bytes of a file, unpacked, and what all of them say of its encoding.

It decides in which encoding a file is read, and must not look for rows or columns in it.
"""

from __future__ import annotations

import codecs
import gzip
import os
import re
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from etl import readers
from etl.inbox import RefusedError

CHUNK = 1 << 20
_PIECE = 1 << 13
"""Bytes looked at together for anything but ASCII: words stand in few places of a file, and decoding is slow."""
_BROKEN = readers.BROKEN
_WIDE_CHARACTER = re.compile("[\u0800-\ufffc\U00010000-\U0010ffff]")
_NOT_ASCII = re.compile(r"(?P<before>[A-Za-z]?)(?P<run>[^\x00-\x7f]+)(?P<after>[A-Za-z]?)")
_SIGNS = "\u00a0°×·²³±§"
_WIDE_BLANKS = [blank.encode() for blank in readers.BLANKS if not blank.isascii()]
_UNTIDY = ((b"\t", b"\t"), (b'"', b'\n",'), *((blank[:1], blank) for blank in _WIDE_BLANKS))
"""Bytes by which values may have blanks around them that the fast path leaves alone: tabs, wide spaces, line ends.

Each behind a rare byte of its own, which is looked for first: it is found absent ten times as fast.
"""


@contextmanager
def opened(path: Path, is_gzip: bool) -> Iterator[IO[bytes]]:
    """The content of a file, unpacked; RefusedError where the compression is broken."""
    try:
        with path.open("rb") as plain:
            if is_gzip:
                with gzip.open(plain) as unpacked:
                    yield unpacked  # type: ignore[misc]
            else:
                yield plain
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise RefusedError(f"gzip: {error}; the file is truncated or damaged") from error


@contextmanager
def in_memory(content: IO[bytes]) -> Iterator[Path]:
    """A path to a copy of the content that is on no disk, for a reader that wants a file."""
    descriptor = os.memfd_create("unpacked")
    try:
        with open(descriptor, "wb", closefd=False) as file:
            shutil.copyfileobj(content, file, CHUNK)
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


@dataclass
class _Scan:
    """What all bytes of a file say when they are read in one encoding."""

    errors: int = 0
    is_ascii: bool = True
    is_wide: bool = False
    is_untidy: bool = False
    is_endless: bool = False


def detect_encoding(path: Path, is_gzip: bool) -> tuple[str, _Scan]:
    """UTF-8 (with or without mark), UTF-16 or GB18030, decided on every byte; and what else was seen on the way.

    A file that is of no encoding throughout is read in the one that leaves fewer broken places; the rows that hold
    them are marked by the reader.
    """
    with opened(path, is_gzip) as content:
        head = content.read(64)
    if wide := _utf_16(head):
        return wide, _Scan()
    utf_8 = _scan(path, is_gzip, "utf-8")
    if utf_8.is_ascii or head.startswith(codecs.BOM_UTF8):
        return ("utf-8" if utf_8.is_ascii else "utf-8-sig"), utf_8
    if not utf_8.errors:
        is_chance = not utf_8.is_wide and _reads_as_gb18030(path, is_gzip)
        return ("gb18030" if is_chance else "utf-8"), utf_8
    return ("utf-8" if _is_mostly_utf_8(path, is_gzip, utf_8.errors) else "gb18030"), utf_8


def _utf_16(head: bytes) -> str:
    """UTF-16 by its mark, or by the zero bytes of an ASCII header without one."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 4 < len(head):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _scan(path: Path, is_gzip: bool, encoding: str) -> _Scan:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    found, is_start, length = _Scan(), True, 0
    with opened(path, is_gzip) as content:
        while chunk := content.read(CHUNK):
            body, is_start = chunk[3:] if is_start else chunk, False
            found.is_untidy = found.is_untidy or any(
                rare in body and blank in body for rare, blank in _UNTIDY
            )
            length = len(chunk) - last - 1 if (last := chunk.rfind(b"\n")) >= 0 else length + len(chunk)
            found.is_endless = found.is_endless or length > readers.MAXIMUM_LINE
            for start in range(0, len(chunk), _PIECE):
                piece = chunk[start : start + _PIECE]
                if piece.isascii() and not decoder.getstate()[0]:
                    continue
                found.is_ascii = False
                text = decoder.decode(piece)
                found.errors += text.count(_BROKEN)
                found.is_wide = found.is_wide or bool(_WIDE_CHARACTER.search(text))
    found.errors += decoder.decode(b"", final=True).count(_BROKEN)
    return found


def _reads_as_gb18030(path: Path, is_gzip: bool) -> bool:
    """Whether valid UTF-8 of two-byte characters only is rather GB18030, as a few Chinese words in it may look.

    A single character beside a letter is an accent (Café), and some are signs (3 × 4 °C); all others are words.
    """
    if _scan(path, is_gzip, "gb18030").errors:
        return False
    accents, words = 0, 0
    with opened(path, is_gzip) as content:
        for found in _NOT_ASCII.finditer(readers.decoded(content, "utf-8").read(CHUNK)):
            is_sign = found["run"] in _SIGNS or found["before"] or found["after"]
            is_accent = len(found["run"]) == 1 and is_sign
            accents, words = accents + bool(is_accent), words + (not is_accent)
    return words > accents


def _is_mostly_utf_8(path: Path, is_gzip: bool, errors: int) -> bool:
    """Whether more characters of three bytes and more stand in a file than places that are broken as UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    characters = 0
    with opened(path, is_gzip) as content:
        while (chunk := content.read(CHUNK)) and characters <= errors:
            characters += len(_WIDE_CHARACTER.findall(decoder.decode(chunk)))
    return characters > errors
