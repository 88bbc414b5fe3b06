"""The pages that read records, over an office that the loader wrote: standards, market cells, complaints.

One office serves all of them, so that it is loaded once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import unquote

import pandas as pd
import pytest
from sqlalchemy import select

from model import warehouse
from model.process import processes
from pages.parts import labels, relations, theme
from pages.parts.charts.steps import parts, step
from pages.parts.reads import processes as reads
from pages.parts.reads import records
from pages.parts.words import Words
from tests import demo_site


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[warehouse.Snapshot]:
    directory = demo_site.load(tmp_path_factory.mktemp("office"))
    before = os.environ.get(warehouse.DIRECTORY_VARIABLE)
    os.environ[warehouse.DIRECTORY_VARIABLE] = str(directory)
    yield warehouse.open_snapshot(directory)
    os.environ.pop(warehouse.DIRECTORY_VARIABLE)
    if before is not None:
        os.environ[warehouse.DIRECTORY_VARIABLE] = before


@pytest.fixture
def unit_id(snapshot: warehouse.Snapshot) -> str:
    units = records.units(snapshot)
    return str(units.loc[units["level"].idxmin(), "unit_id"])


def newest(snapshot: warehouse.Snapshot, unit_id: str, process: str) -> pd.DataFrame:
    found = reads.of_unit(snapshot, unit_id, process)
    return found[found["month"] == found["month"].max()]


class TestStandards:
    @pytest.mark.parametrize("process", [one.id for one in processes().items])
    def test_what_waits_is_what_the_mart_counts(
        self, snapshot: warehouse.Snapshot, unit_id: str, process: str
    ) -> None:
        rows = newest(snapshot, unit_id, process)
        rows = rows[(rows["window_months"] == 1) & (rows["step"] != "whole")]
        found = reads.waiting(snapshot, unit_id, process, rows["as_of"].iloc[0].date())
        assert found["is_overdue"].fillna(False).sum() == rows["overdue_count"].sum()
        assert found.groupby("step").size().to_dict() == {
            one["step"]: one["open_count"] for one in labels.records(rows) if one["open_count"]
        }

    def test_what_is_left_is_counted_in_working_days(
        self, snapshot: warehouse.Snapshot, unit_id: str
    ) -> None:
        found = reads.waiting(snapshot, unit_id, "licence", demo_site.END)
        day = relations.record("working_calendar")
        query = select(day.c.date, day.c.is_working_day).where(day.c.date > demo_site.END)
        calendar = labels.records(warehouse.read(snapshot.engine("full"), query))
        working = {one["date"].date() for one in calendar if one["is_working_day"]}
        due = [one for one in labels.records(found) if one["due_on"] is not None and not one["is_overdue"]]
        assert due
        for one in due:
            day, last, count = demo_site.END, one["due_on"].date(), 0
            while day < last:
                day += timedelta(days=1)
                count += day in working
            assert one["days_left"] == count

    def test_orders_and_times_are_of_what_ended(self, snapshot: warehouse.Snapshot, unit_id: str) -> None:
        first, last = date(2025, 11, 1), date(2026, 10, 31)
        orders = reads.orders(snapshot, unit_id, "licence", first, last)
        assert orders["steps"].iloc[0].startswith("acceptance>")
        times = reads.times(snapshot, unit_id, "licence", first, last)
        assert list(times["place"]) == sorted(times["place"])
        assert times["records"].max() <= orders["records"].sum()
        work = times.set_index("step")["hands_on_hours"]
        assert 0 < work["verification"] < 24 and work.drop("verification").isna().all()

    def test_a_picture_has_its_limit_in_gold_and_nothing_known_is_an_empty_track(self) -> None:
        known, unlimited = unquote(step(4, 7, 10, 20)), unquote(step(4, 7, None, 20))
        assert theme.TARGET in known and theme.TARGET not in unlimited
        assert theme.SHADE not in unquote(step(None, None, 10, 20))
        assert unquote(parts([0.5, 0.3, 0.2])).count("<rect") == 3

    @pytest.mark.parametrize("language", ["zh", "en"])
    @pytest.mark.parametrize("view", ["soon", "waiting", "orders", "times", "units"])
    def test_every_list_is_shown(self, snapshot: warehouse.Snapshot, view: str, language: str) -> None:
        app = demo_site.page_of("running", view=view, lang=language, process="licence", soon="10")
        assert not app.exception
        said = demo_site.shown(app)
        assert Words(language).say(f"standards.view_{view}") in said  # type: ignore[arg-type]
        assert Words(language).say("shared.failing_title") not in said  # type: ignore[arg-type]

    @pytest.mark.parametrize("process", ["enforcement", "complaint"])
    def test_every_process_is_shown_for_an_earlier_month(
        self, snapshot: warehouse.Snapshot, process: str
    ) -> None:
        app = demo_site.page_of("running", process=process, month="2026-03", view="orders")
        assert not app.exception
        assert app.selectbox(key="control_window").options == [
            Words("zh").say("standards.window_month", count=1)
        ]
