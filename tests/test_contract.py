"""The contract is the dictionary, column by column, and the published dictionary is written from the contract.

The dictionary is the given document (shared/domain/dictionary.csv, beside the project where it is present); the
contract is its declaration in model/contract. Neither may say what the other does not.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from etl_helpers import PARENTS, SEEDS
from sqlalchemy import Column

from etl.mapping.declaration import normalised
from model import policy
from model.contract import METADATA, REGISTERS, TABLES, VAULT, document, key_of
from model.contract.columns import MONEY, allowed
from model.indicators import catalogue

GIVEN = Path(__file__).parents[2] / "shared" / "domain"
needs_dictionary = pytest.mark.skipif(
    not (GIVEN / "dictionary.csv").exists(), reason="shared/domain/dictionary.csv is not beside the project"
)


def given(name: str) -> list[dict[str, str]]:
    with (GIVEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def every_column() -> list[Column[Any]]:
    return [column for table in [*TABLES.values(), VAULT] for column in table.columns]


def declared(column: Column[Any]) -> dict[str, str]:
    """A column's declaration in the words of the dictionary."""
    return {
        "table": column.table.name,
        "column": column.name,
        "label_zh": column.info["zh"],
        "label_en": column.info["en"],
        "type": column.info["kind"],
        "required": "yes" if column.info["required"] else "no",
        "pii": column.info["pii"],
    }


@needs_dictionary
def test_tables_and_columns_stand_in_the_dictionary_s_order() -> None:
    said: dict[str, list[str]] = {}
    for row in given("dictionary.csv"):
        said.setdefault(row["table"], []).append(row["column"])
    assert said == {
        table.name: [column.name for column in table.columns] for table in METADATA.tables.values()
    }


@needs_dictionary
def test_labels_types_and_classes_are_the_dictionary_s() -> None:
    columns = {(column.table.name, column.name): column for column in every_column()}
    for row in given("dictionary.csv"):
        own = declared(columns[row["table"], row["column"]])
        assert own == {name: row[name] for name in own}


@needs_dictionary
def test_codes_are_the_dictionary_s() -> None:
    columns = {(column.table.name, column.name): column for column in every_column()}
    for row in given("dictionary.csv"):
        codes = columns[row["table"], row["column"]].info["codes"]
        assert codes == allowed(row["allowed"]), (row["table"], row["column"])
        assert list(codes) == list(allowed(row["allowed"]))


def structure(column: Column[Any]) -> set[str]:
    """The conditions of a column that are declared as its structure, in the words of the dictionary."""
    info, table = column.info, column.table
    found = set()
    if column.primary_key:
        keys = key_of(table)
        found.add("primary key" if len(keys) == 1 else f"primary key ({', '.join(keys)})")
    if target := info["references"]:
        found |= {
            f"references {target}",
            f"each element references {target}",
            f"is a {target.split('.')[1]} of {target.split('.')[0]} (any version)",
        }
    if info["unique"]:
        found |= {"unique", "unique where not null"}
    if info["codes"]:
        found.add("each element in allowed")
    if info["indicator"]:
        found |= {"is an id in indicators.csv", "each element is an id in indicators.csv"}
    if owner := table.info.get("versions_of"):
        found.add(f"versions of one {owner} do not overlap")
    if table.name == "working_calendar":
        found.add("every day of every year that records cover, no gaps")  # filled by the loader itself
    return found


@needs_dictionary
def test_rules_are_the_dictionary_s() -> None:
    columns = {(column.table.name, column.name): column for column in every_column()}
    for row in given("dictionary.csv"):
        column = columns[row["table"], row["column"]]
        said = [part for part in re.split(r"; ", row["rule"]) if part]
        rules = [part for part in said if part not in structure(column)]
        assert rules == [rule.text for rule in column.info["rules"]], (row["table"], row["column"])


