"""Statement: whether a text is one question to the tables of the analysis surface, and nothing else.

DuckDB parses it; its syntax tree is walked, and what is not known to be harmless is refused: other statements, other
tables, functions that read files or settings. This is the first of two walls: the connection that runs a statement
(model.warehouse.sandbox) has no access to files, network or settings either. Nothing is executed here but the parser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from model.exploration.limits import limits
from model.warehouse import Connection

Node = dict[str, Any]
TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})
"""Functions in FROM that compute from their arguments alone."""
REFUSED_FUNCTIONS = frozenset(
    ("current_setting", "getenv", "getvariable", "write_log", "query", "query_table", "nextval", "currval")
)
"""Scalar functions that read or write something else than their arguments."""
REFUSED_PREFIXES = (
    "duckdb_",
    "pragma_",
    "pg_",
    "read_",
    "write_",
    "sqlite_",
    "parquet_",
    "json_execute",
    "current_",
)
HARMLESS = frozenset({"current_date", "current_timestamp", "current_time", "current_localtimestamp"})
_OWN = (None, "", "main", "system")
"""Where the parser itself looks for functions."""
_NAME = re.compile(r"[^\W\d]\w*")


class RefusedError(ValueError):
    """A statement that is not run. `reason`: empty, long, syntax, several, statement, table or function."""

    def __init__(self, reason: str, what: str = "") -> None:
        super().__init__(f"{reason}: {what}")
        self.reason, self.what = reason, what


def check(connection: Connection, text: str, tables: frozenset[str]) -> str:
    """The statement without its closing semicolon. RefusedError where it is anything but one question to `tables`.

    tables: the names, with their schemas, that may be asked.
    """
    stripped = text.strip().rstrip(";").strip()
    if not stripped:
        raise RefusedError("empty")
    if len(stripped) > limits().statement_characters:
        raise RefusedError("long", f"{limits().statement_characters:,}")
    parsed = _parsed(connection, stripped)
    nodes = list(_nodes(parsed))
    given = {str(entry["key"]).lower() for node in nodes for entry in node.get("cte_map", {}).get("map", [])}
    for name in given:
        if not _NAME.fullmatch(name) or name.startswith(REFUSED_PREFIXES):
            raise RefusedError("table", name)
    for node in nodes:
        _check_node(node, tables, given)
    return stripped


def _parsed(connection: Connection, text: str) -> Node:
    """The syntax tree of one question."""
    row = connection.execute("SELECT json_serialize_sql(?)", [text]).fetchone()
    assert row, "one value is asked for"
    tree: Node = json.loads(row[0])
    if tree["error"]:
        if tree["error_type"] == "not implemented":
            raise RefusedError("statement", text.split(maxsplit=1)[0].upper())
        raise RefusedError("syntax", str(tree["error_message"]))
    if len(tree["statements"]) != 1:
        raise RefusedError("several")
    return tree


def _nodes(value: Any) -> Iterator[Node]:
    """Every node of a tree."""
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            yield here
            waiting += here.values()
        elif isinstance(here, list):
            waiting += here


def _check_node(node: Node, tables: frozenset[str], given: set[str]) -> None:
    kind = node.get("type")
    if kind == "BASE_TABLE":
        _check_table(node, tables, given)
    elif kind == "TABLE_FUNCTION":
        name = str(node["function"]["function_name"]).lower()
        if name not in TABLE_FUNCTIONS:
            raise RefusedError("function", name)
    elif kind == "SHOW_REF" and not node.get("query"):
        raise RefusedError("statement", "SHOW")
    elif node.get("class") == "FUNCTION":
        name = str(node["function_name"]).lower()
        is_refused = name in REFUSED_FUNCTIONS or name.startswith(REFUSED_PREFIXES)
        is_elsewhere = node.get("catalog") not in _OWN or node.get("schema") not in _OWN
        if (is_refused and name not in HARMLESS) or is_elsewhere:
            raise RefusedError("function", name)


def _check_table(node: Node, tables: frozenset[str], given: set[str]) -> None:
    schema, name = str(node["schema_name"]).lower(), str(node["table_name"]).lower()
    if node["catalog_name"]:
        raise RefusedError("table", f"{node['catalog_name']}.{schema}.{name}")
    if not schema and name in given:
        return
    full = f"{schema}.{name}" if schema else name
    if full not in tables:
        raise RefusedError("table", full)
