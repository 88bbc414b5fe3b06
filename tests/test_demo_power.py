"""What the demo calls detectable is what a test at the declared error finds nine times in ten, by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from etl.demo.planting import power
from model.indicators import catalogue
from model.judgement import rules

DRAWS = 20_000


def test_the_error_is_the_declared_one_shared_among_peers() -> None:
    known, declared = catalogue().indicators, rules()
    assert power.error(known["I2"], 8) == declared.comparison.q / 8
    assert power.error(known["L2"], 1) == declared.trend.false_signal
    assert power.error(known["L2"], 200) == declared.trend.false_signal
    assert power.error(known["C11"], 8) == declared.comparison.q / 16


@pytest.mark.parametrize(
    ("trials", "usual", "changed"), [(20, 0.03, 0.5), (40, 0.045, 0.3), (15, 0.05, 0.25), (300, 0.01, 0.05)]
)
def test_power_of_a_share_is_what_simulation_finds(trials: int, usual: float, changed: float) -> None:
    random, error = np.random.default_rng(1), power.error(catalogue().indicators["H1"], 8)

    def told(share: float) -> float:
        p = stats.binom.sf(random.binomial(trials, share, DRAWS) - 1, trials, usual)
        return float((p <= error).mean())

    assert told(changed) == pytest.approx(power.of_share("H1", trials, usual, changed, 8), abs=0.015)
    assert told(usual) <= error + 0.002


def test_power_of_a_mean_is_what_simulation_finds() -> None:
    random, error = np.random.default_rng(2), power.error(catalogue().indicators["M2"], 8)
    others = np.array([-1.2, -0.8, -0.3, 0.0, 0.3, 0.8, 1.2])
    for distance in (2.0, 5.0, 9.0):
        drawn = random.normal(0, others.std(ddof=1), (DRAWS, 8))
        drawn[:, 0] += distance
        rest = drawn[:, 1:]
        t = (drawn[:, 0] - rest.mean(axis=1)) / (rest.std(axis=1, ddof=1) * np.sqrt(1 + 1 / 7))
        found = (stats.t.sf(t, 6) <= error).mean()
        assert found == pytest.approx(power.of_mean("M2", distance, others), abs=0.02)


def test_where_too_little_is_there_for_a_value_nothing_can_be_found() -> None:
    assert power.of_share("Q9", 6, 0.05, 1.0, 8) == 0
    assert power.of_share("H5", 12, 0.1, 0.8, 8) == 0
    assert power.of_share("H5", 12, 0.1, 0.8, 8, observed=600) > 0.9
    assert power.of_mean("I8", 5.0, np.array([1.0, 1.1])) == 0
    assert power.of_mean("I8", float("nan"), np.ones(9)) == 0
