"""Text to typed values: for each kind of column the SQL expression that reads it, and what makes it malformed.

Derived from the contract alone. An expression reads what is unambiguous (several spellings of a date, an Excel
serial number, 1,234) and gives null for anything else; null where text stood is a malformed value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Double, Numeric

from etl import sql
from etl.readers import BLANKS
from model.contract.columns import MONEY
from model.indicators import catalogue

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
    "#NUM!",
    "#NULL!",
)
_SHORTENED = r"[0-9](\.[0-9]+)?[Ee]\+[0-9]{2,}"
"""How a spreadsheet writes a number that has too many digits for it, 4.20106E+17: as a code it stands for many."""
_TRUE = ("true", "t", "1", "yes", "y", "是")
_FALSE = ("false", "f", "0", "no", "n", "否")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(sql.literal(value) for value in values)


_WIDE = sql.literal("０１２３４５６７８９／－．：，＋　")
_NARROW = sql.literal("0123456789/-.:,+ ")
_WRITTEN = (
    r"\d{4}年\d{1,2}月\d{1,2}日?(\s?\d{1,2}[:时]\d{1,2}([:分](\d{1,2}秒?)?)?)?"
    r"|\d{4}\.\d{1,2}\.\d{1,2}( \d{1,2}:\d{1,2}(:\d{1,2})?)?"
    r"|\d{8}( \d{1,2}:\d{2}(:\d{2})?)?|\d{14}"
)
"""Dates and times that start with the year, in other spellings than 2026-03-05; 5/3/2026 is nobody's for certain."""
_WRITTEN_FORMATS = [
    f"{day}{time}"
    for day, times in {
        "%Y年%m月%d日": (
            "",
            " %H:%M",
            " %H:%M:%S",
            "%H:%M",
            "%H:%M:%S",
            " %H时%M分",
            "%H时%M分",
            "%H时%M分%S秒",
        ),
        "%Y.%m.%d": ("", " %H:%M", " %H:%M:%S"),
        "%Y%m%d": ("", " %H:%M", " %H:%M:%S", "%H%M%S"),
    }.items()
    for time in times
]
_SERIAL = r"[2-7]\d{4}(\.\d+)?"
_OFFSET = r"\s?([Zz]|[+-]\d\d(:?\d\d)?)$"
EARLIEST = "1900-01-01"
"""Before this day no record of a bureau was made: a year like 0026 is a slip."""


def _narrow(text: str) -> str:
    """Full-width digits and signs as ordinary ones."""
    return f"translate({text}, {_WIDE}, {_NARROW})"


def _serial(text: str) -> str:
    """An Excel serial number (days since 1899-12-30, from 1954 to 2119) as a timestamp to the second."""
    days = f"cast({text} AS DOUBLE)"
    return (
        f"CASE WHEN regexp_full_match({text}, '{_SERIAL}')"
        f" THEN TIMESTAMP '1899-12-30' + to_seconds(cast(round({days} * 86400) AS BIGINT)) END"
    )


def _zoned(text: str) -> str:
    """A moment with its offset (Z, +08, +0800, +08:00) on the bureau's clock."""
    offset = f"regexp_extract({text}, '{_OFFSET}', 1)"
    whole = (
        f"CASE length({offset}) WHEN 1 THEN '+00:00' WHEN 3 THEN {offset} || ':00'"
        f" WHEN 5 THEN left({offset}, 3) || ':' || right({offset}, 2) ELSE {offset} END"
    )
    local = f"CAST(try_cast(regexp_replace({text}, '{_OFFSET}', '') AS TIMESTAMP) AS VARCHAR)"
    return f"CAST(try_cast({local} || {whole} AS TIMESTAMPTZ) AS TIMESTAMP)"


