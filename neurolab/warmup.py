"""What `neurolab warmup` compiles, so that first use does not hurt: every lab's defaults and presets, and the public
kernels that no lab needs. What is listed here is what "warm" means.

A record beside the kernels names the entries that were needed. While all of them are there and no source, version or
processor has changed, there is nothing to do and nothing is run.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

__all__ = ["PACKAGES", "is_warm", "tasks", "warm", "warm_all"]

PACKAGES = ("membrane", "synapses", "plasticity", "networks")
"""Chapters whose models are compiled for `simulate`."""

TYPICAL = ("hodgkin_huxley", "lif")
"""Models for which every method is compiled: one without and one with a reset, both of the first package."""

POPULATIONS = (
    ("hodgkin_huxley", "rk4", "float64"),
    ("hodgkin_huxley", "staggered", "float32"),
    ("lif", "rk4", "float64"),
)
"""Models, methods and precisions of populations with a current of their own for each unit: the default and the fast."""

THREADS = (1, 2)
"""Of the networks that labs run on several threads, for which their loop is compiled apart: the machine that compiles
may have fewer cores than the one that runs them, or more."""

_PACKAGE = Path(__file__).resolve().parent
_WITHOUT_KERNELS = {"course", "widgets"}


def tasks() -> list[str]:
    """Names of all that is to be run; models first, because labs then find their kernels on disk."""
    return [*_kernels(), *_labs()]


def warm(name: str) -> list[str]:
    """Run one task; the cache entries that this process has used so far."""
    from neurolab.kernels.cache import used_entries

    {**_kernels(), **_labs()}[name]()
    return used_entries()


def _labs() -> dict[str, Callable[[], object]]:
    """Every ready-made lab, at its defaults and at each preset."""
    from neurolab import labs
    from neurolab.labs.declare import Lab

    def visit(lab: Lab) -> Callable[[], object]:
        return lambda: [lab(**params) for params in ({}, *lab.presets.values())]

    return {
        f"labs.{chapter}.{name}": visit(getattr(module, name))
        for chapter, module in ((c, getattr(labs, c)) for c in labs.__all__)
        for name in module.__all__
        if isinstance(getattr(module, name), Lab)
    }


def _kernels() -> dict[str, Callable[[], object]]:
    """The solvers, on every model as a learner calls them first, and with every method on the typical models."""
    from neurolab.engine import stochastic
    from neurolab.engine.adaptive import integrate
    from neurolab.engine.model import Model, simulate
    from neurolab.engine.population import simulate_population
    from neurolab.engine.steps import METHODS

    found: dict[str, Callable[[], object]] = {}

    def add(name: str, call: Callable[..., Any], *args: Any, **options: Any) -> None:
        found[name] = lambda: call(*args, **options)

    for chapter, model_name, model in _models(Model):
        add(f"{chapter}.{model_name}", simulate, model, 0.1, 0.01)
    first = importlib.import_module(f"neurolab.{PACKAGES[0]}")
    for name in TYPICAL:
        model = getattr(first, name)
        add(f"integrate {name}", integrate, model, 0.1)
        for method in METHODS:
            add(f"simulate {name} {method}", simulate, model, 0.1, 0.01, method=method)
        noise = {next(iter(model.states)): 1.0}
        for method in stochastic.METHODS:
            options = dict(noise=noise, method=method, seed=1)
            call = stochastic.simulate_stochastic
            add(f"simulate_stochastic {name} {method}", call, model, 0.1, 0.01, **options)
    for name, method, dtype in POPULATIONS:
        options = dict(method=method, dtype=dtype, I=[1.0, 2.0])
        model = getattr(first, name)
        add(
            f"simulate_population {name} {method} {dtype}",
            simulate_population,
            model,
            0.1,
            0.01,
            **options,
        )
    for threads in THREADS:
        add(f"Brunel's network on {threads} threads", _run_brunel, threads, driven=True)
        add(f"the same undriven on {threads} threads", _run_brunel, threads, driven=False)
    return found


def _run_brunel(threads: int, driven: bool) -> None:
    from neurolab.networks import Network, brunel

    network = brunel(2500, seed=1)
    inputs = network.inputs if driven else ()
    Network(network.populations, network.projections, inputs).simulate(1.0, 0.1, threads=threads)


def _models(kind: type) -> Iterator[tuple[str, str, Any]]:
    for chapter in PACKAGES:
        module = importlib.import_module(f"neurolab.{chapter}")
        for name in module.__all__:
            if isinstance(getattr(module, name), kind):
                yield chapter, name, getattr(module, name)


def _record() -> str:
    """Name of the record for these sources, versions and this processor."""
    import llvmlite.binding

    from neurolab.kernels.fingerprint import source_digest

    folders = {path.parent for path in _PACKAGE.rglob("*.py")}
    kept = sorted(f for f in folders if not _WITHOUT_KERNELS & set(f.relative_to(_PACKAGE).parts))
    versions = [importlib.metadata.version(name) for name in ("numba", "llvmlite", "numpy")]
    target = [os.environ.get(f"NUMBA_CPU_{what}") for what in ("NAME", "FEATURES")]
    processor = llvmlite.binding.get_host_cpu_name()
    key = repr((source_digest(*kept), versions, target, processor))
    return f"warm-{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"


def is_warm() -> bool:
    """Whether all that these tasks need has been compiled, here or in a shipped layer, and is still there."""
    from neurolab.kernels.cache import layers

    folders, name = layers(), _record()
    for folder in folders:
        try:
            entries = json.loads((folder / name).read_text())
        except (OSError, ValueError):
            continue
        if entries and all(any((each / entry).exists() for each in folders) for entry in entries):
            return True
    return False


def warm_all(jobs: int) -> dict[str, str]:
    """Run every task in `jobs` processes, with a progress bar; what failed, and how."""
    from tqdm import tqdm

    from neurolab.kernels.cache import cache_folder, prune

    names, entries, failed = tasks(), set[str](), dict[str, str]()
    with tqdm(total=len(names), desc="compiling", unit="task", disable=None) as bar:
        for name, outcome in _run(names, jobs):
            if isinstance(outcome, Exception):
                failed[name] = f"{type(outcome).__name__}: {outcome}"
            else:
                entries |= set(outcome)
            bar.update()
    prune()
    if not failed:
        try:
            (cache_folder() / _record()).write_text(json.dumps(sorted(entries)))
        except OSError:
            pass  # nothing could be kept: the next warm-up tries again
    return failed


def _run(names: list[str], jobs: int) -> Iterator[tuple[str, list[str] | Exception]]:
    if jobs == 1:
        for name in names:
            try:
                yield name, warm(name)
            except Exception as error:
                yield name, error
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        futures = {pool.submit(warm, name): name for name in names}
        for done in as_completed(futures):
            try:
                yield futures[done], done.result()
            except Exception as error:
                yield futures[done], error
