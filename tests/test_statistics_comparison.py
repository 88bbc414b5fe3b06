"""Comparison between units: what funnels, shrinkage and alerts must hold for any units, and what they refuse."""

from math import comb, exp, factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.statistics import comparison

few = settings(max_examples=60, deadline=None)
units = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 60)), min_size=2, max_size=15)
tails = st.sampled_from([0.95, 0.998])


def events_and_trials(pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Events and at least as many trials, above zero."""
    events, failures = (np.array(column) for column in zip(*pairs, strict=True))
    return events, np.maximum(events + failures, 1)


@few
@given(st.integers(1, 80), st.floats(0.02, 0.98), tails)
def test_binomial_limits_are_the_published_formula(trials: int, proportion: float, coverage: float) -> None:
    """Spiegelhalter 2005 with probabilities summed term by term."""
    found = comparison.binomial_limits([trials], proportion, coverage).iloc[0]
    for q, limit in (((1 - coverage) / 2, found["lower"]), ((1 + coverage) / 2, found["upper"])):
        total, count = (1 - proportion) ** trials, 0
        step = total
        while total < q - 1e-13:
            count += 1
            step = comb(trials, count) * proportion**count * (1 - proportion) ** (trials - count)
            total += step
        assert limit == pytest.approx((count - (total - q) / step) / trials, abs=1e-9)


@few
@given(st.floats(0.1, 60), tails)
def test_poisson_limits_hold_their_coverage(expected: float, coverage: float) -> None:
    """The exact interval of a count covers at least what it promises, whatever the mean within it."""
    limits = comparison.poisson_limits([expected], coverage).iloc[0] * expected
    assert limits["lower"] < expected < limits["upper"]
    counts = np.arange(int(limits["upper"]) + 200)
    intervals = comparison.poisson_limits(counts[1:], coverage).mul(counts[1:], axis=0)
    lower, upper = np.r_[0, intervals["lower"]], np.r_[-np.log((1 - coverage) / 2), intervals["upper"]]
    covering = counts[(lower <= expected) & (expected <= upper)]
    mass = sum(
        exp(-expected + k * np.log(expected) - np.log(float(factorial(min(k, 170))))) for k in covering
    )
    assert mass >= coverage - 1e-9


@few
@given(units)
def test_funnels_without_overdispersion_are_exact(pairs: list[tuple[int, int]]) -> None:
    events, trials = events_and_trials(pairs)
    exact = comparison.proportion_funnel(events, trials, overdispersed=False)
    target = exact.attrs["target"]
    assert target == pytest.approx(events.sum() / trials.sum())
    if 0 < target < 1:
        limits = comparison.binomial_limits(trials, target, 0.95).clip(0, 1)
        assert exact["lower95"].tolist() == limits["lower"].tolist()
        assert exact["upper95"].tolist() == limits["upper"].tolist()
    ratio = comparison.ratio_funnel(events, trials, overdispersed=False)
    assert ratio["upper998"].tolist() == comparison.poisson_limits(trials, 0.998)["upper"].tolist()
    assert ratio.attrs["target"] == 1


@few
@given(units)
def test_overdispersion_only_shows_where_tau_is_above_zero(pairs: list[tuple[int, int]]) -> None:
    events, trials = events_and_trials(pairs)
    for funnel in (comparison.proportion_funnel, comparison.ratio_funnel):
        wide, exact = funnel(events, trials), funnel(events, trials, overdispersed=False)
        assert wide.attrs == exact.attrs
        assert wide["z"].equals(exact["z"])
        if wide.attrs["tau2"] == 0:
            assert wide.equals(exact)
        for name in ("95", "998"):
            beyond = (wide["value"] < wide[f"lower{name}"]) | (wide["value"] > wide[f"upper{name}"])
            assert wide[f"outside{name}"].equals(beyond)
            assert (wide[f"lower{name}"] >= 0).all()
        assert (wide["lower998"] <= wide["lower95"]).all()
        assert (wide["upper95"] <= wide["upper998"]).all()


@few
@given(units, st.randoms(use_true_random=False))
def test_a_funnel_does_not_depend_on_the_order(pairs: list[tuple[int, int]], random: object) -> None:
    order = list(range(len(pairs)))
    random.shuffle(order)  # type: ignore[attr-defined]
    events, trials = events_and_trials(pairs)
    straight = comparison.proportion_funnel(events, trials)
    mixed = comparison.proportion_funnel(events[order], trials[order])
    for name in straight:
        assert mixed[name].to_numpy(float) == pytest.approx(straight[name].to_numpy(float)[order], abs=1e-9)


def test_proportion_funnel_by_hand() -> None:
    events, trials = np.array([10, 60, 30, 45]), np.array([100, 120, 150, 90])
    found = comparison.proportion_funnel(events, trials, winsorise=0)
    centre = np.arcsin(np.sqrt(145 / 460))
    z = (np.arcsin(np.sqrt(events / trials)) - centre) * 2 * np.sqrt(trials)
    weight = 4 * trials
    phi = (z**2).mean()
    tau2 = (4 * phi - 3) / (weight.sum() - (weight**2).sum() / weight.sum())
    assert found.attrs == pytest.approx({"target": 145 / 460, "phi": phi, "tau2": tau2})
    upper = np.sin(centre + 3.090232306167813 * np.sqrt(1 / weight + tau2)) ** 2
    assert found["upper998"].to_numpy() == pytest.approx(upper)


@pytest.mark.parametrize("events", [[10, 20, 5], [0, 0, 0]])
def test_nobody_is_outside_where_all_are_at_a_bound(events: list[int]) -> None:
    found = comparison.proportion_funnel(events, [10, 20, 5])
    assert not found[["outside95", "outside998"]].any(axis=None)


@few
@given(units, st.floats(0.05, 30), st.floats(0.05, 30))
def test_shrunken_values_lie_between_raw_and_prior(
    pairs: list[tuple[int, int]], first: float, second: float
) -> None:
    events, trials = events_and_trials(pairs)
    for shrink, mean in (
        (comparison.beta_binomial, first / (first + second)),
        (comparison.gamma_poisson, first / second),
    ):
        found = shrink(events, trials, prior=(first, second))
        low, high = np.minimum(events / trials, mean), np.maximum(events / trials, mean)
        assert ((found["estimate"] >= low - 1e-12) & (found["estimate"] <= high + 1e-12)).all()
        assert (found["lower"] <= found["upper"]).all()
        assert found.attrs["prior"] == (first, second)


@few
@given(units)
def test_fitted_priors_shrink_between_raw_and_their_mean(pairs: list[tuple[int, int]]) -> None:
    events, trials = events_and_trials(pairs)
    found = comparison.beta_binomial(events, trials)
    alpha, beta = comparison.fit_beta(events, trials)
    mean, raw = alpha / (alpha + beta), events / trials
    assert found.attrs["prior"] == (alpha, beta)
    assert (np.abs(found["estimate"] - mean) <= np.abs(raw - mean) + 1e-12).all()
    smoothed, pooled = comparison.marshall(events, trials), events.sum() / trials.sum()
    assert (np.abs(smoothed - pooled) <= np.abs(raw - pooled) + 1e-12).all()


def beta_likelihood(prior: tuple[float, float], events: np.ndarray, trials: np.ndarray) -> float:
    """Beta-binomial log likelihood as sums of logarithms, without special functions."""
    total = 0.0
    for happened, tried in zip(events, trials, strict=True):
        failed = tried - happened
        total += np.log(prior[0] + np.arange(happened)).sum() + np.log(prior[1] + np.arange(failed)).sum()
        total -= np.log(sum(prior) + np.arange(tried)).sum()
    return total


@few
@given(units)
def test_fit_beta_is_a_maximum(pairs: list[tuple[int, int]]) -> None:
    events, trials = events_and_trials(pairs)
    prior = comparison.fit_beta(events, trials)
    if (
        prior == pytest.approx((events.sum(), trials.sum() - events.sum()))
        or not 0 < events.sum() < trials.sum()
    ):
        return
    best = beta_likelihood(prior, events, trials)
    for factors in ((1.02, 1), (0.98, 1), (1, 1.02), (1, 0.98), (1.05, 1.05)):
        other = (prior[0] * factors[0], prior[1] * factors[1])
        assert beta_likelihood(other, events, trials) <= best + 1e-9


def test_a_maximum_is_found_where_the_likelihood_first_falls_from_units_that_are_alike() -> None:
    """The large unit lies where the pooled share is, so that the slope there is flat; three small ones do not."""
    events, trials = np.array([8, 186, 3, 4, 9]), np.array([28, 483, 3, 26, 30])
    prior = comparison.fit_beta(events, trials)
    assert sum(prior) < 100
    alike = np.array([events.sum(), trials.sum() - events.sum()]) / trials.sum() * 1e7
    assert beta_likelihood(prior, events, trials) > beta_likelihood(tuple(alike), events, trials) + 0.05


@pytest.mark.parametrize("scale", [1, 100, 10_000, 1_000_000])
def test_a_prior_does_not_depend_on_how_much_is_known_of_each_unit(scale: int) -> None:
    """The units' own shares and rates are all but known: what is fitted is how these differ."""
    events, known = np.array([50, 98, 10, 2]) * scale, np.full(4, 100) * scale
    assert comparison.fit_beta(events, known) == pytest.approx((0.42, 0.52), abs=0.05)
    assert comparison.fit_gamma(events, known) == pytest.approx((0.74, 1.84), abs=0.05)


def test_one_very_large_unit_does_not_hide_that_the_others_differ() -> None:
    events = np.array([15_000, 0, 9, 2, 30, 1, 0])
    trials = np.array([1_200_000, 400, 450, 300, 600, 350, 500])
    prior = comparison.fit_beta(events, trials)
    assert sum(prior) < 1000
    assert beta_likelihood(prior, events, trials) > beta_likelihood((15_042, 1_187_558), events, trials) + 5
    assert sum(comparison.fit_gamma(events, trials)) < 1000


def test_units_that_are_alike_are_pooled() -> None:
    """No maximum exists: the prior is worth the pooled data, never certainty."""
    assert comparison.fit_beta([10, 10, 10], [100, 100, 100]) == (30, 270)
    assert comparison.fit_gamma([3, 3, 3], [1, 1, 1]) == (9, 3)
    assert comparison.fit_beta([0, 0], [5, 5]) == (0.5, 10)
    assert comparison.fit_beta([5, 5], [5, 5]) == (10, 0.5)
    assert comparison.fit_gamma([0, 0], [1, 2]) == (0.5, 3)
    assert comparison.marshall([3, 3, 3], [1, 1, 1]).tolist() == [3, 3, 3]
    assert comparison.marshall([0, 0], [1, 2]).tolist() == [0, 0]


def test_a_fitted_prior_recovers_what_made_the_data() -> None:
    random = np.random.default_rng(20050101)
    trials = random.integers(20, 400, 3000)
    alpha, beta = comparison.fit_beta(random.binomial(trials, random.beta(4, 16, 3000)), trials)
    assert (alpha, beta) == pytest.approx((4, 16), rel=0.1)
    exposure = random.uniform(1, 50, 3000)
    shape, rate = comparison.fit_gamma(random.poisson(random.gamma(3, 1 / 2, 3000) * exposure), exposure)
    assert (shape, rate) == pytest.approx((3, 2), rel=0.1)


def test_marshall_by_hand() -> None:
    """Rates 0.2, 0.5, 0.1 at exposures 10, 20, 30: pooled 1/4, the formula of Marshall 1991 term by term."""
    rate, exposure, mean = np.array([0.2, 0.5, 0.1]), np.array([10, 20, 30]), 15 / 60
    between = (exposure * (rate - mean) ** 2).sum() / 60 - mean / 20
    weight = between / (between + mean / exposure)
    found = comparison.marshall([2, 10, 3], [10, 20, 30])
    assert between > 0
    assert found.tolist() == pytest.approx((mean + weight * (rate - mean)).tolist())


@few
@given(units, st.floats(0.05, 0.95))
def test_worse_than_the_target_looks_the_way_that_is_worse(
    pairs: list[tuple[int, int]], target: float
) -> None:
    events, trials = events_and_trials(pairs)
    for kind in ("proportion", "rate"):
        below, above = (
            comparison.worse_than(events, trials, target, improves, prior=(2, 3), kind=kind)
            for improves in ("up", "down")
        )
        assert below + above == pytest.approx(1)
    estimate = comparison.beta_binomial(events, trials, prior=(1, 1), level=0.5)
    below = comparison.worse_than(events, trials, target, "up", prior=(1, 1))
    assert ((below > 0.75 - 1e-9) == (estimate["upper"] < target)).all()


@few
@given(st.lists(st.tuples(st.integers(0, 40), st.floats(0.1, 30)), min_size=1, max_size=20))
def test_adjusted_p_values_keep_their_order(pairs: list[tuple[int, float]]) -> None:
    observed, expected = zip(*pairs, strict=True)
    found = comparison.alerts(observed, expected).sort_values("p")
    assert (found["adjusted"] >= found["p"] - 1e-15).all()
    assert (np.diff(found["adjusted"]) >= -1e-15).all()
    assert found["alert"].tolist() == (found["adjusted"] <= 0.05).tolist()
    alone = comparison.alerts(observed[:1], expected[:1])
    assert alone["adjusted"].equals(alone["p"].rename("adjusted"))


def test_the_smallest_unit_with_the_highest_rate_is_no_alert() -> None:
    found = comparison.alerts([1, 60, 20, 20], [0.3, 25, 21, 20])
    assert found["alert"].tolist() == [False, True, False, False]


def test_columns() -> None:
    limits = ["lower95", "upper95", "lower998", "upper998", "outside95", "outside998"]
    assert list(comparison.proportion_funnel([1], [2])) == ["value", "z", *limits]
    assert list(comparison.ratio_funnel([1], [2])) == ["value", "z", *limits]
    assert list(comparison.poisson_limits([1], 0.95)) == ["lower", "upper"]
    assert list(comparison.binomial_limits([1], 0.5, 0.95)) == ["lower", "upper"]
    assert list(comparison.beta_binomial([1], [2])) == ["estimate", "lower", "upper"]
    assert list(comparison.gamma_poisson([1], [2])) == ["estimate", "lower", "upper"]
    assert list(comparison.alerts([1], [2])) == ["p", "adjusted", "alert"]


NAN = float("nan")
ON_TRIALS = (
    comparison.proportion_funnel,
    comparison.fit_beta,
    comparison.beta_binomial,
    lambda events, trials: comparison.worse_than(events, trials, 0.5, "up"),
)
ON_EXPOSURE = (
    comparison.fit_gamma,
    comparison.gamma_poisson,
    comparison.marshall,
    lambda events, exposure: comparison.worse_than(events, exposure, 0.5, "up", kind="rate"),
)
ON_EXPECTED = (comparison.ratio_funnel, comparison.alerts)


@pytest.mark.parametrize(
    ("first", "second", "wrong"),
    [
        ([1, NAN], [2, 2], 0),
        ([-1, 1], [2, 2], 0),
        ([1, 1], [2, 0], 1),
        ([1, 1], [2, -2], 1),
        ([1, 1], [NAN, 2], 1),
        ([1, 1], [2], 1),
    ],
)
def test_errors_name_the_counts(first: list[float], second: list[float], wrong: int) -> None:
    names = {ON_TRIALS: ("events", "trials"), ON_EXPOSURE: ("events", "exposure")}
    names[ON_EXPECTED] = ("observed", "expected")
    for functions, arguments in names.items():
        for function in functions:
            with pytest.raises(ValueError, match=rf"^{arguments[wrong]} "):
                function(first, second)


@pytest.mark.parametrize("function", ON_TRIALS)
def test_events_above_trials_are_refused(function: object) -> None:
    with pytest.raises(ValueError, match=r"^events must not exceed trials"):
        function([3, 1], [2, 2])  # type: ignore[operator]


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: comparison.poisson_limits([0], 0.95), "expected"),
        (lambda: comparison.poisson_limits([1], 1), "coverage"),
        (lambda: comparison.binomial_limits([0], 0.5, 0.95), "trials"),
        (lambda: comparison.binomial_limits([1.5], 0.5, 0.95), "trials"),
        (lambda: comparison.binomial_limits([1], 1.5, 0.95), "proportion"),
        (lambda: comparison.binomial_limits([1], NAN, 0.95), "proportion"),
        (lambda: comparison.proportion_funnel([1], [2], winsorise=0.5), "winsorise"),
        (lambda: comparison.beta_binomial([1], [2], prior=(0, 1)), "prior"),
        (lambda: comparison.gamma_poisson([1], [2], prior=(1, 1, 1)), "prior"),
        (lambda: comparison.beta_binomial([1], [2], level=0), "level"),
        (lambda: comparison.worse_than([1], [2], NAN, "up"), "target"),
        (lambda: comparison.worse_than([1], [2], 0.5, "sideways"), "improves"),
        (lambda: comparison.worse_than([1], [2], 0.5, None), "improves"),
        (lambda: comparison.worse_than([1], [2], 0.5, "up", kind="share"), "kind"),
        (lambda: comparison.alerts([1], [2], q=0), "q"),
        (lambda: comparison.alerts([], []), "observed"),
    ],
)
def test_errors_name_the_argument(call: object, argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument} "):
        call()  # type: ignore[operator]