def _moment(text: str) -> str:
    """Every unambiguous spelling of a date, with or without a time, as a timestamp."""
    clean = _narrow(text)
    written = f"try_strptime({clean}, [{_listed(tuple(_WRITTEN_FORMATS))}])"
    return (
        rf"CASE WHEN regexp_matches({clean}, '\d:\d\d(\.\d+)?{_OFFSET}') THEN {_zoned(clean)}"
        rf" WHEN regexp_full_match({clean}, '\d{{4}}([-/])\d{{1,2}}[-/]\d{{1,2}}([ T]+\d[\d:.]*)?')"
        f" THEN try_cast({clean} AS TIMESTAMP)"
        f" WHEN regexp_full_match({clean}, '{_WRITTEN}') THEN {written}"
        f" ELSE {_serial(clean)} END"
    )


def _date(text: str) -> str:
    at_midnight = f"strlen({text}) = 19 AND {text} LIKE '____-__-__ 00:00:00'"
    return (
        f"CASE WHEN strlen({text}) = 10 AND {text} LIKE '____-__-__' THEN try_cast({text} AS DATE)"
        f" WHEN {at_midnight} THEN try_cast(left({text}, 10) AS DATE)"
        f" WHEN NOT regexp_matches({_narrow(text)}, '[ T]24:') THEN CAST({_moment(text)} AS DATE) END"
    )


def _timestamp(text: str) -> str:
    usual = f"strlen({text}) = 19 AND {text} LIKE '____-__-_____:__:__'"
    return f"CASE WHEN {usual} THEN try_cast({text} AS TIMESTAMP) ELSE {_moment(text)} END"


def _integer(text: str) -> str:
    clean = _narrow(text)
    plain = rf"regexp_full_match({clean}, '[+-]?\d{{1,18}}(\.0*)?')"
    grouped = rf"regexp_full_match({clean}, '[+-]?\d{{1,3}}(,\d{{3}})+(\.0*)?')"
    return (
        f"CASE WHEN cast(try_cast({text} AS BIGINT) AS VARCHAR) = {text} THEN try_cast({text} AS BIGINT)"
        f" WHEN {plain} THEN try_cast({clean} AS BIGINT)"
        f" WHEN {grouped} THEN try_cast(replace({clean}, ',', '') AS BIGINT) END"
    )


def _decimal(text: str, column: Column[Any]) -> str:
    """A plain, grouped or exponential number. Money with more digits than fen is malformed; a ratio is rounded."""
    clean = _narrow(text)
    pattern = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
    grouped = r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"
    number = f"CASE WHEN regexp_full_match({clean}, '{pattern}|{grouped}') THEN replace({clean}, ',', '') END"
    if isinstance(column.type, Double):
        usual = f"isfinite(try_cast({text} AS DOUBLE)) AND NOT contains({text}, '_')"
        other = f"try_cast({number} AS DOUBLE)"
        return (
            f"CASE WHEN {usual} THEN try_cast({text} AS DOUBLE)"
            f" ELSE CASE WHEN isfinite({other}) THEN {other} END END"
        )
    exact = f"try_cast({number} AS {column.type})"
    if column.type is not MONEY:
        return exact
    return f"CASE WHEN abs(try_cast({number} AS DOUBLE) - {exact}) < 0.0000001 THEN {exact} END"


def _list(text: str) -> str:
    tidy = f"list_filter(list_transform(string_split(replace({text}, '；', ';'), ';'), e -> trim(e)), e -> e <> '')"
    return f"CASE WHEN {_is_untidy(text)} THEN nullif({tidy}, []) ELSE string_split({text}, ';') END"


def _is_untidy(text: str) -> str:
    """True for a list with blanks, wide separators or empty places."""
    return (
        f"contains({text}, ' ') OR contains({text}, '；') OR contains({text}, ';;')"
        f" OR starts_with({text}, ';') OR ends_with({text}, ';')"
    )


def _boolean(text: str) -> str:
    return (
        f"CASE WHEN {text} = 'true' THEN true WHEN {text} = 'false' THEN false"
        f" WHEN lower({text}) IN ({_listed(_TRUE)}) THEN true WHEN lower({text}) IN ({_listed(_FALSE)}) THEN false END"
    )


