"""How a measured number is written, wherever it is read: in warnings, on pages, on walls and in reports.

It exists so that one number reads the same everywhere, and so that rounding never says none of some, nor all of nearly
all. A half goes away from zero, as the warehouse, browsers and spreadsheets round it. It must not know a language.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

NONE = "—"
PARTS = ("proportion", "share")
"""The kinds of indicators that are a part of a whole."""
_MOST_DECIMALS = 6


def value(number: float | None, kind: str) -> str:
    """An indicator's number as it is read: 99.3% of proportions and shares, 7.4 of means, 0.25 of rates."""
    if number is None:
        return NONE
    if kind in PARTS:
        return f"{part(number)}%"
    return _rounded(number, 1 if kind == "mean" else 2, 0.0)


def part(share: float, decimals: int = 1) -> str:
    """A part in per cent, without the sign: 99.3, and 99.97 or 0.004 where fewer decimals would say all or none."""
    return _rounded(float(Decimal(repr(float(share))) * 100), decimals, 0.0, 100.0)


def short_part(share: float) -> str:
    """The same, and 100 or 0 without decimals where it is all or none."""
    return part(share, 0 if share in (0, 1) else 1)


def whole_percent(share: float) -> str:
    """62%, as a remark says it."""
    return f"{part(share, 0)}%"


def rounded(number: float, decimals: int) -> Decimal:
    """To so many decimals, a half away from zero."""
    return Decimal(repr(float(number))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def fixed(number: float, decimals: int) -> str:
    """1,240.5: grouped, with so many decimals."""
    return f"{rounded(number, decimals):,f}"


def _rounded(number: float, decimals: int, *bounds: float) -> str:
    """With so many decimals, or more until it is told from a bound that it is not."""
    for places in range(decimals, _MOST_DECIMALS + 1):
        text = fixed(number, places)
        if number in bounds or abs(float(text.replace(",", ""))) not in bounds:
            return text
    return fixed(number, decimals)
