"""Reading declarations: from TOML files, the project's and a bureau's own, to the catalogue of all indicators.

A declaration that cannot be right (no label, a column that does not exist, a score on what is neither good nor bad) is
refused when it is read, with file, key and reason. This module must not compute anything.
"""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast, get_args

from model.contract import TABLES
from model.indicators.declaration import (
    Catalogue,
    DeclarationError,
    Direction,
    Form,
    Grain,
    Indicator,
    Kind,
    Measure,
    Series,
    View,
    Words,
)
from model.indicators.expression import names_in

HERE = Path(__file__).parent
OWN_DIRECTORY_VARIABLE = "INTEGRITY_INDICATORS"
_FILES = ("licensing", "inspection", "enforcement", "complaint", "supply", "duty")
_ID = re.compile(r"[A-Z][A-Z0-9_]{0,15}")
_FINES = frozenset(["fine_amount", "fine_ratio"])
"""The columns that say how high a fine is, or that there is one."""
_READ = frozenset(Indicator.__dataclass_fields__) - {"id", "file", "dimension_name", "domain_name"}
"""The keys of a declaration; the others follow from where it stands."""


def own_files() -> list[Path]:
    """The bureau's own declarations: all TOML files of its directory, by name."""
    given = os.environ.get(OWN_DIRECTORY_VARIABLE)
    directory = Path(given) if given else HERE.parents[1] / "data" / "indicators"
    return sorted(directory.glob("*.toml"))


def catalogue() -> Catalogue:
    """All declared indicators, the bureau's own included. DeclarationError where one cannot be used."""
    return _catalogue(tuple((path, path.stat().st_mtime_ns) for path in own_files()))


def shipped() -> Catalogue:
    """The indicators that this project declares, without a bureau's own."""
    return _catalogue(())


@lru_cache(maxsize=4)
def _catalogue(own: tuple[tuple[Path, int], ...]) -> Catalogue:
    return load([*(HERE / f"{name}.toml" for name in _FILES), *(path for path, _ in own)])


def load(files: Iterable[Path]) -> Catalogue:
    """The catalogue of these files. DeclarationError for the first that cannot be used."""
    labels = read_toml(HERE / "labels.toml")
    dimensions = {name: words_of("labels.toml", name, text) for name, text in labels["dimension"].items()}
    domains = {name: words_of("labels.toml", name, text) for name, text in labels["domain"].items()}
    views = {name: _view(name, entry) for name, entry in read_toml(HERE / "views.toml").items()}
    found = Catalogue({}, views, dimensions, domains)
    for path in files:
        for name, entry in read_toml(path).items():
            if name in found.indicators:
                raise DeclarationError(
                    f"{path.name}: [{name}]: declared in {found.indicators[name].file} already"
                )
            found.indicators[name] = _Reader(path.name, name, entry).indicator(found)
    return found


