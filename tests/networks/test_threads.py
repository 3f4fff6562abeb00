"""Networks on several threads: the same bits as on one, and every way out of a run."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from neurolab.data.connectivity import Connectivity
from neurolab.data.spikes import SpikeTrains
from neurolab.data.wiring import connect_all, connect_fixed_probability
from neurolab.engine.model import Model
from neurolab.kernels import chunks
from neurolab.membrane import lif
from neurolab.networks import (
    Network,
    NetworkRun,
    NoiseInput,
    PoissonInput,
    PoissonSource,
    Population,
    Projection,
    SpikeSource,
    brunel,
    shares,
    simulation,
)
from neurolab.plasticity import PairRule
from neurolab.synapses import TsodyksMarkram

LEAKY = dict(tau_m=20.0, theta=20.0, V_reset=10.0, t_ref=2.0)
DT, STEPS = 0.1, 400
slow = Model(
    lambda t, y, p, I: (I - y[0] / 10.0,), dict(x=0.0), {}, inputs=dict(I=0.0), threshold=1.0,
    reset=lambda y, p: (0.0,), name="slow",
)  # fmt: skip


def everything(*, course: bool) -> Network:
    """Two kinds of models and all that leads to a unit: lists, bits, own weights, own delays, inputs of each kind."""
    rng = np.random.default_rng(1)
    cells = Population(lif, 2300, "exact", dict(LEAKY, V=rng.uniform(0, 20, 2300), I=1.0))
    I = rng.uniform(0.0, 0.4, (300, STEPS))
    times = np.sort(np.repeat(rng.uniform(0, STEPS * DT, 60), 3))  # three of a unit in one step
    played = SpikeTrains(times, np.repeat(np.arange(60) % 5, 3), stop=STEPS * DT, n=5)
    wires = dict(
        out=connect_fixed_probability(2300, 300, 0.05, seed=2),
        back=connect_fixed_probability(300, 2300, 0.1, seed=3),
        dense=connect_fixed_probability(64, 2300, 0.3, seed=4),
        seldom=connect_fixed_probability(20, 300, 0.5, seed=5),
        late=connect_fixed_probability(5, 2300, 0.5, seed=6),
        among=connect_fixed_probability(2300, 2300, 0.02, seed=7),
        full=connect_all(5, 300),
    )
    own = {name: rng.uniform(-0.1, 0.3, w.count) for name, w in wires.items()}
    return Network(
        {
            "played": SpikeSource(played), "cells": cells, "noise": PoissonSource(64, 950.0),
            "slow": Population(slow, 300, "euler", dict(I=I if course else I[:, 0])),
            "wave": PoissonSource(20, lambda t: 300.0 * (1 + math.sin(t))),
        },
        [
            Projection("cells", "slow", wires["out"], "x", 0.05, 0.5),
            Projection("slow", "cells", wires["back"], "V", own["back"], 0.4),
            Projection("noise", "cells", wires["dense"], "V", 0.2, 0.3),
            Projection("wave", "slow", wires["seldom"], "x", 0.1, 0.3),
            Projection("played", "cells", wires["late"], "V", own["late"], rng.uniform(0.3, 2.0, wires["late"].count)),
            Projection("cells", "cells", wires["among"], "V", -0.2, 1.0, TsodyksMarkram(0.4, 100.0)),
            Projection("played", "slow", wires["full"], "x", own["full"], 0.3),
        ],
        [
            PoissonInput("cells", "V", lambda t: 10.0 + t, 0.3, n=100), PoissonInput("slow", "x", 5.0, 0.1, n=10),
            NoiseInput("cells", "V", 0.5), NoiseInput("slow", "x", 0.01),
        ],
    )  # fmt: skip


def held(run: NetworkRun) -> list[bytes]:
    """What a run remembers; where few fired, a list in the ring still has older units behind its end."""
    return [a.tobytes() for name, a in run.state.arrays.items() if name != "ring"]


def bits(run: NetworkRun) -> list[bytes]:
    """Spikes, traces and states."""
    found = [a for trains in run.trains.values() for a in (trains.times, trains.ids)]
    found += [a for group in (run.traces, run.final) for s in group.values() for a in s.values()]
    return [np.asarray(a).tobytes() for a in (*found, *run.weights)] + held(run)


@pytest.mark.jit
def test_any_number_of_threads_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    network = everything(course=True)
    asked: dict[str, Any] = dict(
        record={"cells": {"V": [2299, 3, 700]}, "slow": {"x": [0, 299]}}, every=7
    )
    one = network.simulate(STEPS * DT, DT, seed=5, threads=1, **asked)
    assert all(trains.count > 50 for trains in one.trains.values())
    made = []
    share = simulation._Share
    monkeypatch.setattr(simulation, "_Share", lambda *given: made.append(given[1]) or share(*given))
    for threads in (2, 3, 5):
        made.clear()
        run = network.simulate(STEPS * DT, DT, seed=5, threads=threads, **asked)
        assert bits(run) == bits(one) and made == list(range(threads))
    monkeypatch.setattr(chunks, "_FIRST_CHUNK", 1)
    monkeypatch.setattr(chunks, "CHUNK_SECONDS", 1e-9)
    monkeypatch.setattr(simulation, "_LEAST_ROOM", 1)
    assert bits(network.simulate(STEPS * DT, DT, seed=5, threads=3, **asked)) == bits(one)


@pytest.mark.jit
def test_goes_on_with_other_threads() -> None:
    """17.3 ms are no multiple of the window of 0.3 ms."""
    network = everything(course=False)
    whole = network.simulate(STEPS * DT, DT, seed=5, threads=1)
    first = network.simulate(17.3, DT, seed=5, threads=2)
    for threads in (1, 3):
        rest = network.simulate(STEPS * DT - 17.3, DT, seed=5, state=first.state, threads=threads)
        for name, trains in whole.trains.items():
            parts = [(r.trains[name].times, r.trains[name].ids) for r in (first, rest)]
            times, ids = (np.concatenate(both) for both in zip(*parts, strict=True))
            assert np.array_equal(times, trains.times) and np.array_equal(ids, trains.ids)
        assert held(rest) == held(whole)


def cells(size: int, I: float = 3.0, *projections: Projection) -> Network:
    return Network({"cells": Population(lif, size, "exact", dict(LEAKY, I=I))}, projections)


@pytest.mark.jit
def test_what_needs_one_thread_gets_one() -> None:
    """Plasticity, and wires in which the targets of a source are out of order."""
    wires = Connectivity.from_pairs(
        np.repeat(np.arange(300), 2), np.tile([200, 7], 300), n_pre=300, n_post=300
    )
    for more in (dict(plasticity=PairRule(0.01, 0.01)), {}):
        network = cells(300, 30.0, Projection("cells", "cells", wires, "V", 0.5, 1.5, **more))  # type: ignore[arg-type]
        assert len(simulation._Run(network, 9.0, DT, 0, {}, 1, None, 2).shares) == 1
        one, two = (network.simulate(30.0, DT, threads=n) for n in (1, 2))
        assert bits(one) == bits(two) and one.spikes("cells").count > 300


@pytest.mark.jit
def test_a_population_may_be_one_share_s_alone() -> None:
    """Dense wires are cut only where a chunk of their bits ends, so few targets are not cut at all."""
    network = brunel(2500, g=4.5, eta=2.0, J=0.4, seed=1)
    one, *more = (network.simulate(60.0, DT, threads=n) for n in (1, 2, 3))
    assert one.spikes("I").count > 300 and all(bits(run) == bits(one) for run in more)


def test_threads_are_used_where_they_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as there are, one for each 20 000 steps of units in a window, and a block of units at least."""
    monkeypatch.setattr(simulation, "count_threads", lambda: 4)

    def count(size: int, delay: float, threads: int | None = None) -> int:
        pair = Connectivity.from_pairs([0], [0], n_pre=size, n_post=size)
        network = cells(size, 3.0, Projection("cells", "cells", pair, "V", 0.1, delay))
        return len(simulation._Run(network, 10.0, DT, 0, {}, 1, None, threads).shares)

    assert [count(4000, d) for d in (0.1, 0.9, 5.0)] == [1, 2, 4]
    assert [count(200, 0.1, n) for n in (1, 2, 9)] == [1, 2, 2]
    with pytest.raises(ValueError, match="threads"):
        count(4, 0.1, 0) and cells(4).simulate(1.0, DT, threads=0)


