"""Ways to draw wires: each has the law it says, exactly; the same seed gives the same wires, in chunks of any size."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from neurolab.data.connectivity import Connectivity
from neurolab.data.topology import (
    connect_by_distance,
    connect_watts_strogatz,
    place_on_ring,
    place_on_sheet,
    rewire,
)
from neurolab.data.wiring import (
    connect_all,
    connect_blocks,
    connect_fixed_in_degree,
    connect_fixed_out_degree,
    connect_fixed_probability,
    connect_fixed_total,
    connect_layers,
    connect_one_to_one,
)
from neurolab.kernels import chunks
from tests.reference import wiring as naive

RARE = 1e-4  # what a fair law gives in one test of 10 000; the seeds are fixed
LINE = np.array([0.0, 0.1, 0.15, 0.6, 0.61, 0.95])
SHEET = place_on_sheet(3, 4, 1.0, 1.6)

DRAWN: dict[str, Callable[..., Connectivity]] = {
    "probability": lambda seed: connect_fixed_probability(40, 30, 0.2, seed=seed),
    "no autapses": lambda seed: connect_fixed_probability(40, 30, 0.2, seed=seed, autapses=False),
    "in": lambda seed: connect_fixed_in_degree(40, 30, 7, seed=seed),
    "in, most": lambda seed: connect_fixed_in_degree(40, 30, 33, seed=seed, autapses=False),
    "in, again": lambda seed: connect_fixed_in_degree(40, 30, 50, seed=seed, multapses=True),
    "out": lambda seed: connect_fixed_out_degree(40, 30, 7, seed=seed, autapses=False),
    "out, again": lambda seed: connect_fixed_out_degree(
        40, 30, 50, seed=seed, multapses=True, autapses=False
    ),
    "total": lambda seed: connect_fixed_total(40, 30, 200, seed=seed, autapses=False),
    "total, again": lambda seed: connect_fixed_total(
        40, 30, 2000, seed=seed, multapses=True, autapses=False
    ),
    "blocks": lambda seed: connect_blocks([10, 30], [20, 10], [[0.1, 0.6], [1.0, 0.0]], seed=seed),
    "layers": lambda seed: connect_layers([10, 20, 5], [0.5, 0.1], seed=seed),
    "small world": lambda seed: connect_watts_strogatz(40, 6, 0.3, seed=seed),
    "directed": lambda seed: connect_watts_strogatz(40, 6, 0.3, seed=seed, directed=True),
    "sheet": lambda seed: connect_by_distance(
        SHEET, SHEET, 0.8, 0.5, seed=seed, profile="exponential"
    ),
}
drawn = pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)


def pairs_of(wires: Connectivity) -> naive.Pairs:
    return list(zip(wires.sources.tolist(), wires.indices.tolist(), strict=True))


def fits(counts: Any, expected: Any) -> bool:
    """Chi-square of counts, cells of fewer than 5 expected put together."""
    counts, expected = np.ravel(counts), np.ravel(expected)
    few = expected < 5
    if few.any():
        counts = np.append(counts[~few], counts[few].sum())
        expected = np.append(expected[~few], expected[few].sum())
    if expected[-1] < 5:
        counts, expected = counts[:-1], expected[:-1]
    square = ((counts - expected) ** 2 / expected).sum()
    return bool(stats.chi2.sf(square, counts.size) > RARE)


@drawn
def test_same_seed_same_wires_in_ascending_order(draw: Any) -> None:
    wires = draw(1)
    assert wires == draw(1) and wires == draw(np.random.default_rng(1)) and wires != draw(2)
    assert pairs_of(wires) == sorted(pairs_of(wires)) and wires.count > 0


@drawn
def test_chunks_change_nothing(draw: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = draw(3)
    monkeypatch.setattr(chunks, "_FIRST_CHUNK", 1)
    monkeypatch.setattr(chunks, "CHUNK_SECONDS", 1e-9)
    assert draw(3) == whole


@given(st.integers(1, 6), st.integers(1, 6))
def test_all_and_one_to_one(n_pre: int, n_post: int) -> None:
    assert connect_all(n_pre, n_post).to_dense().tolist() == np.ones((n_pre, n_post)).tolist()
    others = 1 - np.eye(n_pre, n_post, dtype=int)
    assert connect_all(n_pre, n_post, autapses=False).to_dense().tolist() == others.tolist()
    assert connect_one_to_one(n_pre).to_dense().tolist() == np.eye(n_pre).tolist()


@given(st.integers(1, 6), st.integers(1, 6), st.booleans(), st.sampled_from([0.0, 0.4, 1.0]))
def test_no_autapses_means_none_and_certainty_means_all(
    n_pre: int, n_post: int, autapses: bool, p: float
) -> None:
    wires = connect_fixed_probability(n_pre, n_post, p, seed=1, autapses=autapses)
    assert autapses or wires.autapses == 0
    assert not wires.has_multapses
    if p != 0.4:
        every = connect_all(n_pre, n_post, autapses=autapses)
        assert wires == every if p else wires.count == 0


@pytest.mark.parametrize("autapses", [True, False])
@pytest.mark.parametrize("p", [0.03, 0.4, 0.9])
def test_each_pair_has_its_probability(p: float, autapses: bool) -> None:
    rng, trials = np.random.default_rng(7), 1500
    counts = sum(
        connect_fixed_probability(5, 7, p, seed=rng, autapses=autapses).to_dense()
        for _ in range(trials)
    )
    possible = np.ones((5, 7), bool) if autapses else ~np.eye(5, 7, dtype=bool)
    assert np.all(counts[~possible] == 0)
    z = (counts[possible] - trials * p) / math.sqrt(trials * p * (1 - p))
    assert stats.chi2.sf((z**2).sum(), z.size) > RARE


@pytest.mark.parametrize("p", [0.001, 0.02, 0.3])
def test_degrees_of_fixed_probability_are_binomial(p: float) -> None:
    wires = connect_fixed_probability(1000, 700, p, seed=5)
    k = np.arange(701)
    assert fits(np.bincount(wires.out_degrees, minlength=701), 1000 * stats.binom.pmf(k, 700, p))
    k = np.arange(1001)
    assert fits(np.bincount(wires.in_degrees, minlength=1001), 700 * stats.binom.pmf(k, 1000, p))


@pytest.mark.parametrize("autapses", [True, False])
@pytest.mark.parametrize("degree", [0, 1, 3, 4])
@pytest.mark.parametrize("way", ["in", "out"])
def test_each_set_of_partners_is_equally_likely(way: str, degree: int, autapses: bool) -> None:
    """6 units choose among 5 in all ways of the binomial coefficient; the last one has no own number to avoid."""
    rng, trials = np.random.default_rng(11), 300
    sets: dict[tuple[int, ...], int] = {}
    last: dict[tuple[int, ...], int] = {}
    for _ in range(trials):
        if way == "in":
            wires = connect_fixed_in_degree(5, 6, degree, seed=rng, autapses=autapses).reverse()
        else:
            wires = connect_fixed_out_degree(6, 5, degree, seed=rng, autapses=autapses)
        assert set(wires.out_degrees.tolist()) == {degree}
        assert autapses or wires.autapses == 0
        for unit, tally in ((0, sets), (5, last)):
            chosen = tuple(wires.targets(unit).tolist())
            tally[chosen] = tally.get(chosen, 0) + 1
    for tally, possible in ((sets, range(0 if autapses else 1, 5)), (last, range(5))):
        kinds = list(itertools.combinations(possible, degree))
        counts = [tally.get(kind, 0) for kind in kinds]
        assert sum(counts) == trials
        square = sum((count - trials / len(kinds)) ** 2 for count in counts) * len(kinds) / trials
        assert stats.chi2.sf(square, max(1, len(kinds) - 1)) > RARE


@pytest.mark.parametrize("autapses", [True, False])
@pytest.mark.parametrize("way", ["in", "out", "total"])
def test_with_multapses_partners_are_independent(way: str, autapses: bool) -> None:
    """Counts of pairs are multinomial: each synapse falls on each possible pair of its row alike."""
    options: dict[str, Any] = dict(seed=3, multapses=True, autapses=autapses)
    if way == "in":
        wires = connect_fixed_in_degree(6, 8, 900, **options).reverse()
    elif way == "out":
        wires = connect_fixed_out_degree(8, 6, 900, **options)
    else:
        wires = connect_fixed_total(8, 6, 7200, **options)
    possible = np.ones((8, 6)) if autapses else 1 - np.eye(8, 6)
    if way == "total":
        expected = 7200 * possible / possible.sum()
    else:
        expected = 900 * possible / possible.sum(axis=1, keepdims=True)
        assert set(wires.out_degrees.tolist()) == {900}
    counts = wires.to_dense()
    assert wires.count == 7200 and np.all(counts[possible == 0] == 0)
    assert fits(counts[possible > 0], expected[possible > 0])


@pytest.mark.parametrize("count", [0, 1, 2, 5, 6])
def test_each_set_of_pairs_is_equally_likely(count: int) -> None:
    rng, trials = np.random.default_rng(2), 1200
    kinds = list(itertools.combinations([(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)], count))
    tally = dict.fromkeys(kinds, 0)
    for _ in range(trials):
        tally[tuple(pairs_of(connect_fixed_total(3, 2, count, seed=rng)))] += 1
    expected = trials / len(kinds)
    square = sum((found - expected) ** 2 / expected for found in tally.values())
    assert stats.chi2.sf(square, max(1, len(kinds) - 1)) > RARE


@given(st.integers(1, 30), st.integers(1, 30), st.floats(0, 1), st.booleans(), st.integers(0, 99))
def test_the_total_is_the_total(
    n_pre: int, n_post: int, share: float, autapses: bool, seed: int
) -> None:
    pairs = n_pre * n_post - (0 if autapses else min(n_pre, n_post))
    count = round(share * pairs)
    wires = connect_fixed_total(n_pre, n_post, count, seed=seed, autapses=autapses)
    assert wires.count == count and not wires.has_multapses
    assert autapses or wires.autapses == 0


def test_blocks_have_their_probabilities() -> None:
    p = np.array([[0.1, 0.6, 0.0], [1.0, 0.02, 0.3]])
    dense = connect_blocks([200, 100], [150, 50, 120], p, seed=4, autapses=False).to_dense()
    rows, columns = np.split(dense, [200]), [0, 150, 200, 320]
    assert np.trace(dense) == 0
    for a, row in enumerate(rows):
        for b in range(3):
            block = row[:, columns[b] : columns[b + 1]]
            free = block.size - sum(
                200 * a <= i < 200 * a + len(row) and columns[b] <= i < columns[b + 1]
                for i in range(300)
            )
            spread = math.sqrt(free * p[a, b] * (1 - p[a, b]))
            assert block.sum() == pytest.approx(free * p[a, b], abs=4 * spread)


def test_layers_feed_forward_only() -> None:
    sizes = [30, 20, 25]
    wires = connect_layers(sizes, [1.0, 0.3], seed=1)
    layer = np.repeat(np.arange(3), sizes)
    assert np.all(layer[wires.indices] == layer[wires.sources] + 1)
    assert set(wires.out_degrees[:30].tolist()) == {20}
    assert connect_layers([4, 4, 4], 1.0, seed=1).count == 32


@pytest.mark.parametrize("profile", ["gaussian", "exponential", "box"])
@pytest.mark.parametrize("period", [None, 1.0])
@pytest.mark.parametrize("autapses", [True, False])
def test_pairs_on_a_line_or_ring_have_the_naive_probability(
    profile: str, period: Any, autapses: bool
) -> None:
    rng, trials, post = np.random.default_rng(9), 1000, np.append(LINE, [0.3, -0.2])
    options: dict[str, Any] = dict(profile=profile, period=period, autapses=autapses)
    counts = sum(
        connect_by_distance(LINE, post, 0.9, 0.12, seed=rng, **options).to_dense()
        for _ in range(trials)
    )
    span = None if period is None else (period,)
    chance = naive.connection_probability(
        [(x,) for x in LINE], [(x,) for x in post], 0.9, 0.12, profile, span, autapses
    )
    _agree(counts, np.array(chance), trials)


@pytest.mark.parametrize("profile", ["gaussian", "exponential", "box"])
@pytest.mark.parametrize("period", [None, (1.0, 1.6)])
def test_pairs_on_a_sheet_have_the_naive_probability(profile: str, period: Any) -> None:
    """40 targets in 5 cells; the first source stands beyond the targets."""
    rng, trials = np.random.default_rng(10), 600
    pre, post = SHEET[::3] + [0.2, 0.4], place_on_sheet(5, 8, 1.0, 1.6)
    counts = sum(
        connect_by_distance(
            pre, post, 1.0, 0.3, seed=rng, profile=profile, period=period
        ).to_dense()
        for _ in range(trials)
    )
    places = [tuple(x) for x in pre], [tuple(x) for x in post]
    chance = naive.connection_probability(*places, 1.0, 0.3, profile, period, True)
    _agree(counts, np.array(chance), trials)


def _agree(counts: Any, chance: Any, trials: int) -> None:
    """Binomial counts; certain ones without exception, those too rare for chi-square by their sum."""
    sure = (chance == 0) | (chance == 1)
    assert np.array_equal(counts[sure], trials * chance[sure])
    rare = ~sure & (np.minimum(chance, 1 - chance) * trials < 5)
    mean, spread = trials * chance, np.sqrt(trials * chance * (1 - chance))
    assert (
        abs(counts[rare].sum() - mean[rare].sum()) <= 4 * math.sqrt((spread[rare] ** 2).sum()) + 1
    )
    z = ((counts - mean)[~sure & ~rare]) / spread[~sure & ~rare]
    assert z.size == 0 or stats.chi2.sf((z**2).sum(), z.size) > RARE


@pytest.mark.jit
@pytest.mark.parametrize("profile", ["gaussian", "exponential"])
def test_distances_of_synapses_on_a_ring_have_the_profile(profile: str) -> None:
    """Narrow profiles, many cells: the mean distance of a half normal is sqrt(2/pi) width, of an exponential width."""
    ring = place_on_ring(4000, 2000.0)
    wires = connect_by_distance(ring, ring, 0.5, 15.0, seed=3, profile=profile, period=2000.0)
    gap = np.abs(ring[wires.sources] - ring[wires.indices])
    gap = np.minimum(gap, 2000.0 - gap)
    density, mean, square = {
        "gaussian": (math.sqrt(2 * math.pi), math.sqrt(2 / math.pi), 1.0),
        "exponential": (2.0, 1.0, 2.0),
    }[profile]
    steps = 15.0 / 0.5  # units in a width; sums over them are integrals to 1 / (24 steps^2)
    assert wires.count == pytest.approx(4000 * 0.5 * density * steps, rel=0.01)
    error = 15.0 * math.sqrt(square - mean**2) / math.sqrt(wires.count)
    assert gap.mean() == pytest.approx(15.0 * mean, abs=4 * error + 15.0 / (12 * steps**2))


@pytest.mark.parametrize(("k", "clustering"), [(4, 0.5), (6, 0.6)])
def test_the_ring_lattice(k: int, clustering: float) -> None:
    """C = 3 (k - 2) / (4 (k - 1)); n = 100, k = 4 has mean path 12.878788 (row G4a; Watts & Strogatz 1998)."""
    import networkx as nx

    wires = connect_watts_strogatz(100, k, 0.0, seed=1)
    graph = wires.to_networkx().to_undirected()
    assert nx.average_clustering(graph) == pytest.approx(clustering)
    if k == 4:
        assert nx.average_shortest_path_length(graph) == pytest.approx(12.878788, abs=5e-7)
    assert wires == connect_watts_strogatz(100, k, 0.0, seed=2, directed=True)
    assert set(wires.out_degrees.tolist()) == {k}


@given(st.integers(1, 12), st.integers(0, 5), st.floats(0, 1), st.booleans(), st.integers(0, 99))
def test_small_worlds_are_simple_and_keep_their_links(
    n: int, half: int, beta: float, directed: bool, seed: int
) -> None:
    """As far as all to all, where nothing can move."""
    if 2 * half >= n:
        return
    wires = connect_watts_strogatz(n, 2 * half, beta, seed=seed, directed=directed)
    assert wires.count == 2 * half * n and not wires.has_multapses and wires.autapses == 0
    if directed:
        assert set(wires.out_degrees.tolist()) == {2 * half}
    elif wires.count:
        assert wires.reciprocity == 1.0 and wires.out_degrees.min() >= half


@pytest.mark.parametrize("beta", [0.1, 0.5, 1.0])
def test_degrees_of_small_worlds(beta: float) -> None:
    """Barrat & Weigt 2000; degrees of 2000 units are nearly independent."""
    wires = connect_watts_strogatz(2000, 10, beta, seed=8)
    expected = 2000 * np.array(naive.small_world_degrees(10, beta, 40))
    assert fits(np.bincount(wires.out_degrees, minlength=40), expected)


@pytest.mark.parametrize("beta", [0.05, 0.3])
def test_clustering_of_small_worlds(beta: float) -> None:
    """C(beta) / C(0) = (1 - beta)^3 for large n (Barrat & Weigt 2000); triangles share links: 5 % for 3000 units."""
    import networkx as nx

    graph = connect_watts_strogatz(3000, 10, beta, seed=4).to_networkx().to_undirected()
    lattice = 3 * (10 - 2) / (4 * (10 - 1))
    assert nx.transitivity(graph) == pytest.approx(lattice * (1 - beta) ** 3, rel=0.05)


@given(st.integers(2, 9), st.integers(2, 9), st.floats(0.1, 0.9), st.integers(0, 99))
def test_rewiring_keeps_degrees(n_pre: int, n_post: int, p: float, seed: int) -> None:
    for autapses, multapses in itertools.product([True, False], repeat=2):
        wires = connect_fixed_probability(n_pre, n_post, p, seed=seed, autapses=autapses)
        other = rewire(wires, seed=seed, autapses=autapses, multapses=multapses)
        assert np.array_equal(other.indptr, wires.indptr)
        assert np.array_equal(other.in_degrees, wires.in_degrees)
        assert (autapses or other.autapses == 0) and (multapses or not other.has_multapses)
    links = connect_watts_strogatz(n_pre + 5, 4, 0.5, seed=seed)
    other = rewire(links, seed=seed, symmetric=True)
    assert np.array_equal(other.in_degrees, links.in_degrees) and other.reciprocity == 1.0
    assert np.array_equal(other.out_degrees, links.out_degrees)
    assert not other.has_multapses and other.autapses == 0


def test_all_matrices_of_given_degrees_are_equally_likely() -> None:
    """The five 0-1 matrices with row sums 2, 1, 1 and column sums 2, 1, 1."""
    start = Connectivity.from_pairs([0, 0, 1, 2], [0, 1, 0, 2], n_pre=3, n_post=3)
    rows, columns = start.out_degrees, start.in_degrees
    kinds = [
        np.reshape(bits, (3, 3))
        for bits in itertools.product([0, 1], repeat=9)
        if np.array_equal(np.reshape(bits, (3, 3)).sum(1), rows)
        and np.array_equal(np.reshape(bits, (3, 3)).sum(0), columns)
    ]
    rng, trials = np.random.default_rng(3), 1500
    found = [rewire(start, seed=rng, swaps=25, autapses=True).to_dense() for _ in range(trials)]
    counts = np.array([sum(np.array_equal(kind, one) for one in found) for kind in kinds])
    assert len(kinds) == 5 and counts.sum() == trials
    assert fits(counts, np.full(5, trials / 5))


def test_all_graphs_of_given_degrees_are_equally_likely() -> None:
    """Six units of degree 2: a ring (60 ways) or two triangles (10)."""
    rng, trials = np.random.default_rng(3), 1400
    ring = connect_watts_strogatz(6, 2, 0.0, seed=1)
    triangles = 0
    for _ in range(trials):
        dense = rewire(ring, seed=rng, swaps=10, symmetric=True).to_dense()
        triangles += int(np.trace(dense @ dense @ dense) > 0)
    assert triangles == pytest.approx(trials / 7, abs=4 * math.sqrt(trials * 6 / 49))


def test_rewiring_chunks_and_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    wires = connect_watts_strogatz(200, 6, 0.0, seed=1)
    told: list[float] = []
    whole, part = rewire(wires, seed=1, progress=told.append), rewire(wires, seed=1, swaps=0.5)
    assert told[-1] == 1.0 and rewire(wires, seed=1, swaps=0) == wires
    monkeypatch.setattr(chunks, "_FIRST_CHUNK", 1)
    monkeypatch.setattr(chunks, "CHUNK_SECONDS", 1e-9)
    assert rewire(wires, seed=1, swaps=0.5) == part != wires
    assert whole != wires and whole.reciprocity < 0.2


def test_places() -> None:
    assert place_on_ring(4, 2.0).tolist() == [0.0, 0.5, 1.0, 1.5]
    assert place_on_sheet(2, 1, 4.0, 3.0).tolist() == [[1.0, 1.5], [3.0, 1.5]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: connect_all(0, 3), "n_pre must be a whole number of at least 1"),
        (lambda: connect_one_to_one(1.5), "n must be a whole number"),
        (lambda: connect_fixed_probability(3, 3, 1.5, seed=1), "p must be a probability.*1.5"),
        (lambda: connect_fixed_probability(3, 3, math.nan, seed=1), "p must be finite"),
        (
            lambda: connect_fixed_in_degree(3, 3, 3, seed=1, autapses=False),
            "in_degree must be at most the 2 possible sources, got 3; allow multapses",
        ),
        (
            lambda: connect_fixed_in_degree(1, 3, 1, seed=1, autapses=False, multapses=True),
            "at most the 0 possible sources",
        ),
        (lambda: connect_fixed_out_degree(3, 3, 4, seed=1), "at most the 3 possible targets"),
        (lambda: connect_fixed_out_degree(3, 3, -1, seed=1), "out_degree must be a whole number"),
        (lambda: connect_fixed_total(2, 2, 5, seed=1), "at most the 4 possible pairs, got 5"),
        (
            lambda: connect_fixed_total(1, 1, 1, seed=1, autapses=False, multapses=True),
            "at most the 0 possible pairs",
        ),
        (lambda: connect_blocks([], [1], 0.1, seed=1), "sizes_pre must be a list of sizes"),
        (lambda: connect_blocks([1, 0], [1], 0.1, seed=1), r"sizes_pre\[1\] must be a whole"),
        (lambda: connect_blocks([1], [1], [0.1], seed=1), r"have shape \(1, 1\), a row for each"),
        (lambda: connect_blocks([1], [1], 1.1, seed=1), "p must be probabilities, 0 to 1, got 1.1"),
        (lambda: connect_layers([3], 0.1, seed=1), "two layers or more"),
        (lambda: connect_layers([3, 3], [0.1, 0.1], seed=1), "one for each step between 2 layers"),
        (lambda: connect_watts_strogatz(10, 3, 0.1, seed=1), "k must be even and below n = 10"),
        (lambda: connect_watts_strogatz(4, 4, 0.1, seed=1), "k must be even and below n = 4"),
        (lambda: connect_watts_strogatz(10, 4, -0.1, seed=1), "beta must be a probability"),
        (lambda: connect_by_distance([], [1.0], 0.1, 1, seed=1), "pre must have shape"),
        (lambda: connect_by_distance([0.0], SHEET, 0.1, 1, seed=1), "equally many dimensions"),
        (lambda: connect_by_distance(LINE, [math.inf], 0.1, 1, seed=1), "post must be finite"),
        (lambda: connect_by_distance(LINE, LINE, 0.1, 0, seed=1), "width must be above 0"),
        (
            lambda: connect_by_distance(LINE, LINE, 0.1, 1, seed=1, profile="gausian"),
            "did you mean 'gaussian'",
        ),
        (
            lambda: connect_by_distance(SHEET, SHEET, 0.1, 1, seed=1, period=[1.0, 0.0]),
            "period must be above 0, a number or one for each of the 2 dimensions",
        ),
        (lambda: place_on_ring(0), "n must be a whole number"),
        (lambda: place_on_sheet(2, 2, -1.0), "height must be above 0"),
        (lambda: rewire(connect_all(2, 2), seed=1), "no autapses, got 2; give autapses=True"),
        (
            lambda: rewire(
                Connectivity.from_pairs([0, 0], [1, 1], n_pre=2, n_post=2), seed=1, swaps=1
            ),
            "connect no pair twice",
        ),
        (lambda: rewire(connect_one_to_one(3), seed=1, symmetric=True), "links in both directions"),
        (lambda: rewire(connect_one_to_one(3), seed=1, swaps=-1), "swaps must be 0 or more"),
    ],
)
def test_messages(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
