"""Question: a table, filters, groups, a measure and a pivot, composed into one statement; no SQL is typed.

Values are bound by SQLAlchemy and columns looked up among those that policy lets the person ask of, so that nothing
that a person enters becomes SQL; the rows are those that policy says they reach. It must not run anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from duckdb_sqlalchemy import Dialect
from sqlalchemy import ColumnElement, Date, Select, String, and_, case, cast, func, literal, select
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table

from model import policy
from model.policy import Actor

Operator = Literal["is", "is_not", "at_least", "at_most", "contains", "within", "filled", "empty"]
OPERATORS: tuple[Operator, ...] = get_args(Operator)
Aggregate = Literal["count", "distinct", "sum", "average", "median", "least", "most"]
AGGREGATES: tuple[Aggregate, ...] = get_args(Aggregate)
VALUELESS = ("filled", "empty")
MONTH = "@month"
"""Put behind a column of days or moments: the month that it falls in."""
NUMERIC = ("sum", "average", "median")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class QuestionError(ValueError):
    """A question that cannot be asked. `reason`: column, value, measure or reach."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(f"{reason}: {what}")
        self.reason, self.what = reason, what


@dataclass(frozen=True)
class Filter:
    """One condition on a column."""

    column: str
    operator: Operator
    value: str = ""


@dataclass(frozen=True)
class Question:
    """What is asked. `table` with its schema; without groups and aggregate, the rows themselves."""

    table: str
    filters: tuple[Filter, ...] = ()
    groups: tuple[str, ...] = ()
    aggregate: Aggregate = "count"
    of: str = ""
    pivot: str = ""

    @property
    def is_grouped(self) -> bool:
        return bool(self.groups)


def written(filters: Sequence[Filter]) -> str:
    """Filters as a text for the URL."""
    return json.dumps([[one.column, one.operator, one.value] for one in filters], ensure_ascii=False)


def understood(text: str) -> tuple[Filter, ...]:
    """The filters of a text from the URL; none where it is not one of ours."""
    try:
        given = json.loads(text)
        return tuple(Filter(str(column), operator, str(value)) for column, operator, value in given
                     if operator in OPERATORS)  # fmt: skip
    except (ValueError, TypeError, RecursionError):
        return ()


@dataclass(frozen=True)
class Asker:
    """A person who asks of the surface's tables, each given with its columns and their types."""

    actor: Actor
    tables: Mapping[str, Mapping[str, str]]

    def types(self, table: str) -> dict[str, str]:
        """The columns that they may ask of. QuestionError where nothing of the table is theirs to ask."""
        if found := policy.asked_columns(self.actor, table, self.tables[table]):
            return found
        raise QuestionError("reach", table)

    def rows(self, table: str) -> ColumnElement[bool]:
        """Which rows they reach."""
        return policy.reached_rows(self.actor, table, _below)


def _below(unit_id: str) -> Select[Any]:
    """A unit and all below it, as the surface knows them."""
    tree = sql_table("unit_tree", sql_column("unit_id"), sql_column("ancestor_id"), schema="mart")
    return select(tree.c.unit_id).where(tree.c.ancestor_id == unit_id)


def labelled(name: str) -> str:
    """What a group is called in the answer."""
    return name.replace(MONTH, "_month")


def behind(question: Question, row: Mapping[str, Any], spread: str | None = None) -> tuple[Filter, ...]:
    """The filters of the rows that one row of an answer counts; `spread`: of one value of the pivot alone."""
    values = {name: row[labelled(name)] for name in question.groups}
    if spread is not None:
        values[question.pivot] = spread
    own = (
        Filter(name, "empty") if value is None else Filter(name, "is", _text(value))
        for name, value in values.items()
    )
    return (*question.filters, *own)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(str(one) for one in value)}]"
    return repr(value) if isinstance(value, float) else str(value)


def statement(question: Question, asker: Asker, pivots: Sequence[Any] = ()) -> str:
    """The SQL of a person's question; pivots: the values that its pivot spreads into."""
    return text_of(_grouped(question, asker, pivots) if question.is_grouped else _rows(question, asker))


def pivot_values(question: Question, asker: Asker, most: int) -> str:
    """The SQL of the most frequent values of the pivot."""
    value = _column(question.pivot, asker.types(question.table)).label("value")
    query = _from(question, asker, [value]).group_by(value).order_by(func.count().desc(), value).limit(most)
    return text_of(query)


def text_of(query: Select[Any]) -> str:
    """A query as one statement with its values in it, quoted by the dialect."""
    return str(query.compile(dialect=Dialect(paramstyle="qmark"), compile_kwargs={"literal_binds": True}))


