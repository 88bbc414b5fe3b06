"""Attachments: files that belong to something in the ledger, kept once by their hash, within limits of size and kind.

What a file is, its bytes say, never its name. Contents lie in the database, so that one backup holds them and a file is
there exactly when what it belongs to is. It must not open, convert or run anything.
"""

from __future__ import annotations

import hashlib
import io
import tomllib
import zipfile
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger.schema import Attachment, Content, new_id, now
from ledger.trail import Recorder
from model.policy import RefusedError

FILE = Path(__file__).parent / "attachments.toml"
_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"PK\x03\x04", "zip"),
)
_OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
_MACROS = "vbaProject.bin"


@cache
def limits() -> dict[str, Any]:
    """The declared limits, kinds and refusals."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def attach(recorder: Recorder, owner_kind: str, owner_id: str, file_name: str, content: bytes) -> Attachment:
    """Keep a file. The caller has asked policy and writes the entry of the audit trail."""
    session, declared = recorder.session, limits()
    if not content or len(content) > declared["size"]["bytes"]:
        raise _refused("size", megabytes=declared["size"]["bytes"] // 1_000_000)
    mine = (Attachment.owner_kind == owner_kind, Attachment.owner_id == owner_id)
    held = session.scalar(select(func.count()).select_from(Attachment).where(*mine)) or 0
    if held >= declared["size"]["files"]:
        raise _refused("files", files=declared["size"]["files"])
    kind = sniffed(content)
    if kind is None:
        raise _refused("kind", kinds=", ".join(declared["kind"]))
    sha256 = hashlib.sha256(content).hexdigest()
    if session.get(Content, sha256) is None:
        session.add(Content(sha256=sha256, content=content))
        session.flush()
    found = Attachment(
        attachment_id=new_id(),
        owner_kind=owner_kind,
        owner_id=owner_id,
        sha256=sha256,
        file_name=plain_name(file_name),
        media_type=declared["kind"][kind]["media_type"],
        size_bytes=len(content),
        account=recorder.actor.account,
        added_at=now(),
    )
    session.add(found)
    return found


def of(session: Session, owner_kind: str, owner_id: str) -> list[Attachment]:
    """The files of one thing, in the order in which they came."""
    mine = (Attachment.owner_kind == owner_kind, Attachment.owner_id == owner_id)
    return list(
        session.scalars(
            select(Attachment).where(*mine).order_by(Attachment.added_at, Attachment.attachment_id)
        )
    )


def content(session: Session, attachment: Attachment) -> bytes:
    """The bytes of a file; RefusedError where they are not what was attached."""
    held = session.get_one(Content, attachment.sha256).content
    if hashlib.sha256(held).hexdigest() != attachment.sha256:
        raise _refused("altered")
    return held


def sniffed(content: bytes) -> str | None:
    """Which of the permitted kinds the bytes are; None for any other."""
    found = next((kind for signature, kind in _SIGNATURES if content.startswith(signature)), None)
    if found == "zip":
        return _office(content)
    if found is None and _is_text(content):
        return "text"
    return found


def _office(content: bytes) -> str | None:
    """A document without macros; other archives are not permitted."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if any(PurePosixPath(name).name == _MACROS for name in names):
        return None
    return next((kind for name, kind in _OFFICE.items() if name in names), None)


def _is_text(content: bytes) -> bool:
    """Words and nothing that a program could take for markup or commands of its own."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(ord(sign) < 32 and sign not in "\t\r\n" for sign in text) and not text.lstrip().startswith(
        ("<", "#!")
    )


def plain_name(name: str) -> str:
    """A file name without folders and control signs, short enough to keep."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(sign for sign in last if sign.isprintable()).strip(". ")
    return kept[-120:] or "file"


def _refused(code: str, **values: object) -> RefusedError:
    return RefusedError(code, limits()["refusal"][code], **values)
