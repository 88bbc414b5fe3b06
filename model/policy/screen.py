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

NO_SMALL_COUNTS = {
    "cell": "capacity, remaining places and queues of market cells must be public",
    "honour": "honours are granted in public, to units and not to persons",
    "initiative": "projects are public plans of units; they are not events and concern no person",
}
"""Tables of the screen surface in which numbers under SMALL_COUNT may stand, with the reason."""
