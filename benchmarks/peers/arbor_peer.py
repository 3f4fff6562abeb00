"""Arbor: Hodgkin-Huxley cells of one compartment; implicit Euler, exact gates, SIMD in one group of cells."""

import json
import sys
import time

import arbor as A
import numpy as np
from arbor import units as U

WORK = json.loads(sys.argv[1])
HH = WORK["hh"]
LENGTH = 10.0  # µm, and the diameter


def cell(current):
    tree = A.segment_tree()
    half = LENGTH / 2
    tree.append(A.mnpos, A.mpoint(0, 0, 0, half), A.mpoint(LENGTH, 0, 0, half), tag=1)
    decor = A.decor()
    decor.set_property(
        Vm=WORK["v0"] * U.mV, cm=0.01 * U.F / U.m2, rL=35.4 * U.Ohm * U.cm, tempK=279.45 * U.Kelvin
    )
    decor.set_ion("na", rev_pot=HH["E_Na"] * U.mV)
    decor.set_ion("k", rev_pot=HH["E_K"] * U.mV)
    conductances = dict(gnabar=HH["g_Na"] * 1e-3, gkbar=HH["g_K"] * 1e-3, gl=HH["g_L"] * 1e-3)
    decor.paint("(all)", A.density("hh", conductances | dict(el=HH["E_L"])))
    nA = current * np.pi * LENGTH**2 * 1e-5  # µA/cm² times the area
    decor.place("(location 0 0.5)", A.i_clamp(0 * U.ms, 1e9 * U.ms, nA * U.nA))
    return A.cable_cell(tree, decor, A.label_dict({}), A.cv_policy_single())


class Recipe(A.recipe):
    def __init__(self, currents, probed):
        A.recipe.__init__(self)
        self.cells, self.probed = [cell(current) for current in currents], probed
        self.properties = A.neuron_cable_properties()

    def num_cells(self):
        return len(self.cells)

    def cell_kind(self, gid):
        return A.cell_kind.cable

    def cell_description(self, gid):
        return self.cells[gid]

    def global_properties(self, kind):
        return self.properties

    def probes(self, gid):
        return [A.cable_probe_membrane_voltage("(location 0 0.5)", "V")] if self.probed else []


def simulation(currents, probed):
    recipe = Recipe(currents, probed)
    context = A.context(threads=1)
    hint = A.partition_hint()
    hint.cpu_group_size = len(
        currents
    )  # its best grouping: the default, a group a cell, is six times slower
    groups = A.partition_load_balance(recipe, context, {A.cell_kind.cable: hint})
    return A.simulation(recipe, context, groups)


def run(currents, probed=False):
    made = simulation(currents, probed)
    every = A.regular_schedule(0.25 * U.ms)
    handles = [made.sample(gid, "V", every) for gid in range(len(currents))] if probed else []
    start = time.process_time()
    made.run(WORK["duration"] * U.ms, WORK["dt"] * U.ms)
    seconds = time.process_time() - start
    traces = [made.samples(handle)[0][0][:, 1] for handle in handles]
    return seconds, sum(int(((V[1:] > 0) & (V[:-1] <= 0)).sum()) for V in traces)


currents = np.linspace(WORK["I_min"], WORK["I_max"], WORK["size"])
print(json.dumps(dict(spikes=run(currents, probed=True)[1])), flush=True)
for _ in sys.stdin:
    print(json.dumps(dict(cpu=run(currents)[0])), flush=True)
