"""Whistle-blowers: whatever a run does, and however it ends, nothing on disk says who they are but to the right key."""

from __future__ import annotations

import base64
import gzip
import io
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from etl_helpers import certificate
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from openpyxl import Workbook

from etl.mapping import load as load_mapping
from etl.whistleblower import mapped_columns, sensitive_columns
from ledger import migration, proof
from ledger.envelopes import opened, release_ticket
from ledger.storage import open_ledger
from model import vault, warehouse
from model.policy import Actor, RefusedError
from tests.durability_helpers import (
    COMPLAINT,
    INSPECTION,
    Place,
    Ran,
    as_csv,
    bureau,
    complaint,
    inspection,
    query,
    tables,
    write,
)

# --- what is planted --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reporter:
    """One who came forward: each text of theirs is found nowhere else."""

    ticket_no: str
    original_ticket_no: str
    reporter_name: str
    phone: str
    target_staff_id: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be found."""
        return self.original_ticket_no, self.reporter_name, self.phone, self.target_staff_id


STEMS = ("YSQK-77", "欧阳暗测", "15957371", "ZZ9QX")
"""What each planted text of the four kinds begins with: found nowhere else, so that looking for it finds them all."""


def reporter(number: int, ticket: str) -> Reporter:
    return Reporter(ticket, *(f"{stem}{number:03}" for stem in STEMS))


REPORTERS = [reporter(n, f"GD{n:05}") for n in range(12)]
WAITING = [reporter(20 + n, f"GD{50 + n:05}") for n in range(2)]
"""Reporters whose tickets come with the second delivery."""
COLUMNS = "ticket_no,original_ticket_no,reporter_name,phone,target_staff_id"
EXTRA = "reporter_name,举报人电话,被反映人"


def rows(reporters: Iterable[Reporter]) -> list[list[str]]:
    return [[one.ticket_no, *one.secrets] for one in reporters]


def plain(reporters: Iterable[Reporter]) -> bytes:
    return as_csv(COLUMNS, rows(reporters)).encode()


def workbook(columns: str, table: list[list[str]], *others: tuple[str, list[list[str]]]) -> bytes:
    book, target = Workbook(), io.BytesIO()
    sheet = book.active
    sheet.title = "complaint"
    for row in [columns.split(","), *table]:
        sheet.append(row)
    for name, content in others:
        more = book.create_sheet(name)
        for row in content:
            more.append(row)
    book.save(target)
    return target.getvalue()


def json_lines(columns: str, table: list[list[str]]) -> bytes:
    names = columns.split(",")
    return "".join(
        json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n" for row in table
    ).encode()


def parquet(columns: str, table: list[list[str]]) -> bytes:
    target = io.BytesIO()
    pd.DataFrame(table, columns=columns.split(",")).to_parquet(target)
    return target.getvalue()


def compressed(content: bytes) -> bytes:
    return gzip.compress(content)


FORMS: dict[str, Callable[[list[list[str]]], bytes]] = {
    "csv": lambda table: as_csv(COLUMNS, table).encode(),
    "csv.gz": lambda table: compressed(as_csv(COLUMNS, table).encode()),
    "gb18030.csv": lambda table: as_csv(COLUMNS, table).encode("gb18030"),
    "utf16.csv": lambda table: as_csv(COLUMNS, table).encode("utf-16"),
    "xlsx": lambda table: workbook(COLUMNS, table),
    "jsonl": lambda table: json_lines(COLUMNS, table),
    "parquet": lambda table: parquet(COLUMNS, table),
}


def with_reporters(numbers: range, reporters: Iterable[Reporter]) -> list[list[object]]:
    return [
        [*complaint(n), one.reporter_name, one.phone, one.target_staff_id]
        for n, one in zip(numbers, reporters, strict=True)
    ]


# --- where it is looked for -------------------------------------------------------------------------------------------


def needles() -> list[bytes]:
    """The planted texts in the encodings in which they may lie on disk, and as JSON and base64 may write them."""
    found = [stem.encode(one) for stem in STEMS for one in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")]
    found += [json.dumps(stem).strip('"').encode() for stem in STEMS]
    for skipped in range(3):
        found.append(base64.b64encode(STEMS[1].encode()[skipped:])[:-4])
    return list(dict.fromkeys(found))


MORE = [reporter(40 + n, f"GD{n:05}") for n in range(12)]
"""Reporters in the complaint files themselves."""


def values(path: Path) -> Iterator[str]:
    """Every row of every table of a DuckDB or Parquet file, as text."""
    is_file = path.suffix == ".duckdb"
    with warehouse.connect(*([path] if is_file else []), read_only=is_file) as one:
        found = [f'"{schema}"."{table}"' for schema, table in tables(one)] if is_file else []
        for relation in found or [f"read_parquet('{path}')"]:
            row = one.execute(
                f"SELECT string_agg(CAST(each AS VARCHAR), '\n') FROM {relation} each"
            ).fetchone()
            yield (row[0] if row else None) or ""


def assert_secret(place: Place, *ran: Ran, elsewhere: Iterable[Path] = ()) -> None:
    """None of the planted texts is in a byte or a value below landing, vault and warehouse, nor in what was said."""
    wanted, looked = needles(), 0
    folders = [place.warehouse.landing, place.warehouse.vault, place.warehouse.directory, *elsewhere]
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        looked += 1
        content = path.read_bytes()
        contents = [content, gzip.decompress(content)] if content[:2] == b"\x1f\x8b" else [content]
        assert not [needle for needle in wanted for one in contents if needle in one], path
        if path.suffix in (".duckdb", ".parquet") and ".building" not in path.parts:
            assert not [stem for value in values(path) for stem in STEMS if stem in value], path
    assert looked, "there is something to look at"
    for one in ran:
        assert not [stem for stem in STEMS if stem in one.stdout + one.stderr]
        assert "Traceback" not in one.stderr


# --- the installation -------------------------------------------------------------------------------------------------


@pytest.fixture
def private() -> PrivateKey:
    return PrivateKey.generate()


@pytest.fixture
def place(tmp_path: Path, private: PrivateKey) -> Place:
    """A bureau with its first delivery and the discipline role's public key."""
    place = Place(tmp_path / "place").keyed()
    bureau(place.inbox)
    (place.warehouse.vault / "public.key").write_text(bytes(private.public_key).hex() + "\n")
    return place


