"""Reads mappings from TOML, strictly: what is unknown, misspelt or ill-typed is an error that names file and key.

A mapping that is read without error can be executed: every table, column and code in it exists in the contract.
Nothing here looks at a source's data.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from string import Formatter
from typing import Any, cast, get_args

from sqlalchemy import Column, Table, make_url
from sqlalchemy.exc import ArgumentError

from etl.mapping.declaration import (
    AsOf,
    Condition,
    Database,
    Extent,
    Input,
    MappingError,
    Output,
    Recipe,
    Role,
    Source,
    normalised,
)
from etl.mapping.sections import Section, suggestion
from model.contract import TABLES, VAULT, table_named

KEYS: dict[str, tuple[str, ...]] = {
    "mapping": ("source", "inputs", "outputs"),
    "source": ("name", "name_zh", "name_en", "producer", "owner", "licence", "extent", "cadence_days"),
    "input": ("glob", "database", "null_values", "encoding", "delimiter", "sheet", "as_of"),
    "database": ("url", "url_variable", "table", "cursor", "optional"),
    "as_of": ("column", "format", "constant"),
    "output": ("table", "input", "role", "match", "group_by", "latest_by", "where", "placeholder", "columns"),
    "column": (
        *("column", "constant", "template", "hash", "sum"),
        *("blank", "blank_as", "prefix", "split", "extract", "format", "values", "default"),
        *("when", "when_blank", "collect"),
    ),
    "condition": ("column", "in", "matches"),
}
"""Every key that a mapping may hold, by the kind of table it stands in. docs/sources.md explains each."""

_MATCH = "a supplement and an enrichment need it, nothing else has it"
_ORIGINS = ("column", "constant", "template", "hash", "sum")


def load(path: Path) -> Source:
    """The mapping in this file; MappingError for anything that cannot be used."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(path, "", f"is no TOML: {error}") from error
    root = Section(path, "", data, KEYS["mapping"])
    certificate = root.section("source", KEYS["source"])
    inputs = {name: _input(section) for name, section in root.named("inputs", KEYS["input"]).items()}
    outputs = [
        output
        for section in root.listed("outputs", KEYS["output"])
        for output in _outputs(section, tuple(inputs))
    ]
    _check_together(root, tuple(inputs), outputs)
    return Source(
        name=certificate.name("name"),
        file=path,
        name_zh=certificate.text("name_zh"),
        name_en=certificate.text("name_en"),
        producer=certificate.text("producer"),
        owner=certificate.text("owner"),
        licence=certificate.text("licence"),
        extent=cast(Extent, certificate.choice("extent", get_args(Extent))),
        cadence_days=certificate.number("cadence_days"),
        inputs=tuple(_with_columns(item, outputs) for item in inputs.values()),
        outputs=tuple(_with_enrichments(item, outputs) for item in outputs),
    )


def discover(*directories: Path) -> list[Source]:
    """The mappings in these directories, by file name; a source may be declared once only."""
    found: dict[str, Source] = {}
    for path in (path for directory in directories for path in sorted(directory.glob("*.toml"))):
        source = load(path)
        if source.name in found:
            raise MappingError(
                path, "source.name", f"{source.name} is declared in {found[source.name].file.name} too"
            )
        found[source.name] = source
    return list(found.values())


def _input(section: Section) -> Input:
    database = _database(section.section("database", KEYS["database"])) if section.has("database") else None
    if (database is None) == (not section.has("glob")):
        raise section.error("glob", "expected either glob or database")
    as_of = _as_of(section.section("as_of", KEYS["as_of"])) if section.has("as_of") else None
    cursor = (database.cursor,) if database and database.cursor else ()
    return Input(
        name=section.path.rsplit(".", 1)[-1],
        glob=section.optional("glob"),
        database=database,
        columns=(*cursor, *(as_of.columns if as_of else ())),
        null_values=section.texts("null_values"),
        encoding=section.optional("encoding"),
        delimiter=section.optional("delimiter"),
        sheet=section.optional("sheet"),
        as_of=as_of,
    )


def _with_columns(declared: Input, outputs: Iterable[Output]) -> Input:
    """The input with every column that something made of it needs, each once."""
    needed = [
        column for output in outputs if output.input == declared.name for column in output.source_columns()
    ]
    unique = {normalised(column): column for column in reversed([*declared.columns, *needed])}
    return replace(declared, columns=tuple(reversed(unique.values())))


def _with_enrichments(output: Output, outputs: Iterable[Output]) -> Output:
    """A primary records what enriches it too, and hands it on as null while that is not there."""
    if output.role != "primary":
        return output
    extra = [item for item in outputs if item.role == "enrichment" and item.table == output.table]
    columns = dict.fromkeys([*output.recorded, *(column for item in extra for column in item.recorded)])
    return replace(output, recorded=tuple(columns))


def _database(section: Section) -> Database:
    url, variable = section.optional("url"), section.optional("url_variable")
    if (url is None) == (variable is None):
        raise section.error("url", "expected either url or url_variable")
    try:
        password = make_url(url).password if url else None
    except (ArgumentError, ValueError) as error:
        raise section.error("url", "is no database address") from error
    if password:
        raise section.error("url", "holds a password: name a variable of the environment in url_variable")
    return Database(
        url, variable, section.text("table"), section.optional("cursor"), section.flag("optional")
    )


