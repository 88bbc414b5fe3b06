"""The indicator catalogue in docs/indicators.md, written from the declarations: python -m model.documents.indicators

It exists so that what people read about a number cannot differ from how it is computed: a test compares the file with
what this module writes. Only what this project declares stands there; a bureau's own indicators are on its pages. It
must not hold a word about any single indicator.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from model.contract import TABLES
from model.indicators.declaration import Catalogue, Indicator
from model.indicators.reading import shipped
from model.judgement import Rules, rules

TARGET = Path(__file__).parents[2] / "docs" / "indicators.md"

_PREFACE = """\
# 指标目录 · Indicator catalogue

由声明生成，勿手工修改：`python -m model.documents.indicators`。Written from the declarations, not by hand.

每项指标写明：含义(以及不说明什么)、风险点、依据、来自哪些记录、如何判定。◇ 表示只提示偏离，不评分、不排名。
任何一项异常都只是核实的理由，不是结论。判定方法见 [method.md](method.md)。
Each indicator says what it means (and what it does not), which risk it watches, on what basis, from which records, and
how it is judged. ◇ marks a deviation worth a look that is never scored nor ranked. No number here is a verdict; it is a
reason to look. How judging works: [method.md](method.md).
"""
_DIRECTIONS = {
    "higher": "越高越好 higher is better",
    "lower": "越低越好 lower is better",
    "none": "◇ 不分好坏，不评分 neither good nor bad, never scored",
}
_SERIES = {
    "flow": "按月，各月独立 by month, each by itself",
    "rolling_year": "每月末回看365天 the last 365 days at each month's end",
    "year_to_date": "自1月1日累计 from 1 January on",
    "stock": "月末状态 the state at the month's end",
}
_WHOLE = "；记录不满此期的不计算 not told before the records reach as far back"
_COUNTED = {
    "ratio": "符合条件的占比或比率 those that meet the condition, of all",
    "mean_ratio": "两类平均之比 one group's mean over another's",
    "standardised_mean": "按固定权重标准化的平均 a mean with fixed weights of its strata",
    "dispersion": "同类之内的离散程度 the spread within like ones",
    "largest_share": "最大一组的占比 the part of the largest group",
}


def document() -> str:
    """The whole catalogue as Markdown."""
    known, declared = shipped(), rules()
    parts = [_PREFACE]
    for domain, name in known.domains.items():
        mine = [item for item in known.indicators.values() if item.domain == domain]
        parts.append(f"## {name.zh} · {name.en}\n")
        parts += ["\n".join(_section(item, known, declared)) for item in mine]
    return "\n".join(parts)


def _section(item: Indicator, known: Catalogue, declared: Rules) -> Iterator[str]:
    view = known.views[item.view]
    mark = "" if item.scored else " ◇" if item.direction == "none" else ""
    yield f'### <a id="{item.id}"></a>{item.id} {item.name.zh}{mark} · {item.name.en}'
    yield ""
    yield item.meaning.zh
    yield ""
    yield item.meaning.en
    yield ""
    yield f"- 风险点 risk: {item.risk.zh} · {item.risk.en}"
    yield f"- 依据 basis: {item.basis.zh} · {item.basis.en}"
    yield f"- 维度 dimension: {item.dimension_name.zh} · {item.dimension_name.en}"
    yield f"- 来源 from: {view.name.zh} {view.name.en} — {', '.join(_column(need) for need in item.needs)}"
    yield f"- 计法 counted: {_COUNTED[item.shape]}; {_SERIES[item.series]}{_WHOLE if item.needs_whole_window else ''}"
    yield f"- 判定 judged: {'; '.join(_judged(item, declared))}"
    yield ""


def _column(need: str) -> str:
    table, column = need.split(".")
    return f"{TABLES[table].columns[column].info['zh']} `{need}`"


def _judged(item: Indicator, declared: Rules) -> Iterator[str]:
    """How an indicator is judged: direction, goalposts, minimum, and which findings it can give rise to."""
    yield _DIRECTIONS[item.direction]
    if item.target is not None:
        yield f"目标 target {item.target:g}"
    if item.floor is not None:
        yield f"底线 floor {item.floor:g}"
    yield f"最小样本 minimum {item.minimum_denominator}"
    yield "评分 scored" if item.scored else "不评分 not scored"
    if item.id in declared.breaches:
        yield "硬规则：一件即提示 a hard rule: one record is told"
    if item.series == "flow":
        yield "趋势 trend"
    yield "横向比较 comparison"
    if item.id in declared.patterns:
        yield "关联模式 pattern"
    if any(item.id in rule.columns.values() for rule in declared.revisions.values()):
        yield "事后改动 revision"


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
