"""Spiking networks beside Brian2's C++ standalone mode, NEST and NumPy, one core: `python run.py bench networks`.

`--only cuba start` measures these rows alone. A run of ours is a call of `simulate` on a network that is built. A run
of Brian2 is one of its compiled program, which makes its synapses anew; a second row, without a goal, takes its steps
alone. Of NEST only the steps are timed.

Each row first shows agreement. CUBA and COBAHH must have the same spikes as the peer, each in the same step; where
chance is drawn on either side, rate, CV and spectrum may differ by what the scatter between runs of ours allows.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._agreement import OURS, same_spikes, same_statistics, spikes_in, spikes_of
from benchmarks._measure import Row, compared, cpu, report, single
from benchmarks._peers import Peer, Unavailable, environment_of
from benchmarks.engine import START, child
from benchmarks.population import pairs_of, wall_seconds
from neurolab import networks
from neurolab.data.spikes import SpikeTrains
from neurolab.networks import Network, Population, brunel, cobahh, vogels_abbott

DT = 0.1
Turns = list[tuple[float, dict[str, Any]]]


def _whole(network: Network, state: str) -> np.ndarray:
    """Start values of one state over both populations, E first."""
    return np.concatenate(
        [np.broadcast_to(p.values[state], p.size) for p in network.populations.values()]  # type: ignore[union-attr]
    )


def _pairs(network: Network, source: str) -> tuple[np.ndarray, np.ndarray]:
    """Sources and targets of the synapses of one population, numbered over both."""
    first = dict(
        zip(
            network.populations,
            np.cumsum([0, *[p.size for p in network.populations.values()]]),
            strict=False,
        )
    )
    pre, post = [], []
    for projection in network.projections:
        if projection.source == source:
            pre.append(projection.wires.sources + first[source])
            post.append(projection.wires.indices.astype(np.int64) + first[projection.target])
    return np.concatenate(pre), np.concatenate(post)


def _peer(
    simulator: str,
    kind: str,
    network: Network,
    folder: Path,
    states: Sequence[str] = (),
    **work: Any,
) -> Peer:
    """Another simulator with the wires and start values of this network of E and I, for a second."""
    arrays = {state: _whole(network, state) for state in states}
    for source in ("E", "I"):
        arrays[f"pre_{source.lower()}"], arrays[f"post_{source.lower()}"] = _pairs(network, source)
    path = folder / f"{kind}.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]
    n_e, n_i = (p.size for p in network.populations.values())
    return _saving_peer(
        simulator, folder, network=kind, arrays=str(path), size=n_e + n_i, n_e=n_e, **work
    )


def _saving_peer(simulator: str, folder: Path, **work: Any) -> Peer:
    """Another simulator that saves the spikes of each run, for a second if nothing else is said."""
    return Peer(simulator, dict(dt=DT, duration=1000.0, spikes=str(folder / "spikes")) | work)


def _spikes(network: Network, dt: float = DT, seed: int = 1) -> SpikeTrains:
    return spikes_of(network.simulate(1000.0, dt, seed=seed, threads=1), "E", "I")


def _in_turn(ours: Callable[[], object], peer: Peer, pairs: int, calls: int = 1) -> Turns:
    """CPU seconds of our call, which has run before and uses one thread, and what the peer answers.

    More than one call for those so short that what the peer has left in the processor's caches counts.
    """
    found = [(cpu(ours, calls), peer.ask()) for _ in range(pairs)]
    peer.close()
    return found


def _rows(title: str, turns: Turns, name: str, goal: float, agrees: bool) -> Iterator[Row]:
    """How often our run fits into one of the peer, and into its steps alone where it tells them."""
    for part, label, aim in (("cpu", name, goal), ("loop", f"{name}, its steps alone", 0.0)):
        if part in turns[0][1]:
            times = [(a, b[part]) for a, b in turns]
            yield compared(title, times, label, aim, better="higher", agrees=agrees)


def _as_brian2_counts(network: Network) -> Network:
    """The network with refractory times a step shorter: Brian2 counts them from the start of the step of the spike."""

    def shorter(p: Population) -> Population:
        if p.dead_time:
            return replace(p, dead_time=p.dead_time - DT)
        return replace(p, values={**p.values, "t_ref": p.values["t_ref"] - DT})

    populations = {
        name: shorter(p) for name, p in network.populations.items() if isinstance(p, Population)
    }
    return Network(populations, network.projections, network.inputs)


def beside_brian2(
    title: str, kind: str, network: Network, goal: float, folder: Path, *, same: bool, pairs: int = 7,
    states: Sequence[str] = (), **work: Any,
) -> Iterator[Row]:  # fmt: skip
    """One network here and there; `same` asks for the same spikes, else for the same statistics."""
    peer = _peer("brian2", kind, network, folder, states, **work)
    ours = [_spikes(network, seed=seed) for seed in range(1 if same else OURS)]
    turns = _in_turn(lambda: network.simulate(1000.0, DT, seed=1, threads=1), peer, pairs)
    theirs = spikes_in([peer.found, *(answer for _, answer in turns)], DT, ours[0])
    agrees = (
        same_spikes(title, ours[0], theirs[0], "Brian2", DT)
        if same
        else same_statistics(title, ours, theirs, "Brian2")
    )
    return _rows(title, turns, "Brian2 C++", goal, agrees)


def cuba(folder: Path) -> Iterator[Row]:
    """Vogels and Abbott's network; the arithmetic is Brian2's, and so are the spikes."""
    network = _as_brian2_counts(vogels_abbott("cuba", seed=3))
    return beside_brian2(
        "CUBA, 4000 units, 1 s", "cuba", network, 2.5, folder, same=True, states=["V"]
    )


def cuba_nest(folder: Path) -> Iterator[Row]:
    """The same with a delay of one step, which NEST needs."""
    title = "CUBA with delays of 0.1 ms, 4000 units, 1 s"
    network = vogels_abbott("cuba", seed=3)
    late = [replace(projection, delay=DT) for projection in network.projections]
    network = Network(network.populations, late)
    peer = _peer("nest", "cuba", network, folder, ["V"], threads=2)
    both = min(peer.found["cpu"], peer.run())
    peer.close()
    peer = _peer("nest", "cuba", network, folder, ["V"], threads=1)
    print(f"{title}: on two threads NEST takes {both:.3g} CPU s")
    ours = _spikes(network)
    (theirs,) = spikes_in([peer.found], DT, ours)
    agrees = same_spikes(title, ours, theirs, "NEST", DT)
    turns = _in_turn(lambda: network.simulate(1000.0, DT, seed=1, threads=1), peer, 7)
    return _rows(title, turns, "NEST", 15.0, agrees)


def cobahh_brian2(folder: Path) -> Iterator[Row]:
    """Vogels and Abbott's network of Hodgkin-Huxley cells."""
    return beside_brian2(
        "COBAHH, 4000 units, 1 s", "cobahh", _as_brian2_counts(cobahh(seed=4)), 6.0, folder,
        same=True, states=["V", "g_E", "g_I"],
    )  # fmt: skip


