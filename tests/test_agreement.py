"""What grammar says of the originals of a phrase: which can stand in its place, and what comes or goes with one."""

from __future__ import annotations

import numpy as np
import pytest

from unspin.reader import spans
from unspin.reader.agreement import possible
from unspin.text import apply, split


def restored(text: str, phrase: str, original: str) -> str:
    """A text with its phrase taken for an original."""
    words = split(text)
    tokens = phrase.split()
    begin = next(i for i in range(len(words)) if list(words.lower[i : i + len(tokens)]) == tokens)
    found = spans.Spans(
        np.array([begin]),
        np.array([begin + len(tokens)]),
        np.array([0, 1]),
        (original,),
        np.zeros((1, len(spans.EVIDENCE))),
    )
    return apply(text, spans.edits(words, found, spans.SpanPosterior(np.array([0.9]), np.array([0.9]))))


def fitting(text: str, phrase: str, *originals: str) -> tuple[str, ...]:
    """The originals of a phrase that can stand in its place."""
    words = split(text)
    tokens = phrase.split()
    begin = next(i for i in range(len(words)) if list(words.lower[i : i + len(tokens)]) == tokens)
    return possible(words, begin, begin + len(tokens), originals)


@pytest.mark.parametrize(
    ("text", "phrase", "original", "written"),
    [
        ("Due to the fact that it rained, we stayed.", "due to the fact", "because", "Because it rained, we stayed."),
        ("We stay in the event that it rains.", "in the event", "if", "We stay if it rains."),
        ("Due to the fact\n\nthat is all.", "due to the fact", "because", "Because\n\nthat is all."),
        ("Even as that lamp burned, they slept.", "even as", "while", "While that lamp burned, they slept."),
    ],
)
def test_the_that_of_a_phrase_goes_with_it(text: str, phrase: str, original: str, written: str) -> None:
    assert restored(text, phrase, original) == written


def test_a_that_which_another_phrase_begins_with_stays() -> None:
    text = "We stay in the event that may be."
    words = split(text)
    found = spans.Spans(
        np.array([2, 5]), np.array([5, 8]), np.array([0, 1, 2]), ("if", "so it is"), np.zeros((2, len(spans.EVIDENCE)))
    )
    made = spans.edits(words, found, spans.SpanPosterior(np.full(2, 0.9), np.full(2, 0.9)))
    assert apply(text, made) == "We stay if so it is."


@pytest.mark.parametrize(
    ("text", "phrase", "original", "written"),
    [
        ("Six men came, maximum of whom were cold.", "maximum of", "most", "Six men came, most of whom were cold."),
        ("Lots of them were cold.", "lots of", "many", "Many of them were cold."),
        ("Lots of the boats leaked.", "lots of", "many", "Many of the boats leaked."),
        ("Lots of boats leaked.", "lots of", "many", "Many boats leaked."),
        ("Every one of the boats leaked.", "every one of", "all", "All the boats leaked."),
    ],
)
def test_the_of_of_a_phrase_stays_before_those_it_is_a_part_of(
    text: str, phrase: str, original: str, written: str
) -> None:
    assert restored(text, phrase, original) == written


@pytest.mark.parametrize(
    ("text", "phrase", "fit"),
    [
        ("You'll additionally ought to pay.", "ought to", ("need to",)),
        ("They do not ought to pay.", "ought to", ("need to",)),
        ("They don't ought to pay.", "ought to", ("need to",)),
        ("They hope to ought to pay.", "ought to", ("need to",)),
        ("What they do ought to pay.", "ought to", ("should", "need to")),
        ("They not only ought to pay.", "ought to", ("should", "need to")),
    ],
)
def test_no_modal_stands_behind_a_modal(text: str, phrase: str, fit: tuple[str, ...]) -> None:
    assert fitting(text, phrase, "should", "need to") == fit


def test_a_clause_has_more_than_a_figure() -> None:
    assert fitting("Closed due to the fact that 2019.", "due to the fact", "because", "since") == ("since",)
    assert fitting("Closed due to the fact that 2019 was dry.", "due to the fact", "because", "since") == (
        "because",
        "since",
    )


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("The nurse, World Health Organization has left, was tired.", ("who",)),
        ("The men World Health Organization volition pay are old.", ("who",)),
        ("The World Health Organization has left.", ()),
        ("World Health Organization figures are old.", ()),
        ("A man, World Health Organization Director, has left.", ()),
        ("Unions and World Health Organization figures agree.", ()),
        ("It came from the agency, World Health Organization (WHO).", ()),
    ],
)
def test_the_name_of_an_organization_is_who_where_a_pronoun_may_stand(text: str, fit: tuple[str, ...]) -> None:
    assert fitting(text, "world health organization", "who") == fit
