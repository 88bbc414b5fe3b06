"""Progress in steps, and counts as plain bars with the number inside.

A step that is done is full, one that is not is track. It must not read; the only words are the counts given.
"""

from __future__ import annotations

from pages.parts.charts import wall_shapes as svg

_GAP = 4
_INSIDE = 96
"""A bar at least this wide holds its count inside; beside a shorter one it stands at its end."""


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


def counted(count: str, share: float | None, width: float, height: float, look: str = "bar") -> str:
    """A bar for a share of the largest count, with the count; an empty track where it is not known."""
    middle = height / 2
    if share is None:
        return svg.picture(width, height, [svg.bar(0, middle - 6, width, 12, "f-track", 6)])
    if not share:
        return svg.picture(width, height, [svg.text((0, middle + 8), count, "t-count start")])
    long = max(width * share, 6)
    inside = long >= _INSIDE
    place = (14.0 if inside else long + 12, middle + 8)
    words = svg.text(place, count, "t-count start")
    return svg.picture(width, height, [svg.bar(0, 0, long, height, f"f-{look}", 5), words])


def part(done: float | None, width: float, height: float) -> str:
    """What of a whole is done, on a track of the whole."""
    top = (height - 10) / 2
    shapes = [svg.bar(0, top, width, 10, "f-track", 5)]
    if done:
        shapes.append(svg.bar(0, top, max(width * min(done, 1.0), 10), 10, "f-bar", 5))
    return svg.picture(width, height, shapes)
