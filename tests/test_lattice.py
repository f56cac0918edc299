"""The lattice of readings: its sums over paths, against all paths written out."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from unspin.model.lattice import marginals

Edge = tuple[int, int, float]


def plainly(edges: list[Edge]) -> list[float]:
    """The share of the paths that take each span, path by path."""
    paths = [
        chosen
        for size in range(len(edges) + 1)
        for chosen in combinations(range(len(edges)), size)
        if all(edges[a][1] <= edges[b][0] or edges[b][1] <= edges[a][0] for a, b in combinations(chosen, 2))
    ]
    weight = [float(np.exp(sum(edges[k][2] for k in chosen))) for chosen in paths]
    return [
        sum(w for w, chosen in zip(weight, paths, strict=True) if k in chosen) / sum(weight) for k in range(len(edges))
    ]


def found(tokens: int, edges: list[Edge]) -> list[float]:
    begin, end, score = (np.array(column) for column in zip(*edges, strict=True))
    return [float(share) for share in marginals(tokens, begin, end, score)]


@pytest.mark.parametrize("seed", range(8))
def test_a_span_is_as_likely_as_the_paths_that_take_it(seed: int) -> None:
    random = np.random.default_rng(seed)
    edges = []
    for _ in range(int(random.integers(1, 8))):
        begin = int(random.integers(0, 9))
        edges.append((begin, int(random.integers(begin + 1, 11)), float(random.normal(0, 2))))
    assert found(10, edges) == pytest.approx(plainly(edges))


def test_a_span_alone_has_its_own_odds() -> None:
    assert found(5, [(1, 3, 1.5)]) == pytest.approx([1 / (1 + np.exp(-1.5))])


def test_a_long_text_with_many_spans_neither_overflows_nor_fades() -> None:
    edges = [(i, i + 2, 40.0 if i % 4 == 0 else -40.0) for i in range(0, 40_000, 2)]
    values = np.array(found(40_002, edges))
    assert values[::2] == pytest.approx(1.0) and values[1::2] == pytest.approx(0.0, abs=1e-12)


def test_no_spans() -> None:
    none = np.empty(0, np.int64)
    assert marginals(7, none, none, np.empty(0)).tolist() == []
