"""How every read goes: one composed query, cached by the snapshot that it reads.

A snapshot never changes, so a cached read is right for as long as its snapshot is shown. It must not know a table.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, cast

import pandas as pd
import streamlit as st
from sqlalchemy import Select

from model import warehouse
from model.warehouse import Snapshot

LISTED = 500
"""How many rows a list shows at most; the pages say so where there are more."""

cached = partial(
    st.cache_data,
    max_entries=400,
    show_spinner=False,
    hash_funcs={Snapshot: lambda snapshot: str(snapshot.directory)},
)


def read(snapshot: Snapshot, query: Select[Any]) -> pd.DataFrame:
    """The rows of a query on the full surface."""
    return warehouse.read(snapshot.engine("full"), query)


def moment(value: object) -> datetime | None:
    """A timestamp of a DataFrame as Python's own, None where it is missing."""
    return None if pd.isna(cast(Any, value)) else pd.Timestamp(cast(Any, value)).to_pydatetime()


def number(value: object) -> float | None:
    """A number of a DataFrame as Python's own, None where it is missing."""
    return None if pd.isna(cast(Any, value)) else float(cast(Any, value))