def trimmed(text: str) -> str:
    """A text without blanks around it; null where nothing is left."""
    return f"nullif(trim({text}, {sql.literal(BLANKS)}), '')"


def read_text(column: Column[Any], name: str) -> str:
    """The text of a column as it is first looked at.

    Words are trimmed here; what has a type or a vocabulary is trimmed only where it does not fit as it stands.
    """
    if column.info["kind"] not in ("string", "geometry") or column.info["codes"]:
        return name
    return (
        f"CASE WHEN starts_with({name}, ' ') OR ends_with({name}, ' ') THEN {trimmed(name)} ELSE {name} END"
    )


def _trimmed_where_needed(read: Callable[[str], str], text: str) -> str:
    """A text as it stands, else without blanks around it.

    DuckDB 1.5.6 computes what follows in a COALESCE for every row, unless it is a branch of a CASE.
    """
    return f"coalesce({read(text)}, CASE WHEN {text} IS NOT NULL THEN {read(trimmed(text))} END)"


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
        return _trimmed_where_needed(lambda given: _decimal(given, column), text)
    if kind in readers:
        return _trimmed_where_needed(readers[kind], text)
    if column.info["codes"]:
        codes, tidy = _listed(tuple(column.info["codes"])), trimmed(text)
        return f"CASE WHEN {text} IN ({codes}) THEN {text} WHEN {tidy} IN ({codes}) THEN {tidy} END"
    return text


def plain(column: Column[Any], text: str) -> str:
    """The expression that reads a text in its plain spelling; what it gives for another is not to be used."""
    kind = column.info["kind"]
    if kind == "list<string>":
        return f"string_split({text}, ';')"
    return text if kind in ("string", "geometry") else f"try_cast({text} AS {column.type})"


def not_plain(column: Column[Any], text: str, value: str, arrived_at: str) -> list[str]:
    """The conditions under which a text must be looked at by `typed` and `faults`; none is true: it is well formed.

    `value` is what `plain` made of it. Where none is true, `typed` gives the same value and `faults` nothing.
    """
    odd = _not_plainly_spelt(column, text, value)
    odd += [condition for _, condition in _broken_rules(column, value, arrived_at)]
    return [*odd, is_unmasked(column, text)] if column.info["mask"] else odd


def _not_plainly_spelt(column: Column[Any], text: str, value: str) -> list[str]:
    kind, codes, is_unread = (
        column.info["kind"],
        tuple(column.info["codes"]),
        f"({value} IS NULL) <> ({text} IS NULL)",
    )
    if kind == "list<string>":
        if not codes:
            return [_is_untidy(text)]
        code = "(" + "|".join(re.escape(one) for one in codes) + ")"
        return [f"NOT regexp_full_match({text}, {sql.literal(f'{code}(;{code})*')})"]
    if codes:
        return [" AND ".join(f"{text} <> {sql.literal(code)}" for code in codes)]
    if kind == "date":
        is_other = f"{text} NOT LIKE '____-__-__' AND {text} NOT LIKE '____-__-__ 00:00:00'"
        return [is_other, is_unread, f"{value} < DATE '{EARLIEST}'"]
    if kind == "timestamp":
        return [f"{text} NOT LIKE '____-__-_____:__:__'", is_unread, f"{value} < DATE '{EARLIEST}'"]
    if kind == "integer":
        return [is_unread, f"CAST({value} AS VARCHAR) <> {text}"]
    if isinstance(column.type, Double):
        return [is_unread, f"NOT isfinite({value})", f"contains({text}, '_')"]
    if isinstance(column.type, Numeric):
        scale = column.type.scale or 0
        whole = (column.type.precision or 0) - scale
        return [is_unread, rf"NOT regexp_full_match({text}, '-?\d{{1,{whole}}}(\.\d{{1,{scale}}})?')"]
    if kind == "boolean":
        return [is_unread]
    initials = sorted({word[0] for word in _PLACEHOLDERS if word[0] > "#"})
    is_like_one = " OR ".join(f"({text} >= '{one}' AND {text} < '{chr(ord(one) + 1)}')" for one in initials)
    return [
        f"{text} < '$'",
        f"ends_with({text}, ' ')",
        f"contains({text}, 'E+') OR contains({text}, 'e+')",
        f"({is_like_one}) AND {text} IN ({_listed(_PLACEHOLDERS)})",
    ]


