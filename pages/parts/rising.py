"""Which terms of complaint tickets rose: their counts in one time beside those of another, small ones never told.

Tickets carry no text: their terms are category, channel, kind of conduct, and category with conduct. What is judged
follows from what is told alone, so that no judgement tells a count: one held back as small counts as the most that it
can be. It must not read or draw.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from model.judgement import rules
from model.policy import SMALL_COUNT
from model.statistics.rise import rises
from pages.parts import small

KINDS = {
    "category": ("category",),
    "channel": ("channel",),
    "conduct": ("conduct_code",),
    "both": ("category", "conduct_code"),
}
"""The columns of each kind of term."""
Verdict = Literal["beyond", "with_all", "unclear", "chance"]
"""More than chance explains; so too, but as a part of all tickets no more, or perhaps no more; no more than chance."""


@dataclass(frozen=True)
class Term:
    """A kind of term and its codes, one for each of its columns."""

    kind: str
    codes: tuple[str | None, ...]


@dataclass(frozen=True)
class Window:
    """The tickets of some days: all of them, those of each term that occurs, and which counts may be told."""

    days: int
    total: int
    counts: Mapping[Term, int]
    told: frozenset[Term]

    def bound(self, term: Term) -> int | None:
        """The count, or the most that a small one can be; None where a larger one is held back beside it."""
        count = self.counts.get(term, 0)
        if term in self.told:
            return count
        return SMALL_COUNT - 1 if count < SMALL_COUNT else None

    def share(self, term: Term) -> float | None:
        """The part of all tickets, where it may be told."""
        return self.counts[term] / self.total if term in self.told else None


@dataclass(frozen=True)
class Rise:
    """A term's count beside an earlier one: at least so many times (exactly, if told), and what to think of it."""

    has_risen: bool
    times: float
    is_least: bool
    adjusted: float
    verdict: Verdict


def window(rows: Iterable[Mapping[str, Any]], days: int) -> Window:
    """What was counted by category, channel and conduct in so many days."""
    counts: Counter[Term] = Counter()
    total = 0
    for one in rows:
        total += one["tickets"]
        for kind, columns in KINDS.items():
            counts[Term(kind, tuple(one[column] for column in columns))] += one["tickets"]
    return Window(days, total, counts, _told(counts))


def _told(counts: Mapping[Term, int]) -> frozenset[Term]:
    """The terms whose counts may be told together; the sum of each kind is known, and so are those told of others.

    Tickets of no known category or channel count in the sum, those of no conduct do not. A conduct is told by category
    only where it is told itself and so are all its categories.
    """
    told: set[Term] = set()
    for kind in ("category", "channel", "conduct"):
        told |= _family(
            counts, [one for one in counts if one.kind == kind and one != Term("conduct", (None,))]
        )
    for conduct in [one for one in told if one.kind == "conduct"]:
        parts = [one for one in counts if one.kind == "both" and one.codes[1:] == conduct.codes]
        if all(Term("category", one.codes[:1]) in told for one in parts):
            told |= _family(counts, parts)
    return frozenset(told)


def _family(counts: Mapping[Term, int], terms: list[Term]) -> set[Term]:
    shown = small.told([counts[one] for one in terms])
    return {one for one, is_told in zip(terms, shown, strict=True) if is_told}


def beside(now: Window, before: Window) -> dict[Term, Rise]:
    """Every recorded term told now beside its count before, all of them as one family, the surest rise first."""
    counts = {
        one: (now.counts[one], bound)
        for one in now.told
        if None not in one.codes and (bound := before.bound(one)) is not None
    }
    if not counts:
        return {}
    later, earlier = zip(*counts.values(), strict=True)
    found = rises(later, earlier, now.days, before.days, q=rules().comparison.q)
    judged: dict[Term, Rise] = {}
    for at, (term, (count, bound)) in enumerate(counts.items()):
        is_larger_part = count * before.total > bound * now.total
        is_least = term not in before.told
        above: Verdict = "beyond" if is_larger_part else "unclear" if is_least else "with_all"
        verdict = above if found["beyond"].iloc[at] else "chance"
        judged[term] = Rise(
            count > bound, count / bound, is_least, float(found["adjusted"].iloc[at]), verdict
        )
    return dict(sorted(judged.items(), key=lambda one: (one[1].adjusted, -one[1].times, str(one[0]))))
