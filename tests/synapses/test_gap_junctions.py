"""Gap junctions: the closed forms against each other and against the coupled models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurolab.engine.events import detect_spikes
from neurolab.engine.model import Model, simulate
from neurolab.membrane import hodgkin_huxley, lif, passive
from neurolab.synapses import (
    AMPA,
    add_synapses,
    compute_coupled_response,
    compute_coupling_coefficient,
    compute_coupling_matrix,
    compute_gap_current,
    couple_cells,
    simulate_driven,
)
from tests.engine.models import two_drives

positive = st.floats(0.01, 10)


@given(st.integers(1, 6), st.integers(0, 1000))
def test_currents_add_up_to_zero_and_vanish_at_equal_voltages(cells: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    g = rng.uniform(0, 1, (cells, cells))
    g, V = g + g.T, rng.uniform(-80, 0, (cells, 3))
    I = compute_gap_current(V, g)
    into = [[g[i] @ (V[:, k] - V[i, k]) for k in range(3)] for i in range(cells)]
    assert np.allclose(I, into) and np.allclose(I.sum(axis=0), 0)
    assert np.allclose(compute_gap_current(np.full(cells, -60.0), g), 0)


@given(positive, positive, positive)
def test_the_matrix_of_two_cells_is_the_coefficient(g: float, first: float, second: float) -> None:
    K = compute_coupling_matrix([first, second], g)
    assert K[1, 0] == pytest.approx(compute_coupling_coefficient(g, second))
    assert K[0, 1] == pytest.approx(compute_coupling_coefficient(g, first))


def test_a_chain_passes_less_from_cell_to_cell() -> None:
    g = np.diag(np.full(4, 0.2), 1)
    K = compute_coupling_matrix(np.full(5, 0.1), g + g.T)
    assert np.all(np.diff(K[:, 0]) < 0) and np.allclose(np.diag(K), 1)
    assert compute_coupling_matrix([0.3], 5.0).tolist() == [[1.0]]


def test_the_step_response_is_the_simulation() -> None:
    pair = couple_cells(passive, 0.05)
    run = simulate(pair, 60.0, 0.1, I_1=1.0)
    exact = compute_coupled_response(run.t, 1.0, g=0.05)
    assert np.abs(run.samples + 65 - exact).max() < 1e-7
    assert exact[1, -1] / exact[0, -1] == pytest.approx(
        compute_coupling_coefficient(0.05, 0.1), rel=0.01
    )
    assert compute_coupled_response(-1.0, 1.0, g=0.05).tolist() == [[0.0], [0.0]]


def test_the_coefficient_falls_with_frequency_as_simulated() -> None:
    f, pair = 40.0, couple_cells(passive, 0.05)
    run = simulate(pair, 300.0, 0.05, I_1=lambda t: np.cos(2e-3 * np.pi * 40.0 * t))
    late = run.between(200.0, 300.0 - 0.025)
    wave = np.exp(-2e-3j * np.pi * f * late.t)
    sizes = [abs(((V - V.mean()) * wave).mean()) for V in (late["V_1"], late["V_2"])]
    expected = compute_coupling_coefficient(0.05, 0.1, C=1.0, frequency=f)
    assert sizes[1] / sizes[0] == pytest.approx(expected, rel=1e-3)
    assert expected < compute_coupling_coefficient(0.05, 0.1)


@pytest.mark.jit
def test_strong_coupling_makes_two_cells_one() -> None:
    """Two squids, one of them driven: joined tightly they fire together, at the rate of one with half the current."""
    pair = couple_cells(hodgkin_huxley)
    assert list(pair.states)[:5] == ["V_1", "m_1", "h_1", "n_1", "V_2"] and len(pair.gates) == 6
    run = simulate(pair, 100.0, 0.01, I_1=20.0, g_gap=50.0)
    one = simulate(hodgkin_huxley, 100.0, 0.01, I=10.0)
    assert np.abs(run["V_1"] - run["V_2"]).max() < 1.0
    assert detect_spikes(run.t, run["V_2"]).count == one.spikes().count > 5
    apart = simulate(pair, 100.0, 0.01, I_1=20.0, g_gap=0.0)
    assert apart["V_2"].max() < -60
    assert apart["V_1"] == pytest.approx(simulate(hodgkin_huxley, 100.0, 0.01, I=20.0).V)


def test_pairs_of_other_models_take_synapses_too() -> None:
    both = couple_cells(two_drives, 0.3, input="up", voltage="x")
    slope = both.derivative([1.0, 3.0], up_1=0.5, up_2=0.0, down_1=0.0, down_2=0.2)
    flow = 0.3 * 2.0
    assert slope[0] == pytest.approx(two_drives.derivative([1.0], up=0.5 + flow, down=0.0)[0])
    assert slope[1] == pytest.approx(two_drives.derivative([3.0], up=-flow, down=0.2)[0])
    cell = add_synapses(passive, {"E": AMPA})
    run = simulate_driven(
        couple_cells(cell, 0.1), 20.0, 0.1, {"g_E_1": [5.0]}, weights={"g_E_1": 0.1}
    )
    assert run["V_1"].max() > run["V_2"].max() > -64
    level = Model(lambda t, y, p, I: (I,), dict(V=0.0), {}, threshold=lambda y, p: y[0] - 1.0)
    ramp = simulate(couple_cells(level, 0.0), 5.0, 0.1, I_1=0.5, I_2=1.0)
    assert ramp.spikes().times == pytest.approx([2.0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compute_gap_current(1.0, 0.1), "V must have shape"),
        (lambda: compute_gap_current([1.0, 2.0], np.ones((3, 3))), r"shape \(2, 2\), one row a cell, got \(3, 3\)"),
        (lambda: compute_gap_current([1.0, 2.0], -0.1), "g must be 0 or more, got -0.1"),
        (lambda: compute_gap_current([1.0, 2.0], [[0.0, 1.0], [2.0, 0.0]]), "g must be symmetric"),
        (lambda: compute_coupling_coefficient(-1.0, 1.0), "g must be 0 or more"),
        (lambda: compute_coupling_coefficient(1.0, 0.0), "g_L must be above 0"),
        (lambda: compute_coupling_matrix([1.0, 0.0], 1.0), "g_L must be a list of conductances above 0"),
        (lambda: compute_coupled_response(1.0, 1.0, g=-1.0), "g must be 0 or more"),
        (lambda: couple_cells(lif), "lif has a reset, which would reset both cells"),
        (lambda: couple_cells(two_drives), "input: .* has no 'I'"),
        (lambda: couple_cells(passive, voltage="U"), "voltage: passive has no 'U'"),
        (lambda: couple_cells(passive, -1.0), "g_gap must be 0 or more"),
        (lambda: couple_cells(couple_cells(passive), input="I_1"), "has a g_gap of its own"),
    ],
)  # fmt: skip
def test_messages(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
