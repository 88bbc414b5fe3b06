"""What a person is told beside the JSON: refused files and late sources in both languages, and the configured command.

What lasts is told to the command once, however often the loader runs: a refused file until its content changes or it is
gone, a late source until it speaks again. `.told` in the warehouse remembers it, as hashes. A run that failed is
told each time that somebody asked for it. Nothing here knows how a run works.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shlex
import subprocess
from collections.abc import Collection, Iterable, Mapping

from etl import land, status
from etl.gather import Intake, Warehouse
from model import file_refusal

log = logging.getLogger("etl")

ON_FAILURE_VARIABLE = "INTEGRITY_ON_FAILURE"
_TOLD = ".told"


def refusal(item: Intake) -> str:
    """A refused file and why, Chinese first."""
    error = item.error or ""
    chinese = file_refusal.in_chinese(error)
    return f"{item.name}: {f'未接收：{chinese} / ' if chinese else '未接收 / '}refused: {error}"


def waiting(item: Intake) -> str:
    """A file that is left for the next run and why, Chinese first."""
    error = item.error or ""
    chinese = file_refusal.in_chinese(error)
    return f"{item.name}: 留待下次{f'：{chinese}' if chinese else ''} / left for the next run: {error}"


def files(intakes: Iterable[Intake], told: Collection[str] = ()) -> None:
    """Log of each file that was not simply known already what became of it; what was told so is not told again."""
    for item in intakes:
        if item.status == "refused":
            if not refusals([item]).keys() <= set(told):
                log.error("%s", refusal(item))
        elif item.status == "waiting":
            if waiting(item) not in told:
                log.warning("%s", waiting(item))
        elif item.status == "loaded":
            log.info("%s: 已载入 loaded: %s 行 rows", item.name, item.rows)


def refusals(intakes: Iterable[Intake]) -> dict[str, str]:
    """What is said of each refused file, by what tells this content under this name from any other."""
    found = {}
    for item in intakes:
        if item.status == "refused":
            stamp = (item.offer.size, item.offer.modified_ns) if item.offer else ()
            found[repr((item.name, item.error, stamp))] = refusal(item)
    return found


def lateness(place: Warehouse) -> dict[str, str]:
    """What is said of each late source, by its source and what it last spoke for."""
    return {
        repr(("late", one["source"], one["as_of"])): (
            f"{one['source']}: 逾期：数据截至 {one['as_of']}，应每 {one['cadence_days']} 天一次"
            f" / late: last spoke for {one['as_of']}, due every {one['cadence_days']} days"
        )
        for one in status.late_sources(place)
    }


def tell_once(place: Warehouse, standing: Mapping[str, str], told: set[str]) -> None:
    """Tell the command what stands now and has not been told; what is over may be told again.

    `told` is what this process has told before: on a full disk, of which it tells too, nothing else remembers it.
    """
    path = place.directory / _TOLD
    kept = set(path.read_text(encoding="ascii").split()) if path.exists() else set()
    marked = {hashlib.sha256(key.encode()).hexdigest(): said for key, said in standing.items()}
    before = (kept | told) & marked.keys()
    told.clear()
    told.update(before)
    new = [said for mark, said in marked.items() if mark not in before]
    if new and call_on_failure("\n".join(new)):
        told.update(marked)
    if told == kept:
        return
    try:
        land.write_durably(path, "".join(f"{mark}\n" for mark in sorted(told)))
    except OSError as error:
        if new:
            log.warning(
                "%s: 未能写入，下次启动后会再次告知 / not written, told again after the next start: %s",
                path,
                error,
            )


def call_on_failure(message: str) -> bool:
    """Tell the configured command on its standard input; whether there is one and it took the message."""
    command = os.environ.get(ON_FAILURE_VARIABLE)
    if not command:
        return False
    try:
        subprocess.run(shlex.split(command), input=message + "\n", text=True, timeout=60, check=True)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        # never the command line itself, which may hold an address or a key
        code = getattr(error, "returncode", None)
        said = type(error).__name__ if code is None else f"exit code {code}"
        log.error("the command of %s failed: %s", ON_FAILURE_VARIABLE, said)
        return False
    return True
