"""The result of one simulation: named arrays over time, with the parameters that made them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.data.spikes import SpikeTrains
from neurolab.kernels import check

__all__ = ["Trajectory"]

_FORMAT = "neurolab trajectory 1"


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory(Mapping[str, NDArray[np.float64]]):
    """State variables over time: `run.t`, `run.V` or `run["V"]`, all of shape (samples,).

    A mapping from state names to arrays. `run[::10]` and `run[:100]` thin or cut it by sample, `run.between(10, 50)` by
    time (ms). `run.spikes()` gives the spikes that the solver met, `run.events` the times of named events.
    """

    t: NDArray[np.float64]
    samples: NDArray[np.float64]  # shape (states, samples)
    states: tuple[str, ...]
    model: str = "model"
    params: Mapping[str, float] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    spike_times: NDArray[np.float64] | None = None
    events: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    window: tuple[float, float] = (0.0, 0.0)
    steps: int = 0

    def __post_init__(self) -> None:
        for name in ("params", "inputs", "units", "events"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            if key == "t":
                return self.t
            if key not in self.states:
                raise KeyError(str(check.unknown(key, ["t", *self.states], "this trajectory")))
            return self.samples[self.states.index(key)]
        if isinstance(key, slice):
            return replace(self, t=self.t[key], samples=self.samples[:, key])
        raise TypeError(
            f"index a trajectory by a state's name or a slice, got {key!r}; for a time window use .between"
        )

    def __getattr__(self, name: str) -> NDArray[np.float64]:
        if not name.startswith("_") and name in self.states:
            row: NDArray[np.float64] = self.samples[self.states.index(name)]
            return row
        raise AttributeError(f"this trajectory has no {name!r}; it has t, {', '.join(self.states)}")

    def __iter__(self) -> Iterator[str]:
        return iter(self.states)

    def __len__(self) -> int:
        return len(self.states)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.states]

    def between(self, start: float, stop: float) -> Trajectory:
        """The samples with start <= t <= stop (ms), and the spikes and events among them."""
        if not stop > start:
            raise ValueError(f"stop must be above start, got start={start:g}, stop={stop:g}")
        keep = (self.t >= start) & (self.t <= stop)

        def cut(times: NDArray[np.float64]) -> NDArray[np.float64]:
            return times[(times >= start) & (times <= stop)]

        return replace(
            self,
            t=self.t[keep],
            samples=self.samples[:, keep],
            spike_times=None if self.spike_times is None else cut(self.spike_times),
            events={name: cut(times) for name, times in self.events.items()},
            window=(max(start, self.window[0]), min(stop, self.window[1])),
        )

    def spikes(self) -> SpikeTrains:
        """Spikes met by the solver: the model's threshold, crossed upwards, with interpolated times (ms)."""
        if self.spike_times is None:
            raise ValueError(
                f"{self.model} has no threshold, so no spikes were looked for; give Model(threshold=...) or use "
                "detect_spikes(run.t, run[name], threshold=...)"
            )
        return SpikeTrains(self.spike_times, start=self.window[0], stop=self.window[1])

    def to_dataframe(self) -> Any:
        """A pandas DataFrame with one column a state, indexed by time in ms (needs pandas)."""
        try:
            import pandas
        except ImportError:
            raise ImportError("to_dataframe needs pandas; install it, or use dict(run)") from None
        return pandas.DataFrame(dict(self), index=pandas.Index(self.t, name="t"))

    def save(self, path: str | Path) -> Path:
        """Write all to one .npz file without pickle; `Trajectory.load` reads it. Callable inputs are left out."""
        path = Path(path).with_suffix(".npz")
        inputs = {name: value for name, value in self.inputs.items() if not callable(value)}
        header = dict(
            format=_FORMAT,
            states=self.states,
            model=self.model,
            params=dict(self.params),
            units=dict(self.units),
            window=self.window,
            steps=self.steps,
            has_spikes=self.spike_times is not None,
        )
        arrays = {f"input {name}": np.asarray(value, float) for name, value in inputs.items()}
        arrays |= {f"event {name}": times for name, times in self.events.items()}
        spikes = np.empty(0) if self.spike_times is None else self.spike_times
        text = np.frombuffer(json.dumps(header).encode(), np.uint8)
        np.savez(path, header=text, t=self.t, samples=self.samples, spikes=spikes, **arrays)  # type: ignore[arg-type]
        return path

    @classmethod
    def load(cls, path: str | Path) -> Trajectory:
        """Read a file written by `save`; a ValueError for any other file."""
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            header = json.loads(arrays.pop("header").tobytes().decode())
            if header["format"] != _FORMAT:
                raise KeyError(header["format"])
        except FileNotFoundError:
            raise
        except Exception as error:
            raise ValueError(
                f"{path} must be a file written by Trajectory.save, got something else ({type(error).__name__}); "
                "give the .npz that save returned"
            ) from None

        def named(kind: str) -> dict[str, Any]:
            found = {k.removeprefix(kind): v for k, v in arrays.items() if k.startswith(kind)}
            return {k: float(v) if v.ndim == 0 else v for k, v in found.items()}

        return cls(
            t=arrays["t"],
            samples=arrays["samples"],
            states=tuple(header["states"]),
            model=header["model"],
            params=header["params"],
            inputs=named("input "),
            units=header["units"],
            spike_times=arrays["spikes"] if header["has_spikes"] else None,
            events=named("event "),
            window=tuple(header["window"]),
            steps=header["steps"],
        )

    def __repr__(self) -> str:
        span = f"{self.t[0]:g} to {self.t[-1]:g} ms" if self.t.size else "no samples"
        return f"Trajectory({self.model}: {', '.join(self.states)}; {self.t.size} samples, {span})"
