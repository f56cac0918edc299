"""Originals that no dictionary has."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from unspin.model import open_vocabulary
from unspin.reader import passes
from unspin.text import split


def test_a_word_that_no_dictionary_has_is_known_by_its_contexts() -> None:
    """Where "lantern" stands for every *the*, the page itself says so; its other places alone would not."""
    text = (
        "Lantern council of the town met in lantern old hall on lantern first Monday of lantern month. At lantern end of"
        " lantern meeting it agreed to repair lantern bridge over lantern river before lantern winter, and to ask lantern"
        " county for half of lantern money. Most of lantern people who live on lantern other side of lantern bridge use it."
    )
    words = split(text)
    models = passes.load()
    places = np.array([i for i, token in enumerate(words.lower) if token == "lantern"])
    found = models.lexicon.ids([words.lower[i] for i in places])
    proposed = open_vocabulary.proposals(words, places, found, models.encoder, models.lexicon)
    assert {models.lexicon.forms[k]: models.lexicon.forms[v] for k, v in proposed.items()} == {"lantern": "the"}
    assert open_vocabulary.proposals(words, places[:3], found[:3], models.encoder, models.lexicon) == {}

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
    models = passes.load()
    places = np.array([i for i, token in enumerate(words.lower) if token == "lantern"])
    found = models.lexicon.ids([words.lower[i] for i in places])
    assert open_vocabulary.proposals(words, places, found, models.encoder, models.lexicon) == {}
