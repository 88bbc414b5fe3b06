"""Check: the staged rows against what lies beyond one value, by generated set-based queries.

Adds to the findings in `finding_cell` and `finding_reason` that staging began, and writes nothing to the warehouse but
what `keep_findings` says. A row with a reason is not to be loaded. Irregular rows (late, alone, out of band) are well
formed: nothing here looks at them.
"""

from __future__ import annotations

from sqlalchemy import Column

from etl import personal, sql
from etl.batch import Arrival, as_text, identity, record
from etl.examining import WITHHELD, either
from etl.stage import Staged, fallen_table, move_apart, show
from model import warehouse
from model.contract import key_of, unit_column


def references(connection: warehouse.Connection, arrival: Arrival) -> frozenset[str]:
    """Break references without a parent; the columns in which a value fell.

    An optional value falls, a row with a required reference waits for its parent.
    """
    columns = [column for column in arrival.table.columns if _refers(arrival, column, to_self=False)]
    return frozenset(
        column.name
        for column in columns
        if _reference(connection, column, f"SELECT {_target(column.info['references'])}")
    )


def self_references(connection: warehouse.Connection, arrival: Arrival) -> frozenset[str]:
    """The same for references to the same table, whose parents may stand in the same file."""
    fallen = set()
    for column in arrival.table.columns:
        if _refers(arrival, column, to_self=True):
            target = column.info["references"]
            own = sql.name(target.split(".")[1])
            staged = f"SELECT {own} AS reference FROM staged_rows WHERE _id NOT IN (SELECT _id FROM finding_reason)"
            if _reference(connection, column, f"SELECT {_target(target)} UNION ALL {staged}"):
                fallen.add(column.name)
    return frozenset(fallen)


def _refers(arrival: Arrival, column: Column[object], *, to_self: bool) -> bool:
    target = column.info["references"]
    if not target or column.name not in arrival.recorded:
        return False
    return bool(target.startswith(f"{arrival.table.name}.")) == to_self


def _target(target: str) -> str:
    table, column = target.split(".")
    return f"{sql.name(column)} AS reference FROM snapshot.record.{sql.name(table)}"


def _reference(connection: warehouse.Connection, column: Column[object], parents: str) -> bool:
    """Judge one reference; True where an optional value fell."""
    name, is_list = sql.name(column.name), column.info["kind"] == "list<string>"
    connection.execute(
        sql.statement(
            "reference_broken", value=f"unnest({name})" if is_list else name, column=name, parents=parents
        )
    )
    if not _count_broken(connection):
        return False
    rule = f"references {column.info['references']}"
    if column.info["required"]:
        connection.execute(
            "INSERT INTO finding_reason SELECT _id, ?, true FROM broken", [f"{column.name}: {rule}"]
        )
        return False
    _fall(connection, column, rule)
    return True


def _count_broken(connection: warehouse.Connection) -> int:
    row = connection.execute("SELECT count(*) FROM broken").fetchone()
    return int(row[0]) if row else 0


def _fall(connection: warehouse.Connection, column: Column[object], rule: str) -> None:
    shown = as_text(column, f"s.{sql.name(column.name)}")
    if column.name.endswith("_hash") or personal.is_sealed(column):
        shown = WITHHELD
    slots = {"column_text": column.name, "shown": shown, "rule": rule, "fallen": fallen_table(column)}
    connection.execute(sql.statement("cell_set_null", **slots))


def unique_values(connection: warehouse.Connection, arrival: Arrival) -> frozenset[str]:
    """An optional value that must be unique falls where another record, or an earlier row, already has it."""
    keys = key_of(arrival.table)
    fallen = set()
    for column in arrival.table.columns:
        if not column.info["unique"] or column.name not in arrival.recorded:
            continue
        connection.execute(
            sql.statement(
                "unique_broken",
                column=sql.name(column.name),
                value=personal.open_text(column, ""),
                held=personal.open_text(column, "r."),
                other=personal.open_text(column, "o."),
                key=sql.names(keys),
                record=record(arrival.table),
                record_key=sql.names(keys, "r."),
                key_other=sql.names(keys, "o."),
            )
        )
        if _count_broken(connection):
            _fall(connection, column, "unique where not null")
            fallen.add(column.name)
    return frozenset(fallen)


