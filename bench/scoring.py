"""What became of planted irregularities, and what was said where nothing was planted: counted, not judged.

The truth is what the demo wrote down (truth.json). An alert is a unit told of by statistics at the end of a month.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from etl.judge.court import Judged
from model import warehouse
from model.indicators import catalogue

STATISTICAL = ("signal", "outlier", "pattern")
Found = set[tuple[str, str]]
"""Indicator and unit."""
Truth = dict[str, Any]


@dataclass
class Score:
    """What became of one indicator's planted irregularities. `delays` in months: 0 = in the first one."""

    breaches: int = 0
    breaches_found: int = 0
    breaches_false: int = 0
    shifts: int = 0
    delays: list[int] = field(default_factory=list)
    patterns: int = 0
    patterns_found: int = 0
    revisions: int = 0
    revisions_found: int = 0
    revisions_false: int = 0
    alerts: int = 0
    alerts_true: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, other: Score) -> None:
        """Add what became of others."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


@dataclass
class Quiet:
    """What was said where nothing was planted."""

    families: int = 0
    families_alerted: int = 0
    series: int = 0
    signals: int = 0
    patterns: int = 0
    patterns_told: int = 0
    breaches: int = 0
    revisions: int = 0

    def add(self, other: Quiet) -> None:
        """Add what was said elsewhere."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


def alerts(judged: Judged, kinds: tuple[str, ...] = STATISTICAL) -> Found:
    """The units told of at the end of one month, by indicator."""
    found: Found = set()
    for rows in judged.warnings:
        if len(rows["kind"]) and rows["kind"][0] in kinds:
            found |= set(zip(rows["indicator_id"], rows["unit_id"], strict=True))
    return found


def score_records(truth: Truth, judged: Judged, scores: dict[str, Score]) -> None:
    """Records told beside records planted; where the record told is another than the one planted, unit by unit."""
    for kind, name in (("breach", "breaches"), ("revision", "revisions")):
        told, units = _told(judged, kind)
        planted = [item for item in truth["planted"] if item["kind"] == kind]
        for indicator in {*told, *(item["indicator"] for item in planted)}:
            mine = [item for item in planted if item["indicator"] == indicator]
            keys = {key for item in mine for key in item["records"]}
            is_same = bool(keys & told[indicator])
            wanted, found = (
                (keys, told[indicator]) if is_same else ({item["unit"] for item in mine}, units[indicator])
            )
            counted = {
                name: len(wanted),
                f"{name}_found": len(wanted & found),
                f"{name}_false": len(found - wanted),
            }
            scores[indicator].add(Score(**counted))


def _told(judged: Judged, kind: str) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """The records and the units that findings of one kind tell of, by indicator."""
    told: dict[str, set[str]] = defaultdict(set)
    units: dict[str, set[str]] = defaultdict(set)
    for rows in judged.warnings:
        if len(rows["kind"]) and rows["kind"][0] == kind:
            for name, unit, key in zip(
                rows["indicator_id"], rows["unit_id"], rows["subject_id"], strict=True
            ):
                told[name].add(key.removeprefix("inspection/").removeprefix("verification/"))
                units[name].add(unit)
    return told, units


def score_changes(truth: Truth, said: dict[str, Found], scores: dict[str, Score]) -> None:
    """Detectable shifts and outliers, and how many months after their beginning they were told; and patterns."""
    for item in truth["planted"]:
        if not item["detectable"]:
            continue
        score, delay = scores[item["indicator"]], _delay(item, said)
        if item["kind"] in ("shift", "outlier"):
            score.shifts += 1
            score.delays += [] if delay is None else [delay]
        elif item["kind"] == "pattern":
            score.patterns += 1
            score.patterns_found += delay is not None
        if item["kind"] in ("shift", "outlier", "pattern") and (delay is None or delay > 2):
            score.misses.append(f"seed {truth['seed']} {item['indicator']} {item['unit']}"
                                f" from {item['months'][0]}: {delay}, {item['size']}")  # fmt: skip


def _delay(item: dict[str, Any], said: dict[str, Found]) -> int | None:
    """Months from the beginning of a planted change until it was told of; None where it never was."""
    for number, month in enumerate(item["months"]):
        if (item["indicator"], item["unit"]) in said.get(month, set()):
            return number
    return None


def score_alerts(
    connection: warehouse.Connection, truth: Truth, said: dict[str, Found], scores: dict[str, Score]
) -> None:
    """Alerts that speak of a planted thing: its indicator or one that moves with it, its unit or one above.

    What looks back on a year shows a change while it builds up: its alerts count from a year before.
    """
    looks_back = {
        item.id for item in catalogue().indicators.values() if item.series in ("rolling_year", "year_to_date")
    }
    above = defaultdict(set)
    for unit, ancestor in connection.execute(
        "SELECT unit_id, ancestor_id FROM snapshot.mart.unit_tree"
    ).fetchall():
        above[unit].add(ancestor)
    since: dict[tuple[str, str], str] = {}
    for item in truth["planted"]:
        for name in (item["indicator"], *item["also"]):
            for unit in above[item["unit"]]:
                first = np.datetime64(item["months"][0], "M") - 11 * (name in looks_back)
                since[name, unit] = min(since.get((name, unit), "9999"), str(first))
    for month, found in said.items():
        for name, unit in found:
            scores[name].alerts += 1
            scores[name].alerts_true += since.get((name, unit), "9999") <= month


def listen(judged: Judged, newest: np.datetime64, flows: set[str], q: float, quiet: Quiet) -> None:
    """Add what one month's judgement says of a bureau without irregularities."""
    for rows in judged.comparison:
        for kind in set(rows["kind"][~np.isnan(rows["p"])]):
            quiet.families += 1
            quiet.families_alerted += bool((rows["adjusted"][rows["kind"] == kind] <= q).any())
    for rows in judged.trend:
        if rows["indicator_id"][0] in flows:
            quiet.series += int(((rows["month"] == newest) & ~np.isnan(rows["centre"])).sum())
    quiet.patterns += sum(kind == "pattern" for _, kind, _ in judged.periods)
    for rows in judged.warnings:
        quiet.signals += int((rows["kind"] == "signal").sum())
        quiet.patterns_told += bool((rows["kind"] == "pattern").any())
        quiet.breaches += int((rows["kind"] == "breach").sum())
        quiet.revisions += int((rows["kind"] == "revision").sum())
