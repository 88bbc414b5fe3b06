"""The tree of units: their order in a list, who stands above and below whom. It must not draw or read data."""

from __future__ import annotations

import pandas as pd


def tree_order(units: pd.DataFrame) -> dict[str, int]:
    """Every unit after its parent, siblings in the order given, with its depth; units without parent are roots."""
    known = set(units["unit_id"])
    children: dict[str | None, list[str]] = {}
    for unit_id, parent in zip(units["unit_id"], units["parent_unit_id"], strict=True):
        children.setdefault(parent if parent in known else None, []).append(unit_id)
    depths: dict[str, int] = {}
    waiting = [(unit_id, 0) for unit_id in reversed(children.get(None, []))]
    while waiting:
        unit_id, depth = waiting.pop()
        depths[unit_id] = depth
        waiting += [(child, depth + 1) for child in reversed(children.get(unit_id, []))]
    return depths


def default_unit(units: pd.DataFrame) -> str:
    """The first root, or what is below it for as long as that is a single unit."""
    unit_id = next(iter(tree_order(units)))
    while len(below := units.loc[units["parent_unit_id"] == unit_id, "unit_id"]) == 1:
        unit_id = str(below.iloc[0])
    return unit_id


def descendants(units: pd.DataFrame, unit_id: str) -> set[str]:
    """A unit and all units below it."""
    found, newest = {unit_id}, {unit_id}
    while newest:
        below = units.loc[units["parent_unit_id"].isin(newest), "unit_id"]
        newest = {str(one) for one in below} - found
        found |= newest
    return found


def ancestors(units: pd.DataFrame, unit_id: str) -> list[str]:
    """The units above this one, the root first."""
    parents = dict(zip(units["unit_id"], units["parent_unit_id"], strict=True))
    above: list[str] = []
    parent = parents.get(unit_id)
    while parent in parents and parent not in above:
        above.insert(0, str(parent))
        parent = parents[parent]
    return above