@pytest.fixture
def keyless(tmp_path: Path) -> Place:
    place = Place(tmp_path / "keyless").keyed()
    bureau(place.inbox)
    return place


def opened_rows(place: Place, private: PrivateKey) -> list[dict[str, str | None]]:
    """What the holder of the private key reads in the vault."""
    found = []
    for path in sorted((place.warehouse.vault / "complaint_reporter").glob("*.jsonl")):
        assert path.stat().st_mode & 0o077 == 0
        for line in path.read_text().splitlines():
            entry = json.loads(line)
            assert set(entry) == {"ticket", "row_number", "sealed"}
            values = json.loads(SealedBox(private).decrypt(base64.b64decode(entry["sealed"])))
            key = vault.hash_key(place.warehouse.vault)
            assert entry["ticket"] == vault.keyed_hash(values["ticket_no"], key), "found by its ticket"
            found.append(values)
    return found


def opened_landing(place: Place, private: PrivateKey) -> list[bytes]:
    """The original bytes of the files that were landed sealed."""
    return [
        SealedBox(private).decrypt(path.read_bytes()) for path in place.warehouse.landing.glob("??/*.sealed")
    ]


# --- sealed -----------------------------------------------------------------------------------------------------------


def test_the_search_finds_what_lies_open(place: Place) -> None:
    """The other tests rest on it: a text in any encoding, in a table, in a Parquet file and in a message is found."""
    ran = place.run()
    path = warehouse.open_snapshot(place.warehouse.directory).path("full")
    name = REPORTERS[3].reporter_name
    for number, content in enumerate(
        [name.encode(), name.encode("gb18030"), name.encode("utf-16"), gzip.compress(name.encode()),
         parquet("x", [[name]]), base64.b64encode(name.encode())]
    ):  # fmt: skip
        found = write(
            place.warehouse.landing / "ab" / f"{number}.{'parquet' if number == 4 else 'bin'}", content
        )
        with pytest.raises(AssertionError):
            assert_secret(place)
        found.unlink()
    assert_secret(place, ran)
    with pytest.raises(AssertionError):
        assert_secret(place, Ran(0, "", f"cannot read {name}", 0))
    path.chmod(0o640)
    with warehouse.connect(path) as connection:
        connection.execute("CREATE TABLE quality.note AS SELECT ? AS text FROM range(3000)", [name])
    with pytest.raises(AssertionError):
        assert_secret(place)


