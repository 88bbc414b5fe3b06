"""Measure: what the records say, by unit and month, for every unit of the tree from the rows of all its descendants."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from etl import program, sql
from etl.building import Building
from etl.groups import count_groups, counted_by_cell
from etl.records import create_version_views
from model import warehouse
from model.indicators import catalogue
from model.indicators.change import Kept, digest, plan
from model.indicators.facts import Ground, Plan, clock_of, compute, facts, lay, weights
from model.judgement import rules
from model.judgement.subjects import check_against, subject_kinds


def measure(building: Building) -> Ground:
    """Compute the marts of the snapshot under construction, and the registers' versions; what the measures stand on."""
    create_version_views(building.connection)
    building.connection.execute(sql.statement("measure"))
    building.connection.execute("USE snapshot")
    try:
        ground = _lay(building.connection)
    finally:
        building.connection.execute("USE memory")
    return replace(ground, computed=measure_indicators(building.connection, building.first_batch_id, ground))


def measure_indicators(
    connection: warehouse.Connection, first_batch_id: int | None = None, laid: Ground | None = None
) -> Plan:
    """Compute the facts of all declared indicators, and say of each whether it could be computed; what was computed.

    With `first_batch_id`, only the months that this run's batches can have changed are computed again, unless another
    program computed the rest. `laid`: what the views stand on, where that is prepared.
    """
    connection.execute(sql.statement("indicator_schema"))
    connection.execute("USE snapshot")
    try:
        ground = laid or _lay(connection)
        stands = first_batch_id is not None and not program.is_another(connection)
        kept = _kept(connection) if stands else {}
        months: Plan = dict.fromkeys(ground.catalogue.views)
        if kept and first_batch_id is not None:
            months = plan(ground, kept, first_batch_id)
        compute(ground, months)
        _keep(ground, months)
        count_groups(ground, subject_kinds(), months, _since(ground))
        _keep_states(ground)
        return months
    finally:
        connection.execute("USE memory")


def _lay(connection: warehouse.Connection) -> Ground:
    """What the views stand on; counted by market cell too is what groups of shops need."""
    known, kinds = catalogue(), subject_kinds()
    check_against(kinds, known)
    return lay(connection, known, counted_by_cell(kinds))


def _kept(connection: warehouse.Connection) -> dict[str, Kept]:
    """What the previous run kept of each indicator."""
    rows = connection.execute(
        "SELECT indicator_id, rule_digest, state, as_of, first_day FROM mart.indicator_state"
    ).fetchall()
    return {name: Kept(*rest) for name, *rest in rows}


def _keep(ground: Ground, months: Plan) -> None:
    """Put the computed facts in the place of those of the same months."""
    connection = ground.connection
    connection.execute("CREATE OR REPLACE TEMP TABLE computed (indicator_id VARCHAR, month DATE)")
    computed: list[tuple[str, date | None]] = []
    for item in ground.catalogue.indicators.values():
        chosen = months[item.view]
        computed += [(item.id, month) for month in ([None] if chosen is None else sorted(chosen))]
    warehouse.insert(connection, "computed", computed)
    for name in ("indicator_fact", "indicator_stratum", "group_fact"):
        connection.execute(sql.statement("indicator_replaced", table=name))
    connection.execute(f"INSERT INTO mart.indicator_weight BY NAME {weights()}")
    connection.execute(f"INSERT INTO mart.indicator_fact BY NAME ({facts()}) ORDER BY ALL")
    connection.execute(
        "INSERT INTO mart.indicator_stratum"
        " SELECT rolled.indicator_id, unit_id, month, stratum, numerator, denominator, observations"
        " FROM rolled JOIN declared USING (indicator_id)"
        " WHERE shape IN ('standardised_mean', 'dispersion') ORDER BY ALL"
    )


def _since(ground: Ground) -> date:
    """The first month that portraits rest on; what groups counted before it is given up."""
    clocks = [clock_of(state) for state in ground.states.values() if state.is_computable and state.as_of]
    last = max(clocks, default=date.max)
    number = last.year * 12 + last.month - 1 - rules().portrait_reach
    since = date(number // 12, number % 12 + 1, 1)
    ground.connection.execute("DELETE FROM mart.group_fact WHERE month < ?", [since])
    return since


def _keep_states(ground: Ground) -> None:
    """Say of each indicator whether it was computed, or for want of which columns it could not be."""
    connection = ground.connection
    query = "SELECT indicator_id, min(month) FROM mart.indicator_fact GROUP BY 1"
    first_months = dict(connection.execute(query).fetchall())
    connection.execute("DELETE FROM mart.indicator_state")
    rows = []
    for name, found in ground.states.items():
        first = first_months.get(name)
        state = "not_computable" if found.missing else "computed" if first else "no_data"
        rows.append(
            [
                name, found.indicator.version, state, list(found.missing), found.as_of, first,
                found.first_full_month or first, found.first_day, digest(found.indicator, ground.catalogue),
            ]
        )  # fmt: skip
    warehouse.insert(connection, "mart.indicator_state", rows)
