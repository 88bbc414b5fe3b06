"""One envelope: the sealed parts of a matter or a ticket in one file, and opening it with the private key.

It is handed over as it is, by whatever way: whoever finds it can read nothing of it but its number. This module must
not know the ledger, and must not write what it opened.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from model import vault

Kind = Literal["matter", "ticket"]
ENDING = ".envelope"
_FORMAT = "integrity envelope 1"


class EnvelopeError(ValueError):
    """A file that is no envelope."""


@dataclass(frozen=True)
class Envelope:
    """What is sealed of one thing: its texts, and its files with their media types.

    `is_sealed`: False for what came while no key was configured; who spoke had been dropped from it.
    """

    kind: Kind
    object_id: str
    texts: tuple[bytes, ...]
    files: tuple[tuple[str, bytes], ...] = ()
    is_sealed: bool = True

    def packed(self) -> bytes:
        """The envelope as a file."""
        content = {
            "format": _FORMAT,
            "kind": self.kind,
            "number": self.object_id,
            "is_sealed": self.is_sealed,
            "texts": [_text(one) for one in self.texts],
            "files": [{"media_type": media_type, "content": _text(one)} for media_type, one in self.files],
        }
        return json.dumps(content, ensure_ascii=False, indent=1).encode()

    @staticmethod
    def unpacked(content: bytes) -> Envelope:
        """The envelope that a file holds."""
        try:
            given = json.loads(content)
            if given["format"] != _FORMAT:
                raise EnvelopeError(f"expected the format {_FORMAT}")
            files = tuple((one["media_type"], _bytes(one["content"])) for one in given["files"])
            texts = tuple(_bytes(one) for one in given["texts"])
            return Envelope(given["kind"], given["number"], texts, files, given["is_sealed"])
        except (ValueError, KeyError, TypeError, binascii.Error) as error:
            raise EnvelopeError("this file is no envelope") from error


@dataclass(frozen=True)
class Opened:
    """What was in an envelope: each text as its fields, and the files by name."""

    texts: tuple[Mapping[str, Any], ...]
    files: Sequence[tuple[str, bytes]]


def opened(envelope: Envelope, private: bytes | None) -> Opened:
    """Open an envelope. VaultError where this is not its key."""
    if envelope.is_sealed and private is None:
        raise vault.VaultError("it is sealed: the private key is needed")

    def plain(sealed: bytes) -> bytes:
        return vault.unseal(sealed, private) if envelope.is_sealed and private is not None else sealed

    texts = tuple(json.loads(plain(one)) for one in envelope.texts)
    names = [name for text in texts for name in text.pop("files", ())]
    found = [plain(content) for _, content in envelope.files]
    return Opened(texts, list(zip(names, found, strict=True)))


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
