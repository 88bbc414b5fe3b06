"""The limits of free questions as they are declared in limits.toml. No limit stands in code."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """What one question may cost, and how many there may be."""

    rows: int
    seconds: float
    memory: str
    process_mebibytes: int
    at_once: int
    kept_results: int
    statement_characters: int
    workbook_rows: int
    pivot_columns: int

    @property
    def process_bytes(self) -> int:
        """What the process of a question in SQL may hold."""
        return self.process_mebibytes * 2**20


@cache
def limits() -> Limits:
    """The declared limits."""
    return Limits(**tomllib.loads((Path(__file__).parent / "limits.toml").read_text(encoding="utf-8")))
