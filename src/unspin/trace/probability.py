"""How sure it is that a document is the source of a page: a logistic curve over what the comparison found.

Fitted by ``python -m benchmarks.trace --fit --documents 110000 --pages 480 --neighbours 1200`` on pages of a development half,
spun and honest, with and without their source in the archive: whole articles, a third between foreign texts, and the same third
as a ninth of its page. What is reported is measured on the other half.

What is said of texts after one pattern (:func:`_pattern`) and of words that came together by chance (:func:`_chance`) came
later, and is no part of the fit.
"""

from __future__ import annotations

import math
from typing import Final

from unspin.comparison import Comparison, Passage, Remark
from unspin.trace.evidence import FEWEST_WORDS, Doubts

__all__ = ["features", "probability"]

_BIAS: Final = -6.86
"""That of the fit (-7.146) and a little more: what has no pattern in common may be claimed somewhat sooner."""
_WEIGHTS: Final = (1.384, 4.532, 5.727, -11.440, -8.219)
_FEW: Final = 2
"""Names that are taken to agree beside those that are there: one that differs, or agrees, among few says little."""
_OF_ONE_PATTERN: Final = 0.3
"""Share of the names and figures of two texts after one pattern that only one of them has."""
_OF_A_SOURCE: Final = 0.05
"""The same of a page and its source."""
_SWAPPED: Final = 0.2
"""The same of those that a spinner's tables explain, where it swaps the words of titles."""
_BEFORE: Final = 2.0
"""Nats by which a page and its source are likelier before any name is looked at: a few names that differ say nothing."""
_PATTERN: Final = 4.0
"""Weight of a common pattern. It was chosen, with the bias and the two figures before, on the development half: there fewer
sources are lost than by the fit alone, and half as much is claimed that is none."""

_CHANCE: Final = 30.0
"""Weight of words that came together by chance. It was chosen with the figures that follow on sources of the development
half, on 68 passages of real spun pages read by hand, and on 700 abstracts of patents, which use the same few words in every
sentence: 9 of 39 claims among these are left that share no text, and of 1,605 sources one is lost."""
_STRANGE: Final = 0.06
"""Share of the words of a page that stand for what the lexicon does not have for them, up to which they say nothing."""
_REWRITTEN: Final = 0.25
"""Such words that one counts for which was rewritten: a spinner that puts words in makes many of these."""
_DENSE: Final = 4.0
"""Nats a word that the passages of a source have: fewer say the less, the fewer they are."""
_MUCH: Final = 500.0
"""Nats that chance does not bring together."""
_LITTLE: Final = 2.0
"""Logarithm of the share of them from which on less counts no more."""


def features(found: Comparison, doubts: Doubts) -> tuple[float, float, float, float, float]:
    """What the curve goes by, a number for each of its weights.

    Logarithm of the evidence of the strongest passage: one long one says more than many short ones, which texts of one series
    have in common. Shares of page explained and of source used, as far as the names and figures in them are the same. Of the
    words in passages, those rewritten: a machine swaps words where they stand, and who writes anew says the same thing twice.
    And for each of these words, names and figures that only one of the two texts has: both may follow one pattern.
    """
    counted = _counted(found)
    strongest = max((passage.nats for passage in counted), default=0.0)
    words = max(1, sum(passage.words for passage in counted))
    rewritten = sum(passage.rewritten for passage in counted)
    kept = 1 - doubts.unmatched / (doubts.names + _FEW)
    return math.log1p(strongest), found.explained * kept, found.used * kept, rewritten / words, doubts.unmatched / words


def probability(found: Comparison, doubts: Doubts) -> float:
    """Probability that the source compared is one of the page, 0 to 1; 0 where nothing aligns or the page is too short.

    The page itself is one, though all of it were said everywhere.
    """
    if found.words >= FEWEST_WORDS and Remark.IDENTICAL in found.notes:
        return 1.0
    if found.nats <= 0 or found.words < FEWEST_WORDS:
        return 0.0
    score = _BIAS + sum(w * x for w, x in zip(_WEIGHTS, features(found, doubts), strict=True))
    score -= _PATTERN * _pattern(doubts) + _CHANCE * _chance(found, doubts)
    return round(1 / (1 + math.exp(-score)), 4)


def _counted(found: Comparison) -> list[Passage]:
    """The passages that count as taken."""
    return [passage for passage in found.passages if passage.counted]


def _chance(found: Comparison, doubts: Doubts) -> float:
    """How much it looks as if words were aligned that have nothing to do with each other, 0 where it does not.

    Two texts on like machines have many words in common, each here and there: aligned, most of the rest stands for what no
    spinner would put, and little is said by any of them.
    """
    counted = _counted(found)
    words = max(1, sum(passage.words for passage in counted))
    nats = max(1.0, found.nats)
    rewritten = sum(passage.rewritten for passage in counted)
    strange = max(0.0, (doubts.unknown + _REWRITTEN * rewritten) / words - _STRANGE)
    thin = max(0.0, _DENSE - nats / words)
    short = min(max(math.log(_MUCH / nats), 0.0), _LITTLE)
    nameless = _FEW / (_FEW + doubts.names - doubts.unmatched)  # names that both have came together by no chance
    return strange * thin * short * nameless


def _pattern(doubts: Doubts) -> float:
    """By how much names and figures differ as in texts after one pattern: log(1 + nats), 0 where a source is likelier."""
    own = doubts.unmatched - doubts.swapped
    nats = (
        own * math.log(_OF_ONE_PATTERN / _OF_A_SOURCE)
        + doubts.swapped * math.log(_OF_ONE_PATTERN / _SWAPPED)
        + (doubts.names - doubts.unmatched) * math.log((1 - _OF_ONE_PATTERN) / (1 - _OF_A_SOURCE))
    )
    return math.log1p(max(0.0, nats - _BEFORE))
