"""The encoder at run time: its output layer, and what it says of hidden words."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from tests.test_reader import article, spun
from unspin.model import posterior
from unspin.model.encoder import Encoder, OutputLayer
from unspin.reader import passes
from unspin.text import Words, split


def saved(path: Path, **arrays: np.ndarray) -> OutputLayer:
    np.savez(path, **arrays)
    return OutputLayer(path)


def test_an_output_layer_has_a_scale_for_each_row(tmp_path: Path) -> None:
    codes = np.array([[1, -2, 3, 127], [0, 5, -6, -127]], np.int8)
    layer = saved(tmp_path / "words.npz", codes=codes, scale=np.float32([0.5, 2]), bias=np.float32([1, -1]))
    assert layer.table.tolist() == [[0.5, -1, 1.5, 63.5], [0, 10, -12, -254]]
    assert layer.bias.tolist() == [1, -1]


def test_an_output_layer_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    layer = OutputLayer(tmp_path / "none.npz")
    with pytest.raises(FileNotFoundError):
        _ = layer.bias


def test_a_page_without_a_hidden_word_needs_no_output_layer() -> None:
    fresh = Encoder(Path(str(resources.files("unspin.data"))))
    assert fresh.visible(split(article()), passes.SUSPICION).belief.shape[1] == passes.load().encoder.table.shape[1]
    assert "_unpacked" not in vars(fresh._layer)


def test_the_output_layer_has_a_row_for_each_original_and_one_for_nothing() -> None:
    models = passes.load(fast=True)
    assert models.encoder.table.shape == (models.lexicon.vocabulary + 1, models.encoder.width)
    assert models.encoder.bias.shape == (models.lexicon.vocabulary + 1,)


def test_the_encoder_guesses_a_hidden_word() -> None:
    models = passes.load(fast=True)
    encoder, lexicon = models.encoder, models.lexicon
    words = split("The fishing boats came back into the harbour before the storm, and the crews went home to sleep.")
    place = words.lower.index("boats")
    vectors = encoder.hidden(words, words.lower, np.array([place]))
    every = np.arange(lexicon.vocabulary)
    logits = encoder.logits(every, vectors, np.array([0, len(every)]))
    assert (logits > logits[lexicon.index["boats"]]).mean() < 0.01
    assert logits[lexicon.index["boats"]] > logits[lexicon.index["committee"]] + 3
    shares = np.exp(logits - encoder.log_totals(vectors, len(every)))
    assert shares.sum() == pytest.approx(1.0, abs=1e-4)


def test_the_second_pass_hides_what_is_open_at_once_and_the_third_in_two_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    models, words = passes.load(fast=True), split(spun(4))
    gathered = passes.first_evidence(words, models.encoder.visible(words, passes.SUSPICION), models)
    asked: list[np.ndarray] = []
    read = models.encoder.hidden

    def hidden(words: Words, tokens: list[str], places: np.ndarray) -> np.ndarray:
        asked.append(places)
        return read(words, tokens, places)

    monkeypatch.setattr(models.encoder, "hidden", hidden)
    passes.decide(words, gathered, models, posterior.load())
    once, *turns = asked
    assert len(turns) == 2 and len(once) > 50
    assert not set(turns[0].tolist()) & set(turns[1].tolist())
    assert abs(len(turns[0]) - len(turns[1])) <= 1
