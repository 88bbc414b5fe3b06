"""The services that a bureau offers, as declared: who, conditions, steps with limits, materials, each with its source.

Limits of steps come from model/process, so that guide, wall and measured compliance say the same number. A statement
without a source is refused, with file and key. This module must not read data.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from model.contract import TABLES
from model.indicators import DeclarationError, Words
from model.indicators.reading import read_toml, words_of
from model.process import Step, processes
from model.process.declaration import WHOLE

FILE_VARIABLE = "INTEGRITY_SERVICES"
DEFAULT_FILE = Path(__file__).parents[3] / "data" / "reference" / "services.toml"
COMPLAINT = "complaint"
_TYPES = TABLES["licence_application"].columns["application_type"].info["codes"]
_KEYS = {
    "name", "who", "what", "result", "days", "process", "common", "conditions", "materials", "notes",
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """Where a statement comes from; a local one is for the bureau to check and change."""

    name: Words
    is_local: bool


@dataclass(frozen=True)
class Statement:
    """One thing that a guide says."""

    text: Words
    source: Source
    is_conditional: bool = False
    """Of a material: asked for only in the case that it names."""


@dataclass(frozen=True)
class Stage:
    """A step of a service with its standard: days, None where there is none; the source where there is one."""

    id: str
    name: Words
    days: int | None
    is_working: bool
    basis: Words | None
    promised: int | None = None
    """Of the whole: what the bureau promises; 0 = on the spot."""


@dataclass(frozen=True)
class Service:
    """One service as its guide tells it."""

    id: str
    name: Words
    who: Words
    what: Words
    result: Words
    process: str
    stages: tuple[Stage, ...]
    conditions: tuple[Statement, ...]
    materials: tuple[Statement, ...]
    notes: tuple[Statement, ...]

    @property
    def whole(self) -> Stage:
        """The stage that stands for all of it."""
        return next(one for one in self.stages if one.id == WHOLE)


@dataclass(frozen=True)
class Guides:
    """All services, and what holds for each: that there is no fee, that staff accept nothing."""

    services: Mapping[str, Service]
    fee: Statement
    clean: Statement


def guides() -> Guides:
    """All services as the file says them now. DeclarationError where it cannot be used."""
    path = Path(os.environ.get(FILE_VARIABLE) or DEFAULT_FILE)
    return _load(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=4)
def _load(path: Path, _stamp: int) -> Guides:
    return load(path)


def load(path: Path) -> Guides:
    """The services of a file. DeclarationError for the first that cannot be used."""
    return _Reader(path.name, read_toml(path)).guides()


class _Reader:
    """Reads the file, and says where it stands when something is wrong."""

    def __init__(self, file: str, given: dict[str, Any]) -> None:
        self.file, self.given = file, given
        for key in ("source", "common", "material", "service"):
            if not isinstance(given.get(key), dict) or not given[key]:
                raise self.wrong(key, "a table is needed")
        self.sources = {name: self._source(name, one) for name, one in given["source"].items()}
        self.common = {name: self._statement(f"common.{name}", one) for name, one in given["common"].items()}
        self.materials = {
            name: self._words(f"material.{name}", one) for name, one in given["material"].items()
        }
        self.processes = {one.id: one for one in processes().items}

    def wrong(self, key: str, reason: str) -> DeclarationError:
        return DeclarationError(f"{self.file}: [{key}]: {reason}")

    def guides(self) -> Guides:
        for name in ("fee", "clean"):
            if name not in self.common:
                raise self.wrong(f"common.{name}", "is needed")
        found = {name: self._read(name, one) for name, one in self.given["service"].items()}
        return Guides(found, self.common["fee"], self.common["clean"])

    def _words(self, key: str, given: object) -> Words:
        return words_of(self.file, key, given)

    def _source(self, name: str, given: object) -> Source:
        texts = dict(given) if isinstance(given, dict) else {}
        is_local = texts.pop("is_local", False)
        return Source(self._words(f"source.{name}", texts), bool(is_local))

    def _statement(self, key: str, given: object, text: Words | None = None) -> Statement:
        if not isinstance(given, dict):
            raise self.wrong(key, "a table is expected")
        if given.get("source") not in list(self.sources):
            raise self.wrong(key, f"source: {given.get('source')!r} is not declared")
        texts = {name: one for name, one in given.items() if name in ("zh", "en")}
        return Statement(
            text or self._words(key, texts), self.sources[given["source"]], bool(given.get("is_conditional"))
        )

    def _material(self, key: str, given: object) -> Statement:
        name = given.get("id") if isinstance(given, dict) else None
        if name not in self.materials:
            raise self.wrong(key, f"material: {name!r} is not declared")
        return self._statement(key, given, self.materials[name])

    def _read(self, name: str, given: dict[str, Any]) -> Service:
        try:
            return self._service(name, given)
        except (AttributeError, TypeError, KeyError) as error:
            raise self.wrong(
                f"service.{name}", f"is not as in the file that comes with it: {error}"
            ) from error

    def _service(self, name: str, given: dict[str, Any]) -> Service:
        key = f"service.{name}"
        if name != COMPLAINT and name not in _TYPES:
            raise self.wrong(key, "is neither an application type of the contract nor complaint")
        if unknown := sorted(set(given) - _KEYS):
            raise self.wrong(key, f"{unknown[0]}: no such key")
        if unknown := sorted(set(given.get("common", ())) - set(self.common)):
            raise self.wrong(key, f"common: {unknown[0]!r} is not declared")
        said = tuple(
            self._statement(f"{key}.notes", one) for one in given.get("notes", ())
        )  # the service's own first, then what holds for several
        return Service(
            id=name,
            name=self._words(f"{key}.name", given.get("name")),
            who=self._words(f"{key}.who", given.get("who")),
            what=self._words(f"{key}.what", given.get("what")),
            result=self._words(f"{key}.result", given.get("result")),
            process=str(given.get("process", {}).get("id")),
            stages=self._stages(key, given),
            conditions=tuple(self._statement(f"{key}.conditions", one) for one in given["conditions"]),
            materials=tuple(self._material(f"{key}.materials", one) for one in given["materials"]),
            notes=said + tuple(self.common[one] for one in given.get("common", ())),
        )

    def _stages(self, key: str, given: dict[str, Any]) -> tuple[Stage, ...]:
        asked = given.get("process", {})
        process = self.processes.get(asked.get("id"))
        if process is None:
            raise self.wrong(f"{key}.process", f"{asked.get('id')!r} is not declared in model/process")
        steps = {step.id: step for step in process.steps}
        if unknown := [one for one in asked.get("steps", ()) if one not in steps]:
            raise self.wrong(f"{key}.process", f"{unknown[0]!r} is no step of {process.id}")
        if WHOLE not in asked.get("steps", ()):
            raise self.wrong(f"{key}.process", f"the step {WHOLE!r} is needed")
        return tuple(self._stage(key, steps[one], given.get("days")) for one in asked["steps"])

    def _stage(self, key: str, step: Step, days: object) -> Stage:
        limit = int(step.limit) if step.limit and step.limit.isdigit() else None
        promised = None
        if step.id == WHOLE and days is not None:
            if not isinstance(days, dict) or set(days) != {"statutory", "promised"}:
                raise self.wrong(f"{key}.days", "statutory and promised are needed")
            limit, promised = days["statutory"], days["promised"]
            if type(limit) is not int or type(promised) is not int:
                raise self.wrong(f"{key}.days", f"whole numbers are needed, not {limit!r} and {promised!r}")
            if not 0 <= promised <= limit:
                raise self.wrong(f"{key}.days", f"promised {promised} is beyond the statutory {limit}")
        return Stage(step.id, step.name, limit, step.day_kind == "working", step.basis, promised)
