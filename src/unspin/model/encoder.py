"""The encoder at run time: windows of a document through onnxruntime.

A window holds whole sentences, at most 126 wordpieces, and is run alone: with dynamically quantised weights the scale of
the activations is taken over everything that is run together, and the same text must give the same figures in any batch.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from unspin.model.wordpiece import WordPieces
from unspin.text import Kind, Shape, Words, sentence_starts

HIDDEN: Final = 384
NEVER: Final = np.float32(-20)
"""Log-odds of a token that no spinner touches."""
NAME: Final = np.float32(4)
"""What a capital inside a sentence takes off the log-odds: spinners leave names alone, but for a few terms that their
dictionaries capitalise ("Oregon" for "or"). The encoder itself sees no capitals."""
_LONGEST: Final = 126
_REMEMBERED = 256  # windows; some 100 kB each
_CLS, _SEP, _MASK = 101, 102, 103
_MOST_PIECES: Final = 8
_SHOWN, _MASKED, _GONE = 0, 1, 2
"""A token is in sight, behind a mask, or behind the mask of the span that it belongs to."""
_SENTENCE_END: Final = frozenset(".!?")


@dataclass(frozen=True)
class Window:
    """Tokens ``begin`` to ``end`` of a document as one input of the encoder."""

    begin: int
    end: int


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


class _Packed:
    """The output layer in whole numbers, and a scale for each row; unpacked when it is first asked for."""

    def __init__(self, codes: NDArray[np.int8], scale: NDArray[np.float32]) -> None:
        self._codes = codes
        self._scale = scale

    @cached_property
    def table(self) -> NDArray[np.float32]:
        """``float32[words, 384]``."""
        return self._codes.astype(np.float32) * self._scale[:, None]


class Encoder:
    """The encoder's weights. Made by :func:`load`.

    Attributes:
        table: the output layer, one row an original of the lexicon and a last one for "nothing", ``float32[words, 384]``.
        bias: its bias, ``float32[words]``.
        tick: called before each window; see :meth:`watched`.
    """

    def __init__(self, folder: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ.get("UNSPIN_THREADS", "1"))
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._wordpieces = WordPieces.read(folder / "vocab.txt")
        self._known: dict[str, tuple[int, ...]] = {}
        # Most windows of a text stay as they are from one round of restoring to the next.
        self._see_visible = lru_cache(maxsize=_REMEMBERED)(self._see)
        self._see_hidden = lru_cache(maxsize=_REMEMBERED)(self._look_behind)
        self.tick: Callable[[], None] = lambda: None
        with np.load(folder / "words.npz") as archive:
            self._packed = _Packed(archive["codes"], archive["scale"])
            self.bias: Final[NDArray[np.float32]] = archive["bias"].astype(np.float32)

    @property
    def table(self) -> NDArray[np.float32]:
        """The output layer, unpacked."""
        return self._packed.table

    def watched(self, tick: Callable[[], None]) -> Encoder:
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
            vectors: the vector of each word, ``float32[m, 384]``.
            ptr: where the options of each word begin, ``int64[m + 1]``.

        Returns:
            ``float32[k]``.
        """
        # Word by word: the rows of one stay in the cache, those of many do not.
        scores = np.empty(len(original), np.float32)
        for begin, end, vector in zip(ptr[:-1].tolist(), ptr[1:].tolist(), vectors, strict=True):
            np.matmul(self.table[original[begin:end]], vector, out=scores[begin:end])
        return scores + self.bias[original]

    def log_shares(self, vectors: NDArray[np.float32], size: int) -> NDArray[np.float32]:
        """What each context vector says of the first ``size`` originals: log shares of all of them, ``float32[m, size]``."""
        logits: NDArray[np.float32] = vectors @ self.table[:size].T + self.bias[:size]
        top = logits.max(axis=1)
        total = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
        return np.asarray(logits - total[:, None])

    def windows(self, words: Words) -> Iterator[Window]:
        """Cut a document into windows of whole sentences."""
        begin, size, sentence = 0, 0, 0
        for i, token in enumerate(words.lower):
            length = len(self.pieces(token))
            if size + length > _LONGEST:
                cut = sentence if sentence > begin else i
                yield Window(begin, cut)
                size = sum(len(self.pieces(word)) for word in words.lower[cut:i])
                begin = cut
            size += length
            if token in _SENTENCE_END:
                sentence = i + 1
        if begin < len(words):
            yield Window(begin, len(words))

    def visible(self, words: Words, suspicion: float) -> Visible:
        """Read a document as it stands; belief vectors are kept for the words above ``suspicion`` (log-odds) only."""
        swap = np.full(len(words), NEVER, np.float32)
        places: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        beliefs: list[NDArray[np.float32]] = [np.empty((0, HIDDEN), np.float32)]
        shown = np.full(len(words), _SHOWN, np.uint8)
        names = (words.shape != Shape.LOWER) & ~sentence_starts(words)
        camel = words.shape == Shape.MIXED
        for window in self.windows(words):
            self.tick()
            ids, first = self._pieces(words.lower, window, shown)
            judged = np.flatnonzero(words.kind[window.begin : window.end] != Kind.MARK)
            if not len(judged):
                continue
            odds, belief = self._see_visible(ids.tobytes(), first[judged].tobytes(), suspicion)
            here = np.where(camel[window.begin + judged], NEVER, odds - NAME * names[window.begin + judged])
            swap[window.begin + judged] = here
            suspicious = here > suspicion
            places.append(window.begin + judged[suspicious])
            beliefs.append(belief[suspicious[odds > suspicion]])
        return Visible(swap, np.concatenate(places), np.concatenate(beliefs))

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
            A context vector for each span, ``float32[m, 384]``.
        """
        context = np.zeros((len(begins), HIDDEN), np.float32)
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
        ids = [_CLS]
        first = np.empty(window.end - window.begin, np.int64)
        for place, i in enumerate(range(window.begin, window.end)):
            first[place] = len(ids)
            if hide[i] == _SHOWN:
                ids.extend(self.pieces(tokens[i]))
            elif hide[i] == _MASKED:
                ids.append(_MASK)
        # Restorations may be longer than what stood there; positions end at 512, far off.
        ids.append(_SEP)
        return np.array(ids, np.int64), first

    def _see(self, ids: bytes, first: bytes, suspicion: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Swap odds of the words that begin at the pieces ``first``; belief vectors of those above ``suspicion``."""
        swap, belief = self._run(("swap", "belief"), ids, seen=first)
        odds = swap[0]
        return odds, belief[0, odds > suspicion]

    def _look_behind(self, ids: bytes, places: bytes) -> NDArray[np.float32]:
        """The context vectors at the pieces ``places`` of a window."""
        (context,) = self._run(("context",), ids, behind=places)
        vectors: NDArray[np.float32] = context[0]
        return vectors

    def _run(
        self, outputs: tuple[str, ...], ids: bytes, seen: bytes = b"", behind: bytes = b""
    ) -> list[NDArray[np.float32]]:
        given = {
            "pieces": np.frombuffer(ids, np.int64)[None],
            "seen": np.frombuffer(seen, np.int64),
            "behind": np.frombuffer(behind, np.int64),
        }
        results: list[NDArray[np.float32]] = self._session.run(outputs, given)
        return results


def load(folder: Path | None = None) -> Encoder:
    """Load an encoder: the shipped one, or that in ``folder``."""
    return _load(folder)


@lru_cache(maxsize=2)
def _load(folder: Path | None) -> Encoder:
    return Encoder(folder if folder is not None else Path(str(resources.files("unspin.data"))))
