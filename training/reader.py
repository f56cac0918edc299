"""Fit the weights of the document decision on held-out simulated documents.

    python -m training.reader --corpora CORPORA --out src/unspin/data/reader.json --documents 1300

Documents of part "dev", spun by every family at several rates, are read as the reader reads them; the scorer of each pass is
the maximum of the conditional likelihood of what was written: a log-linear model with a Gaussian prior (L-BFGS) for the first,
a small network (Adam) for the later ones.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from training.specimens import PROSE, Answers, held_out, spin_by_turns, turns
from unspin import lexicon as lexicons
from unspin.model import encoder as encoders
from unspin.model import posterior as posteriors
from unspin.model.evidence import Evidence, Posterior
from unspin.model.features import FEATURES, features
from unspin.model.ngram import NGram
from unspin.model.posterior import PASSES
from unspin.model.scorer import Linear, Network
from unspin.reader.passes import SUSPICION, Models, first_evidence, next_evidence

if TYPE_CHECKING:
    from torch import Tensor

# (family, rate, share of the documents). The specimen's family leads; every family that swaps words is there.
MIXTURE = (
    ("wordnet-walk", 0.3, 3), ("wordnet-walk", 0.15, 2), ("wordnet-walk", 0.45, 1), ("wordnet-step", 0.3, 1),
    ("fluent-synonyms", 0.3, 1), ("fluent-synonyms", 0.15, 1), ("thesaurus", 0.3, 1), ("neighbours", 0.3, 1),
    ("spinbot", 0.3, 1), ("rewriter", 0.3, 1), ("phrase-thesaurus", 0.3, 3), ("phrase-thesaurus", 0.15, 2),
    ("phrase-thesaurus", 0.45, 1), ("pivot", 0.3, 2), ("gloss", 0.3, 2), ("noun-swaps", 0.35, 1),
    ("pages", 0.35, 3),
)  # fmt: skip
_UNITS, _NETWORKS, _EPOCHS, _WORDS_AT_A_TIME, _RATE = 32, 4, 40, 4_000, 1e-2


@dataclass(frozen=True)
class Case:
    """One specimen: its answers, the evidence, and the index of the true option for each suspicious word.

    ``truth`` is the option's index, -1 where the word is as written, -2 where it was swapped for something not among them.
    """

    answers: Answers
    evidence: Evidence
    truth: NDArray[np.int64]


def truth(answers: Answers, evidence: Evidence, forms: Sequence[str]) -> NDArray[np.int64]:
    """The index of the true option of each suspicious word, see :class:`Case`."""
    out = np.full(len(evidence.place), -1, np.int64)
    for i, place in enumerate(evidence.place.tolist()):
        original = answers.original[place]
        if original is not None:
            out[i] = -2
            for option in range(evidence.ptr[i], evidence.ptr[i + 1]):
                if forms[evidence.original[option]] == original:
                    out[i] = option
    return out


Block = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]
"""Features ``[k, f]``, ptr ``[m + 1]`` and truth ``[m]`` of some words."""


def fit(blocks: list[Block], prior: float = 1.0) -> NDArray[np.float64]:
    """Weights that make the truth likeliest."""
    size = blocks[0][0].shape[1]
    values = np.concatenate([block[0] for block in blocks])
    scale = values.std(0) + 1e-6
    scale[scale < 1e-4] = 1.0
    values = values / scale
    lengths = np.concatenate([np.diff(block[1]) for block in blocks])
    ptr = np.concatenate([[0], np.cumsum(lengths)])
    begin = np.concatenate([[0], np.cumsum([len(block[0]) for block in blocks])])
    answer = np.concatenate([np.where(t >= 0, t + at, t) for (_, _, t), at in zip(blocks, begin, strict=False)])
    owner = np.repeat(np.arange(len(lengths)), lengths)

    def loss(weight: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        option, written = posteriors.softmax_with_rest(values @ weight, ptr)
        known, kept, other = answer >= 0, answer == -1, answer == -2
        value = -np.log(option[answer[known]] + 1e-30).sum() - np.log(written[kept] + 1e-30).sum()
        any_swap = 1 - written
        value -= np.log(any_swap[other] + 1e-12).sum()
        slope = option.copy()
        slope[answer[known]] -= 1
        # Swapped for something else: all that can be said is that one of the options' mass is right.
        lost = other[owner]
        slope[lost] -= option[lost] / (any_swap[owner[lost]] + 1e-12)
        value += 0.5 * prior * float(weight @ weight)
        return value, values.T @ slope + prior * weight

    found = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return np.asarray(found.x / scale)


def fit_network(blocks: list[Block]) -> Network:
    """A small network that makes the truth likeliest: the mean of several, as one (Adam, the rate falling as a half cosine)."""
    import torch

    torch.manual_seed(1)
    values = np.concatenate([values for values, _, _ in blocks])
    mean, scale = values.mean(0), values.std(0)
    scale[scale < 1e-4] = 1.0
    features = torch.tensor((values - mean) / scale, dtype=torch.float32)
    size = torch.tensor(np.concatenate([np.diff(ptr) for _, ptr, _ in blocks]))
    ptr = torch.cat([torch.zeros(1, dtype=torch.long), size.cumsum(0)])
    begin = np.concatenate([[0], np.cumsum([len(values) for values, _, _ in blocks])])
    answers = [np.where(t >= 0, t + at, t) for (_, _, t), at in zip(blocks, begin, strict=False)]
    answer = torch.tensor(np.concatenate(answers))
    trained = []
    for _ in range(_NETWORKS):
        inner, outer = torch.nn.Linear(features.shape[1], _UNITS), torch.nn.Linear(_UNITS, 1)
        direct = torch.nn.Linear(features.shape[1], 1, bias=False)
        torch.nn.init.zeros_(direct.weight)
        parameters = [p for part in (inner, outer, direct) for p in part.parameters()]
        optimizer = torch.optim.AdamW(parameters, lr=_RATE, weight_decay=1e-4)
        for epoch in range(_EPOCHS):
            optimizer.param_groups[0]["lr"] = _RATE * (0.02 + 0.5 * (1 + math.cos(math.pi * epoch / _EPOCHS)))
            for words in torch.randperm(len(size)).split(_WORDS_AT_A_TIME):
                owner = torch.repeat_interleave(torch.arange(len(words)), size[words])
                place = torch.arange(len(owner)) - (size[words].cumsum(0) - size[words])[owner]
                here = features[ptr[words][owner] + place]
                score = (outer(torch.relu(inner(here))) + direct(here))[:, 0]
                loss = -_log_likelihood(score, owner, answer[words] - ptr[words], answer[words], size[words])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        trained.append([p.detach().numpy().astype(np.float64) for p in (*inner.parameters(), *outer.parameters())])
        trained[-1].append(direct.weight.detach().numpy()[0].astype(np.float64))
    weights, biases, outers, offsets, directs = zip(*trained, strict=True)
    return Network(
        mean, scale, np.mean(directs, 0), np.concatenate(weights), np.concatenate(biases),
        np.concatenate([outer[0] for outer in outers]) / len(trained), float(np.mean(offsets)),
    )  # fmt: skip


def _log_likelihood(score: Tensor, owner: Tensor, place: Tensor, answer: Tensor, size: Tensor) -> Tensor:
    """Mean log-likelihood of the truth; ``place`` is the true option's place among those of its word."""
    import torch

    rest = torch.zeros(len(size))
    top = rest.scatter_reduce(0, owner, score, "amax", include_self=True).detach()
    total = torch.exp(-top).index_add(0, owner, torch.exp(score - top[owner]))
    log_total = torch.log(total) + top
    known, kept, other = answer >= 0, answer == -1, answer == -2
    row = size.cumsum(0) - size + place
    value = (score[row[known]] - log_total[known]).sum() - log_total[kept].sum()
    # Swapped for something else: all that can be said is that it was swapped.
    value = value + torch.log(1 - torch.exp(-log_total[other]) + 1e-6).sum()
    return value / len(size)


