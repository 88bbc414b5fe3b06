"""The screen surface: aggregates, and of these none from which a small count can be had, not by subtraction either.

Counts are shown for every unit of a tree, so that a parent less its other children gives a child. What is hidden is
therefore decided from the root down, one level at a time, for all measures and months at once. Counts that are shown
beside each other form a bundle with their differences, and are shown or hidden as one. It protects the sums within the
tree of one snapshot; it does not protect the difference of two bundles or of two snapshots.
"""

from __future__ import annotations

from etl import sql
from model import policy, warehouse
from model.indicators import catalogue
from model.process import processes


def suppress(connection: warehouse.Connection, smallest: int) -> None:
    """Leave the counts of the view `countable` in the table `counted`, and in `hidden` those not to be shown.

    `hidden_bundle` says the same of bundles: one hidden measure hides all of its bundle.
    """
    connection.execute(sql.statement("suppress_alone", smallest=str(smallest)))
    row = connection.execute("SELECT coalesce(max(level), 0) FROM counted").fetchone()
    deepest = int(row[0]) if row else 0
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE hidden AS SELECT measure, month, unit_id FROM counted"
        " WHERE is_unfit AND (parent_unit_id IS NULL OR level = 0)"
    )
    for level in range(1, deepest + 1):
        connection.execute(sql.statement("suppress_family", level=str(level), smallest=str(smallest)))
    connection.execute(sql.statement("suppress_bundle"))


def write(connection: warehouse.Connection, smallest: int) -> None:
    """Fill the attached file `screen` from the attached `snapshot`."""
    of_public = [one.id for one in catalogue().indicators.values() if one.view in policy.screen.PUBLIC_VIEWS]
    slots = {
        "smallest": str(smallest),
        "counted_window": str(max(processes().windows)),
        "least_durations": str(policy.screen.LEAST_DURATIONS),
        "least_denominator": str(policy.screen.LEAST_DENOMINATOR),
        "withheld": ", ".join(map(sql.literal, policy.screen.WITHHELD)),
        "withheld_counts": ", ".join(map(sql.literal, policy.screen.WITHHELD_COUNTS)),
        "of_public": ", ".join(map(sql.literal, of_public)),
        "subjects": ", ".join(map(sql.literal, policy.screen.SUBJECTS)),
        "published_months": str(policy.screen.PUBLISHED_MONTHS),
        "withdrawal_days": str(policy.screen.WITHDRAWAL_WORKING_DAYS),
    }
    connection.execute(sql.statement("countable", **slots))
    suppress(connection, smallest)
    for name in ("screen", "screen_process", "screen_building", "screen_judgement", "screen_publication"):
        connection.execute(sql.statement(name, **slots))
