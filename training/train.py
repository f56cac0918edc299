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
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F

from training.examples import FAMILIES, WINDOW, WordPieces
from training.network import LAYERS, Encoder, from_minilm
from unspin.lexicon import Lexicon, load

_RATE, _DECAY, _BATCH = 4e-4, 0.01, 32
_CHECKPOINT_SECONDS = 240
# The context decides most: once it is read, the belief has next to no weight in the decision (training.reader).
_SHARE = {"swap": 2.0, "belief": 0.2, "context": 0.6, "choice": 1.0}


def batches(
    shards: Path, begin: int, without: str | None = None, windows: int = _BATCH
) -> Iterator[tuple[int, dict[str, Tensor]]]:
    """(batch number, batch of ``windows``), from batch ``begin`` on; shard after shard, for ever while new shards come.

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
        for row in range(0, size - windows + 1, windows):
            if batch >= begin:
                yield (
                    batch,
                    {
                        name: torch.from_numpy(
                            array[row : row + windows].astype(bool if array.dtype == bool else np.int64)
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


def adam(net: Encoder, rate: float) -> torch.optim.AdamW:
    """The optimizer: matrices decay, biases and the scales of norms do not."""
    decayed = [p for p in net.parameters() if p.ndim > 1]
    other = [p for p in net.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": _DECAY}, {"params": other, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=True)


@dataclass
class Progress:
    """How far a run has come: batches read, and seconds spent on them."""

    batches: int = 0
    seconds: float = 0.0

    def share(self, options: argparse.Namespace) -> float:
        """The share of the run that is done."""
        return self.batches / options.batches if options.batches else self.seconds / (60 * options.minutes)


def resumed(net: Encoder, optimizer: torch.optim.AdamW, checkpoint: Path, start: Path | None) -> Progress:
    """Go on from a run's checkpoint, or begin with the weights and moments of another run's, or with none."""
    source = checkpoint if checkpoint.exists() else start
    if source is None:
        return Progress()
    saved = torch.load(source, map_location=next(net.parameters()).device)
    net.load_state_dict(saved["net"])
    if "optimizer" in saved:  # weights alone make a start too
        optimizer.load_state_dict(saved["optimizer"])
    return Progress(saved["batch"], saved["seconds"]) if source == checkpoint else Progress()


def save(net: Encoder, optimizer: torch.optim.AdamW, progress: Progress, checkpoint: Path) -> None:
    """Write a checkpoint, whole or not at all."""
    state = {"net": net.state_dict(), "optimizer": optimizer.state_dict()}
    partial = checkpoint.with_suffix(".part")
    torch.save(state | {"batch": progress.batches, "seconds": progress.seconds}, partial)
    partial.rename(checkpoint)


class Curve:
    """The learning curve: the mean losses of every fifty batches, printed and appended to a file."""

    _EVERY: Final = 50

    def __init__(self, file: Path) -> None:
        self._file = file
        self._parts: list[dict[str, float]] = []
        self._since = time.monotonic()

    def add(self, parts: dict[str, Tensor], progress: Progress) -> None:
        """Note the losses of one batch."""
        self._parts.append({name: float(part.detach()) for name, part in parts.items()})
        if len(self._parts) < self._EVERY:
            return
        mean = {name: round(sum(p[name] for p in self._parts) / self._EVERY, 4) for name in parts}
        speed = round(self._EVERY * _BATCH * WINDOW / (time.monotonic() - self._since))
        line = json.dumps(
            {"batch": progress.batches, "seconds": round(progress.seconds), **mean, "pieces_per_second": speed}
        )
        print(line, flush=True)
        with self._file.open("a") as curve:
            print(line, file=curve)
        self._parts, self._since = [], time.monotonic()


def train(net: Encoder, choices: Choices, sampler: Sampler, options: argparse.Namespace) -> None:
    """Train until the run's minutes or batches are over, from its checkpoint on where there is one."""
    device = next(net.parameters()).device
    optimizer, checkpoint = adam(net, options.rate), options.run / "checkpoint.pt"
    progress = resumed(net, optimizer, checkpoint, options.start)
    # Only the encoder's body has fixed shapes; the heads work on a different number of words each time.
    net.hidden = torch.compile(net.hidden)  # type: ignore[method-assign]
    curve = Curve(options.run / "curve.jsonl")
    began = time.monotonic() - progress.seconds
    saved_at = time.monotonic()
    for number, batch in batches(options.shards, progress.batches, options.without):
        for group in optimizer.param_groups:
            group["lr"] = options.rate * schedule(progress.share(options))
        with torch.autocast(device.type, torch.bfloat16):
            parts = losses(net, sampler, choices, {name: tensor.to(device) for name, tensor in batch.items()})
        loss = sum(_SHARE[name] * part for name, part in parts.items())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
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
    for name in ("encoder", "shards", "run"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument(
        "--batches", type=int, help="end after so many batches, whatever the clock says; to compare runs"
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rate", type=float, default=_RATE, help="the highest learning rate; less for a warm start")
    parser.add_argument("--layers", type=int, default=LAYERS, help="MiniLM's first layers; fewer for experiments")
    parser.add_argument("--without", choices=list(FAMILIES), help="leave the examples of one family out")
    parser.add_argument("--start", type=Path, help="a checkpoint whose weights and moments a new run begins with")
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(options.threads)
    options.run.mkdir(parents=True, exist_ok=True)
    lexicon, pieces_of = load(), WordPieces(Tokenizer.from_file(str(options.encoder / "tokenizer.json")))
    words = [pieces_of(form) for form in lexicon.forms[: lexicon.vocabulary]]
    net = from_minilm(options.encoder, words, options.layers).to("cuda" if torch.cuda.is_available() else "cpu")
    frequency = torch.from_numpy(lexicon.log_frequency[: lexicon.vocabulary])
    # "Nothing" (an inserted word) is drawn like a common word.
    sampler = Sampler(torch.cat([frequency, frequency.max()[None] - 1]))
    train(net, Choices(lexicon), sampler, options)


if __name__ == "__main__":
    main()
