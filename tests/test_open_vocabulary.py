"""Originals that no dictionary has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from unspin.model import open_vocabulary
from unspin.model.encoder import Visible
from unspin.reader import passes
from unspin.text import Words, split


def seen(words: Words, form: str) -> Visible:
    """What the encoder says of a text, every place of a form suspicious and no other."""
    visible = passes.load().encoder.visible(words, -100.0)
    here = np.array([words.lower[place] == form for place in visible.places.tolist()])
    return replace(visible, places=visible.places[here], belief=visible.belief[here])


def proposals(words: Words, visible: Visible) -> Mapping[int, int]:
    models = passes.load()
    found = models.lexicon.ids([words.lower[i] for i in visible.places])
    candidates = models.lexicon.candidates(found)
    return open_vocabulary.proposals(words, visible, found, candidates, models.encoder, models.lexicon)


def test_a_word_that_no_dictionary_has_is_known_by_its_contexts() -> None:
    """Where "lantern" stands for every *the*, the page itself says so; its other places alone would not."""
    text = (
        "Lantern council of the town met in lantern old hall on lantern first Monday of lantern month. At lantern end of"
        " lantern meeting it agreed to repair lantern bridge over lantern river before lantern winter, and to ask lantern"
        " county for half of lantern money. Most of lantern people who live on lantern other side of lantern bridge use it."
    )
    words = split(text)
    models = passes.load()
    visible = seen(words, "lantern")
    places = visible.places
    proposed = proposals(words, visible)
    assert {models.lexicon.forms[k]: models.lexicon.forms[v] for k, v in proposed.items()} == {"lantern": "the"}
    assert proposals(words, replace(visible, places=places[:3], belief=visible.belief[:3])) == {}

    found = models.lexicon.ids([words.lower[i] for i in places])
    before = models.lexicon.candidates(found)
    after = open_vocabulary.extended(before, found, proposed)
    [the] = models.lexicon.ids(["the"])
    assert the not in before.original
    assert [the in after.original[a:b] for a, b in pairwise(after.ptr)] == [True] * len(places)
    assert np.array_equal(after.original[after.original != the], before.original)
    assert len(after.channel) == len(after.original) == after.ptr[-1]


def test_a_word_that_its_contexts_ask_for_is_no_strangers_place() -> None:
    text = (
        "The lantern hung over the door. She lit the lantern every evening, and he put the lantern out at dawn. No"
        " lantern burned as long as that lantern did, and no other lantern was kept so clean by the people of the house."
    )
    words = split(text)
    assert proposals(words, seen(words, "lantern")) == {}


def test_contexts_are_not_asked_of_a_form_that_its_sight_explains(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands for *city*, which dictionaries know and the encoder sees."""
    text = (
        "The metropolis has a new plan for its streets. The mayor of the metropolis said that people who live in the metropolis"
        " want fewer cars. Every part of the metropolis will have trees, and the metropolis will pay for them."
    )
    words = split(text)
    asked: list[int] = []
    encoder = passes.load().encoder
    hidden = encoder.hidden

    def counted(words: Words, tokens: Sequence[str], begins: np.ndarray) -> np.ndarray:
        asked.extend(begins.tolist())
        return hidden(words, tokens, begins)

    monkeypatch.setattr(encoder, "hidden", counted)
    assert proposals(words, seen(words, "metropolis")) == {}
    assert not asked
    strange = split(text.replace("metropolis", "lantern"))
    proposals(strange, seen(strange, "lantern"))
    assert asked
