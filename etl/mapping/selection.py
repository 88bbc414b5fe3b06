"""One SELECT for one output of a mapping, over the raw rows of its input.

Every source row is accounted for: a primary or supplement SELECT gives `_source_rows` for the rows that it makes,
`merged_count` counts those that went into another row's record. Nothing is read or written here, and no row is
left out because of what is in it: judging is the check step's.

`relations` names what stands after FROM: under an input's name its raw rows (all columns text, with `_batch_id`
and `_row_number`). Two more are used where they are given: under `primary:<input>` the match columns of rows that
this primary input gave in an earlier run, under `loaded:<table>` the key columns of all rows that the table holds
already, both as text under their contract names. `order:<input>` lists the batches of an enrichment from the oldest to
the newest. An input that is not there joins nothing and excludes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from etl import sql
from etl.mapping import recipes
from etl.mapping.declaration import AsOf, Output, Source, normalised
from model.contract import table_named

Relations = Mapping[str, str]
Header = Mapping[str, Mapping[str, str]]

PLACE = ("_batch_id", "_row_number")
"""Where a row comes from; every step hands these two columns on."""


def select(source: Source, output: Output, relations: Relations, header: Header) -> str:
    """The rows of an output: `_batch_id`, `_row_number`, `_source_rows`, then its recorded columns, all as text."""
    if output.role == "enrichment":
        raise ValueError(f"{source.name}: {output.table} from {output.input} adds columns, it has no rows")
    steps = _row_steps(source, output, relations, header, output.recorded)
    rows = "mapped"
    if excluded := _excluded_keys(source, output, relations, header):
        key = output.match if output.role == "supplement" else identity(output.table)
        steps["excluded"] = " UNION ALL ".join(excluded)
        steps["remaining"] = _query("*", rows, f"ANTI JOIN excluded USING ({sql.names(key)})")
        rows = "remaining"
    if output.role == "derived" or output.group_by:
        steps["kept"] = _one_of_each(output, rows)
        rows = "kept"
    count = {"derived": "0"}.get(output.role, "_source_rows" if output.group_by else "1")
    joins, values = _enrich(source, output, relations, header, steps)
    columns = [*PLACE, f"CAST({count} AS BIGINT) AS _source_rows"]
    columns += [f"{value} AS {sql.name(column)}" for column, value in values.items()]
    return _statement(steps, _query(columns, rows, *joins))


def merged_count(source: Source, output: Output, relations: Relations, header: Header) -> str:
    """How many source rows of each batch went into rows of another input: `_batch_id`, `merged`.

    Of a supplement: those whose match key the primary has. Of an enrichment: all, since it has no rows of its own.
    Rows that a group took in are not counted here but in `_source_rows`.
    """
    columns = output.match if output.role in ("supplement", "enrichment") else ()
    steps = _row_steps(source, output, relations, header, columns)
    excluded = _excluded_keys(source, output, relations, header) if output.role == "supplement" else []
    if excluded:
        steps["excluded"] = _query(
            f"DISTINCT {sql.names(columns)}, true AS _is_there", f"({' UNION ALL '.join(excluded)})"
        )
        count, join = "count(_is_there)", f"LEFT JOIN excluded USING ({sql.names(columns)})"
    else:
        count, join = ("count(*)" if output.role == "enrichment" else "0"), ""
    merged = ["_batch_id", f"CAST({count} AS BIGINT) AS merged"]
    return _statement(steps, _query(merged, "mapped", join, "GROUP BY _batch_id"))


def values(source: Source, output: Output, relation: str, header: Mapping[str, str], column: str) -> str:
    """What one contract column would be for each source row: `_row_number`, `subject`."""
    steps = _row_steps(source, output, {output.input: relation}, {output.input: header}, [column])
    return _statement(steps, _query([PLACE[1], f"{sql.name(column)} AS subject"], "mapped"))


def overtaken(source: Source, output: Output, relations: Relations, header: Header) -> str:
    """The keys of supplement rows of an earlier run whose match key the primary has now: its rows repeat them.

    `supplement:<input>` names a relation of the loaded rows of this supplement: their key and match columns, as text.
    """
    loaded = relations[f"supplement:{output.input}"]
    columns = [sql.name(column.name) for column in table_named(output.table).primary_key]
    keys = _excluded_keys(source, output, relations, header)
    if not keys:
        return _query(columns, loaded, "WHERE false")
    steps = {"repeated": " UNION ALL ".join(keys)}
    return _statement(steps, _query(columns, loaded, f"SEMI JOIN repeated USING ({sql.names(output.match)})"))


def as_of(declared: AsOf, relation: str, header: Mapping[str, str]) -> str | None:
    """Up to when each batch of an input speaks: `_batch_id`, `as_of` (text); None where no column says so.

    A mistyped date may lie in the future: the caller takes nothing later than the arrival.
    """
    if not declared.columns:
        return None
    cells = [recipes.clean(header[column], ()) for column in declared.columns]
    formats = ", ".join(sql.literal(item) for item in declared.formats or recipes.ISO_FORMATS)
    days = ", ".join(f"max(try_strptime({cell}, [{formats}]))" for cell in cells)
    latest = f"strftime(greatest({days}), '%Y-%m-%d %H:%M:%S') AS as_of"
    return _query(["_batch_id", latest], relation, "GROUP BY _batch_id")


def identity(table: str) -> tuple[str, ...]:
    """The columns that say which thing a row is about: the key, or for versioned rows the thing's own code."""
    declared = table_named(table)
    versioned = declared.info.get("versions_of")
    return (str(versioned),) if versioned else tuple(column.name for column in declared.primary_key)