def faults(column: Column[Any], text: str, value: str, arrived_at: str) -> list[tuple[str, str]]:
    """What can be wrong with a value: pairs of the rule's name and the condition under which it is broken.

    `text` and `value` are the expressions of the text and of the typed value. References are not among them.
    """
    info = column.info
    found = []
    if info["kind"] not in ("string", "geometry"):
        is_unread = f"{value} IS NULL AND {text} IS NOT NULL"
        unread = f"CASE WHEN {is_unread} THEN {trimmed(text)} IS NOT NULL ELSE false END"
        is_early = f" OR {value} < DATE '{EARLIEST}'" if info["kind"] in ("date", "timestamp") else ""
        found.append((f"type {info['kind']}", unread + is_early))
    elif not info["codes"]:
        longest = max(map(len, _PLACEHOLDERS))
        known = (
            f"CASE WHEN strlen({text}) <= {longest} THEN {text} IN ({_listed(_PLACEHOLDERS)}) ELSE false END"
        )
        found.append(("placeholder instead of a value", f"{known} OR starts_with({text}, '##')"))
        found.append(("number cut short by a spreadsheet", f"regexp_full_match({text}, '{_SHORTENED}')"))
    if info["codes"] and info["kind"] == "list<string>":
        found.append(("allowed codes", f"NOT list_has_all([{_listed(tuple(info['codes']))}], {value})"))
    elif info["codes"]:
        is_unknown = f"{value} IS NULL AND {text} IS NOT NULL"
        found.append(
            ("allowed codes", f"CASE WHEN {is_unknown} THEN {trimmed(text)} IS NOT NULL ELSE false END")
        )
    return found + _broken_rules(column, value, arrived_at)


def _broken_rules(column: Column[Any], value: str, arrived_at: str) -> list[tuple[str, str]]:
    """What can be wrong with a value that was read: no such indicator, or a rule of its own that it breaks."""
    info, found = column.info, []
    if info["indicator"]:
        ids = _listed(tuple(catalogue().indicators))
        is_list = info["kind"] == "list<string>"
        condition = f"NOT list_has_all([{ids}], {value})" if is_list else f"{value} NOT IN ({ids})"
        found.append(("is an indicator", condition))
    for rule in info["rules"]:
        if rule.scope == "value":
            found.append((rule.text, f"NOT ({rule.sql.replace('$arrived_at', arrived_at)})"))
    return found


_MASKED = {
    # a family name of one or two characters, stars, perhaps the last character
    "name": r"[^*]{0,2}\*+[^*]?",
    # perhaps an area code or the first three digits, stars, at most the last four digits
    "phone": r"(\+?86)?[ -]?\(?[0-9]{0,4}\)?[ -]?\*{3,}[ -]?[0-9]{0,4}",
}


def masked(column: Column[Any], value: str) -> str:
    """The masked form of a name or phone number that came unmasked."""
    if column.info["mask"] == "phone":
        digits = f"regexp_replace({value}, '[^0-9]', '', 'g')"
        mobile = f"regexp_full_match({digits}, '(86)?1[0-9]{{10}}')"
        return (
            f"CASE WHEN {mobile} THEN left(right({digits}, 11), 3) ELSE '' END"
            f" || '****' || CASE WHEN length({digits}) > 6 THEN right({digits}, 4) ELSE '' END"
        )
    return f"left({value}, 1) || '*'"


def is_unmasked(column: Column[Any], value: str) -> str:
    """True where a name or phone number came unmasked."""
    return f"NOT regexp_full_match({value}, {sql.literal(_MASKED[column.info['mask']])})"
