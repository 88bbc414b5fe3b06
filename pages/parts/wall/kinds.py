"""The six kinds of integrity units: how far each kind has been built, and how its units stand.

Kinds are those of the framework; a kind of which no unit is portrayed says so. It must not portray persons.
"""

from __future__ import annotations

from html import escape

from pages.parts.charts import wall_interval, wall_steps
from pages.parts.reads import screen
from pages.parts.wall import blocks, frameworks, portrait
from pages.parts.wall.board import Board

WIDTH = {"16x9": 328, "32x9": 596}
"""The inside of the panel, and below what of it the words beside the scores take."""
BESIDE = 88.0
UNIT_TYPES = {
    "agency": ("county_bureau", "municipal_bureau", "provincial_bureau", "national_bureau"),
    "unit": ("inspection_brigade",),
    "station": ("management_office", "tobacco_station"),
    "window": ("service_window",),
}
"""Which kinds of unit in the register belong to which kind of integrity unit; cadres and branches are not in it."""


def panel(board: Board) -> str:
    """One line a kind: its name and stage, and the scores of its units on one line from 0 to 100."""
    say, width = board.words.say, WIDTH[board.shape]
    units = screen.units(board.snapshot)
    types = dict(zip(units["unit_id"], units["unit_type"], strict=True)) if not units.empty else {}
    overall = [
        one for one in portrait.scores(board)
        if one.dimension == portrait.OVERALL and one.score is not None and one.subject_id in board.below
    ]  # fmt: skip
    stages = {one.item: one for one in frameworks.progress(board, "six_integrity_units")}
    lines = []
    for kind in frameworks.ITEMS["six_integrity_units"]:
        members = [one for one in overall if types.get(one.subject_id) in UNIT_TYPES.get(kind, ())]
        stage = stages.get(kind)
        built = escape(say(f"wall.stage_{stage.stage}")) if stage else blocks.absent(board, "no_data")
        count = say("wall.units_count", count=len(members)) if members else say("wall.not_portrayed")
        scores = [one.score for one in members if one.score is not None]
        lines.append(
            f'<div class="kind"><p><b>{escape(say(f"wall.item_{kind}"))}</b><span>{built}</span></p>'
            f"{wall_steps.steps(stage.reached if stage else 0, len(frameworks.METHOD), width, 16, thick=8)}"
            f"<div>{wall_interval.spread(scores, width - BESIDE, 46)}<span>{escape(count)}</span></div></div>"
        )
    axis = wall_interval.axis(width - BESIDE)
    body = f'<div class="six">{"".join(lines)}</div>{axis}'
    return blocks.panel(
        board, "kinds", say("wall.six_kinds"), "", body, ("initiative",), width=width, look="six-kinds"
    )
