"""Source mappings: each verb on tiny relations, errors by file and key, conservation, and the real public files."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from etl_helpers import certificate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl import mapping, sql
from model import warehouse
from model.contract import table_named

ROOT = Path(__file__).parents[1]
REAL = Path(__file__).parents[2] / "shared" / "realdata"
SOURCES = ROOT / "etl" / "sources"

CERTIFICATE = (
    certificate("trial", "full")
    + """
[inputs.rows]
glob = "rows*.csv"
null_values = ["NA"]
"""
)
MORE = """
[inputs.more]
glob = "more*.csv"
"""

Row = Mapping[str, str | None]


def declare(folder: Path, outputs: str) -> mapping.Source:
    path = folder / "trial.toml"
    second = MORE if '"more"' in outputs else ""
    path.write_text(CERTIFICATE + second + outputs, encoding="utf-8")
    return mapping.load(path)


class Bench:
    """Relations in memory for a source, and what its outputs make of them."""

    def __init__(self, source: mapping.Source) -> None:
        self.source = source
        self.connection = warehouse.connect()
        self.relations: dict[str, str] = {}
        self.header: dict[str, dict[str, str]] = {}

    def put(self, name: str, rows: list[Row], columns: Iterable[str] = (), batch: int = 1) -> None:
        declared = self.source.input(name)
        actual = tuple(columns) or (tuple(rows[0]) if rows else declared.columns)
        found, missing = mapping.match_header(declared, actual)
        assert not missing
        table = f"raw_{name}"
        defined = ", ".join(f"{sql.name(column)} VARCHAR" for column in actual)
        self.connection.execute(
            f"CREATE TABLE IF NOT EXISTS {table} (_batch_id BIGINT, _row_number BIGINT, {defined})"
        )
        cells = [[batch, number, *row.values()] for number, row in enumerate(rows, start=1)]
        if cells:
            marks = ", ".join("?" * (len(actual) + 2))
            self.connection.executemany(f"INSERT INTO {table} VALUES ({marks})", cells)
        self.relations[name], self.header[name] = table, found

    def rows(self, table: str, name: str = "rows", place: int = 0) -> list[dict[str, Any]]:
        output = [o for o in self.source.outputs if (o.table, o.input) == (table, name)][place]
        query = mapping.select(self.source, output, self.relations, self.header)
        return self.fetch(query + "\nORDER BY _batch_id, _row_number")

    def merged(self, table: str, name: str) -> int:
        [output] = [o for o in self.source.outputs if (o.table, o.input) == (table, name)]
        found = self.fetch(mapping.merged_count(self.source, output, self.relations, self.header))
        return sum(row["merged"] for row in found)

    def fetch(self, query: str) -> list[dict[str, Any]]:
        cursor = self.connection.execute(query)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


COMPLAINT = """
[[outputs]]
table = "complaint"
input = "rows"
[outputs.columns]
ticket_no = "No"
category = { constant = "report" }
handling_unit_id = { constant = "U" }
received_at = { column = "When", format = "%m/%d/%Y" }
"""


def complaint(folder: Path, rows: list[Row], recipe: str, column: str) -> list[Any]:
    """The values of one complaint column under a recipe."""
    bench = Bench(declare(folder, f"{COMPLAINT}[outputs.columns.{column}]\n{recipe}"))
    bench.put("rows", [{"No": str(i), "When": "01/02/2020", **row} for i, row in enumerate(rows)])
    return [row[column] for row in bench.rows("complaint")]


def refused(folder: Path, outputs: str) -> mapping.MappingError:
    with pytest.raises(mapping.MappingError) as caught:
        declare(folder, outputs)
    assert str(caught.value).startswith("trial.toml: ")
    return caught.value


# --- verbs ------------------------------------------------------------------------------------------------------------


def test_rename_constant_and_dates(tmp_path: Path) -> None:
    bench = Bench(declare(tmp_path, COMPLAINT))
    bench.put("rows", [{"No": " 1 ", "When": "12/31/2019"}, {"No": "NA", "When": "31/12/2019"}])
    assert bench.rows("complaint") == [
        {
            "_batch_id": 1,
            "_row_number": 1,
            "_source_rows": 1,
            "ticket_no": "1",
            "category": "report",
            "handling_unit_id": "U",
            "received_at": "2019-12-31 00:00:00",
        },
        {
            "_batch_id": 1,
            "_row_number": 2,
            "_source_rows": 1,
            "ticket_no": None,
            "category": "report",
            "handling_unit_id": "U",
            "received_at": "31/12/2019",
        },
    ]


@pytest.mark.parametrize(
    ("recipe", "cells", "values"),
    [
        ('column = ["A", "B"]', [("x", "y"), ("", "y"), (None, "NA")], ["x", "y", None]),
        ('template = "{A}-{B}"', [("x", "y"), ("", "y")], ["x-y", None]),
        ('template = "{{{A}}}{B}"\nblank_as = "0"', [("x", ""), ("", "y")], ["{x}0", "{0}y"]),
        ('column = "A"\nblank = ["0"]', [("0", "y"), ("1", "y")], [None, "1"]),
        ('column = "A"\nextract = "^([a-z]+)-"', [("ab-1", ""), ("AB-1", "")], ["ab", "AB-1"]),
        ('column = "A"\nvalues = { Yes = "y", No = "" }', [("YES", ""), ("no", ""), ("?", "")], ["y", None, "?"]),
        ('column = "A"\nvalues = { a = "b" }\ndefault = "c"', [("a", ""), ("z", ""), ("", "")], ["b", "c", None]),
        ('column = "A"\nwhen_blank = "none"', [("", ""), ("a", "")], ["none", "a"]),
        ('column = "A"\nwhen = { column = "B", in = ["on"] }', [("a", "ON"), ("a", "off")], ["a", None]),
        ('column = "A"\nwhen = { column = "B", matches = "[0-9]+" }', [("a", "12"), ("a", "x1")], ["a", None]),
        ('sum = ["A", "B"]', [("1.0", "2"), ("", "2"), ("1", "many")], ["3.0", None, "1 + many"]),
    ],
)  # fmt: skip
def test_verbs(tmp_path: Path, recipe: str, cells: list[tuple[str, str]], values: list[str]) -> None:
    rows: list[Row] = [{"A": a, "B": b} for a, b in cells]
    assert complaint(tmp_path, rows, recipe, "repeat_of_ticket_no") == values


SUM = """
[[outputs]]
table = "market_cell"
input = "rows"
[outputs.columns]
cell_id = "C"
unit_id = { constant = "U" }
name = "C"
valid_from = { constant = "2000-01-01" }
capacity = { sum = ["A", "B"] }
"""


def test_sum_of_an_integer_column_is_whole(tmp_path: Path) -> None:
    bench = Bench(declare(tmp_path, SUM))
    bench.put("rows", [{"C": "1", "A": "1.0", "B": "2.0"}, {"C": "2", "A": "1.5", "B": "0"}])
    assert [row["capacity"] for row in bench.rows("market_cell")] == ["3", "1.5"]


def test_a_sum_that_no_integer_holds_is_handed_on(tmp_path: Path) -> None:
    """It is reported with its row by the check step; it must not end the run."""
    bench = Bench(declare(tmp_path, SUM))
    odd = ("1e300", "inf", "-inf", "nan", "1e308", "9" * 400)
    bench.put("rows", [{"C": str(place), "A": cell, "B": "1e308"} for place, cell in enumerate(odd)])
    given = [row["capacity"] for row in bench.rows("market_cell")]
    assert len(given) == len(odd) and all(value and not value.isdigit() for value in given), given


def test_hash_depends_on_content_in_the_order_of_the_mapping(tmp_path: Path) -> None:
    recipe = 'hash = ["A", "B"]\nprefix = "K-"'
    rows: list[Row] = [
        {"A": "x", "B": "y"},
        {"A": " x", "B": "y "},
        {"A": "xy", "B": ""},
        {"A": "", "B": "xy"},
    ]
    first, padded, *others = complaint(tmp_path, rows, recipe, "repeat_of_ticket_no")
    assert first == padded == "K-" + hashlib.sha256(b"x\x1fy").hexdigest()[:32]
    assert len({first, *others}) == 3
    swapped: list[Row] = [{"B": "y", "A": "x"}]
    assert complaint(tmp_path, swapped, recipe, "repeat_of_ticket_no") == [first]


def test_lists_are_split_and_each_element_mapped(tmp_path: Path) -> None:
    outputs = """
