"""Phrases that the end of a line parts."""

from __future__ import annotations

import pytest

from unspin.reader import spans, terms
from unspin.reader.passes import SUSPICION, load
from unspin.reader.substitutions import as_given, with_articles
from unspin.text import apply, is_apart, prose, rewrapped, split

FULL = "We have measured the harbour for two years"


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        (f"{FULL} with a random forest", False),
        (f"{FULL} with a random\nforest", False),
        (f"{FULL} with a random\r\n  forest", False),
        (f"{FULL} with a random\n{' ' * 32}forest", False),  # deep in the markup of a page
        (f"{FULL} with a random\n\nforest", True),
        (f"{FULL} with a random  \n \n  forest", True),
        (f"{FULL} with a random\tforest", True),
        (f"{FULL} with a random\n\tforest", True),
        (f"{FULL} with a random\nForest", True),  # a heading, or the next paragraph
        (f"{FULL}\nthe random\nforest", True),  # a list, or verse
        ("random\nforest", True),
    ],
)
def test_a_line_break_parts_a_phrase_unless_it_is_the_margin(text: str, apart: bool) -> None:
    start = text.index("random")
    assert is_apart(text, start, len(text)) is apart


@pytest.mark.parametrize(
    ("text", "original", "restored"),
    [
        ("an ai\ncalculation runs", "machine learning algorithm", "an machine\nlearning algorithm runs"),
        ("an ai calculation\nprogram runs", "machine learning algorithm", "an machine learning\nalgorithm runs"),
        ("an ai\r\n  calculation runs", "machine", "an machine\r\n  runs"),
        ("an ai\ncalculation, it runs", "machine", "an machine, it runs"),
        ("an ai calculation runs", "machine", "an machine runs"),
    ],
)
def test_what_is_put_in_is_broken_where_the_line_was(text: str, original: str, restored: str) -> None:
    ends = [text.index(word) + len(word) for word in ("calculation", "program") if word in text]
    start, end, put_in = rewrapped(text, 3, max(ends), original)
    assert text[:start] + put_in + text[end:] == restored


def put_right(text: str) -> str:
    seen = prose(text)
    words = split(seen.text)
    _, made = as_given(seen, (), with_articles(words, terms.phrases(words, {}, lambda: None)))
    return apply(text, made)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (f"{FULL} with an ai\ncalculation that learns.", f"{FULL} with a machine\nlearning algorithm that learns."),
        (f"{FULL}; all boats area\r\nunit counted.", f"{FULL}; all boats are\r\ncounted."),
        (f"> {FULL}; all boats *area\n> unit* counted.", f"> {FULL}; all boats *are*\n> counted."),
        (
            f"> {FULL} with an **ai\n> calculation** that learns.",
            f"> {FULL} with a **machine\n> learning algorithm** that learns.",
        ),
        (f"> {FULL}; all boats area\n> unit, and rafts.", f"> {FULL}; all boats are, and rafts."),
        (f"{FULL}; all boats area\runit counted.", f"{FULL}; all boats are\rcounted."),
        (f"> {FULL}; all boats area\r> unit counted.", f"> {FULL}; all boats are\r> counted."),
        (f"{FULL}; it was a get-right-of-entry-to problem.", f"{FULL}; it was an access problem."),
        (f"{FULL} with an ai<br>calculation.", f"{FULL} with a machine<br>learning algorithm."),
        (f">> {FULL}; all boats area\r\n>> unit.\r\n>> Rafts", f">> {FULL}; all boats are.\r\n>> Rafts"),
        (f"> {FULL} with *ai*\r\n> calculation.", f"> {FULL} with *machine*\r\n> learning algorithm."),
    ],
)
def test_terms_are_found_across_a_line_break_that_stays(text: str, written: str) -> None:
    assert put_right(text) == written


def test_spans_are_found_across_a_line_break_that_stays() -> None:
    models, model = load(fast=True), spans.load()

    def restored(text: str) -> str:
        words = split(text)
        seen = spans.gather(words, models.encoder.visible(words, SUSPICION), models, model)
        return apply(text, spans.edits(words, seen, model.posterior(seen, words)))

    whole = f"{FULL}, and the small boats withinside the old and narrow harbour area unit counted by hand at noon."
    as_one_line = restored(whole)
    assert "boats in the old and narrow harbour are counted" in as_one_line
    wrapped = whole.replace("withinside the", "withinside\nthe").replace("area unit", "area\nunit")
    assert restored(wrapped).replace("\n", " ") == as_one_line
    assert restored(wrapped).count("\n") == 2
