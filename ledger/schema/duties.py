"""Duty lists, tasks, activities and honours: codes and columns are the record contract's.

Of a talk there is only that it took place: there is no column that could hold what was said.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.schema.base import CODE, ID, NAME, Base, Codes, one_of
from model.contract import TABLES


def _codes(table: str, column: str) -> tuple[str, ...]:
    return tuple(TABLES[table].columns[column].info["codes"])


class DutyList(Base):
    """One version of one list for one post. A list in force is never edited: the next version replaces it.

    `task_list` says which of 四责协同 and 三张清单 a list of responsibilities is; other lists have none.
    """

    __tablename__ = "duty_list"
    __table_args__ = (
        one_of("list_kind", _codes("checklist", "list_kind")),
        one_of("task_list", _codes("oversight_task", "task_list")),
        one_of("post", _codes("checklist", "role")),
        one_of("state", ("draft", "in_force", "retired")),
    )

    list_id: Mapped[str] = mapped_column(ID, primary_key=True)
    list_kind: Mapped[str] = mapped_column(CODE)
    post: Mapped[str] = mapped_column(CODE)
    unit_id: Mapped[str] = mapped_column(ID, index=True)
    version: Mapped[int]
    state: Mapped[str] = mapped_column(CODE)
    revision: Mapped[int]
    author: Mapped[str] = mapped_column(NAME)
    approver: Mapped[str | None] = mapped_column(NAME)
    drafted_at: Mapped[datetime]
    effective_on: Mapped[date | None]
    reviewed_on: Mapped[date | None]
    task_list: Mapped[str | None] = mapped_column(CODE)

    @property
    def kind(self) -> str:
        """The list that it is a version of."""
        return self.task_list or self.list_kind


class DutyItem(Base):
    """One item of a list."""

    __tablename__ = "duty_item"
    __table_args__ = (
        one_of("risk_level", _codes("checklist", "risk_level")),
        one_of("responsible_post", _codes("checklist", "responsible_role")),
    )

    item_id: Mapped[str] = mapped_column(ID, primary_key=True)
    list_id: Mapped[str] = mapped_column(ForeignKey("duty_list.list_id"), index=True)
    position: Mapped[int]
    power: Mapped[str | None] = mapped_column(Text)
    risk: Mapped[str | None] = mapped_column(Text)
    risk_level: Mapped[str | None] = mapped_column(CODE)
    control_measure: Mapped[str | None] = mapped_column(Text)
    responsible_post: Mapped[str | None] = mapped_column(CODE)
    indicator_ids: Mapped[tuple[str, ...] | None] = mapped_column(Codes)


class Task(Base):
    """A task of 四责协同 or 三张清单, for a unit, until a day; `handler` is whose it is in person, if anybody's."""

    __tablename__ = "task"
    __table_args__ = (
        one_of("task_list", _codes("oversight_task", "task_list")),
        one_of("responsible_party", _codes("oversight_task", "responsible_party")),
        one_of("state", ("open", "done", "dropped")),
    )

    task_id: Mapped[str] = mapped_column(ID, primary_key=True)
    task_list: Mapped[str] = mapped_column(CODE)
    responsible_party: Mapped[str] = mapped_column(CODE)
    unit_id: Mapped[str] = mapped_column(ID, index=True)
    item_id: Mapped[str | None] = mapped_column(ForeignKey("duty_item.item_id"))
    task: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(CODE)
    revision: Mapped[int]
    set_by: Mapped[str] = mapped_column(NAME)
    handler: Mapped[str | None] = mapped_column(NAME, index=True)
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    done_by: Mapped[str | None] = mapped_column(NAME)


class Activity(Base):
    """A talk, a visit, a pledge, a training, a self-check or a meeting: planned, and done or not.

    `meeting_kind` says which of 三会一课 a meeting is; its codes are those of activity.toml.
    """

    __tablename__ = "activity"
    __table_args__ = (
        one_of("activity_kind", _codes("activity", "activity_kind")),
        one_of("talk_level", _codes("activity", "talk_level")),
        one_of("state", ("planned", "done", "dropped")),
    )

    activity_id: Mapped[str] = mapped_column(ID, primary_key=True)
    activity_kind: Mapped[str] = mapped_column(CODE)
    meeting_kind: Mapped[str | None] = mapped_column(CODE)
    talk_level: Mapped[str | None] = mapped_column(CODE)
    talk_functions: Mapped[tuple[str, ...] | None] = mapped_column(Codes)
    unit_id: Mapped[str] = mapped_column(ID, index=True)
    staff_id: Mapped[str | None] = mapped_column(ID)
    host_staff_id: Mapped[str | None] = mapped_column(ID)
    state: Mapped[str] = mapped_column(CODE)
    revision: Mapped[int]
    planned_on: Mapped[date]
    done_on: Mapped[date | None]
    score: Mapped[int | None]
    issue_count: Mapped[int | None]
    issue_due_on: Mapped[date | None]
    issue_closed_on: Mapped[date | None]


class Honour(Base):
    """An honour that a unit was given."""

    __tablename__ = "honour"
    __table_args__ = (one_of("honour_level", _codes("honour", "honour_level")),)

    honour_id: Mapped[str] = mapped_column(ID, primary_key=True)
    unit_id: Mapped[str] = mapped_column(ID, index=True)
    title: Mapped[str] = mapped_column(NAME)
    grantor: Mapped[str] = mapped_column(NAME)
    honour_level: Mapped[str] = mapped_column(CODE)
    granted_on: Mapped[date]
