"""Check: each row of a file against the contract, by generated set-based queries.

Leaves the rows in the table `staged` (one row a data row, malformed optional values null), the findings in
`finding_cell` and `finding_reason`, and writes nothing to the warehouse but what `keep_findings` says. A row with a
reason is not to be loaded. Irregular rows (late, alone, out of band) are well formed: nothing here looks at them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Column, Table

from etl import parse, personal, sql
from etl.extract import Relation
from model import warehouse
from model.contract import key_of, unit_column
from model.contract.columns import POSITION

_WITHHELD = "NULL"
_WHOLE = sql.literal("a position falls whole")


@dataclass(frozen=True)
class Arrival:
    """A batch: the rows that one file brings for one table. `recorded` are the contract columns it delivers."""

    batch_id: int
    source: str
    input: str
    table: Table
    file: str
    sha256: str
    as_of: datetime
    arrived_at: datetime
    extent: str
    role: str
    recorded: tuple[str, ...]


def record(table: Table) -> str:
    """The quoted name of a table's current rows in the warehouse under construction."""
    return f"snapshot.record.{sql.name(table.name)}"


@cache
def type_name(column: Column[object]) -> str:
    """The DuckDB type of a column."""
    return {"ARRAY": "VARCHAR[]", "TEXT": "VARCHAR"}.get(str(column.type).split("(")[0], str(column.type))


def stage(
    connection: warehouse.Connection, relation: Relation, arrival: Arrival, headers: Mapping[str, str]
) -> None:
    """Read a relation's rows as typed values; `headers` maps a contract column to its name in the relation."""
    columns = [column for column in arrival.table.columns if column.name in headers]
    arrived = f"TIMESTAMP {sql.literal(str(arrival.arrived_at))}"
    faults = {
        column.name: parse.faults(column, _text(column), sql.name(column.name), arrived) for column in columns
    }
    required = [column for column in columns if column.info["required"]]
    optional = [column for column in columns if not column.info["required"]]
    position_rules = _position_rules(columns)
    cells = [_cell(column, faults[column.name]) for column in optional]
    cells += _position_cells(columns, position_rules)
    cells += [_mask_cell(column) for column in columns if column.info["mask"]]
    is_header = _is_header(arrival.table, headers)
    statement = sql.statement(
        "stage",
        carried="_row_number," if relation.is_numbered else "",
        texts=", ".join(
            [
                f"{parse.read_text(column, sql.name(headers[column.name]))} AS {_text(column)}"
                for column in columns
            ]
            + personal.tokens(columns)
        ),
        relation=personal.opened(relation.sql, columns, headers),
        typed=", ".join(
            f"{parse.typed(column, _text(column))} AS {sql.name(column.name)}" for column in columns
        ),
        faulty=", ".join(f"{_any(faults[column.name])} AS {_bad(column)}" for column in columns),
        position=_position_is_bad(columns, position_rules),
        values=", ".join(f"{_value(column)} AS {sql.name(column.name)}" for column in columns),
        any_cell=_or([_bad(column) for column in optional] + _unmasked(columns) + ["_position_is_bad"]),
        cells=", ".join(cells) or "NULL",
        any_reason=_or(
            [f"{sql.name(column.name)} IS NULL OR {_bad(column)}" for column in required] + [is_header]
        ),
        reasons=", ".join(
            [_reason(column, faults[column.name]) for column in required]
            + [f"CASE WHEN {is_header} THEN 'repeated header row' END"]
        ),
        delivered=", ".join(f"{sql.name(column.name)} := {_delivered_text(column)}" for column in columns),
    )
    with warehouse.in_order(connection), warehouse.lazily(connection):
        connection.execute(statement)
    show(connection, arrival, is_numbered=relation.is_numbered)
    connection.execute(sql.statement("findings"))


def show(
    connection: warehouse.Connection,
    arrival: Arrival,
    fallen: frozenset[str] = frozenset(),
    *,
    is_numbered: bool,
) -> None:
    """The staged rows as they would be loaded: every column of the contract, fallen values null."""
    connection.execute(
        sql.statement(
            "staged_rows",
            number="_row_number" if is_numbered else "rowid + 1",
            columns=", ".join(
                f"{_staged_value(arrival, column, column.name in fallen)} AS {sql.name(column.name)}"
                for column in arrival.table.columns
            ),
        )
    )


