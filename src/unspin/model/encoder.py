"""The encoder at run time: what it says of a document as it stands, and of the words behind masks.

It is a :class:`~unspin.model.context.ContextReader` that also sees: its odds that a visible word was swapped are what the
verdict rests on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.model import context
from unspin.model.context import SHOWN, ContextReader
from unspin.text import Kind, Shape, Words, sentence_starts

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


class Encoder(ContextReader):
    """The encoder's weights. Made by :func:`load`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "encoder.onnx", folder / "words.npz", folder / "vocab.txt")
        # Most windows of a text stay as they are from one round of restoring to the next.
        self._see_visible = lru_cache(maxsize=context.REMEMBERED)(self._see)

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
        shown = np.full(len(words), SHOWN, np.uint8)
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

    def _look_behind(self, ids: bytes, places: bytes) -> NDArray[np.float32]:
        (behind,) = self._run(("context",), ids, seen=b"", behind=places)
        vectors: NDArray[np.float32] = behind[0]
        return vectors


def load(folder: Path | None = None) -> Encoder:
    """Load an encoder: the shipped one, or that in ``folder``."""
    return _load(folder)


@lru_cache(maxsize=2)
def _load(folder: Path | None) -> Encoder:
    return Encoder(folder if folder is not None else Path(str(resources.files("unspin.data"))))
