"""The surfaces are the policy: what analysis and screen hold, and what cannot be had from them in any way."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl import demo, run, surfaces
from model import policy, vault, warehouse
from model.contract import TABLES
from model.indicators import catalogue
from model.subjects import SubjectKeys
from tests.durability_helpers import (
    COMPLAINT,
    INSPECTION,
    LICENCE,
    RETAILER,
    Content,
    Place,
    as_csv,
    assert_same,
    bureau,
    complaint,
    content,
    increment,
    inspection,
    licence,
    retailer,
    tables,
    write,
)


def load(place: Place) -> None:
    report = run.run(place.inbox, place.warehouse, [], lambda step, size: None)
    assert report.published and not report.refused


# --- what stands in them ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo_bureau(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The demo bureau of one office, loaded."""
    place = Place(tmp_path_factory.mktemp("demo"))
    demo.write(place.inbox, scale="office", months=3)
    for path in place.inbox.iterdir():
        write(path, path.read_bytes())
    report = run.run(place.inbox, place.warehouse, [], lambda step, size: None)
    assert report.published
    return place


IDENTIFYING = {
    "staff": ("staff_id", "name", "certificate_no"),
    "retailer": (
        "retailer_id",
        "shop_name",
        "operator_name",
        "phone",
        "address",
        "credit_code",
        "identity_document_hash",
        "retailer_hash",
    ),
    "licence": ("licence_no",),
}


def identities(place: Place) -> set[str]:
    """Every name, phone, address, number and hash by which the registers know a person or a shop."""
    found: set[str] = set()
    keys = SubjectKeys(place.warehouse.vault)
    with warehouse.connect(opened(place, "full"), read_only=True) as connection:
        for table, columns in IDENTIFYING.items():
            for column in columns:
                assert column in TABLES[table].columns
                query = f'SELECT DISTINCT "{column}" FROM record."{table}" WHERE "{column}" IS NOT NULL'
                values = {str(row[0]) for row in connection.execute(query).fetchall()}
                assert values or column == "certificate_no", (table, column)
                found |= values | {str(keys.open(one)) for one in values}
    return found


def opened(place: Place, surface: warehouse.Surface) -> Path:
    return warehouse.open_snapshot(place.warehouse.directory).path(surface)


def texts(path: Path) -> Iterator[tuple[str, str]]:
    """Every distinct value of every column of every table of a file, as text, with where it stands."""
    with warehouse.connect(path, read_only=True) as connection:
        for schema, table in tables(connection):
            described = connection.execute(f'DESCRIBE "{schema}"."{table}"').fetchall()
            for name, kind, *_ in described:
                value = f'unnest("{name}")' if str(kind).endswith("[]") else f'"{name}"'
                query = f'SELECT DISTINCT CAST({value} AS VARCHAR) FROM "{schema}"."{table}"'
                yield from (
                    (f"{schema}.{table}.{name}", row[0])
                    for row in connection.execute(query).fetchall()
                    if row[0]
                )


@pytest.mark.parametrize("surface", ["analysis", "screen"])
def test_no_identity_of_the_registers_stands_in_a_surface(
    demo_bureau: Place, surface: warehouse.Surface
) -> None:
    forbidden = identities(demo_bureau)
    assert len(forbidden) > 1000
    found = {
        (where, value)
        for where, value in texts(opened(demo_bureau, surface))
        if value in forbidden or forbidden.intersection(re.findall(r"[\w*]{4,}", value))
    }
    assert found == set()


def test_no_identity_stands_among_the_bytes_of_the_surfaces(demo_bureau: Place) -> None:
    """Also in the unused blocks of a file, which are left over from what was rewritten."""
    sample = [item for item in sorted(identities(demo_bureau)) if len(item.encode()) > 8][::25]
    full = opened(demo_bureau, "full").read_bytes()
    assert any(item.encode() in full for item in sample), "the search can find something"
    for surface in ("analysis", "screen"):
        content_of_it = opened(demo_bureau, surface).read_bytes()  # type: ignore[arg-type]
        assert [item for item in sample if item.encode() in content_of_it] == []


