"""The order in which a bureau comes about: registers, licensing, checks, cases, tickets, the rest; then the files.

Each part has random numbers of its own, so that a change in one does not move the others.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from etl.demo import bureau as bureaus
from etl.demo import complaints, enforcement, feed, inspection, market, people, programmes, supporting
from etl.demo.bureau import Bureau, Scale
from etl.demo.clock import Clock
from etl.demo.licensing import Licensing
from etl.demo.market import Cells, Shops
from etl.demo.people import People
from etl.demo.records import Records
from model import warehouse
from model.contract import TABLES


@dataclass
class World:
    """The whole demo bureau before it is written: its parts, and each contract table by name."""

    bureau: Bureau
    people: People
    cells: Cells
    shops: Shops
    clock: Clock
    tables: dict[str, Records]


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
    """
    last = end or date.today().replace(day=1) - timedelta(days=1)
    world = build(scale, _clock(last, months), seed, records)
    out.mkdir(parents=True, exist_ok=True)
    rows, names = {}, []
    connection = warehouse.connect()
    for table in TABLES:
        if table in world.tables:
            name = f"{table}-{last.isoformat()}.csv"
            rows[table] = feed.write_table(connection, table, world.tables[table], out / name)
            names.append(name)
    connection.close()
    return {"rows": rows, "files": names}


def _clock(last: date, months: int) -> Clock:
    first = np.datetime64(last, "M") - (months - 1)
    return Clock(first.astype("M8[D]").astype(date), last)


def _random(seed: int, part: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(part.encode())])


def build(scale: Scale, clock: Clock, seed: int, records: int | None = None) -> World:
    """A lawful bureau."""
    unit_tree = bureaus.build(_random(seed, "units"), scale)
    staff = people.build(_random(seed, "people"), unit_tree, clock)
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
    return world


def _add_supporting(world: World, seed: int) -> None:
    unit_tree, staff, cells, shops, clock, tables = vars(world).values()
    tables["evaluation"] = supporting.evaluations(_random(seed, "evaluation"), unit_tree, cells, shops, clock)
    tables["activity"] = supporting.activities(_random(seed, "activity"), unit_tree, staff, clock)
    tables["checklist"] = supporting.checklists(_random(seed, "checklist"), clock)
    tables["supply_month"] = supporting.supply(_random(seed, "supply"), unit_tree, clock)
    tables["warning"] = supporting.warnings(_random(seed, "warning"), unit_tree, staff, clock)
    tables["staff_relation"] = supporting.relations(
        _random(seed, "relation"), unit_tree, staff, cells, shops, clock, tables["inspection"],
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
    fixed, scaled = shops * 0.28 * clock.years, shops * (1.62 + 0.035 + 0.045) * clock.years
    return max(0.05, (records - fixed) / scaled)
