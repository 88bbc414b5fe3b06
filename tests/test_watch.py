"""Watch, and what a person is told: refused files and late sources in both languages, and a command told once.

Each test runs the real command line over a small published warehouse.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from etl_helpers import certificate

from ledger import migration
from ledger.storage import open_ledger
from model import owner
from model.owner import WrongUserError
from tests.durability_helpers import (
    COMPLAINT,
    LONG_AGO,
    Place,
    as_csv,
    complaint,
    copy_of,
    increment,
    loaded_bureau,
    query,
    small_disk,
    write,
)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return loaded_bureau(tmp_path_factory.mktemp("fresh"))


@pytest.fixture
def loaded(fresh: Place, tmp_path: Path) -> Place:
    """A loaded warehouse with its inbox."""
    return copy_of(fresh, tmp_path / "loaded")


def listener(place: Place) -> Path:
    """A command that keeps what it is told; its messages end up in the file returned."""
    heard = place.root / "heard.txt"
    script = write(place.root / "tell.sh", f"#!/bin/sh\ncat >> '{heard}'\n")
    script.chmod(0o755)
    place.environment["INTEGRITY_ON_FAILURE"] = str(script)
    return heard


def test_the_configured_command_is_told_of_a_failure_and_of_a_refused_file(loaded: Place) -> None:
    heard = listener(loaded)
    write(loaded.inbox / "complaint-2025-06-20.csv", "ticket_no,category\nGD1,complaint\n")
    assert loaded.run().code == 3
    assert "/ refused: header: required columns of complaint are missing" in heard.read_text()
    (loaded.warehouse.directory / "CURRENT").write_text("000009-20990101T000000\n")
    assert loaded.run().code == 1
    assert (
        "运行失败，已发布的快照未变 / the run failed, the published snapshot is as it was"
        in heard.read_text()
    )


MAPPING = (
    certificate("hotline")
    + """cadence_days = 7
