"""The encoder at run time: what it says of a document as it stands, and of the words behind masks.

Its odds that a visible word was swapped are what the verdict rests on. A window holds whole sentences, at most 126 wordpieces,
and is run alone: activations are quantised on the fly, their scale is taken over everything that is run together, and the same
text must give the same figures in any batch.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from unspin.model.network import Network
from unspin.model.wordpiece import WordPieces
from unspin.text import Kind, Shape, Words, sentence_starts

_LONGEST: Final = 126
REMEMBERED = 256
"""Windows whose figures a reader keeps; some 100 kB each."""
_TEXTS: Final = 4
"""Texts whose windows a reader keeps."""
_CLS, _SEP, _MASK = 101, 102, 103
_MOST_PIECES: Final = 8
_ORIGINALS: Final = 2_048
"""Originals whose logits are summed at a time: those of 64 vectors then stay in the cache."""
_SHOWN, _MASKED, _GONE = 0, 1, 2
"""A token is in sight, behind a mask, or behind the mask of the span that it belongs to."""
_SENTENCE_END: Final = frozenset(".!?")


NEVER: Final = np.float32(-20)
"""Log-odds of a token that no spinner touches."""
NAME: Final = np.float32(4)
"""What a capital inside a sentence takes off the log-odds: spinners leave names alone, but for a few terms that their
dictionaries capitalise ("Oregon" for "or"). The encoder itself sees no capitals."""
_REMEMBERED_FROM: Final = -6.0
"""Log-odds from which on belief vectors are remembered with their window, whatever is suspicious: a text is looked at with one
suspicion and another, and its windows are run once for all that are no lower."""


@dataclass(frozen=True)
class Visible:
    """What the encoder says of a document as it stands.

    Attributes:
        swap: log-odds that each token was swapped, ``float32[n]``; :data:`NEVER` for marks and for ``camelCase``.
        places: the suspicious tokens, in order, ``int64[m]``.
        belief: the belief vector of each of them, ``float32[m, 384]``.
    """

    swap: NDArray[np.float32]
    places: NDArray[np.int64]
    belief: NDArray[np.float32]


@dataclass(frozen=True)
class Window:
    """Tokens ``begin`` to ``end`` of a document as one input of the encoder."""

    begin: int
    end: int


class OutputLayer:
    """What the encoder's vectors are held against: a row and a bias for each original; loaded when it is first asked for.

    File: a numpy archive with ``codes``, the rows in whole numbers, ``int8[words, width]``, ``scale``, one for each row,
    ``float32[words]``, and ``bias``, ``float32[words]``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _unpacked(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        with np.load(self._path) as archive:
            codes, scale, bias = archive["codes"], archive["scale"], archive["bias"]
        table = codes.astype(np.float32)
        table *= scale[:, None]
        return table, bias

    @property
    def table(self) -> NDArray[np.float32]:
        """``float32[words, width]``."""
        return self._unpacked[0]

    @property
    def bias(self) -> NDArray[np.float32]:
        """``float32[words]``."""
        return self._unpacked[1]


class Encoder:
    """The encoder's weights. Made by :func:`load`.

    Attributes:
        table: the output layer, one row an original of the lexicon and a last one for "nothing", ``float32[words, width]``.
        bias: its biases, ``float32[words]``.
        width: numbers in a vector.
        tick: called before each window; see :meth:`watched`.
    """

    def __init__(self, folder: Path) -> None:
        self._network = Network(folder / "encoder.onnx")
        self._wordpieces = WordPieces.read(folder / "vocab.txt")
        self._known: dict[str, tuple[int, ...]] = {}
        # Most windows of a text stay as they are from one round of restoring to the next, and are asked about again.
        self._see_visible = lru_cache(maxsize=REMEMBERED)(self._see)
        self._see_hidden = lru_cache(maxsize=REMEMBERED)(self._look_behind)
        self._windows = lru_cache(maxsize=_TEXTS)(self._cut)
        self.tick: Callable[[], None] = lambda: None
        self._layer = OutputLayer(folder / "words.npz")

    @property
    def table(self) -> NDArray[np.float32]:
        """The rows of the output layer."""
        return self._layer.table

    @property
    def bias(self) -> NDArray[np.float32]:
        """The biases of the output layer."""
        return self._layer.bias

    @cached_property
    def width(self) -> int:
        """Numbers in a context vector, as the graph says: the output layer is large, and most honest texts need none of it."""
        shapes = {output.name: output.shape for output in self._network.session.get_outputs()}
        return int(shapes["context"][-1])

    def watched(self, tick: Callable[[], None]) -> Self:
        """The same encoder; ``tick`` is called before each window is run, and may raise to end the reading."""
        watched = copy.copy(self)
        watched.tick = tick
        return watched

    def pieces(self, word: str) -> tuple[int, ...]:
        """The wordpieces of one word (at most 8)."""
        known = self._known.get(word)
        if known is None:
            known = self._wordpieces(word)[:_MOST_PIECES]
            if len(self._known) < 200_000:  # bounded, whatever the crawl
                self._known[word] = known
        return known

    def logits(
        self, original: NDArray[np.int64], vectors: NDArray[np.float32], ptr: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """The output layer's logit of each of some options for the vector of its word.

        Args:
            original: the options of ``m`` words, flat; those of word ``i`` are ``ptr[i]:ptr[i + 1]``, ``int64[k]``.
            vectors: the vector of each word, ``float32[m, width]``.
            ptr: where the options of each word begin, ``int64[m + 1]``.

        Returns:
            ``float32[k]``.
        """
        # Word by word: the rows of one stay in the cache, those of many do not.
        scores = np.empty(len(original), np.float32)
        for begin, end, vector in zip(ptr[:-1].tolist(), ptr[1:].tolist(), vectors, strict=True):
            np.matmul(self.table[original[begin:end]], vector, out=scores[begin:end])
        return scores + self.bias[original]

    def log_totals(self, vectors: NDArray[np.float32], size: int) -> NDArray[np.float32]:
        """What the logit of an original is held against for its log share: log of the sum of ``exp(logit)`` over originals.

        Args:
            vectors: context vectors, ``float32[m, width]``.
            size: the first so many originals are summed over.

        Returns:
            ``float32[m]``.
        """
        total = np.full(len(vectors), -np.inf, np.float32)
        for at in range(0, size, _ORIGINALS):
            rows = slice(at, min(at + _ORIGINALS, size))
            logits = vectors @ self.table[rows].T
            logits += self.bias[rows]
            top = logits.max(axis=1)
            logits -= top[:, None]
            total = np.logaddexp(total, top + np.log(np.exp(logits, out=logits).sum(axis=1)))
        return total

    def windows(self, words: Words) -> tuple[Window, ...]:
        """Cut a document into windows of whole sentences."""
        return self._windows(words.lower)

    def _cut(self, tokens: tuple[str, ...]) -> tuple[Window, ...]:
        windows = []
        begin, size, sentence = 0, 0, 0
        lengths = [len(self.pieces(token)) for token in tokens]
        for i, (token, length) in enumerate(zip(tokens, lengths, strict=True)):
            if size + length > _LONGEST:
                cut = sentence if sentence > begin else i
                windows.append(Window(begin, cut))
                size = sum(lengths[cut:i])
                begin = cut
            size += length
            if token in _SENTENCE_END:
                sentence = i + 1
        if begin < len(tokens):
            windows.append(Window(begin, len(tokens)))
        return tuple(windows)

    def visible(self, words: Words, suspicion: float | NDArray[np.float32]) -> Visible:
        """Read a document as it stands.

        Args:
            words: the document.
            suspicion: log-odds of a swap above which a word is suspicious, for all words or for each, ``float32[n]``. Belief
                vectors are kept for these words only.
        """
        swap = np.full(len(words), NEVER, np.float32)
        least = np.broadcast_to(np.asarray(suspicion, np.float32), len(words))
        lowest = float(least.min(initial=_REMEMBERED_FROM))
        places: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        beliefs: list[NDArray[np.float32]] = [np.empty((0, self.width), np.float32)]
        shown = np.full(len(words), _SHOWN, np.uint8)
        names = (words.shape != Shape.LOWER) & ~sentence_starts(words)
        camel = words.shape == Shape.MIXED
        for window in self.windows(words):
            self.tick()
            ids, first = self._pieces(words.lower, window, shown)
            judged = np.flatnonzero(words.kind[window.begin : window.end] != Kind.MARK)
            if not len(judged):
                continue
            token = window.begin + judged
            odds, belief = self._see_visible(ids.tobytes(), first[judged].tobytes(), lowest)
            swap[token] = np.where(camel[token], NEVER, odds - NAME * names[token])
            suspicious = swap[token] > least[token]
            places.append(token[suspicious])
            beliefs.append(belief[suspicious[odds > lowest]])
        return Visible(swap, np.concatenate(places), np.concatenate(beliefs))

    def _see(self, ids: bytes, first: bytes, lowest: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Swap odds of the words that begin at the pieces ``first``; belief vectors of those above ``lowest``."""
        swap, belief = self._run(("swap", "belief"), ids, seen=first, behind=b"")
        odds = swap[0]
        return odds, belief[0, odds > lowest]

    def hidden(
        self,
        words: Words,
        tokens: Sequence[str],
        begins: NDArray[np.int64],
        ends: NDArray[np.int64] | None = None,
    ) -> NDArray[np.float32]:
        """What the context says of some words or spans, all hidden at once, each behind one mask.

        Args:
            words: the document.
            tokens: what stands at each token now (restorations may have been filled in).
            begins: the first token of each span to hide, in order; spans do not overlap.
            ends: the token after the last of each, ``int64[m]``; single words if not given.

        Returns:
            A context vector for each span, ``float32[m, width]``.
        """
        context = np.zeros((len(begins), self.width), np.float32)
        hide = np.full(len(words), _SHOWN, np.uint8)
        for begin, end in zip(begins.tolist(), [] if ends is None else ends.tolist(), strict=False):
            hide[begin:end] = _GONE
        hide[begins] = _MASKED
        for window in self.windows(words):
            begin, end = np.searchsorted(begins, (window.begin, window.end))
            self.tick()
            if end > begin:
                ids, first = self._pieces(tokens, window, hide)
                here = first[begins[begin:end] - window.begin]
                context[begin:end] = self._see_hidden(ids.tobytes(), here.tobytes())
        return context

    def _pieces(
        self, tokens: Sequence[str], window: Window, hide: NDArray[np.uint8]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The wordpieces of a window, and where each of its tokens begins among them."""
        ids, first = [_CLS], []
        here = slice(window.begin, window.end)
        for token, how in zip(tokens[here], hide[here].tolist(), strict=True):
            first.append(len(ids))
            if how == _SHOWN:
                ids.extend(self.pieces(token))
            elif how == _MASKED:
                ids.append(_MASK)
        # Restorations may be longer than what stood there; positions end at 512, far off.
        ids.append(_SEP)
        return np.array(ids, np.int64), np.array(first, np.int64)

    def _look_behind(self, ids: bytes, places: bytes) -> NDArray[np.float32]:
        """The context vectors at the pieces ``places`` of a window."""
        (behind,) = self._run(("context",), ids, seen=b"", behind=places)
        vectors: NDArray[np.float32] = behind[0]
        return vectors

    def _run(self, outputs: tuple[str, ...], ids: bytes, **places: bytes) -> list[NDArray[np.float32]]:
        given: dict[str, Any] = {name: np.frombuffer(here, np.int64) for name, here in places.items()}
        results: list[NDArray[np.float32]] = self._network.session.run(
            outputs, {"pieces": np.frombuffer(ids, np.int64)[None], **given}
        )
        return results


def load(folder: Path | None = None) -> Encoder:
    """Load an encoder: the shipped one, or that in ``folder``."""
    return _load(folder)


@lru_cache(maxsize=2)
def _load(folder: Path | None) -> Encoder:
    return Encoder(folder if folder is not None else Path(str(resources.files("unspin.data"))))
