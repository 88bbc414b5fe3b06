"""A flow declared in TOML: its states, the moves between them, who may make each, and why not, in both languages.

One declaration for what the ledger enforces, what pages offer and what the docs say. This module must not know what
flows through it: rules and effects belong to the modules that own a flow.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from model import policy
from model.policy import RefusedError

SHARED = Path(__file__).parent / "refusals.toml"


@dataclass(frozen=True)
class Label:
    """A name in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Move:
    """A move: from which states, to which (None: it stays), by whom, under which rules, and what must be given."""

    id: str
    label: Label
    sources: tuple[str, ...]
    target: str | None
    action: str
    rules: tuple[str, ...]
    needs: tuple[str, ...]
    offers: tuple[str, ...]


@dataclass(frozen=True)
class Flow:
    """One declared flow. `rest` is what else its file says."""

    name: str
    states: Mapping[str, Label]
    moves: Mapping[str, Move]
    refusals: Mapping[str, Mapping[str, str]]
    rest: Mapping[str, Any]

    def refused(self, code: str, **values: object) -> RefusedError:
        """The refusal of this code, in words."""
        return RefusedError(code, self.refusals[code], **values)

    def move(self, name: str, state: str) -> Move:
        """The move of this name; RefusedError where it does not start from this state."""
        found = self.moves[name]
        if state not in found.sources:
            now, label = self.states[state], found.label
            raise self.refused("state", move=label.zh, move_en=label.en, state=now.zh, state_en=now.en)
        return found

    def require_given(self, move: Move, given: Mapping[str, object]) -> None:
        """RefusedError where something that the move needs was not given."""
        for need in move.needs:
            value = given.get(need)
            if value is None or (isinstance(value, str) and not value.strip()):
                asked = self.rest["field"][need]
                raise self.refused("needed", field=asked["zh"], field_en=asked["en"])

    def open_from(self, state: str) -> tuple[Move, ...]:
        """The moves that start from a state."""
        return tuple(move for move in self.moves.values() if state in move.sources)

    def label(self, table: str, code: str) -> Label:
        """The name of a declared code, such as a verdict."""
        found = self.rest[table][code]
        return Label(found["zh"], found["en"])


def read(path: Path) -> Flow:
    """The flow that a file declares; ValueError where it names a state, an action or a field that is not declared."""
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    given["refusal"] = shared_refusals() | given.get("refusal", {})
    states = {name: Label(one["zh"], one["en"]) for name, one in given.pop("state").items()}
    moves = {name: _move(name, one, tuple(states)) for name, one in given.pop("move").items()}
    found = Flow(path.stem, states, moves, given.pop("refusal"), given)
    for move in moves.values():
        unknown = {*move.sources, *filter(None, [move.target])} - set(states)
        unknown |= {*move.needs, *move.offers} - set(given.get("field", {}))
        unknown |= {rule for rule in move.rules if rule not in found.refusals}
        if move.action not in policy.declared().actions:
            unknown.add(move.action)
        if unknown:
            raise ValueError(f"{path.name}: move {move.id}: not declared: {', '.join(sorted(unknown))}")
    return found


@cache
def shared_refusals() -> dict[str, dict[str, str]]:
    """The refusals that every flow has; a flow can say them in its own words."""
    found: dict[str, dict[str, str]] = tomllib.loads(SHARED.read_text(encoding="utf-8"))["refusal"]
    return found


def _move(name: str, given: Mapping[str, Any], states: tuple[str, ...]) -> Move:
    sources = states if given["from"] == "any" else tuple(given["from"])
    return Move(
        name,
        Label(given["zh"], given["en"]),
        sources,
        given.get("to"),
        given["action"],
        tuple(given.get("rules", ())),
        tuple(given.get("needs", ())),
        tuple(given.get("offers", ())),
    )
