"""The order in which a bureau comes about: registers, licensing, checks, cases, tickets, the rest; then the files.

Each part has random numbers of its own, so that a change in one does not move the others.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from etl import land
from etl.demo import (
    applications as application_records,
)
from etl.demo import bureau as bureaus
from etl.demo import (
    complaints,
    dirt,
    enforcement,
    feed,
    inspection,
    integrity_activities,
    market,
    people,
    programmes,
    relatives,
    supporting,
)
from etl.demo.bureau import Bureau, Scale
from etl.demo.clock import Clock
from etl.demo.licensing import Licensing
from etl.demo.planting import COPIES, HARD, Planter, plant
from etl.demo.world import World
from etl.inbox import NOT_DELIVERED as TRUTH
from model import warehouse
from model.contract import TABLES


def write(
    out: Path,
    *,
    scale: Scale = "district",
    months: int = 36,
    seed: int = 1,
    clean: bool = False,
    end: date | None = None,
    records: int | None = None,
) -> dict[str, Any]:
    """Write a bureau's feed files and truth.json into `out`; return rows by table and the files' names.

    `end`: the last recorded day (default: the end of the last month); `months` count back from its month. `records`:
    about how many rows inspection, licence_application and complaint shall have together.

    truth.json says what is wrong in the files: `hard_rules` (indicators whose planted breaches are all the breaches
    there are), `planted` (see `Planted`) and `dirty` (file, 1-based data row, key, kind, column, expected treatment).
    A planted `revision` is a second file, dated one day later, which holds the rewritten rows alone. `files` are all
    that were written: those of a demo bureau that lay in `out` before are removed, so that the truth is of all of them.
    """
    last = end or date.today().replace(day=1) - timedelta(days=1)
    clock = _clock(last, months)
    copies = 0 if clean else COPIES[scale]
    world, stuck = build(scale, clock, seed, records, copies)
    planter, revision = (
        (Planter(_random(seed, "plant"), world), None)
        if clean
        else plant(_random(seed, "plant"), world, copies, stuck)
    )
    out.mkdir(parents=True, exist_ok=True)
    _clear(out)
    connection = warehouse.connect()
    written, entries = _write_tables(connection, out, planter, seed, last)
    later = f"licence_application-{(last + timedelta(days=1)).isoformat()}.csv"
    if revision is not None:
        written[later] = feed.write_table(connection, "licence_application", revision, out / later)
    connection.close()
    truth = {
        "scale": scale, "seed": seed, "months": months, "end": last.isoformat(), "clean": clean,
        "hard_rules": list(HARD), "check_key": application_records.CHECK_KEY.hex(),
        "files": list(written),
        "dirty": _dirty_summary(entries, written), "planted": [item.as_dict() for item in planter.planted],
    }  # fmt: skip
    land.write_durably(out / TRUTH, json.dumps(truth, ensure_ascii=False, indent=1) + "\n")
    return {
        "rows": {name.split("-")[0]: rows for name, rows in written.items() if name != later},
        "files": [*written, TRUTH],
        "planted": len(planter.planted),
        "dirty": len(entries),
    }


def _clear(out: Path) -> None:
    """Remove the files of a demo bureau that was written here before, and no others."""
    truth = out / TRUTH
    if not truth.exists():
        return
    for name in json.loads(truth.read_text(encoding="utf-8")).get("files", []):
        (out / Path(name).name).unlink(missing_ok=True)
    truth.unlink()


def _write_tables(
    connection: warehouse.Connection, out: Path, planter: Planter, seed: int, last: date
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Every table with its dirty rows: rows by file, and the list of the dirty ones."""
    written: dict[str, int] = {}
    entries: list[dict[str, Any]] = []
    for table in TABLES:
        records = planter.world.tables.get(table)
        if records is None:
            continue
        name = f"{table}-{last.isoformat()}.csv"
        kept = planter.used[table].copy()
        if table == "retailer":
            kept[planter.related_shops] = True
        spoiled = dirt.spoil(connection, _random(seed, f"dirt {table}"), table, records, kept, name)
        overrides, added = (spoiled.overrides, spoiled.added) if spoiled else (None, None)
        entries += spoiled.entries if spoiled else []
        written[name] = feed.write_table(
            connection, table, records, out / name, overrides=overrides, added=added
        )
    return written, entries


