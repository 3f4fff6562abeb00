"""Populations, single cells and noise beside C, Arbor and jaxley: `python run.py bench population`."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._measure import PAIRS, Row, compared, report, single
from benchmarks._peers import Peer, Unavailable
from benchmarks.engine import C_RATES, c_library, pointer
from neurolab.engine.model import Model, simulate
from neurolab.engine.population import simulate_population
from neurolab.engine.stochastic import simulate_stochastic
from neurolab.membrane import hodgkin_huxley

HH = dict(g_Na=120.0, g_K=36.0, g_L=0.3, E_Na=50.0, E_K=-77.0, E_L=-54.3)
DT = 0.025
C_SOURCE = (
    C_RATES
    + r"""
/* forward Euler of n independent cells, states (4, n) */
void population(double *y, const double *p, const double *I, double dt, long n, long steps) {
    for (long s = 0; s < steps; s++)
        for (long i = 0; i < n; i++) {
            double z[4] = {y[i], y[n + i], y[2 * n + i], y[3 * n + i]}, d[4];
            hh(z, p, I[i], d);
            for (int j = 0; j < 4; j++) y[j * n + i] = z[j] + dt * d[j];
        }
}
"""
)


def against_c(folder: Path) -> list[Row]:
    """Forward Euler of 1000 cells for 100 ms: the same arithmetic, so nearly the same numbers."""
    library = c_library(folder, C_SOURCE)
    size, steps, I = 1000, 4000, np.linspace(0, 20, 1000)
    p = np.append([1.0, *HH.values()], 1.0)

    def in_c() -> np.ndarray:
        y = np.repeat(np.array(hodgkin_huxley.start)[:, None], size, axis=1)
        lengths = (ctypes.c_double(DT), ctypes.c_long(size), ctypes.c_long(steps))
        library.population(pointer(y), pointer(p), pointer(I), *lengths)
        return y

    def ours(dtype: str) -> np.ndarray:
        run = simulate_population(
            hodgkin_huxley, steps * DT, DT, method="euler", dtype=dtype, threads=1, I=I, **HH
        )
        return np.array(list(run.final.values()))

    exact, quiet = (
        in_c(),
        I < 2.0,
    )  # silent cells forget rounding; firing ones may be a spike apart in phase
    rows = []
    for dtype, goal in (("float64", 0.4), ("float32", 0.2)):
        agrees = np.allclose(
            ours(dtype)[:, quiet], exact[:, quiet], rtol=1e-9 if goal == 0.4 else 1e-4
        )
        rows.append(
            pairs_of(
                f"hh population, 1000 cells, {dtype}",
                lambda dtype=dtype: cpu_seconds(lambda: ours(dtype)),
                lambda: cpu_seconds(in_c),
                "gcc -O3",
                goal,
                agrees=bool(agrees),
            )
        )
    return rows


def cpu_seconds(call: Callable[[], object]) -> float:
    """CPU seconds of all threads of this process."""
    start = time.process_time()
    call()
    return time.process_time() - start


def wall_seconds(call: Callable[[], object]) -> float:
    """Seconds on the wall's clock."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def pairs_of(
    workload: str,
    ours: Callable[[], float],
    reference: Callable[[], float],
    name: str,
    goal: float,
    *,
    better: Any = "lower",
    agrees: bool = True,
    pairs: int = PAIRS,
) -> Row:
    """Like `paired`, for runs that measure themselves."""
    ours(), reference()
    times = [(ours(), reference()) for _ in range(pairs)]
    return compared(workload, times, name, goal, better=better, agrees=agrees)


def _f_i_curve(**changes: Any) -> Any:
    I = np.linspace(0, 20, 1000)
    return simulate_population(
        hodgkin_huxley,
        1000.0,
        DT,
        **(dict(method="staggered", threads=1, I=I, V=-65.0, **HH) | changes),
    )


def against_arbor() -> list[Row]:
    """The f-I curve of 1000 cells in a second; both count upward crossings of 0 mV."""
    work = dict(hh=HH, v0=-65.0, duration=1000.0, dt=DT, I_min=0.0, I_max=20.0, size=1000)
    peer = Peer("arbor", work)
    rows = []
    for dtype, goal in (("float64", 2.0), ("float32", 5.0)):
        count = _f_i_curve(dtype=dtype).spikes().count
        print(f"f-I curve: {count} spikes in {dtype}, Arbor {peer.found['spikes']}")
        rows.append(
            pairs_of(
                f"f-I curve, 1000 HH cells, 1 s, {dtype}",
                lambda dtype=dtype: cpu_seconds(lambda: _f_i_curve(dtype=dtype)),
                peer.run,
                "Arbor, one group",
                goal,
                better="higher",
                agrees=abs(count / peer.found["spikes"] - 1) < 0.01,
                pairs=11,
            )
        )
    peer.close()
    return rows


def against_jaxley() -> list[Row]:
    """One cell, 10 s, I = 10, one step size; the count for dt to 0 is 684."""
    rows = []
    for method, precision in (("euler", "float32"), ("euler", "float64")):
        work = dict(hh=HH, v0=-65.0, duration=10_000.0, dt=DT, I=10.0, precision=precision)
        peer = Peer("jaxley", work, JAX_PLATFORMS="cpu")

        def ours(method: str = method) -> Any:
            return simulate(
                hodgkin_huxley, 10_000.0, DT, method=method, record="V", I=10.0, V=-65.0, **HH
            )

        count = ours().spikes().count
        print(
            f"one cell, 10 s: {count} spikes by {method}, jaxley {peer.found['spikes']} in {precision}"
        )
        rows.append(
            pairs_of(
                f"one HH cell, 10 s, {method}",
                lambda ours=ours: cpu_seconds(ours),
                peer.run,
                f"jaxley {precision}",
                1.5,
                better="higher",
                agrees=abs(count - 684) <= abs(peer.found["spikes"] - 684),
            )
        )
        peer.close()
    return rows


def two_threads() -> Row:
    """Wall time of the f-I curve on one thread over two; the same bits."""
    one, two = (_f_i_curve(threads=threads) for threads in (1, 2))
    same = one.spikes() == two.spikes() and all(
        np.array_equal(one.final[name], two.final[name]) for name in one.final
    )

    def wall(threads: int) -> float:
        return wall_seconds(lambda: _f_i_curve(threads=threads))

    return pairs_of(
        "f-I curve, two threads (wall time)", lambda: wall(2), lambda: wall(1), "one thread", 1.7, better="higher",
        agrees=same,
    )  # fmt: skip


def noise() -> Row:
    """One step of dx = -theta x dt + sigma dW, from a run of two million."""
    process = Model(lambda t, y, p, I: (-p.theta * y[0],), dict(x=0.0), dict(theta=0.1), inputs={})
    steps = 2_000_000

    def ours() -> Any:
        return simulate_stochastic(
            process, steps * 0.01, 0.01, seed=1, noise=dict(x=1.0), every=100
        )

    variance = ours().x.var()
    times = [cpu_seconds(ours) / steps for _ in range(PAIRS)]
    return single("Euler-Maruyama, one step", times, 6e-9, agrees=bool(4.0 < variance < 6.0))


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            rows += against_c(Path(folder))
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"no rows beside C: {error}")
    for beside, name in ((against_arbor, "Arbor"), (against_jaxley, "jaxley")):
        try:
            rows += beside()
        except Unavailable as error:
            print(f"no rows beside {name}: {error}")
    return report([*rows, two_threads(), noise()], argv)


if __name__ == "__main__":
    sys.exit(main())
