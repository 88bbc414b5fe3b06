"""Measure: what the records say, by unit and month, for every unit of the tree from the rows of all its descendants."""

from __future__ import annotations

from etl import sql
from etl.building import Building
from etl.load import create_version_views


def measure(building: Building) -> None:
    """Compute the marts of the snapshot under construction, and the registers' versions in force."""
    create_version_views(building.connection)
    building.connection.execute(sql.statement("measure"))
