"""The pages that read records, over an office that the loader wrote: standards, market cells, complaints.

One office serves all of them, so that it is loaded once.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest
from sqlalchemy import select

from model import policy, warehouse
from model.process import processes
from pages import standards
from pages.parts import (
    clocks,
    labels,
    market,
    monthly,
    notices,
    relations,
    rising,
    running_waiting,
    small,
    theme,
    ticket_conduct,
    ticket_rises,
    visitor,
)
from pages.parts.charts.hexagons import arranged
from pages.parts.charts.market import cells_map
from pages.parts.charts.steps import parts, step
from pages.parts.charts.tickets import by_hour
from pages.parts.frame import View
from pages.parts.reads import cells as reads_cells
from pages.parts.reads import processes as reads
from pages.parts.reads import records
from pages.parts.reads import tickets as reads_tickets
from pages.parts.rising import Term
from pages.parts.ticket_pictures import WINDOWS, Desk
from pages.parts.wall import market as wall_market
from pages.parts.words import NONE, Words
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


@pytest.fixture
def changed(snapshot: warehouse.Snapshot, tmp_path: Path) -> Callable[[str], warehouse.Snapshot]:
    """The same snapshot with its records changed by statements."""

    def change(statements: str) -> warehouse.Snapshot:
        directory = Path(shutil.copytree(snapshot.directory.parent, tmp_path / "changed"))
        full = warehouse.open_snapshot(directory).path("full")
        full.chmod(0o600)
        with warehouse.connect(full) as connection:
            connection.execute(statements)
        return warehouse.open_snapshot(directory)

    return change


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
        found = reads.waiting(snapshot, unit_id, process)
        assert found["is_overdue"].fillna(False).sum() == rows["overdue_count"].sum()
        assert found.groupby("step").size().to_dict() == {
            one["step"]: one["open_count"] for one in labels.records(rows) if one["open_count"]
        }

    def test_of_what_no_source_delivers_nothing_is_said_not_to_be(
        self, snapshot: warehouse.Snapshot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held = clocks.of_snapshot(snapshot)
        without = {name: one for name, one in held.items() if "licence_application" not in one.tables}
        unknown = Words("zh").say("shared.not_delivered")
        shown = {view: demo_site.shown(demo_site.page_of("running", view=view)) for view in standards.VIEWS}
        assert not any(unknown in said for said in shown.values())
        monkeypatch.setattr(clocks, "of_snapshot", lambda _: without)
        for view in standards.VIEWS:
            assert unknown in demo_site.shown(demo_site.page_of("running", view=view)), view
        assert unknown not in demo_site.shown(demo_site.page_of("running", process="complaint"))

    def test_that_a_unit_has_no_cells_is_said_where_a_source_delivers_cells(
        self, snapshot: warehouse.Snapshot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        say, held = Words("zh").say, clocks.of_snapshot(snapshot)
        without = {name: one for name, one in held.items() if "market_cell" not in one.tables}
        monkeypatch.setattr(market, "cells", lambda _: [])
        for known, key in ((held, "cells.none"), (without, "shared.not_delivered")):
            monkeypatch.setattr(clocks, "of_snapshot", lambda _, known=known: known)
            assert say(key) in demo_site.shown(demo_site.page_of("market-cells"))

    def test_what_waits_is_told_by_what_each_source_records_and_until_when(
        self, changed: Callable[[str], warehouse.Snapshot], unit_id: str
    ) -> None:
        """Of the tickets of a second source, which is two months behind and records no revisit."""
        snapshot = changed(
            "INSERT INTO quality.batch BY NAME SELECT * REPLACE (999 AS batch_id, 'other' AS source, as_of - INTERVAL"
            " 61 DAY AS as_of, list_filter(recorded_columns, one -> one <> 'revisited_at') AS recorded_columns)"
            " FROM quality.batch WHERE table_name = 'complaint' LIMIT 1;"
            "UPDATE record.complaint SET batch_id = 999,"
            " closed_at = CASE WHEN closed_at < '2026-06-01' THEN closed_at END"
        )
        found = reads.waiting(snapshot, unit_id, "complaint")
        assert set(found["step"]) == {"handling"} and found["as_of"].nunique() == 1
        until = pd.Timestamp("2026-08-31")
        assert found["as_of"].iloc[0] == until and (found["started_on"] <= until).all()
        assert (found["is_overdue"] == (found["due_on"] <= until)).all() and found["is_overdue"].any()

    def test_a_limit_that_was_put_off_is_not_overdue(
        self, changed: Callable[[str], warehouse.Snapshot], unit_id: str
    ) -> None:
        snapshot = changed(
            "UPDATE record.enforcement_case SET clue_at = '2026-09-01', filing_decided_at = NULL, filed_on = NULL,"
            " penalty_decided_on = NULL, is_filing_delay_approved = true"
        )
        found = reads.waiting(snapshot, unit_id, "enforcement")
        filing = found[found["step"] == "filing"]
        assert len(filing) and filing["due_on"].isna().all() and not filing["is_overdue"].fillna(False).any()

    def test_what_is_left_is_counted_in_working_days(
        self, snapshot: warehouse.Snapshot, unit_id: str
    ) -> None:
        found = reads.waiting(snapshot, unit_id, "licence")
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

    @pytest.mark.parametrize(
        ("change", "soon", "state"),
        [
            ({"is_working": True, "allowed": 20}, None, "beyond"),
            ({"is_working": True}, False, "unlimited"),
            ({"due_on": pd.Timestamp("2027-02-03"), "age": 1}, True, "half"),
            ({"due_on": pd.Timestamp("2027-02-09"), "age": 1}, None, "half"),
            ({"due_on": pd.Timestamp("2027-02-09"), "age": 1, "days_left": 5}, True, "half"),
            (
                {
                    "due_on": pd.Timestamp("2027-02-09"),
                    "is_working": True,
                    "allowed": 20,
                    "age": 24,
                    "excluded": 15,
                },
                None,
                "half",
            ),
            ({"due_on": pd.Timestamp("2026-12-30"), "is_overdue": True, "days_left": 0}, True, "overdue"),
        ],
    )
    def test_what_lies_beyond_the_calendar_is_neither_without_limit_nor_due_soon(
        self, change: dict[str, object], soon: bool | None, state: str
    ) -> None:
        """Of the last day of January, a year of which no working day is known."""
        nothing = dict.fromkeys(("due_on", "days_left", "allowed", "age", "is_overdue"))
        one = (
            nothing | {"is_working": False, "excluded": 0, "started_on": pd.Timestamp("2027-01-25")} | change
        )
        assert running_waiting.is_soon(one, 5, date(2027, 1, 31)) is soon
        assert running_waiting.band(one) == state

    def test_orders_and_times_are_of_what_ended(self, snapshot: warehouse.Snapshot, unit_id: str) -> None:
        first, last = date(2025, 11, 1), date(2026, 10, 31)
        orders = reads.orders(snapshot, unit_id, "licence", first, last)
        assert orders["steps"].iloc[0].startswith("acceptance>")
        times = reads.times(snapshot, unit_id, "licence", first, last)
        assert list(times["place"]) == sorted(times["place"])
        assert times["records"].max() <= orders["records"].sum()
        work = times.set_index("step")["hands_on_hours"]
        assert 0 < work["verification"] < 24 and work.drop("verification").isna().all()

    def test_work_and_waiting_are_of_the_same_records(
        self, changed: Callable[[str], warehouse.Snapshot], unit_id: str
    ) -> None:
        """Half of the verifications tell no beginning, and took long."""
        snapshot = changed(
            "UPDATE record.licence_application SET verification_started_at = NULL,"
            " verification_ended_at = verification_ended_at + INTERVAL 90 DAY WHERE hash(application_no) % 2 = 0"
        )
        span = (date(2025, 11, 1), date(2026, 10, 31))
        held = warehouse.read(snapshot.engine("full"), select(relations.record("licence_application"))).query(
            "result in ('granted', 'refused') and @span[0] <= decided_at.dt.date <= @span[1]"
        )
        held = held.dropna(subset=["verification_started_at", "verification_ended_at", "accepted_at"])
        idle = (held["verification_started_at"] - held["accepted_at"]).dt.total_seconds() / 3600
        found = reads.times(snapshot, unit_id, "licence", *span).set_index("step").loc["verification"]
        assert found["idle_hours"] == pytest.approx(idle.mean(), abs=0.1)
        assert found["mean_hours"] - found["hands_on_hours"] > 2 * found["idle_hours"]

    def test_every_order_has_as_many_records_as_it_counts(
        self, snapshot: warehouse.Snapshot, unit_id: str
    ) -> None:
        first, last = date(2025, 11, 1), date(2026, 10, 31)
        for one in labels.records(reads.orders(snapshot, unit_id, "licence", first, last)):
            held = reads.of_order(snapshot, unit_id, "licence", first, last, one["steps"])
            assert len(held) == min(one["records"], reads.LISTED) and held["record"].notna().all()

    def test_a_step_and_an_order_lead_to_their_records(
        self, snapshot: warehouse.Snapshot, unit_id: str
    ) -> None:
        waits = labels.records(reads.waiting(snapshot, unit_id, "licence"))[0]
        app = demo_site.page_of("running", view="waiting", process="licence", at=waits["step"], unit=unit_id)
        step = next(one for one in processes().items if one.id == "licence").steps
        name = next(one.name.zh for one in step if one.id == waits["step"])
        assert not app.exception
        assert Words("zh").say("standards.records_at", step=name) in demo_site.shown(app)
        steps = reads.orders(snapshot, unit_id, "licence", date(2026, 8, 1), demo_site.END)["steps"].iloc[0]
        app = demo_site.page_of("running", view="orders", process="licence", order=steps, month="2026-10")
        assert not app.exception and f"{name}" in demo_site.shown(app)

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

    @pytest.mark.parametrize(
        ("page", "query", "is_told"),
        [
            ("running", {"process": "licence"}, True),
            ("trend", {"indicator": "L1"}, True),
            ("trend", {"indicator": "L5"}, False),
        ],
    )
    def test_where_the_working_calendar_ends_is_told_where_working_days_are(
        self,
        snapshot: warehouse.Snapshot,
        monkeypatch: pytest.MonkeyPatch,
        page: str,
        query: dict[str, str],
        is_told: bool,
    ) -> None:
        monkeypatch.setattr(notices, "of_calendar", lambda words, snapshot: "止于某日")
        app = demo_site.page_of(page, **query)
        assert not app.exception and ("止于某日" in demo_site.shown(app)) == is_told

    @pytest.mark.parametrize("process", ["enforcement", "complaint"])
    def test_every_process_is_shown_for_an_earlier_month(
        self, snapshot: warehouse.Snapshot, process: str
    ) -> None:
        app = demo_site.page_of("running", process=process, month="2026-03", view="orders")
        assert not app.exception
        assert app.selectbox(key="control_window").options == [
            Words("zh").say("standards.window_month", count=1)
        ]


CELLS = [
    market.Cell("a", "u", "甲", "street", 10, 7, 0, False, None, (((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)),)),
    market.Cell("b", "u", "乙", "street", 10, 10, 3, False, None),
    market.Cell("c", "u", "丙", None, 10, 12, 1, True, None),
    market.Cell("d", "u", "丁", None, None, 4, 0, False, None),
]


class TestCells:
    def test_a_cell_is_as_full_as_it_is(self) -> None:
        assert [one.fullness for one in CELLS] == ["filling", "full", "over", "unknown"]
        assert market.total(CELLS) == market.Total(4, 30, 33, 3, 4, 1, 1, 29 / 30)

    @pytest.mark.parametrize(("occupied", "fullness"), [(0, "full"), (3, "over")])
    def test_where_no_outlet_may_be_none_is_left_and_any_is_too_many(
        self, occupied: int, fullness: str
    ) -> None:
        cell = market.Cell("e", "u", "戊", None, 0, occupied, 0, True, None)
        assert cell.fullness == fullness and cell.share is None

    @pytest.mark.parametrize(
        ("occupied", "queued", "fullness"),
        [(7, 2, "filling"), (7, 3, "full"), (9, 1, "full"), (11, 1, "over")],
    )
    def test_a_cell_is_full_with_those_who_queue_for_what_is_left(
        self, occupied: int, queued: int, fullness: str
    ) -> None:
        cell = market.Cell("a", "u", "甲", "street", 10, occupied, queued, False, None)
        assert cell.fullness == fullness
        look = wall_market.look(10 - occupied, occupied + queued >= 10)
        assert look == {"filling": "room-2", "full": "room-0", "over": "over"}[fullness]

    def test_another_capacity_serves_each_queue_from_its_own_cell(self) -> None:
        assert market.tried(CELLS, 0) == market.Trial(30, 0, 4, 1, 2)
        assert market.tried(CELLS, 20) == market.Trial(36, 2, 2, 0, 0)
        assert market.tried(CELLS, -30) == market.Trial(21, 0, 4, 2, 8)

    def test_the_queue_ends_when_places_left_and_expected_reach_it(self) -> None:
        assert market.wait(2, 3, None) == 0
        assert market.wait(3, 1, [0.5, 1.0, 0.5]) == 3
        assert market.wait(9, 0, [1.0, 1.0]) is None
        assert market.wait(1, -2, [1.0, 1.0, 1.0]) == 3, "those who leave first make up for the excess"
        assert market.wait(0, -2, [1.0]) == 0
        assert market.leaving({"ran_out": 0, "kept_on": 0}) is None
        assert market.exits([10, 0], 0.25) == [2.5, 0.0]

    def test_a_boundary_is_read_as_its_rings(self) -> None:
        assert market.rings("MULTIPOLYGON(((0 1, 2.5 3, 4 5)), ((6 7, 8 9, -1 0)))") == (
            ((0.0, 1.0), (2.5, 3.0), (4.0, 5.0)),
            ((6.0, 7.0), (8.0, 9.0), (-1.0, 0.0)),
        )
        assert market.rings(None) == ()

    def test_every_cell_is_on_the_scheme_and_over_capacity_is_orange(self) -> None:
        figure = cells_map(Words("zh"), CELLS, "b")
        assert [one[0] for one in figure.data[-1].customdata] == ["a", "b", "c", "d"]
        assert {one.name: one.fillcolor for one in figure.data if one.name}["over"] == theme.CONCERNING
        assert any(one.line.color == theme.INK for one in figure.data)

    def test_without_a_boundary_neighbours_stay_neighbours(self) -> None:
        comb = arranged(((3.0, 0.0), (1.0, 0.0), (2.0, 0.0)), 600, 100)
        east = [comb.centre(place)[0] for place in comb.places]
        assert east[1] < east[2] < east[0]
        assert len(set(arranged((None,) * 250, 640, 500).places)) == 250
        boxes = [
            replace(one, centre=(x, 30.0), rings=(((x, 0.0), (x + 1, 0.0), (x + 1, 9.0), (x, 9.0)),))
            for x, one in enumerate(CELLS)
        ]
        drawn = [point for one in cells_map(Words("zh"), boxes, None).data[:-1] for point in one.y if point]
        assert len(set(drawn)) > 4, "a grid of boxes is drawn as a honeycomb"

    def test_history_ends_with_those_who_hold_a_licence_now(
        self, snapshot: warehouse.Snapshot, unit_id: str
    ) -> None:
        last = reads_cells.as_of(snapshot)
        assert last is not None
        span = market.behind(last)
        found = reads_cells.history(snapshot, unit_id, None, span[0], span[-1])
        held = market.total(market.cells(labels.records(reads_cells.of_unit(snapshot, unit_id))))
        assert len(found) == market.BACK
        assert held.occupied <= found["retailers"].iloc[-1] <= held.occupied * 1.02
        ahead = market.ahead(last)
        expiring = reads_cells.expiring(snapshot, unit_id, ahead[0], ahead[-1])
        assert 0 < sum(sum(one.values()) for one in expiring.values()) < held.occupied
        assert len(reads_cells.queue(snapshot, unit_id, None)) == held.queued

    @pytest.mark.parametrize("language", ["zh", "en"])
    @pytest.mark.parametrize("view", ["cells", "queue", "units"])
    def test_every_list_is_shown(self, snapshot: warehouse.Snapshot, view: str, language: str) -> None:
        app = demo_site.page_of("market-cells", view=view, lang=language, capacity="20")
        assert not app.exception
        said = demo_site.shown(app)
        assert Words(language).say("cells.trial_served") in said  # type: ignore[arg-type]
        assert Words(language).say("shared.failing_title") not in said  # type: ignore[arg-type]

    def test_a_picked_cell_says_when_its_queue_may_end(
        self, snapshot: warehouse.Snapshot, unit_id: str
    ) -> None:
        held = market.cells(labels.records(reads_cells.of_unit(snapshot, unit_id)))
        app = demo_site.page_of("market-cells", cell=held[0].id)
        assert not app.exception
        said = demo_site.shown(app)
        assert held[0].name in said and Words("zh").say("cells.wait") in said


class TestComplaints:
    @pytest.mark.parametrize(
        ("counts", "told"),
        [
            ([9, 7, 6], [True, True, True]),
            ([9, 7, 4], [True, False, False]),
            ([9, 3, 4], [True, False, False]),
            ([9, 6, 1, 1], [True, False, False, False]),
            ([9, 6, 0, 0], [True, True, False, False]),
            ([9, 6, 4, 4], [True, False, False, False]),
            ([9, 6, 5, 1, 1], [True, False, False, False, False]),
            ([3], [False]),
            ([0, 9], [False, False]),
        ],
    )
    def test_a_small_count_cannot_be_worked_out_from_the_total(
        self, counts: list[int], told: list[bool]
    ) -> None:
        assert small.told(counts) == told

    @pytest.mark.parametrize("by", ["category", "channel", "conduct_code", "handling_unit_id"])
    def test_every_cut_adds_up_to_all_tickets(
        self, snapshot: warehouse.Snapshot, unit_id: str, by: str
    ) -> None:
        first, last = date(2025, 11, 1), demo_site.END
        found = reads_tickets.split(snapshot, unit_id, by, first, last)
        ticket = relations.record("complaint")
        everything = warehouse.read(snapshot.engine("full"), select(ticket.c.received_at))["received_at"]
        assert found["tickets"].sum() == (everything >= "2025-11-01").sum()
        assert (found["in_time"] + found["overdue"] <= found["due"]).all()

    def test_a_source_that_is_ahead_makes_no_ticket_of_another_overdue(
        self, snapshot: warehouse.Snapshot, changed: Callable[[str], warehouse.Snapshot], unit_id: str
    ) -> None:
        ahead = changed(
            "INSERT INTO quality.batch BY NAME SELECT * REPLACE (999 AS batch_id, 'other' AS source,"
            " as_of + INTERVAL 90 DAY AS as_of) FROM quality.batch WHERE table_name = 'complaint' LIMIT 1"
        )
        asked = (unit_id, "category", date(2026, 8, 1), demo_site.END)
        before = reads_tickets.split(snapshot, *asked)
        assert before["due"].sum() < before["tickets"].sum(), "the limit of some has not come"
        pd.testing.assert_frame_equal(before, reads_tickets.split(ahead, *asked))

    def test_a_month_before_the_first_data_is_not_drawn_as_none(
        self, snapshot: warehouse.Snapshot, unit_id: str
    ) -> None:
        since = records.coverage(snapshot, unit_id)["complaint"].since
        assert since is not None
        app = demo_site.page_of("tickets", unit=unit_id, month=monthly.shifted(since, 2).isoformat()[:7])
        (chart, *_) = [json.loads(one.proto.spec) for one in app.get("plotly_chart")]
        assert not app.exception and chart["data"]
        for one in chart["data"]:
            assert one["y"][:-3] == [None] * 21 and None not in one["y"][-3:]

    def test_few_tickets_are_no_darker_than_many(self) -> None:
        quiet = by_hour(list("一二三四五六日"), {(1, 9): 4, (2, 9): 1}, 5, "少于 5").data[0]
        assert {one for row in quiet.z for one in row} == {0, 1} and quiet.zmax == 3, "not the darkest"
        busy = by_hour(list("一二三四五六日"), {(1, 9): 4, (1, 10): 5, (1, 11): 60}, 5, "少于 5").data[0]
        assert 0 < busy.z[0][9] < busy.z[0][10] < busy.z[0][11] == busy.zmax
        assert list(busy.customdata[0][9:12]) == ["少于 5", "5", "60"]

    def test_tickets_by_hour_and_month_are_the_same_tickets(
        self, snapshot: warehouse.Snapshot, unit_id: str
    ) -> None:
        span = (date(2025, 11, 1), demo_site.END)
        hours = reads_tickets.by_hour(snapshot, unit_id, *span)
        months = reads_tickets.by_month(snapshot, unit_id, "category", *span)
        assert hours["tickets"].sum() == months["tickets"].sum() > 0
        assert hours["weekday"].between(1, 7).all() and hours["hour"].between(0, 23).all()

    @pytest.mark.parametrize(("later", "is_compared"), [(23, True), (22, False), (11, False)])
    def test_a_year_is_beside_a_year_of_which_every_month_is_known(
        self, snapshot: warehouse.Snapshot, unit_id: str, later: int, is_compared: bool
    ) -> None:
        since = records.coverage(snapshot, unit_id)["complaint"].since
        assert since is not None
        month = monthly.shifted(since, later)
        app = demo_site.page_of("tickets", unit=unit_id, window="12", month=month.isoformat()[:7])
        listed = [json.loads(one.proto.json) for one in app.get("bidi_component")][-1]
        changes = {one["change"]["text"] for one in listed["rows"]}
        assert not app.exception and changes and (changes != {NONE}) is is_compared

    @pytest.mark.parametrize("language", ["zh", "en"])
    @pytest.mark.parametrize(
        "view", ["category", "channel", "conduct", "satisfaction", "when", "rose", "units"]
    )
    def test_every_cut_is_shown(self, snapshot: warehouse.Snapshot, view: str, language: str) -> None:
        app = demo_site.page_of("tickets", view=view, lang=language, window="12")
        assert not app.exception
        said = demo_site.shown(app)
        assert Words(language).say(f"complaints.view_{view}") in said  # type: ignore[arg-type]
        assert Words(language).say("shared.failing_title") not in said  # type: ignore[arg-type]
        assert "GD0" not in said

    @pytest.mark.parametrize(
        ("columns", "told"),
        [
            (([20, 30], [17, 30], [9, 25]), ([True, True], [False, True], [False, True])),
            (([20, 30], [15, 25], [12, 20]), ([True, True], [True, True], [False, True])),
            (([20, 3], [20, 2], [20, 1]), ([False, False], [False, False], [False, False])),
        ],
        ids=["three are open", "three were not true", "a small kind hides the other"],
    )
    def test_no_small_rest_follows_from_what_stands_beside_it(
        self, columns: tuple[list[int], ...], told: tuple[list[bool], ...]
    ) -> None:
        names = ("tickets", "closed", "true")
        found = ticket_conduct.told_beside(dict(zip(names, columns, strict=True)))
        assert tuple(found.values()) == told

    @pytest.mark.parametrize("role", ["office_head", "manager", "branch_secretary", "analyst", "discipline"])
    def test_no_time_over_which_conduct_is_told_is_subtracted_from_another(
        self, snapshot: warehouse.Snapshot, unit_id: str, role: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who may not ask of it is told of whole years, which are the same or have no day in common."""
        monkeypatch.setattr(visitor, "actor", lambda: policy.Actor("somebody", role, unit_id))
        view = View(snapshot, Words("zh"), clocks.now())
        coverage = records.coverage(snapshot, unit_id)["complaint"]
        desks = [
            Desk(view, unit_id, "", month, window, coverage).of_conduct()
            for month in monthly.span(date(2026, 10, 1), 24)
            for window in WINDOWS
        ]
        spans = {(one.first, one.last) for one in desks}
        if role in ("analyst", "discipline"):
            assert len(spans) == len(desks)
        else:
            assert spans == {(date(year, 1, 1), date(year, 12, 31)) for year in (2024, 2025, 2026)}

    @pytest.mark.parametrize(("role", "is_told"), [("manager", False), ("discipline", True)])
    def test_conduct_of_a_unit_within_ones_own_is_not_told_to_who_may_not_ask_of_it(
        self, snapshot: warehouse.Snapshot, unit_id: str, role: str, is_told: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:  # fmt: skip
        monkeypatch.setattr(visitor, "actor", lambda: policy.Actor("somebody", role, unit_id))
        say = Words("zh").say
        units = records.units(snapshot)
        inside = str(units.loc[units["parent_unit_id"] == unit_id, "unit_id"].iloc[0])
        for asked, is_here in ((unit_id, True), (inside, is_told)):
            app = demo_site.page_of("tickets", view="conduct", unit=asked, window="12")
            said, lists = demo_site.shown(app), [one.proto.json for one in app.get("bidi_component")]
            assert not app.exception and (say("complaints.conduct_year") in said) is not is_told
            has_list = any("conduct_true" in one for one in lists)
            assert (has_list or say("complaints.none") in said) is is_here

    def test_terms_of_conduct_are_told_over_no_time_of_choice_to_who_may_not_ask_of_them(
        self, snapshot: warehouse.Snapshot, unit_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        coverage = records.coverage(snapshot, unit_id)["complaint"]
        view = View(snapshot, Words("zh"), clocks.now())
        desk = Desk(view, unit_id, "", date(2026, 9, 1), 12, coverage)
        kinds = {}
        for role in ("manager", "discipline"):
            monkeypatch.setattr(visitor, "actor", lambda role=role: policy.Actor("somebody", role, unit_id))
            found = ticket_rises.window(desk, 0)
            assert found is not None
            kinds[role] = {term.kind for term in found.counts if None not in term.codes}
        assert kinds == {
            "manager": {"category", "channel"},
            "discipline": {"category", "channel", "conduct", "both"},
        }


def ticketed(*counts: tuple[str, str | None, str | None, int], days: int = 91) -> rising.Window:
    """Tickets by category, channel and conduct."""
    names = ("category", "channel", "conduct_code", "tickets")
    return rising.window([dict(zip(names, one, strict=True)) for one in counts], days)


RUDE, SLOW = Term("conduct", ("rudeness",)), Term("conduct", ("shirking_or_delay",))
RUDE_REPORTS = Term("both", ("report", "rudeness"))
EARLIER = ticketed(
    ("enquiry", "window", None, 200),
    ("complaint", "window", "rudeness", 10),
    ("report", "letter", "rudeness", 9),
    ("report", "letter", "shirking_or_delay", 8),
)


class TestRising:
    def test_a_term_is_told_by_all_its_columns(self) -> None:
        assert EARLIER.total == 227 and EARLIER.counts[RUDE] == 19
        assert EARLIER.counts[Term("both", ("report", "shirking_or_delay"))] == 8
        assert EARLIER.told == {one for one in EARLIER.counts if one.codes[-1] is not None}
        assert EARLIER.share(RUDE) == 19 / 227

    def test_a_rise_beyond_chance_is_told_apart_from_chance_and_from_the_total(self) -> None:
        later = ticketed(
            ("enquiry", "window", None, 200),
            ("complaint", "window", "rudeness", 40),
            ("report", "letter", "rudeness", 9),
            ("report", "letter", "shirking_or_delay", 10),
        )
        found = rising.beside(later, EARLIER)
        assert next(iter(found)) == Term("both", ("complaint", "rudeness"))
        assert found[RUDE].verdict == "beyond" and found[RUDE].times == 49 / 19
        assert found[SLOW].has_risen and found[SLOW].verdict == "chance"
        assert not found[RUDE_REPORTS].has_risen
        assert Term("conduct", (None,)) not in found

    def test_what_rose_no_more_than_all_tickets_is_said_to(self) -> None:
        few = ticketed(
            ("enquiry", "window", None, 40), ("report", "letter", None, 4), ("report", "fax", None, 8)
        )
        many = ticketed(
            ("enquiry", "window", None, 150), ("report", "letter", None, 16), ("report", "fax", None, 40)
        )
        found = rising.beside(many, few)
        assert found[Term("category", ("enquiry",))].verdict == "with_all"
        assert found[Term("category", ("report",))].verdict == "beyond"
        more = ticketed(("enquiry", "window", None, 800), ("report", "letter", None, 30))
        assert rising.beside(more, few)[Term("channel", ("letter",))].verdict == "unclear"

    def test_what_is_small_is_neither_told_nor_judged_by_its_count(self) -> None:
        judged = set()
        for count in range(5):
            before = ticketed(
                ("enquiry", "window", None, 200),
                ("complaint", "window", "rudeness", count),
                ("complaint", "window", "shirking_or_delay", 7 - count),
                ("complaint", "window", "leaking", 9),
            )
            assert RUDE not in before.told and before.share(RUDE) is None
            now = ticketed(("enquiry", "window", None, 180), ("complaint", "window", "rudeness", 30))
            judged.add(rising.beside(now, before)[RUDE])
            assert RUDE not in rising.beside(before, now)
        (one,) = judged
        assert one.is_least and one.times == 30 / 4 and one.verdict == "beyond"

    def test_a_larger_count_held_back_beside_a_small_one_is_not_judged(self) -> None:
        before = ticketed(("complaint", "window", "rudeness", 3), ("complaint", "window", "leaking", 9))
        leaking = Term("conduct", ("leaking",))
        assert before.bound(RUDE) == 4 and before.bound(leaking) is None
        now = ticketed(("complaint", "window", "rudeness", 30), ("complaint", "window", "leaking", 30))
        assert RUDE in rising.beside(now, before) and leaking not in rising.beside(now, before)

    def test_a_conduct_is_not_told_by_category_where_a_small_one_followed(self) -> None:
        """Nine reports of a conduct held back would tell it; so would a category that is small itself."""
        alone = ticketed(
            ("report", "letter", "rudeness", 20),
            ("report", "letter", "leaking", 3),
            ("report", "letter", "unfairness", 9),
        )
        told = {one for one in alone.told if one.kind in ("conduct", "both")}
        assert told == {RUDE, RUDE_REPORTS}
        split = ticketed(
            ("report", "letter", "rudeness", 20),
            ("complaint", "letter", "rudeness", 3),
            ("complaint", "letter", None, 90),
        )
        assert {one for one in split.told if one.kind in ("conduct", "both")} == {RUDE}
        rare = ticketed(("report", "letter", "rudeness", 20), ("complaint", "letter", "rudeness", 2))
        assert not {one for one in rare.told if one.kind in ("category", "both")}

    def test_every_term_is_counted_as_the_cuts_count_it(
        self, snapshot: warehouse.Snapshot, unit_id: str
    ) -> None:
        first, last = date(2025, 11, 1), demo_site.END
        rows = labels.records(reads_tickets.by_terms(snapshot, unit_id, first, last))
        found = rising.window(rows, 365)
        for kind, by in (("category", "category"), ("channel", "channel"), ("conduct", "conduct_code")):
            cut = labels.records(reads_tickets.split(snapshot, unit_id, by, first, last))
            counted = {one.codes[0]: count for one, count in found.counts.items() if one.kind == kind}
            assert counted == {one["name"]: one["tickets"] for one in cut}
            assert found.total == sum(counted.values()) > 0

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_what_rose_is_shown_with_small_counts_and_months_without_data_said(
        self, snapshot: warehouse.Snapshot, unit_id: str, language: str
    ) -> None:
        words = Words(language)  # type: ignore[arg-type]
        app = demo_site.page_of("tickets", view="rose", lang=language, window="3", month="2026-10")
        said = demo_site.shown(app)
        assert not app.exception and words.say("complaints.rose_no_text") in said
        assert words.say("complaints.rose_small", count=5, most=4) in said
        since = records.coverage(snapshot, unit_id)["complaint"].since
        assert since is not None
        app = demo_site.page_of("tickets", view="rose", lang=language, window="3", month=f"{since:%Y-%m}")
        assert not app.exception and words.say("complaints.rose_partial") in demo_site.shown(app)
