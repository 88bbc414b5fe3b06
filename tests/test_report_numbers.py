"""The monthly report counted again, from the records and marts of a bureau that the loader really wrote."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import and_, func, select

from model import warehouse
from model.indicators import catalogue
from model.judgement.portrait import OVERALL
from model.policy import SMALL_COUNT, Actor
from model.process import processes
from pages.parts import clocks, monthly, portraiture, relations
from pages.parts import words as written
from pages.parts.portrait_pictures import dimension_names
from pages.parts.reads import records, screen
from pages.parts.report import making, subject
from pages.parts.report.found import section
from pages.parts.report.structure import Report, Table
from pages.parts.words import LANGUAGES, Language, Words
from tests import demo_site as site
from tests.test_report import CHINESE, tables, texts

MONTH = site.END.replace(day=1)
UNIT = "990101"
WHO = Actor("somebody", "single_user")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> warehouse.Snapshot:
    return warehouse.open_snapshot(site.load(tmp_path_factory.mktemp("demo")))


@pytest.fixture(scope="module")
def report(snapshot: warehouse.Snapshot) -> Report:
    return composed(snapshot, UNIT)


def composed(
    snapshot: warehouse.Snapshot, unit_id: str, month: date = MONTH, language: Language = "zh"
) -> Report:
    return making.compose(subject.of(snapshot, unit_id, month, language, clocks.now()), WHO)


def rows_of(snapshot: warehouse.Snapshot, query: Any) -> list[dict[str, Any]]:
    found = warehouse.read(snapshot.engine("full"), query)
    return [
        {name: None if pd.isna(value) else value for name, value in one.items()}
        for one in found.to_dict("records")
    ]


@pytest.mark.parametrize(
    ("measure", "table", "unit", "moment"),
    [
        ("applications_received", "licence_application", "unit_id", "submitted_at"),
        ("inspections_done", "inspection", "unit_id", "started_at"),
        ("tickets_received", "complaint", "handling_unit_id", "received_at"),
        ("tickets_closed", "complaint", "handling_unit_id", "closed_at"),
    ],
)
def test_volumes_are_the_records_of_the_month(
    snapshot: warehouse.Snapshot, report: Report, measure: str, table: str, unit: str, moment: str
) -> None:
    record, tree = relations.record(table), relations.unit_tree
    below = select(tree.c.unit_id).where(tree.c.ancestor_id == UNIT)
    until = monthly.shifted(MONTH, 1)
    query = select(func.count().label("count")).where(
        record.c[unit].in_(below), record.c[moment] >= MONTH, record.c[moment] < until
    )
    ((count,),) = (one.values() for one in rows_of(snapshot, query))
    (shown,) = tables(report, 1)
    name = Words("zh").say(f"overview.{measure}")
    assert [row[1].text for row in shown.rows if row[0].text == name] == [written.number(count)]


def test_every_value_is_its_numerator_over_its_denominator(
    snapshot: warehouse.Snapshot, report: Report
) -> None:
    fact, known = relations.indicator_fact, catalogue().indicators
    query = select(fact).where(
        fact.c.unit_id == UNIT,
        fact.c.subject_kind == "unit",
        fact.c.subject_id == UNIT,
        fact.c.month == MONTH,
    )
    held = {one["indicator_id"]: one for one in rows_of(snapshot, query)}
    (shown,) = tables(report, 3)
    names = {one.name.zh: one for one in known.values()}
    checked = 0
    for row in shown.rows:
        item = names[row[0].text.removesuffix("\u00a0◇")]
        if row[1].tone == "absent":
            assert row[3].text == written.NONE
            continue
        one = held[item.id]
        assert row[1].text == written.value(one["numerator"] / one["denominator"], item.kind), item.id
        assert row[2].text == written.aim(item.target, item.kind)
        checked += 1
    assert checked > 20


def test_scores_intervals_and_ranks_are_the_portrait(snapshot: warehouse.Snapshot) -> None:
    portrait, words = relations.portrait, Words("zh")
    for unit_id in ("990101-S01", UNIT):
        query = select(portrait).where(
            portrait.c.subject_kind == "unit",
            portrait.c.subject_id == unit_id,
            portrait.c.period_end == site.END,
        )
        held = {one["dimension"]: one for one in rows_of(snapshot, query)}
        scores, *_ = tables(composed(snapshot, unit_id), 2)
        shown = {row[0].text: row for row in scores.rows}
        for dimension, name in dimension_names(words).items():
            one, row = held[dimension], shown[name]
            if one["score"] is None:
                assert row[1].tone == "absent"
                continue
            assert row[1].text == portraiture.points(one["score"])
            interval = "–".join(portraiture.points(one[f"score_{side}"]) for side in ("lower", "upper"))
            assert row[2].text == interval
            if row[4].text != written.NONE:
                assert row[4].text.startswith(f"{one['rank_low']:.0f}–{one['rank_high']:.0f} / ")
        assert OVERALL in held


@pytest.mark.parametrize(("back", "window"), [(0, 3), (3, 1)])
def test_steps_are_those_of_the_window_that_the_page_shows(
    snapshot: warehouse.Snapshot, back: int, window: int
) -> None:
    """Of a month long past over itself alone: no longer window of it is kept."""
    step, month = relations.process_step, monthly.shifted(MONTH, -back)
    report = composed(snapshot, UNIT, month)
    query = select(step).where(step.c.unit_id == UNIT, step.c.month == month, step.c.window_months == window)
    held = sorted(rows_of(snapshot, query), key=lambda one: (one["process"], one["place"]))
    (shown,) = tables(report, 4)
    got = [(row[2].text, row[6].text) for row in shown.rows]
    told = [
        (written.plain(one["median_days"]), written.number(one["open_count"]))
        for one in held
        if one["state"] != "no_data"
    ]
    nothing = (Words("zh").say("shared.no_data"), written.NONE)
    assert told and sorted(one for one in got if one != nothing) == sorted(told)
    assert len(got) == sum(len(one.steps) for one in processes().items)


def test_no_small_number_of_warnings_is_shown_of_any_unit(snapshot: warehouse.Snapshot) -> None:
    warning, tree = relations.warning, relations.unit_tree
    words = Words("zh")
    for unit_id in records.every_unit(snapshot)["unit_id"]:
        about = subject.of(snapshot, str(unit_id), MONTH, "zh", clocks.now())
        found = [one for one in section(about, "").blocks if isinstance(one, Table)]
        numbers = [
            cell.text for table in found for row in table.rows for cell in row[1:] if cell.text.isdigit()
        ]
        assert not [one for one in numbers if 0 < int(one) < SMALL_COUNT], unit_id
        query = (
            select(warning.c.level, func.count().label("count"))
            .join(tree, and_(tree.c.unit_id == warning.c.unit_id, tree.c.ancestor_id == unit_id))
            .group_by(warning.c.level)
        )
        held = {one["level"]: one["count"] for one in rows_of(snapshot, query)}
        if not held:
            continue
        standing, handled = found
        levels = {"red": "红色提示", "yellow": "黄色提示", "blue": "蓝色提示"}
        for level, name in levels.items():
            text = next(row[1].text for row in standing.rows if row[0].text == name)
            assert text in (str(held.get(level, 0)), words.say("complaints.withheld"), "少于 5")
        told = screen.of_unit(snapshot, "disposition", str(unit_id))
        for one in told[told["level"] != "all"].to_dict("records"):
            at = ("raised", "verifying", "verified", "founded", "unfounded", "closed", "overdue").index(
                one["stage"]
            )
            row = next(row for row in handled.rows if row[0].text == levels[one["level"]])
            is_told = not pd.isna(one["count"])
            assert row[at + 1].text == (
                written.number(one["count"]) if is_told else words.say("complaints.withheld")
            )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("back", [0, -2, 11, 30, 200])
def test_any_month_has_a_report_in_either_language(
    snapshot: warehouse.Snapshot, back: int, language: Language
) -> None:
    """This one, one to come, one of a year ago, one with little past, and one before everything."""
    made = composed(snapshot, "990101-S01", monthly.shifted(MONTH, -back), language)
    said = list(texts(made))
    names = "|".join(map(re.escape, sorted(records.every_unit(snapshot)["name"], key=len, reverse=True)))
    if language == "en":
        assert not [one for one in said if CHINESE.search(re.sub(names, "", one))]
    if back in (-2, 200):
        (volumes,) = tables(made, 1)
        none = Words(language).say("shared.no_data")
        assert {row[1].text for row in volumes.rows} == {none}
        assert not [
            one for one in made.blocks if isinstance(one, Table) and one.title == made.sections[3].title
        ]
