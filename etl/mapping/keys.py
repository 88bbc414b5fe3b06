"""Every key that a mapping may hold, by the kind of table it stands in. docs/sources.md explains each."""

from __future__ import annotations

KEYS: dict[str, tuple[str, ...]] = {
    "mapping": ("source", "inputs", "outputs"),
    "source": ("name", "name_zh", "name_en", "producer", "owner", "licence", "extent", "cadence_days"),
    "input": ("glob", "database", "null_values", "encoding", "delimiter", "sheet", "as_of"),
    "database": ("url", "url_variable", "table", "cursor", "optional"),
    "as_of": ("column", "format", "constant"),
    "output": ("table", "input", "role", "match", "group_by", "latest_by", "where", "placeholder", "columns"),
    "column": (
        *("column", "constant", "template", "hash", "sum"),
        *("blank", "blank_as", "prefix", "split", "extract", "format", "values", "default"),
        *("when", "when_blank", "collect"),
    ),
    "condition": ("column", "in", "matches"),
}