def _row_steps(
    source: Source, output: Output, relations: Relations, header: Header, columns: Iterable[str]
) -> dict[str, str]:
    """The steps clean → mapped: one row a source row, with these contract columns of the output."""
    declared, names = source.input(output.input), header[output.input]
    table = table_named(output.table)
    cells = [
        f"{recipes.clean(names[column], declared.null_values)} AS {sql.name(normalised(column))}"
        for column in _needed(output, names)
    ]
    values = [
        f"{_value(output, column, str(table.columns[column].info['kind']))} AS {sql.name(column)}"
        for column in columns
    ]
    where = f"WHERE {recipes.condition(output.where)}" if output.where else ""
    return {
        "clean": _query([*PLACE, *cells], relations[output.input]),
        "mapped": _query([*PLACE, *values], "clean", where),
    }


def _needed(output: Output, names: Mapping[str, str]) -> list[str]:
    """The source columns of an output, each once, by a name that the header knows."""
    spelt = {normalised(column): column for column in names}
    return [spelt[key] for key in dict.fromkeys(normalised(column) for column in output.source_columns())]


def _value(output: Output, column: str, kind: str) -> str:
    recipe = output.recipes.get(column)
    return recipes.expression(recipe, kind) if recipe else "CAST(NULL AS VARCHAR)"


def _one_of_each(output: Output, rows: str) -> str:
    """One row for each key and batch: the latest, then the last; lists gather the values of all rows.

    A row without a key stands for itself, so that each is refused with its own number; a derived one is left out.
    """
    is_derived = output.role == "derived"
    key = tuple(c.name for c in table_named(output.table).primary_key) if is_derived else output.group_by
    is_blank = " OR ".join(f"{sql.name(column)} IS NULL" for column in key)
    group = f"PARTITION BY _batch_id, {sql.names(key)}, CASE WHEN {is_blank} THEN _row_number END"
    replaced = [] if is_derived else ["min(_row_number) OVER one AS _row_number"]
    for column in (sql.name(name) for name, recipe in output.recipes.items() if recipe.collect):
        values = f"list_sort(list_distinct(list({column}) OVER one))"
        replaced.append(f"nullif(array_to_string({values}, ';'), '') AS {column}")
    everything = f"* REPLACE ({', '.join(replaced)})" if replaced else "*"
    latest = (
        f"try_cast({sql.name(output.latest_by)} AS TIMESTAMP) DESC NULLS LAST, " if output.latest_by else ""
    )
    return _query(
        [everything, "count(*) OVER one AS _source_rows"],
        rows,
        f"WHERE NOT ({is_blank})" if is_derived else "",
        f"WINDOW one AS ({group})",
        f"QUALIFY row_number() OVER ({group} ORDER BY {latest}{rows}._row_number DESC) = 1",
    )


def _enrich(
    source: Source, output: Output, relations: Relations, header: Header, steps: dict[str, str]
) -> tuple[list[str], dict[str, str]]:
    """The joins to what enriches a primary, added to the steps, and the value of each recorded column."""
    values = {column: sql.name(column) for column in output.recorded}
    extras = source.enrichments(output.table) if output.role == "primary" else ()
    joins: list[str] = []
    for number, extra in enumerate(item for item in extras if item.input in relations):
        step, keys = f"enrichment_{number}", sql.names(extra.match)
        added = {
            column: sql.name(f"_{number}_{column}") for column in extra.recorded if column not in extra.match
        }
        chosen = [keys, *(f"{sql.name(column)} AS {name}" for column, name in added.items())]
        age = f"list_position({relations.get(f'order:{extra.input}', '[]')}::BIGINT[], _batch_id)"
        first = (
            f"row_number() OVER (PARTITION BY {keys} ORDER BY {age} DESC, _batch_id DESC, _row_number) = 1"
        )
        steps[step] = _statement(
            _row_steps(source, extra, relations, header, extra.recorded),
            _query(chosen, "mapped", f"QUALIFY {first}"),
        )
        joins.append(f"LEFT JOIN {step} USING ({keys})")
        values |= {column: f"coalesce({name}, {values[column]})" for column, name in added.items()}
    return joins, values


def _excluded_keys(source: Source, output: Output, relations: Relations, header: Header) -> list[str]:
    """What gives a key before this output does: the primary of a supplement, the givers before a derived one."""
    if output.role == "supplement":
        primary = source.primary(output.table)
        keys, givers, extra = output.match, [primary], f"primary:{primary.input}"
    elif output.role == "derived":
        keys, givers = identity(output.table), _givers_before(source, output)
        extra = f"loaded:{output.table}" if output.placeholder else ""
    else:
        return []
    found = [
        _statement(
            _row_steps(source, giver, relations, header, keys), _query(list(map(sql.name, keys)), "mapped")
        )
        for giver in givers
        if giver.input in relations
    ]
    if extra in relations:
        found.append(_query(list(map(sql.name, keys)), relations[extra]))
    return [f"({item})" for item in found]


def _givers_before(source: Source, output: Output) -> list[Output]:
    """The outputs whose word on a thing goes before that of a derived one."""

    def rank(item: Output) -> tuple[bool, bool, int]:
        return item.role == "derived", item.placeholder, source.outputs.index(item)

    rivals = (item for item in source.outputs if item.table == output.table)
    return [item for item in rivals if item.role in ("primary", "derived") and rank(item) < rank(output)]


def _query(columns: Iterable[str] | str, relation: str, *clauses: str) -> str:
    listed = columns if isinstance(columns, str) else ", ".join(columns)
    return "\n".join(("SELECT " + listed, "FROM " + relation, *(clause for clause in clauses if clause)))


def _statement(steps: Mapping[str, str], final: str) -> str:
    named = ",\n".join(f"{name} AS (\n{query}\n)" for name, query in steps.items())
    return f"WITH {named}\n{final}"
