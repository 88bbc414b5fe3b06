"""The rules of judgement as they are declared in rules.toml: windows, thresholds, weights, levels, hard rules.

No threshold stands in code. A rule that cannot be right is refused when it is read, with key and reason. This module
must not judge anything.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from model.contract import TABLES
from model.indicators import Catalogue, DeclarationError

Level = Literal["blue", "yellow", "red"]
LEVELS: tuple[Level, ...] = ("blue", "yellow", "red")
Kind = Literal["breach", "signal", "outlier", "pattern", "revision"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FILE = Path(__file__).parent / "rules.toml"


@dataclass(frozen=True)
class TrendRules:
    """How a series is held against its own past."""

    held_out_months: int
    baseline_months: int
    least_baseline_points: int
    least_expected: float
    odds_ratio: float
    false_signal: float
    prior_events: float


@dataclass(frozen=True)
class ComparisonRules:
    """How units are held against like units."""

    q: float
    least_units: int
    winsorise: float


@dataclass(frozen=True)
class PortraitRules:
    """How scores are put together."""

    coverage_share: float
    least_dimension_score: float
    draws: int
    seed: int
    interval: float
    weight_spread: float
    movers: int
    past_months: int
    dimension_weight: dict[str, float]
    indicator_weight: dict[str, float]

    def weight(self, indicator_id: str) -> float:
        """The weight of an indicator in its dimension."""
        return self.indicator_weight.get(indicator_id, 1.0)


@dataclass(frozen=True)
class PatternRules:
    """One pattern: what is counted, over how long, and from what on it is told."""

    test: Literal["pairing", "bunching"]
    query: str
    window_months: int
    least_count: int
    least_ratio: float
    pair_chance: float | None = None
    threshold: float | None = None
    width: float | None = None


@dataclass(frozen=True)
class RevisionRules:
    """What of a table's record may not change after its decision. `columns`: the indicator that each carries."""

    decided: str
    columns: dict[str, str]


@dataclass(frozen=True)
class LevelRules:
    """From which number on a warning has which level."""

    neutral_at_most: Level
    breach: dict[Level, float]
    signal: dict[Level, float]
    outlier: dict[Level, float]
    pattern: dict[Level, float]
    revision: dict[Level, float]


@dataclass(frozen=True)
class Rules:
    """All rules of judgement, under one version."""

    version: int
    windows: tuple[int, ...]
    trend: TrendRules
    comparison: ComparisonRules
    portrait: PortraitRules
    breaches: tuple[str, ...]
    patterns: dict[str, PatternRules]
    revisions: dict[str, RevisionRules]
    level: LevelRules

    @property
    def portrait_reach(self) -> int:
        """How many months the portraits rest on: the longest window of the earliest of them, up to the newest."""
        return self.portrait.past_months + max(self.windows)


@lru_cache(maxsize=4)
def rules(path: Path = FILE) -> Rules:
    """The declared rules. DeclarationError where they cannot be used."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        found = _read(given)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DeclarationError(f"{path.name}: cannot be read: {error}") from error
    _check(path.name, found)
    return found


def _read(given: dict[str, Any]) -> Rules:
    return Rules(
        version=int(given["version"]),
        windows=tuple(given["window"]["months"]),
        trend=TrendRules(**given["trend"]),
        comparison=ComparisonRules(**given["comparison"]),
        portrait=PortraitRules(**given["portrait"]),
        breaches=tuple(given["breach"]["indicators"]),
        patterns={name: PatternRules(**entry) for name, entry in given["pattern"].items()},
        revisions={name: RevisionRules(**entry) for name, entry in given["revision"].items()},
        level=LevelRules(**given["level"]),
    )


def _check(file: str, found: Rules) -> None:
    """What would judge wrongly without failing."""
    shares = {
        "trend.false_signal": found.trend.false_signal,
        "comparison.q": found.comparison.q,
        "portrait.coverage_share": found.portrait.coverage_share,
        "portrait.interval": found.portrait.interval,
        "portrait.weight_spread": found.portrait.weight_spread,
    }
    for key, share in shares.items():
        if not 0 < share < 1:
            raise DeclarationError(f"{file}: {key}: must lie between 0 and 1, not {share}")
    if not found.windows or list(found.windows) != sorted(set(found.windows)) or found.windows[0] < 1:
        raise DeclarationError(f"{file}: window.months: whole months in rising order are needed")
    if found.portrait.past_months < 0:
        raise DeclarationError(f"{file}: portrait.past_months: 0 or more are needed")
    if found.trend.odds_ratio <= 1:
        raise DeclarationError(f"{file}: trend.odds_ratio: must be above 1")
    for name, one in found.patterns.items():
        if one.test not in ("pairing", "bunching"):
            raise DeclarationError(f"{file}: pattern.{name}: test: pairing or bunching, not {one.test}")
        if (one.test == "bunching") != (one.threshold is not None and one.width is not None):
            raise DeclarationError(
                f"{file}: pattern.{name}: bunching, and it alone, has a threshold and a width"
            )
        if one.window_months < 1 or one.least_count < 1 or one.least_ratio < 1:
            raise DeclarationError(f"{file}: pattern.{name}: window and least numbers start at 1")
    for name, rule in found.revisions.items():
        for column in (rule.decided, *rule.columns):
            if name not in TABLES or column not in TABLES[name].columns:
                raise DeclarationError(f"{file}: revision.{name}: {column}: no such column of the contract")
    for kind in KINDS:
        if set(getattr(found.level, kind)) != set(LEVELS):
            raise DeclarationError(f"{file}: level.{kind}: blue, yellow and red are needed")
    if found.level.neutral_at_most not in LEVELS:
        raise DeclarationError(f"{file}: level.neutral_at_most: no such level")


def check_against(found: Rules, catalogue: Catalogue) -> None:
    """DeclarationError for a rule on an indicator or dimension that is not declared, or that may not be judged so."""
    carried = {name for rule in found.revisions.values() for name in rule.columns.values()}
    for name in (*found.breaches, *found.patterns, *sorted(carried), *found.portrait.indicator_weight):
        if name not in catalogue.indicators:
            raise DeclarationError(f"{FILE.name}: {name}: no such indicator")
    for name in found.breaches:
        item = catalogue.indicators[name]
        if item.direction == "none" or item.numerator.form != "where" or item.denominator.form != "where":
            raise DeclarationError(
                f"{FILE.name}: breach: {name}: only a counted rule can be broken by a record"
            )
    if set(found.portrait.dimension_weight) != set(catalogue.dimensions):
        raise DeclarationError(f"{FILE.name}: portrait.dimension_weight: one for each dimension is needed")
