"""Phrases that rewriters put in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import unspin
from unspin.evaluate.answers import answers
from unspin.evaluate.tally import of_specimen
from unspin.model.encoder import Visible
from unspin.reader import passes, phrases
from unspin.reading import Reading, Substitution
from unspin.spinners import simulate
from unspin.text import apply, split

ARTICLE = (Path(__file__).parent.parent / "examples" / "harbour.txt").read_text(encoding="utf-8")


def found(text: str, odds: float) -> list[tuple[str, str]]:
    """What is restored in a text whose every word the encoder gives these odds of a swap."""
    words = split(text)
    visible = Visible(
        np.full(len(words), odds, np.float32), np.arange(len(words)), np.zeros((len(words), 384), np.float32)
    )
    return [(s.found, s.original) for s in phrases.restored(words, visible, passes.load())]


def test_a_phrase_that_nobody_writes_is_restored_in_the_case_of_its_place() -> None:
    assert found("They met withinside the harbour. Withinside the town it rained.", 3.0) == [
        ("withinside the", "in the"),
        ("Withinside the", "In the"),
    ]


def test_a_phrase_that_people_write_is_left_where_nothing_speaks_against_it() -> None:
    assert found("She turned the boat in the direction of the harbour and thought of the children.", -6.0) == []


def test_what_it_stood_for_is_chosen_by_what_stands_around() -> None:
    assert found("It was built via way of means of the council withinside the spring.", 3.0)[0] == (
        "via way of means of the",
        "by the",
    )
    assert found("It came via way of means of road withinside the spring.", 3.0)[0][1] == "by"


def test_a_first_word_that_stands_twice_goes_too() -> None:
    assert found("They met withinside withinside the harbour, via way of means of boat, withinside the town.", 5.0)[
        0
    ] == (
        "withinside withinside the",
        "in the",
    )


def test_a_phrase_across_lines_is_left_alone() -> None:
    assert found("They met withinside\nthe harbour.", 5.0) == []


def test_the_search_may_be_ended_at_every_phrase() -> None:
    words = split("They met withinside the harbour. Withinside the town it rained.")
    visible = passes.load().encoder.visible(words, passes.SUSPICION)
    calls = []
    phrases.restored(words, visible, passes.load().watched(lambda: calls.append(1)))
    assert len(calls) >= 2


def test_the_whole_context_chooses_among_the_originals() -> None:
    """A few words on either side say nothing here; that the sentence is about a game at a table does."""
    words = split(
        "He hit upon the answer at once. She lost all her money at the gambling establishment, playing cards."
    )
    visible = passes.load().encoder.visible(words, passes.SUSPICION)
    places = phrases.occurrences(words, visible, passes.load(), phrases.load().table)
    [casino] = [place for place in places if "casino" in place.originals]
    column = phrases.EVIDENCE.index("context")
    known = casino.evidence[:, phrases.EVIDENCE.index("no_context")] == 0
    context = dict(zip(casino.originals, casino.evidence[:, column], strict=True))
    assert known.any() and (casino.evidence[known, column] < 0).all()
    assert context["casino"] == casino.evidence[known, column].max()


def test_an_original_that_is_a_phrase_itself_has_no_context() -> None:
    words = split(
        "It was widely known that the two of them had carried out the work at some stage in the summer of that year."
    )
    visible = passes.load().encoder.visible(words, passes.SUSPICION)
    for place in phrases.occurrences(words, visible, passes.load(), phrases.load().table):
        several = np.array([len(split(original)) > 1 for original in place.originals])
        unknown = place.evidence[:, phrases.EVIDENCE.index("no_context")] == 1
        assert unknown[several].all()
        assert (place.evidence[unknown, phrases.EVIDENCE.index("context")] == 0).all()


def test_what_is_restored_says_what_else_it_may_have_been() -> None:
    words = split(
        "They met withinside the harbour at some stage in the war, withinside the town and withinside the hills."
    )
    made = phrases.restored(words, passes.load().encoder.visible(words, passes.SUSPICION), passes.load())
    assert made
    for edit in made:
        assert edit.confidence >= 0.5
        assert edit.confidence + sum(share for _, share in edit.alternatives) <= 1.001


def test_an_honest_article_keeps_its_phrases() -> None:
    text = ARTICLE + " The ship turned in the direction of the pier, and there may be no longer any doubt of it."
    assert unspin.restore(text) == text


@pytest.mark.parametrize("seed", [1, 2])
def test_a_rewriters_page_gets_its_phrases_back(seed: int) -> None:
    specimen = simulate(ARTICLE, "rewriter", seed=seed, rate=0.3)
    reading = unspin.read(specimen.text)
    assert apply(reading.text, reading.substitutions) == reading.restored
    assert unspin.restore(reading.restored) == reading.restored
    phrases = {(s.start, s.original) for s in specimen.swaps if len(split(s.found)) > 1 and s.original.strip()}
    back = {(s.start, s.original) for s in reading.substitutions}
    assert len(phrases & back) > 0.6 * len(phrases)


def test_every_token_of_a_restored_phrase_counts_as_restored() -> None:
    specimen = simulate(ARTICLE, "rewriter", seed=1, rate=0.3)
    key = tuple(
        Substitution(s.start, s.end, s.found, s.original, 1.0) for s in specimen.swaps if s.start < s.end and s.original
    )
    words = split(specimen.text)
    reading = Reading(text=specimen.text, restored="", spun=True, score=9.0, false_positive_rate=0.0, share=0.3,
                      words=len(words), substitutions=key)  # fmt: skip
    tally = dict(
        zip(
            ("words", "right_before", "right", "swapped", "found", "restored"),
            of_specimen(answers(specimen), reading).values,
            strict=False,
        )
    )
    assert tally["restored"] == tally["found"] > 0.9 * tally["swapped"]


def test_the_table_is_sorted_and_says_how_often_honest_writers_use_each_phrase() -> None:
    table = phrases.load().table
    assert list(table.pairs) == sorted(table.pairs)
    count = dict(zip((phrase for phrase, _ in table.pairs), table.honest, strict=True))
    assert count["withinside the"] == 0
    assert count["in the direction of the"] > 50
