"""The source document's class: its mechanisms are those of the library, and any of them may be replaced."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neurolab.data.spikes import SpikeTrains
from neurolab.kernels.chunks import Diverged
from neurolab.plasticity import (
    HomeostaticPlasticity,
    PairRule,
    ShortTermPlasticity,
    STDPMechanism,
    SynapticPlasticity,
    simulate_stdp,
)
from neurolab.synapses import compute_short_term_release

PRE = SpikeTrains([5.0, 12.03, 30.0, 55.5, 80.0], [0, 1, 0, 0, 1], stop=100.0, n=2)
POST = SpikeTrains([8.0, 12.03, 31.7, 60.0], [0, 2, 1, 0], stop=100.0, n=3)
W = np.linspace(0.2, 0.8, 6).reshape(2, 3)


class Nothing:
    """A mechanism as the source document prints it, without dt."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def setup(self, initial_weights: np.ndarray) -> None:
        self.start = initial_weights

    def compute_change(self, *arguments: Any) -> float:
        self.calls.append(arguments)
        return 0.0

    def get_stats(self) -> dict[str, Any]:
        return dict(calls=len(self.calls))


def only(**mechanisms: Any) -> SynapticPlasticity:
    return SynapticPlasticity(
        **(dict(stdp=Nothing(), stp=Nothing(), homeostasis=Nothing()) | mechanisms)
    )


@pytest.mark.parametrize("dt", [0.1, 0.5, 5.0])
@pytest.mark.parametrize(
    "rule",
    [
        PairRule(0.05, 0.06),
        PairRule(0.05, 0.06, pairing="nearest"),
        PairRule(0.05, 0.06, mu_plus=0.4, mu_minus=1.0, w_min=0.0, w_max=1.0),
    ],
    ids=repr,
)
def test_stdp_is_that_of_simulate_stdp(rule: PairRule, dt: float) -> None:
    """At every end of a step, whatever its length. A spike on its end belongs to the next."""
    result = only(stdp=STDPMechanism(rule)).simulate_plasticity(PRE, POST, W, 100.0, dt=dt)
    exact = simulate_stdp(rule, PRE, POST, W, record=np.maximum(result["t"] - 1e-6, 0))
    assert np.abs(result["weights"] - exact.w).max() < 1e-12
    change = exact.w[-1] - W
    stats = result["stdp"]
    assert np.allclose(stats["total_change"], change, atol=1e-12)
    assert stats["potentiation"] + stats["depression"] == pytest.approx(change.sum())
    assert (stats["pre_spikes"], stats["post_spikes"]) == (5, 4)


def test_short_term_plasticity_is_tsodyks_and_markrams() -> None:
    """u x / U before spikes 1..5 at 20 Hz: rows S4a (U .5, tau_D 800) and S4b (U .2, tau_D 200, tau_F 1500)."""
    published = {
        (0.5, 800.0, 0.0): (0.5, 0.26514673, 0.15483462, 0.10302030, 0.07868278),
        (0.2, 200.0, 1500.0): (0.2, 0.29949795, 0.30626314, 0.27527088, 0.24583686),
    }
    for (U, tau_D, tau_F), released in published.items():
        model = only(stp=ShortTermPlasticity(U, tau_D, tau_F))
        result = model.simulate_plasticity(50.0 + 50.0 * np.arange(5), [], 2.0, 300.0, dt=0.5)
        before = result["weights"][np.rint((50.0 + 50.0 * np.arange(5)) / 0.5).astype(int) - 1]
        assert before / 2.0 * U == pytest.approx(released, abs=1e-8)


def test_short_term_plasticity_gives_back_what_it_took() -> None:
    model = only(stp=ShortTermPlasticity(0.4, 100.0, 50.0))
    result = model.simulate_plasticity(PRE, POST, W, 3000.0, dt=1.0)
    assert np.abs(result["weights"][-1] - W).max() < 1e-6
    assert np.ptp(result["weights"], axis=0).min() > 0.01
    assert np.all(result["stp"]["least"] < 1) and np.all(
        result["stp"]["efficacy"] <= result["stp"]["most"]
    )


