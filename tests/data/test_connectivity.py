"""Wires: there and back through every other form, statistics by plain loops, files, and every message."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from neurolab.data.connectivity import Connectivity
from neurolab.data.wire_files import load_wires, save_wires
from tests.reference import wiring as naive


@st.composite
def wirings(draw: Any, square: bool = False, multapses: bool = True) -> Connectivity:
    n_pre = draw(st.integers(1, 7))
    n_post = n_pre if square else draw(st.integers(1, 7))
    pair = st.tuples(st.integers(0, n_pre - 1), st.integers(0, n_post - 1))
    pairs = draw(st.lists(pair, max_size=20, unique=not multapses))
    pre, post = [a for a, _ in pairs], [b for _, b in pairs]
    return Connectivity.from_pairs(pre, post, n_pre=n_pre, n_post=n_post)


def pairs_of(wires: Connectivity) -> naive.Pairs:
    return list(zip(wires.sources.tolist(), wires.indices.tolist(), strict=True))


def ordered(wires: Connectivity) -> bool:
    pairs = pairs_of(wires)
    return pairs == sorted(pairs)


def values(count: int) -> Any:
    return np.arange(1.0, count + 1.0)


@given(wirings())
def test_pairs_go_in_and_come_out_in_order_of_their_sources(wires: Connectivity) -> None:
    pairs = pairs_of(wires)
    assert [a for a, _ in pairs] == sorted(a for a, _ in pairs)
    again = Connectivity.from_pairs(
        wires.sources, wires.indices, n_pre=wires.n_pre, n_post=wires.n_post
    )
    assert again == wires and repr(again) == repr(wires)
    assert [wires.targets(i).tolist() for i in range(wires.n_pre)] == [
        [b for a, b in pairs if a == i] for i in range(wires.n_pre)
    ]


def test_synapses_of_a_source_keep_their_order() -> None:
    wires = Connectivity.from_pairs([2, 0, 2, 0], [1, 1, 0, 0], n_pre=3, n_post=2)
    assert wires.targets(2).tolist() == [1, 0] and wires.targets(0).tolist() == [1, 0]


@given(wirings())
def test_statistics_are_the_naive_ones(wires: Connectivity) -> None:
    pairs = pairs_of(wires)
    out, into = naive.degrees(pairs, wires.n_pre, wires.n_post)
    assert wires.out_degrees.tolist() == out and wires.in_degrees.tolist() == into
    assert wires.autapses == sum(a == b for a, b in pairs)
    assert wires.has_multapses == (len(set(pairs)) < len(pairs))
    assert wires.density == len(pairs) / (wires.n_pre * wires.n_post)


@given(wirings(square=True))
def test_reciprocity_is_the_naive_one(wires: Connectivity) -> None:
    expected = naive.reciprocity(pairs_of(wires))
    assert wires.reciprocity == pytest.approx(expected, nan_ok=True)


@given(wirings())
def test_reversed_wires_are_the_naive_ones_and_twice_is_once(wires: Connectivity) -> None:
    pairs, numbers = naive.reverse(pairs_of(wires), wires.n_post)
    back = wires.reverse()
    assert pairs_of(back) == pairs and wires.reverse_order().tolist() == numbers
    assert (back.n_pre, back.n_post) == (wires.n_post, wires.n_pre)
    twice = back.reverse()
    assert sorted(pairs_of(twice)) == sorted(pairs_of(wires)) and ordered(twice)
    w = values(wires.count)
    assert np.array_equal(back.to_dense(w[wires.reverse_order()]), wires.to_dense(w).T)


@given(wirings(), st.data())
def test_a_subset_is_the_naive_one(wires: Connectivity, data: Any) -> None:
    def some(n: int) -> list[int]:
        return data.draw(
            st.lists(st.integers(0, n - 1), min_size=1, max_size=n, unique=True), "units"
        )

    sources, targets = some(wires.n_pre), some(wires.n_post)
    pairs, numbers = naive.subset(pairs_of(wires), sources, targets)
    part = wires.subset(sources, targets)
    assert pairs_of(part) == pairs
    assert wires.subset_order(sources, targets).tolist() == numbers
    chosen = np.isin(np.arange(wires.n_pre), sources)
    assert wires.subset(chosen, targets) == wires.subset(sorted(sources), targets)
    assert wires.subset(np.arange(wires.n_pre), np.arange(wires.n_post)) == wires


@given(wirings(multapses=False))
def test_matrices_there_and_back(wires: Connectivity) -> None:
    w = values(wires.count)
    in_order = Connectivity.from_dense(wires.to_dense())
    assert sorted(pairs_of(wires)) == pairs_of(in_order)
    w = values(in_order.count)
    dense = in_order.to_dense(w)
    assert Connectivity.from_dense(dense) == in_order
    assert np.array_equal(in_order.values_of(dense), w)
    assert np.array_equal(in_order.to_scipy(w).toarray(), dense)


@given(wirings(), st.sampled_from(["csr_array", "csc_array", "coo_array", "coo_matrix"]))
def test_sparse_matrices_there_and_back(wires: Connectivity, kind: str) -> None:
    """SciPy's CSR and COO keep multapses apart; stored zeros are synapses."""
    matrix = wires.to_scipy(np.zeros(wires.count))
    assert Connectivity.from_scipy(matrix) == wires
    w = values(wires.count)
    places = (w, (wires.sources, wires.indices))
    if kind.startswith("coo"):
        other = getattr(sparse, kind)(places, shape=(wires.n_pre, wires.n_post))
        assert Connectivity.from_scipy(other) == wires
        assert np.array_equal(wires.values_of(other), w)
    else:
        other = getattr(sparse, kind)(wires.to_scipy(w))
        found = Connectivity.from_scipy(other)
        assert np.array_equal(found.to_dense(found.values_of(other)), wires.to_dense(w))