def test_shares_are_equal_and_rows_are_cut() -> None:
    cuts = shares.deal_blocks([10_000, 2500, 64], [16, 16, 0], 2)
    assert cuts.tolist() == [[0, 0, 0], [32, 16, 0], [79, 20, 1]]  # 6144 and 6356 units
    for count in (2, 3, 7):
        cuts = shares.deal_blocks([700, 5, 333], [1, 1, 1], count)
        assert np.all(np.diff(cuts, axis=0) >= 0) and cuts[-1].tolist() == [6, 1, 3]
    starts, targets = np.array([0, 3, 3, 5]), np.array([1, 4, 9, 0, 4], np.uint16)
    found = np.zeros((2, 4), np.int64)
    assert shares.cut_rows(starts, 0, 3, targets, np.array([4, 5]), found)
    assert found[:, :3].tolist() == [[1, 3, 4], [2, 3, 5]]
    assert not shares.cut_rows(starts, 0, 3, targets[::-1].copy(), np.array([4, 5]), found)


@pytest.mark.jit
def test_errors_of_a_share_reach_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the run, those of the model, and any other, while the other share waits."""
    growing = Model(
        lambda t, y, p, I: (y[0] * y[0],), dict(x=0.0), {}, threshold=1e300, name="growing"
    )
    x = np.where(np.arange(300) == 290, 5.0, 0.0)
    with pytest.raises(chunks.Diverged, match="x of unit 290 of cells"):
        Network({"cells": Population(growing, 300, "euler", dict(x=x))}).simulate(
            100.0, DT, threads=2
        )
    with pytest.raises(chunks.Runaway) as caught:
        cells(300).simulate(1e4, DT, max_spikes=900, threads=2)
    assert caught.value.partial.spikes("cells").count > 900
    broken = Model(
        lambda t, y, p, I: (p.missing,) if y[0] > 1e9 else (-y[0],),
        dict(x=0.0),
        {},
        threshold=1.0,
        name="broken",
    )
    with pytest.raises(ValueError, match="broken cannot be compiled"):
        Network({"cells": Population(broken, 300, "euler")}).simulate(1.0, DT, threads=2)

    made: list[Any] = []

    def fail(lists: Any, done: float) -> None:
        made.append(lists)
        if lists is not made[0]:  # one share goes on, the other does not
            raise MemoryError("no room")

    monkeypatch.setattr(simulation._SpikeLists, "make_room", fail)
    with pytest.raises(MemoryError, match="no room"):
        cells(300).simulate(100.0, DT, threads=2)


@pytest.mark.jit
def test_an_interrupt_keeps_what_is_done() -> None:
    def stop(fraction: float) -> None:
        if fraction > 0.1:
            raise KeyboardInterrupt

    with pytest.raises(chunks.Interrupted) as caught:
        cells(500).simulate(1e5, DT, threads=2, progress=stop)
    partial = caught.value.partial
    again = cells(500).simulate(partial.window[1], DT, threads=1)
    assert 0 < partial.window[1] < 1e5 and bits(partial) == bits(again)
