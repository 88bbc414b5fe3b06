"""The statistics against numbers that others published, or that were recomputed from a published formula.

Each case is a file of tests/statistics_cases: source, parameters, input, expected numbers and their tolerance.
"""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from model.statistics import comparison, composite, patterns, rise, trend

CASES = Path(__file__).parent / "statistics_cases"


def case(name: str) -> SimpleNamespace:
    """The case of this name, its input as a DataFrame, `close` with its tolerance."""
    found = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    tolerance = found["tolerance"]
    return SimpleNamespace(
        params=found["params"],
        input=pd.DataFrame(found.get("input", {})),
        expected=found["expected"],
        close=lambda value: pytest.approx(value, rel=0, abs=tolerance),
    )


def assert_runs(found: pd.DataFrame, expected: dict[str, float]) -> None:
    """A result of `runs` against the reference's names."""
    names = {
        "useful": "n_useful",
        "longest_run": "longest_run",
        "longest_limit": "longest_run_max",
        "crossings": "n_crossings",
        "crossings_limit": "n_crossings_min",
        "signal": "signal",
    }
    assert {theirs: found[ours].item() for ours, theirs in names.items()} == expected


@pytest.mark.parametrize(("screen", "expected"), [(True, "screened"), (False, "unscreened")])
def test_xmr_screening(screen: bool, expected: str) -> None:
    example = case("xmr_02_screening_vignette")
    points = trend.xmr(example.input["y"], screen=screen)
    limits = example.expected[expected]
    assert points["upper"].iloc[0] == example.close(limits["upl"])
    assert points["centre"].iloc[0] == pytest.approx(limits["mean"], abs=0.005)
    assert points["lower"].iloc[0] == example.close(limits["lpl"])
    assert list(np.flatnonzero(points["signal"])) == example.expected["special_index0"]
    assert trend.variation(points.iloc[:5], "up") == trend.IMPROVING


def test_xmr_frozen_baseline() -> None:
    example = case("xmr_06_montgomery_6_5")
    costs = example.input["cost"]
    baseline = trend.xmr(costs.iloc[: example.params["baseline_first"]]).iloc[-1]
    assert baseline["centre"] == example.close(example.expected["cl"])
    published = example.expected["with_constant_2_66"]
    assert baseline["lower"] == pytest.approx(published["lpl"], abs=0.005)
    assert baseline["upper"] == pytest.approx(published["upl"], abs=0.005)
    outside = np.flatnonzero((costs > baseline["upper"]) | (costs < baseline["lower"]))
    assert list(outside) == example.expected["signals_index0"]
    assert_runs(trend.runs(costs, baseline["centre"]), example.expected["runs"])


def test_p_chart_in_two_phases() -> None:
    example = case("pchart_01_montgomery_7_1")
    data, split = example.input, example.params["phase_split_after"]
    first, second = data.iloc[:split], data.iloc[split:]
    kept = first[~first["sample"].isin(example.params["exclude_from_limits_1based"])]
    for phase, rows in (("phase1", kept), ("phase2", second)):
        points, expected = trend.p_chart(rows["count"], rows["size"]), example.expected[phase]
        assert points["centre"].iloc[0] == example.close(expected["cl"])
        assert points["lower"].iloc[0] == example.close(expected["lcl"])
        assert points["upper"].iloc[0] == example.close(expected["ucl"])
        assert_runs(trend.runs(points["value"], points["centre"].iloc[0]), expected["runs"])
    shares, limits = first["count"] / first["size"], example.expected["phase1"]
    signals = np.flatnonzero((shares > limits["ucl"]) | (shares < limits["lcl"]))
    assert list(signals) == example.expected["signals_index0"]


def test_p_chart_of_all_thirty_samples() -> None:
    """Montgomery, Example 7.1, before samples 15 and 23 are left out: 347 of 1500 cans."""
    data = case("pchart_01_montgomery_7_1").input.iloc[:30]
    points = trend.p_chart(data["count"], data["size"])
    printed = points[["lower", "centre", "upper"]].iloc[0].round(4).tolist()
    assert printed == [0.0524, 0.2313, 0.4102]
    assert list(np.flatnonzero(points["outside"])) == [14, 22]


