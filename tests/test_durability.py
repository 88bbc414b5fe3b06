"""Durability: whatever ends a run, readers see whole snapshots, and the next run comes to where it would have come."""

from __future__ import annotations

import fcntl
import json
import os
import random
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from etl import land, snapshots
from model import vault, warehouse
from tests.durability_helpers import (
    COMPLAINT,
    PROCESSES,
    RETAILER,
    Content,
    Place,
    as_csv,
    assert_same,
    assert_sound,
    bureau,
    complaint,
    content,
    copy_of,
    increment,
    leftovers,
    loaded_bureau,
    retailer,
    small_disk,
    write,
)

CHANCE = random.Random(20251122)
POINTS = 4


# --- the undisturbed runs that all others are measured by ------------------------------------------------------------


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A bureau's first load, undisturbed."""
    return loaded_bureau(tmp_path_factory.mktemp("fresh"))


@pytest.fixture(scope="module")
def grown(fresh: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The same with its increment, undisturbed."""
    place = copy_of(fresh, tmp_path_factory.mktemp("grown"))
    increment(place.inbox)
    assert place.run().code == 0
    return place


@pytest.fixture(scope="module")
def fresh_content(fresh: Place) -> Content:
    return content(fresh)


@pytest.fixture(scope="module")
def grown_content(grown: Place) -> Content:
    return content(grown)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty warehouse and a first delivery."""
    place = Place(tmp_path / "place").keyed()
    bureau(place.inbox)
    return place


@pytest.fixture
def loaded(fresh: Place, tmp_path: Path) -> Place:
    """A loaded warehouse, a copy of the undisturbed one."""
    return copy_of(fresh, tmp_path / "loaded")


def steps_of(place: Place) -> list[tuple[str, str]]:
    """Run to the end; each sync, new name and new folder on the way, in order, by its path from the warehouse."""
    log = place.root / "steps.json"
    process = PROCESSES.Process(target=_record_steps, args=(str(place.root), str(log)))
    process.start()
    process.join()
    assert process.exitcode == 0
    return [(kind, name) for kind, name in json.loads(log.read_text())]


def durable_steps_of(place: Place, root: Path) -> list[tuple[str, str]]:
    """The same of a copy, without new folders: the steps before which a run can be killed."""
    return [step for step in steps_of(copy_of(place, root)) if step[0] != "make"]


# --- kill -9 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["fresh load", "increment"])
def test_a_run_killed_at_any_moment_leaves_the_old_snapshot_and_the_next_run_comes_to_the_same_end(
    kind: str, fresh: Place, fresh_content: Content, grown_content: Content, tmp_path: Path
) -> None:
    def prepared(name: str) -> Place:
        if kind == "fresh load":
            place = Place(tmp_path / name).keyed()
            bureau(place.inbox)
        else:
            place = copy_of(fresh, tmp_path / name)
            increment(place.inbox)
        return place

    expected = fresh_content if kind == "fresh load" else grown_content
    seconds = prepared("measured").run().seconds
    for number in range(POINTS):
        seconds_until = seconds * (number + CHANCE.random()) / POINTS
        while True:
            place = prepared(f"killed-{number}")
            before = place.current()
            running = place.start()
            time.sleep(seconds_until)
            if running.kill().code == -9:
                break
            seconds_until /= 2  # this run was faster than the one that was measured
            shutil.rmtree(place.root)
        assert assert_sound(place) in (before, *snapshots.on_disk(place.warehouse))
        again = place.run()
        assert again.code == 0, again.stderr
        assert_sound(place)
        assert_same(content(place), expected)
        assert leftovers(place) == []
        shutil.rmtree(place.root)


def test_a_run_killed_around_each_of_its_last_durable_steps_is_ended_by_the_next_run(
    loaded: Place, grown_content: Content, tmp_path: Path
) -> None:
    increment(loaded.inbox)
    before, steps = loaded.current(), len(durable_steps_of(loaded, tmp_path / "counted"))
    outcomes = set()
    for step in range(steps - 8, steps):
        place = copy_of(loaded, tmp_path / f"step-{step}")
        assert place.run(kill_before=step).code == -9
        current = assert_sound(place)
        again = place.run()
        assert again.code == 0, again.stderr
        assert_sound(place)
        assert_same(content(place), grown_content)
        assert leftovers(place) == []
        outcomes.add((current == before, again.json["published"]))
        shutil.rmtree(place.root)
    assert (True, True) in outcomes, "killed before the snapshot had its name: the next run does the work"
    assert (True, False) in outcomes, "killed between name and CURRENT: the next run moves CURRENT"
    assert (False, False) in outcomes, "killed after CURRENT: nothing is left to do"


def test_a_killed_landing_leaves_no_file_that_counts(place: Place, tmp_path: Path) -> None:
    steps = durable_steps_of(place, tmp_path / "counted")
    landing_of_the_third = [at for at, (_, name) in enumerate(steps) if ".incoming/" in name][2]
    assert place.run(kill_before=landing_of_the_third).code == -9
    landing = place.warehouse.landing
    unfinished = [path for path in landing.rglob("*") if path.is_file() and "incoming" in str(path)]
    assert unfinished, "it was killed while a file was being landed"
    assert place.run().code == 0
    assert not [path for path in landing.rglob("*") if "incoming" in str(path) and path.is_file()]
    assert_verified(place)


def test_a_killed_making_of_the_hash_key_does_not_stop_the_next_run(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    folder.mkdir()
    (folder / ".hash.key.new").write_text("5a5a")
    assert len(vault.hash_key(folder)) == 32
    assert [path.name for path in folder.iterdir()] == ["hash.key"]


# --- a full disk ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_a_full_disk_ends_the_run_clearly_and_the_next_run_with_space_succeeds(
    share: float, fresh: Place, grown_content: Content, tmp_path: Path
) -> None:
    """Space is left for this share of the next snapshot: it ends while landing, while loading, while publishing."""
    used = sum(path.stat().st_size for path in fresh.root.rglob("*") if path.is_file())
    snapshot = warehouse.open_snapshot(fresh.warehouse.directory)
    needed = sum(snapshot.path(surface).stat().st_size for surface in warehouse.SURFACES)
    disk = tmp_path / "disk"
    with small_disk(disk, used + int(needed * share) + len(list(fresh.root.rglob("*"))) * 4096):
        place = copy_of(fresh, disk)
        increment(place.inbox)
        before = place.current()
        ran = place.run()
        assert ran.code == 1, (ran.stdout, ran.stderr)
        assert "the published snapshot is as it was" in ran.stderr
        assert "disk full" in ran.stderr or "No space left" in ran.stderr
        assert "Traceback" not in ran.stderr
        assert ran.json["published"] is False
        assert ran.json["snapshot"] == before == assert_sound(place)
        assert leftovers(place) == []
        grown = copy_of(place, tmp_path / "with-space")
    again = grown.run()
    assert again.code == 0, again.stderr
    assert_same(content(grown), grown_content)
    assert_verified(grown)


# --- two at once ------------------------------------------------------------------------------------------------------


def test_two_runs_at_once_end_well_and_nothing_is_doubled(place: Place, fresh_content: Content) -> None:
    both = [one.wait() for one in (place.start(), place.start())]
    assert [one.code for one in both] == [0, 0], [one.stderr for one in both]
    assert sorted(one.json["published"] for one in both) == [False, True]
    assert "another run is at work" in both[0].stderr + both[1].stderr
    assert len(snapshots.on_disk(place.warehouse)) == 1
    assert_same(content(place), fresh_content)


def test_a_run_gives_up_with_a_clear_message_where_another_does_not_end(place: Place) -> None:
    place.warehouse.directory.mkdir(parents=True)
    with (place.warehouse.directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ran = place.run("run", "--json", "--wait", "0.3")
    assert ran.code == 1
    assert "another run holds" in ran.json["error"]
    assert place.run().code == 0


# --- readers ----------------------------------------------------------------------------------------------------------


def test_readers_see_neither_errors_nor_a_mixture_while_snapshots_are_published_and_removed(
    loaded: Place,
) -> None:
    """Each reader holds a snapshot for a while, as an open page does, and reads all three surfaces of it."""
    errors: list[BaseException] = []
    seen: set[str] = set()
    is_over = threading.Event()

    def read(number: int) -> None:
        chance = random.Random(number)
        try:
            while not is_over.is_set():
                snapshot = warehouse.open_snapshot(loaded.warehouse.directory)
                seen.add(snapshot.id)
                said = snapshot.manifest["tables"]["complaint"]["rows"]
                for _ in range(3):
                    for surface in ("full", "analysis"):
                        query = text("SELECT count(*) AS n FROM record.complaint")
                        found = warehouse.read(snapshot.engine(surface), query)
                        assert int(found["n"][0]) == said
                    volumes = warehouse.read(
                        snapshot.engine("screen"), text("SELECT count(*) AS n FROM mart.volume")
                    )
                    assert len(volumes) == 1
                    time.sleep(chance.random() / 10)
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    first = warehouse.open_snapshot(loaded.warehouse.directory)
    long_open = first.engine("full").connect()
    tickets = text("SELECT count(*) FROM record.complaint")
    before = long_open.execute(tickets).scalar()
    readers = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for reader in readers:
        reader.start()
    for number in range(snapshots.KEPT + 2):
        rows = [complaint(1000 + number)]
        write(loaded.inbox / f"complaint-2025-06-{number + 11}.csv", as_csv(COMPLAINT, rows))
        assert loaded.run().code == 0
    is_over.set()
    for reader in readers:
        reader.join()
    assert errors == []
    assert len(seen) > 2, "the readers have seen several snapshots"
    assert not first.directory.exists(), "the first snapshot has been removed"
    assert long_open.execute(tickets).scalar() == before
    visits = warehouse.read(first.engine("full"), text("SELECT count(*) AS n FROM record.inspection"))
    assert int(visits["n"][0]) == 301, "the page reads on, and other tables too"
    long_open.close()


def test_only_the_newest_snapshots_are_kept_and_never_without_the_current_one(loaded: Place) -> None:
    kept = snapshots.current_id(loaded.warehouse)
    assert kept
    for number in range(2, 10):
        shutil.copytree(
            loaded.warehouse.directory / kept, loaded.warehouse.directory / f"{number:06}-20990101T000000"
        )
    removed = snapshots.prune(loaded.warehouse, keep=2)
    assert len(removed) == 6
    assert snapshots.on_disk(loaded.warehouse) == [
        kept,
        "000008-20990101T000000",
        "000009-20990101T000000",
    ]


# --- rollback and CURRENT ---------------------------------------------------------------------------------------------


def test_a_rollback_moves_the_pointer_and_the_run_after_it_builds_on_what_it_points_to(
    grown: Place, fresh_content: Content, grown_content: Content, tmp_path: Path
) -> None:
    place = copy_of(grown, tmp_path / "rolled")
    first, second = snapshots.on_disk(place.warehouse)
    assert snapshots.rollback(place.warehouse) == first == place.current()
    assert_same(content(place), fresh_content)
    assert_sound(place)

    later = [path for path in place.inbox.iterdir() if "2025-06-10" in path.name]
    held_back = {path: path.read_bytes() for path in later}
    for path in later:
        path.unlink()
    ran = place.run()
    assert (ran.code, ran.json["published"], place.current()) == (0, False, first), (
        "a rollback is not undone by itself"
    )

    for path, kept in held_back.items():
        write(path, kept)
    ran = place.run()
    assert ran.code == 0 and ran.json["published"]
    assert_same(content(place), grown_content)
    assert [item["is_current"] for item in snapshots.history(place.warehouse)] == [False, False, True]
    assert snapshots.rollback(place.warehouse, second) == second


def test_a_rollback_to_what_is_not_there_changes_nothing(loaded: Place) -> None:
    before = loaded.current()
    with pytest.raises(KeyError, match="no such snapshot"):
        snapshots.rollback(loaded.warehouse)
    with pytest.raises(KeyError, match="no such snapshot"):
        snapshots.rollback(loaded.warehouse, "000009-20990101T000000")
    assert loaded.current() == before


@pytest.mark.parametrize("said", ["000007-20250101T000000\n", "", None])
def test_a_current_that_names_no_snapshot_on_disk_is_said_and_never_built_upon(
    said: str | None, grown: Place, tmp_path: Path
) -> None:
    place = copy_of(grown, tmp_path / "lost")
    pointer = place.warehouse.directory / "CURRENT"
    ids = snapshots.on_disk(place.warehouse)
    if said is None:
        pointer.unlink()
    else:
        pointer.write_text(said)
    ran = place.run()
    assert ran.code == 1
    assert "CURRENT" in ran.stderr and ids[-1] in ran.stderr and "rollback --to" in ran.stderr
    assert snapshots.on_disk(place.warehouse) == ids
    verified = place.run("verify", "--json")
    assert verified.code == 1 and any("CURRENT" in problem for problem in verified.json["problems"])
    assert snapshots.rollback(place.warehouse, ids[-1]) == ids[-1]
    assert place.run().code == 0
    assert_verified(place)


def test_a_lost_or_foreign_hash_key_is_refused_since_pseudonyms_hang_on_it(loaded: Place) -> None:
    key = loaded.warehouse.vault / "hash.key"
    increment(loaded.inbox)
    before = key.read_text()
    key.unlink()
    ran = loaded.run()
    assert ran.code == 1 and "restore it from the backup" in ran.stderr
    assert not key.exists()
    key.write_text("6b" * 32 + "\n")
    ran = loaded.run()
    assert ran.code == 1 and "is not the key with which" in ran.stderr
    key.write_text(before)
    assert loaded.run().code == 0


# --- verify -----------------------------------------------------------------------------------------------------------


def assert_verified(place: Place) -> None:
    verified = place.run("verify", "--json")
    assert (verified.code, verified.json) == (0, {"problems": []})


def stored_files(place: Place) -> Iterator[Path]:
    """Every file of landing and snapshots."""
    yield from sorted(path for path in place.warehouse.landing.glob("??/*") if path.is_file())
    for snapshot_id in snapshots.on_disk(place.warehouse):
        yield from sorted((place.warehouse.directory / snapshot_id).iterdir())


def test_landing_and_snapshots_are_read_only(grown: Place) -> None:
    for path in stored_files(grown):
        assert path.stat().st_mode & 0o777 == 0o440, path.name


def test_the_vault_is_its_owners_alone(fresh: Place, tmp_path: Path) -> None:
    place = copy_of(fresh, tmp_path / "open")
    folder = place.warehouse.vault
    folder.chmod(0o755)
    (folder / "public.key").write_text(vault.new_key_pair()[1])
    for key in folder.glob("*.key"):
        key.chmod(0o644)
    increment(place.inbox)
    assert place.run().code == 0
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {key.stat().st_mode & 0o777 for key in folder.glob("*.key")} == {0o600}


def test_verify_finds_a_flipped_byte_in_every_file_of_landing_and_snapshots(
    grown: Place, tmp_path: Path
) -> None:
    place = copy_of(grown, tmp_path / "flipped")
    assert_verified(place)
    from etl import verify

    for path in stored_files(place):
        path.chmod(0o640)
        whole = path.read_bytes()
        at = CHANCE.randrange(len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << CHANCE.randrange(8)]) + whole[at + 1 :])
        found = verify.problems(place.warehouse)
        name = (
            path.parent.name if path.parent.parent == place.warehouse.directory else path.name.split(".")[0]
        )
        assert any(name in problem for problem in found), (path.name, at, found)
        path.write_bytes(whole)
    assert verify.problems(place.warehouse) == []


