"""Gather: from what the inbox and the databases offer to files that are landed and known to be readable.

Each offered file ends as accepted, already loaded, waiting or refused, with the reason in words. Nothing
here reads rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from etl import extract, inbox, land, whistleblower
from etl.extract import Layout
from etl.inbox import Offer, RefusedError, WaitingError
from etl.land import Landed
from etl.mapping.declaration import Input, Source, match_header, normalised
from etl.personal_landing import Persons, land_personal, of_feed, of_mapped
from model import vault
from model import warehouse as warehouse_reading
from model.contract import VAULT, table_named
from model.subjects import FILE as KEYS_FILE
from model.subjects import SubjectKeys

Status = Literal["loaded", "already loaded", "waiting", "refused"]


@dataclass(frozen=True)
class Known:
    """A file that an earlier run took: enough to know it again without reading it. `names`: as it was delivered."""

    sha256: str
    source: str
    tables: tuple[str, ...]
    rows: int
    names: tuple[str, ...] = ()

    def is_told_again(self, name: str) -> bool:
        """Whether a name states another day than this content was delivered for: the same said of another time."""
        days = {inbox.stated_day(one) for one in self.names}
        return bool(inbox.stated_day(name)) and None not in days and inbox.stated_day(name) not in days


@dataclass(frozen=True)
class Intake:
    """One offered file and what is known of it so far. `headers`: needed column → the file's own name of it."""

    name: str
    status: Status
    error: str | None = None
    offer: Offer | None = None
    source: str = ""
    tables: tuple[str, ...] = ()
    sha256: str = ""
    rows: int | None = None
    layout: Layout | None = None
    landed: Landed | None = None
    content: bytes | None = None
    as_of: datetime | None = None
    headers: dict[str, str] | None = None
    unknown: tuple[str, ...] = ()
    mapping: Source | None = None
    input: Input | None = None
    cursor: str | None = None

    @property
    def is_new(self) -> bool:
        """True for a file whose rows this run is to load."""
        return self.status == "loaded"


@dataclass(frozen=True)
class Warehouse:
    """The folders of one warehouse: landing and vault stand beside it."""

    directory: Path

    @property
    def landing(self) -> Path:
        """Where what came is kept as it came."""
        return self.directory.parent / "landing"

    @property
    def vault(self) -> Path:
        """Where keys and sealed rows are."""
        return self.directory.parent / vault.FOLDER


def gather(
    place: Path,
    warehouse: Warehouse,
    mappings: Iterable[Source],
    by_stamp: dict[tuple[str, int, int, int], Known],
    by_hash: dict[str, Known],
) -> Iterator[Intake]:
    """Look at each file of the inbox once, in order of its name; land those that are new.

    FileNotFoundError where there is no inbox: an empty one, and one whose disk is gone, are not the same.
    """
    if not place.is_dir():
        raise FileNotFoundError(f"the inbox {place} is not there; expected a folder")
    sources = list(mappings)
    taken = dict(by_hash)
    keys = subject_keys(warehouse)
    for found in inbox.walk(place):
        if not isinstance(found, Offer):
            yield Intake(found[0], "refused", str(found[1]))
            continue
        known = by_stamp.get((found.name, found.size, found.modified_ns, found.changed_ns))
        if known:
            yield _again(found, known)
            continue
        try:
            intake = _take(found, warehouse, sources, taken, keys)
        except WaitingError as waiting:
            intake = Intake(found.name, "waiting", str(waiting), found)
        except FileNotFoundError:
            intake = Intake(found.name, "waiting", "was taken away while it was read", found)
        except RefusedError as refusal:
            intake = _refused(found, sources, str(refusal))
        if intake.is_new:
            before = taken[intake.sha256].names if intake.sha256 in taken else ()
            names = (*before, intake.name)
            taken[intake.sha256] = Known(intake.sha256, intake.source, intake.tables, 0, names)
        yield intake


def _again(offer: Offer, known: Known) -> Intake:
    return Intake(
        offer.name, "already loaded", None, offer, known.source, known.tables, known.sha256, known.rows
    )


def _refused(offer: Offer, sources: list[Source], reason: str) -> Intake:
    table = inbox.table_of(offer)
    source = next((item.name for item in sources for one in item.inputs if one.accepts(offer.base)), "")
    return Intake(offer.name, "refused", reason, offer, source or (f"feed.{table}" if table else ""))


def subject_keys(place: Warehouse) -> SubjectKeys:
    """The keys of subjects; VaultError where they are gone, and once they are needed where pseudonyms' key is gone.

    Without them everybody would look as if forgotten, and who was forgotten would come back with the next delivery.
    """
    if not (place.vault / KEYS_FILE).exists() and any(place.landing.glob(f"??/*.{land.REWRITTEN}")):
        raise vault.VaultError(
            f"{KEYS_FILE} is gone from the vault; what is sealed for persons hangs on it: restore it from the backup"
        )
    return SubjectKeys(place.vault, may_make=warehouse_reading.current_id(place.directory) is None)


def _take(
    offer: Offer, warehouse: Warehouse, sources: list[Source], taken: dict[str, Known], keys: SubjectKeys
) -> Intake:
    inbox.require_complete(offer)
    wanted = [(item, one) for item in sources for one in item.inputs if one.accepts(offer.base)]
    table = inbox.table_of(offer)
    if not wanted and not table:
        raise RefusedError(
            "is named by no table of the contract and taken by no mapping; expected e.g. inspection.csv"
        )
    if len(wanted) > 1:
        names = ", ".join(item.name for item, _ in wanted)
        raise RefusedError(f"is taken by {len(wanted)} mappings ({names}); expected one")
    sheet = (wanted[0][1].sheet if wanted else None) or table or ""
    layout = extract.inspect(offer.path, sheet)
    layout = declared_reading(layout, wanted[0][1]) if wanted else layout
    intake = _mapped(offer, layout, *wanted[0]) if wanted else _fed(offer, layout, str(table))
    return _landed(intake, warehouse, taken, keys)


