"""What can be judged: English prose of some length, undamaged. All else is said to be unjudgeable, never guessed."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin import lexicon as lexicons
from unspin.reader.damage import damaged
from unspin.reader.passes import load
from unspin.reading import Note
from unspin.text import Words, foreign, mentioned

FEWEST_WORDS: Final = 30
# A text whose words are hardly ever one of these is a list, a table, code, or not English.
_FUNCTION_WORDS: Final = frozenset(
    "the a an and of to in is that it for was with he as his on be at by i this had not are but from or have they which"
    " you were her she we their has would will been its who my there no do said so when".split()
)
# A text of which so much stands in short quotation marks or as code is a list of words, and says nothing with them.
_MENTIONED: Final = 0.4


def unjudged(words: Words) -> Note | None:
    """Why a document cannot be judged, or None."""
    plain = np.flatnonzero(words.is_word)
    if len(plain) < FEWEST_WORDS:
        return Note.TOO_SHORT
    if len(plain) < 0.5 * len(words) or mentioned(words)[plain].mean() > _MENTIONED:
        return Note.NOT_PROSE
    if foreign(words) is not None:
        return Note.NOT_ENGLISH
    function = sum(words.lower[i] in _FUNCTION_WORDS for i in plain.tolist()) / len(plain)
    if function < 0.1:
        return Note.NOT_ENGLISH if _known_share(words, plain) < 0.6 else Note.NOT_PROSE
    return Note.DAMAGED if damaged(words, load().ngram) else None


def _known_share(words: Words, plain: NDArray[np.int64]) -> float:
    """Share of a document's words that the lexicon knows."""
    return float((lexicons.load().ids([words.lower[i] for i in plain]) >= 0).mean())