BRUNEL: dict[str, Any] = dict(J=0.1, g=5.0, delay=1.5, c_e=1000, c_i=250, rate=20.0)


def brunel_brian2(folder: Path) -> Iterator[Row]:
    """Brunel's network; the Poisson input is drawn on either side."""
    title = "Brunel, 12 500 units, 1 s"
    return beside_brian2(
        title, "brunel", brunel(seed=5), 10.0, folder, same=False, pairs=5, **BRUNEL
    )


def brunel_built(folder: Path) -> Iterator[Row]:
    """Brunel's network with drawing its 15.6 million synapses; Brian2's compiling is not counted."""
    title = "Brunel, built and run for 1 s"
    peer = _saving_peer("brian2", folder, network="brunel", size=12_500, n_e=10_000, **BRUNEL)
    ours = [_spikes(brunel(seed=seed), seed=seed) for seed in range(OURS)]
    turns = _in_turn(lambda: brunel(seed=6).simulate(1000.0, DT, seed=1, threads=1), peer, 3)
    theirs = spikes_in([peer.found, *(answer for _, answer in turns)], DT, ours[0])
    agrees = same_statistics(title, ours, theirs, "Brian2")
    times = [(a, b["cpu"]) for a, b in turns]
    yield compared(title, times, "Brian2 C++", 4.0, better="higher", agrees=agrees)


