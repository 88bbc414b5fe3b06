"""Whether a planted change can be found: its power at the error rates that the judgement declares.

A change is called detectable where a test at the declared error finds it nine times in ten within its first three
months. The test is the exact one on the counts of those months; a smaller change is planted all the same, but nobody
is asked to find it. Nothing here looks at what the judgement says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from etl.demo.records import Column
from model.indicators import Indicator, catalogue
from model.judgement import rules

POWER = 0.9


def error(item: Indicator, peers: int) -> float:
    """The error that one unit's test may make: its part of the false discoveries among its peers, or a false signal.

    A signal speaks on flow series only. Where neither way is bad, half of it lies on each side.
    """
    declared = rules()
    shared = declared.comparison.q / peers if peers >= declared.comparison.least_units else 0.0
    alone = declared.trend.false_signal if item.series == "flow" else 0.0
    return max(shared, alone) / (2 if item.direction == "none" else 1)


def of_share(
    indicator: str, trials: int, usual: float, changed: float, peers: int, observed: int | None = None
) -> float:
    """The chance that as many of `trials` are bad as chance gives with the declared error at most: P(X >= c | changed).

    c is the smallest count with P(X >= c | usual) <= error. 0 where there is too little for a value: `observed` is what
    the indicator's minimum counts, where that is not the trials.
    """
    item = catalogue().indicators[indicator]
    if (trials if observed is None else observed) < item.minimum_denominator:
        return 0.0
    critical = int(stats.binom.isf(error(item, peers), trials, usual)) + 1
    return float(stats.binom.sf(critical - 1, trials, changed))


def quotient(over: Column, under: Column) -> NDArray[np.float64]:
    """One by the other, NaN where there is nothing to divide by."""
    found = np.full(len(under), np.nan)
    np.divide(over, under, out=found, where=under > 0)
    return found


def of_mean(indicator: str, value: float, others: Column) -> float:
    """The same for a mean beside the means of others, whose spread is only estimated (noncentral t)."""
    item, known = catalogue().indicators[indicator], others[~np.isnan(others)]
    if np.isnan(value) or known.size + 1 < rules().comparison.least_units:
        return 0.0
    freedom = known.size - 1
    distance = abs(value - known.mean()) / (known.std(ddof=1) * np.sqrt(1 + 1 / known.size))
    critical = stats.t.isf(error(item, known.size + 1), freedom)
    return float(stats.nct.sf(critical, freedom, distance))
