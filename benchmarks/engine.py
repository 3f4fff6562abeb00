"""The engine beside C and SciPy, and what first use costs: `python run.py bench engine`."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks._measure import PAIRS, Row, paired, report, single
from neurolab.engine.adaptive import integrate
from neurolab.engine.model import Model, simulate
from neurolab.kernels.chunks import Interrupted
from neurolab.membrane import hodgkin_huxley

STEPS, DT = 100_000, 0.01

C_RATES = r"""
#include <math.h>
static inline double exprel(double x) { return fabs(x) < 1e-6 ? 1.0 + x / 2.0 : x / (1.0 - exp(-x)); }
/* p: C g_Na g_K g_L E_Na E_K E_L phi */
static inline void hh(const double *y, const double *p, double I, double *d) {
    double V = y[0], m = y[1], h = y[2], n = y[3];
    double am = exprel(0.1 * (V + 40)), bm = 4 * exp((-1 / 18.) * (V + 65));
    double ah = 0.07 * exp(-0.05 * (V + 65)), bh = 1 / (1 + exp(-0.1 * (V + 35)));
    double an = 0.1 * exprel(0.1 * (V + 55)), bn = 0.125 * exp(-0.0125 * (V + 65));
    d[0] = (I - p[1] * m * m * m * h * (V - p[4]) - p[2] * n * n * n * n * (V - p[5]) - p[3] * (V - p[6])) / p[0];
    d[1] = p[7] * (am * (1 - m) - bm * m);
    d[2] = p[7] * (ah * (1 - h) - bh * h);
    d[3] = p[7] * (an * (1 - n) - bn * n);
}
"""
C_SOURCE = (
    C_RATES
    + r"""
static inline void lorenz(const double *y, const double *p, double I, double *d) {
    d[0] = p[0] * (y[1] - y[0]);
    d[1] = y[0] * (p[1] - y[2]) - y[1];
    d[2] = y[0] * y[1] - p[2] * y[2];
}
#define RK4(NAME, F, N) \
void NAME(double *y, const double *p, double I, double dt, long n, double *out) { \
    double k1[N], k2[N], k3[N], k4[N], z[N]; \
    for (int j = 0; j < N; j++) out[j * (n + 1)] = y[j]; \
    for (long i = 0; i < n; i++) { \
        F(y, p, I, k1); \
        for (int j = 0; j < N; j++) z[j] = y[j] + dt / 2 * k1[j]; \
        F(z, p, I, k2); \
        for (int j = 0; j < N; j++) z[j] = y[j] + dt / 2 * k2[j]; \
        F(z, p, I, k3); \
        for (int j = 0; j < N; j++) z[j] = y[j] + dt * k3[j]; \
        F(z, p, I, k4); \
        for (int j = 0; j < N; j++) { \
            y[j] += dt * (k1[j] / 6 + k2[j] / 3 + k3[j] / 3 + k4[j] / 6); \
            out[j * (n + 1) + i + 1] = y[j]; \
        } \
    } \
}
RK4(rk4_hh, hh, 4)
RK4(rk4_lorenz, lorenz, 3)
"""
)


def _lorenz(t, y, p, I):  # type: ignore[no-untyped-def]
    a, b, c = y
    return p.sigma * (b - a), a * (p.rho - c) - b, a * b - p.beta * c


lorenz = Model(
    _lorenz, dict(a=1.0, b=1.0, c=1.0), dict(sigma=10.0, rho=28.0, beta=8 / 3), name="lorenz"
)


def c_library(folder: Path, text: str) -> ctypes.CDLL:
    """C code, compiled for this processor."""
    source, library = folder / "rk4.c", folder / "rk4.so"
    source.write_text(text)
    command = [
        "gcc",
        "-O3",
        "-march=native",
        "-shared",
        "-fPIC",
        str(source),
        "-o",
        str(library),
        "-lm",
    ]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(library))


def pointer(array: np.ndarray) -> ctypes._Pointer[ctypes.c_double]:
    """As C takes it."""
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


def against_c(folder: Path) -> list[Row]:
    """RK4 of one cell, every step recorded, in C and here; both allocate the recording."""
    library = c_library(folder, C_SOURCE)
    rows = []
    for name, model, I, goal in (("hh", hodgkin_huxley, 10.0, 1.10), ("lorenz", lorenz, 0.0, 1.5)):
        function = getattr(library, f"rk4_{name}")
        p = np.array([item.value for item in model.params.values()])
        if name == "hh":
            p = np.append(p[:7], 1.0)  # temperature factor: 1 at 6.3 °C
        dt = DT if name == "hh" else 1e-3

        def in_c(function=function, p=p, I=I, dt=dt, model=model) -> np.ndarray:  # type: ignore[no-untyped-def]
            y, out = np.array(model.start), np.empty((len(model.states), STEPS + 1))
            args = (
                pointer(y),
                pointer(p),
                ctypes.c_double(I),
                ctypes.c_double(dt),
                ctypes.c_long(STEPS),
            )
            function(*args, pointer(out))
            return out

        def ours(model=model, I=I, dt=dt) -> np.ndarray:  # type: ignore[no-untyped-def]
            return simulate(model, STEPS * dt, dt, I=I).samples

        early = slice(0, 3000)  # chaos and rounding part the two later
        agrees = bool(np.allclose(ours()[:, early], in_c()[:, early], rtol=1e-7, atol=1e-9))
        rows.append(
            paired(
                f"{name} RK4, one cell, {STEPS} steps", ours, in_c, "gcc -O3", goal, agrees=agrees
            )
        )
    return rows


def against_scipy() -> list[Row]:
    """HH for 100 ms at rtol 1e-6 with 10 001 samples."""
    from scipy.integrate import solve_ivp

    t = np.linspace(0, 100, 10_001)
    p = hodgkin_huxley.Params(*hodgkin_huxley.set({}).params.tolist())

    def rhs(time: float, y: np.ndarray) -> tuple[float, ...]:
        return hodgkin_huxley.rhs(time, tuple(y), p, 10.0)  # type: ignore[return-value]

    def ours() -> np.ndarray:
        return integrate(hodgkin_huxley, 100.0, dt=0.01, rtol=1e-6, atol=1e-9, I=10.0).V

    def scipy(method: str, rtol: float = 1e-6, atol: float = 1e-9) -> np.ndarray:
        found = solve_ivp(
            rhs, (0, 100), hodgkin_huxley.start, method=method, rtol=rtol, atol=atol, t_eval=t
        )
        return found.y[0]  # type: ignore[no-any-return]

    truth = scipy("DOP853", 1e-11, 1e-12)
    agrees = bool(
        np.abs(ours() - truth).max() < 2e-3 and np.abs(ours() - scipy("RK45")).max() < 2e-3
    )
    return [
        paired(
            "hh adaptive, 100 ms, rtol 1e-6",
            ours,
            lambda method=method: scipy(method),  # type: ignore[misc]
            f"SciPy {method}",
            goal,
            better="higher",
            agrees=agrees,
            calls=20,
        )
        for method, goal in (("RK45", 150), ("LSODA", 100))
    ]


def child(code: str, cache: Path) -> list[float]:
    """What a new process with this cache folder prints."""
    env = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    out = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    return [float(word) for word in out.stdout.split()]


START = """
import time
import numba
from numba.core.registry import cpu_target
cpu_target.target_context.refresh(); cpu_target.typing_context.refresh()
import neurolab as nl
from neurolab.engine import fixed_step, adaptive
"""

TYPED = """
def cell(t, y, p, I):
    V, w = y
    return (I - p.g * V * (V - 1) * (V - p.a) - w, p.eps * (V - w))
