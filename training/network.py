"""The encoder: MiniLM with three heads.

A BERT encoder (Devlin et al. 2019; weights of MiniLM-L6-H384, Wang et al. 2020, as in all-MiniLM-L6-v2, Apache-2.0) reads
windows of a document in which some words are hidden behind ``[MASK]``. Its heads keep the two factors of the channel apart:

* ``swap``: the log-odds that a *visible* word was swapped;
* ``belief``: which word a *visible* swapped word was, given that word and its context: one opinion, counted once;
* ``context``: which word stands behind a *hidden* one, given the context alone: evidence that may be summed.

``belief`` and ``context`` are vectors; their product with the shared output layer (one row an original of the lexicon, and
one for "nothing": a word that the spinner inserted) gives the logits.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HIDDEN, HEADS, LAYERS, INNER = 384, 12, 6, 1536


class Output(NamedTuple):
    """What the encoder says of each wordpiece: ``swap`` [b, t], ``belief`` and ``context`` [b, t, 384]."""

    swap: Tensor
    belief: Tensor
    context: Tensor


class Layer(nn.Module):
    """One post-norm transformer layer, parameters named as in BERT's checkpoints but for the fused q, k, v."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.out = nn.Linear(HIDDEN, HIDDEN)
        self.norm1 = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.up = nn.Linear(HIDDEN, INNER)
        self.down = nn.Linear(INNER, HIDDEN)
        self.norm2 = nn.LayerNorm(HIDDEN, eps=1e-12)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """``x`` [b, t, 384]; ``bias`` [b, 1, 1, t], 0 for pieces and very negative for padding."""
        b, t, _ = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, HEADS, HIDDEN // HEADS).permute(2, 0, 3, 1, 4).unbind(0)
        # Written out: on a CPU the backward pass of the fused kernel takes five times as long for windows this short.
        weights = torch.softmax(q @ k.transpose(-1, -2) * (HIDDEN // HEADS) ** -0.5 + bias.to(q.dtype), dim=-1)
        attended = weights.to(v.dtype) @ v
        x = self.norm1(x + self.out(attended.transpose(1, 2).reshape(b, t, HIDDEN)))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


class Head(nn.Module):
    """The transform before the output layer, as in BERT's masked language model."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Linear(HIDDEN, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)

    def forward(self, x: Tensor) -> Tensor:
        """[…, 384] to […, 384]."""
        return self.norm(F.gelu(self.dense(x)))


class Encoder(nn.Module):
    """MiniLM-L6 with the heads ``swap``, ``belief`` and ``context``."""

    def __init__(self, pieces: int = 30_522, words: int = 32_001, layers: int = LAYERS) -> None:
        super().__init__()
        self.piece = nn.Embedding(pieces, HIDDEN)
        self.position = nn.Embedding(512, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.swap = nn.Sequential(nn.Linear(HIDDEN, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, 1))
        self.belief = Head()
        self.context = Head()
        self.word = nn.Embedding(words, HIDDEN)
        self.word_bias = nn.Parameter(torch.zeros(words))

    def hidden(self, pieces: Tensor) -> Tensor:
        """The last hidden state [b, t, 384] of ``pieces`` int64 [b, t], 0 being padding."""
        bias = (pieces == 0).float()[:, None, None, :] * -1e4
        places = torch.arange(pieces.shape[1], device=pieces.device)
        x = self.norm(self.piece(pieces) + self.position(places))
        for layer in self.layers:
            x = layer(x, bias)
        return x

    def forward(self, pieces: Tensor) -> Output:
        """All heads at every piece, as exported."""
        x = self.hidden(pieces)
        return Output(self.swap(x)[..., 0], self.belief(x), self.context(x))

    def logits(self, vectors: Tensor) -> Tensor:
        """Logits [n, words] of belief or context vectors [n, 384]."""
        return vectors @ self.word.weight.T + self.word_bias


def from_minilm(folder: Path, words: list[list[int]], layers: int = LAYERS) -> Encoder:
    """An encoder with MiniLM's weights, in its first ``layers`` alone where fewer are wanted.

    The output layer starts from the mean input embedding of each word's pieces.
    """
    from safetensors.torch import load_file

    saved = load_file(folder / "model.safetensors")
    net = Encoder(words=len(words) + 1, layers=layers)
    state = net.state_dict()

    def put(name: str, value: Tensor) -> None:
        state[name].copy_(value)

    put("piece.weight", saved["embeddings.word_embeddings.weight"])
    put(
        "position.weight",
        saved["embeddings.position_embeddings.weight"] + saved["embeddings.token_type_embeddings.weight"][0],
    )
    for part in ("weight", "bias"):
        put(f"norm.{part}", saved[f"embeddings.LayerNorm.{part}"])
        for i in range(layers):
            old, new = f"encoder.layer.{i}", f"layers.{i}"
            qkv = [saved[f"{old}.attention.self.{name}.{part}"] for name in ("query", "key", "value")]
            put(f"{new}.qkv.{part}", torch.cat(qkv))
            put(f"{new}.out.{part}", saved[f"{old}.attention.output.dense.{part}"])
            put(f"{new}.norm1.{part}", saved[f"{old}.attention.output.LayerNorm.{part}"])
            put(f"{new}.up.{part}", saved[f"{old}.intermediate.dense.{part}"])
            put(f"{new}.down.{part}", saved[f"{old}.output.dense.{part}"])
            put(f"{new}.norm2.{part}", saved[f"{old}.output.LayerNorm.{part}"])
    table = saved["embeddings.word_embeddings.weight"]
    for i, pieces in enumerate(words):
        state["word.weight"][i] = table[pieces].mean(0)
    state["word.weight"][-1].zero_()
    net.load_state_dict(state)
    return net
