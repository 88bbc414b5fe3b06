"""Whistle-blower data: recognised by its columns, before anything of its file is written.

Whether a file holds the identity of one who spoke is decided here, from headers alone, and a mapping that would lead it
anywhere but into the vault is refused. What follows is in private_rows.py (read in memory) and reporters.py (sealed).
Nothing here may write, log or raise a value of such a file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path

from python_calamine import CalamineWorkbook

from etl.content import opened
from etl.extract import Layout
from etl.inbox import RefusedError
from etl.mapping import Input, Output, Source, normalised
from model.contract import TABLES, VAULT, table_named

_TICKET = "complaint"
_PERSON = re.compile(
    r"reporter|whistle|complainant|informant|举报人|检举人|控告人|投诉人|反映人|诉求人|来电人", re.IGNORECASE
)
"""Words for the one who speaks: never without consequence, in whatever table they stand."""
_IN_TICKETS = re.compile(
    r"caller|target_?staff|original_?ticket|phone|mobile|telephone|e_?mail|wechat|id_?card|contact"
    r"|姓名|电话|手机|联系人|联系方式|身份证|邮箱|微信|来电|市民",
    re.IGNORECASE,
)
"""Words that mean the reporter in a file of tickets, and somebody else anywhere else."""
_OTHERS = re.compile(
    r"承办|经办|受理|处理|派单|部门|商户|企业|单位|店|handl|unit|business|shop|merchant|officer",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"zip|postal|邮编|邮政编码|类型|类别|方式$|type|category|is_|是否|anonym|匿名|人数|次数|count|满意|satisf",
    re.IGNORECASE,
)


def sensitive_columns(tables: tuple[str, ...], unknown: Iterable[str]) -> tuple[str, ...]:
    """Those of a file's columns, of which the contract knows nothing, that look like a reporter's identity.

    `phone` is a reporter's in a file of tickets, and a shop's elsewhere.
    """
    is_ticket = _TICKET in tables or VAULT.name in tables
    names = {normalised(text) for column in VAULT.columns for text in (column.name, str(column.info["zh"]))}
    names -= {normalised("ticket_no")}
    return tuple(column for column in unknown if _is_sensitive(column, names if is_ticket else set()))


def _is_sensitive(column: str, names: set[str]) -> bool:
    if normalised(column) in names:
        return True
    if _HARMLESS.search(column):
        return False
    if _PERSON.search(column):
        return True
    return bool(names and _IN_TICKETS.search(column) and not _OTHERS.search(column))


def mapped_columns(mapping: Source, declared: Input, columns: Iterable[str]) -> tuple[str, ...]:
    """The sensitive ones among a mapped file's columns: by their names, or because they feed a reporter's identity.

    RefusedError where the mapping would lead one of them anywhere but into the vault.
    """
    outputs = [item for item in mapping.outputs if item.input == declared.name]
    tables = tuple(item.table for item in outputs)
    found = set(sensitive_columns(tables, columns))
    for output in outputs:
        if output.table == VAULT.name:
            _require_plain(mapping, output)
            found |= {
                column
                for name, recipe in output.recipes.items()
                if name != "ticket_no"
                for column in recipe.source_columns()
            }
    for output in outputs if found else []:
        if output.table != VAULT.name:
            _refuse_misuse(mapping, output, found)
    return tuple(column for column in columns if column in found)


def _require_plain(mapping: Source, output: Output) -> None:
    if output.role != "primary" or output.group_by or mapping.enrichments(VAULT.name):
        raise RefusedError(
            f"{mapping.name}: {VAULT.name} can be fed by a primary output only, neither grouped nor enriched."
            " Nothing of the file was kept"
        )


def _refuse_misuse(mapping: Source, output: Output, sensitive: set[str]) -> None:
    """A ticket's pseudonym may be made of the number that the reporter was given, since only its hash goes on."""
    if output.role not in ("primary", "derived") or mapping.enrichments(output.table):
        raise RefusedError(
            f"{mapping.name}: {output.table} joins a file with whistle-blower columns to others;"
            " expected a file that is read alone. Nothing of the file was kept"
        )
    used = set(output.match) | set(output.group_by) | {output.latest_by}
    used |= {output.where.column} if output.where else set()
    for name, recipe in output.recipes.items():
        if not (recipe.hash and name.endswith("ticket_no")):
            used |= set(recipe.source_columns())
    if misused := sorted(sensitive & {column for column in used if column}):
        raise RefusedError(
            f"{mapping.name}: {output.table} is fed from whistle-blower columns ({', '.join(misused)});"
            f" expected them in {VAULT.name} only. Nothing of the file was kept"
        )


def has_sensitive_sheet(path: Path, layout: Layout, tables: tuple[str, ...]) -> bool:
    """Whether a workbook of tickets has reporters on a sheet that is not read; the landing would keep it too."""
    if layout.format != "xlsx" or _TICKET not in tables:
        return False
    with opened(path, layout.is_gzip) as content:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content.read()))
    known = _known_headers(_TICKET) | {normalised(VAULT.columns["ticket_no"].name)}
    for name in workbook.sheet_names:
        rows = workbook.get_sheet_by_name(name).to_python()
        header = next(([str(cell) for cell in row if cell != ""] for row in rows if any(row)), [])
        if sensitive_columns(tables, [cell for cell in header if normalised(cell) not in known]):
            return True
    return False


def shown_columns(tables: tuple[str, ...], columns: Iterable[str]) -> str:
    """A header as a message may show it. A file without a header shows its first row in that place: only what the

    contract knows is shown of a file that may hold a reporter's identity.
    """
    names = list(columns)
    if not {_TICKET, VAULT.name} & set(tables):
        return ", ".join(names)
    known = _known_headers(*(table for table in tables if table in TABLES or table == VAULT.name))
    shown = [name for name in names if normalised(name) in known]
    others = len(names) - len(shown)
    return ", ".join(shown + ([f"{others} others, not shown"] if others else []))


def _known_headers(*tables: str) -> set[str]:
    return {
        normalised(text)
        for table in tables
        for column in table_named(table).columns
        for text in (column.name, str(column.info["zh"]))
    }
