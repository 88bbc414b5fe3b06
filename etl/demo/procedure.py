"""What may be applied for, how it can end, and the time that law and promise give: the figures of licensing.

The promised limits are local and the shares are what a well-run bureau shows; nothing is drawn or decided here.
"""

import numpy as np

TYPES = ("new", "change", "renewal", "suspension", "resumption", "closure", "replacement", "other")
NEW, CHANGE, RENEWAL, SUSPENSION, RESUMPTION, CLOSURE, REPLACEMENT, _ = range(8)
LICENCE_STATES = (
    "valid",
    "suspended",
    "closed",
    "reclaimed",
    "revoked",
    "withdrawn",
    "cancelled",
    "disqualified",
)
RESULTS = ("granted", "refused", "withdrawn", "terminated")
GRANTED, REFUSED, WITHDRAWN = 0, 1, 2

PROMISED_DAYS = np.array([8, 3, 5, 2, 2, 2, 1, 3])
FASTEST_DAYS = np.array([3, 1, 2, 0, 0, 0, 0, 1])
VERIFIED_SHARE = np.array([1.0, 0.35, 0.6, 0.0, 0.0, 0.0, 0.0, 0.0])
STATUTORY_DAYS = 20
LATE_SHARE = 0.035
LATE_PUBLICATION_SHARE = 0.015
SUPPLEMENT_SHARE = 0.12
EXTENSION_SHARE = 0.012
