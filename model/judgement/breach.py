"""Breaches: the condition under which one record breaks an indicator's hard rule, composed from its declaration.

One record is one breach, whatever the sample: nothing here is averaged or shrunk. Nothing is executed here.
"""

from __future__ import annotations

from model.indicators import Indicator, composition


def is_broken(item: Indicator, doubtful: frozenset[str]) -> str:
    """The condition: the record counts, all that the rule needs is known of it, and it is on the wrong side."""
    guard = composition.both(composition.known(item, doubtful), f"{item.period} <= as_of")
    if item.direction == "lower":
        return f"coalesce({composition.both(guard, item.numerator.where)}, false)"
    kept = f"NOT coalesce({composition.both(item.numerator.where)}, false)"
    return f"coalesce({composition.both(guard, item.denominator.where, kept)}, false)"


def finding(item: Indicator, doubtful: frozenset[str]) -> str:
    """What is kept of a record, as a struct: whether it breaks the rule, of which unit, and when.

    What counts from January on is told once a year, so such a finding is named by its year.
    """
    of_year = f"year({item.period})" if item.series == "year_to_date" else "NULL"
    return (
        f"{{indicator_id: '{item.id}', unit_id: {item.unit}, happened_on: CAST({item.period} AS DATE),"
        f" of_year: CAST({of_year} AS BIGINT), is_broken: {is_broken(item, doubtful)}}}"
    )
