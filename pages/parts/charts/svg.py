"""Small pictures as SVG images that a table can hold by the dozen: strokes, dots, and the address of the whole.

It exists so that drawing sixty rows costs milliseconds. It must not know what is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote, unquote

_SAFE = " =:/'(),;.-+*!$&@?"
STRETCHES = "preserveAspectRatio='none'"
_POINT = re.compile(r"h0(?=[M'])")
_BOX = re.compile(r"viewBox='0 0 (\d+) (\d+)'")
Place = tuple[float, float]


def source(width: int, height: int, shapes: Iterable[str], *, stretches: bool = False) -> str:
    """The address of an image of these shapes; one that stretches fills whatever room it is given."""
    drawn, more = "".join(shapes), f" {STRETCHES}" if stretches else ""
    text = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'{more}>{drawn}</svg>"
    return f"data:image/svg+xml,{quote(text, safe=_SAFE)}"


def drawing(address: str) -> tuple[str, int, int]:
    """The drawing behind such an address, its width and its height: for what takes no addresses, such as a document.

    A lone dot is given a length: what has none is left out by some.
    """
    text = _POINT.sub("h.01", unquote(address.split(",", 1)[1]))
    found = _BOX.search(text)
    assert found is not None
    return text, int(found[1]), int(found[2])


def path(places: Sequence[Place], colour: str, width: float = 1.0, more: str = "") -> str:
    """A line through places; nothing where there are fewer than two."""
    if len(places) < 2:
        return ""
    steps = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    return f"<path d='M{steps}' fill='none' stroke='{colour}' stroke-width='{width}'{more}/>"


def area(places: Sequence[Place], colour: str) -> str:
    """A filled shape."""
    steps = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    return f"<path d='M{steps}Z' fill='{colour}'/>" if places else ""


def dots(places: Sequence[Place], colour: str, size: float) -> str:
    """Round dots, all alike, as one shape."""
    steps = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in places)
    return (
        f"<path d='{steps}' stroke='{colour}' stroke-width='{size}' stroke-linecap='round'/>" if steps else ""
    )


def rings(places: Sequence[Place], colour: str, inside: str, size: float) -> str:
    """Hollow dots."""
    return dots(places, colour, size) + dots(places, inside, size - 2)
