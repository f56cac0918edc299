"""Reading the restored text again until it comes to rest, so that restoring twice is the same as restoring once.

A round is a function of a stretch's text alone: what it changes, it would change again on meeting that text for the first
time. A text that no longer looks spun, by what is in sight of it, is left as it is, and most are after one round. Other
rounds end in a text that a round leaves as it is, or in a circle of texts. Of a circle the first in order of code points is
taken, whichever text of it one came in by: restoring that text again goes round the same circle to the same end.

What a round leaves open (:attr:`~unspin.reading.Substitution.open`) stands in the next one as it was found, and may be
changed there. If it is not, it is open in the end, with the newest guesses: in a text that has been restored all around it,
a word is no longer suspicious, but nobody has written it for all that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from unspin.model import posterior as posteriors
from unspin.model.encoder import Visible
from unspin.reader import rescoring, span_rescoring, spans, terms
from unspin.reader.family import channel as explaining
from unspin.reader.passes import SUSPICION, Models, decide, first_evidence, suspicion
from unspin.reader.substitutions import (
    FILL_ALL,
    PHRASES,
    WORDS,
    WORDS_CLOSELY,
    apart,
    carried_back,
    chain,
    decisions,
    edits,
    outside,
    with_articles,
    with_open,
    with_phrases,
)
from unspin.reader.verdict import asks
from unspin.reading import Substitution
from unspin.settings import Settings
from unspin.text import Words, apply, split

if TYPE_CHECKING:
    from unspin.model.trees import CausalModel

_MOST_ROUNDS: Final = 32  # five or six are much already


@dataclass(frozen=True)
class Round:
    """What rounds change, what the last one leaves open, and the channel that explains the text best, if one clearly does."""

    substitutions: tuple[Substitution, ...]
    channel: str | None
    open: tuple[Substitution, ...] = ()

    @property
    def all(self) -> tuple[Substitution, ...]:
        """What is changed and what is open, in order."""
        return with_open(self.substitutions, self.open)


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
    states: list[Round] = [Round((), None)]
    for number in range(_MOST_ROUNDS):
        if number:
            words = split(texts[-1])
            visible = models.encoder.visible(words, SUSPICION)
        if not asks(words, visible, models, settings.operating_point):
            break
        made = _round(words, visible, models, settings, known)
        before = states[-1].substitutions
        channel = states[-1].channel if number else made.channel
        left = carried_back(texts[0], before, texts[-1], made.open)
        states[-1] = Round(before, channel, with_open(left, states[-1].open))
        if not made.substitutions:
            break
        restored = apply(texts[-1], made.substitutions)
        if restored in texts:
            circle = range(texts.index(restored), len(texts))
            states.append(states[min(circle, key=texts.__getitem__)])
            break
        changes = chain(texts[0], before, texts[-1], made.substitutions)
        states.append(Round(changes, channel, states[-1].open))
        texts.append(restored)
        yield states[-1]
    yield states[-1]


def _round(words: Words, visible: Visible, models: Models, settings: Settings, known: Mapping[str, str]) -> Round:
    """What the best path through the lattice changes: its spans are filled in, its words decided in what that leaves.

    Listed tortured phrases go before the spans that they overlap, and the user's dictionary before both.
    """
    model = spans.load()
    seen = spans.gather(words, visible, models, model, dictionary=known)
    causal = models.causal if settings.deep is None else _own_model(settings.deep).watched(models.tick)
    posterior = model.posterior(seen, words)
    if causal is not None and span_rescoring.is_in_doubt(posterior):
        guesses = _guesses(words, visible, models)
        posterior = span_rescoring.rescored(words, guesses, seen, posterior, causal, span_rescoring.load())
    listed, in_place = terms.phrases(words, known, models.tick), terms.places(words, known, models.tick)
    chosen = outside(spans.edits(words, seen, posterior, FILL_ALL if settings.fill_all else PHRASES), in_place)
    given = spans.entries(words, visible, known)
    path = with_articles(words, with_phrases(with_phrases(chosen, listed), given))
    settled, left = tuple(s for s in path if not s.open), tuple(s for s in path if s.open)
    if settled:
        without = split(apply(words.text, settled))
        made = _words(without, models, causal, settings, known)
        changes = chain(words.text, settled, without.text, made.substitutions)
        made = Round(changes, made.channel, carried_back(words.text, settled, without.text, made.open))
    else:
        made = _words(words, models, causal, settings, known)
    held = apart(spans.held(words, seen, posterior, settled), in_place)
    changes = with_articles(words, outside(made.substitutions, held))
    return replace(made, substitutions=changes, open=with_open(left, outside(made.open, held)))


def _guesses(words: Words, visible: Visible, models: Models) -> list[str]:
    """The tokens of a text as the passes hold them likeliest, its phrases as found."""
    posterior, evidence = decide(words, first_evidence(words, visible, models), models, posteriors.load())
    return rescoring.guessed(words, evidence, posterior, models.lexicon)


def _words(
    words: Words, models: Models, causal: CausalModel | None, settings: Settings, known: Mapping[str, str]
) -> Round:
    visible = models.encoder.visible(words, suspicion(words))
    evidence = first_evidence(words, visible, models)
    posterior, evidence = decide(words, evidence, models, posteriors.load())
    if causal is not None:
        posterior = rescoring.rescored(words, evidence, posterior, models.lexicon, causal, rescoring.load())
    models.tick()
    bar = FILL_ALL if settings.fill_all else WORDS if causal is None else WORDS_CLOSELY
    decided = decisions(words, visible, evidence, posterior, models.lexicon, known, bar)
    made = edits(words, terms.in_place(words, decided, models.lexicon, known, models.tick))
    return Round(tuple(s for s in made if not s.open), explaining(posterior), tuple(s for s in made if s.open))


@lru_cache(maxsize=1)
def _own_model(path: Path) -> CausalModel:
    from unspin.model import deep  # late: torch

    return deep.load(path)