def brunel_nest(folder: Path) -> Iterator[Row]:
    """For information."""
    title, network = "Brunel, 12 500 units, 1 s", brunel(seed=5)
    peer = _peer("nest", "brunel", network, folder, threads=1, **BRUNEL)
    ours = [_spikes(network, seed=seed) for seed in range(OURS)]
    turns = _in_turn(lambda: network.simulate(1000.0, DT, seed=1, threads=1), peer, 3)
    theirs = spikes_in([peer.found, *(answer for _, answer in turns)], DT, ours[0])
    return _rows(title, turns, "NEST", 0.0, same_statistics(title, ours, theirs, "NEST"))


def brunel_threads(folder: Path) -> Iterator[Row]:
    """Wall time on one thread over two; the same bits."""
    network = brunel(seed=5)
    same = _spikes(network) == spikes_of(network.simulate(1000.0, DT, seed=1, threads=2), "E", "I")

    def wall(threads: int) -> float:
        return wall_seconds(lambda: network.simulate(1000.0, DT, seed=1, threads=threads))

    yield pairs_of(
        "Brunel, 12 500 units, 1 s, two threads (wall time)", lambda: wall(2), lambda: wall(1), "one thread", 1.5,
        better="higher", agrees=same, pairs=7,
    )  # fmt: skip


IZHIKEVICH = "Izhikevich 2003, 1000 units, 1 s"


def _izhikevich() -> tuple[Network, dict[str, np.ndarray]]:
    """The network for all rows; its units, and its weights from each source (a row) to all."""
    network = networks.izhikevich_2003(seed=1)
    arrays = {name: _whole(network, name) for name in ("a", "b", "c", "d", "v", "u")}
    blocks = [
        np.reshape(p.weight, (network.populations[p.source].size, -1)) for p in network.projections
    ]
    return network, arrays | dict(w=np.block([blocks[:2], blocks[2:]]))


def _izhikevich_in_numpy(
    arrays: dict[str, np.ndarray], seed: int, *, rows: bool
) -> tuple[float, SpikeTrains]:
    """His program, line by line: CPU seconds of its steps, and the spikes; `rows`: with weights transposed."""
    rng = np.random.default_rng(seed)
    a, b, c, d, v, u, of_source = (arrays[name].copy() for name in "abcdvuw")
    S, sigma = np.ascontiguousarray(of_source.T), np.r_[np.full(800, 5.0), np.full(200, 2.0)]
    firings = []
    start = time.process_time()
    for _ in range(1000):
        I = sigma * rng.standard_normal(v.size)
        fired = np.flatnonzero(v >= 30)
        firings.append(fired)
        v[fired] = c[fired]
        u[fired] += d[fired]
        I += of_source[fired].sum(0) if rows else S[:, fired].sum(1)
        v += 0.5 * (0.04 * v**2 + 5 * v + 140 - u + I)
        v += 0.5 * (0.04 * v**2 + 5 * v + 140 - u + I)
        u += a * (b * v - u)
    seconds = time.process_time() - start
    times = np.repeat(np.arange(1000.0), [fired.size for fired in firings])
    return seconds, SpikeTrains(times, np.concatenate(firings), stop=1000.0, n=v.size)


def izhikevich_numpy(folder: Path) -> Iterator[Row]:
    """Beside the published program in NumPy, and beside one that adds rows instead of columns of the weights."""
    network, arrays = _izhikevich()
    ours = [_spikes(network, 1.0, seed) for seed in range(OURS)]
    theirs = [_izhikevich_in_numpy(arrays, seed, rows=False)[1] for seed in range(OURS)]
    agrees = same_statistics(IZHIKEVICH, ours, theirs, "NumPy")
    for rows, name, goal in ((False, "NumPy", 6.0), (True, "NumPy, weights transposed", 0.0)):
        times = [
            (
                cpu(lambda: network.simulate(1000.0, 1.0, seed=1), 10),
                _izhikevich_in_numpy(arrays, 1, rows=rows)[0],
            )
            for _ in range(20)
        ]
        yield compared(IZHIKEVICH, times, name, goal, better="higher", agrees=agrees)


