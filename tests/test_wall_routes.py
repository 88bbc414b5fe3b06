"""The wall's routes without a browser: what a poll says, who counts as late or silent, health, readiness, metrics."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.middleware import Middleware

from model import warehouse
from pages.parts import clocks, server
from pages.parts.clocks import SourceClock
from pages.parts.wall import displays, polling, routes, shell, state
from pages.parts.wall import site as walls
from pages.parts.wall.displays import SILENT_AFTER, Displays, Heartbeat
from pages.parts.wall.site import Staleness
from tests import warehouse_fixture as fixture
from tests.asgi_client import Client

NOON = datetime(2026, 11, 22, 12)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
IN_TIME = Staleness(timedelta(), {})


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(tmp_path))
    monkeypatch.delenv(walls.FILE_VARIABLE, raising=False)
    return tmp_path


@pytest.fixture
def kept() -> Displays:
    return Displays()


@pytest.fixture
def client(directory: Path, kept: Displays, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setattr(routes, "DISPLAYS", kept)
    state._last_good.clear()
    yield Client(server.ROUTES, middleware=[Middleware(polling.Polls, kept=kept)])


class TestStaleness:
    def one(
        self, cadence: int | None, tables: tuple[str, ...] = ("inspection",), age: timedelta = HOUR
    ) -> SourceClock:
        return SourceClock("a", "甲", "A", NOON - age, cadence, tables)

    def test_a_kind_is_late_once_its_promised_time_has_passed_and_not_before(self) -> None:
        found = state.kind_clock("inspection", [self.one(1)], IN_TIME)
        assert found.due == NOON - HOUR + DAY
        assert not found.is_late(NOON - HOUR + DAY)
        assert found.is_late(NOON - HOUR + DAY + timedelta(seconds=1))

    def test_grace_is_added_and_an_own_limit_takes_the_place_of_the_cadence(self) -> None:
        graceful = Staleness(2 * HOUR, {})
        assert state.kind_clock("inspection", [self.one(1)], graceful).due == NOON + HOUR + DAY
        own = Staleness(2 * HOUR, {"inspection": 3 * HOUR})
        assert state.kind_clock("inspection", [self.one(30)], own).due == NOON + 2 * HOUR
        assert state.kind_clock("inspection", [self.one(None)], own).due == NOON + 2 * HOUR

    def test_what_promised_nothing_is_never_late(self) -> None:
        found = state.kind_clock("inspection", [self.one(None)], IN_TIME)
        assert found.due is None
        assert not found.is_late(NOON + 1000 * DAY)

    def test_of_several_sources_the_slowest_counts_and_others_kinds_do_not(self) -> None:
        sources = [self.one(1), self.one(1, age=9 * HOUR), self.one(1, ("complaint",), age=90 * DAY)]
        found = state.kind_clock("inspection", sources, IN_TIME)
        assert found == state.KindClock(NOON - 9 * HOUR, NOON - 9 * HOUR + DAY)

    def test_a_manifest_of_before_the_tables_were_told_knows_a_feed_by_its_name(
        self, directory: Path
    ) -> None:
        entry = {"source": "feed.inspection", "as_of": NOON.isoformat(), "cadence_days": 1}
        snapshot = warehouse.Snapshot("s", directory, {"sources": [entry, {"source": "feed.nothing"}]})
        found = clocks.of_snapshot(snapshot)
        assert found["feed.inspection"].tables == ("inspection",)
        assert found["feed.nothing"].tables == ()


def test_a_poll_says_what_is_current_and_reads_no_database(
    client: Client, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixture.publish(directory)
    monkeypatch.setattr(warehouse, "_engine", lambda path: pytest.fail("a poll has opened a database"))
    said = client.get("/wall/state?site=hall&lang=en").json()
    assert said["snapshot"] == "s000001"
    assert said["site"] == {
        "name": "hall", "dwell_seconds": 40, "quiet_hour": "03:30",
        "scenes": ["operation", "trends", "cells", "building"],
    }  # fmt: skip
    assert abs(said["now"] - datetime.now().timestamp() * 1000) < 60_000
    hotline = said["kinds"]["complaint"]
    assert hotline["name"] == "complaint ticket"
    assert hotline["due"] - hotline["as_of"] == DAY.total_seconds() * 1000
    assert said["words"]["late"] == "as of {as_of}, {age} overdue"
    assert client.get("/wall/state").json()["words"]["late"] == "截至 {as_of}，已过期 {age}"


def test_without_a_snapshot_a_poll_says_so_and_an_unknown_site_is_told(client: Client) -> None:
    said = client.get("/wall/state")
    assert (said.status_code, said.json()["snapshot"]) == (200, None)
    assert said.json()["messages"] == ["还没有发布数据，发布后自动显示"]
    unknown = client.get("/wall/state?site=<b>nowhere")
    assert unknown.status_code == 404
    assert "nowhere" in unknown.json()["messages"][0]


def test_a_rollback_a_new_day_and_a_new_configuration_reach_the_poll(
    client: Client, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixture.publish(directory)
    fixture.publish(directory, sequence=2)
    assert client.get("/wall/state").json()["snapshot"] == "s000002"
    fixture.point(directory, "s000001")
    assert client.get("/wall/state").json()["snapshot"] == "s000001"
    fixture.point(directory, "s000404")
    assert client.get("/wall/state").json()["snapshot"] is None

    monkeypatch.setattr(clocks, "now", lambda: datetime(2026, 11, 30, 23, 59, 59))
    evening = client.get("/wall/state").json()
    monkeypatch.setattr(clocks, "now", lambda: datetime(2026, 12, 1))
    morning = client.get("/wall/state").json()
    assert morning["ground"] != evening["ground"]
    assert morning["now"] - evening["now"] == 1000
    monkeypatch.setattr(clocks, "now", lambda: datetime(2026, 11, 30, 12))
    assert client.get("/wall/state").json()["ground"] == evening["ground"]

    path = tmp_path / "wall.toml"
    shipped = walls.DEFAULT_FILE.read_text(encoding="utf-8")
    path.write_text(shipped.replace("dwell_seconds = 30", "dwell_seconds = 31"), encoding="utf-8")
    monkeypatch.setenv(walls.FILE_VARIABLE, str(path))
    changed = client.get("/wall/state").json()
    assert (changed["ground"] != evening["ground"], changed["site"]["dwell_seconds"]) == (True, 31)


def test_a_spoilt_configuration_leaves_the_last_good_one_in_force(
    client: Client, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixture.publish(directory)
    path = tmp_path / "wall.toml"
    monkeypatch.setenv(walls.FILE_VARIABLE, str(path))
    assert client.get("/wall/state").status_code == 503
    assert client.get("/readyz").status_code == 503
    path.write_text(walls.DEFAULT_FILE.read_text(encoding="utf-8"), encoding="utf-8")
    good = client.get("/wall/state").json()["ground"]
    path.write_text("[hall", encoding="utf-8")
    said = client.get("/wall/state")
    assert (said.status_code, said.json()["ground"]) == (200, good)


@pytest.mark.parametrize(("displays", "pause"), [(1, 5), (40, 5), (60, 7.5), (500, 7.5)])
def test_the_more_displays_there_are_the_less_often_each_is_to_ask(
    client: Client, kept: Displays, displays: int, pause: float
) -> None:
    for number in range(displays):
        kept.note(Heartbeat(display=f"d{number}", site="hall", heard_at=NOON))
    said = client.get("/wall/state").json()
    assert (said["poll_seconds"], said["snapshot"]) == (pause, None)


def test_a_longer_pause_for_pages_does_not_make_displays_seem_gone(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "POLL_SECONDS", 40)
    pause = client.get("/wall/state").json()["poll_seconds"]
    assert timedelta(seconds=3 * pause) < SILENT_AFTER


class TestDisplays:
    def beat(self, name: str, at: datetime = NOON, drawn: float | None = None) -> Heartbeat:
        return Heartbeat(display=name, site="hall", heard_at=at, drawn_seconds=drawn)

    def test_only_so_many_are_remembered_and_the_one_heard_longest_ago_is_forgotten(self) -> None:
        kept = Displays(kept=3)
        for number in range(4):
            kept.note(self.beat(f"d{number}", NOON + number * HOUR))
        kept.note(self.beat("d1", NOON + 5 * HOUR))
        kept.note(self.beat("d9", NOON + 6 * HOUR))
        assert [one.display for one in kept.all()] == ["d1", "d3", "d9"]

    def test_a_drawing_is_told_once_and_stays_with_its_display(self) -> None:
        kept = Displays()
        assert kept.note(self.beat("a", drawn=2.5))
        assert not kept.note(self.beat("a"))
        assert kept.all()[0].drawn_seconds == 2.5

    @pytest.mark.parametrize("name", ["", "a b", "<script>", "x" * 41, "名"])
    def test_a_display_without_a_proper_name_is_not_kept(self, name: str) -> None:
        assert displays.read({"display": name}, "hall", NOON) is None

    def test_what_is_not_a_number_is_left_out(self) -> None:
        found = displays.read(
            {"display": "a", "heap": "many", "frame_age": "-1", "drawn": "inf", "failures": "nan"},
            "hall",
            NOON,
        )
        assert found == Heartbeat(display="a", site="hall", heard_at=NOON)


def test_heartbeats_stand_on_the_health_page_escaped_and_in_both_languages(
    client: Client, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixture.publish(directory)
    beat = "snapshot=s000001&scene=%3Cb%3E&heap=52428800&viewport=1920x1080&frame_age=3&drawn=2.25"
    client.get(f"/wall/state?display=lobby-1&{beat}")
    client.get("/wall/state?display=lobby-2&snapshot=s000000")
    page = client.get("/wall/health").text
    for said in (
        "lobby-1",
        "s000001",
        "&lt;b&gt;",
        "1920x1080",
        ">50<",
        ">2.2<",
        "最新",
        "未更新",
        "在线 2 / 2 块",
    ):
        assert said in page, said
    assert "<b>" not in page
    assert "2 of 2 displays alive" in client.get("/wall/health?lang=en").text
    found = client.get("/wall/health.json").json()
    assert [one["is_current"] for one in found["displays"]] == [True, False]
    assert client.get("/wall/health?display=lobby-1").status_code == 200
    assert client.get("/wall/health?display=lobby-9").status_code == 404

    later = clocks.now() + timedelta(seconds=31)
    monkeypatch.setattr(clocks, "now", lambda: later)
    assert "失联" in client.get("/wall/health").text
    assert client.get("/wall/health?display=lobby-1").status_code == 404


def test_ready_once_the_scenes_of_the_current_snapshot_can_be_drawn(client: Client, directory: Path) -> None:
    assert client.get("/readyz").status_code == 503
    fixture.publish(directory)
    said = client.get("/readyz").json()
    assert (said["status"], said["snapshot"], said["scenes"]) == ("ready", "s000001", 6)
    fixture.publish(directory, sequence=2)
    (directory / "s000002" / "screen.duckdb").write_bytes(b"not a database")
    assert client.get("/readyz").status_code == 503
    fixture.point(directory, "s000001")
    assert client.get("/readyz").status_code == 200


def test_the_metrics_count_requests_displays_and_the_age_of_the_snapshot(
    client: Client, directory: Path
) -> None:
    fixture.publish(directory)
    before = _metric(client, 'integrity_requests_total{route="/wall/state",status="200"}')
    drawn = _metric(client, "integrity_draw_seconds_count")
    client.get("/wall/state?display=metered&snapshot=s000001&drawn=3.5")
    client.get("/wall/state?display=metered&snapshot=s000001")
    assert _metric(client, 'integrity_requests_total{route="/wall/state",status="200"}') == before + 2
    assert _metric(client, "integrity_draw_seconds_count") == drawn + 1
    assert 7100 < _metric(client, "integrity_snapshot_age_seconds") < 7400
    assert _metric(client, "process_resident_memory_bytes") > 10_000_000
    assert _metric(client, 'integrity_request_seconds_count{route="/wall/state"}') >= 2


def _metric(client: Client, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return next((float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name + " ")), 0.0)


@pytest.mark.parametrize("path", ["/wall", "/wall/shell"])
def test_the_shell_may_ask_its_own_server_only(client: Client, path: str) -> None:
    answer = client.get(path)
    assert "http://" not in answer.text and "https://" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "connect-src 'self'" in policy
    script = answer.text.split('<script type="module">')[1].split("</script>")[0]
    assert f"sha256-{shell._digest(script)}" in policy
    assert client.get("/wall/worker.js").headers["service-worker-allowed"] == "/wall"


def test_the_texts_that_a_display_fills_in_itself_hold_the_places_that_it_knows() -> None:
    said = json.dumps(state.spoken("zh"), ensure_ascii=False) + json.dumps(state.spoken("en"))
    assert "{age}" in said
    for name, text in state.spoken("en").items():
        places = {one.split("}")[0] for one in text.split("{")[1:]}
        known = {"count", "years", "months"} if name.startswith("age_") else {"age", "name", "as_of"}
        assert places <= known, name


def test_the_poll_answers_within_a_few_milliseconds_of_processor_time(
    client: Client, directory: Path
) -> None:
    fixture.publish(directory)
    client.get("/wall/state")
    started = os.times()
    for _ in range(50):
        state.answer("office", "zh")
    spent = os.times().user - started.user
    assert spent / 50 < 0.005
