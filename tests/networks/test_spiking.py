"""Spiking networks: a plain loop beside them, exact solutions, the law of their inputs, and every message."""

from __future__ import annotations

import gc
import math
import os
import platform
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurolab as nl
from neurolab.data.connectivity import Connectivity
from neurolab.data.spikes import SpikeTrains
from neurolab.data.wiring import connect_all, connect_fixed_probability
from neurolab.engine.model import Model, simulate
from neurolab.kernels import chunks
from neurolab.membrane import compute_lif_rate, hodgkin_huxley, izhikevich, lif, morris_lecar
from neurolab.networks import (
    Network,
    PoissonInput,
    Population,
    Projection,
    SpikeSource,
    compute_propagator,
)
from neurolab.synapses import AMPA, NMDA, add_synapses, compute_conductance
from tests.reference import network as naive

LEAKY = dict(tau_m=20.0, theta=20.0, V_reset=10.0, t_ref=2.0)


@pytest.mark.jit
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.booleans(), st.booleans())
def test_is_its_naive_twin(seed: int, weighted: bool, mixed: bool, late: bool) -> None:
    """Two populations that excite and inhibit each other, weights and delays of one or of every synapse."""
    rng, dt, steps = np.random.default_rng(seed), 0.1, 600
    sizes = dict(E=17, I=5)
    drive = {name: rng.uniform(18, 40, n) for name, n in sizes.items()}
    projections, synapses = [], []
    for source, target, sign in [("E", "E", 1), ("E", "I", 1), ("I", "E", -1), ("I", "I", -1)]:
        wires = connect_fixed_probability(sizes[source], sizes[target], 0.3, seed=rng)
        weight = sign * rng.uniform(0.1, 1.5, wires.count) if weighted else sign * 0.7
        delay = rng.integers(1, 30, wires.count) * dt if mixed else (1.5 if late else None)
        projections.append(Projection(source, target, wires, "V", weight, delay))
        w, d = (
            np.broadcast_to(weight, wires.count),
            np.broadcast_to(delay or 0.0, wires.count) if not mixed else delay,
        )
        lag = np.round(np.asarray(d, float) / dt).astype(int)
        pairs = zip(wires.sources, wires.indices, w, lag, strict=True)
        synapses += [(source, int(a), target, int(b), float(x), int(k)) for a, b, x, k in pairs]
    network = Network(
        {
            name: Population(lif, n, "exact", LEAKY | dict(I=drive[name] / 10))
            for name, n in sizes.items()
        },
        projections,
    )
    run = nl.simulate(network, steps * dt, dt)
    expected = naive.simulate(sizes, math.exp(-dt / 20.0), 20.0, 10.0, 20, drive, synapses, steps)
    for name in sizes:
        spikes = run.spikes(name)
        found = list(zip(np.round(spikes.times / dt).astype(int) - 1, spikes.ids, strict=True))
        assert sorted(found) == sorted(expected[name])
    assert sum(map(len, expected.values())) > 20


@pytest.mark.jit
@pytest.mark.parametrize(
    "method", ["exact", "euler", "heun", "rk4", "exponential_euler", "staggered"]
)
def test_unconnected_units_fire_at_their_own_rates(method: str) -> None:
    currents = np.linspace(1.0, 4.0, 150)
    network = Network({"cells": Population(lif, 150, method, dict(I=currents))})
    rates = network.simulate(1000.0, 0.01).spikes("cells").rates
    assert rates == pytest.approx(
        compute_lif_rate(currents), abs=1.1
    )  # a spike more or less in the second


@pytest.mark.jit
def test_models_may_be_mixed() -> None:
    """Models with and without a reset in one network; each fires as it does alone, thresholds at ends of steps."""
    network = Network(
        {
            "axon": Population(hodgkin_huxley, 3, "rk4", dict(I=[5.0, 10.0, 20.0])),
            "cortex": Population(izhikevich, 2, "rk4", dict(I=10.0, a=[0.02, 0.1], d=[8.0, 2.0])),
            "barnacle": Population(morris_lecar, 1, "staggered", dict(I=60.0)),
        }
    )
    run = network.simulate(200.0, 0.02)
    for k, I in enumerate((5.0, 10.0, 20.0)):
        alone = simulate(hodgkin_huxley, 200.0, 0.02, I=I).spikes().times
        assert np.abs(run.spikes("axon").train(k) - alone).max() <= 0.02
    assert run.spikes("cortex").rates[1] > run.spikes("cortex").rates[0] > 0
    assert list(run.final["barnacle"]) == ["V", "w"] and run.final["axon"]["n"].shape == (3,)


