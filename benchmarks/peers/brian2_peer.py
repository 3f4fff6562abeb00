# ruff: noqa: F405
"""Brian2, C++ standalone on one core, compiled before the clock starts.

A run is one of the compiled program: it makes its synapses, steps, and writes spikes and states to files; `loop` is
the part of its seconds spent in steps. A spike in step k has the time k dt; its step and unit are saved.
"""

import json
import resource
import sys
import tempfile

import numpy as np
from brian2 import *  # noqa: F403

WORK = json.loads(sys.argv[1])
DATA = np.load(WORK["arrays"]) if "arrays" in WORK else {}
prefs.codegen.cpp.extra_compile_args_gcc = [
    "-w", "-O3", "-ffast-math", "-fno-finite-math-only", "-march=native", "-std=c++11",
]  # fmt: skip
temporary = tempfile.TemporaryDirectory(prefix="peer_")
folder = temporary.name
set_device("cpp_standalone", directory=folder, build_on_run=False)
prefs.devices.cpp_standalone.openmp_threads = 0
defaultclock.dt = WORK["dt"] * ms
size, n_e = int(WORK["size"]), int(WORK["n_e"])


def connect(cells, events, excitatory, **names):
    """Given wires, or as many random ones to each cell as the workload says, drawn by the program itself."""
    synapses = Synapses(cells, cells, on_pre=events, namespace=names)
    sign = "e" if excitatory else "i"
    if DATA:
        synapses.connect(i=DATA[f"pre_{sign}"], j=DATA[f"post_{sign}"])
    else:
        low, high = (0, n_e) if excitatory else (n_e, size)
        synapses.connect(i=f"k for k in sample({low}, {high}, size={WORK[f'c_{sign}']})")
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
        # a spike is a crossing upwards: after 3 ms alone a cell that stays above the threshold would spike again
        threshold="v > -20*mV", refractory="timestep(t - lastspike, dt) < timestep(3*ms, dt) or v > -20*mV",
        method="exponential_euler", namespace=names,
    )  # fmt: skip
    cells.v = DATA["V"] * mV
    cells.ge, cells.gi = DATA["g_E"] * 200 * nS, DATA["g_I"] * 200 * nS
    return cells, [
        connect(cells, "ge += w", True, w=6 * nS),
        connect(cells, "gi += w", False, w=67 * nS),
    ]


def brunel():
    # arrivals are lost for 2 ms, as in ours, but the leak is back a step earlier: a higher reset makes up for it
    names = dict(tau=20 * ms, theta=20 * mV, vr=10 * mV * np.exp(WORK["dt"] / 20))
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


def izhikevich():
    """Izhikevich's program of 2003: noise, resets, synapses, then v in two half steps, and u."""
    cells = NeuronGroup(
        size, "v : 1\nu : 1\nI : 1\na : 1\nb : 1\nc : 1\nd : 1\nsigma : 1", threshold="v >= 30", reset="v = c; u += d"
    )  # fmt: skip
    for name in ("a", "b", "c", "d", "v", "u"):
        setattr(cells, name, DATA[name])
    cells.sigma = np.r_[np.full(n_e, 5), np.full(size - n_e, 2)]
    cells.run_regularly("I = sigma * randn()", when="start")
    half = "v += 0.5 * (0.04 * v**2 + 5 * v + 140 - u + I)"
    cells.run_regularly(f"{half}\n{half}\nu += a * (b * v - u)", when="end")
    synapses = Synapses(cells, cells, "w : 1", on_pre="I_post += w")
    synapses.connect()
    synapses.w = DATA["w"].ravel()
    return cells, [synapses]


def stdp():
    """Song, Miller and Abbott: Poisson inputs on one integrate-and-fire unit, additive pair rule."""
    g_max = WORK["g_max"]
    names = dict(
        taum=10 * ms, taue=5 * ms, El=-74 * mV, Ee=0 * mV, vt=-54 * mV, vr=-60 * mV, taupre=20 * ms, taupost=20 * ms,
        gmax=g_max, dpre=0.01 * g_max, dpost=-0.0105 * g_max,
    )  # fmt: skip
    cell = NeuronGroup(
        1,
        """dv/dt = (ge * (Ee - v) + El - v) / taum : volt
        dge/dt = -ge / taue : 1""",
        threshold="v > vt", reset="v = vr", method="euler", namespace=names,
    )  # fmt: skip
    cell.v = -60 * mV
    inputs = PoissonGroup(size, rates=15 * Hz)
    synapses = Synapses(
        inputs,
        cell,
        """w : 1
        dapre/dt = -apre / taupre : 1 (event-driven)
        dapost/dt = -apost / taupost : 1 (event-driven)""",
        on_pre={"pre": "ge += w\nw = clip(w + apost, 0, gmax)", "mark": "apre += dpre"},
        on_post="apost += dpost\nw = clip(w + apre, 0, gmax)",
        namespace=names,
    )
    synapses.connect()
    # of two spikes in one step neither sees the trace of the other; in its usual order every such pair potentiates
    synapses.pre.order, synapses.post.order, synapses.mark.order = 0, 1, 2
    synapses.w = DATA["w"]
    return cell, [inputs, synapses]


kinds = dict(cuba=cuba, cobahh=cobahh, brunel=brunel, izhikevich=izhikevich, stdp=stdp)
cells, parts = kinds[WORK["network"]]()
monitor = SpikeMonitor(cells)
network = Network(cells, monitor, *parts)
network.run(WORK["duration"] * ms)
device.build(directory=folder, compile=True, run=False, with_output=False)


def run(number):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    device.run(folder, "results", False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    saved = f"{WORK['spikes']}{number}.npz"
    np.savez(saved, step=np.rint(monitor.t / defaultclock.dt).astype(int), unit=monitor.i[:])
    found = dict(cpu=cpu, loop=device._last_run_time, saved=saved)
    if WORK["network"] == "stdp":
        found["weight"] = float(np.mean(parts[1].w[:])) / WORK["g_max"]
    print(json.dumps(found), flush=True)


run(0)
for number, _ in enumerate(sys.stdin, 1):
    run(number)
temporary.cleanup()
