# ruff: noqa: F405
"""Brian2, C++ standalone on one core: CUBA, COBAHH and Brunel's network; compiled before the clock starts."""

import json
import resource
import sys
import tempfile

import numpy as np
from brian2 import *  # noqa: F403

WORK = json.loads(sys.argv[1])
DATA = np.load(WORK["arrays"])
prefs.codegen.cpp.extra_compile_args_gcc = [
    "-w", "-O3", "-ffast-math", "-fno-finite-math-only", "-march=native", "-std=c++11",
]  # fmt: skip
folder = tempfile.mkdtemp(prefix="peer_")
set_device("cpp_standalone", directory=folder, build_on_run=False)
prefs.devices.cpp_standalone.openmp_threads = 0
defaultclock.dt = WORK["dt"] * ms
size, n_e = int(WORK["size"]), int(WORK["n_e"])


def connect(cells, events, excitatory, **names):
    synapses = Synapses(cells, cells, on_pre=events, namespace=names)
    sign = "e" if excitatory else "i"
    synapses.connect(i=DATA[f"pre_{sign}"], j=DATA[f"post_{sign}"])
    return synapses


def cuba():
    names = dict(taum=20 * ms, taue=5 * ms, taui=10 * ms, El=-49 * mV, Vt=-50 * mV, Vr=-60 * mV)
    cells = NeuronGroup(
        size,
        """dv/dt = (ge + gi - (v - El)) / taum : volt (unless refractory)
        dge/dt = -ge / taue : volt
        dgi/dt = -gi / taui : volt""",
        threshold="v > Vt", reset="v = Vr", refractory=5 * ms, method="exact", namespace=names,
    )  # fmt: skip
    cells.v = DATA["V"] * mV
    return cells, [
        connect(cells, "ge += w", True, w=1.62 * mV),
        connect(cells, "gi += w", False, w=-9 * mV),
    ]


def cobahh():
    names = dict(
        Cm=200 * pF, gl=10 * nS, El=-60 * mV, EK=-90 * mV, ENa=50 * mV, g_na=20 * usiemens, g_kd=6 * usiemens,
        VT=-63 * mV, taue=5 * ms, taui=10 * ms, Ee=0 * mV, Ei=-80 * mV,
    )  # fmt: skip
    cells = NeuronGroup(
        size,
        """dv/dt = (gl*(El-v)+ge*(Ee-v)+gi*(Ei-v)-g_na*(m*m*m)*h*(v-ENa)-g_kd*(n*n*n*n)*(v-EK))/Cm : volt
        dm/dt = alpha_m*(1-m)-beta_m*m : 1
        dn/dt = alpha_n*(1-n)-beta_n*n : 1
        dh/dt = alpha_h*(1-h)-beta_h*h : 1
        dge/dt = -ge*(1./taue) : siemens
        dgi/dt = -gi*(1./taui) : siemens
        alpha_m = 0.32*(mV**-1)*4*mV/exprel((13*mV-v+VT)/(4*mV))/ms : Hz
        beta_m = 0.28*(mV**-1)*5*mV/exprel((v-VT-40*mV)/(5*mV))/ms : Hz
        alpha_h = 0.128*exp((17*mV-v+VT)/(18*mV))/ms : Hz
        beta_h = 4./(1+exp((40*mV-v+VT)/(5*mV)))/ms : Hz
        alpha_n = 0.032*(mV**-1)*5*mV/exprel((15*mV-v+VT)/(5*mV))/ms : Hz
        beta_n = .5*exp((10*mV-v+VT)/(40*mV))/ms : Hz""",
        threshold="v > -20*mV", refractory=3 * ms, method="exponential_euler", namespace=names,
    )  # fmt: skip
    cells.v = DATA["V"] * mV
    cells.ge, cells.gi = DATA["g_E"] * 200 * nS, DATA["g_I"] * 200 * nS
    return cells, [
        connect(cells, "ge += w", True, w=6 * nS),
        connect(cells, "gi += w", False, w=67 * nS),
    ]


def brunel():
    names = dict(tau=20 * ms, theta=20 * mV, vr=10 * mV)
    cells = NeuronGroup(
        size, "dv/dt = -v / tau : volt (unless refractory)", threshold="v > theta", reset="v = vr",
        refractory=2 * ms, method="exact", namespace=names,
    )  # fmt: skip
    J = WORK["J"] * mV
    synapses = [
        connect(cells, "v_post += w", True, w=J),
        connect(cells, "v_post += w", False, w=-WORK["g"] * J),
    ]
    for one in synapses:
        one.delay = WORK["delay"] * ms
    outside = PoissonInput(cells, "v", WORK["c_e"], WORK["rate"] * Hz, J)
    return cells, [*synapses, outside]


cells, parts = dict(cuba=cuba, cobahh=cobahh, brunel=brunel)[WORK["network"]]()
monitor = SpikeMonitor(cells)
network = Network(cells, monitor, *parts)
network.run(WORK["duration"] * ms)
device.build(directory=folder, compile=True, run=False, with_output=False)


def run():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    device.run(folder, "results", False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


run()
print(json.dumps(dict(spikes=int(monitor.num_spikes))), flush=True)
for _ in sys.stdin:
    print(json.dumps(dict(cpu=run())), flush=True)
