"""The second reader of context: MPNet with one head.

The encoder proper (:mod:`training.network`) is small, since it reads every page. What is hidden on a page that has been
found to be spun can be read by a better one: all-mpnet-base-v2 (Song et al. 2020; Apache-2.0), whose body sees the same
windows behind the same masks. It has one head, ``context``: a vector whose product with its own output layer, one row an
original of the lexicon and one for "nothing", gives the logits of the word behind each mask.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import MPNetModel

HIDDEN: Final = 768
SHIFT: Final = 4
"""MPNet's wordpieces are BERT's, four further on; its own signs stand before them, and its mask after them."""
CLS, PAD, SEP, MASK = 0, 1, 2, 30_526
_BERT_CLS, _BERT_SEP, _BERT_MASK = 101, 102, 103


def translated(pieces: Tensor) -> Tensor:
    """MPNet's ids of wordpieces given as BERT's, 0 being padding."""
    shifted = pieces + SHIFT
    for bert, own in ((0, PAD), (_BERT_CLS, CLS), (_BERT_SEP, SEP), (_BERT_MASK, MASK)):
        shifted = torch.where(pieces == bert, own, shifted)
    return shifted


class ContextReader(nn.Module):
    """MPNet's body, the head ``context`` and its output layer."""

    def __init__(self, body: MPNetModel, words: int) -> None:
        super().__init__()
        self.body = body
        self.dense = nn.Linear(HIDDEN, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-5)
        self.word = nn.Embedding(words, HIDDEN)
        self.word_bias = nn.Parameter(torch.zeros(words))

    def hidden(self, pieces: Tensor) -> Tensor:
        """The last hidden state [b, t, 768] of BERT's wordpieces ``pieces`` int64 [b, t], 0 being padding."""
        states: Tensor = self.body(
            input_ids=translated(pieces), attention_mask=(pieces != 0).long(), position_ids=positions(pieces)
        ).last_hidden_state
        return states

    def context(self, states: Tensor) -> Tensor:
        """The context vectors of hidden states, both […, 768]."""
        return self.norm(F.gelu(self.dense(states)))

    def logits(self, vectors: Tensor) -> Tensor:
        """Logits [n, words] of context vectors [n, 768]."""
        return vectors @ self.word.weight.T + self.word_bias


def positions(pieces: Tensor) -> Tensor:
    """MPNet's positions: they begin after that of padding, 1."""
    places = torch.arange(pieces.shape[1], device=pieces.device) + PAD + 1
    return torch.where(pieces != 0, places, PAD)


def from_mpnet(folder: Path, words: list[list[int]]) -> ContextReader:
    """A reader with MPNet's weights.

    Args:
        folder: all-mpnet-base-v2 as published.
        words: BERT's wordpieces of each original; the output layer starts from the mean of their input embeddings.
    """
    body = MPNetModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager")
    reader = ContextReader(body, len(words) + 1)
    table = body.embeddings.word_embeddings.weight.detach()
    with torch.no_grad():
        nn.init.eye_(reader.dense.weight)
        nn.init.zeros_(reader.dense.bias)
        rows = torch.stack([table[torch.tensor(pieces) + SHIFT].mean(0) for pieces in words])
        rows = rows - rows.mean(0)
        reader.word.weight[:-1] = rows
        reader.word.weight[-1] = 0
    return reader
