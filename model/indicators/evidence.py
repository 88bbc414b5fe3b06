"""The records behind a number: each row that a fact counts, with what it adds to numerator and denominator.

The rows come from the same declaration and the same view as the fact. `recounted` puts them together again in Python,
apart from the SQL, so that a number and its records can be held against each other. Nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from model.indicators import composition, context
from model.indicators.declaration import LEAST_WEIGHT, Indicator, Measure, View
from model.indicators.facts import Ground, set_period


@dataclass(frozen=True)
class Subject:
    """Whom a fact is about: a unit, or a market cell."""

    kind: str
    id: str


@dataclass(frozen=True)
class Numbers:
    """A fact's numbers; a numerator of None where there are too few rows for a value."""

    numerator: float | None
    denominator: float
    observations: int


def records(ground: Ground, item: Indicator, subject: Subject, month: date) -> pd.DataFrame:
    """The rows that the fact of a subject and month counts: key, unit, date, stratum, and what each row adds."""
    view, state = ground.catalogue.views[item.view], ground.states[item.id]
    if "inspection" in view.clocks:
        context.keep_events(ground.connection)
    if view.is_month_end:
        set_period(
            ground.connection, [month] if state.as_of and month <= state.as_of else [], state.as_of or month
        )
    return ground.connection.execute(
        query(ground, view, item, subject), {"subject": subject.id, "month": month}
    ).df()


def query(ground: Ground, view: View, item: Indicator, subject: Subject) -> str:
    """The statement that finds the records of $subject and $month."""
    guard = composition.known(item, ground.doubtful)
    numerator = item.denominator if item.shape == "largest_share" else item.numerator
    added = {
        "numerator": _added(numerator, guard),
        "denominator": _added(item.denominator, guard),
        "observation": _added(item.observations or item.denominator, guard),
    }
    stratum = item.numerator.value if item.shape == "largest_share" else item.stratum
    shown = list(
        dict.fromkeys([*view.key, item.unit, *(["cell_id"] if item.has_cell_facts else []), item.period])
    )
    return (
        f"SELECT {', '.join(shown)}, {stratum or 'NULL'} AS stratum,"  # noqa: S608
        f" {', '.join(f'{text} AS {name}' for name, text in added.items())}"
        f" FROM ({composition.dated(f'({context.sql(view.id)}) AS view_row', [item.period])}) AS dated"
        f" WHERE {composition.month_name(item.period)} = $month AND {_is_of(view, item, subject)}"
        f" AND ({added['numerator']} IS NOT NULL OR {added['denominator']} IS NOT NULL) ORDER BY ALL"
    )


def _added(measure: Measure, guard: str) -> str:
    value = "1" if measure.form in ("where", "largest") else measure.value
    return f"CASE WHEN {composition.both(guard, measure.where)} THEN {value} END"


def _is_of(view: View, item: Indicator, subject: Subject) -> str:
    if subject.kind == "cell":
        return "cell_id = $subject"
    if view.has_levels:
        return f"{item.unit} = $subject"
    return f"{item.unit} IN (SELECT unit_id FROM mart.unit_tree WHERE ancestor_id = $subject)"  # noqa: S608


def recounted(item: Indicator, rows: pd.DataFrame, weights: dict[str, float]) -> Numbers | None:
    """The numbers that the records make; None where there are none. `weights` are the strata's, where there are any."""
    rows = rows.astype({"numerator": "float64", "denominator": "float64", "observation": "float64"})
    numerator, denominator = rows["numerator"].dropna(), rows["denominator"].dropna()
    if item.shape == "mean_ratio":
        if numerator.empty or denominator.empty:
            return None
        return Numbers(numerator.mean(), denominator.mean(), min(len(numerator), len(denominator)))
    if not rows["observation"].sum() > 0:
        return None
    observations = int(rows["observation"].sum())
    if item.shape == "ratio":
        return Numbers(numerator.sum(), denominator.sum(), observations)
    if item.shape == "largest_share":
        return Numbers(float(rows.groupby("stratum").size().max()), denominator.sum(), observations)
    if item.shape == "standardised_mean":
        return _standardised(item, rows, weights)
    return _dispersion(item, rows)


def left_out(item: Indicator, rows: pd.DataFrame) -> pd.Series:
    """Which rows lie in strata that hold too few, while others hold enough: the number does without them."""
    counted = {"standardised_mean": "denominator", "dispersion": "numerator"}.get(item.shape)
    if counted is None:
        return pd.Series(False, index=rows.index)
    held = rows[counted].notna().groupby(rows["stratum"], dropna=False).transform("sum")
    is_thin = held < max(item.minimum_denominator, 2)
    return is_thin if not is_thin.all() else ~is_thin


def _standardised(item: Indicator, rows: pd.DataFrame, weights: dict[str, float]) -> Numbers:
    strata = rows.groupby("stratum").agg(total=("numerator", "sum"), count=("denominator", "sum"))
    strata["weight"] = strata.index.map(weights)
    enough = strata[(strata["count"] >= item.minimum_denominator) & strata["weight"].notna()]
    if enough["weight"].sum() < LEAST_WEIGHT:
        return Numbers(None, strata["count"].sum(), int(strata["count"].sum()))
    mean = (enough["weight"] * enough["total"] / enough["count"]).sum() / enough["weight"].sum()
    return Numbers(mean * enough["count"].sum(), enough["count"].sum(), int(enough["count"].sum()))


def _dispersion(item: Indicator, rows: pd.DataFrame) -> Numbers:
    strata = rows.groupby("stratum")["numerator"].agg(["std", "mean", "count"])
    enough = strata[(strata["count"] >= max(item.minimum_denominator, 2)) & (strata["mean"] != 0)]
    if enough.empty:
        return Numbers(None, strata["count"].sum(), int(strata["count"].sum()))
    spread = (enough["count"] * enough["std"] / enough["mean"]).sum()
    return Numbers(spread, enough["count"].sum(), int(enough["count"].sum()))
