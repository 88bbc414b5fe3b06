"""三道公示: a page for people and a feed for programs, of what is public before, during and after each decision.

The feed says what the page says: the screen surface holds no more. What is withdrawn stays in the feed as a withdrawal,
so that whoever copied a decision learns that it no longer stands.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from model import policy
from model.contract import TABLES
from model.warehouse import Snapshot
from pages.parts import clocks
from pages.parts.reads import screen
from pages.parts.reads import window as reads
from pages.parts.wall.state import current
from pages.parts.window import gates, render
from pages.parts.window.setup import setup

PAGE = 20
COLUMNS = tuple(policy.screen.PUBLISHED)
_MATTERS = {
    "licence": TABLES["licence_application"].columns["application_type"],
    "penalty": TABLES["enforcement_case"].columns["violation_code"],
}


def listed(snapshot: Snapshot, kind: str | None = None, unit_id: str | None = None) -> list[reads.Row]:
    """Decisions and withdrawals, the newest first, of one kind or one unit and those under it."""
    found = screen.publications(snapshot)
    if found.empty:
        return []
    if kind in gates.KINDS:
        found = found[found["decision_kind"] == kind]
    if unit_id:
        found = found[found["unit_id"].isin(screen.below(snapshot, unit_id))]
    return reads.rows(found)


def page(request: Request) -> Response:
    """The three gates, the decisions and the withdrawals."""
    snapshot = current()
    if snapshot is None:
        return render.message(request, "window.no_data", 503)
    query = request.query_params
    kind, unit_id = query.get("kind"), query.get("unit")
    units = reads.units(snapshot)
    rows = listed(snapshot, kind, unit_id if unit_id in units else None)
    decisions = [row for row in rows if row["state"] == "published"]
    first = _number(query.get("from"), len(decisions))
    place = reads.root(snapshot, setup().unit_id)
    return render.page(
        request,
        "notice.html",
        gates=gates.gates(),
        decisions=decisions[first : first + PAGE],
        total=len(decisions),
        first=first,
        size=PAGE,
        withdrawn=[row for row in listed(snapshot) if row["state"] == "withdrawn"],
        kind=kind if kind in gates.KINDS else "",
        unit_id=unit_id if unit_id in units else "",
        units=units,
        steps=reads.steps(snapshot, place, max(1, 12)),
        matter=_matter,
        as_of=_as_of(snapshot, ("licence_application", "enforcement_case")),
    )


def _number(text: str | None, most: int) -> int:
    """Where a page of the list begins; the first where the address says something else."""
    return int(text) if text and text.isdecimal() and len(text) < 7 and int(text) < most else 0


def _matter(row: reads.Row, language: str) -> str:
    """What a decision is about, in words; the contract has them in Chinese, the code is English already."""
    code = row["matter"]
    if code is None:
        return ""
    said = _MATTERS[row["decision_kind"]].info["codes"].get(code, code)
    return str(said) if language == "zh" else str(code).replace("_", " ")


def _as_of(snapshot: Snapshot, tables: Iterable[str]) -> str:
    known = [
        one.as_of
        for table in tables
        for one in clocks.of_kind(clocks.of_snapshot(snapshot).values(), table)
        if one.as_of
    ]
    return min(known).strftime("%Y-%m-%d") if known else ""


# --- the feed ---------------------------------------------------------------------------------------------------------


def _plain(row: reads.Row) -> dict[str, Any]:
    return {name: _text(row[name]) for name in COLUMNS}


def _text(value: object) -> str | None:
    if value is None:
        return None
    return value.isoformat()[:10] if isinstance(value, date) else str(value)


def feed(request: Request) -> Response:
    """The feed, as CSV or JSON. It is asked again with If-None-Match and answered 304 until a snapshot is published."""
    snapshot = current()
    if snapshot is None:
        return Response(status_code=503)
    kind = request.path_params["kind"]
    if kind not in ("csv", "json"):
        return render.message(request, "window.not_found", 404)
    tag = f'"{snapshot.id}"'
    headers = {"ETag": tag, "Cache-Control": render.KEPT, "Access-Control-Allow-Origin": "*"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    rows = [_plain(row) for row in listed(snapshot)]
    if kind == "csv":
        return render.packed(request, _csv(rows), "text/csv; charset=utf-8", headers)
    told = {
        "version": 1,
        "snapshot": snapshot.id,
        "as_of": _as_of(snapshot, ("licence_application", "enforcement_case")),
        "published_at": snapshot.manifest.get("published_at"),
        "decisions": rows,
    }
    content = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return render.packed(request, content, "application/json", headers)


def _csv(rows: list[dict[str, Any]]) -> bytes:
    target = io.StringIO()
    writer = csv.DictWriter(target, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode("utf-8-sig")


def schema(_: Request) -> Response:
    """What the feed holds, as JSON Schema (2020-12)."""
    return Response(
        json.dumps(described(), ensure_ascii=False, indent=1), media_type="application/schema+json"
    )


def described() -> dict[str, Any]:
    """The feed's schema: codes from the contract, reasons from policy."""
    day = {"type": ["string", "null"], "format": "date"}
    text = {"type": ["string", "null"]}
    kinds: dict[str, dict[str, Any]] = {
        name: dict(day if name.endswith(("_on", "_by")) else text) for name in COLUMNS
    }
    kinds["publication_id"] = {"type": "string", "pattern": "^[0-9a-f]{16}$"}
    kinds["decision_kind"] = {"enum": list(gates.KINDS)}
    kinds["state"] = {"enum": ["published", "withdrawn"]}
    kinds["matter"] = {
        "enum": [*sorted({code for one in _MATTERS.values() for code in one.info["codes"]}), None]
    }
    for name, why in policy.screen.PUBLISHED.items():
        kinds[name]["description"] = why
    decision = {
        "type": "object", "properties": kinds, "required": list(COLUMNS), "additionalProperties": False,
    }  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Published decisions",
        "type": "object",
        "required": ["version", "snapshot", "as_of", "published_at", "decisions"],
        "additionalProperties": False,
        "properties": {
            "version": {"const": 1},
            "snapshot": {"type": "string"},
            "as_of": {"type": "string"},
            "published_at": {"type": ["string", "null"]},
            "decisions": {"type": "array", "items": decision},
        },
    }
