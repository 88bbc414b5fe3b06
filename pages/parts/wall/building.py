"""清廉建设: how far the programme is: actions, units, dimensions, duties, tasks, honours, and the scenarios in hand.

In a window hall what concerns only the bureau itself is left out.
"""

from __future__ import annotations

from pages.parts.wall import blocks, duties, programme, summary
from pages.parts.wall.board import Board

WIDTH = {"16x9": 568, "32x9": 884}


def draw(board: Board) -> str:
    """The scene's panels."""
    width = WIDTH[board.shape]
    actions = programme.framework_panel(board, "eight_actions", width)
    units = programme.framework_panel(board, "six_integrity_units", width)
    scenarios, honours = programme.scenarios_panel(board, width), programme.honours_panel(board, width)
    if board.is_public:
        columns = [(actions,), (units, honours), (scenarios,)]
    else:
        dimensions, tasks = summary.four_dimensions(board, width), duties.tasks_panel(board, width)
        activities = duties.activities_panel(board, width)
        columns = [(actions, dimensions), (units, scenarios), (activities, tasks, honours)]
    if board.is_wide and not board.is_public:
        columns = [(actions,), (units, dimensions), (scenarios,), (activities, tasks, honours)]
    drawn = "".join(blocks.column(*some) for some in columns)
    return f'<main class="grid building of-{len(columns)}">{drawn}</main>'
