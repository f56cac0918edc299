"""The family of spinners is a guess, made only where guesses are right as a rule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import unspin
from tests.test_damage import PROSE
from unspin.lexicon import CHANNELS
from unspin.model.evidence import Posterior
from unspin.reader.family import channel, named
from unspin.reading import Substitution
from unspin.report.wording import spinner_in_words
from unspin.spinners import simulate


def _swaps(one: int, two: int) -> list[Substitution]:
    plain = Substitution(0, 1, "a", "c", 0.9, route=("c", "a"))
    return [plain] * one + [replace(plain, route=("c", "b", "a"))] * two


@pytest.mark.parametrize(
    ("explained_by", "one", "two", "name"),
    [
        ("walk", 40, 4, "wordnet-walk"),
        ("walk", 5, 2, "wordnet-walk"),
        ("walk", 40, 1, "wordnet-step"),
        ("walk", 10, 1, None),
        ("walk", 24, 0, None),
        ("walk", 25, 0, "wordnet-step"),
        ("walk", 0, 0, None),
        ("walk", 96, 4, None),
        ("thesaurus", 9, 0, "thesaurus"),
        ("neighbour", 9, 0, "neighbours"),
        ("synonym", 40, 4, None),
        ("span", 40, 4, None),
        (None, 40, 4, None),
    ],
)
def test_a_family_is_named_where_that_is_right(explained_by: str | None, one: int, two: int, name: str | None) -> None:
    assert named(explained_by, _swaps(one, two)) == name


def test_a_channel_must_explain_nearly_all() -> None:
    def posterior(weight: float) -> Posterior:
        family = np.full(len(CHANNELS), (1 - weight) / (len(CHANNELS) - 1))
        family[2] = weight
        return Posterior(np.empty(0), np.empty(0), family, 0.1)

    assert channel(posterior(0.95)) == "thesaurus"
    assert channel(posterior(0.85)) is None


def test_families_of_one_channel_are_told_apart_or_not_named() -> None:
    text = f"{PROSE}\n{PROSE.replace('ferry', 'tram').replace('boat', 'bus')}"
    assert unspin.read(simulate(text, "wordnet-walk", seed=5, rate=0.4).text).spinner in ("wordnet-walk", None)
    assert unspin.read(simulate(text, "thesaurus", seed=5, rate=0.4).text).spinner == "thesaurus"
    for family in ("rewriter", "spinbot", "phrase-thesaurus", "gloss"):
        assert unspin.read(simulate(text, family, seed=5, rate=0.4).text).spinner is None


def test_a_family_is_worded_as_a_guess() -> None:
    assert spinner_in_words("thesaurus") == "perhaps thesaurus"
    assert spinner_in_words(None) == "unknown"