def test_a_file_of_reporters_is_sealed_whole_and_row_by_row_in_every_format(
    place: Place, private: PrivateKey
) -> None:
    contents = [form(rows(REPORTERS)) for form in FORMS.values()]
    for number, (ending, content) in enumerate(zip(FORMS, contents, strict=True)):
        write(place.inbox / f"complaint_reporter-{number}.{ending}", content)
    ran = place.run()
    assert ran.code == 0, ran.stderr
    assert_secret(place, ran)
    counts = ran.json["tables"]["complaint_reporter"]
    expected = len(REPORTERS) * len(FORMS)
    assert (counts["read"], counts["loaded"], counts["quarantined"]) == (expected, expected, 0)
    assert sorted(map(str, opened_rows(place, private))) == sorted(
        str(dict(zip(COLUMNS.split(","), row, strict=True))) for row in rows(REPORTERS) * len(FORMS)
    )
    assert sorted(opened_landing(place, private)) == sorted(contents)
    assert place.run("verify", "--json").json == {"problems": []}


def test_a_ticket_s_reporter_is_handed_out_sealed_and_all_is_sealed_anew_for_another_key(
    place: Place, private: PrivateKey, tmp_path: Path
) -> None:
    content = plain(REPORTERS)
    write(place.inbox / "complaint_reporter.csv", content)
    assert place.run().code == 0
    bureau_ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    migration.upgrade(bureau_ledger)
    officer, one = Actor("zhao", "discipline", "99"), REPORTERS[3]
    found = release_ticket(
        bureau_ledger, officer, one.ticket_no, ["990101"], place.warehouse.vault, "核实线索"
    )
    assert [text["phone"] for text in opened(found, bytes(private)).texts] == [one.phone]
    refused = []
    for number, about in ((one.ticket_no, ["99"]), (one.ticket_no, []), ("nothing", [])):
        with pytest.raises(RefusedError) as refusal:
            release_ticket(bureau_ledger, officer, number, about, place.warehouse.vault, "核实线索")
        refused.append(refusal.value.code)
    assert refused == ["own_unit", "unplaced", "unknown_item"], (
        "a ticket that is not published is of no known unit"
    )
    of_no_unit = Actor("sun", "discipline")
    for about in ([None], []):
        release_ticket(bureau_ledger, of_no_unit, one.ticket_no, about, place.warehouse.vault, "核实线索")
    assert proof.verify(bureau_ledger).holds
    bureau_ledger.close()
    old, new, third = (tmp_path / f"{name}.key" for name in ("old", "new", "third"))
    other = PrivateKey.generate()
    for path, key in ((old, private), (new, other), (third, PrivateKey.generate())):
        path.write_text(bytes(key).hex())
    unmarked = place.run("keys", "rotate", "--warehouse", str(place.warehouse.directory), "--old", str(old),
                         "--new", str(new))  # fmt: skip
    assert unmarked.code == 1 and "new.key does not say that it is a private key" in unmarked.stderr
    assert opened_landing(place, private) == [content], "a public key reads just the same"
    new.write_text(vault.PRIVATE_MARK + bytes(other).hex())
    command = ["keys", "rotate", "--warehouse", str(place.warehouse.directory), "--new", str(new), "--old"]
    assert place.run(*command, str(third)).code == 1, "sealed for neither"
    assert opened_landing(place, private) == [content], "nothing is changed"
    command.append(str(old))
    ran = place.run(*command)
    assert ran.code == 0 and f"{len(REPORTERS) + 1} sealed anew" in ran.stdout, ran.stderr
    assert len(opened_rows(place, other)) == len(REPORTERS)
    assert opened_landing(place, other) == [content]
    with pytest.raises(CryptoError):
        opened_landing(place, private)
    assert place.run("verify", "--json").json == {"problems": []}
    assert vault.PUBLIC_KEY_VARIABLE not in ran.stderr
    named = Place(
        place.root, place.environment | {vault.PUBLIC_KEY_VARIABLE: bytes(private.public_key).hex()}
    )
    again = named.run(*command)
    assert "0 sealed anew" in again.stdout
    assert f"but {vault.PUBLIC_KEY_VARIABLE} still names another key" in again.stderr
    assert vault.public_key(place.warehouse.vault) == bytes(other.public_key), "for what comes from now on"
    assert_secret(place, ran)