@pytest.mark.jit
def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    wires = connect_fixed_probability(300, 300, 0.1, seed=1)
    network = Network(
        {"cells": Population(lif, 300, "exact", LEAKY)},
        [Projection("cells", "cells", wires, "V", -0.2, 1.5)],
        [PoissonInput("cells", "V", 20.0, 0.3, n=1000)],
    )
    whole = network.simulate(200.0, 0.1, seed=3)
    monkeypatch.setattr(chunks, "_FIRST_CHUNK", 1)
    monkeypatch.setattr(chunks, "CHUNK_SECONDS", 1e-9)
    again = network.simulate(200.0, 0.1, seed=3)
    assert again.spikes("cells") == whole.spikes("cells") and whole.spikes("cells").count > 500
    other = network.simulate(200.0, 0.1, seed=4)
    assert other.spikes("cells") != whole.spikes("cells")


@pytest.mark.jit
@pytest.mark.parametrize("mean", [0.02, 0.7, 4.5])
def test_poisson_input_has_poisson_counts(mean: float) -> None:
    """A perfect counter as target: mean and variance n mean after n steps; units and steps are independent."""
    counter = Model(lambda t, y, p, I: (0.0,), dict(x=0.0), {}, threshold=1e9, name="counter")
    size, steps = 1000, 400
    network = Network(
        {"counters": Population(counter, size, "euler")},
        inputs=[PoissonInput("counters", "x", mean * 1e3 / 0.1 / 50, 2.0, n=50)],
    )
    counts = network.simulate(steps * 0.1, 0.1, seed=5).final["counters"]["x"] / 2.0
    total = mean * steps
    assert counts.mean() == pytest.approx(total, abs=4.5 * math.sqrt(total / size))
    assert counts.var() == pytest.approx(total, rel=4.5 * math.sqrt(2 / size))
    assert abs(np.corrcoef(counts[:-1], counts[1:])[0, 1]) < 4.5 / math.sqrt(size)
    assert np.all(counts == np.round(counts))


@pytest.mark.jit
def test_inputs_that_change() -> None:
    """A function of t that all receive, and a table with a course for each unit, as in `simulate`."""
    t = (np.arange(4000) + 0.5) * 0.05
    table = np.array([[2.0], [3.0]]) * (1 + 0.5 * np.sin(t / 10))
    network = Network(
        {
            "all": Population(lif, 2, "rk4", dict(I=lambda t: 2.0 + math.sin(t / 7))),
            "own": Population(lif, 2, "rk4", dict(I=table)),
        }
    )
    run = network.simulate(200.0, 0.05)
    alone = simulate(lif, 200.0, 0.05, I=lambda t: 2.0 + math.sin(t / 7)).spikes().times
    assert (
        np.abs(run.spikes("all").train(1) - alone).max() < 0.5
    )  # each spike waits for the end of its step
    for k in range(2):
        alone = simulate(lif, 200.0, 0.05, I=table[k]).spikes().times
        assert np.abs(run.spikes("own").train(k) - alone).max() < 1.0


