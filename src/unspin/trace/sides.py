"""The words of page and source as numbers: the same word has the same number, and so has a word that may stand for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from unspin import lexicon as lexicons
from unspin.model.ngram import NGram
from unspin.text import Words, split
from unspin.text.words import Kind

__all__ = ["Channel", "Side", "side", "translated"]

_MOST_NATS = 8.0  # what one word says at most: a misspelling is not proof by itself


@dataclass(frozen=True, eq=False)
class Side:
    """One of two texts: its words and figures, marks left out.

    Attributes:
        words: the text, with all tokens.
        token: for each word or figure its token, ``int64[n]``.
        lower: each in lower case.
        form: its id in the lexicon, -1 for those that it does not know, ``int32[n]``.
        nats: how improbable it is after the three tokens before it, ``float32[n]``: a common phrase says little.
    """

    words: Words
    token: NDArray[np.int64]
    lower: tuple[str, ...]
    form: NDArray[np.int32]
    nats: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.lower)

    def start(self, at: int) -> int:
        """Offset of a word; the end of the text after the last."""
        return int(self.words.start[self.token[at]]) if at < len(self) else len(self.words.text)

    def end(self, at: int) -> int:
        """Offset after the word before ``at``, so that ``start(a)``, ``end(b)`` are the span of the words from a to b."""
        return int(self.words.end[self.token[at - 1]]) if at else 0

    def text(self, begin: int, end: int) -> str:
        """What stands there, from the first word to the last; nothing where there is no word."""
        return self.words.text[self.start(begin) : self.end(end)] if begin < end else ""


def side(text: str) -> Side:
    """The words and figures of a text."""
    words = split(text)
    token = np.flatnonzero(words.kind != Kind.MARK)
    lower = tuple(words.lower[i] for i in token.tolist())
    model = _ngram()
    improbable = -model.log_probability(model.ids(words.lower))[token] if len(words) else np.zeros(0, np.float32)
    return Side(words, token, lower, lexicons.load().ids(lower), np.minimum(improbable, np.float32(_MOST_NATS)))


@lru_cache(maxsize=1)
def _ngram() -> NGram:
    return NGram.load()


class Channel:
    """What words of a page may stand for among the words of a source, by the lexicon; looked up once for both texts."""

    def __init__(self, page: Side, source: Side) -> None:
        lexicon = lexicons.load()
        in_source = np.zeros(len(lexicon.forms), np.bool_)
        in_source[source.form[source.form >= 0]] = True
        forms = np.unique(page.form[page.form >= 0])
        found = lexicon.candidates(forms)
        owner = np.repeat(forms, np.diff(found.ptr))
        there = np.flatnonzero(in_source[found.original])
        # The likeliest last, so that it is what a dictionary of them keeps.
        order = there[np.argsort(found.channel[there].max(axis=1), kind="stable")]
        owners, originals = owner[order].tolist(), found.original[order].tolist()
        self._pairs = set(zip(owners, originals, strict=True))
        self._likeliest = dict(zip(owners, originals, strict=True))
        self._of_stem = {int(lexicon.stem[form]): form for form in np.flatnonzero(in_source).tolist()}
        self._stem = lexicon.stem
        self._forms = lexicon.forms
        self._page, self._source = page.form.tolist(), source.form.tolist()

    def likeliest(self, form: int) -> str | None:
        """The word of the source that a form of the page, not in the source itself, most likely stands for."""
        if form < 0:
            return None
        original = self._likeliest.get(form)
        if original is None:
            original = self._of_stem.get(int(self._stem[form]))
        return None if original is None else self._forms[original]

    def known(self, i: int, j: int) -> bool:
        """Whether word ``i`` of the page may stand for word ``j`` of the source."""
        found, original = self._page[i], self._source[j]
        if found < 0 or original < 0:
            return False
        return (found, original) in self._pairs or bool(self._stem[found] == self._stem[original])


def translated(
    page: Side, source: Side, channel: Channel, learned: Mapping[str, str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Both sides as numbers, the page's words as the words of the source that they may stand for.

    A word that the source has too stays itself, unless ``learned`` says otherwise. Of several that it may stand for it is
    the one likeliest under any channel of the lexicon, then one of the same stem.

    Args:
        page: the page.
        source: the source.
        channel: of these two.
        learned: what is known of the spinner's dictionary, from spun word to original.
    """
    number: dict[str, int] = {}
    source_ids = np.fromiter((number.setdefault(word, len(number)) for word in source.lower), np.int64, len(source))
    stands_for: dict[str, str] = {}
    for word, form in zip(page.lower, page.form.tolist(), strict=True):
        if word not in stands_for:
            original = learned.get(word) or (None if word in number else channel.likeliest(form))
            stands_for[word] = original if original is not None and original in number else word
    page_ids = np.fromiter(
        (number.setdefault(stands_for[word], len(number)) for word in page.lower), np.int64, len(page)
    )
    return page_ids, source_ids
