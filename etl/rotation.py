"""Another key pair of the discipline role: what the loader sealed is sealed anew for it, where both keys are at hand.

New arrivals are sealed for the new pair first, then what is there: the vault's rows and the landed files. Each is
proved by opening it; a rotation that was interrupted is run again. It must write nothing plain. What the ledger holds
is sealed anew by ledger/envelopes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from etl import land
from etl.gather import Warehouse
from etl.reporters import FOLDER
from model import vault


def rotate(place: Warehouse, old: bytes, new: bytes) -> int:
    """Seal everything anew; how many rows and files. VaultError, and nothing changed, where one is of a third key."""
    for sealed in _everything(place):
        vault.resealed(sealed, old, new)
    land.make_directory(place.vault)
    land.write_durably(place.vault / vault.PUBLIC_KEY_FILE, vault.public_half(new).hex() + "\n", mode=0o600)
    rows = sum(_rows(path, old, new) for path in sorted((place.vault / FOLDER).glob("*.jsonl")))
    return rows + sum(_landed(place, path, old, new) for path in sorted(place.landing.glob("??/*.sealed")))


def _everything(place: Warehouse) -> Iterator[bytes]:
    for path in (place.vault / FOLDER).glob("*.jsonl"):
        yield from (base64.b64decode(json.loads(line)["sealed"]) for line in path.open(encoding="ascii"))
    for path in place.landing.glob("??/*.sealed"):
        yield path.read_bytes()


def _rows(path: Path, old: bytes, new: bytes) -> int:
    """The sealed rows of one file of reporters."""
    count, lines = 0, []
    for line in path.read_text("ascii").splitlines():
        entry = json.loads(line)
        found = vault.resealed(base64.b64decode(entry["sealed"]), old, new)
        if found is not None:
            entry["sealed"] = base64.b64encode(found).decode("ascii")
            count += 1
        lines.append(json.dumps(entry) + "\n")
    if count:
        land.write_durably(path, "".join(lines), mode=land.READ_ONLY & 0o700)
    return count


def _landed(place: Warehouse, path: Path, old: bytes, new: bytes) -> int:
    """One landed file: its plain content and name stay what they are, its certificate says the new stored bytes."""
    content = path.read_bytes()
    found = vault.resealed(content, old, new)
    stored = content if found is None else found
    if hashlib.sha256(vault.unseal(stored, new)).hexdigest() != path.stem:
        raise vault.VaultError(f"{path.name}: what was sealed is not what its name says")
    if found is not None:
        land.write_durably(path, found, mode=land.READ_ONLY)
    land.recertify(place.landing, path.stem, hashlib.sha256(stored).hexdigest())
    return found is not None
