"""Terms of science in a text that reads as spun: "irregular backwoods" is *random forest*, word by word.

Neither the encoder nor the n-grams know what a paper is about, but its terms are fixed: one word of a term says what the
other one was. So what :mod:`unspin.tortured` finds takes part in restoring. A listed phrase is believed. What the terms alone
propose is believed word by word: where it is firm or context has put in another word of it, where the lexicon too has the
original among what the word may stand for, and where context has not settled on another. (On the judged real pages the terms
alone proposed eight words that the lexicon does not know in their places, and none of them was right.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from unspin import lexicon as lexicons
from unspin import tortured as torture
from unspin.lexicon import Lexicon, seen
from unspin.reader.substitutions import Decision
from unspin.reading import Substitution
from unspin.text import Words, capital_starts, is_apart, match_case, mentioned, rewrapped, sentence_spans, split
from unspin.tortured import Finding

__all__ = ["in_place", "phrases", "places", "tortured_phrases", "weight"]


_NEAR: Final = 200
"""Tokens on either side of a phrase among which its meaning is looked for: a list may be one sentence without end."""
_COMMON: Final = math.log(1e-3)
"""Log frequency of a word from which on that it stands in the sentence says nothing: *are*, *an*, *by*."""
_SURE: Final = 0.95
"""Probability of a listed phrase that no honest text has; of others, those that mean a frequent word are not believed."""
_SEEN: Final = 5
"""Pages on which machines put a phrase for something else, from which on that goes before what the list says."""
_GLOSS: Final = 4
_EXPLAINING: Final = frozenset(
    "for of to is was by as or not with into means meaning meant becomes became replaces replaced instead than rather in"
    " place the word called says said written reads stands i e ie : ; , ( ) [ ] - – — / . \" “ ” ‘ ’ '".split()
)
"""What stands between a phrase and a frequent word that it is said to mean, and nothing else: words and marks."""
_DETERMINERS: Final = frozenset("a an the this that each every per one no any some another".split())
"""What makes a noun of the phrase behind it: "an area unit" is one."""
_BECOMES: Final = frozenset("→ ← > < = |".split())
"""One of these between them is enough."""
_FOUND: Final[WeakKeyDictionary[Words, tuple[Finding, ...]]] = WeakKeyDictionary()
"""What was found in texts that are still at hand: verdict and rounds ask about the same one again and again."""


class _Swap(NamedTuple):
    """What a finding changes: the tokens ``begin`` to ``end`` and what they stand for, in lower case."""

    begin: int
    end: int
    original: str


def tortured_phrases(words: Words, tick: Callable[[], None] = lambda: None) -> tuple[Substitution, ...]:
    """The tortured phrases of science in a text, each with the term it stands for; ``tick`` is called again and again.

    One that is only mentioned is left alone: set in quotation marks, or in a sentence that gives its meaning too. So is one
    that machines often put for something else, and one whose term rests on loose links alone.
    """
    starts = capital_starts(words)
    made: list[Substitution] = []
    for found in _used(words, tick):
        swap = _Swap(found.begin, found.end, found.original)
        if found.firm and not _is_often_another(words, swap):
            made.append(_edit(words, swap, found.probability, bool(starts[swap.begin])))
    return tuple(made)


def weight(
    stretches: Iterable[Words],
    tick: Callable[[], None] = lambda: None,
    counted: Iterable[NDArray[np.bool_] | None] = repeat(None),
) -> float:
    """How many different tortured phrases the stretches of a document have: their probabilities, summed.

    Of one sentence only the surest counts: one that has several may be about such phrases, and name them. Where all rest
    on loose links they count as one: the language of a trade that the corpora hardly have is full of such.

    Args:
        stretches: of the document.
        tick: called again and again; what it raises ends the search.
        counted: the tokens of each stretch that have been counted as evidence already, ``bool[n]``, None for none: a phrase
            there that stands for a single word ("area unit") is no term of its own.
    """
    surest: dict[str, float] = {}
    firm = False
    for words, others in zip(stretches, counted, strict=False):
        sentences = sentence_spans(words)[:, 0]
        of_sentence: dict[int, Finding] = {}
        for found in _used(words, tick):
            firm |= found.firm
            if others is not None and " " not in found.original and others[found.begin : found.end].any():
                continue
            sentence = int(np.searchsorted(sentences, found.begin, "right"))
            before = of_sentence.setdefault(sentence, found)
            if found.probability > before.probability:
                of_sentence[sentence] = found
        for found in of_sentence.values():
            surest[found.original] = max(found.probability, surest.get(found.original, 0.0))
    return sum(surest.values()) if firm else min(sum(surest.values()), 1.0)


def phrases(words: Words, known: Mapping[str, str], tick: Callable[[], None]) -> tuple[Substitution, ...]:
    """The listed phrases that stand for more words or fewer, but for those with a word that the user's dictionary has."""
    starts = capital_starts(words)
    return tuple(
        _edit(words, swap, found.probability, bool(starts[swap.begin]))
        for found in _used(words, tick)
        if found.listed
        for swap in _swaps(words, found)
        if not _is_word_for_word(swap)
        and known.keys().isdisjoint(words.lower[swap.begin : swap.end])
        and not _is_often_another(words, swap)
    )