[[outputs]]
table = "licence"
input = "rows"
[outputs.columns]
licence_no = "N"
retailer_id = "N"
issuing_unit_id = "N"
scope = { column = "S", split = "、", values = { "卷烟" = "cigarette", "雪茄" = "cigar", "无" = "" } }
"""
    bench = Bench(declare(tmp_path, outputs))
    bench.put("rows", [{"N": "1", "S": s} for s in ("卷烟、 雪茄", "无", None, "卷烟、烟丝")])
    assert [row["scope"] for row in bench.rows("licence")] == [
        "cigarette;cigar",
        None,
        None,
        "cigarette;烟丝",
    ]


def test_iso_times_need_no_format(tmp_path: Path) -> None:
    rows: list[Row] = [
        {"A": "2020-01-02"},
        {"A": "2020-01-02T03:04:05"},
        {"A": "yesterday"},
        {"A": "2020-02-30"},
    ]
    expected = ["2020-01-02 00:00:00", "2020-01-02 03:04:05", "yesterday", "2020-02-30"]
    assert complaint(tmp_path, rows, 'column = "A"', "closed_at") == expected


def test_dates_in_chinese(tmp_path: Path) -> None:
    rows: list[Row] = [{"A": "2020年3月31日"}, {"A": "2020.04.01"}]
    recipe = 'column = "A"\nformat = ["%Y年%m月%d日", "%Y.%m.%d"]'
    assert complaint(tmp_path, rows, recipe, "closed_at") == ["2020-03-31 00:00:00", "2020-04-01 00:00:00"]


def test_hostile_names_and_values_stay_values(tmp_path: Path) -> None:
    name = "a\"b'; DROP TABLE raw_rows; -- 列"
    rows: list[Row] = [{name: "x'); DROP TABLE raw_rows; --"}, {name: '"'}]
    recipe = f"column = '''{name}'''\nvalues = {{ '\"' = \"quote's\" }}"
    assert complaint(tmp_path, rows, recipe, "repeat_of_ticket_no") == [rows[0][name], "quote's"]


def test_order_and_case_of_columns_do_not_matter(tmp_path: Path) -> None:
    bench = Bench(declare(tmp_path, COMPLAINT))
    bench.put("rows", [{"Extra": "?", "w_H en": "01/02/2020", "NO": "7"}])
    [row] = bench.rows("complaint")
    assert (row["ticket_no"], row["received_at"]) == ("7", "2020-01-02 00:00:00")


def test_missing_and_ambiguous_columns_are_named(tmp_path: Path) -> None:
    declared = declare(tmp_path, COMPLAINT).input("rows")
    assert mapping.match_header(declared, ["when"]) == ({"When": "when"}, ("No",))
    assert mapping.match_header(declared, ["WHEN", "when", "No"])[1] == ("When",)
    assert mapping.match_header(declared, ["WHEN", "When", "No"])[0] == {"No": "No", "When": "When"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("rows.csv", True), ("ROWS_2020.CSV", True), ("rows.csv.gz", True), ("in/rows1.csv", True), ("row.csv", False)],
)  # fmt: skip
def test_files_are_known_by_name(tmp_path: Path, name: str, expected: bool) -> None:
    assert declare(tmp_path, COMPLAINT).input("rows").accepts(name) is expected


# --- groups, derived rows, supplements, enrichments -------------------------------------------------------------------

INSPECTION = """
[[outputs]]
table = "inspection"
input = "rows"
group_by = "inspection_no"
latest_by = "started_at"
[outputs.columns]
inspection_no = "No"
unit_id = { constant = "U" }
inspection_kind = { constant = "routine" }
started_at = "Day"
officer_ids = { column = "Officer", collect = true }
retailer_id = "Shop"
"""
ENRICHMENT = """
[[outputs]]
table = "inspection"
input = "more"
role = "enrichment"
match = "inspection_no"
[outputs.columns]
inspection_no = "Id"
unit_id = "Team"
plan_id = "Plan"
"""
SUPPLEMENT = """
[[outputs]]
table = "inspection"
input = "more"
role = "supplement"
match = ["retailer_id", "started_at"]
group_by = "inspection_no"
[outputs.columns]
inspection_no = { hash = ["Shop", "Day", "Why"], prefix = "M-" }
unit_id = { constant = "U" }
inspection_kind = { column = "Why", default = "other", when_blank = "other", values = { Canvass = "routine" } }
started_at = { column = "Day", format = "%d.%m.%Y" }
retailer_id = "Shop"
"""


def visit(number: str | None, officer: str, day: str = "2020-01-02", shop: str = "S") -> Row:
    return {"No": number, "Officer": officer, "Day": day, "Shop": shop}


def test_rows_are_grouped_into_a_list(tmp_path: Path) -> None:
    bench = Bench(declare(tmp_path, INSPECTION))
    bench.put("rows", [visit("1", "B"), visit("2", "C"), visit("1", "A"), visit(None, "D"), visit(None, "E")])
    bench.put("rows", [visit("1", "Z", day="2020-01-09")], batch=2)
    found = [(r["_row_number"], r["_source_rows"], r["officer_ids"]) for r in bench.rows("inspection")]
    assert found == [(1, 2, "A;B"), (2, 1, "C"), (4, 1, "D"), (5, 1, "E"), (1, 1, "Z")]


def test_a_group_takes_its_values_from_the_latest_row(tmp_path: Path) -> None:
    bench = Bench(declare(tmp_path, INSPECTION))
    days = {"2020-01-09": "late", "2020-01-02": "early", "soon": "unreadable"}
    bench.put("rows", [visit("1", "A", day, shop) for day, shop in days.items()])
    [row] = bench.rows("inspection")
    assert (row["retailer_id"], row["officer_ids"], row["_row_number"]) == ("late", "A", 1)


def test_enrichment_adds_columns_and_no_rows(tmp_path: Path) -> None:
    bench = Bench(declare(tmp_path, INSPECTION + ENRICHMENT.replace('plan_id = "Plan"\n', "")))
    bench.put("rows", [visit("1", "A"), visit("2", "B")])
    assert [row["unit_id"] for row in bench.rows("inspection")] == ["U", "U"]
    bench.put("more", [{"Id": "1", "Team": "red"}, {"Id": "1", "Team": "blue"}, {"Id": "9", "Team": "red"}])
    assert [row["unit_id"] for row in bench.rows("inspection")] == ["red", "U"]
    assert bench.merged("inspection", "more") == 3
    with pytest.raises(ValueError, match="adds columns"):
        bench.rows("inspection", "more")


def test_what_only_an_enrichment_gives_is_recorded_by_its_primary(tmp_path: Path) -> None:
    source = declare(tmp_path, INSPECTION + ENRICHMENT)
    assert "plan_id" in source.primary("inspection").recorded
    bench = Bench(source)
    bench.put("rows", [visit("1", "A")])
    assert bench.rows("inspection")[0]["plan_id"] is None
    bench.put("more", [{"Id": "1", "Team": "red", "Plan": "P"}])
    assert bench.rows("inspection")[0]["plan_id"] == "P"


def test_a_supplement_gives_only_what_the_primary_has_not(tmp_path: Path) -> None:
    bench = Bench(declare(tmp_path, INSPECTION + SUPPLEMENT))
    extra = [
        ("S", "02.01.2020", "a"),
        ("S", "03.01.2020", "a"),
        ("S", "03.01.2020", "a"),
        (None, "02.01.2020", "a"),
    ]
    bench.put("more", [{"Shop": shop, "Day": day, "Why": why} for shop, day, why in extra])
    bench.put("rows", [visit("1", "A")])
    found = [
        (row["_row_number"], row["_source_rows"], row["retailer_id"])
        for row in bench.rows("inspection", "more")
    ]
    assert found == [(2, 2, "S"), (4, 1, None)]
    assert bench.merged("inspection", "more") == 1


def test_a_supplement_is_compared_before_it_is_grouped(tmp_path: Path) -> None:
    grouped = SUPPLEMENT.replace('hash = ["Shop", "Day", "Why"]', 'column = "Why"').replace(
        ', prefix = "M-"', ""
    )
    bench = Bench(declare(tmp_path, INSPECTION + grouped))
    bench.put("rows", [visit("1", "A")])
    bench.put("more", [{"Shop": "S", "Day": day, "Why": "a"} for day in ("02.01.2020", "03.01.2020")])
    assert [row["_source_rows"] for row in bench.rows("inspection", "more")] == [1]
    assert bench.merged("inspection", "more") == 1


def test_a_supplement_knows_the_primary_rows_of_an_earlier_run(tmp_path: Path) -> None:
    bench = Bench(declare(tmp_path, INSPECTION + SUPPLEMENT))
    bench.put("more", [{"Shop": "S", "Day": "02.01.2020", "Why": None}])
    assert [row["inspection_kind"] for row in bench.rows("inspection", "more")] == ["other"]
    assert bench.merged("inspection", "more") == 0
    bench.connection.execute(
        "CREATE TABLE earlier AS SELECT 'S' retailer_id, '2020-01-02 00:00:00' started_at"
    )
    bench.relations["primary:rows"] = "earlier"
    assert bench.rows("inspection", "more") == []
    assert bench.merged("inspection", "more") == 1


def test_a_primary_that_comes_later_overtakes_supplement_rows(tmp_path: Path) -> None:
    bench = Bench(declare(tmp_path, INSPECTION + SUPPLEMENT))
    output = bench.source.outputs[1]
    bench.connection.execute(
        "CREATE TABLE earlier AS SELECT * FROM (VALUES ('M-1', 'S', '2020-01-02 00:00:00'),"
        " ('M-2', 'T', '2020-01-02 00:00:00')) v (inspection_no, retailer_id, started_at)"
    )
    bench.relations["supplement:more"] = "earlier"
    arguments = (bench.source, output, bench.relations, bench.header)
    assert bench.fetch(mapping.overtaken(*arguments)) == []
    bench.put("rows", [visit("1", "A")])
    assert bench.fetch(mapping.overtaken(*arguments)) == [{"inspection_no": "M-1"}]


DERIVED = """
[[outputs]]
table = "org_unit"
input = ["rows", "more"]
role = "derived"
[outputs.columns]
unit_id = { constant = "ROOT" }
name = { constant = "root" }
unit_type = { constant = "other" }

