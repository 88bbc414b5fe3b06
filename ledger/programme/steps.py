"""The steps from a posted problem to its launch (八步法), as a bureau declares them.

A file that cannot be used is refused whole. It must not know how a scenario goes from one step to the next.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from model.indicators import DeclarationError, Words
from model.indicators.reading import read_toml, words_of

FILE_VARIABLE = "INTEGRITY_SCENARIO_STEPS"
DEFAULT_FILE = Path(__file__).parents[2] / "data" / "reference" / "scenario_steps.toml"
STATES = ("open_for_takers", "building", "trial", "landed")
"""The states that steps lead through, in their order."""
NEEDS = ("taker_unit_id", "indicator_id", "data_items", "model", "presentation", "score")
FEWEST, MOST = 3, 8
"""Posted, taken up, launched at least; the contract counts eight at most."""


@dataclass(frozen=True)
class Step:
    """One step: the state of a scenario that is at it, and what must be there to leave it."""

    name: Words
    state: str
    needs: tuple[str, ...]


@cache
def steps() -> tuple[Step, ...]:
    """The steps of this installation. DeclarationError where its file cannot be used."""
    return read(Path(os.environ.get(FILE_VARIABLE) or DEFAULT_FILE))


def read(path: Path) -> tuple[Step, ...]:
    """The steps of a file. DeclarationError with file, step and reason where it cannot be used."""
    given = read_toml(path).get("step")
    if (
        not isinstance(given, list)
        or not all(isinstance(one, dict) for one in given)
        or not FEWEST <= len(given) <= MOST
    ):
        raise DeclarationError(f"{path.name}: from {FEWEST} to {MOST} [[step]] are needed")
    found = tuple(_step(path.name, number, one) for number, one in enumerate(given, 1))
    places = [STATES.index(one.state) for one in found]
    if places[:2] != [0, 1] or places[-1] != len(STATES) - 1 or places.count(0) > 1:
        raise DeclarationError(
            f"{path.name}: the first step is {STATES[0]}, the second {STATES[1]}, the last {STATES[-1]}"
        )
    if any(after < before for before, after in pairwise(places)):
        raise DeclarationError(f"{path.name}: steps go through {', '.join(STATES)} in this order")
    return found


def _step(file: str, number: int, given: dict[str, Any]) -> Step:
    key = f"step {number}"
    if unknown := set(given) - {"zh", "en", "state", "needs"}:
        raise DeclarationError(f"{file}: {key}: {', '.join(sorted(unknown))}: no such key")
    name = words_of(file, key, {"zh": given.get("zh"), "en": given.get("en")})
    state, needs = given.get("state"), given.get("needs", [])
    if state not in STATES:
        raise DeclarationError(f"{file}: {key}: state: {state!r} is none of {', '.join(STATES)}")
    if not isinstance(needs, list) or not all(one in NEEDS for one in needs):
        raise DeclarationError(f"{file}: {key}: needs: {needs!r}: a list of {', '.join(NEEDS)} is needed")
    return Step(name, state, tuple(needs))
