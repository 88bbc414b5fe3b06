"""Envelopes: what whistle-blowers said, handed out sealed, and opened where the private key is.

The server hands an envelope to the discipline role once the purpose is in the trail (`release`), and can open none:
opening (`envelope`) needs no ledger and runs on the discipline role's own machine, with the key on its own medium.
"""

from ledger.envelopes.envelope import Envelope, Opened, opened
from ledger.envelopes.release import release_matter, release_ticket
from ledger.envelopes.rotation import reseal

__all__ = ["Envelope", "Opened", "opened", "release_matter", "release_ticket", "reseal"]
