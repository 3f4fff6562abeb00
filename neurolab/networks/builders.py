"""Networks of the literature, with one call each.

References
----------
Brunel 2000, J Comput Neurosci 8:183-208, model A. Vogels & Abbott 2005, J Neurosci 25:10786-10795. Brette et al. 2007,
J Comput Neurosci 23:349-398 (the benchmarks CUBA, COBA and COBAHH). Izhikevich 2003, IEEE Trans Neural Netw
14:1569-1572. Song, Miller & Abbott 2000, Nat Neurosci 3:919-926.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neurolab.data.connectivity import Connectivity
from neurolab.data.wiring import (
    connect_all,
    connect_fixed_in_degree,
    connect_fixed_probability,
)
from neurolab.engine.model import Model, param
from neurolab.kernels import check
from neurolab.membrane.integrate_and_fire import lif
from neurolab.membrane.pyramidal_cell import traub_miles
from neurolab.networks.spiking import (
    Network,
    NoiseInput,
    PoissonInput,
    PoissonSource,
    Population,
    Projection,
)
from neurolab.plasticity.spike_timing import PairRule
from neurolab.synapses import Exponential, add_synapses

__all__ = ["brunel", "cobahh", "izhikevich_2003", "song_miller_abbott", "vogels_abbott"]

Wires = Mapping[tuple[str, str], Connectivity]


def brunel(
    size: int = 12_500,
    *,
    g: float = 5.0,
    eta: float = 2.0,
    J: float = 0.1,
    epsilon: float = 0.1,
    delay: float = 1.5,
    seed: int | np.random.Generator = 0,
    wires: Wires | None = None,
) -> Network:
    """Brunel's sparse network of leaky integrate-and-fire units with delta synapses.

    Four fifths of the units, "E", excite by J; one fifth, "I", inhibits by g J. Each receives epsilon of either
    population, and Poisson spikes from as many sources outside as it has excitatory ones inside, at eta times the rate
    that would just hold it at threshold.

    Parameters
    ----------
    size : int
    g : float
        Strength of inhibition over excitation; above 4 inhibition dominates.
    eta : float
        Rate from outside, in units of the rate at which the mean input reaches threshold.
    J : float, mV
        Rise of the voltage by one excitatory spike.
    epsilon : float
        Share of the units of each population that reach one unit.
    delay : float, ms
    seed : int or numpy.random.Generator
        Of the wires.
    wires : dict, optional
        Connectivity for ("E", "E"), ("E", "I"), ("I", "E"), ("I", "I") instead of drawn ones: those of another such
        network, say, when only g, eta or J differ.

    Returns
    -------
    Network
        Populations "E" and "I". Its input is drawn by the seed given to `simulate`.

    References
    ----------
    Brunel 2000: tau 20 ms, threshold 20 mV, reset 10 mV, refractory time 2 ms.

    Examples
    --------
    >>> network = brunel(1000, g=5, eta=2, J=0.5, seed=1)
    >>> {name: population.size for name, population in network.populations.items()}
    {'E': 800, 'I': 200}
    """
    size = check.whole(size, "size", low=10)
    g, J = check.non_negative(g, "g"), check.positive(J, "J")
    eta, epsilon = check.non_negative(eta, "eta"), check.positive(epsilon, "epsilon")
    if epsilon > 1:
        raise ValueError(f"epsilon must be a share of the units, at most 1, got {epsilon:g}")
    rng = check.generator(seed)
    tau, theta = 20.0, 20.0
    sizes = {"E": round(0.8 * size), "I": size - round(0.8 * size)}
    degrees = {name: max(1, round(epsilon * n)) for name, n in sizes.items()}
    weights = {"E": J, "I": -g * J}
    values = dict(tau_m=tau, theta=theta, V_reset=10.0, t_ref=2.0)
    rate = 1e3 * eta * theta / (J * degrees["E"] * tau)
    return Network(
        {name: Population(lif, n, "exact", values) for name, n in sizes.items()},
        [
            Projection(
                a,
                b,
                connect_fixed_in_degree(sizes[a], sizes[b], degrees[a], seed=rng)
                if wires is None
                else _given(wires, a, b),
                "V",
                weights[a],
                delay,
            )
            for a in sizes
            for b in sizes
        ],
        [PoissonInput(name, "V", rate, J, n=degrees["E"]) for name in sizes],
    )


def vogels_abbott(
    kind: str = "cuba",
    size: int = 4000,
    *,
    p: float = 0.02,
    seed: int | np.random.Generator = 0,
    wires: Wires | None = None,
) -> Network:
    """Vogels and Abbott's network, which keeps itself active: synapses that inject currents, or open conductances.

    Parameters
    ----------
    kind : {"cuba", "coba"}
        "cuba" is driven by a resting potential above threshold, as in the benchmark; "coba" needs a kick: it starts
        from random conductances.
    size : int
        Units, four fifths of them excitatory.
    p : float
        Probability of a connection.
    seed : int or numpy.random.Generator
        Of the wires and of the start.
    wires : dict, optional
        Connectivity for ("E", "E"), ("E", "I"), ("I", "E"), ("I", "I") instead of drawn ones.

    Returns
    -------
    Network
        Populations "E" and "I".

    References
    ----------
    Vogels & Abbott 2005; Brette et al. 2007, benchmarks 1 (COBA) and 2 (CUBA).

    Examples
    --------
    >>> run = vogels_abbott("cuba", 400, p=0.2, seed=1).simulate(100.0, 0.1)
    >>> 0 < run.spikes("E").rate < 100
    True
    """
    kind = check.choice(kind, ("cuba", "coba"), "kind")
    rng = check.generator(seed)
    if kind == "cuba":
        receptors = {"E": Exponential(5.0, None), "I": Exponential(10.0, None)}
        shared = dict(tau_m=20.0, R=1.0, V_rest=-49.0)
        weights, method = {"E": 1.62, "I": -9.0}, "exact"
    else:
        receptors = {"E": Exponential(5.0, 0.0), "I": Exponential(10.0, -80.0)}
        shared = dict(
            tau_m=20.0, R=100.0, V_rest=-60.0
        )  # conductances in µS beside a leak of 0.01 µS
        weights, method = {"E": 0.006, "I": 0.067}, "exponential_euler"
    cell = add_synapses(lif, receptors)
    sizes = _sizes(size)
    populations = {}
    for name, n in sizes.items():
        start: dict[str, Any] = dict(V=rng.uniform(-60.0, -50.0, n))
        if kind == "coba":
            start |= dict(
                g_E=np.maximum(rng.normal(4.0, 1.5, n) * 0.01, 0),
                g_I=np.maximum(rng.normal(20.0, 12.0, n) * 0.01, 0),
            )
        values = shared | dict(theta=-50.0, V_reset=-60.0, t_ref=5.0) | start
        populations[name] = Population(cell, n, method, values)
    return Network(populations, _projections(sizes, weights, p, rng, wires))


def cobahh(
    size: int = 4000,
    *,
    p: float = 0.02,
    seed: int | np.random.Generator = 0,
    wires: Wires | None = None,
) -> Network:
    """The COBAHH benchmark: Vogels and Abbott's network of cells with Hodgkin-Huxley currents and conductance synapses.

    Parameters
    ----------
    size, p, seed, wires
        As for `vogels_abbott`.

    Returns
    -------
    Network
        Populations "E" and "I" of `traub_miles` with synapses E and I, mS/cm².

    References
    ----------
    Brette et al. 2007, benchmark 3.

    Examples
    --------
    >>> cobahh(100, p=0.5, seed=1).populations["E"].model.states["g_E"].unit
    'mS/cm²'
    """
    rng = check.generator(seed)
    cell = add_synapses(traub_miles, {"E": Exponential(5.0, 0.0), "I": Exponential(10.0, -80.0)})
    sizes, per_nS = _sizes(size), 1 / 200.0  # mS/cm² of one nS on 20 000 µm²
    populations = {}
    for name, n in sizes.items():
        start = dict(
            V=-65.0 + 5.0 * rng.standard_normal(n),
            g_E=np.maximum(40.0 + 15.0 * rng.standard_normal(n), 0.0) * per_nS,
            g_I=np.maximum(200.0 + 120.0 * rng.standard_normal(n), 0.0) * per_nS,
        )
        populations[name] = Population(cell, n, "exponential_euler", start, dead_time=3.0)
    weights = {"E": 6.0 * per_nS, "I": 67.0 * per_nS}
    return Network(populations, _projections(sizes, weights, p, rng, wires))


def _izhikevich_step(t: float, y: Any, p: Any, I: float) -> Any:
    """The published program's step of 1 ms, as a change: v in two halves, then u; what came to s is used up."""
    v, u, s = y
    drive = s + I
    half = v + 0.5 * (0.04 * v * v + 5.0 * v + 140.0 - u + drive)
    whole = half + 0.5 * (0.04 * half * half + 5.0 * half + 140.0 - u + drive)
    return whole - v, p.a * (p.b * whole - u), -s