model = nl.Model(cell, dict(V=0.0, w=0.0), dict(g=1.0, a=0.1, eps=0.02))
start = time.process_time()
nl.simulate(model, 10, 0.1, I=0.1)
print(time.process_time() - start)
"""

LIBRARY = """
hh = nl.membrane.hodgkin_huxley
start = time.process_time()
nl.simulate(hh, 10, 0.01, I=10.0)
print(time.process_time() - start)
start = time.process_time()
nl.integrate(hh, 10, I=10.0)
print(time.process_time() - start)
"""


def first_use(folder: Path) -> list[Row]:
    """What the first call costs in a new process, numba itself being loaded: cold, and from the disk cache."""
    cold = [child(START + TYPED, folder / f"cold{k}")[0] for k in range(5)]
    child(START + TYPED, folder / "warm")
    warm = [child(START + TYPED, folder / "warm")[0] for _ in range(PAIRS)]
    child(START + LIBRARY, folder / "warm")
    library = [child(START + LIBRARY, folder / "warm") for _ in range(PAIRS)]
    bare = "import time; print(time.process_time())"
    loaded = "import neurolab, time; print(time.process_time())"
    extra = [child(loaded, folder)[0] - child(bare, folder)[0] for _ in range(PAIRS)]
    return [
        single("first call of a model typed in a cell, nothing cached", cold, 1.0),
        single("the same after a kernel restart", warm, 0.010),
        single("first call of a cached kernel: simulate", [a for a, _ in library], 0.010),
        single("first call of a cached kernel: integrate", [b for _, b in library], 0.010),
        single("import neurolab, above bare Python", extra, 0.050),
    ]


def warm_up(folder: Path) -> list[Row]:
    """Wall seconds of `neurolab warmup` on two processes: into an empty cache, and again."""
    env = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "warm-up")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)

    def wall() -> float:
        start = time.perf_counter()
        command = [sys.executable, "-m", "neurolab", "warmup", "-j", "2"]
        subprocess.run(command, env=env, check=True, stderr=subprocess.DEVNULL)
        return time.perf_counter() - start

    return [
        single("warm-up of everything, nothing cached (wall)", [wall()], 60.0),
        single("warm-up again (wall)", [wall() for _ in range(5)], 2.0),
    ]


def interrupt() -> Row:
    """Seconds from the signal to the exception, in a run that would take a minute."""
    simulate(hodgkin_huxley, 1.0, DT, every=100, I=10.0)
    delays, kept = [], True
    for _ in range(5):
        sent: list[float] = []

        def send(sent: list[float] = sent) -> None:
            time.sleep(0.7)
            sent.append(time.perf_counter())
            os.kill(os.getpid(), signal.SIGINT)

        threading.Thread(target=send, daemon=True).start()
        try:
            simulate(hodgkin_huxley, 4e6, DT, every=10_000, I=10.0)
        except Interrupted as error:
            delays.append(time.perf_counter() - sent[0])
            kept = kept and error.partial.t.size > 1
    return single("interrupt of a one-minute run, to the exception", delays, 0.1, agrees=kept)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every row and print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [*against_c(folder), *against_scipy(), *first_use(folder), *warm_up(folder)]
        rows.append(interrupt())
    return report(rows, argv)


if __name__ == "__main__":
    sys.exit(main())
