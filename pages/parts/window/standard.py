"""一标准: the published standard of each process, and beside it how it is kept, from the numbers that the wall shows.

A number that may not be shown says why. Standards come from model/process, compliance from the screen surface.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from model.indicators import Words as Both
from model.process import Step, processes
from model.warehouse import Snapshot
from pages.parts import notices, words
from pages.parts.reads import screen
from pages.parts.reads import window as reads
from pages.parts.wall.measured import complete_month
from pages.parts.wall.state import current
from pages.parts.window import render
from pages.parts.window.setup import setup

INDICATORS = ("L1", "L2", "L4", "L16", "C1", "C2", "H1", "H2")
"""Those that measure keeping a limit in public matters: licences, their publication, cases, complaints."""
_WINDOWS = (1, 12)


@dataclass(frozen=True)
class Kept:
    """A step, its standard, and how it was kept last month and over twelve."""

    name: Both
    meaning: Both
    basis: Both | None
    is_whole: bool
    days: int | None
    is_working: bool
    month: reads.Row | None
    year: reads.Row | None


def page(request: Request) -> Response:
    """Every process with its steps, then the indicators."""
    snapshot = current()
    said = render.words_of(request)
    place = reads.root(snapshot, setup().unit_id) if snapshot else ""
    month, year = (reads.steps(snapshot, place, one) if snapshot else {} for one in _WINDOWS)
    shown = [
        (process, [_kept(step, month.get((process.id, step.id)), year.get((process.id, step.id)))
                   for step in process.steps])
        for process in processes().items
    ]  # fmt: skip
    newest = max((row["month"] for row in month.values()), default=None)
    return render.page(
        request,
        "standard.html",
        processes=shown,
        indicators=_indicators(snapshot, place, said) if snapshot else [],
        unit=reads.units(snapshot)[place]["name"] if snapshot and place else "",
        month=said.month(newest) if newest else "",
        notice=notices.of_calendar(said, snapshot) if snapshot else None,
        share=_share,
        days=partial(_days, said),
    )


def _kept(step: Step, month: reads.Row | None, year: reads.Row | None) -> Kept:
    known = month or year
    limit = known["limit_days"] if known and step.has_limit else None
    if step.limit and step.limit.isdigit():
        limit = int(step.limit)
    return Kept(
        step.name, step.meaning, step.basis, step.id == "whole", None if limit is None else int(limit),
        step.day_kind == "working", month, year,
    )  # fmt: skip


def _share(row: reads.Row | None) -> str | None:
    """The share within the limit as it is read, None where there is none to show."""
    return words.value(row["within"], "proportion") if row and row["within"] is not None else None


def _days(said: words.Words, row: reads.Row | None, *, is_working: bool) -> str | None:
    """The median as it is read, in days of the kind that the step is counted in."""
    if row is None or row["median_days"] is None:
        return None
    if round(row["median_days"], 1) == 0:
        return said.say("window.same_day")
    days = words.value(row["median_days"], "mean").removesuffix(".0")
    return said.say("window.so_many_working_days" if is_working else "window.so_many_days", count=days)


def _indicators(snapshot: Snapshot, place: str, said: words.Words) -> list[dict[str, object]]:
    """Name, target and newest value of each indicator of this page: what is older than a year is news no more.

    A month in progress is left out, as on the wall.
    """
    declared = {row["indicator_id"]: row for row in reads.rows(screen.declared(snapshot))}
    newest: dict[str, reads.Row] = {}
    until = {one: complete_month(as_of) for one, (_, as_of) in screen.indicators(snapshot).items() if as_of}
    known = [
        row
        for row in reads.rows(screen.trend(snapshot, place, INDICATORS))  # the oldest first
        if row["month"].date() <= until.get(row["indicator_id"], date.max)
    ]
    months = sorted({row["month"] for row in known})[-_WINDOWS[-1] :]
    for row in (one for one in known if one["month"] in months):
        if row["value"] is not None or row["indicator_id"] not in newest:
            newest[row["indicator_id"]] = row
    found = []
    for one in (declared[name] for name in INDICATORS if name in declared):
        last = newest.get(one["indicator_id"])
        state = (
            last["state"] if last else ("not_computable" if one["state"] == "not_computable" else "no_data")
        )
        has_value = last is not None and last["value"] is not None
        found.append(
            {
                "name": said.pick(one["name_zh"], one["name_en"]),
                "target": words.aim(one["target"], one["kind"]),
                "value": words.value(last["value"], one["kind"]) if last and has_value else None,
                "month": said.month(last["month"]) if last else "",
                "state": state,
            }
        )
    return found
