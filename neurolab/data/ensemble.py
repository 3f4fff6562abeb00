"""The result of simulating many units of one model at once: named arrays over units and time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.data.spikes import SpikeTrains
from neurolab.data.trajectory import Trajectory
from neurolab.kernels import check

__all__ = ["Ensemble"]


@dataclass(frozen=True, eq=False, repr=False)
class Ensemble(Mapping[str, NDArray[Any]]):
    """State variables of `size` units: `run.V` or `run["V"]` has shape (size, samples), `run.t` shape (samples,), ms.

    A mapping from the names of the recorded states to arrays. `run.spikes()` gives the spikes of all units, `run.final`
    the last value of every state, shape (size,), recorded or not; `run.unit(3)` is one unit as a Trajectory.
    """

    t: NDArray[np.float64]
    samples: NDArray[Any]  # shape (states, size, samples)
    states: tuple[str, ...]
    size: int
    final: Mapping[str, NDArray[Any]]
    model: str = "model"
    params: Mapping[str, Any] = field(default_factory=dict)  # a float, or an array of shape (size,)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    spike_times: NDArray[np.float64] | None = None
    spike_ids: NDArray[np.int64] | None = None
    window: tuple[float, float] = (0.0, 0.0)
    steps: int = 0

    def __post_init__(self) -> None:
        for name in ("final", "params", "inputs", "units"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name == "t":
            return self.t
        if name not in self.states:
            raise KeyError(str(check.unknown(name, ["t", *self.states], "this ensemble")))
        recorded: NDArray[Any] = self.samples[self.states.index(name)]
        return recorded

    def __getattr__(self, name: str) -> NDArray[Any]:
        if not name.startswith("_") and name in self.states:
            return self[name]
        recorded = ", ".join(self.states) or "no state: give record="
        raise AttributeError(f"this ensemble has no {name!r}; it recorded {recorded}")

    def __iter__(self) -> Iterator[str]:
        return iter(self.states)

    def __len__(self) -> int:
        return len(self.states)

    def spikes(self) -> SpikeTrains:
        """Spikes of all units: upward crossings of the model's threshold, with interpolated times (ms)."""
        if self.spike_times is None:
            raise ValueError(
                f"{self.model} has no threshold, so no spikes were looked for; give Model(threshold=...)"
            )
        start, stop = self.window
        return SpikeTrains(self.spike_times, self.spike_ids, start=start, stop=stop, n=self.size)  # type: ignore[arg-type]

    def unit(self, number: int) -> Trajectory:
        """One unit as a Trajectory, with its own parameters and inputs."""
        if not 0 <= number < self.size:
            raise ValueError(f"unit must be 0 to {self.size - 1}, got {number}")

        def own(values: Mapping[str, Any]) -> dict[str, Any]:
            return {k: v[number] if np.ndim(v) else v for k, v in values.items()}

        spikes = None if self.spike_times is None else self.spike_times[self.spike_ids == number]
        return Trajectory(
            t=self.t,
            samples=self.samples[:, number].astype(np.float64),
            states=self.states,
            model=self.model,
            params=own(self.params),
            inputs=own(self.inputs),
            units=self.units,
            spike_times=spikes,
            window=self.window,
            steps=self.steps,
        )

    def __repr__(self) -> str:
        recorded = ", ".join(self.states) or "spikes only"
        return f"Ensemble({self.model}: {self.size} units, {recorded}; {self.t.size} samples to {self.window[1]:g} ms)"