def test_c_chart() -> None:
    example = case("cchart_01_montgomery_7_3")
    counts, excluded = example.input["count"], [position - 1 for position in example.params["exclude_1based"]]
    kept = counts.drop(index=excluded)
    baseline = trend.c_chart(kept.iloc[: example.params["baseline_first"] - len(excluded)]).iloc[0]
    assert baseline["centre"] == example.close(example.expected["cl"])
    assert baseline["lower"] == example.close(example.expected["lcl"])
    assert baseline["upper"] == example.close(example.expected["ucl"])
    outside = np.flatnonzero((counts > baseline["upper"]) | (counts < baseline["lower"]))
    assert list(outside) == example.expected["signals_index0"]
    assert_runs(trend.runs(kept, baseline["centre"]), example.expected["runs"])


def test_c_chart_of_all_baseline_samples() -> None:
    """Montgomery, Example 7.3, before samples 6 and 20 are left out: 516 nonconformities in 26 samples."""
    counts = case("cchart_01_montgomery_7_3").input["count"].iloc[:26]
    points = trend.c_chart(counts)
    printed = points[["lower", "centre", "upper"]].iloc[0].tolist()
    assert printed == pytest.approx([6.48, 19.85, 33.22], abs=0.01)
    assert list(np.flatnonzero(points["outside"])) == [5, 19]


def test_u_chart() -> None:
    example = case("uchart_01_montgomery_7_4")
    points = trend.u_chart(example.input["count"], example.input["size"])
    assert points["centre"].to_numpy() == example.close(np.full(20, example.expected["cl"]))
    assert points["lower"].to_numpy() == example.close(np.full(20, example.expected["lcl"]))
    assert points["upper"].to_numpy() == example.close(np.full(20, example.expected["ucl"]))
    assert list(np.flatnonzero(points["outside"])) == example.expected["signals_index0"]
    assert_runs(trend.runs(points["value"], points["centre"]), example.expected["runs"])


def test_laney() -> None:
    example = case("laney_01_pprime_nhs_accidents")
    plain = trend.p_chart(example.input["r"], example.input["n"])
    prime = trend.p_chart(example.input["r"], example.input["n"], prime=True)
    assert prime["centre"].iloc[0] == example.close(example.expected["cl"])
    assert prime.attrs["sigma_z"] == example.close(example.expected["sigma_z"])
    assert plain.attrs["sigma_z"] == 1.0
    assert prime["lower"].tolist() == example.close(example.expected["lcl"])
    assert prime["upper"].tolist() == example.close(example.expected["ucl"])
    assert plain["lower"].tolist() == example.close(example.expected["plain_p_lcl"])
    assert plain["upper"].tolist() == example.close(example.expected["plain_p_ucl"])
    assert plain["outside"].sum() == example.expected["plain_p_points_outside"]
    assert prime["outside"].sum() == example.expected["pprime_points_outside"]


def test_runs_limits() -> None:
    example = case("runs_01_anhoej_critical_values")
    limits = {
        row.n: (row.longest_run_max, row.crossings_min) for row in example.input.itertuples(index=False)
    }
    limits |= {int(n): tuple(pair) for n, pair in example.expected["spot_published"].items()}
    for n, expected in limits.items():
        found = trend.runs(np.resize([1.0, -1.0], n), 0).iloc[0]
        assert (found["longest_limit"], found["crossings_limit"]) == expected
        assert (found["useful"], found["longest_run"], found["crossings"]) == (n, 1, n - 1)


def test_cusum() -> None:
    example = case("cusum_01_tabular_chemical")
    points = trend.cusum(
        example.input["x"], example.params["mu0"], k=example.params["K"], h=example.params["H"]
    )
    assert points["high"].tolist() == example.close(example.expected["s_high"])
    assert points["low"].tolist() == example.close(example.expected["s_low"])
    assert list(np.flatnonzero(points["signal"])) == example.expected["signals"]


def test_cusum_finds_the_shift_of_one_sigma() -> None:
    """Montgomery, Tables 9.1 and 9.2: 20 draws of N(10, 1), 10 of N(11, 1); period 29 signals with 5.28."""
    values = [9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34]
    values += [9.03, 11.47, 10.51, 9.40, 10.08, 9.37, 10.62, 10.31, 8.52, 10.84]
    values += [10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52]
    points = trend.cusum(values, 10, k=0.5, h=5)
    assert list(np.flatnonzero(points["signal"])) == [28, 29]
    assert points["high"].iloc[28] == pytest.approx(5.28, abs=0.005)


