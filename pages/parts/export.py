"""What a downloaded table says of itself: what it is of, from which snapshot, under which rules, and when it was taken.

It exists so that a file that has left the system can still be checked. It must not read data.
"""

from __future__ import annotations

from collections.abc import Iterable

from model.judgement import rules
from pages.parts import clocks
from pages.parts import words as written
from pages.parts.frame import View
from pages.parts.table import Export


def stamped(view: View, name: str, what: Iterable[str]) -> Export:
    """The name of the file, and its first lines: what was chosen, the snapshot, the rules, the moment."""
    words, manifest = view.words, view.snapshot.manifest
    lines = (
        f"{words.say('shared.product')} · {words.say(f'{name}.title')}",
        *what,
        words.say(
            "shared.stamp_snapshot",
            snapshot=view.snapshot.id,
            moment=written.moment(clocks.moment_of(manifest.get("published_at"))),
        ),
        words.say(
            "shared.stamp_rules", rules=rules().version, code=manifest.get("code_version", written.NONE)
        ),
        words.say("shared.stamp_taken", moment=view.now.strftime("%Y-%m-%d %H:%M:%S")),
    )
    return Export(f"{name}-{view.snapshot.id}.csv", lines)