SCREEN_TABLES = {
    "cell": "published capacities of market cells; no shop of them is named",
    "disposition": "how many warnings of each level stand where; none small, and no kind that one could subtract",
    "duty": "activities due and done by kind and month; none small, and no small difference of the two",
    "honour": "honours of units, granted in public",
    "indicator": "what is declared of each indicator; no number of any unit",
    "initiative": "public projects of units and how far they are",
    "oversight": "tasks of the responsibility lists due and done; none small, and no small difference",
    "portrait": "scores of units; a score is of many indicators and tells no count",
    "portrait_mover": "which indicators move a unit's score; the value only where it rests on enough things",
    "process_step": "times and shares from enough steps; counts where nothing small can be had from them",
    "publication": "decisions that were published by law, one by one; no number, party or amount",
    "scenario_progress": "how many digital scenarios of the whole bureau are how far; none of them by its name",
    "source": "names and clocks of the sources",
    "trend": "monthly values of units that rest on enough things",
    "unit": "the register of units",
    "unit_tree": "the register of units",
    "volume": "counts of units, none of them small nor to be had by subtraction",
    "warning": "how many of each kind and level the whole bureau has, without a total that one could subtract from",
}


def test_the_screen_has_no_records_and_no_small_count(demo_bureau: Place) -> None:
    with warehouse.connect(opened(demo_bureau, "screen"), read_only=True) as connection:
        held = {("mart", name) for name in SCREEN_TABLES}
        assert set(tables(connection)) == held, (
            "another table is a decision: say here why it holds no person, no shop and no small count"
        )
        assert set(policy.screen.NO_SMALL_COUNTS) <= set(SCREEN_TABLES)
        assert connection.execute(
            "SELECT count(*) FROM mart.warning w JOIN mart.unit u USING (unit_id) WHERE u.level > 0"
        ).fetchone() == (0,)
        counts = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_catalog = current_catalog()"
            " AND (column_name IN ('count', 'observations', 'due', 'done', 'overdue') OR column_name LIKE '%_count')"
        ).fetchall()
        assert len(counts) >= 5
        for table, column in counts:
            small = f'SELECT count(*) FROM mart.{table} WHERE "{column}" BETWEEN 1 AND 4'
            assert table in policy.screen.NO_SMALL_COUNTS or connection.execute(small).fetchone() == (0,), (
                table,
                column,
            )
        states = dict(connection.execute("SELECT state, count(*) FROM mart.volume GROUP BY 1").fetchall())
        assert states["suppressed"] and states["value"]
        hidden = "SELECT count(*) FROM mart.volume WHERE (state = 'suppressed') <> (\"count\" IS NULL)"
        assert connection.execute(hidden).fetchone() == (0,)


def test_the_manifest_tells_of_each_source_which_tables_it_delivers(demo_bureau: Place) -> None:
    snapshot = warehouse.open_snapshot(demo_bureau.warehouse.directory)
    told = {one["source"]: one["tables"] for one in snapshot.manifest["sources"]}
    assert told["feed.inspection"] == ["inspection"]
    delivered = {table for names in told.values() for table in names}
    held = {name for name, one in snapshot.manifest["tables"].items() if one["rows"]}
    assert held - {"working_calendar"} <= delivered <= set(TABLES)


def test_rates_and_times_on_the_screen_rest_on_enough_things(demo_bureau: Place) -> None:
    with warehouse.connect() as connection:
        for surface in ("full", "screen"):
            connection.execute(f"ATTACH '{opened(demo_bureau, surface)}' AS {surface}_file (READ_ONLY)")  # type: ignore[arg-type]
        points = connection.execute(
            "SELECT t.value, t.lower, f.numerator, f.denominator, f.observations, i.kind"
            ", t.indicator_id, t.state"
            " FROM screen_file.mart.trend t JOIN screen_file.mart.indicator i USING (indicator_id)"
            " JOIN full_file.mart.indicator_fact f ON f.indicator_id = t.indicator_id AND f.month = t.month"
            " AND f.subject_kind = 'unit' AND f.subject_id = t.unit_id"
        ).fetchall()
        steps = connection.execute(
            "SELECT s.median_days, s.within, s.observations, f.observations, f.due, f.in_time, f.within"
            " FROM screen_file.mart.process_step s JOIN full_file.mart.process_step f"
            " USING (process, step, unit_id, month, window_months)"
        ).fetchall()
    shown = [point for point in points if point[0] is not None]
    assert len(shown) > 50 and any(point[4] < policy.screen.LEAST_DENOMINATOR for point in points)
    public = [one.id for one in catalogue().indicators.values() if one.view in policy.screen.PUBLIC_VIEWS]
    assert any(point[6] in public and point[7] == "suppressed" and point[4] >= 30 for point in points)
    for value, lower, numerator, denominator, observations, kind, indicator_id, _ in shown:
        assert observations >= policy.screen.LEAST_DENOMINATOR
        if kind == "rate" or indicator_id in public:
            assert not 0 < numerator < policy.SMALL_COUNT
        if kind == "proportion":
            assert value == round(value, 3) and (value in (0, 1)) == (numerator in (0, denominator))
            few = any(0 < one < policy.SMALL_COUNT for one in (numerator, denominator - numerator))
            assert not (few and (lower is not None or indicator_id in public))
    assert any(step[1] is not None for step in steps) and any(step[0] is not None for step in steps)
    for median, within, told, observations, due, in_time, exact in steps:
        assert median is None or observations >= policy.screen.LEAST_DURATIONS
        assert within is None or (due >= policy.screen.LEAST_DENOMINATOR and abs(within - exact) < 0.0011)
        if told and due:
            assert not any(0 < one < policy.SMALL_COUNT for one in (told, in_time, due - in_time))