def test_exact_poisson_limits() -> None:
    example = case("funnel_01_exact_poisson_limits")
    for coverage, suffix in ((0.95, "95"), (0.998, "998")):
        limits = comparison.poisson_limits(example.input["expected"], coverage)
        assert limits["lower"].tolist() == example.close(example.expected[f"ll{suffix}"])
        assert limits["upper"].tolist() == example.close(example.expected[f"ul{suffix}"])


def test_exact_poisson_interval_of_ten() -> None:
    """Garwood 1936: the exact 95 % interval of a count of 10."""
    limits = comparison.poisson_limits([10], 0.95).iloc[0] * 10
    assert limits.round(3).tolist() == [4.795, 18.390]


@pytest.mark.parametrize(("name", "winsorise"), [("SR_CQC_0.05", 0.05), ("SR_CQC_0.1", 0.1)])
def test_overdispersed_ratio_funnel(name: str, winsorise: float) -> None:
    example = case("funnel_03_small_od")
    units = comparison.ratio_funnel(example.input["num"], example.input["denom"], winsorise=winsorise)
    expected = example.expected[name]
    assert units["z"].tolist() == example.close(expected["z"])
    assert units.attrs["phi"] == example.close(expected["phi"])
    assert units.attrs["tau2"] == example.close(expected["tau2"])
    spread = 1.959963984540054 * np.sqrt(1 / (4 * example.input["denom"]) + expected["tau2"])
    assert units["upper95"].tolist() == example.close(((1 + spread) ** 2).tolist())
    assert units["lower95"].tolist() == example.close(((1 - spread) ** 2).tolist())


def test_beta_binomial() -> None:
    example = case("eb_01_beta_binomial_baseball")
    players = example.input.set_index("name")
    prior = (example.params["alpha0"], example.params["beta0"])
    shrunken = comparison.beta_binomial(players["x"], players["n"], prior=prior).set_index(players.index)
    for name, estimate in example.expected["eb_estimate"].items():
        assert shrunken.loc[name, "estimate"] == pytest.approx(estimate, abs=0.0006)
    for name, (low, high) in example.expected["credible_95"].items():
        assert shrunken.loc[name, "lower"] == example.close(low)
        assert shrunken.loc[name, "upper"] == example.close(high)
    worse = comparison.worse_than(players["x"], players["n"], example.params["threshold"], "up", prior=prior)
    below = pd.Series(worse, index=players.index)
    for name, probability in example.expected["posterior_error_prob_below_0_3"].items():
        assert below[name] == example.close(probability)
    assert shrunken.attrs["prior"] == prior


def test_gamma_poisson() -> None:
    example = case("eb_05_gamma_poisson_pumps")
    failures, hours = example.input["failures"], example.input["t_khours"]
    shape, rate = comparison.fit_gamma(failures, hours)
    assert shape == example.close(example.expected["alpha"])
    assert rate == example.close(example.expected["beta"])
    published = example.expected["published_mcem"]
    assert (shape, rate) == pytest.approx((published["alpha"], published["beta"]), abs=published["tol"])
    shrunken = comparison.gamma_poisson(failures, hours)
    assert shrunken["estimate"].tolist() == example.close(example.expected["posterior_mean"])
    assert shrunken["lower"].tolist() == example.close(example.expected["low95"])
    assert shrunken["upper"].tolist() == example.close(example.expected["high95"])


def test_alerts() -> None:
    example = case("alert_01_exact_poisson_bh")
    complaints, exposure = example.input["complaints"], example.input["exposure"]
    expected = complaints.sum() / exposure.sum() * exposure
    assert expected.tolist() == example.close(example.expected["expected"])
    found = comparison.alerts(complaints, expected, q=example.params["q"])
    assert found["p"].tolist() == example.close(example.expected["p_upper"])
    assert found["adjusted"].tolist() == example.close(example.expected["bh"])
    assert list(example.input["unit"][found["alert"]]) == example.expected["alerts"]