@pytest.mark.jit
def test_goes_on_as_if_it_had_not_stopped() -> None:
    rng = np.random.default_rng(2)
    wires = connect_fixed_probability(200, 200, 0.1, seed=rng)
    network = Network(
        {
            "cells": Population(lif, 200, "exact", LEAKY),
            "heard": SpikeSource(poisson_trains(rng, 20, 60.0)),
        },
        [
            Projection("cells", "cells", wires, "V", -0.3, rng.integers(1, 40, wires.count) * 0.1),
            Projection("heard", "cells", connect_all(20, 200), "V", 0.2, 2.0),
        ],
        [PoissonInput("cells", "V", 20.0, 0.3, n=1000)],
    )
    record = {"cells": {"V": [0, 199]}}
    whole = network.simulate(60.0, 0.1, seed=3, record=record, every=4)
    first = network.simulate(25.0, 0.1, seed=3, record=record, every=4)
    rest = network.simulate(35.0, 0.1, seed=3, record=record, every=4, state=first.state)
    assert rest.window == (25.0, 60.0) and rest.state.steps == 600
    assert np.array_equal(rest.final["cells"]["V"], whole.final["cells"]["V"])
    times = np.concatenate([first.spikes("cells").times, rest.spikes("cells").times])
    assert np.array_equal(times, whole.spikes("cells").times) and times.size > 100
    joined = np.concatenate([first.traces["cells"]["V"], rest.traces["cells"]["V"]], axis=1)
    assert np.array_equal(joined, whole.traces["cells"]["V"]) and whole.t[1] == 0.4
    with pytest.raises(ValueError, match="same dt"):
        network.simulate(10.0, 0.05, state=first.state)


def poisson_trains(rng: np.random.Generator, n: int, stop: float) -> SpikeTrains:
    return SpikeTrains.from_lists([np.sort(rng.uniform(0, stop, 5)) for _ in range(n)], stop=stop)


@pytest.mark.jit
def test_recorded_spikes_arrive_after_their_delay() -> None:
    counter = Model(lambda t, y, p, I: (0.0,), dict(x=0.0), {}, threshold=1e9, name="counter")
    trains = SpikeTrains.from_lists([[1.0, 2.05], [3.0]], stop=10.0)
    network = Network(
        {"heard": SpikeSource(trains), "counter": Population(counter, 1, "euler")},
        [Projection("heard", "counter", connect_all(2, 1), "x", [1.0, 10.0], 0.5)],
    )
    run = network.simulate(5.0, 0.1, record={"counter": {"x": [0]}})
    steps = np.flatnonzero(np.diff(run.traces["counter"]["x"][0])) + 1
    assert run.t[steps] == pytest.approx(
        [1.6, 2.7, 3.6]
    )  # 2.05 ends in the step to 2.1; visible a step after arrival
    assert run.final["counter"]["x"][0] == 12.0
    assert run.spikes("heard").count == 3


@pytest.mark.jit
def test_a_runaway_stops_with_what_it_has() -> None:
    """Units far above threshold without a dead time fire in every step: 100 spikes a step."""
    cells = Population(lif, 100, "exact", dict(I=1e3, t_ref=0.0))
    with pytest.raises(chunks.Runaway, match="the network ran away: .* spikes by t = ") as caught:
        Network({"cells": cells}).simulate(1000.0, 0.1, max_spikes=20_000)
    error = caught.value
    assert error.partial.window == (0.0, error.time) and 0 < error.time < 1000.0
    assert error.partial.spikes("cells").count == round(error.time / 0.1) * 100 > 20_000


@pytest.mark.jit
def test_synapses_go_by_their_names() -> None:
    """A spike at an NMDA synapse raises what opens it; the conductance follows its two exponentials."""
    cell = add_synapses(lif, {"A": AMPA, "N": NMDA})
    heard = SpikeSource(SpikeTrains([1.0], stop=2.0))
    run = Network(
        {"heard": heard, "cell": Population(cell, 1, "rk4")},
        [Projection("heard", "cell", connect_all(1, 1), name, 1e-3) for name in "AN"],
    ).simulate(60.0, 0.01, record={"cell": {"g_A": [0], "g_N": [0]}}, every=100)
    for name, kind in dict(A=AMPA, N=NMDA).items():
        expected = compute_conductance(kind, run.t, [1.0], 1e-3)
        found = run.traces["cell"][f"g_{name}"][0]  # at t = 1 it has not yet acted
        assert found[2:] == pytest.approx(expected[2:], rel=1e-6, abs=1e-9)
    with pytest.raises(ValueError, match="'G'"):
        Network({"cell": Population(cell, 1)}, inputs=[PoissonInput("cell", "G", 1.0)])


