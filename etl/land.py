"""Landing: what came is kept as it came, under its sha256, with a certificate, and is never rewritten.

A file with whistle-blower columns is landed sealed: only the discipline role's private key opens it, and its
plain bytes are never written anywhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from etl.extract import CHUNK
from etl.inbox import Offer, WaitingError, now
from model import vault

_TEMPORARY = ".incoming"


@dataclass(frozen=True)
class Landed:
    """A file in the landing: its hash, where it lies, when it first arrived, and whether it is sealed."""

    sha256: str
    path: Path
    arrived_at: datetime
    is_sealed: bool


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def clean(landing: Path) -> None:
    """Remove what an interrupted landing left."""
    shutil.rmtree(landing / _TEMPORARY, ignore_errors=True)


def land(landing: Path, offer: Offer, ending: str) -> Landed:
    """Copy a file's bytes into the landing, durable and read-only; WaitingError where it changed meanwhile."""
    temporary = _incoming(landing, offer)
    digest = hashlib.sha256()
    with offer.path.open("rb") as source, temporary.open("wb") as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    if not offer.is_unchanged():
        temporary.unlink()
        raise WaitingError("is still growing")
    return _settle(landing, temporary, digest.hexdigest(), ending, is_sealed=False)


def land_sealed(landing: Path, offer: Offer, public_key: bytes) -> tuple[Landed, bytes]:
    """Seal a file's bytes in memory and keep only the sealed form; also return the plain bytes, for reading."""
    content = offer.path.read_bytes()
    if not offer.is_unchanged():
        raise WaitingError("is still growing")
    temporary = _incoming(landing, offer)
    with temporary.open("wb") as target:
        target.write(vault.seal(content, public_key))
        target.flush()
        os.fsync(target.fileno())
    sha256 = hashlib.sha256(content).hexdigest()
    return _settle(landing, temporary, sha256, "sealed", is_sealed=True), content


def _incoming(landing: Path, offer: Offer) -> Path:
    folder = landing / _TEMPORARY
    folder.mkdir(parents=True, exist_ok=True)
    return folder / hashlib.sha256(offer.name.encode()).hexdigest()


def _settle(landing: Path, temporary: Path, sha256: str, ending: str, *, is_sealed: bool) -> Landed:
    target = landing / sha256[:2] / f"{sha256}.{ending}"
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        temporary.unlink()
    else:
        temporary.chmod(0o440)
        temporary.rename(target)
        sync_directory(target.parent)
    certificate = read_certificate(landing, sha256)
    arrived = datetime.fromisoformat(certificate["arrived_at"]) if certificate else now()
    return Landed(sha256, target, arrived, is_sealed)


def certify(landing: Path, landed: Landed, offer: Offer, as_of: datetime, rows: int | None) -> None:
    """Write the certificate of a landed file, once: its name, size, arrival, as-of and rows (None: refused)."""
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
    }
    write_durably(target, json.dumps(certificate, ensure_ascii=False, indent=1) + "\n")


def read_certificate(landing: Path, sha256: str) -> dict[str, Any] | None:
    """The certificate of a landed file, or None."""
    path = _certificate(landing, sha256)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _certificate(landing: Path, sha256: str) -> Path:
    return landing / sha256[:2] / f"{sha256}.json"


def write_durably(path: Path, text: str) -> None:
    """Replace a small file atomically: whole and on disk, or not at all."""
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make names created or replaced in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
