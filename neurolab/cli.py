"""The command line: `neurolab warmup` compiles what the labs use, so that first use does not hurt."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from neurolab import __version__

__all__ = ["main", "warm"]


def _labs() -> list[tuple[str, str]]:
    """(module, name) of every ready-made lab."""
    from neurolab import labs
    from neurolab.labs.declare import Lab

    found = []
    for module_name in labs.__all__:
        module = getattr(labs, module_name)
        found += [
            (module_name, name) for name in module.__all__ if isinstance(getattr(module, name), Lab)
        ]
    return found


def warm(module: str, name: str) -> str:
    """Run one lab at its defaults and at each preset; every kernel it needs is then on disk."""
    from neurolab import labs

    chosen = getattr(getattr(labs, module), name)
    for params in [{}, *chosen.presets.values()]:
        chosen(**params)
    return f"{module}.{name}"


def _warmup(jobs: int) -> int:
    from tqdm import tqdm

    from neurolab.kernels.cache import prune

    tasks = _labs()
    with tqdm(total=len(tasks), desc="compiling", unit="lab", disable=None) as bar:
        if jobs == 1:
            for task in tasks:
                warm(*task)
                bar.update()
        else:
            with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
                for done in as_completed(pool.submit(warm, *task) for task in tasks):
                    done.result()
                    bar.update()
    prune()
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of `python -m neurolab`; returns the exit status."""
    parser = argparse.ArgumentParser(prog="neurolab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    warmup = commands.add_parser("warmup", help="compile every kernel that the labs use")
    warmup.add_argument(
        "-j", "--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes (default: 2)"
    )
    commands.add_parser("version", help="print the version")
    args = parser.parse_args(argv)
    if args.command == "version":
        print(__version__)
        return 0
    return _warmup(max(1, args.jobs))


if __name__ == "__main__":
    sys.exit(main())
