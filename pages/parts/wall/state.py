"""What a display must know every few seconds: the snapshot, what a picture depends on, the sources' clocks, the time.

It exists so that a poll costs one small read of CURRENT and nothing else: manifest and configuration are kept in the
process. The server's clock rules: midnight, the end of a month and a changed clock reach a display through it. It
must not open a database and must not import Streamlit.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from model import warehouse
from model.contract import TABLES
from model.warehouse import NoSnapshotError, Snapshot
from pages.parts import clocks, words
from pages.parts.clocks import SourceClock
from pages.parts.wall import site as walls
from pages.parts.wall.site import Configuration, ConfigurationError, Site, Staleness
from pages.parts.words import LANGUAGES, Language, Words

LOG = logging.getLogger(__name__)
ROOT = Path(__file__).parents[3]
SHELL = Path(__file__).parent / "shell"
ASKED_A_SECOND, SLOWEST_SECONDS = 8, 7.5
"""How often all displays together shall ask, so that waiting costs next to nothing; and the longest pause, so that
every one shows a new snapshot within a quarter of a minute and none that asks as it was told is taken for silent."""
_CODE = ("*.py", "*.toml", "*.css", "*.js", "*.html", "*.sql")
_SPOKEN = (
    "shell.late", "shell.late_named", "shell.status_live", "shell.status_late", "shell.status_offline",
    "shell.unreachable", "shell.starting", "shell.paused",
    "shared.age_years_months", "shared.age_years", "shared.age_days", "shared.age_hours", "shared.age_minutes",
)  # fmt: skip
"""The texts that a display says by itself, the server being gone; it fills in {age}, {as_of} and {name}."""


@dataclass(frozen=True)
class KindClock:
    """One kind of record as a wall knows it: until when, and from when on it is stale."""

    as_of: datetime | None
    due: datetime | None

    def is_late(self, now: datetime) -> bool:
        return self.due is not None and now > self.due


def kind_clock(table: str, sources: Iterable[SourceClock], stale: Staleness) -> KindClock:
    """The clock of one kind of record: of several sources the slowest counts."""
    delivering = [one for one in clocks.of_kind(sources, table) if one.as_of]
    dues = [due for one in delivering if (due := _due(table, one, stale))]
    return KindClock(
        min((one.as_of for one in delivering if one.as_of), default=None), min(dues, default=None)
    )


def _due(table: str, source: SourceClock, stale: Staleness) -> datetime | None:
    if table in stale.after:
        return source.as_of + stale.after[table] if source.as_of else None
    return source.due + stale.grace if source.due else None


def kind_clocks(snapshot: Snapshot, site: Site) -> dict[str, KindClock]:
    """The clock of every kind of record that any source of this snapshot delivers."""
    sources = list(clocks.of_snapshot(snapshot).values())
    delivered = {table for one in sources for table in one.tables}
    return {table: kind_clock(table, sources, site.stale) for table in TABLES if table in delivered}


# --- what a picture depends on --------------------------------------------------------------------------------------


@cache
def code_version() -> str:
    """A fingerprint of the code that this process was started with: another one may draw another picture."""
    found = sha256()
    for folder in ("pages", "model"):
        for path in sorted(one for kind in _CODE for one in (ROOT / folder).rglob(kind)):
            found.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:12]


@cache
def shell_version() -> str:
    """A fingerprint of the shell's own files: a display with another one starts itself anew."""
    files = sorted(path for path in SHELL.iterdir() if path.name != "health.html")
    return sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:12]


@cache
def holder_version() -> str:
    """A fingerprint of what holds the shell: only another one makes a display load its page again."""
    files = (SHELL / "holder.js", SHELL / "shell.html", SHELL / "shell.css")
    return sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:12]


def ground(configuration: Configuration, now: datetime) -> str:
    """All that a picture depends on beside its snapshot: code, configuration and the day."""
    return f"{code_version()}-{configuration.version}-{now:%Y%m%d}"


