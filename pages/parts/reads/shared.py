"""How every read goes: one composed query, cached by the snapshot that it reads.

A snapshot never changes, so a cached read is right for as long as its snapshot is shown. It must not know a table.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import pandas as pd
import streamlit as st
from sqlalchemy import Select

from model import warehouse
from model.warehouse import Snapshot

_CACHING = logging.getLogger("streamlit.runtime.caching.cache_data_api")
_CACHING.addFilter(lambda record: not record.getMessage().startswith("No runtime found"))
"""The server reads this module for its routes before it has started: no news, and told once for each read."""

LISTED = 500
"""How many rows a list shows at most; the pages say so where there are more."""

NOBODY = ("none", "restricted")
"""The personal-data classes of what names a record and nobody in it."""

REMEMBERED = 3
"""How many snapshots' reads a process remembers: what is current, and what pages may still show."""

_LOCK = threading.Lock()
_RECENT: list[Path] = []
_BY_DIRECTORY: dict[str | type[Any], Callable[[Any], Any]] = {
    Snapshot: lambda snapshot: str(snapshot.directory)
}
Read = TypeVar("Read", bound=Callable[..., Any])


def cached() -> Callable[[Read], Read]:
    """Remember a read by its arguments, of which the first is the snapshot, and forget it with its snapshot."""

    def decorate(function: Read) -> Read:
        kept = st.cache_data(max_entries=400, show_spinner=False, hash_funcs=_BY_DIRECTORY)(function)

        @wraps(function)
        def call(snapshot: Snapshot, *others: Any, **named: Any) -> Any:
            _notice(snapshot)
            return kept(snapshot, *others, **named)

        return cast(Read, call)

    return decorate


def _notice(snapshot: Snapshot) -> None:
    """Forget all reads where one snapshot too many has come: a process that runs for months must not keep them all."""
    if snapshot.directory in _RECENT:
        return
    with _LOCK:
        if len(_RECENT) >= REMEMBERED:
            st.cache_data.clear()
            _RECENT.clear()
        _RECENT.append(snapshot.directory)


def read(snapshot: Snapshot, query: Select[Any]) -> pd.DataFrame:
    """The rows of a query on the full surface."""
    return warehouse.read(snapshot.engine("full"), query)


def moment(value: object) -> datetime | None:
    """A timestamp of a DataFrame as Python's own, None where it is missing."""
    return None if pd.isna(cast(Any, value)) else pd.Timestamp(cast(Any, value)).to_pydatetime()


def last_whole_day(as_of: datetime) -> date:
    """The last day that is over at this moment; its last second stands for the whole of it, as for the marts."""
    return (as_of + timedelta(seconds=1)).date() - timedelta(days=1)


def number(value: object) -> float | None:
    """A number of a DataFrame as Python's own, None where it is missing."""
    return None if pd.isna(cast(Any, value)) else float(cast(Any, value))
