"""The audit trail as a file: it proves itself, and any change of it is found."""

from __future__ import annotations

import json
import resource
import sqlite3
from errno import ENOSPC
from pathlib import Path
from typing import Literal

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_fixture import KEEPER, Databases, databases, ledger, settle
from sqlalchemy import select

from ledger import accounts, export, migration, proof, storage
from ledger.__main__ import main
from ledger.new_file import new_file
from ledger.schema import Entry
from ledger.storage import Ledger
from ledger.trail import Head
from model.policy import Actor, RefusedError

__all__ = ["Databases", "databases", "ledger"]
DISCIPLINE = Actor("zhao", "discipline", "99")
FORMS = ("jsonl", "csv")
PURPOSE = "年度归档"


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    settle(ledger, {"zhao": ("discipline", "99")})
    with ledger.write(KEEPER) as recorder:
        for name in ("陈一", 'quo"te', "line\nbreak"):
            accounts.open_account(recorder, name, "field_staff")
    return ledger


@pytest.mark.parametrize("form", FORMS)
def test_an_export_holds_all_entries_and_proves_itself(filled: Ledger, tmp_path: Path, form: str) -> None:
    target = tmp_path / f"trail.{form}"
    head = export.write(filled, DISCIPLINE, target, PURPOSE)
    assert proof.verify(filled).head == head, "the export is the last of what it holds"
    found = export.check(target, head)
    assert found.findings == () and found.head == head and found.after == Head(0, "0" * 64)
    with filled.read() as session:
        assert session.query(Entry).count() == found.entries
        last = session.scalars(select(Entry).order_by(Entry.sequence.desc())).first()
    assert last and (last.action, last.object_kind, last.purpose) == ("see_audit", "export", "年度归档")
    part = tmp_path / f"part.{form}"
    export.write(filled, DISCIPLINE, part, PURPOSE, 2, 3)
    found = export.check(part)
    assert (found.entries, found.findings) == (2, ()) and found.after and found.after.sequence == 1
    assert export.check(part, head).findings, "it ends elsewhere"
    with pytest.raises(FileExistsError):
        export.write(filled, DISCIPLINE, part, PURPOSE)
    with pytest.raises(ValueError, match="no such entries"):
        export.write(filled, DISCIPLINE, tmp_path / f"none.{form}", PURPOSE, 900)
    assert not (tmp_path / f"none.{form}").exists()


@pytest.mark.parametrize("mode", ["w", "wb"])
def test_of_a_file_that_the_disk_does_not_hold_nothing_stays(
    tmp_path: Path, mode: Literal["w", "wb"]
) -> None:
    target, held = tmp_path / "one.envelope", resource.getrlimit(resource.RLIMIT_FSIZE)
    with pytest.raises(OSError, match="File too large"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, held[1]))
        try:
            with new_file(target, mode) as file:
                file.write("0123456789ab" if mode == "w" else b"0123456789ab")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, held)
    assert not target.exists()


