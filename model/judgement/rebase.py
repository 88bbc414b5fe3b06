"""Rebase: one subject's months judged afresh from each month at which somebody said, with a reason, what changed.

The same rules as for every trend, applied to each stretch by itself: limits of a stretch come from its own months,
rules start again, and a stretch that is too short has no limits. This module must not decide where a stretch begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from model.indicators import Indicator
from model.judgement import trend
from model.judgement.declaration import TrendRules
from model.judgement.series import COUNTED, series

JUDGED = ("centre", "lower", "upper", "signal", "variation", "assurance", "chart")


def rebase(
    item: Indicator, facts: pd.DataFrame, as_of: date, starts: Sequence[date], rules: TrendRules
) -> pd.DataFrame:
    """The judgement of each month: month and JUDGED. facts: month and COUNTED of one subject, a row a month."""
    held = facts.sort_values("month").reset_index(drop=True)
    months = held["month"].to_numpy().astype("M8[M]")
    edges = [0, *sorted({int(np.searchsorted(months, np.datetime64(one, "M"))) for one in starts}), len(held)]
    stretches = [held.iloc[first:last] for first, last in pairwise(edges) if first < last]
    return pd.concat([_stretch(item, one, as_of, rules) for one in stretches], ignore_index=True)


def _stretch(item: Indicator, facts: pd.DataFrame, as_of: date, rules: TrendRules) -> pd.DataFrame:
    given = facts["month"].to_numpy().astype("M8[M]")
    months = np.arange(given[0], given[-1] + 1)
    complete = int((months + 1 <= np.datetime64(as_of) + 1).sum())
    columns = {"subject": np.zeros(len(facts), dtype=int), "month": given} | {
        name: facts[name].to_numpy(dtype=np.float64) for name in COUNTED
    }
    one = series(item, columns, {"kind": np.array(["unit"], dtype=object)}, months, complete)
    points = trend.judge(one, rules)
    found = {
        "centre": points.centre,
        "lower": points.lower,
        "upper": points.upper,
        "signal": points.signal,
        "variation": trend.variation(points, item),
        "assurance": trend.assurance(points, item.direction, item.target),
        "chart": points.chart,
    }
    whole = pd.DataFrame({"month": months} | {name: values[0] for name, values in found.items()})
    return whole[np.isin(months, given)]
