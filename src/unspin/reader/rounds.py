"""Reading the restored text again until it comes to rest, so that restoring twice is the same as restoring once.

A round is a function of a stretch's text alone: what it changes, it would change again on meeting that text for the first
time. A text that no longer reads as spun is left as it is, and most are after one round. Other rounds end in a text that a
round leaves as it is, or in a circle of texts. Of a circle the first in order of code points is taken, whichever text of it
one came in by: restoring that text again goes round the same circle to the same end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from unspin.lexicon import CHANNELS
from unspin.model import posterior as posteriors
from unspin.model import verdict
from unspin.model.encoder import Visible
from unspin.model.posterior import Posterior
from unspin.reader import inflated
from unspin.reader.looks import SUSPICION, Models, decide, look_first
from unspin.reader.second import second_opinion
from unspin.reader.substitutions import CHANGE, chain, decisions, edits
from unspin.reading import Substitution
from unspin.text import Kind, Words, apply, split

if TYPE_CHECKING:
    from unspin.model.deep import CausalModel

STRETCH: Final = 800
"""Sentences that are decided together, some 20,000 tokens: every occurrence that the dictionary of a text can use."""
LONGEST: Final = 40_000
"""Tokens of a stretch at most."""
_MOST_ROUNDS: Final = 32  # five or six are much already
_SENTENCE_ENDS: Final = frozenset(".!?")
_CLOSERS: Final = frozenset("\"”’')]")
_FAMILIES: Final = dict(zip(CHANNELS, ("wordnet-walk", "fluent-synonyms", "thesaurus", "neighbours"), strict=True))


@dataclass(frozen=True)
class Settings:
    """What a user may choose, and add to the reader's own knowledge.

    Attributes:
        operating_point: the false-positive rate up to which a stretch counts as spun.
        deep: a causal language model, as a second opinion.
        known: the spinner's dictionary, from spun word to original, lower-cased.
    """

    operating_point: float = 1e-4
    deep: Path | None = None
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Round:
    """What one round changes, and the family of spinners that explains the text best, where one clearly does."""

    substitutions: tuple[Substitution, ...]
    family: str | None


def restore(words: Words, visible: Visible, models: Models, settings: Settings) -> Iterator[Round]:
    """Restore a stretch; yields all changes so far after each round, the last is the result.

    Args:
        words: the stretch, with offsets into it.
        visible: what the encoder says of it as it stands.
        models: what to read with.
        settings: the user's part.
    """
    texts = [words.text]
    states: list[tuple[Substitution, ...]] = [()]
    family: str | None = None
    for number in range(_MOST_ROUNDS):
        if number:
            words = split(texts[-1])
            visible = models.encoder.visible(words, SUSPICION)
        if verdict.load().rate(verdict.score(visible.swap, words.kind != Kind.MARK)) > settings.operating_point:
            break
        turn = _round(words, visible, models, settings)
        family = family if number else turn.family
        if not turn.substitutions:
            break
        restored = apply(texts[-1], turn.substitutions)
        if restored in texts:
            circle = range(texts.index(restored), len(texts))
            states.append(states[min(circle, key=texts.__getitem__)])
            break
        states.append(chain(texts[0], states[-1], texts[-1], turn.substitutions))
        texts.append(restored)
        yield Round(states[-1], family)
    yield Round(states[-1], family)


def _round(words: Words, visible: Visible, models: Models, settings: Settings) -> Round:
    """The phrases of rewriters first, which no word by itself tells; then the words, in what that leaves."""
    phrases = inflated.restored(words, visible, models.ngram, 1 - CHANGE)
    if not phrases:
        return _words(words, visible, models, settings)
    without = split(apply(words.text, phrases))
    turn = _words(without, models.encoder.visible(without, SUSPICION), models, settings)
    return Round(chain(words.text, phrases, without.text, turn.substitutions), turn.family)


def _words(words: Words, visible: Visible, models: Models, settings: Settings) -> Round:
    evidence = look_first(words, visible, models)
    posterior, evidence = decide(words, evidence, models, posteriors.load())
    if settings.deep is not None:
        posterior = second_opinion(words, evidence, posterior, models.lexicon, _causal_model(settings.deep))
    decided = decisions(words, visible, evidence, posterior, models.lexicon, settings.known)
    return Round(edits(words, decided), _family(posterior))


def _family(posterior: Posterior) -> str | None:
    best = int(np.argmax(posterior.family))
    return _FAMILIES[CHANNELS[best]] if posterior.family[best] >= 0.5 else None


@lru_cache(maxsize=1)
def _causal_model(path: Path) -> CausalModel:
    from unspin.model import deep  # late: torch

    return deep.load(path)


def stretches(words: Words) -> Iterator[tuple[int, int]]:
    """A document in stretches of whole sentences, as offsets ``[start, end)``: memory stays bounded, time linear.

    They are counted in marks at the end of sentences, which restoring leaves alone, not in words: the restored document
    falls into the same stretches. They are of one size, so that none is too short to be judged by itself.
    """
    ends = np.array([i + 1 for i, token in enumerate(words.lower) if token in _SENTENCE_ENDS], np.int64)
    size = -(-len(ends) // -(-len(ends) // STRETCH)) if len(ends) else STRETCH
    begin, start = 0, 0
    while True:
        last = int(np.searchsorted(ends, begin, "right")) + size - 1
        cut = int(ends[last]) if last < len(ends) - 1 else len(words)
        while cut < len(words) and words.lower[cut] in _CLOSERS:
            cut += 1
        begin = min(cut, begin + LONGEST)  # a text without sentences is cut where it must be
        if begin >= len(words):
            break
        end = int(words.start[begin])
        yield start, end
        start = end
    yield start, len(words.text)
