"""The second opinion: reader, model and the other places, weighed; the model here says what the test wants."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.test_features import LEXICON, believed, suspect
from unspin.reader.rescoring import ELSEWHERE, MODEL, READER, rescored
from unspin.text import split


class Model:
    """Says of each form, where it is asked, what a table says of it there; the n-th number is for the n-th place."""

    def __init__(self, said: dict[str, list[float]]) -> None:
        self.said = said
        self.asked: list[str] = []

    def likelihood(
        self, _words: Any, _tokens: Any, _place: Any, ptr: Any, options: Any, prior: Any, **_: Any
    ) -> np.ndarray:
        self.asked = list(options)
        owner = np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))
        said = [self.said.get(form, [np.nan] * 9)[i] for form, i in zip(options, owner, strict=True)]
        return np.array(said, np.float32)


def shares(text: str, options: dict[str, list[str]], said: dict[str, list[float]]) -> tuple[np.ndarray, np.ndarray]:
    words = split(text)
    evidence = suspect(words, options)
    model = Model(said)
    after = rescored(words, evidence, believed(evidence, 0.5), LEXICON, model)  # type: ignore[arg-type]
    totals = np.add.reduceat(after.option, evidence.ptr[:-1]) + after.written
    assert totals == pytest.approx(np.ones(len(totals)))
    return after.option, after.written


def test_the_model_tips_the_balance() -> None:
    option, written = shares(
        "a vessel", {"vessel": ["boat", "ship"]}, {"vessel": [-9.0], "boat": [-1.0], "ship": [-4.0]}
    )
    assert option[0] / option[1] == pytest.approx(np.exp(MODEL * 3.0))
    assert option[0] / written[0] == pytest.approx(np.exp(READER * np.log(0.25 / 0.5) + MODEL * 8.0))


def test_what_it_says_elsewhere_counts_too() -> None:
    there = {"vessel": [-5.0, -1.0], "boat": [-1.0, -1.0], "ship": [-1.0, -1.0]}
    option, _ = shares("a vessel, the vessel", {"vessel": ["boat", "ship"]}, there | {"ship": [-1.0, -3.0]})
    assert option[0] / option[1] == pytest.approx(np.exp(ELSEWHERE * 2.0))
    assert option[2] / option[3] == pytest.approx(np.exp(MODEL * 2.0))


def test_nothing_at_one_place_outweighs_everything_elsewhere() -> None:
    said = {"vessel": [-1.0] * 4, "boat": [-1.0, -99.0, -99.0, -99.0], "ship": [-1.0] * 4}
    option, _ = shares("vessel vessel vessel vessel", {"vessel": ["boat", "ship"]}, said)
    assert option[0] / option[1] == pytest.approx(np.exp(ELSEWHERE * -12.0))


def test_where_it_was_not_asked_the_reader_decides_alone() -> None:
    option, written = shares("a vessel", {"vessel": ["boat", "ship"]}, {})
    assert option == pytest.approx([option[0]] * 2)
    assert option[0] / written[0] == pytest.approx((0.25 / 0.5) ** READER)


def test_an_option_not_asked_fares_as_the_worst_asked() -> None:
    option, _ = shares("a vessel", {"vessel": ["boat", "ship"]}, {"vessel": [-3.0], "boat": [-1.0]})
    assert option[0] / option[1] == pytest.approx(np.exp(MODEL * 2.0))


def test_a_text_without_suspicious_words_stays_as_it_is() -> None:
    words = split("the of and")
    evidence = suspect(words, {})
    after = rescored(words, evidence, believed(evidence, 0.5), LEXICON, Model({}))  # type: ignore[arg-type]
    assert len(after.option) == len(after.written) == 0
