"""Text to typed values: for each kind of column the SQL expression that reads it, and what makes it malformed.

Derived from the contract alone. An expression reads what is unambiguous (several spellings of a date, an Excel
serial number, 1,234) and gives null for anything else; null where text stood is a malformed value.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Double

from etl import sql
from model.contract import INDICATOR_IDS

_PLACEHOLDERS = (
    "NA",
    "N/A",
    "n/a",
    "#N/A",
    "NULL",
    "null",
    "None",
    "NaN",
    "nan",
    "#REF!",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
)
_DATE_FORMATS = ("%Y年%m月%d日", "%Y%m%d", "%Y.%m.%d", "%Y-%m-%d %H:%M", "%Y年%m月%d日 %H:%M:%S")
_TIME_FORMATS = (
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H时%M分",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H:%M:%S",
    "%Y.%m.%d %H:%M:%S",
)
_BLANKS = " \t\r\n\u00a0\u3000\ufeff"
_TRUE = ("true", "t", "1", "yes", "y", "是")
_FALSE = ("false", "f", "0", "no", "n", "否")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(sql.literal(value) for value in values)


def _formats(values: tuple[str, ...]) -> str:
    return f"[{_listed(values)}]"


_SERIAL = r"^[2-7]\d{4}(\.\d+)?$"


def _serial(text: str) -> str:
    """An Excel serial number (days since 1899-12-30, from 1954 to 2119) as a timestamp to the second."""
    days = f"cast({text} AS DOUBLE)"
    return (
        f"CASE WHEN regexp_full_match({text}, '{_SERIAL}')"
        f" THEN TIMESTAMP '1899-12-30' + to_seconds(cast(round({days} * 86400) AS BIGINT)) END"
    )


def _date(text: str) -> str:
    other = f"cast(coalesce(try_strptime({text}, {_formats(_DATE_FORMATS + _TIME_FORMATS)}), {_serial(text)}) AS DATE)"
    usual = f"{text} LIKE '____-__-__%' OR {text} LIKE '____/%/%' OR {text} LIKE '____-%-%'"
    return f"CASE WHEN {usual} THEN try_cast({text} AS DATE) ELSE {other} END"


def _timestamp(text: str) -> str:
    zoned = rf"regexp_matches({text}, '\d\s?([Zz]|[+-]\d\d(:?\d\d)?)$') AND length({text}) > 16"
    formats = _formats(_TIME_FORMATS + _DATE_FORMATS)
    other = f"coalesce(try_strptime({text}, {formats}), {_serial(text)})"
    usual = f"length({text}) = 19 AND ({text} LIKE '____-__-__ %' OR {text} LIKE '____-__-__T%')"
    return (
        f"CASE WHEN {usual} THEN try_cast({text} AS TIMESTAMP)"
        f" WHEN {zoned} THEN cast(try_cast({text} AS TIMESTAMPTZ) AS TIMESTAMP)"
        f" WHEN {text} LIKE '____-%-%' OR {text} LIKE '____/%/%' THEN try_cast({text} AS TIMESTAMP)"
        f" ELSE {other} END"
    )


def _integer(text: str) -> str:
    plain = rf"regexp_full_match({text}, '[+-]?\d{{1,18}}(\.0*)?')"
    grouped = rf"regexp_full_match({text}, '[+-]?\d{{1,3}}(,\d{{3}})+(\.0*)?')"
    return (
        f"CASE WHEN cast(try_cast({text} AS BIGINT) AS VARCHAR) = {text} THEN try_cast({text} AS BIGINT)"
        f" WHEN {plain} THEN try_cast({text} AS BIGINT)"
        f" WHEN {grouped} THEN try_cast(replace({text}, ',', '') AS BIGINT) END"
    )


def _decimal(text: str, column: Column[Any]) -> str:
    pattern = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
    grouped = f"regexp_full_match({text}, '[+-]?\\d{{1,3}}(,\\d{{3}})+(\\.\\d+)?')"
    plain = f"CASE WHEN {grouped} THEN replace({text}, ',', '') ELSE {text} END"
    if isinstance(column.type, Double):
        number = f"try_cast({text} AS DOUBLE)"
        return (
            f"CASE WHEN isfinite({number}) AND NOT contains({text}, '_') THEN {number}"
            f" WHEN {grouped} THEN try_cast({plain} AS DOUBLE) END"
        )
    exact = str(column.type)
    return (
        f"CASE WHEN regexp_full_match({plain}, '{pattern}')"
        f" AND abs(try_cast({plain} AS DOUBLE) - try_cast({plain} AS {exact})) < 0.0000001"
        f" THEN try_cast({plain} AS {exact}) END"
    )


def _list(text: str) -> str:
    tidy = f"list_filter(list_transform(string_split(replace({text}, '；', ';'), ';'), e -> trim(e)), e -> e <> '')"
    untidy = (
        f"contains({text}, ' ') OR contains({text}, '；') OR contains({text}, ';;')"
        f" OR starts_with({text}, ';') OR ends_with({text}, ';')"
    )
    return f"CASE WHEN {untidy} THEN {tidy} ELSE string_split({text}, ';') END"


def _boolean(text: str) -> str:
    return (
        f"CASE WHEN {text} = 'true' THEN true WHEN {text} = 'false' THEN false"
        f" WHEN lower({text}) IN ({_listed(_TRUE)}) THEN true WHEN lower({text}) IN ({_listed(_FALSE)}) THEN false END"
    )


def trimmed(text: str) -> str:
    """A text without blanks around it; null where nothing is left."""
    return f"nullif(trim({text}, {sql.literal(_BLANKS)}), '')"


def read_text(column: Column[Any], name: str) -> str:
    """The text of a column as it is first looked at.

    Words are trimmed here; what has a type or a vocabulary is trimmed only where it does not fit as it stands.
    """
    if column.info["kind"] not in ("string", "geometry") or column.info["codes"]:
        return name
    return (
        f"CASE WHEN starts_with({name}, ' ') OR ends_with({name}, ' ') THEN {trimmed(name)} ELSE {name} END"
    )


def typed(column: Column[Any], text: str) -> str:
    """The expression that reads a column's text as its type; null where it is blank or does not fit."""
    kind = column.info["kind"]
    readers = {
        "date": _date,
        "timestamp": _timestamp,
        "integer": _integer,
        "boolean": _boolean,
        "list<string>": _list,
    }
    if kind == "decimal":
        return f"coalesce({_decimal(text, column)}, {_decimal(trimmed(text), column)})"
    if kind in readers:
        return f"coalesce({readers[kind](text)}, {readers[kind](trimmed(text))})"
    if column.info["codes"]:
        return f"CASE WHEN {text} IN ({_listed(tuple(column.info['codes']))}) THEN {text} ELSE {trimmed(text)} END"
    return text


