"""The three kinds of records that the overview counts, and which counts tell their story.

It exists so that a kind is declared once for figures, charts and words. It must not read or draw.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of record: its table, what came in, what was done, and the part of what was done.

    `came_on` is the column by whose month its records are counted in. `came` is drawn as a line, `done` as bars, `part`
    as bars within them. `stock` is a figure without a trend.
    """

    id: str
    table: str
    came_on: str
    came: str | None
    done: str
    part: str
    stock: str | None = None

    @property
    def flows(self) -> tuple[str, ...]:
        """The measures with a trend, in the order of reading."""
        return tuple(name for name in (self.came, self.done, self.part) if name)


NEEDS = {
    "applications_decided": {"decided_at"},
    "applications_granted": {"decided_at", "result"},
    "inspections_with_issues": {"issue_count"},
    "tickets_closed": {"closed_at"},
    "tickets_closed_in_time": {"closed_at", "due_at"},
}
"""The columns that a count needs beyond its records' own: where no source records them it is not computable."""

KINDS = (
    Kind(
        "licensing",
        "licence_application",
        "received_at",
        "applications_received",
        "applications_decided",
        "applications_granted",
        "retailers_active",
    ),
    Kind("inspection", "inspection", "started_at", None, "inspections_done", "inspections_with_issues"),
    Kind(
        "complaint",
        "complaint",
        "received_at",
        "tickets_received",
        "tickets_closed",
        "tickets_closed_in_time",
    ),
)
MEASURES = tuple(name for kind in KINDS for name in kind.flows)


def kind_of(measure: str) -> Kind:
    """The kind that a measure with a trend belongs to."""
    return next(kind for kind in KINDS if measure in kind.flows)
