"""Words that a restoration would write a second time, beside those that a text has twice itself."""

from __future__ import annotations

import pytest

from unspin.reader.substitutions import undoubled
from unspin.reading import Substitution
from unspin.text import apply, split


def restored(text: str, *swaps: tuple[str, str]) -> str:
    """The text with the first place of each ``found`` restored, doubled words taken along."""
    changes = []
    for found, original in swaps:
        start = text.index(found)
        changes.append(Substitution(start, start + len(found), found, original, 0.9))
    made = undoubled(split(text), sorted(changes, key=lambda s: s.start))
    assert all(text[s.start : s.end] == s.found for s in made)
    return apply(text, made)


@pytest.mark.parametrize(
    ("text", "swap", "expected"),
    [
        (
            "They gain right of entry to to the tower.",
            ("right of entry to", "access to"),
            "They gain access to the tower.",
        ),
        ("The keeper plus and his son.", ("plus", "and"), "The keeper and his son."),
        ("And plus you may stay.", ("plus you", "and you"), "And you may stay."),
        ("A lamp of oil of lamp oil.", ("of lamp", "of"), "A lamp of oil of oil."),
    ],
)
def test_a_word_is_not_written_a_second_time(text: str, swap: tuple[str, str], expected: str) -> None:
    assert restored(text, swap) == expected


@pytest.mark.parametrize(
    ("text", "swap", "expected"),
    [
        ("He knew which that was.", ("which", "that"), "He knew that that was."),
        ("She possessed had enough.", ("possessed", "had"), "She had had enough."),
        ("The keeper plus\nand his son.", ("plus", "and"), "The keeper and\nand his son."),
        ("Salt, plus, and oil.", ("plus", "and"), "Salt, and, and oil."),
        ("They had had a lamp in in the domestic.", ("domestic", "house"), "They had had a lamp in in the house."),
    ],
)
def test_what_writers_set_twice_stays(text: str, swap: tuple[str, str], expected: str) -> None:
    assert restored(text, swap) == expected


def test_a_word_that_is_restored_itself_is_not_taken() -> None:
    assert restored("Salt plus additionally oil.", ("plus", "and"), ("additionally", "also")) == "Salt and also oil."


def test_an_open_place_takes_nothing() -> None:
    text = "The keeper plus plus his son."
    place = Substitution(11, 15, "plus", "plus", 0.3, (("and", 0.4),))
    assert undoubled(split(text), [place]) == (place,)