def faults(column: Column[Any], text: str, value: str, arrived_at: str) -> list[tuple[str, str]]:
    """What can be wrong with a value: pairs of the rule's name and the condition under which it is broken.

    `text` and `value` are the expressions of the text and of the typed value. References are not among them.
    """
    info = column.info
    found = []
    if info["kind"] not in ("string", "geometry"):
        is_unread = f"{value} IS NULL AND {text} IS NOT NULL"
        found.append(
            (f"type {info['kind']}", f"CASE WHEN {is_unread} THEN {trimmed(text)} IS NOT NULL ELSE false END")
        )
    elif not info["codes"]:
        found.append(
            (
                "placeholder instead of a value",
                f"{text} IN ({_listed(_PLACEHOLDERS)}) OR starts_with({text}, '##')",
            )
        )
    if info["codes"]:
        codes = _listed(tuple(info["codes"]))
        is_list = info["kind"] == "list<string>"
        condition = f"NOT list_has_all([{codes}], {value})" if is_list else f"{value} NOT IN ({codes})"
        found.append(("allowed codes", condition))
    if info["indicator"]:
        ids = _listed(INDICATOR_IDS)
        is_list = info["kind"] == "list<string>"
        condition = f"NOT list_has_all([{ids}], {value})" if is_list else f"{value} NOT IN ({ids})"
        found.append(("is an indicator", condition))
    for rule in info["rules"]:
        if rule.scope == "value":
            found.append((rule.text, f"NOT ({rule.sql.replace('$arrived_at', arrived_at)})"))
    return found


def masked(column: Column[Any], value: str) -> str:
    """The masked form of a name or phone number that came unmasked."""
    if column.info["mask"] == "phone":
        digits = f"regexp_replace({value}, '[^0-9]', '', 'g')"
        mobile = f"regexp_full_match({digits}, '1[0-9]{{10}}')"
        return f"CASE WHEN {mobile} THEN left({digits}, 3) ELSE '' END || '****' || right({digits}, 4)"
    return f"left({value}, 1) || '*'"


def is_unmasked(column: Column[Any], value: str) -> str:
    """True where a name or phone number came unmasked."""
    if column.info["mask"] == "phone":
        return f"NOT contains({value}, '*') OR regexp_matches({value}, '[0-9]{{7}}')"
    return f"NOT contains({value}, '*')"
