"""Verify: whether landing and snapshots are still, byte for byte, what was written, and all rows accounted for.

It finds what has decayed or was lost, and goes on to the next item whatever it finds. It repairs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from etl import land, publish, reporters, snapshots, sql
from etl.gather import Warehouse, subject_keys
from model import vault, warehouse
from model.contract import VAULT


def problems(place: Warehouse) -> list[str]:
    """Everything that is not as it was written, in words; empty where all is well."""
    return [*_pointer(place), *_landing(place), *_keys(place), *_snapshots(place), *_records(place)]


def _pointer(place: Warehouse) -> Iterator[str]:
    current, ids = snapshots.current_id(place), snapshots.on_disk(place)
    if current is None and not ids:
        yield f"no snapshot has been published in {place.directory}"
    if current is None and ids:
        yield "CURRENT is missing or empty, though there are snapshots"
    if current is not None and current not in ids:
        yield f"CURRENT names {current}, which is not on disk"


def _landing(place: Warehouse) -> Iterator[str]:
    landed = {path for path in place.landing.glob("??/*") if not path.name.startswith(".")}
    certificates = {path.stem: path for path in landed if path.suffix == ".json"}
    files = {path.name.split(".")[0]: path for path in landed if path.suffix != ".json"}
    for sha256, path in sorted(certificates.items()):
        certificate = land.read_description(path)
        if certificate is None or certificate["sha256"] != sha256:
            yield f"landing: {path.name}: this certificate is not as it was written"
        elif sha256 not in files:
            yield f"landing: {sha256}: the file of this certificate is gone"
        elif land.sha256_of(files[sha256]) != certificate["stored_sha256"]:
            yield f"landing: {files[sha256].name}: its content is not what its certificate says"


def _keys(place: Warehouse) -> Iterator[str]:
    """The keys on which pseudonyms and what is sealed for persons hang; it makes none."""
    if snapshots.current_id(place) is None:
        return
    if not (place.vault / vault.HASH_KEY_FILE).exists():
        yield f"vault: {vault.HASH_KEY_FILE} is gone"
    try:
        subject_keys(place)
    except vault.VaultError as error:
        yield f"vault: {error}"


def _snapshots(place: Warehouse) -> Iterator[str]:
    for directory in sorted(place.directory.glob("*/")):
        if not re.fullmatch(r"\d{6,}-\w+", directory.name):
            continue
        path = directory / warehouse.MANIFEST
        manifest = land.read_description(path) if path.exists() else None
        if manifest is None:
            yield f"{directory.name}: {warehouse.MANIFEST} is {'damaged' if path.exists() else 'gone'}"
        else:
            yield from snapshots.damaged(place, directory.name, manifest)


def _records(place: Warehouse) -> Iterator[str]:
    """What the current snapshot says of itself: its counts, and the files that it was made of."""
    found = snapshots.current_id(place)
    path = place.directory / (found or "") / "full.duckdb"
    if not found or not path.exists():
        return
    try:
        with warehouse.connect(path, read_only=True) as connection:
            yield from _kept_files(place, connection)
            publish.account(connection, sql.name("full"))
    except publish.ConservationError as error:
        yield f"{found}: {error}"
    except warehouse.Error as error:
        yield f"{found}: full.duckdb cannot be read: {str(error).splitlines()[0]}"


def _kept_files(place: Warehouse, connection: warehouse.Connection) -> Iterator[str]:
    query = "SELECT DISTINCT sha256, table_names, status FROM quality.file WHERE sha256 <> '' ORDER BY ALL"
    for sha256, tables, status in connection.execute(query).fetchall():
        folder: Path = place.landing / sha256[:2]
        if not (folder / f"{sha256}.json").exists() or len(list(folder.glob(f"{sha256}.*"))) < 2:
            yield f"landing: {sha256}: was {status}, but is not in the landing with its certificate"
        sealed = place.vault / reporters.FOLDER / f"{sha256}.jsonl"
        if status == "loaded" and VAULT.name in tables and not sealed.exists():
            yield f"vault: {sealed.name}: the sealed rows of this file are gone"
