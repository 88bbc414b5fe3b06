"""Source mappings: how the columns of a foreign file or table become the contract's, declared in TOML.

A new source needs a new file in etl/sources/, never code. This package reads the declarations and composes SQL from
them; it opens no database and judges no row. docs/sources.md says how a mapping is written.
"""

from etl.mapping.declaration import (
    AsOf,
    Condition,
    Database,
    Input,
    MappingError,
    Output,
    Recipe,
    Source,
    match_header,
    normalised,
)
from etl.mapping.keys import KEYS
from etl.mapping.reading import discover, load
from etl.mapping.selection import as_of, identity, merged_count, overtaken, select, values

__all__ = [
    "KEYS",
    "AsOf",
    "Condition",
    "Database",
    "Input",
    "MappingError",
    "Output",
    "Recipe",
    "Source",
    "as_of",
    "discover",
    "identity",
    "load",
    "match_header",
    "merged_count",
    "normalised",
    "overtaken",
    "select",
    "values",
]
