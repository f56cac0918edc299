"""Train the sieve: a small convolutional network that gives every word its odds of a swap.

    python -m training.sieve --texts scratch/screen --streams scratch/streams.npz
    python -m training.sieve --streams scratch/streams.npz --out scratch/sieve.npz --minutes 25
    python -m training.sieve --texts scratch/more --words scratch/streams.npz --streams scratch/more.npz
    python -m training.sieve --streams scratch/streams.npz scratch/more.npz --start scratch/sieve.npz --out scratch/better.npz

1. Vocabulary: the commonest words of the texts, as written and spun.
2. Fit: binary cross-entropy by word, Adam, the rate of learning falling to zero. Names, figures and unknown words are
   context only. Words become unknown ones now and then, rare ones oftener, and values of every layer are left out, so that the
   network learns to do without them: minutes are enough to learn millions of words of text by heart.
3. Weights become 7 bits, activations 8: sums of integers are the same in whatever order they are added, so that a document has
   the same odds in any batch, and on any machine. Seven bits, because some machines add two products in 16 bits.

It needs ``torch`` and ``onnx``. The threshold is set by :mod:`training.gates`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import onnx
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from numba import njit
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from unspin.screen.sieve import LOGIT, ZERO
from unspin.screen.tokens import FIRST_WORD, REACH, UNKNOWN, table_of, token_at

WORDS: Final = 30_000
SIZE: Final = 48
HIDDEN: Final = 64
FIRST_WIDTH, SECOND_WIDTH = 5, 3
LARGEST: Final = 2.0
"""Bound of the embeddings' values."""
BATCH: Final = 48
PIECE: Final = 256
LEARNING_RATE: Final = 4e-3
RARE: Final = 30.0
"""Occurrences at which a word is made unknown in half of the ``MOST`` share of its places."""
MOST: Final = 0.3
ANY: Final = 0.05
"""Share of the places of any word in which it is made unknown."""
DROPPED: Final = 0.1
"""Share of the values of a layer that are left out in training (Srivastava and others 2014)."""
WEIGHT_BITS: Final = 63


class Stream(NamedTuple):
    """Tokens of many documents, empty ones between them.

    Attributes:
        tokens: ``int32[n]``.
        swapped: whether each lies in a swapped place, ``bool[n]``.
        hashes: of the words among them, else 0, ``uint64[n]``.
    """

    tokens: NDArray[np.int32]
    swapped: NDArray[np.bool_]
    hashes: NDArray[np.uint64] = np.zeros(0, np.uint64)


@njit(cache=True)
def _tokens(
    data: Any, offsets: Any, spans: Any, bounds: Any, keys: Any, values: Any, tokens: Any, swapped: Any, hashes: Any
) -> int:
    """As :func:`unspin.screen.tokens.fill` with labels; ``spans[bounds[i]:bounds[i + 1]]`` are the places of document i."""
    found = REACH
    for document in range(len(offsets) - 1):
        at, end, before = offsets[document], offsets[document + 1], np.int32(0)
        begin = at
        place = bounds[document]
        while at < end:
            line = data[at] == 10
            started = at - begin
            at, token, word, _ = token_at(data, at, end, before, keys, values)
            if token > 0:
                while place < bounds[document + 1] and spans[place, 1] <= started:
                    place += 1
                tokens[found] = token
                hashes[found] = word
                swapped[found] = place < bounds[document + 1] and spans[place, 0] <= started
                found += 1
                before = token
            elif line:
                before = np.int32(0)
        found += REACH
    return found


def stream(table: Any, hashes: NDArray[np.uint64]) -> Stream:
    """The documents of a table of :mod:`training.screen_texts`, with the words of a vocabulary."""
    texts = pa.concat_arrays([pa.array([], pa.large_string()), *table["text"].cast(pa.large_string()).chunks])
    _, offsets, data = texts.buffers()
    begin, end = (
        pa.concat_arrays([pa.array([], pa.list_(pa.int64())), *table[name].chunks]) for name in ("begin", "end")
    )
    spans = np.stack([begin.flatten().to_numpy(), end.flatten().to_numpy()], axis=1).astype(np.int64)
    bounds = np.append(0, np.cumsum(begin.value_lengths().to_numpy())).astype(np.int64)
    room = REACH + len(texts) * REACH + (0 if data is None else len(data))
    tokens, swapped, found = np.zeros(room, np.int32), np.zeros(room, np.bool_), np.zeros(room, np.uint64)
    bytes_, begins = np.frombuffer(data or b"", np.uint8), np.frombuffer(offsets, np.int64)[: len(texts) + 1]
    count = _tokens(bytes_, begins, spans, bounds, *table_of(hashes), tokens, swapped, found)
    return Stream(tokens[:count].copy(), swapped[:count].copy(), found[:count].copy())


