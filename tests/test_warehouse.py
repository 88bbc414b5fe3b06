"""Where a snapshot is opened: odd places on disk, and one that is removed while somebody still shows it."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from model import warehouse
from model.warehouse import NoSnapshotError
from tests import warehouse_fixture as fixture

UNITS = text("SELECT count(*) AS units FROM mart.unit")


def test_a_warehouse_may_lie_anywhere(tmp_path: Path) -> None:
    place = tmp_path / 'it\'s 100% #; "仓库"'
    fixture.publish(place)
    snapshot = warehouse.open_snapshot(place)
    found = warehouse.read(snapshot.engine("full"), UNITS)
    with warehouse.beside(snapshot) as connection:
        assert connection.execute(str(UNITS)).fetchone() == (found["units"].iloc[0],)


def test_a_surface_of_a_snapshot_that_is_gone_is_told_from_a_broken_one(tmp_path: Path) -> None:
    fixture.publish(tmp_path)
    held = warehouse.open_snapshot(tmp_path)
    shutil.rmtree(held.directory)
    with pytest.raises(NoSnapshotError, match=r"s000001/full\.duckdb is not on disk any more"):
        warehouse.read(held.engine("full"), UNITS)
    with pytest.raises(NoSnapshotError, match=r"s000001/screen\.duckdb"), warehouse.beside(held, "screen"):
        pass
    broken = fixture.publish_broken(tmp_path)
    with pytest.raises(Exception, match="not a valid DuckDB database file") as error:
        warehouse.read(warehouse.open_snapshot(tmp_path, broken).engine("full"), UNITS)
    assert not isinstance(error.value, NoSnapshotError)


def _page() -> None:
    """A page that takes so long that what it shows is removed before it first opens another surface of it."""
    import shutil

    import streamlit as st
    from sqlalchemy import text

    from model import warehouse
    from pages.parts import frame
    from pages.parts.words import Words
    from tests import warehouse_fixture as fixture

    def page() -> None:
        view = frame.open_view(Words("zh"))
        if view.snapshot.id == "s000001":
            fixture.point(warehouse.default_directory(), "s000002")
            shutil.rmtree(view.snapshot.directory)
        found = warehouse.read(view.snapshot.engine("screen"), text("SELECT 1 AS one"))
        st.text(f"{view.snapshot.id} {found['one'].iloc[0]}")

    frame.run(page, Words("zh"))


def test_two_connections_work_side_by_side_and_neither_outlives_the_other() -> None:
    connection = warehouse.connect()
    connection.execute("CREATE TABLE told AS SELECT range AS number FROM range(1000)")
    with warehouse.meanwhile(
        connection, lambda other: other.execute("SELECT sum(number) FROM told").fetchone()
    ) as found:
        connection.execute("CREATE TABLE more AS FROM told")
    assert found.result() == (499_500,)

    asked, stopped = threading.Event(), threading.Event()

    def ask_forever(other: warehouse.Connection) -> None:
        asked.set()
        try:
            other.execute("SELECT max(a.range) FROM range(1000000) AS a, range(10000000) AS b")
        except warehouse.InterruptError:
            stopped.set()

    with pytest.raises(KeyError), warehouse.meanwhile(connection, ask_forever):
        asked.wait()
        time.sleep(0.5)
        raise KeyError("of the block")
    assert stopped.is_set()

    with (
        pytest.raises(warehouse.Error, match="nowhere"),
        warehouse.meanwhile(connection, lambda other: other.execute("FROM nowhere")),
    ):
        connection.execute("INSERT INTO more VALUES (-1)")
    assert connection.execute("SELECT min(number) FROM more").fetchone() == (-1,)
    assert connection.execute("SELECT current_setting('TimeZone')").fetchone() == (warehouse.TIME_ZONE,)


def test_a_page_that_held_a_removed_snapshot_shows_the_current_one_calmly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(tmp_path))
    for sequence in (1, 2):
        fixture.publish(tmp_path, sequence=sequence)
    fixture.point(tmp_path, "s000001")
    app = AppTest.from_function(_page, default_timeout=60).run()
    assert not (tmp_path / "s000001").exists()
    assert [one.value for one in app.text] == ["s000002 1"]
    assert not app.exception
