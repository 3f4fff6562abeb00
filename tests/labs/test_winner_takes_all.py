"""The labs of lesson 4.3 show what it says they show."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neurolab.figures import Line
from neurolab.labs import networks as labs
from neurolab.labs.networks.winner_takes_all import hidden_decision


@pytest.mark.jit
@pytest.mark.parametrize(
    ("alpha", "end"),
    [(0.5, (0.7, 0.6)), (0.9, (0.763, 0.263)), (1.0, (1.0, 0.0)), (1.1, (0.0, 0.95))],
)
def test_three_regimes_with_a_head_start_for_the_weaker(
    alpha: float, end: tuple[float, float]
) -> None:
    """Numbers of the stories."""
    values = labs.two_rivals(alpha=alpha).values
    assert (values["first"], values["second"]) == pytest.approx(end, abs=5e-4)
    assert (values["lower"], values["upper"]) == pytest.approx((0.95, 1 / 0.95))


@pytest.mark.jit
def test_the_weaker_wins_from_1_0526_on() -> None:
    assert labs.two_rivals(alpha=1.05).values["second"] == pytest.approx(0.0, abs=1e-4)
    assert labs.two_rivals(alpha=1.06).values["second"] == pytest.approx(0.95)


@pytest.mark.jit
def test_settling_slows_at_the_border() -> None:
    slow = [labs.two_rivals(alpha=alpha).values["settled"] for alpha in (0.5, 0.9, 0.95, 1.0)]
    assert slow[0] < slow[1] < slow[2] > slow[3]


@pytest.mark.jit
@pytest.mark.parametrize("alpha", [0.2, 0.5, 0.9, 0.94, 1.0])
def test_the_curve_of_settling_times_passes_through_the_run_that_is_shown(alpha: float) -> None:
    """Runs behind the curve end early where the rates are at rest. Steps of 1 ms there, Euler's of 0.5 ms here."""
    figure = labs.two_rivals(alpha=alpha)
    curve = figure.panels[3].marks[0]
    assert isinstance(curve, Line)
    at = np.interp(alpha, curve.x, curve.y)
    assert at == pytest.approx(figure.values["settled"], rel=0.01, abs=2.0)


@pytest.mark.jit
def test_decisions_meet_the_closed_forms() -> None:
    """Row A11a: 0.8807971 and 0.7615942. The naive simulation of steps of 0.01 is off as the stories say."""
    values = labs.drift_to_bound().values
    assert (values["accuracy"], values["time"]) == pytest.approx((0.8807971, 0.7615942), abs=1e-6)
    assert values["found_accuracy"] == pytest.approx(0.881, abs=0.02)  # 4 standard errors
    assert values["found_time"] == pytest.approx(0.762, abs=0.04)
    naive = labs.drift_to_bound(bridge=False).values
    assert naive["found_accuracy"] == pytest.approx(0.905, abs=0.02)
    assert naive["found_time"] == pytest.approx(0.836, abs=0.04)
    assert labs.drift_to_bound(step=100, bridge=False).values["found_time"] > 0.95


@pytest.mark.jit
def test_each_figure_counts_more_choices() -> None:
    counts = [figure.values["trials"] for figure in labs.drift_to_bound.frames()]
    assert counts == [500, 2000, 4000]


@pytest.mark.jit
def test_a_network_chooses_and_remembers() -> None:
    """Row N10a: without a stimulus 5 equilibria, 3 of them stable."""
    rest = labs.two_choices(mu_0=0.0).values
    assert (rest["states"], rest["stable"]) == (5, 3)
    assert rest["first"] == rest["second"] == 0
    assert labs.two_choices(coherence=0.4).values["first"] == 10
    assert labs.two_choices(coherence=-0.4).values["second"] == 10
    assert labs.two_choices(mu_0=0.0, S_1=0.5, S_2=0.05).values["first"] == 10


@pytest.mark.jit
@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("two_rivals", [dict(alpha=1.06), dict(alpha=0.95)]),
        ("drift_to_bound", [dict(bound=1.47), dict(step=100, bridge=False)]),
        ("two_choices", [dict(coherence=0.25), dict(mu_0=0.0, S_1=0.5, S_2=0.05)]),
    ],
)
def test_targets_can_be_reached(name: str, ways: list[dict[str, float]]) -> None:
    lab = getattr(labs, name)
    for target, params in zip(lab.targets, ways, strict=True):
        assert target.reached(lab.complete(params), lab(**params).values), target.text
        assert not target.reached(lab.complete({}), lab().values)


@pytest.mark.jit
def test_share_and_mean_time_tell_the_hidden_drift_and_bound() -> None:
    """Share right = 1 / (1 + exp(-2 v a)) and mean time = a/v tanh(v a), turned round."""
    drift, bound = hidden_decision()
    found = []
    for run in range(1, 7):
        values = labs.hidden_race(trials=4000, run=run).values
        product = 0.5 * math.log(values["accuracy"] / (1 - values["accuracy"]))
        ratio = values["time"] / math.tanh(product)
        found.append((math.sqrt(product / ratio) / drift, math.sqrt(product * ratio) / bound))
    assert found == [pytest.approx((1.0, 1.0), abs=0.06)] * 6
