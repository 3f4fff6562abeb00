"""The list that defines "warm", and the record that says it is."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from neurolab import labs, warmup
from neurolab.kernels import cache
from tests.conventions.sources import PACKAGE

pytestmark = pytest.mark.jit


def test_every_lab_and_every_model_is_on_the_list() -> None:
    names = set(warmup.tasks())
    assert names >= {"labs.membrane.action_potential", "membrane.lif", "simulate lif euler"}
    assert len([name for name in names if name.startswith("labs.")]) >= len(labs.membrane.__all__)


def test_every_package_with_models_is_named() -> None:
    from neurolab.engine.model import Model

    named = set()
    for folder in (path.parent for path in PACKAGE.glob("*/__init__.py")):
        module = importlib.import_module(f"neurolab.{folder.name}")
        if any(isinstance(getattr(module, n), Model) for n in getattr(module, "__all__", [])):
            named.add(folder.name)
    assert named == set(warmup.PACKAGES)


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A cache of two entries below NUMBA_CACHE_DIR, and a warm-up that uses them."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(cache, "cache_folder", lambda: tmp_path / "numba0")

    def run(name: str) -> list[str]:
        (tmp_path / "numba0").mkdir(exist_ok=True)
        (tmp_path / "numba0" / f"{name}.nbc").write_bytes(b"x")
        return [f"{name}.nbc"]

    monkeypatch.setattr(warmup, "tasks", lambda: ["a", "b"])
    monkeypatch.setattr(warmup, "warm", run)
    return lambda: warmup.warm_all(1)


def test_warm_until_an_entry_is_pruned(record: Callable[[], None], tmp_path: Path) -> None:
    assert not warmup.is_warm()
    record()
    assert warmup.is_warm()
    (tmp_path / "numba0" / "a.nbc").unlink()
    assert not warmup.is_warm()


@pytest.mark.parametrize("change", ["source", "processor", "version"])
def test_warm_until_something_changes(
    record: Callable[[], None], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    record()
    if change == "source":
        monkeypatch.setattr("neurolab.kernels.fingerprint.source_digest", lambda *folders: "edited")
    elif change == "version":
        monkeypatch.setattr("importlib.metadata.version", lambda name: "9.9")
    else:
        monkeypatch.setenv("NUMBA_CPU_NAME", "x86-64-v3")
    assert not warmup.is_warm()


def test_a_shipped_layer_can_be_warm(
    record: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record()
    monkeypatch.setenv("NEUROLAB_CACHE_SHIPPED", str(tmp_path))
    monkeypatch.setattr(cache, "cache_folder", lambda: tmp_path / "elsewhere" / "numba0")
    assert warmup.is_warm()


def test_a_half_written_record_is_none(record: Callable[[], None], tmp_path: Path) -> None:
    record()
    (found,) = tmp_path.glob("numba0/warm-*.json")
    for text in ("{half", "[]"):
        found.write_text(text)
        assert not warmup.is_warm()


def test_a_failed_task_is_told_and_nothing_is_recorded(
    record: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str) -> list[str]:
        if name == "b":
            raise ValueError("no such kernel")
        return []

    monkeypatch.setattr(warmup, "warm", fail)
    assert warmup.warm_all(1) == {"b": "ValueError: no such kernel"}
    assert not warmup.is_warm()


@pytest.mark.slow
def test_all_tasks_run_and_the_second_time_nothing_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In processes, with the cache of whoever runs the tests; the record in it names entries that exist."""
    assert warmup.warm_all(2) == {}
    assert warmup.is_warm()
    (path,) = cache.cache_folder().glob(warmup._record())
    entries = json.loads(path.read_text())
    assert len(entries) > 30
    assert all((cache.cache_folder() / entry).exists() for entry in entries)
