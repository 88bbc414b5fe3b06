"""Bad files and odd deliveries: a clear error or a quarantined row, nothing lost, nothing half done.

Each test delivers into the inbox of a small published warehouse (one unit, two officers, one cell, shop, licence and
ticket) and runs the loader over it. A file that cannot be taken is refused whole, with what was expected, and the
others go on.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import shutil
import threading
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from etl_helpers import (
    SEEDS,
    Result,
    Row,
    as_csv,
    as_json_lines,
    as_parquet,
    as_workbook,
    command,
    deliver,
    fresh,
    run,
    with_parents,
)

from etl import readers

VISIT = SEEDS["inspection"]
HEADER = "inspection_no,unit_id,inspection_kind,started_at,recording_id\n"
LINE = "I{0},U1,routine,2026-01-05 09:00:00,{1}\n"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("published")
    with_parents(place)
    shutil.rmtree(place / "inbox")
    return place


@pytest.fixture
def place(published: Path, tmp_path: Path) -> Path:
    """A warehouse that holds one lawful record of each referred-to table, and an empty inbox."""
    shutil.copytree(published, tmp_path / "place")
    return tmp_path / "place"


def visits(count: int, **more: object) -> list[Row]:
    return [{**VISIT, "inspection_no": f"I{number}", **more} for number in range(1, count + 1)]


def loaded_visits(result: Result) -> list[tuple[Any, ...]]:
    return result.query("SELECT inspection_no, recording_id FROM record.inspection ORDER BY 1")


def refused(result: Result, name: str) -> str:
    """The error of a refused file; the run goes on with the others, publishes, and says so by its exit code."""
    file = result.file(name)
    assert file["status"] == "refused", file
    assert (result.code, result.json["published"]) == (3, True)
    return str(file["error"])


# --- empty, and nearly --------------------------------------------------------------------------------------------


def test_an_empty_file_is_refused(place: Path) -> None:
    empty = [b"", b"\xef\xbb\xbf", b"\r\n\r\n", b"  \n"]
    result = run(place, {f"inspection-{n}.csv": content for n, content in enumerate(empty)})
    for n in range(len(empty)):
        assert refused(result, f"inspection-{n}.csv") == "is empty; expected a header row"


def test_a_header_alone_is_a_file_of_no_rows(place: Path) -> None:
    endings = ["", "\n", "\r\n"]
    result = run(place, {f"inspection-{n}.csv": HEADER.strip() + ending for n, ending in enumerate(endings)})
    assert [(file["status"], file["rows"]) for file in result.json["files"]] == [("loaded", 0)] * 3
    assert (result.code, result.tables["inspection"]["read"]) == (0, 0)


# --- encodings ----------------------------------------------------------------------------------------------------

ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]


def test_every_encoding_gives_the_same_rows(place: Path) -> None:
    files = {
        f"inspection-{n}.csv": (HEADER + LINE.format(f"-{encoding}", "音像第一号")).encode(encoding)
        for n, encoding in enumerate(ENCODINGS)
    }
    assert loaded_visits(run(place, files)) == sorted((f"I-{one}", "音像第一号") for one in ENCODINGS)


def test_chinese_headers_in_every_encoding(place: Path) -> None:
    text = "检查编号,检查机构编码,检查类型,检查开始时间\nI-{},U1,routine,2026-01-05 09:00:00\n"
    marked = [one for one in ENCODINGS if one not in ("utf-16-le", "utf-16-be")]
    result = run(place, {f"inspection-{n}.csv": text.format(one).encode(one) for n, one in enumerate(marked)})
    assert [key for key, _ in loaded_visits(result)] == sorted(f"I-{one}" for one in marked)


def test_gb18030_that_happens_to_be_valid_utf_8(place: Path) -> None:
    text = HEADER + LINE.format(1, "山水一路")
    content = text.encode("gb18030")
    assert content.decode("utf-8") != text
    assert loaded_visits(run(place, {"inspection.csv": content})) == [("I1", "山水一路")]


def test_accents_and_signs_do_not_make_a_file_chinese(place: Path) -> None:
    words = ["Café", "naïve résumé", "25 °C", "3 × 4", "a\u00a0b", "Ünal"]
    result = run(
        place, {f"inspection-{n}.csv": HEADER + LINE.format(n, word) for n, word in enumerate(words)}
    )
    assert [word for _, word in loaded_visits(result)] == words


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_rows_with_broken_bytes_are_kept_out_alone(place: Path, encoding: str) -> None:
    rows = "".join(LINE.format(number, "音像记录编号") for number in range(1, 30)).encode(encoding)
    broken = LINE.format(30, "!").encode().replace(b"!", b"\xff\xfe\x80")
    result = run(place, {"inspection.csv": HEADER.encode() + rows + broken + LINE.format(31, "").encode()})
    assert result.tables["inspection"]["loaded"] == 30
    assert result.record("inspection", "I29")["recording_id"] == "音像记录编号"
    ((file, number, reasons, row),) = result.quarantined("inspection")
    assert (file, number, row["inspection_no"]) == ("inspection.csv", 30, "I30")
    assert reasons == ["encoding: recording_id holds bytes that are neither UTF-8 nor GB18030"]


@pytest.mark.parametrize(("most", "few"), [("utf-8", "gb18030"), ("gb18030", "utf-8")])
def test_two_encodings_in_one_file_keep_the_rows_of_the_rarer_out(place: Path, most: str, few: str) -> None:
    content = (HEADER + "".join(LINE.format(n, "武昌区首义路") for n in range(20))).encode(most)
    content += LINE.format(99, "水果湖").encode(few)
    result = run(place, {"inspection.csv": content})
    assert result.tables["inspection"]["loaded"] == 20
    assert result.record("inspection", "I7")["recording_id"] == "武昌区首义路"
    ((_, number, (reason,), _),) = result.quarantined("inspection")
    assert number == 21
    assert reason.startswith("encoding: ")


def test_files_with_marks_put_together_are_read_on(place: Path) -> None:
    content = (HEADER + LINE.format(1, "a")).encode("utf-8-sig") + (HEADER + LINE.format(2, "b")).encode(
        "utf-8-sig"
    )
    result = run(place, {"inspection.csv": content})
    assert loaded_visits(result) == [("I1", "a"), ("I2", "b")]
    assert "repeated header row" in result.reasons("inspection")


# --- shape --------------------------------------------------------------------------------------------------------


def test_ragged_rows_are_kept_out_with_their_cells(place: Path) -> None:
    text = (
        HEADER
        + LINE.format(1, "a")
        + "I2,U1\n"
        + "I3,U1,routine,2026-01-05 09:00:00,c,d\n"
        + LINE.format(4, "")
    )
    result = run(place, {"inspection.csv": text})
    assert [key for key, _ in loaded_visits(result)] == ["I1", "I4"]
    (_, two, short, row), (_, three, long, more) = result.quarantined("inspection")
    assert (two, short, row["inspection_no"]) == (2, ["ragged: 2 cells, expected 5"], "I2")
    assert (three, long, more["…"]) == (3, ["ragged: 6 cells, expected 5"], ["d"])


def test_quotes_commas_and_line_ends_in_cells(place: Path) -> None:
    words = ['say "no"', "a,b", "two\nlines", "two\r\nlines", "a\rreturn", "it's", "back\\slash", "tab\there"]
    result = run(
        place,
        inspection=[{**VISIT, "inspection_no": f"I{n}", "recording_id": w} for n, w in enumerate(words)],
    )
    assert [word for _, word in loaded_visits(result)] == words


def test_every_line_end(place: Path) -> None:
    text = HEADER + LINE.format("{0}1", "a") + LINE.format("{0}2", "b")
    ends = {"A": "\n", "B": "\r\n", "C": "\r"}
    files = {
        f"inspection-{one}.csv": text.format(one).replace("\n", end).encode() for one, end in ends.items()
    }
    assert loaded_visits(run(place, files)) == [
        (f"I{one}{row}", word) for one in ends for row, word in ((1, "a"), (2, "b"))
    ]


def test_blank_lines_are_no_rows(place: Path) -> None:
    text = HEADER + "\n" + LINE.format(1, "a") + "\n\n" + LINE.format(2, "b") + "\n"
    result = run(place, {"inspection.csv": text})
    assert loaded_visits(result) == [("I1", "a"), ("I2", "b")]
    assert result.query("SELECT row_number FROM record.inspection ORDER BY 1") == [(1,), (2,)]


def test_a_delimiter_at_the_end_of_a_row_is_no_cell(place: Path) -> None:
    text = HEADER + LINE.format(1, "a,") + LINE.format(2, "b")
    assert loaded_visits(run(place, {"inspection.csv": text})) == [("I1", "a"), ("I2", "b")]
    text = HEADER + LINE.format(3, "丙,") + LINE.format(4, "丁")
    assert run(place, {"inspection-b.csv": text.encode("gb18030")}).tables["inspection"]["loaded"] == 2


def test_a_stray_quote_inside_a_cell_is_part_of_it(place: Path) -> None:
    assert loaded_visits(run(place, {"inspection.csv": HEADER + LINE.format(1, '5" wide')})) == [
        ("I1", '5" wide')
    ]


def test_text_behind_a_closed_quote_keeps_the_row_out(place: Path) -> None:
    text = HEADER + LINE.format(1, '"a" b') + LINE.format(2, "c")
    result = run(place, {"inspection.csv": text})
    assert loaded_visits(result) == [("I2", "c")]
    assert [number for _, number, _, _ in result.quarantined("inspection")] == [1]
    assert result.reasons("inspection") == ["quotes: ',' expected after '\"'"]


def test_a_quote_that_is_never_closed_refuses_the_file(place: Path) -> None:
    text = HEADER + LINE.format(1, "a") + LINE.format(2, '"open') + LINE.format(3, "c")
    error = refused(run(place, {"inspection.csv": text}), "inspection.csv")
    assert error == "row 2: a quote is opened and never closed; expected a second quote"


def test_repeated_header_rows_are_kept_out(place: Path) -> None:
    result = run(place, {"inspection.csv": HEADER + LINE.format(1, "a") + HEADER + LINE.format(2, "b")})
    assert loaded_visits(result) == [("I1", "a"), ("I2", "b")]
    ((_, number, reasons, _),) = result.quarantined("inspection")
    assert (number, "repeated header row" in reasons) == (2, True)


def test_zero_bytes_in_a_cell_are_kept_as_they_are(place: Path) -> None:
    result = run(place, {"inspection.csv": HEADER + LINE.format(1, "a\0b")})
    assert loaded_visits(result) == [("I1", "a\0b")]


def test_a_long_cell_is_taken(place: Path) -> None:
    result = run(place, {"inspection.csv": HEADER + LINE.format(1, "长" * 500_000)})
    assert len(loaded_visits(result)[0][1]) == 500_000


@pytest.mark.parametrize("is_header", [True, False])
def test_a_single_line_of_200_megabytes_is_refused_in_bounded_memory(place: Path, is_header: bool) -> None:
    path = deliver(place, "inspection.csv", "" if is_header else HEADER)
    with path.open("ab") as file:
        for _ in range(200):
            file.write(b"x" * 1_000_000)
    os.utime(path, (1_780_000_000, 1_780_000_000))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    done = command(
        place, "run", "--inbox", str(place / "inbox"), "--warehouse", str(place / "warehouse"), "--json"
    )
    assert max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) < 1_500_000  # kB
    (file_report,) = json.loads(done.stdout)["files"]
    line = 1 if is_header else 2
    assert (
        file_report["error"] == f"line {line} is longer than 2,000,000 characters: is this a table of rows?"
    )


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


def test_text_and_real_dates_in_one_column_of_a_workbook(place: Path) -> None:
    due = [date(2026, 1, 6), "2026-01-06", "2026年1月6日", 46028, "46028", datetime(2026, 1, 6, 12)]
    rows = [{**VISIT, "inspection_no": f"I{n}", "issue_due_on": day} for n, day in enumerate(due)]
    result = run(place, {"inspection.xlsx": as_workbook(rows)})
    assert result.query("SELECT DISTINCT issue_due_on FROM record.inspection") == [(date(2026, 1, 6),)]
    assert result.cells("inspection") == []


def test_numbers_for_codes_in_a_workbook_keep_their_digits(place: Path) -> None:
    rows = [{"licence_no": 430701100001, "retailer_id": "R1", "issuing_unit_id": "U1"}]
    result = run(place, {"licence.xlsx": as_workbook(rows)})
    assert result.record("licence", "430701100001")["retailer_id"] == "R1"


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


# --- complete or not ----------------------------------------------------------------------------------------------


def waits(result: Result, name: str) -> str:
    file = result.file(name)
    assert (file["status"], file["rows"]) == ("waiting", None)
    return str(file["error"])


def test_a_file_in_transfer_is_left(place: Path) -> None:
    names = ["inspection.csv.part", "inspection.csv.tmp", "inspection.csv.filepart", "~inspection.csv"]
    result = run(place, dict.fromkeys(names, HEADER))
    for name in names:
        assert waits(result, name) == "has the name of a file in transfer"
    assert (result.code, result.json["published"]) == (0, False)


def test_a_file_that_a_writer_holds_open_is_left_and_taken_later(place: Path) -> None:
    path = deliver(place, "inspection.csv", as_csv(visits(1)))
    with path.open("ab") as writer:
        assert waits(run(place), "inspection.csv") == "is still open for writing"
        writer.write(as_csv(visits(2)).splitlines(keepends=True)[2].encode())
    assert run(place).tables["inspection"]["loaded"] == 2


def test_a_file_that_grows_slowly_is_left_and_taken_later(place: Path) -> None:
    path = place / "inbox" / "inspection.csv"
    path.parent.mkdir()
    lines = as_csv(visits(40)).splitlines(keepends=True)
    path.write_text(lines[0])

    def append() -> None:
        for line in lines[1:]:
            time.sleep(0.05)
            with path.open("a") as file:
                file.write(line)

    writer = threading.Thread(target=append)
    writer.start()
    result = run(place)
    writer.join()
    assert waits(result, "inspection.csv") == "is still growing"
    assert run(place).tables["inspection"]["loaded"] == 40


def test_a_file_just_written_and_still_is_taken_at_once(place: Path) -> None:
    path = place / "inbox" / "inspection.csv"
    path.parent.mkdir()
    path.write_text(as_csv(visits(1)))
    assert run(place).tables["inspection"]["loaded"] == 1


# --- names --------------------------------------------------------------------------------------------------------


ODD_NAMES = [
    "inspection-..%2f..%2fescape.csv", "inspection ..\\..\\escape.csv", "inspection-$(touch escape).csv",
    "inspection-';DROP TABLE staged;--.csv", 'inspection-"quoted".csv', "inspection-武昌.csv", "inspection (1).csv",
    "inspection-\u202e.csv", "inspection-🚬.csv", "deep/er/inspection.csv", "x/inspection-..csv",
]  # fmt: skip


def test_an_odd_name_is_only_a_name(place: Path) -> None:
    result = run(
        place,
        {name: [{**VISIT, "inspection_no": f"I{number}"}] for number, name in enumerate(ODD_NAMES)},
    )
    assert [(file["status"], file["rows"]) for file in result.json["files"]] == [("loaded", 1)] * len(
        ODD_NAMES
    )
    assert {path.name for path in place.iterdir()} == {"inbox", "landing", "vault", "warehouse"}
    outside = [path for path in place.parent.rglob("*") if place / "inbox" not in path.parents]
    assert not [path for path in outside if "escape" in path.name]


def test_a_name_with_a_line_end_cannot_write_its_own_log_line(
    place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    result = run(place, {"inspection.csv\nERROR all is lost.csv": as_csv(visits(1))})
    (file,) = result.json["files"]
    assert "\n" not in file["path"]
    assert all("\nERROR" not in record.getMessage() for record in caplog.records)


def test_names_that_are_no_utf_8_are_told_apart(place: Path) -> None:
    for number, name in enumerate([b"inspection-\xff.csv", b"inspection-\xfe.csv"], start=1):
        path = deliver(place, f"{number}.csv", as_csv([{**VISIT, "inspection_no": f"I{number}"}] * number))
        os.rename(path, os.fsencode(path.parent) + b"/" + name)
    result = run(place)
    assert {file["path"]: file["rows"] for file in result.json["files"]} == {
        "inspection-\\udcfe.csv": 2,
        "inspection-\\udcff.csv": 1,
    }
    json.dumps(result.json).encode()


def test_a_file_that_is_no_table_and_no_mapping_s_is_refused(place: Path) -> None:
    error = refused(run(place, {"notes.csv": "a\n1\n"}), "notes.csv")
    assert (
        error == "is named by no table of the contract and taken by no mapping; expected e.g. inspection.csv"
    )


@pytest.mark.parametrize("day", ["2026-13-45", "2026-02-30", "20260230"])
def test_a_name_with_a_day_that_there_is_not_is_refused(place: Path, day: str) -> None:
    good = HEADER + LINE.format(1, 1)
    result = run(place, {f"inspection-{day}.csv": good, "inspection-2026-13.csv": HEADER + LINE.format(2, 2)})
    assert loaded_visits(result) == [("I2", "2")], "two digits behind a year may count the weeks"
    told = refused(result, f"inspection-{day}.csv")
    assert told == f"is named after {day}, which is no day; expected e.g. 2026-03-31"


def test_a_name_that_only_begins_like_a_table_is_not_its_feed_file(place: Path) -> None:
    names = ["inspection_old.csv", "inspections.csv", "my-inspection.csv", "inspection.csv.bak"]
    result = run(place, dict.fromkeys(names, HEADER))
    for name in names:
        assert "is named by no table" in refused(result, name)


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_link_out_of_the_inbox_is_never_followed(place: Path, is_folder: bool) -> None:
    outside = place.parent / "outside"
    outside.mkdir()
    (outside / "inspection.csv").write_text(as_csv(visits(1)))
    (place / "inbox").mkdir()
    link = place / "inbox" / ("elsewhere" if is_folder else "inspection.csv")
    link.symlink_to(outside if is_folder else outside / "inspection.csv")
    result = run(place)
    assert (
        refused(result, link.name) == "is a link; expected a file. Links out of the inbox are never followed"
    )
    assert result.one("SELECT count(*) FROM record.inspection") == 0


def test_what_is_no_file_is_refused(place: Path) -> None:
    (place / "inbox").mkdir()
    os.mkfifo(place / "inbox" / "inspection.csv")
    assert refused(run(place), "inspection.csv") == "is not an ordinary file"


def test_hidden_files_are_passed_over(place: Path) -> None:
    assert run(place, {".inspection.csv": HEADER, ".hidden/inspection.csv": HEADER}).json["files"] == []


# --- again --------------------------------------------------------------------------------------------------------


def test_the_same_file_again_is_already_loaded(place: Path) -> None:
    run(place, {"inspection.csv": visits(2)})
    result = run(place)
    assert result.file("inspection.csv")["status"] == "already loaded"
    assert (result.code, result.json["published"], result.tables) == (0, False, {})


def test_the_same_bytes_under_another_name_are_already_loaded(place: Path) -> None:
    run(place, {"inspection.csv": as_csv(visits(2))})
    names = ["inspection (1).csv", "copy/inspection.csv", "inspection.txt", "inspection-2026-01.csv"]
    result = run(place, dict.fromkeys(names, as_csv(visits(2))))
    assert {result.file(name)["status"] for name in names} == {"already loaded"}
    assert {result.file(name)["rows"] for name in names} == {2}


def test_the_same_bytes_twice_in_one_delivery_are_loaded_once(place: Path) -> None:
    result = run(place, {"inspection.csv": as_csv(visits(2)), "inspection-b.csv": as_csv(visits(2))})
    assert sorted(file["status"] for file in result.json["files"]) == ["already loaded", "loaded"]
    assert result.tables["inspection"]["read"] == 2


def test_the_same_rows_in_another_file_are_unchanged(place: Path) -> None:
    run(place, {"inspection-2026-01.csv": visits(2)})
    result = run(place, {"inspection-2026-02.csv": list(reversed(visits(2)))})
    counts = result.tables["inspection"]
    assert (counts["read"], counts["unchanged"], counts["loaded"]) == (2, 2, 0)
    assert result.one("SELECT count(*) FROM record.inspection_revision") == 0


def test_the_same_bytes_said_of_a_later_day_are_a_delivery_of_their_own(place: Path) -> None:
    """What was changed and is changed back is a full extract like the one before the change."""
    before, after = [SEEDS["staff"]], [{**SEEDS["staff"], "role": "office_head"}]
    run(place, {"staff-full-2026-01-31.csv": before})
    run(place, {"staff-full-2026-02-28.csv": after})
    result = run(place, {"staff-full-2026-03-31.csv": before})
    assert result.file("staff-full-2026-03-31.csv")["status"] == "loaded"
    assert result.record("staff", "P9")["role"] == "inspector"
    assert result.one("SELECT count(*) FROM record.staff_revision WHERE staff_id = 'P9'") == 2
    assert run(place).json["published"] is False


def test_a_key_twice_in_one_file_the_later_is_current(place: Path) -> None:
    result = run(place, inspection=[{**VISIT, "recording_id": "Y1"}, {**VISIT, "recording_id": "Y2"}])
    assert loaded_visits(result) == [("I9", "Y2")]
    counts = result.tables["inspection"]
    assert (counts["loaded"], counts["superseding"]) == (1, 1)
    assert result.query(
        "SELECT recording_id, row_number, changed_columns FROM record.inspection_revision"
    ) == [("Y1", 1, ["recording_id"])]


def test_a_key_twice_with_the_same_content_is_loaded_once(place: Path) -> None:
    counts = run(place, inspection=[VISIT, VISIT]).tables["inspection"]
    assert (counts["loaded"], counts["unchanged"]) == (1, 1)


def test_a_revision_keeps_what_it_changed_and_both_batches(place: Path) -> None:
    run(place, {"inspection-2026-01.csv": [{**VISIT, "result": "no_issue", "issue_count": "0"}]})
    result = run(place, {"inspection-2026-02.csv": [{**VISIT, "result": "case_filed", "issue_count": "2"}]})
    assert result.tables["inspection"]["superseding"] == 1
    ((old, changed, first, second),) = result.query(
        "SELECT result, changed_columns, old.file, new.file FROM record.inspection_revision r"
        " JOIN quality.batch old USING (batch_id) JOIN quality.batch new ON new.batch_id = r.superseded_by_batch_id"
    )
    assert (old, set(changed)) == ("no_issue", {"result", "issue_count"})
    assert (first, second) == ("inspection-2026-01.csv", "inspection-2026-02.csv")


def test_an_older_file_that_comes_late_never_overwrites(place: Path) -> None:
    run(place, {"inspection-2026-02.csv": [{**VISIT, "recording_id": "new"}]})
    result = run(place, {"inspection-2026-01.csv": [{**VISIT, "recording_id": "old"}]})
    assert loaded_visits(result) == [("I9", "new")]
    assert result.query("SELECT recording_id FROM record.inspection_revision") == [("old",)]


def test_a_file_without_a_day_in_its_name_speaks_for_when_it_was_written(place: Path) -> None:
    deliver(place, "inspection-b.csv", [{**VISIT, "recording_id": "new"}], written="2026-05-02 08:00:00")
    run(place)
    deliver(place, "inspection-a.csv", [{**VISIT, "recording_id": "old"}], written="2026-05-01 08:00:00")
    result = run(place)
    assert loaded_visits(result) == [("I9", "new")]
    assert result.query("SELECT as_of FROM quality.batch WHERE file = 'inspection-a.csv'") == [
        (datetime(2026, 5, 1, 8),)
    ]


def test_files_of_one_delivery_are_ordered_by_what_they_speak_for(place: Path) -> None:
    result = run(
        place,
        {
            "inspection-2026-02.csv": [{**VISIT, "recording_id": "new"}],
            "inspection-x-2026-01.csv": [{**VISIT, "recording_id": "old"}],
        },
    )
    assert loaded_visits(result) == [("I9", "new")]


def test_a_record_missing_from_a_later_full_extract_is_noted_and_its_return_too(place: Path) -> None:
    two = [fresh("staff") | {"staff_id": "P8"}, SEEDS["staff"]]
    run(place, {"staff-full-2026-01-31.csv": two})
    result = run(place, {"staff-full-2026-02-28.csv": two[:1]})
    gone = "SELECT record_key, returned_batch_id IS NULL FROM quality.disappeared WHERE table_name = 'staff'"
    assert result.query(gone) == [("P9", True)]
    assert result.record("staff", "P9")["role"] == "inspector"
    result = run(place, {"staff-full-2026-03-31.csv": two})
    assert result.query(gone) == [("P9", False)]


def test_a_delta_makes_nothing_disappear(place: Path) -> None:
    run(place, {"staff-full-2026-01-31.csv": [SEEDS["staff"]]})
    result = run(place, {"staff-2026-02-28.csv": [fresh("staff")]})
    assert result.one("SELECT count(*) FROM quality.disappeared") == 0


def test_a_child_before_its_parent_waits_and_is_released(place: Path) -> None:
    child = {**VISIT, "unit_id": "U7"}
    result = run(place, {"inspection-2026-01.csv": [child]})
    assert result.query("SELECT reasons, is_waiting FROM quality.quarantine") == [
        (["unit_id: references org_unit.unit_id"], True)
    ]
    assert result.tables["inspection"]["reasons"] == {"unit_id: references org_unit.unit_id": 1}
    result = run(place, org_unit=[{"unit_id": "U7", "name": "新所", "unit_type": "other"}])
    assert result.tables["inspection"]["released"] == 1
    assert result.tables["inspection"]["read"] == 0
    assert result.record("inspection", "I9")["unit_id"] == "U7"
    assert result.quarantined("inspection") == []


def test_a_chain_of_children_is_released_at_once(place: Path) -> None:
    run(place, retailer=[{"retailer_id": "R5", "cell_id": "C5"}],
        licence=[{"licence_no": "L5", "retailer_id": "R5", "issuing_unit_id": "U1"}])  # fmt: skip
    result = run(place, market_cell=[{**SEEDS["market_cell"], "cell_id": "C5"}])
    assert (result.tables["retailer"]["released"], result.tables["licence"]["released"]) == (1, 1)


def test_what_was_corrected_leaves_the_quarantine_and_an_older_file_corrects_nothing(place: Path) -> None:
    wrong = {**VISIT, "inspection_kind": "nonsense"}
    run(place, {"inspection-2026-02.csv": [wrong, {**wrong, "inspection_no": "I10"}]})
    result = run(place, {"inspection-2026-01.csv": [VISIT]})
    assert len(result.quarantined("inspection")) == 2, "what spoke before the wrong row says nothing of it"
    result = run(place, {"inspection-2026-03.csv": [VISIT]})
    assert [
        json.loads(row)["inspection_no"] for (row,) in result.query('SELECT "row" FROM quality.quarantine')
    ] == ["I10"]
    assert (
        result.tables["inspection"]["released"],
        result.one("SELECT sum(quarantined_count) FROM quality.batch"),
    ) == (1, 2)
    result = run(place, {"inspection-2026-04.csv": [{**wrong, "inspection_no": "I9"}]})
    assert len(result.quarantined("inspection")) == 2, "a record that is wrong again is kept out again"


# --- the report ---------------------------------------------------------------------------------------------------

FILE_KEYS = ["path", "source", "tables", "sha256", "rows", "status", "error"]
TABLE_KEYS = ["read", "loaded", "unchanged", "superseding", "quarantined", "merged", "released", "derived"]


def test_the_report_has_exactly_the_keys_that_were_agreed(place: Path) -> None:
    result = run(place, {"notes.csv": "a\n"}, inspection=[VISIT, {**VISIT, "unit_id": ""}])
    assert list(result.json) == ["snapshot", "published", "seconds", "files", "tables"]
    assert all(list(file) == FILE_KEYS for file in result.json["files"])
    assert list(result.tables["inspection"]) == [*TABLE_KEYS, "reasons", "cells"]
    file = result.file("inspection.csv")
    assert (file["source"], file["tables"], file["rows"], file["error"]) == (
        "feed.inspection",
        ["inspection"],
        2,
        None,
    )
    assert len(file["sha256"]) == 64


def cli(place: Path, *more: str) -> tuple[int, dict[str, Any], str]:
    done = command(
        place,
        "run",
        "--inbox",
        str(place / "inbox"),
        "--warehouse",
        str(place / "warehouse"),
        "--json",
        *more,
    )
    return done.returncode, json.loads(done.stdout), done.stderr


def test_the_command_prints_one_object_and_tells_the_rest_on_stderr(place: Path) -> None:
    deliver(place, "inspection.csv", visits(1))
    deliver(place, "notes.csv", "a\n")
    code, report, told = cli(place)
    assert (code, report["published"]) == (3, True)
    assert "notes.csv: 未接收：文件名不对应任何合同表" in told and "refused: is named by no table" in told
    (place / "inbox" / "notes.csv").unlink()
    code, again, _ = cli(place)
    assert (code, again["published"], again["snapshot"]) == (0, False, report["snapshot"])


def test_a_refused_file_that_lies_there_still_is_no_news(place: Path) -> None:
    run(place, {"notes.csv": "a\n"})
    result = run(place)
    assert (result.code, result.json["published"], result.file("notes.csv")["status"]) == (
        0,
        False,
        "refused",
    )


def test_a_run_that_cannot_publish_exits_with_1(place: Path) -> None:
    deliver(place, "inspection.csv", visits(1))
    (place / "landing").rename(place / "landing.away")
    (place / "landing").write_text("in the way")
    code, report, told = cli(place)
    assert (code, report["published"], report["tables"]) == (1, False, {})
    assert "the run failed, the published snapshot is as it was" in told


def test_a_command_that_is_used_wrongly_exits_with_2(place: Path) -> None:
    assert command(place, "run", "--inbox", str(place / "nowhere")).returncode == 2
    assert command(place, "run", "--no-such-option").returncode == 2


def test_every_row_of_a_dirty_delivery_is_accounted_for(place: Path) -> None:
    """Parents, children, repeats, broken rows and revisions in one delivery; `run` asserts the identity itself."""
    rows = [*visits(3), *visits(1), {**VISIT, "unit_id": "U404"}, {**VISIT, "inspection_kind": "?"}]
    first = run(place, {"inspection-2026-01.csv": as_csv(rows).encode() + b"short,row\n"})
    counts = first.tables["inspection"]
    assert [counts[way] for way in TABLE_KEYS] == [7, 3, 1, 0, 3, 0, 0, 0]
    assert first.one("SELECT count(*) FROM quality.quarantine") == 3
    assert first.file("inspection-2026-01.csv")["rows"] == 7


def test_a_file_that_is_unreadable_throughout_is_accounted_for_in_bounded_memory(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "KEPT_CELLS", 2)
    result = run(place, {"inspection.csv": HEADER + "short,row\n" * 5 + LINE.format(1, 1)})
    kept = [(number, content) for _, number, _, content in result.quarantined("inspection")]
    assert [number for number, _ in kept] == [1, 2, 3, 4, 5]
    assert [bool(content) for _, content in kept] == [True, True, False, False, False]
    assert loaded_visits(result) == [("I1", "1")]
