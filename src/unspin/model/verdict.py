"""The document's verdict: everything that it says, as one log-odds, and what that means in false positives.

What speaks for a spinner is of different kinds, and their errors differ: what the encoder thinks of each word in sight, how
much better another word would stand there with the word hidden (:mod:`unspin.model.hidden_ratio`), phrases that nobody
writes, terms of science with their words swapped. Each kind is summed up over the document in one or several ways
(:data:`FIRST`, :data:`SECOND`), its densest passage included, and a logistic model with weights that are never negative puts
them together. The first model does without the hidden words, which cost four passes: it only says which documents leave a
doubt. The second gives the score of those; where what is in sight is clear already, the hidden words of the clearest part stand
for all of them. Where that leaves a text unsettled and there is time, a language model reads its suspicious words in their
sentences, and a third model gives the score.

In every sum a word that is mentioned and not used counts nothing, of one form :data:`MOST_OF_A_FORM` occurrences count, and of
neighbouring words only the strongest.

The false-positive rate of a score is read off a curve fitted on held-out honest documents of about the same length
(``python -m training.verdict``): their quantiles are a table, and above it the tail is exponential,
log10 rate = intercept + slope * score.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from unspin.reading import LOWEST_RATE
from unspin.text import Kind, Shape, Words, mentioned

SHARES: Final = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
"""Shares of swapped words that are tried."""
NEUTRAL_ODDS: Final = -1.45
"""Log-odds of a swap at which a word says nothing. In the encoder's training they are -2.1; but in text of kinds never
trained on, learners' English above all, many words are mildly odd, and from -2.1 on they add up to the score of a spun page.
Tried were -2.1, -1.45, -1, -.5, 0 and .5, on program documentation, small texts that had been flagged, and real pages."""
MOST_OF_A_FORM: Final = 2
"""Occurrences of one form that may speak for a swap: a word that a text uses in its own way ("pct", "yrs") is one event,
however often it stands there."""
PASSAGE: Final = 60
"""Words of the passages among which the densest is looked for: a spun paragraph counts, whatever stands around it."""
FIRST: Final = ("likelihood", "passage", "odd", "strongest", "never_written", "tortured")
"""What the first model rests on: the log-likelihood ratio of the whole and of its densest passage; the share of words whose
log-odds are above -1; the mean of the five strongest; phrases that honest text never has, as probabilities, summed; tortured
phrases beyond one, likewise."""
SECOND: Final = (*FIRST, "joint", "agreed", "better", "far_better")
"""What the second model has besides: the log-likelihood ratio from odds and hidden ratio together; the share of words for
which both speak; the shares for which the hidden ratio is above 2 and above 4."""
THIRD: Final = (
    *SECOND,
    "sentence_joint",
    "sentence_passage",
    "sentence_agreed",
    "sentence_better",
    "sentence_far_better",
)
"""What the third model has besides: the same by what the language model says, and the log-likelihood ratio of the densest
passage."""
_MOST: Final = 5.0
"""What one word may add at most, in nats: no single odd word makes a document spun."""
_LEAST: Final = -9.0
_MOST_NEVER_WRITTEN: Final = 3.0
_WORDS_A_PHRASE: Final = 80
"""Words of a text for each listed phrase that may count: three of them in one paragraph, of which all else reads as written,
are the writer's own, or what he writes about."""
_MOST_TORTURED: Final = 3.0
"""Beyond the first: of some 5,000 honest documents 13 have one tortured phrase and none has two different ones."""
_WORDS_WITH_ONE: Final = 20_000
"""Words of a text among which one phrase more is taken for chance: manuals of 100,000 words have three to five."""
_SMALL: Final = 20
"""Words that a share is taken of in addition: in a short text a few words are no share."""
_ODD: Final = -1.0
_STRONGEST: Final = 5
_DENSE_SHARES: Final = (0.1, 0.2, 0.4)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a document says, token by token.

    Attributes:
        swap: log-odds that each token was swapped, ``float32[n]``.
        judged: the tokens that count, see :func:`judged`, ``bool[n]``.
        forms: the tokens in lower case.
        never_written: the probabilities of phrases that honest text never has, summed, :data:`MOST_OF_A_FORM` of each.
        tortured: the probabilities of its different tortured phrases but for those, summed.
        hidden: the log ratio of what may stand for each token to the token itself, it being hidden; NaN where that cannot be
            said, ``float32[n]``; None if it was not asked for.
        sentence: how much better another word fits in the sentence of each, by a language model, or by the reader where that
            was not asked; the lowest of all for words that are not suspicious, ``float32[n]``; None if nothing was asked.
        asked: the tokens that ``hidden`` was asked of, where that is a part of the document, ``bool[n]``; None for all.
    """

    swap: NDArray[np.float32]
    judged: NDArray[np.bool_]
    forms: Sequence[str]
    never_written: float = 0.0
    tortured: float = 0.0
    hidden: NDArray[np.float32] | None = None
    sentence: NDArray[np.float32] | None = None
    asked: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class DocumentModel:
    """A logistic model over the statistics of a document.

    Attributes:
        mean: of each statistic in training, ``float64[f]``.
        scale: its standard deviation, ``float64[f]``.
        weight: of each statistic so scaled, never negative, ``float64[f]``.
        bias: the log-odds of a document with the means of all.
    """

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weight: NDArray[np.float64]
    bias: float

    def score(self, statistics: NDArray[np.float64]) -> float:
        """The log-odds that a document is spun (natural log), up to a constant."""
        return float((statistics - self.mean) / self.scale @ self.weight + self.bias)


@dataclass(frozen=True)
class Curve:
    """How many honest documents score as high: a table for ordinary scores, an exponential tail above them.

    Attributes:
        scores: scores of the table, rising.
        rates: share of honest documents that score as high as each, falling from 1.
        intercept: of the tail, log10 rate = ``intercept`` + ``slope`` * score from the last score of the table.
        slope: of the tail.
    """

    scores: tuple[float, ...]
    rates: tuple[float, ...]
    intercept: float
    slope: float

    def rate(self, score: float) -> float:
        """Share of ordinary documents that score as high; no fit reaches below :data:`~unspin.reading.LOWEST_RATE`."""
        if score < self.scores[-1]:
            return float(np.interp(score, self.scores, self.rates))
        return float(max(LOWEST_RATE, 10 ** (self.intercept + self.slope * score)))


@dataclass(frozen=True)
class Calibration:
    """What a score means, by the length of the document: short ones scatter more.

    Attributes:
        words: from how many words on each curve holds, rising from 0.
        curves: one for each.
    """

    words: tuple[int, ...]
    curves: tuple[Curve, ...]

    def rate(self, score: float, words: int) -> float:
        """Share of ordinary documents of about ``words`` words that score as high."""
        return self.curves[bisect_right(self.words, words) - 1].rate(score)


@dataclass(frozen=True)
class Verdict:
    """The three models, and what their scores mean.

    Attributes:
        first: for every document.
        doubt: the score of ``first`` from which a document's hidden words are asked for.
        settled: the score of ``first`` below which a stretch of a spun document is left as it is.
        second: for those that leave a doubt.
        unsettled: scores of ``second`` from the first of which on, and below the second of which, the language model is
            asked.
        third: for those that it is asked about.
        calibration: of a document's score by the first two models.
        closely: of its score by the third, whatever its length.
    """

    first: DocumentModel
    doubt: float
    settled: float
    second: DocumentModel
    unsettled: tuple[float, float]
    third: DocumentModel
    calibration: Calibration
    closely: Curve

    def first_score(self, evidence: Evidence) -> float:
        """The score by what is in sight: below :data:`DOUBTED` it stands, from there on it leaves a doubt."""
        return self.first.score(statistics(evidence, FIRST)) - self.doubt + DOUBTED

    def asks(self, evidence: Evidence, operating_point: float) -> bool:
        """Whether a stretch of a document that is spun at ``operating_point`` is to be restored, by what is in sight of it."""
        score = self.first_score(evidence)
        words = evidence.judged.sum()
        if operating_point > STRICT or words <= LONG:
            return score - DOUBTED + self.doubt >= self.settled
        spread = words > VERY_LONG and score < AT_REST_IF_SPREAD and _densest_passage(evidence) < SPUN_PASSAGE
        return score >= AT_REST and not spread

    def second_score(self, evidence: Evidence) -> float:
        """The score of a document that leaves a doubt, its hidden words asked for."""
        more = 0.0 if evidence.asked is None else CLEARER
        return max(self.second.score(statistics(evidence, SECOND)) - more, DOUBTED)

    def is_unsettled(self, score: float) -> bool:
        """Whether the language model is to be asked about a document with such a score of ``second``."""
        return self.unsettled[0] <= score < self.unsettled[1]

    def third_score(self, evidence: Evidence) -> float:
        """The score of an unsettled document: no lower than that of any that is settled as honest."""
        return max(self.third.score(statistics(evidence, THIRD)), self.unsettled[0])


CLEAR: Final = 5.5
"""The score by what is in sight from which on the hidden words of the clearest part of a document stand for all of them. The
highest of 6,620 honest documents of 30 to 500 words (part "dev") are -1.3, -1.7 and -2.1; a document of 4,800 words, 3 in 10 of
them swapped, has 8.7."""
STRICT: Final = 1e-4
LONG: Final = 500
AT_REST: Final = -2.0
"""At operating points up to :data:`STRICT`, texts of more than :data:`LONG` words with a score below this, by what is in
sight, are left as they are. What is left in a text that has been restored once adds up to such a score, and to round after
round: of 31 restored texts of 740 to 1,700 words (part "dev") one scores higher."""
VERY_LONG: Final = 2_000
AT_REST_IF_SPREAD: Final = 0.0
SPUN_PASSAGE: Final = 5.0
"""Of more than :data:`VERY_LONG` words it adds up to more, but it is spread: a text with a score below
:data:`AT_REST_IF_SPREAD` is left as it is unless it has a passage that is plainly spun, with a likelihood ratio of which the
root is no lower than this. Of the 31 texts the densest passages had 3.5 and less; of 35 honest texts with one spun passage
that are spun at such a point, 6.2 and more."""
CLEARER: Final = 0.5
"""What such a part scores above the whole: .45 in the mean of 17 specimens and real pages, from -.12 to 1.6."""
AS_WRITTEN: Final = -2.0
"""The score by the hidden words of the one or two clearest windows below which the others are not asked for: even those read
as written. Of the 750 least clear of 2,500 spun pages that are flagged (part "dev") none has less than -.3; of honest documents
in doubt three in four have less than this. It is the score of 1 honest document in 140: no usual operating point is near."""
DOUBTED: Final = -8.0
"""The lowest score of a document that leaves a doubt; that of all others is lower."""


def _densest_passage(evidence: Evidence) -> float:
    return float(statistics(evidence, ("passage",))[0])


def judged(words: Words) -> NDArray[np.bool_]:
    """The tokens that the verdict rests on, ``bool[n]``: no marks, no ``camelCase``, no words mentioned and not used."""
    return np.asarray((words.kind != Kind.MARK) & (words.shape != Shape.MIXED) & ~mentioned(words))


def statistics(evidence: Evidence, names: Sequence[str]) -> NDArray[np.float64]:
    """Some statistics of a document, by name, ``float64[len(names)]``. Shares and ratios are given as their square roots."""
    judged, size = evidence.judged, max(int(evidence.judged.sum()), 1) + _SMALL
    phrases = float(judged.sum()) / _WORDS_A_PHRASE
    ratio, speaks = _speaking(evidence)
    once = _once(ratio, speaks)
    found = {
        "likelihood": _root(likelihood_ratio(once[judged])),
        "passage": _root(densest(once[judged])),
        "odd": np.sqrt((speaks & (evidence.swap > _ODD)).sum() / size),
        "strongest": np.sort(np.where(speaks, ratio, 0.0))[-_STRONGEST:].sum() / _STRONGEST,
        "never_written": min(evidence.never_written, _MOST_NEVER_WRITTEN, phrases),
        "tortured": min(max(evidence.tortured - 1 - size / _WORDS_WITH_ONE, 0.0), _MOST_TORTURED, phrases),
    }
    if evidence.hidden is not None:
        # The densest passage is that of what is in sight.
        found = _behind_masks(evidence, evidence.hidden, evidence.asked) | found
    if evidence.sentence is not None:
        found |= {f"sentence_{name}": value for name, value in _behind_masks(evidence, evidence.sentence).items()}
    return np.array([float(found[name]) for name in names])


def _behind_masks(
    evidence: Evidence, ratio: NDArray[np.float32], asked: NDArray[np.bool_] | None = None
) -> dict[str, float]:
    """The statistics that rest on what is said of each token, hidden or in its sentence, ``float32[n]``."""
    judged = evidence.judged if asked is None else evidence.judged & asked
    size = max(int(judged.sum()), 1) + _SMALL
    known = judged & np.isfinite(ratio)
    hidden = np.where(known, np.clip(ratio.astype(np.float64), -10, 12), -10.0)
    better = counted(hidden, known, evidence.forms)
    both = counted(np.where((evidence.swap > 0) & (hidden > 0), evidence.swap + 1, 0.0), known, evidence.forms)
    joint = np.clip(0.7 * (evidence.swap - NEUTRAL_ODDS) + 0.4 * (hidden - 1), _LEAST, _MOST + 1)
    joint = _once(joint, counted(joint, known, evidence.forms))[known]
    return {
        "joint": _root(likelihood_ratio(joint)),
        "passage": _root(densest(joint)),
        "agreed": float(np.sqrt(both.sum() / size)),
        "better": float(np.sqrt((better & (hidden > 2)).sum() / size)),
        "far_better": float(np.sqrt((better & (hidden > 4)).sum() / size)),
    }


def spun_words(evidence: Evidence) -> NDArray[np.bool_]:
    """The judged tokens that lie in a passage of :data:`PASSAGE` words which reads rather as spun than as written, ``bool[n]``.

    Its likelihood ratio is above 0. All of them in a document that is no longer than a passage.
    """
    places = np.flatnonzero(evidence.judged)
    ratio = _once(*_speaking(evidence))[places]
    within = np.zeros(len(evidence.judged), bool)
    if len(ratio) <= PASSAGE:
        within[places] = True
        return within
    begins = np.flatnonzero(passages(ratio) > 0)
    # A word is in a passage that begins at it or at one of the PASSAGE - 1 words before it.
    change = np.bincount(begins, minlength=len(ratio) + 1) - np.bincount(begins + PASSAGE, minlength=len(ratio) + 1)
    within[places] = np.cumsum(change)[: len(ratio)] > 0
    return within


def _speaking(evidence: Evidence) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """What each token says as a log-likelihood ratio, ``float64[n]``, and whether it counts, ``bool[n]``."""
    ratio = np.clip(evidence.swap.astype(np.float64) - NEUTRAL_ODDS, _LEAST, _MOST)
    return ratio, counted(ratio, evidence.judged, evidence.forms)


def _once(values: NDArray[np.float64], counts: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The values; of tokens that speak for a swap but do not count, 0."""
    return np.where((values > 0) & ~counts, 0.0, values)


