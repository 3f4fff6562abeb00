"""Every classic result of this chapter, computed and compared with the number in classics.toml.

The numbers were made by others (papers, closed forms, other simulators); the tolerances stand beside them.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from neurolab.course import classics
from neurolab.dynamics import find_equilibria, find_hopf_points, find_saddle_nodes
from neurolab.engine.adaptive import integrate
from neurolab.engine.events import detect_spikes
from neurolab.engine.model import Model, simulate
from neurolab.engine.stochastic import simulate_stochastic
from neurolab.kernels.rng import BLOCK, fill_normals, seed_key
from neurolab.membrane import (
    ADEX_PATTERNS,
    IZHIKEVICH_TYPES,
    MORRIS_LECAR_SETS,
    adex,
    compute_adex_hopf_current,
    compute_adex_saddle_node_current,
    compute_channel_statistics,
    compute_gate_steady_states,
    compute_gate_time_constants,
    compute_izhikevich_rest,
    compute_izhikevich_saddle_node_current,
    compute_lif_rate,
    compute_qif_rate,
    compute_siegert_cv,
    compute_siegert_rate,
    find_rheobase,
    find_threshold_current,
    fitzhugh_nagumo,
    fitzhugh_nagumo_slope,
    ghk_current,
    ghk_voltage,
    hindmarsh_rose,
    hodgkin_huxley,
    hodgkin_huxley_rates,
    izhikevich,
    lif,
    morris_lecar,
    nernst,
    passive,
    rate_population,
    simulate_izhikevich_panel,
    thermal_voltage,
    theta_neuron,
    wilson_cowan_populations,
)
from tests.conventions.computed import Computed
from tests.engine.models import decay, geometric

REST = -65.0
COMPUTED = Computed()
classic = COMPUTED.classic


@classic("membrane-step")
def _() -> dict[str, float]:
    p = classics()["membrane-step"].parameters
    run = integrate(
        passive,
        30.0,
        dt=10.0,
        rtol=1e-10,
        atol=1e-10,
        I=p["I"],
        C=p["C"],
        g_L=p["g_L"],
        E_L=p["E_L"],
    )
    return dict(zip(("V_10", "V_20", "V_30"), run.V[1:].tolist(), strict=True))


@classic("nernst")
def _() -> dict[str, float]:
    p = classics()["nernst"].parameters
    T = p["temperature"]
    found = dict(
        E_K=nernst(p["K_outside"], p["K_inside"], T=T),
        E_Na=nernst(p["Na_outside"], p["Na_inside"], T=T),
    )
    return found | {f"RT_F_{T:.0f}": thermal_voltage(T) for T in (6.3, 20.0, 25.0, 37.0)}  # type: ignore[return-value]


@classic("hh-gating")
def _() -> dict[str, float]:
    rates = hodgkin_huxley_rates(REST)
    names = ("alpha_m", "beta_m", "alpha_h", "beta_h", "alpha_n", "beta_n")
    steady = {f"{gate}_inf": float(x) for gate, x in compute_gate_steady_states(REST).items()}
    slow = {f"tau_{gate}": float(x) for gate, x in compute_gate_time_constants(REST).items()}
    return dict(zip(names, rates, strict=True)) | steady | slow


@classic("hh-hopf")
def _() -> dict[str, float]:
    first, second = find_hopf_points(hodgkin_huxley, "I", 0.0, 200.0)
    return dict(I_1=first.value, I_2=second.value)


@classic("hh-hopf-1978")
def _() -> dict[str, float]:
    first, second = find_hopf_points(hodgkin_huxley, "I", 0.0, 200.0, E_L=-54.4)
    return dict(
        I_1=first.value, I_2=second.value, V_1=first.state["V"], V_2=second.state["V"],
        frequency_1=first.frequency, frequency_2=second.frequency,
    )  # fmt: skip


@classic("hh-rate")
def _() -> dict[str, float]:
    runs = {I: simulate(hodgkin_huxley, 500.0, 0.01, I=I) for I in (10.0, 20.0)}
    last = {I: float(run.spikes().isi()[-1]) for I, run in runs.items()}
    first = detect_spikes(runs[10.0].t, runs[10.0].V, REST + 50.0).times[0]
    return dict(
        rate_10=1e3 / last[10.0], rate_20=1e3 / last[20.0], isi_10=last[10.0], first_10=first
    )


def shock(millivolts: float) -> dict[str, float]:
    """The action potential after an instantaneous shift of the voltage: the numbers of HH's figure 12."""
    run = integrate(hodgkin_huxley, 20.0, dt=0.001, rtol=1e-9, V=REST + millivolts)
    v = run.V - REST
    top = int(np.argmax(v))
    half = v[top] / 2
    down = top + int(np.argmax(v[top:] < half))
    above = np.flatnonzero(v[: top + 1] < half)
    up = run.t[above[-1] + 1] if above.size else 0.0
    return dict(peak=v[top], time=run.t[top], width=run.t[down] - up, undershoot=v[top:].min())


