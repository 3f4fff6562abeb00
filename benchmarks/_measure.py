"""How a row of a benchmark is measured: pairs of runs in one process, CPU seconds, medians and their intervals.

Two programs timed one after the other in pairs see the same machine, whatever else runs on it. The ratio's 95 %
interval comes from order statistics of the pairs (no distribution assumed); a row fails only if the whole interval
misses the goal.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np

PAIRS = 20


@dataclass(frozen=True)
class Row:
    """One line of the table; seconds are CPU seconds of one run, `ratio` is what the goal is about."""

    workload: str
    ours: float
    reference: float
    reference_name: str
    ratio: float
    low: float
    high: float
    goal: float
    better: Literal["lower", "higher"]
    agrees: bool
    unit: str = "s"

    @property
    def ok(self) -> bool:
        """False only if the whole interval lies on the wrong side of the goal, or the results differ."""
        reached = self.low <= self.goal if self.better == "lower" else self.high >= self.goal
        return self.agrees and reached


def cpu(call: Callable[[], object], calls: int = 1) -> float:
    """CPU seconds of this thread in one call, the mean of `calls` in a row."""
    start = time.thread_time()
    for _ in range(calls):
        call()
    return (time.thread_time() - start) / calls


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Median and the 95 % interval of the median, by order statistics."""
    ordered = np.sort(values)
    n = ordered.size
    half = 1.96 * np.sqrt(n) / 2
    low, high = int(np.floor(n / 2 - half)), int(np.ceil(n / 2 + half))
    return float(np.median(ordered)), float(ordered[max(low, 0)]), float(ordered[min(high, n - 1)])


def paired(
    workload: str,
    ours: Callable[[], object],
    reference: Callable[[], object],
    reference_name: str,
    goal: float,
    *,
    better: Literal["lower", "higher"] = "lower",
    agrees: bool = True,
    pairs: int = PAIRS,
    calls: int = 1,
) -> Row:
    """Time both in turn. "lower": ratio is ours / reference; "higher": reference / ours, how often we fit in.

    `calls` of ours in a row make one measurement: for a call so short that the reference's leavings in the processor's
    caches would weigh more than the call.
    """
    ours(), reference()
    times = [(cpu(ours, calls), cpu(reference)) for _ in range(pairs)]
    return compared(workload, times, reference_name, goal, better=better, agrees=agrees)


def compared(
    workload: str,
    times: Sequence[tuple[float, float]],
    reference_name: str,
    goal: float,
    *,
    better: Literal["lower", "higher"] = "lower",
    agrees: bool = True,
) -> Row:
    """Seconds of ours and of the reference, measured in turn. A goal of 0 with "higher" is none: for information."""
    ratio, low, high = interval([a / b if better == "lower" else b / a for a, b in times])
    a, b = (float(np.median(column)) for column in zip(*times, strict=True))
    return Row(workload, a, b, reference_name, ratio, low, high, goal, better, agrees)


def single(
    workload: str, values: Sequence[float], goal: float, *, agrees: bool = True, unit: str = "s"
) -> Row:
    """A time of ours against a fixed goal, in the same unit."""
    value, low, high = interval(values)
    return Row(workload, value, goal, "goal", value, low, high, goal, "lower", agrees, unit)


def report(rows: Sequence[Row], argv: Sequence[str] | None) -> int:
    """Print the table, write it as JSON where asked; the exit status is 1 if a row failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    args, _ = parser.parse_known_args(argv)
    print(table(rows))
    if args.json:
        args.json.write_text(json.dumps([asdict(row) | {"ok": row.ok} for row in rows], indent=1))
    return 0 if all(row.ok for row in rows) else 1


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = [
        f"{platform.machine()}, Python {platform.python_version()}; medians, 95 % interval in brackets",
        "",
        "| workload | ours | reference | ratio | goal | agrees | ok |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        sign = "at most" if row.better == "lower" else "at least"
        reference = (
            ""
            if row.reference_name == "goal"
            else f"{_quantity(row.reference, row.unit)} {row.reference_name}"
        )
        ratio = f"{row.ratio:.3g} [{row.low:.3g}, {row.high:.3g}]"
        ours = _quantity(row.ours, row.unit)
        if row.reference_name == "goal":
            ratio, goal = (
                f"[{_quantity(row.low, row.unit)}, {_quantity(row.high, row.unit)}]",
                _quantity(row.goal, row.unit),
            )
        else:
            goal = f"{row.goal:g} x"
        aim = f"{sign} {goal}" if row.goal else "none"
        lines.append(
            f"| {row.workload} | {ours} | {reference} | {ratio} | {aim} | "
            f"{'yes' if row.agrees else 'NO'} | {'yes' if row.ok else 'NO'} |"
        )
    return "\n".join(lines)


def _quantity(value: float, unit: str) -> str:
    if unit != "s":
        return f"{value:.3g} {unit}"
    for scale, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")):
        if value >= scale:
            return f"{value / scale:.3g} {name}"
    return f"{value:.3g} s"
