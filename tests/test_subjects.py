"""Forgetting a person: one key is erased, and nothing that lies anywhere says who it was; all others stay readable."""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from etl_helpers import as_csv, as_json_lines, as_parquet, as_workbook
from sqlalchemy import select
from test_whistleblower import values

from etl import run, verify
from etl.gather import Warehouse
from etl.mapping import load as load_mapping
from ledger import migration, proof
from ledger.__main__ import main
from ledger.schema import Entry
from ledger.storage import open_ledger
from model import policy, vault, warehouse
from model.contract import TABLES
from model.subjects import FILE, MARK, SubjectKeys
from tests.durability_helpers import Place, write

UNIT = {"unit_id": "U1", "name": "某区局", "unit_type": "county_bureau"}
CELL = {"cell_id": "C1", "unit_id": "U1", "name": "首义路", "valid_from": "2020-01-01"}


def shop(number: int) -> dict[str, object]:
    """A shop each of whose personal texts is found nowhere else."""
    return {
        "retailer_id": f"R{number}", "cell_id": "C1", "state": "active", "shop_name": f"甲乙丙{number}烟酒店",
        "operator_name": f"欧*{number}", "phone": f"138****77{number:02}", "address": f"无名街{number}号",
        "special_group": "disability", "credit_code": f"坏码{number}", "店主微信": f"wx-{number}-qz",
    }  # fmt: skip


def officer(number: int) -> dict[str, object]:
    return {
        "staff_id": f"P{number}", "unit_id": "U1", "role": "inspector", "name": f"司马{number}测", "state": "on_post",
        "certificate_no": f"ZJ-77-{number}", "is_party_member": "true",
    }  # fmt: skip


SHOPS, OFFICERS = [shop(number) for number in range(1, 5)], [officer(number) for number in range(1, 4)]
OF_SHOP = ("甲乙丙{}烟酒店", "138****77{:02}", "无名街{}号", "坏码{}", "wx-{}-qz")
OF_OFFICER = ("司马{}测", "ZJ-77-{}")


def texts(forms: tuple[str, ...], number: int) -> list[str]:
    return [form.format(number) for form in forms]


