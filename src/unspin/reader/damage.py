"""Damaged text: misread by a scanner, garbled by a program, put into another order. It is not spun, and nobody can judge it.

What is damaged looks as odd to the encoder as what is spun, but in ways that no spinner has:

- *forms that are no words*: a spinner's are out of a dictionary, a scanner's ("tbe", "ofthe") are not. They are
  counted where they are near a common word or are common words glued together; names, terms and addresses are not. Old
  spelling is no damage;
- *doubled neighbours*: nearly every word twice, not two or three of them;
- *order*: words that read no better forwards than backwards, or worse together than each by itself, the more so where articles
  stand before what no article stands before. A spinner changes words and leaves the order of the rest.

The thresholds are set on documents of part ``dev`` and tested on others by ``python -m benchmarks.damage``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import numpy as np

from unspin.model.known import common, known, old_spelling
from unspin.model.ngram import NGram
from unspin.text import Words

__all__ = ["damaged"]

_BROKEN: Final = 0.09
"""Share of words that are broken, above which a text is damaged. Of 100 words, two misread letters in a hundred break 3 to 6,
five 7 to 10, and ten 15; honest and spun documents have 4 at most. Spun text with two in a hundred is still to be found, and
honest text with three to five that is not called damaged was never flagged."""
_FEWEST: Final = 4
"""Broken words above which a text is damaged: a short one may have some misprints."""
_SAME: Final = 100
"""A form counts once in so many words: "param" and "subprocess" are terms of a trade, a scanner misreads ever anew."""
_UNKNOWN: Final = 0.3
"""Share of words written small that are no words, of whatever kind: nothing is left to judge."""
_SMALL: Final = 0.6
"""Share of words written small, below which a text is a list of names, addresses or headers."""
_DOUBLED: Final = 0.08
"""Share of words that stand twice in a row. Rewriters come to .06 ("content content material")."""
_FORMS_DOUBLED: Final = 5
"""So many different ones: a song has one line of one word."""
_ORDER: Final = -0.45
"""Nats for a word, see :func:`_order`. No honest document is below, and three in a thousand of those with half of their words
swapped; of 300 put backwards all are, of 300 shuffled six in ten."""
_SCRAMBLED: Final = 0.0
"""The same, where words also stand side by side that nobody puts so: of 100 honest texts of five kinds none is below .49, of 36
with six words in ten swapped none below .05, and of 100 shuffled ones none above -.12."""
_TORN: Final = 0.01
"""Share of words that are such a pair's first: .005 at most in those honest texts, .023 in the middle one of those shuffled."""
_FEWEST_TORN: Final = 2
_NEEDS_A_NOUN: Final = frozenset("the an my your our their every".split())
_NO_NOUN: Final = frozenset(
    "of in to and is was are the a an for with at from by but or were be have has had that it he they we she his this which"
    " not as on been".split()
)
"""What does not follow what needs a noun ("the of"). A spinner swaps such words seldom, and keeps where they stand."""
_LONGEST: Final = 20
"""Letters of a form that is compared with common words: the time to do it grows with the square of them."""
_SYMBOL: Final = 3
"""Letters and figures of a form with a figure in it, up to which it is the name of something and no misread word."""
_SAMPLE: Final = 2_000
"""Forms of a document that are compared, about: evenly out of a long one."""
_BLOCK: Final = 20_000
"""Tokens whose order is looked at at once: bounds the memory of a long document."""
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def damaged(words: Words, ngram: NGram) -> bool:
    """Whether a text is damaged rather than written or spun."""
    plain = np.flatnonzero(words.is_word).tolist()
    return bool(plain) and (_garbled(words, plain) or _doubled(words, plain) or _scrambled(words, plain, ngram))


def _garbled(words: Words, plain: list[int]) -> bool:
    """Whether many words are no words."""
    small = [i for i in plain if words.text[words.start[i]].islower()]
    odd = [words.lower[i] for i in small if not known(words.lower[i])]
    most = max(_BROKEN * len(plain), _FEWEST)
    if len(odd) <= most:  # nearly every text: no more is asked
        return False
    every = 1 + len(odd) // _SAMPLE
    often = 1 + len(plain) // _SAME
    if every * sum(min(count, often) for form, count in Counter(odd[::every]).items() if _broken(form)) > most:
        return True
    unknown = sum(not old_spelling(form) for form in odd)
    return len(small) > _SMALL * len(plain) and unknown > _UNKNOWN * len(small)


@lru_cache(maxsize=4_096)
def _broken(form: str) -> bool:
    """Whether a form is what became of common words."""
    if len(form) > _LONGEST:
        return _glued(form)
    if len(form) <= _SYMBOL and not form.isalpha():  # "x0"
        return False
    return not old_spelling(form) and (any(near in common() for near in _one_edit(form)) or _glued(form))


def _one_edit(form: str) -> Iterator[str]:
    """All that a form may have been before one letter was lost, put in, misread or moved."""
    for i in range(len(form) + 1):
        before, after = form[:i], form[i:]
        for letter in _LETTERS:
            yield before + letter + after
            yield before + letter + after[1:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]


def _glued(form: str) -> bool:
    """Whether a form is two common words or more without the space between them."""
    reached = [True] + [False] * min(len(form), 2 * _LONGEST)
    for end in range(1, len(reached)):
        reached[end] = any(reached[start] and _is_part(form[start:end]) for start in range(max(0, end - 12), end))
    return reached[-1]


def _is_part(part: str) -> bool:
    """Whether a part of a glued form is a common word; single letters, which would make a word of anything, are not."""
    return part in common() if len(part) > 1 else part in ("a", "i")


def _doubled(words: Words, plain: list[int]) -> bool:
    """Whether many words stand twice in a row."""
    twice = [words.lower[i] for i in plain if i and words.lower[i] == words.lower[i - 1]]
    return len(twice) > _DOUBLED * len(plain) and len(set(twice)) >= _FORMS_DOUBLED


def _scrambled(words: Words, plain: list[int], ngram: NGram) -> bool:
    """Whether the words stand in another order than they were written in."""
    order = _order(words, ngram)
    if order < _ORDER or order >= _SCRAMBLED:
        return order < _ORDER
    lower = words.lower
    torn = sum(i + 1 < len(lower) and lower[i] in _NEEDS_A_NOUN and lower[i + 1] in _NO_NOUN for i in plain)
    return torn >= max(_TORN * len(plain), _FEWEST_TORN)


def _order(words: Words, ngram: NGram) -> float:
    """How much better words read in their order than each by itself, and half of how much better than backwards: nats a word.

    The mean of two views: all tokens, and only words that stand beside words (beside marks a scrambled text reads well).
    """
    ids = ngram.ids(words.lower)
    follows = np.append(False, words.is_word[1:] & words.is_word[:-1])
    precedes = np.append(follows[1:], False)
    gains = np.zeros(4)
    for at in range(0, len(ids), _BLOCK):
        block = slice(at, at + _BLOCK)
        alone = ngram.log_share(ids[block])
        forwards = ngram.log_probability(ids[block]) - alone
        backwards = ngram.log_probability(ids[block][::-1])[::-1] - alone
        parts = forwards, backwards, forwards[follows[block]], backwards[precedes[block]]
        gains += [part.sum(dtype=np.float64) for part in parts]
    gains /= [len(ids), len(ids), *(max(int(follows.sum()), 1),) * 2]
    return float(gains @ (1.5, -0.5, 1.5, -0.5)) / 2
