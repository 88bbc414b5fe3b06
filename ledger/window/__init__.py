"""What comes through the public window: ratings by one-time codes, and what people say, sealed."""

from ledger.window.codes import issue
from ledger.window.refusals import record_refusals

__all__ = ["issue", "record_refusals"]
