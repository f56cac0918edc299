"""The second reader of context: its output layer, what it is asked, and that a fast reading does without it."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

import unspin
from tests.test_reader import article, spun
from unspin import reader as reading
from unspin.errors import OptionError
from unspin.model import posterior, verdict
from unspin.model.context import OutputLayer
from unspin.model.encoder import Encoder
from unspin.reader import passes, spans, stretches
from unspin.reader import verdict as scores
from unspin.report.wording import settings_in_words
from unspin.settings import Settings
from unspin.text import Words, split


def saved(path: Path, **arrays: np.ndarray) -> OutputLayer:
    np.savez(path, **arrays)
    return OutputLayer(path)


def test_an_output_layer_may_have_a_scale_for_each_row(tmp_path: Path) -> None:
    codes = np.array([[1, -2, 3, 127], [0, 5, -6, -127]], np.int8)
    layer = saved(tmp_path / "words.npz", codes=codes, scale=np.float32([0.5, 2]), bias=np.float32([1, -1]))
    assert layer.table.tolist() == [[0.5, -1, 1.5, 63.5], [0, 10, -12, -254]]
    assert layer.bias.tolist() == [1, -1]


def test_an_output_layer_may_have_two_weights_to_a_byte_and_a_scale_for_each_block(tmp_path: Path) -> None:
    # The lower half of a byte comes first, and 8 stands for nothing.
    codes = np.array([[0x98, 0x7F, 0x80, 0x0A]], np.uint8)
    scale = np.array([[0.5, 2]], np.float16)
    layer = saved(tmp_path / "words.npz", codes=codes, scale=scale, bias=np.zeros(1, np.float32))
    assert layer.table.tolist() == [[0, 0.5, 3.5, -0.5, -16, 0, 4, -16]]


def test_an_output_layer_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    layer = OutputLayer(tmp_path / "none.npz")
    with pytest.raises(FileNotFoundError):
        _ = layer.bias


def test_the_second_reader_knows_the_same_originals_as_the_first() -> None:
    models = passes.load()
    assert models.closer is not None
    assert models.closer.table.shape[0] == models.encoder.table.shape[0] == models.lexicon.vocabulary + 1
    assert models.closer.width > models.encoder.width


def test_fast_or_not_the_models_are_loaded_once() -> None:
    fast, close = passes.load(fast=True), passes.load()
    assert (fast.closer, fast.ngram, fast.encoder, fast.lexicon) == (None, close.ngram, close.encoder, close.lexicon)
    assert passes.load(False).ngram is passes.load().ngram is fast.ngram


def test_the_second_reader_guesses_a_hidden_word() -> None:
    reader, lexicon = passes.load().closer, passes.load().lexicon
    assert reader is not None
    words = split("The fishing boats came back into the harbour before the storm, and the crews went home to sleep.")
    place = words.lower.index("boats")
    vectors = reader.hidden(words, words.lower, np.array([place]))
    every = np.arange(lexicon.vocabulary)
    logits = reader.logits(every, vectors, np.array([0, len(every)]))
    assert (logits > logits[lexicon.index["boats"]]).sum() < 25
    assert logits[lexicon.index["boats"]] > logits[lexicon.index["committee"]] + 3
    shares = np.exp(logits - reader.log_totals(vectors, len(every)))
    assert shares.sum() == pytest.approx(1.0, abs=1e-4)


def test_the_last_passes_ask_the_second_reader_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    models, words = passes.load(), split(spun(4))
    assert models.closer is not None
    seen = models.encoder.visible(words, passes.SUSPICION)
    gathered = passes.first_evidence(words, seen, models)
    asked: list[str] = []
    for name, reader in (("encoder", models.encoder), ("closer", models.closer)):

        def hidden(
            words: Words, tokens: list[str], places: np.ndarray, name: str = name, read: object = reader.hidden
        ) -> np.ndarray:
            asked.append(name)
            return read(words, tokens, places)  # type: ignore[operator]

        monkeypatch.setattr(reader, "hidden", hidden)
    passes.decide(words, gathered, models, posterior.load())
    assert asked == ["encoder"] * 3 + ["closer"] * 4


@pytest.mark.usefixtures("closely")
def test_a_fast_reading_does_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    text = spun(4)
    with_it = unspin.read(text)

    def never(*_: object) -> None:
        raise AssertionError("the second reader was asked")

    monkeypatch.setattr(passes.load().closer, "hidden", never)
    without = unspin.read(text, fast=True)
    assert without.spun
    assert without.score == with_it.score
    assert without.restored != with_it.restored
    with pytest.raises(AssertionError, match="was asked"):
        unspin.read(text)


@pytest.mark.usefixtures("closely")
def test_honest_text_never_reaches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the second reader was asked")

    monkeypatch.setattr(passes.load().closer, "hidden", never)
    assert unspin.read(article()).restored == article()


def test_phrases_that_nobody_writes_are_the_encoders_affair(monkeypatch: pytest.MonkeyPatch) -> None:
    """However closely a text is read: a scan of honest text never loads the second reader."""

    def never(*_: object) -> None:
        raise AssertionError("the second reader was asked")

    monkeypatch.setattr(passes.load().closer, "hidden", never)
    text = article() + " They met withinside the hall, by way of means of the back door, and it is far raining."
    words = split(text)
    models = passes.load()
    found = spans.never_written(words, models.encoder.visible(words, passes.SUSPICION), models)
    assert any(phrase.probability > 0.5 for phrase in found)


@pytest.mark.usefixtures("closely")
def test_an_unsettled_text_has_the_same_score_judged_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    unsettled = replace(verdict.load(), unsettled=(-100.0, 100.0))
    monkeypatch.setattr(scores.verdicts, "load", lambda: unsettled)
    text = spun(4)
    judged = reading.assess(text)
    assert judged.score == unspin.read(text).score
    assert judged.score != reading.assess(text, fast=True).score


def test_a_page_without_a_hidden_word_needs_no_output_layer() -> None:
    fresh = Encoder(Path(str(resources.files("unspin.data"))))
    assert fresh.visible(split(article()), passes.SUSPICION).belief.shape[1] == passes.load().encoder.table.shape[1]
    assert "_unpacked" not in vars(fresh._layer)


@pytest.mark.usefixtures("closely")
def test_reading_closely_changes_nothing_that_it_restored() -> None:
    once = unspin.read(spun(4))
    again = unspin.read(once.restored)
    assert again.restored == once.restored


@pytest.mark.usefixtures("closely")
def test_a_long_document_is_read_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "CLOSELY", spun(4).count(".") // 2)
    assert unspin.read(spun(4)) == unspin.read(spun(4), fast=True)


def test_the_environment_may_ask_for_fast_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNSPIN_FAST", "1")
    assert Settings().fast and Settings(operating_point=0.5).fast and not Settings(fast=False).fast
    monkeypatch.setenv("UNSPIN_FAST", "0")
    assert not Settings().fast


@pytest.mark.usefixtures("closely")
def test_fast_is_a_setting_that_is_told() -> None:
    with pytest.raises(OptionError, match="fast 'yes': give True or False"):
        Settings(fast="yes")  # type: ignore[arg-type]
    assert ("Reading", "fast: without the second reader of context") in settings_in_words(Settings(fast=True))
    assert "Reading" not in dict(settings_in_words(Settings()))
    assert dict(settings_in_words(Settings()))["Tortured phrases"] == "restored where a text reads as spun"
    assert dict(settings_in_words(Settings(tortured=True)))["Tortured phrases"] == "restored in any text"
