"""Jaxley: one Hodgkin-Huxley cell, compiled by XLA before the clock starts; implicit Euler, exact gates."""

import json
import sys
import time

import jax
import jax.numpy as jnp

WORK = json.loads(sys.argv[1])
jax.config.update("jax_enable_x64", WORK["precision"] == "float64")

import jaxley as jx  # noqa: E402
from jaxley.channels import Channel  # noqa: E402
from jaxley.solver_gate import save_exp, solve_gate_exponential  # noqa: E402

HH = WORK["hh"]


def exprel(x):
    return jnp.where(jnp.abs(x) < 1e-6, 1 + x / 2, x / (1 - jnp.exp(-x)))


class Squid(Channel):
    def __init__(self, name="squid"):
        self.current_is_in_mA_per_cm2 = True
        super().__init__(name)
        self.channel_params = {}
        self.channel_states = {"squid_m": 0.0529325, "squid_h": 0.5961208, "squid_n": 0.3176769}
        self.current_name = "i_squid"

    def update_states(self, states, dt, V, params):
        rates = dict(
            m=(exprel((V + 40) / 10), 4 * save_exp(-(V + 65) / 18)),
            h=(0.07 * save_exp(-(V + 65) / 20), 1 / (save_exp(-(V + 35) / 10) + 1)),
            n=(0.1 * exprel((V + 55) / 10), 0.125 * save_exp(-(V + 65) / 80)),
        )
        return {
            f"squid_{gate}": solve_gate_exponential(states[f"squid_{gate}"], dt, *pair)
            for gate, pair in rates.items()
        }

    def compute_current(self, states, V, params):
        m, h, n = (states[f"squid_{gate}"] for gate in "mhn")
        sodium = HH["g_Na"] * m**3 * h * (V - HH["E_Na"])
        return 1e-3 * (sodium + HH["g_K"] * n**4 * (V - HH["E_K"]) + HH["g_L"] * (V - HH["E_L"]))

    def init_state(self, states, V, params, dt):
        return {}


cell = jx.Cell(jx.Branch(jx.Compartment(), 1), parents=[-1])
cell.insert(Squid())
for name, value in dict(radius=5.0, length=10.0, v=WORK["v0"], capacitance=1.0).items():
    cell.set(name, value)
steps = round(WORK["duration"] / WORK["dt"])
nA = WORK["I"] * 3.141592653589793 * 100 * 1e-5
cell.branch(0).comp(0).stimulate(jnp.full((steps,), nA), verbose=False)
cell.branch(0).comp(0).record(verbose=False)


def whole():
    V = jx.integrate(cell, delta_t=WORK["dt"], t_max=WORK["duration"], solver="bwd_euler")[0]
    return ((V[1:] > 0) & (V[:-1] <= 0)).sum()


compiled = jax.jit(whole).lower().compile()
print(json.dumps(dict(spikes=int(compiled()))), flush=True)
for _ in sys.stdin:
    start = time.process_time()
    compiled().block_until_ready()
    print(json.dumps(dict(cpu=time.process_time() - start)), flush=True)
