"""What a file holds: its columns, its values, and the forms in which files come: workbooks, JSON, Parquet."""

from __future__ import annotations

import gzip
import json
import os
from datetime import date, datetime
from pathlib import Path

import pytest
from etl_helpers import (
    SEEDS,
    Row,
    as_csv,
    as_json_lines,
    as_parquet,
    as_workbook,
    run,
)
from inbox_helpers import HEADER, LINE, VISIT, loaded_visits, place, published, refused, visits

__all__ = ["place", "published"]

# --- columns ------------------------------------------------------------------------------------------------------


def test_a_missing_required_column_refuses_the_file_and_others_go_on(place: Path) -> None:
    text = "inspection_no,unit_id,started_at\nI1,U1,2026-01-05 09:00:00\n"
    result = run(place, {"inspection.csv": text}, complaint=[SEEDS["complaint"]])
    assert refused(result, "inspection.csv") == (
        "header: required columns of inspection are missing: inspection_kind;"
        " found: inspection_no, unit_id, started_at"
    )
    assert result.tables["complaint"]["loaded"] == 1


def test_a_duplicate_column_refuses_the_file(place: Path) -> None:
    spellings = {"a": "unit_id", "b": "UNIT_ID", "c": "Unit Id"}
    result = run(place, {f"inspection-{n}.csv": HEADER.strip() + f",{one}\n" for n, one in spellings.items()})
    for n, one in spellings.items():
        error = refused(result, f"inspection-{n}.csv")
        assert error == f"header, column 6: {one} stands twice; expected each once"


def test_a_label_and_a_code_of_one_column_refuse_the_file(place: Path) -> None:
    error = refused(run(place, {"inspection.csv": HEADER.strip() + ",检查机构编码\n"}), "inspection.csv")
    assert error == "header: 'unit_id' and '检查机构编码' both mean unit_id; expected one"


def test_a_blank_column_name_refuses_the_file(place: Path) -> None:
    text = HEADER.replace("started_at", "")
    error = refused(run(place, {"inspection.csv": text}), "inspection.csv")
    assert error == "header, column 4: is blank; expected a column name"
    assert "column 1: is blank" in refused(run(place, {"inspection.csv": ",,,,\n"}), "inspection.csv")


ENDED = HEADER.strip() + ",,\n"


