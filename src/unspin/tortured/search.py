"""From a document to its findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.arrays import ragged
from unspin.arrays.fuse import Shape
from unspin.lexicon import phrases
from unspin.lexicon.phrases import PhraseTable
from unspin.text import Words
from unspin.tortured.classifier import EVIDENCE, Trees, evidence, together
from unspin.tortured.collocation import LINKS, LevelFilter, Skeleton, skeleton
from unspin.tortured.proposals import Proposals, propose
from unspin.tortured.terms import Terms, Vectors

__all__ = ["THRESHOLD", "Finding", "find", "load"]

THRESHOLD: Final = 0.6
"""The operating point: precision is 0.90 or more on ``dev`` documents from here on (``benchmarks/tortured.py``)."""

# A listed phrase that stands in honest text more often than this is no evidence; fewer times may be true torture there.
_MOST_HONEST: Final = 1
_LISTED_PROBABILITY: Final = (0.99, 0.9)
# A collocation next to a found one needs less of its own to belong to the same term.
_SHARED: Final = 0.25
_AND: Final = 1 + LINKS.index("and")
_LEAST_SHOWN: Final = (1, 2)
_SURE: Final = (0.8, 0.97)
"""A term is believed if so many terms of the list show each swap, or from this probability on: of two words one of which is
kept, and of two both of which would change. Nearly all that honest text is taken for in a document full of tortured phrases
rests on swaps that the list does not show ("solid confirmation" as *strong authentication*)."""
_SWAPPED, _SHOWN = EVIDENCE.index("swapped"), EVIDENCE.index("least_seen")


class Finding(NamedTuple):
    """A tortured phrase.

    Attributes:
        begin: index of its first token in the :class:`~unspin.text.Words`.
        end: index after its last token.
        found: the phrase as it stands.
        original: what was meant, in lower case.
        probability: that this is a tortured phrase.
        listed: whether the phrase is on the list.
        firm: whether the original is to be believed too: the phrase is listed, or the list shows its swaps, or it is nearly
            sure. Two in five of the others are that very term.
    """

    begin: int
    end: int
    found: str
    original: str
    probability: float
    listed: bool
    firm: bool = True


def _swapped(bones: Skeleton, proposals: Proposals, best: NDArray[np.int64]) -> list[tuple[int, ...]]:
    """The words that the best pair of each collocation would swap."""
    at = proposals.collocation[best]
    sides = (bones.word[at], proposals.left[best]), (bones.word[at + 1], proposals.right[best])
    (x, a), (y, b) = ((found.tolist(), meant.tolist()) for found, meant in sides)
    return [tuple(found for found, meant in ((x[i], a[i]), (y[i], b[i])) if found != meant) for i in range(len(at))]


class _Collocation(NamedTuple):
    """A collocation that may be tortured: its two places as (begin, end) of tokens, their originals, its probability.

    Also how many of the two would change, and how many terms of the list show each of these swaps at least.
    """

    first: tuple[int, int]
    second: tuple[int, int]
    left: str
    right: str
    probability: float
    swapped: int
    shown: int


def find(
    words: Words,
    *,
    threshold: float = THRESHOLD,
    table: PhraseTable | None = None,
    terms: Terms | None = None,
    tick: Callable[[], None] = lambda: None,
) -> tuple[Finding, ...]:
    """Find the tortured phrases of a document.

    Args:
        words: the document.
        threshold: least probability of a finding.
        table: the list; by default the shipped one.
        terms: terms and swaps; by default the shipped ones.
        tick: called again and again; what it raises ends the search.

    Returns:
        The findings in order, never overlapping. Where the list and the terms disagree, the list is right.
    """
    listed = _listed(words, phrases.load() if table is None else table, threshold)
    taken = np.zeros(len(words), bool)
    for finding in listed:
        taken[finding.begin : finding.end] = True
    tick()
    known = len({finding.original for finding in listed})
    others = _unlisted(words, load() if terms is None else terms, threshold, taken, known, tick)
    free = [finding for finding in others if not taken[finding.begin : finding.end].any()]
    return tuple(sorted([*listed, *free]))


def _listed(words: Words, table: PhraseTable, threshold: float) -> list[Finding]:
    found = []
    for begin, end, entry in table.matches(words):
        honest = table.honest[entry]
        if honest <= _MOST_HONEST and _LISTED_PROBABILITY[honest] >= threshold:
            surface = words.text[words.start[begin] : words.end[end - 1]]
            meant = table.pairs[entry][1]
            if "/" in meant and "/" not in surface:  # the list gives a choice ("fog/cloud computing")
                meant = meant.rpartition("/")[2].strip()
            found.append(Finding(begin, end, surface, meant, _LISTED_PROBABILITY[honest], True))
    return found


def _unlisted(
    words: Words, terms: Terms, threshold: float, taken: NDArray[np.bool_], listed: int, tick: Callable[[], None]
) -> list[Finding]:
    tokens = terms.tokens(words)
    proposals = propose(terms, tokens.roles, tick)
    if proposals is None:
        return []
    best, facts = evidence(terms.rank, proposals)
    collocation = proposals.collocation[best]
    bones = skeleton(tokens.roles)
    place = bones.place
    tick()
    odds = terms.classifier(facts).astype(np.float64)
    inside = np.array(
        [taken[tokens.begin[place[k]] : tokens.end[place[k + 1]]].any() for k in collocation.tolist()], dtype=bool
    )
    # What the list has found speaks for the document already.
    odds = np.where(inside, np.log(terms.prior), odds)
    probability = together(odds, _swapped(bones, proposals, best), terms.prior, listed)
    probability[inside] = 0.0
    pairs = zip(proposals.left[best].tolist(), proposals.right[best].tolist(), strict=True)
    joined = set(np.flatnonzero(bones.link == _AND).tolist())
    meant, sure = agreed(dict(zip(collocation.tolist(), pairs, strict=True)), probability.tolist(), threshold, joined)
    spans = {k: (int(tokens.begin[place[k]]), int(tokens.end[place[k]])) for k in meant}
    odd = {k for k, span in spans.items() if _bends(words.lower[span[1] - 1], terms.words[meant[k]])}
    sure = {k: own for k, own in sure.items() if odd.isdisjoint((k, k + 1))}
    swaps = dict(zip(collocation.tolist(), facts[:, [_SWAPPED, _SHOWN]].astype(int).tolist(), strict=True))
    collocations = {
        k: _Collocation(spans[k], spans[k + 1], terms.words[meant[k]], terms.words[meant[k + 1]], sure[k], *swaps[k])
        for k in sure
    }
    runs: list[list[int]] = []
    for k in sorted(collocations):
        if runs and k == runs[-1][-1] + 1:
            runs[-1].append(k)
        else:
            runs.append([k])
    findings = (_finding(words, _whole(words, [collocations[k] for k in run])) for run in runs)
    # What stood on a neighbour that has fallen since falls with it.
    return [finding for finding in findings if finding.probability >= threshold]


def _bends(found: str, meant: str) -> bool:
    """Whether a word would change its part in the sentence: "preparing models took an hour" is about no "trained models"."""
    return (found.endswith("ing") and meant.endswith("ed")) or (found.endswith("ed") and meant.endswith("ing"))


def _whole(words: Words, run: list[_Collocation]) -> list[_Collocation]:
    """The collocations of a finding; the surest alone where together they say a word twice that stands there once."""
    places = [run[0].first, *(collocation.second for collocation in run)]
    found = {words.lower[last - 1] for _, last in places}
    meant = {run[0].left, *(collocation.right for collocation in run)}
    return run if len(meant) >= len(found) else [max(run, key=lambda collocation: collocation.probability)]


def agreed(
    pairs: Mapping[int, tuple[int, int]],
    probability: Sequence[float],
    threshold: float,
    joined: Set[int] = frozenset(),
) -> tuple[dict[int, int], dict[int, float]]:
    """The collocations that are taken for tortured, and what their words are taken for.

    From the surest on: what shares a word with one that is taken must agree on that word, or it falls; and it needs less
    of its own.

    Args:
        pairs: for each collocation, by the place of its left word among the content words, the pair of originals.
        probability: that each is tortured, in the same order.
        threshold: least probability of one that stands by itself.
        joined: those of two words with *and* between them: they need as much as one that stands by itself, since a term
            ends before an *and* more often than it goes on after it.

    Returns:
        The original of each content word that was swapped, by its place; the probability of each collocation taken.
    """
    meant: dict[int, int] = {}
    sure: dict[int, float] = {}
    for (place, pair), own in sorted(
        zip(pairs.items(), probability, strict=True), key=lambda item: (-item[1], item[0])
    ):
        beside = place in meant or place + 1 in meant
        agrees = meant.get(place, pair[0]) == pair[0] and meant.get(place + 1, pair[1]) == pair[1]
        if agrees and own >= (threshold * _SHARED if beside and place not in joined else threshold):
            meant[place], meant[place + 1] = pair
            sure[place] = own
    return meant, sure


def _finding(words: Words, run: list[_Collocation]) -> Finding:
    """The finding of collocations that follow one another."""
    content = [(run[0].first, run[0].left), *((collocation.second, collocation.right) for collocation in run)]
    begin, end = content[0][0][0], content[-1][0][1]
    at = int(words.start[begin])
    original = ""
    for (first, last), meant in content:
        original += words.text[at : words.start[first]].lower() + meant
        at = int(words.end[last - 1])
    surface = words.text[words.start[begin] : at]
    probability = max(collocation.probability for collocation in run)
    firm = any(
        collocation.shown >= _LEAST_SHOWN[collocation.swapped - 1] or probability >= _SURE[collocation.swapped - 1]
        for collocation in run
    )
    return Finding(begin, end, surface, original, probability, False, firm)


def load(path: Path | None = None) -> Terms:
    """Load terms and swaps: the shipped ones, or the file at ``path``."""
    return _load(path)


@lru_cache(maxsize=2)
def _load(path: Path | None) -> Terms:
    source = path if path is not None else resources.files("unspin.data") / "terms.npz"
    with source.open("rb") as file, np.load(file) as data:
        trees = Trees(
            data["tree_feature"],
            data["tree_cut"],
            data["tree_left"],
            data["tree_right"],
            data["tree_value"],
            float(data["bias"]),
        )
        words = tuple(bytes(data["words"]).decode().split("\n"))
        frequent, step = data["vector_of"], data["vector_step"]
        return Terms(
            words,
            data["usage"].astype(np.float32),
            LevelFilter(Shape(*data["shape_honest"].tolist()), data["honest"]),
            LevelFilter(Shape(*data["shape_triples"].tolist()), data["triples"]),
            np.cumsum(data["term_step"], dtype=np.uint64),
            data["term_count"].astype(np.float32),
            data["term_pmi"].astype(np.float32),
            ragged.offsets(data["swap_count"]),
            data["swap_original"],
            data["swap_score"],
            data["swap_seen"],
            data["habit"],
            Vectors.of(len(words), frequent, data["before"] * step),
            Vectors.of(len(words), frequent, data["after"] * step),
            data["rank"],
            trees,
            float(data["prior"]),
        )
