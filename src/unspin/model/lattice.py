"""The lattice of readings of a text: what was written is a path through it.

The nodes are the borders between the tokens as found, the edges what may have become of those between two nodes. Every token
has an edge of its own, on which its word decides for itself (:mod:`unspin.model.posterior`): the options of a word and "as
written" share it. An edge over several tokens, or over one that stands for a phrase, is a span put in for another. It has the
log-odds that it was, against all that its tokens may be without it; so spans that overlap compete, and each path takes every
token once.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

__all__ = ["marginals"]


def marginals(
    tokens: int, begin: NDArray[np.int64], end: NDArray[np.int64], score: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The probability of each span: the share of the paths that take it, each as likely as its edges together.

    Args:
        tokens: how many there are.
        begin: the node that each span leaves, ``int64[m]``.
        end: the node that it comes to, above ``begin``, ``int64[m]``.
        score: its log-odds against what its tokens are without it, ``float64[m]``.

    Returns:
        ``float64[m]``. Those of spans that share a token add up to 1 at most.
    """
    forward = _sums(tokens, begin, end, score)
    backward = _sums(tokens, tokens - end, tokens - begin, score)[::-1]
    return np.asarray(np.exp(np.minimum(forward[begin] + score + backward[end] - forward[tokens], 0.0)))


def _sums(
    tokens: int, begin: NDArray[np.int64], end: NDArray[np.int64], score: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The log of the sum over all paths from the first node to each, ``float64[tokens + 1]``."""
    arriving: defaultdict[int, list[int]] = defaultdict(list)
    for edge, node in enumerate(end.tolist()):
        arriving[node].append(edge)
    reached = np.zeros(tokens + 1)
    last = 0
    for node in sorted(arriving):
        reached[last + 1 : node] = reached[last]  # where no span arrives, as many paths arrive as before
        edges = arriving[node]
        reached[node] = np.logaddexp.reduce([reached[node - 1], *(reached[begin[edges]] + score[edges])])
        last = node
    reached[last + 1 :] = reached[last]
    return reached