@classic("hh-action-potential")
def _() -> dict[str, float]:
    return shock(15.0)


@classic("hh-shocks")
def _() -> dict[str, float]:
    large, small = shock(90.0), shock(7.0)
    return dict(
        peak_90=large["peak"], width_90=large["width"], peak_7=small["peak"], time_7=small["time"],
        spikes_6=float(simulate(hodgkin_huxley, 20.0, 0.01, V=REST + 6.0).spikes().count),
    )  # fmt: skip


@classic("hh-rheobase")
def _() -> dict[str, float]:
    strict = Model(
        hodgkin_huxley.rhs,
        dict(hodgkin_huxley.states),
        dict(hodgkin_huxley.params),
        derived=hodgkin_huxley.derived,
        threshold=REST + 50.0,
    )
    return dict(I=find_rheobase(strict, 0.0, 10.0))


@classic("fhn-hopf")
def _() -> dict[str, float]:
    first, second = find_hopf_points(fitzhugh_nagumo, "I", 0.0, 2.0)
    (rest,) = find_equilibria(fitzhugh_nagumo)
    omega = float(np.abs(first.eigenvalues.imag).max())
    return dict(
        I_1=first.value, I_2=second.value, v=second.state["v"], omega=omega,
        v_rest=rest.state["v"], w_rest=rest.state["w"],
    )  # fmt: skip


def other_form(key: str) -> dict[str, float]:
    first, second = find_hopf_points(
        fitzhugh_nagumo_slope, "I", 0.0, 2.0, **classics()[key].parameters
    )
    return dict(I_1=first.value, I_2=second.value)


@classic("fhn-other-form")
def _() -> dict[str, float]:
    return other_form("fhn-other-form")


@classic("fhn-other-form-mapped")
def _() -> dict[str, float]:
    return other_form("fhn-other-form-mapped")


@classic("fhn-saddle-nodes")
def _() -> dict[str, float]:
    p = classics()["fhn-saddle-nodes"].parameters
    first, second = find_saddle_nodes(fitzhugh_nagumo_slope, "I", -1.0, 1.0, **p)
    assert first.state["v"] == pytest.approx(math.sqrt(1 - p["b"]), abs=1e-5)
    assert len(find_equilibria(fitzhugh_nagumo_slope, I=0.0, **p)) == 3
    return dict(I_1=first.value, I_2=second.value)


@classic("ml-hopf")
def _() -> dict[str, float]:
    first, second = find_hopf_points(morris_lecar, "I", 0.0, 250.0, **MORRIS_LECAR_SETS["hopf"])
    return dict(I_1=first.value, I_2=second.value)


@classic("ml-saddle-node")
def _() -> dict[str, float]:
    (fold,) = find_saddle_nodes(morris_lecar, "I", 0.0, 250.0, **MORRIS_LECAR_SETS["snlc"])
    return dict(I=fold.value)


@classic("ml-homoclinic")
def _() -> dict[str, float]:
    values = MORRIS_LECAR_SETS["homoclinic"]
    (hopf,) = find_hopf_points(morris_lecar, "I", 0.0, 250.0, **values)
    (fold,) = find_saddle_nodes(morris_lecar, "I", 0.0, 250.0, **values)
    return dict(I_hopf=hopf.value, I_saddle_node=fold.value)


def panels(key: str) -> dict[str, float]:
    """What classics.toml asks of the panels: "A" is the number of spikes, "A_2" the time of the second."""
    found = {}
    for name in classics()[key].values:
        letter, _, which = name.partition("_")
        times = simulate_izhikevich_panel(letter).spikes().times
        found[name] = float(times[int(which) - 1] if which else times.size)
    return found


@classic("izhikevich-2004")
def _() -> dict[str, float]:
    return panels("izhikevich-2004")


@classic("izhikevich-2004-more")
def _() -> dict[str, float]:
    return panels("izhikevich-2004-more")


@classic("izhikevich-rest")
def _() -> dict[str, float]:
    V, u = compute_izhikevich_rest(0.0, 0.2)
    return dict(I=compute_izhikevich_saddle_node_current(0.2), V_rest=float(V), u_rest=float(u))


@classic("izhikevich-2003")
def _() -> dict[str, float]:
    times = {
        name: simulate(izhikevich, 500.0, 0.01, I=10.0, u=-65.0 * neuron["b"], **neuron)
        .spikes()
        .times
        for name, neuron in IZHIKEVICH_TYPES.items()
        if name in ("RS", "FS")
    }
    first = {f"RS_{k + 1}": float(times["RS"][k]) for k in range(4)}
    return first | {name: float(found.size) for name, found in times.items()}