[[outputs]]
table = "org_unit"
input = "rows"
role = "derived"
[outputs.columns]
unit_id = { template = "U{Ward}" }
name = { column = "Name", when_blank = "?" }
unit_type = { constant = "other" }

[[outputs]]
table = "org_unit"
input = "more"
role = "derived"
placeholder = true
where = { column = "Ward", matches = "[0-9]+" }
[outputs.columns]
unit_id = { template = "U{Ward}" }
name = { constant = "stand-in" }
unit_type = { constant = "other" }
"""


def test_derived_rows_stand_once_and_the_first_output_wins(tmp_path: Path) -> None:
    bench = Bench(declare(tmp_path, DERIVED))
    bench.put("more", [{"Ward": ward} for ward in ("1", "3", "3", "x", None)])
    assert [row["unit_id"] for row in bench.rows("org_unit", "more")] == ["ROOT"]
    assert sorted(row["unit_id"] for row in bench.rows("org_unit", "more", 1)) == ["U1", "U3"]
    bench.put(
        "rows", [{"Ward": w, "Name": n} for w, n in (("1", "old"), ("1", "new"), ("2", "two"), (None, "no"))]
    )
    assert bench.rows("org_unit", "more") == []
    found = [(row["unit_id"], row["name"], row["_source_rows"]) for row in bench.rows("org_unit", "rows", 1)]
    assert found == [("U1", "new", 0), ("U2", "two", 0)]
    assert [row["unit_id"] for row in bench.rows("org_unit", "more", 1)] == ["U3"]
    bench.connection.execute("CREATE TABLE held AS SELECT 'U3' unit_id")
    bench.relations["loaded:org_unit"] = "held"
    assert bench.rows("org_unit", "more", 1) == []
    assert len(bench.rows("org_unit", "rows", 1)) == 2


def test_as_of_is_the_latest_value_of_its_columns(tmp_path: Path) -> None:
    as_of = '[inputs.rows.as_of]\ncolumn = ["When", "Then"]\nformat = "%m/%d/%Y"\n'
    source = declare(tmp_path, as_of + COMPLAINT)
    declared = source.input("rows")
    assert declared.as_of is not None
    assert set(declared.columns) == {"No", "When", "Then"}
    bench = Bench(source)
    rows: list[Row] = [
        {"No": "1", "When": "02/01/2020", "Then": ""},
        {"No": "2", "When": "01/31/2020", "Then": "never"},
    ]
    bench.put("rows", rows)
    query = mapping.as_of(declared.as_of, bench.relations["rows"], bench.header["rows"])
    assert query and bench.fetch(query) == [{"_batch_id": 1, "as_of": "2020-02-01 00:00:00"}]


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ('table = "complaint"', 'table = "complant"', "outputs[1].table", "did you mean complaint"),
        ('input = "rows"', 'input = "row"', "outputs[1].input", "did you mean rows"),
        ('input = "rows"', "", "outputs[1].input", "missing"),
        ('input = "rows"', 'input = "rows"\nrol = "primary"', "outputs[1].rol", "did you mean role"),
        ('input = "rows"', 'input = "rows"\nrole = "main"', "outputs[1].role", "is none of"),
        ("ticket_no", "ticket_nr", "outputs[1].columns.ticket_nr", "did you mean ticket_no"),
        ('ticket_no = "No"', "", "outputs[1].columns", "requires ticket_no"),
        ('ticket_no = "No"', 'ticket_no = ""', "outputs[1].columns.ticket_no", "not blank"),
        ('ticket_no = "No"', "ticket_no = 3", "outputs[1].columns.ticket_no", "expected a table"),
        ('constant = "report"', 'constant = "gossip"', "outputs[1].columns.category.constant", "no code"),
        ('constant = "report"', 'constant = "report", column = "A"', "outputs[1].columns.category", "exactly one"),
        ('constant = "report"', 'blank = "x"', "outputs[1].columns.category", "exactly one"),
        ('constant = "report"', 'column = "A", values = { a = 1 }', "outputs[1].columns.category.values.a", "a text"),
        (
            'constant = "report"',
            'column = "A", values = { a = "report", A = "enquiry" }',
            "outputs[1].columns.category.values.A",
            "twice",
        ),
        ('format = "%m/%d/%Y"', 'format = "mm/dd"', "outputs[1].columns.received_at.format", "has no %"),
        ('format = "%m/%d/%Y"', 'format = "%Q/%d/%Y"', "columns.received_at.format", "%Q stands for nothing"),
        ('format = "%m/%d/%Y"', 'format = "%Y%"', "columns.received_at.format", "% stands for nothing"),
        ('format = "%m/%d/%Y"', 'format = "%Y%年"', "columns.received_at.format", "%年 stands for nothing"),
        ('format = "%m/%d/%Y"', 'when_blank = "soon"', "outputs[1].columns.received_at.when_blank", "no timestamp"),
        ('ticket_no = "No"', 'ticket_no = { column = "A", format = "%Y" }', "columns.ticket_no.format", "no date"),
        ('ticket_no = "No"', 'ticket_no = { column = "A", extract = "a" }', "columns.ticket_no.extract", "one group"),
        ('ticket_no = "No"', 'ticket_no = { column = "A", extract = "(" }', "columns.ticket_no.extract", "regular"),
        ('ticket_no = "No"', 'ticket_no = { column = "A", extract = "(?=b)(a)" }', "ticket_no.extract", "looks around"),
        ('ticket_no = "No"', 'ticket_no = { template = "x" }', "columns.ticket_no.template", "no column"),
        ('ticket_no = "No"', 'ticket_no = { template = "{A" }', "columns.ticket_no.template", "braces"),
        ('ticket_no = "No"', 'ticket_no = { column = "A", split = "," }', "columns.ticket_no.split", "no list"),
        ('ticket_no = "No"', 'ticket_no = { column = "A", prefix = "," }', "columns.ticket_no.prefix", "hash only"),
        ('ticket_no = "No"', 'ticket_no = { column = "A", default = "," }', "columns.ticket_no.default", "values only"),
        ('input = "rows"', 'input = "rows"\nmatch = "ticket_no"', "outputs[1].match", "supplement"),
        ('input = "rows"', 'input = "rows"\nplaceholder = true', "outputs[1].placeholder", "derived only"),
        (
            'input = "rows"',
            'input = "rows"\nwhere = { column = "A", in = "b" }',
            "outputs[1].where",
            "leave rows out",
        ),
        ('input = "rows"', 'input = "rows"\ngroup_by = "channel"', "outputs[1].group_by", "not among the columns"),
        ('input = "rows"', 'input = "rows"\nlatest_by = "ticket_no"', "outputs[1].latest_by", "goes with group_by"),
        (
            'input = "rows"',
            'input = "rows"\ngroup_by = "ticket_no"\nlatest_by = "category"',
            "outputs[1].latest_by",
            "no date",
        ),
        ("[[outputs]]", "[outputs]", "outputs", "expected a list of tables"),
    ],
)  # fmt: skip
def test_errors_name_file_key_and_reason(tmp_path: Path, old: str, new: str, key: str, reason: str) -> None:
    assert old in COMPLAINT
    error = refused(tmp_path, COMPLAINT.replace(old, new, 1))
    assert error.key.endswith(key) and reason in error.reason, str(error)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('extent = "full"', 'extent = "all"', "source.extent"),
        ('extent = "full"', 'extent = "full"\ncadence_days = "7"', "source.cadence_days"),
        ('extent = "full"', 'extent = "full"\ncadence_days = 0', "source.cadence_days"),
        ('owner = "o"', "", "source.owner"),
        ('name = "trial"', 'name = "Trial 1"', "source.name"),
        ('glob = "rows*.csv"', "", "inputs.rows.glob"),
        ('glob = "rows*.csv"', 'glob = "rows*.csv"\nas_of = { }', "inputs.rows.as_of.column"),
        (
            'glob = "rows*.csv"',
            'glob = "rows*.csv"\nas_of = { constant = "2020" }',
            "inputs.rows.as_of.constant",
        ),
        ('glob = "rows*.csv"', 'database = { table = "t" }', "inputs.rows.database.url"),
        (
            'glob = "rows*.csv"',
            'database = { url = "postgresql://a:b@c/d", table = "t" }',
            "inputs.rows.database.url",
        ),
        ('glob = "rows*.csv"', 'database = { url = "sqlite://" }', "inputs.rows.database.table"),
    ],
)
def test_errors_in_certificate_and_inputs(tmp_path: Path, old: str, new: str, key: str) -> None:
    path = tmp_path / "trial.toml"
    assert old in CERTIFICATE
    path.write_text(CERTIFICATE.replace(old, new, 1) + COMPLAINT, encoding="utf-8")
    with pytest.raises(mapping.MappingError) as caught:
        mapping.load(path)
    assert caught.value.key == key


def test_broken_toml_and_two_of_a_name_are_errors(tmp_path: Path) -> None:
    declare(tmp_path, COMPLAINT)
    (tmp_path / "again.toml").write_text(CERTIFICATE + COMPLAINT, encoding="utf-8")
    with pytest.raises(mapping.MappingError, match=r"trial is declared in again\.toml too"):
        mapping.discover(tmp_path)
    (tmp_path / "again.toml").write_text("[", encoding="utf-8")
    with pytest.raises(mapping.MappingError, match=r"again\.toml: is no TOML"):
        mapping.discover(tmp_path)


def test_an_input_that_feeds_nothing_is_an_error(tmp_path: Path) -> None:
    assert refused(tmp_path, MORE + COMPLAINT).key == "inputs.more"


def test_supplement_and_enrichment_need_one_primary(tmp_path: Path) -> None:
    assert "no primary" in refused(tmp_path, COMPLAINT + SUPPLEMENT).reason
    assert "no primary" in refused(tmp_path, COMPLAINT + ENRICHMENT).reason
    assert "two primaries" in refused(tmp_path, COMPLAINT + COMPLAINT).reason
    without = INSPECTION.replace('retailer_id = "Shop"\n', "")
    assert "has no retailer_id" in refused(tmp_path, without + SUPPLEMENT).reason


def test_database_input(tmp_path: Path) -> None:
    text = CERTIFICATE.replace(
        'glob = "rows*.csv"',
        'database = { url_variable = "BUREAU_URL", table = "a.b", cursor = "updated_at" }',
    )
    (tmp_path / "trial.toml").write_text(text + COMPLAINT, encoding="utf-8")
    declared = mapping.load(tmp_path / "trial.toml").input("rows")
    assert declared.database == mapping.Database(None, "BUREAU_URL", "a.b", "updated_at")
    assert "updated_at" in declared.columns and not declared.accepts("rows.csv")
    (tmp_path / "trial.toml").write_text(
        text.replace('"updated_at" }', '"updated_at", optional = true }') + COMPLAINT, encoding="utf-8"
    )
    found = mapping.load(tmp_path / "trial.toml").input("rows").database
    assert found == mapping.Database(None, "BUREAU_URL", "a.b", "updated_at", optional=True)


# --- conservation -----------------------------------------------------------------------------------------------------

CELLS = st.sampled_from(["1", "2", " 2 ", "NA", "", "x'y", None])
DAYS = st.sampled_from(["2020-01-01", "2020-01-02", "bad", "", None])
VISITS = st.lists(
    st.fixed_dictionaries({"No": CELLS, "Officer": CELLS, "Day": DAYS, "Shop": CELLS}), max_size=12
)
EXTRAS = st.lists(st.fixed_dictionaries({"Shop": CELLS, "Day": DAYS, "Why": CELLS}), max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(visits=VISITS, extras=EXTRAS, has_primary=st.booleans())
def test_every_source_row_is_accounted_for(
    tmp_path: Path, visits: list[Row], extras: list[Row], has_primary: bool
) -> None:
    outputs = INSPECTION + SUPPLEMENT.replace(', format = "%d.%m.%Y"', "")
    bench = Bench(declare(tmp_path, outputs))
    bench.put("more", extras, ("Shop", "Day", "Why"))
    if has_primary:
        bench.put("rows", visits, ("No", "Officer", "Day", "Shop"))
        assert sum(row["_source_rows"] for row in bench.rows("inspection")) == len(visits)
    supplement = bench.rows("inspection", "more")
    read = sum(row["_source_rows"] for row in supplement) + bench.merged("inspection", "more")
    assert read == len(extras)
    assert len({row["inspection_no"] for row in supplement}) == len(supplement)
    if has_primary:
        primary = {(row["retailer_id"], row["started_at"]) for row in bench.rows("inspection")}
        keys = [(row["retailer_id"], row["started_at"]) for row in supplement]
        assert not [key for key in keys if None not in key and key in primary]
    bench.connection.close()


# --- the documentation ------------------------------------------------------------------------------------------------


def test_docs_name_every_key_that_the_parser_knows() -> None:
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    chapters = dict(re.findall(r"^## `(\w+)`[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    assert set(chapters) == set(mapping.KEYS)
    for kind, keys in mapping.KEYS.items():
        explained = re.findall(r"^\| `(\w+)` \|", chapters[kind], re.MULTILINE)
        assert sorted(explained) == sorted(keys), kind


def test_the_mappings_in_the_docs_can_be_read(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    whole = [block for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "[source]" in block]
    assert whole
    for number, block in enumerate(whole):
        path = tmp_path / f"{number}.toml"
        path.write_text(block, encoding="utf-8")
        mapping.load(path)
    for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL):
        tomllib.loads(block)


# --- the real public files --------------------------------------------------------------------------------------------

needs_real_files = pytest.mark.skipif(not REAL.is_dir(), reason="shared/realdata is not there")


def real_rows(pattern: str) -> list[dict[str, str]]:
    """The rows of a file as Python's own reader sees them: the second opinion."""
    [path] = REAL.rglob(pattern)
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as content:
        rows = csv.reader(io.StringIO(content.read()))
        header = [name.strip() for name in next(rows)]
        return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def cities() -> dict[str, Bench]:
    """Both cities with all their files, each read by DuckDB as text."""
    benches = {source.name: Bench(source) for source in mapping.discover(SOURCES)}
    for name in ("chicago", "new_york"):
        bench = benches[name]
        for batch, declared in enumerate(bench.source.inputs, start=1):
            [path] = [path for path in REAL.rglob("*.gz") if declared.accepts(path.name)]
            bench.connection.execute(
                f"CREATE TABLE {declared.name} AS SELECT {batch}::BIGINT AS _batch_id, row_number() OVER () AS"
                f" _row_number, * FROM read_csv({sql.literal(str(path))}, all_varchar = true, header = true,"
                " delim = ',', quote = '\"', escape = '\"')"
            )
            described = bench.fetch(f"DESCRIBE {declared.name}")
            found, missing = mapping.match_header(declared, [row["column_name"] for row in described])
            assert not missing
            bench.relations[declared.name], bench.header[declared.name] = declared.name, found
    return benches