@pytest.mark.parametrize("command", ["verify", "history", "status"])
def test_no_command_passes_where_nothing_lies(tmp_path: Path, command: str) -> None:
    found = Place(tmp_path).run(command)
    assert found.code == 1
    assert f"no snapshot has been published in {tmp_path}" in found.stdout + found.stderr


def test_verify_misses_the_keys_of_the_vault(grown: Place, tmp_path: Path) -> None:
    place = copy_of(grown, tmp_path / "keyless")
    for name in ("hash.key", "subject_keys.db"):
        path = place.warehouse.vault / name
        assert path.exists()
        path.rename(place.root / name)
        (problem,) = place.run("verify", "--json").json["problems"]
        assert f"{name} is gone" in problem and not path.exists()
        (place.root / name).rename(path)
    assert_verified(place)


def test_a_mistyped_table_is_no_empty_quarantine(grown: Place) -> None:
    ran = grown.run("quarantine", "--table", "inspektion")
    assert ran.code == 1 and "inspektion" in ran.stderr and "inspection" in ran.stderr
    assert grown.run("quarantine", "--table", "complaint_reporter").code == 0


def test_each_command_that_looks_prints_one_json_object(loaded: Place) -> None:
    target = str(loaded.root / "kept-out.csv")
    for command in (
        ("status",),
        ("history",),
        ("verify",),
        ("quarantine",),
        ("quarantine", "--table", "complaint", "--export", target),
        ("rollback", "--to", str(loaded.current())),
    ):
        ran = loaded.run(*command, "--json")
        assert ran.code == 0 and isinstance(json.loads(ran.stdout), dict), (command, ran)


