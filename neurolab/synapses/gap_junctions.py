"""Gap junctions: channels that join two cells and pass current in proportion to the difference of their voltages.

    C dV_i/dt = I_i - g_L,i (V_i - E_L,i) + Σ_j g_ij (V_j - V_i),    g_ij = g_ji

A steady current into cell 1 reaches cell 2 with the coupling coefficient

    k = ΔV_2/ΔV_1 = g/(g + g_L,2)

and a fast one with less: the second membrane's capacitance takes it away, so a gap junction passes slow signals better
than spikes.

References
----------
Bennett & Zukin 2004, Neuron 41:495-511.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.engine.model import Model, Param, param
from neurolab.kernels import check

__all__ = [
    "compute_coupled_response",
    "compute_coupling_coefficient",
    "compute_coupling_matrix",
    "compute_gap_current",
    "couple_cells",
]

Array = NDArray[np.float64]
_UNITS = {"µA/cm²": "mS/cm²", "nA": "µS", "pA": "nS", "µA": "mS"}


def compute_gap_current(V: ArrayLike, g: ArrayLike) -> Array:
    """Current into each cell through its gap junctions, Σ_j g_ij (V_j - V_i); over all cells it adds up to zero.

    Parameters
    ----------
    V : array of shape (cells,) or (cells, samples), mV
    g : float, or array of shape (cells, cells)
        Conductance of every pair, or of each: symmetric, in µS for a current in nA. The diagonal has no meaning.

    Returns
    -------
    array of the shape of V

    Examples
    --------
    >>> compute_gap_current([-70.0, -50.0], 0.01).round(3).tolist()
    [0.2, -0.2]
    """
    volts = check.finite_array(V, "V")
    if volts.ndim not in (1, 2):
        raise ValueError(f"V must have shape (cells,) or (cells, samples), got {volts.shape}")
    joined = _conductances(g, volts.shape[0])
    return np.asarray(joined @ volts - (joined.sum(axis=1) * volts.T).T, np.float64)


def compute_coupling_coefficient(
    g: ArrayLike, g_L: ArrayLike, *, C: float = 0.0, frequency: ArrayLike = 0.0
) -> Array | float:
    """Voltage of the second cell over that of the first, which gets the current: g / |g + g_L + 2πi f C|.

    Parameters
    ----------
    g : array_like
        Conductance of the gap junction.
    g_L : array_like
        Leak conductance of the SECOND cell, in the unit of g.
    C : float
        Its capacitance: in nF for conductances in µS, in µF/cm² for mS/cm².
    frequency : array_like, Hz
        Of a sinusoidal current; 0 is a steady one.

    Returns
    -------
    float or array, 0 to 1

    Examples
    --------
    >>> compute_coupling_coefficient(0.1, 0.3)
    0.25
    >>> round(compute_coupling_coefficient(0.1, 0.3, C=1.0, frequency=200.0), 4)
    0.0758
    """
    joined, leak = check.finite_array(g, "g"), check.finite_array(g_L, "g_L")
    if np.any(joined < 0):
        raise ValueError(f"g must be 0 or more, got {joined.min():g}")
    if np.any(leak <= 0):
        raise ValueError(f"g_L must be above 0, got {leak.min():g}")
    joined, leak, turns = check.matched(
        g=joined, g_L=leak, frequency=check.finite_array(frequency, "frequency")
    )
    turn = 2e-3 * np.pi * turns * check.non_negative(C, "C")
    found = np.asarray(joined / np.hypot(joined + leak, turn))
    return float(found) if found.ndim == 0 else found


def compute_coupling_matrix(g_L: ArrayLike, g: ArrayLike) -> Array:
    """Steady voltage of each cell (row) over that of the cell that gets the current (column), for any number of cells.

    Parameters
    ----------
    g_L : array of shape (cells,)
        Leak conductances.
    g : float, or array of shape (cells, cells)
        Gap junctions between all pairs, or each, in the same unit; symmetric.

    Returns
    -------
    array of shape (cells, cells), 1 on the diagonal

    Examples
    --------
    >>> compute_coupling_matrix([0.1, 0.3], 0.1).round(3).tolist()
    [[1.0, 0.5], [0.25, 1.0]]
    """
    leak = np.atleast_1d(check.finite_array(g_L, "g_L"))
    if leak.ndim != 1 or np.any(leak <= 0):
        raise ValueError(f"g_L must be a list of conductances above 0, got {check.shown(g_L)}")
    joined = _conductances(g, leak.size)
    resistance = np.linalg.inv(np.diag(leak + joined.sum(axis=1)) - joined)
    return np.asarray(resistance / np.diag(resistance), np.float64)


def compute_coupled_response(
    t: ArrayLike, I: float, *, g: float, g_L: float = 0.1, C: float = 1.0
) -> Array:
    """Voltages above rest of two equal passive cells after a step of current into the first.

    Their sum charges with τ = C/g_L as if there were no junction, their difference with C/(g_L + 2 g): what both share
    is slow, what tells them apart fast.

    Parameters
    ----------
    t : array of shape (samples,), ms
        Since the step; 0 before it.
    I : float
    g, g_L : float
        Gap junction and leak: mS/cm² for I in µA/cm² and C in µF/cm², or µS for nA and nF.
    C : float

    Returns
    -------
    array of shape (2, samples), mV

    Examples
    --------
    >>> compute_coupled_response([1e3], 1.0, g=0.1).round(4).tolist()
    [[6.6667], [3.3333]]
    """
    times = np.maximum(np.atleast_1d(check.finite_array(t, "t")), 0.0)
    g, g_L, C = check.non_negative(g, "g"), check.positive(g_L, "g_L"), check.positive(C, "C")
    half = check.finite(I, "I") / 2
    both = -half / g_L * np.expm1(-times * g_L / C)
    apart = -half / (g_L + 2 * g) * np.expm1(-times * (g_L + 2 * g) / C)
    return np.stack([both + apart, both - apart])


def couple_cells(
    model: Model, g_gap: float = 0.01, *, input: str | None = None, voltage: str | None = None
) -> Model:
    """Two cells of `model`, joined by a gap junction: states V_1, ..., V_2, ..., inputs I_1, I_2, the same parameters.

    Parameters
    ----------
    model : Model without reset
    g_gap : float
        Conductance of the junction, in the unit of the input over mV; the parameter `g_gap` of the new model.
    input : str, optional
        The input that the junction's current joins; the model's only one, or I, if left out.
    voltage : str, optional
        The state that is the membrane potential; the first one if left out.

    Returns
    -------
    Model
        Its `spikes()` are those of the first cell; `detect_spikes(run.t, run["V_2"])` finds the others.

    Raises
    ------
    ValueError
        For a model with a reset, which could reset only both cells at once; an unknown input or voltage.

    Examples
    --------
    >>> from neurolab.membrane import passive
    >>> couple_cells(passive, 0.05)
    Model(two passive: states V_1, V_2; parameters C, g_L, E_L, g_gap; inputs I_1, I_2)
    """
    if model.reset is not None:
        raise ValueError(
            f"{model.name} has a reset, which would reset both cells at once; couple models without one, such as "
            "hodgkin_huxley or morris_lecar"
        )
    known = list(model.inputs)
    drive = input or (known[0] if len(known) == 1 else "I")
    if drive not in known:
        raise check.unknown(drive, known, f"input: {model.name}")
    volts = next(iter(model.states)) if voltage is None else voltage
    if volts not in model.states:
        raise check.unknown(volts, model.states, f"voltage: {model.name}")
    if "g_gap" in {*model.states, *model.params, *model.inputs, *model.derived}:
        raise ValueError(f"{model.name} has a g_gap of its own; rename it")
    unit = _UNITS.get(model.inputs[drive].unit, "")
    junction = param(
        check.non_negative(g_gap, "g_gap"), unit, low=0, high=max(4 * g_gap, 0.1), doc="gap junction"
    )  # fmt: skip
    return Model(
        _pair(model, drive, volts),
        state=_twice(model.states),
        params={**model.params, "g_gap": junction},
        inputs=_twice(model.inputs),
        derived=model.derived,
        threshold=_first(model) if callable(model.threshold) else model.threshold,
        gates=[f"{gate}_{cell}" for cell in (1, 2) for gate in model.gates],
        name=f"two {model.name}",
    )


def _twice(group: Any) -> dict[str, Param]:
    return {f"{name}_{cell}": item for cell in (1, 2) for name, item in group.items()}


def _written(source: str, **names: Any) -> Any:
    """The function `f` of a source text: numba reads a tuple at written places only, and the names are the model's."""
    exec(source, names)
    return names["f"]


