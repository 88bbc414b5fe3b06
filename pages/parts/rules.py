"""A broken rule, or why a file was refused, in the reader's language: the loader says both in its own words.

It exists so that whoever corrects a file need not read column names and operators. What it does not know it leaves
as it is. It must not read.
"""

from __future__ import annotations

import re

from model import file_refusal
from model.contract import TABLES
from pages.parts.words import Words, texts

_SIGNS = {">=": "≥", "<=": "≤", "<>": "≠"}
_FIXED = {
    "required": "required",
    "allowed codes": "codes",
    "is an indicator": "indicator",
    "masked at load": "masked",
    "unique where not null": "unique",
    "placeholder instead of a value": "placeholder",
    "number cut short by a spreadsheet": "shortened",
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
    """Why a file was refused; a message that no sentence fits stays as the loader wrote it."""
    message = message or ""
    return message if words.language == "en" else file_refusal.in_chinese(message) or message


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
