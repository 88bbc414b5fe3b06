"""Lists, tasks, activities, honours, initiatives, assessments, posted problems."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "activity",
        sa.Column("activity_id", sa.String(32), nullable=False),
        sa.Column("activity_kind", sa.String(40), nullable=False),
        sa.Column("talk_level", sa.String(40)),
        sa.Column("talk_functions", sa.Text()),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.String(32)),
        sa.Column("host_staff_id", sa.String(32)),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date()),
        sa.Column("score", sa.Integer()),
        sa.Column("issue_count", sa.Integer()),
        sa.Column("issue_due_on", sa.Date()),
        sa.Column("issue_closed_on", sa.Date()),
        sa.CheckConstraint(
            "activity_kind IN ('talk', 'home_visit', 'pledge', 'anti_drug_pledge', 'training', 'self_check', 'three_meetings_one_lesson', 'political_study_day', 'themed_party_day')",
            name="ck_activity_activity_kind",
        ),
        sa.CheckConstraint("state IN ('planned', 'done', 'dropped')", name="ck_activity_state"),
        sa.CheckConstraint(
            "talk_level IN ('provincial', 'municipal', 'county', 'office', 'branch')",
            name="ck_activity_talk_level",
        ),
        sa.PrimaryKeyConstraint("activity_id", name="pk_activity"),
    )
    op.create_index("ix_activity_unit_id", "activity", ["unit_id"], unique=False)
    op.create_table(
        "assessment",
        sa.Column("assessment_id", sa.String(32), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("reviewer", sa.String(200)),
        sa.CheckConstraint("state IN ('drafting', 'submitted', 'reviewed')", name="ck_assessment_state"),
        sa.PrimaryKeyConstraint("assessment_id", name="pk_assessment"),
    )
    op.create_index("ix_assessment_unit_id", "assessment", ["unit_id"], unique=False)
    op.create_table(
        "duty_list",
        sa.Column("list_id", sa.String(32), nullable=False),
        sa.Column("list_kind", sa.String(40), nullable=False),
        sa.Column("post", sa.String(40), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("approver", sa.String(200)),
        sa.Column("drafted_at", sa.DateTime(), nullable=False),
        sa.Column("effective_on", sa.Date()),
        sa.Column("reviewed_on", sa.Date()),
        sa.CheckConstraint(
            "list_kind IN ('minor_power', 'duty_negative', 'personal_integrity_review', 'integrity_risk_control', 'four_responsibilities')",
            name="ck_duty_list_list_kind",
        ),
        sa.CheckConstraint(
            "post IN ('monopoly_officer', 'customer_manager', 'window_clerk', 'inspector', 'office_head', 'branch_secretary', 'branch_discipline_member', 'legal_reviewer', 'leader', 'discipline_group_officer', 'system_administrator', 'auxiliary', 'other')",
            name="ck_duty_list_post",
        ),
        sa.CheckConstraint("state IN ('draft', 'in_force', 'retired')", name="ck_duty_list_state"),
        sa.PrimaryKeyConstraint("list_id", name="pk_duty_list"),
    )
    op.create_index("ix_duty_list_unit_id", "duty_list", ["unit_id"], unique=False)
    op.create_table(
        "honour",
        sa.Column("honour_id", sa.String(32), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("grantor", sa.String(200), nullable=False),
        sa.Column("honour_level", sa.String(40), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "honour_level IN ('county', 'municipal', 'provincial', 'national', 'association')",
            name="ck_honour_honour_level",
        ),
        sa.PrimaryKeyConstraint("honour_id", name="pk_honour"),
    )
    op.create_index("ix_honour_unit_id", "honour", ["unit_id"], unique=False)
    op.create_table(
        "initiative",
        sa.Column("initiative_id", sa.String(32), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("framework", sa.String(40), nullable=False),
        sa.Column("framework_element", sa.String(40), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("feature", sa.Text()),
        sa.Column("lead_department", sa.String(200)),
        sa.Column("team", sa.Text()),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("plan_set_on", sa.Date()),
        sa.Column("pilot_chosen_on", sa.Date()),
        sa.Column("standard_built_on", sa.Date()),
        sa.Column("rolled_out_on", sa.Date()),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "framework IN ('eight_actions', 'six_integrity_units', 'five_ones')",
            name="ck_initiative_framework",
        ),
        sa.CheckConstraint(
            "framework_element IN ('political_supervision', 'deepening_reform', 'correcting_conduct', 'linked_inspection', 'punishing_corruption', 'targeted_supervision', 'social_participation', 'skills_training', 'cadre', 'branch', 'unit', 'agency', 'station', 'window')",
            name="ck_initiative_framework_element",
        ),
        sa.CheckConstraint(
            "state IN ('not_started', 'planning', 'piloting', 'standardising', 'rolling_out', 'completed', 'stopped')",
            name="ck_initiative_state",
        ),
        sa.PrimaryKeyConstraint("initiative_id", name="pk_initiative"),
    )
    op.create_index("ix_initiative_unit_id", "initiative", ["unit_id"], unique=False)
    op.create_table(
        "scenario",
        sa.Column("scenario_id", sa.String(32), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("owner_department", sa.String(200), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("indicator_id", sa.String(40)),
        sa.Column("taker_unit_id", sa.String(32)),
        sa.Column("taker_team", sa.String(200)),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("data_items", sa.Text()),
        sa.Column("model", sa.Text()),
        sa.Column("presentation", sa.Text()),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("taken_on", sa.Date()),
        sa.Column("launched_on", sa.Date()),
        sa.Column("score", sa.Integer()),
        sa.CheckConstraint(
            "state IN ('collecting', 'open_for_takers', 'building', 'trial', 'landed', 'promoting', 'retired')",
            name="ck_scenario_state",
        ),
        sa.PrimaryKeyConstraint("scenario_id", name="pk_scenario"),
    )
    op.create_index("ix_scenario_unit_id", "scenario", ["unit_id"], unique=False)
    op.create_table(
        "assessment_item",
        sa.Column("assessment_id", sa.String(32), nullable=False),
        sa.Column("element", sa.String(40), nullable=False),
        sa.Column("self_score", sa.Integer()),
        sa.Column("ground", sa.Text()),
        sa.Column("review_score", sa.Integer()),
        sa.Column("remark", sa.Text()),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.assessment_id"], name="fk_assessment_item_assessment_id"
        ),
        sa.PrimaryKeyConstraint("assessment_id", "element", name="pk_assessment_item"),
    )
    op.create_table(
        "duty_item",
        sa.Column("item_id", sa.String(32), nullable=False),
        sa.Column("list_id", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("power", sa.Text()),
        sa.Column("risk", sa.Text()),
        sa.Column("risk_level", sa.String(40)),
        sa.Column("control_measure", sa.Text()),
        sa.Column("responsible_post", sa.String(40)),
        sa.Column("indicator_ids", sa.Text()),
        sa.CheckConstraint(
            "responsible_post IN ('monopoly_officer', 'customer_manager', 'window_clerk', 'inspector', 'office_head', 'branch_secretary', 'branch_discipline_member', 'legal_reviewer', 'leader', 'discipline_group_officer', 'system_administrator', 'auxiliary', 'other')",
            name="ck_duty_item_responsible_post",
        ),
        sa.CheckConstraint("risk_level IN ('high', 'medium', 'low')", name="ck_duty_item_risk_level"),
        sa.ForeignKeyConstraint(["list_id"], ["duty_list.list_id"], name="fk_duty_item_list_id"),
        sa.PrimaryKeyConstraint("item_id", name="pk_duty_item"),
    )
    op.create_index("ix_duty_item_list_id", "duty_item", ["list_id"], unique=False)
    op.create_table(
        "task",
        sa.Column("task_id", sa.String(32), nullable=False),
        sa.Column("task_list", sa.String(40), nullable=False),
        sa.Column("responsible_party", sa.String(40), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("item_id", sa.String(32)),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date()),
        sa.Column("done_by", sa.String(200)),
        sa.CheckConstraint(
            "responsible_party IN ('party_group', 'discipline_group', 'party_group_secretary', 'leadership_member', 'party_branch', 'office_head', 'branch_secretary', 'branch_discipline_member', 'top_leader_supervision', 'leadership_supervision', 'discipline_body_supervision')",
            name="ck_task_responsible_party",
        ),
        sa.CheckConstraint("state IN ('open', 'done', 'dropped')", name="ck_task_state"),
        sa.CheckConstraint(
            "task_list IN ('four_responsibilities_bureau', 'four_responsibilities_branch', 'three_lists')",
            name="ck_task_task_list",
        ),
        sa.ForeignKeyConstraint(["item_id"], ["duty_item.item_id"], name="fk_task_item_id"),
        sa.PrimaryKeyConstraint("task_id", name="pk_task"),
    )
    op.create_index("ix_task_unit_id", "task", ["unit_id"], unique=False)
