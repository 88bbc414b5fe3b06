"""Patterns in the records: pairs that meet, values that crowd, shops passed over or visited again and again.

What is counted is one SQL file a pattern; what counts as more than chance is said in model/judgement/pattern.py. A
finding is of a unit or market cell. The pairs behind it (staff and shops as keyed pseudonyms) are kept in the full
warehouse only. A pattern that lasts is one warning: it is named without a month and updated. One whose records no run
has touched since it was looked for stands as it was found.
"""

from __future__ import annotations

from datetime import date
from hashlib import sha256

import numpy as np
import pandas as pd

from etl import sql
from etl.judge.court import Court, Judged, Month, complete_month, fetched, first_day, last_day
from etl.judge.findings import findings
from model import warehouse
from model.indicators import Indicator
from model.indicators.facts import Ground
from model.judgement import pattern
from model.judgement.declaration import PatternRules
from model.judgement.series import Columns
from model.statistics.patterns import FENCE

EVIDENCE_ROWS = 50
"""Pairs kept behind one finding, the most unlikely first."""


def judge_patterns(court: Court, ground: Ground, judged: Judged) -> None:
    """Findings of every declared pattern at its newest month, and at the months of warnings that still stand."""
    kept = set(court.connection.execute("FROM snapshot.mart.pattern_rest").fetchall())
    rests = []
    for name, rule in court.rules.patterns.items():
        if name not in court.delivered:
            continue
        item, newest = court.catalogue.indicators[name], complete_month(court.delivered[name])
        months = sorted({newest, *(one for one in _standing(court, name) if one <= newest)}, reverse=True)
        rests.append((name, _rest(court, item, rule, months)))
        if rests[-1] in kept and _is_untouched(ground, item, months, rule):
            continue
        told: set[tuple[str, str]] = set()
        for month in months:
            _judge(court, judged, item, rule, month, told)
    court.connection.execute("DELETE FROM snapshot.mart.pattern_rest")
    warehouse.insert(court.connection, "snapshot.mart.pattern_rest", rests)


def _standing(court: Court, name: str) -> list[Month]:
    """The months at whose ends warnings of a pattern stand."""
    ends = court.connection.execute(
        "SELECT DISTINCT period_end FROM snapshot.mart.warning WHERE kind = 'pattern' AND indicator_id = ?",
        [name],
    ).fetchall()
    return [np.datetime64(day, "M") for (day,) in ends]


def _rest(court: Court, item: Indicator, rule: PatternRules, months: list[Month]) -> str:
    """What the findings of a pattern rest on beside the records: rules, query and months."""
    query = sql.statement(f"judge_pattern_{rule.query}", **_slots(rule))
    parts = (rule, court.version(item), court.rules.comparison.q, query, [str(month) for month in months])
    return sha256(repr(parts).encode()).hexdigest()


def _is_untouched(ground: Ground, item: Indicator, months: list[Month], rule: PatternRules) -> bool:
    """Whether this run has computed none of the months that a pattern looks at."""
    computed = (ground.computed or {}).get(item.view)
    if computed is None:
        return False
    looked = {month - back for month in months for back in range(rule.window_months)}
    return looked.isdisjoint(np.datetime64(month, "M") for month in computed)


def _judge(
    court: Court,
    judged: Judged,
    item: Indicator,
    rule: PatternRules,
    month: Month,
    told: set[tuple[str, str]],
) -> None:
    """One pattern at the end of one month; what a later month told already is not told again."""
    found = look(court, item, rule, month)
    subjects = found.subjects
    names = list(zip(subjects["subject_kind"], subjects["subject_id"], strict=True))
    is_new = np.array([name not in told for name in names], dtype=bool)
    told.update(names)
    mine = {name: column[is_new] for name, column in subjects.items()}
    judged.warnings.append(
        findings(
            court, item, mine, "pattern", mine["adjusted"], (month - (rule.window_months - 1), month), finding="",
            value=mine["value"], threshold=mine["threshold"], sample_size=mine["sample_size"], p=mine["p"],
            adjusted=mine["adjusted"], evidence_count=mine["value"],
        )
    )  # fmt: skip
    judged.periods.append((item.id, "pattern", last_day(month)))
    judged.evidence.append((item.id, last_day(month), found.evidence))


def look(court: Court, item: Indicator, rule: PatternRules, month: Month) -> pattern.Found:
    """What one pattern finds in the window that ends with a month."""
    bound = {"since": first_day(month - (rule.window_months - 1)), "until": first_day(month + 1)}
    query = sql.statement(f"judge_pattern_{rule.query}", **_slots(rule))
    if rule.test == "pairing":
        return _paired(court, query, bound, rule)
    edges = {"threshold": str(rule.threshold), "width": str(rule.width)}
    statement = sql.statement("judge_pattern_values", counted=query, **edges)
    return pattern.bunching(
        fetched(court.connection.execute(statement, bound)), rule, court.rules.comparison.q
    )


def _slots(rule: PatternRules) -> dict[str, str]:
    least = str(rule.least_count)
    counted = sql.statement("judge_pattern_counted", least=least)
    return {"counted": counted, "least": least, "ratio": str(rule.least_ratio), "fence": str(FENCE)}


def _paired(court: Court, query: str, bound: dict[str, date], rule: PatternRules) -> pattern.Found:
    """Pairs beyond chance; those behind a finding with their names."""
    connection = court.connection
    first, *rest = sql.statement("judge_pattern_pairs", counted=query).split(";\n")
    connection.execute(first, bound)
    for statement in rest:
        connection.execute(statement)
    subjects = fetched(connection.execute("FROM pattern_subject ORDER BY subject"))
    found = pattern.pairing(
        fetched(connection.execute("FROM pattern_row")), subjects, rule, court.rules.comparison.q
    )
    connection.register("evidence_pair", pd.DataFrame(found.evidence))
    named = fetched(connection.execute(sql.statement("judge_pattern_named")))
    connection.unregister("evidence_pair")
    return pattern.Found(found.subjects, named)


def keep_evidence(court: Court, judged: Judged) -> None:
    """Keep the pairs behind the patterns of this run, with pseudonyms for people and shops."""
    connection = court.connection
    for name, end, rows in judged.evidence:
        connection.execute(
            "DELETE FROM snapshot.mart.pattern_evidence WHERE indicator_id = ? AND period_end = ?",
            [name, end],
        )
        if rows and len(rows["counted"]):
            connection.register("evidence_row", _table(rows))
            connection.execute(sql.statement("judge_pattern_evidence"), [name, end, EVIDENCE_ROWS])
            connection.unregister("evidence_row")


def _table(rows: Columns) -> pd.DataFrame:
    return pd.DataFrame({name: list(column) for name, column in rows.items()})