def gathered(bench: Bench, table: str) -> list[dict[str, Any]]:
    outputs = [o for o in bench.source.outputs if o.table == table and o.role != "enrichment"]
    queries = [mapping.select(bench.source, o, bench.relations, bench.header) for o in outputs]
    return [row for query in queries for row in bench.fetch(query)]


@needs_real_files
def test_real_row_counts_and_conservation(cities: dict[str, Bench]) -> None:
    expected = {
        "chicago": {
            "licence_terms": 13_253,
            "inspections": 18_915,
            "assignments": 67_029,
            "dispatch": 67_497,
            "complaints": 74_401,
        },
        "new_york": {"applications": 1_116, "complaints": 4_495, "caps": 59},
    }
    for city, counts in expected.items():
        bench = cities[city]
        for output in bench.source.outputs:
            if output.role == "derived":
                continue
            merged = bench.merged(output.table, output.input)
            loaded = 0
            if output.role != "enrichment":
                query = mapping.select(bench.source, output, bench.relations, bench.header)
                loaded = sum(row["_source_rows"] for row in bench.fetch(query))
            assert loaded + merged == counts[output.input], output.table


@needs_real_files
def test_real_inspections_and_their_supplement(cities: dict[str, Bench]) -> None:
    inspections, dispatch = real_rows("inspections_with*"), real_rows("inspection_dispatch*")
    teams = {row["inspectionID"]: row["sanitarian"] for row in real_rows("inspector_assignments*")}
    licence_days = {(row["License"], row["Inspection_Date"]) for row in inspections}
    in_both = licence_days & {(row["License"], row["Inspection_Date"]) for row in dispatch}
    assert (len(in_both), len(licence_days)) == (18_442, 18_737)

    bench = cities["chicago"]
    found = {row["inspection_no"]: row for row in bench.rows("inspection", "inspections")}
    assert len(found) == len({row["Inspection_ID"] for row in inspections}) == 18_893
    assert sum(row["_source_rows"] == 2 for row in found.values()) == 22
    officers: dict[str, set[str]] = {}
    for row in inspections:
        officers.setdefault(row["Inspection_ID"], set()).add(row["Inspector_Assigned"])
    for number, row in found.items():
        assert set(row["officer_ids"].split(";")) == officers[number]
        assert row["unit_id"] == (f"CHI-INS-{teams[number]}" if number in teams else "CHI-INS")

    repeated = sum((row["License"], row["Inspection_Date"]) in licence_days for row in dispatch)
    assert bench.merged("inspection", "dispatch") == repeated == 18_582
    others = {
        tuple(value.strip() for value in row.values())
        for row in dispatch
        if (row["License"], row["Inspection_Date"]) not in licence_days
    }
    supplement = bench.rows("inspection", "dispatch")
    assert len(supplement) == len({row["inspection_no"] for row in supplement}) == len(others) == 48_835
    assert len(dispatch) - len({tuple(row.values()) for row in dispatch}) == 105
    known = {row["retailer_id"] for row in gathered(bench, "retailer")} | {None}
    strange = Counter(row["retailer_id"] for row in supplement if row["retailer_id"] not in known)
    assert all(not name.removeprefix("CHI-").isdigit() for name in strange)


