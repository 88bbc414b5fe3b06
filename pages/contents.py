"""Which pages there are, in which group of the navigation, and at which address.

It exists so that a page to come is two lines here and one in model/policy/roles.toml, which says whose it is. An
address is never a file name of pages/: Streamlit would run that file by itself. It must not show anything.
"""

from __future__ import annotations

from pages import (
    accounts,
    audit,
    cells,
    complaints,
    data_health,
    duties,
    explore,
    feedback,
    handling,
    overview,
    own_matters,
    portraits,
    scenarios,
    standards,
    trends,
    warnings,
)
from pages.parts.navigation import Entry

PAGES: dict[str, list[Entry]] = {
    "group_manage": [
        ("overview", overview.show, "home"),
        ("portraits", portraits.show, "portrait"),
        ("warnings", warnings.show, "alerts"),
        ("handling", handling.show, "disposition"),
        ("trends", trends.show, "trend"),
        ("standards", standards.show, "running"),
        ("cells", cells.show, "market-cells"),
        ("complaints", complaints.show, "tickets"),
        ("feedback", feedback.show, "public-feedback"),
        ("duties", duties.show, "duty"),
        ("scenarios", scenarios.show, "scenario"),
    ],
    "group_analyse": [
        ("explore", explore.show, "analysis"),
        ("health", data_health.show, "data-health"),
    ],
    "group_system": [
        ("audit", audit.show, "audit-trail"),
        ("accounts", accounts.show, "account"),
    ],
    "group_own": [
        ("own_matters", own_matters.show, "concerning-me"),
    ],
}
