"""Causal language models for the tests of the tree reading, and what is asked of them.

One that is no network and counts to the last digit, and two tiny random ones of ``transformers``; nothing is downloaded.
"""

from __future__ import annotations

import importlib
import re
import zlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest

from unspin.model.trees import Batch, CausalModel
from unspin.text import Words, split

TEXT = (
    "The old ferry left the harbour before dawn, and nobody on the pier waved. “We shall be astern by noon,” said the "
    "mate.\nOregon so they hoped. A cold wind blew from the north-east; the\ncaller nets lay wet on the deck."
)


class Hashed(CausalModel):
    """Its figure for a token is a hash of the whole line before it, so that any other line has another figure."""

    _begin = 0

    def _tokens(self, text: str) -> tuple[Sequence[int], Sequence[int]]:
        found = list(re.finditer(r"\s?\w+|\s?[^\w\s]|\s", text))
        return [1 + zlib.crc32(match[0].encode()) for match in found], [match.end() for match in found]

    def _nothing(self) -> np.ndarray:
        return np.empty((2, 0), np.int64)

    def _said(self, cache: np.ndarray, batch: Batch) -> tuple[np.ndarray, np.ndarray]:
        token, depth = every = np.concatenate([cache, np.stack([batch.token, batch.depth])], axis=1)
        said = []
        for parent, child in zip(batch.parent, batch.child, strict=True):
            seen = np.flatnonzero(batch.visible[parent])
            line = seen[np.argsort(depth[seen])]
            assert depth[line].tolist() == list(range(len(line))), "a line has one token at each depth"
            said.append(self.after(token[line].tolist(), int(batch.token[child])))
        return np.array(said, np.float64), every[:, : cache.shape[1] + batch.kept]

    @staticmethod
    def after(line: list[int], token: int) -> float:
        """The log probability of a token after a line."""
        return -1 - zlib.crc32(np.array([*line, token], np.int64).tobytes()) % 4_096 / 512


@cache
def tokenizer() -> Any:
    """A fast tokenizer of ``transformers``, trained on :data:`TEXT`; skips the test where the libraries are missing."""
    for name in ("torch", "transformers"):
        pytest.importorskip(name, reason=f"{name} is not installed: pip install 'unspin[deep]'")
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


def llama() -> Any:
    """A tiny random Llama."""
    words = len(tokenizer())
    transformers = _seeded()
    config = transformers.LlamaConfig(
        vocab_size=words, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=512, initializer_range=0.4, bos_token_id=0, eos_token_id=1,
    )  # fmt: skip
    return transformers.LlamaForCausalLM(config)


def gpt2() -> Any:
    """A tiny random GPT-2."""
    words = len(tokenizer())
    transformers = _seeded()
    config = transformers.GPT2Config(
        vocab_size=words, n_embd=32, n_layer=2, n_head=4, n_positions=512, initializer_range=0.4,
        bos_token_id=0, eos_token_id=1,
    )  # fmt: skip
    return transformers.GPT2LMHeadModel(config)


def _seeded() -> Any:
    importlib.import_module("torch").manual_seed(5)
    return importlib.import_module("transformers")


def at(words: Words, form: str) -> int:
    """Where a word stands."""
    return words.lower.index(form)


def question(words: Words) -> tuple[Any, Any, list[str]]:
    """Four suspicious words of :data:`TEXT`, one first in its sentence and one with a phrase and nothing among its options."""
    asked = {
        "astern": ["astern", "back", "behind the others"],
        "oregon": ["oregon", "or"],
        "caller": ["caller", "new", "quite new", "fresh"],
        "wet": ["wet", "dry"],
    }
    place = np.array([at(words, form) for form in asked])
    ptr = np.cumsum([0, *map(len, asked.values())])
    return place, ptr, [option for options in asked.values() for option in options]


def all_of(
    model: CausalModel, words: Words, tokens: Sequence[str], place: Any, ptr: Any, options: list[str]
) -> np.ndarray:
    """What the model says of every option, the reader finding the word as it stands by far the likeliest."""
    owner = np.repeat(np.arange(len(place)), np.diff(ptr))
    stands = [option == tokens[place[i]] for option, i in zip(options, owner, strict=True)]
    prior = np.where(stands, 0.0, -1e6)
    return model.likelihood(words, tokens, place, ptr, options, prior, margin=1e9, most=99)


def caller() -> tuple[Words, list[str], str]:
    """A sentence with a suspicious word, "caller", the sentence as decided, and what stands to the left of the word."""
    words = split("The old ferry left the harbour before dawn, and nobody waved at the caller mate on the pier.")
    tokens = list(words.lower)
    tokens[at(words, "dawn")] = "noon"
    return words, tokens, "The old ferry left the harbour before noon, and nobody waved at the"
