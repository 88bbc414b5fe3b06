"""Snapshots on disk: which there are, which is current, back to an earlier one, and away with the old.

CURRENT is one line that is replaced durably; everything here follows from that: rollback is a move of the pointer, a
run that was killed between naming its snapshot and moving CURRENT is completed, and a pointer to nothing is an error.
It must not read a snapshot's records.
"""

from __future__ import annotations

import logging
import shutil
from typing import Any

from etl import land
from etl.gather import Warehouse
from model import warehouse

log = logging.getLogger(__name__)

KEPT = 5
BUILDING = ".building"
_REMOVED = ".removed-"
_WITHDRAWN = "WITHDRAWN"
"""The snapshots newer than the one that a rollback went back to: complete, but not to be published again by itself."""


class PointerError(RuntimeError):
    """CURRENT does not name a snapshot that is on disk; loading on top of nothing would forget what was loaded."""


def current_id(place: Warehouse) -> str | None:
    """The id of the published snapshot, or None."""
    return warehouse.current_id(place.directory)


def on_disk(place: Warehouse) -> list[str]:
    """The ids of the snapshots on disk, oldest first."""
    if not place.directory.exists():
        return []
    return sorted(
        item.parent.name
        for item in place.directory.glob(f"*/{warehouse.MANIFEST}")
        if item.parent.name[0] != "."
    )


def clean(place: Warehouse) -> None:
    """Make the folders, remove what an interrupted run left, and end what it had as good as done.

    PointerError where CURRENT is not sound.
    """
    land.make_directory(place.directory)
    shutil.rmtree(place.directory / BUILDING, ignore_errors=True)
    for removed in place.directory.glob(f"{_REMOVED}*"):
        shutil.rmtree(removed, ignore_errors=True)
    land.clean(place.landing)
    _complete(place)
    _require_sound(place)


def _complete(place: Warehouse) -> None:
    """Publish the snapshot of a run that was killed between giving it its name and moving CURRENT."""
    current, ids = current_id(place), on_disk(place)
    last = ids[-1] if ids else None
    if last is None or last in _withdrawn(place) or (current is not None and last <= current):
        return
    manifest = land.read_description(place.directory / last / warehouse.MANIFEST)
    if manifest and manifest["previous"] == current and not damaged(place, last, manifest):
        point(place, last)


def _require_sound(place: Warehouse) -> None:
    current, ids = current_id(place), on_disk(place)
    if current in ids or (current is None and not ids):
        return
    said = f"names {current}, which is not on disk" if current else "is missing or empty"
    raise PointerError(
        f"{warehouse.CURRENT} {said}; on disk: {', '.join(ids) or 'none'};"
        " choose one with: python -m etl rollback --to ID"
    )


def damaged(place: Warehouse, snapshot_id: str, manifest: dict[str, Any]) -> list[str]:
    """What is not, byte for byte, as a snapshot's manifest says, in words."""
    found = []
    for name, said in manifest["files"].items():
        path = place.directory / snapshot_id / name
        if not path.exists():
            found.append(f"{snapshot_id}: {name} is gone")
        elif land.sha256_of(path) != said["sha256"]:
            found.append(f"{snapshot_id}: {name}: its content is not what the manifest says")
    return found


def point(place: Warehouse, snapshot_id: str) -> None:
    """Move CURRENT to a snapshot, whole and on disk."""
    land.write_durably(place.directory / warehouse.CURRENT, snapshot_id + "\n")


def _withdrawn(place: Warehouse) -> set[str]:
    path = place.directory / _WITHDRAWN
    return set(path.read_text(encoding="utf-8").split()) if path.exists() else set()


def prune(place: Warehouse, keep: int = KEPT) -> list[str]:
    """Remove all but the newest snapshots, never the current one; the ids removed.

    Each loses its name first, so that a half removed one is never taken for a snapshot. A reader that has one open
    reads on.
    """
    current = current_id(place)
    old = [item for item in on_disk(place)[:-keep] if item != current]
    for item in old:
        gone = place.directory / f"{_REMOVED}{item}"
        try:
            (place.directory / item).rename(gone)
        except OSError as error:
            log.warning("the old snapshot %s could not be removed: %s", item, error)
        shutil.rmtree(gone, ignore_errors=True)
    return old


def history(place: Warehouse) -> list[dict[str, Any]]:
    """The manifests of the snapshots on disk, oldest first, each with whether it is current."""
    current = current_id(place)
    found = []
    for item in on_disk(place):
        try:
            manifest = warehouse.open_snapshot(place.directory, item).manifest
        except ValueError:
            manifest = {"snapshot": item, "published_at": None, "files": {}}
        found.append(manifest | {"is_current": item == current})
    return found


def rollback(place: Warehouse, to: str | None = None) -> str:
    """Make an earlier snapshot the current one: a move of the pointer. KeyError for one that is not on disk.

    The files that only the snapshots after it hold count as new again: the next run loads them, where they still
    lie in the inbox.
    """
    ids = on_disk(place)
    current = current_id(place)
    earlier = [item for item in ids if current is None or item < current]
    target = to or (earlier[-1] if earlier else None)
    if target is None or target not in ids:
        raise KeyError(
            f"no such snapshot: {target or 'nothing before the current one'}; on disk: {', '.join(ids)}"
        )
    newer = "".join(f"{item}\n" for item in ids if item > target)
    land.write_durably(place.directory / _WITHDRAWN, newer)
    point(place, target)
    return target
