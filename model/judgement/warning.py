"""Warnings: how serious a finding is, and how it is said. A warning is a reason to look, never a verdict.

Levels and texts are declared (rules.toml, words.toml). This module must not find anything by itself.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from model import numerals
from model.indicators import Indicator
from model.judgement.declaration import LEVELS, Kind, LevelRules
from model.statistics.inputs import Floats

Language = Literal["zh", "en"]
BY_CHANCE = ("outlier", "pattern")
"""The kinds whose level is that of an adjusted p: the smaller, the higher."""
WORDS = Path(__file__).parent / "words.toml"


def levels(kind: Kind, numbers: Floats, rules: LevelRules, is_neutral: np.ndarray) -> list[str]:
    """The level of each finding from its number: breaches or signals so far, or an adjusted p."""
    steps: dict[str, float] = dict(getattr(rules, kind))
    smaller = kind in BY_CHANCE
    found = np.zeros(numbers.shape, dtype=np.intp)
    for place, name in enumerate(LEVELS):
        reached = numbers <= steps[name] if smaller else numbers >= steps[name]
        found = np.where(reached, place, found)
    highest = LEVELS.index(rules.neutral_at_most)
    found = np.where(is_neutral, np.minimum(found, highest), found)
    return [LEVELS[place] for place in found]


@cache
def words() -> dict[str, Any]:
    """The declared words."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def text(
    warning: Mapping[str, object], item: Indicator, unit_name: str, period: str, language: Language
) -> str:
    """What a warning says: the finding in one sentence, and that it is to be verified."""
    found, kind = words(), str(warning["kind"])
    said = found["text"]["drift" if is_drift(warning, item) else kind][language].format(
        unit=unit_name,
        indicator=getattr(item.name, language),
        pattern=found["pattern"].get(item.id, {}).get(language, getattr(item.name, language)),
        period=period,
        value=_number(warning["value"], item, kind),
        threshold=_number(warning["threshold"], item, kind),
        sample=warning["sample_size"],
        evidence=warning["evidence_count"],
    )
    reservation = str(found["reservation"][language])
    return f"{said}（{reservation}）" if language == "zh" else f"{said} ({reservation})"


def is_drift(warning: Mapping[str, object], item: Indicator) -> bool:
    """Whether a signal is of several months together: its own month has not crossed the limit on the bad side."""
    value, limit = warning["value"], warning["threshold"]
    if warning["kind"] != "signal" or not isinstance(value, float) or not isinstance(limit, float):
        return False
    return value >= limit if item.direction == "higher" else item.direction == "lower" and value <= limit


def count(value: float) -> str:
    """How many of a pattern: whole as counted, with one decimal as expected."""
    return numerals.fixed(value, 0 if float(value).is_integer() else 1)


def _number(value: object, item: Indicator, kind: str) -> str:
    """A value, of a pattern a count, as it is read; a dash where there is none."""
    if not isinstance(value, (int, float)) or np.isnan(value):
        return numerals.NONE
    return count(value) if kind == "pattern" else numerals.value(value, item.kind)
