"""Where a measurement stands in the documentation: between two marks that name its command, and nowhere else.

It exists so that one measurement taken again leaves the others beside it as they are. It must not measure.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parent.parent
END = "<!-- end -->"


def put(page: str, command: str, text: str) -> None:
    """Put the text between the marks of this command, in place of what stands there."""
    path, begin = ROOT / page, f"<!-- {command} -->"
    before, rest = path.read_text(encoding="utf-8").split(f"{begin}\n")
    path.write_text(f"{before}{begin}\n{text}\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")
