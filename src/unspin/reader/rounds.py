"""Reading the restored text again until it comes to rest, so that restoring twice is the same as restoring once.

A round is a function of a stretch's text alone: what it changes, it would change again on meeting that text for the first
time. A text that no longer reads as spun is left as it is, and most are after one round. Other rounds end in a text that a
round leaves as it is, or in a circle of texts. Of a circle the first in order of code points is taken, whichever text of it
one came in by: restoring that text again goes round the same circle to the same end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from unspin.model import posterior as posteriors
from unspin.model import verdict as verdicts
from unspin.model.encoder import Visible
from unspin.reader import phrases
from unspin.reader.family import channel as explaining
from unspin.reader.passes import SUSPICION, Models, decide, first_evidence
from unspin.reader.rescoring import rescored
from unspin.reader.substitutions import CHANGE, chain, decisions, edits
from unspin.reading import Substitution
from unspin.settings import Settings
from unspin.text import Words, apply, split

if TYPE_CHECKING:
    from unspin.model.deep import CausalModel

_MOST_ROUNDS: Final = 32  # five or six are much already


@dataclass(frozen=True)
class Round:
    """What one round changes, and the channel that explains the text best, where one clearly does."""

    substitutions: tuple[Substitution, ...]
    channel: str | None


def restore(
    words: Words, visible: Visible, models: Models, settings: Settings, known: Mapping[str, str]
) -> Iterator[Round]:
    """Restore a stretch; yields all changes so far after each round, the last is the result.

    Args:
        words: the stretch, with offsets into it.
        visible: what the encoder says of it as it stands.
        models: what to read with.
        settings: what the user has chosen.
        known: the spinner's dictionary as far as the user has it, from spun word to original, in lower case.
    """
    texts = [words.text]
    states: list[tuple[Substitution, ...]] = [()]
    channel: str | None = None
    for number in range(_MOST_ROUNDS):
        if number:
            words = split(texts[-1])
            visible = models.encoder.visible(words, SUSPICION)
        if _rate(words, visible) > settings.operating_point:
            break
        made = _round(words, visible, models, settings, known)
        channel = channel if number else made.channel
        if not made.substitutions:
            break
        restored = apply(texts[-1], made.substitutions)
        if restored in texts:
            circle = range(texts.index(restored), len(texts))
            states.append(states[min(circle, key=texts.__getitem__)])
            break
        states.append(chain(texts[0], states[-1], texts[-1], made.substitutions))
        texts.append(restored)
        yield Round(states[-1], channel)
    yield Round(states[-1], channel)


def _rate(words: Words, visible: Visible) -> float:
    """Share of ordinary documents that would score as high as a stretch."""
    counts = verdicts.judged(words)
    return verdicts.load().rate(verdicts.score(visible.swap, counts, words.lower), int(counts.sum()))


def _round(words: Words, visible: Visible, models: Models, settings: Settings, known: Mapping[str, str]) -> Round:
    """The phrases of rewriters first, which no word by itself tells; then the words, in what that leaves."""
    restored = phrases.restored(words, visible, models.ngram, 1 - CHANGE, models.tick)
    if not restored:
        return _words(words, visible, models, settings, known)
    without = split(apply(words.text, restored))
    made = _words(without, models.encoder.visible(without, SUSPICION), models, settings, known)
    return Round(chain(words.text, restored, without.text, made.substitutions), made.channel)


def _words(words: Words, visible: Visible, models: Models, settings: Settings, known: Mapping[str, str]) -> Round:
    evidence = first_evidence(words, visible, models)
    posterior, evidence = decide(words, evidence, models, posteriors.load())
    if settings.deep is not None:
        model = _causal_model(settings.deep).watched(models.tick)
        posterior = rescored(words, evidence, posterior, models.lexicon, model)
    models.tick()
    decided = decisions(words, visible, evidence, posterior, models.lexicon, known)
    return Round(edits(words, decided), explaining(posterior))


@lru_cache(maxsize=1)
def _causal_model(path: Path) -> CausalModel:
    from unspin.model import deep  # late: torch

    return deep.load(path)