def izhikevich_brian2(folder: Path) -> Iterator[Row]:
    """Most of such a run of Brian2 goes into its million synapses."""
    network, arrays = _izhikevich()
    np.savez(folder / "izhikevich.npz", **arrays)  # type: ignore[arg-type]
    work = dict(network="izhikevich", arrays=str(folder / "izhikevich.npz"), size=1000, n_e=800)
    peer = _saving_peer("brian2", folder, **work, dt=1.0)
    ours = [_spikes(network, 1.0, seed) for seed in range(OURS)]
    turns = _in_turn(lambda: network.simulate(1000.0, 1.0, seed=1), peer, 20, calls=10)
    theirs = spikes_in([peer.found, *(answer for _, answer in turns)], 1.0, ours[0])
    agrees = same_statistics(IZHIKEVICH, ours, theirs, "Brian2")
    return _rows(IZHIKEVICH, turns, "Brian2 C++", 9.0, agrees)


def stdp(folder: Path) -> Iterator[Row]:
    """Song, Miller and Abbott, from the same weights; the mean of the weights at the end must agree too."""
    title, g_max, duration = "Song-Miller-Abbott, 1000 plastic synapses, 100 s", 0.01, 100_000.0
    network = networks.song_miller_abbott(g_max=g_max)
    ours, weights = [], []
    for seed in range(OURS):
        run = network.simulate(duration, DT, seed=seed)
        ours.append(spikes_of(run, "cell"))
        weights.append(float(np.mean(run.weights[0])) / g_max)
    del run  # 24 MB of spikes: what the timed runs free, they can use again
    np.savez(folder / "stdp.npz", w=network.projections[0].weight)
    work = dict(network="stdp", size=1000, n_e=1000, g_max=g_max, duration=duration)
    peer = _saving_peer("brian2", folder, **work, arrays=str(folder / "stdp.npz"))
    turns = _in_turn(lambda: network.simulate(duration, DT, seed=1), peer, 7)
    answers = [peer.found, *(answer for _, answer in turns)]
    agrees = same_statistics(
        title, ours, spikes_in(answers, DT, ours[0]), "Brian2",
        weight=(weights, [answer["weight"] for answer in answers]),
    )  # fmt: skip
    return _rows(title, turns, "Brian2 C++", 50.0, agrees)


FIRST_RESULT = """
import neurolab as nl
run = nl.simulate(nl.networks.vogels_abbott("cuba", seed=1), 100.0, 0.1)
print(run.spikes("E").count + run.spikes("I").count)
"""


