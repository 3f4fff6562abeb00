"""Goldman, Hodgkin and Katz: limits, symmetries, and where the two formulas must agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from neurolab.membrane import ghk_current, ghk_voltage, nernst
from neurolab.membrane.electrodiffusion import FARADAY

amounts = st.floats(1e-3, 1e3)
charges = st.sampled_from([-2, -1, 1, 2, 3])
an_ion = st.tuples(amounts, amounts, st.floats(0.01, 10), st.sampled_from([1, -1]))


@given(amounts, amounts, charges, st.floats(-20, 50))
def test_current_is_zero_at_the_nernst_potential(
    c_out: float, c_in: float, z: int, T: float
) -> None:
    E = float(nernst(c_out, c_in, z, T))
    scale = FARADAY * 1e-3 * abs(z) * (c_out + c_in)
    assert abs(ghk_current(E, c_out, c_in, z, T=T)) < 1e-12 * scale
    assert ghk_current(E + 1.0, c_out, c_in, z, T=T) > 0 > ghk_current(E - 1.0, c_out, c_in, z, T=T)


@given(amounts, amounts, charges)
def test_no_gap_at_zero_voltage(c_out: float, c_in: float, z: int) -> None:
    """Around the patch of radius 1e-9 the current is smooth: what changes is the slope times the distance."""
    middle = ghk_current(0.0, c_out, c_in, z, T=20.0)
    assert middle == pytest.approx(1e-3 * z * FARADAY * (c_in - c_out), rel=1e-12)
    for near in (1e-12, 1e-9, 1e-7, 1e-6):
        for V in (-near, near):
            room = 1e-3 * z * z * FARADAY * (c_in + c_out) * near / 40
            assert ghk_current(V, c_out, c_in, z, T=20.0) == pytest.approx(
                middle, abs=room + 1e-9 * abs(middle)
            )


def test_far_away_it_is_a_line_with_the_conductance_of_one_side() -> None:
    V = np.array([-1e5, -1e4, 1e4, 1e5])
    current = np.asarray(ghk_current(V, outside=2.0, inside=0.5, z=2, T=25.0))
    per_mV = 1e-3 * 4 * FARADAY / 25.6926
    assert current[:2] == pytest.approx(per_mV * 2.0 * V[:2], rel=1e-5)
    assert current[2:] == pytest.approx(per_mV * 0.5 * V[2:], rel=1e-5)
    assert ghk_current(-1e5, outside=0.0, inside=1.0) == 0.0


@given(amounts, amounts, st.floats(-150, 150), charges)
def test_turning_the_membrane_round_turns_the_current_round(
    c_out: float, c_in: float, V: float, z: int
) -> None:
    one, other = ghk_current(V, c_out, c_in, z), ghk_current(-V, c_in, c_out, z)
    assert one == pytest.approx(-other, rel=1e-9, abs=1e-12 * FARADAY * (c_out + c_in))


@given(st.lists(an_ion, min_size=1, max_size=5))
def test_at_the_ghk_voltage_the_currents_add_up_to_zero(
    ions: list[tuple[float, float, float, int]],
) -> None:
    outside, inside, P, z = (list(column) for column in zip(*ions, strict=True))
    V = ghk_voltage(outside, inside, P, z, T=12.0)
    total = sum(ghk_current(V, o, i, c, p, T=12.0) for o, i, p, c in ions)
    size = sum(FARADAY * 1e-3 * p * (o + i) * (1 + abs(V) / 25) for o, i, p, _ in ions)
    assert abs(total) < 1e-11 * size


def test_one_ion_gives_nernst_and_only_ratios_count() -> None:
    assert ghk_voltage([20.0], [400.0], [3.0], T=20.0) == pytest.approx(nernst(20.0, 400.0, T=20.0))
    assert ghk_voltage([120.0], [10.0], [1.0], z=[-1]) == pytest.approx(nernst(120.0, 10.0, z=-1))
    ions = ([20.0, 440.0], [400.0, 50.0])
    assert ghk_voltage(*ions, [1.0, 0.1]) == pytest.approx(ghk_voltage(*ions, [50.0, 5.0]))
    table = ghk_voltage(*ions, [[1.0, 0.0], [0.0, 1.0]], T=20.0)
    assert table == pytest.approx([nernst(20.0, 400.0, T=20.0), nernst(440.0, 50.0, T=20.0)])


def test_with_calcium_the_zero_of_the_currents_is_found_by_hand() -> None:
    """What the message for divalent ions advises."""

    def total(V: float) -> float:
        potassium = ghk_current(V, 5.0, 140.0, 1, permeability=1.0, T=37.0)
        return float(potassium + ghk_current(V, 2.0, 1e-4, 2, permeability=0.1, T=37.0))

    V = brentq(total, -150.0, 100.0)
    assert nernst(5.0, 140.0, T=37.0) < V < nernst(2.0, 1e-4, 2, T=37.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ghk_voltage([1.0], [-1.0], [1.0]), "inside must be 0 or more, got -1"),
        (lambda: ghk_voltage([1.0], [1.0], [-1.0]), "permeability must be 0 or more"),
        (lambda: ghk_voltage([1.0], [1.0], [1.0], z=[2]), "z must be 1 or -1 for every ion, got 2"),
        (lambda: ghk_voltage([1.0, 2.0], [1.0, 2.0, 3.0], [1.0]), "one value for each ion"),
        (lambda: ghk_voltage([1.0], [0.0], [1.0]), "let some charge pass each way"),
        (lambda: ghk_voltage([1.0], [1.0], [0.0]), "let some charge pass each way"),
        (lambda: ghk_current(0.0, 1.0, 1.0, z=0), "z must not be 0"),
        (lambda: ghk_current(0.0, -1.0, 1.0), "outside must be 0 or more, got -1"),
        (lambda: ghk_current([0.0, np.nan], 1.0, 1.0), "V must be finite"),
    ],
)
def test_messages(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
