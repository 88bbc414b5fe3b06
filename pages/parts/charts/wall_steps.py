"""Progress in steps, and counts as plain bars with the number inside.

A step that is done is full, one that is not is track. It must not read; the only words are the counts given.
"""

from __future__ import annotations

from pages.parts.charts import wall_shapes as svg

_GAP = 4
BESIDE = 10.0
"""The room between a count and what is beside it."""


def steps(done: float, total: int, width: float, height: float, *, thick: float = 14) -> str:
    """So many of the steps done; a part of a step fills a part of its segment."""
    each, top = (width - _GAP * (total - 1)) / total, (height - thick) / 2
    shapes = []
    for index in range(total):
        x, share = index * (each + _GAP), min(max(done - index, 0.0), 1.0)
        shapes.append(svg.bar(x, top, each, thick, "f-track", 3))
        if share:
            shapes.append(svg.bar(x, top, each * share, thick, "f-bar", 3))
    return svg.picture(width, height, shapes)


def counted(count: str, long: float, width: float, height: float, size: float, look: str = "bar") -> str:
    """A bar of this length with its count inside, or at its end where it has no room; for none, the count alone."""
    middle = height / 2 + size * 0.36
    if not long:
        return svg.picture(width, height, [svg.text((0, middle), count, "t-count start")])
    long = min(max(long, 6), width)
    is_inside = look == "bar" and long >= svg.text_width(count, size) + 2 * BESIDE
    words = svg.text((BESIDE if is_inside else long + BESIDE, middle), count, "t-count start")
    return svg.picture(width, height, [svg.bar(0, 0, long, height, f"f-{look}", 5), words])


def room(count: str, size: float) -> float:
    """How wide a picture has to be at the least, so that however long its bar is the count has room."""
    return 2 * svg.text_width(count, size) + 3 * BESIDE


def part(done: float | None, width: float, height: float) -> str:
    """What of a whole is done, on a track of the whole."""
    top = (height - 10) / 2
    shapes = [svg.bar(0, top, width, 10, "f-track", 5)]
    if done:
        shapes.append(svg.bar(0, top, max(width * min(done, 1.0), 10), 10, "f-bar", 5))
    return svg.picture(width, height, shapes)
