"""Which files are taken: complete or not, of whatever name. What cannot be taken is refused whole, the others go on."""

from __future__ import annotations

import errno
import json
import os
import threading
import time
from pathlib import Path

import pytest
from etl_helpers import (
    Result,
    as_csv,
    deliver,
    run,
)
from inbox_helpers import HEADER, LINE, VISIT, loaded_visits, place, published, refused, visits

__all__ = ["place", "published"]

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


def test_a_folder_that_cannot_be_read_is_refused_and_told_in_both_languages(
    place: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever runs the tests may be root, who reads every folder."""
    look = os.scandir

    def scandir(path: str | int) -> object:
        if not isinstance(path, int) and Path(path).name == "closed":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return look(path)

    monkeypatch.setattr(os, "scandir", scandir)
    said = "is a folder that cannot be read: Permission denied; no file in it is loaded"
    with caplog.at_level("INFO", "etl"):
        assert refused(run(place, {"closed/inspection.csv": as_csv(visits(1))}), "closed") == said
    assert "closed: 未接收：是文件夹，但无法读取：Permission denied；其中的文件一概未载入" in caplog.text


def test_hidden_files_are_passed_over(place: Path) -> None:
    assert run(place, {".inspection.csv": HEADER, ".hidden/inspection.csv": HEADER}).json["files"] == []