@pytest.mark.jit
@settings(max_examples=10)
@given(st.integers(1, 400), st.integers(1, 90), st.booleans(), st.integers(0, 99))
def test_few_and_many_arrivals_sum_alike(size: int, firing: int, own: bool, seed: int) -> None:
    """Single additions, counts and sums are three ways to the same state; weights are small whole numbers, so exact."""
    rng = np.random.default_rng(seed)
    counter = Model(lambda t, y, p, I: (0.0,), dict(x=0.0), {}, threshold=1e9, name="counter")
    wires = connect_fixed_probability(90, size, 0.5, seed=rng)
    weight: Any = rng.integers(-9, 9, wires.count).astype(float) if own else 3.0
    trains = SpikeTrains(np.full(firing, 1.0), np.arange(firing), stop=3.0, n=90)
    run = Network(
        {"heard": SpikeSource(trains), "counters": Population(counter, size, "euler")},
        [Projection("heard", "counters", wires, "x", weight)],
    ).simulate(3.0, 0.1)
    expected = wires.to_dense(weight)[:firing].sum(axis=0)
    assert np.array_equal(run.final["counters"]["x"], expected)


@pytest.mark.jit
def test_a_runaway_is_named() -> None:
    growing = Model(
        lambda t, y, p, I: (y[0] * y[0],), dict(x=5.0), {}, threshold=1e300, name="growing"
    )
    with pytest.raises(chunks.Diverged, match="x of unit 0 of cells"):
        Network({"cells": Population(growing, 2, "euler")}).simulate(100.0, 0.1)


@pytest.mark.jit
def test_dead_time_hides_what_follows_a_spike() -> None:
    """A sine crosses its threshold every 2 pi ms; with a dead time of 7 ms every other crossing counts."""
    clock = Model(
        lambda t, y, p, I: (y[1], -y[0]), dict(x=0.0, v=1.0), {}, threshold=0.5, name="clock"
    )
    for dead_time, expected in ((0.0, 16), (7.0, 8)):
        network = Network({"clock": Population(clock, 1, "rk4", dead_time=dead_time)})
        assert network.simulate(100.0, 0.1).spikes("clock").count == expected


@pytest.mark.jit
def test_a_unit_that_stays_above_fires_once() -> None:
    rising = Model(lambda t, y, p, I: (1.0,), dict(x=0.0), {}, threshold=1.0, name="rising")
    cells = Population(rising, 1, "euler", dead_time=3.0)
    assert Network({"rising": cells}).simulate(9.95, 0.05).spikes("rising").count == 1


@pytest.mark.jit
def test_the_model_at_fault_is_named() -> None:
    def rhs(t: float, y: Any, p: Any, I: float) -> Any:
        if y[0] > 1e9:
            return (p.missing,)
        return (-y[0],)

    broken = Model(rhs, dict(x=0.0), {}, threshold=1.0, name="broken")
    network = Network({"good": Population(lif, 2), "bad": Population(broken, 2)})
    with pytest.raises(
        ValueError, match=r"broken cannot be compiled at line \d+, `return \(p.missing"
    ):
        network.simulate(1.0, 0.1)


def test_propagator_is_the_closed_form() -> None:
    """V and a current that decays: the mixed term is tau / (tau - tau_m) (exp(-dt / tau) - exp(-dt / tau_m))."""

    def rhs(t: float, y: Any, p: Any, I: float) -> Any:
        V, g = y
        return (p.E - V + g + I) / p.tau_m, -g / p.tau

    model = Model(rhs, dict(V=0.0, g=0.0), dict(E=-49.0, tau_m=20.0, tau=5.0), threshold=0.0)
    free, held = compute_propagator(model, 0.1).reshape(2, 2, 4)
    P, D = math.exp(-0.1 / 20), math.exp(-0.1 / 5)
    assert free == pytest.approx(
        np.array([[P, 5 / (5 - 20) * (D - P), 1 - P, -49 * (1 - P)], [0, D, 0, 0]])
    )
    assert held == pytest.approx(np.array([[1, 0, 0, 0], [0, D, 0, 0]]))
    with pytest.raises(ValueError, match="hodgkin_huxley is not linear"):
        compute_propagator(hodgkin_huxley, 0.1)
    with pytest.raises(ValueError, match="ramp is not linear"):
        compute_propagator(Model(lambda t, y, p, I: (t - y[0],), dict(x=0.0), {}, name="ramp"), 0.1)
    with pytest.raises(ValueError, match="dt must be"):
        compute_propagator(model, math.nan)
    with pytest.raises(ValueError, match="has a time constant of 0"):
        compute_propagator(model, 0.1, tau=0.0)