def vocabulary(files: Sequence[Path]) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int32]]:
    """The commonest words by their hashes, how often each is there, and the token that stands for it when it is unknown."""
    none = np.zeros(0, np.uint64)
    counts: dict[int, int] = {}
    ending: dict[int, int] = {}
    for file in files:
        found = stream(pq.read_table(file), none)
        here = found.tokens >= UNKNOWN
        values, first, count = np.unique(found.hashes[here], return_index=True, return_counts=True)
        tokens = found.tokens[here][first]
        for value, token, times in zip(values.tolist(), tokens.tolist(), count.tolist(), strict=True):
            counts[value] = counts.get(value, 0) + times
            ending[value] = token
    best = sorted(counts, key=lambda value: (-counts[value], value))[:WORDS]
    return (
        np.array(best, np.uint64),
        np.array([counts[value] for value in best]),
        np.array([ending[value] for value in best], np.int32),
    )


class Network(nn.Module):
    """Two convolutions over the embeddings of the tokens, written as products of matrices; see :meth:`forward`."""

    def __init__(self, tokens: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(tokens, SIZE)
        nn.init.normal_(self.embedding.weight, std=0.3)
        self.first = nn.Linear(FIRST_WIDTH * SIZE, HIDDEN)
        self.second = nn.Linear(SECOND_WIDTH * HIDDEN, HIDDEN)
        self.odds = nn.Linear(HIDDEN, 1)

    def layers(self, tokens: torch.Tensor, kind: torch.dtype = torch.float32) -> tuple[torch.Tensor, ...]:
        """What each layer makes of tokens ``int[batch, n]``, the last being :meth:`forward`'s."""
        seen = self._dropped(self.embedding(tokens).clamp(-LARGEST, LARGEST).to(kind))
        first = self._dropped(torch.relu(_times(self.first, _beside(seen, FIRST_WIDTH, 1))))
        second = self._dropped(torch.relu(_times(self.second, _beside(first, SECOND_WIDTH, 2))))
        return first, second, _times(self.odds, second)[:, :, 0].float()

    def _dropped(self, values: torch.Tensor) -> torch.Tensor:
        return nn.functional.dropout(values, DROPPED, self.training)

    def forward(self, tokens: torch.Tensor, kind: torch.dtype = torch.float32) -> torch.Tensor:
        """Log-odds of a swap, ``float[batch, n - 2 * REACH]``, for tokens ``int[batch, n]``."""
        return self.layers(tokens, kind)[-1]


def _beside(values: torch.Tensor, width: int, step: int) -> torch.Tensor:
    """Each place with its neighbours, every ``step``-th of them."""
    count = values.shape[1] - (width - 1) * step
    return torch.cat([values[:, i * step : i * step + count] for i in range(width)], 2)


def _times(layer: nn.Linear, values: torch.Tensor) -> torch.Tensor:
    """A layer in the precision of its input."""
    return nn.functional.linear(values, layer.weight.to(values.dtype), layer.bias.to(values.dtype))


def begun(network: Network, model: bytes) -> None:
    """Give a network the weights of a model that :func:`in_bytes` made."""
    saved = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load_from_string(model).graph.initializer}
    with torch.no_grad():
        table = (saved["table"].astype(np.float32) - 128) * saved["scale0"]
        network.embedding.weight.copy_(torch.from_numpy(table))
        for number, layer in enumerate((network.first, network.second, network.odds)):
            scale = saved[f"weight_scale{number}"]
            weight = saved[f"weights{number}"] * scale[:, None, None]
            layer.weight.copy_(torch.from_numpy(weight.transpose(0, 2, 1).reshape(len(weight), -1)))
            layer.bias.copy_(torch.from_numpy(saved[f"bias{number}"] * scale * saved[f"scale{number}"]))


