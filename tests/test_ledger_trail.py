"""The audit trail: every write is in it, and nothing can be altered, removed or put in without being found."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_fixture import KEEPER, LOADER, Databases, databases, fill, ledger, tamper
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError, OperationalError

from bench import ledger as bench
from ledger import accounts, audit, migration, proof, storage, trail, transfer
from ledger.schema import Account, Content, Entry, Unit
from ledger.storage import ANCHOR_VARIABLE, Ledger, open_ledger
from ledger.trail import Head
from model.policy import Actor, RefusedError

__all__ = ["databases", "ledger"]
COLUMNS = [column.name for column in Entry.__table__.columns]


def entries(ledger: Ledger) -> list[dict[str, Any]]:
    with ledger.read() as session:
        return [dict(row) for row in session.execute(select(*Entry.__table__.columns)).mappings()]


# --- what is written --------------------------------------------------------------------------------------------------


def test_migrations_make_exactly_the_declared_tables(ledger: Ledger) -> None:
    assert migration.version(ledger) == migration.newest()
    assert migration.differences(ledger) == []


def test_each_act_is_an_entry_with_what_became_of_the_rows(ledger: Ledger) -> None:
    fill(ledger)
    last, before = entries(ledger)[-1], entries(ledger)[-2]
    assert (last["account"], last["role"], last["action"]) == ("keeper", "administrator", "manage_accounts")
    assert (last["object_kind"], last["object_id"]) == ("account", "person0")
    assert last["previous_hash"] == before["entry_hash"]
    rows = {table: (key, changed) for table, key, changed in json.loads(last["content"])["rows"]}
    key, changed = rows["account"]
    assert (json.loads(key), list(changed)) == (["person0"], ["closed_at"])
    assert rows["sign_out"][1]["account"] == "person0", "what a closed account has open ends"
    found = proof.verify(ledger)
    assert found.holds and found.entries == 9 and found.rows == 8
    assert found.head == Head(last["sequence"], last["entry_hash"])


def test_nothing_is_written_without_an_entry(ledger: Ledger) -> None:
    fill(ledger)
    with pytest.raises(RuntimeError, match="entry of the audit trail"), ledger.write(KEEPER) as recorder:
        recorder.session.get_one(Account, "chen").role = "analyst"
    with pytest.raises(RuntimeError, match="written as objects"), ledger.write(KEEPER) as recorder:
        recorder.session.execute(update(Account).values(role="analyst"))
    with pytest.raises(DatabaseError), ledger.read() as session:
        session.get_one(Account, "chen").role = "analyst"
        session.flush()
    with ledger.read() as session:
        assert session.get_one(Account, "chen").role == "manager"
    assert proof.verify(ledger).holds


def test_an_act_that_fails_leaves_neither_row_nor_entry(ledger: Ledger) -> None:
    fill(ledger)
    count = len(entries(ledger))
    with pytest.raises(RefusedError), ledger.write(KEEPER) as recorder:
        accounts.open_account(recorder, "new", "field_staff")
        accounts.close_account(recorder, "nobody")
    assert len(entries(ledger)) == count
    with ledger.read() as session:
        assert session.get(Account, "new") is None


def test_the_database_itself_refuses_to_change_the_trail(ledger: Ledger) -> None:
    fill(ledger)
    for statement in ("UPDATE audit_entry SET account = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(DatabaseError, match="added to only"), ledger.engine.begin() as connection:
            connection.execute(text(statement))


def test_a_register_is_copied_once_and_kept_by_its_digest(ledger: Ledger) -> None:
    fill(ledger)
    units = [{"unit_id": "1", "parent_unit_id": None, "name": "一"}]
    for is_new in (True, False):
        with ledger.write(LOADER) as recorder:
            assert recorder.replace_register("configure", Unit, units) is is_new
    assert proof.verify(ledger).holds
    tamper(ledger, "UPDATE unit SET parent_unit_id = '2'")
    assert [one.where for one in proof.verify(ledger).findings] == ["unit"]


# --- what is found ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def filled(databases: Databases) -> Iterator[Ledger]:
    """A ledger whose trail is altered and put right again."""
    found = databases.new()
    fill(found)
    tamper(found)
    yield found
    found.close()


def changed_byte(value: Any, place: int, bit: int) -> Any:
    """The value with one bit of one byte turned, still a text that a database takes."""
    if isinstance(value, int):
        return value ^ (1 << (bit + 8))
    content = bytearray(value.encode() or b"\0")
    content[place % len(content)] ^= 1 << bit
    turned = bytes(content).decode("utf-8", errors="replace").replace("\0", " ")
    return turned if turned != value else f"{value} "


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_single_change_of_an_entry_is_found(filled: Ledger, data: st.DataObject) -> None:
    held = entries(filled)
    entry = data.draw(st.sampled_from(held))
    column = data.draw(st.sampled_from(COLUMNS))
    value = changed_byte(entry[column], data.draw(st.integers(0, 400)), data.draw(st.integers(0, 6)))
    change = f"UPDATE audit_entry SET {column} = :value WHERE sequence = :sequence"
    restored = entry["sequence"] if column != "sequence" else value
    if isinstance(value, str) and filled.engine.dialect.name == "postgresql":
        length = Entry.__table__.columns[column].type.length
        value = value[: length or None]
        if value == entry[column]:
            return
    try:
        tamper(filled, change, value=value, sequence=entry["sequence"])
        assert not proof.verify(filled).holds
    finally:
        tamper(filled, change, value=entry[column], sequence=restored)
    assert proof.verify(filled).holds


@pytest.mark.parametrize("last", [False, True])
def test_a_removed_entry_is_found_even_the_last(ledger: Ledger, last: bool) -> None:
    fill(ledger)
    sequence = len(entries(ledger)) if last else 3
    tamper(ledger, "DELETE FROM audit_entry WHERE sequence = :sequence", sequence=sequence)
    found = proof.verify(ledger)
    assert any("gone" in one.what for one in found.findings)


def test_a_chain_written_anew_is_found_by_the_anchor(ledger: Ledger) -> None:
    """Somebody who can do everything in the database, and knows how entries are hashed."""
    fill(ledger)
    kept = proof.verify(ledger).head
    previous, forged = trail.BEGINNING, []
    for entry in entries(ledger):
        entry["account"] = "somebody else" if entry["object_id"] == "person0" else entry["account"]
        entry["previous_hash"] = previous
        entry["entry_hash"] = previous = trail.hash_of(entry[name] for name in trail.HASHED)
        forged.append(entry)
    tamper(ledger, "DELETE FROM audit_entry")
    with ledger.engine.begin() as connection:
        connection.execute(Entry.__table__.insert(), forged)
    found = proof.verify(ledger)
    assert found.findings and all("written anew" in one.what for one in found.findings)
    anchor = ledger.anchor.read_text()
    ledger.anchor.write_text("".join(f"{one['sequence']} {one['entry_hash']}\n" for one in forged))
    assert proof.verify(ledger).holds, "whoever also has the anchor"
    assert not proof.verify(ledger, kept).holds, "is found by an end that was kept elsewhere"
    ledger.anchor.write_text(anchor)


def test_what_a_copy_put_back_took_away_stays_missing(ledger: Ledger) -> None:
    """Once people have written as much again, the chain is as long as before and says something else."""
    fill(ledger)
    anchor = ledger.anchor.read_text()
    with ledger.write(KEEPER) as recorder:
        accounts.open_account(recorder, "taken away", "analyst")
    replaced = entries(ledger)[-1]["sequence"]
    tamper(ledger, "DELETE FROM audit_entry WHERE sequence = :sequence", sequence=replaced)
    tamper(ledger, "DELETE FROM account WHERE name = 'taken away'")
    for name in ("after", "after that"):
        with ledger.write(KEEPER) as recorder:
            accounts.open_account(recorder, name, "analyst")
    found = proof.verify(ledger, Head(replaced, entries(ledger)[replaced - 1]["entry_hash"]))
    assert [one.where for one in found.findings] == [f"entry {replaced}"]
    assert "written anew" in found.findings[0].what
    ledger.anchor.write_text(anchor)
    assert proof.verify(ledger).holds, "with the anchor of the copy"


def test_an_inserted_entry_is_found(ledger: Ledger) -> None:
    fill(ledger)
    last = entries(ledger)[-1]
    extra = last | {"sequence": last["sequence"] + 1, "previous_hash": last["entry_hash"], "action": "x"}
    with ledger.engine.begin() as connection:
        connection.execute(Entry.__table__.insert(), [extra])
    assert [one.what for one in proof.verify(ledger).findings] == ["was altered"]


@pytest.mark.parametrize(
    "content",
    ["[]", "5", "hello", "[" * 9999, '{"rows":5}', '{"rows":[["account","x",5]]}', '{"register":"unit"}'],
)
def test_an_entry_that_the_ledger_never_writes_ends_no_proof(ledger: Ledger, content: str) -> None:
    """Put in under a hash of its own, it would keep everybody from proving what else is wrong."""
    fill(ledger)
    last = entries(ledger)[-1]
    extra = last | {"sequence": last["sequence"] + 1, "previous_hash": last["entry_hash"], "content": content}
    extra["entry_hash"] = trail.hash_of(extra[name] for name in trail.HASHED)
    with ledger.engine.begin() as connection:
        connection.execute(Entry.__table__.insert(), [extra])
    tamper(ledger, "DELETE FROM account WHERE name = 'person1'")
    found = [str(one) for one in proof.verify(ledger).findings]
    assert found == [
        f"entry {extra['sequence']}: was altered",
        'account ["person1"]: was removed past the ledger',
    ]
    with ledger.write(Actor("zhao", "discipline")) as recorder:
        assert audit.whole(recorder, extra["sequence"], "核查") is not None


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE account SET role = 'discipline' WHERE name = 'person1'", "changed"),
        ("DELETE FROM account WHERE name = 'person1'", "removed"),
        (
            "INSERT INTO account (name, role, opened_at) VALUES ('x', 'discipline', '2026-01-01 00:00:00')",
            "added",
        ),
    ],
)
def test_a_row_written_past_the_ledger_is_found(ledger: Ledger, statement: str, what: str) -> None:
    fill(ledger)
    tamper(ledger, statement)
    (finding,) = proof.verify(ledger).findings
    assert finding.what == f"was {what} past the ledger" and "account" in finding.where


def test_a_lost_or_cut_anchor_is_told(ledger: Ledger) -> None:
    fill(ledger)
    with ledger.anchor.open("a") as file:
        file.write("9 00")
    assert proof.verify(ledger).holds, "a line that a crash cut off"
    with ledger.write(KEEPER) as recorder:
        accounts.open_account(recorder, "after", "analyst")
    assert proof.verify(ledger).holds and ledger.anchor.read_text().splitlines()[-2] == "9 00"
    with ledger.anchor.open("a") as file:
        file.write("9 zz\n")
    assert [one.what for one in proof.verify(ledger).findings] == ["cannot be read"]
    ledger.anchor.unlink()
    assert ["gone" in one.what for one in proof.verify(ledger).findings] == [True]


# --- many at once, and killed in the middle ---------------------------------------------------------------------------


def test_twenty_people_write_at_once_and_the_chain_holds(ledger: Ledger) -> None:
    fill(ledger)
    failed: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for number in range(5):
                with ledger.write(KEEPER) as recorder:
                    accounts.open_account(recorder, f"{name}-{number}", "field_staff")
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=work, args=(f"writer{number}",)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not failed
    found = proof.verify(ledger)
    assert found.holds and found.entries == 9 + 100


def test_a_writer_is_told_that_the_ledger_is_busy_and_does_not_wait_for_ever(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "_BUSY_SECONDS", 1)
    found = databases.new()
    other = open_ledger(found.engine.url, found.anchor)
    with other.write(KEEPER) as recorder:
        accounts.open_account(recorder, "first", "field_staff")
        with pytest.raises(OperationalError), found.write(KEEPER) as waiting:
            accounts.open_account(waiting, "second", "field_staff")
    with found.read() as session:
        assert session.scalars(select(Account.name)).all() == ["first"]
    found.close()
    other.close()


def _write_for_ever(url: str, anchor: str, told: Any) -> None:
    found = open_ledger(url, Path(anchor))
    for number in range(100_000):
        with found.write(KEEPER) as recorder:
            accounts.open_account(recorder, f"w{number}", "field_staff")
        told.send(number)


@pytest.mark.parametrize("after", [1, 7, 20])
def test_killed_while_writing_nothing_told_is_lost(databases: Databases, after: int) -> None:
    found = databases.new()
    url = found.engine.url.render_as_string(hide_password=False)
    processes = multiprocessing.get_context("spawn")
    receive, send = processes.Pipe(duplex=False)
    process = processes.Process(target=_write_for_ever, args=(url, str(found.anchor), send))
    process.start()
    told = -1
    while told < after:
        told = receive.recv()
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    send.close()
    while receive.poll():
        try:
            told = receive.recv()
        except EOFError:
            break
    proved = proof.verify(found)
    assert proved.holds
    assert proved.entries in (told + 1, told + 2), "the one in flight is there whole or not at all"
    with found.write(KEEPER) as recorder:
        accounts.open_account(recorder, "after", "field_staff")
    assert proof.verify(found).holds
    found.close()


def test_a_backup_taken_while_somebody_writes_is_put_back_and_holds(
    databases: Databases, tmp_path: Path
) -> None:
    found = databases.new()
    fill(found)
    found.close()
    url = found.engine.url.render_as_string(hide_password=False)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(ANCHOR_VARIABLE, str(found.anchor))
        restored = bench.restored(url, databases.server, tmp_path)
    assert restored["holds"] and restored["entries"] >= 9


# --- the database ---


def test_what_the_ledger_holds_is_its_owners_alone_and_its_address_is_never_told(tmp_path: Path) -> None:
    found = open_ledger(f"sqlite:///{tmp_path / 'new.db'}")
    before = os.umask(0)
    try:
        migration.upgrade(found)
    finally:
        os.umask(before)
        found.close()
    assert (tmp_path / "new.db").stat().st_mode & 0o777 == 0o600
    with pytest.raises(ValueError, match="expected such as sqlite:") as wrong:
        open_ledger("integrity:geheim@db")
    assert "geheim" not in str(wrong.value)


def test_a_ledger_moves_to_another_database_and_still_holds(databases: Databases, tmp_path: Path) -> None:
    """SQLite to either database; the anchor goes along, and the chain goes on."""
    source = open_ledger(f"sqlite:///{tmp_path / 'old.db'}")
    migration.upgrade(source)
    fill(source)
    with source.write(KEEPER) as recorder:
        kept = Content(sha256=hashlib.sha256(b"x").hexdigest(), content=b"x")
        recorder.session.add(kept)
        recorder.record("configure", "test")
    head = proof.verify(source).head
    target = replace(open_ledger(databases.url()), anchor=source.anchor)
    assert transfer.move(source, target) == 8 + 7 + 1 + 10
    assert proof.verify(target, head).holds
    with target.write(KEEPER) as recorder:
        accounts.open_account(recorder, "after", "field_staff")
    assert proof.verify(target, head).holds
    with pytest.raises(ValueError, match="already"):
        transfer.move(source, target)
    source.close()
    target.close()


def test_a_ledger_is_made_by_several_servers_at_once(databases: Databases, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "ledger",
        "--ledger",
        databases.url(),
        "--anchor",
        tmp_path / "one.anchor",
    ]
    made = [subprocess.Popen([*command, "init"], stderr=subprocess.PIPE, text=True) for _ in range(3)]
    told = [one.communicate(timeout=120)[1] for one in made]
    assert [one.returncode for one in made] == [0, 0, 0], told


def test_migrations_are_one_line_in_the_order_of_their_names() -> None:
    """Two people who add a migration each at the same time give it the same number: found here, not at a bureau."""
    names = sorted(path.stem for path in (migration.FOLDER / "versions").glob("*.py"))
    numbers = [f"{number:04d}" for number in range(1, len(names) + 1)]
    assert [name.split("_")[0] for name in names] == numbers and migration.newest() == numbers[-1]


def test_what_a_restored_copy_lacks_is_told_as_gone_also_after_the_tables_were_looked_at(
    tmp_path: Path,
) -> None:
    """Bringing up to date what is up to date wrote an entry, which took the number of the first that was gone."""
    address = f"sqlite:///{tmp_path / 'ledger.db'}"
    command = [sys.executable, "-m", "ledger", "--ledger", address]
    subprocess.run([*command, "init"], check=True, stderr=subprocess.PIPE)
    copied = (tmp_path / "ledger.db").with_name("copy.db")
    with sqlite3.connect(tmp_path / "ledger.db") as source, sqlite3.connect(copied) as target:
        source.backup(target)
    ledger = open_ledger(address)
    with ledger.write(KEEPER) as recorder:
        accounts.open_account(recorder, "late", "field_staff")
    ledger.engine.dispose()
    for name in ("ledger.db-wal", "ledger.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    copied.replace(tmp_path / "ledger.db")
    subprocess.run([*command, "init"], check=True, stderr=subprocess.PIPE)
    found = proof.verify(open_ledger(address))
    assert [str(one) for one in found.findings] == ["entry 2: is remembered in the anchor and is gone"]
