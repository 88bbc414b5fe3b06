"""How often the window refused, by kind: an entry of the trail without a name, an address or a word."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.storage import Ledger
from model.policy import SYSTEM, Actor


def record_refusals(ledger: Ledger, counts: Mapping[str, int]) -> None:
    """Put the counts of some refusals into the trail."""
    with ledger.write(Actor("window", SYSTEM)) as recorder:
        recorder.record("refuse", "window", counts=dict(sorted(counts.items())))