@needs_real_files
def test_real_licences_and_applications(cities: dict[str, Bench]) -> None:
    terms = real_rows("licence_terms*")
    bench = cities["chicago"]
    applications = {row["application_no"]: row for row in gathered(bench, "licence_application")}
    assert applications.keys() == {row["ID"] for row in terms}
    for term in terms:
        row = applications[term["ID"]]
        asked = term["APPLICATION_CREATED_DATE"] or term["APPLICATION_REQUIREMENTS_COMPLETE"]
        assert row["submitted_at"] == f"{asked} 00:00:00"
        assert row["unit_id"] == f"CHI-W{term['WARD'] or 0}"
    licences = {row["licence_no"]: row for row in gathered(bench, "licence")}
    assert len(licences) == len({row["License"] for row in terms}) == 9_248
    last = {row["License"]: row for row in sorted(terms, key=lambda row: row["LICENSE_TERM_EXPIRATION_DATE"])}
    assert all(
        row["expires_on"] == last[number]["LICENSE_TERM_EXPIRATION_DATE"] for number, row in licences.items()
    )
    assert "channel" not in bench.source.primary("licence_application").recorded


@needs_real_files
def test_real_new_york(cities: dict[str, Bench]) -> None:
    bench = cities["new_york"]
    applications = gathered(bench, "licence_application")
    kinds = Counter(row["application_type"] for row in applications)
    assert kinds == {"renewal": 877, "new": 237, "change": 2}
    assert sum(row["cell_id"] is None for row in applications) == 1
    assert all((row["result"] is None) == (row["decided_at"] is None) for row in applications)
    complaints = gathered(bench, "complaint")
    assert len({row["ticket_no"] for row in complaints}) == len(complaints) == 4_495
    assert sum(row["closed_at"] < row["received_at"] for row in complaints) == 4
    caps = {row["Community Board"]: row for row in real_rows("tobacco*")}
    cells = {row["cell_id"]: row for row in bench.rows("market_cell", "caps")}
    assert {f"NYC-CD{number}" for number in caps} == cells.keys()
    for number, row in caps.items():
        cell = cells[f"NYC-CD{number}"]
        assert cell["capacity"] == row["Tobacco Retail Dealer Cap"]
        assert cell["e_cigarette_capacity"] == row["Electronic Cigarette Retail Dealer Cap"]
        assert cell["occupied"] == row["Active Tobacco Retail Dealer"]


