"""The few shapes that the wall's pictures are made of, as SVG text, and how a value becomes a place.

It exists because a wall draws hundreds of small pictures at once, on one grid with its type: text of SVG costs a
display nothing. A shape takes its colour from a class of wall.css. It must not know what is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

Point = tuple[float, float]
_CHINESE = 0x2E7F


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` at places from `start` to `end`; what lies outside is drawn at the edge."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        width = self.high - self.low
        share = (value - self.low) / width if width else 0.5
        return self.start + (self.end - self.start) * min(max(share, 0.0), 1.0)


def text_width(text: str, size: float) -> float:
    """About how wide words are: a Chinese character is as wide as high, a Latin one a little over half."""
    return sum(size if ord(one) > _CHINESE else size * 0.58 for one in text)


def picture(width: float, height: float, shapes: Iterable[str], label: str = "") -> str:
    """A picture of exactly this size; with a label it is told to those who cannot see it."""
    told = f' role="img" aria-label="{escape(label)}"' if label else ' aria-hidden="true"'
    return (
        f'<svg width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"{told}>'
        f"{''.join(shapes)}</svg>"
    )


def line(start: Point, end: Point, look: str) -> str:
    return f'<path class="{look}" d="M{_at(start)}L{_at(end)}"/>'


def bar(x: float, y: float, width: float, height: float, look: str, radius: float = 0) -> str:
    rounded = f' rx="{radius:g}"' if radius else ""
    return (
        f'<rect class="{look}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"'
        f"{rounded}/>"
    )


def dot(at: Point, radius: float, look: str) -> str:
    return f'<circle class="{look}" cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius:g}"/>'


def path(points: Sequence[Point], look: str, *, closed: bool = False) -> str:
    if not points:
        return ""
    return f'<path class="{look}" d="M{"L".join(map(_at, points))}{"Z" if closed else ""}"/>'


def paths(runs: Iterable[Sequence[Point]], look: str, *, closed: bool = False) -> str:
    """Many lines or areas of one look as one shape."""
    end = "Z" if closed else ""
    drawn = "".join(f"M{'L'.join(map(_at, run))}{end}" for run in runs if run)
    return f'<path class="{look}" d="{drawn}"/>' if drawn else ""


def text(at: Point, content: str, look: str) -> str:
    """Words whose base line begins, is centred or ends there, as the look says."""
    return f'<text class="{look}" x="{at[0]:.1f}" y="{at[1]:.1f}">{escape(content)}</text>'


def _at(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"
