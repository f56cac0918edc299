"""What was put in as a whole is restored as a whole: no half of it stays, and none is read alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from unspin.arrays import ragged
from unspin.reader import spans
from unspin.reader.spans import SpanPosterior, Spans
from unspin.reader.substitutions import Decision, edits, outside
from unspin.reading import Substitution
from unspin.text import apply, split


def decided(*pairs: tuple[int, str | None]) -> dict[int, Decision]:
    return {i: Decision(original, 0.9, ()) for i, original in pairs}


@pytest.mark.parametrize(
    ("text", "chosen", "written"),
    [
        ("The content material is good.", [(2, "content")], "The content is good."),
        ("The material content is good.", [(1, "content")], "The content is good."),
        ("The Content Material is good.", [(2, "content")], "The Content is good."),
        ("The matter material is good.", [(1, "content"), (2, "content")], "The content is good."),
        ("The web sites are good.", [(2, "websites")], "The websites are good."),
        ("The web sites are good.", [(1, "websites")], "The websites are good."),
        ("The web sites are good.", [(1, None), (2, "websites")], "The websites are good."),
        ("An item apple is good.", [(1, "apple")], "An apple is good."),
        ("A fruit apple is good.", [(1, "apple")], "An apple is good."),
        ("We go to towards it.", [(3, "to")], "We go to towards it."),  # a guess, not a phrase
        ("The content, material of it.", [(3, "content")], "The content, content of it."),
        ("The matter matter is good.", [(1, "content"), (2, "content")], "The content content is good."),
    ],
)
def test_two_words_that_stand_for_one_are_restored_together(
    text: str, chosen: list[tuple[int, str | None]], written: str
) -> None:
    assert apply(text, edits(split(text), decided(*chosen))) == written


def test_the_words_of_a_span_that_nobody_knows_are_left() -> None:
    words = split("We carry out the work, and web sites say so.")
    seen = Spans(
        np.array([1, 7]),
        np.array([3, 9]),
        ragged.offsets(np.array([2, 2])),
        ("do", "perform", "pages", "sites"),
        np.zeros((4, len(spans.EVIDENCE))),
    )
    likely = SpanPosterior(np.array([0.4, 0.4, 0.9, 0.0]), np.array([0.8, 0.9]))
    settled = spans.edits(words, seen, likely)
    settled = tuple(s for s in settled if not s.open)
    assert [s.original for s in settled] == ["pages"]
    assert spans.held(words, seen, likely, settled) == [(3, 12)]
    assert spans.held(words, seen, replace(likely, put_in=np.array([0.3, 0.9])), settled) == []


def test_held_words_change_together_or_not_at_all() -> None:
    half, whole, beside = (
        Substitution(start, end, "x" * (end - start), "y", 0.9) for start, end in ((5, 8), (3, 12), (13, 15))
    )
    assert outside([half, beside], [(3, 12)]) == (beside,)
    assert outside([whole, beside], [(3, 12)]) == (whole, beside)
    assert outside([half], []) == (half,)


@pytest.mark.parametrize(
    ("text", "original", "written"),
    [
        ("The persons' rights.", "people", "The people's rights."),
        ("The persons’ rights.", "people", "The people’s rights."),
        ("The persons' rights.", "workers", "The workers' rights."),
        ("The word 'many persons' is long.", "people", "The word 'many people' is long."),
        ("The persons, and rights.", "people", "The people, and rights."),
    ],
)
def test_a_plural_that_ends_otherwise_owns_with_an_s(text: str, original: str, written: str) -> None:
    words = split(text)
    assert apply(text, edits(words, decided((words.lower.index("persons"), original)))) == written
