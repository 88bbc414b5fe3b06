"""The programme's panels: projects by framework through the method's four steps, scenarios through the eight, honours.

Of scenarios only how many stand where: what one is called is written by people. The names of the eight steps are those
that the ledger declares. It must not invent what the programme does not say.
"""

from __future__ import annotations

from collections.abc import Hashable
from html import escape
from typing import Any

import pandas as pd

from ledger.programme.steps import steps
from pages.parts import words as written
from pages.parts.charts import wall_steps
from pages.parts.reads import screen
from pages.parts.wall import blocks, frameworks
from pages.parts.wall.board import Board
from pages.parts.words import capital

SCENARIO_STAGES = ("posted", "claimed", "launched")
LEVELS = ("national", "provincial", "municipal", "county", "association")
NAME = {"16x9": 236.0, "32x9": 300.0}
BESIDE_BAR = {"16x9": 330, "32x9": 400}
"""The room that a step's name and its count take."""
BAR_HEIGHT = 34
LABELS = {"16x9": 312, "32x9": 372}
"""The room that an item's name and stage take beside its picture."""


def framework_panel(board: Board, framework: str, width: float) -> str:
    """A line an item: its name, the four steps, and the stage in which its projects are."""
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
    """How many scenarios are posted, claimed and launched, and at which of the eight steps they stand; none by name."""
    say, found = board.words.say, screen.scenarios(board.snapshot)
    states = set(found["state"]) if not found.empty else {"no_data"}
    if states <= {"no_data", "not_computable"}:
        body = blocks.nothing(board, "wall.nothing" if "no_data" in states else "wall.unrecorded")
    else:
        body = _scenario_figures(board, found) + _scenario_steps(board, found, width)
    title, what = say("wall.scenarios"), say("wall.eight_steps")
    return blocks.panel(board, "scenarios", title, what, body, ("scenario",), width=width, look="fill")


def _scenario_figures(board: Board, found: pd.DataFrame) -> str:
    rows = {row["stage"]: row for row in found.to_dict("records")}
    return blocks.counts(
        (_count(board, rows[one]), board.words.say(f"wall.scenario_{one}"))
        for one in SCENARIO_STAGES
        if one in rows
    )


def _scenario_steps(board: Board, found: pd.DataFrame, width: float) -> str:
    """A line a step, with its share of all that are in hand."""
    at_step = found[found["stage"] == "at_step"]
    rows, in_hand = {row["step"]: row for row in at_step.to_dict("records")}, at_step["count"].sum()
    lines = []
    for number, step in enumerate(steps(), 1):
        if number in rows:
            named = f"{number} {board.words.pick(step.name.zh, capital(step.name.en))}"
            share = _share(rows[number]["count"], in_hand)
            bar = wall_steps.part(share, width - BESIDE_BAR[board.shape], BAR_HEIGHT)
            lines.append((blocks.fitted(named, NAME[board.shape]), bar, _count(board, rows[number])))
    return blocks.rows("scenarios", lines)


def _count(board: Board, row: dict[Hashable, Any]) -> str:
    known = None if pd.isna(row["count"]) else written.number(int(row["count"]))
    return f"<b>{blocks.stated(board, known, str(row['state']))}</b>"


def _share(count: float, whole: float) -> float | None:
    return None if pd.isna(count) or not whole else float(count / whole)


def honours_panel(board: Board, width: float) -> str:
    """How many honours of each level; all that are kept."""
    say, found = board.words.say, screen.of_unit(board.snapshot, "honour", board.unit_id)
    known = found[found["level"].notna()] if not found.empty else found
    parts = []
    for level in LEVELS:
        some = known[known["level"] == level] if not known.empty else known
        if not some.empty:
            count = frameworks.total(some["count"])
            shown = written.number(count) if count is not None else blocks.absent(board, "withheld")
            parts.append((shown, say(f"wall.honour_{level}")))
    body = blocks.counts(parts) if parts else blocks.nothing(board)
    return blocks.panel(board, "honours", say("wall.honours"), "", body, ("honour",), width=width)