@needs_real_files
def test_real_references_and_codes_hold(cities: dict[str, Bench]) -> None:
    """What a row refers to is there, every code is one of the contract's, each thing stands once."""
    for bench in (cities["chicago"], cities["new_york"]):
        tables = {output.table for output in bench.source.outputs}
        rows = {table: gathered(bench, table) for table in tables}
        for table, found in rows.items():
            for column in table_named(table).columns:
                values = {row.get(column.name) for row in found} - {None}
                if column.info["kind"] == "list<string>":
                    values = {part for value in values for part in value.split(";")}
                if column.info["codes"]:
                    assert values <= set(column.info["codes"]), (table, column.name)
                if column.info["required"]:
                    assert None not in {row[column.name] for row in found}, (table, column.name)
                if column.info["references"] and (table, column.name) != ("inspection", "retailer_id"):
                    parent, key = str(column.info["references"]).split(".")
                    assert values <= {row[key] for row in rows.get(parent, [])}, (table, column.name)
        for table in tables & {"org_unit", "market_cell", "staff", "retailer", "licence"}:
            keys = [row[mapping.identity(table)[0]] for row in rows[table]]
            assert len(keys) == len(set(keys)), table
        assert [row["unit_id"] for row in rows["org_unit"] if not row.get("parent_unit_id")] in (
            ["CHI"],
            ["NYC"],
        )


