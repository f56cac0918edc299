"""From the parts of a document to its score: the evidence gathered, the hidden words asked for where there is a doubt.

The encoder is asked about them first; where that settles nothing, the language model is asked about the suspicious words,
unless the reading is to be fast.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, repeat
from operator import itemgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.arrays import ragged
from unspin.model import posterior as posteriors
from unspin.model import verdict as verdicts
from unspin.model.encoder import Visible
from unspin.model.hidden_ratio import hidden_ratio
from unspin.model.trees import CausalModel
from unspin.model.verdict import Evidence
from unspin.reader import rescoring, spans, terms
from unspin.reader.passes import Models, decide, first_evidence
from unspin.reader.spans import NeverWritten
from unspin.reading import BELIEVED
from unspin.text import Words, sentence_spans

__all__ = [
    "Score", "asks", "clearest", "evidence", "passages", "said_before", "score", "windows_of", "with_sentences", "with_hidden",
]  # fmt: skip

_SHORT: Final = 240
"""Words from which on a text is long enough for one phrase to speak as a phrase and as a term: where the last curve begins."""
_WINDOWS: Final = 2
"""Windows, some 90 words each, whose hidden words are asked for where the rest is clear."""
_SENTENCE: Final = 5
"""Tokens from which on a sentence that stands twice was copied."""
_GLANCES: Final = (1, _WINDOWS)
"""Windows that are tried in turn, where the reading is to be fast: most honest documents in doubt are settled by them."""
_MOST: Final = 5.0
"""Nats that one word may add to what speaks for a window."""

_FITTING: Final = -10.0
"""What is said of a word that fits as well as can be, in nats."""

Part = tuple[Words, Visible]
"""A stretch of a document, and what the encoder says of it as it stands."""


@dataclass(frozen=True)
class Score:
    """How strongly a document reads as spun, and the share of ordinary documents that would score as high."""

    value: float
    rate: float


def score(parts: Sequence[Part], models: Models) -> Score:
    """The score of a document in one or several stretches."""
    verdict = verdicts.load()
    seen = evidence(parts, models)
    value = verdict.first_score(seen)
    if value >= verdicts.DOUBTED:
        seen, value = _behind(seen, parts, models, value >= verdicts.CLEAR)
        if models.causal is not None and verdict.is_unsettled(value):
            value = verdict.third_score(with_sentences(seen, parts, models, models.causal))
            return Score(value, verdict.closely.rate(value))
    return Score(value, verdict.calibration.rate(value, int(seen.judged.sum())))


def _behind(seen: Evidence, parts: Sequence[Part], models: Models, clear: bool) -> tuple[Evidence, float]:
    """The evidence with as many hidden words as it takes, and the second score by them.

    Where what is in sight is clear, the clearest windows stand for all. Where it is not, and the reading is to be fast, those
    stand for all if even they are as in honest text (:data:`~unspin.model.verdict.AS_WRITTEN`).
    """
    verdict = verdicts.load()
    glances = (_WINDOWS,) if clear else _GLANCES if models.causal is None else ()
    windows = windows_of(parts, models)
    for count in glances:
        if clear or count < len(windows):
            part = with_hidden(seen, parts, models, clearest(seen, windows, count))
            value = verdict.second_score(part)
            if clear or value < verdicts.AS_WRITTEN:
                return part, value
    whole = with_hidden(seen, parts, models)
    return whole, verdict.second_score(whole)


def passages(words: Words, visible: Visible) -> Iterator[tuple[int, int]]:
    """The parts of a stretch that read as spun, as offsets: the sentences of which most words lie in such a passage."""
    judged = verdicts.judged(words)
    within = ragged.offsets(verdicts.spun_words(Evidence(visible.swap, judged, words.lower)).astype(np.int64))
    asked = ragged.offsets(judged.astype(np.int64))
    sentences = sentence_spans(words)
    most = 2 * (within[sentences[:, 1]] - within[sentences[:, 0]]) > asked[sentences[:, 1]] - asked[sentences[:, 0]]
    for inside, run in groupby(zip(most.tolist(), sentences.tolist(), strict=True), key=itemgetter(0)):
        if inside:
            spans = [span for _, span in run]
            yield int(words.start[spans[0][0]]), int(words.end[spans[-1][1] - 1])


def asks(words: Words, visible: Visible, models: Models, operating_point: float) -> bool:
    """Whether a stretch of a document that is spun at ``operating_point`` is to be restored, by what is in sight of it."""
    return verdicts.load().asks(evidence([(words, visible)], models), operating_point)


def evidence(parts: Sequence[Part], models: Models) -> Evidence:
    """What is in sight; in a short text a phrase that nobody writes and that stands for a single word is no term besides."""
    phrases = [spans.never_written(words, visible, models) for words, visible in parts]
    judged = np.concatenate([verdicts.judged(words) for words, _ in parts])
    judged &= ~said_before([words for words, _ in parts])
    counted = (_within(words, some) for (words, _), some in zip(parts, phrases, strict=True))
    return Evidence(
        swap=np.concatenate([visible.swap for _, visible in parts]),
        judged=judged,
        forms=[form for words, _ in parts for form in words.lower],
        never_written=_different((words for words, _ in parts), phrases),
        tortured=terms.weight(
            (words for words, _ in parts), models.tick, counted if judged.sum() < _SHORT else repeat(None)
        ),
    )


def said_before(stretches: Sequence[Words]) -> NDArray[np.bool_]:
    """The tokens of sentences that stand earlier in the document word for word, ``bool[n]``: they say nothing new.

    A page that is copied a hundred times over is as spun as one copy, and as long a text as one.
    """
    known: set[int] = set()
    repeated = [np.zeros(len(words), bool) for words in stretches]
    for words, again in zip(stretches, repeated, strict=True):
        for begin, end in sentence_spans(words).tolist():
            if end - begin < _SENTENCE:
                continue
            sentence = hash(words.lower[begin:end])
            again[begin:end] = sentence in known
            known.add(sentence)
    return np.concatenate(repeated)


def _within(words: Words, phrases: Sequence[NeverWritten]) -> NDArray[np.bool_]:
    """The tokens that lie in one of some phrases that was put in more likely than not, ``bool[n]``."""
    inside = np.zeros(len(words), bool)
    for begin, end, probability in phrases:
        inside[begin:end] |= probability > BELIEVED
    return inside


def _different(stretches: Iterable[Words], phrases: Iterable[Sequence[NeverWritten]]) -> float:
    """Phrases as their probabilities, summed: of each its surest places, as many as count of a form."""
    places: defaultdict[tuple[str, ...], list[float]] = defaultdict(list)
    for words, some in zip(stretches, phrases, strict=True):
        for begin, end, probability in some:
            places[words.lower[begin:end]].append(probability)
    return sum(sum(sorted(all_, reverse=True)[: verdicts.MOST_OF_A_FORM]) for all_ in places.values())


def with_hidden(
    seen: Evidence, parts: Sequence[Part], models: Models, asked: NDArray[np.bool_] | None = None
) -> Evidence:
    """The evidence with what each word's surroundings say of it when it is hidden: of the tokens ``asked``, or of all."""
    return replace(seen, hidden=_ratios(parts, models, asked), asked=asked)


