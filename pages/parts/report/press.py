"""The press: a process that runs the typesetter (Typst) once and ends: python press.py < asked > made, both JSON.

It exists so that the hundreds of megabytes that setting takes go back when it is done, and so that a server goes on
answering meanwhile. Asked is {"families": true}, or {template, inputs, standards} for a PDF, or {template, inputs, ppi}
for images; made is a list: of names, or of files in base64. It must import nothing of ours.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

import typst


def main() -> None:
    """Do what is asked on stdin and write what was made to stdout."""
    asked = json.load(sys.stdin)
    if asked.get("families"):
        json.dump(sorted(typst.Fonts().families()), sys.stdout)
        return
    json.dump([base64.b64encode(one).decode("ascii") for one in _made(asked)], sys.stdout)


def _made(asked: dict[str, Any]) -> list[bytes]:
    template, inputs = asked["template"].encode(), asked["inputs"]
    if "ppi" in asked:
        made = typst.compile(template, format="png", ppi=asked["ppi"], sys_inputs=inputs)
    else:
        made = typst.compile(template, sys_inputs=inputs, pdf_standards=asked["standards"])
    return [made] if isinstance(made, bytes) else list(made or ())


if __name__ == "__main__":
    main()
