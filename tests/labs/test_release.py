"""The labs of lesson 2.2 show what it says they show."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neurolab.labs import synapses as labs
from neurolab.labs.synapses.release import hidden_quanta
from neurolab.synapses import fit_variance_mean


def test_the_end_plate_fails_as_often_as_its_mean_says() -> None:
    """198 exp(-2.33) = 19.26 failures where 18 were seen; three methods agree (Boyd & Martin 1956)."""
    values = labs.end_plate(m=2.33, q=0.4).values
    assert values["failures"] == pytest.approx(19.26, abs=0.01)
    assert values["failures_seen"] == 18
    assert values["mini"] == pytest.approx(0.396, abs=0.001)
    assert values["mean_seen"] == pytest.approx(0.933, abs=0.001)
    estimates = [values[name] for name in ("by_mean", "by_failures", "by_variance")]
    assert estimates == pytest.approx([2.355, 2.398, 2.42], abs=0.005)


def test_the_histograms_hold_every_impulse_and_blip() -> None:
    responses, blips, _ = labs.end_plate().panels
    (counted, _, failures, _), (small, _) = responses.marks, blips.marks
    assert counted.y[::2].sum() + failures.y[0] == 198  # each bar has two corners
    assert small.y[::2].sum() == 78


def test_the_curve_has_the_area_of_the_expected_responses() -> None:
    for m, q in ((1.0, 0.3), (2.35, 0.395)):
        figure = labs.end_plate(m=m, q=q)
        _, curve, *_ = figure.panels[0].marks
        area = np.trapezoid(curve.y, curve.x) / 0.1
        assert area == pytest.approx(198 - figure.values["failures"], rel=0.01)  # cut off at 3.2 mV


def test_a_large_p_fools_two_of_three_methods() -> None:
    """n 10, p 0.8: 16.1 by the failures and 40 by 1/CV², where 8 are released; p 0.1: 1.05 for 1."""
    large, small = (labs.three_estimates(p=p, n=10).values for p in (0.8, 0.1))
    assert large["m"] == pytest.approx(8.0)
    assert large["true_failures"] == pytest.approx(16.1, abs=0.01)
    assert large["true_variance"] == pytest.approx(40.0)
    assert small["true_failures"] == pytest.approx(1.05, abs=0.005)
    assert small["true_variance"] == pytest.approx(1.0 / 0.9)


def test_the_trials_say_what_the_curves_say() -> None:
    for p in (0.1, 0.5, 0.8):
        values = labs.three_estimates(p=p, n=3, trials=2000, run=2).values
        assert values["by_mean"] == pytest.approx(values["m"], rel=0.1)
        assert values["by_failures"] == pytest.approx(values["true_failures"], rel=0.15)
        assert values["by_variance"] == pytest.approx(values["true_variance"], rel=0.15)


def test_where_nothing_fails_the_failures_say_nothing() -> None:
    figure = labs.three_estimates(p=0.8, n=10)
    assert math.isinf(figure.values["by_failures"]) and "no answer" in figure.summary


def test_the_parabola_tells_n_p_and_q() -> None:
    """Over the twenty experiments: n and q to their errors, and no bias beyond them."""
    runs = [labs.variance_mean(p_max=0.9, run=run).values for run in range(1, 21)]
    n, q, p = (np.array([values[name] for values in runs]) for name in "nqp")
    assert n.mean() == pytest.approx(8.0, abs=0.3) and n.std() < 0.6
    assert q.mean() == pytest.approx(0.4, abs=0.01) and q.std() < 0.03
    assert p.mean() == pytest.approx(0.9, abs=0.03)


def test_little_calcium_tells_q_and_hardly_n() -> None:
    runs = [labs.variance_mean(p_max=0.2, run=run).values for run in range(1, 21)]
    n, q = (np.array([values[name] for values in runs]) for name in "nq")
    assert np.nanstd(n) > 2.0 and np.nanstd(q) < 0.04


def test_packets_that_vary_look_larger_until_the_fit_is_told() -> None:
    raw, told = (
        np.mean([labs.variance_mean(p_max=0.9, quantal_cv=0.3, corrected=corrected, trials=2000, run=run).values["q"]
                 for run in range(1, 11)])
        for corrected in (False, True)
    )  # fmt: skip
    assert raw / told == pytest.approx(1.09) and told == pytest.approx(0.4, rel=0.02)


def test_points_that_do_not_bend_are_said_not_to() -> None:
    figures = [labs.variance_mean(p_max=0.1, n=20, trials=50, run=run) for run in range(1, 21)]
    straight = [figure for figure in figures if math.isnan(figure.values["n"])]
    assert straight and all("cannot be told" in figure.summary for figure in straight)


def test_five_levels_of_calcium_tell_the_hidden_n_p_and_q() -> None:
    """From what the summaries print, at 4000 impulses; spreads of twenty experiments."""
    hidden, found = hidden_quanta(), []
    for run in range(1, 21):
        seen = [
            labs.hidden_release(calcium=calcium, trials=4000, run=run).values
            for calcium in range(1, 6)
        ]
        means = [round(values["mean"], 3) for values in seen]
        variances = [round(values["variance"], 3) - 0.04 for values in seen]
        fit = fit_variance_mean(means, variances, trials=[4000] * 5)
        found.append((fit.n / hidden.n, fit.p[-1] / hidden.p, fit.q / hidden.q))
    assert np.mean(found, axis=0) == pytest.approx([1.0, 1.0, 1.0], abs=0.02)
    assert np.abs(np.array(found) - 1).max() < 0.1