def test_verify_finds_every_deleted_file(grown: Place, tmp_path: Path) -> None:
    place = copy_of(grown, tmp_path / "deleted")
    from etl import verify

    for path in stored_files(place):
        aside = place.root / "aside"
        path.rename(aside)
        name = (
            path.parent.name if path.parent.parent == place.warehouse.directory else path.name.split(".")[0]
        )
        assert any(name in problem for problem in verify.problems(place.warehouse)), path.name
        aside.rename(path)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM record.inspection WHERE inspection_no = 'JC000001'",
        "DELETE FROM record.inspection_revision WHERE inspection_no = 'JC000004'",
        "DELETE FROM quality.quarantine",
        "UPDATE quality.batch SET loaded_count = loaded_count + 1 WHERE table_name = 'complaint'",
        "INSERT INTO record.org_unit SELECT * FROM record.org_unit LIMIT 1",
    ],
)
def test_verify_finds_rows_that_are_not_accounted_for(grown: Place, tmp_path: Path, change: str) -> None:
    place = copy_of(grown, tmp_path / "changed")
    path = warehouse.open_snapshot(place.warehouse.directory).path("full")
    path.chmod(0o640)
    with warehouse.connect(path) as connection:
        connection.execute(change)
    problems = place.run("verify", "--json").json["problems"]
    assert any("full.duckdb: its content" in problem for problem in problems)
    assert any("the batches say" in problem for problem in problems)


