"""The bureau's programmes: digital scenarios, integrity initiatives, oversight tasks, honours.

Small tables, written out by hand where their words matter. Contents that a bureau must define itself are not invented.
"""

from __future__ import annotations

import numpy as np

from etl.demo.bureau import COUNTY, Bureau
from etl.demo.clock import NO_DAY, Clock
from etl.demo.records import Records, choose

_SCENARIOS = (
    ("标准运行数字化综合大屏", "办公室", "landed", 8), ("行政许可自助终端", "专卖科", "landed", 8),
    ("客户服务一卡通", "营销部", "promoting", 8), ("廉洁风险预警处置", "纪检组", "trial", 7),
    ("市场单元容量公示", "专卖科", "landed", 8), ("双随机抽取留痕", "专卖科", "building", 6),
    ("案件办理时限提醒", "法规科", "building", 5), ("评议闭环管理", "办公室", "open_for_takers", 2),
    ("货源投放公开", "营销部", "collecting", 1),
)  # fmt: skip
_ELEMENTS = (
    ("eight_actions", "political_supervision", "政治监督大护航"),
    ("eight_actions", "deepening_reform", "深化改革大攻坚"),
    ("eight_actions", "correcting_conduct", "正风肃纪大深化"), ("eight_actions", "linked_inspection", "巡视巡察大联动"),
    ("eight_actions", "punishing_corruption", "惩治腐败大震慑"),
    ("eight_actions", "targeted_supervision", "精准监督大提升"),
    ("eight_actions", "social_participation", "社会共建大促进"), ("eight_actions", "skills_training", "强能提质大练兵"),
    ("six_integrity_units", "cadre", "清廉干部"), ("six_integrity_units", "branch", "清廉支部"),
    ("six_integrity_units", "unit", "清廉单位"), ("six_integrity_units", "agency", "清廉机关"),
    ("six_integrity_units", "station", "清廉烟站"), ("six_integrity_units", "window", "清廉窗口"),
)  # fmt: skip
_PARTIES = (
    ("four_responsibilities_bureau", "party_group"), ("four_responsibilities_bureau", "discipline_group"),
    ("four_responsibilities_bureau", "party_group_secretary"), ("four_responsibilities_bureau", "leadership_member"),
    ("four_responsibilities_branch", "party_branch"), ("four_responsibilities_branch", "office_head"),
    ("four_responsibilities_branch", "branch_secretary"), ("four_responsibilities_branch", "branch_discipline_member"),
    ("three_lists", "top_leader_supervision"), ("three_lists", "leadership_supervision"),
    ("three_lists", "discipline_body_supervision"),
)  # fmt: skip
_STATES = ("not_started", "planning", "piloting", "standardising", "rolling_out", "completed", "stopped")


def scenarios(rng: np.random.Generator, bureau: Bureau, clock: Clock) -> Records:
    """scenario: posted by departments, taken up by offices, somewhere on the way through the eight steps."""
    size = len(_SCENARIOS)
    step = np.array([row[3] for row in _SCENARIOS])
    posted = clock.last_day - rng.integers(200, 900, size)
    taken = np.where(step > 2, posted + rng.integers(10, 60, size), NO_DAY)
    return Records(
        {
            "scenario_id": np.arange(1, size + 1), "title": np.array([row[0] for row in _SCENARIOS]),
            "owner_department": np.array([row[1] for row in _SCENARIOS]),
            "taker_unit_id": np.where(step > 2, rng.choice(bureau.offices, size), -1), "step": step,
            "need": np.full(size, "减少重复录入，过程可查"), "data_items": np.full(size, "许可、检查、案件记录"),
            "model": np.full(size, "时限与比对规则"), "presentation": np.full(size, "大屏与待办"), "posted_on": posted,
            "taken_on": taken, "launched_on": np.where(step == 8, taken + 90, NO_DAY),
            "score": np.where(step == 8, rng.integers(75, 98, size), -1),
            "state": np.array([row[2] for row in _SCENARIOS]),
        },
        words={"taker_unit_id": bureau.ids},
        formats={"scenario_id": "CJ%03d"},
    )  # fmt: skip


