"""Worker: DuckDB in a process of its own, called over a pipe, for what a person asks in their own words.

DuckDB counts what it keeps, but not the texts and lists that an expression makes on the way, and one expression ends
only once it is through: `repeat` and `list_transform` made 18 GB in a minute past both limits (DuckDB 1.5.6). Here the
system refuses memory beyond a limit, and what runs ends with its process. The process ends with the one that asks, too.
This module must not know what is asked.
"""

from __future__ import annotations

import os
import queue
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from importlib import import_module
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import Pipe as new_pipe
from pathlib import Path
from typing import Any

import duckdb

_ROOT = Path(__file__).parent.parent.parent
_NICENESS = 5
"""How far a question stands back for the pages that everybody waits for; 19 would be the farthest."""
_SETTINGS = {"ARROW_DEFAULT_MEMORY_POOL": "system"}
"""Arrow's own allocator lays claim to a gigabyte before the first row, which the limit would take for held."""


class Worker:
    """What callers of a DuckDB connection use of it. `Error`s are DuckDB's own; a process that was ended interrupts."""

    def __init__(self, memory: int, path: str, **settings: Any) -> None:
        """`memory`: the bytes that the process may hold in all. The rest is what duckdb.connect takes."""
        self._is_ended = False
        self._lock = threading.Lock()
        self._pipe, theirs = new_pipe()
        number = str(theirs.fileno())
        command = [sys.executable, "-m", __name__, number, str(memory)]
        self._process = subprocess.Popen(
            command, cwd=_ROOT, env=os.environ | _SETTINGS, pass_fds=[int(number)], stdin=subprocess.DEVNULL
        )
        theirs.close()
        self._ask("connect", path, settings)

    def execute(self, query: str, parameters: Sequence[Any] = ()) -> Worker:
        """Run a statement; its rows are fetched from here."""
        self._ask("execute", query, list(parameters))
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows."""
        found: list[tuple[Any, ...]] = self._ask("fetchall")
        return found

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row."""
        found: tuple[Any, ...] | None = self._ask("fetchone")
        return found

    def df(self) -> Any:
        """All rows as a DataFrame."""
        return self._ask("df")

    def to_arrow_reader(self, rows: int) -> Any:
        """A reader of all rows, so many at once, in Arrow's form."""
        schema = self._ask("to_arrow_reader", rows)
        batches = iter(lambda: self._ask("next_batch"), None)
        return import_module("pyarrow").RecordBatchReader.from_batches(schema, batches)

    def interrupt(self) -> None:
        """End what runs, and with it all that was held."""
        self.close()

    def close(self) -> None:
        """End the process."""
        self._is_ended = True
        self._process.kill()
        self._process.wait()

    def _ask(self, name: str, *arguments: Any) -> Any:
        """What a call of the other process gives, or raises."""
        with self._lock:
            try:
                self._pipe.send((name, arguments))
                found, error = self._pipe.recv()
            except (EOFError, OSError):
                if self._is_ended:
                    raise duckdb.InterruptException("ended") from None
                self.close()
                raise duckdb.OutOfMemoryException("the process has ended") from None
        if error:
            raise error
        return found


class _Answering:
    """The other end: calls come in by the pipe, one after the other."""

    def __init__(self, pipe: Pipe) -> None:
        self.pipe = pipe
        self.connection = duckdb.connect()
        self.batches: Iterator[Any] = iter(())

    def answer(self, name: str, arguments: Sequence[Any]) -> Any:
        """One call's result, where that can be handed over."""
        if name == "connect":
            path, settings = arguments
            self.connection = duckdb.connect(path, **settings)
            return None
        if name == "to_arrow_reader":
            self.batches = self.connection.to_arrow_reader(*arguments)
            return self.batches.schema  # type: ignore[attr-defined]
        if name == "next_batch":
            return next(self.batches, None)
        found = getattr(self.connection, name)(*arguments)
        return None if found is self.connection else found

    def serve(self, calls: queue.SimpleQueue[Any]) -> None:
        """Answer for ever. What is no error of DuckDB's ends the process, which the caller sees."""
        while True:
            name, arguments = calls.get()
            found: tuple[Any, duckdb.Error | None]
            try:
                found = self.answer(name, arguments), None
            except (MemoryError, OSError):  # rows in Arrow's form are told so
                found = None, duckdb.OutOfMemoryException("the process has no more memory")
            except duckdb.Error as error:
                found = None, error
            self.pipe.send(found)


def main(number: int, memory: int) -> None:
    """Answer what comes by a pipe, within the bytes of memory; the end of the pipe is the end."""
    os.nice(_NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe: Pipe = Pipe(number)
    calls: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(pipe, calls), daemon=True).start()
    # What rows will be handed over with is made ready while the first question is computed.
    threading.Thread(target=import_module, args=("pandas",), daemon=True).start()
    _Answering(pipe).serve(calls)


def _listen(pipe: Pipe, calls: queue.SimpleQueue[Any]) -> None:
    """Hear the end of the one that asks also while a question runs."""
    while True:
        try:
            calls.put(pipe.recv())
        except (EOFError, OSError):
            os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
