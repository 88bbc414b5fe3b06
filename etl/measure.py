"""Measure: what the records say, by unit and month, for every unit of the tree from the rows of all its descendants."""

from __future__ import annotations

from etl import sql
from etl.building import Building
from etl.load import create_version_views
from model import warehouse
from model.indicators import catalogue
from model.indicators.facts import Ground, compute, facts, lay, weights


def measure(building: Building) -> None:
    """Compute the marts of the snapshot under construction, and the registers' versions in force."""
    create_version_views(building.connection)
    building.connection.execute(sql.statement("measure"))
    measure_indicators(building.connection)


def measure_indicators(connection: warehouse.Connection) -> None:
    """Compute the facts of all declared indicators, and say of each whether it could be computed."""
    connection.execute(sql.statement("indicator_schema"))
    connection.execute("USE snapshot")
    try:
        ground = lay(connection, catalogue())
        compute(ground)
        _keep(ground)
    finally:
        connection.execute("USE memory")


def _keep(ground: Ground) -> None:
    connection = ground.connection
    connection.execute(f"INSERT INTO mart.indicator_weight BY NAME {weights()}")
    connection.execute("DELETE FROM mart.indicator_fact; DELETE FROM mart.indicator_stratum")
    connection.execute(f"INSERT INTO mart.indicator_fact BY NAME ({facts()}) ORDER BY ALL")
    connection.execute(
        "INSERT INTO mart.indicator_stratum"
        " SELECT rolled.indicator_id, unit_id, month, stratum, numerator, denominator, observations"
        " FROM rolled JOIN declared USING (indicator_id)"
        " WHERE shape IN ('standardised_mean', 'dispersion') ORDER BY ALL"
    )
    _keep_states(ground)


def _keep_states(ground: Ground) -> None:
    """Say of each indicator whether it was computed, or for want of which columns it could not be."""
    connection = ground.connection
    query = "SELECT indicator_id, min(month) FROM mart.indicator_fact GROUP BY 1"
    first_months = dict(connection.execute(query).fetchall())
    connection.execute("DELETE FROM mart.indicator_state")
    for name, found in ground.states.items():
        first = first_months.get(name)
        state = "not_computable" if found.missing else "computed" if first else "no_data"
        connection.execute(
            "INSERT INTO mart.indicator_state VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                name, found.indicator.version, state, list(found.missing), found.as_of, first,
                found.first_full_month or first,
            ],
        )  # fmt: skip
