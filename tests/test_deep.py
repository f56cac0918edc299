"""The second opinion: its arithmetic against plain reading, on a tiny random network; nothing is downloaded."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unspin.errors import DamagedData, MissingExtra, MissingInput, OptionError
from unspin.model import deep
from unspin.text import Words, split

TEXT = (
    "The old ferry left the harbour before dawn, and nobody on the pier waved. “We shall be astern by noon,” said the "
    "mate.\nOregon so they hoped. A cold wind blew from the north-east; the\ncaller nets lay wet on the deck."
)


def _at(words: Words, form: str) -> int:
    return words.lower.index(form)


def _question(words: Words) -> tuple[Any, Any, list[str]]:
    """Four suspicious words, one of them first in its sentence and one with a phrase and nothing among its options."""
    asked = {
        "astern": ["astern", "back", "behind the others"],
        "oregon": ["oregon", "or"],
        "caller": ["caller", "new", "", "fresh"],
        "wet": ["wet", "dry"],
    }
    place = np.array([_at(words, form) for form in asked])
    ptr = np.cumsum([0, *map(len, asked.values())])
    return place, ptr, [option for options in asked.values() for option in options]


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


def test_the_page_is_written_in_normal_case() -> None:
    words = split(TEXT)
    tokens = list(words.lower)
    tokens[_at(words, "oregon")] = "or"
    page = deep._Page(words, tokens, np.array([_at(words, "caller")]))
    whole = page.text(0, len(words))
    assert "noon,” said the mate.\nOr so they hoped." in whole  # a paragraph stays, with its capital
    assert "north-east; the caller nets" in whole  # a margin goes
    assert page.write(0, "new") == " new"
    assert page.write(0, "") == ""


def test_only_near_rivals_are_put_to_the_model() -> None:
    prior = np.log([0.6, 0.39, 0.01, 0.999, 0.001, 1.0])
    asked = deep._worth_asking(prior, np.array([0, 3, 5, 6, 6]), margin=2.0, most=6)
    assert asked.tolist() == [True, True, False, False, False, False]
    assert deep._worth_asking(prior, np.array([0, 3, 5, 6]), margin=99.0, most=2).tolist() == [
        True, True, False, True, True, False,
    ]  # fmt: skip


def test_an_option_not_asked_fares_as_the_worst_asked() -> None:
    combined = deep._combine(np.array([-1.0, -2.0, -3.0]), np.array([-9.0, -5.0, np.nan], np.float32))
    assert combined.tolist() == [-3.0, -2.0, -5.0]
    unheard = deep._combine(np.array([-1.0, -2.0]), np.full(2, np.nan, np.float32))
    assert unheard.tolist() == [-1.0, -2.0]


# --- with torch and transformers --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def torch() -> Any:
    for name in ("torch", "transformers"):
        pytest.importorskip(name, reason=f"{name} is not installed: pip install 'unspin[deep]'")
    module = importlib.import_module("torch")
    module.manual_seed(5)
    return module


@pytest.fixture(scope="module")
def tokenizer(torch: Any) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator([TEXT], trainer)
    fast = importlib.import_module("transformers").PreTrainedTokenizerFast
    return fast(tokenizer_object=raw, bos_token="<s>", eos_token="</s>")


def _llama(tokenizer: Any) -> Any:
    transformers = importlib.import_module("transformers")
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=512, initializer_range=0.4, bos_token_id=0, eos_token_id=1,
    )  # fmt: skip
    return transformers.LlamaForCausalLM(config)


def _gpt2(tokenizer: Any) -> Any:
    transformers = importlib.import_module("transformers")
    config = transformers.GPT2Config(
        vocab_size=len(tokenizer), n_embd=32, n_layer=2, n_head=4, n_positions=512, initializer_range=0.4,
        bos_token_id=0, eos_token_id=1,
    )  # fmt: skip
    return transformers.GPT2LMHeadModel(config)


@pytest.fixture(scope="module", params=[_llama, _gpt2], ids=["llama", "gpt2"])
def model(request: pytest.FixtureRequest, tokenizer: Any) -> deep.CausalModel:
    return deep.CausalModel(request.param(tokenizer), tokenizer)


def _all_of(
    model: deep.CausalModel, words: Words, tokens: Sequence[str], place: Any, ptr: Any, options: list[str]
) -> np.ndarray:
    """What the model says of every option, the reader finding the word as it stands by far the likeliest."""
    owner = np.repeat(np.arange(len(place)), np.diff(ptr))
    stands = [option == tokens[place[i]] for option, i in zip(options, owner, strict=True)]
    prior = np.where(stands, 0.0, -1e6)
    return model.likelihood(words, tokens, place, ptr, options, prior, margin=1e9, most=99)


def _plainly(model: deep.CausalModel, torch: Any, left: str, right: str) -> float:
    """Log P(right | left) by one plain call, without mask, cache or positions."""
    encode = model._tokenizer
    begin = [model._begin, *encode(left, add_special_tokens=False)["input_ids"]]
    line = begin + encode(right, add_special_tokens=False)["input_ids"]
    with torch.inference_mode():
        logs = torch.log_softmax(model._network(input_ids=torch.tensor([line])).logits[0].float(), 1)
    return sum(float(logs[i - 1, line[i]]) for i in range(len(begin), len(line)))


def test_an_option_is_scored_as_by_plain_reading(model: deep.CausalModel, torch: Any) -> None:
    words = split("The old ferry left the harbour before dawn, and nobody waved at the caller mate on the pier.")
    i = _at(words, "caller")
    options = ["caller", "new", "very old"]
    tokens = list(words.lower)
    tokens[_at(words, "dawn")] = "noon"
    scores = _all_of(model, words, tokens, np.array([i]), np.array([0, 3]), options)
    left = "The old ferry left the harbour before noon, and nobody waved at the"
    expected = [_plainly(model, torch, left, f" {option} mate on the pier.") for option in options]
    assert scores == pytest.approx(expected, abs=1e-3)
    assert np.ptp(expected) > 0.1


def test_places_of_one_sentence_and_of_many_do_not_see_one_another(model: deep.CausalModel) -> None:
    words = split(TEXT)
    place, ptr, options = _question(words)
    together = _all_of(model, words, words.lower, place, ptr, options)
    for i in range(len(place)):
        here = options[ptr[i] : ptr[i + 1]]
        alone = _all_of(model, words, words.lower, place[i : i + 1], np.array([0, len(here)]), here)
        assert together[ptr[i] : ptr[i + 1]] == pytest.approx(alone, abs=1e-3)


def test_what_is_decided_is_what_the_next_place_is_read_after(model: deep.CausalModel) -> None:
    words = split(TEXT)
    place, ptr, options = _question(words)
    prior = np.full(len(options), -1.0)
    prior[options.index("new")] = 99.0  # decided by the reader alone
    read = model.likelihood(words, words.lower, place, ptr, options, prior, margin=999.0, most=9)
    tokens = list(words.lower)
    tokens[_at(words, "caller")] = "new"
    after = _all_of(model, words, tokens, place[3:], np.array([0, 2]), ["wet", "dry"])
    before = _all_of(model, words, words.lower, place[3:], np.array([0, 2]), ["wet", "dry"])
    assert read[-2:] == pytest.approx(after, abs=1e-3)
    assert np.abs(after - before).max() > 1e-2


def test_a_place_without_options_and_a_document_without_places(model: deep.CausalModel) -> None:
    words = split(TEXT)
    place, prior = np.array([1, 2]), np.array([0.0, -np.inf])
    read = model.likelihood(
        words, words.lower, place, np.array([0, 0, 2]), ["ferry", "boat"], prior, margin=5.0, most=6
    )
    assert np.isnan(read).all()
    nothing = np.empty(0, np.int64)
    assert not len(_all_of(model, words, words.lower, nothing, np.zeros(1, np.int64), []))


def test_twice_is_the_same(model: deep.CausalModel) -> None:
    words = split(TEXT)
    place, ptr, options = _question(words)
    first = _all_of(model, words, words.lower, place, ptr, options)
    assert np.array_equal(first, _all_of(model, words, words.lower, place, ptr, options))
    assert np.isfinite(first).all()


def test_what_the_tick_raises_ends_the_reading(model: deep.CausalModel) -> None:
    words = split(TEXT)
    place, ptr, options = _question(words)
    calls = 0

    def tick() -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        _all_of(model.watched(tick), words, words.lower, place, ptr, options)
    assert np.isfinite(_all_of(model, words, words.lower, place, ptr, options)).all()  # the model itself is as it was


def test_a_sentence_without_end_is_read_in_stretches(model: deep.CausalModel) -> None:
    words = split("nets and ropes " * 100)
    place = np.arange(1, len(words), 40)
    ptr = np.arange(0, 2 * len(place) + 1, 2)
    scores = _all_of(model, words, words.lower, place, ptr, ["and", "or"] * len(place))
    assert np.isfinite(scores).all()
    assert max(end - first for first, end in deep._cut(np.array([[0, len(words)]], np.int32))) <= deep._STRETCH


def test_what_does_not_fit_together_is_refused(model: deep.CausalModel) -> None:
    words = split(TEXT)
    place, ptr, options = _question(words)
    flat = np.zeros(len(options))
    for wrong in (
        (words.lower[1:], place, ptr, flat),
        (words.lower, place, ptr[:-1], flat),
        (words.lower, place[::-1], ptr, flat),
        (words.lower, place, ptr, np.zeros(2)),
    ):
        tokens, places, offsets, prior = wrong
        with pytest.raises(OptionError):
            model.likelihood(words, tokens, places, offsets, options, prior, margin=5.0, most=6)


def test_a_folder_is_loaded(tmp_path: Path, tokenizer: Any) -> None:
    _llama(tokenizer).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    words = split(TEXT)
    place, ptr, options = _question(words)
    assert np.isfinite(_all_of(deep.load(tmp_path), words, words.lower, place, ptr, options)).all()


def test_a_folder_without_a_model_and_a_broken_file_are_damaged_data(tmp_path: Path, torch: Any) -> None:
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
    network = _llama(tokenizer)
    assert deep.CausalModel(network, tokenizer)._reads_trees()
    assert not deep.CausalModel(_Maskless(network), tokenizer)._reads_trees()


@pytest.mark.filterwarnings("error")
def test_nothing_deprecated_is_asked_of_the_library(model: deep.CausalModel) -> None:
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
