"""What the loader measured and judged: units, volumes, indicators, trends, comparisons, portraits, cells, warnings."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Float, Integer, String

from pages.parts.relations.declaring import LIST, table

unit = table(
    "mart",
    "unit",
    unit_id=String,
    parent_unit_id=String,
    name=String,
    unit_type=String,
    level=Integer,
    is_active=Boolean,
)
unit_tree = table("mart", "unit_tree", unit_id=String, ancestor_id=String, distance=Integer)
unit_source = table("mart", "unit_source", unit_id=String, table_name=String, source=String, as_of=DateTime)
volume = table("mart", "volume", measure=String, unit_id=String, month=Date, count=BigInteger)
indicator_state = table(
    "mart",
    "indicator_state",
    indicator_id=String,
    rule_version=Integer,
    state=String,
    missing_columns=LIST,
    as_of=Date,
    first_full_month=Date,
)
indicator_fact = table(
    "mart",
    "indicator_fact",
    indicator_id=String,
    unit_id=String,
    subject_kind=String,
    subject_id=String,
    month=Date,
    numerator=Float,
    denominator=Float,
    observations=BigInteger,
)
trend = table(
    "mart",
    "trend",
    indicator_id=String,
    unit_id=String,
    subject_kind=String,
    subject_id=String,
    month=Date,
    value=Float,
    state=String,
    centre=Float,
    lower=Float,
    upper=Float,
    signal=String,
    variation=String,
    assurance=String,
    chart=String,
)
comparison = table(
    "mart",
    "comparison",
    indicator_id=String,
    level=String,
    period_end=Date,
    window_months=Integer,
    unit_id=String,
    subject_kind=String,
    subject_id=String,
    value=Float,
    lower95=Float,
    upper95=Float,
    lower998=Float,
    upper998=Float,
    exact_lower95=Float,
    exact_upper95=Float,
    exact_lower998=Float,
    exact_upper998=Float,
    adjusted=Float,
    outside=String,
    state=String,
    sample_size=BigInteger,
    usual=Float,
)
portrait = table(
    "mart",
    "portrait",
    subject_kind=String,
    subject_id=String,
    period_end=Date,
    window_months=Integer,
    dimension=String,
    score=Float,
    score_lower=Float,
    score_upper=Float,
    rank_low=Integer,
    rank_high=Integer,
    coverage=Float,
    state=String,
    level=String,
)
portrait_kind = table(
    "mart",
    "portrait_kind",
    subject_kind=String,
    name_zh=String,
    name_en=String,
    meaning_zh=String,
    meaning_en=String,
    subjects=BigInteger,
    state=String,
)
portrait_subject = table(
    "mart", "portrait_subject", subject_kind=String, subject_id=String, name_zh=String, name_en=String
)
portrait_mover = table(
    "mart",
    "portrait_mover",
    subject_kind=String,
    subject_id=String,
    period_end=Date,
    place=Integer,
    dimension=String,
    indicator_id=String,
    value=Float,
    score=Float,
    points_lost=Float,
)
portrait_part = table(
    "mart",
    "portrait_part",
    subject_kind=String,
    subject_id=String,
    level=String,
    period_end=Date,
    indicator_id=String,
    value=Float,
    state=String,
    sample_size=BigInteger,
    window_months=Integer,
)
cell_now = table(
    "mart",
    "cell",
    cell_id=String,
    unit_id=String,
    name=String,
    cell_kind=String,
    capacity=BigInteger,
    state=String,
    occupied=BigInteger,
    queued=BigInteger,
    remaining=BigInteger,
    is_restricted=Boolean,
    longitude=Float,
    latitude=Float,
)
process_step = table(
    "mart",
    "process_step",
    process=String,
    step=String,
    place=Integer,
    unit_id=String,
    month=Date,
    window_months=Integer,
    observations=BigInteger,
    median_days=Float,
    p90_days=Float,
    limit_days=Float,
    day_kind=String,
    due=BigInteger,
    in_time=BigInteger,
    within=Float,
    open_count=BigInteger,
    overdue_count=BigInteger,
    as_of=Date,
    state=String,
)
_WARNED: dict[str, type[object]] = {
    "warning_id": String,
    "indicator_id": String,
    "rule_version": String,
    "unit_id": String,
    "subject_kind": String,
    "subject_id": String,
    "kind": String,
    "level": String,
    "period_start": Date,
    "period_end": Date,
    "value": Float,
    "threshold": Float,
    "sample_size": BigInteger,
    "p": Float,
    "adjusted": Float,
    "evidence_count": BigInteger,
}
warning = table("mart", "warning", **_WARNED)
warning_withdrawn = table("mart", "warning_withdrawn", **_WARNED, reason=String, withdrawn_on=Date)
pattern_evidence = table(
    "mart",
    "pattern_evidence",
    indicator_id=String,
    subject_kind=String,
    subject_id=String,
    period_end=Date,
    place=Integer,
    outcome=String,
    counted=BigInteger,
    expected=Float,
    p=Float,
)
