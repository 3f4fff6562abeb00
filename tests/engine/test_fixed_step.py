"""Fixed-step solvers: against naive twins, orders, inputs, resets, failures, interrupts."""

from __future__ import annotations

import math
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from neurolab.engine.model import Model, simulate
from neurolab.engine.steps import METHODS
from neurolab.kernels.chunks import Diverged, Interrupted
from neurolab.membrane import compute_lif_rate, hodgkin_huxley, lif
from tests.engine.models import decay, forced, integrator, lorenz, oscillator, two_drives
from tests.reference import simulate as naive

ORDERS = dict(
    rk4=4, heun=2, euler=1, exponential_euler=1, staggered=2, backward_euler=1, crank_nicolson=2
)


@pytest.mark.parametrize("method", ["euler", "heun", "rk4"])
@pytest.mark.parametrize("model", [decay, oscillator, lorenz, forced, hodgkin_huxley])
def test_is_its_naive_twin(model: Model, method: str) -> None:
    run = simulate(model, duration=2.0, dt=0.01, method=method, I=3.0)
    twin = naive.simulate(model, 2.0, 0.01, method, I=3.0)
    assert np.allclose(run.samples, twin, rtol=1e-10, atol=1e-12)  # sums are associated differently
    assert run.t[-1] == 2.0 and run.steps == 200


@pytest.mark.parametrize("method", [m for m in METHODS if m != "exponential_euler"])
def test_order_of_convergence(method: str) -> None:
    """Slope of the error against the step, on a driven linear equation with x(t) in closed form."""

    def error(dt: float) -> float:
        exact = math.exp(-2.0) * (0.5 + 0.5) + (math.sin(2.0) - math.cos(2.0)) / 2
        return abs(float(simulate(forced, 2.0, dt, method=method).x[-1]) - exact)

    slope = math.log2(error(0.02) / error(0.01))
    assert slope == pytest.approx(ORDERS[method], abs=0.1)


@pytest.mark.jit  # Python raises where compiled code goes on with inf
def test_exponential_euler_is_first_order_and_stands_large_steps() -> None:
    fine = simulate(hodgkin_huxley, 4.0, 0.0005, I=10.0).V[-1]
    errors = [
        abs(simulate(hodgkin_huxley, 4.0, dt, method="exponential_euler", I=10.0).V[-1] - fine)
        for dt in (0.01, 0.005)
    ]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(1.0, abs=0.15)
    coarse = simulate(hodgkin_huxley, 100.0, 0.1, method="exponential_euler", I=10.0)
    assert coarse.spikes().count == 7  # as many as at dt = 0.01, where plain Euler has given up
    with pytest.raises(Diverged):
        simulate(hodgkin_huxley, 100.0, 0.1, method="euler", I=10.0)


def _factorial(n: float) -> float:
    return 1.0 if n < 1 else n * _factorial(n - 1)


@pytest.mark.jit
def test_a_helper_that_calls_itself_is_named() -> None:
    endless = Model(lambda t, y, p, I: (_factorial(2.0),), dict(x=0.0), {})
    with pytest.raises(ValueError, match="_factorial must not call itself"):
        simulate(endless, 1.0, 0.1)


@pytest.mark.jit
def test_staggered_gives_periods_of_second_order_and_stands_large_steps() -> None:
    def period(dt: float, method: str = "staggered") -> float:
        times = (
            simulate(hodgkin_huxley, 400.0, dt, method=method, I=10.0, record="V").spikes().times
        )
        return float((times[-1] - times[10]) / (times.size - 11))

    exact = period(0.01, "rk4")
    errors = [abs(period(dt) - exact) for dt in (0.1, 0.05)]
    assert errors[1] < 6e-3 and math.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.3)
    assert period(0.2) == pytest.approx(exact, rel=0.01)


def test_a_linear_equation_is_solved_exactly_whatever_the_step() -> None:
    run = simulate(decay, 6.0, 2.0, method="exponential_euler", I=3.0)
    assert run.x == pytest.approx(3.0 - 2.0 * np.exp(-run.t), abs=1e-9)


def test_gates_are_exact_at_a_held_voltage() -> None:
    """With an infinite capacitor V stays put, and m, h, n relax exponentially whatever the step."""
    fine = simulate(hodgkin_huxley, 10.0, 0.001, C=1e12, V=-20.0)
    coarse = simulate(hodgkin_huxley, 10.0, 5.0, C=1e12, V=-20.0, method="exponential_euler")
    assert np.allclose(coarse.samples[:, -1], fine.samples[:, -1], rtol=1e-9)


