"""Initiatives, assessments and posted problems: codes and columns are the record contract's where it has them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.schema.base import BY_DIGEST, CODE, ID, NAME, Base, one_of
from model.contract import TABLES


class Initiative(Base):
    """A project of 八大行动, 六个清廉单元 or 五个一: one unit, one feature, one project, one team, one department."""

    __tablename__ = "initiative"
    __table_args__ = tuple(
        one_of(name, TABLES["initiative"].columns[name].info["codes"])
        for name in ("framework", "framework_element", "state")
    )

    initiative_id: Mapped[str] = mapped_column(ID, primary_key=True)
    title: Mapped[str] = mapped_column(NAME)
    framework: Mapped[str] = mapped_column(CODE)
    framework_element: Mapped[str] = mapped_column(CODE)
    unit_id: Mapped[str] = mapped_column(ID, index=True)
    feature: Mapped[str | None] = mapped_column(Text)
    lead_department: Mapped[str | None] = mapped_column(NAME)
    team: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(CODE)
    revision: Mapped[int]
    plan_set_on: Mapped[date | None]
    pilot_chosen_on: Mapped[date | None]
    standard_built_on: Mapped[date | None]
    rolled_out_on: Mapped[date | None]
    due_on: Mapped[date]


class Assessment(Base):
    """A unit's assessment of itself in one year, and what a second person says of it."""

    __tablename__ = "assessment"
    __table_args__ = (one_of("state", ("drafting", "submitted", "reviewed")),)

    assessment_id: Mapped[str] = mapped_column(ID, primary_key=True)
    unit_id: Mapped[str] = mapped_column(ID, index=True)
    year: Mapped[int]
    state: Mapped[str] = mapped_column(CODE)
    revision: Mapped[int]
    author: Mapped[str] = mapped_column(NAME)
    reviewer: Mapped[str | None] = mapped_column(NAME)


class AssessmentItem(Base):
    """One element of the framework in an assessment: the unit's own score with its ground, and the reviewer's."""

    __tablename__ = "assessment_item"

    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessment.assessment_id"), primary_key=True)
    element: Mapped[str] = mapped_column(CODE, primary_key=True)
    self_score: Mapped[int | None]
    ground: Mapped[str | None] = mapped_column(Text, info=BY_DIGEST)
    review_score: Mapped[int | None]
    remark: Mapped[str | None] = mapped_column(Text, info=BY_DIGEST)


class Scenario(Base):
    """A problem that a department posts and an office takes up: data + model + presentation, step by step."""

    __tablename__ = "scenario"
    __table_args__ = (one_of("state", TABLES["scenario"].columns["state"].info["codes"]),)

    scenario_id: Mapped[str] = mapped_column(ID, primary_key=True)
    title: Mapped[str] = mapped_column(NAME)
    owner_department: Mapped[str] = mapped_column(NAME)
    unit_id: Mapped[str] = mapped_column(ID, index=True)
    need: Mapped[str] = mapped_column(Text)
    indicator_id: Mapped[str | None] = mapped_column(CODE)
    taker_unit_id: Mapped[str | None] = mapped_column(ID)
    taker_team: Mapped[str | None] = mapped_column(NAME)
    state: Mapped[str] = mapped_column(CODE)
    revision: Mapped[int]
    step: Mapped[int]
    data_items: Mapped[str | None] = mapped_column(Text)
    model: Mapped[str | None] = mapped_column(Text)
    presentation: Mapped[str | None] = mapped_column(Text)
    posted_on: Mapped[date]
    taken_on: Mapped[date | None]
    launched_on: Mapped[date | None]
    score: Mapped[int | None]
