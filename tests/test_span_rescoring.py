"""What a language model says of spans, weighed; the model here says what the test wants."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.tree_models import Hashed
from training.closely import _written
from training.machines import Answers
from training.marked import Passage
from unspin.model.trees import CausalModel
from unspin.reader import passes, span_rescoring
from unspin.reader.span_rescoring import READINGS, Heard, heard, is_in_doubt, rescored
from unspin.reader.spans import EVIDENCE, SpanPosterior, Spans
from unspin.text import Words, prose, split

WEIGHTS = np.array([0.8, 0.5, -1.0])
SENTENCE = "She put it away by means of a rope, and got rid of the rest at this point in time."


class Model(CausalModel):
    """Says of each reading what a table says of it, of others nothing."""

    def __init__(self, said: dict[str, float]) -> None:
        super().__init__()
        self.said = said
        self.asked: list[tuple[int, int, list[str]]] = []

    def _tokens(self, text: str) -> Any:
        raise NotImplementedError

    def _nothing(self) -> Any:
        raise NotImplementedError

    def _said(self, cache: Any, batch: Any) -> Any:
        raise NotImplementedError

    def likelihood(
        self, words: Any, tokens: Any, place: Any, ptr: Any, options: Any, prior: Any, *, end: Any = None, **_: Any
    ) -> Any:
        self.asked = [(int(place[i]), int(end[i]), list(options[ptr[i] : ptr[i + 1]])) for i in range(len(place))]
        return np.array([self.said.get(option, np.nan) for option in options], np.float32)


def spans_of(words: Words, *phrases: tuple[str, str]) -> Spans:
    """The phrases of a text, each with what it may stand for, ``|`` between."""
    rows = []
    for phrase, originals in phrases:
        tokens = tuple(phrase.split())
        begin = next(i for i in range(len(words)) if words.lower[i : i + len(tokens)] == tokens)
        rows.append((begin, begin + len(tokens), originals.split("|")))
    rows.sort()
    flat = [original for row in rows for original in row[2]]
    return Spans(
        np.array([row[0] for row in rows]),
        np.array([row[1] for row in rows]),
        np.cumsum([0, *(len(row[2]) for row in rows)]),
        tuple(flat),
        np.zeros((len(flat), len(EVIDENCE))),
    )


def even(spans: Spans, put_in: list[float]) -> SpanPosterior:
    """Spans put in with these probabilities, each of the originals of one as likely."""
    sizes = np.diff(spans.ptr)
    return SpanPosterior(np.repeat(np.array(put_in) / sizes, sizes), np.array(put_in))


def reread(spans: Spans, before: SpanPosterior, said: dict[str, float]) -> tuple[Model, SpanPosterior]:
    words, model = split(SENTENCE), Model(said)
    return model, rescored(words, list(words.lower), spans, before, model, WEIGHTS)


def test_the_model_tips_the_balance_between_originals() -> None:
    spans = spans_of(split(SENTENCE), ("by means of", "with|by"))
    said = {"by means of": -9.0, "with": -1.0, "by": -4.0}
    _, after = reread(spans, even(spans, [0.6]), said)
    assert after.option[0] / after.option[1] == pytest.approx(np.exp(WEIGHTS[1] * 3.0))
    assert after.option.sum() == pytest.approx(after.put_in[0])


def test_a_phrase_that_fits_better_than_its_originals_was_rather_written() -> None:
    spans = spans_of(split(SENTENCE), ("by means of", "with"))
    before = even(spans, [0.6])
    _, fits = reread(spans, before, {"by means of": -1.0, "with": -9.0})
    _, odd = reread(spans, before, {"by means of": -9.0, "with": -1.0})
    assert fits.put_in[0] < before.put_in[0] < odd.put_in[0]
    expected = WEIGHTS[0] * np.log(0.6 / 0.4) + WEIGHTS[1] * 8.0 + WEIGHTS[2]
    assert np.log(odd.put_in[0] / (1 - odd.put_in[0])) == pytest.approx(expected)


def test_spans_that_overlap_are_readings_of_one_region() -> None:
    spans = spans_of(split(SENTENCE), ("got rid of", "removed"), ("rid of the rest", "done"), ("at this point", "now"))
    said = {"got rid of the rest": -5.0, "removed the rest": -1.0, "got done": -9.0, "at this point": -1.0, "now": -1.5}
    model, after = reread(spans, even(spans, [0.4, 0.3, 0.5]), said)
    assert [asked[2] for asked in model.asked] == [
        ["got rid of the rest", "removed the rest", "got done"], ["at this point", "now"],
    ]  # fmt: skip
    assert after.put_in[0] > 0.4 and after.put_in[1] < 0.3
    assert after.put_in[0] + after.put_in[1] < 1


def test_a_chain_of_spans_is_no_region() -> None:
    """The third overlaps the second and not the first: both may have been put in."""
    spans = spans_of(split(SENTENCE), ("put it", "laid it"), ("it away by", "x"), ("by means of", "with"))
    model, after = reread(spans, even(spans, [0.4, 0.1, 0.5]), {"by means of": -1.0, "with": -1.0})
    assert [asked[2][0] for asked in model.asked] == ["put it", "by means of"]
    assert after.put_in[1] == 0.1


def test_what_the_model_was_not_asked_about_stays_as_the_reader_says() -> None:
    spans = spans_of(split(SENTENCE), ("by means of", "with|by"), ("at this point", "now"))
    before = even(spans, [0.004, 0.5])
    model, after = reread(spans, before, {"at this point": -1.0, "now": -1.5})
    assert len(model.asked) == 1
    assert after.put_in[0] == before.put_in[0] and after.option[:2].tolist() == before.option[:2].tolist()
    _, silent = reread(spans, before, {})
    assert silent.put_in.tolist() == before.put_in.tolist()


def test_a_text_whose_spans_are_clearly_as_written_is_not_asked_about() -> None:
    spans = spans_of(split(SENTENCE), ("by means of", "with"))
    assert is_in_doubt(even(spans, [0.4]))
    assert not is_in_doubt(even(spans, [0.001]))
    nothing = spans.only(np.zeros(1, bool))
    assert not is_in_doubt(even(nothing, []))
    _, after = reread(nothing, even(nothing, []), {})
    assert len(after.put_in) == len(after.option) == 0


def test_an_original_is_put_to_the_model_in_the_case_of_its_place() -> None:
    words = split("At this point in time the boats came in. They were got rid of soon.")
    spans, model = spans_of(words, ("at this point in time", "now")), Model({})
    heard(words, list(words.lower), spans, even(spans, [0.5]), model)
    assert model.asked == [(0, 5, ["At this point in time", "Now"])]


def test_a_word_that_stands_for_a_phrase_is_a_region_too() -> None:
    words = split("Soon they erased the rest.")
    spans, model = spans_of(words, ("erased", "got rid of")), Hashed()
    there = heard(words, list(words.lower), spans, even(spans, [0.5]), model)
    assert there.option.tolist() == [-1, 0]
    assert np.isfinite(there.said).all() and there.said.max() == 0.0


def test_the_training_knows_which_reading_was_written() -> None:
    page = "She put it away by means of a rope, and got rid of the rest at this point in time."
    begin = page.index("by means of")
    view = prose(page)
    words = split(view.text)
    swaps = ((begin, begin + len("by means of"), ("with", "by")),)
    spans = spans_of(words, ("by means of", "through|with"), ("at this point", "now"))
    owner_of = Heard(np.array([0, 3, 5]), np.array([-1, 0, 1, -1, 2]), np.zeros(5), np.zeros(5))
    written = _written(words, spans, owner_of, Answers(Passage(page, 0, len(page), swaps), view))
    assert written.tolist() == [False, False, True, True, False]


def test_the_shipped_weights_are_of_what_is_named() -> None:
    weights = span_rescoring.load()
    assert len(weights) == len(READINGS)
    assert (weights[:2] > 0).all()  # both are believed


@pytest.mark.usefixtures("closely")
def test_the_shipped_model_sees_that_an_honest_phrase_is_honest() -> None:
    words = split("He was kept on a tight rein, and in the direction of the sea the river ran, by way of the mill.")
    spans = spans_of(words, ("by way of", "via way"), ("in the direction of", "a cheese"))
    model = passes.load().causal
    assert model is not None
    after = rescored(words, list(words.lower), spans, even(spans, [0.5, 0.5]), model, span_rescoring.load())
    assert (after.put_in < 0.1).all()


def test_a_word_that_does_not_stand_for_a_phrase_may_stand_for_another_word() -> None:
    """What is guessed in its place is a reading without a span put in, as the text as found is."""
    words = split("Merely a few were left.")
    tokens = ["only", *words.lower[1:]]
    spans = spans_of(words, ("merely", "nothing but"))
    model = Model({"Merely": -9.0, "Only": -1.0, "Nothing but": -3.0})
    there = heard(words, tokens, spans, even(spans, [0.5]), model)
    assert model.asked[0][2] == ["Merely", "Only", "Nothing but"]
    assert there.option.tolist() == [-1, 0]
    assert there.said.tolist() == [0.0, -2.0]
    plain = heard(words, list(words.lower), spans, even(spans, [0.5]), model)
    assert plain.said.tolist() == [-6.0, 0.0]
