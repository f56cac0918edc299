"""The rule that claims of a source are held against: what two texts that nobody spun have in common."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("rapidfuzz")

from benchmarks.shared_text import shared_words, shares

HARBOUR = (Path(__file__).resolve().parent.parent / "examples" / "harbour.txt").read_text(encoding="utf-8")
CLINIC = (Path(__file__).resolve().parent.parent / "examples" / "clinic.txt").read_text(encoding="utf-8")
SEASON = (
    "The club of {0} began the season of {1} under {2}, who had come from {3} in the spring. It won {4} of its matches, lost"
    " {5}, and finished in the upper half of the table. The last match was played in {6} before {7} people, and the cup went to"
    " the neighbours from {8} once more."
)


def test_a_copy_and_an_edited_copy_are_shared() -> None:
    words = shared_words(HARBOUR, HARBOUR)
    assert words.same == words.words > 400
    edited = " ".join(
        word for k, word in enumerate(HARBOUR.split(" ")) if k % 12 or word[0].isupper() or word[0].isdigit()
    )
    assert shares(HARBOUR, edited) and shares(edited, HARBOUR)


def test_a_part_is_enough_and_a_sentence_is_not() -> None:
    words = HARBOUR.split()
    assert shares(HARBOUR, CLINIC + " " + " ".join(words[100:150]))
    assert not shares(HARBOUR, CLINIC + " " + " ".join(words[100:125]))
    assert shares(" ".join(words[100:125]), HARBOUR), "half of a short text is enough"


def test_two_texts_after_one_pattern_share_nothing() -> None:
    ours = SEASON.format(*"Oberau 1991 Brandl Kolm 14 9 Lenn 412 Drau".split())
    theirs = SEASON.format(*"Velden 2004 Steiner Rosegg 11 12 Villach 987 Tormund".split())
    assert not shares(ours, theirs) and shares(ours, ours)


def test_other_texts_and_empty_ones_share_nothing() -> None:
    assert not shares(HARBOUR, CLINIC)
    assert not shares("", HARBOUR) and not shares(HARBOUR, "") and not shares("", "")
    assert shared_words("A few words.", HARBOUR) == (3, 0)
