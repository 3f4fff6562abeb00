"""With the compiler switched off the same source gives the same numbers: every kernel is valid Python."""

from __future__ import annotations

import os
import subprocess
import sys

CODE = """
import neurolab as nl
hh, lif = nl.membrane.hodgkin_huxley, nl.membrane.lif
for method in ("euler", "heun", "rk4", "exponential_euler", "staggered", "backward_euler", "crank_nicolson"):
    print(method, nl.simulate(hh, 2, 0.05, I=10.0, method=method).V[-1].round(9))
    print(method, nl.simulate(lif, 20, 0.25, I=2.0, method=method).spikes().times.round(9).tolist())
run = nl.integrate(lif, 20, I=lambda t: 2.0, events=dict(half=lambda t, y, p: y[0] - 7.5))
print(run.spikes().times.round(9).tolist(), run.events["half"].round(9).tolist())
print(nl.integrate(hh, 3, I=10.0, rtol=1e-4).V[-1].round(6))
for method in ("euler_maruyama", "milstein"):
    print(nl.simulate_stochastic(hh, 2, 0.05, seed=1, noise=dict(V=1.0), method=method).V[-1].round(9))
for method in ("euler", "exponential_euler", "staggered"):
    print(nl.simulate_population(hh, 0.5, 0.05, size=2, method=method, g_K=[36.0, 30.0]).final["V"].round(9))
run = nl.simulate_population(lif, 10, 0.5, I=[2.0, 4.0], record="V")
print(run.spikes().times.round(9), run.V[:, -1].round(9))
"""


def test_the_compiler_changes_nothing_but_the_speed() -> None:
    outputs = [
        subprocess.run(
            [sys.executable, "-c", CODE],
            env={**os.environ, "NUMBA_DISABLE_JIT": off},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for off in ("0", "1")
    ]
    assert outputs[0] == outputs[1] and outputs[0].count("\n") == 22
