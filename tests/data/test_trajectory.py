"""The result of a run: names, slices, windows, files."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from neurolab.data.trajectory import Trajectory


@pytest.fixture
def run() -> Trajectory:
    t = np.arange(11.0)
    return Trajectory(
        t=t,
        samples=np.array([t**2, -t]),
        states=("V", "w"),
        model="toy",
        params={"g": 2.0},
        inputs={"I": np.arange(10.0)},
        units={"V": "mV"},
        spike_times=np.array([2.5, 7.5]),
        events={"peak": np.array([3.0])},
        window=(0.0, 10.0),
        steps=10,
    )


def test_a_mapping_with_attributes(run: Trajectory) -> None:
    assert run.V is not None and np.array_equal(run.V, run["V"]) and np.array_equal(run["t"], run.t)
    assert list(run) == ["V", "w"] and len(run) == 2 and dict(run)["w"][3] == -3.0
    assert [values[0] for values in run.values()] == [0.0, 0.0]
    assert "V" in dir(run) and "w" in run
    assert repr(run) == "Trajectory(toy: V, w; 11 samples, 0 to 10 ms)"


def test_slices_by_sample(run: Trajectory) -> None:
    thin = run[::5]
    assert thin.t.tolist() == [0.0, 5.0, 10.0] and thin.V.tolist() == [0.0, 25.0, 100.0]
    assert thin.spikes().count == 2


def test_windows_by_time(run: Trajectory) -> None:
    part = run.between(5.0, 8.0)
    assert part.t.tolist() == [5.0, 6.0, 7.0, 8.0]
    assert part.spikes().times.tolist() == [7.5] and part.spikes().duration == 3.0
    assert part.events["peak"].size == 0


def test_it_cannot_be_changed(run: Trajectory) -> None:
    with pytest.raises(AttributeError):
        run.t = np.zeros(1)  # type: ignore[misc]
    with pytest.raises(TypeError):
        run.params["g"] = 3.0  # type: ignore[index]


def test_save_and_load(run: Trajectory, tmp_path: Path) -> None:
    again = Trajectory.load(run.save(tmp_path / "run"))
    assert again.states == run.states and again.model == "toy" and dict(again.params) == {"g": 2.0}
    assert np.array_equal(again.samples, run.samples) and np.array_equal(again.t, run.t)
    assert again.spikes() == run.spikes() and again.events["peak"].tolist() == [3.0]
    assert again.inputs["I"].tolist() == run.inputs["I"].tolist() and dict(again.units) == {
        "V": "mV"
    }


def test_a_file_that_is_not_ours(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    (tmp_path / "text.npz").write_text("hello")
    for name in ("other.npz", "text.npz"):
        with pytest.raises(ValueError, match=r"must be a file written by Trajectory.save"):
            Trajectory.load(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        Trajectory.load(tmp_path / "nowhere.npz")


def test_no_pickle_is_ever_loaded(tmp_path: Path) -> None:
    np.savez(tmp_path / "evil.npz", header=np.array([object()], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="written by Trajectory.save"):
        Trajectory.load(tmp_path / "evil.npz")


def test_dataframe(run: Trajectory, monkeypatch: pytest.MonkeyPatch) -> None:
    class Frame(dict[str, Any]):
        def __init__(self, data: dict[str, Any], index: Any) -> None:
            super().__init__(data)
            self.index = index

    fake: Any = ModuleType("pandas")
    fake.DataFrame, fake.Index = Frame, lambda values, name: (name, values)
    monkeypatch.setitem(sys.modules, "pandas", fake)
    frame = run.to_dataframe()
    assert list(frame) == ["V", "w"] and frame.index[0] == "t"
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="needs pandas"):
        run.to_dataframe()


def test_messages(run: Trajectory) -> None:
    with pytest.raises(KeyError, match="did you mean 'V'"):
        run["v"]
    with pytest.raises(AttributeError, match="it has t, V, w"):
        run.x  # noqa: B018
    with pytest.raises(TypeError, match="for a time window use .between"):
        run[3]
    with pytest.raises(ValueError, match="stop must be above start"):
        run.between(3.0, 3.0)
    silent = Trajectory(t=run.t, samples=run.samples, states=run.states, model="toy")
    with pytest.raises(ValueError, match="toy has no threshold"):
        silent.spikes()
