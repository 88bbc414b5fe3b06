"""Series of invented units for the tests of the judgement."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from model.indicators import catalogue
from model.judgement import rules
from model.judgement.series import Series

RULES = rules()
MONTHS = np.arange(np.datetime64("2023-01"), np.datetime64("2026-01"))


def held(
    name: str, numerator: Any, denominator: Any, kinds: list[str] | None = None, **changed: Any
) -> Series:
    """The series of an indicator from matrices: one row a unit."""
    x, n = np.atleast_2d(np.asarray(numerator, float)), np.atleast_2d(np.asarray(denominator, float))
    n = np.broadcast_to(n, x.shape).copy()
    units = np.array([f"U{place}" for place in range(len(x))], dtype=object)
    subjects = {
        "subject_kind": np.full(len(x), "unit", dtype=object), "subject_id": units, "unit_id": units,
        "kind": np.array(kinds or ["office"] * len(x), dtype=object),
    }  # fmt: skip
    item = replace(catalogue().indicators[name], **changed)
    return Series(item, subjects, MONTHS[: x.shape[1]], x.shape[1], x, n, n)


def noise(rate: float, trials: int, units: int = 40, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).binomial(trials, rate, (units, 36)).astype(float)
