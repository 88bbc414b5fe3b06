"""Landing: what came is kept as it came, under its sha256, with a certificate, and is never rewritten.

A file with whistle-blower columns is landed sealed: only the discipline role's private key opens it. One of a register
of persons is landed cell by cell, the personal ones sealed (personal_landing.py). Of neither are the plain bytes ever
written anywhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from etl.content import CHUNK
from etl.inbox import Offer, WaitingError, now
from model import vault

INCOMING = ".incoming"
READ_ONLY = 0o440
REWRITTEN = "persons.parquet"
"""How a file ends that lies in another form than it came in."""


@dataclass(frozen=True)
class Landed:
    """A file in the landing: the hash of what came, where it lies, when it first arrived, whether it is sealed whole.

    `is_rewritten`: it lies in another form, with its personal cells sealed.
    """

    sha256: str
    path: Path
    arrived_at: datetime
    is_sealed: bool
    is_rewritten: bool = False


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def clean(landing: Path) -> None:
    """Remove what an interrupted landing left."""
    shutil.rmtree(landing / INCOMING, ignore_errors=True)


def land(landing: Path, offer: Offer, ending: str) -> Landed:
    """Copy a file's bytes into the landing, durable and read-only; WaitingError where it changed meanwhile."""
    with _incoming(landing, offer) as temporary, ThreadPoolExecutor(1) as pool:
        digest = pool.submit(sha256_of, offer.path)
        with offer.path.open("rb") as source, temporary.open("wb") as target:
            shutil.copyfileobj(source, target, CHUNK)
            _sync(target)
        sha256 = digest.result()
        if not offer.is_unchanged():
            raise WaitingError("is still growing")
        return _settle(landing, temporary, sha256, ending, is_sealed=False)


def land_sealed(landing: Path, offer: Offer, public_key: bytes) -> tuple[Landed, bytes]:
    """Seal a file's bytes in memory and keep only the sealed form; also return the plain bytes, for reading."""
    content = offer.path.read_bytes()
    if not offer.is_unchanged():
        raise WaitingError("is still growing")
    sha256 = hashlib.sha256(content).hexdigest()
    with _incoming(landing, offer) as temporary:
        with temporary.open("wb") as target:
            target.write(vault.seal(content, public_key))
            _sync(target)
        return _settle(landing, temporary, sha256, "sealed", is_sealed=True), content


def land_rewritten(landing: Path, offer: Offer, content: bytes, write: Callable[[Path, str], None]) -> Landed:
    """Keep a file in another form, which `write` puts to a path; its name says the hash of the bytes that came."""
    sha256 = hashlib.sha256(content).hexdigest()
    if (found := landing / sha256[:2] / f"{sha256}.{REWRITTEN}").exists():
        return _landed(landing, found, sha256, is_rewritten=True)
    with _incoming(landing, offer) as temporary:
        write(temporary, sha256)
        with temporary.open("rb+") as target:
            _sync(target)
        return _settle(landing, temporary, sha256, REWRITTEN, is_rewritten=True)


@contextmanager
def _incoming(landing: Path, offer: Offer) -> Iterator[Path]:
    """Where a file is put together; nothing stays of it unless it is settled."""
    folder = landing / INCOMING
    make_directory(folder)
    path = folder / hashlib.sha256(offer.name.encode()).hexdigest()
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _settle(
    landing: Path,
    temporary: Path,
    sha256: str,
    ending: str,
    *,
    is_sealed: bool = False,
    is_rewritten: bool = False,
) -> Landed:
    target = landing / sha256[:2] / f"{sha256}.{ending}"
    make_directory(target.parent)
    if not target.exists():
        temporary.rename(target)
        sync_directory(target.parent)
    return _landed(landing, target, sha256, is_sealed=is_sealed, is_rewritten=is_rewritten)


def _landed(
    landing: Path, path: Path, sha256: str, *, is_sealed: bool = False, is_rewritten: bool = False
) -> Landed:
    certificate = read_certificate(landing, sha256)
    arrived = datetime.fromisoformat(certificate["arrived_at"]) if certificate else now()
    return Landed(sha256, path, arrived, is_sealed, is_rewritten)


def certify(landing: Path, landed: Landed, offer: Offer, as_of: datetime, rows: int | None) -> None:
    """Write the certificate of a landed file, once: its name, size, arrival, as-of and rows (None: refused).

    Of a file that lies in another form it also holds the hash of the bytes that lie there: its name tells of those
    that came.
    """
    target = _certificate(landing, landed.sha256)
    if target.exists():
        return
    certificate = {
        "sha256": landed.sha256,
        "name": offer.name,
        "size_bytes": offer.size,
        "modified_at": offer.modified_at.isoformat(),
        "arrived_at": landed.arrived_at.isoformat(),
        "as_of": as_of.isoformat(),
        "rows": rows,
        "is_sealed": landed.is_sealed,
        "stored_sha256": sha256_of(landed.path) if landed.is_sealed or landed.is_rewritten else landed.sha256,
    }
    write_durably(target, described(certificate), mode=READ_ONLY)


def read_certificate(landing: Path, sha256: str) -> dict[str, Any] | None:
    """The certificate of a landed file; None where there is none, or none that can be believed."""
    path = _certificate(landing, sha256)
    return read_description(path) if path.exists() else None


def recertify(landing: Path, sha256: str, stored_sha256: str) -> None:
    """Let a certificate say under which bytes the same content now lies, where they are others: sealed anew."""
    certificate = read_certificate(landing, sha256)
    if certificate is not None and certificate["stored_sha256"] != stored_sha256:
        changed = certificate | {"stored_sha256": stored_sha256}
        write_durably(_certificate(landing, sha256), described(changed), mode=READ_ONLY)


def _certificate(landing: Path, sha256: str) -> Path:
    return landing / sha256[:2] / f"{sha256}.json"


def described(content: dict[str, Any]) -> str:
    """A description (certificate, manifest) as text, with the digest by which a changed byte in it is found."""
    return (
        json.dumps(content | {"digest": _digest(content)}, ensure_ascii=False, indent=1, default=str) + "\n"
    )


def read_description(path: Path) -> dict[str, Any] | None:
    """A description as it was written, or None where it is not that any more."""
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
        said = content.pop("digest")
    except (ValueError, KeyError, AttributeError, TypeError):
        return None
    return content if said == _digest(content) and text == described(content) else None


def _digest(content: dict[str, Any]) -> str:
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def write_durably(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Replace a small file atomically: whole and on disk, or not at all."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def make_directory(directory: Path) -> None:
    """Make a folder and those above it, each durable in the one that holds it."""
    if not directory.is_dir():
        make_directory(directory.parent)
        directory.mkdir(exist_ok=True)
        sync_directory(directory.parent)


def _sync(file: IO[bytes]) -> None:
    """On disk, and read-only from now on."""
    os.fchmod(file.fileno(), READ_ONLY)
    file.flush()
    os.fsync(file.fileno())


def sync_directory(directory: Path) -> None:
    """Make names created or replaced in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