def fit(
    network: Network,
    train: Stream,
    counts: NDArray[np.int64],
    endings: NDArray[np.int32],
    minutes: tuple[float, float],
    fastest: float,
    held: Stream,
) -> None:
    """Fit the network for so long, of processor time or by the clock."""
    random = np.random.default_rng()
    tokens, swapped = train.tokens, train.swapped
    unknown = np.arange(FIRST_WORD + len(counts), dtype=np.int32)
    unknown[FIRST_WORD:] = endings
    chance = np.zeros(len(unknown), np.float32)
    chance[FIRST_WORD:] = np.maximum(ANY, MOST * RARE / (counts + RARE))
    adam = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98), fused=True)
    begun, clock, steps, shown, losses = time.process_time(), time.time(), 0, 0.0, []
    width = PIECE + 2 * REACH
    inside = (slice(None), slice(REACH, -REACH))
    while (spent := max((time.process_time() - begun) / minutes[0], (time.time() - clock) / minutes[1]) / 60) < 1:
        for group in adam.param_groups:
            group["lr"] = fastest * min(1, (steps + 1) / 200) * (1 - spent)
        starts = random.integers(len(tokens) - width, size=BATCH)
        places = starts[:, None] + np.arange(width)
        seen = tokens[places]
        read = np.where(random.random(seen.shape, np.float32) < chance[seen], unknown[seen], seen)
        judged = torch.from_numpy(read[inside] >= FIRST_WORD)
        truth = torch.from_numpy(swapped[places][inside]).float()
        odds = network(torch.from_numpy(read), torch.bfloat16)
        loss = nn.functional.binary_cross_entropy_with_logits(odds[judged], truth[judged])
        adam.zero_grad()
        loss.backward()
        adam.step()
        steps += 1
        losses.append(float(loss.detach()))
        if spent >= shown:
            shown += 0.05
            print(f"{spent:.2f} {steps:,} steps: {np.mean(losses):.4f}; {measured(network, held)}", flush=True)
            losses = []


def measured(network: Network, held: Stream, most: int = 100_000) -> str:
    """Loss by word and area under the curve on unseen text."""
    tokens, swapped = held.tokens[:most], held.swapped[REACH : most - REACH]
    network.eval()
    with torch.no_grad():
        odds = network(torch.from_numpy(tokens)[None])[0].numpy()
    network.train()
    here = tokens[REACH:-REACH] >= FIRST_WORD
    odds, swapped = odds[here], swapped[here]
    loss = np.logaddexp(0, np.where(swapped, -odds, odds)).mean()
    rank = np.empty(len(odds))
    rank[np.argsort(odds)] = np.arange(len(odds))
    spun = int(swapped.sum())
    area = (rank[swapped].sum() - spun * (spun - 1) / 2) / (spun * (len(odds) - spun))
    return f"unseen {loss:.4f}, area {area:.4f}"


