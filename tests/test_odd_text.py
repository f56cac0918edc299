"""Odd text, some fifty kinds of it, through every place that goes through text: time may grow only in step with length.

By default a text of 8,000 characters is set against one of 32,000; with ``--run-large`` texts of 100 kB, 1 MB and 4 MB.
Time is processor time, the bound is generous, and what is suspicious is measured again, so that a busy machine does not
matter: four times the text may take up to nine times as long, where it would take sixteen if time grew with the square.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import numpy as np
import pytest

from unspin import lexicon, spinners
from unspin.lexicon import phrases
from unspin.reader.eligibility import unjudged
from unspin.spinners.eligibility import eligible
from unspin.text import apply, find_quotations, indefinite_article, match_case, removal_span, sentence_spans, split
from unspin.text.paragraphs import paragraph_starts
from unspin.text.sentences import capital_starts

PIECES: Final = {
    "blanks": " ", "tabs": "\t", "newlines": "\n", "carriage returns": "\r\n", "form feeds": "\x0c",
    "no-break spaces": "\xa0", "line separators": "\u2028", "blanks and newlines": " \n",
    "indented lines": "        x\n", "blank then letter": "    a", "digits": "7", "figures": "1.",
    "thousands": "1,000,", "times": "12:30:", "ordinals": "3rd", "digits with letters": "1a", "wide digits": "\u0667",
    "superscripts": "\xb2", "one long word": "a", "capitals": "A", "mixed case": "aB",
    "letters with an apostrophe": "a'", "typographic apostrophes": "a\u2019", "underscores": "_",
    "no spaces": "thekilnwaswarm", "hyphens": "-", "hyphened words": "kiln-", "full stops": ".",
    "spaced full stops": ". ", "initials": "A. ", "titles": "Mr. ", "ellipses": "\u2026 ", "question marks": "?!",
    "commas": ",", "straight quotes": '"', "opening quotes": "\u201c", "closing quotes": "\u201d",
    "quoted words": '"a" said ', "quoted lines": '"x\n', "unclosed quotes": '"x. Ann said ', "backticks": "`",
    "TeX quotes": "``a'' ", "guillemets": "\xab a \xbb", "brackets": "(", "closing brackets": ".)]}",
    "ampersands": "Ann & ", "appositions": "Ann, b, ", "according": "according to ", "colons": "said: ",
    "zero-width spaces": "\u200b", "soft hyphens": "a\xad", "combining marks": "e\u0301", "marks alone": "\u0301",
    "emoji": "\U0001f469\u200d\U0001f680", "ideographs": "\u4e2d", "right-to-left": "\u05d0\u202e",
    "controls": "\x00", "replacement": "\ufffd", "addresses": "https://a.b/c?d=e&f=g ", "mail": "a@b.",
    "comments": "<!-- ", "comments in comments": "<!--<!-- -->", "tags": "<div>", "entities": "&amp;",
    "tables": "| a | ", "code": "if (a[0] == {b: c}) { return; }\n", "prose": "The kiln was warm. ",
    "lower-case prose": "it is a harbour in the wind ", "doubled words": "the the ",
    "known phrases": "deep learning of the ", "backslashes": "\\", "slashes": "/", "percent": "%20",
    "dashes": "\u2014", "bullets": "\n\u2022 a",
}  # fmt: skip
"""What each kind of text repeats."""


def with_prose(piece: str, length: int) -> str:
    """The piece over and over, once up to a word and once up to the end of a line."""
    half = (piece * (length // len(piece) + 1))[: length // 2]
    return f"{half}x\u0301 Ann said, \u201c4x\n{half}\n"


def screened(text: str) -> Any:
    pa = pytest.importorskip("pyarrow")
    pytest.importorskip("numba")
    from unspin import screen

    return screen.load().scores(pa.array([text.encode("utf-8", "replace")]))


def of_words(work: Callable[..., Any]) -> Callable[[str], Any]:
    """Work on words, without the time of cutting the text."""
    return lambda text: partial(work, split(text))


def removed_all(text: str) -> Any:
    words = split(text)
    spans = [removal_span(text, a, b) for a, b in zip(words.start[::7].tolist(), words.end[::7].tolist(), strict=True)]
    return sum(end - start for start, end in spans)


def simulated(text: str) -> Any:
    specimen = spinners.simulate(text, "rewriter", seed=1)
    return apply(specimen.text, specimen.swaps)


PLACES: Final[dict[str, Callable[[str], Callable[[], Any]]]] = {
    "text.split": lambda text: partial(split, text),
    "shapes": of_words(lambda words: type(words)(words.text, words.start, words.end, words.kind, words.lower).shape),
    "paragraphs": lambda text: partial(paragraph_starts, text),
    "sentences": of_words(sentence_spans),
    "sentence starts": of_words(capital_starts),
    "quotations": of_words(find_quotations),
    "what can be judged": of_words(unjudged),
    "what a spinner may touch": of_words(lambda words: eligible(words, capitals=True)),
    "known phrases": of_words(lambda words: phrases.load().matches(words)),
    "ids": of_words(lambda words: lexicon.load().ids(words.lower)),
    "removals": lambda text: partial(removed_all, text),
    "case and article": lambda text: lambda: (match_case(text, text, False), indefinite_article(text)),
    "simulate": lambda text: partial(simulated, text),
    "screen": lambda text: partial(screened, text),
}  # fmt: skip
FAST: Final = ("text.split", "paragraphs", "screen")
"""Places that are measured with 4 MB too."""
SHORT, LONG = 8_000, 32_000
"""Characters of the texts that are set against each other."""
NOTHING: Final = 0.004
"""Seconds that are not worth a comparison."""
MOST: Final = 9 / 4
"""How much faster than the text its time may grow."""


def seconds(work: Callable[[], Any], times: int = 1) -> float:
    """Processor time of the fastest of some runs."""
    best = np.inf
    for _ in range(times):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def growth(place: Callable[[str], Callable[[], Any]], piece: str, short: int, long: int) -> float:
    """How much faster than the length the time grows, 1 if in step."""
    little, much = place(with_prose(piece, short)), place(with_prose(piece, long))
    found = seconds(much)
    if found < NOTHING:
        return 1.0
    if found / max(seconds(little), NOTHING * short / long) * short / long <= MOST:
        return 1.0
    return seconds(much, 2) / max(seconds(little, 3), NOTHING * short / long) * short / long


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    """Whatever is loaded at the first use is loaded."""
    for place in PLACES.values():
        place("The kiln was warm.")()


@pytest.mark.parametrize("kind", PIECES)
def test_time_grows_in_step_with_the_text(kind: str) -> None:
    grown = {name: growth(place, PIECES[kind], SHORT, LONG) for name, place in PLACES.items()}
    assert {name: value for name, value in grown.items() if value > MOST} == {}


@pytest.mark.large
@pytest.mark.parametrize("kind", PIECES)
def test_time_grows_in_step_with_a_large_text(kind: str) -> None:
    for name, place in PLACES.items():
        assert growth(place, PIECES[kind], 100_000, 1_000_000) <= MOST, name
    for name in FAST:
        assert growth(PLACES[name], PIECES[kind], 1_000_000, 4_000_000) <= MOST, name


def test_time_that_grows_with_the_square_is_noticed() -> None:
    def square(text: str) -> Callable[[], Any]:
        return lambda: sum(1 for _ in range((len(text) // 40) ** 2))

    assert growth(square, "a", SHORT, LONG) > MOST
    assert growth(lambda text: lambda: sum(1 for _ in range(len(text))), "a", SHORT, LONG) <= MOST