@given(wirings(square=True))
def test_graphs_there_and_back(wires: Connectivity) -> None:
    w, d = values(wires.count), 0.5 + values(wires.count)
    graph = wires.to_networkx(weight=w, delay=d)
    assert graph.is_multigraph() == wires.has_multapses and len(graph) == wires.n_pre
    back = Connectivity.from_networkx(graph)
    assert sorted(pairs_of(back)) == sorted(pairs_of(wires))
    assert np.array_equal(back.to_dense(back.values_of(graph)), wires.to_dense(w))
    assert np.array_equal(back.to_dense(back.values_of(graph, "delay")), wires.to_dense(d))
    assert sorted(wires.to_networkx().edges()) == sorted(pairs_of(wires))


def test_a_graph_without_directions_is_two_synapses_an_edge_and_one_a_loop() -> None:
    graph = nx.Graph([("a", "b"), ("b", "c"), ("c", "c")])
    wires = Connectivity.from_networkx(graph)
    assert wires.to_dense().tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 1]]
    assert wires.values_of(graph).tolist() == [1.0] * 5
    assert Connectivity.from_networkx(nx.empty_graph(3)).count == 0


def test_the_karate_club() -> None:
    """34 members, 78 friendships, density .139037 (row G1a; Zachary 1977)."""
    wires = Connectivity.from_networkx(nx.karate_club_graph())
    assert wires.reciprocity == 1.0 and wires.autapses == 0
    assert wires.count / (34 * 33) == pytest.approx(0.139037, abs=5e-7)
    again = Connectivity.from_networkx(wires.to_networkx().to_undirected())
    assert nx.transitivity(again.to_networkx().to_undirected()) == pytest.approx(0.255682, abs=5e-7)


@given(wirings(), st.booleans(), st.sampled_from(["none", "one", "each"]))
def test_files_there_and_back(
    tmp_path_factory: pytest.TempPathFactory, wires: Connectivity, weighted: bool, delayed: str
) -> None:
    path = tmp_path_factory.mktemp("wires") / "wires.npz"
    w = values(wires.count) if weighted else None
    d = dict(none=None, one=1.5, each=values(wires.count))[delayed]
    save_wires(path, wires, weights=w, delays=d)
    saved = load_wires(str(path))
    assert saved.wires == wires
    assert (saved.weights is None) == (w is None) and (saved.delays is None) == (d is None)
    assert w is None or np.array_equal(saved.weights, w)
    assert d is None or np.array_equal(saved.delays, d)