def _rows(question: Question, asker: Asker) -> Select[Any]:
    return _from(question, asker, [sql_column(name) for name in asker.types(question.table)])


def _grouped(question: Question, asker: Asker, pivots: Sequence[Any]) -> Select[Any]:
    types = asker.types(question.table)
    groups = [_column(name, types).label(labelled(name)) for name in question.groups]
    measures = [_measure(question, types).label(question.aggregate)]
    if question.pivot:
        spread = cast(_column(question.pivot, types), String)
        measures = [
            _measure(question, types, spread == literal(str(value))).label(str(value)) for value in pivots
        ]
    query = _from(question, asker, [*groups, *measures])
    return query.group_by(*groups).order_by(*groups)


def _from(question: Question, asker: Asker, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    schema, name = question.table.split(".")
    types = asker.types(question.table)
    asked = sql_table(name, *(sql_column(one) for one in types), schema=schema)
    conditions = [_condition(one, types) for one in question.filters]
    return select(*columns).select_from(asked).where(and_(True, asker.rows(question.table), *conditions))


def _column(name: str, types: dict[str, str]) -> ColumnElement[Any]:
    plain = name.removesuffix(MONTH)
    if plain not in types:
        raise QuestionError("column", plain)
    found: ColumnElement[Any] = sql_column(plain)
    return func.strftime(found, "%Y-%m") if name.endswith(MONTH) else found


def _measure(
    question: Question, types: dict[str, str], where: ColumnElement[bool] | None = None
) -> ColumnElement[Any]:
    """The aggregate, of all rows or of those of one pivot value."""
    if question.aggregate == "count":
        return func.count() if where is None else func.count(case((where, 1)))
    if question.aggregate in NUMERIC and not is_number(types.get(question.of, "")):
        raise QuestionError("measure", question.of)
    value: ColumnElement[Any] = _column(question.of, types)
    if where is not None:
        value = case((where, value))
    calls: dict[str, Any] = {
        "distinct": lambda: func.count(value.distinct()), "sum": lambda: func.sum(value),
        "average": lambda: func.avg(value), "median": lambda: func.median(value),
        "least": lambda: func.min(value), "most": lambda: func.max(value),
    }  # fmt: skip
    measured: ColumnElement[Any] = calls[question.aggregate]()
    return measured


def _condition(one: Filter, types: dict[str, str]) -> ColumnElement[bool]:
    column: ColumnElement[Any] = _column(one.column, types)
    if one.operator in VALUELESS:
        return column.isnot(None) if one.operator == "filled" else column.is_(None)
    if one.operator == "contains":
        return cast(column, String).contains(one.value, autoescape=True)
    if one.operator == "within":
        if not is_unit(one.column):
            raise QuestionError("value", one.column)
        return column.in_(_below(one.value.strip()))
    kind = "VARCHAR" if one.column.endswith(MONTH) else types[one.column]
    if kind.startswith("TIMESTAMP") and _DAY.fullmatch(one.value.strip()):
        kind, column = "DATE", cast(column, Date)  # a day is all of its moments
    if kind.endswith("[]"):
        column = cast(column, String)
    calls: dict[Operator, Any] = {
        "is": column.__eq__, "is_not": column.is_distinct_from, "at_least": column.__ge__, "at_most": column.__le__
    }  # fmt: skip
    found: ColumnElement[bool] = calls[one.operator](_value(one, kind))
    return found


def _value(one: Filter, kind: str) -> Any:
    """The value as the column's kind; QuestionError where it is none."""
    text = one.value.strip()
    try:
        if is_number(kind):
            return float(text) if "." in text or "e" in text.lower() else int(text)
        if kind == "BOOLEAN":
            return {"true": True, "false": False, "是": True, "否": False, "yes": True, "no": False}[
                text.lower()
            ]
        if kind == "DATE":
            return date.fromisoformat(text)
        if kind.startswith("TIMESTAMP"):
            return datetime.fromisoformat(text)
    except (ValueError, KeyError) as error:
        raise QuestionError("value", f"{one.column}: {text}") from error
    return text


def is_number(kind: str) -> bool:
    """Whether a column of this type can be added up."""
    is_whole = kind.removeprefix("U") in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
    return is_whole or kind in ("FLOAT", "DOUBLE") or (kind.startswith("DECIMAL") and kind.endswith(")"))


def is_unit(column: str) -> bool:
    """Whether a column names a unit, so that what is within one can be asked for."""
    return column.endswith("unit_id")


def is_day(kind: str) -> bool:
    """Whether a column of this type has months."""
    return kind == "DATE" or kind.startswith("TIMESTAMP")
