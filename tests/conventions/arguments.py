"""What `test_any_arguments` calls public functions with: for a parameter what makes sense, and what is odd.

It is found by the function, else by the parameter's name, else by its annotation. Arguments that must fit each other
are drawn together.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import networkx
import numpy as np
import scipy.sparse
from hypothesis import strategies as st

from neurolab import data, plasticity, synapses
from neurolab.data import Connectivity, SpikeTrains
from neurolab.data.trajectory import Trajectory
from neurolab.engine.model import simulate
from neurolab.membrane import lif, passive
from neurolab.networks import (
    EventState,
    Network,
    NetworkState,
    NeuralDynamics,
    PoissonInput,
    Population,
    Projection,
    RateNetwork,
    SpikeSource,
)

NUMBERS = [0.0, -1.0, 1e-9, 1e9, math.nan, math.inf, "x", None]
Choice = tuple[st.SearchStrategy[Any], list[Any]]
"""Values that make sense, and odd ones."""

LENGTHS = [0.0, -1.0, math.nan, math.inf, "x", None]
"""Odd for a number on which the work depends: it must stay small here."""
WHOLE = [0, -1, 2.5, math.nan, math.inf, "x", None]
ARRAYS = [
    *NUMBERS, [], [[]], [1.0, math.nan], [-1.0, 2.0], [0.0, 0.0], [1.0, 2.0, 3.0, 4.0, 5.0], [[1.0], [1.0, 2.0]],
    np.ones((2, 3)), np.ones((2, 2, 2)), ["a", "b"], np.full((2, 2), -1e9),
]  # fmt: skip
WORDS = ["", "x", 3]

vectors = st.sampled_from([1.0, [0.5], [0.5, 2.0], [0.5, 2.0], np.array([3.0, 0.1])])
matrices = st.sampled_from(
    [[[1.0]], [[0.0, 0.5], [0.5, 0.0]], [[1.0, 0.2], [0.2, 2.0]], np.eye(2), np.eye(3) + 0.1]
)
instants = st.sampled_from([0.0, 5.0, [0.0, 1.0, 10.0], [10.0, 0.0, 10.0], np.linspace(-5, 60, 9)])
small = st.sampled_from([1, 2, 2, 3, 4])
seeds = st.integers(0, 9)
INDEXES = [[0], [1, 0], [], [0, 0], [5], [-1], [True, False], [0.5], "x", [[0]]]


def numbers(*values: float) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


@st.composite
def spike_trains(draw: Any) -> SpikeTrains:
    n, count = draw(small), draw(st.integers(0, 12))
    rng = np.random.default_rng(draw(seeds))
    times = np.sort(np.round(rng.uniform(0, 50, count), draw(st.integers(0, 1))))
    return SpikeTrains(times, rng.integers(0, n, count), stop=50.0, n=n)


@st.composite
def wires(draw: Any) -> Connectivity:
    pre, post, count = draw(small), draw(small), draw(st.integers(0, 8))
    rng = np.random.default_rng(draw(seeds))
    each = rng.integers(0, pre, count), rng.integers(0, post, count)
    return Connectivity.from_pairs(*each, n_pre=pre, n_post=post)


@st.composite
def spiking_networks(draw: Any) -> Network:
    trains, seed = draw(spike_trains()), draw(seeds)
    populations = dict(a=Population(lif, 3, "exact", dict(I=2.0)), s=SpikeSource(trains))
    wired = data.connect_fixed_probability(trains.n, 3, 0.7, seed=seed)
    inputs = [PoissonInput("a", "V", 500.0)] if draw(st.booleans()) else []
    return Network(populations, [Projection("s", "a", wired, "V", 5.0)], inputs)


@cache
def driven_run() -> Trajectory:
    run: Trajectory = simulate(synapses.add_synapses(passive, {"E": synapses.NMDA}), 5.0, 0.5)
    return run


def ready(mechanism: Any) -> Any:
    mechanism.setup([[0.5, 1.0]], dt=0.5)
    return mechanism


kinds = st.sampled_from([synapses.AMPA, synapses.GABA_B, synapses.Alpha(2.0), synapses.NMDA])
pair_rules = st.builds(
    plasticity.PairRule,
    pairing=st.sampled_from(plasticity.PAIRINGS),
    mu_plus=numbers(0.0, 0.5, 1.0),
    mu_minus=numbers(0.0, 1.0),
    w_min=st.just(0.0),
    w_max=st.just(2.0),
)
inhibitory_rules = st.builds(plasticity.InhibitoryRule, target_rate=numbers(1.0, 5.0))
triplet_rules = st.builds(plasticity.TripletRule, pairing=st.sampled_from(plasticity.PAIRINGS[:2]))
models = st.sampled_from(
    [passive, lif, synapses.add_synapses(lif, {"E": synapses.AMPA, "I": synapses.GABA_B})]
)
rate_networks = st.builds(
    RateNetwork,
    st.just([[0.0, -0.5], [0.3, 0.0]]),
    f=st.sampled_from(
        ["linear", "threshold_linear", "logistic", "power_law", "naka_rushton", "wilson_cowan"]
    ),
)

OBJECTS: dict[str, st.SearchStrategy[Any]] = {
    "Alpha": st.builds(synapses.Alpha, numbers(0.5, 5.0)),
    "Biexponential": st.just(synapses.GABA_B),
    "Exponential": st.just(synapses.AMPA),
    "HomeostaticPlasticity": st.builds(lambda: ready(plasticity.HomeostaticPlasticity())),
    "STDPMechanism": st.builds(lambda: ready(plasticity.STDPMechanism())),
    "ShortTermPlasticity": st.builds(lambda: ready(plasticity.ShortTermPlasticity())),
    "SynapticPlasticity": st.builds(plasticity.SynapticPlasticity),
    "PairRule": pair_rules,
    "InhibitoryRule": inhibitory_rules,
    "TripletRule": triplet_rules,
    "Protocol": st.just(plasticity.generate_pairing(2, 20.0, 5.0)),
    "NeuralDynamics": st.builds(
        lambda kind: NeuralDynamics(dict(kind=kind), {}, dict(n=2, coupling=0.5)),
        st.sampled_from(["fitzhugh_nagumo", "morris_lecar"]),
    ),
    "Network": spiking_networks(),
    "RateNetwork": rate_networks,
    "Connectivity": wires(),
    "SpikeTrains": spike_trains(),
}
"""Whose methods are tried, by class."""

BY_ANNOTATION: dict[str, Choice] = {
    "float": (numbers(0.5, 1.0, 2.0, 10.0), NUMBERS),
    "int": (small, WHOLE),
    "bool": (st.booleans(), []),
    "ArrayLike": (vectors, ARRAYS),
    "seed": (seeds, [-1, "x", 1.5]),
    "Model": (models, []),
    "Synapse": (kinds, []),
    "SpikeTrains": (spike_trains(), []),
    "Trains": (spike_trains() | st.sampled_from([[], [1.0, 5.0, 5.0], [20.0, 3.0]]), ARRAYS),
    "Spikes": (spike_trains() | st.sampled_from([[], [1.0, 5.0], [[1.0], [2.0, 2.0]]]), ARRAYS),
    "PairRule": (pair_rules, []),
    "InhibitoryRule": (inhibitory_rules, []),
    "TripletRule": (triplet_rules, []),
    "SpikeRule": (pair_rules | inhibitory_rules | triplet_rules, []),
    "RateNetwork": (rate_networks, []),
    "Connectivity": (wires(), []),
    "Callable[[float], object]": (st.just(lambda fraction: None), []),
}
SAME = {
    "Array": "ArrayLike", "float | ArrayLike": "ArrayLike", "NDArray[np.float64]": "ArrayLike", "Ints": "ArrayLike",
    "NDArray[np.int64]": "ArrayLike", "NDArray[np.uint32]": "ArrayLike", "Seed": "seed",
    "int | np.random.Generator": "seed",
}  # fmt: skip

durations, steps = (numbers(5.0, 20.0, 50.0), LENGTHS), (numbers(0.1, 0.5, 1.0), LENGTHS)
parts = (numbers(0.0, 0.2, 0.5, 1.0), [*NUMBERS, 1.5])
layers = (st.lists(small, min_size=1, max_size=3), [[], [0, 1], [-1], [1.5], "x", 3])
indexes = (st.sampled_from(INDEXES[:2]), INDEXES)
squares = (matrices, ARRAYS)
BY_NAME: dict[str, Choice] = {
    "duration": durations, "time_span": durations, "longest": durations, "settle": (numbers(0.0, 5.0), LENGTHS),
    "dt": steps, "bin": steps, "width": steps, "segment": (numbers(5.0, 20.0), LENGTHS),
    "p": parts, "U": parts, "u": parts, "beta": parts, "epsilon": parts, "symmetry": parts, "mean": parts,
    "t": (instants, ARRAYS), "V": (st.sampled_from([-65.0, 0.0, [-80.0, 20.0]]), ARRAYS),
    "W": squares, "J": squares, "C": squares, "patterns": (st.sampled_from([[[1, -1, 1]], [[1, 1], [1, -1]]]), ARRAYS),
    "states": (st.sampled_from([[1, -1], [1, -1, 1], [[1, 1], [-1, 1]]]), ARRAYS),
    "sizes": layers, "sizes_pre": layers, "sizes_post": layers,
    "sources": indexes, "targets": indexes, "indices": indexes, "source": (st.just(0), WHOLE),
    "max_rate": (numbers(10.0, 200.0), LENGTHS), "m": (numbers(0.5, 2.0), LENGTHS),
    "n_pre": (small, WHOLE), "n_post": (small, WHOLE),
    "train": (st.sampled_from(["regular", "poisson"]), WORDS),
    "pairing": (st.sampled_from(plasticity.PAIRINGS), WORDS),
    "attribute": (st.just("weight"), WORDS), "name": (st.just("E"), WORDS), "voltage": (st.just("V"), WORDS),
    "input": (st.just("I"), WORDS),
}  # fmt: skip

methods_of_steps = (st.sampled_from(["rk4", "euler", "exponential_euler", "crank_nicolson"]), WORDS)
population_sizes = (st.sampled_from([20, 50]), [0, 3, -5, 2.5, "x"])
wanted = {("E", "E"): data.connect_fixed_probability(40, 50, 0.1, seed=0)}
recorded = (
    st.sampled_from([{"a": {"V": [0, 2]}}, {"a": {"V": range(3)}}]),
    [{"x": {}}, {"a": {"x": [0]}}, {"a": {"V": [3]}}, {"a": {"V": [-1]}}],
)
BY_FUNCTION: dict[str, dict[str, Choice]] = {
    "add_synapses": dict(
        synapses=(
            st.dictionaries(st.sampled_from("EIN"), kinds, min_size=1, max_size=2),
            [{}, {"x y": synapses.AMPA}, {"E": 3.0}],
        )
    ),
    "brunel": dict(size=population_sizes, wires=(st.none(), [wanted, {}])),
    "izhikevich_2003": dict(size=population_sizes),
    "simulate_competition": dict(
        record=(numbers(1.0, 5.0), LENGTHS), rate=(numbers(5.0, 20.0), LENGTHS)
    ),
    "cobahh": dict(size=population_sizes, wires=(st.none(), [wanted, {}])),
    "vogels_abbott": dict(
        size=population_sizes,
        wires=(st.none(), [wanted, {}]),
        kind=(st.sampled_from(["cuba", "coba"]), WORDS),
    ),
    "compute_synaptic_current": dict(run=(st.builds(driven_run), [])),
    "simulate_driven": dict(
        arrivals=(
            st.dictionaries(st.sampled_from("EV"), spike_trains(), min_size=1),
            [{}, {"x": [1.0]}, {"V": [math.nan]}],
        ),
        weights=(
            st.sampled_from([{}, {"V": 2.0}, {"E": 0.1}]),
            [{"x": 1.0}, {"V": math.nan}, {"V": [1.0, 2.0]}],
        ),
        method=methods_of_steps,
        record=(st.sampled_from(["V", ["V"]]), ["x", []]),
        model=(st.just(synapses.add_synapses(lif, {"E": synapses.AMPA})), [passive]),
    ),
    "SynapticPlasticity": {name: (st.none(), []) for name in ("stdp", "stp", "homeostasis")},
    "recall_pattern": dict(method=(st.sampled_from(["asynchronous", "synchronous"]), WORDS)),
    "NeuralDynamics": dict(
        neuron_params=(
            st.sampled_from([{}, dict(kind="morris_lecar")]),
            [3, {"x": 1.0}, {"C_m": 0.0}, {"C_m": "x"}],
        ),
        synapse_params=(
            st.sampled_from([{}, dict(E=-80.0)]),
            [3, {1: 2}, {"g": -1.0}, {"E": [[1.0]]}],
        ),
        network_params=(
            st.sampled_from([{}, dict(n=3, coupling=1.0)]),
            [3, {"n": 0.5}, {"coupling": [[1, 2]]}],
        ),
    ),
    "NeuralDynamics.simulate_dynamics": dict(
        initial_state=(
            st.just(dict(voltage=0.5, recovery=0.1, synaptic=0.0)),
            [{}, 3, dict(voltage="x")],
        ),
        inputs=(
            st.sampled_from([{}, {0: 1.0}, 0.5, lambda t: t]),
            [*ARRAYS, {0.01: 1.0}, lambda t: "x"],
        ),
    ),
    "Network": dict(
        populations=(st.just(dict(a=Population(lif, 2))), [{}]),
        projections=(
            st.just([Projection("a", "a", data.connect_all(2, 2), "V")]),
            [
                [Projection("a", "x", data.connect_all(2, 2), "V")],
                [Projection("a", "a", data.connect_all(2, 3), "V")],
            ],
        ),
        inputs=(
            st.just([PoissonInput("a", "V", 5.0)]),
            [[PoissonInput("a", "x", 5.0)], [PoissonInput("x", "V", 5.0)]],
        ),
    ),
    "Network.simulate": dict(record=recorded, state=(st.none(), [3, EventState(1.0, ())])),
    "PoissonSource": dict(rate=(st.sampled_from([5.0, [5.0, 2.0], lambda t: 5.0]), NUMBERS)),
    "simulate_event_driven": dict(
        network=(spiking_networks(), []),
        record=recorded,
        every=(numbers(0.5, 3.0), LENGTHS),
        state=(st.none(), [3, NetworkState(1, 0.1, {})]),
    ),
    "compute_propagator": dict(dt=(numbers(0.1, 1.0), [])),
    "compute_chaos_theory": dict(g=(numbers(0.0, 0.5, 1.0, 1.5), NUMBERS)),
    "Population": dict(
        method=(st.sampled_from(["exact", "rk4", "euler"]), WORDS),
        values=(st.sampled_from([{}, {"I": 1.0}]), [{"x": 1.0}]),
    ),
    "RateNetwork": dict(
        tau=(vectors, ARRAYS),
        f=(st.sampled_from(["linear", "threshold_linear", "logistic"]), WORDS),
        values=(
            st.sampled_from([{}, {"gain": 2.0}]),
            [{"x": 1.0}, {"gain": math.nan}, {"gain": "x"}],
        ),
    ),
    "generate_feedforward_weights": dict(
        layers=(
            st.sampled_from([[[[1.0, 2.0]]], [np.ones((2, 1)), np.ones((3, 2))]]),
            [[], [[1.0]], [np.ones((2, 1))] * 2, "x"],
        )
    ),
    "simulate_stdp": dict(record=(numbers(1.0, 5.0), LENGTHS)),
    "simulate_rates": dict(method=(st.sampled_from(["rk4", "euler"]), WORDS)),
    "compute_learning_drift": dict(rule=(st.sampled_from(plasticity.LEARNING_RULES), WORDS)),
    "simulate_learning": dict(
        rule=(st.sampled_from(plasticity.LEARNING_RULES), WORDS),
        inputs=(st.sampled_from([[[1.0, 0.0], [0.0, 1.0]], [[0.5, 2.0]]]), ARRAYS),
        w=(st.just([0.5, 0.3]), ARRAYS),
        eta=(numbers(0.001, 0.1), NUMBERS),
        steps=(numbers(5, 20), WHOLE),
        outputs=(st.none(), ARRAYS),
        probabilities=(st.none(), ARRAYS),
    ),
    "Connectivity.from_networkx": dict(
        graph=(st.just(networkx.path_graph(3)), [networkx.Graph(), networkx.DiGraph([("a", "b")])])
    ),
    "Connectivity.from_scipy": dict(
        matrix=(st.just(scipy.sparse.eye_array(3)), [scipy.sparse.csr_array((2, 2))])
    ),
    "Connectivity.values_of": dict(
        matrix=(matrices, [*ARRAYS, networkx.path_graph(2), scipy.sparse.eye_array(2)])
    ),
    "SpikeTrains.from_lists": dict(
        trains=(st.sampled_from([[], [[1.0], [2.0, 0.5]]]), [[["a"]], [[math.nan]]])
    ),
    "connect_by_distance": dict(
        profile=(st.sampled_from(["gaussian", "exponential", "box"]), WORDS),
        pre=(st.sampled_from([[0.0, 0.5], [[0.0, 1.0], [1.0, 1.0]]]), ARRAYS),
        post=(st.sampled_from([[0.0, 0.5], [[0.0, 1.0], [1.0, 1.0]]]), ARRAYS),
    ),
    "generate_inhomogeneous_poisson": dict(
        rate=(
            st.sampled_from([10.0, [5.0] * 20, lambda t: 50.0 + 0 * t]),
            [*ARRAYS, lambda t: -1.0 + 0 * t, lambda t: "x"],
        )
    ),
    "generate_renewal": dict(
        intervals=(
            st.just(lambda rng, shape: rng.exponential(5.0, shape)),
            [
                3,
                lambda rng, shape: 5.0,
                lambda rng, shape: -np.ones(shape),
                lambda rng, shape: np.full(shape, math.nan),
            ],
        )
    ),
}
bounded = plasticity.PairRule(w_min=0.0, w_max=1.0)
released: list[dict[str, Any]] = [dict(n=4, p=0.5), dict(n=1, p=1.0), dict(m=2.0), dict(m=0.0)]
pattern, weights = np.array([1.0, -1.0, 1.0]), np.ones((3, 3)) - np.eye(3)
TOGETHER: dict[str, list[dict[str, Any]]] = {
    "compute_quantal_statistics": released,
    "compute_release_probabilities": released,
    "compute_amplitude_density": released,
    "simulate_release": [dict(trials=3, seed=1) | given for given in released],
    "fit_variance_mean": [
        dict(means=[1.0, 2.0, 3.0], variances=[0.9, 1.2, 0.9]),
        dict(means=[1.0, 2.0], variances=[0.9, 1.2], trials=[10, 20]),
    ],
    "compute_coupling_matrix": [
        dict(g_L=[0.1, 0.3], g=0.1),
        dict(g_L=[0.1, 0.3], g=[[0.0, 0.2], [0.2, 0.0]]),
    ],
    "compute_gap_current": [
        dict(V=[-70.0, -50.0], g=0.1),
        dict(V=np.ones((2, 3)), g=np.eye(2)),
        dict(V=[1.0], g=1.0),
    ],
    "HomeostaticPlasticity.compute_change": [dict(current_weights=[[0.5, 2.0]])],
    "STDPMechanism.compute_change": [
        dict(pre_spikes=[1.0, 5.0], post_spikes=[[1.0], [2.0, 2.0]], t=1.0),
        dict(pre_spikes=SpikeTrains([1.0, 1.2], stop=5.0), post_spikes=[[], [1.0]], t=1.0),
    ],
    "ShortTermPlasticity.compute_change": [dict(pre_spikes=[1.0, 5.0, 5.2], t=5.0)],
    "SynapticPlasticity.simulate_plasticity": [
        dict(pre_spikes=[1.0, 5.0], post_spikes=[2.0, 5.0], initial_weights=0.5, time_span=10.0),
        dict(
            pre_spikes=[[1.0], []],
            post_spikes=[[2.0], [5.0, 1.0]],
            initial_weights=np.eye(2),
            time_span=10.0,
        ),
    ],
    "compute_oja_flow": [dict(C=[[2.0, 0.5], [0.5, 1.0]], w=[1.0, 0.2], t=5.0)],
    "simulate_scaling": [dict(w=[0.2, 0.6], x=[1.0, 1.0], target=2.0, eta=0.1, steps=5)],
    "compute_stdp_drift": [
        dict(rule=plasticity.PairRule(pairing=pairing), pre_rate=[5.0, 10.0], post_rate=20.0)
        for pairing in plasticity.PAIRINGS[:4]
    ],
    "simulate_stdp": [
        dict(
            rule=rule,
            pre=SpikeTrains([1.0, 3.0, 8.0], [0, 1, 0], stop=9.0, n=2),
            post=SpikeTrains([2.0, 3.0], stop=9.0),
            w=w,
        )
        for rule in (plasticity.PairRule(), plasticity.TripletRule(), plasticity.InhibitoryRule())
        for w in (0.5, [[0.2], [0.4]])
    ],
    "find_bcm_fixed_points": [
        dict(patterns=[[1.0, 0.2], [0.1, 1.0]]),
        dict(patterns=np.eye(2), probabilities=[0.4, 0.6]),
    ],
    "find_oja_fixed_points": [dict(C=[[2.0, 0.5], [0.5, 1.0]])],
    "compute_hopfield_energy": [
        dict(W=weights, states=pattern),
        dict(W=weights, states=[pattern, -pattern]),
    ],
    "compute_overlaps": [dict(states=[pattern, pattern], patterns=[pattern])],
    "generate_hopfield_weights": [dict(patterns=[pattern, -pattern])],
    "recall_pattern": [
        dict(W=weights, start=pattern),
        dict(W=weights, start=pattern, method="synchronous"),
    ],
    "compute_balanced_rates": [dict(W=[[1.0, -2.0], [1.0, -1.8]], w_ext=[1.0, 0.8])],
    "solve_siegert_rates": [
        dict(C=[[80.0, 20.0]] * 2, J=[[0.1, -0.5]] * 2, rate_ext=10.0, C_ext=80.0, J_ext=0.1),
        dict(
            C=[[80.0, 20.0]] * 2,
            J=[[0.1, -0.5]] * 2,
            rate_ext=[10.0, 9.0],
            C_ext=80.0,
            J_ext=0.1,
            start=[1.0, 2.0],
        ),
    ],
    "compute_competition_drift": [dict(rule=bounded, w=[0.2, 0.8], rate=20.0)],
    "simulate_competition": [
        dict(rule=bounded, w=[0.2, 0.8, 0.5], rate=20.0, duration=100.0, seed=1, group=2)
    ],
    "compute_learning_drift": [
        dict(rule=rule, inputs=[[1.0, 0.5], [0.5, 1.0]], w=[0.5, 0.2])
        for rule in plasticity.LEARNING_RULES
    ],
    "compute_correction_bound": [dict(patterns=[[1.0, 0.5], [-0.5, 1.0]], labels=[1, -1])],
    "find_separating_weights": [dict(patterns=[[1.0, 0.5], [-0.5, 1.0]], labels=[1, -1])],
    "train_perceptron": [dict(patterns=[[1.0, 0.5], [-0.5, 1.0]], labels=[1, -1], epochs=5)],
    "find_regime": [dict(trains=data.generate_poisson([20.0, 5.0], 2000.0, seed=1))],
    "compute_synchrony": [dict(traces=[[0.0, 1.0], [1.0, 0.0], [0.5, 0.7]])],
    "compute_binary_balance": [dict(m_0=0.1), dict(m_0=0.05, K=500.0)],
    "compute_linear_response": [dict(network=RateNetwork([[0.0, 0.5], [0.2, 0.0]]), r=[1.0, 2.0])],
    "Connectivity": [
        dict(indptr=[0, 1, 3], indices=[1, 0, 2], n_pre=2, n_post=3),
        dict(indptr=[0, 0], indices=[], n_pre=1, n_post=1),
    ],
    "Connectivity.from_dense": [dict(matrix=np.eye(3)), dict(matrix=[[0.0, 2.0]])],
    "SpikeTrains": [
        dict(times=[1.0, 2.0], ids=[1, 0], n=2, stop=5.0),
        dict(times=[], stop=1.0),
        dict(times=[3.0], start=2.0, stop=4.0),
    ],
    "SpikeTrains.between": [dict(start=0.0, stop=5.0), dict(start=-5.0, stop=100.0)],
    "connect_blocks": [
        dict(sizes_pre=[1, 2], sizes_post=[3, 2], p=[[0.1, 0.5], [1.0, 0.0]], seed=1),
        dict(sizes_pre=[2], sizes_post=[2], p=0.5, seed=1),
    ],
    "connect_watts_strogatz": [dict(n=6, k=2, beta=0.3, seed=1), dict(n=5, k=4, beta=1.0, seed=2)],
}
"""Arguments that must fit each other."""

DRAWN_ALWAYS = {"size"}
"""Parameters whose defaults are too much work here."""
