"""A portrait made ready: its scores, its like, its own past and its ranks, in numbers and in words.

It exists so that the page, its print view and their pictures say the same. It must not read or draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from model.contract import TABLES
from model.indicators import Indicator
from model.judgement import rules
from model.judgement.explanation import Part
from model.judgement.portrait import OVERALL
from model.numerals import fixed
from pages.parts import board
from pages.parts import words as written
from pages.parts.charts.portrait import Axis
from pages.parts.charts.trail import End
from pages.parts.labels import records
from pages.parts.words import NONE, Words


@dataclass(frozen=True)
class Portrait:
    """One subject at the end of one month. `rows`: a row a dimension and one for the overall, by its name.

    trail: the scores at this month's end and at those before it, the oldest first.
    """

    name: str
    level: str
    period_end: date
    rows: Mapping[str, Mapping[str, Any]]
    peers: Mapping[str, tuple[float, ...]]
    past: Mapping[str, float]
    past_end: date | None
    trail: Mapping[date, Mapping[str, End]] = field(default_factory=dict)
    kinds: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def month(self) -> date:
        return self.period_end.replace(day=1)

    @property
    def like(self) -> int:
        """How many subjects have an overall, this one included."""
        return len(self.peers[OVERALL]) + (self.rows[OVERALL]["score"] is not None)


def months(own: pd.DataFrame) -> list[date]:
    """The months at whose end there is a portrait of a subject, the newest first."""
    return sorted({_day(one).replace(day=1) for one in own["period_end"]}, reverse=True)


def end_of(own: pd.DataFrame, month: date) -> date:
    """The month's end as the portraits name it."""
    return next(_day(one) for one in own["period_end"] if _day(one).replace(day=1) == month)


def compose(
    name: str,
    own: pd.DataFrame,
    level: pd.DataFrame,
    period_end: date,
    kinds: Mapping[str, tuple[str, str]] | None = None,
) -> Portrait:
    """The portrait of one subject from all of its own and from those of its like at the same month's end."""
    rows = {one["dimension"]: one for one in records(own[_is_of(own, period_end)])}
    subject = rows[OVERALL]["subject_id"]
    others = level[(level["subject_id"] != subject) & level["score"].notna()]
    peers = {
        dimension: tuple(float(one) for one in others.loc[others["dimension"] == dimension, "score"])
        for dimension in rows
    }
    past_end = _earlier(own, period_end)
    past = own[_is_of(own, past_end) & own["score"].notna()] if past_end else own.head(0)
    return Portrait(
        name,
        str(rows[OVERALL]["level"]),
        period_end,
        rows,
        peers,
        dict(zip(past["dimension"], past["score"].astype(float), strict=True)),
        past_end,
        _trail(own, period_end),
        kinds or {},
    )


def _earlier(own: pd.DataFrame, period_end: date) -> date | None:
    """The end of the same month a year before, or of the latest earlier month that there is."""
    ends = sorted({_day(one) for one in own["period_end"] if _day(one) < period_end})
    year_before = period_end.year - 1, period_end.month
    return next((one for one in ends if (one.year, one.month) == year_before), ends[-1] if ends else None)


def _trail(own: pd.DataFrame, period_end: date) -> dict[date, dict[str, End]]:
    """The scores up to a month's end, as many month ends as a portrait goes back to."""
    ends = sorted({day for one in own["period_end"] if (day := _day(one)) <= period_end})
    return {
        end: {
            one["dimension"]: End(one["score"], one["score_lower"], one["score_upper"])
            for one in records(own[_is_of(own, end)])
        }
        for end in ends[-1 - rules().portrait.past_months :]
    }


def _is_of(own: pd.DataFrame, period_end: date | None) -> Any:
    return pd.to_datetime(own["period_end"]).dt.date == period_end


def _day(value: Any) -> date:
    return pd.Timestamp(value).date()


def axis(portrait: Portrait, dimension: str, label: str) -> Axis:
    """One score as it is drawn."""
    row = portrait.rows[dimension]
    return Axis(
        label,
        row["score"],
        row["score_lower"],
        row["score_upper"],
        portrait.peers[dimension],
        portrait.past.get(dimension),
    )


def level_name(words: Words, level: str, kinds: Mapping[str, tuple[str, str]]) -> str:
    """What a kind of unit is called; other kinds by their own name."""
    if level in kinds and all(kinds[level]):
        return words.pick(*kinds[level])
    named = TABLES["org_unit"].columns["unit_type"].info["codes"] or {}
    return words.pick(named.get(level, level), level.replace("_", " "))


def points(value: float | None) -> str:
    """79.5; a dash where there is no score."""
    return NONE if value is None else fixed(value, 1)


def share(value: float | None) -> str:
    """87%; a dash where there is none."""
    return NONE if value is None else written.whole_percent(value)


def sentences(words: Words, portrait: Portrait) -> list[str]:
    """The overall score, and where it stands among its like, in words."""
    row = portrait.rows[OVERALL]
    if row["score"] is None:
        reason = _no_score(words, portrait, row)
        return [words.say("portraits.sentence_none", reason=reason), words.say("portraits.rank_none")]
    interval = {name: points(row[f"score_{name}"]) for name in ("lower", "upper")}
    said = words.say("portraits.sentence", score=points(row["score"]), **interval)
    coverage = words.say("portraits.coverage", share=share(row["coverage"]))
    return [said, _rank(words, portrait, row), coverage]


def _no_score(words: Words, portrait: Portrait, row: Mapping[str, Any]) -> str:
    """Why there is no overall score: too little of the indicators, or indicators enough, but of few dimensions."""
    least = rules().portrait.coverage_share
    if row["coverage"] >= least:
        scored = [one["score"] is not None for name, one in portrait.rows.items() if name != OVERALL]
        return words.say("portraits.reason_dimensions", count=sum(scored), all=len(scored))
    return words.say(f"portraits.reason_{row['state']}", coverage=share(row["coverage"]), least=share(least))


def _rank(words: Words, portrait: Portrait, row: Mapping[str, Any]) -> str:
    low, high, count = row["rank_low"], row["rank_high"], portrait.like
    named = {
        "count": count,
        "level": level_name(words, portrait.level, portrait.kinds),
        "low": low,
        "high": high,
    }
    if count < 2 or low is None:
        return words.say("portraits.rank_alone")
    if (low, high) == (1, count):
        return words.say("portraits.rank_all", **named)
    return words.say("portraits.rank_same" if low == high else "portraits.rank", **named)


def rank_short(words: Words, portrait: Portrait, dimension: str) -> str:
    """1–7 / 8; a dash where there is no rank."""
    row = portrait.rows[dimension]
    count = len(portrait.peers[dimension]) + (row["score"] is not None)
    if row["rank_low"] is None or count < 2:
        return NONE
    return words.say("portraits.rank_short", low=row["rank_low"], high=row["rank_high"], count=count)


def goalposts(item: Indicator) -> str:
    """95% → 100%."""
    return " → ".join(written.aim(one, item.kind) for one in (item.floor, item.target))


def value(words: Words, part: Part) -> str:
    """A part's value, or the word for what stands in its place."""
    return (
        board.state_name(words, part.state)
        if part.value is None
        else written.value(part.value, part.item.kind)
    )


def window(words: Words, part: Part) -> str:
    """The stretch that a value is of."""
    if not part.window_months:
        return ""
    name = "window_one" if part.window_months == 1 else "window"
    return words.say(f"portraits.{name}", count=part.window_months)
