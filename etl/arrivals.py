"""Arrivals: what each accepted file brings for each table, ready to be staged.

A feed file feeds one table. A mapped file feeds the tables that its mapping says, through the mapping's SELECT over
the file's raw rows. Reading happens when a table's turn comes, so that parents are loaded before their children.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from etl import landed_rows, sql
from etl.batch import STAND_IN, Arrival
from etl.building import Building
from etl.companions import Companions
from etl.extract import Relation
from etl.gather import Intake
from etl.inbox import is_full
from etl.landed_rows import RawInput
from etl.mapping import Output, Source, identity, merged_count, select
from etl.mapping import as_of as mapped_as_of
from model import warehouse
from model.contract import VAULT, key_of, table_named


@dataclass(frozen=True)
class Prepared:
    """Rows to stage: the relation, what each column is called in it, and the source rows that it does not show.

    `repair` gives the same rows by the patient readers, where DuckDB cannot read them.
    """

    relation: Relation
    headers: dict[str, str]
    merged: int = 0
    repair: Callable[[], Relation] | None = None


@dataclass(frozen=True)
class Step:
    """One batch to load. `prepare` reads its rows when its table's turn has come.

    `match`: of a primary that has a supplement, the columns by which the supplement's rows repeat its own.
    """

    arrival: Arrival
    intake: Intake
    prepare: Callable[[], Prepared]
    match: tuple[str, ...] = ()


def feed_step(building: Building, intake: Intake) -> Step:
    """The one batch of a feed file."""
    assert intake.offer and intake.headers is not None
    extent = "full" if is_full(intake.offer) else "delta"
    table = intake.tables[0]
    arrival = building.arrival(intake, table, table, "primary", tuple(intake.headers), extent)
    return Step(arrival, intake, lambda: _prepare_feed(building, intake))


def _prepare_feed(building: Building, intake: Intake) -> Prepared:
    assert intake.layout and intake.headers is not None
    relation, repair = landed_rows.relation(building, intake)
    return Prepared(relation, intake.headers, repair=repair)


def mapped_steps(
    building: Building, source: Source, new: list[Intake], needed: Companions
) -> tuple[list[Step], dict[str, str]]:
    """The batches of a mapped source's files, and the files that could not be read, with why."""
    intakes = [*needed.beside, *needed.again, *new]
    inputs, refused = landed_rows.read_raw(building, source, intakes)
    outputs = Outputs(building, source, inputs)
    outputs.order_enrichments(
        [(item, number) for number, item in enumerate(intakes) if item.name not in refused]
    )
    steps = []
    for output in source.outputs:
        for number, intake in enumerate(intakes):
            assert intake.input
            is_wanted = intake in new or (intake in needed.again and output.role == "primary")
            if is_wanted and intake.name not in refused and intake.input.name == output.input:
                steps += [outputs.step(output, intake, number)] if output.table != VAULT.name else []
    return steps, refused


