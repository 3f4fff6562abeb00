"""NEST from process start to the first result: CUBA, wired by its own rule, 100 ms, the number of spikes."""

import random

import nest

nest.verbosity = nest.VerbosityLevel.ERROR
nest.resolution = 0.1
C = 200.0
cells = nest.Create(
    "iaf_psc_exp", 4000,
    dict(C_m=C, tau_m=20.0, tau_syn_ex=5.0, tau_syn_in=10.0, E_L=-49.0, V_th=-50.0, V_reset=-60.0, t_ref=5.0),
)  # fmt: skip
cells.V_m = [random.uniform(-60.0, -50.0) for _ in range(4000)]
for sources, weight in ((cells[:3200], 1.62), (cells[3200:], -9.0)):
    rule = dict(rule="pairwise_bernoulli", p=0.02)
    nest.Connect(sources, cells, rule, dict(weight=weight * C / 20.0, delay=0.1))
recorder = nest.Create("spike_recorder")
nest.Connect(cells, recorder)
nest.Simulate(100.0)
print(recorder.n_events)
