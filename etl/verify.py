"""Verify: whether landing and snapshots are still, byte for byte, what was written, and all rows accounted for."""

from __future__ import annotations

import json
from collections.abc import Iterator

from etl import land, publish, sql
from etl.gather import Warehouse
from model import warehouse


def problems(place: Warehouse) -> list[str]:
    """Everything that is not as it was written, in words; empty where all is well."""
    return [*_landing(place), *_snapshots(place), *_conservation(place)]


def _landing(place: Warehouse) -> Iterator[str]:
    certificates = {path.stem: path for path in place.landing.glob("??/*.json")}
    files = {path.name.split(".")[0]: path for path in place.landing.glob("??/*") if path.suffix != ".json"}
    for sha256, certificate in sorted(certificates.items()):
        if sha256 not in files:
            yield f"landing: {sha256}: the file of this certificate is gone"
        elif json.loads(certificate.read_text(encoding="utf-8"))["is_sealed"]:
            continue
        elif land.sha256_of(files[sha256]) != sha256:
            yield f"landing: {files[sha256].name}: its content is not what its name says"
    for file in _loaded_hashes(place) - set(certificates):
        yield f"landing: {file}: was loaded, but is not in the landing"


def _loaded_hashes(place: Warehouse) -> set[str]:
    found = publish.current_id(place)
    if not found:
        return set()
    with warehouse.connect(place.directory / found / "full.duckdb", read_only=True) as connection:
        rows = connection.execute(
            "SELECT DISTINCT sha256 FROM quality.file WHERE status = 'loaded'"
        ).fetchall()
    return {row[0] for row in rows}


def _snapshots(place: Warehouse) -> Iterator[str]:
    for item in publish.history(place):
        for name, said in item["files"].items():
            path = place.directory / item["snapshot"] / name
            if not path.exists():
                yield f"{item['snapshot']}: {name} is gone"
            elif land.sha256_of(path) != said["sha256"]:
                yield f"{item['snapshot']}: {name}: its content is not what the manifest says"


def _conservation(place: Warehouse) -> Iterator[str]:
    found = publish.current_id(place)
    if not found:
        return
    with warehouse.connect(place.directory / found / "full.duckdb", read_only=True) as connection:
        try:
            publish.account(connection, sql.name("full"))
        except publish.ConservationError as error:
            yield f"{found}: {error}"
