"""The closing sections: how numbers are judged, what they do not mean, and what this document is.

Thresholds come from the rules in force. It must not hold one of its own.
"""

from __future__ import annotations

from collections import Counter

from model.indicators import catalogue
from model.judgement import rules
from model.policy import SMALL_COUNT, Actor, declared
from pages.parts import clocks, portraiture
from pages.parts import words as written
from pages.parts.report.structure import Facts, Points, Section
from pages.parts.report.subject import Subject
from pages.parts.words import Words

_HOW = ("past", "like", "portrait", "warning", "states", "small_numbers")
_NOT = ("fault", "few", "missing", "neutral", "persons", "rank")


def section(subject: Subject, title: str) -> Section:
    """How to read the numbers, each in a sentence."""
    words, judging = subject.words, rules()
    values = {
        "newest": judging.trend.held_out_months,
        "baseline": judging.trend.baseline_months,
        "least_months": judging.trend.least_baseline_points,
        "windows": words.say("shared.list_joint").join(map(str, judging.windows)),
        "least_units": judging.comparison.least_units,
        "false": portraiture.share(judging.comparison.q),
        "coverage": portraiture.share(judging.portrait.coverage_share),
        "interval": portraiture.share(judging.portrait.interval),
        "draws": judging.portrait.draws,
        "small": SMALL_COUNT,
    }
    items = ((words.say(f"report.how_{one}"), words.say(f"report.how_{one}_text", **values)) for one in _HOW)
    return Section(title, (Facts(tuple(items)),))


def limits(subject: Subject, title: str) -> Section:
    """What the numbers do not say."""
    words = subject.words
    return Section(title, (Points(tuple(("", words.say(f"report.not_{one}"), "plain") for one in _NOT)),))


def origin(subject: Subject, who: Actor, title: str) -> Section:
    """What this document was made of, under which rules, by whom and when."""
    words, manifest = subject.words, subject.snapshot.manifest
    published = written.moment(clocks.moment_of(manifest.get("published_at")))
    role = declared().roles[who.role]
    sequence = words.say("shared.sequence", number=manifest.get("sequence", written.NONE))
    lines = {
        "unit": f"{subject.unit_name} ({subject.unit_id})",
        "month": words.month(subject.month),
        "snapshot": f"{subject.snapshot.id} · {sequence} · {words.say('shared.published', moment=published)}",
        "rules": words.say(
            "shared.stamp_rules", rules=rules().version, code=manifest.get("code_version", written.NONE)
        ),
        "versions": _versions(words),
        "who": f"{who.account} ({words.pick(role.zh, role.en)})",
        "when": subject.view.now.strftime("%Y-%m-%d %H:%M:%S"),
    }
    items = tuple((words.say(f"report.origin_{name}"), text) for name, text in lines.items())
    return Section(title, (Facts(items),))


def _versions(words: Words) -> str:
    """The version that most indicators have, then those that have another."""
    known = catalogue().indicators
    counts = Counter(one.version for one in known.values())
    usual, count = counts.most_common(1)[0]
    others = (
        words.say("report.versions_other", id=name, version=one.version)
        for name, one in known.items()
        if one.version != usual
    )
    return words.say("report.joint").join([words.say("report.versions", count=count, usual=usual), *others])