# --- the order of what is made durable --------------------------------------------------------------------------------


def test_current_moves_only_after_files_their_names_and_the_snapshots_name_are_on_disk(loaded: Place) -> None:
    """A loss of power may lose whatever was not synced: so each name is synced before the next step needs it."""
    increment(loaded.inbox)
    steps = steps_of(loaded)
    snapshot = loaded.current()
    assert snapshot

    def at(kind: str, name: str) -> int:
        return len(steps) - 1 - steps[::-1].index((kind, name))

    named = at("rename", snapshot)
    for surface in warehouse.SURFACES:
        assert at("sync", f".building/{surface}.duckdb") < named
    assert at("sync", ".building/.manifest.json.new") < at("rename", ".building/manifest.json")
    assert at("rename", ".building/manifest.json") < at("sync", ".building") < named
    assert named < at("sync", ".") < at("rename", "CURRENT") or named < steps.index(("sync", "."), named)
    assert named < steps.index(("sync", ".CURRENT.new"), named) < at("rename", "CURRENT") < at("sync", ".")
    names = {path.name for path in (loaded.warehouse.directory / snapshot).iterdir()}
    assert names == {"full.duckdb", "analysis.duckdb", "screen.duckdb", "manifest.json"}


def test_a_landed_file_and_its_folder_are_on_disk_before_the_snapshot_that_counts_on_it(place: Place) -> None:
    steps = steps_of(place)
    named = steps.index(("rename", str(place.current())))
    landed = [path for path in place.warehouse.landing.glob("??/*") if path.suffix != ".json"]
    assert landed
    for path in landed:
        folder, name = f"../landing/{path.parent.name}", f"../landing/{path.parent.name}/{path.name}"
        renamed = steps.index(("rename", name))
        assert any(kind == "sync" and ".incoming/" in step for kind, step in steps[:renamed])
        assert renamed < steps.index(("sync", folder), renamed) < named
        made = steps.index(("make", folder))
        assert made < steps.index(("sync", "../landing"), made) < named
        certified = steps.index(("rename", f"{folder}/{path.name.split('.')[0]}.json"))
        assert renamed < certified < steps.index(("sync", folder), certified) < named


