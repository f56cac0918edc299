"""A guess at the family of spinners, made only where it is right as a rule; otherwise the family is unknown.

Three of the channels are each the dictionary of few families and explain their texts nearly alone. The other two explain the
texts of many (real rewriters, SpinBot and casino pages all look like a phrase thesaurus), so that nothing is named for them.
Walk and single step share a channel; a walk shows by words that only two steps lead to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from unspin.lexicon import CHANNELS
from unspin.model.evidence import Posterior
from unspin.reading import Substitution

__all__ = ["channel", "named"]

_SURE: Final = 0.9
"""Weight of a channel in the document from which on it is taken to be the spinner's. Nine in ten of the guesses made like that
are right or more, for each name, on documents of part ``test`` spun by all families (``python -m benchmarks.family``)."""
_FAMILIES: Final = {"thesaurus": "thesaurus", "neighbour": "neighbours"}
_WALKED: Final = 0.05
"""Share of the swaps with a known route that took two steps, from which on the spinner walks."""
_STEPPED: Final = 0.03
"""The share up to which it takes single steps."""
_FEWEST_WALKED: Final = 2
_FEWEST_ROUTES: Final = 25
"""Routes without which single steps may be chance."""


def channel(posterior: Posterior) -> str | None:
    """The channel that explains a text, where one clearly does; a name of :data:`~unspin.lexicon.CHANNELS`."""
    best = int(posterior.family.argmax())
    return CHANNELS[best] if posterior.family[best] >= _SURE else None


def named(channel: str | None, substitutions: Sequence[Substitution]) -> str | None:
    """The family that is guessed for a document, or None.

    Args:
        channel: what explains it best.
        substitutions: its swaps with their routes.
    """
    if channel != "walk":
        return _FAMILIES.get(channel or "")
    routes = [len(s.route) - 1 for s in substitutions if s.route]
    walked = routes.count(2)
    if walked >= max(_FEWEST_WALKED, _WALKED * len(routes)):
        return "wordnet-walk"
    if len(routes) >= _FEWEST_ROUTES and walked <= _STEPPED * len(routes):
        return "wordnet-step"
    return None