def test_messages() -> None:
    cells, wires = Population(lif, 3), connect_all(3, 3)

    def build(inputs: Any = (), **changes: Any) -> Network:
        given: dict[str, Any] = dict(source="a", target="a", wires=wires, to="V") | changes
        return Network({"a": cells}, [Projection(**given)], inputs)

    for changes, words in [
        (dict(source="b"), "'b'"),
        (dict(target="b"), "'b'"),
        (dict(to="g"), "'g'"),
        (dict(wires=connect_all(2, 3)), "must connect 3 to 3 units, got 2 to 3"),
        (dict(weight=[1.0, 2.0]), "weight must be a number or have one value for each of the 9"),
        (dict(weight=math.nan), "weight must be finite"),
        (dict(delay=-1.0), "delay must be above 0"),
        (dict(delay=[1.0]), "delay must be above 0, one number or one for each of the 9"),
        (dict(inputs=[PoissonInput("b", "V", 1.0)]), "'b'"),
        (dict(inputs=[PoissonInput("a", "w", 1.0)]), "'w'"),
    ]:
        with pytest.raises(ValueError, match=words):
            build(**changes)
    with pytest.raises(ValueError, match="rate must be 0 or more, got -1"):
        PoissonInput("a", "V", -1.0)
    with pytest.raises(
        ValueError, match="dt must be 1 ms, for which this network is made, got 0.1"
    ):
        Network({"a": cells}, dt=1.0).simulate(1.0, 0.1)
    with pytest.raises(ValueError, match="max_spikes"):
        build().simulate(1.0, 0.1, max_spikes=0)
    with pytest.raises(ValueError, match="at least one Population"):
        Network({})
    with pytest.raises(ValueError, match="size"):
        Population(lif, 0)
    with pytest.raises(ValueError, match="method"):
        Population(lif, 3, "rk5")
    with pytest.raises(ValueError, match="dead_time is for models without a reset"):
        Population(lif, 3, dead_time=2.0)
    with pytest.raises(ValueError, match="no threshold"):
        Population(Model(lambda t, y, p, I: (0.0,), dict(x=0.0), {}), 3)
    with pytest.raises(ValueError, match="delay must be at least one step, dt = 0.1 ms, got 0.05"):
        build(delay=0.05).simulate(1.0, 0.1)
    with pytest.raises(ValueError, match="at most 5 spikes a unit and step"):
        build(inputs=[PoissonInput("a", "V", 1e6)]).simulate(1.0, 0.1)
    with pytest.raises(ValueError, match="parameters that all units of a population share"):
        Network({"a": Population(lif, 2, "exact", dict(tau_m=[10.0, 20.0]))}).simulate(1.0, 0.1)
    with pytest.raises(ValueError, match="I must have shape"):
        Network({"a": Population(lif, 3, "rk4", dict(I=[1.0, 2.0]))}).simulate(1.0, 0.1)
    with pytest.raises(ValueError, match="'b'"):
        build().simulate(1.0, 0.1).spikes("b")
    with pytest.raises(ValueError, match=r"I\(t\) must be a number for every t, got 'x'"):
        Network({"a": Population(lif, 3, "rk4", dict(I=lambda t: "x"))}).simulate(1.0, 0.1)
    for record, words in [
        ({"b": {}}, "'b'"),
        ({"a": {"w": [0]}}, "'w'"),
        ({"a": {"V": [3]}}, "0 to 2, got 3"),
        ({"a": {"V": [-1]}}, "0 to 2, got -1"),
        ({"a": {"V": [0.5]}}, "must be whole numbers, got"),
        ({"a": {"V": [True]}}, "must be whole numbers, got"),
        ({"a": "V"}, "must be a dict of dicts"),
    ]:
        with pytest.raises(ValueError, match=words):
            build().simulate(1.0, 0.1, record=record)
    with pytest.raises(
        ValueError, match="trains must not have spikes before time 0, got one at -1 ms"
    ):
        SpikeSource(SpikeTrains([-1.0], start=-2.0, stop=2.0))
    heard = SpikeSource(SpikeTrains([1.0], stop=2.0))
    with pytest.raises(ValueError, match="sources only"):
        Network({"heard": heard})
    with pytest.raises(ValueError, match="target must be a Population, got the source 'heard'"):
        Network({"a": cells, "heard": heard}, [Projection("a", "heard", connect_all(3, 1), "V")])


