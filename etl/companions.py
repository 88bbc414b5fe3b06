"""Companions: landed files of earlier runs that a mapped source's new files need beside them.

An enrichment adds columns to another input's rows, so both must be read together: new rows beside the enrichment that
came before, and rows that came before again when their enrichment is new. Where a delivery does not hold everything,
the enrichments of all deliveries stand together. What is read again and has not changed counts as unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from etl import extract, gather
from etl.batch import STAND_IN
from etl.building import Building
from etl.gather import Intake
from etl.inbox import Offer
from etl.land import Landed
from etl.mapping import Input, Source, match_header


@dataclass(frozen=True)
class Companions:
    """Files to read `beside` the new ones, giving no rows of their own, and primary files to load `again`."""

    beside: list[Intake]
    again: list[Intake]


def companions(building: Building, landing: Path, source: Source, new: list[Intake]) -> Companions:
    """What a source's new files need from earlier runs; nothing for a source without enrichments."""
    arriving = {item.input.name for item in new if item.input}
    replaced = {name for name in arriving if _is_whole(source, name)}
    primaries = {item.table: item.input for item in source.outputs if item.role == "primary"}
    pairs = [(item.input, primaries[item.table]) for item in source.outputs if item.role == "enrichment"]
    again = {primary for extra, primary in pairs if extra in arriving} - replaced
    beside = {extra for extra, primary in pairs if primary in arriving | again} - replaced
    return Companions(_landed(building, landing, source, beside), _landed(building, landing, source, again))


def _is_whole(source: Source, name: str) -> bool:
    """Whether each delivery of an input replaces the ones before: a full extract, and so is each of a database here."""
    return source.extent == "full" or source.input(name).database is not None


def _landed(building: Building, landing: Path, source: Source, inputs: set[str]) -> list[Intake]:
    """The landed files of some inputs in the order of what they speak for; of full extracts only the last of each."""
    found = []
    for name in sorted(inputs):
        rows = building.connection.execute(
            "SELECT file, sha256, max(as_of) AS as_of, min(arrived_at) FROM snapshot.quality.batch"
            " WHERE source = ? AND input = ? AND role NOT IN ('derived', ?) GROUP BY ALL ORDER BY as_of, min(batch_id)",
            [source.name, name, STAND_IN],
        ).fetchall()
        for file, sha256, as_of, arrived_at in rows[-1:] if _is_whole(source, name) else rows:
            found.append(_intake(landing, source, source.input(name), file, sha256, as_of, arrived_at))
    return found


def _intake(
    landing: Path,
    source: Source,
    declared: Input,
    file: str,
    sha256: str,
    as_of: datetime,
    arrived_at: datetime,
) -> Intake:
    """A landed file as if it came again, and spoke for the same day."""
    path = next(
        item for item in (landing / sha256[:2]).glob(f"{sha256}.*") if item.suffix not in (".json", ".sealed")
    )
    layout = gather.declared_reading(extract.inspect(path, declared.sheet or ""), declared)
    headers, _ = match_header(declared, layout.columns)
    stat = path.stat()
    offer = Offer(file, path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    tables = tuple(dict.fromkeys(item.table for item in source.outputs if item.input == declared.name))
    landed = Landed(sha256, path, arrived_at, False)
    return Intake(
        file, "already loaded", None, offer, source.name, tables, sha256, layout=layout, landed=landed,
        as_of=as_of, headers=headers, mapping=source, input=declared,
    )  # fmt: skip
