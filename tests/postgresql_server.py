"""A real PostgreSQL server for the tests, from Debian's package: on a free loopback port, in a folder of its own.

PostgreSQL refuses to run as root, so for root it runs as an unprivileged account. It must not be used for anything
but tests and measurements: unless asked to, it writes nothing durably.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

OWNER = "owner"


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL that is installed, or None."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    on_path = shutil.which("postgres")
    return (
        max(found, key=lambda path: float(path.parent.name), default=on_path and Path(on_path).parent) or None
    )


def _account() -> dict[str, Any]:
    """Under which account the server runs: as the caller, but never as root."""
    if os.getuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@dataclass
class Server:
    """A server with one superuser, whose password is made up anew each time."""

    programs: Path
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="pg-")))
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    port: int = 0
    is_durable: bool = False
    _process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Make the folder and an empty cluster in it."""
        account = _account()
        secret = self.folder / "password"
        secret.write_text(self.password, encoding="ascii")
        if account:
            for path in (self.folder, secret):
                os.chown(path, account["user"], account["group"])
        subprocess.run(
            [
                self.programs / "initdb", "--pgdata", self.folder / "data", "--username", OWNER, "--pwfile", secret,
                "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
            ],
            check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **account,
        )  # fmt: skip
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "fsync": "on" if self.is_durable else "off",
            "timezone": "UTC",
        }
        options |= {"unix_socket_directories": self.folder, "shared_buffers": "16MB", "max_connections": 10}
        settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.folder / "data", *settings],
                stdout=log, stderr=log, cwd=self.folder, **_account(),
            )  # fmt: skip
        for _ in range(200):
            try:
                self.connect().close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text(encoding="utf-8", errors="replace"))

    def stop(self) -> None:
        """Stop the server at once, whoever is connected."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)
        self._process = None

    def remove(self) -> None:
        """Stop the server and remove all that it wrote."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, user: str = OWNER, password: str | None = None, database: str = "postgres") -> str:
        """The SQLAlchemy address, password and all."""
        return f"postgresql+psycopg://{user}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def connect(self) -> psycopg.Connection[Any]:
        """A connection for the test itself, each statement its own transaction."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=OWNER, password=self.password, dbname="postgres", autocommit=True
        )  # fmt: skip

    def execute(self, *statements: str) -> None:
        """Run statements as the source's own people would."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[arg-type]
