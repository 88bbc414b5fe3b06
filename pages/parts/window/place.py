"""选址预查: may there be an outlet at a place? The cell's state, the queue, and what lies closer than the rule allows.

For reference only, and it says by which version of which rule. The position serves the one answer and is kept nowhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from model import answers
from model.answers import Nearest
from model.warehouse import Snapshot
from pages.parts import clocks
from pages.parts.reads import window as reads
from pages.parts.wall.state import current
from pages.parts.window import render, visitor
from pages.parts.window.forms import Form, RefusedFormError
from pages.parts.window.limits import LIMITER
from pages.parts.window.setup import setup

_DEGREES = re.compile(r"-?\d{1,3}(\.\d{1,8})?")


@dataclass(frozen=True)
class Finding:
    """One thing that the pre-check found: its words, and whether it stands in the way."""

    key: str
    is_concern: bool
    metres: int | None = None
    limit: int | None = None


def form(request: Request) -> Response:
    """Choose the office, then the cell, then, if one likes, the exact position."""
    snapshot = current()
    if snapshot is None:
        return render.message(request, "window.no_data", 503)
    return _page(request, snapshot, request.query_params.get("office") or "", "", None)


def answer(request: Request, given: Form) -> Response:
    """The answer for a cell, with distances where a position was given."""
    snapshot = current()
    if snapshot is None:
        return render.message(request, "window.no_data", 503)
    cell_id = given.text("cell", 40)
    cell = next((one for one in _cells(snapshot) if one["cell_id"] == cell_id), None)
    if cell is None:
        raise RefusedFormError("unknown_cell", 400)
    position = _position(given)
    near = None
    if position:
        limits = setup().limits
        if not LIMITER.count(limits.lookups_per_address, limits.window, "place", visitor.address(request)):
            raise RefusedFormError("too_often", 429)
        near = answers.nearest(snapshot, visitor.required(), *position)
    return _page(request, snapshot, cell["unit_id"], cell_id, (cell, findings(cell, near), near))


def findings(cell: reads.Row, near: Nearest | None) -> list[Finding]:
    """What speaks for and against a place, by the cell's rule and the school's distance."""
    found = [_state(cell)]
    if near is None:
        return found
    spacing = cell["required_spacing_metres"]
    if spacing is not None:
        found.append(_distance("outlet", near.outlet_metres, int(spacing)))
    found.append(_distance("school", near.school_metres, setup().layout.school_metres))
    if not near.is_complete:
        found.append(Finding("incomplete", False))
    return found


def _state(cell: reads.Row) -> Finding:
    if cell["is_restricted"]:
        return Finding("restricted", True)
    if cell["capacity"] is None:
        return Finding("capacity_unknown", False)
    return Finding("saturated" if cell["is_saturated"] else "open", bool(cell["is_saturated"]))


def _distance(kind: str, metres: int | None, limit: int) -> Finding:
    """A distance against its rule; far beyond it the number itself is not told."""
    if metres is None or metres >= 2 * limit:
        return Finding(f"{kind}_far", False, None, limit)
    is_close = metres < limit
    return Finding(f"{kind}_close" if is_close else f"{kind}_well", is_close, metres, limit)


def _position(given: Form) -> tuple[float, float] | None:
    longitude, latitude = given.text("longitude", 16), given.text("latitude", 16)
    if not longitude and not latitude:
        return None
    if not (_DEGREES.fullmatch(longitude) and _DEGREES.fullmatch(latitude)):
        raise RefusedFormError("position")
    east, north = float(longitude), float(latitude)
    if not (73 <= east <= 136 and 3 <= north <= 54):
        raise RefusedFormError("position")
    return east, north


def _cells(snapshot: Snapshot) -> list[reads.Row]:
    return reads.cells(snapshot, reads.root(snapshot, setup().unit_id))


def _page(
    request: Request,
    snapshot: Snapshot,
    office: str,
    cell_id: str,
    answered: tuple[reads.Row, list[Finding], Nearest | None] | None,
) -> Response:
    cells = _cells(snapshot)
    units = reads.units(snapshot)
    offices = sorted({one["unit_id"] for one in cells})
    known = clocks.of_kind(clocks.of_snapshot(snapshot).values(), "market_cell")
    moments = [one.as_of for one in known if one.as_of]
    return render.page(
        request,
        "place.html",
        offices=[units[one] for one in offices if one in units],
        office=units.get(office) if office in offices else None,
        cells=[one for one in cells if one["unit_id"] == office],
        cell_id=cell_id,
        answered=answered[0] if answered else None,
        findings=answered[1] if answered else [],
        has_position=bool(answered and answered[2]),
        layout=setup().layout,
        as_of=min(moments).strftime("%Y-%m-%d") if moments else "",
    )
