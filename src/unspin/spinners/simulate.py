"""A spun specimen and its answer key.

:func:`simulate` is the channel run forwards: a text goes in, the text that a spinner would have made of it comes out,
with every change recorded. It makes the material to measure detectors and restorers on, where the truth is known to
the letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import index
from typing import NamedTuple

import numpy as np

from unspin import lexicon as _lexicon
from unspin.errors import OptionError
from unspin.spinners.edits import Edit
from unspin.spinners.eligibility import eligible
from unspin.spinners.families import family
from unspin.spinners.phrases import Entries, chosen
from unspin.spinners.word_family import WordFamily
from unspin.text import Shape, Words, removal_span, split

__all__ = ["Specimen", "Swap", "draw_dictionary", "simulate"]


class Swap(NamedTuple):
    """One change, as seen from the spun text.

    Attributes:
        start: offset of the first code point of ``found`` in the spun text.
        end: offset after the last one; equal to ``start`` where the spinner took something out.
        found: what stands there; empty where something was taken out.
        original: what stood there; empty where something was put in.

    White space that came or went with a word put in or taken out belongs to the swap.
    """

    start: int
    end: int
    found: str
    original: str


@dataclass(frozen=True)
class Specimen:
    """A spun text with its answer key.

    Attributes:
        text: the text after the spinner.
        original: the text as it was given.
        spinner: name of the family.
        seed: the seed that it was drawn with.
        swaps: every change, in order, never overlapping; ``unspin.text.apply(text, swaps)`` gives ``original``.
    """

    text: str
    original: str
    spinner: str
    seed: int
    swaps: tuple[Swap, ...]


def simulate(
    text: str,
    spinner: str,
    *,
    seed: int,
    rate: float | None = None,
    dictionary: Mapping[str, str] | None = None,
) -> Specimen:
    """Spin a text.

    Capitals at the start of a sentence follow (in families that touch such words at all), words in capitals and names
    stay, and everything that is not swapped comes out code point for code point.

    Args:
        text: any text; what is not English prose comes back mostly as it was.
        spinner: name of a family, one of :func:`unspin.spinners.names`.
        seed: the same text, family, seed, rate and lexicon give the same specimen; from 0.
        rate: share of the tokens (words, figures and marks) to replace, as far as the dictionary reaches, above 0 and
            at most 1; the family's own when None.
        dictionary: words and phrases in lower case with the term for each, to use instead of one drawn at random; the
            family then only decides whether sentence starts are touched. Without a rate every occurrence is replaced,
            with one a random part of the entries is used.

    Raises:
        TypeError: the text is not a string, or the seed no whole number.
        OptionError: no such family, or a setting is out of range.
    """
    if not isinstance(text, str):
        raise TypeError(f"a text must be a str, not {type(text).__name__}")
    seed = index(seed)
    kind = family(spinner)
    if rate is not None and not 0 < rate <= 1:
        raise OptionError(f"rate {rate:g}: not above 0 and at most 1; give a share such as 0.3")
    if seed < 0:
        raise OptionError(f"seed {seed}: below 0; give a whole number from 0")
    words = split(text)
    random = np.random.default_rng(seed)
    if dictionary is None:
        edits = kind.spin(words, _lexicon.load(), kind.rate if rate is None else rate, random)
    else:
        edits = _look_up(words, dictionary, kind.capitals, rate, random)
    return render(words, edits, spinner, seed)


def draw_dictionary(spinner: str, *, seed: int, words: int = 20_000) -> dict[str, str]:
    """A dictionary such as one spinner of a family may have, for :func:`simulate` to spin many texts with.

    Args:
        spinner: name of a family of word spinners (the families of phrases have no such dictionary).
        seed: decides the dictionary; from 0.
        words: how many of the commonest words to look up.

    Raises:
        OptionError: no such family, or it has no dictionary of words.
    """
    kind = family(spinner)
    if not isinstance(kind, WordFamily):
        raise OptionError(f"spinner {spinner!r}: not a family of word spinners; simulate a text with it instead")
    return kind.dictionary(_lexicon.load(), words, np.random.default_rng(seed))


def _look_up(
    words: Words, dictionary: Mapping[str, str], capitals: bool, rate: float | None, random: np.random.Generator
) -> tuple[Edit, ...]:
    """Edits by a given dictionary."""
    terms = tuple(dictionary.values())
    matches = Entries(tuple(dictionary)).find(words, eligible(words, capitals))
    used = chosen(matches, np.inf if rate is None else rate * len(words), random)
    return tuple(Edit(begin, end, terms[entry]) for begin, end, entry in matches if entry in used)


def render(words: Words, edits: tuple[Edit, ...], spinner: str = "", seed: int = 0) -> Specimen:
    """The text with the edits of a family made in it, and the answer key."""
    text = words.text
    pieces: list[str] = []
    swaps: list[Swap] = []
    at = 0
    length = 0
    for edit in edits:
        start, end, found = _placed(words, edit)
        if text[start:end] == found:
            continue
        kept = text[at:start]
        length += len(kept)
        swaps.append(Swap(length, length + len(found), found, text[start:end]))
        length += len(found)
        pieces += (kept, found)
        at = end
    pieces.append(text[at:])
    return Specimen("".join(pieces), text, spinner, seed, tuple(swaps))


def _placed(words: Words, edit: Edit) -> tuple[int, int, str]:
    """Span of the text that an edit replaces, and what it puts there, so that ``removal_span`` undoes an insertion."""
    if edit.begin == edit.end:
        here = int(words.start[edit.begin])
        before = int(words.end[edit.begin - 1]) if edit.begin else here
        return (before, before, " " + edit.text) if before < here else (here, here, edit.text + " ")
    start, end = int(words.start[edit.begin]), int(words.end[edit.end - 1])
    if not edit.text:
        return *removal_span(words.text, start, end), ""
    capital = words.shape[edit.begin] == Shape.CAPITALISED
    return start, end, edit.text[:1].upper() + edit.text[1:] if capital else edit.text
