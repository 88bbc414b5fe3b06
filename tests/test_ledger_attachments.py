"""Attachments: kept once by their hash, of few kinds and limited size, by who sees what they are attached to."""

from __future__ import annotations

import io
import zipfile

import pytest
from ledger_fixture import Databases, databases, ledger
from test_ledger_disposition import ALL, bureau

from ledger import attachments, proof
from ledger.disposition import handling, reading
from ledger.schema import Attachment
from ledger.storage import Ledger
from model.policy import RefusedError

__all__ = ["Databases", "bureau", "databases", "ledger"]
PDF = b"%PDF-1.7\nsome content"


def attach(ledger: Ledger, who: str, name: str, content: bytes) -> Attachment:
    with ledger.write(ALL[who]) as recorder:
        return handling.attach(recorder, "w1", name, content)


def test_an_attachment_is_kept_once_by_its_hash(bureau: Ledger) -> None:
    first = attach(bureau, "head", "证据.pdf", PDF)
    second = attach(bureau, "manager", "../../etc/证据\x00.exe", PDF)
    assert (first.sha256, first.media_type) == (second.sha256, "application/pdf")
    assert second.file_name == "证据.exe"
    with bureau.read() as session:
        assert attachments.content(session, first) == PDF
        assert len(reading.detail(session, ALL["head"], "w1").attachments) == 2
    assert proof.verify(bureau).holds


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "size"), (PDF + b"x" * 10_000_000, "size"), (b"MZ\x90\x00 program", "kind"), (b"<html><script>", "kind"),
        (b"#!/bin/sh\n", "kind"), (b"PK\x03\x04 not a document", "kind"), (b"\x00\x01\x02", "kind"),
    ],
)  # fmt: skip
def test_what_is_too_large_or_of_another_kind_is_refused(bureau: Ledger, content: bytes, code: str) -> None:
    with pytest.raises(RefusedError) as found:
        attach(bureau, "head", "harmless.pdf", content)
    assert found.value.code == code


def test_who_may_not_see_a_warning_may_not_attach_to_it(bureau: Ledger) -> None:
    with pytest.raises(RefusedError):
        attach(bureau, "far", "a.pdf", PDF)


def test_documents_pass_and_macros_do_not() -> None:
    def document(*names: str) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for name in names:
                archive.writestr(name, "x")
        return target.getvalue()

    assert attachments.sniffed(document("word/document.xml")) == "docx"
    assert attachments.sniffed(document("xl/workbook.xml")) == "xlsx"
    assert attachments.sniffed(document("word/document.xml", "word/vbaProject.bin")) is None
    assert attachments.sniffed(document("setup.exe")) is None
    assert attachments.sniffed("说明\n第二行".encode()) == "text"
