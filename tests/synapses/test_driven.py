"""Models under spikes: superposition of the closed form, exact times, resets, weights for each spike."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurolab.data.spikes import SpikeTrains
from neurolab.engine.model import Model
from neurolab.kernels.chunks import Diverged
from neurolab.membrane import compute_lif_rate, compute_passive_response, lif, passive
from neurolab.synapses import (
    AMPA,
    GABA_A,
    Alpha,
    Biexponential,
    Exponential,
    add_synapses,
    simulate_driven,
)
from neurolab.synapses.driven import MAX_ARRIVALS_PER_STEP
from tests.reference import synapses as naive

KINDS = {"E": AMPA, "B": Biexponential(2.0, 9.0), "A": Alpha(3.0, E=None), "I": GABA_A}
cell = add_synapses(passive, KINDS)
spiking = add_synapses(lif, {"E": Exponential(5.0, E=None)})
short = add_synapses(passive, {"E": Exponential(5.0)})


@pytest.mark.jit
@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 30), max_size=8), st.integers(0, 2**31))
def test_conductances_are_the_sum_over_spikes(spikes: list[float], seed: int) -> None:
    """To 1e-9: the fourth-order error of 0.02 ms against 2 ms, whatever the times of the spikes."""
    spikes = [round(s, 6) for s in spikes]  # nearer to a sample than 1e-11 ms counts as on it
    weights = np.random.default_rng(seed).uniform(-0.1, 0.1, len(spikes))
    run = simulate_driven(
        cell,
        30.0,
        0.02,
        dict.fromkeys(KINDS, spikes),
        weights=dict.fromkeys(KINDS, weights),
        every=5,
    )
    t = np.round(run.t, 9)
    for name, kind in KINDS.items():
        exact = naive.summed(
            t.tolist(), spikes, weights.tolist(), lambda s, k=kind: k.conductance(s)
        )
        assert np.abs(run[f"g_{name}"] - exact).max() < 1e-9


@pytest.mark.jit
def test_the_voltage_converges_in_the_order_of_the_method() -> None:
    """Spikes off the grid cost no order: halving the step divides RK4's error by 16, Heun's by 4."""
    drive: dict[str, Any] = dict(
        arrivals={"E": [1.2345, 3.3, 7.77]}, weights={"E": 0.4}, record="V"
    )
    best = simulate_driven(short, 10.0, 0.0005, every=2000, **drive).V[1:]
    for method, factor in (("rk4", 16), ("heun", 4), ("euler", 2)):
        errors = [
            np.abs(
                simulate_driven(short, 10.0, dt, method=method, every=round(1 / dt), **drive).V[1:]
                - best
            ).max()
            for dt in (0.25, 0.125, 0.0625)
        ]
        assert errors[0] / errors[1] == pytest.approx(factor, rel=0.3)
        assert errors[1] / errors[2] == pytest.approx(factor, rel=0.3)


def test_without_spikes_it_is_simulate() -> None:
    for arrivals in ({}, {"E": []}, {"E": [-3.0, 25.0]}):
        run = simulate_driven(short, 20.0, 0.1, arrivals, I=1.0)
        assert run.V == pytest.approx(compute_passive_response(run.t, 1.0), abs=1e-7)


def test_a_spike_on_a_sample_shows_there() -> None:
    """At the start, on the grid whatever rounding does to its time, and at the end."""
    spikes = [0.0, 0.3, 0.1 * 7, 2.0]
    run = simulate_driven(short, 2.0, 0.1, {"E": spikes})
    fall = np.exp(-run.t / 5.0)
    steps = [(1 / fall[k]) * (np.arange(21) >= k) for k in (0, 3, 7, 20)]
    assert run.g_E == pytest.approx(fall * np.sum(steps, axis=0), abs=1e-9)


def test_delays_units_and_states_by_name() -> None:
    trains = SpikeTrains([1.0, 2.0, 2.0], [0, 1, 0], stop=10.0, n=2)
    one = simulate_driven(
        short, 10.0, 0.1, {"E": trains}, weights={"E": [1.0, 2.0, 3.0]}, delay=0.5
    )
    other = simulate_driven(short, 10.0, 0.1, {"g_E": [1.5, 2.5]}, weights={"g_E": [1.0, 5.0]})
    assert one.samples == pytest.approx(other.samples, abs=1e-12)
    jump = simulate_driven(passive, 10.0, 0.1, {"V": [4.0]}, weights={"V": -6.0})
    assert jump.V[39] == pytest.approx(-65.0) and jump.V[40] == pytest.approx(-71.0)
    assert jump.V[-1] == pytest.approx(-65 - 6 * np.exp(-0.6), abs=1e-7)


def test_spikes_by_arrivals_come_at_once() -> None:
    """A step of the voltage over the threshold is a spike at that instant; in refractory time none comes."""
    arrivals = {"V": [5.0, 10.0, 11.0, 12.05, 12.0501, 60.0, 61.5, 62.5]}
    weights = {"V": [16.0, 5.0, 5.0, 5.0, 5.0, 20.0, 20.0, 3.0]}
    run = simulate_driven(lif, 100.0, 0.1, arrivals, weights=weights)
    assert run.spikes().times == pytest.approx([5.0, 12.0501, 60.0], abs=1e-12)
    assert run.V[620] == 0.0 and run.V[625] == pytest.approx(3.0)
    plain = Model(lambda t, y, p, I: (-y[0],), state=dict(V=0.0), params={}, threshold=1.0)
    passed = simulate_driven(plain, 10.0, 0.1, {"V": [2.22, 7.0]}, weights={"V": [1.5, 2.0]})
    assert passed.spikes().times == pytest.approx([2.22, 7.0], abs=1e-12)


@pytest.mark.jit
def test_a_spike_between_arrivals_is_interpolated() -> None:
    plain = Model(lambda t, y, p, I: (I,), state=dict(V=0.0), params={}, threshold=1.0)
    run = simulate_driven(plain, 10.0, 0.5, {"V": [0.7, 8.0]}, weights={"V": [0.3, -5.0]}, I=0.1)
    assert run.spikes().times == pytest.approx([7.0])
    constant = simulate_driven(spiking, 1000.0, 0.01, {"E": [2000.0]}, I=2.0)
    assert 1e3 / constant.spikes().isi().mean() == pytest.approx(compute_lif_rate(2.0), rel=1e-5)


@pytest.mark.jit
def test_chunks_and_recording_do_not_matter() -> None:
    rng = np.random.default_rng(5)
    drive: dict[str, Any] = dict(
        arrivals={"E": np.sort(rng.uniform(0, 500, 3000))}, weights={"E": 0.2}
    )
    whole = simulate_driven(spiking, 500.0, 0.01, **drive)
    thin = simulate_driven(spiking, 500.0, 0.01, every=7, record="g_E", **drive)
    assert whole.spikes() == thin.spikes() and whole.spikes().count > 10
    assert np.array_equal(thin.g_E, whole.g_E[::7])


@pytest.mark.jit
@pytest.mark.parametrize("method", ["rk4", "heun", "euler"])
def test_steps_too_long_for_a_conductance_are_told(method: str) -> None:
    """Above 28 mS (RK4) or 20 mS a µF, steps of 0.1 ms grow; once the conductance is smaller, V would come back."""
    resets = add_synapses(lif, {"E": Exponential(5.0, E=5.0)})
    for model in (short, resets) if method == "rk4" else (short,):
        with pytest.raises(
            Diverged, match=r"steps of dt = 0.1 ms are unstable: V has grown"
        ) as caught:
            simulate_driven(model, 50.0, 0.1, {"E": [5.0]}, weights={"E": 100.0}, method=method)
        assert 5.0 < caught.value.time == caught.value.partial.t[-1] < 50.0
        assert np.isfinite(caught.value.partial.samples).all()


def test_a_large_voltage_is_no_error() -> None:
    for I in (1e6, lambda t: 1e6):
        run = simulate_driven(short, 20.0, 0.1, {}, I=I)
        assert run.V == pytest.approx(compute_passive_response(run.t, 1e6), rel=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(arrivals={"X": [1.0]}), "passive with E has no 'X'"),
        (dict(weights={"F": 1.0}), "weights: arrivals has no 'F'. It has: E"),
        (dict(weights={"E": [1.0, 2.0, 3.0]}), "must be a number or have one for each of the 2 spikes"),
        (dict(weights={"E": np.nan}), r"weights\['E'\] must be finite"),
        (dict(arrivals={"E": [[1.0]]}), r"arrivals\['E'\] must be a list of times or SpikeTrains, got shape"),
        (dict(arrivals={"E": [np.inf, 1.0]}), r"arrivals\['E'\] must be finite"),
        (dict(delay=-1.0), "delay must be 0 or more"),
        (dict(dt=50.0), "dt must be at most the duration"),
        (dict(method="rk5"), "method must be one of"),
        (dict(every=0), "every must be a whole number"),
        (dict(g=1.0), "has no 'g'"),
    ],
)  # fmt: skip
def test_messages(change: dict[str, Any], message: str) -> None:
    given_: dict[str, Any] = dict(duration=10.0, dt=0.1, arrivals={"E": [1.0, 2.0]}) | change
    with pytest.raises(ValueError, match=message):
        simulate_driven(short, **given_)


def test_too_many_arrivals_in_one_step() -> None:
    crowd = np.full(MAX_ARRIVALS_PER_STEP + 1, 0.55)
    with pytest.raises(ValueError, match="at most 100 spikes may arrive in one step .* got 101"):
        simulate_driven(spiking, 1.0, 0.1, {"E": crowd})
    run = simulate_driven(spiking, 1.0, 0.1, {"E": crowd[1:]}, weights={"E": 0.01})
    assert run.g_E[6] == pytest.approx(np.exp(-0.05 / 5.0))
