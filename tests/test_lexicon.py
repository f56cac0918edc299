"""The lexicon: candidates, walks, and that both views agree."""

from __future__ import annotations

import numpy as np
import pytest

from unspin.lexicon import CHANNELS, GRAPHS, load
from unspin.lexicon.lexicon import ABSENT

LEXICON = load()


@pytest.mark.parametrize(
    ("found", "original"),
    [("automobile", "car"), ("residence", "home"), ("helium", "he"), ("vessels", "ships"), ("purchased", "bought")],
)
def test_originals_are_among_the_candidates(found: str, original: str) -> None:
    candidates = LEXICON.candidates(LEXICON.ids([found]))
    assert original in {LEXICON.forms[i] for i in candidates.original}


def test_candidates_of_a_batch_are_those_of_each_word() -> None:
    words = ["caller", "no-such-word", "vessel", "caller"]
    batch = LEXICON.candidates(LEXICON.ids(words))
    assert np.diff(batch.ptr)[1] == 0
    for i, word in enumerate(words):
        alone = LEXICON.candidates(LEXICON.ids([word]))
        here = slice(batch.ptr[i], batch.ptr[i + 1])
        assert batch.original[here].tolist() == alone.original.tolist()
        assert np.array_equal(batch.channel[here], alone.channel)


def test_every_candidate_has_a_channel_and_is_a_possible_original() -> None:
    some = np.arange(0, len(LEXICON.forms), 97, dtype=np.int32)
    candidates = LEXICON.candidates(some)
    assert np.isfinite(candidates.channel.max(1)).all()
    assert (candidates.channel <= 0).all()
    assert candidates.channel.shape[1] == len(CHANNELS)
    assert candidates.original.max() < LEXICON.vocabulary
    assert ABSENT == 255


def test_no_word_is_its_own_candidate() -> None:
    some = np.arange(0, LEXICON.vocabulary, 53, dtype=np.int32)
    candidates = LEXICON.candidates(some)
    owner = np.repeat(some, np.diff(candidates.ptr))
    assert (owner != candidates.original).all()


def test_spelling_variants_are_no_candidates() -> None:
    for british, american in [("defence", "defense"), ("emphasise", "emphasize"), ("harbour", "harbor")]:
        candidates = LEXICON.candidates(LEXICON.ids([british]))
        assert american not in {LEXICON.forms[i] for i in candidates.original}


def test_a_route_is_a_walk_of_real_steps() -> None:
    graph = LEXICON.graphs["walk"]
    walked = 0
    for source in range(200, 4_000, 211):
        terms, _ = graph.row(source)
        for middle in terms[:2].tolist():
            for target in graph.row(middle)[0][:3].tolist():
                route = LEXICON.route(LEXICON.forms[source], LEXICON.forms[target])
                assert route[0] == LEXICON.forms[source]
                assert route[-1] == LEXICON.forms[target]
                if len(route) == 3:
                    walked += 1
                    ids = LEXICON.ids(route)
                    assert ids[1] in graph.row(int(ids[0]))[0]
                    assert ids[2] in graph.row(int(ids[1]))[0]
    assert walked > 10


def test_no_route() -> None:
    assert LEXICON.route("no-such-word", "car") == ()


def test_rows_are_probabilities() -> None:
    for name in GRAPHS:
        terms, probability = LEXICON.graphs[name].row(LEXICON.index["good"])
        assert len(terms) == len(probability) > 0
        assert probability.sum() == pytest.approx(1)