def _is_often_another(words: Words, swap: _Swap) -> bool:
    """Whether machines often put the phrase, or it and the next word, for something else: "on the off chance that" for *if*."""
    ends = (swap.end, swap.end + 1)
    originals = (seen.load().originals(" ".join(words.lower[swap.begin : end])) for end in ends)
    return any(pages >= _SEEN and what != swap.original for some in originals for what, pages in some.items())


def places(words: Words, known: Mapping[str, str], tick: Callable[[], None]) -> list[tuple[int, int]]:
    """Where the listed phrases stand that :func:`in_place` restores, as offsets, in order."""
    return [
        (int(words.start[f.begin]), int(words.end[f.end - 1]))
        for f in _used(words, tick)
        if f.listed
        and known.keys().isdisjoint(words.lower[f.begin : f.end])
        and all(_is_word_for_word(swap) for swap in _swaps(words, f))
    ]


def in_place(
    words: Words,
    decided: Mapping[int, Decision],
    lexicon: Lexicon,
    known: Mapping[str, str],
    tick: Callable[[], None],
) -> dict[int, Decision]:
    """What was decided for single tokens, with the words of terms in their places.

    Args:
        words: the text.
        decided: what its words were taken for, by token.
        lexicon: the candidates of each word.
        known: the spinner's dictionary as far as the user has it, which is right whatever the terms say.
        tick: called again and again; what it raises ends the search.
    """
    merged = dict(decided)
    for found in _used(words, tick):
        swaps = _swaps(words, found)
        believed = _is_believed(found, swaps, decided)
        for swap in swaps:
            if not _is_word_for_word(swap) or words.lower[swap.begin] in known:
                continue
            open_ = swap.begin not in decided or decided[swap.begin].original is None
            if found.listed or (open_ and believed and _stands_for(words, swap, lexicon)):
                merged[swap.begin] = Decision(swap.original, round(found.probability, 4), ())
    return merged


def _is_believed(found: Finding, swaps: Sequence[_Swap], decided: Mapping[int, Decision]) -> bool:
    """Whether a term is put in where context has settled on nothing: it is firm, or context has put in another word of it."""
    return found.firm or any(swap.begin in decided and decided[swap.begin].original == swap.original for swap in swaps)


def _used(words: Words, tick: Callable[[], None]) -> tuple[Finding, ...]:
    """The findings that are used, and not mentioned."""
    found = _FOUND.get(words)
    if found is None:
        found = _FOUND[words] = tuple(_not_mentioned(words, tick))
    return found