def counted(values: NDArray[np.float64], judged: NDArray[np.bool_], forms: Sequence[str]) -> NDArray[np.bool_]:
    """The tokens with a value above 0 that count, ``bool[n]``.

    Of neighbouring words that speak for a swap only the strongest count, every other one at most: they are often one phrase
    ("by no means", "in this way"), and one event must not be counted three times. Of one form only
    :data:`MOST_OF_A_FORM` count.

    Args:
        values: how much each token says, ``float64[n]``.
        judged: the tokens that are asked, ``bool[n]``.
        forms: the tokens in lower case.
    """
    speaks = np.flatnonzero(judged & (values > 0))
    chosen = np.zeros(len(values) + 1, bool)  # one more, so that the first word has a neighbour that never counts
    times: Counter[str] = Counter()
    for i in speaks[np.argsort(-values[speaks], kind="stable")].tolist():
        if not (chosen[i - 1] or chosen[i + 1]) and times[forms[i]] < MOST_OF_A_FORM:
            chosen[i] = True
            times[forms[i]] += 1
    return chosen[:-1]


def likelihood_ratio(ratio: NDArray[np.float64]) -> float:
    """The log-likelihood ratio (natural log) of "a share of the words was swapped" against "as written".

    For the share of :data:`SHARES` that explains the words best. Honest text is below 0 as a rule, since even the smallest
    share promises swaps that are not there.

    Args:
        ratio: what each word says, as a log-likelihood ratio, ``float64[n]``.
    """
    likelihood = np.exp(ratio)
    return float(max(np.log1p(share * (likelihood - 1)).sum() for share in SHARES))


