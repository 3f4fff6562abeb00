"""The command line: `neurolab warmup` compiles what labs and lessons use, so that first use does not hurt."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from neurolab import __version__, warmup

__all__ = ["main"]


def _warmup(jobs: int, again: bool) -> int:
    if not again and warmup.is_warm():
        return 0
    failed = warmup.warm_all(jobs)
    for name, error in failed.items():
        print(f"{name} failed: {error}", file=sys.stderr)
    return int(bool(failed))


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of `python -m neurolab`; returns the exit status."""
    parser = argparse.ArgumentParser(prog="neurolab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("warmup", help="compile every kernel that the labs use")
    command.add_argument(
        "-j", "--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes (default: 2)"
    )
    command.add_argument("--again", action="store_true", help="run everything, warm or not")
    commands.add_parser("version", help="print the version")
    args = parser.parse_args(argv)
    if args.command == "version":
        print(__version__)
        return 0
    return _warmup(max(1, args.jobs), args.again)


if __name__ == "__main__":
    sys.exit(main())
