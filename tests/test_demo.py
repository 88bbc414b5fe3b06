"""The demo bureau: lawful but for what truth.json says, well formed but for the dirty rows that it lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import chinese_calendar
import numpy as np
import pandas as pd
import pytest

from etl.demo import write
from model import warehouse
from model.contract import TABLES

END = date(2026, 9, 30)
WRITTEN = [name for name in TABLES if name != "working_calendar"]
TYPES = {
    "date": "date",
    "timestamp": "timestamp",
    "integer": "bigint",
    "decimal": "double",
    "boolean": "boolean",
}

# One query a hard rule: the keys of the records that break it, counted anew from the files.
BREACHES = {
    "L1": """select application_no from licence_application where coalesce(extended_working_days, 0) >= 0 and (
        (result in ('granted', 'refused') and working_days(coalesce(accepted_at, submitted_at), decided_at)
            - coalesce(suspended_working_days, 0) > statutory_working_days + extension)
        or (decided_at is null and accepted_at is not null and working_days(accepted_at, getvariable('as_of'))
            > statutory_working_days + extension + coalesce(suspended_working_days, 0)))""",
    "L4": """select application_no from licence_application where supplement_notice_at is not null
        and (working_days(submitted_at, supplement_notice_at) > 5 or supplement_count > 1)""",
    "L5": """select a.application_no from licence_application a where verification_started_at is not null and (
        select count(distinct s.staff_id) from staff s where s.role <> 'auxiliary'
        and s.staff_id in (a.first_verifier_id, a.second_verifier_id)) < 2""",
    "L6": """select application_no from licence_application where result = 'granted' and is_verification_required
        and (verification_ended_at is null or decided_at < verification_ended_at)""",
    "L7": """select application_no from licence_application where application_type = 'new' and result = 'granted'
        and occupied_at_decision >= capacity_at_decision and exemption_code is null""",
    "L8": """select application_no from licence_application where application_type = 'new' and result = 'granted' and (
        (nearest_outlet_metres < required_spacing_metres and exemption_code is null)
        or nearest_school_metres < required_school_metres)""",
    "L9": """select application_no from licence_application where result = 'granted' and exemption_code is not null
        and is_exemption_proof_verified is distinct from true""",
    "L10": """select a.application_no from licence_application a where result = 'granted' and queue_no is not null
        and exists (select 1 from licence_application b where b.cell_id = a.cell_id and b.queue_no < a.queue_no
        and b.queue_joined_at <= a.decided_at and b.queue_skip_reason is null
        and (b.decided_at is null or b.decided_at > a.decided_at))""",
    "L11": """select application_no from licence_application where result = 'refused' and (refusal_reason is null
        or refusal_basis is null or has_remedy_notice is distinct from true)""",
    "L12": """select application_no from licence_application where extended_working_days > 0 and (
        extended_working_days > 10 or extension_approver_id is null or extension_reason is null
        or extension_notice_at is null)""",
    "L13": """select application_no from licence_application where application_type = 'renewal'
        and submitted_at::date <= previous_expires_on - 30 and coalesce(result, 'granted') in ('granted', 'refused')
        and coalesce(decided_at::date, getvariable('as_of')) > previous_expires_on
        and previous_expires_on <= getvariable('as_of')""",
    "I1": """select i.inspection_no from inspection i where started_at is not null and (
        select count(distinct s.staff_id) from staff s where list_contains(i.officer_ids, s.staff_id)
        and i.started_at::date between s.certificate_valid_from and s.certificate_valid_to) < 2""",
    "I4": """select r.retailer_id from retailer r where state = 'active' and annual_inspection_cap < (
        select count(distinct inspection_no) from inspection i where i.retailer_id = r.retailer_id
        and inspection_kind <> 'case_specific' and year(started_at) = year(getvariable('as_of')))""",
    "I7": """select inspection_no from inspection where started_at is not null and plan_id is null and clue_id is null
        and approval_id is null""",
    "C1": """select case_no from enforcement_case where clue_at::date + 7 < getvariable('as_of')
        and coalesce(filing_decided_at::date, getvariable('as_of')) > clue_at::date + 7""",
    "C2": """select case_no from enforcement_case where (penalty_decided_on is not null or closed_on is null)
        and coalesce(penalty_decided_on, getvariable('as_of')) > filed_on + 90""",
    "C3": """select case_no from enforcement_case where penalty_base_amount > 0 and fine_amount > 0
        and round(fine_amount / penalty_base_amount, 6) not between band_low and band_high
        and is_collectively_discussed is distinct from true""",
    "C5": """select case_no from enforcement_case where mitigation_code is not null
        and (mitigation_basis is null or is_evidence_complete is distinct from true)""",
    "C6": """select case_no from enforcement_case where is_legal_review_required and penalty_decided_on is not null
        and (legal_review_at is null or legal_review_at::date > penalty_decided_on)""",
    "C8": """select case_no from enforcement_case where fine_amount > 0 and paid_on is not null and not (
        payment_channel in ('bank', 'electronic')
        or (payment_channel = 'collected_on_spot' and on_spot_collection_basis is not null))""",
    "C9": """select case_no from enforcement_case where seized_quantity > 0
        and counted_quantity <> seized_quantity - coalesce(disposed_quantity, 0)""",
    "H7": """select v.access_id from vault_access v where not is_allowed or not exists (select 1 from staff s
        where s.staff_id = v.reader_id and s.role = 'discipline_group_officer')""",
    "H8": """select evaluation_id from evaluation where rating in ('dissatisfied', 'very_dissatisfied')
        and working_days(rated_at, getvariable('as_of')) > 15
        and (rectified_at is null or working_days(rated_at, rectified_at) > 15 or revisited_at is null)""",
    "M1": """select concat_ws('/', month, unit_id, supply_tier, rule_id) from supply_month
        where allocated_quantity > rule_quantity and approval_id is null""",
    "M4": """select i.inspection_no from inspection i join staff_relation n on n.retailer_id = i.retailer_id
        and n.declared_on <= i.started_at::date and list_contains(i.officer_ids, n.staff_id)
        union select a.application_no from licence_application a join staff_relation n on n.retailer_id = a.retailer_id
        and n.declared_on <= a.verification_started_at::date
        and n.staff_id in (a.first_verifier_id, a.second_verifier_id)""",
    "Q2": """select activity_id from activity where activity_kind = 'pledge' and done_on is null""",
    "Q6": """select item_id from checklist where reviewed_on <= getvariable('as_of') - 365""",
}


def _make(tmp_path_factory: pytest.TempPathFactory, name: str, **options: Any) -> Path:
    out = tmp_path_factory.mktemp(name)
    write(out, end=END, **options)
    return out


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _make(tmp_path_factory, "planted", scale="office", seed=3)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _make(tmp_path_factory, "clean", scale="office", seed=3, clean=True)


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _make(tmp_path_factory, "district", scale="district", seed=1)


def _truth(out: Path) -> dict[str, Any]:
    return json.loads((out / "truth.json").read_text(encoding="utf-8"))


def _file(out: Path, table: str) -> Path:
    return out / f"{table}-{END.isoformat()}.csv"


@lru_cache(maxsize=60)
def _text(out: Path, table: str) -> pd.DataFrame:
    return pd.read_csv(_file(out, table), dtype=str, keep_default_na=False)


def _load(out: Path) -> warehouse.Connection:
    """All files as typed tables, dirty values null, with the row number and a flag for listed dirty rows."""
    connection = warehouse.connect()
    dirty = pd.DataFrame(_truth(out)["dirty"]["list"], columns=["table", "row"])
    connection.register("dirty", dirty)
    for name in WRITTEN:
        columns = []
        for column in TABLES[name].columns:
            kind = column.info["kind"]
            text = f'"{column.name}"'
            if kind == "list<string>":
                text = f"string_split({text}, ';')"
            elif kind in TYPES:
                text = f"try_cast({text} as {TYPES[kind]})"
            columns.append(f'{text} as "{column.name}"')
        source = f"read_csv('{_file(out, name)}', header=true, all_varchar=true, parallel=false)"
        connection.execute(f"""create table {name} as select {", ".join(columns)}, row,
            exists (select 1 from dirty d where d."table" = '{name}' and d.row = t.row) as is_dirty
            from (select *, row_number() over () as row from {source}) t""")
    connection.execute("alter table licence_application add column extension bigint")
    connection.execute("""update licence_application set extension = case when extension_approver_id is not null
        then least(coalesce(extended_working_days, 0), 10) else 0 end""")
    days = pd.date_range("2020-01-01", "2026-12-31")
    number = np.cumsum([chinese_calendar.is_workday(day.date()) for day in days])
    connection.register("calendar", pd.DataFrame({"day": days, "number": number}))
    connection.execute(
        "create table elapsed as select day::date as day, number::bigint as number from calendar"
    )
    connection.execute("""create macro working_days(a, b) as
        (select number from elapsed where day = b::date) - (select number from elapsed where day = a::date)""")
    connection.execute(f"set variable as_of = date '{END}'")
    return connection


@pytest.fixture(scope="module", params=["planted", "clean", "district"])
def bureau(request: pytest.FixtureRequest) -> Iterator[tuple[Path, warehouse.Connection]]:
    out = request.getfixturevalue(request.param)
    connection = _load(out)
    yield out, connection
    connection.close()


def _digest(out: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.iterdir())}


def test_the_same_seed_gives_the_same_bytes(planted: Path, tmp_path: Path) -> None:
    write(tmp_path, scale="office", seed=3, end=END)
    assert _digest(tmp_path) == _digest(planted)


def test_a_bureau_takes_the_place_of_the_one_that_lay_there(clean: Path, tmp_path: Path) -> None:
    """No file of another last day, and no rewritten decisions beside a clean bureau."""
    own = tmp_path / "inspection-2020-01-31.csv"
    own.write_text("inspection_no\n", encoding="utf-8")
    write(tmp_path, scale="office", seed=4, months=1, end=date(2020, 5, 15))
    write(tmp_path, scale="office", seed=3, end=END)
    write(tmp_path, scale="office", seed=3, end=END, clean=True)
    own.unlink()
    assert _digest(tmp_path) == _digest(clean)


def test_another_seed_gives_another_bureau(planted: Path, tmp_path: Path) -> None:
    write(tmp_path, scale="office", seed=4, end=END)
    assert _digest(tmp_path)[f"inspection-{END}.csv"] != _digest(planted)[f"inspection-{END}.csv"]


def test_every_table_has_exactly_the_columns_of_the_contract(planted: Path) -> None:
    for name in WRITTEN:
        with _file(planted, name).open(encoding="utf-8") as file:
            assert file.readline().strip().split(",") == [column.name for column in TABLES[name].columns], (
                name
            )
    assert not list(planted.glob("complaint_reporter*")) and not list(planted.glob("working_calendar*"))


def test_clean_plants_nothing_but_dirt(clean: Path) -> None:
    truth = _truth(clean)
    assert truth["clean"] and truth["planted"] == []
    assert truth["dirty"]["rows"] == len(truth["dirty"]["list"]) > 0
    assert not list(clean.glob("licence_application-2026-10-01.csv"))


def test_every_risk_point_is_planted(district: Path) -> None:
    planted = _truth(district)["planted"]
    expected = [f"{letter}{number}" for letter, last in zip("LICHMQ", (16, 12, 12, 8, 4, 10), strict=True)
                for number in range(1, last + 1)]  # fmt: skip
    assert {item["indicator"] for item in planted} == set(expected)
    assert {item["kind"] for item in planted} == {"breach", "shift", "outlier", "pattern", "revision"}
    assert sum(item["detectable"] for item in planted) > 45


def test_the_records_of_truth_exist(bureau: tuple[Path, warehouse.Connection]) -> None:
    out, _ = bureau
    for item in _truth(out)["planted"]:
        first, *others = [
            _text(out, item["table"])[column.name] for column in TABLES[item["table"]].primary_key
        ]
        known = set(first.str.cat(others, sep="/") if others else first)
        assert item["records"] and set(item["records"]) <= known, item["indicator"]
        assert item["unit"] in set(_text(out, "org_unit")["unit_id"])


def test_every_hard_rule_has_a_recount(planted: Path) -> None:
    assert set(_truth(planted)["hard_rules"]) == set(BREACHES)


@pytest.mark.parametrize("indicator", BREACHES)
def test_planted_breaches_are_all_the_breaches(
    indicator: str, bureau: tuple[Path, warehouse.Connection]
) -> None:
    out, connection = bureau
    found = {row[0] for row in connection.execute(BREACHES[indicator]).fetchall()}
    entries = [
        item for item in _truth(out)["planted"] if item["indicator"] == indicator and item["kind"] == "breach"
    ]
    assert found == {key for item in entries for key in item["records"]}


def test_rows_are_well_formed_but_for_the_dirty_ones(bureau: tuple[Path, warehouse.Connection]) -> None:
    _, connection = bureau
    wrong = []
    for name in WRITTEN:
        for column in TABLES[name].columns:
            conditions = [
                rule.sql.replace("$arrived_at", f"timestamp '{END} 23:59:59'")
                for rule in column.info["rules"]
            ]
            if column.info["required"]:
                conditions.append(f"{column.name} is not null")
            if column.info["codes"] and column.info["kind"] == "string":
                conditions.append(
                    f"{column.name} in ({', '.join(repr(code) for code in column.info['codes'])})"
                )
            if column.info["references"] and column.info["kind"] == "string":
                table, key = column.info["references"].split(".")
                if table in TABLES:
                    conditions.append(
                        f"{column.name} is null or {column.name} in (select {key} from {table})"
                    )
            for condition in conditions:
                query = f"select count(*) from {name} where not is_dirty and not ({condition})"
                if connection.execute(query).fetchone() != (0,):
                    wrong.append((name, condition))
    assert wrong == []


def test_keys_are_unique_but_for_versions_and_listed_rows(bureau: tuple[Path, warehouse.Connection]) -> None:
    _, connection = bureau
    for name in WRITTEN:
        keys = ", ".join(column.name for column in TABLES[name].primary_key)
        doubled = f"select count(*) from (select 1 from {name} where not is_dirty group by {keys} having count(*) > 1)"
        assert name == "staff" or connection.execute(doubled).fetchone() == (0,), name


def test_staff_rows_are_in_chronological_order(bureau: tuple[Path, warehouse.Connection]) -> None:
    _, connection = bureau
    order = """select count(*) from (select greatest(post_since, certificate_valid_from) as since,
        lag(greatest(post_since,
        certificate_valid_from)) over (partition by staff_id order by row) as earlier from staff)
        where since < earlier"""
    versions = "select count(*) - count(distinct staff_id), count(distinct certificate_no) from staff"
    assert connection.execute(order).fetchone() == (0,)
    moved = (
        "select count(*) from (select 1 from staff group by staff_id having count(distinct post_since) > 1)"
    )
    assert connection.execute(versions).fetchone()[0] > 0 and connection.execute(moved).fetchone()[0] > 0


def test_dirty_rows_are_where_truth_says(bureau: tuple[Path, warehouse.Connection]) -> None:
    out, _ = bureau
    entries = _truth(out)["dirty"]["list"]
    keys = {entry["table"]: next(iter(TABLES[entry["table"]].primary_key)).name for entry in entries}
    places = {table: _text(out, table).groupby(key).indices for table, key in keys.items()}
    for entry in entries:
        frame, key = _text(out, entry["table"]), keys[entry["table"]]
        row = frame.iloc[entry["row"] - 1]
        twins = frame.iloc[places[entry["table"]][entry["key"]][:-1]]
        assert row[key] == entry["key"], entry
        if entry["expected"] == "unchanged":
            assert len(twins) == 1 and twins.iloc[0].equals(row), entry
        elif entry["expected"] == "superseding":
            assert len(twins) == 1 and list(row.index[twins.iloc[0] != row]) == [entry["column"]], entry
            codes = TABLES[entry["table"]].columns[entry["column"]].info["codes"]
            assert not codes or row[entry["column"]] in codes, entry
        else:
            assert len(twins) == 0 and entry["column"] in row.index, entry


def test_planted_records_are_never_dirty(bureau: tuple[Path, warehouse.Connection]) -> None:
    out, _ = bureau
    truth = _truth(out)
    dirty = {(entry["table"], entry["key"]) for entry in truth["dirty"]["list"]}
    assert not {(item["table"], key) for item in truth["planted"] for key in item["records"]} & dirty


def test_rewritten_decisions_come_in_a_later_file(planted: Path) -> None:
    entry = next(item for item in _truth(planted)["planted"] if item["kind"] == "revision")
    before = _text(planted, "licence_application").set_index("application_no")
    after = pd.read_csv(planted / "licence_application-2026-10-01.csv", dtype=str, keep_default_na=False)
    after = after.set_index("application_no")
    assert sorted(after.index) == entry["records"]
    assert (after["decided_at"] < before.loc[after.index, "decided_at"]).all()


def test_queues_grow_where_cells_are_full(district: Path) -> None:
    cells = _text(district, "market_cell")
    current = cells[cells["valid_to"] == ""]
    shops = _text(district, "retailer").drop_duplicates("retailer_id")
    held = shops[shops["state"].isin(["active", "suspended"])].groupby("cell_id").size()
    assert (current.set_index("cell_id")["occupied"].astype(int) == held.reindex(current["cell_id"])).all()
    queued = current["queued"].astype(int) > 0
    assert queued.sum() > 10 and (current.loc[queued, "state"] == "saturated").all()
    assert (cells["valid_to"] != "").any()


def test_district_volumes_are_as_expected(district: Path) -> None:
    rows = {name: len(_text(district, name)) for name in WRITTEN}
    years = 3
    assert 6_000 <= rows["retailer"] <= 8_000
    assert 500 * years <= rows["licence_application"] <= 2_300 * years
    assert 3_000 * years <= rows["inspection"] <= 20_000 * years
    assert 15 * years <= rows["enforcement_case"] <= 100 * years
    assert 150 * years <= rows["complaint"] <= 600 * years
    units = _text(district, "org_unit")
    assert (units["unit_type"] == "management_office").sum() == 8
    shops = _text(district, "retailer").merge(
        _text(district, "market_cell").drop_duplicates("cell_id")[["cell_id", "unit_id"]], on="cell_id"
    )
    shares = shops.groupby("unit_id").size()
    assert shares.max() > 2 * shares.min()


def test_seasons_show(district: Path) -> None:
    checks = pd.to_datetime(_text(district, "inspection")["started_at"], errors="coerce").dropna()
    by_month = checks.dt.month.value_counts()
    assert by_month[12] > 1.3 * by_month[6] and by_month[2] < 0.8 * by_month[6]
    calls = pd.to_datetime(_text(district, "complaint")["received_at"], errors="coerce").dropna()
    peak = (calls.dt.month == 3) & calls.dt.day.between(11, 20)
    assert peak.mean() > 1.4 * 10 / 365


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seed", [1, 5])
@pytest.mark.parametrize(
    ("months", "end"),
    [(1, date(2026, 11, 1)), (1, date(2026, 11, 5)), (1, date(2026, 11, 22)), (2, END), (3, END)],
)
def test_the_shortest_bureaus_are_bureaus_too(tmp_path: Path, months: int, end: date, seed: int) -> None:
    """A day off, a few days, some months: little happens in them, and what does not is not planted."""
    summary = write(tmp_path, scale="office", months=months, end=end, seed=seed)
    assert summary["rows"]["retailer"] and summary["rows"]["org_unit"]


def test_records_scales_the_volume(tmp_path: Path) -> None:
    summary = write(tmp_path, scale="office", months=12, end=END, records=6_000)
    rows = sum(summary["rows"][name] for name in ("inspection", "licence_application", "complaint"))
    assert 5_000 < rows < 7_000


def test_licences_are_renewed_again_where_the_record_is_longer_than_they_last(tmp_path: Path) -> None:
    write(tmp_path, scale="office", months=130, end=END, clean=True)
    renewals = _text(tmp_path, "licence_application").query("application_type == 'renewal'")
    renewals = renewals[
        pd.to_datetime(renewals["submitted_at"], errors="coerce").notna()
    ]  # not the dirty ones
    by_quarter = pd.to_datetime(renewals["submitted_at"]).dt.to_period("Q").value_counts().sort_index()[1:-1]
    assert by_quarter.min() > 0.5 * by_quarter.median()
    licences = _text(tmp_path, "licence").set_index("licence_no")
    assert (licences["retailer_id"].value_counts() >= 3).sum() > 0.5 * licences["retailer_id"].nunique()
    of = licences.loc[renewals["licence_no"]]
    assert (of["expires_on"].to_numpy() == renewals["previous_expires_on"].to_numpy()).all()
    assert (of["issued_on"].to_numpy() < renewals["submitted_at"].to_numpy()).all()
    standing = licences[licences["state"] == "valid"]
    assert standing["retailer_id"].is_unique and (standing["expires_on"] > END.isoformat()).mean() > 0.97


def test_nobody_real_is_in_it(planted: Path) -> None:
    units = _text(planted, "org_unit")
    assert units["unit_id"].str.startswith("99").all() and units["region_code"].str.startswith("99").all()
    shops = _text(planted, "retailer")
    masked = shops["operator_name"].str.fullmatch(r".\*") & shops["phone"].str.fullmatch(r"138\*{4}\d{4}")
    listed = {e["key"] for e in _truth(planted)["dirty"]["list"] if e["expected"] == "masked"}
    assert set(shops.loc[~masked, "retailer_id"]) == listed