def declared_reading(layout: Layout, declared: Input) -> Layout:
    """A mapping may know better than the file's looks which encoding and delimiter it has."""
    return replace(
        layout,
        encoding=declared.encoding or layout.encoding,
        delimiter=declared.delimiter or layout.delimiter,
    )


def _unique_headers(columns: tuple[str, ...], tables: tuple[str, ...]) -> None:
    seen: set[str] = set()
    for position, column in enumerate(columns, start=1):
        if not column.strip():
            raise RefusedError(f"header, column {position}: is blank; expected a column name")
        if normalised(column) in seen:
            shown = whistleblower.shown_columns(tables, [column])
            raise RefusedError(f"header, column {position}: {shown} stands twice; expected each once")
        seen.add(normalised(column))


def _fed(offer: Offer, layout: Layout, name: str) -> Intake:
    """A feed file: its header is the contract's, by code or Chinese label, in any order and case."""
    _unique_headers(layout.columns, (name,))
    table = table_named(name)
    meant = {normalised(column.name): column.name for column in table.columns}
    meant |= {normalised(str(column.info["zh"])): column.name for column in table.columns}
    headers: dict[str, str] = {}
    unknown = []
    for header in layout.columns:
        column = meant.get(normalised(header))
        if column is None:
            unknown.append(header)
        elif column in headers:
            raise RefusedError(f"header: {headers[column]!r} and {header!r} both mean {column}; expected one")
        else:
            headers[column] = header
    missing = [
        column.name for column in table.columns if column.info["required"] and column.name not in headers
    ]
    if missing:
        present = whistleblower.shown_columns((name,), layout.columns)
        raise RefusedError(
            f"header: required columns of {name} are missing: {', '.join(missing)}; found: {present}"
        )
    return Intake(
        offer.name, "loaded", None, offer, f"feed.{name}", (name,), layout=layout,
        as_of=inbox.as_of(offer), headers=headers, unknown=tuple(unknown),
    )  # fmt: skip


def _mapped(offer: Offer, layout: Layout, mapping: Source, declared: Input) -> Intake:
    tables = tuple(dict.fromkeys(item.table for item in mapping.outputs if item.input == declared.name))
    _unique_headers(layout.columns, tables)
    headers, missing = match_header(declared, layout.columns)
    if missing:
        raise RefusedError(
            f"header: columns that {mapping.name} needs are missing: {', '.join(missing)};"
            f" found: {whistleblower.shown_columns(tables, layout.columns)}"
        )
    unknown = tuple(column for column in layout.columns if column not in headers.values())
    return Intake(
        offer.name, "loaded", None, offer, mapping.name, tables, layout=layout, as_of=inbox.as_of(offer),
        headers=headers, unknown=unknown, mapping=mapping, input=declared,
    )  # fmt: skip


def _landed(intake: Intake, warehouse: Warehouse, taken: dict[str, Known], keys: SubjectKeys) -> Intake:
    """Land a file that is well named and has a usable header.

    One with whistle-blower columns sealed or not at all; one of a register of persons with the personal cells sealed.
    """
    assert intake.offer and intake.layout
    if _is_sensitive(intake):
        key = vault.public_key(warehouse.vault)
        if key is None:
            raise RefusedError(
                "holds whistle-blower data and no public key is configured: nothing of it was kept; "
                "expected the discipline role's public key in the vault"
            )
        before = hashlib.sha256(intake.offer.path.read_bytes()).hexdigest()
        if before in taken:
            return _again(intake.offer, taken[before])
        landed, content = land.land_sealed(warehouse.landing, intake.offer, key)
        return replace(intake, landed=landed, content=content, sha256=landed.sha256)
    offer, layout, persons = intake.offer, intake.layout, _persons(intake)
    if persons and layout.format != "sealed":
        wanted = (intake.input.sheet if intake.input else None) or intake.tables[0]
        landed = land_personal(warehouse.landing, offer, layout, wanted, persons, keys)
        intake = replace(intake, layout=Layout("sealed", False, "", "", layout.columns))
    else:
        ending = "parquet" if layout.format == "sealed" else layout.format
        landed = land.land(warehouse.landing, offer, ending + (".gz" if layout.is_gzip else ""))
    known = taken.get(landed.sha256)
    if known and not known.is_told_again(intake.name):
        return _again(offer, known)
    if known:
        landed = replace(landed, arrived_at=inbox.now())
    return replace(intake, landed=landed, sha256=landed.sha256)


def _persons(intake: Intake) -> list[Persons]:
    """Whose personal columns a file has."""
    assert intake.headers is not None
    if intake.mapping and intake.input:
        return of_mapped(intake.mapping, intake.input, intake.headers, intake.unknown)
    return of_feed(intake.tables[0], intake.headers, intake.unknown)


def _is_sensitive(intake: Intake) -> bool:
    """Whether a file holds whistle-blower data. RefusedError where its mapping would lead it out of the vault."""
    assert intake.offer and intake.layout
    if intake.mapping and intake.input:
        columns = whistleblower.mapped_columns(intake.mapping, intake.input, intake.layout.columns)
    else:
        columns = whistleblower.sensitive_columns(intake.tables, intake.unknown)
    return (
        VAULT.name in intake.tables
        or bool(columns)
        or whistleblower.has_sensitive_sheet(intake.offer.path, intake.layout, intake.tables)
    )
