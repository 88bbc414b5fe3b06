"""Two hundred phones open the guide within a minute, and all at once, before one process: how long each waits.

Each phone is a new connection that asks for one page, as a scanned code does, and reads it to its end; the page needs
nothing else. Run: python -m bench.phones
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import time
from pathlib import Path
from urllib.parse import urlsplit

from bench.served import ROOT, Server, demo, serve

PAGES = ("/g/new", "/g/renewal", "/g/complaint", "/g/new?lang=en", "/window/notice", "/window/standard")
"""Most scan the code of a service; some look further."""
WEIGHTS = (6, 3, 1, 1, 1, 1)
POLL_SECONDS = 5.0


async def phone(server: Server, path: str, after: float) -> tuple[float, int]:
    """One phone: seconds until the whole page is there, and its bytes on the line."""
    await asyncio.sleep(after)
    host = urlsplit(server.url)
    started = time.perf_counter()
    reader, writer = await asyncio.open_connection(host.hostname, host.port)
    head = f"GET {path} HTTP/1.1\r\nHost: {host.netloc}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
    writer.write(head.encode())
    answer = await reader.read()
    writer.close()
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{path}: {answer[:60]!r}")
    return time.perf_counter() - started, len(answer)


async def measure(server: Server, phones: int, seconds: float) -> dict[str, float]:
    """All phones, spread over so many seconds; 0: at once."""
    chance = random.Random(1)
    asked = [(chance.choices(PAGES, WEIGHTS)[0], chance.uniform(0, seconds)) for _ in range(phones)]
    before = server.processor_seconds()
    found = await asyncio.gather(*(phone(server, path, after) for path, after in asked))
    waits = [wait for wait, _ in found]
    return {
        "phones": phones,
        "within_s": seconds,
        "median_ms": 1000 * statistics.median(waits),
        "p95_ms": 1000 * statistics.quantiles(waits, n=20)[-1],
        "slowest_ms": 1000 * max(waits),
        "largest_kb": max(size for _, size in found) / 1024,
        "processor_ms_each": 1000 * (server.processor_seconds() - before) / phones,
        "server_mb": server.memory_bytes() / 2**20,
    }


def main() -> None:
    """Measure and print a line of JSON for each way of arriving."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, default=200)
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "soak")
    given = parser.parse_args()
    with serve(demo(given.work), POLL_SECONDS) as server:
        for seconds in (60.0, 0.0):
            found = asyncio.run(measure(server, given.phones, seconds))
            print(json.dumps({name: round(value, 1) for name, value in found.items()}))


if __name__ == "__main__":
    main()
