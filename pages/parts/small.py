"""Small counts: which numbers of a breakdown may be told beside their total, and what stands in place of the others.

It exists so that pages and reports hide the same. The threshold is the policy's. It must not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from model.policy import SMALL_COUNT
from pages.parts.table import figure
from pages.parts.words import Words, number


def told(counts: Sequence[int], least: int = SMALL_COUNT) -> list[bool]:
    """Which counts may be told beside their total: none that is small, and none from which small ones follow.

    The smallest of the others are held back too for as long as one alone is, or what is held back is small altogether,
    or can be shared out in one way only: each is known to be small or not, and none is listed that did not occur.
    """
    is_told = [count >= least for count in counts]
    while True in is_told and _follows(
        [count for count, one in zip(counts, is_told, strict=True) if not one], least
    ):
        smallest = min((count, index) for index, count in enumerate(counts) if is_told[index])[1]
        is_told[smallest] = False
    return is_told


def _follows(held_back: Sequence[int], least: int) -> bool:
    """Whether the total and what is told would tell these."""
    total, few = sum(held_back), sum(count < least for count in held_back)
    larger = len(held_back) - few
    is_fewest = total == few + larger * least
    is_most = not larger and total == few * (least - 1)
    return len(held_back) == 1 or (total > 0 and (total < least or is_fewest or is_most))


def cell(words: Words, count: int, *, is_told: bool) -> dict[str, Any]:
    """A count as it is shown: itself, or the word for why it is not."""
    if is_told:
        return figure(number(count), count)
    hidden = "suppressed" if count < SMALL_COUNT else "withheld"
    return figure(words.say(f"complaints.{hidden}", count=SMALL_COUNT), None, "absent")