@dataclass
class Outputs:
    """The SELECTs of one source's outputs over its raw rows, each run once and shared by its batches."""

    building: Building
    source: Source
    inputs: dict[str, RawInput]
    _made: set[str] = field(default_factory=set)
    _orders: dict[str, str] = field(default_factory=dict)

    def order_enrichments(self, intakes: list[tuple[Intake, int]]) -> None:
        """Note the order of the files that enrich others, by what they speak for."""
        for extra in (item.input for item in self.source.outputs if item.role == "enrichment"):
            mine = [(item, number) for item, number in intakes if item.input and item.input.name == extra]
            mine.sort(key=lambda one: str(self._as_of(*one).as_of))
            self._orders[f"order:{extra}"] = str([number for _, number in mine])

    def step(self, output: Output, intake: Intake, number: int) -> Step:
        """The batch of one file for one output."""
        as_of = self._as_of(intake, number)
        recorded = tuple(output.recorded)
        extent = "delta" if output.role == "derived" else self.source.extent
        role = STAND_IN if output.placeholder else output.role
        arrival = self.building.arrival(as_of, output.table, output.input, role, recorded, extent)
        supplements = [
            one for one in self.source.outputs if (one.table, one.role) == (output.table, "supplement")
        ]
        match = supplements[0].match if supplements and output.role == "primary" else ()
        return Step(arrival, intake, lambda: self._prepare(output, intake, number), match)

    def _as_of(self, intake: Intake, number: int) -> Intake:
        """The intake with the as-of that its mapping declares."""
        assert intake.input
        declared = intake.input.as_of
        raw = self.inputs[intake.input.name]
        if declared is None:
            return intake
        if declared.constant:
            return replace(intake, as_of=datetime.fromisoformat(declared.constant))
        query = mapped_as_of(declared, f"(FROM {raw.relation} WHERE _batch_id = {number})", raw.headers)
        row = self._reading(raw).execute(query).fetchone() if query else None
        return replace(intake, as_of=datetime.fromisoformat(row[1])) if row and row[1] else intake

    def _reading(self, raw: RawInput) -> warehouse.Connection:
        """Where an input's raw rows are."""
        return raw.private.connection if raw.private else self.building.connection

    def _make(self, output: Output, target: str, query: str) -> None:
        """Keep the rows of an output's SELECT; of private raw rows nothing else comes out."""
        connection, raw = self.building.connection, self.inputs[output.input]
        if not raw.private:
            connection.execute(f"CREATE OR REPLACE TABLE {target} AS {query}")
            return
        connection.register("selected_rows", raw.private.connection.execute(query).df())
        columns = ", ".join(
            f"CAST({sql.name(column)} AS VARCHAR) AS {sql.name(column)}" for column in output.recorded
        )
        connection.execute(
            f"CREATE OR REPLACE TABLE {target} AS"
            f" SELECT _batch_id, _row_number, _source_rows, {columns} FROM selected_rows"
        )
        connection.unregister("selected_rows")

    def _prepare(self, output: Output, intake: Intake, number: int) -> Prepared:
        assert intake.layout
        connection = self.building.connection
        reading = self._reading(self.inputs[output.input])
        relations, headers = self._relations(output)
        target = sql.name(f"mapped {self.source.name} {self.source.outputs.index(output)}")
        if output.role == "enrichment":
            counts = _merged(connection, merged_count(self.source, output, relations, headers))
            empty = "(SELECT 0 AS _row_number WHERE false)"
            return Prepared(Relation(empty, (), True), {}, counts.get(number, 0))
        if target not in self._made:
            self._make(output, target, select(self.source, output, relations, headers))
            self._made.add(target)
        merged = _merged(reading, merged_count(self.source, output, relations, headers)).get(number, 0)
        grouped = connection.execute(
            f"SELECT coalesce(sum(_source_rows) - count(*), 0) FROM {target} WHERE _batch_id = ? AND _source_rows > 0",
            [number],
        ).fetchone()
        rows = f"(SELECT * EXCLUDE (_batch_id, _source_rows) FROM {target} m WHERE _batch_id = {number}"
        if output.role == "derived":
            rows += f" AND {_is_unknown(output)}"
        rows += ")"
        unreadable = self.inputs[output.input].unreadable.get(number, []) if self._is_first(output) else []
        return Prepared(
            Relation(rows, intake.layout.columns, True, unreadable),
            {column: column for column in output.recorded},
            merged + (int(grouped[0]) if grouped else 0),
        )

    def _is_first(self, output: Output) -> bool:
        """Unreadable rows are reported once, under the first table that the input feeds rows to, else derives from."""
        mine = (
            item
            for item in self.source.outputs
            if item.input == output.input and item.table != VAULT.name and item.role != "enrichment"
        )
        return output is min(mine, key=lambda item: item.role == "derived")

    def _relations(self, output: Output) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        private = self.inputs[output.input].private
        together = {name: raw for name, raw in self.inputs.items() if raw.private is private}
        relations = {name: raw.relation for name, raw in together.items()} | self._orders
        headers = {name: raw.headers for name, raw in together.items()}
        if private:
            return relations, headers
        loaded = f"snapshot.record.{sql.name(output.table)}"
        keys = key_of(table_named(output.table))
        casts = ", ".join(f"CAST({sql.name(key)} AS VARCHAR) AS {sql.name(key)}" for key in keys)
        relations[f"loaded:{output.table}"] = f"(SELECT {casts} FROM {loaded})"
        if output.role == "supplement":
            match = ", ".join(f"CAST({sql.name(key)} AS VARCHAR) AS {sql.name(key)}" for key in output.match)
            primary = self.source.primary(output.table)
            batches = (
                "SELECT batch_id FROM snapshot.quality.batch"
                f" WHERE source = {sql.literal(self.source.name)} AND role = 'primary'"
            )
            relations[f"primary:{primary.input}"] = (
                f"(SELECT {match} FROM {loaded} WHERE batch_id IN ({batches}))"
            )
        return relations, headers


def _is_unknown(output: Output) -> str:
    """True for a derived row whose record no other delivery has given yet; a stand-in is no such delivery."""
    table = output.table
    same = " AND ".join(f"CAST(r.{sql.name(key)} AS VARCHAR) = m.{sql.name(key)}" for key in identity(table))
    given = "" if output.placeholder else f" AND r.batch_id NOT IN ({sql.statement('stand_ins')})"
    return f"NOT EXISTS (SELECT 1 FROM snapshot.record.{sql.name(table)} r WHERE {same}{given})"


def _merged(connection: warehouse.Connection, query: str) -> dict[int, int]:
    return {int(batch): int(count) for batch, count in connection.execute(query).fetchall()}
