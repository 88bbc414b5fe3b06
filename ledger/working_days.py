"""Due dates in working days, from the calendar that the published snapshot holds. Beyond it nothing is guessed."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger.schema import WorkingDay


class OutsideCalendarError(ValueError):
    """A date that the calendar does not reach; `last` is the last day that it does, where there is one."""

    def __init__(self, last: date | None) -> None:
        super().__init__(f"the working calendar does not reach beyond {last}")
        self.last = last


def after(session: Session, day: date, count: int) -> date:
    """The working day that is so many working days after a day. OutsideCalendarError where it is not covered."""
    first, last = session.execute(select(func.min(WorkingDay.date), func.max(WorkingDay.date))).one()
    if first is None or day < first - timedelta(days=1):
        raise OutsideCalendarError(last)
    query = select(WorkingDay.date).where(WorkingDay.is_working_day, WorkingDay.date > day)
    found = session.scalars(query.order_by(WorkingDay.date).offset(count - 1).limit(1)).first()
    if found is None:
        raise OutsideCalendarError(last)
    return found
