"""The facts of one indicator as matrices, one subject a row and one month a column; NaN where there is no fact.

So that everything which follows works on all subjects at once. This module must not judge anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from model.indicators import Indicator
from model.statistics.inputs import Floats

Columns = dict[str, npt.NDArray[Any]]
"""Rows held as columns of equal length."""
Months = npt.NDArray[np.datetime64]

ADDITIVE = ("ratio", "standardised_mean")
"""Shapes whose numerator and denominator may be added over months that do not overlap."""
COUNTED = ("numerator", "denominator", "observations")


@dataclass(frozen=True)
class Series:
    """One indicator's facts. `subjects`: subject_kind, subject_id, unit_id and kind, a row each.

    `months` are of unit M; the first `complete` of them the indicator's sources have delivered wholly.
    """

    item: Indicator
    subjects: Columns
    months: Months
    complete: int
    numerator: Floats
    denominator: Floats
    observations: Floats

    @property
    def value(self) -> Floats:
        """Numerator over denominator; NaN where there is no fact, no numerator or a denominator of 0."""
        return ratio(self.numerator, self.denominator)

    @property
    def adverse(self) -> Floats:
        """The events that speak against a subject: what is missing from the denominator where higher is better."""
        return self.denominator - self.numerator if self.item.direction == "higher" else self.numerator

    @property
    def counts_events(self) -> bool:
        """True where the value is a number of events of a number of trials, so that chance is binomial."""
        return self.item.kind == "proportion" and self._is_whole(self.numerator, self.denominator)

    @property
    def counts_rates(self) -> bool:
        """True where the value is a number of events over an exposure, so that chance is Poisson."""
        return self.item.kind == "rate" and self._is_whole(self.numerator)

    def _is_whole(self, *parts: Floats) -> bool:
        """True where the parts add up over rows and hold whole numbers only."""
        known = [part[~np.isnan(part)] for part in parts]
        return self.item.shape == "ratio" and all(bool((part == np.floor(part)).all()) for part in known)

    def up_to(self, months: int) -> Series:
        """The same without the months after the first `months`."""
        cut = (getattr(self, name)[:, :months] for name in COUNTED)
        return Series(self.item, self.subjects, self.months[:months], min(self.complete, months), *cut)

    def over(self, window: int) -> tuple[Floats, Floats, Floats]:
        """Numerator, denominator and observations over the newest `window` months; NaN where there is no fact."""
        parts = [getattr(self, name) for name in COUNTED]
        if window == 1 or self.item.series != "flow" or self.item.shape not in ADDITIVE:
            numerator, denominator, observations = (part[:, -1] for part in parts)
            return numerator, denominator, observations
        is_known = ~np.isnan(self.numerator[:, -window:])
        sums = (np.where(is_known, part[:, -window:], 0.0).sum(axis=1) for part in parts)
        numerator, denominator, observations = (np.where(is_known.any(axis=1), part, np.nan) for part in sums)
        return numerator, denominator, observations


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Numerator over denominator, NaN where that is no number."""
    value = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=value, where=denominator > 0)
    return value


def series(
    item: Indicator, facts: Mapping[str, Any], subjects: Columns, months: Months, complete: int
) -> Series:
    """The matrices of an indicator. facts: `subject` (a row of `subjects`), `month` and the counted columns."""
    present, row = np.unique(np.asarray(facts["subject"]), return_inverse=True)
    column = (np.asarray(facts["month"]).astype("M8[M]") - months[0]).astype(int)
    is_inside = (column >= 0) & (column < months.size)
    filled = []
    for name in COUNTED:
        matrix = np.full((present.size, months.size), np.nan)
        given = np.ma.filled(np.ma.asarray(facts[name], dtype=np.float64), np.nan)
        matrix[row[is_inside], column[is_inside]] = given[is_inside]
        filled.append(matrix)
    return Series(item, {name: held[present] for name, held in subjects.items()}, months, complete, *filled)
