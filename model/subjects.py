"""Subjects: the keys under which a person's columns of the registers are sealed, one a person, and forgetting one.

Whoever stands in a register of persons (model/policy: SUBJECTS) has a random key of their own in the vault. Their
personal columns lie sealed under it in the landing and in every snapshot, so that erasing the one key makes them
unreadable everywhere at once, and what is delivered of them later is dropped. It keeps no plain number of anybody: a
subject is known by a keyed hash. This module must not know a table.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path

from nacl.bindings import crypto_secretbox, crypto_secretbox_NONCEBYTES, crypto_secretbox_open
from nacl.exceptions import CryptoError

from model import vault

FILE = "subject_keys.db"
MARK = "sealed:"
"""What a sealed text begins with; then the subject's reference, a colon, and the box in base64."""
_KEY_BYTES = 32
_REFERENCE = 16
_TABLES = """
CREATE TABLE IF NOT EXISTS subject_key (reference TEXT PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS erased (reference TEXT PRIMARY KEY, erased_at TEXT NOT NULL) WITHOUT ROWID;
"""


class SubjectKeys:
    """The keys of one installation, held in memory once they are needed. New ones count once `keep` was called."""

    def __init__(self, place: Path, *, may_make: bool = True) -> None:
        self.place = place
        self._may_make = may_make
        self._keys: dict[str, bytes] | None = None
        self._erased: set[str] = set()
        self._new: dict[str, bytes] = {}
        self._references: dict[str, str] = {}

    def seal(self, subject: str, text: str) -> str | None:
        """A text sealed under a subject's key: the same text the same way. None of a subject that was erased.

        What is sealed already stays as it is.
        """
        reference = self._references.get(subject) or self._refer(subject)
        key = self._held().get(reference) or self._make(reference)
        if key is None:
            return None
        if text.startswith(MARK) and self.open(text) is not None:
            return text
        plain = text.encode()
        nonce = hashlib.blake2b(plain, digest_size=crypto_secretbox_NONCEBYTES, key=key).digest()
        box = base64.b64encode(nonce + crypto_secretbox(plain, nonce, key)).decode("ascii")
        return f"{MARK}{reference}:{box}"

    def open(self, text: str) -> str | None:
        """What was sealed; None once the subject was erased. A text that is not sealed stays as it is."""
        if not text.startswith(MARK):
            return text
        reference, _, box = text[len(MARK) :].partition(":")
        key = self._held().get(reference)
        if key is None:
            return None
        try:
            content = base64.b64decode(box, validate=True)
            nonce, sealed = (
                content[:crypto_secretbox_NONCEBYTES],
                content[crypto_secretbox_NONCEBYTES:],
            )
            return str(crypto_secretbox_open(sealed, nonce, key).decode())
        except (CryptoError, ValueError):
            return None

    def keep(self) -> None:
        """Write the new keys durably; what was sealed under them may be kept only after."""
        if not self._new:
            return
        with _opened(self.place) as database:
            database.executemany(
                "INSERT OR IGNORE INTO subject_key SELECT ?, ?"
                " WHERE NOT EXISTS (SELECT 1 FROM erased WHERE reference = ?)",
                [(reference, key, reference) for reference, key in self._new.items()],
            )
            database.commit()
        self._new = {}

    def erase(self, subject: str, at: datetime) -> bool:
        """Forget a subject's key for good; False where there was none. What comes of the subject later is dropped."""
        reference = self._refer(subject)
        with _opened(self.place) as database:
            gone = database.execute("DELETE FROM subject_key WHERE reference = ?", [reference]).rowcount
            database.execute("INSERT OR IGNORE INTO erased VALUES (?, ?)", [reference, at.isoformat(sep=" ")])
            database.commit()
        self._keys, self._new = None, {}
        return bool(gone)

    def _refer(self, subject: str) -> str:
        found = vault.keyed_hash(f"subject {subject}", self._hash_key)[:_REFERENCE]
        self._references[subject] = found
        return found

    @cached_property
    def _hash_key(self) -> bytes:
        return vault.hash_key(self.place, may_make=self._may_make)

    def _make(self, reference: str) -> bytes | None:
        if reference in self._erased:
            return None
        key = self._held()[reference] = self._new[reference] = secrets.token_bytes(_KEY_BYTES)
        return key

    def _held(self) -> dict[str, bytes]:
        if self._keys is None:
            self._keys = {}
            if (self.place / FILE).exists():
                with _opened(self.place) as database:
                    self._keys = dict(database.execute("SELECT reference, key FROM subject_key"))
                    self._erased = {row[0] for row in database.execute("SELECT reference FROM erased")}
        return self._keys


@contextmanager
def _opened(place: Path) -> Iterator[sqlite3.Connection]:
    """The file of the keys, for its owner only. What is deleted is overwritten, not only given free."""
    vault.secure(place)
    os.close(os.open(place / FILE, os.O_RDWR | os.O_CREAT, 0o600))
    database = sqlite3.connect(place / FILE, timeout=60)
    try:
        for statement in ("journal_mode=DELETE", "synchronous=EXTRA", "secure_delete=ON"):
            database.execute(f"PRAGMA {statement}").close()
        database.executescript(_TABLES)
        yield database
    finally:
        database.close()
