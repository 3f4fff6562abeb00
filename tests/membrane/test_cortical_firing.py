"""Izhikevich's neuron: the published programs, the closed forms of its rest, and the equations themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurolab.dynamics import find_equilibria, find_hopf_points, find_saddle_nodes
from neurolab.engine.model import simulate
from neurolab.membrane import (
    IZHIKEVICH_PANELS,
    IZHIKEVICH_TYPES,
    compute_izhikevich_hopf_current,
    compute_izhikevich_rest,
    compute_izhikevich_saddle_node_current,
    izhikevich,
    simulate_izhikevich_euler,
    simulate_izhikevich_panel,
)
from tests.reference import cortical_firing as naive


@settings(max_examples=25, deadline=None)
@given(
    a=st.floats(0.01, 0.2),
    b=st.floats(-0.1, 0.26),
    c=st.floats(-70, -50),
    d=st.floats(0, 8),
    I=st.floats(-10, 20),
    dt=st.sampled_from([0.1, 0.25, 0.5, 1.0]),
    substeps=st.integers(1, 3),
)
def test_the_kernel_is_the_program_of_the_paper(
    a: float, b: float, c: float, d: float, I: float, dt: float, substeps: int
) -> None:
    run = simulate_izhikevich_euler(60.0, dt, I, a=a, b=b, c=c, d=d, substeps=substeps)
    V, u, fired = naive.simulate_izhikevich_euler(
        dt, [I] * run.t.size, -65.0, -65.0 * b, a, b, c, d, substeps=substeps
    )
    assert run.V == pytest.approx(V, rel=1e-7, abs=1e-7)
    assert run.u == pytest.approx(u, rel=1e-7, abs=1e-7)
    assert run.spikes().times.tolist() == [i * dt for i in fired]


def test_counts_by_step_of_the_fast_spiking_neuron() -> None:
    """Computed with two other programs; 63 is the published network's two half steps for V."""
    fast = IZHIKEVICH_TYPES["FS"]
    counts = {dt: simulate_izhikevich_euler(1000.0, dt, 10.0, **fast).spikes().count
              for dt in (1.0, 0.5, 0.1, 0.01)}  # fmt: skip
    assert counts == {1.0: 69, 0.5: 92, 0.1: 125, 0.01: 136}
    assert simulate_izhikevich_euler(1000.0, 1.0, substeps=2, **fast).spikes().count == 63


@pytest.mark.jit
def test_small_euler_steps_come_to_the_equations() -> None:
    """First order: spike times at 0.001 ms lie within 0.1 ms of the accurate ones over the first 100 ms."""
    for name in ("RS", "FS", "CH"):
        neuron = IZHIKEVICH_TYPES[name]
        exact = simulate(izhikevich, 100.0, 0.005, I=10.0, u=-65.0 * neuron["b"], **neuron)
        coarse = simulate_izhikevich_euler(100.0, 0.001, 10.0, **neuron)
        a, b = exact.spikes().times, coarse.spikes().times
        assert a.size == b.size
        assert np.abs(a - b).max() < 0.1


@pytest.mark.parametrize(("b", "e", "f"), [(0.2, 5.0, 140.0), (0.26, 5.0, 140.0), (-0.1, 4.1, 108.0)])  # fmt: skip
def test_closed_forms_of_rest_are_those_of_continuation(b: float, e: float, f: float) -> None:
    a = 0.02
    fold = compute_izhikevich_saddle_node_current(b, e=e, f=f)
    V, u = compute_izhikevich_rest(fold - 1.0, b, e=e, f=f)
    values = dict(a=a, b=b, e=e, f=f)
    (rest, _) = find_equilibria(izhikevich, I=fold - 1.0, **values)
    assert (rest.state["V"], rest.state["u"]) == pytest.approx((float(V), float(u)), abs=1e-7)
    (found,) = find_saddle_nodes(izhikevich, "I", fold - 5.0, fold + 5.0, **values)
    assert found.value == pytest.approx(fold, abs=1e-6)
    hopf = compute_izhikevich_hopf_current(a, b, e=e, f=f)
    points = find_hopf_points(izhikevich, "I", fold - 5.0, fold + 5.0, **values)
    assert len(points) == (not np.isnan(hopf))
    for point in points:
        assert point.value == pytest.approx(hopf, abs=1e-5)


def test_rest_ends_in_nan_beyond_the_saddle_node() -> None:
    V, u = compute_izhikevich_rest([3.0, 5.0])
    assert np.isnan(V).tolist() == np.isnan(u).tolist() == [False, True]


def test_class_1_has_no_hopf_point_and_the_resonator_has() -> None:
    G, K = IZHIKEVICH_PANELS["G"], IZHIKEVICH_PANELS["K"]
    assert np.isnan(compute_izhikevich_hopf_current(G.a, G.b, e=G.e, f=G.f))
    assert compute_izhikevich_hopf_current(K.a, K.b) < compute_izhikevich_saddle_node_current(K.b)


@pytest.mark.parametrize(
    ("letter", "count", "first"),
    [("G", 10, 84.5), ("J", 1, 26.5), ("N", 7, 68.0), ("P", 5, 45.25), ("R", 1, 311.5), ("T", 12, 86.5)],
)  # fmt: skip
def test_the_other_panels(letter: str, count: int, first: float) -> None:
    """Computed with a plain loop over the figure's program; the rest are rows of classics.toml."""
    times = simulate_izhikevich_panel(letter).spikes().times
    assert (times.size, times[0]) == (count, pytest.approx(first))


def test_a_panel_says_what_went_in() -> None:
    run = simulate_izhikevich_panel("K")
    on = run.t[run.inputs["I"] > 0]
    assert on.min() == 40.25 and on.max() == 323.75
    assert simulate_izhikevich_panel("K", strength=0.0).spikes().count == 0
    assert simulate_izhikevich_panel("S", strength=2.0).inputs["I"].max() == 85.0
    fine = simulate_izhikevich_panel("A", refine=4)
    assert fine.t.size == 4 * (simulate_izhikevich_panel("A").t.size - 1) + 1


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: simulate_izhikevich_panel("U"), "letter must be one of A, B"),
        (lambda: simulate_izhikevich_panel("A", refine=0), "refine must be a whole number"),
        (lambda: simulate_izhikevich_euler(10.0, 20.0), "dt must be at most the duration of 10 ms"),
        (lambda: simulate_izhikevich_euler(10.0, 1.0, [1.0, 2.0]), "each of the 10 steps"),
        (lambda: simulate_izhikevich_euler(10.0, 1.0, substeps=0), "substeps must be a whole"),
    ],
)
def test_errors_say_what_to_do(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()  # type: ignore[operator]
