"""The Morris-Lecar fibre: its nullclines, its three ways to lose rest, and bursts of Hindmarsh and Rose."""

from __future__ import annotations

import numpy as np
import pytest

from neurolab.dynamics import find_equilibria
from neurolab.engine.model import simulate
from neurolab.membrane import (
    MORRIS_LECAR_SETS,
    compute_morris_lecar_nullclines,
    hindmarsh_rose,
    morris_lecar,
)


@pytest.mark.parametrize("name", MORRIS_LECAR_SETS)
def test_on_its_nullclines_each_variable_stands_still(name: str) -> None:
    V = np.linspace(-75.0, 60.0, 28)
    values = MORRIS_LECAR_SETS[name]
    w_of_V, w_inf = compute_morris_lecar_nullclines(V, 45.0, **values)
    assert np.abs(morris_lecar.derivative([V, w_of_V], I=45.0, **values)[0]).max() < 1e-10
    assert np.abs(morris_lecar.derivative([V, w_inf], I=45.0, **values)[1]).max() < 1e-10


def test_the_pole_at_potassiums_battery_is_a_gap() -> None:
    w_of_V, _ = compute_morris_lecar_nullclines([-84.0, -80.0])
    assert np.isnan(w_of_V).tolist() == [True, False]


@pytest.mark.parametrize(
    ("name", "I", "kinds"),
    [
        ("hopf", 80.0, [True]),
        ("hopf", 100.0, [False]),
        ("snlc", 30.0, [True, False, False]),
        ("snlc", 45.0, [False]),
        ("homoclinic", 38.0, [True, False, True]),
    ],
)
def test_fixed_points_and_their_stability(name: str, I: float, kinds: list[bool]) -> None:
    found = find_equilibria(morris_lecar, starts=60, I=I, **MORRIS_LECAR_SETS[name])
    assert [point.stable for point in found] == kinds


@pytest.mark.parametrize(("I", "rate"), [(40.0, 1.06), (42.0, 6.9)])
def test_class_1_starts_slowly(I: float, rate: float) -> None:
    """Rates computed by others with Euler at 0.05 ms: 1.06 and 6.9 Hz, nothing at 39.95; tolerance 4 %."""
    values = MORRIS_LECAR_SETS["snlc"]
    intervals = simulate(morris_lecar, 5000.0, 0.2, record="V", I=I, **values).spikes().isi()
    assert 1e3 / intervals[-1] == pytest.approx(rate, rel=0.04)


def test_class_1_is_silent_below_its_saddle_node() -> None:
    run = simulate(morris_lecar, 3000.0, 0.2, record="V", I=39.95, **MORRIS_LECAR_SETS["snlc"])
    assert run.spikes().count == 0


def test_class_2_starts_with_a_jump() -> None:
    """8.3 Hz at 88.3 and nothing at 88.0, by others with Euler at 0.05 ms; just above the fold the rate is steep."""
    late = []
    for I in (88.0, 88.4):
        run = simulate(morris_lecar, 3000.0, 0.2, record="V", I=I, **MORRIS_LECAR_SETS["hopf"])
        late.append(run.between(1500.0, 3000.0).spikes())
    assert late[0].count == 0
    assert 1e3 / late[1].isi()[-1] == pytest.approx(8.3, abs=0.4)


def test_rest_and_firing_side_by_side() -> None:
    values = MORRIS_LECAR_SETS["homoclinic"]
    counts = [
        simulate(morris_lecar, 400.0, 0.1, record="V", I=38.0, V=V, w=w, **values).spikes().count
        for V, w in ((-35.0, 0.005), (0.0, 0.1))
    ]
    assert counts[0] == 0 and counts[1] > 10


@pytest.mark.parametrize(
    ("values", "words"),
    [(dict(g_K=0.0), "g_K must not be 0"), (dict(g_ca=4.0), "did you mean 'g_Ca'")],
)
def test_errors_say_what_to_do(values: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        compute_morris_lecar_nullclines(0.0, **values)


@pytest.mark.jit
def test_a_slower_third_variable_gives_longer_bursts() -> None:
    def longest(r: float) -> int:
        """Most spikes with less than 40 time units between them."""
        times = simulate(hindmarsh_rose, 3000.0, 0.05, record="x", I=2.0, r=r).spikes().times
        breaks = np.flatnonzero(np.diff(times[times > 1000.0]) > 40.0)
        return int(np.diff(breaks).max())

    assert longest(0.003) > longest(0.006) > 1
