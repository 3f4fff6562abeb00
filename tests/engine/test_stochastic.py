"""Stochastic solvers: their formulas and laws, spikes, seeds and messages.

Their orders of convergence are the classic "noisy-growth" (tests/membrane/test_classics.py).
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from neurolab.engine.model import Model, simulate
from neurolab.engine.stochastic import METHODS, simulate_stochastic
from neurolab.kernels import chunks
from neurolab.kernels.rng import BLOCK, fill_normals, seed_key
from neurolab.membrane import compute_lif_rate, hodgkin_huxley, lif
from tests.engine.models import geometric, ornstein_uhlenbeck


def normals(seed: int, n: int, stream: int = 0) -> np.ndarray:
    """The first n numbers of a stream, as the solver reads them."""
    key, out = seed_key(seed), np.empty((math.ceil(n / BLOCK), BLOCK))
    for block, row in enumerate(out):
        fill_normals(key, stream, block, row)
    return out.ravel()[:n]


@pytest.mark.parametrize("method", METHODS)
def test_a_step_is_the_formula(method: str) -> None:
    """A plain loop beside it."""
    h, n, x = 1 / 64, 64, 1.0
    lam, mu = 1.5, 1.0
    for w in normals(7, n):
        ahead = x + lam * x * h + mu * x * math.sqrt(h)
        correction = mu * (ahead - x) * math.sqrt(h) * (w * w - 1) / 2
        x += lam * x * h + mu * x * math.sqrt(h) * w + (correction if method == "milstein" else 0.0)
    run = simulate_stochastic(geometric, n * h, h, seed=7, method=method)
    assert run.x[-1] == pytest.approx(x, rel=1e-12)


@pytest.mark.jit
def test_ornstein_uhlenbeck_is_stationary_normal() -> None:
    """Mean I and variance sigma^2 / (2 theta), Euler's factor 1 / (1 - theta h / 2); memory 1 / theta."""
    run = simulate_stochastic(
        ornstein_uhlenbeck, 4e5, 0.1, seed=5, noise=dict(x=0.4), I=2.0, x=2.0, every=10
    )
    assert run.x.mean() == pytest.approx(2.0, abs=4 * math.sqrt(0.8 * 20 / 4e5))
    assert run.x.var() == pytest.approx(0.8 / (1 - 0.005), rel=4 * math.sqrt(2 * 10 / 4e5))
    centred = run.x - run.x.mean()
    assert (centred[:-10] * centred[10:]).mean() / run.x.var() == pytest.approx(
        math.exp(-1.0), abs=0.02
    )


def test_additive_noise_makes_the_methods_one() -> None:
    runs = [
        simulate_stochastic(ornstein_uhlenbeck, 50.0, 0.1, seed=3, noise=dict(x=1.0), method=m).x
        for m in METHODS
    ]
    assert np.abs(runs[0] - runs[1]).max() < 1e-13  # the same sums in another order


def test_without_amplitude_it_is_euler() -> None:
    quiet = simulate_stochastic(hodgkin_huxley, 20.0, 0.01, seed=1, noise=dict(V=0.0), I=10.0)
    euler = simulate(hodgkin_huxley, 20.0, 0.01, method="euler", I=10.0)
    assert np.array_equal(quiet.samples, euler.samples)
    assert quiet.spikes().count == euler.spikes().count == 2


@pytest.mark.jit
def test_chunks_and_thinning_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def run() -> np.ndarray:
        return simulate_stochastic(lif, 300.0, 0.01, seed=11, noise=dict(V=1.5), I=1.5).V

    whole = run()
    monkeypatch.setattr(chunks, "_FIRST_CHUNK", 37)
    monkeypatch.setattr(chunks, "CHUNK_SECONDS", 1e-9)
    assert np.array_equal(run(), whole)
    thin = simulate_stochastic(lif, 300.0, 0.01, seed=11, noise=dict(V=1.5), I=1.5, every=50)
    assert np.array_equal(thin.V, whole[::50])


def test_seeds() -> None:
    def path(seed: int | np.random.Generator) -> np.ndarray:
        return simulate_stochastic(ornstein_uhlenbeck, 10.0, 0.1, seed=seed, noise=dict(x=1.0)).x

    assert np.array_equal(path(4), path(4))
    assert not np.array_equal(path(4), path(5))
    generator = np.random.default_rng(4)
    first, second = path(generator), path(generator)
    assert not np.array_equal(first, second)
    assert np.array_equal(first, path(np.random.default_rng(4)))


def test_two_noisy_states_are_independent() -> None:
    pair = Model(lambda t, y, p, I: (0.0, 0.0, 0.0), state=dict(a=0.0, b=0.0, c=0.0), params={})
    run = simulate_stochastic(pair, 2000.0, 1.0, seed=2, noise=dict(c=2.0, a=1.0))
    steps = np.diff(run.samples, axis=1)
    assert np.all(steps[1] == 0)
    assert steps[0] == pytest.approx(normals(2, 2000))
    assert steps[2] == pytest.approx(2 * normals(2, 2000, stream=1))
    assert abs(np.corrcoef(steps[0], steps[2])[0, 1]) < 4 / math.sqrt(2000)


@pytest.mark.jit
def test_resets_hold_and_count() -> None:
    """Little noise far above threshold: the closed form of the rate; each spike is followed by the dead time."""
    run = simulate_stochastic(lif, 20_000.0, 0.01, seed=9, noise=dict(V=0.05), I=3.0)
    assert run.spikes().rate == pytest.approx(
        compute_lif_rate(3.0), rel=2e-3
    )  # half a step an interval
    k = round(run.spikes().times[3] / 0.01)
    assert np.all(run.V[k : k + 200] == 0.0)
    assert run.V[k + 202] != 0.0


def test_messages() -> None:
    def run(model: Model = ornstein_uhlenbeck, **changes: object) -> None:
        simulate_stochastic(
            model, **(dict(duration=1.0, dt=0.1, seed=1, noise=dict(x=1.0)) | changes)
        )

    with pytest.raises(ValueError, match="has no noise; give noise=dict"):
        run(noise=None)
    with pytest.raises(ValueError, match="noise function of its own"):
        run(geometric)
    with pytest.raises(ValueError, match="'y'"):
        run(noise=dict(y=1.0))
    with pytest.raises(ValueError, match="noise\\['x'\\]"):
        run(noise=dict(x=-1.0))
    with pytest.raises(ValueError, match="at least one state"):
        run(noise={})
    with pytest.raises(ValueError, match="method"):
        run(method="heun")
    for seed in (-1, 1.5, True, None):
        with pytest.raises(ValueError, match="seed must be"):
            run(seed=seed)
    with pytest.raises(ValueError, match="noise of .* must return 1 values"):
        Model(
            lambda t, y, p, I: (0.0,),
            state=dict(x=0.0),
            params={},
            noise=lambda t, y, p: (1.0, 2.0),
        )
    firing = Model(
        lambda t, y, p, I: (1.0,),
        state=dict(x=0.0),
        params={},
        threshold=0.5,
        reset=lambda y, p: (1.0,),
    )
    with pytest.raises(ValueError, match="fires without end"):
        run(firing)
    with pytest.raises(chunks.Diverged):
        run(Model(lambda t, y, p, I: (y[0] * y[0],), state=dict(x=5.0), params={}), duration=50.0)
