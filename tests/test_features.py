"""What the rest of a document says of an option."""

from __future__ import annotations

import numpy as np
import pytest

from unspin import lexicon
from unspin.model.evidence import Evidence
from unspin.model.features import FEATURES, FIRST_PASS, features
from unspin.model.posterior import Posterior
from unspin.text import Words, split

LEXICON = lexicon.load()


def suspect(words: Words, options: dict[str, list[str]]) -> Evidence:
    """Evidence on every occurrence of some words, each with the same options and nothing known of them."""
    place = np.array([i for i, token in enumerate(words.lower) if token in options], np.int64)
    forms = [options[words.lower[i]] for i in place]
    original = LEXICON.ids([form for row in forms for form in row]).astype(np.int64)
    nothing = np.zeros(len(original), np.float32)
    return Evidence(
        place=place,
        swap=np.zeros(len(place), np.float32),
        found=LEXICON.ids([words.lower[i] for i in place]),
        ptr=np.cumsum([0, *map(len, forms)]).astype(np.int64),
        original=original,
        belief=nothing,
        context=nothing,
        ngram=nothing,
        channel=np.zeros((len(original), len(lexicon.CHANNELS)), np.float32),
        found_context=np.zeros(len(place), np.float32),
    )


def believed(evidence: Evidence, written: float) -> Posterior:
    """Every word as written with this probability, its options sharing the rest."""
    size = np.diff(evidence.ptr)
    option = np.repeat((1 - written) / size, size)
    return Posterior(
        option, np.full(len(size), written), np.full(len(lexicon.CHANNELS), 1 / len(lexicon.CHANNELS)), 0.3
    )


def column(values: np.ndarray, name: str) -> list[float]:
    return [round(float(value), 6) for value in values[:, FEATURES.index(name)]]


def test_every_feature_has_its_column() -> None:
    words = split("The vessel lay in the haven.")
    evidence = suspect(words, {"vessel": ["boat", "ship"], "haven": ["harbour"]})
    assert features(evidence, words, LEXICON).shape == (3, FIRST_PASS)
    later = features(evidence, words, LEXICON, believed(evidence, 0.5), np.array([True, False]))
    assert later.shape == (3, len(FEATURES))
    assert np.isfinite(later).all()


def test_words_of_one_stem_count_in_another_form_only() -> None:
    words = split("Two boats came, a boat left, and the vessel lay there; ships do.")
    evidence = suspect(words, {"vessel": ["boat", "ship", "wood"]})
    values = features(evidence, words, LEXICON, believed(evidence, 0.5))
    assert column(values, "kin_untouched") == [round(np.log(2), 6), round(np.log(2), 6), 0.0]
    assert column(values, "untouched") == [round(np.log(2), 6), 0.0, 0.0]


def test_options_of_other_words_count_as_far_as_they_are_believed() -> None:
    words = split("The vessel lay by the crafts.")
    evidence = suspect(words, {"vessel": ["boat", "dog"], "crafts": ["boats"]})
    values = features(evidence, words, LEXICON, believed(evidence, 0.25))
    assert column(values, "kin_restored") == pytest.approx([np.log1p(0.75), 0.0, np.log1p(0.375)], abs=1e-6)


def test_open_words_around_are_counted_by_distance() -> None:
    words = split("vessel vessel the of and vessel")
    evidence = suspect(words, {"vessel": ["boat"]})
    some = features(evidence, words, LEXICON, believed(evidence, 0.5), np.array([False, False, False]))
    assert column(some, "open_before") == [0.0, 1.0, 0.0]
    assert column(some, "open_after") == [1.0, 0.0, 0.0]
    assert column(some, "open_near") == [1.0, 1.0, 0.0]
    assert column(some, "open_farther") == [0.0, 1.0, 1.0]
    none = features(evidence, words, LEXICON, believed(evidence, 0.5), np.array([True, True, True]))
    assert not np.any([column(none, name) for name in FEATURES if name.startswith("open_")])


def test_what_is_believed_of_a_word_elsewhere_is_the_mean_of_the_others() -> None:
    words = split("vessel and vessel by crafts")
    evidence = suspect(words, {"vessel": ["boat"], "crafts": ["boats"]})
    before = Posterior(
        np.array([0.1, 0.8, 0.5]),
        np.array([0.9, 0.2, 0.5]),
        np.full(len(lexicon.CHANNELS), 1 / len(lexicon.CHANNELS)),
        0.3,
    )
    values = features(evidence, words, LEXICON, before)
    odds = [np.log((p + 0.02) / (1.02 - p)) for p in (0.2, 0.9)]
    assert column(values, "written_elsewhere") == pytest.approx([*odds, 0.0], abs=1e-6)


def test_forms_of_one_stem_share_a_number_of_the_most_frequent() -> None:
    assert len(LEXICON.stem) == len(LEXICON.forms)
    boat, boats, ship = LEXICON.ids(["boat", "boats", "ship"])
    assert LEXICON.stem[boat] == LEXICON.stem[boats] != LEXICON.stem[ship]
    assert (LEXICON.stem <= np.arange(len(LEXICON.forms))).all()
