"""How a table of the contract is declared: typed columns with labels, personal-data class, keys and rules.

Everything that depends on the contract (table definitions, the check step, labels, masking, the reference
docs) reads these declarations. This module must not know any table by name and must not touch a database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

PersonalData = Literal["none", "general", "sensitive", "restricted", "whistleblower"]
Kind = Literal["string", "date", "timestamp", "integer", "decimal", "boolean", "list<string>", "geometry"]
Scope = Literal["value", "row", "position"]

METADATA = MetaData(schema="record")

MONEY = Numeric(14, 2)
RATIO = Numeric(9, 6)
QUANTITY = Numeric(14, 3)

_TYPES: dict[str, TypeEngine[Any]] = {
    "string": String(),
    "date": Date(),
    "timestamp": DateTime(),
    "integer": BigInteger(),
    "decimal": Double(),
    "boolean": Boolean(),
    "list<string>": ARRAY(String()),
    "geometry": Text(),
}


@dataclass(frozen=True)
class Rule:
    """One condition of well-formedness.

    `text` is the wording of the dictionary, `sql` a condition over the table's columns that is false where
    the rule is broken (null passes); `$arrived_at` in it is the arrival of the batch. `scope` says what a broken
    rule costs: the value, the whole position, or the row. `asks_for` names the columns that a source must
    record for the rule to apply.
    """

    text: str
    sql: str
    scope: Scope
    asks_for: tuple[str, ...]


def allowed(codes: str) -> dict[str, str]:
    """Parse `code=中文|code=中文` into code → Chinese label."""
    return dict(part.split("=", 1) for part in codes.split("|")) if codes else {}


def column(
    name: str,
    zh: str,
    en: str,
    kind: Kind = "string",
    *,
    key: bool = False,
    required: bool = False,
    codes: str = "",
    rules: tuple[str, ...] = (),
    references: str | None = None,
    pii: PersonalData = "none",
    note: str = "",
    storage: TypeEngine[Any] | None = None,
    mask: Literal["name", "phone"] | None = None,
    version_reference: str | None = None,
    unique: bool = False,
    indicator: bool = False,
) -> Column[Any]:
    """Declare one column.

    `references` is `table.column`; for a list it holds for each element. `version_reference` is a reference
    to a part of a versioned key (any version). `storage` overrides the type that `kind` implies. `mask` says
    which masking is expected; another value is masked at load and reported. `indicator`: each value is an
    indicator id.
    """
    assert kind in get_args(Kind)
    is_plain_reference = references is not None and kind != "list<string>"
    foreign_keys = (ForeignKey(f"record.{references}"),) if is_plain_reference else ()
    return Column(
        name,
        storage or _TYPES[kind],
        *foreign_keys,
        primary_key=key,
        nullable=not required,
        autoincrement=False,
        info={
            "zh": zh,
            "en": en,
            "kind": kind,
            "required": required,
            "codes": allowed(codes),
            "rule_texts": rules,
            "references": references or version_reference,
            "pii": pii,
            "note": note,
            "mask": mask,
            "unique": unique,
            "indicator": indicator,
        },
    )


def table(name: str, zh: str, en: str, *columns: Column[Any], info: Mapping[str, Any] | None = None) -> Table:
    """Declare one table; rules across columns are resolved here, where the other columns are known."""
    names = [item.name for item in columns]
    for item in columns:
        texts: tuple[str, ...] = item.info["rule_texts"]
        item.info["rules"] = tuple(_parse(text, item.name, names) for text in texts)
    return Table(name, METADATA, *columns, info={"zh": zh, "en": en, **(info or {})})


_CREDIT_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_CODE_SUM = " + ".join(
    f"(strpos('{_CREDIT_CODE}', substr({{c}}, {i + 1}, 1)) - 1) * {pow(3, i, 31)}" for i in range(17)
)
_RING = r"\(\s*-?[0-9.eE+-]+\s+-?[0-9.eE+-]+(\s*,\s*-?[0-9.eE+-]+\s+-?[0-9.eE+-]+){3,}\s*\)"
_POLYGON = rf"\(\s*{_RING}(\s*,\s*{_RING})*\s*\)"
_WKT = rf"^\s*(POLYGON\s*{_POLYGON}|MULTIPOLYGON\s*\(\s*{_POLYGON}(\s*,\s*{_POLYGON})*\s*\))\s*$"
POSITION = ("longitude", "latitude", "coordinate_system")


def _parse(text: str, own: str, names: list[str]) -> Rule:
    """Turn the dictionary's wording into a condition; ValueError when no form fits.

    The forms: `matches 'pattern'`, `valid polygon or multipolygon`, `[not] null where condition`, and plain SQL.
    """
    condition, asks_for = text, None
    if found := re.fullmatch(r"matches ('[^']+') and GB 32100 check character correct", text):
        total = _CREDIT_CODE_SUM.format(c=own)
        check = f"strpos('{_CREDIT_CODE}', substr({own}, 18, 1)) - 1"
        condition = f"regexp_full_match({own}, {found[1]}) and {check} = (31 - ({total}) % 31) % 31"
    elif found := re.fullmatch(r"matches ('[^']+')", text):
        condition = f"regexp_full_match({own}, {found[1]})"
    elif text == "valid polygon or multipolygon":
        condition = f"regexp_full_match({own}, '{_WKT}', 'i')"
    elif found := re.fullmatch(r"not null where (.+)", text):
        condition, asks_for = f"{own} is not null or not coalesce({found[1]}, false)", (own,)
    elif found := re.fullmatch(r"null where (.+)", text):
        condition, asks_for = f"{own} is null or not coalesce({found[1]}, false)", (own,)
    elif not re.search(r"<=|>=|<>|=|\bbetween\b", text):
        raise ValueError(f"{own}: no such form of rule: {text!r}")
    words = set(re.findall(r"[a-z_]+", re.sub(r"'[^']*'", "", condition)))
    mentioned = tuple(name for name in names if name in words or name == own)
    scope: Scope = "value" if mentioned == (own,) else "row"
    if scope == "row" and set(mentioned) <= set(POSITION):
        scope = "position"
    return Rule(text, condition, scope, asks_for or mentioned)
