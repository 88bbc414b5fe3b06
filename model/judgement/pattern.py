"""Patterns: what happens together more often than assignment explains, as a finding about a unit or a market cell.

Each pattern counts pairs within strata (who works where, and when), or values beside a threshold; a subject's p is put
together from its pairs, and false discoveries are held down among all subjects. The pairs themselves are evidence for
those entitled: a finding never names anybody. This module must not know thresholds: they are declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from model.judgement.declaration import PatternRules
from model.judgement.series import Columns
from model.statistics import patterns
from model.statistics.inputs import Flags, Floats

Rows = Mapping[str, npt.NDArray[Any]]
SUBJECT = ("subject_kind", "subject_id", "unit_id")
COUNTS = ("together", "of_one", "of_other", "total")


@dataclass(frozen=True)
class Found:
    """Findings, a row a subject; and the numbers of the pairs behind them, the most unlikely first within each."""

    subjects: Columns
    evidence: Columns


def pairing(rows: Rows, named: Rows, rule: PatternRules, q: float) -> Found:
    """Subjects with pairs beyond chance, as judge_pattern_pairs.sql gives them.

    rows: a row a pair and stratum; named: the subjects in the order of their numbers. Behind a finding are the pairs
    that stand out by themselves, and where none does, the unlikely ones of which there are too many.
    """
    pairs = _pairs(rows, rule)
    pairs["is_odd"] = pairs["p"] <= (rule.pair_chance or 0.0)
    stands_out = pairs["adjusted"] <= q
    is_behind = (
        stands_out | (pairs["is_odd"] & ~stands_out.groupby(pairs["subject"]).transform("any"))
    ).to_numpy(bool)
    behind = pairs[["counted", "expected"]].mul(is_behind, axis=0).groupby(pairs["subject"]).sum()
    merged = dict.fromkeys(("family", "possible"), "first")
    subjects = pairs.groupby("subject").agg({**merged, "adjusted": "min", "sample": "max", "is_odd": "sum"})
    of = subjects.index.to_numpy(dtype=np.intp)
    told = {name: np.asarray(named[name], dtype=object)[of] for name in SUBJECT} | {
        "value": behind["counted"].to_numpy(float), "threshold": behind["expected"].to_numpy(float),
        "sample_size": subjects["sample"].to_numpy(float), "p": _together(subjects, rule),
    }  # fmt: skip
    chosen = _discovered(told, subjects["family"].to_numpy(float), q)
    kept = pairs[is_behind & pairs["subject"].isin(of[chosen])].sort_values(["subject", "p"])
    evidence = {name: kept[name].to_numpy() for name in ("pair", "counted", "expected", "p")}
    return Found({name: column[chosen] for name, column in told.items()}, evidence)


def bunching(rows: Rows, rule: PatternRules, q: float) -> Found:
    """Subjects whose values crowd just under a threshold. rows: as judge_pattern_values.sql gives them."""
    below, above = (np.asarray(rows[name], dtype=np.float64) for name in ("below", "above"))
    expected = (below + above) / 2
    is_tested = (below >= rule.least_count) & (below > rule.least_ratio * expected)
    told = {name: np.asarray(rows[name], dtype=object) for name in SUBJECT} | {
        "value": below, "threshold": expected, "sample_size": np.asarray(rows["observed"], dtype=np.float64),
        "p": np.where(is_tested, patterns.bunching_tail(below, below + above), 1.0),
    }  # fmt: skip
    chosen = _discovered(told, np.asarray(rows["family"], dtype=np.float64), q)
    return Found({name: column[chosen] for name, column in told.items()}, {})


def _pairs(rows: Rows, rule: PatternRules) -> pd.DataFrame:
    """A row a pair: who, how often, how often by chance, p, and p adjusted within its subject."""
    pair, first = np.unique(rows["pair"], return_index=True)
    strata = int(np.max(rows["stratum_number"], initial=-1)) + 1
    matrices = [np.zeros((pair.size, strata)) for _ in COUNTS]
    for name, matrix in zip(COUNTS, matrices, strict=True):
        matrix[rows["pair"], rows["stratum_number"]] = rows[name]
    found = patterns.stratified_pairing(*matrices, least_ratio=rule.least_ratio)
    found["pair"] = pair
    for name in ("subject", "possible", "family"):
        found[name] = rows[name][first].astype(np.float64)
    found["sample"] = np.bincount(rows["pair"].astype(np.intp), weights=rows["sample"], minlength=pair.size)
    found["adjusted"] = _adjusted(found)
    return found


def _together(subjects: pd.DataFrame, rule: PatternRules) -> Floats:
    """p of each subject: of its most unlikely pairs (Simes), or of how many unlikely pairs it has, where declared."""
    simes = subjects["adjusted"].to_numpy(float)
    if rule.pair_chance is None:
        return simes
    many = stats.binom.sf(subjects["is_odd"] - 1, subjects["possible"], rule.pair_chance)
    return np.asarray(np.clip(2 * np.minimum(simes, many), 0.0, 1.0))


def _adjusted(pairs: pd.DataFrame) -> pd.Series:
    """p of each pair within its subject (Benjamini & Hochberg), among all pairs that could have come about."""
    ordered = pairs[["subject", "p", "possible"]].sort_values(["subject", "p"], ascending=False)
    rank = ordered.groupby("subject").cumcount(ascending=False) + 1
    stepped = (ordered["p"] * np.maximum(ordered["possible"], rank) / rank).clip(upper=1.0)
    return stepped.groupby(ordered["subject"]).cummin()


def _discovered(told: Columns, family: Floats, q: float) -> Flags:
    """Adds adjusted p, of each kind of subject among all that there are of it; who stays at or below q."""
    told["adjusted"] = np.ones(told["p"].shape)
    for kind in sorted(set(told["subject_kind"])):
        mine = np.flatnonzero(told["subject_kind"] == kind)
        others = np.ones(max(0, int(family[mine[0]]) - mine.size))
        adjusted = stats.false_discovery_control(np.r_[told["p"][mine], others], method="bh")
        told["adjusted"][mine] = adjusted[: mine.size]
    return np.asarray(told["adjusted"] <= q)
