"""Which walls there are: what each site shows, for whom, how long and from when on as stale, read from one TOML.

It exists so that a display is set up by an address and a file, without code. An error names the file and the key.
It must not read data and must not import Streamlit.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, get_args

from model.contract import TABLES
from pages.parts.words import LANGUAGES, Language

FILE_VARIABLE = "INTEGRITY_WALL"
DEFAULT_FILE = Path(__file__).parents[3] / "data" / "reference" / "wall.toml"
Mode = Literal["public", "office"]
Shape = Literal["16x9", "32x9"]
MODES: tuple[Mode, ...] = get_args(Mode)
SHAPES: tuple[Shape, ...] = get_args(Shape)
SCENES = ("operation", "portraits", "trends", "cells", "warnings", "building")
DWELL_SECONDS = (5, 3600)
"""The shortest and the longest time that a scene may be shown."""

_KEYS = {"mode", "title", "footer", "hotline", "scenes", "dwell_seconds", "quiet_hour", "stale", "unit"}
_OPTIONAL = {"unit", "hotline", "stale"}


class ConfigurationError(ValueError):
    """The file of the walls is missing, unreadable or says what it may not; the message names file and key."""


@dataclass(frozen=True)
class Staleness:
    """From when on a source turns its panels stale."""

    grace: timedelta
    after: Mapping[str, timedelta]
    """For kinds of record, by their table: stale once older than this, whatever cadence was promised."""


@dataclass(frozen=True)
class Site:
    """One wall as it was set up."""

    name: str
    mode: Mode
    unit_id: str | None
    """The root of what is shown; None for the top of the unit tree."""
    titles: Mapping[Language, str]
    footers: Mapping[Language, str]
    hotline: str | None
    scenes: tuple[str, ...]
    dwell_seconds: int
    quiet_hour: time
    stale: Staleness

    def title(self, language: Language, unit_name: str) -> str:
        """The title of this wall, with the name of the unit that it shows."""
        return self.titles[language].replace("{unit}", unit_name)

    def footer(self, language: Language, unit_name: str) -> str:
        """The words at the foot of this wall."""
        return self.footers[language].replace("{unit}", unit_name)


@dataclass(frozen=True)
class Configuration:
    """All walls of one file, and a fingerprint of what it says."""

    sites: Mapping[str, Site]
    version: str


def site(name: str | None = None) -> Site:
    """The wall of this name, the first of the file without one; KeyError where there is none of that name."""
    found = configuration().sites
    return found[name] if name else next(iter(found.values()))


def configuration() -> Configuration:
    """All walls as the file says them now; read again only once the file has changed."""
    path = Path(os.environ.get(FILE_VARIABLE) or DEFAULT_FILE)
    try:
        status = path.stat()
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error
    return _load(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=4)
def _load(path: Path, _written_ns: int, _size: int) -> Configuration:
    try:
        content = path.read_bytes()
        given = tomllib.loads(content.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
    if not given:
        raise ConfigurationError(f"{path}: names no site")
    sites = {name: _Table(path, name, table).site() for name, table in given.items()}
    return Configuration(sites, sha256(content).hexdigest()[:12])


class _Table:
    """One site's table of the file: what it says, judged key by key."""

    def __init__(self, path: Path, name: str, given: object) -> None:
        self.path, self.name = path, name
        self.given: dict[str, Any] = given if isinstance(given, dict) else self.refuse("", "is not a table")
        for key in self.given.keys() - _KEYS:
            self.refuse(key, f"is not known; known are {', '.join(sorted(_KEYS))}")
        for key in _KEYS - _OPTIONAL - self.given.keys():
            self.refuse(key, "is missing")

    def refuse(self, key: str, why: str) -> Any:
        raise ConfigurationError(f"{self.path}: {'.'.join(filter(None, (self.name, key)))} {why}")

    def site(self) -> Site:
        mode, dwell = self.given["mode"], self.given["dwell_seconds"]
        if mode not in MODES:
            self.refuse("mode", f"is {mode!r}; it may be {' or '.join(MODES)}")
        if type(dwell) is not int or not DWELL_SECONDS[0] <= dwell <= DWELL_SECONDS[1]:
            self.refuse("dwell_seconds", "is not a whole number from {} to {}".format(*DWELL_SECONDS))
        return Site(
            name=self.name,
            mode=mode,
            unit_id=self.text("unit"),
            titles=self.both("title"),
            footers=self.both("footer"),
            hotline=self.text("hotline"),
            scenes=self.scenes(),
            dwell_seconds=dwell,
            quiet_hour=self.quiet_hour(),
            stale=self.staleness(),
        )

    def text(self, key: str) -> str | None:
        found = self.given.get(key)
        if found is not None and not (isinstance(found, str) and found.strip()):
            self.refuse(key, "is not a text")
        return found

    def both(self, key: str) -> dict[Language, str]:
        found = self.given[key]
        if not isinstance(found, dict) or found.keys() != set(LANGUAGES):
            return self.refuse(key, f"does not say {' and '.join(LANGUAGES)}")  # type: ignore[no-any-return]
        for language in LANGUAGES:
            if not isinstance(found[language], str) or not found[language].strip():
                self.refuse(f"{key}.{language}", "is not a text")
        return {language: found[language] for language in LANGUAGES}

    def scenes(self) -> tuple[str, ...]:
        found = self.given["scenes"]
        if not isinstance(found, list) or not found:
            self.refuse("scenes", "is not a list of scenes")
        if unknown := [one for one in found if one not in SCENES]:
            self.refuse("scenes", f"names {unknown[0]!r}; known are {', '.join(SCENES)}")
        if len(set(found)) < len(found):
            self.refuse("scenes", "names a scene twice")
        return tuple(found)

    def quiet_hour(self) -> time:
        try:
            return time.fromisoformat(self.given["quiet_hour"])
        except (TypeError, ValueError):
            return self.refuse("quiet_hour", 'is not a time of day such as "03:30"')  # type: ignore[no-any-return]

    def staleness(self) -> Staleness:
        found = self.given.get("stale", {})
        if not isinstance(found, dict) or found.keys() - {"grace_hours", "after_hours"}:
            self.refuse("stale", "may hold grace_hours and after_hours only")
        after = found.get("after_hours", {})
        if not isinstance(after, dict):
            self.refuse("stale.after_hours", "is not a table of kinds of record")
        if unknown := after.keys() - TABLES.keys():
            self.refuse(f"stale.after_hours.{min(unknown)}", "is not a kind of record")
        return Staleness(
            self.hours("stale.grace_hours", found.get("grace_hours", 0)),
            {kind: self.hours(f"stale.after_hours.{kind}", given) for kind, given in after.items()},
        )

    def hours(self, key: str, given: object) -> timedelta:
        if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= 24 * 366:
            return self.refuse(key, "is not a number of hours, at most a year")  # type: ignore[no-any-return]
        return timedelta(hours=given)
