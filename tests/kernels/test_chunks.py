"""Chunked runs: sizes, progress, superseding."""

from __future__ import annotations

import threading

import pytest

from neurolab.kernels import chunks
from neurolab.kernels.chunks import Superseded, run_chunked, superseded_when


def counting(total: int) -> tuple[list[int], object]:
    sizes: list[int] = []

    def advance(size: int) -> float:
        sizes.append(min(size, total - sum(sizes)))
        return sum(sizes) / total

    return sizes, advance


def test_all_steps_are_done_and_progress_ends_at_one() -> None:
    sizes, advance = counting(100_000)
    told: list[float] = []
    run_chunked(advance, told.append)  # type: ignore[arg-type]
    assert sum(sizes) == 100_000
    assert told == sorted(told) and told[-1] == 1.0 and len(told) == len(sizes)


def test_chunks_grow_when_they_are_quick() -> None:
    sizes, advance = counting(10**7)
    run_chunked(advance)  # type: ignore[arg-type]
    assert sizes[0] == chunks._FIRST_CHUNK and max(sizes) > 10 * sizes[0]


def test_a_superseded_run_stops_at_its_next_chunk() -> None:
    sizes, advance = counting(10**7)
    with superseded_when(lambda: len(sizes) >= 2), pytest.raises(Superseded, match="newer request"):
        run_chunked(advance)  # type: ignore[arg-type]
    assert len(sizes) == 2


def test_superseding_is_of_one_thread_and_ends_with_its_block() -> None:
    sizes, advance = counting(1000)
    done: list[bool] = []

    def elsewhere() -> None:
        run_chunked(advance)  # type: ignore[arg-type]
        done.append(True)

    with superseded_when(lambda: True):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        with superseded_when(lambda: False):
            run_chunked(lambda size: 1.0)
        with pytest.raises(Superseded):
            run_chunked(lambda size: 1.0)
    run_chunked(lambda size: 1.0)
    assert done == [True] and sum(sizes) == 1000
