"""SpinBot-like spinners: a close synonym for most content words, and clumsy articles.

How they work. The free web form takes a text and gives it back with a synonym in place of every other content word.
Its synonyms are close and inflected like the original (``controlling atoms and particles → controlling iotas and
particles``), so that single sentences read almost well; what goes wrong is the word's company (set phrases fall
apart) and the articles: the program drops some and doubles others while it puts the sentence together again. Function
words stay, names stay, and the same word mostly gets the same synonym.

Classifiers trained on SpinBot's output find it almost without error (Longformer: F1 99.7) while people reach 78; the
same classifiers fall to 72 on SpinnerChief, another spinner (Wahle et al. 2022, "Identifying Machine-Paraphrased
Plagiarism", iConference 2022, arXiv:2103.11909). A family is learnt, not spinning as such: hence the many families
here.

How this module does it. Content words get close synonyms (:mod:`unspin.spinners.synonyms`), one dictionary for the
text; for each text a share of articles to drop (up to 10%) and to double (up to 4%) is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unspin.lexicon import Lexicon
from unspin.spinners.edits import Edit
from unspin.spinners.eligibility import eligible
from unspin.spinners.synonyms import content_words, swap_content_words
from unspin.text import Words

__all__ = ["SpinBot"]

_MISSED: Final = 0.05
_ARTICLES: Final = frozenset(["a", "an", "the"])
_DROPPED: Final = 0.10
_DOUBLED: Final = 0.04


@dataclass(frozen=True)
class SpinBot:
    """The family of SpinBot; see the module for how it works."""

    name: str = "spinbot"
    about: str = "close synonyms, inflected, in most content words; articles dropped or doubled"
    rate: float = 0.35
    capitals: bool = True

    def spin(self, words: Words, lexicon: Lexicon, rate: float, random: np.random.Generator) -> tuple[Edit, ...]:
        """See :meth:`unspin.spinners.edits.Spinner.spin`; articles are dropped and doubled whatever the rate."""
        allowed = eligible(words, self.capitals)
        edits = swap_content_words(words, lexicon, allowed & content_words(words), rate, _MISSED, random)
        dropped, doubled = random.uniform(0, _DROPPED), random.uniform(0, _DOUBLED)
        inside = eligible(words, capitals=False)  # an article that begins a sentence keeps its place
        for i, word in enumerate(words.lower):
            if word in _ARTICLES and inside[i]:
                draw = random.random()
                if draw < dropped:
                    edits.append(Edit(i, i + 1, ""))
                elif draw < dropped + doubled:
                    edits.append(Edit(i, i, word))
        return tuple(sorted(edits))
