# ruff: noqa: F405
"""Brian2 from process start to the first result: CUBA, wired by its own rule, 100 ms, the number of spikes.

Arguments: "cpp_standalone" or "cython", and the folder for what is compiled.
"""

import sys

from brian2 import *  # noqa: F403

target, folder = sys.argv[1:]
if target == "cpp_standalone":
    set_device(target, directory=folder)
else:
    prefs.codegen.target, prefs.codegen.runtime.cython.cache_dir = target, folder
defaultclock.dt = 0.1 * ms
names = dict(taum=20 * ms, taue=5 * ms, taui=10 * ms, El=-49 * mV, Vt=-50 * mV, Vr=-60 * mV)
cells = NeuronGroup(
    4000,
    """dv/dt = (ge + gi - (v - El)) / taum : volt (unless refractory)
    dge/dt = -ge / taue : volt
    dgi/dt = -gi / taui : volt""",
    threshold="v > Vt", reset="v = Vr", refractory=5 * ms, method="exact", namespace=names,
)  # fmt: skip
cells.v = "Vr + rand() * (Vt - Vr)"
excite = Synapses(cells, cells, on_pre="ge += 1.62 * mV")
excite.connect("i < 3200", p=0.02)
inhibit = Synapses(cells, cells, on_pre="gi += -9 * mV")
inhibit.connect("i >= 3200", p=0.02)
monitor = SpikeMonitor(cells)
run(100 * ms)
print(monitor.num_spikes)
