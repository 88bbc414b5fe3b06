"""The method page in docs/method.md, written from the declared rules: python -m model.documents.method

It exists so that a manager can read how numbers are judged, with the thresholds that are in force: a test compares the
file with what this module writes. It must not hold a threshold of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from model.contract import TABLES
from model.indicators.declaration import Words
from model.indicators.reading import shipped
from model.judgement.declaration import KINDS, LEVELS, Rules, rules
from model.judgement.subjects import subject_kinds
from model.judgement.warning import words

TARGET = Path(__file__).parents[2] / "docs" / "method.md"


def document() -> str:
    """The whole page as Markdown."""
    declared = rules()
    sections = (_preface, _trend, _comparison, _patterns, _records, _levels, _portraits)
    return "\n".join("\n".join(section(declared)) for section in sections)


def _preface(declared: Rules) -> Iterator[str]:
    yield "# 判定方法 · How numbers are judged"
    yield ""
    yield "由规则生成，勿手工修改：`python -m model.documents.method`。Written from the rules, not by hand."
    yield ""
    yield f"规则版本 rule version {declared.version}. 指标见 the indicators: [indicators.md](indicators.md)."
    yield f"实测检出与误报 measured: [evaluation.md](evaluation.md). 提示一律为“{words()['reservation']['zh']}”:"
    yield "只是核实的理由，不是结论。Every warning is a reason to look, never a verdict."
    yield ""
    yield "**不说明什么 What it does not say.** 数字不说明谁有过错；样本不足的不判；缺数据不作零；◇ 指标不评分、不排名；"
    yield "人员不画像、不排名。A number does not say who is at fault. Too few are not judged, missing is never zero, ◇ is"
    yield "never scored nor ranked, and persons are neither profiled nor ranked."
    yield ""


def _trend(declared: Rules) -> Iterator[str]:
    one = declared.trend
    yield "## 与自己的过去比 · Against its own past"
    yield ""
    yield f"最近{one.held_out_months}个月与其前{one.baseline_months}个月的常态相比，历史不足{one.least_baseline_points}个月不判；"
    yield "只看各月独立的指标，只看最近一个完整月。"
    yield f"The newest {one.held_out_months} months are held against the {one.baseline_months} before them; with fewer than"
    yield f"{one.least_baseline_points} months of history nothing is said. Only indicators whose months do not overlap, only"
    yield "the newest complete month."
    yield ""
    yield f"- 每月平均{one.least_expected:g}件以上：p′、u′ 控制图(Laney)。{one.least_expected:g} events a month or more: p′ and u′"
    yield "  charts (Laney)."
    yield f"- 更少：累积和(CUSUM)，寻找比常态高{one.odds_ratio:g}倍的变化，每月误报概率不超过{one.false_signal:.1%}。"
    yield f"  Fewer: a CUSUM that looks for {one.odds_ratio:g} times the usual odds, with at most {one.false_signal:.1%} false"
    yield "  signals a month."
    yield "- 平均数等：XmR 图。Means and all else: XmR charts (NHS “Making Data Count”)."
    yield "- 不足最小样本的月份，控制图不判；累积和照样累计。A month below the minimum is not judged by a chart; a CUSUM"
    yield "  adds it up all the same."
    yield ""


def _comparison(declared: Rules) -> Iterator[str]:
    one, windows = declared.comparison, ", ".join(map(str, declared.windows))
    yield "## 与同类比 · Beside its like"
    yield ""
    yield f"取能达到最小样本的最短窗口({windows}个月)；同类不足{one.least_units}个不比。精确概率，并按 Benjamini–Hochberg"
    yield f"把同一指标、同类、同月的误报率控制在{one.q:.0%}。小单位的估计向同类收缩，不因偶然排在末位。"
    yield f"The shortest window of {windows} months that reaches the minimum; fewer than {one.least_units} like units are not"
    yield "compared. Exact chances, false discoveries within one indicator, kind and month held at"
    yield f"{one.q:.0%} (Benjamini–Hochberg). Small units' estimates are drawn to those of their like."
    yield ""
    yield "平均数：看一个机构离其余同类有多远，以其余同类之间的差异来量，且不小于各机构逐月的自然波动。少数几件超长的办件，"
    yield "不足以使一个小单位显得异常。"
    yield "Means: how far a unit lies from its like, by how much these differ, and never by less than the means of units"
    yield "change from month to month: a few very long records do not make a small unit stand out."
    yield ""


def _patterns(declared: Rules) -> Iterator[str]:
    known, named = shipped().indicators, words()["pattern"]
    yield "## 关联模式 · Patterns"
    yield ""
    yield "在同一季度、同一风险之内，与按工作安排随机分配所应有的次数相比；只告知机构或市场单元，不点名。"
    yield "Within quarter and risk, beside what chance would give under the work as it was assigned. Told of a unit or a"
    yield "market cell, never of a person."
    yield ""
    yield "| 指标 indicator | 模式 pattern | 月 months | 至少 at least | 倍数 ratio |"
    yield "|---|---|---:|---:|---:|"
    for name, rule in declared.patterns.items():
        said = f"{named[name]['zh']} · {named[name]['en']}"
        yield f"| {name} {known[name].name.zh} | {said} | {rule.window_months} | {rule.least_count} | {rule.least_ratio:g} |"
    yield ""


def _records(declared: Rules) -> Iterator[str]:
    known = shipped().indicators
    yield "## 硬规则与事后改动 · Hard rules and alterations"
    yield ""
    yield "一件记录不符合硬规则即提示，不论样本多少。One record that breaks a hard rule is told, whatever the sample:"
    yield ""
    for name in declared.breaches:
        yield f"- {name} {known[name].name.zh} · {known[name].name.en}"
    yield ""
    yield "作出决定后，下列内容不应再变；变了，或记录从全量数据中消失，即提示。After its decision these must not change in a"
    yield "record; one that changes, or a record gone from a full extract, is told:"
    yield ""
    for table, rule in declared.revisions.items():
        info, columns = TABLES[table].info, TABLES[table].columns
        held = ", ".join(f"{columns[one].info['zh']} `{one}`" for one in rule.columns)
        yield f"- {info['zh']} {info['en']}, 以 once `{rule.decided}`: {held}"
    yield ""


def _levels(declared: Rules) -> Iterator[str]:
    said, level = words(), declared.level
    names = {one: f"{said['level'][one]['zh']} {said['level'][one]['en']}" for one in LEVELS}
    yield "## 级别 · Levels"
    yield ""
    yield f"◇ 指标最高为 what is neither good nor bad is at most {names[level.neutral_at_most]}."
    yield ""
    yield f"| 类别 kind | {' | '.join(names.values())} | 按 by |"
    yield "|---|---:|---:|---:|---|"
    by = {
        "breach": "同一机构十二个月内件数 records of one unit in twelve months",
        "revision": "同一机构十二个月内件数 records of one unit in twelve months",
        "signal": "最近三个月中出现的月数 months of the newest three",
        "outlier": "校正后的 p 不超过 adjusted p at most",
        "pattern": "校正后的 p 不超过 adjusted p at most",
    }
    for kind in KINDS:
        steps = getattr(level, kind)
        name = f"{said['kind'][kind]['zh']} {said['kind'][kind]['en']}"
        yield f"| {name} | {' | '.join(f'{steps[one]:g}' for one in LEVELS)} | {by[kind]} |"
    yield ""
    for name, reason in said["reason"].items():
        yield f"- 撤回 withdrawn (`{name}`): {reason['zh']} · {reason['en']}"
    yield ""


def _portraits(declared: Rules) -> Iterator[str]:
    one = declared.portrait
    yield "## 画像 · Portraits"
    yield ""
    yield "每项评分指标在其底线(0分)与目标(100分)之间取值，四个维度加权平均，总分为几何平均，弱项不被强项抵消。"
    yield "罚款的金额与件数、◇ 指标不计分(行政处罚法第74条)。"
    yield "Each scored indicator between its floor (0) and its target (100), a weighted mean within each of four dimensions, a"
    yield "geometric mean overall. Amounts and numbers of fines and ◇ indicators never enter."
    yield ""
    yield f"现有指标的权重不足{one.coverage_share:.0%}不给分。区间({one.interval:.0%})与名次范围由{one.draws}次模拟得出，"
    yield f"同时变动计数、权重(±{one.weight_spread:.0%})与合成方式；不给单一名次。"
    yield f"No score below {one.coverage_share:.0%} of the weight. The interval ({one.interval:.0%}) and the range of ranks come"
    yield f"from {one.draws} draws of counts, weights (±{one.weight_spread:.0%}) and aggregation; never a bare rank."
    yield ""
    yield f"自身往期：此前{one.past_months}个月末各有画像，按当时为止的数据；所依据的数据不变，画像不变。"
    yield f"Its own past: a portrait at each of the {one.past_months} month ends before, from the facts until then; it stays"
    yield "as it was drawn for as long as these stand."
    yield ""
    yield "| 对象 subject | 说明 meaning | 至少成员 members |"
    yield "|---|---|---:|"
    unit = Words("机构", "unit"), Words("按机构类型，各自同类相比。", "By type, each beside its like.")
    for name, meaning, least in (
        (*unit, 0),
        *((k.name, k.meaning, k.least_members) for k in subject_kinds()),
    ):
        yield f"| {name.zh} · {name.en} | {meaning.zh}<br>{meaning.en} | {least or ''} |"
    yield ""


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
