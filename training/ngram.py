"""Counts n-grams of the corpora and writes the language evidence, ``unspin/data/ngram.npz``.

    python -m training.ngram --corpora CORPORA/train --out src/unspin/data/ngram.npz

Only documents of part ``train`` are counted. Nothing is drawn by chance: the same corpora give the same file.

The model is an interpolated Kneser-Ney model (Kneser & Ney 1995; three discounts an order as in Chen & Goodman 1998)
that keeps only as many n-grams as fit the file. Kneser-Ney gives the shorter n-grams just the mass that the longer
ones leave over; since most of the longer ones are dropped here, a dropped n-gram leaves its whole count (the idea of
Siivola, Hirsimäki & Virpioja, "On Growing and Pruning Kneser-Ney Smoothed N-Gram Models", 2007). Marginals stay right
that way, and probabilities add up to one before they are rounded to 8 bits.

Which n-grams stay: first all with a count of at least :data:`CUTOFF`; then those whose loss would cost the training
text the most log-likelihood for a byte of the file (weighted difference, Seymore & Rosenfeld 1996). n-grams that are
the context of a kept one stay with it.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.corpora import documents
from unspin.arrays import fuse
from unspin.model.ngram import NUMBER, ORDER, SPECIAL, START, UNKNOWN
from unspin.text import split

Keys = NDArray[np.uint64]
Reals = NDArray[np.float64]
Mask = NDArray[np.bool_]

VOCABULARY = 1 << 16
LEAST = 3
CUTOFF = {4: 2.0, 3: 1.5, 2: 1.0}
BYTES = {2: 4, 3: 4, 4: 3}
SIZE = 17_800_000

# What gets spun is news and prose of today. Old books are a quarter of the tokens, abstracts of physics and mathematics
# a fifth, White House pages (which repeat themselves) a third: at half weight each, they leave more of the file's room
# to the rest. Perplexity on dev documents, books alone at half weight → these weights: Wikipedia 205 → 182, news that
# is not counted 300 → 286, usgov_web 208 → 194, novels_eltec 266 → 233, arXiv 187 → 208, White House 36 → 44.
WEIGHTS: Mapping[str, float] = {"arxiv_abstracts": 0.5, "classic_books": 0.5, "novels_eltec": 0.5, "whitehouse": 0.5}


@dataclass(frozen=True, eq=False)
class Stream:
    """Tokens of one weight: ids with three ``<s>`` before each document, ``uint16[n]``."""

    weight: float
    ids: NDArray[np.uint16]


@dataclass(frozen=True, eq=False)
class Text:
    """The corpora as ids.

    Attributes:
        words: the vocabulary in the order of the ids.
        unknown: how many different words ``<unk>`` stands for.
        streams: the tokens.
    """

    words: list[str]
    unknown: int
    streams: list[Stream]


@dataclass(frozen=True, eq=False)
class Counts:
    """Different n-grams of one order, sorted, and the count of each."""

    keys: Keys
    count: Reals


@dataclass(frozen=True, eq=False)
class Level:
    """One order of a model.

    Attributes:
        keys: the n-grams kept, sorted.
        logp: natural log probability of each, shorter n-grams mixed in.
        gain: what each is worth: log-likelihood of the training text that would be lost without it, in nats.
        at: where each stands among all n-grams of the order.
        contexts: the contexts that any n-gram was kept for, sorted.
        weight: natural log of the back-off weight of each context.
    """

    keys: Keys
    logp: Reals
    gain: Reals
    at: NDArray[np.int64]
    contexts: Keys
    weight: Reals


@dataclass(frozen=True, eq=False)
class Model:
    """A model before it is rounded: log probability of each word without context, and orders 2, 3, 4."""

    unigram: Reals
    levels: dict[int, Level]


def encode(texts: Iterable[tuple[float, str]], size: int = VOCABULARY, least: int = LEAST) -> Text:
    """Documents as ids.

    Args:
        texts: weight and text of each document.
        size: most words in the vocabulary, the special ones among them; at most 65,536.
        least: how often a word must be seen (whatever the weights) to get into the vocabulary.
    """
    number: defaultdict[str, int] = defaultdict(itertools.count().__next__)
    start = number[SPECIAL[START]]
    parts: defaultdict[float, list[NDArray[np.int32]]] = defaultdict(list)
    pad = np.full(ORDER - 1, start, np.int32)
    for weight, text in texts:
        lower = split(text).lower
        parts[weight] += [pad, np.fromiter(map(number.__getitem__, lower), np.int32, len(lower))]
    words = list(number)
    joined = {weight: np.concatenate(parts.pop(weight)) for weight in sorted(parts)}
    times = np.zeros(len(words), np.int64)
    mass = np.zeros(len(words))
    for weight, ids in joined.items():
        seen = np.bincount(ids, minlength=len(words))
        times += seen
        mass += weight * seen
    plain = [i for i, w in enumerate(words) if i != start and not w[0].isdecimal()]
    frequent = sorted((i for i in plain if times[i] >= least), key=lambda i: (-mass[i], words[i]))
    frequent = frequent[: size - len(SPECIAL)]
    new = np.full(len(words), UNKNOWN, np.uint16)
    new[[i for i, w in enumerate(words) if w[0].isdecimal()]] = NUMBER
    new[frequent] = np.arange(len(SPECIAL), len(SPECIAL) + len(frequent))
    new[start] = START
    streams = [Stream(weight, new[ids]) for weight, ids in joined.items()]
    return Text([*SPECIAL, *(words[i] for i in frequent)], len(plain) - len(frequent), streams)


def count(streams: Iterable[Stream]) -> Counts:
    """All 4-grams that do not end in ``<s>``, counted by weight."""
    total = Counts(np.zeros(0, np.uint64), np.zeros(0))
    for stream in streams:
        end = len(stream.ids) - ORDER + 1
        keys = np.zeros(end, np.uint64)
        for i in range(ORDER):
            keys <<= np.uint64(16)
            keys |= stream.ids[i : i + end]
        keys = keys[stream.ids[ORDER - 1 :] != START]
        keys.sort()
        first = _starts(keys)
        times = np.diff(np.append(first, len(keys))) * stream.weight
        total = _summed(np.concatenate([total.keys, keys[first]]), np.concatenate([total.count, times]))
    return total


def shorter(counts: Counts, order: int, left: Reals | None = None) -> Counts:
    """Counts without the first word: the n-grams of order ``order - 1``, with ``left`` (or the counts) added up."""
    mask = np.uint64((1 << 16 * (order - 1)) - 1)
    return _summed(counts.keys & mask, counts.count if left is None else left)


def discounts(counts: Counts) -> Reals:
    """What to take off a count of 0, 1, 2 and 3 or more (Chen & Goodman 1998, eq. 26)."""
    whole = np.ceil(counts.count)
    n = [max(float(np.count_nonzero(whole == k)), 1.0) for k in range(1, 5)]
    y = n[0] / (n[0] + 2 * n[1])
    raw = np.array([0.0, *((k + 1) - (k + 2) * y * n[k + 1] / n[k] for k in range(3))])
    bounded: Reals = np.clip(raw, [0, 0.3, 0.5, 0.7], [0, 0.95, 1.5, 2.0])
    return bounded


def fit(four: Counts, keep: Mapping[int, Mask], off: Mapping[int, Reals], vocabulary: int) -> Model:
    """Probabilities and back-off weights of the n-grams kept.

    Args:
        four: the 4-grams.
        keep: for orders 2 to 4, which of all n-grams of the order are in the model.
        off: for orders 2 to 4, the discounts as from :func:`discounts`.
        vocabulary: the number of words.
    """
    counts = four
    parts: dict[int, tuple[NDArray[np.int64], Keys, Reals, Reals, Keys, Reals]] = {}
    for order in range(ORDER, 1, -1):
        less = np.interp(counts.count, np.arange(4.0), off[order])
        own = np.where(keep[order], np.maximum(counts.count - less, 0.0), 0.0)
        context = counts.keys >> np.uint64(16)
        first = _starts(context)
        total = np.add.reduceat(counts.count, first)
        rest = 1.0 - np.add.reduceat(own, first) / total
        used = np.logical_or.reduceat(keep[order], first)
        at = np.flatnonzero(keep[order])
        share = own[at] / total[np.searchsorted(first, at, "right") - 1]
        parts[order] = (at, counts.keys[at], share, counts.count[at], context[first][used], np.log(rest[used]))
        counts = shorter(counts, order, counts.count - own)
    unigram = np.full(vocabulary, 1e-12)
    unigram[counts.keys.astype(np.int64)] += counts.count / counts.count.sum()
    model = Model(np.log(unigram / unigram.sum()), {})
    for order in range(2, ORDER + 1):
        at, keys, share, mass, contexts, weight = parts[order]
        mask = np.uint64((1 << 16 * (order - 1)) - 1)
        without = log_weight(contexts, weight, keys >> np.uint64(16)) + log_probability(model, keys & mask, order - 1)
        logp = np.log(share + np.exp(without))
        model.levels[order] = Level(keys, logp, mass * (logp - without), at, contexts, weight)
    return model


def log_probability(model: Model, keys: Keys, order: int) -> Reals:
    """Natural log probability of the last word of each n-gram after the words before it."""
    if order == 1:
        return model.unigram[keys.astype(np.int64)]
    level = model.levels[order]
    at = np.minimum(np.searchsorted(level.keys, keys), len(level.keys) - 1)
    known = level.keys[at] == keys if len(level.keys) else np.zeros(len(keys), np.bool_)
    result = np.empty(len(keys))
    result[known] = level.logp[at[known]]
    other = keys[~known]
    mask = np.uint64((1 << 16 * (order - 1)) - 1)
    weight = log_weight(level.contexts, level.weight, other >> np.uint64(16))
    result[~known] = weight + log_probability(model, other & mask, order - 1)
    return result


def log_weight(contexts: Keys, weight: Reals, keys: Keys) -> Reals:
    """Natural log of the back-off weight of each context; 0 for one that nothing was kept for."""
    if not len(contexts):
        return np.zeros(len(keys))
    at = np.minimum(np.searchsorted(contexts, keys), len(contexts) - 1)
    return np.where(contexts[at] == keys, weight[at], 0.0)


def estimate(four: Counts, vocabulary: int, size: int = SIZE, cutoff: Mapping[int, float] = CUTOFF) -> Model:
    """The best model of at most ``size`` bytes. See the module's text."""
    everything = {ORDER: four}
    for order in range(ORDER, 2, -1):
        everything[order - 1] = shorter(everything[order], order)
    off = {order: discounts(counts) for order, counts in everything.items()}
    keys = {order: counts.keys for order, counts in everything.items()}
    keep = {order: counts.count >= cutoff[order] for order, counts in everything.items()}
    for order in (3, 4):
        # Two <s> say no more than one.
        keep[order] &= (keys[order] >> np.uint64(16 * (order - 2))) != np.uint64(START << 16 | START)
    _close(keep, keys)
    del everything
    model = fit(four, keep, off, vocabulary)
    room = size - 12 * vocabulary
    if sum(_bytes(order, int(mask.sum())) for order, mask in keep.items()) <= room:
        return model
    worth = {order: level.gain / BYTES[order] for order, level in model.levels.items()}
    low, high = 0.0, max(float(w.max()) for w in worth.values())
    best = keep
    for _ in range(30):
        middle = (low * high) ** 0.5 if low else high / 1024
        trial = {order: np.zeros(len(keys[order]), np.bool_) for order in keys}
        for order, level in model.levels.items():
            trial[order][level.at[worth[order] >= middle]] = True
        _close(trial, keys)
        used = sum(_bytes(order, int(mask.sum())) for order, mask in trial.items())
        if used <= room:
            best, high = trial, middle
            if used > room * 0.999:
                break
        else:
            low = middle
    return fit(four, best, off, vocabulary)


