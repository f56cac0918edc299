"""British stays British: a restored word is spelt as its text spells, and another spelling is no swap."""

from __future__ import annotations

import numpy as np
import pytest

import unspin
from unspin import lexicon as lexicons
from unspin.model.encoder import Visible
from unspin.model.evidence import Evidence, Posterior
from unspin.reader.substitutions import decisions
from unspin.text import split
from unspin.text.spelling import same_word, spelling_of

KNOWN = lexicons.load().index.__contains__
BRITISH = "the colour of the theatre was recognised by the neighbours"
AMERICAN = "the color of the theater was recognized by the neighbors"


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("colour", "color"),
        ("kerb", "curb"),
        ("travellers", "travelers"),
        ("organised", "organized"),
        ("analyse", "analyze"),
    ],
)
def test_two_spellings_are_one_word(british: str, american: str) -> None:
    assert same_word(british, american) and same_word(american, british)
    assert not same_word(british, british) and not same_word(british, "past")


def test_a_text_says_how_it_spells() -> None:
    british, american = spelling_of(BRITISH.split(), KNOWN), spelling_of(AMERICAN.split(), KNOWN)
    assert [british.spell(word, KNOWN) for word in ("favor", "organize", "color", "tire")] == [
        "favour", "organise", "colour", "tire"]  # fmt: skip
    assert [american.spell(word, KNOWN) for word in ("favour", "organise", "grey")] == ["favor", "organize", "gray"]
    oxford = spelling_of("the colour was recognized".split(), KNOWN)
    assert (oxford.spell("favor", KNOWN), oxford.spell("organize", KNOWN)) == ("favour", "organize")
    neither = spelling_of("likewise the size of the prize was a surprise in advertising".split(), KNOWN)
    assert (neither.british, neither.ise) == (None, None)
    assert [
        british.spell(word, KNOWN) for word in ("prize", "size", "for", "or", "meter")
    ] == "prize size for or meter".split()


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        (f"odour {BRITISH}", {"flavor": 0.9}, "flavour"),
        (f"odour {AMERICAN}", {"flavour": 0.9}, "flavor"),
        (f"odour {BRITISH}", {"flavor": 0.4, "flavour": 0.35}, "flavour"),  # together they are believed
        (f"kerb {BRITISH}", {"curb": 0.95}, "kerb"),  # as written
        (f"curb {AMERICAN}", {"kerb": 0.95}, "curb"),
        (f"color {BRITISH}", {"colour": 0.95}, "colour"),  # a spinner's spelling
    ],
)
def test_what_is_restored_is_spelt_like_the_text(text: str, options: dict[str, float], expected: str) -> None:
    words = split(text)
    decided = _decided(text, options)
    assert (decided[0].original if 0 in decided else words.lower[0]) == expected


def _decided(text: str, options: dict[str, float]):  # type: ignore[no-untyped-def]
    lexicon, words, count = lexicons.load(), split(text), len(options)
    swap = np.full(len(words), -9, np.float32)
    swap[0] = 3
    nothing = np.zeros(count, np.float32)
    evidence = Evidence(
        np.array([0]), swap[:1], lexicon.ids([words.lower[0]]), np.array([0, count]),
        lexicon.ids(list(options)).astype(np.int64), nothing, nothing, nothing, np.zeros((count, 5), np.float32),
        np.zeros(1, np.float32),
    )  # fmt: skip
    posterior = Posterior(np.array(list(options.values())), np.array([0.02]), np.full(5, 0.2), 0.1)
    visible = Visible(swap, np.array([0]), np.zeros((1, 384), np.float32))
    return decisions(words, visible, evidence, posterior, lexicon, {})


def test_british_words_stay_in_a_spun_text() -> None:
    text = (
        "Every exploiter tin now log inwards with the card that was issued past the city, and nobelium fee testament live"
        " charged, arsenic the council pays for it. The kerb in grey was honoured past the neighbouring organisation, and the"
        " jewellery stall at the centre testament live painted in another colour."
    )
    restored = unspin.restore(text)
    assert restored != text
    for word in ("kerb", "grey", "honoured", "neighbouring", "organisation", "jewellery", "centre", "colour"):
        assert word in restored
