"""What stands behind a mask: windows of a document, some words of it hidden, through a network of onnxruntime.

A window holds whole sentences, at most 126 wordpieces, and is run alone: with activations quantised on the fly their scale
is taken over everything that is run together, and the same text must give the same figures in any batch.

There are two readers of context. The encoder (:mod:`unspin.model.encoder`) is small and reads every page. The second one
(:func:`load`) is five times as slow and guesses better: it reads what is still open on a page that has been found to be
spun. Both know the same wordpieces and the same originals.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from unspin.model.wordpiece import WordPieces
from unspin.text import Words

_LONGEST: Final = 126
REMEMBERED = 256
"""Windows whose figures a reader keeps; some 100 kB each."""
_TEXTS: Final = 4
"""Texts whose windows a reader keeps."""
_CLS, _SEP, _MASK = 101, 102, 103
_MOST_PIECES: Final = 8
_ORIGINALS: Final = 2_048
"""Originals whose logits are summed at a time: those of 64 vectors then stay in the cache."""
SHOWN, MASKED, GONE = 0, 1, 2
"""A token is in sight, behind a mask, or behind the mask of the span that it belongs to."""
_SENTENCE_END: Final = frozenset(".!?")


@dataclass(frozen=True)
class Window:
    """Tokens ``begin`` to ``end`` of a document as one input of a reader."""

    begin: int
    end: int


class OutputLayer:
    """What a reader's vectors are held against: a row and a bias for each original; loaded when it is first asked for.

    File: a numpy archive with ``codes``, the rows in whole numbers, ``int8[words, width]``, or two to a byte, the first of
    them low and both with 8 added, ``uint8[words, width / 2]``; ``scale``, for each of the blocks that a row is divided into,
    ``float[words, blocks]``, or one for the row, ``float32[words]``; ``bias``, ``float32[words]``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _unpacked(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        with np.load(self._path) as archive:
            codes, scale, bias = archive["codes"], archive["scale"], archive["bias"]
        if codes.dtype == np.uint8:
            codes = np.stack([codes & 15, codes >> 4], axis=-1).reshape(len(codes), -1).astype(np.int8) - np.int8(8)
        scale = scale.reshape(len(codes), -1, 1).astype(np.float32)
        table = codes.reshape(len(codes), scale.shape[1], -1).astype(np.float32)
        table *= scale
        return table.reshape(len(codes), -1), bias.astype(np.float32)

    @property
    def table(self) -> NDArray[np.float32]:
        """``float32[words, width]``."""
        return self._unpacked[0]

    @property
    def bias(self) -> NDArray[np.float32]:
        """``float32[words]``."""
        return self._unpacked[1]


class _Network:
    """A graph, loaded when it is first run: most texts are never read by the second reader."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ.get("UNSPIN_THREADS", "1"))
        options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(str(self._path), options, providers=["CPUExecutionProvider"])

    @cached_property
    def width(self) -> int:
        """Numbers in a context vector, as the graph says: the output layer is large, and most honest texts need none of it."""
        shapes = {output.name: output.shape for output in self.session.get_outputs()}
        return int(shapes["context"][-1])


class ContextReader:
    """A network that says which word stands behind a mask.

    Attributes:
        table: the output layer, one row an original of the lexicon and a last one for "nothing", ``float32[words, width]``.
        bias: its biases, ``float32[words]``.
        width: numbers in a vector.
        tick: called before each window; see :meth:`watched`.
    """

    def __init__(self, network: Path, words: Path, vocabulary: Path) -> None:
        """Load a reader: the graph, its output layer, and the wordpieces."""
        self._network = _Network(network)
        self._wordpieces = WordPieces.read(vocabulary)
        self._known: dict[str, tuple[int, ...]] = {}
        self._see_hidden = lru_cache(maxsize=REMEMBERED)(self._look_behind)
        # The same text is asked about again and again.
        self._windows = lru_cache(maxsize=_TEXTS)(self._cut)
        self.tick: Callable[[], None] = lambda: None
        self._layer = OutputLayer(words)

    @property
    def table(self) -> NDArray[np.float32]:
        """The rows of the output layer."""
        return self._layer.table

    @property
    def bias(self) -> NDArray[np.float32]:
        """The biases of the output layer."""
        return self._layer.bias

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        return self._network.width

    def watched(self, tick: Callable[[], None]) -> Self:
        """The same reader; ``tick`` is called before each window is run, and may raise to end the reading."""
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
        hide = np.full(len(words), SHOWN, np.uint8)
        for begin, end in zip(begins.tolist(), [] if ends is None else ends.tolist(), strict=False):
            hide[begin:end] = GONE
        hide[begins] = MASKED
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
            if how == SHOWN:
                ids.extend(self.pieces(token))
            elif how == MASKED:
                ids.append(_MASK)
        # Restorations may be longer than what stood there; positions end at 512, far off.
        ids.append(_SEP)
        return np.array(ids, np.int64), np.array(first, np.int64)

    def _look_behind(self, ids: bytes, places: bytes) -> NDArray[np.float32]:
        """The context vectors at the pieces ``places`` of a window."""
        (context,) = self._run(("context",), ids, behind=places)
        vectors: NDArray[np.float32] = context[0]
        return vectors

    def _run(self, outputs: tuple[str, ...], ids: bytes, **places: bytes) -> list[NDArray[np.float32]]:
        given: dict[str, Any] = {name: np.frombuffer(here, np.int64) for name, here in places.items()}
        results: list[NDArray[np.float32]] = self._network.session.run(
            outputs, {"pieces": np.frombuffer(ids, np.int64)[None], **given}
        )
        return results


def load(folder: Path | None = None) -> ContextReader:
    """Load the second reader of context: the shipped one, or that in ``folder``."""
    return _load(folder)


@lru_cache(maxsize=2)
def _load(folder: Path | None) -> ContextReader:
    data = Path(str(resources.files("unspin.data")))
    own = folder or data
    return ContextReader(own / "context.onnx", own / "context_words.npz", data / "vocab.txt")
