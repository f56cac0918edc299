"""What a causal language model says of each option, in its place: a sentence is read as a tree of what may stand there.

The reader proposes a few originals for every suspicious word; a causal model reads the text with each of them put in. What
counts is the log-likelihood of the option *and of the words that follow*: a causal model sees only what is to the left, so
the words to the right must be made to testify. Summed over the same text to the right, it is a likelihood of one and the
same sentence and needs no correction for length.

The sentence is read from left to right, and what has been decided is what the next word is read after. All options of a
place share what stands before them, so that is computed once: the text so far is a *trunk* whose keys and values are
kept, the options are *branches* on it that are read in one call and then cut off. An attention mask keeps branches (and
sentences, several of which grow side by side) from seeing one another. The same idea is known as tree attention (Miao
et al. 2024, "SpecInfer", https://arxiv.org/abs/2305.09781), there for guessing ahead.

The model that is shipped is :mod:`unspin.model.causal`, one of the user's own :mod:`unspin.model.deep`.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from unspin.errors import OptionError
from unspin.text import Words, match_case, sentence_spans, sentence_starts

__all__ = ["LAMBDA", "Batch", "CausalModel", "Forest", "Growth", "below_best"]

LAMBDA: Final = 0.5
"""Weight of the model's log-likelihood against the reader's log posterior, where one of the options has to stand for the
place while what follows is read; ``docs/deep.md`` says how it was found."""

_LEFT: Final = 64
"""Words and marks before a sentence that the model has read when it comes to it."""
_RIGHT: Final = 8
"""Words and marks after an option that testify for it; never beyond the end of the sentence."""
_STRETCH: Final = 128
"""A sentence is taken in stretches of at most this many words and marks, whatever the text."""
_LONGEST: Final = 64
"""Code points of a word that are read; more are no word."""
_TRUNK: Final = 256
_BRANCH: Final = 32
"""Tokens of a trunk up to a place, and of a branch, that are read at most, whatever the text."""
_DEEPEST: Final = 512
"""Tokens of a sentence and what is before it from which on no place of it is asked about any more. Together these stay below
the 2,048 positions that the shipped graph knows."""
_SIDE_BY_SIDE: Final = 2
"""Sentences in one call. More are no faster: a token pays for masked attention to the other sentences too."""


class CausalModel(ABC):
    """A causal language model that reads text as trees."""

    _begin: int
    """The token that a text begins with."""

    def __init__(self) -> None:
        self._tick: Callable[[], None] = lambda: None

    def watched(self, tick: Callable[[], None]) -> Self:
        """The same model; ``tick`` is called before each of its calls, and may raise to end the reading."""
        watched = copy.copy(self)
        watched._tick = tick
        return watched

    @abstractmethod
    def _tokens(self, text: str) -> tuple[Sequence[int], Sequence[int]]:
        """The tokens of a text, and where each of them ends in it, in code points."""

    @abstractmethod
    def _nothing(self) -> Any:
        """Keys and values of a forest without trees."""

    @abstractmethod
    def _said(self, cache: Any, batch: Batch) -> tuple[NDArray[np.float64], Any]:
        """The log probability of each branch token of a call, ``float64[b]``; keys and values with those of the new trunks."""

    def likelihood(
        self,
        words: Words,
        tokens: Sequence[str],
        place: NDArray[np.int64],
        ptr: NDArray[np.int64],
        options: Sequence[str],
        prior: NDArray[np.float64],
        *,
        margin: float,
        most: int,
        end: NDArray[np.int64] | None = None,
    ) -> NDArray[np.float32]:
        """The log-likelihood of the text around each place with each of its options in it.

        Sentences are read from left to right. What reader and model together find best at a place is what the next place
        is read after; to the right of a place stands what ``tokens`` says.

        Args:
            words: the document.
            tokens: what stands at each token as decided so far, in lower case; ``words.lower`` where it is unchanged.
            place: the suspicious tokens, or the first of each suspicious span, ascending, ``int64[m]``.
            ptr: options ``ptr[i]:ptr[i + 1]`` belong to place ``i``, ``int64[m + 1]``.
            options: what may stand there, as found among them: words or phrases in lower case or as they are to be written,
                for a span of several tokens the latter.
            prior: log posterior of each option by the reader, ``float64[k]``; ``-inf`` is allowed.
            margin: options whose prior is further than this below the best of their place are not put to the model.
            most: options of a place that are put to the model, at most. A place with a single one is not put to it.
            end: the token after the last of each place, ``int64[m]``; each is one token if it is not given.

        Returns:
            Nats, ``float32[k]``, comparable among the options of one place only; NaN where the model was not asked.

        Raises:
            OptionError: the arguments do not fit together.
        """
        if len(prior) != len(options):
            raise OptionError(f"{len(prior)} priors for {len(options)} options; give one for each")
        scores = np.maximum(np.asarray(prior, np.float64), np.finfo(np.float64).min / 4)
        end = place + 1 if end is None else end
        task = _Task(words, tokens, place, end, ptr, options, _worth_asking(scores, ptr, margin, most))

        def choose(i: int, likelihood: NDArray[np.float32]) -> int:
            return int(np.argmax(_combine(scores[ptr[i] : ptr[i + 1]], likelihood)))

        return self._read(task, choose)

    def _read(self, task: _Task, choose: _Choose) -> NDArray[np.float32]:
        """Read the stretches of a document, a few side by side; NaN for the options not asked."""
        likelihood = np.full(len(task.options), np.nan, np.float32)
        stretches = _stretches(task)
        for at in range(0, len(stretches), _SIDE_BY_SIDE):
            trees = [_Tree(n, stretch) for n, stretch in enumerate(stretches[at : at + _SIDE_BY_SIDE])]
            forest = Forest(self._nothing())
            while live := [tree for tree in trees if tree.is_growing]:
                self._tick()
                self._step(task, forest, live, choose, likelihood)
        return likelihood

    def _step(
        self,
        task: _Task,
        forest: Forest,
        live: list[_Tree],
        choose: _Choose,
        likelihood: NDArray[np.float32],
    ) -> None:
        """Let every live tree grow to its next place and score the options there."""
        growths = []
        for tree in live:
            i = tree.stretch.places[tree.next]
            trunk = tree.written + task.page.text(tree.at, task.place[i])
            new = self._encode(tree.tail, trunk)[-_TRUNK:] or [self._begin]  # a trunk of signs that have no token
            if not tree.depth:
                new = [self._begin, *new]
            tree.tail = _last_word(tree.tail + trunk)
            right = task.page.text(task.end[i], min(task.end[i] + _RIGHT, tree.stretch.end))
            asked = task.asked_at(i)
            texts = [task.page.write(i, task.options[k]) + right for k in asked]
            branches = [self._encode(tree.tail, text)[:_BRANCH] for text in texts]
            growths.append(Growth(tree.number, tree.depth, new, branches))
            tree.depth += len(new)
        for tree, scores in zip(live, self._grow(forest, growths), strict=True):
            i = tree.stretch.places[tree.next]
            likelihood[task.asked_at(i)] = scores
            chosen = choose(i, likelihood[task.ptr[i] : task.ptr[i + 1]])
            tree.written = task.page.write(i, task.options[task.ptr[i] + chosen])
            tree.at = int(task.end[i])
            tree.next += 1

    def _encode(self, tail: str, text: str) -> list[int]:
        """The tokens of ``text`` as it follows on ``tail``, which is encoded with it so that the cut leaves no mark."""
        return [token for token, end in zip(*self._tokens(tail + text), strict=True) if end > len(tail)]

    def _grow(self, forest: Forest, growths: list[Growth]) -> list[list[float]]:
        """Add trunks and branches to the forest, take the branches off again, and return the log-likelihood of each."""
        batch = forest.plant(growths)
        said, forest.cache = self._said(forest.cache, batch)
        total = np.zeros(batch.branches, np.float64)
        np.add.at(total, batch.owner, said)
        numbers = iter(total.tolist())
        return [[next(numbers) for _ in growth.branches] for growth in growths]


_Choose = Callable[[int, NDArray[np.float32]], int]
"""From a place and the likelihoods of its options to the option chosen."""


def _worth_asking(prior: NDArray[np.float64], ptr: NDArray[np.int64], margin: float, most: int) -> NDArray[np.bool_]:
    """The options near enough to the best of their place, if there are two or more, ``bool[k]``."""
    asked = np.zeros(len(prior), np.bool_)
    for begin, end in zip(ptr[:-1].tolist(), ptr[1:].tolist(), strict=True):
        order = begin + np.argsort(-prior[begin:end], kind="stable")[: max(most, 0)]
        near = order[prior[order] >= prior[order[:1]] - margin] if len(order) else order
        asked[near] = len(near) > 1
    return asked


def _combine(prior: NDArray[np.float64], likelihood: NDArray[np.float32]) -> NDArray[np.float64]:
    """Prior and likelihood of the options of one place; the reader alone decides where the model was not asked."""
    return np.asarray(prior + LAMBDA * below_best(likelihood), np.float64)


def below_best(likelihood: NDArray[np.float32]) -> NDArray[np.float64]:
    """How far each option of one place lies below the best of them, in nats, ``float64[k]``.

    An option that the model was not asked about (NaN) lies as far as the worst asked; all lie at 0 where none was asked.
    """
    known = ~np.isnan(likelihood)
    if not known.any():
        return np.zeros(len(likelihood))
    filled = np.where(known, likelihood, likelihood[known].min()).astype(np.float64)
    return np.asarray(filled - filled.max(), np.float64)


# --- the text ---------------------------------------------------------------------------------------------------------


class _Page:
    """A document as decided so far, written out in normal case; white space is evened out."""

    def __init__(self, words: Words, tokens: Sequence[str], place: NDArray[np.int64], end: NDArray[np.int64]) -> None:
        self._words = words
        self._place = place
        self._end = end
        self._starts = sentence_starts(words)
        self._firsts = frozenset(sentence_spans(words)[:, 0].tolist())
        self._pieces = [self._piece(i, form) for i, form in enumerate(tokens)]

    def text(self, begin: int | np.integer[Any], end: int | np.integer[Any]) -> str:
        """Tokens ``[begin, end)`` with the white space before each."""
        return "".join(self._pieces[int(begin) : int(end)])

    def write(self, i: int, form: str) -> str:
        """Place ``i`` if ``form`` stood there, with the white space before it."""
        token, width = int(self._place[i]), int(self._end[i] - self._place[i])
        return self._piece(token, form) if width == 1 else self._placed(token, form[: _LONGEST * width])

    def _piece(self, token: int, form: str) -> str:
        words = self._words
        if form == words.lower[token]:
            surface = words.surface(token)
        else:
            surface = match_case(words.surface(token), form, bool(self._starts[token]))
        return self._placed(token, surface[:_LONGEST])

    def _placed(self, token: int, surface: str) -> str:
        """What is written at a token, with the white space before it."""
        words = self._words
        gap = words.text[words.end[token - 1] : words.start[token]] if token else ""
        if not gap or not surface:
            return surface
        # A line break inside a sentence is a margin; a model takes it for the end of one.
        return ("\n" if "\n" in gap and token in self._firsts else " ") + surface


class _Task:
    """The question put to the model, checked, and the document written out."""

    def __init__(
        self,
        words: Words,
        tokens: Sequence[str],
        place: NDArray[np.int64],
        end: NDArray[np.int64],
        ptr: NDArray[np.int64],
        options: Sequence[str],
        asked: NDArray[np.bool_],
    ) -> None:
        if len(tokens) != len(words):
            raise OptionError(f"{len(tokens)} tokens for a document of {len(words)}")
        if len(ptr) != len(place) + 1 or ptr[0] != 0 or ptr[-1] != len(options) or (np.diff(ptr) < 0).any():
            raise OptionError("ptr does not divide the options among the places")
        apart = len(end) == len(place) and (place < end).all() and (end[:-1] <= place[1:]).all()
        if not apart or (len(place) and not (place[0] >= 0 and end[-1] <= len(words))):
            raise OptionError("places are not ascending tokens of the document")
        self.words = words
        self.place = place
        self.end = end
        self.ptr = ptr
        self.options = options
        self.page = _Page(words, tokens, place, end)
        self._asked = asked

    def asked_at(self, i: int) -> NDArray[np.int64]:
        """The options of a place that are put to the model."""
        here = np.arange(self.ptr[i], self.ptr[i + 1])
        return here[self._asked[here]]


class _Stretch(NamedTuple):
    """Tokens ``[first, end)``, a sentence or part of a long one, and its suspicious words with something to ask."""

    first: int
    end: int
    places: tuple[int, ...]


def _stretches(task: _Task) -> list[_Stretch]:
    """What has to be read, those with the most places first, so that stretches side by side end together."""
    open_places = [i for i in range(len(task.place)) if len(task.asked_at(i))]
    at = task.place[open_places]
    found = []
    for first, end in _cut(sentence_spans(task.words)):
        low, high = np.searchsorted(at, (first, end)).tolist()
        if high > low:
            found.append(_Stretch(first, end, tuple(open_places[low:high])))
    return sorted(found, key=lambda stretch: (-len(stretch.places), stretch.first))


def _cut(spans: NDArray[np.int32]) -> Iterator[tuple[int, int]]:
    for first, end in spans.tolist():
        for begin in range(first, end, _STRETCH):
            yield begin, min(begin + _STRETCH, end)


def _last_word(text: str) -> str:
    """The end of a text from its last white space on: enough for a tokenizer to cut what follows as in running text."""
    cut = max(text.rfind(" "), text.rfind("\n"))
    return text[max(cut, len(text) - _LONGEST, 0) :]


# --- trunks and branches ----------------------------------------------------------------------------------------------


@dataclass
class _Tree:
    """How far the reading of a stretch has come."""

    number: int
    stretch: _Stretch
    next: int = 0
    depth: int = 0
    written: str = ""
    tail: str = ""
    at: int = field(init=False)

    def __post_init__(self) -> None:
        self.at = max(self.stretch.first - _LEFT, 0)

    @property
    def is_growing(self) -> bool:
        """Whether there are places left to ask about."""
        return self.next < len(self.stretch.places) and self.depth < _DEEPEST


class Growth(NamedTuple):
    """What one tree gets in one call: trunk tokens from ``depth`` on, and branches at their end."""

    tree: int
    depth: int
    trunk: list[int]
    branches: list[list[int]]


class Batch(NamedTuple):
    """New tokens of a call, all trunks before all branches.

    Attributes:
        token: the tokens, ``int64[n]``.
        depth: position of each in its line of text, ``int64[n]``.
        visible: which of the cached and new tokens each may attend to, ``bool[n, cached + n]``.
        parent: the row that foretells each branch token, ``int64[b]``.
        child: the branch tokens, ``int64[b]``.
        owner: the branch of each, ``int64[b]``.
        branches: number of branches.
        kept: number of trunk tokens.
    """

    token: NDArray[np.int64]
    depth: NDArray[np.int64]
    visible: NDArray[np.bool_]
    parent: NDArray[np.int64]
    child: NDArray[np.int64]
    owner: NDArray[np.int64]
    branches: int
    kept: int


class Forest:
    """The trunks that the model has read so far: its keys and values, and to which tree and depth each belongs."""

    def __init__(self, cache: Any) -> None:
        self.cache = cache
        self._tree: NDArray[np.int64] = np.empty(0, np.int64)
        self._depth: NDArray[np.int64] = np.empty(0, np.int64)

    def plant(self, growths: list[Growth]) -> Batch:
        """Lay the new tokens of all trees in one row."""
        token: list[int] = []
        tree: list[int] = []
        depth: list[int] = []
        branch: list[int] = []  # 0: trunk
        tip = []
        for growth in growths:
            token += growth.trunk
            tree += [growth.tree] * len(growth.trunk)
            depth += range(growth.depth, growth.depth + len(growth.trunk))
            tip.append(len(token) - 1)
        kept = len(token)
        branch += [0] * kept
        parent: list[int] = []
        count = 0
        for growth, last in zip(growths, tip, strict=True):
            for tokens in growth.branches:
                count += 1
                parent += [last, *range(len(token), len(token) + len(tokens) - 1)][: len(tokens)]
                tree += [growth.tree] * len(tokens)
                above = growth.depth + len(growth.trunk)
                depth += range(above, above + len(tokens))
                branch += [count] * len(tokens)
                token += tokens
        trees, depths, branches = (np.array(values, np.int64) for values in (tree, depth, branch))
        all_trees = np.concatenate([self._tree, trees])
        all_depths = np.concatenate([self._depth, depths])
        all_branches = np.concatenate([np.zeros(len(self._tree), np.int64), branches])
        visible = (trees[:, None] == all_trees) & (depths[:, None] >= all_depths)
        visible &= (all_branches == 0) | (branches[:, None] == all_branches)
        self._tree = np.concatenate([self._tree, trees[:kept]])
        self._depth = np.concatenate([self._depth, depths[:kept]])
        return Batch(
            token=np.array(token, np.int64),
            depth=depths,
            visible=visible,
            parent=np.array(parent, np.int64),
            child=np.arange(kept, len(token)),
            owner=branches[kept:] - 1,
            branches=count,
            kept=kept,
        )
