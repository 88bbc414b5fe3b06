"""The working calendar as far as it is known without a gap, for those who read a published snapshot.

The same query that the measures stand on, so that a page or the ledger never counts a day that they do not.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Date, Integer, TextualSelect, column, text

from model.indicators import context


def numbered() -> TextualSelect:
    """Every known day: date, is_working_day, and the running number of working days."""
    columns = column("date", Date), column("is_working_day", Boolean), column("number", Integer)
    return text(context.sql("context/working_day")).columns(*columns)
