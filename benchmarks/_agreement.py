"""Whether two simulators found the same: the same spikes where both compute alike, else the same statistics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from neurolab.data.spikes import SpikeTrains
from neurolab.networks import NetworkRun, compute_isi_cvs, compute_rate_spectrum

BANDS = {"power below 20 Hz": (0, 20), "20 to 100 Hz": (20, 100), "above 100 Hz": (100, 501)}
OURS = 16
"""Runs of ours from which the scatter is taken."""
ERRORS = 5.0
"""Standard errors by which means may differ: with 16 runs, chance alone exceeds them once in 6000 comparisons."""


def spikes_of(run: NetworkRun, *populations: str) -> SpikeTrains:
    """Spikes of a run of ours, the units numbered over these populations."""
    trains = [run.spikes(name) for name in populations]
    first = np.cumsum([0, *(one.n for one in trains)])
    times = np.concatenate([one.times for one in trains])
    ids = np.concatenate([one.ids + n for one, n in zip(trains, first, strict=False)])
    order = np.argsort(times, kind="stable")
    return SpikeTrains(times[order], ids[order], stop=trains[0].stop, n=int(first[-1]))


def spikes_in(answers: Iterable[dict[str, Any]], dt: float, like: SpikeTrains) -> list[SpikeTrains]:
    """Spikes that a peer has saved in each of its runs, under our convention: a spike comes at the end of its step."""
    found = []
    for answer in answers:
        saved = np.load(answer["saved"])
        order = np.argsort(saved["step"], kind="stable")
        times, ids = (saved["step"][order] + 1.0) * dt, saved["unit"][order]
        found.append(SpikeTrains(times, ids, stop=like.stop, n=like.n))
    return found


def same_spikes(title: str, ours: SpikeTrains, theirs: SpikeTrains, peer: str, dt: float) -> bool:
    """Whether each spike of one is a spike of the other, of the same unit in the same step."""
    a, b = (np.rint(one.times / dt).astype(np.int64) * one.n + one.ids for one in (ours, theirs))
    both, apart = np.intersect1d(a, b).size, np.setxor1d(a, b)
    words = f"; they part at {apart[0] // ours.n * dt:.1f} ms" if apart.size else ""
    print(
        f"{title}: {both} of {b.size} spikes of {peer} are ours in the same step{words}", flush=True
    )
    return not apart.size


def same_statistics(
    title: str, ours: Sequence[SpikeTrains], theirs: Sequence[SpikeTrains], peer: str,
    **more: tuple[Sequence[float], Sequence[float]],
) -> bool:  # fmt: skip
    """Whether the means over their runs lie within five standard errors of the means over ours.

    The rate of all units, the mean CV of the intervals of units with at least five, the power of the population's rate
    in three bands, and the centre of the middle one, which holds the gamma rhythm; and `more`, by its name: numbers of
    our runs and of theirs.
    """
    a, b = (
        np.column_stack([[_measure(one) for one in runs], *(pair[side] for pair in more.values())])
        for side, runs in enumerate((ours, theirs))
    )
    allowed = ERRORS * a.std(axis=0, ddof=1) * np.sqrt(1 / len(a) + 1 / len(b))
    names = ["rate", "CV", *BANDS, "centre of 20 to 100 Hz", *more]
    rows = zip(names, a.mean(axis=0), b.mean(axis=0), allowed, strict=True)
    words = ", ".join(f"{name} {x:.4g} and {y:.4g} (within {by:.2g})" for name, x, y, by in rows)
    print(f"{title}, means of {len(a)} runs of ours and {len(b)} of {peer}: {words}", flush=True)
    return bool(np.all(np.abs(a.mean(axis=0) - b.mean(axis=0)) <= allowed))


def _measure(trains: SpikeTrains) -> list[float]:
    spectrum = compute_rate_spectrum(trains, 1.0, segment=250.0)
    f, power = spectrum.frequency, spectrum.power
    bands = {name: (f > low) & (f <= high) for name, (low, high) in BANDS.items()}
    powers = [float(power[band].sum() * f[0]) for band in bands.values()]
    gamma = bands["20 to 100 Hz"]
    cv = float(np.nanmean(compute_isi_cvs(trains, at_least=5)))
    return [trains.rate, cv, *powers, float(np.average(f[gamma], weights=power[gamma]))]
