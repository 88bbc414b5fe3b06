"""Examining: the expressions that say of each value of a row what is wrong with it, and what that costs.

The parts of sql/examine.sql, generated from the contract. Nothing here looks beyond one row, and nothing is run.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Column

from etl import parse, personal, sql
from etl.batch import Arrival
from model.contract.columns import POSITION

WITHHELD = "NULL"
_WHOLE = sql.literal("a position falls whole")
Faults = dict[str, list[tuple[str, str]]]


def parts(arrival: Arrival, columns: list[Column[object]], headers: Mapping[str, str]) -> dict[str, str]:
    """The slots of the statement for the delivered columns; `headers` are their names in the file."""
    faults: Faults = {
        column.name: parse.faults(column, text(column), sql.name(column.name), arrived_at(arrival))
        for column in columns
    }
    required = [column for column in columns if column.info["required"]]
    optional = [column for column in columns if not column.info["required"]]
    rules = position_rules(columns)
    cells = [_cell(column, faults[column.name]) for column in optional]
    cells += _position_cells(columns, rules)
    cells += [_mask_cell(column) for column in columns if column.info["mask"]]
    header = is_header(arrival, headers)
    return {
        "texts": ", ".join(
            [f"{parse.read_text(column, sql.name(column.name))} AS {text(column)}" for column in columns]
            + personal.tokens(columns)
        ),
        "typed": ", ".join(
            f"{parse.typed(column, text(column))} AS {sql.name(column.name)}" for column in columns
        ),
        "faulty": ", ".join(f"{_any(faults[column.name])} AS {_bad(column)}" for column in columns),
        "position": _position_is_bad(columns, rules),
        "values": ", ".join(f"{_value(column)} AS {sql.name(column.name)}" for column in columns),
        "any_cell": either([_bad(column) for column in optional] + _unmasked(columns) + ["_position_is_bad"]),
        "cells": ", ".join(cells) or "NULL",
        "any_reason": either(
            [f"{sql.name(column.name)} IS NULL OR {_bad(column)}" for column in required] + [header]
        ),
        "reasons": ", ".join(
            [_reason(column, faults[column.name]) for column in required]
            + [f"CASE WHEN {header} THEN 'repeated header row' END"]
        ),
        "delivered": ", ".join(f"{sql.name(column.name)} := {_delivered_text(column)}" for column in columns),
    }


def arrived_at(arrival: Arrival) -> str:
    """The moment of a batch's arrival, which no event may lie behind."""
    return f"TIMESTAMP {sql.literal(str(arrival.arrived_at))}"


def text(column: Column[object]) -> str:
    """What a column's text is called beside its value."""
    return sql.name(f"text of {column.name}")


def either(conditions: list[str]) -> str:
    """True where one of the conditions is."""
    return "(" + " OR ".join(conditions or ["false"]) + ")"


def is_header(arrival: Arrival, headers: Mapping[str, str]) -> str:
    """True for a header row that stands among the rows again."""
    first = next(column for column in arrival.table.primary_key.columns)
    return f"coalesce({text(first)} = {sql.literal(headers[first.name])}, false)"


def position_rules(columns: list[Column[object]]) -> list[tuple[str, str]]:
    """The wording and condition of each rule that a broken position falls by."""
    names = {column.name for column in columns}
    found: dict[str, str] = {}
    for column in columns:
        for rule in column.info["rules"]:
            if rule.scope == "position" and {*rule.asks_for, "longitude"} <= names:
                found.setdefault(rule.text, rule.sql)
    return list(found.items())


def _bad(column: Column[object]) -> str:
    return sql.name(f"{column.name} is bad")


def _any(faults: list[tuple[str, str]]) -> str:
    return f"coalesce({either([condition for _, condition in faults])}, false)"


def _rule_name(faults: list[tuple[str, str]]) -> str:
    cases = " ".join(f"WHEN {condition} THEN {sql.literal(rule)}" for rule, condition in faults)
    return f"CASE {cases} END" if cases else "NULL"