def _staged_value(arrival: Arrival, column: Column[object], is_fallen: bool) -> str:
    """A staged value: as delivered, null where it fell, computed where the contract says so, else null."""
    value = sql.name(column.name) if column.name in arrival.recorded else f"CAST(NULL AS {type_name(column)})"
    if is_fallen:
        value = f"CASE WHEN rowid NOT IN (SELECT _id FROM {_fallen(column)}) THEN {value} END"
    hashed, of = arrival.table.info.get("keyed_hash", (None, None))
    return f"coalesce({value}, keyed_hash({sql.name(of)}))" if column.name == hashed else value


def _fallen(column: Column[object]) -> str:
    return sql.name(f"fallen {column.name}")


def _text(column: Column[object]) -> str:
    return sql.name(f"text of {column.name}")


def _bad(column: Column[object]) -> str:
    return sql.name(f"{column.name} is bad")


def _or(conditions: list[str]) -> str:
    return "(" + " OR ".join(conditions or ["false"]) + ")"


def _any(faults: list[tuple[str, str]]) -> str:
    return f"coalesce({_or([condition for _, condition in faults])}, false)"


def _rule_name(faults: list[tuple[str, str]]) -> str:
    cases = " ".join(f"WHEN {condition} THEN {sql.literal(rule)}" for rule, condition in faults)
    return f"CASE {cases} END" if cases else "NULL"


def _struct(column: Column[object], value: str, rule: str) -> str:
    return f"struct_pack(column_name := {sql.literal(column.name)}, value := {value}, rule := {rule})"


def _shown(column: Column[object]) -> str:
    """The malformed text as a finding may show it: not where it may hold what a hash, a mask or a seal hides."""
    is_hidden = column.name.endswith("_hash") or column.info["mask"] or column.info["pii"] == "whistleblower"
    is_hidden = is_hidden or personal.is_sealed(column)
    return "CAST(NULL AS VARCHAR)" if is_hidden else _text(column)


def _cell(column: Column[object], faults: list[tuple[str, str]]) -> str:
    return f"CASE WHEN {_bad(column)} THEN {_struct(column, _shown(column), _rule_name(faults))} END"


def _unmasked(columns: list[Column[object]]) -> list[str]:
    return [parse.is_unmasked(column, _text(column)) for column in columns if column.info["mask"]]


def _mask_cell(column: Column[object]) -> str:
    rule = sql.literal("masked at load")
    return (
        f"CASE WHEN NOT {_bad(column)} AND {parse.is_unmasked(column, _text(column))}"
        f" THEN {_struct(column, 'CAST(NULL AS VARCHAR)', rule)} END"
    )


def _value(column: Column[object]) -> str:
    """A value as it is loaded; a personal one sealed for its subject."""
    value = _open_value(column)
    return personal.sealed_value(column, value, _text(column)) if personal.is_sealed(column) else value


def _open_value(column: Column[object]) -> str:
    name = sql.name(column.name)
    if column.name in POSITION:
        return f"CASE WHEN _position_is_bad THEN NULL ELSE {name} END"
    if column.info["mask"]:
        return (
            f"CASE WHEN {_bad(column)} THEN NULL"
            f" WHEN {parse.is_unmasked(column, _text(column))} THEN {parse.masked(column, name)} ELSE {name} END"
        )
    if parse.is_null_where_bad(column):
        return name
    return f"CASE WHEN {_bad(column)} THEN NULL ELSE {name} END"


def _reason(column: Column[object], faults: list[tuple[str, str]]) -> str:
    prefix = sql.literal(f"{column.name}: ")
    return (
        f"CASE WHEN {_bad(column)} THEN {prefix} || {_rule_name(faults)}"
        f" WHEN {sql.name(column.name)} IS NULL THEN {sql.literal(f'{column.name}: required')} END"
    )


def _is_header(table: Table, headers: Mapping[str, str]) -> str:
    first = next(column for column in table.primary_key.columns)
    return f"coalesce({_text(first)} = {sql.literal(headers[first.name])}, false)"


def _delivered_text(column: Column[object]) -> str:
    """What a quarantined row keeps of a value: the text that came, masked, sealed or withheld as the contract says."""
    text = _open_delivered_text(column)
    return personal.sealed(column, text) if personal.is_sealed(column) else text


def _open_delivered_text(column: Column[object]) -> str:
    text = _text(column)
    if column.info["mask"]:
        return (
            f"CASE WHEN {parse.is_unmasked(column, text)} THEN {parse.masked(column, text)} ELSE {text} END"
        )
    if column.name.endswith("_hash"):
        return f"CASE WHEN {_bad(column)} THEN {_WITHHELD} ELSE {text} END"
    return text