def test_rises() -> None:
    example = case("rise_01_conditional_binomial")
    now, before = example.input["now"], example.input["before"]
    exposures = example.params["exposure_now"], example.params["exposure_before"]
    found = rise.rises(now, before, *exposures)
    assert found["p"].tolist() == example.close([example.expected["p_upper"]])
    assert found["ratio"].tolist() == pytest.approx([(11 / 800) / (21 / 3011)])
    share = exposures[0] / sum(exposures)
    both = stats.binomtest(now.item(), (now + before).item(), share)
    assert both.pvalue == example.close(example.expected["p_two_sided"]), "the published test is another one"


def test_rises_are_adjusted_within_their_list() -> None:
    """Twelve heads and no tail have p = 2 ** -12, among sixteen terms adjusted to 2 ** -8; nine of ten do not last."""
    found = rise.rises([12, 9, *[7] * 14], [0, 1, *[7] * 14], 30, 30)
    assert found["p"].tolist()[:2] == pytest.approx([2**-12, 11 * 2**-10])
    assert found["adjusted"].tolist()[:2] == pytest.approx([2**-8, 8 * 11 * 2**-10])
    assert found["beyond"].tolist() == [True] + [False] * 15
    assert rise.rises([12], [0], 30, 30)["ratio"].item() == np.inf
    assert not rise.rises([20], [10], 62, 31)["beyond"].item(), "twice the time, twice the tickets"
    with pytest.raises(ValueError, match="exposures"):
        rise.rises([1], [1], 0, 30)


@pytest.mark.parametrize(("q", "rejected"), [(0.05, "reject_q05"), (0.1, "reject_q10")])
def test_benjamini_hochberg(q: float, rejected: str) -> None:
    """One event where -ln(1 - p) were expected has exactly the tail p, so alerts see the published p-values."""
    example = case("fdr_01_benjamini_hochberg_1995")
    p = example.input["p"].to_numpy(float)
    expected = -np.log1p(-np.minimum(p, 1 - 1e-16))
    found = comparison.alerts(np.ones(p.size), expected, q=q)
    assert found["p"].tolist() == pytest.approx(p.tolist(), abs=1e-12)
    assert found["adjusted"].tolist() == example.close(example.expected["bh_adjusted"])
    assert found["alert"].sum() == example.expected[rejected]


def test_benjamini_hochberg_in_any_order() -> None:
    example = case("fdr_01_benjamini_hochberg_1995")
    unsorted = example.expected["unsorted_check"]
    found = comparison.alerts(np.ones(4), -np.log1p(-np.array(unsorted["p"])))
    assert found["adjusted"].tolist() == example.close(unsorted["adj"])


def test_pairing() -> None:
    example = case("pairing_01_hypergeometric")
    row = example.input.iloc[0]
    found = patterns.pairing(
        [row["observed_pairs"]],
        [row["by_this_officer"]],
        [row["of_this_business"]],
        row["total_inspections"],
    ).iloc[0]
    assert found["expected"] == example.close(example.expected["expected"])
    assert found["ratio"] == example.close(example.expected["ratio"])
    assert found["p"] == example.close(example.expected["p_upper"])


def test_pairing_of_the_lady_tasting_tea() -> None:
    """Fisher 1935: of 8 cups 4 were milk first; 3 or more right by chance 17 times in 70, all four once."""
    found = patterns.pairing([3, 4], [4, 4], [4, 4], 8)
    assert found["p"].tolist() == pytest.approx([17 / 70, 1 / 70])


def test_goalposts() -> None:
    example = case("composite_03_function_vectors")
    for vector in example.expected["goalposts"]:
        posts = (vector["lo"], vector["hi"]) if vector.get("dir", 1) == 1 else (vector["hi"], vector["lo"])
        assert composite.goalposts(vector["x"], *posts) / 100 == example.close(vector["y"])


def test_geometric_mean() -> None:
    example = case("composite_03_function_vectors")
    for vector in example.expected["gmean"]:
        if vector.get("error"):
            with pytest.raises(ValueError, match="scores"):
                composite.geometric_mean(vector["x"], [1, 1, 1])
        else:
            assert composite.geometric_mean(vector["x"], vector["w"]) == example.close(vector["y"])


def test_missing_scores() -> None:
    example = case("composite_03_function_vectors")
    for missing in example.expected["missing"]:
        scores = np.array(missing["rows"], dtype=float)
        found = composite.weighted_mean(scores, [1, 1, 1], min_share=missing["dat_thresh"])
        wanted = np.array(missing["y"], dtype=float)
        assert found == pytest.approx(wanted, abs=1e-9, nan_ok=True)
