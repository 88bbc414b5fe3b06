"""Taking a report: whether this person may, a note in the audit trail, and the files; and where a file is put.

Without the right or without the note there is no report. It must not know what a report holds or how it is set.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from ledger.storage import Ledger
from model import policy
from model.judgement import rules
from model.policy import Actor
from pages.parts.report import making, office, typeset
from pages.parts.report.making import Told, nobody
from pages.parts.report.structure import Report
from pages.parts.report.subject import Subject

ACTION = "make_report"
FORMATS: Mapping[str, Callable[[Report], bytes]] = {"pdf": typeset.pdf, "docx": office.document}
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def take(
    who: Actor, book: Ledger, subject: Subject, formats: Sequence[str], tell: Told = nobody
) -> dict[str, bytes]:
    """The files of a report by their format; `tell` hears how far it is.

    RefusedError where the person may not make one of this unit, or where a format cannot be made here.
    """
    policy.require(who, ACTION, path=subject.path)
    if "pdf" in formats:
        typeset.fonts()
    with book.write(who) as recorder:
        recorder.record(
            ACTION,
            "report",
            f"{subject.unit_id} {subject.month:%Y-%m}",
            unit_id=subject.unit_id,
            snapshot=subject.snapshot.id,
            rules=rules().version,
            formats=list(formats),
            language=subject.words.language,
        )
    count = making.STEPS + len(formats)
    report = making.compose(subject, who, lambda done, _all: tell(done, count))
    files = {}
    for done, name in enumerate(formats, making.STEPS + 1):
        files[name] = FORMATS[name](report)
        tell(done, count)
    return files


def file_name(subject: Subject, name: str) -> str:
    """What the file of a format is called: the same for the same unit, month and language."""
    unit = quote(subject.unit_id, safe="")
    return f"integrity-report-{unit}-{subject.month:%Y-%m}-{subject.words.language}.{name}"


def put(directory: Path, name: str, content: bytes) -> Path:
    """Write a file as a whole or not at all; one of the same name is replaced."""
    directory.mkdir(parents=True, exist_ok=True)
    target = directory / name
    handle, temporary = tempfile.mkstemp(dir=directory, prefix=".report-")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), 0o640)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return target