def _pair(model: Model, drive: str, volts: str) -> Any:
    n, V = len(model.states), list(model.states).index(volts)

    def slopes(cell: int) -> str:
        flowing = "+ current" if cell == 1 else "- current"
        states = ", ".join(f"y[{j + n * (cell - 1)}]" for j in range(n))
        each = [f"I.{k}_{cell} {flowing}" if k == drive else f"I.{k}_{cell}" for k in model.inputs]
        total = each[0] if len(each) == 1 else f"Inputs({', '.join(each)})"
        return f"one(t, ({states},), p, {total})"

    values = ", ".join(f"{name}[{j}]" for name in ("first", "second") for j in range(n))
    source = (
        f"def f(t, y, p, I):\n    current = p.g_gap * (y[{V + n}] - y[{V}])\n"
        f"    first = {slopes(1)}\n    second = {slopes(2)}\n    return ({values},)"
    )
    return _written(source, one=model.rhs, Inputs=model.Inputs)


def _first(model: Model) -> Any:
    states = ", ".join(f"y[{j}]" for j in range(len(model.states)))
    return _written(f"def f(y, p): return one(({states},), p)", one=model.threshold)


def _conductances(g: ArrayLike, cells: int) -> Array:
    """Symmetric matrix with an empty diagonal."""
    joined = check.finite_array(g, "g")
    if joined.ndim == 0:
        joined = np.full((cells, cells), float(joined))
    if joined.shape != (cells, cells):
        raise ValueError(
            f"g must be a number or have shape ({cells}, {cells}), one row a cell, got {joined.shape}"
        )
    joined = joined.copy()
    np.fill_diagonal(joined, 0.0)
    if np.any(joined < 0):
        raise ValueError(f"g must be 0 or more, got {joined.min():g}")
    if not np.allclose(joined, joined.T, rtol=1e-9, atol=0):
        raise ValueError(
            "g must be symmetric: a gap junction conducts both ways; use (g + g.T) / 2"
        )
    return joined