def densest(ratio: NDArray[np.float64]) -> float:
    """The same for the passage of :data:`PASSAGE` words that says most; for the whole if there are no more."""
    if len(ratio) <= PASSAGE:
        return likelihood_ratio(ratio)
    return float(passages(ratio).max())


def passages(ratio: NDArray[np.float64]) -> NDArray[np.float64]:
    """The log-likelihood ratio of every passage of :data:`PASSAGE` words, ``float64[n - PASSAGE + 1]``."""
    likelihood = np.exp(ratio) - 1
    sums = [np.concatenate([[0.0], np.cumsum(np.log1p(share * likelihood))]) for share in _DENSE_SHARES]
    return np.asarray(np.max([total[PASSAGE:] - total[:-PASSAGE] for total in sums], axis=0))


def _root(value: float) -> float:
    return float(np.sign(value) * np.sqrt(np.clip(abs(value), 0, 40 if value > 0 else 9)))


@lru_cache(maxsize=1)
def load() -> Verdict:
    """The shipped models and their calibration."""
    saved = json.loads((resources.files("unspin.data") / "reader.json").read_text(encoding="utf-8"))
    models = saved["verdict"]
    return Verdict(
        model(models["first"]),
        models["doubt"],
        models["settled"],
        model(models["second"]),
        tuple(models["unsettled"]),
        model(models["third"]),
        Calibration(tuple(saved["calibration"]["words"]), tuple(map(_curve, saved["calibration"]["curves"]))),
        _curve(saved["calibration"]["closely"]),
    )


def model(saved: dict[str, Any]) -> DocumentModel:
    """A model as it is saved."""
    return DocumentModel(np.array(saved["mean"]), np.array(saved["scale"]), np.array(saved["weight"]), saved["bias"])


def _curve(saved: dict[str, Any]) -> Curve:
    return Curve(tuple(saved["scores"]), tuple(saved["rates"]), saved["intercept"], saved["slope"])
