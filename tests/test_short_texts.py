"""Listed phrases in short texts: a few of them make no honest text spun."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import unspin
from unspin.model import verdict
from unspin.model.verdict import Evidence
from unspin.reader import terms
from unspin.reader import verdict as scores
from unspin.reader.passes import SUSPICION, load
from unspin.text import split

EXAMPLES = Path(__file__).parent.parent / "examples"
NOTES = (
    "Estate law for beginners, week two. Wayleave: leave to carry a pipe or wire over land. Easement: one may get right of "
    "entry to the field of another, within limits. Read the case of the frozen mill, and note how the demanding situations "
    "of that winter moved the judge. Copyhold: gone since 1925. Terrier: a list of lands; check which area unit used in it "
    "is local. Tithe map: see last week. Bring your sheet to the seminar, with the questions answered in pencil, because we"
    " will mark them together."
)
QUESTION = (
    "Hi all, I rent a meadow and my neighbour says I need his ok to get right of entry to the field from the north gate. Is"
    " this true? The deed is from 1920 and after the demanding situations of that winter the gate was moved, so the drawing"
    " is wrong. Also the area unit used in the deed is the rood and I don't know how big that is. I would rather not pay a "
    "lawyer for this. Any help is welcome, thanks in advance, Ruth."
)


@pytest.mark.parametrize("fast", [True, False], ids=["fast", "closely"])
@pytest.mark.parametrize("text", [NOTES, QUESTION], ids=["notes", "question"])
def test_listed_phrases_alone_make_no_short_text_spun(text: str, fast: bool, closely: None) -> None:
    reading = unspin.read(text, unspin.Settings(fast=fast))
    assert reading.false_positive_rate > 5e-4
    assert reading.restored == text


def of(words: int, **phrases: float) -> Evidence:
    return Evidence(np.full(words, -6, np.float32), np.ones(words, bool), [f"form{i}" for i in range(words)], **phrases)


@pytest.mark.parametrize("kind", ["never_written", "tortured"])
def test_how_many_phrases_count_goes_by_the_length(kind: str) -> None:
    counts = [verdict.statistics(of(words, **{kind: 4.0}), [kind])[0] for words in (40, 80, 160, 400)]
    assert counts[0] == pytest.approx(counts[1] / 2) == pytest.approx(counts[2] / 4)
    assert counts[3] > 2.9


def gathered(text: str) -> Evidence:
    words, models = split(text), load(fast=True)
    return scores.evidence([(words, models.encoder.visible(words, SUSPICION))], models)


def test_a_phrase_of_both_lists_is_one_event() -> None:
    words = split("We had to get right of entry to the field.")
    assert terms.weight([words]) > 0.9
    seen = gathered(words.text)
    assert seen.never_written > 0.5 and seen.tortured == 0
    long = (EXAMPLES / "harbour.txt").read_text(encoding="utf-8") + NOTES
    assert gathered(NOTES).tortured == 0 < 1 < gathered(long).tortured  # a long text has room for both
    other = "The model is an irregular woodland with many trees."
    assert gathered(other).tortured == terms.weight([split(other)]) > 0.5


def test_of_the_places_of_a_phrase_two_count() -> None:
    once = "They got right of entry to the yard. "
    assert 0.5 < gathered(once).never_written <= 1.0 < gathered(once * 2).never_written
    assert gathered(once * 9).never_written <= 2.0