def test_a_complaint_file_with_reporter_columns_is_landed_sealed_and_loaded_without_them(
    place: Place, private: PrivateKey
) -> None:
    columns = f"{COMPLAINT},{EXTRA}"
    contents = []
    for number, form in enumerate(("csv", "csv.gz", "xlsx", "jsonl", "parquet")):
        first = 60 + 12 * number
        table = [[str(cell) for cell in row] for row in with_reporters(range(first, first + 12), MORE)]
        text = as_csv(columns, table).encode()
        content = {
            "csv": text,
            "csv.gz": compressed(text),
            "xlsx": workbook(columns, table),
            "jsonl": json_lines(columns, table),
            "parquet": parquet(columns, table),
        }[form]
        contents.append(write(place.inbox / f"complaint-2025-06-0{number + 1}.{form}", content).read_bytes())
    ran = place.run()
    assert ran.code == 0, ran.stderr
    assert_secret(place, ran)
    assert query(place, "SELECT count(*) FROM record.complaint WHERE ticket_no >= 'GD00060'") == [(60,)]
    assert sorted(opened_landing(place, private)) == sorted(contents)
    assert place.run("verify", "--json").json == {"problems": []}


def test_a_workbook_is_sealed_for_the_sake_of_a_sheet_that_is_not_read(
    place: Place, private: PrivateKey
) -> None:
    other = ("举报人", [["举报人姓名", "举报人电话"], *([one.reporter_name, one.phone] for one in MORE)])
    content = workbook(COMPLAINT, [[str(cell) for cell in complaint(80)]], other)
    write(place.inbox / "complaint-2025-06-03.xlsx", content)
    ran = place.run()
    assert ran.code == 0, ran.stderr
    assert_secret(place, ran)
    assert opened_landing(place, private) == [content]
    assert query(place, "SELECT count(*) FROM record.complaint WHERE ticket_no = 'GD00080'") == [(1,)]


def test_the_key_may_come_from_the_environment(keyless: Place, private: PrivateKey) -> None:
    keyless.environment["INTEGRITY_PUBLIC_KEY"] = bytes(private.public_key).hex()
    write(keyless.inbox / "complaint_reporter.csv", plain(REPORTERS))
    ran = keyless.run()
    assert ran.code == 0, ran.stderr
    assert_secret(keyless, ran)
    assert len(opened_rows(keyless, private)) == len(REPORTERS)


def test_what_was_sealed_is_known_again(place: Place) -> None:
    write(place.inbox / "complaint_reporter.csv", plain(REPORTERS))
    assert place.run().code == 0
    write(place.inbox / "complaint_reporter-again.csv", plain(REPORTERS))
    ran = place.run()
    assert ran.code == 0 and not ran.json["published"]
    assert {one["status"] for one in ran.json["files"]} == {"already loaded"}
    assert len(list(place.warehouse.landing.glob("??/*.sealed"))) == 1
    assert_secret(place, ran)


# --- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["reporters", "complaints"])
def test_without_a_key_it_is_dropped_and_said_so_and_nothing_is_kept(kind: str, keyless: Place) -> None:
    extra = as_csv(f"{COMPLAINT},{EXTRA}", with_reporters(range(60, 72), MORE)).encode()
    name, content = {
        "reporters": ("complaint_reporter.csv", plain(REPORTERS)),
        "complaints": ("complaint-2025-06-02.csv", extra),
    }[kind]
    write(keyless.inbox / name, content)
    ran = keyless.run()
    assert ran.code == 3
    fate = next(one for one in ran.json["files"] if one["path"] == name)
    assert (
        fate["status"] == "refused" and "no public key is configured: nothing of it was kept" in fate["error"]
    )
    assert_secret(keyless, ran)
    assert not list(keyless.warehouse.landing.glob("??/*.sealed"))
    assert not (keyless.warehouse.vault / "complaint_reporter").exists()


def ragged(table: list[list[str]]) -> bytes:
    table[1] = [*table[1], table[1][2]]
    table[2] = table[2][:3]
    return as_csv(COLUMNS, table).encode()


def badly_encoded(table: list[list[str]]) -> bytes:
    lines = as_csv(COLUMNS, table).encode().splitlines()
    lines[2] = lines[2].replace(b",", b"\xff\xfe,", 1)
    return b"\n".join(lines) + b"\n"


