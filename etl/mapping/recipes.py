"""Recipes as SQL expressions: how one contract value is made of the columns of one source row.

The expressions read from the step `clean`, whose columns carry normalised names. A value that cannot be read is
handed on as it came, so that the check step reports it. Nothing here knows a table or a relation.
"""

from __future__ import annotations

from collections.abc import Iterable

from etl import sql
from etl.mapping.declaration import Condition, Recipe, normalised

ISO_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
)
"""How a date or time is read where the mapping names no format."""

_TEXT_FORMS = {"date": "%Y-%m-%d", "timestamp": "%Y-%m-%d %H:%M:%S"}
_WHITE_SPACE = " \t\r\n\u00a0\u3000"
_FIELD_SEPARATOR = "\u001f"
_KEY_CHARACTERS = 32


def clean(header_name: str, null_values: Iterable[str]) -> str:
    """A raw cell without surrounding white space; null where it is blank or a word for nothing."""
    text = f"trim({sql.name(header_name)}, {sql.literal(_WHITE_SPACE)})"
    return f"CASE WHEN {text} NOT IN ({_literals(['', *null_values])}) THEN {text} END"


def expression(recipe: Recipe, kind: str) -> str:
    """The value of a contract column of this kind, as text."""
    value = _origin(recipe, kind)
    if recipe.prefix:
        value = f"{sql.literal(recipe.prefix)} || {value}"
    if kind == "list<string>" and recipe.constant is None:
        value = _each_element(recipe, value)
    else:
        value = _refined(recipe, value, kind)
    if recipe.when:
        value = f"CASE WHEN {condition(recipe.when)} THEN {value} END"
    if recipe.when_blank is not None:
        value = f"coalesce({value}, {sql.literal(recipe.when_blank)})"
    return value


def condition(asked: Condition) -> str:
    """True for the rows that the condition asks for; a blank cell never fits."""
    cell = cell_named(asked.column)
    if asked.pattern is not None:
        return f"coalesce(regexp_full_match({cell}, {sql.literal(asked.pattern)}), false)"
    return f"coalesce(lower({cell}) IN ({_literals(value.lower() for value in asked.values)}), false)"


def cell_named(column: str) -> str:
    """A column of the step `clean`, by the name that the mapping gives it."""
    return f"clean.{sql.name(normalised(column))}"


def parsed(value: str, formats: Iterable[str], kind: str) -> str:
    """A date or time in the contract's text form; the value itself where no format fits.

    Only what holds a digit is tried: DuckDB reads the words infinity and epoch as a day of the year 1900.
    """
    forms = f"[{_literals(formats or ISO_FORMATS)}]"
    tried = f"CASE WHEN regexp_matches({value}, '[0-9]') THEN {value} END"
    text = f"strftime(try_strptime({tried}, {forms}), {sql.literal(_TEXT_FORMS[kind])})"
    return f"coalesce({text}, {value})"


def _literals(texts: Iterable[str]) -> str:
    return ", ".join(sql.literal(text) for text in texts)


def _cell(recipe: Recipe, column: str) -> str:
    cell = cell_named(column)
    return f"CASE WHEN {cell} NOT IN ({_literals(recipe.blank)}) THEN {cell} END" if recipe.blank else cell


def _origin(recipe: Recipe, kind: str) -> str:
    if recipe.constant is not None:
        return sql.literal(recipe.constant)
    if recipe.hash:
        return _hashed(recipe)
    if recipe.sum:
        return _summed(recipe, kind)
    if recipe.template:
        return _filled(recipe)
    cells = [_cell(recipe, column) for column in recipe.columns]
    return f"coalesce({', '.join(cells)})" if len(cells) > 1 else cells[0]


def _filled(recipe: Recipe) -> str:
    """The template with its columns filled in; null where one is blank and nothing stands in for it."""
    parts = []
    for place, part in enumerate(recipe.template):
        if place % 2 == 0:
            parts += [sql.literal(part)] if part else []
        elif recipe.blank_as is None:
            parts.append(_cell(recipe, part))
        else:
            parts.append(f"coalesce({_cell(recipe, part)}, {sql.literal(recipe.blank_as)})")
    return f"({' || '.join(parts)})"


def _hashed(recipe: Recipe) -> str:
    """A key of the row's content: its cells in the order that the mapping gives, never the file's."""
    cells = ", ".join(f"coalesce({_cell(recipe, column)}, '')" for column in recipe.hash)
    return f"left(sha256(concat_ws({sql.literal(_FIELD_SEPARATOR)}, {cells})), {_KEY_CHARACTERS})"


def _summed(recipe: Recipe, kind: str) -> str:
    """The sum of numbers, null where one is blank; what is there, joined by +, where one is no number."""
    cells = [_cell(recipe, column) for column in recipe.sum]
    total = " + ".join(f"try_cast({cell} AS DOUBLE)" for cell in cells)
    text = f"CAST({total} AS VARCHAR)"
    if kind == "integer":
        whole = f"CAST(try_cast({total} AS BIGINT) AS VARCHAR)"
        text = f"CASE WHEN {total} = floor({total}) THEN coalesce({whole}, {text}) ELSE {text} END"
    is_blank = " OR ".join(f"{cell} IS NULL" for cell in cells)
    return f"CASE WHEN {is_blank} THEN NULL ELSE coalesce({text}, concat_ws(' + ', {', '.join(cells)})) END"


def _each_element(recipe: Recipe, value: str) -> str:
    """A list with every element refined; blank elements fall away, and so does a list without any."""
    elements = f"string_split({value}, {sql.literal(recipe.split or ';')})"
    element = _refined(recipe, f"nullif(trim(_element, {sql.literal(_WHITE_SPACE)}), '')", "string")
    return f"nullif(array_to_string(list_transform({elements}, lambda _element: {element}), ';'), '')"


def _refined(recipe: Recipe, value: str, kind: str) -> str:
    if recipe.extract is not None:
        found = f"regexp_extract({value}, {sql.literal(recipe.extract)}, 1)"
        value = f"coalesce(nullif({found}, ''), {value})"
    if kind in _TEXT_FORMS and recipe.constant is None:
        value = parsed(value, recipe.formats, kind)
    return _mapped(recipe, value) if recipe.values else value


def _mapped(recipe: Recipe, value: str) -> str:
    """The code for each value, without regard to case; '' in the mapping stands for null."""
    cases = " ".join(
        f"WHEN {sql.literal(old.lower())} THEN {sql.literal(new) if new else 'NULL'}"
        for old, new in recipe.values.items()
    )
    other = value
    if recipe.default is not None:
        other = f"CASE WHEN {value} IS NOT NULL THEN {sql.literal(recipe.default)} END"
    return f"CASE lower({value}) {cases} ELSE {other} END"
