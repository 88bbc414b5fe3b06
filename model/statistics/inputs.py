"""What every statistic refuses before it computes: one place, so that each error names the argument alike.

These functions turn what came into float arrays or raise ValueError. They must not repair anything: a missing or
impossible number that reaches a statistic is an error of the caller, never a zero.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.ArrayLike


def as_floats(name: str, values: Numbers) -> Floats:
    """The values as a float array of any shape, NaN kept; ValueError where one is not a number."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be numbers: {error}") from error


def series(name: str, values: Numbers) -> Floats:
    """The values as a 1-D array of finite numbers; a single number counts as one point."""
    array = np.atleast_1d(as_floats(name, values))
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, not of shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must not hold NaN or infinity")
    return array


def counts(name: str, values: Numbers) -> Floats:
    """A 1-D array of numbers that are not negative."""
    array = series(name, values)
    if (array < 0).any():
        raise ValueError(f"{name} must not be negative")
    return array


def whole_counts(name: str, values: Numbers) -> Floats:
    """A 1-D array of whole numbers that are not negative."""
    array = counts(name, values)
    if (array != np.floor(array)).any():
        raise ValueError(f"{name} must be whole numbers")
    return array


def positive(name: str, values: Numbers) -> Floats:
    """A 1-D array of numbers above zero: trials, exposure, expected counts."""
    array = counts(name, values)
    if (array == 0).any():
        raise ValueError(f"{name} must be above zero")
    return array


def whole(name: str, values: Numbers) -> Floats:
    """A 1-D array of whole numbers above zero."""
    positive(name, values)
    return whole_counts(name, values)


def number(name: str, value: float) -> float:
    """One finite number."""
    array = series(name, value)
    if array.size != 1:
        raise ValueError(f"{name} must be one number")
    return float(array[0])


def fraction(name: str, value: float) -> float:
    """One number strictly between 0 and 1."""
    found = number(name, value)
    if not 0 < found < 1:
        raise ValueError(f"{name} must lie between 0 and 1, not {found}")
    return found


def same_length(**arrays: Floats) -> None:
    """ValueError naming the argument that is not as long as the first; an empty one is refused too."""
    (first, *others) = arrays
    if not arrays[first].size:
        raise ValueError(f"{first} must hold at least one point")
    for name in others:
        if arrays[name].size != arrays[first].size:
            raise ValueError(f"{name} holds {arrays[name].size} points, {first} {arrays[first].size}")


def events_of_trials(events: Numbers, trials: Numbers) -> tuple[Floats, Floats]:
    """Events and the trials that they came from, of equal length: 0 <= events <= trials, trials > 0."""
    happened, tried = counts("events", events), positive("trials", trials)
    same_length(events=happened, trials=tried)
    if (happened > tried).any():
        raise ValueError("events must not exceed trials")
    return happened, tried


def events_of_exposure(events: Numbers, exposure: Numbers) -> tuple[Floats, Floats]:
    """Events and their exposure, of equal length: events >= 0, exposure > 0."""
    happened, exposed = counts("events", events), positive("exposure", exposure)
    same_length(events=happened, exposure=exposed)
    return happened, exposed


def observed_of_expected(observed: Numbers, expected: Numbers) -> tuple[Floats, Floats]:
    """Observed counts and what was expected, of equal length: observed >= 0, expected > 0."""
    seen, awaited = counts("observed", observed), positive("expected", expected)
    same_length(observed=seen, expected=awaited)
    return seen, awaited


def direction(improves: str | None) -> str | None:
    """Which way is better: "up", "down" or None; ValueError for anything else."""
    if improves not in ("up", "down", None):
        raise ValueError(f'improves must be "up", "down" or None, not {improves!r}')
    return improves
