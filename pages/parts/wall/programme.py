"""The programme's panels: projects by framework through the method's four steps, scenarios through the eight, honours.

Projects, departments and honours are public names; no person is. It must not invent what the programme does not say.
"""

from __future__ import annotations

from html import escape

import pandas as pd

from pages.parts import words as written
from pages.parts.charts import wall_steps
from pages.parts.reads import screen
from pages.parts.wall import blocks, frameworks
from pages.parts.wall.board import Board

MOST_SCENARIOS = {"16x9": 9, "32x9": 16}
LEVELS = ("national", "provincial", "municipal", "county", "association")
STEPS = 8
NAME = 224.0
LABELS = {"16x9": 312, "32x9": 372}
"""The room that an item's name and stage take beside its picture."""


def framework_panel(board: Board, framework: str, width: float) -> str:
    """A line an item: its name, the four steps, the stage of the project that is furthest behind."""
    say = board.words.say
    known = {one.item: one for one in frameworks.progress(board, framework)}
    lines = []
    for item in frameworks.ITEMS[framework]:
        one = known.get(item)
        picture = wall_steps.steps(
            one.reached if one else 0, len(frameworks.METHOD), width - LABELS[board.shape], 40
        )
        stage = escape(say(f"wall.stage_{one.stage}")) if one else blocks.absent(board, "no_data")
        lines.append((escape(say(f"wall.item_{item}")), picture, stage))
    body = blocks.rows("framework", lines) + f'<p class="legend">{escape(say("wall.method"))}</p>'
    return blocks.panel(
        board, framework, say(f"wall.{framework}"), "", body, ("initiative",), width=width, look="fill"
    )


def scenarios_panel(board: Board, width: float) -> str:
    """Each scenario through the eight steps; those that are in use first."""
    say, shown = board.words.say, screen.scenarios(board.snapshot)
    count = len(shown)
    if count:
        in_force = shown[shown["status"] != "retired"]
        shown = in_force.sort_values(["step", "scenario_id"], ascending=[False, True])
    lines = [
        (
            blocks.fitted(str(row["name"]), NAME),
            wall_steps.steps(0 if pd.isna(row["step"]) else float(row["step"]), STEPS, width - 346, 40),
            escape(say(f"wall.status_{row['status']}")),
        )
        for row in shown.head(MOST_SCENARIOS[board.shape]).to_dict("records")
    ]
    what = say("wall.eight_steps", count=count)
    return blocks.table(board, "scenarios", what, lines, ("scenario",), width=width, is_filling=True)


def honours_panel(board: Board, width: float) -> str:
    """How many honours of each level; all that are kept."""
    say, found = board.words.say, screen.of_unit(board.snapshot, "honour", board.unit_id)
    known = found[found["level"].notna()] if not found.empty else found
    if known.empty:
        return blocks.panel(
            board, "honours", say("wall.honours"), "", blocks.nothing(board), ("honour",), width=width
        )
    cells = ""
    for level in LEVELS:
        some = known[known["level"] == level]
        if some.empty:
            continue
        count = frameworks.total(some["count"])
        shown = written.number(count) if count is not None else blocks.absent(board, "withheld")
        cells += f"<div><dd>{shown}</dd><dt>{escape(say(f'wall.honour_{level}'))}</dt></div>"
    return blocks.panel(
        board,
        "honours",
        say("wall.honours"),
        "",
        f'<dl class="counts short">{cells}</dl>',
        ("honour",),
        width=width,
    )
