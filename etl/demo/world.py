"""The whole demo bureau before it is written: its parts, and each contract table by name."""

from __future__ import annotations

from dataclasses import dataclass

from etl.demo.bureau import Bureau
from etl.demo.clock import Clock
from etl.demo.market import Cells, Shops
from etl.demo.people import People
from etl.demo.records import Records


@dataclass
class World:
    """Its parts are fixed once built; `tables` is what planting changes."""

    bureau: Bureau
    people: People
    cells: Cells
    shops: Shops
    clock: Clock
    tables: dict[str, Records]
