"""A model of the user's own: loading, and what is refused, on tiny random networks. How it reads is in ``test_trees.py``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import tree_models
from tests.tree_models import TEXT, all_of, at, caller, gpt2, llama, question
from unspin.errors import DamagedData, MissingExtra, MissingInput
from unspin.model import deep
from unspin.text import split


def test_without_the_extra_the_error_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtra, match=r"'.\[deep\]'") as caught:
        deep.load(tmp_path)
    assert caught.value.extra == "deep"


def test_nothing_heavy_is_imported_before_a_model_is_loaded() -> None:
    import subprocess

    code = "import sys, unspin.model.deep; print(sorted({'torch', 'transformers', 'gguf'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_model_that_is_not_there_is_missing_input(tmp_path: Path) -> None:
    with pytest.raises(MissingInput):
        deep.load(tmp_path / "none.gguf")


# --- with torch and transformers --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return tree_models.tokenizer()


@pytest.fixture(scope="module", params=[llama, gpt2], ids=["llama", "gpt2"])
def model(request: pytest.FixtureRequest, tokenizer: Any) -> deep.TorchModel:
    return deep.TorchModel(request.param(), tokenizer)


def _plainly(model: deep.TorchModel, left: str, right: str) -> float:
    """Log P(right | left) by one plain call, without mask, cache or positions."""
    torch, encode = importlib.import_module("torch"), model._tokenizer
    begin = [model._begin, *encode(left, add_special_tokens=False)["input_ids"]]
    line = begin + encode(right, add_special_tokens=False)["input_ids"]
    with torch.inference_mode():
        logs = torch.log_softmax(model._network(input_ids=torch.tensor([line])).logits[0].float(), 1)
    return sum(float(logs[i - 1, line[i]]) for i in range(len(begin), len(line)))


def test_an_option_is_scored_as_by_the_network_without_a_mask(model: deep.TorchModel) -> None:
    words, tokens, left = caller()
    options = ["caller", "new", "very old"]
    scores = all_of(model, words, tokens, np.array([at(words, "caller")]), np.array([0, 3]), options)
    expected = [_plainly(model, left, f" {option} mate on the pier.") for option in options]
    assert scores == pytest.approx(expected, abs=1e-3)
    assert np.ptp(expected) > 0.1


def test_a_folder_is_loaded(tmp_path: Path, tokenizer: Any) -> None:
    llama().save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    words = split(TEXT)
    place, ptr, options = question(words)
    assert np.isfinite(all_of(deep.load(tmp_path), words, words.lower, place, ptr, options)).all()


def test_a_folder_without_a_model_and_a_broken_file_are_damaged_data(tmp_path: Path, tokenizer: Any) -> None:
    with pytest.raises(DamagedData):
        deep.load(tmp_path)
    for name in ("gguf", "accelerate"):
        pytest.importorskip(name, reason=f"{name} is not installed: pip install 'unspin[deep]'")
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF\x03\x00\x00\x00 and then nothing of use")
    with pytest.raises(DamagedData):
        deep.load(broken)


class _Maskless:
    """A network that ignores the mask, as some architectures do without a word."""

    def __init__(self, network: Any) -> None:
        self.dtype = network.dtype
        self._network = network

    def eval(self) -> _Maskless:
        return self

    def forward(self, **inputs: Any) -> Any:
        inputs.pop("attention_mask", None)
        return self._network(**inputs)

    __call__ = forward


def test_a_network_that_ignores_the_mask_is_noticed(tokenizer: Any) -> None:
    network = llama()
    assert deep.TorchModel(network, tokenizer)._reads_trees()
    assert not deep.TorchModel(_Maskless(network), tokenizer)._reads_trees()


@pytest.mark.filterwarnings("error")
def test_nothing_deprecated_is_asked_of_the_library(model: deep.TorchModel) -> None:
    assert model._reads_trees()


def test_an_architecture_that_takes_no_such_mask_is_refused(tmp_path: Path, tokenizer: Any) -> None:
    transformers = importlib.import_module("transformers")
    config = transformers.BloomConfig(
        vocab_size=len(tokenizer), hidden_size=32, n_layer=2, n_head=4, initializer_range=0.4, bos_token_id=0
    )  # ALiBi takes positions from the mask
    transformers.BloomForCausalLM(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(DamagedData, match="continuations"):
        deep.load(tmp_path)