def test_wires_are_equal_to_wires_only() -> None:
    wires = Connectivity.from_pairs([0], [0], n_pre=1, n_post=1)
    assert wires != "wires" and wires != Connectivity.from_pairs([0], [0], n_pre=1, n_post=2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(n_pre=0), "n_pre must be a whole number of at least 1, got 0"),
        (dict(n_post=2**32), "at most 4294967295, got 2 and 4294967296"),
        (dict(indptr=[0, 2]), r"one entry more than there are sources \(3\), got shape \(2,\)"),
        (dict(indptr=[0, 2, 1]), r"ascend from 0 to the number of synapses \(2\), got 0 to 1"),
        (dict(indptr=[1, 1, 2]), "ascend from 0"),
        (dict(indptr=[0, 1.5, 2]), "indptr must be whole numbers, got float64; convert"),
        (dict(indices=[0, 3]), "indices must be 0 to 2, got 0 to 3; raise n_post or renumber"),
        (dict(indices=[0, -1]), "indices must be 0 to 2, got -1 to 0"),
        (dict(indices=[0.0, 1.0]), "indices must be whole numbers, got float64"),
        (dict(indices=[True, False]), "indices must be whole numbers, got bool"),
        (dict(indices=[[0, 1]]), r"indices must have shape \(synapses,\), got \(1, 2\)"),
    ],
)
def test_messages(change: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = dict(indptr=[0, 1, 2], indices=[0, 2], n_pre=2, n_post=3) | change
    with pytest.raises(ValueError, match=message):
        Connectivity(**given)


def test_messages_of_conversions() -> None:
    wires = Connectivity.from_pairs([0, 1], [2, 0], n_pre=2, n_post=3)
    square = Connectivity.from_pairs([0, 1], [1, 0], n_pre=2, n_post=2)
    for call, words in [
        (lambda: Connectivity.from_pairs([0], [0, 1], n_pre=2, n_post=2), "equally long, got 1"),
        (lambda: Connectivity.from_pairs([2], [0], n_pre=2, n_post=2), "sources must be 0 to 1"),
        (lambda: Connectivity.from_pairs([0.5], [0], n_pre=2, n_post=2), "sources must be whole"),
        (lambda: Connectivity.from_pairs([0], ["a"], n_pre=2, n_post=2), "targets must be whole"),
        (lambda: Connectivity.from_dense([1, 2]), r"shape \(n_pre, n_post\), got \(2,\)"),
        (lambda: Connectivity.from_dense([[math.nan]]), "matrix must be finite"),
        (lambda: Connectivity.from_scipy([[1]]), "SciPy sparse matrix, got list; use from_dense"),
        (lambda: Connectivity.from_networkx([[1]]), "networkx graph, got list"),
        (lambda: wires.values_of([[1.0, 0, 0], [1, 0, 0]]), "the synapses of Connectivity"),
        (lambda: square.values_of([[0, 1, 0], [1, 0, 0]]), r"in the same order, got 2 synapses"),
        (lambda: wires.to_scipy([1.0]), r"one value for each of the 2 synapses, got shape \(1,\)"),
        (lambda: wires.to_dense([1.0, math.inf]), "weights must be finite"),
        (lambda: wires.to_networkx(), "among the same units, got 2 sources and 3 targets"),
        (lambda: wires.reciprocity, "reciprocity asks for wires among the same units"),
        (lambda: square.to_networkx(delay=[1.0]), "delay must be a number or have one value"),
        (lambda: wires.targets(2), "source must be 0 to 1, got 2"),
        (lambda: wires.subset([0, 0], [1]), "each once, got 2 numbers"),
        (lambda: wires.subset([], [1]), "at least one unit"),
        (lambda: wires.subset([2], [1]), "sources must be 0 to 1, got 2 to 2"),
        (lambda: wires.subset([0], [True]), r"targets must have shape \(3,\) if boolean"),
        (lambda: wires.subset([0], [0.5]), "targets must be whole numbers"),
    ]:
        with pytest.raises(ValueError, match=words):
            call()


def test_messages_of_files(tmp_path: Path) -> None:
    wires, path = Connectivity.from_pairs([0], [0], n_pre=1, n_post=1), tmp_path / "wires.npz"
    for call, words in [
        (lambda: save_wires(tmp_path / "wires.pkl", wires), "path must end in .npz"),
        (lambda: load_wires(tmp_path / "wires.txt"), "path must end in .npz"),
        (lambda: save_wires(path, wires, weights=[1.0, 2.0]), "weights must be a number or have"),
        (lambda: save_wires(path, wires, weights=math.nan), "weights must be finite"),
        (lambda: save_wires(path, wires, delays=[0.0]), "delays must be above 0 ms, got 0"),
    ]:
        with pytest.raises(ValueError, match=words):
            call()
    assert not path.exists()
    with pytest.raises(FileNotFoundError):
        load_wires(path)
    path.write_bytes(b"no archive at all")
    with pytest.raises(ValueError, match="must be a file of arrays as save_wires writes it"):
        load_wires(path)
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="must be a file of arrays"):
        load_wires(path)
    np.savez(path, indptr=[0, 1])
    with pytest.raises(ValueError, match="it has no format, indices, n_pre, n_post"):
        load_wires(path)
    whole: dict[str, Any] = dict(format=1, indptr=[0, 1], indices=[0], n_pre=1, n_post=1)
    for change, words in [
        (dict(format=2), "must be of format 1, got 2"),
        (dict(indices=[1]), "indices must be 0 to 0, got 1 to 1"),
        (dict(indices=np.array([0], object)), "must be a file of arrays"),  # a pickle: not read
        (dict(weights=[1.0, 2.0]), "weights must be a number or have one value"),
        (dict(delays=[-1.0]), "delays must be above 0 ms, got -1"),
        (dict(n_pre=[1, 2]), "n_pre must be one number"),
    ]:
        np.savez(path, **(whole | change))
        with pytest.raises(ValueError, match=words):
            load_wires(path)
