"""Status: what is published, and whether each source still speaks as often as it promised."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from etl.gather import Warehouse
from etl.inbox import now
from model import warehouse


def status(place: Warehouse) -> dict[str, Any]:
    """The current snapshot, its rows by table, its sources with their clocks, and which are late."""
    manifest = warehouse.open_snapshot(place.directory).manifest
    at = now()
    sources = [one | {"is_late": is_late(one, at)} for one in manifest["sources"]]
    return {
        "snapshot": manifest["snapshot"],
        "published_at": manifest["published_at"],
        "tables": manifest["tables"],
        "sources": sources,
        "notices": manifest["notices"],
    }


def is_late(source: dict[str, Any], at: datetime) -> bool:
    """True where a source has not spoken for longer than its cadence."""
    if not source["cadence_days"] or not source["as_of"]:
        return False
    return datetime.fromisoformat(source["as_of"]) + timedelta(days=source["cadence_days"]) < at


def late_sources(place: Warehouse) -> list[dict[str, Any]]:
    """The sources that are late; none where nothing is published."""
    try:
        return [one for one in status(place)["sources"] if one["is_late"]]
    except warehouse.NoSnapshotError:
        return []


def in_words(found: dict[str, Any]) -> str:
    """The status for a person."""
    lines = [f"snapshot {found['snapshot']}, published {found['published_at']}"]
    for name, counts in found["tables"].items():
        if any(counts.values()):
            lines.append(
                f"  {name}: {counts['rows']} rows, {counts['revisions']} revisions, {counts['quarantined']} kept out"
            )
    for one in found["sources"]:
        lines.append(f"  {one['source']}: as of {one['as_of']}{', LATE' if one['is_late'] else ''}")
    return "\n".join([*lines, *(f"  ! {notice['en']}" for notice in found["notices"])])
