"""Networks event by event: closed forms, a plain twin, the limit of small steps, laws of the input, every message."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from neurolab.data.connectivity import Connectivity
from neurolab.data.spikes import SpikeTrains
from neurolab.data.wiring import connect_all, connect_fixed_probability
from neurolab.engine.adaptive import integrate
from neurolab.engine.model import Model
from neurolab.kernels import chunks
from neurolab.membrane import adex, hodgkin_huxley, izhikevich, lif
from neurolab.networks import (
    Network,
    NoiseInput,
    PoissonInput,
    PoissonSource,
    Population,
    Projection,
    SpikeSource,
    brunel,
    simulate_event_driven,
    vogels_abbott,
)
from neurolab.synapses import Alpha, Exponential, add_synapses, depressing_release
from tests.reference import events as naive

driven = add_synapses(lif, {"E": Exponential(5.0, None), "I": Exponential(9.0, None)})
CUBA = dict(tau_m=20.0, R=1.0, V_rest=-49.0, theta=-50.0, V_reset=-60.0, t_ref=5.0)
QUIET = dict(theta=1e9)


def one_to_one(*pairs: tuple[int, int], n_pre: int, n_post: int) -> Connectivity:
    return Connectivity.from_pairs(*zip(*pairs, strict=True), n_pre=n_pre, n_post=n_post)


def heard(*trains: list[float], stop: float = 1e4) -> SpikeSource:
    return SpikeSource(SpikeTrains.from_lists(trains, stop=stop))


@pytest.mark.jit
def test_first_spike_of_the_textbook() -> None:
    """tau 10 ms, R I = 20 mV, threshold 15 mV: 10 ln 4 ms."""
    run = simulate_event_driven(Network({"cell": Population(lif, 1, values=dict(I=2.0))}), 20.0)
    assert run.spikes("cell").times == pytest.approx([10 * math.log(4)], rel=1e-15)
    waited = 20.0 - 2.0 - 10 * math.log(4)
    assert run.final["cell"]["V"] == pytest.approx(20 * (1 - math.exp(-waited / 10)), rel=1e-13)
    assert run.events == 0 and run.window == (0.0, 20.0)


@pytest.mark.jit
@settings(max_examples=40)
@given(
    st.floats(1, 50), st.floats(-70, -50), st.floats(0.1, 20), st.floats(0.01, 30), st.floats(0, 5)
)
def test_periods_are_the_closed_form(
    tau: float, rest: float, rise: float, excess: float, t_ref: float
) -> None:
    """T = t_ref + tau ln((V_inf - V_reset) / (V_inf - theta)); relative to 1e-12, or to digits that V_inf has lost."""
    theta, V_reset = rest + rise, rest - 3.0
    V_inf = theta + excess
    values = dict(tau_m=tau, V_rest=rest, R=1.0, I=V_inf - rest, theta=theta, V_reset=V_reset)
    values |= dict(t_ref=t_ref, V=V_reset)
    period = t_ref + tau * math.log((V_inf - V_reset) / (V_inf - theta))
    run = simulate_event_driven(Network({"cell": Population(lif, 1, values=values)}), 20.5 * period)
    times = run.spikes("cell").times[:20]
    lost = 4 * np.spacing(70.0) / excess
    assert times == pytest.approx(period * np.arange(1, 21) - t_ref, rel=1e-12 + lost)


@pytest.mark.jit
def test_arrivals_step_the_voltage() -> None:
    """Steps of 6 mV that decay between arrivals; the third crosses 15 mV, one in the refractory time is lost, one
    at its very end counts.
    """
    times = [1.0, 3.0, 4.0, 5.0, 6.0, 7.5]
    network = Network(
        {"heard": heard(times), "cell": Population(lif, 1)},
        [Projection("heard", "cell", connect_all(1, 1), "V", 6.0, 0.25)],
    )
    run = simulate_event_driven(network, 8.0)
    at_4 = 6 * (math.exp(-0.3) + math.exp(-0.1) + 1)
    assert at_4 > 15 and run.spikes("cell").times.tolist() == [4.25]
    after = 6 * (math.exp(-0.175) + math.exp(-0.025))  # those of 6.25, when the hold ends, and 7.75
    assert run.final["cell"]["V"] == pytest.approx([after], rel=1e-14)
    assert run.events == 6 and run.spikes("heard").times.tolist() == times
    assert simulate_event_driven(network, 6.24).final["cell"]["V"] == [0.0]


@pytest.mark.jit
def test_two_units_by_hand() -> None:
    """A fires by itself at 10 ln 4, and 1.3 ms later lifts B, on its way to 18 mV, over the threshold."""
    network = Network(
        {"a": Population(lif, 1, values=dict(I=2.0)), "b": Population(lif, 1, values=dict(I=1.8))},
        [
            Projection("a", "b", connect_all(1, 1), "V", 2.0, 1.3),
            Projection("b", "a", connect_all(1, 1), "V", -5.0, 4.0),
        ],
    )
    run = simulate_event_driven(network, 40.0)
    first = 10 * math.log(4)
    b = 18 * (1 - math.exp(-(first + 1.3) / 10)) + 2
    assert b > 15
    inhibited = first + 1.3 + 4.0
    V = 20 * (1 - math.exp(-(4.0 + 1.3 - 2.0) / 10)) - 5.0
    second = inhibited + 10 * math.log((20 - V) / 5)
    assert run.spikes("a").times[:2] == pytest.approx([first, second], rel=1e-13)
    assert run.spikes("b").times[0] == pytest.approx(first + 1.3, rel=1e-15)


@pytest.mark.jit
@settings(max_examples=12)
@given(st.integers(0, 10_000), st.booleans(), st.booleans(), st.booleans())
def test_is_its_naive_twin(seed: int, currents: bool, mixed: bool, driven_hard: bool) -> None:
    """Spike for spike; units, weights and delays of their own. 1e-9 ms is far above rounding and below any gap."""
    rng, n, m, stop = np.random.default_rng(seed), 9, 8, 40.0
    model, R = (driven, 7.0) if currents else (lif, 10.0)
    excite, inhibit = (("E", 0, R), ("I", 1, R)) if currents else (("V", -1, 1.0), ("V", -1, 1.0))
    values = dict(
        V=rng.uniform(0, 14, n), I=rng.uniform(12, 25, n) / R if driven_hard else 0.5, R=R, V_reset=-1.0,
        tau_m=rng.uniform(10, 14, n), theta=rng.uniform(14, 16, n), t_ref=rng.uniform(0, 3, n),
    )  # fmt: skip
    trains = SpikeTrains.from_lists([np.sort(rng.uniform(0, stop, 9)) for _ in range(m)], stop=stop)
    projections, synapses, arrivals = [], [], []
    for source, size, (to, which, scale), low, high in [
        ("cells", n, excite, 0.0, 0.4),
        ("cells", n, inhibit, -0.6, 0.0),
        ("heard", m, excite, 0.2, 0.5),
    ]:
        wires = connect_fixed_probability(size, n, 0.4, seed=rng)
        weight = rng.uniform(low, high, wires.count) * 10 / scale
        delay = rng.uniform(0.3, 4.0, wires.count) if mixed else 1.5
        projections.append(Projection(source, "cells", wires, to, weight, delay))
        for a, b, w, d in zip(
            wires.sources, wires.indices, weight * scale, np.broadcast_to(delay, wires.count), strict=True
        ):  # fmt: skip
            if source == "cells":
                synapses.append((int(a), int(b), which, float(w), float(d)))
            else:
                arrivals += [(float(t + d), int(b), which, float(w)) for t in trains.train(a)]
    network = Network(
        {"heard": SpikeSource(trains), "cells": Population(model, n, values=values)}, projections
    )
    run = simulate_event_driven(network, stop)
    each = {k: np.broadcast_to(v, n).tolist() for k, v in values.items()}
    units = [
        naive.Unit(
            each["V"][k], R * each["I"][k], each["tau_m"][k], each["theta"][k], -1.0, each["t_ref"][k],
            (5.0, 9.0) if currents else (), [0.0, 0.0] if currents else [],
        )
        for k in range(n)
    ]  # fmt: skip
    expected = naive.simulate(units, synapses, arrivals, stop)
    assert run.spikes("cells").ids.tolist() == [k for _, k in expected]
    assert run.spikes("cells").times == pytest.approx([t for t, _ in expected], abs=1e-9)
    assert run.final["cells"]["V"] == pytest.approx([unit.V for unit in units], abs=1e-8)
    if currents:
        assert run.final["cells"]["g_I"] * R == pytest.approx([u.g[1] for u in units], abs=1e-8)


@pytest.mark.jit
@settings(max_examples=150)
@given(
    st.floats(-52, -45), st.floats(-60, -50.5), st.floats(-60, 60), st.floats(-60, 60),
    st.sampled_from([2.0, 5.0, 19.99, 20.0, 21.0, 80.0]), st.sampled_from([1.0, 10.0, 20.0]),
)  # fmt: skip
def test_no_crossing_is_missed(
    V_inf: float, V: float, r_1: float, r_2: float, tau_1: float, tau_2: float
) -> None:
    """The first spike under two currents of any signs, beside the closed form on a grid of 1/100 ms and bisection."""
    model = add_synapses(lif, {"a": Exponential(tau_1, None), "b": Exponential(tau_2, None)})
    values = CUBA | dict(V_rest=V_inf, V=V, g_a=r_1, g_b=r_2)
    t = np.linspace(0.0, 400.0, 40_001)

    def course(t: Any) -> Any:
        found = V_inf + (V - V_inf) * np.exp(-t / 20)
        for r, tau in ((r_1, tau_1), (r_2, tau_2)):
            lag = 1 / tau - 1 / 20
            ratio = -np.expm1(-lag * t) / lag if lag else t
            found = found + r * ratio * np.exp(-t / 20) / 20
        return found

    above = course(t) >= -50.0
    assume(np.abs(course(t) + 50.0).min() > 1e-7 or above.any())
    network = Network({"cell": Population(model, 1, values=values)})
    times = simulate_event_driven(network, 400.0).spikes("cell").times
    if not above.any():
        assert times.size == 0
        return
    low, high = t[above.argmax() - 1], t[above.argmax()]
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if course(middle) >= -50.0 else (middle, high)
    slope = (course(high + 1e-4) - course(high - 1e-4)) / 2e-4
    assert times[0] == pytest.approx(high, abs=1e-12 + 2e-13 / max(abs(slope), 1e-6))


@pytest.mark.jit
@settings(max_examples=10)
@given(st.floats(-20, 40), st.floats(-60, 0))
def test_currents_are_those_of_the_integrator(g_E: float, g_I: float) -> None:
    """Spike after spike of a unit that starts with currents and is driven over its threshold."""
    start = CUBA | dict(V=-55.0, g_E=g_E, g_I=g_I)
    adaptive = integrate(driven, 150.0, rtol=1e-11, atol=1e-11, **start)
    run = simulate_event_driven(Network({"cell": Population(driven, 1, values=start)}), 150.0)
    times = adaptive.spikes().times
    assert times.size >= 1
    assert run.spikes("cell").times == pytest.approx(times, abs=1e-7)  # slope near 0.05 mV/ms
    for state in ("V", "g_E", "g_I"):
        assert run.final["cell"][state][0] == pytest.approx(adaptive[state][-1], abs=1e-8)


@pytest.mark.jit
@pytest.mark.parametrize("model", ["steps", "currents"])
def test_is_the_limit_of_small_steps(model: str) -> None:
    """A layer under recorded spikes that excites a second: as many spikes, and an error that halves with dt."""
    rng = np.random.default_rng(3)
    trains = SpikeTrains.from_lists([np.sort(rng.uniform(0, 200, 8)) for _ in range(80)], stop=200)
    cell, to, scale = (lif, "V", 1.0) if model == "steps" else (driven, "E", 0.25)
    network = Network(
        {
            "heard": SpikeSource(trains),
            "first": Population(cell, 20, "exact", dict(I=1.8)),
            "second": Population(cell, 20, "exact", dict(I=1.8)),
        },
        [
            Projection("heard", "first", connect_fixed_probability(80, 20, 0.3, seed=1), to, 0.2 * scale, 1.0),
            Projection("first", "second", connect_fixed_probability(20, 20, 0.3, seed=2), to, 0.3 * scale, 2.0),
        ],
    )  # fmt: skip
    exact = simulate_event_driven(network, 200.0)
    errors = []
    for dt in (0.02, 0.005):
        run, late = network.simulate(200.0, dt), []
        for name in ("first", "second"):
            for k in range(20):
                a, b = exact.spikes(name).train(k), run.spikes(name).train(k)
                assert a.size == b.size
                late.append(b - a)
        errors.append(np.concatenate(late).mean())
        assert np.median(np.abs(np.concatenate(late))) < 6 * dt  # a step for each spike before it
    assert exact.spikes("first").count > 200 and exact.spikes("second").count > 200
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.25)  # steps of V make times jump


@pytest.mark.jit
def test_instants_are_summed_before_units_are_tested() -> None:
    """20 mV up and 10 down at once do not reach 15 mV, in either order; 20 up and 4 down do."""
    for weights, fires in [([20, -10], 0), ([-10, 20], 0), ([20, -4], 1), ([-4, 20], 1)]:
        network = Network(
            {"heard": heard([1.0], [1.0]), "cell": Population(lif, 1)},
            [Projection("heard", "cell", connect_all(2, 1), "V", weights, 0.5)],
        )
        assert simulate_event_driven(network, 3.0).spikes("cell").count == fires


@pytest.mark.jit
def test_without_a_delay_spikes_act_at_once() -> None:
    """A chain of three fires in one instant; two units that inhibit each other and are due together both fire."""
    chain = Network(
        {"heard": heard([1.0]), "cells": Population(lif, 3)},
        [
            Projection("heard", "cells", one_to_one((0, 0), n_pre=1, n_post=3), "V", 16.0),
            Projection("cells", "cells", one_to_one((0, 1), (1, 2), (2, 0), n_pre=3, n_post=3), "V", 16.0),
        ],
    )  # fmt: skip
    run = simulate_event_driven(chain, 2.5)
    assert run.spikes("cells").times.tolist() == [1.0, 1.0, 1.0]
    assert run.spikes("cells").ids.tolist() == [0, 1, 2] and run.events == 4
    pair = Network(
        {"cells": Population(lif, 2, values=dict(I=2.0))},
        [Projection("cells", "cells", one_to_one((0, 1), (1, 0), n_pre=2, n_post=2), "V", -5.0)],
    )
    together = simulate_event_driven(pair, 15.0).spikes("cells")
    assert together.ids.tolist() == [0, 1] and together.times[0] == together.times[1]


@pytest.mark.jit
def test_units_above_threshold_fire_at_once() -> None:
    network = Network({"cells": Population(lif, 3, values=dict(V=[14.9, 15.0, 20.0]))})
    spikes = simulate_event_driven(network, 5.0).spikes("cells")
    assert spikes.times.tolist() == [0.0, 0.0] and spikes.ids.tolist() == [1, 2]


@pytest.mark.jit
@settings(max_examples=20)
@given(st.integers(0, 1000), st.permutations(range(30)))
def test_the_order_of_synapses_does_not_matter(seed: int, order: list[int]) -> None:
    """Responses without a threshold are sums: the same in any order, and twice as large for twice the weights."""
    rng = np.random.default_rng(seed)
    pre, post = rng.integers(0, 4, 30), rng.integers(0, 3, 30)
    weight, delay = rng.normal(0, 2, 30), rng.uniform(0.1, 9, 30)
    times = [np.sort(rng.uniform(0, 20, 5)).tolist() for _ in range(4)]

    def final(which: Any, scale: float) -> Any:
        by_source = np.array(which)[np.argsort(pre[which], kind="stable")]
        wires = Connectivity.from_pairs(pre[by_source], post[by_source], n_pre=4, n_post=3)
        network = Network(
            {"heard": heard(*times), "cells": Population(driven, 3, values=QUIET)},
            [
                Projection("heard", "cells", wires, to, scale * weight[by_source], delay[by_source])
                for to in ("V", "E")
            ],
        )
        return simulate_event_driven(network, 30.0).final["cells"]["V"]

    plain = final(range(30), 1.0)
    assert final(order, 1.0) == pytest.approx(plain, abs=1e-12)
    assert final(range(30), 2.0) == pytest.approx(2 * plain, abs=1e-12)


@pytest.mark.jit
def test_poisson_input_has_poisson_counts() -> None:
    """Mean, variance and independence of the counts of units that hardly leak, within 4.5 standard errors."""
    size, mean = 2000, 30.0
    counters = Population(lif, size, values=dict(tau_m=1e12, V=0.0) | QUIET)
    network = Network(
        {"counters": counters}, inputs=[PoissonInput("counters", "V", 1e3 * mean / 100 / 50, 2.0, n=50)]
    )  # fmt: skip
    run = simulate_event_driven(network, 100.0, seed=5)
    counts = np.round(run.final["counters"]["V"] / 2.0, 6)
    assert np.all(counts == np.round(counts)) and counts.sum() == run.events
    assert counts.mean() == pytest.approx(mean, abs=4.5 * math.sqrt(mean / size))
    assert counts.var() == pytest.approx(mean, rel=4.5 * math.sqrt(2 / size))
    assert abs(np.corrcoef(counts[:-1], counts[1:])[0, 1]) < 4.5 / math.sqrt(size)


@pytest.mark.jit
def test_poisson_source_is_irregular_and_drives() -> None:
    """CV 1, the rate given, and every spike arrives."""
    network = Network(
        {"noise": PoissonSource(50, 40.0), "cell": Population(lif, 1, values=QUIET)},
        [Projection("noise", "cell", connect_all(50, 1), "V", 0.1, 1.0)],
    )
    run = simulate_event_driven(network, 5000.0, seed=1)
    spikes = run.spikes("noise")
    assert spikes.count == pytest.approx(1e4, abs=4.5 * 100) and spikes.cv() == pytest.approx(
        1.0, abs=0.05
    )
    assert spikes.rates.std() == pytest.approx(math.sqrt(40 / 5), rel=0.4)
    assert run.events == np.sum(spikes.times + 1.0 <= 5000.0)


@pytest.mark.jit
def test_campbell() -> None:
    """Mean and variance of V under Poisson steps: J rate tau, J² rate tau / 2 (Campbell's theorem)."""
    network = Network(
        {"cells": Population(lif, 4000, values=dict(tau_m=10.0) | QUIET)},
        inputs=[PoissonInput("cells", "V", 1000.0, 0.5), PoissonInput("cells", "V", 500.0, -0.2)],
    )
    V = simulate_event_driven(network, 100.0, seed=2).final["cells"]["V"]
    variance = (0.25 * 1.0 + 0.04 * 0.5) * 10 / 2
    assert V.mean() == pytest.approx(5.0 - 1.0, abs=4.5 * math.sqrt(variance / 4000))
    assert V.var() == pytest.approx(variance, rel=4.5 * math.sqrt(2 / 4000) * 1.2)


@pytest.mark.jit
def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor do small buffers; another seed changes everything."""
    network = brunel(200, J=0.8, seed=1)
    whole = simulate_event_driven(network, 100.0, seed=3)
    monkeypatch.setattr(chunks, "_FIRST_CHUNK", 1)
    monkeypatch.setattr(chunks, "CHUNK_SECONDS", 1e-9)
    monkeypatch.setattr("neurolab.networks.event_simulation._SPIKES_AT_A_TIME", 7)
    monkeypatch.setattr("neurolab.networks.event_simulation._FLIGHTS", 1)
    short = simulate_event_driven(network, 20.0, seed=3)
    for name in "EI":
        assert short.spikes(name) == whole.spikes(name).between(0.0, 20.0)
    assert short.spikes("E").count > 50
    other = simulate_event_driven(network, 20.0, seed=4)
    assert other.spikes("E") != short.spikes("E")


@pytest.mark.jit
def test_goes_on_as_if_it_had_not_stopped() -> None:
    """With spikes in flight, units held, inputs by chance and recorded ones, one at the very end of a part."""
    rng = np.random.default_rng(5)
    played = SpikeTrains([0.0, 30.0, 30.5, 61.0], [0, 1, 0, 1], stop=80.0, n=2)
    network = Network(
        {
            "cells": Population(driven, 20, values=dict(I=1.7, t_ref=3.0)),
            "noise": PoissonSource(5, 40.0),
            "played": SpikeSource(played),
        },
        [
            Projection("noise", "cells", connect_all(5, 20), "E", 0.4),
            Projection("cells", "cells", connect_all(20, 20), "I", -0.1, rng.uniform(0, 9, 400)),
            Projection("played", "cells", connect_all(2, 20), "E", 0.5, 1.0),
        ],
        [PoissonInput("cells", "V", 200.0, 0.3)],
    )
    options: Any = dict(seed=2, record={"cells": {"V": [3, 19]}}, every=2.5)
    whole, state, parts = simulate_event_driven(network, 80.0, **options), None, []
    for duration in (30.0, 1.0, 49.0):
        parts.append(simulate_event_driven(network, duration, state=state, **options))
        state = parts[-1].state
    assert [part.window for part in parts] == [(0.0, 30.0), (30.0, 31.0), (31.0, 80.0)]
    for name in ("cells", "noise", "played"):
        for of in ("times", "ids"):
            joined = np.concatenate([getattr(part.spikes(name), of) for part in parts])
            assert np.array_equal(joined, getattr(whole.spikes(name), of)), name
    assert whole.spikes("cells").count > 20 and sum(part.events for part in parts) == whole.events
    assert np.array_equal(parts[-1].final["cells"]["V"], whole.final["cells"]["V"])
    t = np.concatenate([part.t for part in parts])
    traces = np.concatenate([part.traces["cells"]["V"] for part in parts], axis=1)
    _, once = np.unique(t, return_index=True)
    assert np.array_equal(t[once], whole.t)
    assert np.array_equal(traces[:, once], whole.traces["cells"]["V"])
    with pytest.raises(ValueError, match="state must come from a run of this network"):
        simulate_event_driven(brunel(10, seed=1), 1.0, state=state)


@pytest.mark.jit
def test_brunel_fires_as_by_the_clock() -> None:
    """1250 units in the irregular state: 0.1 ms of grid and 300 ms of noise leave 4 %; irregular by either."""
    network = brunel(1250, J=0.3, g=5.0, eta=2.0, seed=1)
    exact = simulate_event_driven(network, 400.0, seed=2).spikes("E").between(100.0, 400.0)
    clock = network.simulate(400.0, 0.02, seed=5).spikes("E").between(100.0, 400.0)
    assert exact.rate == pytest.approx(clock.rate, rel=0.04)
    assert exact.cv() == pytest.approx(clock.cv(), rel=0.05)


@pytest.mark.jit
def test_cuba_keeps_itself_active() -> None:
    """The benchmark's wires without a delay: 5.7 Hz by two clocks (row of Vogels and Abbott)."""
    run = simulate_event_driven(vogels_abbott("cuba", seed=3), 1000.0)
    rate = (run.spikes("E").count + run.spikes("I").count) / 4000
    assert rate == pytest.approx(5.7, abs=1.0)


@pytest.mark.jit
def test_one_spike_less_changes_all_others_soon() -> None:
    """Story 0.3: the same network and input without one spike; ten ms later hardly a spike is where it was."""
    network = brunel(1000, J=0.4, seed=1)
    kick = one_to_one((0, 0), n_pre=1, n_post=800)

    def run(times: list[float]) -> SpikeTrains:
        pushed = Network(
            dict(network.populations) | {"heard": heard(times)},
            [*network.projections, Projection("heard", "E", kick, "V", 30.0, 0.1)],
            network.inputs,
        )
        return simulate_event_driven(pushed, 100.0, seed=2).spikes("E")

    with_it, without = run([50.0]), run([])
    assert with_it.between(0, 50.0) == without.between(0, 50.0)

    def shared(start: float, stop: float) -> float:
        a, b = with_it.between(start, stop), without.between(start, stop)
        return (
            len(set(zip(a.times, a.ids, strict=True)) & set(zip(b.times, b.ids, strict=True)))
            / a.count
        )

    assert shared(60.0, 100.0) < 0.1
    assert with_it.rate == pytest.approx(without.rate, rel=0.05)


@pytest.mark.jit
def test_a_runaway_is_stopped() -> None:
    """Two units that set each other off without delay or refractory time never leave the instant."""
    network = Network(
        {"cells": Population(lif, 2, values=dict(I=2.0, t_ref=0.0))},
        [Projection("cells", "cells", connect_all(2, 2), "V", 20.0)],
    )
    with pytest.raises(chunks.Runaway, match="ran away: .* t = 13.8629 of 50 ms") as caught:
        simulate_event_driven(network, 50.0, max_spikes=5000)
    assert caught.value.time == pytest.approx(10 * math.log(4))
    assert caught.value.partial.spikes("cells").count > 5000


@pytest.mark.jit
def test_an_interrupt_keeps_what_is_done() -> None:
    fractions = []

    def stop(fraction: float) -> None:
        fractions.append(fraction)
        if fraction > 0.1:
            raise KeyboardInterrupt

    network = Network({"cells": Population(lif, 500, values=dict(I=3.0))})
    with pytest.raises(chunks.Interrupted, match="of 100000 ms") as caught:
        simulate_event_driven(network, 1e5, progress=stop)
    partial = caught.value.partial
    assert 0 < partial.window[1] < 1e5 and partial.spikes("cells").count > 0
    assert fractions == sorted(fractions) and partial.spikes("cells").stop == partial.window[1]
    simulate_event_driven(network, 100.0, progress=fractions.append)
    assert fractions[-1] == 1.0


@pytest.mark.jit
def test_models_are_known_by_what_they_compute() -> None:
    """One that a learner typed, with another order of parameters and two inputs, is as good as the library's."""

    def rhs(t: float, y: Any, p: Any, I: Any) -> Any:
        u, a = y
        return -u / p.tau + 0.5 * a + I.up - I.down, -0.2 * a

    typed = Model(
        rhs, dict(u=0.0, a=0.0), dict(tau=10.0), inputs=dict(up=0.0, down=0.0), threshold=15.0, refractory=2.0,
        reset=lambda y, p: (0.0, y[1]), name="typed",
    )  # fmt: skip
    same = add_synapses(lif, {"a": Exponential(5.0, None)})
    times = [
        simulate_event_driven(
            Network(
                {"heard": heard([3.0, 20.0]), "cell": Population(model, 1, values=values)},
                [Projection("heard", "cell", connect_all(1, 1), "a", weight, 1.0)],
            ),
            60.0,
        ).spikes("cell").times
        for model, values, weight in [(typed, dict(up=2.5, down=0.5), 2.0), (same, dict(I=2.0), 1.0)]
    ]  # fmt: skip
    assert times[0] == pytest.approx(times[1], rel=1e-13) and times[0].size > 3


@pytest.mark.jit
def test_a_sample_is_the_end_of_a_shorter_run() -> None:
    """To the last bit, in refractory times too; and recording changes no spike."""
    units = Population(driven, 20, values=dict(I=1.7, t_ref=3.0))
    network = Network(
        {"cells": units, "noise": PoissonSource(5, 40.0)},
        [
            Projection("noise", "cells", connect_all(5, 20), "E", 0.4),
            Projection("cells", "cells", connect_all(20, 20), "I", -0.1, 1.5),
        ],
    )
    record = {"cells": {"V": [3, 19], "g_I": [], "g_E": range(20)}}
    run = simulate_event_driven(network, 80.0, record=record, every=2.5)
    assert run.spikes("cells") == simulate_event_driven(network, 80.0).spikes("cells")
    assert run.spikes("cells").count > 20 and run.t == pytest.approx(np.arange(33) * 2.5)
    traces = run.traces["cells"]
    assert traces["V"].shape == (2, 33) and traces["g_I"].shape == (0, 33)
    assert np.any(traces["V"] == 0.0)  # held after a spike
    for k in (1, 7, 20, 32):
        final = simulate_event_driven(network, run.t[k]).final["cells"]
        assert np.array_equal(traces["V"][:, k], final["V"][[3, 19]])
        assert np.array_equal(traces["g_E"][:, k], final["g_E"])


def test_messages() -> None:
    wires = connect_all(2, 2)

    def refuse(
        words: str, cells: Any = None, tires: Any = None, input: Any = None, also: Any = None, duration: float = 10.0,
        **more: Any,
    ) -> None:  # fmt: skip
        populations = {"cells": cells or Population(lif, 2)} | (also or {})
        projection = Projection("cells", "cells", wires, "V", short_term=tires)
        network = Network(populations, [projection] if tires else [], [input] if input else [])
        with pytest.raises(ValueError, match=words):
            simulate_event_driven(network, duration, **more)

    instead = "use Network.simulate"
    refuse("duration must be above 0", duration=0.0)
    refuse("max_spikes", max_spikes=0)
    refuse("seed must be", seed=-1)
    refuse("every must be above 0", every=0.0)
    refuse("record: this network has no 'cell'", record={"cell": {"V": [0]}})
    refuse("record: units of cells are 0 to 1, got 2", record={"cells": {"V": [2]}})
    for model in (hodgkin_huxley, izhikevich, adex):
        refuse(f"cells cannot run event by event.*{model.name}.*{instead}", Population(model, 2))
    refuse("the equations of lif with A", Population(add_synapses(lif, {"A": Alpha(2.0, None)}), 2))
    refuse(
        "the equations of lif with E", Population(add_synapses(lif, {"E": Exponential(2.0, 0.0)}), 2)
    )  # fmt: skip

    def typed(rhs: Any, threshold: Any = 1.0, reset: Any = lambda y, p: (0.0,)) -> Population:
        model = Model(rhs, dict(x=0.0), {}, threshold=threshold, reset=reset, name="typed")
        return Population(model, 2)

    for rhs in (
        lambda t, y, p, I: (y[0],),
        lambda t, y, p, I: (t - y[0],),
        lambda t, y, p, I: (math.exp(y[0]),),
        lambda t, y, p, I: (-y[0] * I,),
        lambda t, y, p, I: (-min(y[0], 20.0),),
    ):
        refuse("the equations of typed are not those of a leaky x", typed(rhs))
    leak = lambda t, y, p, I: (I - y[0],)  # noqa: E731
    refuse(
        "the reset of typed does more than put x to one value",
        typed(leak, reset=lambda y, p: (y[0] - 1.0,)),
    )
    refuse("typed has no reset, or no fixed threshold", typed(leak, threshold=lambda y, p: y[0]))
    refuse(f"its input I changes in time; {instead}", Population(lif, 2, values=dict(I=math.sin)))
    refuse("its input I changes in time", Population(lif, 2, values=dict(I=np.ones((2, 9)))))
    refuse("I must have shape", Population(lif, 2, values=dict(I=[1.0, 2.0, 3.0])))
    refuse(
        "below their threshold of 10, got 10; lower the reset",
        Population(lif, 2, values=dict(theta=[15.0, 10.0], V_reset=10.0)),
    )
    refuse(
        "refractory time of cells must be 0 or more", Population(lif, 2, values=dict(t_ref=-1.0))
    )
    refuse("synapses from cells change", tires=depressing_release)
    refuse("its input is noise, or has a rate that changes", input=NoiseInput("cells", "V", 1.0))
    refuse("rate that changes", input=PoissonInput("cells", "V", lambda t: 5.0))
    refuse("do not all have one rate", also={"noise": PoissonSource(2, [1.0, 2.0])})
    run = simulate_event_driven(Network({"cells": Population(lif, 2)}), 1.0)
    with pytest.raises(ValueError, match="'cell'; did you mean 'cells'"):
        run.spikes("cell")
