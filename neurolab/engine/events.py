"""Spikes in simulated traces: upward threshold crossings with interpolated times and a dead time.

The solvers find a model's own spikes while they run; this is for another threshold, another state, any sampled trace.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.data.spikes import SpikeTrains
from neurolab.kernels import check

__all__ = ["INTERPOLATIONS", "detect_spikes"]

INTERPOLATIONS = ("linear", "cubic", "grid")


def detect_spikes(
    t: ArrayLike,
    V: ArrayLike,
    threshold: float = 0.0,
    *,
    refractory: float = 0.0,
    interpolation: str = "linear",
) -> SpikeTrains:
    """Upward crossings of `threshold` in a sampled trace.

    Parameters
    ----------
    t : array of shape (samples,), ms
        In ascending order.
    V : array of shape (samples,)
    threshold : float, in the unit of V
    refractory : float, ms
        A crossing closer than this to the last one counted is left out.
    interpolation : {"linear", "cubic", "grid"}
        Where between two samples the crossing lies: on the straight line through them (error of second order in the
        sampling step), on the cubic through them and their neighbours (fourth order), or at the later sample (first).

    Returns
    -------
    SpikeTrains
        One unit, in the window of the trace.

    Raises
    ------
    ValueError
        For arrays of different or no length, times not ascending, values that are not finite.

    Examples
    --------
    >>> detect_spikes([0.0, 1.0, 2.0, 3.0], [-1.0, 3.0, -1.0, 1.0]).times.tolist()
    [0.25, 2.5]
    """
    times, volts = check.finite_array(t, "t"), check.finite_array(V, "V")
    if times.ndim != 1 or times.shape != volts.shape or times.size < 2:
        raise ValueError(
            f"t and V must be 1-D, equally long, of two samples or more; got {times.shape} and {volts.shape}"
        )
    if np.any(np.diff(times) <= 0):
        raise ValueError(
            "t must be in ascending order without repeats; sort the trace by time first"
        )
    check.choice(interpolation, INTERPOLATIONS, "interpolation")
    refractory = check.non_negative(refractory, "refractory")
    excess = volts - check.finite(threshold, "threshold")
    before = np.flatnonzero((excess[:-1] < 0) & (excess[1:] >= 0))
    if interpolation == "grid":
        found = times[before + 1]
    elif interpolation == "linear":
        part = excess[before] / (excess[before] - excess[before + 1])
        found = times[before] + part * (times[before + 1] - times[before])
    else:
        found = np.array([_cubic_crossing(times, excess, k) for k in before.tolist()], float)
    return SpikeTrains(_apart(found, refractory), start=float(times[0]), stop=float(times[-1]))


def _apart(times: NDArray[np.float64], refractory: float) -> NDArray[np.float64]:
    """`times` without those closer than `refractory` to the last one kept."""
    if refractory == 0.0:
        return times
    kept: list[float] = []
    for time in times.tolist():
        if not kept or time - kept[-1] >= refractory:
            kept.append(time)
    return np.array(kept)


def _cubic_crossing(t: NDArray[np.float64], x: NDArray[np.float64], k: int) -> float:
    """Zero of the cubic through four samples around [t_k, t_k+1], by bisection; fewer at the ends of the trace."""
    first = min(max(k - 1, 0), max(t.size - 4, 0))
    nodes, values = t[first : first + 4], x[first : first + 4]

    def cubic(time: float) -> float:
        total = 0.0
        for i in range(nodes.size):
            others = np.delete(nodes, i)
            total += values[i] * float(np.prod((time - others) / (nodes[i] - others)))
        return total

    low, high = float(t[k]), float(t[k + 1])
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if cubic(middle) < 0 else (low, middle)
    return high