@pytest.mark.parametrize("form", FORMS)
def test_an_export_that_was_cut_off_is_not_left_behind(
    filled: Ledger, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Head:
        raise OSError(ENOSPC, "No space left on device")

    target = tmp_path / f"trail.{form}"
    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space left"):
        patched.setattr(export, "Head", full)
        export.write(filled, DISCIPLINE, target, PURPOSE)
    assert not target.exists()
    assert export.write(filled, DISCIPLINE, target, PURPOSE) == export.check(target).head
    assert target.stat().st_mode & 0o077 == 0, "it says who did what about whom"


def test_only_who_may_see_the_trail_exports_it_and_for_a_purpose(filled: Ledger, tmp_path: Path) -> None:
    for who, purpose in ((KEEPER, PURPOSE), (Actor("wang", "manager", "99"), PURPOSE), (DISCIPLINE, " ")):
        with pytest.raises(RefusedError):
            export.write(filled, who, tmp_path / "trail.jsonl", purpose)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_single_change_of_a_byte_is_found(
    filled: Ledger, tmp_path: Path, form: str, data: st.DataObject
) -> None:
    target = tmp_path / f"trail.{form}"
    if not target.exists():
        export.write(filled, DISCIPLINE, target, PURPOSE)
    content = target.read_bytes()
    at = data.draw(st.integers(0, len(content) - 1))
    new = data.draw(st.integers(0, 255).filter(lambda one: one != content[at]))
    changed = tmp_path / f"changed.{form}"
    changed.write_bytes(content[:at] + bytes([new]) + content[at + 1 :])
    assert export.check(changed).findings or _same(target, changed)


def _same(one: Path, other: Path) -> bool:
    """Whether both files say the very same: a change of white space between values is none of an entry."""
    return list(export._read(one)) == list(export._read(other))


@pytest.mark.parametrize("form", FORMS)
def test_a_removed_or_reordered_entry_is_found(filled: Ledger, tmp_path: Path, form: str) -> None:
    settle_more(filled)
    target = tmp_path / f"trail.{form}"
    head = export.write(filled, DISCIPLINE, target, PURPOSE)
    lines = target.read_text(encoding="utf-8").splitlines(keepends=True)
    for name, other in {
        "removed": [*lines[:3], *lines[4:]],
        "reordered": [*lines[:3], lines[4], lines[3], *lines[5:]],
        "doubled": [*lines[:3], lines[3], *lines[3:]],
        "cut": lines[:-1],
        "empty": lines[:0],
    }.items():
        path = tmp_path / f"{name}.{form}"
        path.write_text("".join(other), encoding="utf-8")
        assert export.check(path, head).findings, name


def settle_more(ledger: Ledger) -> None:
    for number in range(4):
        with ledger.write(KEEPER) as recorder:
            accounts.open_account(recorder, f"more{number}", "field_staff")


def test_on_the_command_line(filled: Ledger, tmp_path: Path) -> None:
    url, target = filled.engine.url.render_as_string(hide_password=False), tmp_path / "trail.jsonl"
    base = ["--ledger", url, "--anchor", str(filled.anchor)]
    done = CliRunner().invoke(main, [*base, "export", str(target), "--account", "zhao", "--purpose", "归档"])
    assert done.exit_code == 0, done.output
    end = done.output.split()[-1]
    assert CliRunner().invoke(main, ["check", str(target), "--expect", end]).exit_code == 0
    entry = json.loads(target.read_text().splitlines()[1])
    target.write_text(target.read_text().replace(entry["account"], "somebody", 1))
    done = CliRunner().invoke(main, ["check", str(target), "--expect", end])
    assert done.exit_code == 4 and "was altered" in done.output
    assert (
        CliRunner()
        .invoke(main, [*base, "export", str(tmp_path / "a.txt"), "--account", "zhao", "--purpose", "x"])
        .exit_code
    )


@pytest.mark.parametrize(
    "password", ["se@cret:word", "se@cret", "se@cr/et"], ids=["no port", "another host", "another database"]
)
def test_an_address_whose_password_ends_too_early_tells_nothing_of_it(password: str) -> None:
    with pytest.raises(ValueError, match="cannot be read; expected such as") as caught:
        storage.open_ledger(f"postgresql+psycopg://integrity:{password}@db.invalid/integrity")
    assert "cr" not in str(caught.value).replace("postgresql+psycopg", "")


def test_a_ledger_that_is_not_there_is_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/mistyped.db"
    done = CliRunner().invoke(main, ["--ledger", url, "verify"])
    assert done.exit_code == 1
    assert (
        done.stderr
        == f"Error: {url}: no such table: audit_entry; python -m ledger init makes or upgrades its tables\n"
    )
    before = f"sqlite:///{tmp_path}/before.db"
    assert CliRunner().invoke(main, ["--ledger", before, "init"]).exit_code == 0
    with sqlite3.connect(tmp_path / "before.db") as connection:
        connection.execute("ALTER TABLE matter DROP COLUMN accept_days")  # as a version before had it
    done = CliRunner().invoke(main, ["--ledger", before, "verify"])
    assert done.stderr.endswith(
        "no such column: matter.accept_days; python -m ledger init makes or upgrades its tables\n"
    )
    other = f"sqlite:///{tmp_path}/other.db"
    done = CliRunner().invoke(main, ["--ledger", url, "move", "--from", other])
    assert (done.exit_code, done.stderr) == (1, f"Error: --from: {other}: there is no such file\n")
    assert not (tmp_path / "other.db").exists()


def test_what_is_wrong_with_a_ledger_that_moves_is_not_told_of_where_it_goes(tmp_path: Path) -> None:
    """To make tables where it goes, as was advised, would bar it from moving there."""
    target, old = f"sqlite:///{tmp_path}/target.db", f"sqlite:///{tmp_path}/old.db"
    assert CliRunner().invoke(main, ["--ledger", old, "init"]).exit_code == 0
    with sqlite3.connect(tmp_path / "old.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0011'")
    (tmp_path / "empty.db").touch()
    away = "postgresql+psycopg://integrity:password@127.0.0.1:1/integrity"
    shown = away.replace("password", "***")
    expected = f"expected version {migration.newest()}"
    for source, said in (
        (old, f"{old}: holds tables of version 0011; {expected}"),
        (f"sqlite:///{tmp_path}/empty.db", f"sqlite:///{tmp_path}/empty.db: holds no ledger; {expected}"),
        (away, f"{shown}: connection failed: "),
    ):
        done = CliRunner().invoke(main, ["--ledger", target, "move", "--from", source])
        assert done.exit_code == 1 and done.stderr.startswith(f"Error: --from: {said}"), done.stderr
        assert "target.db" not in done.stderr
