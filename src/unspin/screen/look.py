"""The third gate, the look: a glance of the reader's own at the densest passage of what the sieve sends on.

The sieve says which passage of a document it is about (:meth:`unspin.screen.sieve.Sieve.densest`). The encoder reads that
passage alone, whole sentences, and the first of the verdict's models (:mod:`unspin.model.verdict`) says how spun it looks.
A logistic model weighs that together with the length of the document. Where they leave no doubt it ends here, at the cost of a
hundred words, however long it is; all others are read as if nobody had looked. The model (``python -m training.look``) follows
from what the reader flags: of a spun text the densest passage is spun, whatever stands around it.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from unspin.errors import DamagedData
from unspin.model import encoder as encoders
from unspin.model import verdict as verdicts
from unspin.model.verdict import Evidence
from unspin.reader.passes import SUSPICION
from unspin.screen.sieve import Sieve, Sums
from unspin.text import prose, split

__all__ = ["FEWEST_JUDGED", "Look", "Passage", "beside", "load", "odds", "whole_sentences"]

FEWEST_JUDGED: Final = 20
"""Words of a passage that the verdict rests on, below which it says nothing: the document is read."""
_BESIDE: Final = 200
"""Bytes to each side of a passage among which the sentence's other end is looked for."""
_LONGEST: Final = 2_000
"""Bytes of a passage at most: words that are no evidence, names among them, may stand between the others without end."""
_LONG: Final = 900
"""Words of evidence from which on a text is no longer: few texts of training were."""
_BEYOND: Final = 5.0
"""The logarithm of the words of a text about which the odds of its densest passage begin to say less."""
_ENDS: Final = np.frombuffer(b".!?\n", np.uint8)


class Passage(NamedTuple):
    """What the sieve says of a document that passes it.

    Attributes:
        text: its densest passage, whole sentences of it.
        words: words of evidence of the whole document.
        phrases: different phrases that nobody writes, in the whole document.
    """

    text: bytes
    words: int
    phrases: int

    @classmethod
    def of(cls, document: bytes, sieve: Sieve, sums: Sums, row: int) -> Self:
        """What there is to look at in a document; arguments as for :meth:`unspin.screen.sieve.Sieve.densest`."""
        data = np.frombuffer(document, np.uint8)
        text = whole_sentences(data, *sieve.densest(data, sums, row))
        return cls(text, int(sums.words[row]), int(sums.phrases[row]))


@dataclass(frozen=True, eq=False)
class Look:
    """The model of the look.

    Attributes:
        weights: of the odds of the passage and of :func:`beside`, ``float64[4]``.
        bias: the score of a document of which they say nothing.
    """

    weights: NDArray[np.float64]
    bias: float

    def score(self, passage: Passage) -> float:
        """How far a document is above the gate: from 0 on it is sent to the reader, as where its passage says nothing."""
        seen = odds(passage)
        if seen is None:
            return 0.0
        return self.bias + sum(w * x for w, x in zip(self.weights.tolist(), (seen, *beside(passage)), strict=True))


def beside(passage: Passage) -> tuple[float, float, float]:
    """What is weighed beside the odds: the longer a document is, the less does its densest passage say.

    The logarithm of its words, from :data:`_LONG` of which on it is no longer; by how much that is above :data:`_BEYOND`; its
    phrases that nobody writes.
    """
    length = math.log(min(max(passage.words, 1), _LONG))
    return length, max(length - _BEYOND, 0.0), float(passage.phrases)


def odds(passage: Passage) -> float | None:
    """How spun a passage looks, by the first model of the verdict, as log-odds up to a constant; None where it says nothing.

    Phrases that nobody writes are told by no odds of words: what the verdict makes of several is for the reader to say.
    One may be chance, and is not enough for the verdict either.
    """
    if passage.phrases > 1:
        return None
    words = split(prose(passage.text.decode("utf-8", "ignore")).text)
    judged = verdicts.judged(words)
    if judged.sum() < FEWEST_JUDGED:
        return None
    seen = encoders.load().visible(words, SUSPICION)
    return verdicts.load().first_score(Evidence(seen.swap, judged, words.lower))


def whole_sentences(document: NDArray[np.uint8], begin: int, end: int) -> bytes:
    """A passage with the rest of the sentences at its ends, where they end not far off.

    Args:
        document: the bytes that it stands in.
        begin: its first byte.
        end: the byte after its last.
    """
    before = document[max(0, begin - _BESIDE) : begin]
    ends = np.flatnonzero(np.isin(before, _ENDS))
    if len(ends):
        begin -= len(before) - int(ends[-1]) - 1
    elif len(before) == begin:
        begin = 0
    after = document[end : end + _BESIDE]
    ends = np.flatnonzero(np.isin(after, _ENDS))
    if len(ends):
        end += int(ends[0]) + 1
    elif end + len(after) == len(document):
        end = len(document)
    return document[begin : min(end, begin + _LONGEST)].tobytes()


@lru_cache(maxsize=1)
def load() -> Look:
    """The shipped look; the encoder is loaded when something is looked at.

    Raises:
        DamagedData: its data file is broken.
    """
    try:
        saved = json.loads((resources.files("unspin.data") / "look.json").read_text(encoding="utf-8"))
        return Look(np.array(saved["weights"], np.float64), float(saved["bias"]))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise DamagedData(f"the data of the look cannot be used ({error}); install unspin again") from error