[inputs.tickets]
glob = "hotline*.csv"
as_of = { constant = "2025-06-01" }
[[outputs]]
table = "complaint"
input = "tickets"
[outputs.columns]
ticket_no = "number"
category = { constant = "complaint" }
handling_unit_id = { constant = "990101" }
received_at = "day"
"""
)


def test_the_configured_command_is_told_of_a_late_source_even_when_nothing_arrives(loaded: Place) -> None:
    heard = listener(loaded)
    mapping = write(loaded.root / "hotline.toml", MAPPING)
    write(loaded.inbox / "hotline-1.csv", "number,day\nH1,2025-05-30\n")
    assert loaded.run("run", "--json", "--source", str(mapping)).code == 0
    assert (
        "hotline: 逾期：数据截至 2025-06-01T00:00:00，应每 7 天一次"
        " / late: last spoke for 2025-06-01T00:00:00, due every 7 days\n" in heard.read_text()
    )
    assert loaded.run("watch", "--source", str(mapping), "--every", "0.05", "--times", "4").code == 0
    assert heard.read_text().count("late: last spoke for 2025-06-01") == 1, "once, not at every look"


def test_a_warehouse_that_is_gone_is_told_once_and_not_begun_anew(loaded: Place) -> None:
    directory, first = loaded.warehouse.directory, loaded.current()
    away = directory.with_name("away")
    running = loaded.start("watch", "--every", "0.1")
    try:
        write(loaded.inbox / "complaint-2025-06-20.csv", as_csv(COMPLAINT, [complaint(77)]))
        assert wait_for(lambda: loaded.current() != first)
        held = loaded.current()
        directory.rename(away)
        write(loaded.inbox / "complaint-2025-06-21.csv", as_csv(COMPLAINT, [complaint(78)]))
        time.sleep(1.5)
        assert loaded.current() is None and not directory.exists(), "nothing is begun"
        away.rename(directory)
        assert wait_for(lambda: loaded.current() != held)
    finally:
        said = running.kill().stderr
    assert said.count(f"held snapshot {held} and is gone") == 1
    found = "SELECT count(*) FROM record.complaint WHERE ticket_no IN ('GD00077', 'GD00078')"
    assert query(loaded, found) == [(2,)]


def _database(place: Place) -> Path:
    """A mapping of a database that there need not be."""
    table = f'database = {{ url = "sqlite:///{place.root}/none.db", table = "tickets", optional = true }}'
    return write(place.root / "base.toml", MAPPING.replace('glob = "hotline*.csv"', table))


def test_a_file_that_stays_in_transfer_stands_in_the_log_of_a_watch_once(loaded: Place) -> None:
    write(loaded.inbox / "complaint-2025-06-20.csv.part", "ticket_no")
    assert loaded.run("watch", "--every", "0.05", "--times", "4").stderr.count("csv.part: 留待下次") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write what its service cannot read")
def test_root_writes_nothing_among_the_data_of_the_services_user(
    loaded: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (loaded.warehouse.directory, loaded.root):
        os.chown(path, 65534, 65534)
    before = (loaded.warehouse.directory / "CURRENT").read_text()
    write(loaded.inbox / "complaint-2025-06-20.csv", as_csv(COMPLAINT, [complaint(77)]))
    new = [loaded.root / "private.key", loaded.root / "public.key"]
    for given in (["run"], ["rollback"], ["keys", "--private", str(new[0]), "--public", str(new[1])]):
        tried = loaded.run(*given)
        assert tried.code == 1 and "run it as that user: runuser -u nobody" in tried.stderr, tried.stderr
        assert "Traceback" not in tried.stderr
    assert (loaded.warehouse.directory / "CURRENT").read_text() == before and not any(
        one.exists() for one in new
    )
    ledger = open_ledger(f"sqlite:///{loaded.root / 'ledger.db'}")
    with pytest.raises(WrongUserError):
        migration.upgrade(ledger)
    ledger.close()
    assert not (loaded.root / "ledger.db").exists()
    monkeypatch.setattr(owner, "PROGRAM", loaded.root)
    owner.require_owner(
        loaded.root / "ledger.db"
    )  # a checkout of one user, program and data, is root's to try


def test_a_refused_file_that_stays_is_told_to_the_command_once_and_on_the_command_line_each_time(
    loaded: Place,
) -> None:
    name, text = "complaint-2025-06-20.csv", "ticket_no,category\nGD1,complaint\n"
    write(loaded.inbox / name, text)
    assert loaded.run().code == 3, "nobody is configured to be told yet"
    heard = listener(loaded)
    for _ in range(2):
        again = loaded.run()
        assert (again.code, again.json["published"]) == (0, False)
        assert f"{name}: 未接收：表头：缺少“投诉举报工单”的必填列" in again.stderr
        assert "refused: header: required columns of complaint are missing" in again.stderr
        assert heard.read_text().count(name) == 1
    watched = loaded.run(
        "-v",
        "watch",
        "--inbox",
        str(loaded.inbox),
        "--source",
        str(_database(loaded)),
        "--every",
        "0.05",
        "--times",
        "3",
    )
    assert watched.code == 0 and watched.stderr.count("INFO extract") == 3, (
        "a database is looked at each time"
    )
    assert watched.stderr.count(f"{name}: 未接收") == 1, "and what lasts stands in the log once"
    assert heard.read_text().count(name) == 1
    write(loaded.inbox / name, text + "GD2,complaint\n")
    assert loaded.run().code == 3, "other content under the same name is news"
    assert heard.read_text().count(name) == 2
    (loaded.inbox / name).unlink()
    loaded.run()
    write(loaded.inbox / name, text + "GD2,complaint\n")
    loaded.run()
    assert heard.read_text().count(name) == 3, "it was gone and is there again"


def test_a_command_that_fails_is_told_again(loaded: Place) -> None:
    write(loaded.inbox / "complaint-2025-06-20.csv", "ticket_no\nGD1\n")
    commands = {"/bin/false 密钥": "exit code 1", "/no/such 密钥": "FileNotFoundError", "'密钥": "ValueError"}
    for command, said in commands.items():
        loaded.environment["INTEGRITY_ON_FAILURE"] = command
        stderr = loaded.run().stderr
        assert f"the command of INTEGRITY_ON_FAILURE failed: {said}" in stderr
        assert "密钥" not in stderr, "what stands behind the command may be a key"
    heard = listener(loaded)
    loaded.run()
    assert "complaint-2025-06-20.csv" in heard.read_text()


def test_a_refused_file_is_listed_once_with_its_arrival(loaded: Place) -> None:
    write(loaded.inbox / "complaint-2025-06-20.csv", "ticket_no\nGD1\n")
    write(loaded.inbox / "complaint-2025-06-20.csv.gz", b"\x1f\x8b broken")
    assert loaded.run().code == 3
    increment(loaded.inbox)
    assert loaded.run().json["published"]
    found = query(loaded, "SELECT file, arrived_at FROM quality.file WHERE status = 'refused' ORDER BY 1")
    assert [name for name, _ in found] == ["complaint-2025-06-20.csv", "complaint-2025-06-20.csv.gz"]
    assert all(arrived for _, arrived in found)


def test_watch_runs_when_a_file_is_complete_and_not_before(loaded: Place) -> None:
    running = loaded.start("watch", "--every", "0.1")
    try:
        before = loaded.current()
        path = loaded.inbox / "complaint-2025-06-12.csv"
        with path.open("w") as file:
            file.write(as_csv(COMPLAINT, [complaint(70)]))
            file.flush()
            os.utime(path, (LONG_AGO, LONG_AGO))
            time.sleep(1)
            assert loaded.current() == before, "somebody still writes to it"
        assert wait_for(lambda: loaded.current() != before), (
            "it is complete now, though nothing of it changed"
        )
        published = loaded.current()
        time.sleep(0.5)
        assert loaded.current() == published, "nothing new, nothing published"
        write(loaded.inbox / "complaint-2025-06-13.csv.part", "ticket_no")
        time.sleep(0.5)
        assert loaded.current() == published, "a file in transfer"
        (loaded.inbox / "complaint-2025-06-13.csv.part").unlink()
        write(loaded.inbox / "complaint-2025-06-13.csv", as_csv(COMPLAINT, [complaint(71)]))
        assert wait_for(lambda: loaded.current() != published)
    finally:
        running.kill()


def test_watch_tries_a_failed_run_again_when_the_cause_is_gone_and_tells_of_it_once(loaded: Place) -> None:
    heard = listener(loaded)
    pointer = loaded.warehouse.directory / "CURRENT"
    before = pointer.read_text()
    pointer.write_text("000009-20990101T000000\n")
    increment(loaded.inbox)
    running = loaded.start("watch", "--every", "0.1")
    try:
        assert wait_for(heard.exists)
        time.sleep(0.5)
        pointer.write_text(before)
        assert wait_for(lambda: pointer.read_text() not in (before, "000009-20990101T000000\n"))
    finally:
        running.kill()
    assert heard.read_text().count("the run failed") == 1


def test_an_inbox_that_goes_away_is_told_once_and_taken_up_again_when_it_is_back(loaded: Place) -> None:
    heard = listener(loaded)
    before, away = loaded.current(), loaded.root / "away"
    running = loaded.start("watch", "--every", "0.1")
    try:
        assert wait_for(heard.exists), "sources are late"
        loaded.inbox.rename(away)
        write(away / "complaint-2025-06-12.csv", as_csv(COMPLAINT, [complaint(70)]))
        assert wait_for(lambda: "the run failed" in heard.read_text())
        time.sleep(0.5)
        away.rename(loaded.inbox)
        assert wait_for(lambda: loaded.current() != before)
    finally:
        running.kill()
    assert heard.read_text().count("the run failed") == 1
    assert f"the inbox {loaded.inbox} is not there; expected a folder" in heard.read_text()


def test_watch_outlives_a_full_disk_of_which_it_tells_once(loaded: Place) -> None:
    """What was told cannot be kept on that disk either."""
    heard, folder = listener(loaded), loaded.warehouse.directory
    before = loaded.current()
    aside = folder.rename(loaded.root / "aside")
    with small_disk(folder, 200 * 2**20):
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        increment(loaded.inbox)
        fill(folder / "filler")
        running = loaded.start("watch", "--every", "0.1")
        try:
            assert wait_for(heard.exists)
            time.sleep(1)
            (folder / "filler").unlink()
            assert wait_for(lambda: loaded.current() != before), "it tries again"
        finally:
            running.kill()
    assert heard.read_text().count("the run failed") == 1


def fill(path: Path) -> None:
    """Write until the disk is full."""
    try:
        with path.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
    except OSError:
        return


def wait_for(condition: object, seconds: float = 20) -> bool:
    assert callable(condition)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False