@classic("adex-rest")
def _() -> dict[str, float]:
    closed = compute_adex_saddle_node_current(), compute_adex_hopf_current()
    (fold,) = find_saddle_nodes(adex, "I", 600.0, 650.0)
    (hopf,) = find_hopf_points(adex, "I", 600.0, 650.0)
    assert (fold.value, hopf.value) == pytest.approx(closed, abs=1e-4)
    return dict(I_saddle_node=closed[0], I_hopf=closed[1])


@classic("adex-patterns")
def _() -> dict[str, float]:
    slow = {**ADEX_PATTERNS["adapting"], "C": 400.0}  # the row's 200 ms; the table online says 20
    neurons = dict(tonic=ADEX_PATTERNS["tonic"], slow=slow, burst=ADEX_PATTERNS["initial burst"])
    found = {}
    for name, neuron in neurons.items():
        times = integrate(adex, 500.0, dt=1.0, rtol=1e-8, I=65.0, **neuron).spikes().times
        found |= {f"{name}_{k + 1}": float(times[k]) for k in range(min(3, times.size))}
        found |= {name: float(times.size), f"{name}_isi": float(np.diff(times)[-1])}
    return found


@classic("qif-period")
def _() -> dict[str, float]:
    period = simulate(theta_neuron, 50.0, 0.01, I=4.0).spikes().isi().mean()
    rate = float(compute_qif_rate(0.25)) / 1e3
    assert period == pytest.approx(1e3 / compute_qif_rate(4.0), abs=1e-6)
    return dict(period_4=float(period), rate_quarter=rate)


@classic("hindmarsh-rose")
def _() -> dict[str, float]:
    intervals = {}
    for I in (1.0, 2.0, 4.0):
        spikes = simulate(hindmarsh_rose, 2500.0, 0.05, record="x", I=I).spikes().times
        intervals[I] = np.diff(spikes[spikes > 1000.0])
    assert np.ptp(intervals[4.0]) < 1e-3
    return dict(
        spikes_1=float(intervals[1.0].size), spikes_2=float(intervals[2.0].size + 1),
        shortest_2=float(intervals[2.0].min()), longest_2=float(intervals[2.0].max()),
        interval_4=float(intervals[4.0].mean()),
    )  # fmt: skip


@classic("lif-rate")
def _() -> dict[str, float]:
    drives = dict(rate_15_5=1.55, rate_16=1.6, rate_20=2.0, rate_30=3.0, rate_15=1.5)
    return {name: float(compute_lif_rate(I)) for name, I in drives.items()}


@classic("ghk-rest")
def _() -> dict[str, float]:
    return three_ions("ghk-rest")


@classic("ghk-peak")
def _() -> dict[str, float]:
    return three_ions("ghk-peak")


def three_ions(key: str) -> dict[str, float]:
    p, ions = classics()[key].parameters, ("K", "Na", "Cl")
    outside, inside = ([p[f"{ion}_{side}"] for ion in ions] for side in ("outside", "inside"))
    permeability = [p[f"P_{ion}"] for ion in ions]
    return dict(
        V=float(ghk_voltage(outside, inside, permeability, z=[1, 1, -1], T=p["temperature"]))
    )


@classic("ghk-calcium")
def _() -> dict[str, float]:
    p = classics()["ghk-calcium"].parameters
    at_zero = ghk_current(
        0.0, p["outside"], p["inside"], int(p["z"]), p["permeability"], T=p["temperature"]
    )
    return dict(I=float(at_zero))


@classic("two-state-channels")
def _() -> dict[str, float]:
    p = classics()["two-state-channels"].parameters
    found = compute_channel_statistics(int(p["count"]), p["alpha"], p["beta"])
    return dict(mean=found.mean, variance=found.variance, tau=found.time_constant)


@classic("hh-strength-duration")
def _() -> dict[str, float]:
    widths = dict(zip(("01", "05", "2"), (0.1, 0.5, 2.0), strict=True))
    found = {
        name: find_threshold_current(
            hodgkin_huxley, w, level=REST + 50.0, tolerance=1e-3, settle=100.0, guess=2.0
        )
        for name, w in widths.items()
    }
    charges = {f"charge_{name}": found[name] * w for name, w in widths.items()}
    return {f"I_{name}": current for name, current in found.items()} | charges


@classic("siegert-rate")
def _() -> dict[str, float]:
    p = classics()["siegert-rate"].parameters
    return {f"rate_{mu}": float(compute_siegert_rate(mu, **p)) for mu in (15, 20, 25)}


