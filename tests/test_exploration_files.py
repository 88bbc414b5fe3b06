"""The files of an answer: whole, with types, saying what they are, and holding nothing that a spreadsheet computes."""

from __future__ import annotations

import io
from dataclasses import replace

import pandas as pd
import pyarrow.parquet
import pytest
from openpyxl import load_workbook

from model import warehouse
from model.exploration import export
from model.exploration.limits import limits
from model.exploration.run import Kind, Run
from model.exploration.statement import RefusedError
from tests import demo_site as site
from tests.test_exploration import answered, asked


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> warehouse.Snapshot:
    return warehouse.open_snapshot(site.load(tmp_path_factory.mktemp("demo")))


STAMP = {"snapshot": "s1", "asked": "SELECT 1\nFROM x", "who": "甲"}
MIXED = (
    "SELECT 1 AS n, '=1+1' AS formula, 'a,\"b' AS quoted, ['x', 'y'] AS list, DATE '2026-01-02' AS day,"
    " 1.50::DECIMAL(9, 2) AS money, NULL::VARCHAR AS nothing"
)


def test_csv_says_what_it_is_and_holds_no_formula(snapshot: warehouse.Snapshot) -> None:
    text = export.csv(answered(snapshot, MIXED), STAMP).decode("utf-8-sig")
    assert text.startswith("# snapshot: s1\r\n# asked: SELECT 1\r\n# asked: FROM x\r\n# who: 甲\r\n")
    row = pd.read_csv(io.StringIO(text), comment="#").iloc[0]
    assert (row["n"], row["formula"], row["quoted"], row["list"], row["day"], row["money"]) == (
        1, "'=1+1", 'a,"b', "x;y", "2026-01-02", 1.5,
    )  # fmt: skip


def test_a_workbook_has_rows_and_their_stamp_and_text_stays_text(snapshot: warehouse.Snapshot) -> None:
    book = load_workbook(io.BytesIO(export.workbook(answered(snapshot, MIXED), STAMP)))
    cells = {head.value: cell for head, cell in zip(book["rows"][1], book["rows"][2], strict=True)}
    assert cells["formula"].value == "=1+1" and cells["formula"].data_type == "s"
    assert [row[0].value for row in book["about"]] == list(STAMP)
    with pytest.raises(RefusedError):
        export.workbook(asked(snapshot, f"FROM range({limits().workbook_rows + 1})"), STAMP)


def test_a_column_named_by_a_value_is_no_formula_either(snapshot: warehouse.Snapshot) -> None:
    run = answered(snapshot, 'SELECT 1 AS "=1+1", 2 AS "a=b"')
    text = export.csv(run, STAMP).decode("utf-8-sig")
    assert list(pd.read_csv(io.StringIO(text), comment="#").columns) == ["'=1+1", "a=b"]
    heads = load_workbook(io.BytesIO(export.workbook(run, STAMP)))["rows"][1]
    assert [(one.value, one.data_type) for one in heads] == [("=1+1", "s"), ("a=b", "s")]


def test_what_was_asked_begins_no_cell_with_a_formula(snapshot: warehouse.Snapshot) -> None:
    stamp = {"asked": "SELECT 1, 2 -- ,=1+1; @x\t -2"}
    text = export.csv(answered(snapshot, "SELECT 1 AS n"), stamp).decode("utf-8-sig")
    assert text.splitlines()[0] == "# asked: SELECT 1, 2 -- ,'=1+1; '@x\t '-2"


def test_lists_of_any_kind_and_control_signs_can_be_taken_out(snapshot: warehouse.Snapshot) -> None:
    run = answered(
        snapshot, "SELECT [1, 2] AS n, [1.5::DECIMAL(4, 1)] AS d, [DATE '2026-01-02'] AS t, chr(7) AS bell"
    )
    text = export.csv(run, STAMP).decode("utf-8-sig")
    assert list(pd.read_csv(io.StringIO(text), comment="#").iloc[0])[:3] == ["1;2", 1.5, "2026-01-02"]
    row = load_workbook(io.BytesIO(export.workbook(run, STAMP)))["rows"][2]
    assert [one.value for one in row] == ["1;2", "1.5", "2026-01-02", "\ufffd"]


def test_parquet_keeps_types_and_carries_the_stamp(snapshot: warehouse.Snapshot) -> None:
    table = pyarrow.parquet.read_table(io.BytesIO(export.parquet(answered(snapshot, MIXED), STAMP)))
    assert table.schema.metadata[b"who"].decode() == "甲"
    assert table.to_pylist()[0]["list"] == ["x", "y"]


@pytest.mark.parametrize("kind", ["sql", "groups", "listing"])
def test_a_result_as_large_as_memory_is_taken_out_whole(snapshot: warehouse.Snapshot, kind: Kind) -> None:
    text = "SELECT range AS n, range || repeat('x', 60) AS t FROM range(500000)"
    run = Run(snapshot, text, replace(limits(), memory="64MB", rows=400_000), kind=kind)
    assert run.wait(60) and run.state == "done", run.detail
    held = pyarrow.parquet.read_table(io.BytesIO(export.parquet(run, {"asked": text})))
    assert held["n"].to_pylist() == list(range(400_000)) and run.shape.is_cut
    assert held["t"][-1].as_py() == f"399999{'x' * 60}"
    assert export.csv(run, {}).count(b"\n") == 400_001
