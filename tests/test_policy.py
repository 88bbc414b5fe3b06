"""Who may what, written out a second time: a change of roles.toml must be meant, and shows here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_fixture import UNITS, Databases, databases, settle
from sqlalchemy import column, create_engine, literal, select, table, union_all

from ledger import accounts
from ledger.schema import Unit
from ledger.storage import Ledger
from model import policy
from model.policy import Actor, RefusedError

__all__ = ["databases"]
ORDER = ("display", "public", "field_staff", "office_head", "branch_secretary", "manager", "analyst", "discipline",
         "administrator", "system", "single_user")  # fmt: skip
MATRIX = """
see_wall          x . x x x x x x x . x
see_public        x x x x x x x x x . x
precheck_place    . x . . . . . . . . x
look_up_application . x . . . . . . . . x
rate_visit        . x . . . . . . . . x
speak_up          . x . . . . . . . . x
see_units         . . . x x x x x . . x
see_quality       . . . x x x x x . . x
see_records       . . . x . x . x . . x
compose_query     . . . x . x x x . . x
query_sql         . . . . . . x x . . x
export_records    . . . x . x x x . . x
rebase_trend      . . . . . x x x . . x
make_report       . . . x x x x x . x x
see_warnings      . . x x x x . x . . x
assign_warning    . . . x . x . x . . x
handle_warning    . . x x x . . x . . x
review_warning    . . . x x x . x . . x
close_warning     . . . . . x . x . . x
reopen_warning    . . . . . x . x . . x
escalate_warning  . . . x x x . x . x x
state_own_side    . . x x x x x x x . .
comment_warning   . . x x x x . x . . x
name_concerned    . . . . . . . x . . .
see_concerned     . . . . . . . x . . .
see_lists         . . x x x x . x . . x
edit_lists        . . . x x x . x . . x
approve_lists     . . . . . x . x . . x
assign_task       . . . x x x . x . . x
complete_task     . . x x x x . x . . x
see_activities    . . x x x x . x . . x
record_activity   . . . x x x . x . . x
record_honour     . . . . . x . x . . x
manage_initiative . . . x x x . x . . x
assess_unit       . . . x x . . . . . x
review_assessment . . . . . x . x . . x
see_scenarios     . . x x x x x x . . x
post_scenario     . . . . . x x . . . x
claim_scenario    . . . x x . x . . . x
see_feedback      . . . x . x . x . . x
issue_visit_codes . . . x . x . . x . x
correct_rating    . . . x . x . x . . x
handle_matter     . . . . . x . x . . x
watch_trail       . . . . . . . x x . x
see_audit         . . . . . . . x . . x
open_vault        . . . . . . . x . . .
erase_subject     . . . . . . . x x . .
manage_accounts   . . . . . . . . x . x
configure         . . . . . . . . x . x
"""
EXPECTED = {line.split()[0]: line.split()[1:] for line in MATRIX.strip().splitlines()}
SURFACES = {
    "display": {"screen"}, "public": {"screen"}, "administrator": {"screen"}, "field_staff": {"screen"},
    "office_head": {"screen", "analysis", "full"}, "branch_secretary": {"screen", "full"},
    "manager": {"screen", "analysis", "full"},
    "analyst": {"screen", "analysis", "full"}, "discipline": {"screen", "analysis", "full"},
    "single_user": {"screen", "analysis", "full"}, "system": {"full"},
}  # fmt: skip
PATH = ("990101-S01", "990101", "9901", "99")


def actor(role: str, unit: str | None = "990101") -> Actor:
    return Actor("somebody", role, unit)


def test_the_matrix_names_every_action_and_every_role() -> None:
    assert set(EXPECTED) == set(policy.declared().actions)
    assert set(ORDER) == set(policy.declared().roles)


@pytest.mark.parametrize("role", ORDER)
@pytest.mark.parametrize("action", sorted(EXPECTED))
def test_a_role_may_do_this_and_no_more(role: str, action: str) -> None:
    expected = EXPECTED[action][ORDER.index(role)] == "x"
    assert policy.allows(actor(role), action) is expected
    if expected:
        policy.require(actor(role), action, purpose="复核")
    else:
        with pytest.raises(RefusedError) as refusal:
            policy.require(actor(role), action, purpose="复核")
        assert refusal.value.code == "role"
        assert refusal.value.zh != refusal.value.en


@pytest.mark.parametrize("role", ORDER)
def test_a_role_opens_only_these_surfaces(role: str) -> None:
    assert policy.surfaces(actor(role)) == SURFACES[role]


@pytest.mark.parametrize("action", [name for name, one in policy.declared().actions.items() if one.purpose])
def test_what_needs_a_purpose_is_refused_without(action: str) -> None:
    for role in ORDER:
        if policy.allows(actor(role), action):
            with pytest.raises(RefusedError) as refusal:
                policy.require(actor(role), action, purpose="  ")
            assert refusal.value.code == "purpose"


def test_what_opens_persons_is_the_discipline_roles_alone_and_is_logged() -> None:
    for action in ("see_concerned", "open_vault"):
        assert [role for role in ORDER if policy.allows(actor(role), action)] == ["discipline"]
        assert policy.declared().actions[action].logged and policy.declared().actions[action].purpose


# --- rows -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "unit", "reached"),
    [
        ("office_head", "990101-S01", True),
        ("office_head", "990101", True),
        ("office_head", "990101-S02", False),
        ("office_head", "990102", False),
        ("office_head", None, False),
        ("manager", "99", True),
        ("discipline", None, True),
        ("field_staff", "990101-S01", False),
    ],
)
def test_a_person_reaches_the_rows_of_their_units(role: str, unit: str | None, reached: bool) -> None:
    person = actor(role, unit)
    if reached:
        policy.require(person, "see_warnings", path=PATH)
    else:
        with pytest.raises(RefusedError) as refusal:
            policy.require(person, "see_warnings", path=PATH)
        assert refusal.value.code == "reach"
        policy.require(person, "see_warnings", path=PATH, is_own=True)


@pytest.fixture(scope="module")
def placed(databases: Databases) -> Iterator[Ledger]:
    found = databases.new()
    settle(found, {})
    yield found
    found.close()


ROLE = st.sampled_from(ORDER)
UNIT = st.sampled_from([*(unit for unit, _ in UNITS), None, "elsewhere"])
ACTION = st.sampled_from(sorted(EXPECTED))


def paths() -> dict[str, set[str]]:
    parents = dict(UNITS)
    found: dict[str, set[str]] = {}
    for unit in parents:
        at: str | None = unit
        while at:
            found.setdefault(unit, set()).add(at)
            at = parents[at]
    return found


@settings(deadline=None)
@given(role=ROLE, unit=UNIT, action=ACTION, owner=st.sampled_from([*dict(UNITS)]))
def test_a_select_gives_exactly_the_rows_that_require_lets_through(
    placed: Ledger, role: str, unit: str | None, action: str, owner: str
) -> None:
    person = actor(role, unit)
    query = select(Unit.unit_id).where(
        policy.rows(person, action, Unit.unit_id, accounts.below, Unit.unit_id == owner)
    )
    with placed.read() as session:
        shown = set(session.scalars(query))
    expected = set()
    for one, path in paths().items():
        try:
            policy.require(person, action, path=path, is_own=one == owner, purpose="p")
            expected.add(one)
        except RefusedError:
            pass
    assert shown == expected


def test_the_same_condition_holds_in_the_warehouse() -> None:
    """The tree of a snapshot: mart.unit_tree(unit_id, ancestor_id)."""
    tree = table("unit_tree", column("unit_id"), column("ancestor_id"))
    with create_engine("duckdb:///:memory:").connect() as connection:
        connection.exec_driver_sql("CREATE TABLE unit_tree (unit_id VARCHAR, ancestor_id VARCHAR)")
        for unit, path in paths().items():
            for ancestor in path:
                connection.exec_driver_sql(f"INSERT INTO unit_tree VALUES ('{unit}', '{ancestor}')")
        rows = union_all(*(select(literal(unit).label("unit_id")) for unit in paths())).subquery()

        def shown(person: Actor) -> set[str]:
            condition = policy.rows(
                person,
                "see_units",
                rows.c.unit_id,
                lambda unit: select(tree.c.unit_id).where(tree.c.ancestor_id == unit),
            )
            return set(connection.execute(select(rows.c.unit_id).where(condition)).scalars())

        assert shown(actor("office_head", "990101")) == {"990101", "990101-S01", "990101-S02"}
        assert shown(actor("analyst", None)) == set(paths())
        assert shown(actor("administrator")) == shown(actor("display")) == set()


# --- cache keys -------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(first=ROLE, second=ROLE, units=st.tuples(UNIT, UNIT), action=ACTION, has_own=st.booleans())
def test_two_people_share_a_cached_answer_only_where_they_may_see_the_same(
    first: str, second: str, units: tuple[str | None, str | None], action: str, has_own: bool
) -> None:
    one, other = Actor("a", first, units[0]), Actor("b", second, units[1])
    if policy.cache_key(one, action, has_own=has_own) != policy.cache_key(other, action, has_own=has_own):
        return

    def seen(person: Actor, own: set[str]) -> set[str]:
        reached = policy.scope(person)
        may = policy.allows(person, action)
        return {unit for unit, path in paths().items() if may and reached.covers(path, is_own=unit in own)}

    assert seen(one, set()) == seen(other, set())
    if has_own:
        assert seen(one, {"990102"}) == seen(other, {"990101"})


def test_a_role_that_contradicts_itself_is_refused() -> None:
    from model.policy import roles

    found = policy.declared()
    for role in (
        policy.Role("x", "", "", "below", frozenset({"query_sql"})),
        policy.Role("x", "", "", "none", frozenset({"see_units"})),
        policy.Role("x", "", "", "all", frozenset({"fly"})),
    ):
        with pytest.raises(ValueError, match="role x"):
            roles._check(found, role)