@pytest.mark.parametrize("end", [",,\n", ", ,\n", "\n"])
def test_a_header_that_ends_with_delimiters_is_taken_where_nothing_stands_below(
    place: Path, end: str
) -> None:
    lines = [LINE.format(number, number).strip() + end for number in (1, 2)]
    result = run(place, {"inspection.csv": ENDED + "".join(lines)})
    assert loaded_visits(result) == [("I1", "1"), ("I2", "2")]
    told = result.one("SELECT unknown_columns FROM quality.file WHERE file = 'inspection.csv'")
    assert told == ["无列名 no name (6)", "无列名 no name (7)"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_value_below_a_missing_name_refuses_the_file(place: Path, encoding: str) -> None:
    lines = [LINE.format(1, "录音").strip() + ",,\n", LINE.format(2, "录音").strip() + ",,x\n", "short,row\n"]
    result = run(place, {"inspection.csv": (ENDED + "".join(lines)).encode(encoding)})
    assert refused(result, "inspection.csv") == (
        "header: 无列名 no name (7) has values below it; expected a column name"
    )
    assert loaded_visits(result) == []


def test_unknown_columns_are_landed_and_reported(place: Path) -> None:
    result = run(place, inspection=[{**VISIT, "weather": "rain", "_row_number": "7", "rowid": "8"}])
    assert result.tables["inspection"]["loaded"] == 1
    assert result.one("SELECT unknown_columns FROM quality.file WHERE file = 'inspection.csv'") == [
        "weather", "_row_number", "rowid",
    ]  # fmt: skip
    landed = next((place / "landing").glob(f"??/{result.file('inspection.csv')['sha256']}.csv"))
    assert landed.read_bytes() == (place / "inbox" / "inspection.csv").read_bytes()


def test_an_unknown_column_with_a_name_of_the_loader_in_a_file_that_needs_care(place: Path) -> None:
    text = as_csv([{**VISIT, "_row_number": "七"}])
    result = run(place, {"inspection.csv": text.encode("gb18030")})
    assert result.tables["inspection"]["loaded"] == 1


def test_order_case_and_spelling_of_columns_do_not_matter(place: Path) -> None:
    text = "Started At,INSPECTION_KIND, 检查编号 ,Unit_ID\n2026-01-05 09:00:00,routine,I1,U1\n"
    result = run(place, {"inspection.csv": text})
    assert (result.tables["inspection"]["loaded"], result.record("inspection", "I1")["unit_id"]) == (1, "U1")


def test_columns_that_a_file_does_not_deliver_stay_as_they_are(place: Path) -> None:
    run(place, {"inspection-2026-01.csv": [{**VISIT, "result": "no_issue"}]})
    result = run(place, {"inspection-2026-02.csv": [{**VISIT, "recording_id": "Y1"}]})
    record = result.record("inspection", "I9")
    assert (record["result"], record["recording_id"]) == ("no_issue", "Y1")


# --- values -------------------------------------------------------------------------------------------------------


def test_dates_in_five_formats_and_numbers_as_text(place: Path) -> None:
    days = ["2026-01-06", "2026/1/6", "2026.1.6", "20260106", "2026年1月6日", "46028"]
    rows = [{**VISIT, "inspection_no": f"I{n}", "issue_due_on": day} for n, day in enumerate(days)]
    counts = {"I6": "1,234", "I7": "１，２３４", "I8": "1234.0", "I9": " 1234 "}
    rows += [{**VISIT, "inspection_no": key, "issue_count": count} for key, count in counts.items()]
    result = run(place, inspection=rows)
    assert result.query(
        "SELECT DISTINCT issue_due_on FROM record.inspection WHERE issue_due_on IS NOT NULL"
    ) == [(date(2026, 1, 6),)]
    assert result.query(
        "SELECT DISTINCT issue_count FROM record.inspection WHERE issue_count IS NOT NULL"
    ) == [(1234,)]
    assert result.cells("inspection") == []


def test_placeholders_fall_and_are_reported(place: Path) -> None:
    result = run(
        place, inspection=[{**VISIT, "recording_id": "NA", "issue_due_on": "########", "issue_count": "-"}]
    )
    assert result.cells("inspection") == [
        ("issue_count", "-", "type integer"),
        ("issue_due_on", "########", "type date"),
        ("recording_id", "NA", "placeholder instead of a value"),
    ]
    assert result.tables["inspection"]["cells"] == {
        "issue_count: type integer": 1,
        "issue_due_on: type date": 1,
        "recording_id: placeholder instead of a value": 1,
    }


def test_a_time_with_a_zone_is_read_in_the_bureaus(place: Path) -> None:
    result = run(place, inspection=[{**VISIT, "started_at": "2026-01-05T01:00:00Z"}])
    assert result.record("inspection", "I9")["started_at"] == datetime(2026, 1, 5, 9)


def test_a_finding_names_file_row_column_value_and_rule(place: Path) -> None:
    result = run(place, {"inspection-2026-05.csv": [*visits(2), {**VISIT, "issue_count": "many"}]})
    assert result.query(
        "SELECT file, row_number, column_name, value, rule FROM quality.cell WHERE table_name = 'inspection'"
    ) == [("inspection-2026-05.csv", 3, "issue_count", "many", "type integer")]


# --- workbooks, JSON Lines, Parquet, TSV --------------------------------------------------------------------------

TYPED: list[Row] = [
    {"inspection_no": "I1", "unit_id": "U1", "inspection_kind": "routine", "started_at": datetime(2026, 1, 5, 9),
     "issue_due_on": date(2026, 1, 9), "issue_count": 3, "longitude": 114.25, "latitude": 30.5, "is_signed": True,
     "officer_ids": ["P1", "P2"]},
    {"inspection_no": "I2", "unit_id": "U1", "inspection_kind": "routine", "started_at": datetime(2026, 1, 5, 10),
     "issue_due_on": None, "issue_count": None, "longitude": None, "latitude": None, "is_signed": None,
     "officer_ids": None},
]  # fmt: skip
FLAT = [{**row, "officer_ids": ";".join(row["officer_ids"] or [])} for row in TYPED]  # type: ignore[arg-type]
FORMS: dict[str, bytes] = {
    "inspection.csv": as_csv(FLAT).encode(),
    "inspection.tsv": as_csv(FLAT).replace(",", "\t").encode(),
    "inspection-semicolon.csv": as_csv(FLAT).replace("P1;P2", '"P1;P2"').replace(",", ";").encode(),
    "inspection.xlsx": as_workbook(FLAT),
    "inspection.parquet": as_parquet(TYPED),
    "inspection.jsonl": as_json_lines(TYPED).encode(),
    "inspection.json": f"[{','.join(as_json_lines(TYPED).splitlines())}]".encode(),
    "inspection-pretty.jsonl": json.dumps(
        [json.loads(one) for one in as_json_lines(TYPED).splitlines()], indent=1
    ).encode(),
}


def test_every_form_of_a_file_gives_the_same_rows(place: Path) -> None:
    result = run(place, {"inspection.csv": FORMS["inspection.csv"]})
    assert result.query(
        "SELECT inspection_no, started_at, issue_due_on, issue_count, longitude, is_signed, officer_ids, row_number"
        " FROM record.inspection ORDER BY 1"
    ) == [
        ("I1", datetime(2026, 1, 5, 9), date(2026, 1, 9), 3, 114.25, True, ["P1", "P2"], 1),
        ("I2", datetime(2026, 1, 5, 10), None, None, None, None, None, 2),
    ]
    packed = {f"{name}.gz": gzip.compress(content) for name, content in FORMS.items()}
    result = run(place, {**FORMS, **packed})
    assert {file["rows"] for file in result.json["files"]} == {2}
    assert result.tables["inspection"]["unchanged"] == 2 * (len(FORMS) * 2 - 1)
    assert result.cells("inspection") == []


def test_a_parquet_time_with_a_zone_is_read_in_the_bureaus(place: Path) -> None:
    from datetime import UTC

    row = {**VISIT, "started_at": datetime(2026, 1, 5, 1, tzinfo=UTC), "recording_id": " Y1\t"}
    result = run(place, {"inspection.parquet": as_parquet([row])})
    record = result.record("inspection", "I9")
    assert (record["started_at"], record["recording_id"]) == (datetime(2026, 1, 5, 9), "Y1")


def test_an_empty_text_of_a_parquet_file_is_blank(place: Path) -> None:
    rows = [{**VISIT, "recording_id": ""}, {**VISIT, "inspection_no": ""}]
    result = run(place, {"inspection.parquet": as_parquet(rows)})
    assert result.record("inspection", "I9")["recording_id"] is None
    assert result.reasons("inspection") == ["inspection_no: required"]


def test_an_empty_list_of_a_parquet_file_is_blank(place: Path) -> None:
    rows: list[Row] = [
        {**VISIT, "officer_ids": ["P1"]},
        {**VISIT, "inspection_no": "I1", "officer_ids": []},
        {**VISIT, "inspection_no": "I2", "officer_ids": [""]},
    ]
    result = run(place, {"inspection.parquet": as_parquet(rows)})
    assert result.query("SELECT officer_ids FROM record.inspection ORDER BY inspection_no") == [
        (None,), (None,), (["P1"],),
    ]  # fmt: skip
    assert result.cells("inspection") == []


def test_text_and_real_dates_in_one_column_of_a_workbook(place: Path) -> None:
    due = [date(2026, 1, 6), "2026-01-06", "2026年1月6日", 46028, "46028", datetime(2026, 1, 6, 12)]
    rows = [{**VISIT, "inspection_no": f"I{n}", "issue_due_on": day} for n, day in enumerate(due)]
    result = run(place, {"inspection.xlsx": as_workbook(rows)})
    assert result.query("SELECT DISTINCT issue_due_on FROM record.inspection") == [(date(2026, 1, 6),)]
    assert result.cells("inspection") == []


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"])
def test_an_error_in_a_cell_of_a_workbook_falls_and_is_no_blank(place: Path, error: str) -> None:
    rows = [
        {**VISIT, "inspection_no": "I1", "issue_due_on": error, "plan_id": error, "recording_id": 't="e"'},
        {**VISIT, "inspection_no": error},
    ]
    result = run(place, {"inspection.xlsx": as_workbook(rows)})
    assert result.record("inspection", "I1")["recording_id"] == 't="e"', "what only looks like one stands"
    assert result.record("inspection", "I1")["plan_id"] is None
    fallen = [(column, value) for column, value, _ in result.cells("inspection")]
    assert sorted(fallen) == [("issue_due_on", error), ("plan_id", error)]
    assert result.query("SELECT row_number, reasons FROM quality.quarantine") == [
        (2, ["inspection_no: placeholder instead of a value"])
    ]


@pytest.mark.parametrize("number", [430701100001, 4307011000012345])
@pytest.mark.parametrize("form", ["xlsx", "parquet"])
def test_numbers_for_codes_keep_their_digits(place: Path, form: str, number: int) -> None:
    row = {"licence_no": number, "retailer_id": "R1", "issuing_unit_id": "U1"}
    as_float = as_parquet(
        [{**row, "licence_no": float(number)}]
    )  # as pandas writes whole numbers with a blank among them
    result = run(place, {f"licence.{form}": as_workbook([row]) if form == "xlsx" else as_float})
    assert result.record("licence", str(number))["retailer_id"] == "R1"


def test_a_workbook_named_csv_and_a_csv_named_xlsx_are_read_for_what_they_are(place: Path) -> None:
    result = run(
        place,
        {"inspection.csv": as_workbook(visits(1)), "complaint.xlsx": as_csv([SEEDS["complaint"]])},
    )
    assert (result.code, result.tables["inspection"]["loaded"], result.tables["complaint"]["loaded"]) == (
        0,
        1,
        1,
    )


def test_a_workbook_with_several_sheets_is_read_by_the_one_named_after_its_table(place: Path) -> None:
    from io import BytesIO

    import openpyxl

    book = openpyxl.load_workbook(BytesIO(as_workbook(visits(1), sheet="inspection")))
    book.create_sheet("notes").append(["anything"])
    target = BytesIO()
    book.save(target)
    assert run(place, {"inspection.xlsx": target.getvalue()}).tables["inspection"]["loaded"] == 1
    error = refused(run(place, {"complaint.xlsx": target.getvalue()}), "complaint.xlsx")
    assert error == "has 2 sheets with data (inspection, notes); expected one, or one named complaint"


def test_bad_lines_of_json_are_kept_out_alone(place: Path) -> None:
    good = json.dumps({**VISIT, "inspection_no": "I1"})
    other = json.dumps({**VISIT, "inspection_no": "I2"})
    text = f'{good}\n{{"inspection_no": "I3",\n"text"\n[1, 2]\n\n{other}\n{{"inspection_no": "\\ud800"}}\n'
    result = run(place, {"inspection.jsonl": text})
    assert [key for key, _ in loaded_visits(result)] == ["I1", "I2"]
    found = {number: reasons for _, number, reasons, _ in result.quarantined("inspection")}
    assert sorted(found) == [2, 3, 4, 6]
    assert found[2][0].startswith("JSON: Expecting property name")
    assert found[3] == found[4] == ["JSON: not an object"]
    assert found[6] == ["encoding: inspection_no holds a broken character"]


def test_a_json_file_without_objects_is_refused(place: Path) -> None:
    error = refused(run(place, {"inspection.json": "[1, 2]\n"}), "inspection.json")
    assert error == "holds no JSON object; expected one a line, or an array of them"


def test_a_truncated_gzip_is_refused(place: Path) -> None:
    names = ["inspection.csv", "inspection.jsonl", "inspection.parquet", "inspection.xlsx"]
    packed = {f"{name}.gz": gzip.compress(FORMS[name] + os.urandom(100_000)) for name in names}
    result = run(place, {name: content[: len(content) * 2 // 3] for name, content in packed.items()})
    for name in packed:
        assert "the file is truncated or damaged" in refused(result, name)


def test_a_truncated_parquet_file_is_refused(place: Path) -> None:
    content = FORMS["inspection.parquet"]
    error = refused(run(place, {"inspection.parquet": content[: len(content) // 2]}), "inspection.parquet")
    assert error.startswith("Parquet: ")
    assert "truncated or damaged" in error
    assert str(place) not in error


def test_a_parquet_file_with_damaged_pages_is_refused(place: Path) -> None:
    content = bytearray(as_parquet(visits(5000)))
    content[100 : len(content) // 2] = bytes(len(content) // 2 - 100)
    error = refused(run(place, {"inspection.parquet": bytes(content)}), "inspection.parquet")
    assert error.startswith("Parquet: ")


def test_a_damaged_workbook_is_refused(place: Path) -> None:
    content = FORMS["inspection.xlsx"]
    error = refused(run(place, {"inspection.xlsx": content[: len(content) // 2]}), "inspection.xlsx")
    assert error.startswith("is no readable Excel workbook: ")
