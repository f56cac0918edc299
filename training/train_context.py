"""Train the second reader of context on the shards of the first.

    python -m training.train_context --mpnet MPNET_FOLDER --encoder MINILM_FOLDER --shards scratch/shards \
        --run scratch/context --minutes 90

The lower layers of MPNet and its input embeddings stay as they are; the upper ones, the head and the output layer are
trained, with the two losses that :mod:`training.train` has for hidden words: which of all words it was, and which of those
that the form found may stand for. The words of a shard are hidden as the encoder proper needs them, one in seven; more are
hidden here (:func:`hide_more`), so that a window that costs seconds teaches more than a dozen words.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F

from training.context_network import ContextReader, from_mpnet
from training.examples import MASK, WordPieces
from training.train import Choices, Curve, Progress, Sampler, batches, resumed, save, schedule
from unspin.lexicon import load

_RATE, _HEAD_RATE, _DECAY = 1e-4, 6e-4, 0.01
_CHECKPOINT_SECONDS = 300
_BATCH: Final = 16
_HIDE_SWAPPED, _HIDE_WRITTEN = 0.35, 0.12
_SHARE = {"context": 0.6, "choice": 1.0}


def hide_more(batch: dict[str, Tensor], random: np.random.Generator) -> dict[str, Tensor]:
    """A batch of :func:`training.train.batches` with more of its visible words behind one mask each.

    Words that are possible originals alone are hidden, swapped ones three times as often as others.
    """
    arrays = {name: batch[name].numpy() for name in ("pieces", "first", "hidden", "target", "form", "state")}
    chance = np.where(arrays["state"] == 0, _HIDE_WRITTEN, _HIDE_SWAPPED)
    free = arrays["first"] & ~arrays["hidden"] & (arrays["target"] >= 0)
    chosen = free & (random.random(free.shape) < chance)
    rows = [_hidden_row({name: array[i] for name, array in arrays.items()}, chosen[i]) for i in range(len(chosen))]
    return {name: torch.from_numpy(np.stack([row[name] for row in rows])) for name in rows[0]}


def _hidden_row(row: dict[str, NDArray[np.int64]], chosen: NDArray[np.bool_]) -> dict[str, NDArray[np.int64]]:
    # A word's pieces are its first and what follows up to the next beginning: of a word, or of a mark, which has the
    # state "unjudged" as later pieces have. Marks are single pieces below "a" in the vocabulary.
    pieces = row["pieces"]
    begins = np.flatnonzero(chosen)
    gone = np.zeros(len(pieces), bool)
    for begin in begins.tolist():
        end = begin + 1
        while end < len(pieces) and not row["first"][end] and _CONTINUES[pieces[end]]:
            gone[end] = True
            end += 1
    kept = np.flatnonzero(~gone)
    result = {}
    for name, padding in (("pieces", 0), ("first", 0), ("hidden", 0), ("target", -1), ("form", -1)):
        values = row[name].copy()
        if name == "pieces":
            values[begins] = MASK
        elif name == "hidden":
            values[begins] = 1
        shorter = np.full(len(values), padding, values.dtype)
        shorter[: len(kept)] = values[kept]
        result[name] = shorter
    return result


_CONTINUES: NDArray[np.bool_] = np.zeros(0, bool)


def losses(net: ContextReader, sampler: Sampler, choices: Choices, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """The two losses of a batch: means over the hidden words they concern, in nats."""
    states = net.hidden(batch["pieces"])
    masked = batch["first"].bool() & batch["hidden"].bool() & (batch["target"] >= 0)
    vectors, target, form = net.context(states[masked]), batch["target"][masked], batch["form"][masked]
    logits, answers = sampler.logits(net, vectors, target)
    found = form >= 0
    chosen, right = choices.logits(net, vectors[found], form[found], target[found])
    return {
        "context": F.cross_entropy(logits, answers),
        "choice": F.cross_entropy(chosen, right),
        "first": (chosen.argmax(1) == right).float().mean(),
    }


def frozen(net: ContextReader, layers: int) -> ContextReader:
    """The reader, its input embeddings and its first ``layers`` not to be trained."""
    for part in (net.body.embeddings, *net.body.encoder.layer[:layers]):
        for parameter in part.parameters():
            parameter.requires_grad = False
    return net


def adam(net: ContextReader) -> torch.optim.AdamW:
    """The optimizer: what is new learns faster than what was trained before."""
    body = [p for p in net.body.parameters() if p.requires_grad]
    inside = {id(p) for p in net.body.parameters()}
    new = [p for p in net.parameters() if id(p) not in inside]
    groups = [
        {"params": body, "lr": _RATE, "share": 1.0},
        {"params": new, "lr": _HEAD_RATE, "share": _HEAD_RATE / _RATE},
    ]
    return torch.optim.AdamW(groups, lr=_RATE, betas=(0.9, 0.98), weight_decay=_DECAY, fused=True)


def train(net: ContextReader, choices: Choices, sampler: Sampler, options: argparse.Namespace) -> None:
    """Train until the run's minutes are over, from its checkpoint on where there is one."""
    optimizer, checkpoint = adam(net), options.run / "checkpoint.pt"
    progress = resumed(net, optimizer, checkpoint, None)
    net.hidden = torch.compile(net.hidden)  # type: ignore[method-assign]
    curve, random = Curve(options.run / "curve.jsonl"), np.random.default_rng(progress.batches)
    began, saved_at = time.monotonic() - progress.seconds, time.monotonic()
    for number, batch in batches(options.shards, progress.batches, windows=_BATCH):
        for group in optimizer.param_groups:
            group["lr"] = options.rate * group["share"] * schedule(progress.share(options))
        with torch.autocast("cpu", torch.bfloat16):
            parts = losses(net, sampler, choices, hide_more(batch, random))
        loss = sum(share * parts[name] for name, share in _SHARE.items())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for p in net.parameters() if p.requires_grad], 1.0)
        optimizer.step()
        progress = Progress(number + 1, time.monotonic() - began)
        curve.add(parts, progress)
        done = progress.share(options) >= 1.0
        if done or time.monotonic() - saved_at > _CHECKPOINT_SECONDS:
            save(net, optimizer, progress, checkpoint)
            saved_at = time.monotonic()
        if done:
            break


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("mpnet", "encoder", "shards", "run"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--batches", type=int, help="end after so many batches, whatever the clock says")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rate", type=float, default=_RATE, help="the highest learning rate of the body")
    parser.add_argument("--frozen", type=int, default=6, help="layers of the body that stay as they are")
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(options.threads)
    options.run.mkdir(parents=True, exist_ok=True)
    lexicon = load()
    tokenizer = Tokenizer.from_file(str(options.encoder / "tokenizer.json"))
    pieces_of = WordPieces(tokenizer)
    global _CONTINUES
    _CONTINUES = np.array([tokenizer.id_to_token(i).startswith("##") for i in range(tokenizer.get_vocab_size())])
    words = [pieces_of(form) for form in lexicon.forms[: lexicon.vocabulary]]
    net = frozen(from_mpnet(options.mpnet, words), options.frozen)
    frequency = torch.from_numpy(lexicon.log_frequency[: lexicon.vocabulary])
    sampler = Sampler(torch.cat([frequency, frequency.max()[None] - 1]))
    train(net, Choices(lexicon), sampler, options)


if __name__ == "__main__":
    main()
