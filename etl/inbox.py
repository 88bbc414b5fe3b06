"""The inbox: which files are offered, what each claims to be, and whether it is complete.

The inbox belongs to those who deliver. It is only read: nothing is moved, renamed or deleted there, and a file's
name is never used to form a path of ours.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from model.contract import TABLES, VAULT
from model.warehouse import TIME_ZONE

SETTLE_SECONDS = 1.0
"""A file that was written to within this time is watched until it has been still for so long."""

NOT_DELIVERED = "truth.json"
"""What the demo bureau says of itself stands beside its feed files and is no delivery."""

_ZONE = ZoneInfo(TIME_ZONE)
_PARTIAL = re.compile(r"(^~)|\.(part|partial|tmp|filepart|crdownload|swp|writing)$", re.IGNORECASE)
_KNOWN = "|".join(sorted([*TABLES, VAULT.name], key=len, reverse=True))
_FEED = re.compile(
    rf"^(?P<table>{_KNOWN})(?P<rest>[-_. (]?.*?)\.(csv|tsv|txt|xlsx|xls|parquet|jsonl|ndjson|json)(\.gz)?$",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:-?(0[1-9]|1[0-2])(?:-?(0[1-9]|[12]\d|3[01]))?)?(?!\d)")
_DAY = re.compile(r"(?<!\d)(?:19|20)\d\d(?:-\d\d-\d\d|[01]\d[0-3]\d)(?!\d)")
"""A day as it is written in a name, also one that there is not."""


class RefusedError(Exception):
    """A file that cannot be taken; the message names what is wrong and what was expected."""


class WaitingError(Exception):
    """A file that is not complete yet; it is left for the next run."""


@dataclass(frozen=True)
class Offer:
    """A file in the inbox as it stood when it was looked at. `name` is its path inside the inbox."""

    name: str
    path: Path
    size: int
    modified_ns: int
    changed_ns: int

    @property
    def modified_at(self) -> datetime:
        """When the file was last written, in the bureau's time zone, without zone."""
        return datetime.fromtimestamp(self.modified_ns / 1e9, _ZONE).replace(tzinfo=None)

    @property
    def base(self) -> str:
        """The file's own name, without folders."""
        return self.name.rsplit("/", 1)[-1]

    def is_unchanged(self) -> bool:
        """True while size and times of the file are still those of the offer."""
        try:
            now = self.path.lstat()
        except FileNotFoundError:
            return False
        return (now.st_size, now.st_mtime_ns, now.st_ctime_ns) == (
            self.size,
            self.modified_ns,
            self.changed_ns,
        )


def now() -> datetime:
    """The present in the bureau's time zone, without zone, in whole seconds."""
    return datetime.now(_ZONE).replace(tzinfo=None, microsecond=0)


def walk(inbox: Path) -> Iterator[Offer | tuple[str, RefusedError]]:
    """Every file of the inbox in order of its name; links and special files come as a refusal, never followed.

    Last come the folders that cannot be read: what lies in them is not known.
    """
    closed: list[OSError] = []
    for folder, folders, files in os.walk(inbox, onerror=closed.append, followlinks=False):
        linked = [item for item in folders if (Path(folder) / item).is_symlink()]
        folders[:] = sorted(item for item in folders if not item.startswith(".") and item not in linked)
        for item in sorted([*files, *linked]):
            if item.startswith(".") or item == NOT_DELIVERED:
                continue
            path = Path(folder) / item
            label = _printable(str(path.relative_to(inbox)))
            try:
                found = path.lstat()
            except FileNotFoundError:
                continue
            if stat.S_ISLNK(found.st_mode):
                yield (
                    label,
                    RefusedError("is a link; expected a file. Links out of the inbox are never followed"),
                )
            elif not stat.S_ISREG(found.st_mode):
                yield label, RefusedError("is not an ordinary file")
            else:
                yield Offer(label, path, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    for error in closed:
        if not isinstance(error, FileNotFoundError):  # taken away while it was looked at
            label = _printable(os.path.relpath(error.filename, inbox))
            reason = error.strerror
            yield (
                label,
                RefusedError(f"is a folder that cannot be read: {reason}; no file in it is loaded"),
            )


def _printable(name: str) -> str:
    """A name that can stand in a log line and a table: what is not printable is written as its code."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in name)


def table_of(offer: Offer) -> str | None:
    """The contract table that a feed file is named by, or None.

    `inspection.csv` and `inspection-2026-03.parquet` are feed files of inspection; `inspection_old.csv` is not.
    """
    found = _FEED.match(offer.base)
    if not found or (found["rest"] and not re.match(r"[-. (]|_?\d", found["rest"])):
        return None
    return found["table"].lower()


def is_full(offer: Offer) -> bool:
    """True where the name says that the file is a full extract (`staff-full-2026-03-31.csv`)."""
    found = _FEED.match(offer.base)
    return bool(found and re.search(r"(^|[-_. (])full([-_. )]|$)", found["rest"], re.IGNORECASE))


def stated_day(name: str) -> str | None:
    """The day, month or year that a file's name states, or None."""
    found = _DATE.search(name.rsplit("/", 1)[-1])
    return "".join(part or "" for part in found.groups()) if found else None


def as_of(offer: Offer) -> datetime:
    """Up to when a file without a mapping speaks.

    The last moment of the day, month or year in its name, or when it was last written if that lies within
    that period or the name holds no date. Never later than the file itself, unless the file is older than its name.
    RefusedError: the name states a day that there is not.
    """
    found = _DATE.search(offer.base)
    _require_day(offer.base)
    if not found:
        return offer.modified_at.replace(microsecond=0)
    year, month, day = int(found[1]), found[2] and int(found[2]), found[3] and int(found[3])
    start = datetime(year, month or 1, day or 1)
    following = datetime(year + 1, 1, 1)
    if month:
        following = datetime(year + month // 12, month % 12 + 1, 1)
    if day:
        following = datetime.fromordinal(start.toordinal() + 1)
    end = following - timedelta(seconds=1)
    return offer.modified_at.replace(microsecond=0) if start <= offer.modified_at < end else end


def _require_day(base: str) -> None:
    """RefusedError where what is written as a day is none: read as a year, or left out, it would stand for another."""
    for day in _DAY.findall(base):
        try:
            date.fromisoformat(day)
        except ValueError:
            raise RefusedError(f"is named after {day}, which is no day; expected e.g. 2026-03-31") from None


def require_complete(offer: Offer) -> None:
    """Return when the file is complete; WaitingError while somebody still writes it."""
    if _PARTIAL.search(offer.base):
        raise WaitingError("has the name of a file in transfer")
    remaining = SETTLE_SECONDS - (time.time() - offer.modified_ns / 1e9)
    if 0 < remaining <= SETTLE_SECONDS:
        time.sleep(remaining)
    if not offer.is_unchanged():
        raise WaitingError("is still growing")
    if _is_open_for_writing(offer.path):
        raise WaitingError("is still open for writing")


def _is_open_for_writing(path: Path) -> bool:
    """Ask the kernel for a read lease, which it refuses while a writer has the file open."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise RefusedError(f"cannot be read: {error.strerror}") from error
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(descriptor)
    return False
