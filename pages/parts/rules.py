"""A broken rule, or why a file was refused, in the reader's language: the loader says both in its own words.

It exists so that whoever corrects a file need not read column names and operators. What it does not know it leaves
as it is. It must not read.
"""

from __future__ import annotations

import re
from functools import cache

from model.contract import TABLES, table_named
from pages.parts.words import Words, texts

_SIGNS = {">=": "≥", "<=": "≤", "<>": "≠"}
_PLACES = {"address": r"\w[\w+]*://.*?"}
"""What a place of a refusal looks like where it may not be just anything."""

_FIXED = {
    "required": "required",
    "allowed codes": "codes",
    "is an indicator": "indicator",
    "masked at load": "masked",
    "unique where not null": "unique",
    "placeholder instead of a value": "placeholder",
    "repeated header row": "repeated_header",
    "valid polygon or multipolygon": "polygon",
}


def in_words(words: Words, table: str, rule: str) -> str:
    """`column: rule` of a table, or a rule alone, as a person would say it."""
    column, found, rest = rule.partition(": ")
    if not found or table not in TABLES or column not in TABLES[table].columns:
        return _said(words, table, rule)
    info = TABLES[table].columns[column].info
    label, said = words.pick(info["zh"], info["en"]), _said(words, table, rest)
    return said if said.startswith(label) else f"{label}{words.say('rules.colon')}{said}"


def refusal(words: Words, message: str | None) -> str:
    """Why a file was refused; a message that no pattern fits stays as the loader wrote it."""
    message = message or ""
    if words.language == "en":
        return message
    for name, pattern in refusals().items():
        if found := pattern.fullmatch(message):
            return words.say(f"refusals.{name}", **_translated(words, found.groupdict()))
    return message


@cache
def refusals() -> dict[str, re.Pattern[str]]:
    """A pattern for every sentence that the loader refuses a file with, in the order to try them."""
    found = {}
    for key, both in texts().items():
        if key.startswith("refusals."):
            parts = re.split(r"{(\w+)}", both["en"])
            parts[::2] = map(re.escape, parts[::2])
            parts[1::2] = [f"(?P<{one}>{_PLACES.get(one, '.+?')})" for one in parts[1::2]]
            found[key.removeprefix("refusals.")] = re.compile("".join(parts), re.DOTALL)
    return found


def _translated(words: Words, places: dict[str, str]) -> dict[str, str]:
    """The places of a message, with the tables and columns of the contract by their labels."""
    table = places.get("table", "")
    if table in TABLES and "columns" in places:
        known = {one.name: one.info for one in TABLES[table].columns}
        labels = [
            words.pick(known[one]["zh"], known[one]["en"]) if one in known else one
            for one in places["columns"].split(", ")
        ]
        places["columns"] = words.say("shared.list_joint").join(labels)
    for place in ("table", "vault"):
        if place in places:
            places[place] = _table_label(words, places[place])
    return places


def _table_label(words: Words, name: str) -> str:
    try:
        info = table_named(name).info
    except KeyError:
        return name
    return words.pick(info["zh"], info["en"])


def _said(words: Words, table: str, rule: str) -> str:
    if rule in _FIXED:
        return words.say(f"rules.{_FIXED[rule]}")
    if rule.startswith("type "):
        key = f"rules.kind_{rule.removeprefix('type ')}"
        return words.say("rules.kind", kind=words.say(key)) if key in texts() else rule
    if rule.startswith("references "):
        parent = rule.removeprefix("references ").split(".")[0]
        known = TABLES[parent].info if parent in TABLES else {"zh": parent, "en": parent}
        return words.say("rules.references", table=words.pick(known["zh"], known["en"]))
    if rule.startswith("matches "):
        return words.say("rules.matches")
    for start in ("not null where ", "null where "):
        if rule.startswith(start):
            key = "rules.filled_where" if start.startswith("not") else "rules.empty_where"
            return words.say(key, condition=_condition(words, table, rule.removeprefix(start)))
    return _condition(words, table, rule)


def _condition(words: Words, table: str, text: str) -> str:
    """A comparison with the columns' and codes' own labels and mathematical signs."""
    text = re.sub(r"cast\((\w+) as date\)", r"\1", text)
    text = re.sub(
        r"between (\S+) and (\S+)", lambda one: words.say("rules.between", low=one[1], high=one[2]), text
    )
    text = re.sub(r"\b(len|length)\((\w+)\)", lambda one: words.say(f"rules.{one[1]}", column=one[2]), text)
    for null, key in ((" is not null", "rules.filled"), (" is null", "rules.empty")):
        text = text.replace(null, words.say(key))
    for sign, written in _SIGNS.items():
        text = text.replace(sign, written)
    text = text.replace("$arrived_at", words.say("rules.arrival"))
    if table not in TABLES:
        return text
    columns = TABLES[table].columns
    if words.language == "zh":
        codes = {code: label for one in columns for code, label in one.info["codes"].items()}
        text = re.sub(r"'(\w+)'", lambda one: codes.get(one[1], one[0]), text)
    names = {one.name: words.pick(one.info["zh"], one.info["en"]) for one in columns}
    return re.sub(r"\b[a-z][a-z_]+\b", lambda one: names.get(one[0], one[0]), text)