def _not_mentioned(words: Words, tick: Callable[[], None]) -> Iterator[Finding]:
    quoted, sentences = mentioned(words), sentence_spans(words)
    for found in torture.find(words, tick=tick):
        tick()
        if is_apart(words.text, int(words.start[found.begin]), int(words.end[found.end - 1])):
            continue
        first, last = sentences[np.searchsorted(sentences[:, 0], found.begin, "right") - 1].tolist()
        first, last = max(first, found.begin - _NEAR), min(last, found.end + _NEAR)
        if quoted[found.begin : found.end].all():
            continue
        if _is_common(found.original):
            if found.begin and words.lower[found.begin - 1] in _DETERMINERS:
                continue
            explained = found.probability < _SURE or _is_glossed(words, found, quoted, first, last)
        else:
            around = [*words.lower[first : found.begin], "", *words.lower[found.end : last]]
            explained = f" {found.original} " in f" {' '.join(around)} "
        if not explained:
            yield found


def _is_common(original: str) -> bool:
    """Whether what is meant is a word so frequent that a sentence may have it for no reason."""
    lexicon = lexicons.load()
    number = lexicon.index.get(original)
    return number is not None and bool(lexicon.log_frequency[number] > _COMMON)


def _is_glossed(words: Words, found: Finding, quoted: NDArray[np.bool_], first: int, last: int) -> bool:
    """Whether a frequent word is named beside the phrase: between marks, or with nothing but what explains between them."""
    for i in (*range(first, found.begin), *range(found.end, last)):
        if words.lower[i] != found.original:
            continue
        between = words.lower[i + 1 : found.begin] if i < found.begin else words.lower[found.end : i]
        explained = _EXPLAINING.issuperset(between) or _BECOMES.intersection(between)
        if quoted[i] or (0 < len(between) <= _GLOSS and explained):
            return True
    return False


def _swaps(words: Words, found: Finding) -> list[_Swap]:
    """What is swapped in a finding: word for word where both sides have as many words, else the span that differs."""
    term = split(found.original)
    meant = term.lower
    begin, end, first, last = found.begin, found.end, 0, len(meant)
    # Hyphens of the text at either end of what differs are its own.
    while begin < end and first < last and words.lower[begin] in (meant[first], "-"):
        begin, first = begin + 1, first + (words.lower[begin] == meant[first])
    while begin < end and first < last and words.lower[end - 1] in (meant[last - 1], "-"):
        end, last = end - 1, last - (words.lower[end - 1] == meant[last - 1])
    if first == last or begin == end:
        return [_Swap(found.begin, found.end, found.original)]
    pairs = list(zip(range(begin, end), meant[first:last], strict=False))
    alike = all(
        words.is_word[i] if term.is_word[first + k] else words.lower[i] == meant[first + k]
        for k, (i, _) in enumerate(pairs)
    )
    if end - begin != last - first or not alike:
        return [_Swap(begin, end, term.text[term.start[first] : term.end[last - 1]])]
    return [_Swap(i, i + 1, original) for i, original in pairs if words.lower[i] != original]


def _is_word_for_word(swap: _Swap) -> bool:
    return swap.end - swap.begin == 1 and " " not in swap.original


def _stands_for(words: Words, swap: _Swap, lexicon: Lexicon) -> bool:
    """Whether the lexicon has the original among what the word may stand for; a word it hardly knows says nothing."""
    found = words.lower[swap.begin]
    return lexicon.index.get(found, lexicon.vocabulary) < lexicon.vocabulary and lexicon.may_stand_for(
        found, swap.original
    )


def _edit(words: Words, swap: _Swap, probability: float, at_start: bool) -> Substitution:
    start, end = int(words.start[swap.begin]), int(words.end[swap.end - 1])
    shapes = {
        shape
        for i, shape in enumerate(words.shape[swap.begin : swap.end].tolist(), swap.begin)
        if words.is_word[i]
    }  # fmt: skip
    whole = words.text[start:end] if len(shapes) == 1 else words.surface(swap.begin)
    hyphens = whole.count("-")
    if hyphens and hyphens == swap.original.count(" ") and " " not in whole:  # "an irregular-backwoods model"
        original = match_case(whole.replace("-", " "), swap.original, at_start).replace(" ", "-")
    else:
        original = match_case(whole, swap.original, at_start)
    start, end, original = rewrapped(words.text, start, end, original)
    return Substitution(start, end, words.text[start:end], original, round(probability, 4))
