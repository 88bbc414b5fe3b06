"""Known files: what earlier runs took or refused, as the current snapshot tells it.

By this a file is known again without reading it, and a refusal that was told is no news. It must not judge a file.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from etl.gather import Intake, Known, Warehouse
from model import warehouse

Refusal = tuple[str | None, int | None, int | None]
"""Why a file was refused, and the size and time of writing by which its content is known again."""


@dataclass(frozen=True)
class KnownFiles:
    """The files that earlier runs took or refused. `latest`: by name, the hash of the last one loaded."""

    by_stamp: dict[tuple[str, int, int, int], Known] = field(default_factory=dict)
    by_hash: dict[str, Known] = field(default_factory=dict)
    refusals: dict[str, Refusal] = field(default_factory=dict)
    cursors: dict[str, str] = field(default_factory=dict)
    latest: dict[str, str] = field(default_factory=dict)

    def is_news(self, intake: Intake) -> bool:
        """True for a refusal that no snapshot tells of yet: of another file, or of this one with other content."""
        if intake.status != "refused":
            return False
        size, modified = (intake.offer.size, intake.offer.modified_ns) if intake.offer else (None, None)
        return self.refusals.get(intake.name) != (intake.error, size, modified)


def known_files(place: Warehouse) -> KnownFiles:
    """What the current snapshot tells of the files that came so far."""
    found = warehouse.current_id(place.directory)
    if not found:
        return KnownFiles()
    known = KnownFiles()
    connection = warehouse.connect(place.directory / found / "full.duckdb", read_only=True)
    with connection:
        rows = connection.execute(
            "SELECT file, size_bytes, modified_ns, changed_ns, sha256, source, table_names, row_count, status, error,"
            " cursor_value FROM quality.file ORDER BY snapshot_id"
        ).fetchall()
    for file, size, modified, changed, sha256, source, tables, count, status, error, cursor in rows:
        known.refusals.pop(file, None)
        if status == "refused":
            known.refusals[file] = (error, size, modified)
        elif status == "loaded":
            names = (*known.by_hash[sha256].names, file) if sha256 in known.by_hash else (file,)
            taken = Known(sha256, source, tuple(tables), count or 0, names)
            known.by_stamp[file, size, modified, changed] = known.by_hash[sha256] = taken
            known.latest[file] = sha256
            if cursor is not None:
                known.cursors[file] = cursor
    return known
