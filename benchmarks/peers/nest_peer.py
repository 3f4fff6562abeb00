"""NEST: CUBA and Brunel's network with given wires, on one core; built anew for each run, only the run is timed.

A spike in step k has the time (k + 1) dt; its step and unit are saved.
"""

import contextlib
import json
import sys
import time

with contextlib.redirect_stdout(sys.stderr):  # its banner
    import nest
import numpy as np

WORK = json.loads(sys.argv[1])
DATA = np.load(WORK["arrays"])
size, n_e = int(WORK["size"]), int(WORK["n_e"])
nest.verbosity = nest.VerbosityLevel.ERROR


def connect(cells, excitatory, weight, delay):
    number = np.asarray(cells.tolist())
    sign = "e" if excitatory else "i"
    pre, post = number[DATA[f"pre_{sign}"]], number[DATA[f"post_{sign}"]]
    name = f"from_{sign}"
    nest.CopyModel("static_synapse_hom_w", name, dict(weight=weight))
    nest.Connect(
        pre, post, conn_spec="one_to_one",
        syn_spec=dict(synapse_model=name, delay=np.full(pre.size, delay)),
    )  # fmt: skip


def cuba():
    C = 200.0
    cells = nest.Create(
        "iaf_psc_exp", size,
        dict(C_m=C, tau_m=20.0, tau_syn_ex=5.0, tau_syn_in=10.0, E_L=-49.0, V_th=-50.0, V_reset=-60.0, t_ref=5.0),
    )  # fmt: skip
    cells.V_m = DATA["V"].tolist()
    pA = C / 20.0  # of one mV of R I
    connect(cells, True, 1.62 * pA, WORK["dt"])
    connect(cells, False, -9.0 * pA, WORK["dt"])
    return cells


def brunel():
    cells = nest.Create(
        "iaf_psc_delta", size, dict(C_m=1.0, tau_m=20.0, t_ref=2.0, E_L=0.0, V_reset=10.0, V_m=0.0, V_th=20.0)
    )  # fmt: skip
    # what arrives in a step counts at its end, in ours at its beginning: a step more of delay and of leak
    J, delay = WORK["J"] * np.exp(-WORK["dt"] / 20.0), WORK["delay"] + WORK["dt"]
    connect(cells, True, J, delay)
    connect(cells, False, -WORK["g"] * J, delay)
    outside = nest.Create("poisson_generator", params=dict(rate=WORK["c_e"] * WORK["rate"]))
    nest.Connect(outside, cells, syn_spec=dict(weight=J, delay=delay))
    return cells


def run(number):
    nest.ResetKernel()
    nest.resolution, nest.rng_seed, nest.local_num_threads = WORK["dt"], 2 + number, WORK["threads"]
    cells = dict(cuba=cuba, brunel=brunel)[WORK["network"]]()
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)
    nest.Prepare()
    before = time.process_time()
    nest.Run(WORK["duration"])
    seconds = time.process_time() - before
    nest.Cleanup()
    events, saved = recorder.events, f"{WORK['spikes']}{number}.npz"
    step = np.rint(events["times"] / WORK["dt"]).astype(int) - 1
    np.savez(saved, step=step, unit=events["senders"] - cells[0].global_id)
    print(json.dumps(dict(cpu=seconds, saved=saved)), flush=True)


run(0)
for number, _ in enumerate(sys.stdin, 1):
    run(number)
