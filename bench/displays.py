"""Sixty displays before one process: how soon all show a new snapshot, how long replies take, what waiting costs.

Each display is a client that speaks the protocol: the shell's poll as often as the server says and, for a new snapshot,
the requests of the app's page and its WebSocket session until the script has finished and the scenes have arrived.
What a browser adds, it adds on the display's own machine: laying out and copying (bench/soak.py tells how long that
takes), and the app's scripts, which it has in its cache. Run: python -m bench.displays
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bench.served import ROOT, Server, Snapshots, demo, serve

POLL_SECONDS, JITTER, DRAW_SPREAD = 5.0, 0.2, 0.3
ASKED = "site=office&lang=zh&shape=16x9"
DRAWN = re.compile(rb'wall-ready\\*" data-snapshot=\\*"([^"\\]+)')
"""The sign that the scenes are whole, as it stands in a message of the page."""
PAGE_REQUESTS = ("/wall-scenes?" + ASKED, "/_stcore/health", "/_stcore/host-config")


@dataclass
class Measured:
    """What the displays have seen."""

    replies: list[float] = field(default_factory=list)
    drawings: list[float] = field(default_factory=list)
    shown_at: dict[int, tuple[str, float]] = field(default_factory=dict)


class Connection:
    """One display's connection, kept alive as a browser does; opened again where the server has closed it."""

    def __init__(self, address: str, measured: Measured) -> None:
        self.host, self.measured = urlsplit(address), measured
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> bytes:
        """One request; the body."""
        started = time.perf_counter()
        try:
            body = await self._ask(path)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.streams = None
            body = await self._ask(path)
        self.measured.replies.append(time.perf_counter() - started)
        return body

    async def _ask(self, path: str) -> bytes:
        self.streams = self.streams or await asyncio.open_connection(self.host.hostname, self.host.port)
        reader, writer = self.streams
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {self.host.netloc}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if not head.startswith("http/1.1 200"):
            raise RuntimeError(f"{path}: {head[:40]!r}")
        return await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))


async def draw(address: str, connection: Connection, measured: Measured) -> str:
    """One drawing, as the shell's hidden frame makes it; the snapshot of the scenes that arrived."""
    started = time.perf_counter()
    for path in PAGE_REQUESTS:
        await connection.get(path)
    stream = address.replace("http", "ws") + "/_stcore/stream"
    async with websockets.connect(
        stream, subprotocols=["streamlit"], origin=address, max_size=None
    ) as socket:
        asked = BackMsg()
        asked.rerun_script.query_string = ASKED
        asked.rerun_script.page_name = "wall-scenes"
        await socket.send(asked.SerializeToString())
        snapshot = ""
        async for data in socket:
            message = ForwardMsg.FromString(data)
            if found := DRAWN.search(data):
                snapshot = found[1].decode()
            if message.WhichOneof("type") == "script_finished":
                break
    if not snapshot:
        raise RuntimeError("the page brought no scenes")
    measured.drawings.append(time.perf_counter() - started)
    return snapshot


async def display(number: int, address: str, measured: Measured, until: asyncio.Event) -> None:
    """One display, from its start until the end of the measurement."""
    await asyncio.sleep(random.random() * POLL_SECONDS)
    snapshot, ground = None, None
    connection = Connection(address, measured)
    while not until.is_set():
        asked = f"/wall/state?{ASKED}&display=bench-{number}&snapshot={snapshot}"
        said: dict[str, Any] = json.loads(await connection.get(asked))
        if (said["snapshot"], said["ground"]) != (snapshot, ground):
            if snapshot:
                await asyncio.sleep(random.random() * DRAW_SPREAD * said["poll_seconds"])
            snapshot, ground = await draw(address, connection, measured), said["ground"]
            measured.shown_at[number] = (snapshot, time.perf_counter())
        await asyncio.sleep(said["poll_seconds"] * (1 + random.random() * JITTER))


async def measure(
    server: Server, snapshots: Snapshots, count: int, rounds: int, idle: float
) -> dict[str, float]:
    """Start the displays, let them wait, publish, and see when all show it."""
    measured, until = Measured(), asyncio.Event()
    tasks = [asyncio.create_task(display(one, server.url, measured, until)) for one in range(count)]
    await _all_show(measured, tasks, "")
    await asyncio.sleep(2 * POLL_SECONDS)
    spent, since = server.processor_seconds(), time.perf_counter()
    await asyncio.sleep(idle)
    share = (server.processor_seconds() - spent) / (time.perf_counter() - since)
    measured.replies.clear()
    measured.drawings.clear()
    reached, spent = [], server.processor_seconds()
    for _ in range(rounds):
        published = time.perf_counter()
        made = snapshots.publish()
        await _all_show(measured, tasks, made)
        reached.append(max(at for _, at in measured.shown_at.values()) - published)
        await asyncio.sleep(POLL_SECONDS)
    spent = server.processor_seconds() - spent
    until.set()
    await asyncio.gather(*tasks)
    return {
        "displays": count,
        "idle_core_percent": 100 * share,
        "reaches_all_s": max(reached),
        "reply_p95_s": _p95(measured.replies),
        "drawing_p95_s": _p95(measured.drawings),
        "drawing_core_s": spent / len(measured.drawings),
        "server_mb": server.memory_bytes() / 2**20,
    }


async def _all_show(measured: Measured, tasks: Sequence[asyncio.Task[None]], snapshot: str) -> None:
    deadline = time.perf_counter() + 300
    while sum(not snapshot or shown == snapshot for shown, _ in measured.shown_at.values()) < len(tasks):
        for task in tasks:
            if task.done():
                task.result()
        if time.perf_counter() > deadline:
            raise TimeoutError("not every display shows the snapshot")
        await asyncio.sleep(0.05)


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def main() -> None:
    """Measure and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--displays", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--idle-seconds", type=float, default=60)
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "soak")
    given = parser.parse_args()
    directory = demo(given.work)
    snapshots = Snapshots(directory)
    snapshots.publish()
    with serve(directory, POLL_SECONDS) as server:
        found = asyncio.run(measure(server, snapshots, given.displays, given.rounds, given.idle_seconds))
    print(json.dumps({name: round(value, 3) for name, value in found.items()}))


if __name__ == "__main__":
    main()