def windows_of(parts: Sequence[Part], models: Models) -> list[slice]:
    """The tokens of each window in which the encoder reads a document."""
    starts = ragged.offsets(np.array([len(words) for words, _ in parts]))
    return [
        slice(start + window.begin, start + window.end)
        for start, (words, _) in zip(starts.tolist(), parts, strict=False)
        for window in models.encoder.windows(words)
    ]


def clearest(seen: Evidence, windows: Sequence[slice], count: int = _WINDOWS) -> NDArray[np.bool_]:
    """The tokens of the ``count`` windows in which most speaks for a swap, by what is in sight, ``bool[n]``."""
    speaks = np.where(seen.judged, np.clip(seen.swap - verdicts.NEUTRAL_ODDS, 0.0, _MOST), 0.0)
    asked = np.zeros(len(speaks), bool)
    for window in sorted(windows, key=lambda here: -float(speaks[here].sum()))[:count]:
        asked[window] = True
    return asked


def with_sentences(seen: Evidence, parts: Sequence[Part], models: Models, causal: CausalModel) -> Evidence:
    """The evidence with what a language model says of the suspicious words."""
    return replace(seen, sentence=np.concatenate([_by_sentence(*part, models, causal) for part in parts]))


def _by_sentence(words: Words, visible: Visible, models: Models, causal: CausalModel) -> NDArray[np.float32]:
    """How much likelier each word's sentence is with what it may stand for than as found, in nats, ``float32[n]``.

    Words that are not suspicious fit as well as can be. Where nothing was asked, mostly since one option or none is left, it is
    the reader's own log-odds.
    """
    posterior, evidence = decide(words, first_evidence(words, visible, models), models, posteriors.load())
    there = rescoring.heard(words, evidence, posterior, models.lexicon, causal)
    ratio = np.full(len(words), _FITTING, np.float32)
    ratio[evidence.place] = rescoring.log_odds(posterior.written)
    ratio[evidence.place[there.word]] = rescoring.ratios(there)
    return ratio


def _ratios(parts: Sequence[Part], models: Models, asked: NDArray[np.bool_] | None) -> NDArray[np.float32]:
    """The hidden ratios of the parts, one after the other; NaN but for the tokens ``asked``, ``float32[n]``."""
    ends = np.cumsum([len(words) for words, _ in parts])
    wanted = [None] * len(parts) if asked is None else np.split(asked, ends[:-1])
    return np.concatenate(
        [
            hidden_ratio(words, models.encoder, models.lexicon, here)
            for (words, _), here in zip(parts, wanted, strict=True)
        ]
    )
