"""Explanation: what each scored indicator of a subject adds to its dimension, and what it costs it.

The same goalposts and weights as the portrait's, so that what is shown adds up to what was scored: the points lost of
a dimension's indicators and its score make a hundred. This module must not score anything anew or know a threshold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from model.indicators import Catalogue, Indicator
from model.judgement.declaration import PortraitRules
from model.judgement.portrait import is_scored
from model.statistics import composite

KNOWN = ("value", "zero", "stale")


@dataclass(frozen=True)
class Part:
    """One indicator in its dimension. Score, share of the weight and points lost are None where it has no value."""

    item: Indicator
    state: str
    value: float | None
    sample_size: int | None
    window_months: int
    score: float | None = None
    weight_share: float | None = None
    points_lost: float | None = None


def explained(
    rows: pd.DataFrame, subject_id: str, catalogue: Catalogue, rules: PortraitRules
) -> dict[str, list[Part]]:
    """The parts of each dimension, the costliest first, those without a value last.

    rows: the parts of the portraits of all subjects of one kind at one month's end. An indicator counts where any
    of them has a value for it, as in the portrait.
    """
    items = [
        catalogue.indicators[name] for name in catalogue.indicators if is_scored(catalogue.indicators[name])
    ]
    counted = set(rows.loc[rows["value"].notna(), "indicator_id"])
    mine = rows[rows["subject_id"] == subject_id].set_index("indicator_id")
    parts = [_part(item, mine) for item in items if item.id in counted]
    return {
        name: _weighed([one for one in parts if one.item.dimension == name], rules)
        for name in catalogue.dimensions
    }


def _part(item: Indicator, mine: pd.DataFrame) -> Part:
    """What is known of one indicator; its score where it has a value."""
    if item.id not in mine.index:
        return Part(item, "no_data", None, None, 0)
    row: dict[Any, Any] = mine.loc[item.id].to_dict()
    size = None if pd.isna(row["sample_size"]) else int(row["sample_size"])
    window, state = int(row["window_months"]), str(row["state"])
    if pd.isna(row["value"]) or state not in KNOWN:
        return Part(item, state, None, size, window)
    assert item.floor is not None and item.target is not None, "a scored indicator has both goalposts"
    value = float(row["value"])
    score = float(composite.goalposts([value], [item.floor], [item.target])[0])
    return Part(item, state, value, size, window, score)


def _weighed(parts: Iterable[Part], rules: PortraitRules) -> list[Part]:
    """The parts with their share of the weight that is present, and the points that each takes from the dimension."""
    given = list(parts)
    total = sum(rules.weight(one.item.id) for one in given if one.score is not None)
    weighed = [one if one.score is None else _costed(one, rules.weight(one.item.id) / total) for one in given]
    return sorted(weighed, key=lambda one: (one.points_lost is None, -(one.points_lost or 0.0)))


def _costed(part: Part, share: float) -> Part:
    assert part.score is not None
    lost = share * (composite.FULL_SCORE - part.score)
    return Part(
        part.item, part.state, part.value, part.sample_size, part.window_months, part.score, share, lost
    )
