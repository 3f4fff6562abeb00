"""Small models with known solutions, shared by the engine's tests."""

from __future__ import annotations

import math
from typing import Any

from neurolab.engine.model import Model, param


def _decay(t: float, y: Any, p: Any, I: float) -> Any:
    return (-p.k * y[0] + I,)


decay = Model(_decay, dict(x=1.0), dict(k=1.0), name="decay")


def _oscillator(t: float, y: Any, p: Any, I: float) -> Any:
    x, v = y
    return v, -(p.omega**2) * x


oscillator = Model(
    _oscillator, dict(x=1.0, v=0.0), dict(omega=1.0), name="oscillator", threshold=0.0
)


def _lorenz(t: float, y: Any, p: Any, I: float) -> Any:
    x, v, z = y
    return p.sigma * (v - x), x * (p.rho - z) - v, x * v - p.beta * z


lorenz = Model(
    _lorenz,
    dict(x=1.0, v=1.0, z=1.0),
    dict(sigma=10.0, rho=28.0, beta=8 / 3),
    name="lorenz",
)


def _two_drives(t: float, y: Any, p: Any, drive: Any) -> Any:
    return (drive.up - drive.down * y[0],)


two_drives = Model(
    _two_drives, dict(x=0.0), {}, inputs=dict(up=param(1.0), down=param(0.5)), name="two_drives"
)


def _forced(t: float, y: Any, p: Any, I: float) -> Any:
    return (-y[0] + I + math.sin(t),)


forced = Model(_forced, dict(x=0.5), {}, name="forced")


def _integrator(t: float, y: Any, p: Any, I: float) -> Any:
    return (I, 1.0)


def _to_zero(y: Any, p: Any) -> Any:
    return (0, y[1] + p.jump)  # an int on purpose: learners write 0


integrator = Model(
    _integrator,
    dict(V=0.0, w=0.0),
    dict(theta=1.0, dead=0.0, jump=0.0),
    threshold="theta",
    reset=_to_zero,
    refractory="dead",
    name="integrator",
)


ornstein_uhlenbeck = Model(
    lambda t, y, p, I: (p.theta * (I - y[0]),),
    state=dict(x=0.0),
    params=dict(theta=0.1),
    name="ornstein_uhlenbeck",
)
geometric = Model(  # dx = lam x dt + mu x dW
    lambda t, y, p, I: (p.lam * y[0],),
    state=dict(x=1.0),
    params=dict(lam=1.5, mu=1.0),
    inputs={},
    noise=lambda t, y, p: (p.mu * y[0],),
    name="geometric",
)