def _dirty_summary(entries: list[dict[str, Any]], written: dict[str, int]) -> dict[str, Any]:
    """The dirty rows: how many of what, the share of each file, and every one of them."""
    by_file = Counter(entry["file"] for entry in entries)
    return {
        "rows": len(entries),
        "kinds": dict(sorted(Counter(entry["kind"] for entry in entries).items())),
        "expected": dict(sorted(Counter(entry["expected"] for entry in entries).items())),
        "share": {name: round(count / written[name], 5) for name, count in by_file.items()},
        "list": entries,
    }


def _clock(last: date, months: int) -> Clock:
    first = np.datetime64(last, "M") - (months - 1)
    return Clock(first.astype("M8[D]").astype(date), last)


def _random(seed: int, part: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(part.encode())])


def build(
    scale: Scale, clock: Clock, seed: int, records: int | None = None, stuck_units: int = 0
) -> tuple[World, NDArray[np.int64]]:
    """A lawful bureau, and the offices (as many as asked for) in which posts were never rotated."""
    unit_tree = bureaus.build(_random(seed, "units"), scale)
    stuck = _random(seed, "stuck").permutation(unit_tree.offices)[:stuck_units]
    staff = people.build(_random(seed, "people"), unit_tree, clock, stuck)
    cells = market.build_cells(_random(seed, "cells"), unit_tree, clock)
    factor = _factor(unit_tree, clock, records)
    licensing = Licensing(_random(seed, "licensing"), unit_tree, staff, cells, clock)
    shops, applications, licences = licensing.run(factor)
    inspection.set_caps(shops, factor)
    clues = enforcement.build_clues(_random(seed, "clues"), unit_tree, cells, shops, clock)
    checked = enforcement.checked_clues(clues, clock)
    checks = inspection.build(
        _random(seed, "inspection"), unit_tree, staff, cells, shops, clock, checked, factor
    )
    cases = enforcement.build(_random(seed, "cases"), unit_tree, staff, clock, clues, checks, len(shops.cell))
    tickets = complaints.build(_random(seed, "complaints"), unit_tree, cells, shops, clock, factor)
    occupied = np.bincount(shops.cell[shops.state <= market.SUSPENDED], minlength=len(cells.ids))
    tables = {
        "org_unit": bureaus.unit_records(unit_tree),
        "staff": staff.staff,
        "market_cell": market.cell_records(cells, unit_tree, clock, occupied, licensing.queued(applications)),
        "school": market.school_records(_random(seed, "schools"), cells, clock),
        "retailer": market.retailer_records(_random(seed, "retailers"), shops, cells, unit_tree),
        "licence": licences,
        "licence_application": applications,
        "inspection": checks,
        "enforcement_case": cases,
        "complaint": tickets,
        "vault_access": complaints.vault_reads(_random(seed, "vault"), unit_tree, staff, clock, tickets),
    }
    world = World(unit_tree, staff, cells, shops, clock, tables)
    _add_supporting(world, seed)
    return world, stuck


def _add_supporting(world: World, seed: int) -> None:
    unit_tree, staff, cells, shops, clock, tables = vars(world).values()
    tables["evaluation"] = supporting.evaluations(_random(seed, "evaluation"), unit_tree, cells, shops, clock)
    tables["activity"] = integrity_activities.activities(_random(seed, "activity"), unit_tree, staff, clock)
    tables["checklist"] = supporting.checklists(_random(seed, "checklist"), clock)
    tables["supply_month"] = supporting.supply(_random(seed, "supply"), unit_tree, clock)
    tables["warning"] = supporting.warnings(_random(seed, "warning"), unit_tree, staff, clock)
    tables["staff_relation"] = relatives.relations(
        _random(seed, "relation"), staff, cells, shops, clock, tables["inspection"],
        tables["licence_application"],
    )  # fmt: skip
    tables["scenario"] = programmes.scenarios(_random(seed, "scenario"), unit_tree, clock)
    tables["initiative"] = programmes.initiatives(_random(seed, "initiative"), unit_tree, clock)
    tables["oversight_task"] = programmes.tasks(_random(seed, "task"), unit_tree, clock)
    tables["honour"] = programmes.honours(_random(seed, "honour"), unit_tree, clock)


def _factor(unit_tree: Bureau, clock: Clock, records: int | None) -> float:
    """How much busier than usual the bureau must be to fill about `records` rows."""
    if records is None:
        return 1.0
    shops = float(unit_tree.retailers.sum())
    fixed, scaled = shops * 0.28 * clock.years, shops * (1.62 + 0.035 + 0.06) * clock.years
    return max(0.05, (records - fixed) / scaled)
