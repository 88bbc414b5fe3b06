"""The expressions of a declaration: which columns they mention. This module must not know any column."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SQL_WORDS = frozenset((
    "and", "or", "not", "is", "null", "in", "between", "case", "when", "then", "else", "end", "like", "true", "false",
    "date", "interval", "as", "cast", "distinct",
))  # fmt: skip


def names_in(expression: str) -> Iterator[str]:
    """The column names that an expression mentions: words that are neither SQL, nor a function, nor quoted."""
    text = re.sub(r"'(?:[^']|'')*'", "''", expression)
    for word in re.finditer(r"[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_])(?!\s*\()", text):
        if word[0].lower() not in _SQL_WORDS:
            yield word[0]
