"""The magnesium block: limits, symmetries, and how the printed form differs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurolab.synapses import (
    compute_half_block_voltage,
    compute_magnesium_block,
    compute_nmda_current,
    compute_printed_magnesium_factor,
    compute_printed_nmda_current,
)

volts, millimolar = st.floats(-150, 100), st.floats(0.01, 20)


@given(volts, millimolar, st.floats(1.01, 5))
def test_magnesium_blocks_and_depolarisation_frees(V: float, Mg: float, more: float) -> None:
    B = compute_magnesium_block(V, Mg)
    assert 0 < B < 1
    assert compute_magnesium_block(V, Mg * more) < B < compute_magnesium_block(V + 1, Mg)


@given(volts, millimolar)
def test_the_block_only_moves_along_the_voltage(V: float, Mg: float) -> None:
    """[Mg] shifts the curve by ln[Mg]/0.062 mV, and the curve is symmetric about its half."""
    shift = np.log(Mg) / 0.062
    assert compute_magnesium_block(V + shift, Mg) == pytest.approx(compute_magnesium_block(V, 1.0))
    half = compute_half_block_voltage(Mg)
    above, below = (compute_magnesium_block(half + x, Mg) for x in (10.0, -10.0))
    assert compute_magnesium_block(half, Mg) == pytest.approx(0.5)
    assert above + below == pytest.approx(1.0)


@given(volts, millimolar)
def test_the_printed_form_is_the_block_of_inverted_magnesium(V: float, Mg: float) -> None:
    printed = compute_printed_magnesium_factor(V, 3.57 / Mg)
    assert printed == pytest.approx(compute_magnesium_block(V, Mg), rel=1e-12)
    assert compute_printed_magnesium_factor(V, 2 * Mg) > compute_printed_magnesium_factor(V, Mg)
    assert compute_printed_magnesium_factor(-20.0 * np.log(Mg), Mg, 20.0) == pytest.approx(0.5)


def test_without_magnesium_it_is_an_ordinary_synapse() -> None:
    assert compute_magnesium_block([-90.0, 0.0], 0.0).tolist() == [1.0, 1.0]  # type: ignore[union-attr]
    assert compute_nmda_current(-50.0, 2.0, Mg=0.0, E=5.0) == -110.0
    assert compute_magnesium_block(-1e5) == 0.0
    assert compute_printed_magnesium_factor(-1e5) == 0.0


def test_the_current_has_a_region_of_negative_conductance() -> None:
    V = np.linspace(-80, 0, 801)
    I = np.asarray(compute_nmda_current(V))
    lowest = V[np.argmin(I)]
    assert -30 < lowest < -15
    assert np.all(np.diff(I[V < lowest]) < 0) and np.all(np.diff(I[V > lowest]) > 0)
    assert compute_printed_nmda_current(V, 3.0).min() > 0  # no reversal: it has no driving force


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compute_magnesium_block(0.0, -1.0), "Mg must be 0 or more, got -1"),
        (lambda: compute_half_block_voltage(0.0), "Mg must be above 0, got 0"),
        (lambda: compute_printed_magnesium_factor(0.0, 0.0), "Mg must be above 0, got 0"),
        (lambda: compute_printed_magnesium_factor(0.0, 1.0, -3.0), "V_0 must be above 0"),
        (lambda: compute_nmda_current(np.nan), "V must be finite"),
        (lambda: compute_nmda_current(0.0, np.inf), "g must be finite"),
    ],
)
def test_messages(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        call()


def test_shapes_that_do_not_go_together() -> None:
    with pytest.raises(ValueError, match=r"V and Mg must broadcast, got shapes \(2,\) and \(3,\)"):
        compute_magnesium_block([0.0, 1.0], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="g and B must broadcast"):
        compute_nmda_current([0.0, 1.0], [1.0, 2.0, 3.0])
    assert compute_magnesium_block(-1e9, [0.0, 1.0]).tolist() == [1.0, 0.0]  # type: ignore[union-attr]
