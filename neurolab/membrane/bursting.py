"""Bursts from a third, slow variable: the model of Hindmarsh and Rose.

    dx/dt = y - a x³ + b x² - z + I
    dy/dt = c - d x² - y
    dz/dt = r (s (x - x_1) - z)

x is voltage-like, y a fast recovery, z a slow one that each spike raises a little: spiking feeds what ends it. Time and
all variables have no unit. With the default parameters the cell rests at I = 1, bursts at I = 2 and fires one spike
after another at I = 4.

References
----------
Hindmarsh & Rose 1984, Proc R Soc Lond B 221:87-102.
"""

from __future__ import annotations

from typing import Any

from neurolab.engine.model import Model, param

__all__ = ["hindmarsh_rose"]


def _rhs(t: float, y: Any, p: Any, I: float) -> Any:
    """Hindmarsh & Rose 1984: two fast variables and a slow one."""
    x, recovery, z = y
    return (
        recovery - p.a * x**3 + p.b * x**2 - z + I,
        p.c - p.d * x**2 - recovery,
        p.r * (p.s * (x - p.x_1) - z),
    )


hindmarsh_rose = Model(
    _rhs,
    name="hindmarsh_rose",
    state=dict(
        x=param(-1.6, low=-2.5, high=2.5, doc="voltage-like"),
        y=param(-12.0, low=-20, high=2, doc="fast recovery"),
        z=param(0.0, low=-1, high=5, doc="slow adaptation"),
    ),
    params=dict(
        a=param(1.0, low=0.5, high=2, doc="weight of the cubic term"),
        b=param(3.0, low=2, high=4, doc="weight of the quadratic term"),
        c=param(1.0, low=0, high=2, doc="resting level of the fast recovery"),
        d=param(5.0, low=3, high=7, doc="pull of x on the fast recovery"),
        r=param(0.006, low=0.001, high=0.05, doc="speed of the slow variable"),
        s=param(4.0, low=1, high=6, doc="how much x raises the slow variable"),
        x_1=param(-1.6, low=-2, high=-1, doc="where the slow variable rests"),
    ),
    inputs=dict(I=param(0.0, low=-1, high=6, doc="injected current")),
    threshold=1.0,
)
