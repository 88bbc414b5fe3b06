"""Policy of the screen surface: from how many things a number may be shown there, and what no screen shows at all.

The wall and the public window open that file and nothing else. Each number here stands with its reason.
"""

from __future__ import annotations

LEAST_DENOMINATOR = 30
"""No rate is shown on a screen that rests on fewer things: one more or less would move it by over three points."""

LEAST_DURATIONS = 10
"""No median or 90th percentile of durations is shown on a screen from fewer: it would be the time of single cases."""

SUBJECTS = ("unit",)
"""Whose portraits a screen may show: units. A person has none, and a group of few persons would be persons."""

WITHHELD = {
    "C11": "for review only: a check that found nothing says little, and who had known of it is not for a wall",
    "H7": "reads of reporter data stay with the discipline role",
}
"""Indicators that no screen shows, with the reason."""

WITHHELD_COUNTS = {
    "applications_granted": "beside those decided it would tell a few refusals",
    "inspections_done": "I1, I7 and I9 are shares of it: beside it they would tell a few inspections",
    "tickets_closed_in_time": "beside those closed it would tell a few that were late",
}
"""Monthly counts that no screen shows, with the reason: beside another number each would tell small ones."""

PUBLIC_VIEWS = {
    "retailer": "how many shops stand in each market cell is public: a share of them tells how many it is",
}
"""Derived views of which everybody knows the number of rows, with the reason: no share of few is shown."""

NO_SMALL_COUNTS = {
    "cell": "capacity, remaining places and queues of market cells must be public",
    "honour": "honours are granted in public, to units and not to persons",
    "publication": "each row is one decision that was published by law",
    "initiative": "projects are public plans of units; they are not events and concern no person",
    "scenario_progress": "digital scenarios are public projects, counted without a name; they concern no person",
}
"""Tables of the screen surface in which numbers under SMALL_COUNT may stand, with the reason."""

PUBLISHED_MONTHS = 12
"""For how long a published decision stays in the public window (a proposal; the bureau's own site is the archive)."""

WITHDRAWAL_WORKING_DAYS = 3
"""Within how many working days the publication of an annulled decision is withdrawn: Administrative Penalty Law, art.
48 and 85. The window itself withdraws it with the first snapshot that knows of it."""

PUBLISHED = {
    "publication_id": "a keyed pseudonym of no use elsewhere, so that a withdrawal names what it withdraws",
    "decision_kind": "Administrative Licensing Law, art. 40; Administrative Penalty Law, art. 48",
    "state": "Administrative Penalty Law, art. 48",
    "matter": "Administrative Licensing Law, art. 40; Administrative Penalty Law, art. 39 and 48",
    "unit_id": "Administrative Penalty Law, art. 39",
    "decided_on": "Administrative Licensing Law, art. 40; Administrative Penalty Law, art. 48",
    "published_on": "publication within seven working days",
    "withdraw_by": "Administrative Penalty Law, art. 48 and 85",
    "withdrawn_on": "Administrative Penalty Law, art. 48 and 85",
}
"""What the public window tells of a decision that was published, each with why it may."""

UNPUBLISHED = {
    "application_no": "with the last characters of a document it opens one's own application",
    "licence_no": "it names a shop; publishing it is for the bureau's own notice, not for a feed",
    "case_no": "a work secret in the contract",
    "party": "names of persons and shops never enter the screen surface",
    "fine_amount": "a work secret in the contract; a sum can name the party",
}
"""What it does not tell, with the reason."""
