"""Edits of edits: two changes of a text that follow one another are one change of it."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from unspin.text import apply, compose


class Edit(NamedTuple):
    start: int
    end: int
    original: str


@st.composite
def edits_of(draw: st.DrawFn, text: str) -> list[Edit]:
    """Edits in order, without overlaps, none an insertion."""
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)))
    return [Edit(a, b, draw(st.text("xyz é😀", max_size=4))) for a, b in pairwise(cuts) if draw(st.booleans())]


@st.composite
def chains(draw: st.DrawFn) -> tuple[str, list[Edit], str, list[Edit]]:
    text = draw(st.text("abc ß😀", max_size=30))
    before = draw(edits_of(text))
    between = apply(text, before)
    return text, before, between, draw(edits_of(between))


@given(chains())
def test_composed_edits_give_what_the_two_give(chain: tuple[str, list[Edit], str, list[Edit]]) -> None:
    text, before, between, after = chain
    assert apply(text, list(compose(before, between, after))) == apply(between, after)


@given(chains())
def test_every_edit_is_in_one_composition(chain: tuple[str, list[Edit], str, list[Edit]]) -> None:
    _, before, between, after = chain
    composed = list(compose(before, between, after))
    assert [i for c in composed for i in c.before] == list(range(len(before)))
    assert [i for c in composed for i in c.after] == list(range(len(after)))


def test_edits_of_different_places_stay_apart() -> None:
    before, after = [Edit(0, 3, "police")], [Edit(11, 14, "sea")]
    composed = list(compose(before, "police and the fog", after))
    assert [(c.start, c.end, c.original, c.before, c.after) for c in composed] == [
        (0, 3, "police", (0,), ()),
        (8, 11, "sea", (), (0,)),
    ]


def test_edits_of_the_same_place_become_one() -> None:
    composed = list(compose([Edit(4, 7, "barge")], "the barge sank", [Edit(4, 9, "boat")]))
    assert [(c.start, c.end, c.original) for c in composed] == [(4, 7, "boat")]
