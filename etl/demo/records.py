"""A table in the making: columns of numbers, and what the numbers stand for.

Text is composed only when a file is written: until then a column is an array of integers with a vocabulary or a
number format, so that a million rows stay small and planting is plain array arithmetic. It knows no table by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]


@dataclass
class Records:
    """One contract table: column → array of one length; a 2-D array is a list, -1 is blank.

    `words`: the integers of a column index this vocabulary. `formats`: a printf format that turns the integer
    into text. `hashed`: as `formats`, then SHA-256. A name that starts with `_` is a helper and is never written.
    """

    values: dict[str, Column] = field(default_factory=dict)
    words: dict[str, Sequence[str]] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    hashed: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, column: str) -> Column:
        return self.values[column]

    def __setitem__(self, column: str, value: Column) -> None:
        self.values[column] = value

    def __len__(self) -> int:
        return len(next(iter(self.values.values()))) if self.values else 0

    def code(self, column: str, word: str) -> int:
        """The integer of one word of a vocabulary."""
        return list(self.words[column]).index(word)

    def text(self, column: str, rows: Column) -> list[str]:
        """The text of some rows of a vocabulary or formatted column."""
        taken = self.values[column][rows]
        if column in self.words:
            return [self.words[column][i] for i in taken.tolist()]
        if column in self.formats:
            return [self.formats[column] % i for i in taken.tolist()]
        return [str(item) for item in taken.tolist()]

    def take(self, rows: Column) -> Records:
        """The same table with only these rows, in this order."""
        taken = {name: column[rows] for name, column in self.values.items()}
        return Records(taken, self.words, self.formats, self.hashed)


def stack(parts: Sequence[dict[str, Column]], blanks: dict[str, Any]) -> dict[str, Column]:
    """Several groups of rows as one; a column that a group lacks gets its blank."""
    sizes = [len(next(iter(part.values()))) for part in parts]
    return {
        name: np.concatenate(
            [
                part[name] if name in part else np.full(size, blank)
                for part, size in zip(parts, sizes, strict=True)
            ]
        )
        for name, blank in blanks.items()
    }


def choose(rng: np.random.Generator, count: int, weights: Sequence[float]) -> NDArray[np.int16]:
    """`count` integers drawn with the given weights."""
    edges = np.cumsum(np.asarray(weights, dtype=float))
    drawn: NDArray[np.int64] = np.searchsorted(edges, rng.random(count) * edges[-1], side="right")
    return drawn.astype(np.int16)


def runs(keys: Column) -> NDArray[np.int64]:
    """0, 1, 2 … within each run of equal values of a sorted column."""
    starts = np.r_[True, keys[1:] != keys[:-1]] if len(keys) else np.zeros(0, dtype=bool)
    first = np.flatnonzero(starts)
    lengths = np.diff(np.r_[first, len(keys)])
    return np.asarray(np.arange(len(keys)) - np.repeat(first, lengths), dtype=np.int64)


def running_max(keys: Column, values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The greatest value so far within each run of equal keys; keys sorted, values small and not negative."""
    span = int(values.max(initial=0)) + 1
    group = np.cumsum(np.r_[0, (keys[1:] != keys[:-1]).astype(np.int64)]) if len(keys) else keys
    highest = np.maximum.accumulate(values + group * span)
    return np.asarray(highest - group * span, dtype=np.int64)