def test_no_monthly_count_of_the_screen_is_what_a_share_rests_on(demo_bureau: Place) -> None:
    """Beside a share of few, the number that it is of would tell how many."""
    with warehouse.connect() as connection:
        for surface in ("full", "screen"):
            connection.execute(f"ATTACH '{opened(demo_bureau, surface)}' AS {surface}_file (READ_ONLY)")  # type: ignore[arg-type]
        beside = (
            'SELECT t.indicator_id, v.measure, avg((v."count" = f.denominator)::INTEGER)'
            " FROM screen_file.mart.trend t JOIN {volumes} v USING (unit_id, month)"
            " JOIN screen_file.mart.indicator i USING (indicator_id)"
            " JOIN full_file.mart.indicator_fact f ON f.indicator_id = t.indicator_id AND f.month = t.month"
            " AND f.subject_kind = 'unit' AND f.subject_id = t.unit_id"
            " WHERE t.value IS NOT NULL AND v.\"count\" > 0 AND i.kind = 'proportion' GROUP BY ALL HAVING count(*) > 9"
        )
        held = connection.execute(beside.format(volumes="full_file.mart.volume")).fetchall()
        shown = connection.execute(beside.format(volumes="screen_file.mart.volume")).fetchall()
    assert ("I1", "inspections_done", 1) in held
    assert shown and not [one for one in shown if one[2] > 0.9]
    assert not {one[1] for one in shown} & set(policy.screen.WITHHELD_COUNTS)


def test_the_tables_of_the_screen_are_documented(demo_bureau: Place) -> None:
    text = (Path(__file__).parents[1] / "docs" / "screen.md").read_text(encoding="utf-8")
    told = {
        row[0]: re.findall(r"`(\w+)`", row[1])
        for row in re.findall(r"^\| `(\w+)` \| (.*?) \| .+ \|$", text, flags=re.MULTILINE)
    }
    with warehouse.connect(opened(demo_bureau, "screen"), read_only=True) as connection:
        held = dict(
            connection.execute(
                "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns()"
                " WHERE schema_name = 'mart' AND NOT internal GROUP BY 1"
            ).fetchall()
        )
    assert told == held
    for name in policy.screen.WITHHELD:
        assert name in text


def test_every_column_of_the_contract_with_personal_data_is_dropped_or_a_pseudonym_in_analysis() -> None:
    for table in policy.analysis_tables():
        for column, exposure in policy.analysis_columns(table):
            assert column.info["pii"] != "whistleblower"
            assert not column.info["mask"] and not (column.name.endswith("_hash") and exposure == "keep")
            if column.info["references"] in ("staff.staff_id", "retailer.retailer_id", "licence.licence_no"):
                assert exposure == "pseudonym", f"{table.name}.{column.name}"
    held = {table.name for table in policy.analysis_tables()}
    assert "complaint_reporter" not in held and "vault_access" not in held


# --- pseudonyms -------------------------------------------------------------------------------------------------------


def pseudonyms(place: Place) -> dict[str, str]:
    """Shop → its pseudonym, told by the row that both surfaces share."""
    with warehouse.connect() as connection:
        for surface in ("full", "analysis"):
            connection.execute(f"ATTACH '{opened(place, surface)}' AS {surface}_file (READ_ONLY)")  # type: ignore[arg-type]
        return dict(
            connection.execute(
                "SELECT f.retailer_id, a.retailer_id FROM full_file.record.retailer f"
                " JOIN analysis_file.record.retailer a USING (batch_id, row_number)"
            ).fetchall()
        )


