"""Train the encoder on simulated text.

    python -m training.train --encoder MINILM_FOLDER --shards scratch/shards --run scratch/run --minutes 90

The learning rate follows the clock, not a number of steps: it rises for 3% of the minutes, then falls as a half cosine to
a twentieth, so that a run on two CPU cores and one on a GPU both end well annealed. A checkpoint is written every few
minutes; started again, the run goes on from it with the minutes that are left. Shards are read in order, waiting for the
next where ``training.examples`` has not made it yet. The learning curve goes to ``RUN/curve.jsonl``. A run that is over
is gone on with by a new one: ``--start OLD_RUN/checkpoint.pt`` begins it with that run's weights (a warm restart).
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F

from training.examples import FAMILIES, WordPieces
from training.network import LAYERS, Encoder, from_minilm
from unspin.lexicon import Lexicon, load

_RATE, _DECAY, _BATCH = 4e-4, 0.01, 32
_CHECKPOINT_SECONDS = 240
# The context decides most: once it is read, the belief has next to no weight in the decision (training.reader).
_SHARE = {"swap": 2.0, "belief": 0.2, "context": 0.6, "choice": 1.0}


def batches(shards: Path, begin: int, without: str | None = None) -> Iterator[tuple[int, dict[str, Tensor]]]:
    """(batch number, batch), from batch ``begin`` on; shard after shard, for ever while new shards come.

    Windows that the family ``without`` has spun are passed over.
    """
    number, batch = 0, 0
    while True:
        file = shards / f"{number:05d}.npz"
        if not file.exists():
            available = len(list(shards.glob("*.npz")))
            file = shards / f"{number % max(available, 1):05d}.npz"
        with np.load(file) as archive:
            arrays = {name: archive[name] for name in archive.files}
        family = arrays.pop("family", None)
        if without is not None:
            assert family is not None, f"{file}: made before the families were noted; make the shards anew"
            kept = family != list(FAMILIES).index(without)
            arrays = {name: array[kept] for name, array in arrays.items()}
        size = len(arrays["pieces"])
        for row in range(0, size - _BATCH + 1, _BATCH):
            if batch >= begin:
                yield (
                    batch,
                    {
                        name: torch.from_numpy(
                            array[row : row + _BATCH].astype(bool if array.dtype == bool else np.int64)
                        )
                        for name, array in arrays.items()
                    },
                )
            batch += 1
        number += 1


class Sampler:
    """Sampled softmax: the batch's own answers and a random part of the vocabulary stand for all 32,000 words.

    Words are drawn by the 3/4th power of their frequency; each logit is corrected by the log of the chance that its word
    is in the sample (Jean et al. 2015; Bengio and Senecal 2008), so that the full softmax is what is learned.
    """

    def __init__(self, log_frequency: Tensor, size: int = 5_000) -> None:
        self._share = torch.softmax(0.75 * log_frequency.double(), 0)
        self._size = size

    def logits(self, net: Encoder, vectors: Tensor, answers: Tensor) -> tuple[Tensor, Tensor]:
        """(logits [n, sample], answers as columns of the sample [n])."""
        drawn = torch.multinomial(self._share, self._size, replacement=True).to(answers.device)
        words, where = torch.unique(torch.cat([answers, drawn]), return_inverse=True)
        chance = 1 - (1 - self._share.to(answers.device)[words]) ** (self._size + len(answers))
        logits = vectors @ net.word.weight[words].T + net.word_bias[words]
        return logits.float() - chance.log().float(), where[: len(answers)]


class Choices:
    """What the context must tell apart in use: a hidden word's form as found, and the originals it may stand for.

    Against a random part of the vocabulary nearly every word is easily told from the right one; against its synonyms few
    are. The loss is that of the noisy channel: to the context's logit of a candidate comes the channel's fixed
    log-probability of the form found, so that the context need not learn what spinners do.
    """

    _MOST, _RATE = 48, 0.25

    def __init__(self, lexicon: Lexicon) -> None:
        found = lexicon.candidates(np.arange(len(lexicon.forms), dtype=np.int32))
        weight = np.logaddexp.reduce(found.channel, axis=1) - math.log(found.channel.shape[1])
        owner = np.repeat(np.arange(len(lexicon.forms)), np.diff(found.ptr))
        order = np.lexsort((-(weight + lexicon.log_frequency[found.original]), owner))
        rank = np.arange(len(order)) - found.ptr[owner]
        kept = order[rank < self._MOST]
        original = np.full((len(lexicon.forms), 1 + self._MOST), -1, np.int32)
        prior = np.full(original.shape, -np.inf, np.float32)
        place = 1 + rank[rank < self._MOST]
        original[owner[kept], place] = found.original[kept]
        prior[owner[kept], place] = weight[kept] + math.log(self._RATE)
        known = np.arange(lexicon.vocabulary)
        original[known, 0], prior[known, 0] = known, math.log(1 - self._RATE)
        self._original, self._prior = torch.from_numpy(original), torch.from_numpy(prior)

    def logits(self, net: Encoder, vectors: Tensor, forms: Tensor, answers: Tensor) -> tuple[Tensor, Tensor]:
        """(logits [k, candidates], answers as columns [k]) of the words whose answer is among their candidates."""
        original, prior = self._original.to(forms.device)[forms], self._prior.to(forms.device)[forms]
        match = original == answers[:, None]
        known = match.any(1)
        rows = original[known].clamp(min=0).long()
        score = torch.einsum("kch,kh->kc", net.word.weight[rows].float(), vectors[known].float()) + net.word_bias[rows]
        return score + prior[known], match[known].int().argmax(1)


def losses(net: Encoder, sampler: Sampler, choices: Choices, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """The four losses of a batch: means over the words they concern, in nats."""
    hidden = net.hidden(batch["pieces"])
    first, state, target = batch["first"], batch["state"], batch["target"]
    visible = first & ~batch["hidden"] & (state != 3)
    swapped = ((state == 1) | (state == 2)).float()
    swap = F.binary_cross_entropy_with_logits(net.swap(hidden)[..., 0][visible].float(), swapped[visible])
    believed = visible & (state == 1) & (target >= 0)
    masked = first & batch["hidden"] & (target >= 0)
    vectors = torch.cat([net.belief(hidden[believed]), net.context(hidden[masked])])
    answers = torch.cat([target[believed], target[masked]])
    logits, answers = sampler.logits(net, vectors, answers)
    count = int(believed.sum())
    found = batch["form"][masked] >= 0
    chosen, right = choices.logits(net, vectors[count:][found], batch["form"][masked][found], target[masked][found])
    return {
        "swap": swap,
        "belief": F.cross_entropy(logits[:count], answers[:count]) if count else swap.new_zeros(()),
        "context": F.cross_entropy(logits[count:], answers[count:]) if count < len(logits) else swap.new_zeros(()),
        "choice": F.cross_entropy(chosen, right) if len(right) else swap.new_zeros(()),
    }


def schedule(share: float) -> float:
    """The learning rate's factor after ``share`` of the time."""
    if share < 0.03:
        return max(share, 0.001) / 0.03
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1.0, (share - 0.03) / 0.97)))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("encoder", "shards", "run"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument(
        "--batches", type=int, help="end after so many batches, whatever the clock says; to compare runs"
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--layers", type=int, default=LAYERS, help="MiniLM's first layers; fewer for experiments")
    parser.add_argument("--without", choices=list(FAMILIES), help="leave the examples of one family out")
    parser.add_argument("--start", type=Path, help="a checkpoint whose weights and moments a new run begins with")
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(options.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    options.run.mkdir(parents=True, exist_ok=True)

    lexicon, pieces_of = load(), WordPieces(Tokenizer.from_file(str(options.encoder / "tokenizer.json")))
    words = [pieces_of(form) for form in lexicon.forms[: lexicon.vocabulary]]
    net = from_minilm(options.encoder, words, options.layers).to(device)
    frequency = torch.from_numpy(lexicon.log_frequency[: lexicon.vocabulary])
    # "Nothing" (an inserted word) is drawn like a common word.
    sampler = Sampler(torch.cat([frequency, frequency.max()[None] - 1]))
    choices = Choices(lexicon)
    decayed = [p for p in net.parameters() if p.ndim > 1]
    other = [p for p in net.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": _DECAY}, {"params": other, "weight_decay": 0.0}],
        lr=_RATE,
        betas=(0.9, 0.98),
        fused=True,
    )
    checkpoint = options.run / "checkpoint.pt"
    begin, spent = 0, 0.0
    source = checkpoint if checkpoint.exists() else options.start
    if source is not None:
        saved = torch.load(source, map_location=device)
        net.load_state_dict(saved["net"])
        optimizer.load_state_dict(saved["optimizer"])
        if source == checkpoint:
            begin, spent = saved["batch"], saved["seconds"]
    # Only the encoder's body has fixed shapes; the heads work on a different number of words each time.
    net.hidden = torch.compile(net.hidden)

    started = last = time.monotonic() - spent
    saved_at = time.monotonic()
    total: dict[str, float] = {}
    for steps, (number, batch) in enumerate(batches(options.shards, begin, options.without), start=1):
        elapsed = time.monotonic() - started
        share = number / options.batches if options.batches else elapsed / (60 * options.minutes)
        for group in optimizer.param_groups:
            group["lr"] = _RATE * schedule(share)
        moved = {name: tensor.to(device) for name, tensor in batch.items()}
        with torch.autocast(device, torch.bfloat16):
            parts = losses(net, sampler, choices, moved)
        loss = sum(_SHARE[name] * part for name, part in parts.items())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        for name, part in parts.items():
            total[name] = total.get(name, 0.0) + float(part.detach())
        if steps % 50 == 0:
            line = {"batch": number + 1, "seconds": round(elapsed), **{k: round(v / 50, 4) for k, v in total.items()}}
            line["pieces_per_second"] = round(50 * _BATCH * 128 / (time.monotonic() - last)) if steps > 50 else 0
            print(json.dumps(line), flush=True)
            with (options.run / "curve.jsonl").open("a") as curve:
                print(json.dumps(line), file=curve)
            total, last = {}, time.monotonic()
        done = share >= 1.0
        if done or time.monotonic() - saved_at > _CHECKPOINT_SECONDS:
            state = {"net": net.state_dict(), "optimizer": optimizer.state_dict(), "batch": number + 1}
            partial = checkpoint.with_suffix(".part")
            torch.save(state | {"seconds": time.monotonic() - started}, partial)
            partial.rename(checkpoint)
            saved_at = time.monotonic()
        if done:
            break


if __name__ == "__main__":
    main()