@classic("siegert-cv")
def _() -> dict[str, float]:
    p = classics()["siegert-cv"].parameters
    return {f"cv_{mu}": float(compute_siegert_cv(mu, **p)) for mu in (10, 15, 20, 25)}


@classic("population-step")
def _() -> dict[str, float]:
    p = classics()["population-step"].parameters
    run = integrate(rate_population, 600.0, dt=25.0, rtol=1e-10, atol=1e-10, **p)
    slow = 25.0 / math.log((run.r[-1] - run.r[1]) / (run.r[-1] - run.r[2]))
    assert slow == pytest.approx(classics()["population-step"].values["tau_w"].value, rel=1e-6)
    return dict(r_25=run.r[1], r_end=run.r[-1], tau_w=p["tau"] / (1 - p["w"]))


@classic("wilson-cowan-states")
def _() -> dict[str, float]:
    p = classics()["wilson-cowan-states"].parameters
    low, high = dict(E=-0.01, I=-0.01), dict(E=0.6, I=0.6)
    found = find_equilibria(wilson_cowan_populations, low, high, starts=40, **p)
    assert [e.stable for e in found] == [True, False, True]
    places = {f"{x}_{k}": e.state[x] for k, e in enumerate(found, 1) for x in "EI"}
    return places | dict(count=float(len(found)))


@classic("wilson-cowan-rhythm")
def _() -> dict[str, float]:
    p = classics()["wilson-cowan-rhythm"].parameters
    (rest,) = find_equilibria(
        wilson_cowan_populations, dict(E=-0.01, I=-0.01), dict(E=0.6, I=0.6), starts=20, **p
    )
    run = simulate(wilson_cowan_populations, 1500.0, 0.05, tau_E=10.0, tau_I=10.0, **p)
    late = run.between(1000.0, 1500.0)
    gaps = detect_spikes(late.t, late.E, rest.state["E"]).isi()
    return dict(
        period=gaps.mean() / 10.0, lowest=late.E.min(), highest=late.E.max(),
        E=rest.state["E"], I=rest.state["I"], stable=float(rest.stable),
    )  # fmt: skip


@classic("solver-order")
def _() -> dict[str, float]:
    methods = ("euler", "heun", "rk4", "backward_euler", "crank_nicolson")
    found = {m: float(simulate(decay, 1.0, 0.1, method=m).x[-1]) for m in methods}
    for m in ("euler", "heun", "rk4"):
        errors = [
            abs(float(simulate(decay, 1.0, dt, method=m).x[-1]) - math.exp(-1))
            for dt in (0.1, 0.05)
        ]
        found[f"order_{m}"] = math.log2(errors[0] / errors[1])
    return found


def _growth(method: str, steps: int, paths: int) -> tuple[np.ndarray, np.ndarray]:
    """Ends of `paths` paths of geometric Brownian motion over one unit of time, simulated and exact."""
    p, normals = classics()["noisy-growth"].parameters, np.empty(BLOCK)
    simulated, exact = np.empty(paths), np.empty(paths)
    for k in range(paths):
        run = simulate_stochastic(
            geometric, 1.0, 1 / steps, seed=k, method=method, every=steps, **p
        )
        fill_normals(seed_key(k), 0, 0, normals)
        walk = normals[:steps].sum() / math.sqrt(steps)
        simulated[k], exact[k] = run.x[-1], math.exp(p["lam"] - p["mu"] ** 2 / 2 + p["mu"] * walk)
    return simulated, exact


@classic("noisy-growth")
def _() -> dict[str, float]:
    found, steps = {}, np.array([16, 32, 64, 128, 256])
    for method in ("euler_maruyama", "milstein"):
        errors = [np.abs(np.subtract(*_growth(method, n, 2000))).mean() for n in steps]
        found[f"order_{method}"] = -float(np.polyfit(np.log(steps), np.log(errors), 1)[0])
    return found | dict(mean_16=float(_growth("euler_maruyama", 16, 40_000)[0].mean()))


@pytest.mark.parametrize("key", COMPUTED)
def test_classic(key: str) -> None:
    COMPUTED.check(key)


def test_simulated_lif_has_the_published_rates() -> None:
    """The simulation itself, not only the closed form; tolerance: RK4 with interpolated resets at dt = 0.01."""
    for name, I in dict(rate_15_5=1.55, rate_16=1.6, rate_20=2.0, rate_30=3.0).items():
        spikes = simulate(lif, 2000.0, 0.01, I=I).spikes()
        assert 1e3 / spikes.isi().mean() == pytest.approx(
            classics()["lif-rate"].values[name].value, rel=1e-5
        )