@pytest.mark.jit
def test_an_interrupt_keeps_what_is_done() -> None:
    def stop(fraction: float) -> None:
        if fraction > 0.1:
            raise KeyboardInterrupt

    network = Network({"cells": Population(lif, 500, "exact", dict(I=3.0))})
    with pytest.raises(chunks.Interrupted) as caught:
        network.simulate(1e5, 0.1, progress=stop)
    partial = caught.value.partial
    assert 0 < partial.window[1] < 1e5 and partial.spikes("cells").count > 0


def test_a_run_that_nobody_holds_is_gone() -> None:
    network = Network({"cells": Population(lif, 10, "exact", dict(I=30.0, **LEAKY))})
    gc.collect()
    gc.disable()  # what refers to itself would stay, with all its spikes, until the collector looks
    try:
        memory = weakref.ref(network.simulate(100.0, 0.1).spikes("cells").times.base)
        assert memory() is None
    finally:
        gc.enable()


def test_a_connection_of_pairs() -> None:
    wires = Connectivity.from_pairs([2, 0, 2], [1, 1, 0], n_pre=3, n_post=2)
    assert wires.targets(2).tolist() == [1, 0] and wires.out_degrees.tolist() == [1, 0, 2]


@pytest.mark.jit
@settings(max_examples=8)
@given(st.integers(1, 2500), st.integers(1, 700), st.integers(0, 99))
def test_rows_of_bits_count_like_lists(size: int, firing: int, seed: int) -> None:
    """Dense wires of one weight, in chunks of any fill; more rows than the planes hold at once; and with a multapse."""
    rng = np.random.default_rng(seed)
    counter = Model(lambda t, y, p, I: (0.0,), dict(x=0.0), {}, threshold=1e9, name="counter")
    trains = SpikeTrains(np.full(firing, 1.0), np.arange(firing), stop=3.0, n=700)
    wires = connect_fixed_probability(700, size, 0.3, seed=rng)
    twice = Connectivity.from_pairs(
        [*wires.sources, 0], [*wires.indices, 0], n_pre=700, n_post=size
    )
    again = Connectivity.from_pairs(
        [*twice.sources, 0], [*twice.indices, 0], n_pre=700, n_post=size
    )
    for each in (wires, again):
        run = Network(
            {"heard": SpikeSource(trains), "counters": Population(counter, size, "euler")},
            [Projection("heard", "counters", each, "x", 3.0)],
        ).simulate(3.0, 0.1)
        expected = 3.0 * each.to_dense()[:firing].sum(axis=0)
        assert np.array_equal(run.final["counters"]["x"], expected)


SIMD = """
import re
from neurolab.membrane import lif
from neurolab.networks import Network, Population, clock
Network({"cells": Population(lif, 100, "euler")}).simulate(1.0, 0.1)
code = "".join(clock.network_loop((("euler", clock.VECTOR),)).inspect_asm().values())
print(len(re.findall(r"\\bvdivpd\\b.*[yz]mm", code)))
"""


@pytest.mark.jit
@pytest.mark.slow
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="looks for x86 code")
def test_units_are_stepped_in_simd_code(tmp_path: Path) -> None:
    """The division by tau_m is the only one in the loop: it must be one of vectors, whatever else changes there."""
    env = os.environ | {
        "NUMBA_CACHE_DIR": str(tmp_path)
    }  # compiled anew: what is read back has no text
    done = subprocess.run(
        [sys.executable, "-c", SIMD], env=env, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) > 0