def test_pseudonyms_are_keyed_and_equal_in_all_tables(demo_bureau: Place) -> None:
    key = vault.hash_key(demo_bureau.warehouse.vault)
    found = pseudonyms(demo_bureau)
    assert len(set(found.values())) == len(found) > 500
    assert all(value == vault.keyed_hash(shop, key)[:16] for shop, value in found.items())
    with warehouse.connect(opened(demo_bureau, "full"), read_only=True) as connection:
        joins = (
            "SELECT count(*) FROM record.inspection i JOIN record.retailer r USING (retailer_id)",
            "SELECT count(*) FROM record.licence l JOIN record.retailer r USING (retailer_id)",
            "SELECT count(*) FROM (SELECT unnest(officer_ids) AS staff_id FROM record.inspection)"
            " JOIN record.staff USING (staff_id)",
        )
        expected = [connection.execute(query).fetchone() for query in joins]
    with warehouse.connect(opened(demo_bureau, "analysis"), read_only=True) as connection:
        assert [connection.execute(query).fetchone() for query in joins] == expected
    assert expected[0] != (0,) and expected[2] != (0,)


def test_pseudonyms_stay_the_same_in_later_snapshots_and_differ_between_installations(tmp_path: Path) -> None:
    here, there = Place(tmp_path / "here"), Place(tmp_path / "there")
    for place in (here, there):
        bureau(place.inbox)
        load(place)
    before, elsewhere = pseudonyms(here), pseudonyms(there)
    assert before.keys() == elsewhere.keys()
    assert not set(before.values()) & set(elsewhere.values())
    increment(here.inbox)
    load(here)
    after = pseudonyms(here)
    assert {shop: after[shop] for shop in before} == before
    assert len(after) > len(before)


# --- carried on or made anew: the same --------------------------------------------------------------------------------


def deliveries(place: Place) -> Iterator[None]:
    """A first delivery and what may follow: new, changed, released, late and returning rows, corrections, nothing."""
    bureau(place.inbox)
    yield
    increment(place.inbox)
    yield
    late = [retailer(n, "suspended", "旧名") for n in (3, 5)]
    write(place.inbox / "retailer-2025-04-30.csv", as_csv(RETAILER, late))
    corrected = [complaint(n, closed="2025-06-12 09:00:00") for n in (0, 50)] * 2
    write(place.inbox / "complaint-2025-06-15.csv", as_csv(COMPLAINT, corrected))
    write(place.inbox / "licence-2025-06-15.csv", as_csv(LICENCE, [licence(n) for n in (64, 65)]))
    yield
    both = [retailer(64), retailer(3, "closed"), retailer(3, "active")]
    write(place.inbox / "retailer-2025-06-20.csv", as_csv(RETAILER, both))
    changed = [[*licence(64)[:5], "revoked", "990101"]]
    write(place.inbox / "licence-2025-06-20.csv", as_csv(LICENCE, changed))
    visits = [inspection(n, n % 60, 2, day=2) for n in range(0, 330, 3)]
    write(place.inbox / "inspection-2025-06-20.csv", as_csv(INSPECTION, visits))
    staff = [(f"P{n}", "990102", f"李{n}*", "monopoly_officer") for n in range(9)]
    write(place.inbox / "staff-full-2025-06-20.csv", as_csv("staff_id,unit_id,name,role", staff))
    yield


def test_an_analysis_surface_that_is_carried_on_equals_one_made_from_scratch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried, anew = Place(tmp_path / "carried").keyed(), Place(tmp_path / "anew").keyed()
    for number, _ in enumerate(zip(deliveries(carried), deliveries(anew), strict=True)):
        load(carried)
        with monkeypatch.context() as changed:
            changed.setattr(surfaces, "_carried_on", lambda *_: None)
            load(anew)
        found = as_pseudonymised(carried)
        assert_same(found, as_pseudonymised(anew))
        assert number == 0 or found["analysis.record.retailer"]
    with warehouse.connect(opened(carried, "full"), read_only=True) as connection:
        revisions = connection.execute("SELECT count(*) FROM record.retailer_revision").fetchone()
        released = connection.execute("SELECT sum(released_count) FROM quality.batch").fetchone()
    assert revisions and revisions[0] > 3 and released and released[0] >= 3


def as_pseudonymised(place: Place) -> Content:
    return content(place, ["analysis", "screen"])


def test_counts_of_other_months_and_measures_are_judged_apart(tmp_path: Path) -> None:
    place = Place(tmp_path).keyed()
    bureau(place.inbox)
    load(place)
    with warehouse.connect(opened(place, "screen"), read_only=True) as connection:
        found = connection.execute("SELECT DISTINCT measure, month FROM mart.volume").fetchall()
        shown = connection.execute("SELECT count(*) FROM mart.volume WHERE state = 'value'").fetchone()
    assert len(found) > 8 and shown and shown[0] > 8
    shutil.rmtree(place.root)