def write(model: Model, text: Text, path: Path) -> None:
    """Round a model to 8 bits a figure and write it, as :mod:`unspin.model.ngram` reads it."""
    # <unk> is many words; each of them gets an even share of it.
    share = np.log(max(text.unknown, 1))
    mass = np.zeros(len(text.words))
    for stream in text.streams:
        mass += np.bincount(stream.ids, minlength=len(mass)) * stream.weight
    mass[START] = 0
    frequency = np.log(np.maximum(mass, 0.5) / mass.sum())
    unigram = model.unigram.copy()
    for array in (frequency, unigram):
        array[UNKNOWN] -= share
    backoff = log_weight(model.levels[2].contexts, model.levels[2].weight, np.arange(len(mass), dtype=np.uint64))
    data: dict[str, Any] = {
        "words": np.frombuffer("\n".join(text.words).encode(), np.uint8),
        "frequency": frequency.astype(np.float16),
        "unigram": unigram.astype(np.float16),
        "backoff": backoff.astype(np.float16),
    }
    for order, level in model.levels.items():
        last = level.keys & np.uint64(0xFFFF)
        logp = level.logp - np.where(last == UNKNOWN, share, 0.0)
        above = model.levels.get(order + 1)
        weight = np.zeros(len(logp)) if above is None else log_weight(above.contexts, above.weight, level.keys)
        (logp_codes, logp_step), (weight_codes, weight_step) = _rounded(logp), _rounded(weight)
        table = fuse.plan(level.keys)
        targets: dict[str, NDArray[Any]] = {"mark": fuse.fingerprint(table.hashes, 16), "probability": logp_codes}
        if above is not None:
            targets["weight"] = weight_codes
        for name, target in targets.items():
            data[f"{name}{order}"] = table.filled(target)
        data[f"shape{order}"] = np.array(table.shape, np.int64)
        data[f"step{order}"] = np.array([logp_step, weight_step], np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **data)


