"""Long computations in pieces of about 50 ms, so that an interrupt, a progress report or a newer request acts at once.

Compiled code cannot be interrupted. Everything that may run longer than 0.2 s therefore goes through `run_chunked`.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["Diverged", "Interrupted", "Runaway", "Superseded", "run_chunked", "superseded_when"]

CHUNK_SECONDS = 0.05
_FIRST_CHUNK = 4096
_GROWTH = 8.0

_thread = threading.local()


class Superseded(Exception):
    """A run was given up because a newer request made it pointless."""


class Interrupted(KeyboardInterrupt):
    """A run was interrupted; `.partial` holds what had been computed (None if nothing)."""

    def __init__(self, message: str, partial: Any = None) -> None:
        super().__init__(message)
        self.partial = partial


class Diverged(FloatingPointError):
    """A state left the finite numbers, or was on its way out, at `.time`; `.partial` holds the run up to there."""

    def __init__(self, message: str, time: float, partial: Any = None) -> None:
        super().__init__(message)
        self.time = time
        self.partial = partial


class Runaway(RuntimeError):
    """A run found more spikes than `most`, which memory should hold, by `.time`; `.partial` is the run up to there."""

    def __init__(
        self, spikes: int, time: float, stop: float, most: int, partial: Any = None
    ) -> None:
        super().__init__(
            f"the network ran away: {spikes} spikes by t = {time:g} of {stop:g} ms; .partial holds the run so far. "
            f"Weaken its excitation, or give max_spikes above {most}"
        )
        self.time = time
        self.partial = partial


@contextlib.contextmanager
def superseded_when(predicate: Callable[[], bool]) -> Iterator[None]:
    """Inside this block, chunked runs of this thread raise Superseded once `predicate()` is true."""
    outer = getattr(_thread, "predicate", None)
    _thread.predicate = predicate
    try:
        yield
    finally:
        _thread.predicate = outer


def run_chunked(
    advance: Callable[[int], float], progress: Callable[[float], object] | None = None
) -> None:
    """Call `advance(size)` until it returns 1; it works on about `size` steps and returns the fraction done in all.

    Sizes follow the measured speed, so results must not depend on them. `progress` is told each fraction.
    """
    predicate: Callable[[], bool] | None = getattr(_thread, "predicate", None)
    size, fraction = _FIRST_CHUNK, 0.0
    while fraction < 1.0:
        if predicate is not None and predicate():
            raise Superseded(f"a newer request came when {fraction:.0%} was done")
        start = time.perf_counter()
        fraction = advance(size)
        elapsed = time.perf_counter() - start
        size = max(_FIRST_CHUNK, int(size * min(_GROWTH, CHUNK_SECONDS / max(elapsed, 1e-6))))
        if progress is not None:
            progress(fraction)