def mixed_encodings(table: list[list[str]]) -> bytes:
    lines = as_csv(COLUMNS, table).splitlines()
    return b"\n".join(
        [*(line.encode() for line in lines[:6]), *(line.encode("gb18030") for line in lines[6:])]
    )


def without_tickets(table: list[list[str]]) -> bytes:
    return as_csv(COLUMNS, [["", *row[1:]] for row in table]).encode()


def shifted(table: list[list[str]]) -> bytes:
    """The cells of some rows stand one column to the left: the name where the ticket should be."""
    return as_csv(COLUMNS, [[*row[2:], "", ""] if n % 2 else row for n, row in enumerate(table)]).encode()


def headless(table: list[list[str]]) -> bytes:
    return as_csv(",".join(table[0]), table[1:]).encode()


def headed_twice(table: list[list[str]]) -> bytes:
    return as_csv(f"{COLUMNS},{table[0][1]},{table[0][1]}", [[*row, "", ""] for row in table]).encode()


def never_closed(table: list[list[str]]) -> bytes:
    text = as_csv(COLUMNS, table)
    return text.replace(table[3][2], f'"{table[3][2]}').encode()


def broken_lines(table: list[list[str]]) -> bytes:
    lines = json_lines(COLUMNS, table).decode().splitlines()
    return "\n".join([lines[0], lines[1][:-9], *lines[2:]]).encode()


def truncated(table: list[list[str]]) -> bytes:
    return compressed(as_csv(COLUMNS, table * 50).encode())[:-40]


BROKEN: dict[str, tuple[str, Callable[[list[list[str]]], bytes]]] = {
    "ragged rows": ("csv", ragged),
    "bad encoding": ("csv", badly_encoded),
    "mixed encodings": ("csv", mixed_encodings),
    "rows without a ticket": ("csv", without_tickets),
    "shifted rows": ("csv", shifted),
    "no header": ("csv", headless),
    "a header cell twice": ("csv", headed_twice),
    "a quote that is never closed": ("csv", never_closed),
    "broken JSON": ("jsonl", broken_lines),
    "a truncated gzip": ("csv.gz", truncated),
    "a CSV that is called a workbook": ("xlsx", ragged),
    "a truncated Parquet": ("parquet", lambda table: parquet(COLUMNS, table)[:-30]),
    "a truncated workbook": ("xlsx", lambda table: workbook(COLUMNS, table)[:-300]),
}


def test_broken_files_of_reporters_leave_no_trace_in_findings_messages_or_files(place: Place) -> None:
    for number, (ending, break_it) in enumerate(BROKEN.values()):
        content = break_it(rows(REPORTERS))
        write(place.inbox / f"complaint_reporter-2025-06-{number + 1:02}.{ending}", content)
    for number, (ending, break_it) in enumerate(BROKEN.values()):
        table = [[str(cell) for cell in row] for row in with_reporters(range(60, 72), MORE)]
        broken = break_it([[*row[:1], *row[-3:], row[0]] for row in table])
        broken = broken.replace(COLUMNS.encode(), b"ticket_no,reporter_name,phone,caller,category")
        write(place.inbox / f"complaint-2025-06-{number + 1:02}.{ending}", broken)
    ran = place.run()
    assert ran.code == 3, ran.stderr
    assert_secret(place, ran)
    reported = query(
        place,
        "SELECT DISTINCT unnest(reasons) FROM quality.quarantine WHERE table_name = 'complaint_reporter'",
    )
    assert {("ticket_no: required",), ("ragged",)} <= set(reported)
    kept = query(
        place, "SELECT DISTINCT \"row\" FROM quality.quarantine WHERE table_name = 'complaint_reporter'"
    )
    assert all(row is None or set(json.loads(str(row))) == {"ticket"} for (row,) in kept)
    refused = {one["path"] for one in ran.json["files"] if one["status"] == "refused"}
    assert {f"complaint_reporter-2025-06-{number:02}.csv" for number in (6, 7, 8)} <= refused
    again = place.run()
    assert not again.json["published"], "the same refusals are no news"
    assert_secret(place, again)