def load(place: Place) -> run.Report:
    mapping = place.root / "shops.toml"
    sources = [load_mapping(mapping)] if mapping.exists() else []
    return run.run(place.inbox, place.warehouse, sources, lambda step, size: None)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Registers in every format, one through a mapping, a row that cannot be read and one that waits for its parent."""
    place = Place(tmp_path_factory.mktemp("subjects"))
    write(place.inbox / "org_unit.csv", as_csv([UNIT]))
    write(place.inbox / "market_cell.csv", as_csv([CELL]))
    ragged = as_csv(SHOPS[:1]) + "R9,残行\n"
    waits = as_csv([shop(1) | {"retailer_id": "R1", "cell_id": "C1"}, shop(4) | {"cell_id": "C9"}])
    forms: dict[str, str | bytes] = {
        "retailer-2026-01-05.csv": ragged,
        "retailer-2026-01-06.csv.gz": gzip.compress(as_csv(SHOPS[:2]).encode("gb18030")),
        "retailer-2026-01-07.jsonl": as_json_lines(SHOPS[:3]),
        "retailer-2026-01-08.csv": waits,
        "staff-2026-01-05.xlsx": as_workbook(OFFICERS[:2]),
        "staff-2026-01-06.parquet": as_parquet(OFFICERS),
    }
    for name, content in forms.items():
        write(place.inbox / name, content)
    (place.root / "shops.toml").write_text(MAPPING, encoding="utf-8")
    foreign = "编号,店名,住址,备注\n1,甲乙丙1烟酒店,无名街1号,wx-1-qz\n7,甲乙丙7烟酒店,无名街7号,wx-7-qz\n"
    write(place.inbox / "shops.csv", foreign)
    report = load(place)
    assert report.published and not report.refused
    return place


MAPPING = """
[source]
name = "shops"
name_zh = "门店"
name_en = "shops"
producer = "p"
owner = "o"
licence = "l"
extent = "delta"
[inputs.shops]
glob = "shops*.csv"
[[outputs]]
table = "retailer"
input = "shops"
[outputs.columns]
retailer_id = { template = "R{编号}" }
cell_id = { constant = "C1" }
shop_name = "店名"
address = "住址"
"""


@pytest.fixture
def place(loaded: Place, tmp_path: Path) -> Place:
    shutil.copytree(loaded.root, tmp_path / "own", symlinks=True)
    return Place(tmp_path / "own")


def found_in(place: Warehouse, wanted: list[str]) -> set[str]:
    """Which of the texts stand in any byte or value below landing, vault and warehouse, once what can be opened is."""
    keys = SubjectKeys(place.vault)
    found: set[str] = set()
    folders = (place.landing, place.vault, place.directory)
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        found |= {text for text in wanted if text.encode() in content or text.encode("gb18030") in content}
        if path.suffix in (".duckdb", ".parquet"):
            for text in (opened for value in values(path) for opened in every(value, keys)):
                found |= {one for one in wanted if one in text}
    return found


def every(value: str, keys: SubjectKeys) -> Iterator[str]:
    """A value as text, and each sealed text in it opened."""
    yield value
    for part in value.split(MARK)[1:]:
        end = next((at for at, sign in enumerate(part) if not (sign.isalnum() or sign in "+/=:")), len(part))
        yield keys.open(MARK + part[:end]) or ""


def record(place: Warehouse, table: str, key: str) -> dict[str, object]:
    """A record as it is loaded, its sealed texts opened."""
    path = warehouse.open_snapshot(place.directory).path("full")
    with warehouse.connect(path, read_only=True) as connection:
        found = connection.execute(f"FROM record.{table} WHERE {policy.SUBJECTS[table]} = ?", [key])
        names, (row,) = [item[0] for item in found.description], found.fetchall()
    keys = SubjectKeys(place.vault)
    opened = [keys.open(value) if isinstance(value, str) else value for value in row]
    return dict(zip(names, opened, strict=True))


def test_what_the_registers_say_of_persons_lies_sealed_and_is_as_it_was(place: Place) -> None:
    at = place.warehouse
    one = record(at, "retailer", "R2")
    assert (one["shop_name"], one["phone"], one["address"]) == ("甲乙丙2烟酒店", "138****7702", "无名街2号")
    assert one["special_group"] == "disability" and one["state"] == "active"
    assert record(at, "retailer", "R7")["shop_name"] == "甲乙丙7烟酒店", "through a mapping"
    assert (record(at, "staff", "P3")["certificate_no"], record(at, "staff", "P3")["is_party_member"]) == (
        "ZJ-77-3", "true",
    )  # fmt: skip
    secrets = [*texts(OF_SHOP, 2), *texts(OF_OFFICER, 2), "欧*2"]
    for path in (*at.landing.rglob("*"), *at.directory.rglob("*"), *at.vault.rglob("*")):
        if path.is_file():
            assert not [text for text in secrets if text.encode() in path.read_bytes()], path
            if path.suffix in (".duckdb", ".parquet"):
                assert not [text for value in values(path) for text in secrets if text in value], path
    assert found_in(at, secrets) >= {*texts(OF_SHOP, 2), "ZJ-77-2"}, "the search opens what can be opened"
    assert verify.problems(at) == []


def test_whoever_is_erased_is_nowhere_and_all_others_are(place: Place, tmp_path: Path) -> None:
    at = place.warehouse
    erased, others = [*texts(OF_SHOP, 1), "欧*1", *texts(OF_OFFICER, 1)], texts(OF_SHOP, 2)
    assert found_in(at, erased) >= {*texts(OF_SHOP, 1), "ZJ-77-1"}
    held = keys_held(at)
    book = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    migration.upgrade(book)
    command = [
        "--ledger",
        f"sqlite:///{tmp_path / 'ledger.db'}",
        "vault",
        "erase",
        "--warehouse",
        str(at.directory),
    ]
    refused = CliRunner().invoke(main, [*command, "--retailer", "R1", "--purpose", " "])
    assert refused.exit_code and keys_held(at) == held
    for chosen in (["--retailer", "R1"], ["--staff", "P1"]):
        done = CliRunner().invoke(main, [*command, *chosen, "--purpose", "本人申请"])
        assert done.exit_code == 0 and "erased" in done.output
    with book.read() as session:
        entries = session.scalars(select(Entry).where(Entry.action == "erase_subject")).all()
        assert [(one.object_kind, one.object_id, one.purpose) for one in entries] == [
            ("retailer", "R1", "本人申请"), ("staff", "P1", "本人申请"),
        ]  # fmt: skip
    assert proof.verify(book).holds
    book.close()
    assert found_in(at, erased) == set()
    gone = set(held) - set(keys_held(at))
    assert len(gone) == 2
    raw = (at.vault / FILE).read_bytes()
    assert not [key for reference, key in held.items() if reference in gone and key in raw], "overwritten"
    assert found_in(at, others) == set(others)
    assert record(at, "retailer", "R1")["state"] == "active", "what is not personal stays"
    assert verify.problems(at) == []


def keys_held(at: Warehouse) -> dict[str, bytes]:
    database = sqlite3.connect(at.vault / FILE)
    try:
        return dict(database.execute("SELECT reference, key FROM subject_key"))
    finally:
        database.close()


def test_a_rerun_from_the_landing_and_a_new_delivery_bring_nobody_back(place: Place) -> None:
    at = place.warehouse
    before = {key: record(at, "retailer", key) for key in ("R2", "R3", "R7")}
    SubjectKeys(at.vault).erase("retailer/R1", datetime(2026, 1, 9, 8))
    shutil.rmtree(at.directory)
    for path in place.inbox.iterdir():
        path.unlink()
    for path in sorted(at.landing.glob("??/*.json")):
        certificate = json.loads(path.read_text())
        (stored,) = (one for one in path.parent.glob(f"{path.stem}.*") if one != path)
        name = certificate["name"]
        name = name if stored.suffix != ".parquet" else f"{name.split('.')[0]}.parquet"
        write(place.inbox / name.replace("shops.parquet", "shops.csv"), stored.read_bytes())
    shutil.rmtree(at.landing)
    report = load(place)
    assert report.published and not report.refused
    assert report.tables["retailer"].quarantined == 2, "the ragged row, and the one that waits"
    assert {key: record(at, "retailer", key) | NUMBERS for key in before} == {
        key: row | NUMBERS for key, row in before.items()
    }
    names = [column.name for column in policy.sealed_columns(TABLES["retailer"])]
    assert [record(at, "retailer", "R1")[name] for name in names] == [None] * len(names)
    write(place.inbox / "retailer-2026-02-01.csv", as_csv([shop(1) | {"state": "closed"}, shop(3)]))
    assert load(place).published
    assert record(at, "retailer", "R1")["state"] == "closed"
    assert found_in(at, texts(OF_SHOP, 1)) == set()
    assert set(texts(OF_SHOP, 3)) <= found_in(at, texts(OF_SHOP, 3))


def test_lost_keys_are_refused_and_no_new_ones_hide_the_loss(place: Place) -> None:
    at = place.warehouse
    keys, before = at.vault / FILE, (at.directory / "CURRENT").read_text()
    content = keys.read_bytes()
    keys.unlink()
    write(place.inbox / "retailer-2026-02-01.csv", as_csv([shop(2) | {"state": "closed"}]))
    with pytest.raises(vault.VaultError, match="restore it from the backup"):
        load(place)
    assert not keys.exists() and (at.directory / "CURRENT").read_text() == before
    keys.write_bytes(content)
    assert load(place).published
    assert record(at, "retailer", "R2")["shop_name"] == "甲乙丙2烟酒店"
    keys.write_bytes(b"")
    write(place.inbox / "retailer-2026-02-02.csv", as_csv([shop(3) | {"shop_name": "新店"}]))
    assert load(place).published, "an empty file says that the loss is known"
    assert (record(at, "retailer", "R2")["shop_name"], record(at, "retailer", "R3")["shop_name"]) == (
        None, "新店",
    )  # fmt: skip


NUMBERS = {"batch_id": 0, "row_number": 0}


def test_a_table_without_persons_is_landed_as_it_came(loaded: Place) -> None:
    content = (loaded.inbox / "market_cell.csv").read_bytes()
    assert content in [path.read_bytes() for path in loaded.warehouse.landing.glob("??/*.csv")]
    assert next(csv.reader(io.StringIO(content.decode())))[0] == "cell_id"


def test_which_columns_are_sealed_is_what_policy_drops_but_for_stated_reasons() -> None:
    named = {
        f"{table}.{one.name}" for table in policy.SUBJECTS for one in policy.sealed_columns(TABLES[table])
    }
    dropped = {
        f"{table}.{column.name}" for table in policy.SUBJECTS for column in TABLES[table].columns
        if policy.exposure(column) == "drop"
    }  # fmt: skip
    assert named == dropped - set(policy.KEPT_OPEN) and set(policy.KEPT_OPEN) <= dropped
    assert {"staff.name", "staff.is_party_member", "retailer.phone", "retailer.special_group"} <= named


def test_a_key_that_was_not_kept_is_forgotten_and_one_that_was_erased_is_not_made_again(
    tmp_path: Path,
) -> None:
    keys = SubjectKeys(tmp_path)
    lost = keys.seal("staff/P1", "王五")
    assert lost and keys.open(lost) == "王五" and SubjectKeys(tmp_path).open(lost) is None
    keys.keep()
    again = SubjectKeys(tmp_path)
    assert again.open(lost) == "王五" and again.seal("staff/P1", "王五") == lost == again.seal(
        "staff/P1", lost
    )
    assert again.seal("staff/P2", "王五") != lost
    assert again.erase("staff/P1", datetime(2026, 1, 1)) and not again.erase("staff/P1", datetime(2026, 1, 1))
    for one in (again, SubjectKeys(tmp_path)):
        assert one.open(lost) is None and one.seal("staff/P1", "赵六") is None
    late = keys.seal("staff/P3", "x")
    again.erase("staff/P3", datetime(2026, 1, 1))
    keys.keep()
    assert late and SubjectKeys(tmp_path).open(late) is None, "erased while another process held it"
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
    assert again.open("sealed:") is None and again.open("sealed:x:y") is None and again.open("张三") == "张三"
    assert vault.hash_key(tmp_path)
