"""Revisions: records that were altered after their decision, or are gone from a full extract.

The loader keeps every version and what changed; which columns may not change any more is declared. This module must
not say whether an alteration was right.
"""

from __future__ import annotations

import numpy as np

from etl import sql
from etl.judge.court import NUMBERS, Court, Judged, fetched, same
from model.contract import TABLES, key_of, unit_column
from model.judgement.declaration import RevisionRules
from model.judgement.series import Columns
from model.judgement.warning import levels


def judge_revisions(court: Court, judged: Judged) -> None:
    """A finding for each record of the declared tables that was altered or has gone."""
    court.connection.execute(sql.statement("judge_revision_table"))
    for name, rule in court.rules.revisions.items():
        court.connection.execute(_statement(name, rule))
    judged.warnings.append(_findings(court))


def _statement(name: str, rule: RevisionRules) -> str:
    table = TABLES[name]
    unit = unit_column(table)
    assert unit, f"{name}: a record of no unit cannot be told of"
    held = (f"CASE WHEN r.{sql.name(one)} IS NOT NULL THEN {sql.literal(one)} END" for one in rule.columns)
    carried = (f"{sql.literal(column)}: {sql.literal(item)}" for column, item in rule.columns.items())
    return sql.statement(
        "judge_revision",
        name=sql.literal(name),
        table=sql.name(name),
        revision=sql.name(f"{name}_revision"),
        unit=sql.name(unit),
        key=sql.names(key_of(table), "r."),
        decided=sql.name(rule.decided),
        held=", ".join(held),
        first=sql.literal(next(iter(rule.columns))),
        indicator=f"map {{{', '.join(carried)}}}[columns[1]]",
    )


def _findings(court: Court) -> Columns:
    rows = fetched(court.connection.execute(sql.statement("judge_revision_found")))
    size, number = len(rows["subject_id"]), rows.pop("number").astype(float)
    items = [court.catalogue.indicators[name] for name in rows["indicator_id"]]
    return {name: np.full(size, np.nan) for name in NUMBERS} | rows | same(size, kind="revision", finding="") | {
        "rule_version": np.array([court.version(item) for item in items], dtype=object),
        "level": np.array(levels("revision", number, court.rules.level, np.zeros(size, dtype=bool)), dtype=object),
        "sample_size": np.ones(size),
    }  # fmt: skip