def _izhikevich_reset(y: Any, p: Any) -> Any:
    _, u, s = y
    return p.c, u + p.d, s


_izhikevich_map = Model(
    _izhikevich_step,
    name="izhikevich_map",
    state=dict(
        v=param(-65.0, "mV", low=-90, high=30, doc="membrane potential"),
        u=param(-13.0, low=-20, high=20, doc="recovery"),
        s=param(0.0, low=-20, high=20, doc="what arrives in a step"),
    ),
    params=dict(
        a=param(0.02, low=0.02, high=0.1, doc="rate of recovery"),
        b=param(0.2, low=0.2, high=0.25, doc="sensitivity of recovery"),
        c=param(-65.0, "mV", low=-65, high=-50, doc="reset of v"),
        d=param(8.0, low=2, high=8, doc="jump of u at a spike"),
    ),
    inputs=dict(I=param(0.0, low=0, high=20, doc="current")),
    threshold=30.0,
    reset=_izhikevich_reset,
)


def izhikevich_2003(size: int = 1000, *, seed: int | np.random.Generator = 0) -> Network:
    """Izhikevich's network of 2003: everyone reaches everyone, and thalamic noise keeps it going in rhythms.

    Four fifths of the units excite by weights uniform from 0 to 0.5, one fifth inhibits by 0 to 1; excitatory units lie
    between regular spiking and chattering, inhibitory ones between fast spiking and low threshold. Noise of 5 and 2,
    standard deviation, is drawn in each step. Stepped as published: by 1 ms, v in two halves. The weights do not shrink
    with `size`.

    Parameters
    ----------
    size : int
    seed : int or numpy.random.Generator
        Of the units and weights; the noise is drawn by the seed given to `simulate`.

    Returns
    -------
    Network
        Populations "E" and "I"; dt must be 1 ms.

    References
    ----------
    Izhikevich 2003, the program in the appendix.

    Examples
    --------
    >>> run = izhikevich_2003(seed=1).simulate(1000.0, 1.0, seed=2)
    >>> 5 < run.spikes("E").rate < 10
    True
    """
    rng, sizes = check.generator(seed), _sizes(size)
    r = {name: rng.random(n) for name, n in sizes.items()}
    kinds = dict(
        E=dict(a=0.02 + 0.0 * r["E"], b=0.2 + 0.0 * r["E"], c=-65 + 15 * r["E"] ** 2, d=8 - 6 * r["E"] ** 2),
        I=dict(a=0.02 + 0.08 * r["I"], b=0.25 - 0.05 * r["I"], c=-65 + 0.0 * r["I"], d=2 + 0.0 * r["I"]),
    )  # fmt: skip
    populations = {
        name: Population(_izhikevich_map, n, "euler", kinds[name] | dict(v=-65.0, u=-65.0 * kinds[name]["b"]))
        for name, n in sizes.items()
    }  # fmt: skip
    strongest = {"E": 0.5, "I": -1.0}
    projections = [
        Projection(a, b, connect_all(sizes[a], sizes[b]), "s", strongest[a] * rng.random(sizes[a] * sizes[b]))
        for a in sizes for b in sizes
    ]  # fmt: skip
    return Network(
        populations, projections, [NoiseInput("E", "s", 5.0), NoiseInput("I", "s", 2.0)], dt=1.0
    )


