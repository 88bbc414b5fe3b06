"""What starts a display again: the script of the page on operation, before a server that answers this or that."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

OPERATIONS = (Path(__file__).parent.parent / "docs" / "operations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("answer", "is_restarted"), [(200, False), (404, True), (403, False), (429, False), (503, False)]
)
def test_only_a_display_that_the_server_does_not_hear_is_started_again(
    tmp_path: Path, answer: int, is_restarted: bool
) -> None:
    """A refusal of the proxy says nothing of the display: it was restarted every minute for it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/healthz" else answer)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on stderr."""

    told = tmp_path / "told"
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(f'#!/bin/sh\necho "$@" > {told}\n', encoding="utf-8")
    systemctl.chmod(0o755)
    [script] = [
        one
        for one in re.findall(r"```sh\n(.*?)```", OPERATIONS, re.DOTALL)
        if "systemctl restart wall" in one
    ]
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        subprocess.run(
            ["sh", "-c", script.replace("https://integrity.example", address)],
            env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "no_proxy": "127.0.0.1"},
            check=False,
        )
        server.shutdown()
    assert told.exists() == is_restarted


def test_the_browser_s_folder_is_made_for_its_user() -> None:
    [unit] = [one for one in re.findall(r"```ini\n(.*?)```", OPERATIONS, re.DOTALL) if "chromium" in one]
    folder = re.findall(r"--user-data-dir=/var/lib/(\S+)", unit)
    assert re.findall(r"StateDirectory=(\S+)", unit) == folder
