"""A refusal that a person can read: why something may not be done, in both languages.

It exists so that policy, the ledger's flows and the pages say no in one way. The texts are declared beside the rules
that refuse; this module must hold none.
"""

from __future__ import annotations

from collections.abc import Mapping


class RefusedError(Exception):
    """Something that may not be done. `code` names the reason; `zh` and `en` say it."""

    def __init__(self, code: str, texts: Mapping[str, str], **values: object) -> None:
        self.code = code
        self.zh = texts["zh"].format(**values)
        self.en = texts["en"].format(**values)
        super().__init__(f"{self.zh} {self.en}")
