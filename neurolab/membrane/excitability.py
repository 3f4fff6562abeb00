"""FitzHugh's two-variable caricature of excitability, in the textbook form and in the source document's.

Textbook:         dv/dt = v - v³/3 - w + I,   dw/dt = eps (v + a - b w)
Source document:  dv/dt = v - v³/3 - w + I,   dw/dt = eps (b v - w + a)

v is fast and voltage-like, w slow and recovery-like; time and both variables have no unit. The second form is the
first one with other letters: `fitzhugh_nagumo_from_slope` gives the map. Beware that b means opposite things in the
two: the slope of the w-nullcline is 1/b in the first and b in the second, and the Hopf points lie at v² = 1 - b eps
and at v² = 1 - eps.

References
----------
FitzHugh 1961, Biophys J 1:445-466; Nagumo, Arimoto & Yoshizawa 1962, Proc IRE 50:2061-2070.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.engine.model import Model, param
from neurolab.kernels import check

__all__ = [
    "compute_fitzhugh_nagumo_nullclines",
    "fitzhugh_nagumo",
    "fitzhugh_nagumo_from_slope",
    "fitzhugh_nagumo_slope",
]


def _textbook(t: float, y: Any, p: Any, I: float) -> Any:
    """dv/dt = v - v³/3 - w + I, dw/dt = eps (v + a - b w)."""
    v, w = y
    return v - v**3 / 3 - w + I, p.eps * (v + p.a - p.b * w)


fitzhugh_nagumo = Model(
    _textbook,
    name="fitzhugh_nagumo",
    state=dict(
        v=param(-1.1994, low=-2.5, high=2.5, doc="fast, voltage-like"),
        w=param(-0.6243, low=-1.5, high=2.5, doc="slow, recovery"),
    ),
    params=dict(
        eps=param(0.08, low=0.01, high=0.5, doc="speed of recovery against that of v"),
        a=param(0.7, low=0, high=1.5, doc="shifts the w-nullcline"),
        b=param(0.8, low=0, high=1.5, doc="1 / slope of the w-nullcline"),
    ),
    inputs=dict(I=param(0.0, low=-0.5, high=2, doc="injected current")),
    threshold=0.5,
)


def _slope_form(t: float, y: Any, p: Any, I: float) -> Any:
    """dv/dt = v - v³/3 - w + I, dw/dt = eps (b v - w + a), as the source document prints it."""
    v, w = y
    return v - v**3 / 3 - w + I, p.eps * (p.b * v - w + p.a)


fitzhugh_nagumo_slope = Model(
    _slope_form,
    name="fitzhugh_nagumo_slope",
    state=dict(
        v=param(-1.1994, low=-2.5, high=2.5, doc="fast, voltage-like"),
        w=param(-0.6243, low=-2.5, high=2.5, doc="slow, recovery"),
    ),
    params=dict(
        eps=param(0.064, low=0.01, high=0.5, doc="speed of recovery against that of v"),
        a=param(0.875, low=0, high=1.5, doc="height of the w-nullcline at v = 0"),
        b=param(1.25, low=0, high=3, doc="slope of the w-nullcline"),
    ),
    inputs=dict(I=param(0.0, low=-0.5, high=2, doc="injected current")),
    threshold=0.5,
)


def fitzhugh_nagumo_from_slope(eps: float, a: float, b: float) -> dict[str, float]:
    """Textbook parameters of the system that the source document's (eps, a, b) describe.

    eps (b v - w + a) = (eps b) (v + a/b - w/b), so eps' = eps b, a' = a / b, b' = 1 / b.

    Raises
    ------
    ValueError
        For b = 0, whose flat nullcline the textbook form cannot write.

    Examples
    --------
    >>> fitzhugh_nagumo_from_slope(eps=0.064, a=0.875, b=1.25)
    {'eps': 0.08, 'a': 0.7, 'b': 0.8}
    """
    eps, a, b = check.finite(eps, "eps"), check.finite(a, "a"), check.finite(b, "b")
    if b == 0:
        raise ValueError(
            "b must not be 0: the textbook form has no flat w-nullcline; keep the slope form"
        )
    return dict(eps=eps * b, a=a / b, b=1 / b)


def compute_fitzhugh_nagumo_nullclines(
    v: ArrayLike, I: float = 0.0, *, a: float = 0.7, b: float = 0.8
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """w on the v-nullcline (v - v³/3 + I) and on the w-nullcline ((v + a) / b), each of the shape of v.

    Textbook form. Raises a ValueError for b = 0, where the second is vertical.
    """
    points = check.finite_array(v, "v")
    if check.finite(b, "b") == 0:
        raise ValueError(
            "b must not be 0 here: the w-nullcline is the vertical line v = -a; draw that instead"
        )
    return points - points**3 / 3 + I, (points + a) / b
