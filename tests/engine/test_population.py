"""Populations: each unit does what `simulate` does with its numbers, whatever the blocks, threads and chunks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from numba.core.caching import NullCache

from neurolab.data.ensemble import Ensemble
from neurolab.engine import population
from neurolab.engine.compiled import LANES
from neurolab.engine.model import Model, param, simulate
from neurolab.engine.population import METHODS, simulate_population
from neurolab.kernels import chunks
from neurolab.membrane import compute_lif_rate, fitzhugh_nagumo, hodgkin_huxley, lif
from tests.engine.models import forced, integrator, two_drives

N = LANES + 3  # a second block, mostly padding


def unit_by_unit(
    model: Model, ensemble: Ensemble, duration: float, dt: float, **values: Any
) -> None:
    """The states and spikes of some units are those of `simulate`, to the SIMD exp's last places."""
    for k in (0, 1, ensemble.size // 2, ensemble.size - 1):
        own = {name: v[k] if np.ndim(v) else v for name, v in values.items()}
        run, unit = simulate(model, duration, dt, **own), ensemble.unit(k)
        assert np.allclose(unit.samples, run.samples, rtol=1e-8, atol=1e-8)
        assert unit.params == pytest.approx(dict(run.params))
        if model.threshold is not None:
            assert unit.spikes().times == pytest.approx(run.spikes().times, abs=1e-8)


CASES = [
    (hodgkin_huxley, method) for method in METHODS
]  # each compiles for seconds when nothing is cached
CASES += [(fitzhugh_nagumo, "heun"), (lif, "rk4"), (lif, "euler")]


@pytest.mark.jit
@pytest.mark.parametrize(("model", "method"), CASES, ids=lambda case: getattr(case, "name", case))
def test_each_unit_is_a_simulation(model: Model, method: str) -> None:
    values: dict[str, Any] = dict(I=np.linspace(0.2, 6.0, N))
    values |= (
        dict(g_Na=np.linspace(90, 130, N), T=np.linspace(5, 12, N)) if "T" in model.params else {}
    )
    values |= (
        dict(t_ref=np.linspace(0, 4, N), V=np.linspace(-5, 10, N))
        if "t_ref" in model.params
        else {}
    )
    run = simulate_population(model, 30.0, 0.01, method=method, record=None, **values)
    assert run.samples.shape == (len(model.states), N, 3001)
    unit_by_unit(model, run, 30.0, 0.01, method=method, **values)


@pytest.mark.jit
def test_inputs_of_every_kind() -> None:
    """One number, one a unit, one a unit and step, and a function of t that all receive."""
    rng, steps = np.random.default_rng(1), 200
    table = rng.normal(size=(N, steps))
    for drive in (1.5, np.linspace(0, 1, N), table, lambda t: np.cos(t)):
        run = simulate_population(forced, 2.0, 0.01, size=N, I=drive, record="x")
        for k in (0, N - 1):
            own = drive if callable(drive) or np.ndim(drive) == 0 else drive[k]
            assert run.x[k] == pytest.approx(simulate(forced, 2.0, 0.01, I=own).x, abs=1e-12)
    run = simulate_population(
        two_drives, 2.0, 0.01, up=table, down=np.linspace(0, 2, N), record="x"
    )
    alone = simulate(two_drives, 2.0, 0.01, up=table[3], down=2.0 * 3 / (N - 1))
    assert run.x[3] == pytest.approx(alone.x, abs=1e-12)


@pytest.mark.jit
def test_threads_and_chunks_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(**more: Any) -> Ensemble:
        drive = np.linspace(0, 20, 5 * LANES - 7)
        return simulate_population(hodgkin_huxley, 20.0, 0.02, I=drive, record="V", every=3, **more)

    one = run(threads=1)
    monkeypatch.setattr(chunks, "_FIRST_CHUNK", 1)
    for threads in (1, 2, 3):
        other = run(threads=threads)
        assert np.array_equal(other.V, one.V) and other.spikes() == one.spikes()
        assert all(np.array_equal(other.final[name], one.final[name]) for name in one.final)


@pytest.mark.jit
def test_goes_on_from_where_it_stood() -> None:
    drive = np.linspace(0, 20, N)
    whole = simulate_population(hodgkin_huxley, 20.0, 0.02, I=drive)
    half = simulate_population(hodgkin_huxley, 10.0, 0.02, I=drive)
    rest = simulate_population(hodgkin_huxley, 10.0, 0.02, I=drive, **half.final)
    assert all(np.array_equal(rest.final[name], whole.final[name]) for name in whole.final)
    assert half.spikes().count + rest.spikes().count == whole.spikes().count


@pytest.mark.jit
@pytest.mark.parametrize("method", ["rk4", "staggered"])
def test_single_precision_is_near_double(method: str) -> None:
    drive = np.linspace(7, 20, N)  # away from the threshold, where a last digit decides
    double, single = (
        simulate_population(
            hodgkin_huxley, 40.0, 0.01, I=drive, method=method, dtype=dtype, record="V"
        )
        for dtype in ("float64", "float32")
    )
    assert single.V.dtype == np.float32 and double.V.dtype == np.float64
    assert single.spikes().count == double.spikes().count
    assert np.abs(np.sort(single.spikes().times) - np.sort(double.spikes().times)).max() < 0.01


@pytest.mark.jit
def test_single_precision_with_resets() -> None:
    drive = np.linspace(1.6, 4.0, N)
    run = simulate_population(lif, 500.0, 0.01, I=drive, dtype="float32")
    assert run.spikes().rates == pytest.approx(
        compute_lif_rate(drive), abs=2.1
    )  # a spike in 500 ms


@pytest.mark.jit
def test_a_full_spike_buffer_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    values = dict(I=np.linspace(1, 3, 5), theta=0.5, jump=0.1)
    whole = simulate_population(integrator, 60.0, 0.1, **values).spikes()
    monkeypatch.setattr(population, "_SPIKES_OF_A_BLOCK", 1)
    assert simulate_population(integrator, 60.0, 0.1, **values).spikes() == whole
    assert whole.count > 400


def test_what_an_ensemble_tells() -> None:
    run = simulate_population(
        lif, 20.0, 0.5, I=[1.0, 4.0, 2.0], tau_m=[10.0, 20.0, 10.0], record="V", every=4
    )
    assert run.size == 3 and run.V.shape == (3, 11) and run["V"] is not None and list(run) == ["V"]
    assert run.t.tolist() == [0.5 * 4 * k for k in range(11)]
    assert (
        run.spikes().n == 3
        and run.spikes().count == run.unit(1).spikes().count + run.unit(2).spikes().count
    )
    assert run.unit(1).params["tau_m"] == 20.0 and run.unit(1).inputs["I"] == 4.0
    assert repr(run) == "Ensemble(lif: 3 units, V; 11 samples to 20 ms)"
    only_spikes = simulate_population(lif, 20.0, 0.5, size=2)
    assert only_spikes.samples.shape == (0, 2, 41) and only_spikes.final["V"].shape == (2,)
    with pytest.raises(AttributeError, match="give record="):
        only_spikes.V  # noqa: B018
    with pytest.raises(KeyError, match="w"):
        run["w"]
    with pytest.raises(ValueError, match="unit must be 0 to 2"):
        run.unit(3)
    with pytest.raises(ValueError, match="no threshold"):
        simulate_population(forced, 1.0, 0.5, size=1).spikes()


def test_messages() -> None:
    def run(model: Model = lif, **changes: Any) -> None:
        simulate_population(model, **(dict(duration=2.0, dt=0.5, size=3) | changes))

    for changes, words in [
        (dict(size=None), "size must be given"),
        (dict(I=[1.0, 2.0]), r"I must have shape \(3,\) or \(3, 4\)"),
        (dict(size=None, I=[1.0, 2.0], tau_m=[1.0, 2.0, 3.0]), r"tau_m must have shape \(2,\),"),
        (dict(tau_m=np.ones((3, 4))), r"tau_m must have shape \(3,\),"),
        (dict(I=np.ones((3, 5))), r"or \(3, 4\)"),
        (dict(size=None, I=[]), "I must have shape"),
        (dict(I=[1.0, np.nan, 2.0]), "I must be finite"),
        (dict(tau=[1.0, 2.0, 3.0]), "tau_m"),
        (dict(dtype="float16"), "dtype"),
        (dict(method="crank_nicolson"), "method"),
        (dict(dt=3.0), "dt must be at most"),
        (dict(record="w"), "record"),
        (dict(threads=0), "threads"),
    ]:
        with pytest.raises(ValueError, match=words):
            run(**changes)
    with pytest.raises(ValueError, match="unit 1 of lif fires without end"):
        run(V_reset=[0.0, 20.0, 0.0], V=[0.0, 16.0, 0.0])
    growing = Model(
        lambda t, y, p, I: (p.k * y[0] * y[0],), dict(x=5.0), dict(k=param(0.0)), name="growing"
    )
    with pytest.raises(chunks.Diverged, match="x of unit 1 of growing"):
        run(growing, duration=50.0, k=[0.0, 1.0, 0.0])


@pytest.mark.jit
def test_an_interrupt_keeps_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(fraction: float) -> None:
        if fraction > 0.2:
            raise KeyboardInterrupt

    with pytest.raises(chunks.Interrupted) as caught:
        simulate_population(
            lif, 4000.0, 0.01, I=np.linspace(1, 4, 200), progress=stop, record="V", every=100
        )
    partial = caught.value.partial
    assert 0 < partial.steps < 400_000
    assert partial.V.shape == (200, partial.t.size) and partial.t[-1] <= partial.window[1]
    assert np.isfinite(partial.V).all() and partial.spikes().times[-1] <= partial.window[1]


@pytest.mark.jit
@pytest.mark.parametrize("method", ["euler", "staggered"])
@pytest.mark.parametrize(("dtype", "suffix"), [("float64", "pd"), ("float32", "ps")])
def test_packed_instructions(
    monkeypatch: pytest.MonkeyPatch, method: str, dtype: str, suffix: str
) -> None:
    """The inner loop divides and multiplies many units at once, and calls no exp."""
    fresh: Any = population._block_loop.__wrapped__(method)
    fresh._cache = NullCache()  # the assembly is only at hand after compiling
    monkeypatch.setattr(population, "_block_loop", lambda method: fresh)
    simulate_population(hodgkin_huxley, 0.1, 0.01, size=4, method=method, dtype=dtype)
    (code,) = fresh.inspect_asm().values()
    if "mulp" in code:  # x86-64
        assert re.search(rf"\bv?divp{suffix[-1]}\b", code) and re.search(
            rf"\bv?mulp{suffix[-1]}\b", code
        )
    else:
        assert re.search(r"\bfdiv\s+v\d+\.(2d|4s)", code)
    assert "exp" not in re.findall(r"\$(\w+)", code)


BITS = """
import hashlib, numpy as np, neurolab as nl
hh = nl.membrane.hodgkin_huxley
for dtype in ("float64", "float32"):
    run = nl.simulate_population(hh, 4, 0.02, I=np.linspace(0, 30, 9), method="staggered", dtype=dtype, record="V")
    print(hashlib.sha256(np.ascontiguousarray(run.V).tobytes()).hexdigest())
for run in (nl.simulate_stochastic(hh, 4, 0.02, seed=3, noise=dict(V=2.0)), nl.simulate(hh, 4, 0.02, I=10.0)):
    print(hashlib.sha256(run.samples.tobytes()).hexdigest())
"""


@pytest.mark.jit
@pytest.mark.slow
def test_same_bits_on_the_generic_and_the_native_processor() -> None:
    targets: list[dict[str, str]] = [{}, dict(NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="")]
    outputs = [
        subprocess.run(
            [sys.executable, "-c", BITS],
            env=os.environ | target,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for target in targets
    ]
    assert outputs[0] == outputs[1] and outputs[0].count("\n") == 4