def _starts(keys: Keys) -> NDArray[np.int64]:
    """Where a new key begins in sorted keys."""
    new = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    return np.flatnonzero(new)


def _summed(keys: Keys, count: Reals) -> Counts:
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = _starts(keys)
    return Counts(keys[first], np.add.reduceat(count[order], first) if len(keys) else count)


def _close(keep: Mapping[int, Mask], keys: Mapping[int, Keys]) -> None:
    """Keep the context of every n-gram that is kept, in place."""
    for order in range(ORDER, 2, -1):
        context = keys[order][keep[order]] >> np.uint64(16)
        context = context[_starts(context)] if len(context) else context
        keep[order - 1][np.searchsorted(keys[order - 1], context)] = True


def _bytes(order: int, n: int) -> int:
    """The bytes that ``n`` n-grams take in the file."""
    return fuse.Shape(0, *fuse.geometry(n)).size * BYTES[order]


def _rounded(logs: Reals) -> tuple[NDArray[np.uint8], float]:
    """Codes of natural logarithms (none above 0), and what one step means."""
    step = max(float(-logs.min()) if len(logs) else 0.0, 1e-3) / 255
    return np.clip(np.rint(-logs / step), 0, 255).astype(np.uint8), step


def train_texts(corpora: Path) -> Iterable[tuple[float, str]]:
    """Weight and text of the documents to count."""
    for file in sorted(corpora.glob("*.txt.zst")):
        for document in documents(file):
            if document.part == "train":
                yield WEIGHTS.get(document.corpus, 1.0), document.text


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--corpora", type=Path, required=True, help="folder of *.txt.zst corpus files")
    parser.add_argument("--out", type=Path, required=True, help="the npz to write")
    arguments = parser.parse_args()
    begun = time.perf_counter()

    def say(what: str) -> None:
        print(f"{time.perf_counter() - begun:6.0f} s  {what}", flush=True)

    text = encode(train_texts(arguments.corpora))
    tokens = sum(len(stream.ids) for stream in text.streams)
    say(f"{tokens:,} tokens, {len(text.words):,} words known, {text.unknown:,} not")
    four = count(text.streams)
    say(f"{len(four.keys):,} different 4-grams")
    model = estimate(four, len(text.words))
    say(", ".join(f"{len(level.keys):,} {order}-grams" for order, level in model.levels.items()))
    write(model, text, arguments.out)
    say(f"{arguments.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
