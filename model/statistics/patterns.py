"""Patterns: deviations worth a look, never scored and never ranked.

Each function sets what was counted beside what plain chance or the other values would give. A small p or a value
beyond a fence is a reason to read the records, not a finding; the caller decides within which stratum (district and
period) chance may be assumed at all.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import fft, special, stats

from model.statistics import inputs
from model.statistics.inputs import Floats, Numbers

Counts = npt.NDArray[np.intp]
FENCE = 1.5
"""Interquartile ranges beyond a quartile (Tukey 1977)."""
LEAST_P = 1e-12
"""What a convolution by Fourier transforms can still tell from 0."""
CELLS_AT_ONCE = 2_000_000
ROUNDING = 1e-9
"""A count this little above a multiple of what chance gives is that multiple: expectations are sums of fractions."""


def pairing(
    pair_counts: Numbers, officer_totals: Numbers, retailer_totals: Numbers, total: float
) -> pd.DataFrame:
    """Does the same officer (or pair) meet the same retailer more often than assignment explains?

    pair_counts: n meetings of an officer and a retailer; officer_totals, retailer_totals: all meetings of each of the
    two, above zero; total: all meetings of the stratum in which assignment is exchangeable.
    Returns n rows: expected (meetings), ratio (counted over expected), p (hypergeometric P(X >= counted)).
    ValueError: NaN, negative or broken numbers, zero totals, unequal lengths, a count above a total, a total above
    the stratum's. Source: Fisher's exact test, upper tail.
    """
    counted = inputs.whole_counts("pair_counts", pair_counts)
    officer = inputs.whole("officer_totals", officer_totals)
    retailer = inputs.whole("retailer_totals", retailer_totals)
    inputs.same_length(pair_counts=counted, officer_totals=officer, retailer_totals=retailer)
    meetings = float(inputs.whole("total", inputs.number("total", total))[0])
    if (counted > np.minimum(officer, retailer)).any():
        raise ValueError("pair_counts must not exceed officer_totals or retailer_totals")
    for name, totals in (("officer_totals", officer), ("retailer_totals", retailer)):
        if (totals > meetings).any():
            raise ValueError(f"{name} must not exceed total")
    expected = officer * retailer / meetings
    p = stats.hypergeom.sf(counted - 1, meetings, retailer, officer)
    return pd.DataFrame({"expected": expected, "ratio": counted / expected, "p": p})


def stratified_pairing(
    pair_counts: Numbers, officer_totals: Numbers, retailer_totals: Numbers, totals: Numbers,
    *, least_ratio: float = 0,
) -> pd.DataFrame:  # fmt: skip
    """The same over several strata (quarters, risks), in each of which assignment is exchangeable by itself.

    All arguments: pairs x strata; a total of 0 where a pair has no part in a stratum.
    Returns a row a pair: counted and expected (meetings over all strata), ratio, p: the chance that the sum of
    independent hypergeometric counts reaches the counted sum (their distributions convolved; below 1e-12 it is 1e-12).
    least_ratio: up to this ratio nothing is asked, and p is 1.
    ValueError as in `pairing`. Source: Mantel & Haenszel 1959; Zelen 1971 for the exact sum.
    """
    counted, officer, retailer, total = (
        np.atleast_2d(inputs.as_floats(name, given))
        for name, given in (("pair_counts", pair_counts), ("officer_totals", officer_totals),
                            ("retailer_totals", retailer_totals), ("totals", totals))
    )  # fmt: skip
    if not counted.shape == officer.shape == retailer.shape == total.shape:
        raise ValueError("pair_counts, officer_totals, retailer_totals and totals must have equal shapes")
    for name, held in (
        ("pair_counts", counted),
        ("officer_totals", officer),
        ("retailer_totals", retailer),
        ("totals", total),
    ):
        inputs.whole_counts(name, held.ravel())
    if (counted > np.minimum(officer, retailer)).any() or (np.maximum(officer, retailer) > total).any():
        raise ValueError("a count must not exceed its totals, nor a total the stratum's")
    expected = np.divide(officer * retailer, total, out=np.zeros_like(total), where=total > 0).sum(axis=1)
    reached = counted.sum(axis=1)
    p, is_asked = np.ones(reached.shape), reached > least_ratio * expected * (1 + ROUNDING)
    p[is_asked] = _summed_tails(*(given[is_asked] for given in (reached, officer, retailer, total)))
    ratio = np.divide(reached, expected, out=np.full(expected.shape, np.nan), where=expected > 0)
    return pd.DataFrame({"counted": reached, "expected": expected, "ratio": ratio, "p": p})


def _summed_tails(reached: Floats, officer: Floats, retailer: Floats, total: Floats) -> Floats:
    """P(sum of the strata's counts >= reached), each row's distributions multiplied as Fourier transforms.

    Rows of like length are taken together: one long one would make all others as long.
    """
    lengths = np.minimum(officer, retailer).sum(axis=1).astype(np.intp) + 1
    ordered = np.argsort(lengths, kind="stable")
    factorial = special.gammaln(np.arange(1, int(total.max(initial=0)) + 2))
    p = np.ones(reached.shape)
    start = 0
    while start < ordered.size:
        first = lengths[ordered[start]]
        alike = int(np.searchsorted(lengths[ordered], 2 * first, side="right"))
        rows = ordered[start : min(alike, start + max(1, CELLS_AT_ONCE // int(2 * first)))]
        support = fft.next_fast_len(int(lengths[rows].max()), real=True)
        spectrum = np.ones((rows.size, support // 2 + 1), dtype=complex)
        for stratum in range(total.shape[1]):
            one, shops, team = (held[rows, stratum].astype(np.intp) for held in (total, retailer, officer))
            spectrum *= fft.rfft(_chances(support, one, shops, team, factorial), axis=1)
        chance = fft.irfft(spectrum, support, axis=1)
        p[rows] = np.where(np.arange(support) >= reached[rows, None], chance, 0.0).sum(axis=1)
        start += rows.size
    return np.clip(p, LEAST_P, 1.0)


def _chances(support: int, total: Counts, retailer: Counts, officer: Counts, factorial: Floats) -> Floats:
    """Hypergeometric chances of 0, 1, 2 ... together, a row a pair; factorial: the logarithms of 0!, 1!, 2! ..."""
    highest = int(np.minimum(officer, retailer).max(initial=0)) + 1
    together = np.arange(highest)
    parts = (together, retailer[:, None] - together, officer[:, None] - together,
             (total - retailer - officer)[:, None] + together)  # fmt: skip
    is_possible = (parts[1] >= 0) & (parts[2] >= 0) & (parts[3] >= 0)
    split = sum(factorial[np.clip(part, 0, factorial.size - 1)] for part in parts)
    whole = (factorial[retailer] + factorial[total - retailer] + factorial[officer]
             + factorial[total - officer] - factorial[total])  # fmt: skip
    chances = np.zeros((total.size, support))
    chances[:, :highest] = np.where(is_possible, np.exp(whole[:, None] - split), 0.0)
    return chances


def bunching(values: Numbers, threshold: float, width: float) -> pd.DataFrame:
    """Do values crowd just under a threshold?

    values: n numbers; threshold T and width w in the same unit. Counts [T - w, T) against [T, T + w).
    Returns one row: below, above (counts), share_below (NaN without values in the window), p (exact binomial at one
    half, two-sided), p_upper (as many below or more). Both p are 1 without values in the window.
    ValueError: NaN, width not above zero. Source: exact sign test; Kleven 2016, Annual Review of Economics 8.
    """
    checked, limit = inputs.series("values", values), inputs.number("threshold", threshold)
    window = float(inputs.positive("width", width)[0])
    below = int(((checked >= limit - window) & (checked < limit)).sum())
    above = int(((checked >= limit) & (checked < limit + window)).sum())
    both = below + above
    row = {
        "below": below,
        "above": above,
        "share_below": below / both if both else float("nan"),
        "p": float(stats.binomtest(below, both).pvalue) if both else 1.0,
        "p_upper": float(bunching_tail(below, both)),
    }
    return pd.DataFrame([row])


def bunching_tail(below: Numbers, both: Numbers) -> Floats:
    """P(as many below or more) of each of many windows, from the counts below and on both sides; 1 without any."""
    return np.asarray(stats.binom.sf(np.asarray(below) - 1, np.asarray(both), 0.5), dtype=np.float64)


def fence(values: Numbers, *, denominators: Numbers | None = None, minimum: float = 0) -> pd.DataFrame:
    """Which values lie at or beyond 1.5 interquartile ranges from the quartiles of their fellows?

    values: n numbers; denominators: how much each rests on; below the minimum a value neither counts for the
    quartiles nor is flagged, and its limits are NaN.
    Returns n rows: value, lower, upper, low (value <= lower), high (value >= upper). `.attrs`: q1, q3 (linear
    quantiles, type 7; NaN where no value counts). Where q1 = q3 the fences meet, and every value on them is flagged.
    ValueError: NaN, negative denominators, unequal lengths, a minimum without denominators.
    Source: Tukey, Exploratory Data Analysis, 1977; Cardinal (Open Contracting Partnership).
    """
    checked, least = inputs.series("values", values), inputs.number("minimum", minimum)
    inputs.same_length(values=checked)
    if denominators is None and least > 0:
        raise ValueError("denominators are needed for a minimum")
    enough = np.full(checked.size, True)
    if denominators is not None:
        weights = inputs.counts("denominators", denominators)
        inputs.same_length(values=checked, denominators=weights)
        enough = weights >= least
    q1, q3 = np.quantile(checked[enough], [0.25, 0.75]) if enough.any() else (np.nan, np.nan)
    points = pd.DataFrame({"value": checked})
    points["lower"] = np.where(enough, q1 - FENCE * (q3 - q1), np.nan)
    points["upper"] = np.where(enough, q3 + FENCE * (q3 - q1), np.nan)
    points["low"] = points["value"] <= points["lower"]
    points["high"] = points["value"] >= points["upper"]
    points.attrs.update(q1=float(q1), q3=float(q3))
    return points
