"""Indicators as they are declared: what each means, how it is judged, and what it counts.

A number on any screen exists only if it is declared here, or in a bureau's own file; reading.py reads both. This module
must not read or compute anything.

A declaration counts rows of a derived view (views.toml) in the month of `period`, a date column of that view:

    numerator = { where = "…" }                   rows for which the condition holds
    numerator = { sum = "…", where = "…" }        the sum of a quantity over them
    numerator = { mean = "…", where = "…" }       its mean; with a mean on both sides, observations = the smaller group
    numerator = { deviation = "…", where = "…" }  its spread, over the mean, within each stratum
    numerator = { largest = "column" }            the rows of the largest group among the denominator's

`observations` says how many things the value rests on; without it, the denominator. `stratum` is computed within.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["higher", "lower", "none"]
Kind = Literal["proportion", "share", "mean", "rate"]
Series = Literal["flow", "rolling_year", "year_to_date", "stock"]
Grain = Literal["unit", "cell"]
Form = Literal["where", "sum", "mean", "deviation", "largest"]
Shape = Literal["ratio", "mean_ratio", "standardised_mean", "dispersion", "largest_share"]
"""How numerator and denominator come from the rows: the first two add up over rows, the others do not."""
LEAST_WEIGHT = 0.5
"""A standardised mean has no value where the strata that are large enough hold less of the weight; as in its SQL."""


class DeclarationError(ValueError):
    """A declaration that cannot be used; the message says file, key and reason."""


@dataclass(frozen=True)
class Words:
    """One text in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class View:
    """A derived view: one row for each record of its kind, with the columns that indicators ask for."""

    id: str
    name: Words
    table: str
    key: tuple[str, ...]
    is_month_end: bool
    has_levels: bool
    reads: tuple[str, ...]
    clocks: dict[str, str]
    dates: dict[str, list[str]]
    reach: dict[str, int]
    wholly_on: tuple[str, ...]
    working: tuple[str, ...]
    derived: dict[str, Words]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Measure:
    """What is counted: rows, or a quantity of them, where a condition holds."""

    form: Form
    value: str | None
    where: str | None


@dataclass(frozen=True)
class Indicator:
    """One declared indicator. `file` is where it stands; `version` moves when its rule changes.

    `needs_whole_window`: what was done before the records begin would count as not done, so that nothing is told until
    they reach as far back as it looks.
    """

    id: str
    file: str
    version: int
    name: Words
    meaning: Words
    risk: Words
    basis: Words
    dimension: str
    dimension_name: Words
    domain: str
    domain_name: Words
    tier: int
    kind: Kind
    direction: Direction
    target: float | None
    floor: float | None
    minimum_denominator: int
    scored: bool
    series: Series
    needs_whole_window: bool
    grain: Grain
    view: str
    period: str
    unit: str
    stratum: str | None
    numerator: Measure
    denominator: Measure
    observations: Measure | None
    needs: tuple[str, ...]

    @property
    def shape(self) -> Shape:
        """How its numbers come from the rows."""
        if self.numerator.form == "largest":
            return "largest_share"
        if self.numerator.form == "deviation":
            return "dispersion"
        if self.numerator.form == "mean":
            return "mean_ratio"
        return "standardised_mean" if self.stratum else "ratio"

    @property
    def has_cell_facts(self) -> bool:
        """True where it is computed for market cells."""
        return self.grain == "cell"

    @property
    def has_unit_facts(self) -> bool:
        """True where it is computed for units: all but the largest group of a cell, which says nothing of a unit."""
        return self.grain == "unit" or self.shape == "ratio"

    def needed_columns(self, table: str) -> tuple[str, ...]:
        """The columns of one table that it needs."""
        return tuple(need.split(".")[1] for need in self.needs if need.split(".")[0] == table)

    @property
    def needed_tables(self) -> tuple[str, ...]:
        """The tables that it needs columns of."""
        return tuple(dict.fromkeys(need.split(".")[0] for need in self.needs))


@dataclass(frozen=True)
class Catalogue:
    """All indicators and views of this installation."""

    indicators: dict[str, Indicator]
    views: dict[str, View]
    dimensions: dict[str, Words]
    domains: dict[str, Words]

    def of_view(self, view: str) -> list[Indicator]:
        """The indicators that count rows of a view."""
        return [item for item in self.indicators.values() if item.view == view]
