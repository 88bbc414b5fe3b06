"""标准运行: is power used by the standard? Headline figures, every step against its limit, checks, market, trends.

In a window hall what concerns only the bureau itself gives way to what an applicant asks for.
"""

from __future__ import annotations

from dataclasses import dataclass

from pages.parts.wall import blocks, headline, honeycomb, process, summary
from pages.parts.wall.board import Board


@dataclass(frozen=True)
class Sizes:
    """Widths of the columns' insides and heights of the pictures, in design pixels."""

    steps: tuple[float, float, float]
    map: tuple[float, float]
    trends: int
    trend: tuple[float, float]
    side: float


NARROW = Sizes(steps=(204, 34, 505), map=(692, 286), trends=3, trend=(210, 132), side=505)
WIDE = Sizes(steps=(300, 46, 636), map=(1018, 730), trends=6, trend=(330, 168), side=604)


def draw(board: Board) -> str:
    """The scene's panels."""
    sizes = WIDE if board.is_wide else NARROW
    right = (
        summary.for_public(board, sizes.side) if board.is_public else summary.for_office(board, sizes.side)
    )
    return (
        f'<main class="grid operation">{headline.cards(board)}'
        f"{process.panel(board, *sizes.steps)}"
        f"{_market(board, sizes)}{right}</main>"
    )


def _market(board: Board, sizes: Sizes) -> str:
    """The map and the key trends: one above the other, on a wide wall side by side."""
    both = honeycomb.panel(board, *sizes.map), summary.key_trends(board, sizes.trends, *sizes.trend)
    return "".join(both) if board.is_wide else blocks.column(*both, look="middle")