# --- what is current ------------------------------------------------------------------------------------------------

_last_good: list[Configuration] = []


def configuration() -> Configuration:
    """The walls as the file says; a file spoilt while the server runs leaves the last good one in force."""
    try:
        found = walls.configuration()
    except ConfigurationError as error:
        if not _last_good:
            raise
        _tell_once(str(error))
        return _last_good[0]
    _last_good[:] = [found]
    return found


@lru_cache(maxsize=8)
def _tell_once(message: str) -> None:
    LOG.error("the wall keeps its last good configuration: %s", message)


@lru_cache(maxsize=4)
def _opened(directory: Path, snapshot_id: str) -> Snapshot:
    return warehouse.open_snapshot(directory, snapshot_id)


def current() -> Snapshot | None:
    """The current snapshot with its manifest, kept in the process; None where none can be read."""
    directory = warehouse.default_directory()
    try:
        snapshot_id = warehouse.current_id(directory)
        return _opened(directory, snapshot_id) if snapshot_id else None
    except (NoSnapshotError, OSError, ValueError):
        return None


# --- the answer to a poll -------------------------------------------------------------------------------------------


@cache
def spoken(language: Language) -> dict[str, str]:
    """The texts that a display says by itself, by their last name, with their places unfilled."""
    return {key.split(".")[1]: words.texts()[key][language] for key in _SPOKEN}


def language_of(asked: str | None) -> Language:
    """The language that was asked for, Chinese otherwise."""
    return next((one for one in LANGUAGES if one == asked), words.DEFAULT)


def answer(site_name: str | None, language: Language, displays: int = 0) -> tuple[str, bytes]:
    """The site, and all that a display of it must know now, as JSON. KeyError where there is no such site.

    `displays` is how many there are: the more, the less often each shall ask.
    """
    found = configuration()
    site = found.sites[site_name] if site_name else next(iter(found.sites.values()))
    snapshot, now = current(), clocks.now()
    lasting = _lasting(snapshot.directory if snapshot else None, found.version, site.name, language)
    pause = min(max(clocks.POLL_SECONDS, displays / ASKED_A_SECOND), SLOWEST_SECONDS)
    changing = f'{{"now": {clocks.epoch_ms(now)}, "ground": "{ground(found, now)}", "poll_seconds": {pause}, '
    return site.name, changing.encode() + lasting


@lru_cache(maxsize=64)
def _lasting(directory: Path | None, version: str, site_name: str, language: Language) -> bytes:
    """What stays the same for as long as snapshot and configuration do: the greater part of an answer, as written."""
    snapshot = _opened(directory.parent, directory.name) if directory else None
    site = configuration().sites[site_name]
    said = {
        "shell": shell_version(),
        "holder": holder_version(),
        "snapshot": snapshot.id if snapshot else None,
        "published": _published(snapshot),
        "site": {
            "name": site.name,
            "scenes": site.scenes,
            "dwell_seconds": site.dwell_seconds,
            "quiet_hour": f"{site.quiet_hour:%H:%M}",
        },
        "kinds": _kinds(snapshot, site, language) if snapshot else {},
        "words": spoken(language),
        "messages": [] if snapshot else [Words(language).say("shell.empty")],
    }
    return json.dumps(said, ensure_ascii=False).encode()[1:]


def _published(snapshot: Snapshot | None) -> int | None:
    moment = clocks.moment_of(snapshot.manifest.get("published_at")) if snapshot else None
    return clocks.epoch_ms(moment) if moment else None


def _kinds(snapshot: Snapshot, site: Site, language: Language) -> dict[str, dict[str, Any]]:
    """Each kind of record: its name, until when it is known, and the moment from which on it is stale."""
    return {
        table: {
            "name": TABLES[table].info[language],
            "as_of": clocks.epoch_ms(one.as_of) if one.as_of else None,
            "due": clocks.epoch_ms(one.due) if one.due else None,
        }
        for table, one in kind_clocks(snapshot, site).items()
    }
