"""The data dictionary in docs/dictionary.md, written from the declarations: python -m model.contract.document

It exists so that what people read about the data cannot differ from what the loader enforces: a test compares the file
with what this module writes. It must not hold a word about any single table or column.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table

from model import policy
from model.contract import TABLES, VAULT
from model.contract.columns import PersonalData, Scope

TARGET = Path(__file__).parent.parent.parent / "docs" / "dictionary.md"

_CLASSES: dict[PersonalData, str] = {
    "none": "无 none",
    "general": "一般 general",
    "sensitive": "敏感 sensitive",
    "restricted": "工作秘密 restricted",
    "whistleblower": "举报人 whistle-blower",
}
_COSTS: dict[Scope, str] = {
    "value": "值置空 value falls",
    "position": "位置置空 position falls",
    "row": "整行隔离 row kept out",
}
_ANALYSIS: dict[policy.Exposure, str] = {
    "keep": "原值 as it is",
    "pseudonym": "假名 pseudonym",
    "drop": "不含 not held",
}
_COLUMNS = ("字段 column", "名称 label", "类型 type", "必填 required", "代码 codes", "规则 rules", "个人信息 personal data",
            "全量库 full", "分析库 analysis", "说明 note")  # fmt: skip

_PREFACE = """\
# 数据字典 · Data dictionary

由声明生成，勿手工修改：`python -m model.contract.document`。Written from the declarations, not by hand.

**文件 Files.** 文件以表名命名(`inspection.csv`、`inspection-2026-03.parquet`、`complaint.jsonl`，可加 `.gz`)；表头用字段名或
中文名称，次序、大小写不限。CSV 为 UTF-8 或 GB18030；空白即空值；列表以 `;` 分隔；时间无时区者为北京时间。
A file is named by its table; its header holds column names or Chinese labels, in any order and case. CSV is UTF-8 or
GB18030; blank is null; lists are separated by `;`; times without a zone are Asia/Shanghai.

**规则 Rules.** 可选字段格式不符：置空并报告，该行照常载入。必填字段缺失或不符、主键或必填引用无效、跨字段规则不成立：
整行隔离；缺上级记录的，待其到达后自动放行。规则涉及而来源未记录的字段，不适用。"measured, not rejected" 是待核实的异常，
照常载入并计量，从不拒收。
A malformed optional value becomes null and is reported; the row is loaded. A row is kept out, whole and with its reasons,
only where a required value is missing or malformed, its key or a required reference is broken, or a rule across columns
does not hold on the row as it would be loaded; a row that misses its parent is released when the parent arrives. A rule
does not ask for a column that the source does not record. What is "measured, not rejected" is loaded and measured.

**库 Surfaces.** 全量库 `full.duckdb` 供载入、纪检角色和受控查询；分析库 `analysis.duckdb` 供自由查询和下载，不含姓名、电话、地址，
人员、店铺、许可证以带密钥假名出现；大屏库 `screen.duckdb` 只有汇总。标为"脱敏"的字段，未脱敏的值在载入时脱敏并报告。
full.duckdb is for the loader, the discipline role and composed queries; analysis.duckdb for free queries and downloads;
screen.duckdb holds aggregates only. A value of a masked column that comes unmasked is masked at load and reported.
"""


def document() -> str:
    """The whole dictionary as Markdown."""
    tables = [*TABLES.values(), VAULT]  # in load order
    contents = "\n".join(f"- [{_title(table)}](#{table.name})" for table in tables)
    return "\n".join([_PREFACE, contents, "", *(_section(table) for table in tables)])


def _title(table: Table) -> str:
    return f"`{table.name}` {table.info['zh']} · {table.info['en']}"


def _section(table: Table) -> str:
    return "\n".join(
        [f'## <a id="{table.name}"></a>{_title(table)}', "", *_remarks(table), *_rows(table), ""]
    )


def _remarks(table: Table) -> Iterator[str]:
    key = ", ".join(f"`{column.name}`" for column in table.primary_key.columns)
    yield f"主键 key: {key}"
    if "in_force_from" in table.info:
        yield ""
        yield (
            "按时间生效的名录：事项按其发生之日有效的版本计量。Effective-dated register: an event is measured against the"
            " version in force on its day."
        )
    if owner := table.info.get("versions_of"):
        yield ""
        yield f"同一 `{owner}` 的各版本不得重叠。Versions of one `{owner}` do not overlap."
    if table is VAULT:
        yield ""
        yield "以公钥密封入保密库，不进入任何数据库。Sealed with a public key into the vault; held by no surface."
    elif table not in policy.analysis_tables():
        yield ""
        yield "分析库不含此表。The analysis surface does not hold this table."
    yield ""


def _rows(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(_COLUMNS)} |"
    yield f"|{' --- |' * len(_COLUMNS)}"
    for column in table.columns:
        yield f"| {' | '.join(_escaped(cell) for cell in _cells(table, column))} |"


def _cells(table: Table, column: Column[Any]) -> tuple[str, ...]:
    info = column.info
    return (
        f"`{column.name}`",
        f"{info['zh']}<br>{info['en']}",
        _type(column),
        "是 yes" if info["required"] else "",
        "<br>".join(f"`{code}` {label}" for code, label in info["codes"].items()),
        "<br>".join(_rules(column)),
        _CLASSES[info["pii"]],
        _full(table, column),
        _analysis(table, column),
        info["note"],
    )


def _type(column: Column[Any]) -> str:
    """The contract's type, and the precision of a decimal that has one."""
    stored = str(column.type)
    return f"{column.info['kind']} ({stored})" if stored.startswith("NUMERIC") else str(column.info["kind"])


def _rules(column: Column[Any]) -> Iterator[str]:
    info = column.info
    if info["references"]:
        cost = _COSTS["row" if info["required"] else "value"]
        yield f"→ `{info['references']}` ({cost})"
    if info["indicator"]:
        yield f"指标编号 an indicator's id ({_COSTS['row' if info['required'] else 'value']})"
    if info["unique"]:
        yield f"不得重复 unique where not null ({_COSTS['value']})"
    for rule in info["rules"]:
        scope: Scope = "row" if info["required"] else rule.scope
        yield f"`{rule.text}` ({_COSTS[scope]})"


def _full(table: Table, column: Column[Any]) -> str:
    if table is VAULT:
        return _ANALYSIS["drop"]
    return "脱敏 masked" if column.info["mask"] else _ANALYSIS["keep"]


def _analysis(table: Table, column: Column[Any]) -> str:
    return _ANALYSIS[policy.exposure(column) if table in policy.analysis_tables() else "drop"]


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
