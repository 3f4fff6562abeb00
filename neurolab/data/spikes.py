"""Spike trains of one or many units: flat times and unit numbers in one window, and the statistics read from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check

__all__ = ["SpikeTrains"]


@dataclass(frozen=True, eq=False)
class SpikeTrains:
    """Spikes of `n` units in the window [start, stop).

    Parameters
    ----------
    times : array of shape (spikes,), ms
        In ascending order; every one inside the window.
    ids : array of shape (spikes,), optional
        Which unit fired, 0 to n - 1. All zero if left out.
    start, stop : float, ms
        The window in which spikes were looked for; rates divide by its length.
    n : int
        Number of units, silent ones included.

    Raises
    ------
    ValueError
        For unsorted or non-finite times, times outside the window, unit numbers out of range.

    Examples
    --------
    >>> trains = SpikeTrains([2.0, 5.0, 9.0], stop=10.0)
    >>> trains.count, float(trains.rate), trains.isi().tolist()
    (3, 300.0, [3.0, 4.0])
    """

    times: NDArray[np.float64]
    ids: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    start: float = field(default=0.0, kw_only=True)
    stop: float = field(kw_only=True)
    n: int = field(default=1, kw_only=True)

    def __post_init__(self) -> None:
        times = check.finite_array(self.times, "times")
        start, stop = check.finite(self.start, "start"), check.finite(self.stop, "stop")
        n = check.whole(self.n, "n")
        ids = _unit_numbers(self.ids)
        if ids.size == 0:
            ids = np.zeros(times.size, np.int64)
        if times.ndim != 1 or ids.shape != times.shape:
            raise ValueError(
                f"times and ids must be 1-D and equally long, got shapes {times.shape} and {ids.shape}"
            )
        if stop <= start:
            raise ValueError(f"stop must be above start, got start={start:g}, stop={stop:g}")
        if times.size and np.any(times[1:] < times[:-1]):
            raise ValueError(
                "times must be in ascending order; sort them, and the ids with them, first"
            )
        if times.size and (times[0] < start or times[-1] > stop):
            raise ValueError(
                f"times must lie in the window [{start:g}, {stop:g}] ms, got {times[0]:g} to {times[-1]:g}; "
                "widen start and stop, or leave those spikes out"
            )
        if ids.size and ids.view(np.uint64).max() >= n:  # a negative one is a large one here
            raise ValueError(
                f"ids must be 0 to {n - 1}, got {ids.min()} to {ids.max()}; raise n or renumber the units"
            )
        for name, value in dict(times=times, ids=ids, start=start, stop=stop, n=n).items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_lists(
        cls, trains: Iterable[ArrayLike], *, stop: float, start: float = 0.0
    ) -> SpikeTrains:
        """Spike trains from one list of times (ms) for each unit."""
        lists = [check.finite_array(train, f"train {i}").ravel() for i, train in enumerate(trains)]
        times = np.concatenate(lists) if lists else np.empty(0)
        ids = np.repeat(np.arange(len(lists)), [train.size for train in lists])
        order = np.lexsort((ids, times))
        return cls(times[order], ids[order], start=start, stop=stop, n=max(1, len(lists)))

    @property
    def duration(self) -> float:
        """Length of the window, ms."""
        return self.stop - self.start

    @property
    def count(self) -> int:
        """Number of spikes of all units together."""
        return int(self.times.size)

    @property
    def rate(self) -> float:
        """Spikes per unit and second (Hz): count / (n * window)."""
        return 1e3 * self.count / (self.n * self.duration)

    @property
    def rates(self) -> NDArray[np.float64]:
        """Rate of each unit (Hz), shape (n,)."""
        counts = np.bincount(self.ids, minlength=self.n).astype(np.float64)
        return counts * (1e3 / self.duration)

    def train(self, unit: int) -> NDArray[np.float64]:
        """Spike times of one unit, ms."""
        unit = check.whole(unit, "unit", 0)
        if unit >= self.n:
            raise ValueError(f"unit must be 0 to {self.n - 1}, got {unit}")
        own: NDArray[np.float64] = self.times[self.ids == unit]
        return own

    def __len__(self) -> int:
        return self.n

    def __iter__(self) -> Iterator[NDArray[np.float64]]:
        return (self.train(unit) for unit in range(self.n))

    def isi(self) -> NDArray[np.float64]:
        """Interspike intervals (ms) of all units pooled, unit by unit in order."""
        order = np.lexsort((self.times, self.ids))
        gaps, same = np.diff(self.times[order]), np.diff(self.ids[order]) == 0
        pooled: NDArray[np.float64] = gaps[same]
        return pooled

    def cv(self) -> float:
        """Coefficient of variation of the pooled intervals: SD over mean; NaN with fewer than two intervals."""
        gaps = self.isi()
        return float(gaps.std() / gaps.mean()) if gaps.size > 1 else float("nan")

    def between(self, start: float, stop: float) -> SpikeTrains:
        """The part in [start, stop) ms, with that window."""
        start, stop = check.finite(start, "start"), check.finite(stop, "stop")
        keep = (self.times >= start) & (self.times < stop)
        return SpikeTrains(self.times[keep], self.ids[keep], start=start, stop=stop, n=self.n)

    def bin(self, width: float) -> NDArray[np.int64]:
        """Spike counts in bins of `width` ms: shape (n, bins). A last bin that does not fit whole is left out."""
        width = check.positive(width, "width")
        bins = int(np.floor(self.duration / width * (1 + 1e-12)))
        if bins < 1:
            raise ValueError(
                f"width must be at most the window of {self.duration:g} ms, got {width:g}"
            )
        index = np.floor((self.times - self.start) / width).astype(np.int64)
        keep = index < bins
        flat = np.bincount(self.ids[keep] * bins + index[keep], minlength=self.n * bins)
        return flat.reshape(self.n, bins)

    def __repr__(self) -> str:
        units = "1 unit" if self.n == 1 else f"{self.n} units"
        spikes = "1 spike" if self.count == 1 else f"{self.count} spikes"
        return f"SpikeTrains({spikes}, {units}, {self.start:g} to {self.stop:g} ms, {self.rate:.4g} Hz)"

    def __eq__(self, other: Any) -> bool:
        return (
            isinstance(other, SpikeTrains)
            and (self.start, self.stop, self.n) == (other.start, other.stop, other.n)
            and np.array_equal(self.times, other.times)
            and np.array_equal(self.ids, other.ids)
        )


def _unit_numbers(ids: Any) -> NDArray[np.int64]:
    known = isinstance(ids, np.ndarray) and ids.dtype.kind in "iu"
    given = ids if known else check.finite_array(ids, "ids")
    whole = np.ascontiguousarray(given, np.int64)
    if not known and np.any(whole != given):
        raise ValueError(f"ids must be whole numbers, got {check.shown(ids)}")
    return whole