def read_toml(path: Path) -> dict[str, Any]:
    """What a declaration's file says. DeclarationError where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise DeclarationError(f"{path.name}: cannot be read: {error}") from error


def words_of(file: str, key: str, given: object) -> Words:
    """A declared text in both languages. DeclarationError where one of them is missing."""
    if isinstance(given, dict) and set(given) == {"zh", "en"}:
        zh, en = given["zh"], given["en"]
        if isinstance(zh, str) and isinstance(en, str) and zh.strip() and en.strip():
            return Words(zh, en)
    raise DeclarationError(f"{file}: {key}: a text in both languages is needed: {{ zh = …, en = … }}")


def _view(name: str, entry: dict[str, Any]) -> View:
    derived = {
        column: words_of("views.toml", f"{name}.{column}", text) for column, text in entry["columns"].items()
    }
    passed = TABLES[entry["table"]].columns.keys() if entry.get("passes", True) else ()
    return View(
        name,
        words_of("views.toml", name, entry["name"]),
        entry["table"],
        tuple(entry["key"]),
        entry["kind"] == "month_end",
        entry.get("levels", False),
        tuple(entry["reads"]),
        entry.get("clocks", {}),
        entry.get("dates", {}),
        entry.get("reach", {}),
        tuple(entry.get("wholly_on", ())),
        tuple(entry.get("working", ())),
        derived,
        (*passed, *derived),
    )


@dataclass(frozen=True)
class _Reader:
    """Reads one declaration, and says where it stands when something is wrong with it."""

    file: str
    id: str
    entry: Any

    def wrong(self, key: str, reason: str) -> DeclarationError:
        return DeclarationError(f"{self.file}: [{self.id}] {key}: {reason}")

    def indicator(self, known: Catalogue) -> Indicator:
        """The indicator, checked as a whole."""
        if not _ID.fullmatch(self.id):
            raise self.wrong("id", "an id is one capital letter, then up to 15 capital letters, digits or _")
        if not isinstance(self.entry, dict):
            raise self.wrong("", "a table of keys is expected")
        view = known.views.get(str(self.entry.get("view")))
        if view is None:
            raise self.wrong("view", f"no such view; there are {', '.join(sorted(known.views))}")
        item = self._read(known, view)
        unknown = set(self.entry) - _READ
        if unknown:
            raise self.wrong(sorted(unknown)[0], "no such key")
        self._check(item, view)
        return item

    def _read(self, known: Catalogue, view: View) -> Indicator:
        dimension = self._one_of("dimension", known.dimensions)
        domain = self._one_of("domain", known.domains)
        return Indicator(
            id=self.id,
            file=self.file,
            version=self._number("version", int, 1) or 1,
            name=self._text("name"),
            meaning=self._text("meaning"),
            risk=self._text("risk"),
            basis=self._text("basis"),
            dimension=dimension,
            dimension_name=known.dimensions[dimension],
            domain=domain,
            domain_name=known.domains[domain],
            tier=self._number("tier", int, 3) or 3,
            kind=cast(Kind, self._one_of("kind", get_args(Kind))),
            direction=cast(Direction, self._one_of("direction", get_args(Direction))),
            target=self._number("target", float, None),
            floor=self._number("floor", float, None),
            minimum_denominator=self._number("minimum_denominator", int, 10) or 0,
            scored=self._flag("scored"),
            series=cast(Series, self._one_of("series", get_args(Series))),
            needs_whole_window=self._flag("needs_whole_window", default=False),
            grain=cast(Grain, self._one_of("grain", get_args(Grain))),
            view=view.id,
            period=self._column("period", view, "period_end" if view.is_month_end else None),
            unit=self._column("unit", view, "unit_id"),
            stratum=self._column("stratum", view, None) if "stratum" in self.entry else None,
            numerator=self._measure("numerator", view),
            denominator=self._measure("denominator", view),
            observations=self._measure("observations", view) if "observations" in self.entry else None,
            needs=self._needs(),
        )

    def _text(self, key: str) -> Words:
        return words_of(self.file, f"[{self.id}] {key}", self.entry.get(key))

    def _one_of(self, key: str, allowed: Iterable[str]) -> str:
        given, choices = self.entry.get(key), list(allowed)
        if given not in choices:
            raise self.wrong(key, f"{given!r} is none of {', '.join(choices)}")
        return str(given)

    def _number(self, key: str, kind: type, default: Any) -> Any:
        given = self.entry.get(key, default)
        if given is None:
            return None
        if isinstance(given, bool) or not isinstance(given, (int, float)):
            raise self.wrong(key, f"{given!r} is no number")
        if not math.isfinite(given) or (kind is int and (given < 0 or given % 1)):
            wanted = "whole number of 0 or more" if kind is int else "finite number"
            raise self.wrong(key, f"{given!r} is no {wanted}")
        return kind(given)

    def _flag(self, key: str, default: bool | None = None) -> bool:
        given = self.entry.get(key, default)
        if not isinstance(given, bool):
            raise self.wrong(key, "true or false is needed")
        return given

    def _column(self, key: str, view: View, default: str | None) -> str:
        given = self.entry.get(key, default)
        if given not in view.columns:
            raise self.wrong(key, f"{given!r} is no column of the view {view.id}")
        return str(given)

    def _measure(self, key: str, view: View) -> Measure:
        given = self.entry.get(key)
        forms = [name for name in get_args(Form)[1:] if isinstance(given, dict) and name in given]
        if not isinstance(given, dict) or len(forms) > 1 or set(given) - {*forms, "where"}:
            raise self.wrong(key, "{ where = … }, or one of sum, mean, deviation, largest with a where")
        for text in given.values():
            for name in names_in(self._expression(key, text)):
                if name not in view.columns:
                    raise self.wrong(key, f"{name!r} is no column of the view {view.id}")
        form = cast(Form, forms[0] if forms else "where")
        return Measure(form, given.get(form) if forms else None, given.get("where"))

    def _expression(self, key: str, text: object) -> str:
        if not isinstance(text, str) or not text.strip() or ";" in text or "--" in text:
            raise self.wrong(key, f"{text!r} is no single expression")
        return text

    def _needs(self) -> tuple[str, ...]:
        given = self.entry.get("needs")
        if not isinstance(given, list) or not given:
            raise self.wrong("needs", "the contract columns that it rests on are needed")
        for need in given:
            table, _, column = str(need).partition(".")
            if table not in TABLES or column not in TABLES[table].columns:
                raise self.wrong("needs", f"{need!r} is no column of the contract")
        return tuple(given)

    def _check(self, item: Indicator, view: View) -> None:
        """What only several keys together can have wrong."""
        if item.direction == "none" and item.scored:
            raise self.wrong("scored", "what is neither good nor bad is never scored")
        if item.direction == "none" and (item.target is not None or item.floor is not None):
            raise self.wrong("target", "what is neither good nor bad has no target and no floor")
        if item.scored and (item.target is None or item.floor is None):
            missing = "target" if item.target is None else "floor"
            raise self.wrong(missing, "a scored indicator needs a target and a floor")
        if item.scored:
            self._refuse_fines(item)
        if item.target is not None and item.floor is not None:
            better, worse = (
                (item.target, item.floor) if item.direction == "higher" else (item.floor, item.target)
            )
            if better <= worse:
                side = "below" if item.direction == "higher" else "above"
                raise self.wrong("floor", f"where {item.direction} is better, it lies {side} the target")
        if not view.is_month_end and item.series != "flow":
            raise self.wrong("series", f"a row of {view.id} counts in one month alone: flow")
        if item.needs_whole_window and item.series not in ("rolling_year", "year_to_date"):
            raise self.wrong("needs_whole_window", "only what looks back beyond its month has a window")
        if not item.unit.endswith("unit_id"):
            raise self.wrong("unit", f"{item.unit!r} holds no units")
        if view.is_month_end and item.period != "period_end":
            raise self.wrong("period", f"rows of {view.id} stand for a month's end: period_end")
        if item.grain == "cell" and "cell_id" not in view.columns:
            raise self.wrong("grain", f"rows of {view.id} have no market cell")
        if view.has_levels and item.shape != "ratio":
            raise self.wrong(
                "numerator", f"rows of {view.id} stand at every level already: they can only be counted"
            )
        pairs = {"mean": "mean", "deviation": "mean", "largest": "where", "sum": None, "where": None}
        wanted, given = pairs[item.numerator.form], item.denominator.form
        if (wanted and given != wanted) or (wanted is None and given not in ("sum", "where")):
            raise self.wrong("denominator", f"{given!r} does not go with {item.numerator.form!r}")
        if item.shape == "dispersion" and item.stratum is None:
            raise self.wrong("stratum", "a spread is computed among like things: a stratum is needed")
        if item.stratum and (item.shape not in ("dispersion", "standardised_mean") or item.grain == "cell"):
            raise self.wrong("stratum", "only a spread or a mean of units is computed within strata")

    def _refuse_fines(self, item: Indicator) -> None:
        """What holds of fines, among fines, may be scored; how many there are and how high may not (处罚法 §74)."""
        measures = {"numerator": item.numerator, "denominator": item.denominator}
        for key, measure in measures.items():
            if item.shape != "dispersion" and _FINES & set(names_in(measure.value or "")):
                raise self.wrong(
                    key, "amounts of fines are never scored (Administrative Penalty Law, art. 74)"
                )
        of_fines = [bool(_FINES & set(names_in(measure.where or ""))) for measure in measures.values()]
        if of_fines == [True, False]:
            reason = "numbers of fines are never scored (Administrative Penalty Law, art. 74)"
            raise self.wrong("numerator", reason)
