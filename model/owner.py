"""Whose data these are. What root writes among the data of a service's user, the service can neither read nor change.

One command typed as root would thus darken the pages and stop the loader. Where the program belongs to the same user as
the data, nobody else serves them, and root may. It must not change who owns what.
"""

from __future__ import annotations

import os
import pwd
from pathlib import Path

PROGRAM = Path(__file__).parent


class WrongUserError(RuntimeError):
    """Root was about to write among the data of somebody else; the message says as whom to run the command."""


def require_owner(place: Path) -> None:
    """WrongUserError where this is root, and the place, or the nearest folder above it that there is, is another's."""
    there = next(one for one in (place, *place.absolute().parents) if one.exists())
    owner = there.stat().st_uid
    if os.geteuid() != 0 or owner in (0, PROGRAM.stat().st_uid):
        return
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:
        name = str(owner)
    raise WrongUserError(
        f"{there} 属于 {name}：请以该用户运行 / belongs to {name}: run it as that user: runuser -u {name} -- …"
    )
