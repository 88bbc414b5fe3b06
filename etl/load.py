"""Load: checked rows into the current records, and every superseded version into the revisions.

Versions of a record stand in the order of the source's as-of, never of arrival: an older file that comes late adds to
the past and leaves the present alone. Nothing is lost: a row is loaded, unchanged, superseding, or quarantined.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column

from etl import sql, stage
from etl.batch import STAND_IN, Arrival, as_text, identity, record
from etl.records import revision
from etl.stage import Staged
from model import warehouse
from model.contract import key_of

FEW = 100_000
"""So many known records are read once and held: they are compared first, and put in order where they differ."""


@dataclass(frozen=True)
class Outcome:
    """Where the rows of a batch went, in rows; `cells` in values."""

    read: int = 0
    loaded: int = 0
    unchanged: int = 0
    superseding: int = 0
    quarantined: int = 0
    merged: int = 0
    released: int = 0
    released_unchanged: int = 0
    derived: int = 0
    cells: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    @property
    def is_conserved(self) -> bool:
        """True where every row that was read went exactly one way."""
        gone = self.loaded + self.unchanged + self.superseding + self.quarantined + self.merged
        return self.read == gone


def load(
    connection: warehouse.Connection, arrival: Arrival, staged: Staged, *, is_release: bool = False
) -> Outcome:
    """Load the staged rows that have no reason against them; the counts are loaded, unchanged and superseding.

    is_release: the rows had waited for a parent, and their batch counts them among the released.
    """
    slots, parameters = _slots(arrival), _parameters(arrival) | {"is_release": is_release}
    if arrival.role != STAND_IN:
        _replace_stand_ins(connection, arrival, slots, parameters)
    connection.execute(sql.statement("repeated", **slots))
    repeated = _count(connection, "SELECT count(*) FROM repeated")
    known = _count(connection, "SELECT count(*) FROM known")
    new = "true"
    if repeated:
        new += f" AND ({slots['key']}) NOT IN (SELECT {_one(slots['key'])} FROM repeated)"
    if known:
        new += " AND _id NOT IN (SELECT _id FROM known)"
    outcome, is_contested = Outcome(), False
    if repeated or known:
        slots["known_rows"] = _known_rows(connection, slots["record"], known)
        is_contested = _contest(connection, arrival, staged, slots, parameters)
        outcome = Outcome(
            unchanged=_count(connection, "SELECT count(*) FROM same ANTI JOIN contested USING (_id)")
        )
    if outcome.unchanged:
        sql.execute(connection, "confirm", slots, parameters)
    add = _adopt if staged.is_in_place else _add_new
    outcome += Outcome(loaded=add(connection, arrival, slots | {"staged": staged.table, "condition": new}))
    return outcome + _rewrite(connection, slots, parameters) if is_contested else outcome


def _replace_stand_ins(
    connection: warehouse.Connection, arrival: Arrival, slots: dict[str, str], parameters: dict[str, object]
) -> None:
    """Take away the stand-ins of the things that the rows tell of."""
    stand_ins = sql.statement("stand_ins")
    if _count(
        connection, f"SELECT count(*) FROM ({stand_ins} AND table_name = {sql.literal(arrival.table.name)})"
    ):
        owner = arrival.table.info.get("versions_of")
        key = sql.name(str(owner)) if owner else _one(slots["key"])
        sql.execute(connection, "give_way", slots | {"owner": key, "stand_ins": stand_ins}, parameters)


def _one(key: str) -> str:
    return f"({key})" if "," in key else key


def _add_new(connection: warehouse.Connection, arrival: Arrival, slots: dict[str, str]) -> int:
    """Add the records seen for the first time; how many."""
    row = connection.execute(sql.statement("add_new", **slots), {"batch": arrival.batch_id}).fetchone()
    return int(row[0]) if row else 0


def _adopt(connection: warehouse.Connection, arrival: Arrival, slots: dict[str, str]) -> int:
    """Make the staged rows the record table, but for those that cannot stay as they stand; how many records it has."""
    sql.execute(
        connection, "adopt", slots | {"name": sql.name(arrival.table.name)}, {"batch": arrival.batch_id}
    )
    return _count(connection, f"SELECT count(*) FROM {slots['record']}")


def _known_rows(connection: warehouse.Connection, table: str, known: int) -> str:
    """The records that the file tells of again, with the `place` of each; what has them is the record table if many."""
    rows = f"(SELECT rowid AS place, * FROM {table})"
    if known > FEW:
        return rows
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE known_rows AS FROM {rows} WHERE place IN (SELECT place FROM known)"
    )
    return "known_rows"


def _contest(
    connection: warehouse.Connection,
    arrival: Arrival,
    staged: Staged,
    slots: dict[str, str],
    parameters: dict[str, object],
) -> bool:
    """Put the versions of the records that cannot simply be added in their order; whether there are any."""
    sql.execute(connection, "contested", slots, parameters)
    if not _count(connection, "SELECT count(*) FROM contested"):
        return False
    stage.move_apart(connection, arrival, staged, "SELECT _id FROM contested")
    sql.execute(connection, "timeline", slots, parameters)
    return True


def _rewrite(
    connection: warehouse.Connection, slots: dict[str, str], parameters: dict[str, object]
) -> Outcome:
    """Write the contested records as their versions stand now; what became of the rows."""
    sql.execute(connection, "rewrite", slots, parameters)
    sql.execute(connection, "take_over", slots, parameters)
    found = connection.execute(sql.statement("outcome", **slots)).fetchone()
    unchanged, loaded, kept = found or (0, 0, 0)
    return Outcome(loaded=loaded, unchanged=unchanged, superseding=kept - loaded)


def _parameters(arrival: Arrival) -> dict[str, object]:
    """What the statements may ask of a batch."""
    said: dict[str, object] = {"source": arrival.source, "input": arrival.input, "role": arrival.role}
    return identity(arrival) | said | {"as_of": arrival.as_of}


def _content(column: Column[object]) -> str:
    """A value as a part of its version's content; of a reference that fell, what it was."""
    name = sql.name(column.name)
    if column.info["required"] or not column.info["references"]:
        return name
    return f"coalesce({as_text(column, name)}, fallen[{sql.literal(column.name)}])"