def song_miller_abbott(
    size: int = 1000,
    *,
    rate: float = 15.0,
    g_max: float = 0.01,
    A_plus: float = 0.01,
    A_minus: float = 0.0105,
    seed: int | np.random.Generator = 0,
) -> Network:
    """Competition of synapses by their timing: many Poisson inputs onto one leaky unit, with additive pair STDP.

    What begins as a uniform distribution of weights ends as one with two peaks, near 0 and near g_max.

    Parameters
    ----------
    size : int
        Inputs.
    rate : float, Hz
        Of each.
    g_max : float
        Largest weight, in units of the leak conductance.
    A_plus, A_minus : float
        Change of a weight by a pair, in units of g_max; tau is 20 ms for both.
    seed : int or numpy.random.Generator
        Of the weights at the start; the inputs are drawn by the seed given to `simulate`.

    Returns
    -------
    Network
        Populations "inputs" and "cell"; `run.weights[0]` holds the weights.

    References
    ----------
    Song, Miller & Abbott 2000, without its inhibitory inputs; the constants are those of the example of it that comes
    with the Brian 2 simulator.

    Examples
    --------
    >>> network = song_miller_abbott(200, seed=1)
    >>> run = network.simulate(200.0, 0.1, seed=2)
    >>> run.weights[0].shape
    (200,)
    """
    size, g_max = check.whole(size, "size"), check.positive(g_max, "g_max")
    A_plus, A_minus = check.finite(A_plus, "A_plus"), check.finite(A_minus, "A_minus")
    rule = PairRule(A_plus * g_max, A_minus * g_max, w_min=0.0, w_max=g_max)
    cell = Population(
        add_synapses(lif, {"E": Exponential(5.0, 0.0)}), 1, "euler",
        dict(tau_m=10.0, R=1.0, V_rest=-74.0, theta=-54.0, V_reset=-60.0, t_ref=0.0, V=-60.0),
    )  # fmt: skip
    start = check.generator(seed).random(size) * g_max
    return Network(
        {"inputs": PoissonSource(size, rate), "cell": cell},
        [Projection("inputs", "cell", connect_all(size, 1), "g_E", start, plasticity=rule)],
    )


def _sizes(size: int) -> dict[str, int]:
    size = check.whole(size, "size", low=5)
    return {"E": round(0.8 * size), "I": size - round(0.8 * size)}


def _projections(
    sizes: Mapping[str, int],
    weights: Mapping[str, float],
    p: float,
    rng: np.random.Generator,
    wires: Wires | None,
) -> list[Projection]:
    """Wires from each population to each, drawn unless given; arrival in the very next step, as in the benchmarks."""
    found = []
    for a in sizes:
        for b in sizes:
            drawn = (
                connect_fixed_probability(sizes[a], sizes[b], p, seed=rng)
                if wires is None
                else _given(wires, a, b)
            )
            found.append(Projection(a, b, drawn, f"g_{a}", weights[a]))
    return found


def _given(wires: Wires, a: str, b: str) -> Connectivity:
    if (a, b) not in wires:
        raise ValueError(f"wires must lead from E and I to E and I, got none for {(a, b)}")
    return wires[a, b]