def _position_rules(columns: list[Column[object]]) -> list[tuple[Column[object], str, str]]:
    names = {column.name for column in columns}
    found: dict[str, tuple[Column[object], str, str]] = {}
    for column in columns:
        for rule in column.info["rules"]:
            if rule.scope == "position" and {*rule.asks_for, "longitude"} <= names:
                found.setdefault(rule.text, (column, rule.text, rule.sql))
    return list(found.values())


def _position_is_bad(columns: list[Column[object]], rules: list[tuple[Column[object], str, str]]) -> str:
    bad = [_bad(column) for column in columns if column.name in POSITION]
    return f"coalesce({_or(bad + [f'NOT ({condition})' for _, _, condition in rules])}, false)"


def _position_cells(columns: list[Column[object]], rules: list[tuple[Column[object], str, str]]) -> list[str]:
    """The values that fall with their position, each with what is wrong with the position."""
    broken = " ".join(f"WHEN NOT ({condition}) THEN {sql.literal(text)}" for _, text, condition in rules)
    rule = f"CASE {broken} ELSE {_WHOLE} END" if rules else _WHOLE
    return [
        f"CASE WHEN _position_is_bad AND NOT {_bad(column)} AND {sql.name(column.name)} IS NOT NULL"
        f" THEN {_struct(column, _text(column), rule)} END"
        for column in columns
        if column.name in POSITION
    ]


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
            staged = (
                f"SELECT {own} AS reference FROM staged WHERE rowid NOT IN (SELECT _id FROM finding_reason)"
            )
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
    name = f"s.{sql.name(column.name)}"
    shown = (
        f"array_to_string({name}, ';')"
        if column.info["kind"] == "list<string>"
        else f"CAST({name} AS VARCHAR)"
    )
    if column.name.endswith("_hash") or personal.is_sealed(column):
        shown = _WITHHELD
    slots = {"column_text": column.name, "shown": shown, "rule": rule, "fallen": _fallen(column)}
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


def row_rules(connection: warehouse.Connection, arrival: Arrival) -> None:
    """Rules across columns, on the row as it would be loaded; only those whose columns the source records."""
    broken = [
        (f"NOT ({rule.sql})", sql.literal(f"{column.name}: {rule.text}"))
        for column in arrival.table.columns
        for rule in column.info["rules"]
        if rule.scope == "row" and set(rule.asks_for) <= set(arrival.recorded)
    ]
    if broken:
        connection.execute(
            sql.statement(
                "row_rules",
                reasons=", ".join(f"CASE WHEN {condition} THEN {text} END" for condition, text in broken),
                any=_or([condition for condition, _ in broken]),
            )
        )
    if owner := arrival.table.info.get("versions_of"):
        connection.execute(
            sql.statement(
                "versions_overlap", owner=sql.name(owner), owner_text=owner, record=record(arrival.table)
            )
        )


def check(connection: warehouse.Connection, arrival: Arrival, *, is_numbered: bool) -> None:
    """All checks that look beyond one value, in their order: references first, so that rules see what remains."""
    fallen = references(connection, arrival) | unique_values(connection, arrival)
    show(connection, arrival, fallen, is_numbered=is_numbered)
    row_rules(connection, arrival)
    fallen |= self_references(connection, arrival)
    show(connection, arrival, fallen, is_numbered=is_numbered)


def identity(arrival: Arrival) -> dict[str, str | int]:
    """What every finding says of its batch."""
    return {"table": arrival.table.name, "file": arrival.file, "batch": arrival.batch_id}


def keep_findings(connection: warehouse.Connection, arrival: Arrival) -> tuple[int, int]:
    """Write the quarantined rows and the malformed cells of a batch; return how many of each."""
    columns = [column for column in arrival.table.columns if column.name in arrival.recorded]
    unit = unit_column(arrival.table)
    slots = identity(arrival)
    kept = connection.execute(
        sql.statement(
            "quarantine",
            delivered=", ".join(f"{sql.name(column.name)} := {_typed_text(column)}" for column in columns),
            unit=f"CAST(s.{sql.name(unit)} AS VARCHAR)" if unit else "NULL",
        ),
        slots,
    ).fetchone()
    cells = connection.execute(sql.statement("cells"), slots).fetchone()
    return int(kept[0]), int(cells[0])  # type: ignore[index]


def _typed_text(column: Column[object]) -> str:
    name = f"s.{sql.name(column.name)}"
    return (
        f"array_to_string({name}, ';')"
        if column.info["kind"] == "list<string>"
        else f"CAST({name} AS VARCHAR)"
    )