def initiatives(rng: np.random.Generator, bureau: Bureau, clock: Clock) -> Records:
    """initiative: the integrity projects of each county bureau, through the four steps of the method."""
    units = np.flatnonzero(bureau.kind == COUNTY)
    unit, element = (grid.ravel() for grid in np.meshgrid(units, np.arange(len(_ELEMENTS)), indexing="ij"))
    size = len(unit)
    state = choose(rng, size, (5, 10, 15, 20, 20, 28, 2))
    waits = np.cumsum(rng.integers(20, 120, (size, 4)), axis=1)
    dates = [clock.last_day - 700 + waits[:, i] for i in range(4)]
    reached = np.where(state == 6, 1, np.minimum(state, 5))
    steps = ("plan_set_on", "pilot_chosen_on", "standard_built_on", "rolled_out_on")
    done = {name: np.where(reached > i, dates[i], NO_DAY) for i, name in enumerate(steps)}
    done["rolled_out_on"] = np.where(reached >= 5, done["rolled_out_on"], NO_DAY)
    return Records(
        {
            "initiative_id": np.arange(1, size + 1), "title": element,
            "framework": np.array([row[0] for row in _ELEMENTS])[element],
            "framework_element": element,
            "unit_id": unit, "feature": np.full(size, "一单元一特色"), "lead_department": np.full(size, "党建科"),
            "team": np.full(size, "专班"), **done, "due_on": dates[3] + 30, "state": state,
        },
        words={
            "title": [f"{row[2]}项目" for row in _ELEMENTS], "framework_element": [row[1] for row in _ELEMENTS],
            "unit_id": bureau.ids, "state": _STATES,
        },
        formats={"initiative_id": "XM%05d"},
    )  # fmt: skip


def tasks(rng: np.random.Generator, bureau: Bureau, clock: Clock) -> Records:
    """oversight_task: every responsible party of each county bureau has a task a quarter."""
    units = np.flatnonzero(bureau.kind == COUNTY)
    due = (
        np.arange(clock.first_day.astype("M8[M]") + 3, clock.last_day.astype("M8[M]") + 3, 3).astype("M8[D]")
        - 1
    )
    unit, party, quarter = (
        g.ravel() for g in np.meshgrid(units, np.arange(len(_PARTIES)), np.arange(len(due)), indexing="ij")
    )
    size = len(unit)
    done = due[quarter] + np.where(
        rng.random(size) < 0.95, -rng.integers(0, 40, size), rng.integers(1, 30, size)
    )
    return Records(
        {
            "task_id": np.arange(1, size + 1), "task_list": np.array([row[0] for row in _PARTIES])[party],
            "responsible_party": np.array([row[1] for row in _PARTIES])[party], "unit_id": unit,
            "task": choose(rng, size, (1, 1, 1)), "due_on": due[quarter], "done_on": clock.to_end(done),
        },
        words={"unit_id": bureau.ids, "task": ("专题研究廉洁工作", "听取风险防控情况", "开展提醒谈话")},
        formats={"task_id": "RW%06d"},
    )  # fmt: skip


def honours(rng: np.random.Generator, bureau: Bureau, clock: Clock) -> Records:
    """honour: a few a county."""
    units = np.flatnonzero(bureau.kind >= COUNTY)
    unit = rng.choice(units, max(3, len(units) // 3))
    size = len(unit)
    level = choose(rng, size, (5, 3, 1))
    span = max(1, int((clock.last_day - clock.first_day).astype(int)))
    return Records(
        {
            "honour_id": np.arange(1, size + 1), "unit_id": unit, "title": choose(rng, size, (1, 1, 1)),
            "grantor": level, "honour_level": level, "granted_on": clock.first_day + rng.integers(0, span, size),
        },
        words={
            "unit_id": bureau.ids, "title": ("示范清廉单元", "优质服务窗口", "先进集体"),
            "grantor": ("示范县级机关", "示范市级机关", "示范省级机关"),
            "honour_level": ("county", "municipal", "provincial"),
        },
        formats={"honour_id": "RY%04d"},
    )  # fmt: skip
