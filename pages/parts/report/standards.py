"""The section of processes: each step against its standard, with what waits in it.

It must not compute a time: that is the mart's.
"""

from __future__ import annotations

from pages.parts import running
from pages.parts import words as written
from pages.parts.report.structure import Block, Cell, Column, Facts, Group, Note, Section, Table
from pages.parts.report.subject import Subject
from pages.parts.running import Run

_WIDTHS = {"picture": 44, "median": 14, "ninth": 18, "limit": 16, "within": 22, "open": 13, "overdue": 14}


def section(subject: Subject, title: str) -> Section:
    """One table, a group a process."""
    words = subject.words
    if not subject.runs:
        return Section(title, (Note(words.say("report.standards_none")),))
    columns = (
        Column(words.say("standards.step"), 33, "text"),
        *(
            Column(words.say(f"standards.{name}"), width, "picture" if name == "picture" else "figure")
            for name, width in _WIDTHS.items()
        ),
    )
    legend = words.say("report.joint").join(words.say(f"standards.legend_{one}") for one in running.LEGEND)
    blocks: tuple[Block, ...] = (
        Table(title, columns, tuple(_group(one) for one in subject.runs)),
        Note(words.say("report.standards_how", month=words.month(subject.month))),
        Note(written.capital(legend)),
    )
    bases = tuple((one.name, written.capital(running.bases(one))) for one in subject.runs)
    return Section(title, (*blocks, Facts(bases)))


def _group(run: Run) -> Group:
    words, longest = run.view.words, running.scale(run.steps.values())
    rows = []
    for step in run.process.steps:
        cells = running.cells(words, run.step_name(step), step, run.steps.get(step.id), longest)
        name = Cell(run.step_name(step), words.say(f"standards.{step.day_kind}"))
        rows.append((name, *(Cell.of(cells[one]) for one in _WIDTHS)))
    until = words.say("shared.as_of", moment=run.as_of.isoformat()) if run.as_of else ""
    said = (running.window_name(words, run.window), until)
    return Group.of(run.name, tuple(rows), words.say("report.joint").join(one for one in said if one))
