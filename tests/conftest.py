"""What holds for all files: those that take longest come first, and packages are looked through once.

A worker takes a file at a time (`--dist loadfile --no-loadscope-reorder`), so that both workers end together.
Streamlit looks through every installed package for components whenever a page is opened without a browser, which
took longer than most pages, and leaves its script as the main module, which a process started later would then run
again. It must not hold a fixture that a test asks for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import duckdb
import pytest
from playwright.sync_api import expect

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""Of this process and all that it starts, before numpy is loaded: threads that wait for each other keep a core busy."""

PATIENCE = 60_000
"""Milliseconds."""

MAIN = sys.modules["__main__"]

LONGEST = (
    "test_realdata", "test_indicator_oracle", "test_durability", "test_wall_shell",
    "test_indicator_increment", "test_ledger_browser", "test_whistleblower", "test_ledger_feed",
    "test_database_source", "test_check_conservation", "test_wall_scenes", "test_surfaces", "test_judge",
    "test_wall_real", "test_sign_in_oidc", "test_pages_browser", "test_inbox_deliveries", "test_watch",
    "test_window_browser", "test_window_guides", "test_judge_revisions", "test_judge_patterns",
    "test_odd_names", "test_json_files", "test_ledger_trail", "test_inbox_text",
)  # fmt: skip


CONNECT = duckdb.connect


def connect(*place: Any, config: dict[str, Any] | None = None, **options: Any) -> duckdb.DuckDBPyConnection:
    """A database that works on one core where nobody said on how many; commands that a test starts take them all.

    Of as few rows as a test has, DuckDB gives no part to a second core, but wakes it for every statement.
    """
    return CONNECT(*place, config={"threads": 1} | (config or {}), **options)


def pytest_configure() -> None:
    """Let the packages be looked through once, and a page take its time on cores that do much else."""
    duckdb.connect = connect
    expect.set_options(timeout=PATIENCE)
    from streamlit.components.v2 import manifest_scanner

    manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first, the others as they come."""
    place = {f"{name}.py": number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.fixture(scope="module", autouse=True)
def _main_module_of_the_run() -> Iterator[None]:
    """Give the main module back that a page opened without a browser has replaced."""
    sys.modules["__main__"] = MAIN
    yield
    sys.modules["__main__"] = MAIN