def learn(cases: list[Case], models: Models) -> Iterator[tuple[str, Linear | Network]]:
    """The scorer of each pass by its name, one pass upon the other; a later pass learns from the words still open."""
    decided: list[Posterior] = []
    for number, name in enumerate(PASSES):
        if not decided:
            first = Linear(fit([_block(case, models) for case in cases]).round(5))
            decided = [posteriors.decide(c.evidence, c.answers.words, models.lexicon, first) for c in cases]
            yield name, first
            kept = [posteriors.in_play(c.evidence, k) for c, k in zip(cases, decided, strict=True)]
            cases = [
                Case(c.answers, evidence, truth(c.answers, evidence, models.lexicon.forms))
                for c, (evidence, _) in zip(cases, kept, strict=True)
            ]
            decided = [posterior for _, posterior in kept]
            continue
        again = [
            next_evidence(c.answers.words, c.evidence, k, models, number - 1)
            for c, k in zip(cases, decided, strict=True)
        ]
        cases = [Case(c.answers, evidence, c.truth) for c, (evidence, _) in zip(cases, again, strict=True)]
        later = fit_network(
            [
                open_words(_block(c, models, k, sure), ~sure)
                for c, k, (_, sure) in zip(cases, decided, again, strict=True)
            ]
        )
        decided = [
            posteriors.decide(c.evidence, c.answers.words, models.lexicon, later, k, sure)
            for c, k, (_, sure) in zip(cases, decided, again, strict=True)
        ]
        yield name, later


def _block(case: Case, models: Models, before: Posterior | None = None, sure: NDArray[np.bool_] | None = None) -> Block:
    values = features(case.evidence, case.answers.words, models.lexicon, before, sure)
    return values, case.evidence.ptr, case.truth


def open_words(block: Block, wanted: NDArray[np.bool_]) -> Block:
    """The part of a block that concerns the words ``wanted``, ``bool[m]``."""
    values, ptr, answer = block
    size = np.diff(ptr)
    options = np.repeat(wanted, size)
    row = np.cumsum(options) - 1
    kept = answer[wanted]
    return values[options], np.concatenate([[0], np.cumsum(size[wanted])]), np.where(kept >= 0, row[kept], kept)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("corpora", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=1300)
    parser.add_argument("--model", type=Path, help="a folder with another encoder than the shipped one")
    options = parser.parse_args()
    models = Models(lexicons.load(), encoders.load(options.model), NGram.load())
    originals = held_out(options.corpora, PROSE, "dev", options.documents, (150, 700), seed=5, characters=4_000)
    specimens = spin_by_turns(originals, turns(MIXTURE), seed=900)

    cases = []
    for answers in specimens:
        evidence = first_evidence(answers.words, models.encoder.visible(answers.words, SUSPICION), models)
        cases.append(Case(answers, evidence, truth(answers, evidence, models.lexicon.forms)))
    named = {
        name: dict(zip(FEATURES, scorer.weight.tolist(), strict=False))
        if isinstance(scorer, Linear)
        else scorer.saved()
        for name, scorer in learn(cases, models)
    }
    saved = json.loads(options.out.read_text()) if options.out.exists() else {}
    options.out.write_text(json.dumps(saved | {"weights": named}) + "\n")


if __name__ == "__main__":
    main()
