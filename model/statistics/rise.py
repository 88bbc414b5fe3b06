"""Rise: which counts of one list are higher than those of an earlier time by more than chance.

Among many small counts some rise every month. Two Poisson counts of the same rate share their sum as a coin with the
weight of their exposures would, which is exact for the smallest of them; the list is one family. It must not tell
why: where everything rose, each of its parts did.
"""

from __future__ import annotations

import pandas as pd
from scipy import stats

from model.statistics import inputs
from model.statistics.inputs import Numbers


def rises(
    now: Numbers, before: Numbers, exposure_now: float, exposure_before: float, *, q: float = 0.05
) -> pd.DataFrame:
    """Which counts of one family are higher than before by more than chance, at a false discovery rate of q.

    now, before: one count a term; exposures: how long each time was, above zero, the same for all terms. Call it
    once with all terms that are compared, those that fell too: picking the risen ones first makes chance look rare.
    Returns ratio (of the rates; infinite where there was none before, NaN where there is none at all), p (exact
    conditional binomial upper tail, P(X >= now | now + before)), adjusted (Benjamini-Hochberg), beyond (adjusted <= q).
    ValueError: NaN, negative or no counts, unequal lengths, exposure not above zero, q not in (0, 1).
    Source: Przyborowski & Wilenski 1940, Biometrika 31; Benjamini & Hochberg 1995.
    """
    later, earlier = inputs.counts("now", now), inputs.counts("before", before)
    inputs.same_length(now=later, before=earlier)
    after, first = inputs.positive("exposures", [exposure_now, exposure_before])
    rate = inputs.fraction("q", q)
    p = stats.binom.sf(later - 1, later + earlier, after / (after + first))
    adjusted = stats.false_discovery_control(p, method="bh")
    ratio = (pd.Series(later) / after) / (pd.Series(earlier) / first)
    return pd.DataFrame({"ratio": ratio, "p": p, "adjusted": adjusted, "beyond": adjusted <= rate})