def test_homeostasis_brings_sums_back_and_keeps_ratios() -> None:
    class Push(Nothing):
        def compute_change(self, *arguments: Any) -> Any:
            return np.array([[0.001], [0.0]]) * np.ones((2, 3)) * (arguments[-1] < 100.0)

    model = only(stdp=Push(), homeostasis=HomeostaticPlasticity(200.0))
    result = model.simulate_plasticity(PRE, POST, W, 3000.0, dt=1.0)
    assert result["weights"][-1].sum(axis=0) == pytest.approx(W.sum(axis=0), rel=1e-5)
    ratios = result["weights"][:, 0] / result["weights"][:, 1]
    assert np.allclose(ratios[100:], ratios[100])
    assert result["homeostasis"]["ratio"] == pytest.approx(np.ones(3), rel=1e-5)
    silent = only(homeostasis=HomeostaticPlasticity()).simulate_plasticity(PRE, POST, 0 * W, 10.0)
    assert not silent["weights"].any()


def test_the_three_add_up() -> None:
    """In one step from rest all see the same weights, so that their changes are a sum."""
    parts = dict(
        stdp=STDPMechanism(PairRule(0.05, 0.06)),
        stp=ShortTermPlasticity(),
        homeostasis=HomeostaticPlasticity(),
    )
    alone = [
        only(**{k: v}).simulate_plasticity(PRE, POST, W, 20.0, dt=20.0)["weights"] - W
        for k, v in parts.items()
    ]
    together = SynapticPlasticity(**parts).simulate_plasticity(PRE, POST, W, 20.0, dt=20.0)
    assert np.allclose(together["weights"] - W, sum(alone), atol=1e-14)


def test_mechanisms_as_printed_take_part() -> None:
    """They are set up without dt and get the printed arguments; the spikes are passed on as they came."""
    model, pre, post = only(), [1.0, 2.0], np.array([3.0])
    result = model.simulate_plasticity(pre, post, [0.5], 10.0, dt=0.1)
    assert result["weights"].shape == (100, 1) and set(result["weights"].ravel()) == {0.5}
    assert result["t"][[0, -1]].tolist() == pytest.approx([0.1, 10.0])
    assert [result[k] for k in ("stdp", "stp", "homeostasis")] == [dict(calls=100)] * 3
    assert model.stdp.calls[3] == (pre, post, pytest.approx(0.3)) and model.stdp.calls[0][1] is post
    assert len(model.stp.calls[0]) == 2 and model.homeostasis.calls[0][0].tolist() == [0.5]
    model.stdp = STDPMechanism()
    assert "total_change" in model.simulate_plasticity(pre, post, [0.5], 10.0, dt=0.1)["stdp"]


def test_all_forms_of_spikes_and_weights() -> None:
    lists = [PRE.train(0), PRE.train(1)], [POST.train(j).tolist() for j in range(3)]
    first = SynapticPlasticity().simulate_plasticity(PRE, POST, W, 100.0, dt=1.0)
    second = SynapticPlasticity().simulate_plasticity(*lists, W.tolist(), 100.0, dt=1.0)
    assert np.array_equal(first["weights"], second["weights"])
    column = SynapticPlasticity().simulate_plasticity(PRE, POST.train(0), W[:, 0], 100.0, dt=1.0)
    assert column["weights"].shape == (100, 2)
    single = SynapticPlasticity().simulate_plasticity([], [], 0.5, 5.0, dt=1.0)
    assert single["weights"].tolist() == [0.5] * 5


def test_runs_repeat_and_the_callers_weights_stay() -> None:
    model, start = SynapticPlasticity(), W.copy()
    first, second = (model.simulate_plasticity(PRE, POST, start, 100.0, dt=1.0) for _ in range(2))
    assert np.array_equal(first["weights"], second["weights"])
    assert np.array_equal(start, W)


