"""Reader and language model, weighed; the model here says what the test wants."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import unspin
from tests.test_features import LEXICON, believed, suspect
from training.closely import of_options, of_swaps, read
from training.marked import Passage
from unspin.model.causal import SmallModel
from unspin.model.evidence import Evidence, Posterior
from unspin.reader import rescoring, rounds
from unspin.reader.passes import load
from unspin.reader.rescoring import Heard, Weights, rescored
from unspin.text import split

SHARE, SAID = 0.7, 0.4
ODDS, OPTIONS, FOUND, BIAS = 0.6, 1.2, -0.5, -1.0
WEIGHTS = Weights(np.array([SHARE, SAID]), np.array([ODDS, OPTIONS, FOUND, BIAS]))


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


def reread(
    text: str, options: dict[str, list[str]], said: dict[str, list[float]]
) -> tuple[Evidence, Posterior, Posterior]:
    """The evidence on some words, and the posterior before and after the model has read them."""
    evidence = suspect(split(text), options)
    before = believed(evidence, 0.5)
    after = rescored(split(text), evidence, before, LEXICON, Model(said), WEIGHTS)  # type: ignore[arg-type]
    totals = np.add.reduceat(after.option, evidence.ptr[:-1]) + after.written
    assert totals == pytest.approx(np.ones(len(totals)))
    return evidence, before, after


def odds(posterior: Posterior, word: int = 0) -> float:
    return float(np.log(1 / posterior.written[word] - 1))


def test_the_model_tips_the_balance_between_options() -> None:
    said = {"vessel": [-9.0], "boat": [-1.0], "ship": [-4.0]}
    _, _, after = reread("a vessel", {"vessel": ["boat", "ship"]}, said)
    assert after.option[0] / after.option[1] == pytest.approx(np.exp(SAID * 3.0))


def test_a_word_that_fits_worse_than_its_options_was_rather_swapped() -> None:
    said = {"boat": [-1.0], "ship": [-4.0]}
    options = {"vessel": ["boat", "ship"]}
    _, _, after = reread("a vessel", options, said | {"vessel": [-9.0]})
    together = np.log(0.5**SHARE * (1 + np.exp(SAID * -3.0)))
    assert odds(after) == pytest.approx(OPTIONS * together + FOUND * -8.0 + BIAS)
    _, _, fitting = reread("a vessel", options, said | {"vessel": [-1.0]})
    assert fitting.written[0] > after.written[0]


def test_where_the_model_was_not_asked_all_stays_as_the_reader_says() -> None:
    said = {"vessel": [np.nan, -3.0], "boat": [np.nan, -1.0], "ship": [np.nan, -2.0]}
    _, before, after = reread("a vessel, the vessel", {"vessel": ["boat", "ship"]}, said)
    assert after.written[0] == before.written[0]
    assert after.option[:2].tolist() == before.option[:2].tolist()
    assert after.written[1] != before.written[1]


def test_an_option_not_asked_fares_as_the_worst_asked() -> None:
    _, _, after = reread("a vessel", {"vessel": ["boat", "ship"]}, {"vessel": [-3.0], "boat": [-1.0]})
    assert after.option[0] / after.option[1] == pytest.approx(np.exp(SAID * 2.0))


def test_options_that_the_model_may_not_look_at_are_out_of_play() -> None:
    many = "boat ship craft ferry barge yacht canoe raft dinghy cutter sloop liner".split()
    said = {form: [-1.0] for form in ["vessel", *many]}
    _, _, after = reread("a vessel", {"vessel": many}, said)
    assert 0 < (after.option > 0).sum() < len(many)


def test_an_impossible_word_or_option_makes_no_infinite_odds() -> None:
    words = split("a vessel")
    evidence = suspect(words, {"vessel": ["boat", "ship"]})
    sure = believed(evidence, 0.0)
    sure.option[:] = [1.0, 0.0]
    model = Model({"vessel": [-1.0], "boat": [-1.0], "ship": [-1.0]})
    after = rescored(words, evidence, sure, LEXICON, model, WEIGHTS)  # type: ignore[arg-type]
    assert np.isfinite(odds(after))


def test_a_text_without_suspicious_words_stays_as_it_is() -> None:
    words = split("the of and")
    evidence = suspect(words, {})
    after = rescored(words, evidence, believed(evidence, 0.5), LEXICON, Model({}), WEIGHTS)  # type: ignore[arg-type]
    assert len(after.option) == len(after.written) == 0


class Biased:
    """Finds each word as it stands likelier than any other in its place, or less likely."""

    def __init__(self, written: float) -> None:
        self.written = written

    def watched(self, _tick: Any) -> Biased:
        return self

    def likelihood(self, _words: Any, _tokens: Any, _place: Any, ptr: Any, options: Any, *_: Any, **__: Any) -> Any:
        said = np.zeros(len(options), np.float32)
        said[ptr[:-1]] = self.written
        return said


def test_the_reader_changes_what_the_model_tells_it_to(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Path("examples/spun/harbour.txt").read_text(encoding="utf-8")
    changed = {}
    for name, model in (("for", Biased(30.0)), ("against", Biased(-30.0))):
        monkeypatch.setattr(rounds, "_own_model", lambda _path, model=model: model)
        changed[name] = len(unspin.read(page, deep=Path("model.gguf")).substitutions)
    alone = len(unspin.read(page).substitutions)
    assert changed["for"] < alone / 4
    assert changed["against"] > alone


@pytest.mark.usefixtures("closely")
@pytest.mark.parametrize("fast", [True, False], ids=["fast", "closely"])
def test_a_model_of_ones_own_is_asked_in_place_of_the_shipped_one(fast: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("the shipped model was asked")

    page = Path("examples/spun/harbour.txt").read_text(encoding="utf-8")
    monkeypatch.setattr(SmallModel, "likelihood", never)
    monkeypatch.setattr(rounds, "_own_model", lambda _path: Biased(30.0))
    assert unspin.read(page, deep=Path("model.gguf"), fast=fast).spun


def there(*words: tuple[list[float], list[float], float]) -> Heard:
    """What is heard of some words: the probability of each option, what is said of it, and of the word as found."""
    sizes = [len(probability) for probability, _, _ in words]
    return Heard(
        word=np.arange(len(words)),
        ptr=np.cumsum([0, *sizes]),
        option=np.arange(sum(sizes)),
        probability=np.array([value for probability, _, _ in words for value in probability]),
        said=np.array([value for _, said, _ in words for value in said]),
        odds=np.zeros(len(words)),
        found=np.array([found for _, _, found in words]),
    )


def test_how_much_likelier_a_text_is_with_the_options_of_a_word() -> None:
    found = rescoring.ratios(
        there(([0.25, 0.75], [0.0, -2.0], -3.0), ([1.0], [0.0], -6.0), ([0.5, 0.5], [-4.0, -4.0], 0.0))
    )
    assert found == pytest.approx([np.log(0.25 + 0.75 * np.exp(-2)) + 3, 6.0, -4.0])


def test_an_option_that_the_reader_rules_out_may_still_speak() -> None:
    ruled_out, alone = rescoring.ratios(there(([1.0, 0.0], [-30.0, 0.0], -30.0), ([1.0], [-30.0], -30.0)))
    assert np.isfinite(ruled_out)
    assert ruled_out == pytest.approx(30 + np.log(rescoring._LEAST), abs=1e-3)
    assert alone == 0.0
    assert not len(rescoring.ratios(there()))


def test_the_shipped_weights_believe_both_reader_and_model() -> None:
    weights = rescoring.load()
    assert (weights.options > 0).all()
    assert dict(zip(rescoring.SWAPS, weights.swaps > 0, strict=True)) == {
        "odds": True, "options": True, "found": False, "bias": False,
    }  # fmt: skip


def test_a_page_read_by_hand_says_which_words_were_swapped_and_for_which_option() -> None:
    page = (
        "Our neighbours retain a small vessel in the haven, and on warm evenings they row over to the isle. Last summertime "
        "the whole street was invited to arrive along, and we remained until it was rather colored."
    )
    start = page.index("summertime")
    swap = (start, start + len("summertime"), ("summer", "July"))
    passage = Passage(page, 0, page.index("invited"), (swap,))
    every = dict.fromkeys(LEXICON.forms, [-1.0] * 99)
    marked = read(passage, True, load(fast=True), Model(every))  # type: ignore[arg-type]
    assert marked.swapped.sum() == marked.right.sum() == 1
    assert (marked.known & ~marked.swapped).any()
    assert not marked.known.all()  # nobody has read the end of the page
    answers = of_swaps(marked, WEIGHTS.options).answer
    assert len(answers) == marked.known.sum()
    assert answers.sum() == of_options(marked).answer.sum() == 1