@needs_dictionary
def test_keys_references_and_uniqueness_are_the_dictionary_s() -> None:
    columns = {(column.table.name, column.name): column for column in every_column()}
    for row in given("dictionary.csv"):
        column, rule = columns[row["table"], row["column"]], row["rule"]
        assert column.primary_key == rule.startswith("primary key")
        target = re.search(r"references (\w+\.\w+)|is a (\w+) of (\w+) \(any", rule)
        expected = (target[1] or f"{target[3]}.{target[2]}") if target else None
        assert column.info["references"] == expected, (row["table"], row["column"])
        assert column.info["unique"] == bool(re.search(r"\bunique\b", rule))
        assert column.info["indicator"] == ("indicators.csv" in rule)
        assert (column.info["mask"] is not None) == ("masked at load" in row["note"])


@needs_dictionary
def test_effective_dated_registers_are_the_dictionary_s() -> None:
    said = {row["table"] for row in given("dictionary.csv") if "effective-dated register" in row["note"]}
    versioned = {row["table"] for row in given("dictionary.csv") if "versions of one" in row["rule"]}
    assert set(REGISTERS) == said | versioned


@needs_dictionary
def test_indicator_ids_are_the_given_ones() -> None:
    assert sorted(catalogue().indicators) == sorted(row["id"] for row in given("indicators.csv"))


def test_parents_are_loaded_before_their_children() -> None:
    order = list(TABLES)
    for table in TABLES.values():
        for column in table.columns:
            if target := column.info["references"]:
                parent = target.split(".")[0]
                assert parent == table.name or order.index(parent) < order.index(table.name)


def test_whistle_blower_data_is_in_the_vault_alone() -> None:
    assert VAULT.name not in TABLES
    held = {column.table.name for column in every_column() if column.info["pii"] == "whistleblower"}
    assert held == {VAULT.name}


def test_a_header_cannot_be_mistaken_for_two_columns() -> None:
    for table in [*TABLES.values(), VAULT]:
        names = [normalised(column.name) for column in table.columns]
        names += [normalised(column.info["zh"]) for column in table.columns]
        assert len(names) == len(set(names)), table.name


def test_every_rule_says_what_it_costs_and_asks_for_columns_that_exist() -> None:
    for column in every_column():
        for rule in column.info["rules"]:
            assert set(rule.asks_for) <= {other.name for other in column.table.columns}
            assert column.name in rule.asks_for
            if rule.scope == "value":
                assert rule.asks_for == (column.name,)


def test_money_has_two_decimals() -> None:
    money = {column.name for column in every_column() if column.type is MONEY}
    assert money == {column.name for column in every_column() if column.name.endswith("_amount")}


def test_the_analysis_surface_names_nobody() -> None:
    for table in policy.analysis_tables():
        for column, exposure in policy.analysis_columns(table):
            assert (
                column.info["mask"] is None and not column.name.endswith("_hash")
            ) or exposure == "pseudonym"
            assert column.info["pii"] not in ("sensitive", "whistleblower") or exposure == "pseudonym"


def test_the_tests_know_a_lawful_record_of_every_table() -> None:
    assert set(SEEDS) == set(TABLES)
    for name, seed in SEEDS.items():
        assert {column.name for column in TABLES[name].columns if column.info["required"]} <= set(seed)
    assert set(PARENTS) <= set(TABLES)


# --- the published dictionary --------------------------------------------------------------------------------------


def test_the_published_dictionary_is_up_to_date() -> None:
    assert document.TARGET.read_text(encoding="utf-8") == document.document(), (
        "docs/dictionary.md differs from the contract; write it again: python -m model.contract.document"
    )


def test_the_published_dictionary_tells_of_every_column_in_both_languages() -> None:
    text = document.document()
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) == len(every_column())
    for column, row in zip(every_column(), rows, strict=True):
        cells = re.split(r"(?<!\\) \| ", row.strip("| "))
        assert cells[0] == f"`{column.name}`"
        assert cells[1] == f"{column.info['zh']}<br>{column.info['en']}"
        assert all(f"`{code}` {label}" in row for code, label in column.info["codes"].items())


def test_every_section_of_the_published_dictionary_can_be_reached() -> None:
    text = document.document()
    links = re.findall(r"\]\(#(\w+)\)", text)
    assert links == re.findall(r'<a id="(\w+)"></a>', text) == [*TABLES, VAULT.name]