def _record_steps(root: str, log: str) -> None:
    """A run in this process; every sync, rename and new folder goes to `log`, in order, by name."""
    from etl import run

    place, steps = Place(Path(root)), []
    fsync, rename, replace, mkdir = os.fsync, os.rename, os.replace, os.mkdir

    def name(path: object) -> str:
        return os.path.relpath(str(path), place.warehouse.directory)

    def synced(descriptor: int) -> None:
        steps.append(("sync", name(os.readlink(f"/proc/self/fd/{descriptor}"))))
        fsync(descriptor)

    def renamed(source: object, target: object, **named: object) -> None:
        rename(source, target, **named)  # type: ignore[call-overload]
        steps.append(("rename", name(target)))

    def replaced(source: object, target: object, **named: object) -> None:
        replace(source, target, **named)  # type: ignore[call-overload]
        steps.append(("rename", name(target)))

    def made(path: object, *arguments: object, **named: object) -> None:
        mkdir(path, *arguments, **named)  # type: ignore[call-overload]
        steps.append(("make", name(path)))

    os.fsync, os.rename, os.replace, os.mkdir = synced, renamed, replaced, made  # type: ignore[assignment]
    run.run(place.inbox, place.warehouse, [], lambda step, size: None)
    Path(log).write_text(json.dumps(steps))


# --- small things that hold the rest together -------------------------------------------------------------------------


def test_a_description_with_any_changed_byte_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "certificate.json"
    text_of_it = land.described({"sha256": "ab", "name": "投诉.csv", "rows": None})
    path.write_text(text_of_it)
    assert land.read_description(path) == {"sha256": "ab", "name": "投诉.csv", "rows": None}
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert land.read_description(path) is None, at


def test_an_older_shop_version_that_is_delivered_after_a_rollback_does_not_confuse_the_count(
    loaded: Place,
) -> None:
    write(loaded.inbox / "retailer-2025-06-01.csv", as_csv(RETAILER, [retailer(7, "closed")]))
    assert loaded.run().code == 0
    snapshots.rollback(loaded.warehouse)
    write(loaded.inbox / "retailer-2025-06-02.csv", as_csv(RETAILER, [retailer(7, "suspended")]))
    ran = loaded.run()
    assert ran.code == 0
    assert ran.json["tables"]["retailer"]["superseding"] == 2
    assert_verified(loaded)
