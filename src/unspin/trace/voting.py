"""Which of the words that several spins of a text have at one place was written: every page votes, in what its spinner may do.

Features of a candidate, weighed by a log-linear model (:data:`WEIGHTS`):

===========  ==========================================================================================================
channel      how likely each page has what it has, if the candidate was written: kept at one minus the page's rate,
             swapped by the lexicon; the same swap in several pages counts once, as far as they share a dictionary
fluency      how well the candidate reads between its neighbours, by the 4-gram model
reader       mean log probability that the readings of the pages give it
surest       the highest of these
kept         share of the pages that have it as found: what ``channel`` says too much, where contexts are alike
===========  ==========================================================================================================
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.lexicon import Lexicon
from unspin.model.ngram import ORDER, START, NGram
from unspin.reading import Substitution
from unspin.text import split
from unspin.trace.columns import Column, Columns, Place

__all__ = ["FEATURES", "WEIGHTS", "Ballot", "Option", "ballots", "features", "key", "probabilities"]

FEATURES: Final = ("channel", "fluency", "reader", "surest", "kept")
WEIGHTS: Final = np.array([0.315, 0.218, 0.595, 0.44, -2.15])
"""Fitted on columns of two and of three pages (``python -m benchmarks.siblings --fit``)."""

_UNKNOWN: Final = math.log(1e-4)
"""Log probability of a swap that the lexicon does not know."""
_LEAST_RATE: Final = 0.05
_DOUBT: Final = 0.003
"""What a reading gives a word that it does not name."""
_KEPT: Final = 0.2
"""What a reading gives a word that it leaves alone: where pages differ, that says little (of .2, .4, .6 and .9 the best)."""
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """A candidate: its words in lower case, and how it stands in some page."""

    key: Key
    text: str


@dataclass(frozen=True)
class Ballot:
    """One column to decide.

    Attributes:
        column: its number.
        options: the candidates.
        found: for each page that has something there, what it has.
        votes: for each page of ``found``, the probability that its reading gives each candidate, ``float64[pages, options]``.
        rates: for each page of ``found``, the share of its words that are swapped.
    """

    column: int
    options: tuple[Option, ...]
    found: tuple[Key, ...]
    votes: NDArray[np.float64]
    rates: NDArray[np.float64]


def ballots(aligned: Columns) -> list[Ballot]:
    """The columns in which the pages, or their readings, differ."""
    found = (_ballot(number, column, aligned) for number, column in enumerate(aligned.columns))
    return [ballot for ballot in found if ballot is not None]


def _ballot(number: int, column: Column, aligned: Columns) -> Ballot | None:
    there = [(k, place) for k, place in enumerate(column.places) if place is not None]
    texts = [_texts(aligned, k, place) for k, place in there]
    if len({key(text) for pair in texts for text in pair}) == 1:
        return None
    options: dict[Key, str] = {}
    given: list[dict[Key, float]] = []
    for (k, place), (found, restored) in zip(there, texts, strict=True):
        said = _said(aligned.pages[k].substitutions(place.start, place.end), found, restored)
        for text in (found, restored, *said):
            options.setdefault(key(text), text)
        given.append({key(text): probability for text, probability in said.items()})
    return Ballot(
        number,
        tuple(Option(words, text) for words, text in options.items()),
        tuple(key(found) for found, _ in texts),
        np.array([[one.get(option, _DOUBT) for option in options] for one in given]),
        np.array([max(_LEAST_RATE, aligned.pages[k].reading.share) for k, _ in there]),
    )


def key(text: str) -> Key:
    """The words of a text, in lower case: by this candidates are the same."""
    return split(text).lower


def _texts(aligned: Columns, page: int, place: Place) -> tuple[str, str]:
    reading = aligned.pages[page].reading
    return (
        reading.text[place.start : place.end],
        reading.restored[place.restored_start : place.restored_end],
    )


def _said(substitutions: Sequence[Substitution], found: str, restored: str) -> dict[str, float]:
    """What a reading says of a place: readings of it with their probabilities."""
    if not substitutions:
        return {found: _KEPT}
    if len(substitutions) == 1 and substitutions[0].found.strip() == found.strip():
        one = substitutions[0]
        said = {one.original.strip(): one.confidence}
        for text, probability in one.alternatives:
            said.setdefault(text.strip(), probability)
        left = max(0.0, 1.0 - sum(said.values()))
        said.setdefault(found, left)
        return said
    return {restored: math.prod(s.confidence for s in substitutions)}


def shared(decided: Sequence[Ballot]) -> float:
    """How often two pages that swapped the same word have the same for it: 1 where one dictionary without choice made both."""
    same, pairs = 1.0, 10.0
    for ballot in decided:
        best = ballot.votes.argmax(axis=1)
        swapped = [
            (int(best[k]), ballot.found[k])
            for k in range(len(best))
            if ballot.votes[k, best[k]] >= 0.9 and ballot.options[best[k]].key != ballot.found[k]
        ]
        for i in range(len(swapped)):
            for j in range(i):
                if swapped[i][0] == swapped[j][0]:
                    pairs += 1
                    same += swapped[i][1] == swapped[j][1]
    return same / pairs


def features(
    decided: Sequence[Ballot], text: Sequence[str], lexicon: Lexicon, ngram: NGram
) -> list[NDArray[np.float64]]:
    """The features of the candidates of each ballot, ``float64[options, features]``.

    Args:
        decided: the ballots.
        text: what stands in each column by now; the neighbours of a candidate.
        lexicon: what may stand for what.
        ngram: how text reads.
    """
    channel = _channel(decided, lexicon, shared(decided))
    fluency = _fluency(decided, text, ngram)
    made = []
    for ballot, swapped, fluent in zip(decided, channel, fluency, strict=True):
        has = np.array([[found == option.key for option in ballot.options] for found in ballot.found])
        votes = np.log(np.maximum(ballot.votes, _DOUBT))
        rows = (swapped, fluent, votes.mean(axis=0), votes.max(axis=0), has.mean(axis=0))
        made.append(np.stack(rows, axis=1))
    return made


def _channel(decided: Sequence[Ballot], lexicon: Lexicon, agreeing: float) -> list[NDArray[np.float64]]:
    """Log probability of what the pages have, for each candidate."""
    asked = {found[0] for ballot in decided for found in ballot.found if len(found) == 1}
    ids = lexicon.ids(sorted(asked))
    candidates = lexicon.candidates(ids)
    log_share = np.logaddexp.reduce(candidates.channel, axis=1) - math.log(candidates.channel.shape[1])
    swap: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for i, word in enumerate(sorted(asked)):
        for k in range(int(candidates.ptr[i]), int(candidates.ptr[i + 1])):
            swap[word][lexicon.forms[candidates.original[k]]] = float(log_share[k])
    made = []
    for ballot in decided:
        times = Counter(ballot.found)
        rate = {found: float(ballot.rates[k]) for k, found in enumerate(ballot.found)}
        total = []
        for option in ballot.options:
            sum_ = 0.0
            for found, n in times.items():
                if found == option.key:
                    sum_ += n * math.log1p(-rate[found])
                else:
                    known = (
                        swap[found[0]].get(option.key[0], _UNKNOWN) if len(found) == 1 == len(option.key) else _UNKNOWN
                    )
                    step = math.log(rate[found]) + max(known, _UNKNOWN)
                    sum_ += step + (n - 1) * max(step, math.log(rate[found] * agreeing))
            total.append(sum_)
        made.append(np.array(total))
    return made


def _fluency(decided: Sequence[Ballot], text: Sequence[str], ngram: NGram) -> list[NDArray[np.float64]]:
    """Log probability of each candidate and of the three tokens after it, among its neighbours."""
    reach = ORDER - 1
    keys = [key(part) for part in text]
    tokens: list[str] = []
    spans: list[tuple[int, int]] = []
    for ballot in decided:
        before: list[str] = []
        k = ballot.column - 1
        while k >= 0 and len(before) < reach:
            before = [*keys[k], *before]
            k -= 1
        after: list[str] = []
        k = ballot.column + 1
        while k < len(keys) and len(after) < reach:
            after += keys[k]
            k += 1
        before, after = before[-reach:], after[:reach]
        for option in ballot.options:
            tokens += [""] * (reach - len(before))  # as far as it matters, the start of the text
            tokens += before
            begin = len(tokens)
            tokens += [*option.key, *after]
            spans.append((begin, len(tokens)))
    ids = ngram.ids(tokens)
    ids[np.array([token == "" for token in tokens], bool)] = START
    total = np.concatenate([[0.0], np.cumsum(ngram.log_probability(ids).astype(np.float64))])
    values = np.array([total[end] - total[begin] for begin, end in spans])
    ends = np.cumsum([len(ballot.options) for ballot in decided])
    return np.split(values, ends[:-1]) if decided else []


def probabilities(rows: NDArray[np.float64], weights: NDArray[np.float64] = WEIGHTS) -> NDArray[np.float64]:
    """The probability of each candidate, ``float64[options]``."""
    score = rows @ weights
    score -= score.max()
    share = np.exp(score)
    made: NDArray[np.float64] = share / share.sum()
    return made