def test_implicit_methods_stand_stiffness() -> None:
    """k dt = 100: explicit methods explode, backward Euler decays, Crank-Nicolson rings but stays below 1."""
    assert abs(simulate(decay, 10.0, 0.1, k=1000.0, method="backward_euler").x[-1]) < 1e-12
    ringing = simulate(decay, 1.0, 0.1, k=1000.0, method="crank_nicolson").x
    assert np.all(np.abs(ringing[1:]) < 1.0) and ringing[1] < 0
    assert abs(simulate(decay, 2.0, 0.1, k=1000.0).x[-1]) > 1e100


# inputs


def test_an_array_is_held_over_each_step() -> None:
    """dx/dt = I: the sum of the values times dt, exactly, for every method."""
    values = np.array([1.0, -2.0, 0.5, 4.0])
    for method in ("euler", "heun", "rk4", "backward_euler", "crank_nicolson"):
        run = simulate(integrator, 0.4, 0.1, method=method, I=values, theta=100.0)
        assert run.V == pytest.approx(np.concatenate([[0], np.cumsum(values * 0.1)]), abs=1e-12)


def test_a_function_is_sampled_where_the_method_asks() -> None:
    def drive(t: float) -> float:
        return math.cos(3 * t)

    run = simulate(decay, 1.0, 0.05, I=drive)
    twin = naive.simulate(decay, 1.0, 0.05, "rk4", inputs=dict(I=drive))
    assert np.allclose(run.samples, twin, rtol=1e-12)


