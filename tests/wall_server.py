"""Serves the walls for the tests: the real routes, with the real page or a stand-in, on a clock that a test can move.

`python -m tests.wall_server PORT [--stub]`. The file named by WALL_TEST_CLOCK holds the seconds by which the server's
clock is off. It must not be used outside tests.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import streamlit as st
import uvicorn

from model import warehouse
from pages.parts import clocks, server


def _moved_now() -> datetime:
    real = datetime.now(ZoneInfo(warehouse.TIME_ZONE)).replace(tzinfo=None)
    path = Path(os.environ["WALL_TEST_CLOCK"])
    return real + timedelta(seconds=float(path.read_text() or 0) if path.exists() else 0)


def main(port: int, script: str) -> None:
    if "WALL_TEST_CLOCK" in os.environ:
        clocks.now = _moved_now
    app = st.App(Path(__file__).parent.parent / script, routes=server.ROUTES, middleware=server.MIDDLEWARE)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]), "tests/wall_stub.py" if "--stub" in sys.argv else "dashboard.py")
