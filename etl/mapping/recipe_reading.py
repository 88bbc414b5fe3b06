"""Reads recipes and conditions: how one contract column is made, and which rows an entry is about.

What one recipe asks for must fit together, and what it gives must be a value of its column; an error names the key.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from string import Formatter
from typing import Any

from sqlalchemy import Column, Table

from etl.mapping.declaration import Condition, Recipe
from etl.mapping.keys import KEYS
from etl.mapping.sections import Section, suggestion

_ORIGINS = ("column", "constant", "template", "hash", "sum")
_SPECIFIERS = {*"aAbBcdfgGhHIjmMnpSTuUVwWxXyYzZ%", "-d", "-H", "-I", "-j", "-m", "-M", "-S", "-y"}
"""What DuckDB knows behind a %."""


def recipe(columns: Section, name: str, table: Table) -> Recipe:
    """The recipe of one contract column; a plain text is the name of the source column."""
    if name not in table.columns:
        raise columns.error(name, f"no column of {table.name}" + suggestion(name, table.columns.keys()))
    if isinstance(columns.data[name], str):
        return Recipe(columns=(columns.text(name),))
    section = columns.section(name, KEYS["column"])
    if sum(section.has(key) for key in _ORIGINS) != 1:
        raise section.error("", f"expected exactly one of {', '.join(_ORIGINS)}")
    found = Recipe(
        columns=section.texts("column"),
        constant=_constant(section) if section.has("constant") else None,
        template=_template(section) if section.has("template") else (),
        hash=section.texts("hash"),
        sum=section.texts("sum"),
        blank=section.texts("blank"),
        blank_as=section.optional("blank_as"),
        prefix=section.optional("prefix") or "",
        split=section.optional("split"),
        extract=_extract(section),
        formats=formats(section),
        values=section.texts_by_text("values"),
        default=section.optional("default"),
        when=condition(section.section("when", KEYS["condition"])) if section.has("when") else None,
        when_blank=section.optional("when_blank"),
        collect=section.flag("collect"),
    )
    _check_recipe(section, found, table.columns[name])
    return found


def formats(section: Section) -> tuple[str, ...]:
    """How a date or time is written, or several ways."""
    found = section.texts("format")
    for item in found:
        if not re.search("%[A-Za-z]", item):
            raise section.error("format", f"{item!r} has no % in it: as in %d/%m/%Y")
        unknown = set(re.findall("%(-?.?)", item)) - _SPECIFIERS
        if unknown:
            raise section.error(
                "format", f"{item!r}: %{min(unknown)} stands for nothing: as in %d/%m/%Y %H:%M:%S"
            )
    return found


def _constant(section: Section) -> str:
    value = section.data["constant"]
    if not isinstance(value, (str, bool, int, float)) or value == "":
        raise section.error("constant", "expected a text, a number, true or false; dates are written as text")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _template(section: Section) -> tuple[str, ...]:
    """Texts and column names in turn: a column stands at every odd place."""
    parts = [""]
    try:
        for text, column, form, conversion in Formatter().parse(section.text("template")):
            if column == "" or form or conversion:
                raise ValueError("a name is missing, or has : or ! in it")
            parts[-1] += text
            parts += [column, ""] if column is not None else []
    except ValueError as error:
        raise section.error("template", f"expected column names in braces: {error}") from error
    if len(parts) == 1:
        raise section.error("template", "names no column in braces; a fixed text is a constant")
    return tuple(parts)


def _extract(section: Section) -> str | None:
    pattern = section.optional("extract")
    if pattern is not None and _compiled(section, "extract", pattern).groups != 1:
        raise section.error("extract", "expected one group in round brackets: the part to take")
    return pattern


def condition(section: Section) -> Condition:
    """Which rows an entry or a value is about."""
    values, pattern = section.texts("in"), section.optional("matches")
    if bool(values) == (pattern is not None):
        raise section.error("in", "expected either in or matches")
    if pattern is not None:
        _compiled(section, "matches", pattern)
    return Condition(section.text("column"), values, pattern)


def _compiled(section: Section, key: str, pattern: str) -> re.Pattern[str]:
    if re.search(r"\(\?<?[=!]|\\[1-9]", pattern):
        raise section.error(key, "looks around or back, which the database's regular expressions cannot")
    try:
        return re.compile(pattern)
    except re.error as error:
        raise section.error(key, f"is no regular expression: {error}") from error


def _check_recipe(section: Section, recipe: Recipe, column: Column[Any]) -> None:
    """What one recipe asks for must fit together, and what it gives must be a value of the column."""
    kind, codes = column.info["kind"], column.info["codes"]
    is_list = kind == "list<string>"
    for key, fits, reason in (
        ("format", not recipe.formats or kind in ("date", "timestamp"), f"{column.name} is no date or time"),
        ("prefix", not recipe.prefix or bool(recipe.hash), "goes with hash only"),
        ("blank_as", recipe.blank_as is None or bool(recipe.template), "goes with template only"),
        ("default", recipe.default is None or bool(recipe.values), "goes with values only"),
        ("collect", not recipe.collect or is_list, f"{column.name} is no list"),
        ("split", recipe.split is None or is_list, f"{column.name} is no list"),
        ("split", recipe.split != "", "is empty"),
    ):
        if not fits:
            raise section.error(key, reason)
    given = [
        ("constant", recipe.constant),
        ("default", recipe.default),
        ("when_blank", recipe.when_blank),
        *((f"values.{old}", new) for old, new in recipe.values.items()),
    ]
    for key, value in given:
        for code in (value or "").split(";") if is_list else [value]:
            if code and codes and code not in codes:
                raise section.error(key, f"{code!r} is no code of {column.name}: {', '.join(codes)}")
        if value and not _is_of_kind(value, kind):
            raise section.error(key, f"{value!r} is no {kind}, which {column.name} is")


_CONVERSIONS: dict[str, Callable[[str], object]] = {
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "integer": int,
    "decimal": float,
    "boolean": {"true": True, "false": False}.__getitem__,
}


def _is_of_kind(value: str, kind: str) -> bool:
    try:
        _CONVERSIONS.get(kind, str)(value)
    except (ValueError, KeyError):
        return False
    return True
