"""A real nginx for the tests: the configuration that the documentation gives, on loopback, in a folder of its own.

Of the house's own files, whose examples lie beside that configuration, only addresses, paths and the secret are put in.
It must not be used for anything but tests.
"""

from __future__ import annotations

import http.client
import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from docs.pictures.browsing import free_port

DOCUMENTED = Path(__file__).parent.parent / "docs" / "deployment" / "nginx"
OWN = "127.0.0.1"
DISPLAY = "127.0.0.2"
_PATIENCE_SECONDS = 10
"""The address that a display asks from."""
_MAIN = """
daemon off;
{user}
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/other;
    uwsgi_temp_path {folder}/other;
    scgi_temp_path {folder}/other;
    include {documented}/integrity.conf;
}}
"""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Nginx:
    """A running nginx: where it listens, and its folder."""

    port: int
    folder: Path

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def ask(
        self, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET", source: str = OWN
    ) -> Answer:
        """One request over TLS from an address of this machine."""
        return next(self.ask_on(path, headers, method=method, source=source))

    def ask_on(
        self, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET", source: str = OWN
    ) -> Iterator[Answer]:
        """The same request again and again on one connection."""
        context = ssl._create_unverified_context()
        kept = http.client.HTTPSConnection(
            OWN, self.port, timeout=20, source_address=(source, 0), context=context
        )
        try:
            while True:
                kept.request(method, path, headers=dict(headers or {}))
                found = kept.getresponse()
                named = {name.lower(): value for name, value in found.getheaders()}
                yield Answer(found.status, named, found.read())
        finally:
            kept.close()

    def log(self, awaited: str) -> str:
        """What was noted of the requests, once this is in it: a request is noted after it was answered."""
        path = self.folder / "access.log"
        until = time.monotonic() + _PATIENCE_SECONDS
        while awaited not in path.read_text(encoding="utf-8") and time.monotonic() < until:
            time.sleep(0.05)
        return path.read_text(encoding="utf-8")


@contextmanager
def running(folder: Path, upstream: int, secret: str, people: Mapping[str, str]) -> Iterator[Nginx]:
    """nginx before this port of this machine, for people with their passwords."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"
    port, own = free_port(), folder / "integrity"
    shutil.copytree(DOCUMENTED / "integrity", own)
    _certificate(folder)
    _put(own / "site.conf", {"127.0.0.1:8501": f"127.0.0.1:{upstream}", "# 10.1.2.0/24 1;": f"{DISPLAY} 1;"})
    listens = {"listen 443": f"listen 127.0.0.1:{port}", "listen [::]:443 ssl http2;": ""}
    paths = {
        "/etc/ssl/integrity.pem": folder / "certificate.pem",
        "/etc/ssl/private/integrity.key": folder / "key.pem",
        "/var/log/nginx/integrity.log": folder / "access.log",
    }
    _put(own / "server.conf", listens | {name: str(path) for name, path in paths.items()})
    _put(own / "secret.conf", {"REPLACE-THIS-BY-64-HEXADECIMAL-SIGNS": secret})
    _put(own / "sign_in.conf", {"/etc/nginx/integrity/people": str(folder / "people")})
    (folder / "people").write_text(
        "".join(f"{name}:{{PLAIN}}{word}\n" for name, word in people.items()), encoding="utf-8"
    )
    user = "user root;" if os.getuid() == 0 else ""
    main = folder / "nginx.conf"
    main.write_text(_MAIN.format(user=user, folder=folder, documented=DOCUMENTED), encoding="utf-8")
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(main)], stderr=subprocess.PIPE)
    try:
        found = Nginx(port, folder)
        _wait(found, process)
        yield found
    finally:
        process.terminate()
        process.wait(20)


def _put(path: Path, given: Mapping[str, str]) -> None:
    """Put the test's own in an example; what the example no longer says is a fault of the test."""
    text = path.read_text(encoding="utf-8")
    for old, new in given.items():
        assert old in text, f"{path.name} no longer says {old}"
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def _certificate(folder: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run(
        [*command, *files, "-days", "2", "-subj", "/CN=127.0.0.1"], check=True, capture_output=True
    )


def _wait(found: Nginx, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        if process.poll() is not None:
            assert process.stderr is not None
            raise RuntimeError(process.stderr.read().decode())
        try:
            found.ask("/_stcore/agent/")
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(found.address)
