"""Names that are code elsewhere: files, columns and values are data to the loader, whatever stands in them.

Each name is tried as a file, as an unknown column of a feed, and as a column that a mapping reads.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from etl_helpers import SEEDS, TICKETS, as_csv, as_parquet, certificate, with_parents

from etl import mapping

HOSTILE = [
    "rowid",
    "a\"b'; DROP TABLE snapshot.record.complaint; --",
    "x); DELETE FROM snapshot.record.complaint WHERE (1=1",
    "$columns ${table} {0} %s %(a)s ?",
    "SELECT",
    "列；名’“”",
    "_cells",
    "a\\'b",
    "e\u0301\u202eabc",
    "😀" * 20,
]
OUTPUT = """
[inputs.rows]
glob = "hotline*"
[[outputs]]
table = "complaint"
input = "rows"
[outputs.columns]
ticket_no = "number"
category = {{ constant = "report" }}
handling_unit_id = {{ constant = "U1" }}
received_at = "day"
repeat_of_ticket_no = {name}
"""
SEEN = "SELECT ticket_no, repeat_of_ticket_no FROM record.complaint ORDER BY 1"


def declare(folder: Path, name: str) -> mapping.Source:
    """A mapping that reads a column of this name."""
    path = folder / "hotline.toml"
    text = certificate("hotline") + OUTPUT.format(name=json.dumps(name, ensure_ascii=False))
    path.write_text(text, encoding="utf-8")
    return mapping.load(path)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_column_that_a_mapping_reads_may_be_called_anything(tmp_path: Path, name: str) -> None:
    rows = [{"number": f"H{number}", "day": "2026-01-05 09:00:00", name: "T1"} for number in (1, 2)]
    source = declare(tmp_path, name)
    result = with_parents(
        tmp_path, {"hotline-1.csv": rows, "hotline-2.parquet": as_parquet(rows[1:])}, sources=[source]
    )
    assert result.query(SEEN) == [("H1", "T1"), ("H2", "T1"), (TICKETS[0]["ticket_no"], None)]
    assert result.query("SELECT DISTINCT row_number FROM record.complaint ORDER BY 1") == [(1,), (2,)]


def test_columns_that_nobody_reads_may_be_called_anything(tmp_path: Path) -> None:
    visit = {**SEEDS["inspection"], **dict.fromkeys(HOSTILE, "'; DROP TABLE staged; --")}
    files = {
        "inspection-1.csv": [visit],
        "inspection-2.parquet": as_parquet([{**visit, "inspection_no": "I8"}]),
    }
    files["inspection-3.csv"] = as_csv([{**visit, "inspection_no": "I7"}]).encode("gb18030")
    result = with_parents(tmp_path, files)
    assert [key for (key,) in result.query("SELECT inspection_no FROM record.inspection ORDER BY 1")] == [
        "I7",
        "I8",
        "I9",
    ]
    told = result.query("SELECT unknown_columns FROM quality.file WHERE table_names = ['inspection']")
    assert [set(columns) for (columns,) in told] == [set(HOSTILE)] * 3


def test_a_file_may_be_called_anything(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    names = [f"complaint-{name.replace('/', '-')}.csv" for name in HOSTILE if len(name.encode()) < 200]
    files = {
        name: [
            {**TICKETS[0], "ticket_no": f"H{number}"},
            {**TICKETS[0], "ticket_no": f"K{number}", "category": "?"},
        ]
        for number, name in enumerate(names)
    }
    result = with_parents(tmp_path, files)
    assert {item["status"] for item in result.json["files"]} == {"loaded"}
    shown = {item["path"] for item in result.json["files"]}
    assert {file for file, *_ in result.quarantined("complaint")} < shown
    assert result.one("SELECT count(*) FROM record.complaint") == len(names) + 1
    assert all(len(record.getMessage().splitlines()) == 1 for record in caplog.records)


def test_a_parquet_file_with_a_column_that_the_reader_needs_is_refused_and_others_go_on(
    tmp_path: Path,
) -> None:
    row = {**SEEDS["inspection"], "File_Row_Number": "7"}
    result = with_parents(tmp_path, {"inspection-1.parquet": as_parquet([row]), "inspection-2.csv": [row]})
    refused, loaded = (result.file(f"inspection-{name}") for name in ("1.parquet", "2.csv"))
    assert (
        refused["error"]
        == "Parquet: has a column File_Row_Number, which its reader needs; expected another name"
    )
    assert loaded["status"] == "loaded"