def _process(*command: str, **environment: str) -> tuple[float, int]:
    """CPU seconds of a process and all that it starts, and the number in its last line."""
    env = {**os.environ, **environment}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode:
        raise Unavailable(f"{' '.join(command)} ended with\n{done.stderr[-1000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, int(done.stdout.split()[-1])


def start(folder: Path) -> Iterator[Row]:
    """A user's script from its start to the number of spikes of CUBA in 100 ms, wired by each simulator itself."""
    scripts = Path(__file__).parent / "peers"

    def ours(cache: str) -> tuple[float, int]:
        return _process(sys.executable, "-c", FIRST_RESULT, NUMBA_CACHE_DIR=str(folder / cache))

    calls: dict[str, Callable[[int], tuple[float, int]]] = {
        "warm": lambda k: ours("warm"),
        "cold": lambda k: ours(f"cold{k}"),
    }
    try:
        brian2 = [str(environment_of("brian2")), str(scripts / "brian2_start.py")]
        calls |= {
            "Brian2 C++": lambda k: _process(*brian2, "cpp_standalone", str(folder / f"cpp{k}")),
            "Brian2 Cython, first": lambda k: _process(*brian2, "cython", str(folder / f"cython{k}")),
            "Brian2 Cython, cached": lambda k: _process(*brian2, "cython", str(folder / "cython0")),
        }  # fmt: skip
    except Unavailable as error:
        print(f"no start-up rows beside Brian2: {error}")
    try:
        nest = [str(environment_of("nest")), str(scripts / "nest_start.py")]
        calls["NEST"] = lambda k: _process(*nest)
    except Unavailable as error:
        print(f"no start-up row beside NEST: {error}")
    ours("warm")
    found = [{name: call(k) for name, call in calls.items()} for k in range(5)]
    counts = {name: round(np.mean([one[name][1] for one in found])) for name in calls}
    print("CUBA, the first 100 ms:", ", ".join(f"{name} {n} spikes" for name, n in counts.items()))
    title = "CUBA, process start to first result"
    yield single(f"{title}, warm", [one["warm"][0] for one in found], 2.0)
    for name in list(calls)[2:]:
        compiles = name != "NEST"
        for state, goal in (("warm", 1.0 if compiles else 0.0), ("cold", 0.0)):
            times = [(one[state][0], one[name][0]) for one in found]
            agrees = abs(counts[name] / counts[state] - 1) < 0.25  # other wires, other first spikes
            yield compared(f"{title}, {state}", times, name, goal, better="higher", agrees=agrees)


FIRST_CALL = """
network = nl.networks.vogels_abbott("cuba", seed=1)
start = time.process_time()
nl.simulate(network, 100.0, 0.1)
print(time.process_time() - start)
"""


def first_call(folder: Path) -> Iterator[Row]:
    """The first run of a network that is built, numba itself being loaded: nothing cached, and from the disk cache."""
    code = START + FIRST_CALL
    cold = [child(code, folder / f"first{k}")[0] for k in range(5)]
    warm = [child(code, folder / "first0")[0] for _ in range(20)]
    yield single("CUBA, first call, nothing cached", cold, 3.0)
    yield single("CUBA, first call, from the disk cache", warm, 0.050)


MEMORY = """
import neurolab as nl
network = nl.networks.brunel(**{arguments})
run = nl.simulate(network, 1000.0, 0.1)
print(sum(p.wires.count for p in network.projections))
print(sum(run.spikes(p).count for p in "EI") / sum(p.size for p in network.populations.values()))
try:  # the peak of this program; getrusage would count what its parent held when it was started
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    print(1024e-9 * int(status["VmHWM"].split()[0]))
except OSError:
    import resource, sys
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1e-9 if sys.platform == "darwin" else 1024e-9))
"""


def memory(folder: Path) -> Iterator[Row]:
    """Peak memory of a process, Python and numba included, that builds a network and runs it for a second.

    Its rate must be near the self-consistent one; that is for dt to 0, and steps of 0.1 ms miss threshold crossings.
    """
    for title, arguments, goal in (
        ("Brunel, 15.6 million synapses", dict(size=12_500, epsilon=0.1, g=5.0, eta=2.0), 1.0),
        ("Brunel, 100 million synapses", dict(size=50_000, epsilon=0.04, g=6.0, eta=0.9), 2.0),
    ):
        C_E = 0.8 * arguments["size"] * arguments["epsilon"]
        (expected,) = networks.find_brunel_rates(arguments["g"], arguments["eta"], C_E=C_E)
        count, rate, peak = child(MEMORY.format(arguments=arguments), folder)
        print(
            f"{title}: {count:.4g}; {rate:.3g} Hz, self-consistent {expected.rate:.3g} Hz",
            flush=True,
        )
        agrees = 0.5 < rate / expected.rate < 1.5
        yield single(f"{title}, built and run for 1 s", [peak], goal, agrees=agrees, unit="GB")


ROWS: dict[str, Callable[[Path], Iterator[Row]]] = {
    "cuba": cuba,
    "cuba-nest": cuba_nest,
    "cobahh": cobahh_brian2,
    "brunel": brunel_brian2,
    "brunel-built": brunel_built,
    "brunel-nest": brunel_nest,
    "brunel-threads": brunel_threads,
    "izhikevich": izhikevich_brian2,
    "izhikevich-numpy": izhikevich_numpy,
    "stdp": stdp,
    "start": start,
    "first-call": first_call,
    "memory": memory,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Spiking networks beside other simulators.")
    parser.add_argument("--only", nargs="+", choices=ROWS, default=list(ROWS), help="these rows")
    args, rest = parser.parse_known_args(argv)
    rows: list[Row] = []
    for name in args.only:
        with tempfile.TemporaryDirectory() as folder:
            try:
                rows += ROWS[name](Path(folder))
            except Unavailable as error:
                print(f"no rows for {name}: {error}")
    return report(rows, rest)


if __name__ == "__main__":
    sys.exit(main())