def _slots(arrival: Arrival) -> dict[str, str]:
    table, keys = arrival.table, key_of(arrival.table)
    names = [column.name for column in table.columns]
    delivered = set(arrival.recorded) | {name for name, _ in [table.info.get("keyed_hash", ("", ""))]}
    content = [name for name in names if name not in keys]
    return {
        "record": record(table),
        "revision": revision(table),
        "columns": sql.names(names),
        "columns_r": sql.names(names, "r."),
        "key": sql.names(keys),
        "key_s": sql.names(keys, "s."),
        "same_key": " AND ".join(f"s.{sql.name(key)} = r.{sql.name(key)}" for key in keys),
        "same_chain_key": " AND ".join(f"k.{sql.name(key)} = r.{sql.name(key)}" for key in keys),
        "same": " AND ".join(
            f"s.{sql.name(name)} IS NOT DISTINCT FROM r.{sql.name(name)}"
            for name in content
            if name in delivered
        )
        or "true",
        "arriving": ", ".join(
            f"{'s' if name in delivered or name in keys else 'r'}.{sql.name(name)}" for name in names
        ),
        "content": ", ".join(
            f"{sql.name(column.name)} := {_content(column)}"
            for column in table.columns
            if column.name in content
        )
        or "nothing := true",
        "delivered": ", ".join(map(sql.literal, arrival.recorded)),
        "changed": ", ".join(
            f"CASE WHEN r.content.{sql.name(name)} IS DISTINCT FROM next.content.{sql.name(name)}"
            f" THEN {sql.literal(name)} END"
            for name in content
        )
        or "NULL",
    }


def note_disappeared(connection: warehouse.Connection, arrival: Arrival) -> None:
    """Before a batch is loaded: which records are back, and of a full extract which it no longer holds."""
    keys, key_text = key_of(arrival.table), "concat_ws(' · ', {})"
    parameters = _parameters(arrival)
    missed = "SELECT 1 FROM snapshot.quality.disappeared WHERE table_name = ? AND returned_batch_id IS NULL LIMIT 1"
    if connection.execute(missed, [arrival.table.name]).fetchone():
        sql.execute(connection, "returned", {"key_text": key_text.format(sql.names(keys))}, parameters)
    if arrival.extent == "full":
        slots = {"key": sql.names(keys), "record": record(arrival.table)}
        slots["key_text"] = key_text.format(sql.names(keys, "r."))
        sql.execute(connection, "disappeared", slots, parameters)


def withdraw_repeated(connection: warehouse.Connection, arrival: Arrival, match: tuple[str, ...]) -> int:
    """Withdraw a supplement's rows of earlier runs that a primary's new rows repeat; how many.

    They become revisions, superseded by the primary's row with the same match columns.
    """
    if not match:
        return 0
    sql.execute(connection, "withdraw", _slots(arrival) | {"match": sql.names(match)}, _parameters(arrival))
    return _count(connection, "SELECT count(*) FROM repeating")


def _count(connection: warehouse.Connection, query: str) -> int:
    found = connection.execute(query).fetchone()
    return int(found[0]) if found else 0
