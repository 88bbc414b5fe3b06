"""The text of a bad file: empty, in whatever encoding, of whatever shape. Nothing lost, nothing half done."""

from __future__ import annotations

import json
import os
import resource
from pathlib import Path

import pytest
from etl_helpers import (
    command,
    deliver,
    run,
)
from inbox_helpers import HEADER, LINE, VISIT, loaded_visits, place, published, refused

__all__ = ["place", "published"]

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