def row_rules(connection: warehouse.Connection, arrival: Arrival, fallen: frozenset[str]) -> None:
    """Rules across columns, on the row as it would be loaded; only those whose columns the source records.

    fallen: references in which a value fell. A row that lacks only what is to arrive waits for it.
    """
    rules = [
        (column.name, rule)
        for column in arrival.table.columns
        for rule in column.info["rules"]
        if rule.scope == "row" and set(rule.asks_for) <= set(arrival.recorded)
    ]
    if rules:
        reasons = (
            f"CASE WHEN NOT ({rule.sql}) THEN {{'rule': {sql.literal(f'{name}: {rule.text}')},"
            f" 'is_waiting': {_lacks(arrival, fallen.intersection(rule.asks_for))}}} END"
            for name, rule in rules
        )
        broken = either([f"NOT ({rule.sql})" for _, rule in rules])
        connection.execute(sql.statement("row_rules", reasons=", ".join(reasons), any=broken))
    if owner := arrival.table.info.get("versions_of"):
        connection.execute(
            sql.statement(
                "versions_overlap",
                owner=sql.name(owner),
                owner_text=owner,
                record=record(arrival.table),
                stand_ins=sql.statement("stand_ins"),
            )
        )


def _lacks(arrival: Arrival, columns: frozenset[str]) -> str:
    """The condition that a row's value of any of these columns has fallen."""
    tables = (fallen_table(arrival.table.columns[name]) for name in sorted(columns))
    return either([f"_id IN (SELECT _id FROM {table})" for table in tables]) if columns else "false"


def check(connection: warehouse.Connection, arrival: Arrival, staged: Staged) -> None:
    """All checks that look beyond one value, in their order: references first, so that rules see what remains."""
    orphaned = references(connection, arrival)
    fallen = orphaned | unique_values(connection, arrival)
    _settle(connection, arrival, staged, fallen)
    row_rules(connection, arrival, orphaned)
    fallen |= self_references(connection, arrival)
    _settle(connection, arrival, staged, fallen)


def _settle(
    connection: warehouse.Connection, arrival: Arrival, staged: Staged, fallen: frozenset[str]
) -> None:
    """Show the rows as they would be loaded after what was found."""
    move_apart(
        connection, arrival, staged, "SELECT _id FROM finding_cell UNION SELECT _id FROM finding_reason"
    )
    show(connection, arrival, staged, fallen)


def keep_findings(connection: warehouse.Connection, arrival: Arrival) -> tuple[int, int]:
    """Write the quarantined rows and the malformed cells of a batch; return how many of each.

    Of derived rows the cells alone: a reference that fell comes back with its parent.
    """
    quarantined = 0 if arrival.is_derived else _keep_out(connection, arrival)
    cells = connection.execute(sql.statement("cells"), identity(arrival)).fetchone()
    return quarantined, int(cells[0])  # type: ignore[index]


def _keep_out(connection: warehouse.Connection, arrival: Arrival) -> int:
    """Write the rows that are not to be loaded into the quarantine; how many."""
    columns = [column for column in arrival.table.columns if column.name in arrival.recorded]
    unit = unit_column(arrival.table)
    kept = connection.execute(
        sql.statement(
            "quarantine",
            delivered=", ".join(
                f"{sql.name(column.name)} := {as_text(column, f's.{sql.name(column.name)}')}"
                for column in columns
            ),
            unit=f"CAST(s.{sql.name(unit)} AS VARCHAR)" if unit else "NULL",
        ),
        identity(arrival),
    ).fetchone()
    return int(kept[0])  # type: ignore[index]
