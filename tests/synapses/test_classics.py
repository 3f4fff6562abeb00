"""Every classic result of this chapter, computed and compared with the number in classics.toml."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from neurolab.course import classics
from neurolab.engine.adaptive import integrate
from neurolab.membrane import passive
from neurolab.synapses import (
    BOYD_MARTIN_MINIATURES,
    BOYD_MARTIN_RESPONSES,
    Alpha,
    Biexponential,
    Exponential,
    add_synapses,
    compute_half_block_voltage,
    compute_magnesium_block,
    compute_periodic_transmitter,
    compute_printed_magnesium_factor,
    compute_quantal_statistics,
    compute_short_term_release,
    compute_stationary_release,
    compute_transmitter,
    estimate_quantal_content,
)
from tests.conventions.computed import Computed

COMPUTED = Computed()
classic = COMPUTED.classic


@classic("alpha-conductance")
def _() -> dict[str, float]:
    kind = Alpha(classics()["alpha-conductance"].parameters["tau"])
    peak = float(np.max(kind.conductance(np.linspace(0, 10, 10_001))))
    return dict(area=kind.area, peak_time=kind.peak_time, peak=peak)


@classic("biexponential-conductance")
def _() -> dict[str, float]:
    kind = Biexponential(**classics()["biexponential-conductance"].parameters)
    return dict(peak_time=kind.peak_time, normalisation=kind.normalisation, area=kind.area)


@classic("transmitter-train")
def _() -> dict[str, float]:
    p = classics()["transmitter-train"].parameters
    course, interval = dict(tau=p["tau"], alpha=p["alpha"]), 1e3 / p["rate"]
    spikes = np.arange(100) * interval
    before, after = compute_transmitter([spikes[-1] - 1e-9, spikes[-1]], spikes, **course)
    last = np.linspace(spikes[-2], spikes[-1] - 1e-9, 20_001)
    mean = np.trapezoid(compute_transmitter(last, spikes, **course), last) / interval
    closed = compute_periodic_transmitter(p["rate"], **course)
    assert np.allclose([after, before, mean], [closed.after, closed.before, closed.mean], rtol=1e-6)
    return dict(after=after, before=before, mean=mean)


def release(key: str) -> dict[str, float]:
    p = dict(classics()[key].parameters)
    rate = p.pop("rate")
    found = compute_short_term_release(np.arange(5) * 1e3 / rate, **p).release
    steady = float(compute_stationary_release(rate, **p).release)
    return {f"release_{k + 1}": float(x) for k, x in enumerate(found)} | dict(steady=steady)


@classic("depressing-synapse")
def _() -> dict[str, float]:
    return release("depressing-synapse")


@classic("facilitating-synapse")
def _() -> dict[str, float]:
    return release("facilitating-synapse")


@classic("quantal-release")
def _() -> dict[str, float]:
    p = classics()["quantal-release"].parameters
    n, chance = int(p["n"]), p["p"]
    s = compute_quantal_statistics(n, chance, q=p["q"], quantal_cv=p["quantal_cv"])
    plain = compute_quantal_statistics(n, chance, q=p["q"])
    found = dict(variance=s.variance, failures=s.failures, mean=s.mean)
    return found | dict(inverse_square_cv=plain.inverse_square_cv)


@classic("end-plate-quanta")
def _() -> dict[str, float]:
    p = classics()["end-plate-quanta"].parameters
    responses, miniatures = (
        np.repeat(list(bins), list(bins.values()))
        for bins in (BOYD_MARTIN_RESPONSES, BOYD_MARTIN_MINIATURES)
    )
    assert responses.size == p["trials"] and miniatures.size == 78
    spread = miniatures.std() / miniatures.mean()
    found = estimate_quantal_content(responses, miniatures.mean(), quantal_cv=spread)
    assert 2.2 < found.by_variance < 2.6
    expected = p["trials"] * compute_quantal_statistics(m=p["m"]).failures
    return dict(
        by_mean=found.by_mean, by_failures=found.by_failures, expected_failures=expected,
        failures=float(np.sum(responses == 0)),
    )  # fmt: skip


@classic("nmda-block")
def _() -> dict[str, float]:
    Mg = classics()["nmda-block"].parameters["Mg"]
    found = {f"B_{abs(V):.0f}": float(compute_magnesium_block(V, Mg)) for V in (-70.0, -40.0, 0.0)}
    return found | dict(V_half=float(compute_half_block_voltage(Mg)))


@classic("nmda-printed")
def _() -> dict[str, float]:
    p = classics()["nmda-printed"].parameters
    V, Mg, V_0 = np.linspace(-100, 50, 31), p["Mg"], p["V_0"]
    half = brentq(lambda v: compute_printed_magnesium_factor(v, Mg, V_0) - 0.5, -100, 100, xtol=1e-10)  # fmt: skip
    inverted = compute_printed_magnesium_factor(V, 3.57 / Mg, V_0)
    return dict(
        V_half=half,
        factor_1=float(compute_printed_magnesium_factor(-20.0, 1.0, V_0)),
        factor_2=float(compute_printed_magnesium_factor(-20.0, 2.0, V_0)),
        difference=float(np.abs(inverted - compute_magnesium_block(V, Mg)).max()),
    )


@classic("shunted-membrane")
def _() -> dict[str, float]:
    p = classics()["shunted-membrane"].parameters
    cell = add_synapses(passive, {"S": Exponential(1e12, E=p["E"])})  # as good as constant
    run = integrate(cell, 10.0, rtol=1e-9, g_L=p["g_L"], E_L=p["E_L"], g_S=p["g"])
    return dict(V=float(run.V[-1]))


@pytest.mark.parametrize("key", COMPUTED)
def test_classic(key: str) -> None:
    COMPUTED.check(key)