@needs_real_files
def test_a_later_release_in_another_order_and_case_gives_the_same(cities: dict[str, Bench]) -> None:
    bench = cities["new_york"]
    declared = bench.source.input("complaints")
    described = [row["column_name"] for row in bench.fetch("DESCRIBE complaints")][2:]
    renamed = ", ".join(
        f"{sql.name(name)} AS {sql.name(name.upper().replace(' ', '_'))}" for name in reversed(described)
    )
    bench.connection.execute(
        f"CREATE OR REPLACE TABLE later AS SELECT _batch_id, _row_number, {renamed} FROM complaints"
    )
    columns = [row["column_name"] for row in bench.fetch("DESCRIBE later")][2:]
    found, missing = mapping.match_header(declared, columns)
    assert not missing
    output = bench.source.primary("complaint")
    later = mapping.select(
        bench.source, output, bench.relations | {"complaints": "later"}, bench.header | {"complaints": found}
    )
    order = "\nORDER BY _row_number"
    assert bench.fetch(later + order) == bench.rows("complaint", "complaints")


def test_the_dates_that_a_source_states_are_dates() -> None:
    for source in mapping.discover(SOURCES):
        for declared in source.inputs:
            if declared.as_of and declared.as_of.constant:
                datetime.fromisoformat(declared.as_of.constant)