def test_a_step_holds_the_spikes_from_its_start_to_its_end() -> None:
    """0.3 is the fourth step of 0.1, though 0.3 / 0.1 is below 3."""
    model = only(stdp=STDPMechanism(PairRule(0.1, 0.1)))
    w = model.simulate_plasticity([0.1], [0.3], 0.0, 0.5, dt=0.1)["weights"]
    assert w[:3].tolist() == [0.0] * 3 and w[3] > 0.09


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (dict(pre_spikes=[[1.0], [2.0], [3.0]]), "pre_spikes must hold one train for each of the 2 units .* got 3"),
        (dict(post_spikes=[1.0]), "post_spikes must hold one train for each of the 3 units .* got 1"),
        (dict(pre_spikes=[[-1.0], [2.0]]), "pre_spikes must be times from 0 on in ms, got a negative one"),
        (dict(initial_weights=np.ones((1, 1, 1))), r"initial_weights must be a number or have shape \(n_pre,\)"),
        (dict(time_span=0.0), "time_span must be above 0"),
        (dict(dt=200.0), "dt must be at most time_span=100 ms, got 200"),
        (dict(dt=-1.0), "dt must be above 0"),
    ],
)  # fmt: skip
def test_messages(values: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = dict(
        pre_spikes=PRE, post_spikes=POST, initial_weights=W, time_span=100.0
    )
    with pytest.raises(ValueError, match=message):
        SynapticPlasticity().simulate_plasticity(**(arguments | values))


def test_messages_of_mechanisms() -> None:
    with pytest.raises(ValueError, match='pairing must be "all" or "nearest" here'):
        STDPMechanism(PairRule(pairing="reduced"))
    with pytest.raises(ValueError, match="U must be a fraction, above 0 and at most 1, got 2"):
        ShortTermPlasticity(U=2.0)
    with pytest.raises(ValueError, match="tau_F must be 0 or more"):
        ShortTermPlasticity(tau_F=-1.0)
    with pytest.raises(ValueError, match="tau must be above 0"):
        HomeostaticPlasticity(0.0)

    class Wrong(Nothing):
        def compute_change(self, *arguments: Any) -> Any:
            return np.zeros(5)

    with pytest.raises(
        ValueError, match=r"stp.compute_change must return a number or shape \(2, 3\), got \(5,\)"
    ):
        only(stp=Wrong()).simulate_plasticity(PRE, POST, W, 10.0)


def test_short_term_plasticity_is_that_of_the_synapses() -> None:
    """Before a spike on a step's start the weight is w(0) times the release over U, for an irregular train."""
    times = np.array([3.0, 10.0, 11.0, 40.0, 42.0, 90.0])
    values = dict(U=0.3, tau_D=120.0, tau_F=60.0)
    weights = only(stp=ShortTermPlasticity(**values)).simulate_plasticity(
        times, [], 1.0, 100.0, dt=0.5
    )["weights"]
    release = compute_short_term_release(times, **values).release
    assert weights[np.rint(times / 0.5).astype(int) - 1] * 0.3 == pytest.approx(release, abs=1e-12)


def test_weights_that_run_away_are_told() -> None:
    """Homeostasis by steps: from a sum that is 5e6 times too large, one step overshoots further than it came."""
    with pytest.raises(
        Diverged, match="a weight left the finite numbers at t = .* ms; lower dt=0.5"
    ):
        SynapticPlasticity().simulate_plasticity([1.0, 5.0], [2.0, 6.0], 1e-9, 500.0, dt=0.5)


@pytest.mark.parametrize(
    ("spikes", "message"),
    [
        (
            3.0,
            "pre_spikes must be SpikeTrains, an array of times or a list of such arrays, got 3.0",
        ),
        ("x", "pre_spikes must be an array of numbers, got 'x'"),
    ],
)
def test_messages_of_spikes(spikes: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SynapticPlasticity().simulate_plasticity(spikes, [1.0], 0.5, 10.0)


def test_messages_of_weights() -> None:
    mechanism = HomeostaticPlasticity()
    mechanism.setup([0.5, 1.0])
    with pytest.raises(
        ValueError, match=r"current_weights must have the shape \(2,\) .* got \(3,\)"
    ):
        mechanism.compute_change([1.0, 2.0, 3.0])
    with pytest.raises(
        ValueError, match=r"initial_weights must be a number or have shape .* got \(0,\)"
    ):
        mechanism.setup([])