def test_several_inputs_of_different_kinds() -> None:
    down = np.linspace(0, 1, 100)
    run = simulate(two_drives, 1.0, 0.01, up=lambda t: 1.0, down=down)
    assert np.allclose(
        run.x, simulate(two_drives, 1.0, 0.01, up=np.ones(100), down=down).x, rtol=1e-13
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1.0, 2.0], r"I must have one value for each of the 10 steps, got shape \(2,\)"),
        (math.nan, "I must be finite, got nan"),
        (np.full(10, math.inf), "I must be finite, got inf at position 0"),
        (lambda t: math.nan if t > 0.5 else 0.0, r"I\(t\) must be finite, got nan at t = 0.55 ms"),
    ],
)
def test_bad_inputs(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        simulate(decay, 1.0, 0.1, I=value)


# recording


def test_thinning_and_choosing_states() -> None:
    full = simulate(hodgkin_huxley, 30.0, 0.01, I=10.0)
    thin = simulate(hodgkin_huxley, 30.0, 0.01, I=10.0, every=7, record=["n", "V"])
    assert thin.states == ("V", "n")
    assert np.array_equal(thin.V, full.V[::7]) and np.array_equal(thin.n, full.n[::7])
    assert np.array_equal(thin.t, full.t[::7])
    assert thin.spikes() == full.spikes()
    one = simulate(hodgkin_huxley, 30.0, 0.01, I=10.0, record="V")
    assert one.states == ("V",) and np.array_equal(one.V, full.V)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(dt=0.0), "dt must be above 0, got 0"),
        (dict(dt=-1.0), "dt must be above 0"),
        (dict(dt=2.0), "dt must be at most the duration of 1 ms, got 2"),
        (dict(duration=0.0), "duration must be above 0"),
        (dict(duration=math.inf), "duration must be finite"),
        (dict(every=0), "every must be a whole number"),
        (dict(method="rk5"), "did you mean 'rk4'"),
        (dict(record="y"), "decay has no 'y'"),
        (dict(record=[]), "record must name at least one state"),
        (dict(kk=1.0), "decay has no 'kk'; did you mean 'k'"),
        (dict(k=math.nan), "k must be finite, got nan"),
        (dict(x="fast"), "x must be a number"),
    ],
)
def test_messages(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        simulate(decay, **{**dict(duration=1.0, dt=0.1), **changes})


# spikes and resets


def test_crossings_are_interpolated_to_second_order() -> None:
    """x = cos(t) crosses zero upwards at 3 pi / 2."""
    errors = []
    for dt in (0.1, 0.05, 0.025):
        times = simulate(oscillator, 6.0, dt).spikes().times
        assert times.size == 1
        errors.append(abs(times[0] - 1.5 * math.pi))
    assert errors[-1] < 1e-5


def test_an_integrator_fires_at_exact_times() -> None:
    """dV/dt = 0.3 to a threshold of 1, with a dead time of 0.5: a spike every 1/0.3 + 0.5 ms."""
    run = simulate(integrator, 40.0, 0.1, I=0.3, dead=0.5)
    period = 1 / 0.3 + 0.5
    expected = 1 / 0.3 + period * np.arange(run.spikes().count)
    assert run.spikes().times == pytest.approx(expected, abs=1e-9)
    assert run.w == pytest.approx(run.t)  # the second state goes on while the first is held


def test_several_spikes_in_one_step_and_jumps_of_the_other_state() -> None:
    run = simulate(integrator, 1.25, 0.25, I=8.0, theta=0.99, jump=2.0)
    assert run.spikes().times == pytest.approx(np.arange(1, 11) * 0.99 / 8, abs=1e-9)
    assert run.w[-1] == pytest.approx(1.25 + 2.0 * 10)


@pytest.mark.jit  # minutes in plain Python
@pytest.mark.parametrize("method", ["euler", "heun", "rk4", "backward_euler", "crank_nicolson"])
def test_lif_rate_is_the_closed_form(method: str) -> None:
    """f = 1 / (t_ref + tau ln(RI / (RI - theta))); the error is that of the method in one interval."""
    rate = simulate(lif, 1e4, 0.01, I=2.0, method=method).spikes().isi().mean()
    assert 1e3 / rate == pytest.approx(compute_lif_rate(2.0), rel=1e-3)


def test_a_reset_above_threshold_is_said_to_be_one() -> None:
    with pytest.raises(ValueError, match="lif fires without end at t = .* below its threshold"):
        simulate(lif, 100.0, 0.1, I=2.0, V_reset=16.0)


@pytest.mark.jit  # minutes in plain Python
def test_more_spikes_than_one_buffer_holds() -> None:
    run = simulate(integrator, 1000.0, 0.1, I=10.0)
    assert run.spikes().count == pytest.approx(10_000, abs=1)
    smooth = simulate(oscillator, 2000.0, 0.01, omega=20.0)
    assert smooth.spikes().count == pytest.approx(2000 * 20 / (2 * math.pi), abs=1)


# failures


@pytest.mark.jit  # Python raises where compiled code goes on with inf
def test_divergence_tells_when_and_what_to_try() -> None:
    with pytest.raises(
        Diverged, match=r"hodgkin_huxley left the finite numbers at t = .* try dt below 0.1"
    ) as caught:
        simulate(hodgkin_huxley, 50.0, 0.1, method="euler", I=10.0)
    partial = caught.value.partial
    assert 0 < caught.value.time < 50 and np.all(np.isfinite(partial.V))
    assert partial.t[-1] == pytest.approx(caught.value.time - 0.1)


def helper(x: float) -> Any:
    return str(x) + "mV"


def uses_text(t: float, y: Any, p: Any, I: float) -> Any:
    if y[0] > 1e9:
        return (helper(y[0]),)
    return (-y[0],)


def uses_missing(t: float, y: Any, p: Any, I: float) -> Any:
    if y[0] > 1e9:
        return (p.missing,)
    return (-y[0],)


def imports(t: float, y: Any, p: Any, I: float) -> Any:
    import json

    return (json.loads("1.0"),)


@pytest.mark.jit
@pytest.mark.parametrize(
    ("rhs", "message"),
    [
        # which of the two returns that disagree is named changes with the hash seed
        (uses_text, r"at line \d+, `return \((helper\(y\[0\]\)|-y\[0\]),\)`: Can't unify"),
        (uses_missing, r"at line \d+, `return \(p.missing,\)`: Unknown attribute 'missing'"),
        (imports, "unsupported opcode"),
    ],
)
def test_what_cannot_be_compiled_names_the_learners_own_line(
    rhs: Callable[..., Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        simulate(Model(rhs, dict(x=1.0), {}), 1.0, 0.1)
    assert len(str(caught.value)) < 400 and "cannot be compiled" in str(caught.value)


@pytest.mark.jit  # minutes in plain Python
@pytest.mark.skipif(os.name == "nt", reason="signals differ")
def test_an_interrupt_keeps_what_was_computed() -> None:
    """The signal is sent from the first progress report: no clock is involved."""

    def stop(fraction: float) -> None:
        signal.raise_signal(signal.SIGINT)

    assert threading.current_thread() is threading.main_thread()
    with pytest.raises(Interrupted, match=r"interrupted at t = .* of 10000 ms") as caught:
        simulate(decay, 10_000.0, 0.01, progress=stop)
    partial = caught.value.partial
    assert 0 < partial.steps < 1_000_000 and partial.t.size == partial.steps + 1
    assert np.array_equal(partial.x, simulate(decay, 10_000.0, 0.01).x[: partial.t.size])


def test_results_do_not_depend_on_how_a_run_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    from neurolab.kernels import chunks

    whole = simulate(lif, 500.0, 0.01, I=lambda t: 2.0 + math.sin(t))
    monkeypatch.setattr(chunks, "_FIRST_CHUNK", 37)
    monkeypatch.setattr(chunks, "CHUNK_SECONDS", 0.0)
    cut = simulate(lif, 500.0, 0.01, I=lambda t: 2.0 + math.sin(t))
    assert np.array_equal(whole.V, cut.V) and whole.spikes() == cut.spikes()
