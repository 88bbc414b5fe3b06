"""Reads mappings from TOML, strictly: what is unknown, misspelt or ill-typed is an error that names file and key.

A mapping that is read without error can be executed: every table, column and code in it exists in the contract.
Nothing here looks at a source's data.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast, get_args

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from etl.mapping.declaration import (
    AsOf,
    Database,
    Extent,
    Input,
    MappingError,
    Output,
    Role,
    Source,
    normalised,
)
from etl.mapping.keys import KEYS
from etl.mapping.output_checks import check_output, check_together
from etl.mapping.recipe_reading import condition, formats, recipe
from etl.mapping.sections import Section, suggestion
from model.contract import TABLES, VAULT, table_named


def load(path: Path) -> Source:
    """The mapping in this file; MappingError for anything that cannot be used."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
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
    check_together(root, tuple(inputs), outputs)
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
    return AsOf(columns, formats(section), constant)


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
    recipes = {name: recipe(columns, name, table) for name in columns.data}
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
        where=condition(section.section("where", KEYS["condition"])) if section.has("where") else None,
        placeholder=section.flag("placeholder"),
    )
    check_output(section, first)
    return [replace(first, input=name) for name in names]