def _as_of(section: Section) -> AsOf:
    columns, constant = section.texts("column"), section.optional("constant")
    if bool(columns) == (constant is not None):
        raise section.error("column", "expected either column or constant")
    try:
        date.fromisoformat(constant or "2000-01-01")
    except ValueError as error:
        raise section.error("constant", f"{constant!r} is no day: YYYY-MM-DD") from error
    return AsOf(columns, _formats(section), constant)


def _formats(section: Section) -> tuple[str, ...]:
    formats = section.texts("format")
    for item in formats:
        if not re.search("%[A-Za-z]", item):
            raise section.error("format", f"{item!r} has no % in it: as in %d/%m/%Y")
    return formats


def _outputs(section: Section, inputs: tuple[str, ...]) -> list[Output]:
    """The outputs of one entry: one for each input that it names."""
    names = section.texts("input")
    if not names:
        raise section.error("input", "expected the name of an input, it is missing")
    for name in names:
        if name not in inputs:
            raise section.error(
                "input", f"{name!r} is none of {', '.join(inputs)}" + suggestion(name, inputs)
            )
    table = table_named(section.choice("table", (*TABLES, VAULT.name)))
    columns = section.section("columns", None)
    recipes = {name: _recipe(columns, name, table) for name in columns.data}
    role = cast(Role, section.choice("role", get_args(Role))) if section.has("role") else "primary"
    first = Output(
        table=table.name,
        input=names[0],
        role=role,
        recorded=tuple(recipes),
        match=section.texts("match"),
        recipes=recipes,
        group_by=section.texts("group_by"),
        latest_by=section.optional("latest_by"),
        where=_condition(section.section("where", KEYS["condition"])) if section.has("where") else None,
        placeholder=section.flag("placeholder"),
    )
    _check_output(section, first)
    return [replace(first, input=name) for name in names]


def _recipe(columns: Section, name: str, table: Table) -> Recipe:
    """The recipe of one contract column; a plain text is the name of the source column."""
    if name not in table.columns:
        raise columns.error(name, f"no column of {table.name}" + suggestion(name, table.columns.keys()))
    if isinstance(columns.data[name], str):
        return Recipe(columns=(columns.text(name),))
    section = columns.section(name, KEYS["column"])
    if sum(section.has(key) for key in _ORIGINS) != 1:
        raise section.error("", f"expected exactly one of {', '.join(_ORIGINS)}")
    recipe = Recipe(
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
        formats=_formats(section),
        values=section.texts_by_text("values"),
        default=section.optional("default"),
        when=_condition(section.section("when", KEYS["condition"])) if section.has("when") else None,
        when_blank=section.optional("when_blank"),
        collect=section.flag("collect"),
    )
    _check_recipe(section, recipe, table.columns[name])
    return recipe


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


def _condition(section: Section) -> Condition:
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


def _check_output(section: Section, output: Output) -> None:
    """What one entry asks for must fit its role and the contract's table."""
    role, table = output.role, table_named(output.table)
    latest = (output.latest_by,) if output.latest_by else ()
    for key, fits, reason in (
        ("match", bool(output.match) == (role in ("supplement", "enrichment")), _MATCH),
        (
            "group_by",
            not output.group_by or role in ("primary", "supplement"),
            "goes with rows of their own only",
        ),
        (
            "latest_by",
            not output.latest_by or role == "derived" or bool(output.group_by),
            "goes with group_by",
        ),
        ("where", output.where is None or role == "derived", "would leave rows out: goes with derived only"),
        ("placeholder", not output.placeholder or role == "derived", "goes with derived only"),
    ):
        if not fits:
            raise section.error(key, reason)
    for key, names in (("match", output.match), ("group_by", output.group_by), ("latest_by", latest)):
        for name in names:
            if name not in output.recipes:
                raise section.error(
                    key, f"{name} is not among the columns" + suggestion(name, output.recipes)
                )
    if output.latest_by and table.columns[output.latest_by].info["kind"] not in ("date", "timestamp"):
        raise section.error("latest_by", f"{output.latest_by} is no date or time")
    for name, recipe in output.recipes.items():
        if recipe.collect and (not output.group_by or name in output.group_by):
            raise section.error(
                f"columns.{name}.collect", "goes with group_by, for a column that is not in it"
            )
    missing = [
        column.name for column in table.columns if not column.nullable and column.name not in output.recipes
    ]
    if missing and role != "enrichment":
        raise section.error("columns", f"{output.table} requires {', '.join(missing)}")


def _check_together(root: Section, inputs: tuple[str, ...], outputs: list[Output]) -> None:
    """Every input feeds something; a supplement and an enrichment have the one primary that they belong to."""
    for name in inputs:
        if name not in {output.input for output in outputs}:
            raise root.error(f"inputs.{name}", "feeds no output")
    primaries: dict[str, Output] = {}
    for output in (item for item in outputs if item.role == "primary"):
        if output.table in primaries:
            raise root.error(
                "outputs", f"{output.table} has two primaries: one may lead, others supplement it"
            )
        primaries[output.table] = output
    for output in (item for item in outputs if item.match):
        if output.table not in primaries:
            raise root.error("outputs", f"{output.table} from {output.input}: has no primary to go with")
        if missing := [name for name in output.match if name not in primaries[output.table].recipes]:
            raise root.error("outputs", f"match: the primary of {output.table} has no {', '.join(missing)}")
