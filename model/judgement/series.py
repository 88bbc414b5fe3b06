"""The facts of one indicator as matrices, one subject a row and one month a column; NaN where there is no fact.

So that everything which follows works on all subjects at once. This module must not judge anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from model.indicators import Indicator
from model.indicators.declaration import LEAST_WEIGHT
from model.statistics.inputs import Floats

Columns = dict[str, npt.NDArray[Any]]
"""Rows held as columns of equal length."""
Months = npt.NDArray[np.datetime64]

COUNTED = ("numerator", "denominator", "observations")


@dataclass(frozen=True)
class Strata:
    """What a standardised mean is made of: strata x subjects x months, 0 where nothing is; each stratum's weight."""

    weight: Floats
    numerator: Floats
    denominator: Floats
    observations: Floats

    def up_to(self, months: int) -> Strata:
        """The same without the months after the first `months`."""
        return Strata(self.weight, *(getattr(self, name)[:, :, :months] for name in COUNTED))

    def over(self, window: int, minimum: int) -> tuple[Floats, Floats, Floats]:
        """The mean of the rows of the newest `window` months together, over the strata that these make large enough."""
        numerator, denominator, observations = (
            getattr(self, name)[:, :, -window:].sum(axis=2) for name in COUNTED
        )
        is_enough = (observations >= minimum) & (denominator > 0)
        weight = np.where(is_enough, self.weight[:, None], 0.0)
        held = weight.sum(axis=0)
        mean = np.nansum(weight * ratio(numerator, denominator), axis=0)
        counted, every = np.where(is_enough, observations, 0.0).sum(axis=0), observations.sum(axis=0)
        is_told = held >= LEAST_WEIGHT
        resting = np.where(is_told, counted, np.where(every > 0, every, np.nan))
        return np.where(is_told, ratio(mean, held) * counted, np.nan), resting, resting


@dataclass(frozen=True)
class Series:
    """One indicator's facts. `subjects`: subject_kind, subject_id, unit_id and kind, a row each.

    `months` are of unit M; the first `complete` of them the indicator's sources have delivered wholly. `strata`: of a
    standardised mean, whose months do not add up.
    """

    item: Indicator
    subjects: Columns
    months: Months
    complete: int
    numerator: Floats
    denominator: Floats
    observations: Floats
    strata: Strata | None = None

    @property
    def value(self) -> Floats:
        """Numerator over denominator; NaN where there is no fact, no numerator or a denominator of 0."""
        return ratio(self.numerator, self.denominator)

    @property
    def adverse(self) -> Floats:
        """The events that speak against a subject: what is missing from the denominator where higher is better."""
        return self.denominator - self.numerator if self.item.direction == "higher" else self.numerator

    @property
    def evidence(self) -> Floats:
        """The adverse events where events are counted; NaN of means, which are made of no events."""
        is_counted = self.counts_events or self.counts_rates
        return self.adverse if is_counted else np.full(self.numerator.shape, np.nan)

    @property
    def counts_events(self) -> bool:
        """True where the value is a number of events of a number of trials, so that chance is binomial."""
        return self.item.kind == "proportion" and self._is_whole(self.numerator, self.denominator)

    @property
    def counts_rates(self) -> bool:
        """True where the value is a number of events over an exposure, so that chance is Poisson.

        Not where more is better: what did not happen cannot be counted. Those are held against how values differ.
        """
        return self.item.kind == "rate" and self.item.direction != "higher" and self._is_whole(self.numerator)

    def _is_whole(self, *parts: Floats) -> bool:
        """True where the parts add up over rows and hold whole numbers only."""
        known = [part[~np.isnan(part)] for part in parts]
        return self.item.shape == "ratio" and all(bool((part == np.floor(part)).all()) for part in known)

    def up_to(self, months: int) -> Series:
        """The same without the months after the first `months`."""
        numerator, denominator, observations = (getattr(self, name)[:, :months] for name in COUNTED)
        return replace(
            self, months=self.months[:months], complete=min(self.complete, months), numerator=numerator,
            denominator=denominator, observations=observations,
            strata=self.strata.up_to(months) if self.strata else None,
        )  # fmt: skip

    def over(self, window: int) -> tuple[Floats, Floats, Floats]:
        """Numerator, denominator and observations over the newest `window` months; NaN where there is no fact."""
        parts = [getattr(self, name) for name in COUNTED]
        if self.strata and window > 1 and self.item.series == "flow":
            return self.strata.over(window, self.item.minimum_denominator)
        if window == 1 or self.item.series != "flow" or self.item.shape != "ratio":
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
    item: Indicator,
    facts: Mapping[str, Any],
    subjects: Columns,
    months: Months,
    complete: int,
    strata: Mapping[str, Any] | None = None,
    whole_from: np.datetime64 | None = None,
) -> Series:
    """The matrices of an indicator. facts: `subject` (a row of `subjects`), `month` and the counted columns.

    strata: the same columns by `stratum` with its `weight`, of a standardised mean. whole_from: the first month that
    is known as far back as it counts; of those before it nothing is told but how much they hold.
    """
    present, row = np.unique(np.asarray(facts["subject"]), return_inverse=True)
    numerator, denominator, observations = _filled(facts, (row,), (present.size,), months, np.nan)
    if whole_from is not None:
        for part in (numerator, denominator):
            part[:, months < whole_from] = np.nan
    told = {name: held[present] for name, held in subjects.items()}
    parts = _strata(strata, present, months)
    return Series(item, told, months, complete, numerator, denominator, observations, parts)


def _strata(given: Mapping[str, Any] | None, present: npt.NDArray[Any], months: Months) -> Strata | None:
    """The parts by stratum of these subjects."""
    if given is None:
        return None
    is_present = np.isin(given["subject"], present)
    rows = {name: np.asarray(column)[is_present] for name, column in given.items()}
    names, first, place = np.unique(rows["stratum"].astype(str), return_index=True, return_inverse=True)
    row = np.searchsorted(present, rows["subject"])
    filled = _filled(rows, (place, row), (names.size, present.size), months, 0.0)
    return Strata(np.asarray(rows["weight"], dtype=np.float64)[first], *filled)


def _filled(
    facts: Mapping[str, Any],
    rows: tuple[npt.NDArray[Any], ...],
    shape: tuple[int, ...],
    months: Months,
    nothing: float,
) -> list[Floats]:
    """A matrix of each counted column, months last."""
    column = (np.asarray(facts["month"]).astype("M8[M]") - months[0]).astype(int)
    is_inside = (column >= 0) & (column < months.size)
    place = (*(row[is_inside] for row in rows), column[is_inside])
    filled = []
    for name in COUNTED:
        matrix = np.full((*shape, months.size), nothing)
        given = np.ma.filled(np.ma.asarray(facts[name], dtype=np.float64), np.nan)
        matrix[place] = given[is_inside]
        filled.append(matrix)
    return filled