def _struct(column: Column[object], value: str, rule: str) -> str:
    return f"struct_pack(column_name := {sql.literal(column.name)}, value := {value}, rule := {rule})"


def is_hidden(column: Column[object]) -> bool:
    """Whether a column's text may hold what a hash, a mask or a seal is to hide."""
    is_masked = bool(column.info["mask"]) or column.info["pii"] == "whistleblower"
    return is_masked or column.name.endswith("_hash") or personal.is_sealed(column)


def _shown(column: Column[object]) -> str:
    """The malformed text as a finding may show it."""
    return "CAST(NULL AS VARCHAR)" if is_hidden(column) else text(column)


def _cell(column: Column[object], faults: list[tuple[str, str]]) -> str:
    return f"CASE WHEN {_bad(column)} THEN {_struct(column, _shown(column), _rule_name(faults))} END"


def _unmasked(columns: list[Column[object]]) -> list[str]:
    return [parse.is_unmasked(column, text(column)) for column in columns if column.info["mask"]]


def _mask_cell(column: Column[object]) -> str:
    rule = sql.literal("masked at load")
    return (
        f"CASE WHEN NOT {_bad(column)} AND {parse.is_unmasked(column, text(column))}"
        f" THEN {_struct(column, 'CAST(NULL AS VARCHAR)', rule)} END"
    )


def _value(column: Column[object]) -> str:
    """A value as it is loaded; a personal one sealed for its subject."""
    value = _open_value(column)
    return personal.sealed_value(column, value, text(column)) if personal.is_sealed(column) else value


def _open_value(column: Column[object]) -> str:
    name = sql.name(column.name)
    if column.name in POSITION:
        return f"CASE WHEN _position_is_bad THEN NULL ELSE {name} END"
    if column.info["mask"]:
        return (
            f"CASE WHEN {_bad(column)} THEN NULL"
            f" WHEN {parse.is_unmasked(column, text(column))} THEN {parse.masked(column, name)} ELSE {name} END"
        )
    return f"CASE WHEN {_bad(column)} THEN NULL ELSE {name} END"


def _reason(column: Column[object], faults: list[tuple[str, str]]) -> str:
    prefix = sql.literal(f"{column.name}: ")
    return (
        f"CASE WHEN {_bad(column)} THEN {prefix} || {_rule_name(faults)}"
        f" WHEN {sql.name(column.name)} IS NULL THEN {sql.literal(f'{column.name}: required')} END"
    )


def _delivered_text(column: Column[object]) -> str:
    """What a quarantined row keeps of a value: the text that came, masked, sealed or withheld as the contract says."""
    given = _open_delivered_text(column)
    return personal.sealed(column, given) if personal.is_sealed(column) else given


def _open_delivered_text(column: Column[object]) -> str:
    given = text(column)
    if column.info["mask"]:
        return f"CASE WHEN {parse.is_unmasked(column, given)} THEN {parse.masked(column, given)} ELSE {given} END"
    if column.name.endswith("_hash"):
        return f"CASE WHEN {_bad(column)} THEN {WITHHELD} ELSE {given} END"
    return given


def _position_is_bad(columns: list[Column[object]], rules: list[tuple[str, str]]) -> str:
    bad = [_bad(column) for column in columns if column.name in POSITION]
    return f"coalesce({either(bad + [f'NOT ({condition})' for _, condition in rules])}, false)"


def _position_cells(columns: list[Column[object]], rules: list[tuple[str, str]]) -> list[str]:
    """The values that fall with their position, each with what is wrong with the position."""
    broken = " ".join(f"WHEN NOT ({condition}) THEN {sql.literal(wording)}" for wording, condition in rules)
    rule = f"CASE {broken} ELSE {_WHOLE} END" if rules else _WHOLE
    return [
        f"CASE WHEN _position_is_bad AND NOT {_bad(column)} AND {sql.name(column.name)} IS NOT NULL"
        f" THEN {_struct(column, text(column), rule)} END"
        for column in columns
        if column.name in POSITION
    ]