def test_the_commands_that_show_and_export_show_nothing_of_reporters(place: Place, tmp_path: Path) -> None:
    write(place.inbox / "complaint_reporter-1.csv", shifted(rows(REPORTERS)))
    write(place.inbox / "complaint_reporter-2.csv", plain(WAITING))
    assert place.run().code == 0
    target = tmp_path / "export.csv"
    said = [
        place.run(*command)
        for command in (["quarantine"], ["quarantine", "--json"], ["status"], ["history", "--json"])
    ]
    assert place.run("quarantine", "--table", "complaint_reporter", "--export", str(target)).code == 1
    assert not target.exists()
    assert_secret(place, *said)


# --- killed -----------------------------------------------------------------------------------------------------------


def test_a_run_killed_in_the_middle_leaves_nothing_readable_and_the_next_one_seals_all(
    place: Place, private: PrivateKey, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    place.environment["TMPDIR"] = str(temporary)
    write(place.inbox / "complaint_reporter-1.csv", plain(REPORTERS))
    write(place.inbox / "complaint_reporter-2.xlsx", workbook(COLUMNS, rows(WAITING)))
    extra = as_csv(f"{COMPLAINT},{EXTRA}", with_reporters(range(60, 72), MORE))
    write(place.inbox / "complaint-2025-06-02.csv", extra)
    seconds = 1.0
    for number in range(6):
        running = place.start()
        time.sleep(seconds * (number + 1) / 6)
        assert_secret(place, running.kill(), elsewhere=[temporary])
    ran = place.run()
    assert ran.code == 0
    assert_secret(place, ran, elsewhere=[temporary])
    assert len(opened_rows(place, private)) == len(REPORTERS) + len(WAITING)
    assert sorted(opened_landing(place, private)) == sorted(
        path.read_bytes()
        for path in place.inbox.iterdir()
        if "reporter" in path.name or path.name.endswith("06-02.csv")
    )


def test_a_run_killed_at_its_durable_steps_leaves_nothing_readable(place: Place) -> None:
    """The steps around the sealing itself: sealed landing, vault, certificates, publication."""
    write(place.inbox / "complaint_reporter-1.csv", plain(REPORTERS))
    write(
        place.inbox / "complaint-2025-06-02.csv",
        as_csv(
            f"{COMPLAINT},{EXTRA},备注",  # a remark that the contract does not know says it once more
            [[*row, f"{row[-3]} {row[-2]}"] for row in with_reporters(range(60, 72), MORE)],
        ),
    )
    for step in (12, 36, 44, 50, 56):
        assert_secret(place, place.run(kill_before=step))
    assert place.run().code == 0


# --- waiting ----------------------------------------------------------------------------------------------------------


def test_a_reporter_whose_ticket_is_unknown_waits_as_a_hash_and_is_released_with_the_ticket(
    place: Place, private: PrivateKey
) -> None:
    write(place.inbox / "complaint_reporter-1.csv", plain([*REPORTERS, *WAITING]))
    ran = place.run()
    assert ran.code == 0
    counts = ran.json["tables"]["complaint_reporter"]
    assert (counts["loaded"], counts["quarantined"]) == (len(REPORTERS), len(WAITING))
    waiting = query(
        place,
        "SELECT \"row\", is_waiting, reasons FROM quality.quarantine WHERE table_name = 'complaint_reporter'",
    )
    key = vault.hash_key(place.warehouse.vault)
    hashes = {vault.keyed_hash(one.ticket_no, key) for one in WAITING}
    assert {json.loads(str(row))["ticket"] for row, _, _ in waiting} == hashes
    assert all(
        is_waiting and why == ["ticket_no: references complaint.ticket_no"] for _, is_waiting, why in waiting
    )
    assert_secret(place, ran)

    write(place.inbox / "complaint-2025-06-10.csv", as_csv(COMPLAINT, [complaint(50)]))
    ran = place.run()
    assert ran.json["tables"]["complaint_reporter"]["released"] == 1
    assert len(query(place, "FROM quality.quarantine WHERE table_name = 'complaint_reporter'")) == 1
    write(place.inbox / "complaint-2025-06-11.csv", as_csv(COMPLAINT, [complaint(51)]))
    ran = place.run()
    assert ran.json["tables"]["complaint_reporter"]["released"] == 1
    assert not query(place, "FROM quality.quarantine WHERE table_name = 'complaint_reporter'")
    assert len(opened_rows(place, private)) == len(REPORTERS) + len(WAITING), "sealed once, when it came"
    assert_secret(place, ran)


# --- mapped sources ---------------------------------------------------------------------------------------------------

CERTIFICATE = (
    certificate("hotline")
    + """[inputs.calls]
glob = "hotline*"
"""
)
TICKETS = """
[[outputs]]
table = "complaint"
input = "calls"
[outputs.columns]
ticket_no = { hash = ["单号"], prefix = "T-" }
category = { column = "类别", values = { "投诉" = "complaint" } }
handling_unit_id = { constant = "990101" }
received_at = "时间"
"""
PERSONS = """
[[outputs]]
table = "complaint_reporter"
input = "calls"
[outputs.columns]
ticket_no = { hash = ["单号"], prefix = "T-" }
original_ticket_no = "单号"
reporter_name = "来电人"
phone = "来电号码"
"""
CALLS = "单号,类别,时间,来电人,来电号码"


def calls(reporters: Iterable[Reporter]) -> list[list[str]]:
    return [
        [one.original_ticket_no, "投诉", "2025-05-01 10:00:00", one.reporter_name, one.phone]
        for one in reporters
    ]


@pytest.mark.parametrize("outputs", ["both", "tickets only", "persons only"])
def test_a_mapped_file_with_reporters_is_sealed_and_mapped_in_memory(
    outputs: str, place: Place, private: PrivateKey
) -> None:
    parts = {"both": TICKETS + PERSONS, "tickets only": TICKETS, "persons only": PERSONS}[outputs]
    mapping = write(place.root / "hotline.toml", CERTIFICATE + parts)
    first, second = calls(REPORTERS[:6]), calls(REPORTERS[6:])
    contents = [as_csv(CALLS, [*first, [*first[0], "more"]]).encode(), workbook(CALLS, second)]
    for ending, content in zip(("csv", "xlsx"), contents, strict=True):
        write(place.inbox / f"hotline-2025-05.{ending}", content)
    ran = place.run("run", "--json", "--source", str(mapping))
    assert ran.code == 0, ran.stderr + ran.stdout
    assert_secret(place, ran)
    assert sorted(opened_landing(place, private)) == sorted(contents)
    assert [one["rows"] for one in ran.json["files"] if one["path"].startswith("hotline")] == [7, 6]
    if outputs != "persons only":
        tickets = "SELECT count(DISTINCT ticket_no) FROM record.complaint WHERE ticket_no LIKE 'T-%'"
        assert query(place, tickets) == [(12,)]
        assert ran.json["tables"]["complaint"]["loaded"] == 12 + 40
    if outputs != "tickets only":
        found = opened_rows(place, private)
        assert sorted(
            (one["original_ticket_no"], one["reporter_name"], one["phone"]) for one in found
        ) == sorted(one.secrets[:3] for one in REPORTERS)
        counts = ran.json["tables"]["complaint_reporter"]
        known = 12 if outputs == "both" else 0
        assert (counts["loaded"], counts["quarantined"]) == (known, 12 - known + 1)
    assert place.run("verify", "--json").json == {"problems": []}


def test_a_mapped_file_with_reporters_is_refused_without_a_key(keyless: Place) -> None:
    mapping = write(keyless.root / "hotline.toml", CERTIFICATE + TICKETS)
    write(keyless.inbox / "hotline-2025-05.csv", as_csv(CALLS, calls(REPORTERS)))
    ran = keyless.run("run", "--json", "--source", str(mapping))
    assert ran.code == 3 and "nothing of it was kept" in ran.stderr
    assert_secret(keyless, ran)


LEADS_ASTRAY = {
    "a phone as a unit": (
        ('received_at = "时间"', 'received_at = "时间"\ntarget_unit_id = "来电号码"'),
        "complaint is fed from whistle-blower columns (来电号码)",
    ),
    "the reporter's own number as the pseudonym": (
        ('{ hash = ["单号"], prefix = "T-" }\ncategory', '"单号"\ncategory'),
        "complaint is fed from whistle-blower columns (单号)",
    ),
    "reporters in groups": (
        ('original_ticket_no = "单号"', 'original_ticket_no = "单号"\n\n'),
        "primary output only",
    ),
}


@pytest.mark.parametrize("case", LEADS_ASTRAY)
def test_a_mapping_that_leads_a_reporter_out_of_the_vault_is_refused(case: str, place: Place) -> None:
    change, reason = LEADS_ASTRAY[case]
    text = CERTIFICATE + TICKETS + PERSONS
    assert change[0] in text
    text = text.replace(*change)
    if case == "reporters in groups":
        text = text.replace('input = "calls"\n[outputs.columns]\nticket_no = { hash = ["单号"], prefix = "T-" }\norig',
                            'input = "calls"\ngroup_by = "ticket_no"\n[outputs.columns]\n'
                            'ticket_no = { hash = ["单号"], prefix = "T-" }\norig')  # fmt: skip
    mapping = write(place.root / "hotline.toml", text)
    write(place.inbox / "hotline-2025-05.csv", as_csv(CALLS, calls(REPORTERS)))
    ran = place.run("run", "--json", "--source", str(mapping))
    assert ran.code == 3, ran.stderr
    assert reason in ran.stderr and "othing of the file was kept" in ran.stderr
    assert_secret(place, ran)
    assert not list(place.warehouse.landing.glob("??/*.sealed"))


# --- recognised -------------------------------------------------------------------------------------------------------


SAYS_WHO = (
    "reporter_name,Reporter Phone,举报人电话,举报人,投诉人姓名,反映人姓名,联系电话,来电号码,phone,手机号,被反映人,"
    "whistleblower,caller_id,complainant,original_ticket_no,ORIGINAL TICKET NO,身份证号"
)


@pytest.mark.parametrize("column", SAYS_WHO.split(","))
def test_columns_that_say_who_spoke_are_recognised_in_a_complaint_file(column: str) -> None:
    assert sensitive_columns(("complaint",), [column]) == (column,)


@pytest.mark.parametrize(
    "column",
    ["Complainant Zip ", "投诉类型", "是否匿名", "承办人电话", "Business Name", "Street_Address", "Ward"],
)
def test_columns_that_do_not_say_who_spoke_leave_a_complaint_file_open(column: str) -> None:
    assert sensitive_columns(("complaint",), [column]) == ()


def test_words_for_the_one_who_spoke_are_recognised_in_any_table_and_a_phone_is_a_shops_there() -> None:
    assert sensitive_columns(("enforcement_case",), ["举报人", "phone", "联系电话"]) == ("举报人",)


def test_an_inspection_that_names_its_informant_is_landed_sealed(place: Place, private: PrivateKey) -> None:
    visits = [[*inspection(400 + n, 1), one.reporter_name] for n, one in enumerate(REPORTERS)]
    content = as_csv(f"{INSPECTION},举报人", visits)
    write(place.inbox / "inspection-2025-06-01.csv", content)
    ran = place.run()
    assert ran.code == 0, ran.stderr
    assert_secret(place, ran)
    assert opened_landing(place, private) == [content.encode()]
    assert ran.json["tables"]["inspection"]["loaded"] == 301 + len(REPORTERS)


def test_the_mappings_of_the_public_sources_need_no_key() -> None:
    folder = Path(__file__).parents[1] / "etl" / "sources"
    for path in folder.glob("*.toml"):
        source = load_mapping(path)
        for declared in source.inputs:
            assert mapped_columns(source, declared, declared.columns) == ()


def test_the_key_pair_command_writes_keys_for_their_owner_only(tmp_path: Path) -> None:
    place = Place(tmp_path)
    private, public = tmp_path / "private.key", tmp_path / "public.key"
    ran = _keys(place, private, public)
    assert ran.code == 0
    for path in (private, public):
        assert path.stat().st_mode & 0o777 == 0o600
    secret = PrivateKey(vault.next_private_key(private))
    with pytest.raises(vault.VaultError, match=r"public\.key does not say"):
        vault.next_private_key(public)
    assert SealedBox(secret).decrypt(vault.seal(b"x", bytes.fromhex(public.read_text().strip()))) == b"x"
    assert bytes(secret).hex() in private.read_text() and bytes(secret).hex() not in ran.stdout + ran.stderr
    assert _keys(place, private, public).code == 1, "a key is never overwritten"
    (tmp_path / "file").touch()
    alone = tmp_path / "alone.key"
    assert _keys(place, alone, tmp_path / "file" / "public.key").code == 1
    assert not alone.exists(), "half a pair is none"


def _keys(place: Place, private: Path, public: Path) -> Ran:
    return place.run("keys", "--private", str(private), "--public", str(public))
