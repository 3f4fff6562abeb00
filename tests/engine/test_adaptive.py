"""The adaptive solver: tolerance, dense output, events, resets, against SciPy and closed forms."""

from __future__ import annotations

import math
import signal
from typing import Any

import numpy as np
import pytest
from scipy.integrate import RK45, solve_ivp

from neurolab.engine import adaptive
from neurolab.engine.adaptive import integrate
from neurolab.engine.model import Model, simulate
from neurolab.kernels.chunks import Diverged, Interrupted
from neurolab.membrane import compute_lif_rate, hodgkin_huxley, lif
from tests.engine.models import decay, integrator, lorenz, oscillator


def test_coefficients_of_the_interpolant() -> None:
    """Shampine's, as SciPy has them: stages 1, 3, 4, 5, 6, 7."""
    ours = np.array([adaptive._Q2, adaptive._Q3, adaptive._Q4]).T
    assert np.allclose(ours, RK45.P[[0, 2, 3, 4, 5, 6], 1:], rtol=1e-14)
    assert np.allclose(adaptive._ERROR, RK45.E[[0, 2, 3, 4, 5, 6]], rtol=1e-14)


@pytest.mark.parametrize("rtol", [1e-4, 1e-7, 1e-10])
def test_the_error_follows_the_tolerance(rtol: float) -> None:
    run = integrate(oscillator, 20.0, rtol=rtol, atol=rtol)
    error = np.abs(run.x - np.cos(run.t)).max()
    assert error < 100 * rtol  # errors add up over 20 time units
    assert error > 1e-3 * rtol  # and no work is wasted


def test_hodgkin_huxley_is_scipys() -> None:
    """Within 2e-3 mV of DOP853 at 1e-10 over six spikes, dense output included."""
    p = hodgkin_huxley.Params(*hodgkin_huxley.set({}).params)
    run = integrate(hodgkin_huxley, 100.0, dt=0.05, rtol=1e-6, I=10.0)
    reference = solve_ivp(
        lambda t, y: hodgkin_huxley.rhs(t, tuple(y), p, 10.0), (0, 100), hodgkin_huxley.start,
        method="DOP853", rtol=1e-10, atol=1e-12, t_eval=run.t,
    )  # fmt: skip
    assert np.abs(run.V - reference.y[0]).max() < 2e-3
    assert run.spikes().count == 7


def test_dense_output_is_of_fourth_order() -> None:
    """Between large steps the interpolant's error falls as the fifth power of the step."""
    errors = []
    for step in (0.4, 0.2):
        run = integrate(oscillator, 4.0, dt=0.01, rtol=1e-1, atol=1e-1, max_step=step)
        errors.append(np.abs(run.x - np.cos(run.t))[run.t % step > 1e-9].max())
    assert math.log2(errors[0] / errors[1]) == pytest.approx(5.0, abs=0.7)


def test_agrees_with_the_fixed_step_on_chaos_for_a_while() -> None:
    a = integrate(lorenz, 10.0, dt=0.01, rtol=1e-10, atol=1e-12)
    b = simulate(lorenz, 10.0, 0.001, every=10)
    assert np.abs(a.x - b.x).max() < 1e-4


def test_crossings_are_exact() -> None:
    times = integrate(oscillator, 30.0, rtol=1e-9, atol=1e-9).spikes().times
    assert times == pytest.approx(1.5 * math.pi + 2 * math.pi * np.arange(5), abs=1e-6)


def test_events_by_name() -> None:
    run = integrate(
        oscillator,
        10.0,
        rtol=1e-9,
        atol=1e-9,
        events=dict(turn=lambda t, y, p: y[1], half=lambda t, y, p: y[0] - 0.5),
    )
    assert run.events["turn"] == pytest.approx(math.pi * np.arange(1, 4), abs=1e-6)
    thirds = [math.pi / 3, 5 * math.pi / 3, 7 * math.pi / 3]
    assert run.events["half"] == pytest.approx(thirds, abs=1e-6)


def test_resets_and_dead_time() -> None:
    run = integrate(integrator, 40.0, I=0.3, dead=0.5, jump=0.0)
    expected = 1 / 0.3 + (1 / 0.3 + 0.5) * np.arange(run.spikes().count)
    assert run.spikes().times == pytest.approx(expected, abs=1e-8)
    lif_run = integrate(lif, 2000.0, I=2.0, rtol=1e-9)
    assert 1e3 / lif_run.spikes().isi().mean() == pytest.approx(compute_lif_rate(2.0), rel=1e-7)


def test_an_input_that_is_a_function_is_compiled_in() -> None:
    run = integrate(decay, 5.0, rtol=1e-9, atol=1e-12, I=lambda t: math.sin(t))
    exact = 1.5 * np.exp(-run.t) + (np.sin(run.t) - np.cos(run.t)) / 2
    assert np.abs(run.x - exact).max() < 1e-7
    with pytest.raises(
        ValueError, match="I must be a number or a function of t for integrate, got an array"
    ):
        integrate(decay, 5.0, I=np.ones(10))


def test_a_short_pulse_needs_max_step() -> None:
    def pulse(t: float) -> float:
        return 1.0 if 40.0 < t < 40.5 else 0.0

    run = integrate(decay, 50.0, x=0.0, I=pulse, max_step=0.1, rtol=1e-8)
    assert run.x.max() == pytest.approx(1 - math.exp(-0.5), abs=1e-3)


def test_record_and_progress() -> None:
    told: list[float] = []
    run = integrate(hodgkin_huxley, 10.0, record="n", progress=told.append, I=5.0)
    assert run.states == ("n",) and told[-1] == 1.0 and run.t.size == 1001 and run.t[-1] == 10.0


def runs_away(t: float, y: Any, p: Any, I: float) -> Any:
    return (y[0] ** 2,)


def test_a_singularity_is_named() -> None:
    """dx/dt = x² from 1 is infinite at t = 1."""
    with pytest.raises(Diverged, match="steps below rounding at t = 1 ms") as caught:
        integrate(Model(runs_away, dict(x=1.0), {}), 2.0)
    assert caught.value.time == pytest.approx(1.0, abs=1e-6)
    assert np.all(np.isfinite(caught.value.partial.x))


def test_interrupt() -> None:
    def stop(fraction: float) -> None:
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(Interrupted) as caught:
        integrate(oscillator, 1e5, dt=0.1, progress=stop, omega=10.0)
    assert 0 < caught.value.partial.t[-1] < 1e5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(rtol=0), "rtol must be above 0"),
        (dict(rtol=1e-15), "rtol must be at least 1e-13"),
        (dict(atol=-1), "atol must be above 0"),
        (dict(dt=20.0), "dt must be at most the duration"),
        (dict(max_step=0.0), "max_step must be above 0"),
        (dict(duration=-1.0), "duration must be above 0"),
        (dict(kk=1.0), "did you mean 'k'"),
        (dict(record="y"), "decay has no 'y'"),
    ],
)
def test_messages(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        integrate(decay, **{**dict(duration=10.0), **changes})


def test_a_reset_above_threshold() -> None:
    with pytest.raises(ValueError, match="fires without end"):
        integrate(lif, 100.0, I=2.0, V_reset=16.0)