def in_bytes(network: Network, sample: NDArray[np.int32]) -> bytes:
    """The network in integers, as an ONNX model from ``tokens`` (``int32[1, n]``) to ``odds`` (``uint8[1, 1, n - 8]``)."""
    network.eval()
    with torch.no_grad():
        table = network.embedding.weight.clamp(-LARGEST, LARGEST).numpy()
        reached = [layer.numpy() for layer in network.layers(torch.from_numpy(sample)[None])[:2]]
    ranges = [float(np.quantile(layer[layer > 0], 0.9998)) for layer in reached]
    step = LARGEST / 127
    saved: list[onnx.TensorProto] = []

    def keep(name: str, array: Any) -> str:
        saved.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    nodes = [
        helper.make_node(
            "Gather", [keep("table", np.round(table / step + 128).clip(0, 255).astype(np.uint8)), "tokens"], ["seen"]
        ),
        helper.make_node("Transpose", ["seen"], ["layer0"], perm=[0, 2, 1]),
    ]
    scales = [step, ranges[0] / 255, ranges[1] / 255, LOGIT]
    zeros = [128, 0, 0, ZERO]
    shapes = [(network.first, FIRST_WIDTH, 1), (network.second, SECOND_WIDTH, 2), (network.odds, 1, 1)]
    for number, (layer, width, dilation) in enumerate(shapes):
        weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
        weight = weight.reshape(len(weight), width, -1).transpose(0, 2, 1)
        scale = (np.abs(weight).max(axis=(1, 2)) / WEIGHT_BITS).astype(np.float32)
        names = [
            f"layer{number}",
            keep(f"scale{number}", np.float32(scales[number])),
            keep(f"zero{number}", np.uint8(zeros[number])),
            keep(f"weights{number}", np.round(weight / scale[:, None, None]).astype(np.int8)),
            keep(f"weight_scale{number}", scale),
            keep(f"weight_zero{number}", np.zeros(len(scale), np.int8)),
            keep(f"next_scale{number}", np.float32(scales[number + 1])),
            keep(f"next_zero{number}", np.uint8(zeros[number + 1])),
            keep(f"bias{number}", np.round(bias / (scale * scales[number])).astype(np.int32)),
        ]
        out = "odds" if number == 2 else f"layer{number + 1}"
        nodes.append(helper.make_node("QLinearConv", names, [out], kernel_shape=[width], dilations=[dilation]))
    graph = helper.make_graph(
        nodes, "sieve", [helper.make_tensor_value_info("tokens", TensorProto.INT32, [1, "n"])],
        [helper.make_tensor_value_info("odds", TensorProto.UINT8, [1, 1, "m"])], saved,
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    result: bytes = model.SerializeToString()
    return result


def prepared(folders: Sequence[Path], without: Sequence[str], words: Path | None, out: Path) -> None:
    """Set down the vocabulary and the streams of the texts, so that they are made once; ``words`` has a vocabulary already."""
    files = [file for folder in folders for file in sorted(folder.glob("*.parquet"))]
    if words is None:
        hashes, counts, endings = vocabulary(files)
    else:
        with np.load(words) as saved:
            hashes, counts, endings = saved["hashes"], saved["counts"], saved["endings"]
    print(f"{len(hashes):,} words, the rarest {counts[-1]} times", flush=True)
    parts: dict[str, list[Stream]] = {"train": [], "dev": []}
    for file in files:
        table = pq.read_table(file)
        known = np.isin(table["corpus"].to_numpy(zero_copy_only=False), without)
        part = table["part"].to_numpy(zero_copy_only=False)
        parts["train"].append(stream(table.filter((part == "train") & ~known), hashes))
        parts["dev"].append(stream(table.filter((part == "dev") & ~known), hashes))
    arrays = {
        f"{name}_{field}": np.concatenate([getattr(each, field) for each in found])
        for name, found in parts.items()
        for field in ("tokens", "swapped")
    }
    np.savez(out, hashes=hashes, counts=counts, endings=endings, **arrays)  # type: ignore[arg-type]


def together(
    files: Sequence[Path],
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int32], Stream, Stream]:
    """The vocabulary and the streams of several files, which have the same vocabulary: words, counts, endings, train, dev."""
    parts: dict[str, list[Stream]] = {"train": [], "dev": []}
    for file in files:
        with np.load(file) as saved:
            vocabulary = saved["hashes"], saved["counts"], saved["endings"]
            for name, found in parts.items():
                found.append(Stream(saved[f"{name}_tokens"], saved[f"{name}_swapped"]))
    train, dev = (
        Stream(np.concatenate([each.tokens for each in found]), np.concatenate([each.swapped for each in found]))
        for found in parts.values()
    )
    return *vocabulary, train, dev


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--texts", type=Path, nargs="+", help="folders of training.screen_texts; prepares them and ends"
    )
    parser.add_argument("--without", nargs="*", default=[], help="corpora that are left out")
    parser.add_argument("--words", type=Path, help="streams whose vocabulary the new ones get")
    parser.add_argument("--streams", type=Path, required=True, nargs="+", help="files of what is prepared, .npz")
    parser.add_argument("--out", type=Path, help="file of the network and its vocabulary, .npz")
    parser.add_argument("--start", type=Path, help="a network with the same vocabulary, to go on from")
    parser.add_argument("--rate", type=float, default=LEARNING_RATE, help="of learning, at first")
    parser.add_argument("--minutes", type=float, default=25, help="of processor time")
    parser.add_argument("--clock", type=float, default=1e9, help="minutes by the clock at most")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.texts:
        prepared(options.texts, options.without, options.words, options.streams[0])
        return
    hashes, counts, endings, train, held = together(options.streams)
    print(f"{len(train.tokens):,} tokens", flush=True)
    torch.manual_seed(1)
    network = Network(FIRST_WORD + len(hashes))
    if options.start:
        with np.load(options.start) as saved:
            begun(network, saved["model"].tobytes())
    fit(network, train, counts, endings, (options.minutes, options.clock), options.rate, held)
    with options.out.open("wb") as file:
        model = in_bytes(network, held.tokens[:200_000])
        np.savez_compressed(file, hashes=hashes, model=np.frombuffer(model, np.uint8))


if __name__ == "__main__":
    main()
