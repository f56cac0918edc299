"""Put the evidence of the first two gates together, set their thresholds, and write their data.

    python -m training.gates --texts scratch/screen --screen scratch/screen.npz --sieve scratch/sieve.npz --out src/unspin/data

1. Two logistic models of what the sieve adds up of a document and what the screen said of it, fitted on texts of part "dev",
   each kind of honest text counting the same: one on the pieces as they are, spun throughout or not at all; the other on long
   documents (:func:`composed`), honest ones and such as have one spun piece among honest ones.
2. The screen's thresholds: of the spun pieces of part "dev" of which a fifth of the words or more is swapped and which the
   reader flags, only a share may fall under it (:data:`LOST`). So the gate follows what the reader can do, and documents that
   it does not flag anyway don't hold it open. For its densest passage alone only a share of the long honest documents of each
   length may pass (:data:`PASSED`), so that they don't pass oftener the longer they are.
3. The sieve's thresholds, by length: of honest texts only a share may reach the reader for what each of the models says
   (:data:`SENT_ON`), each kind counting the same and judged by models that were fitted without it. As much comes through as
   may, so that as little is lost as can be, but no more than the flagged pieces need (:func:`needed`).

Which pieces the reader flags is told by reading :data:`READ` of each length at most, drawn at random. What both gates lose of
them is said by length and by family.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from training.screen import SHARE
from unspin import reader
from unspin.lexicon import phrases as tortured
from unspin.reader import spans
from unspin.screen import Gates, look
from unspin.screen.screen import FEWEST_WORDS, Screen, at_length
from unspin.screen.sieve import EVIDENCE, Sieve, features, ratios, session_of
from unspin.screen.tokens import phrase_keys, phrases_of, table_of

LOST: Final = 0.003
"""Share of the flagged pieces that may fall under the screen's threshold. The sieve turns away most of what the screen holds in
doubt, so that with less only the cost rises."""
NEEDED: Final = 0.004
"""Share of the flagged pieces of a length that pass the screen and may fall under the sieve's threshold, where honest texts of
that length would let it lie lower."""
LENGTHS: Final = (45, 80, 140, 240, 400, 600, 1_350, 3_800)
"""Words; each document is counted at the nearest of these lengths. The longer they are, the farther do spun ones stand above
honest ones, so that the lengths of the pieces are told apart finely."""
LOWERED: Final = ((0.7, 0.7, 0.7, 0.7, 0.2, 0.2, 0.2, 0.2), (0.7,) * 8)
"""What the thresholds of the sieve are lowered by for each of :data:`LENGTHS`, of both models, as log-odds, since a look
(:mod:`training.look`) costs little: of what the reader flags half as much is lost, and twice as many honest documents are
looked at. Of long documents that were spun throughout, little is won by more: with .7 there, 63 honest ones of 220 words and
more are looked at in place of 55, for one of 3,794 that the reader flags (part "dev")."""
SENT_ON: Final = (
    (0.034, 0.032, 0.014, 0.008, 0.003, 0.002, 0.001, 0.001),
    (0.0, 0.0, 0.003, 0.003, 0.004, 0.004, 0.003, 0.002),
)
"""Share of the honest texts of each of :data:`LENGTHS` that may reach the reader by what the first model says, and by what
that of passages says; the shortest are no more than a passage themselves. What is lost is short, and what takes time is long.
Of kinds of text that no training had, such as manuals full of code, ten times as much comes through, so that more would make a
scan of them slow."""
PASSED: Final = (0.0, 0.0, 0.02, 0.02, 0.03, 0.04, 0.05, 0.05)
"""Share of the honest texts of each length that may pass the screen for their densest passage."""
COMPOSED: Final = 3_000
"""Long documents that are put together."""
COMPOSED_WORDS: Final = (150, 8_000)
"""Their words, drawn log-uniformly."""
PASSAGE_WORDS: Final = (60, 200)
"""Words of the one spun piece of such a document."""
PASSAGE: Final = EVIDENCE.index("screened_passage")
"""Where the evidence of passages begins."""
NEVER: Final = 1e9
"""A threshold that nothing passes."""
EACH: Final = 60
"""Pieces, and as many composed documents, that a kind of honest text counts as at most."""
FEW: Final = 50
"""Flagged pieces of a length that are too few to tell what they need."""
READ: Final = 1_500
LEAST: Final = -4.0
"""Lowest threshold of the sieve, where the screen alone lets through less than may."""
PRIOR: Final = -1.5
"""Log-odds of a swap, as the network gives them, at which a word says nothing."""


class Composed(NamedTuple):
    """Documents put together from pieces: texts, whether each has a spun piece, and the corpus that its pieces are from."""

    texts: list[str]
    spun: NDArray[np.bool_]
    corpus: NDArray[Any]


def composed(texts: Sequence[str], share: NDArray[Any], corpus: NDArray[Any], count: int, seed: int = 3) -> Composed:
    """Documents of pieces of one corpus each, a piece a paragraph; every other one with one spun piece among them.

    Args:
        texts: pieces.
        share: of the words of each that is swapped, 0 of honest ones.
        corpus: of each.
        count: at most so many documents; kinds without enough pieces are passed over.
        seed: of what is drawn.
    """
    random = np.random.default_rng(seed)
    words = np.array([text.count(" ") + 1 for text in texts])
    low, high = PASSAGE_WORDS
    kinds = np.unique(corpus)
    honest = {kind: np.flatnonzero((corpus == kind) & (share == 0)) for kind in kinds}
    passages = {
        kind: np.flatnonzero((corpus == kind) & (share >= SHARE) & (words >= low) & (words <= high)) for kind in kinds
    }
    found: list[tuple[str, bool, str]] = []
    for number in range(count):
        kind = kinds[int(random.integers(len(kinds)))]
        length = math.exp(random.uniform(math.log(COMPOSED_WORDS[0]), math.log(COMPOSED_WORDS[1])))
        order = random.permutation(honest[kind])
        pieces = [texts[i] for i in order[: np.searchsorted(words[order].cumsum(), length) + 1].tolist()]
        spun = number % 2 == 1
        if len(pieces) < 2 or (spun and not len(passages[kind])):
            continue
        if spun:
            pieces.insert(int(random.integers(len(pieces) + 1)), texts[int(random.choice(passages[kind]))])
        found.append(("\n".join(pieces), spun, kind))
    columns = list(zip(*found, strict=True))
    return Composed(list(columns[0]), np.array(columns[1], bool), np.array(columns[2]))


def read_screen(file: Path) -> Screen:
    """What :mod:`training.screen` wrote, its thresholds 0 everywhere."""
    with np.load(file) as saved:
        scale, intercept, slope = (float(saved[name]) for name in ("scale", "intercept", "slope"))
        edges = np.array([30.0, 1000.0])
        return Screen(saved["words"], saved["pairs"], scale, intercept, slope, edges, np.zeros((2, 2)))


def read_sieve(file: Path) -> tuple[Sieve, dict[str, Any]]:
    """What :mod:`training.sieve` wrote, without weights, its thresholds 0 everywhere; and its arrays, with the phrases."""
    with np.load(file) as saved:
        arrays = {name: saved[name] for name in ("hashes", "model")}
    arrays["phrases"] = phrase_keys(
        phrase
        for known in (spans.load().table, tortured.load())
        for (phrase, _), times in zip(known.pairs, known.honest, strict=True)
        if not times
    )
    sieve = Sieve(
        *table_of(arrays["hashes"]), session_of(arrays["model"].tobytes()), ratios(PRIOR), phrases_of(arrays["phrases"]),
        np.zeros((2, len(EVIDENCE))), np.zeros(2), np.array([30.0, 1000.0]), np.zeros((2, 2)),
    )  # fmt: skip
    return sieve, arrays


def logistic(
    values: NDArray[np.float64], spun: NDArray[np.bool_], counts: NDArray[np.float64], steps: int = 100
) -> tuple[NDArray[np.float64], float]:
    """Weights and bias of a logistic model, by Newton's method, with a small penalty on scaled weights.

    Args:
        values: ``float64[n, f]``.
        spun: what is to be told, ``bool[n]``.
        counts: how much each row counts.
        steps: at most.
    """
    mean, scale = values.mean(axis=0), values.std(axis=0) + 1e-9
    rows = np.column_stack([(values - mean) / scale, np.ones(len(values))])
    penalty = np.diag([1.0] * values.shape[1] + [1e-9])
    weights = np.zeros(rows.shape[1])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-(rows @ weights)))
        slope = rows.T @ (counts * (chance - spun)) + penalty @ weights
        curve = (rows * (counts * chance * (1 - chance))[:, None]).T @ rows + penalty
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    return weights[:-1] / scale, float(weights[-1] - weights[:-1] @ (mean / scale))


def unseen_odds(
    values: NDArray[np.float64],
    spun: NDArray[np.bool_],
    counts: NDArray[np.float64],
    kinds: NDArray[Any],
    judged: NDArray[np.float64],
    judged_kinds: NDArray[Any],
) -> NDArray[np.float64]:
    """The score of texts by a model that was fitted without their kind.

    Args:
        values: as for :func:`logistic`.
        spun: likewise.
        counts: likewise.
        kinds: of each row, the corpus that it is from.
        judged: values of the texts.
        judged_kinds: their kinds.
    """
    odds = np.empty(len(judged))
    for kind in np.unique(judged_kinds):
        others, here = kinds != kind, judged_kinds == kind
        weights, bias = logistic(values[others], spun[others], counts[others])
        odds[here] = judged[here] @ weights + bias
    return odds


def thresholds(
    words: NDArray[np.int64],
    values: NDArray[np.float64],
    counts: NDArray[np.float64],
    shares: Sequence[float],
    least: float = LEAST,
) -> NDArray[np.float64]:
    """For each of :data:`LENGTHS` the value over which only so large a share of honest texts lies.

    Args:
        words: of each text.
        values: of each text; minus infinity where it was turned away before.
        counts: how much each text counts.
        shares: for each length; :data:`NEVER` is the threshold where it is 0, and that of the length before where there are no
            texts.
        least: lowest threshold.
    """
    nearest = _nearest(words)
    found = []
    for number, share in enumerate(shares):
        here = np.flatnonzero(nearest == number)
        if not share:
            found.append(NEVER)
            continue
        if not len(here):
            found.append(found[-1] if found else least)
            continue
        falling = here[np.argsort(-values[here])]
        over = np.cumsum(counts[falling]) <= share * counts[falling].sum()
        first = min(int(over.sum()), len(falling) - 1)  # the highest that is not sent on
        found.append(np.nextafter(np.float32(max(values[falling[first]], least)), np.float32(np.inf)))
    return np.array(found, float)


def flags(texts: Sequence[str], words: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of some pieces the reader calls spun; of each length a sample is read, and all others count as not flagged."""
    random = np.random.default_rng(1)
    nearest = _nearest(words)
    found = np.zeros(len(texts), np.bool_)
    for number, length in enumerate(LENGTHS):
        here = random.permutation(np.flatnonzero((nearest == number) & (words >= FEWEST_WORDS)))[:READ]
        found[here] = [reader.assess(texts[i], fast=True).spun for i in here.tolist()]
        if len(here):
            print(f"about {length} words: {found[here].mean():.3f} of {len(here)} flagged", flush=True)
    return found


def told(what: str, yes: NDArray[np.bool_], words: NDArray[np.int64], names: NDArray[Any]) -> None:
    """Say how many pieces are so, by length and by name."""
    nearest = _nearest(words)
    for number, length in enumerate(LENGTHS):
        here = nearest == number
        if here.any():
            print(f"{what}, about {length} words: {yes[here].sum()} of {here.sum()} ({yes[here].mean():.4f})")
    kinds = [(name, int(yes[names == name].sum()), int((names == name).sum())) for name in np.unique(names)]
    print("  " + ", ".join(f"{name} {some} of {every}" for name, some, every in kinds if some), flush=True)


def _nearest(words: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.abs(np.log(np.maximum(words, 1))[:, None] - np.log(np.array(LENGTHS))).argmin(axis=1)


class Texts(NamedTuple):
    """What the gates are fitted on.

    Attributes:
        column: the texts.
        spun: whether a fifth of the words or more is swapped, or there is a spun piece among others.
        honest: whether nothing is swapped.
        composed: whether it is of several pieces.
        corpus: of each.
        family: that it was spun by; "" of honest and composed ones.
    """

    column: pa.Array
    spun: NDArray[np.bool_]
    honest: NDArray[np.bool_]
    composed: NDArray[np.bool_]
    corpus: NDArray[Any]
    family: NDArray[Any]


def read_texts(folders: Sequence[Path]) -> Texts:
    """The pieces of part "dev", and long documents made of them."""
    files = [file for folder in folders for file in sorted(folder.glob("*.parquet"))]
    names = ["text", "share", "family", "corpus"]
    rows = pa.concat_tables([pq.read_table(file, filters=[("part", "==", "dev")]).select(names) for file in files])
    share, family, corpus = (rows[name].to_numpy(zero_copy_only=False) for name in names[1:])
    column = pa.concat_arrays(rows["text"].cast(pa.large_string()).chunks)
    long = composed(column.to_pylist(), share, corpus, COMPOSED)
    many = np.zeros(len(long.texts), np.bool_)
    return Texts(
        pa.concat_arrays([column, pa.array(long.texts, pa.large_string())]),
        np.append(share >= SHARE, long.spun), np.append(family == "", ~long.spun), np.append(share < 0, ~many),
        np.append(corpus, long.corpus), np.append(family, np.full(len(many), "")),
    )  # fmt: skip


class Evidence(NamedTuple):
    """What the gates find in texts: the screen's words, log-odds and densest passages; :data:`EVIDENCE`."""

    words: NDArray[np.int64]
    odds: NDArray[np.float64]
    densest: NDArray[np.float64]
    values: NDArray[np.float64]

    @classmethod
    def of(cls, texts: Texts, screen: Screen, sieve: Sieve) -> Evidence:
        """The evidence of some texts."""
        weighed = screen.weigh(texts.column)
        odds, densest = screen.odds(weighed), screen.densest(weighed)
        sums = sieve.sums(texts.column, np.arange(len(texts.column)))
        return cls(weighed.words, odds, densest, features(sums, np.stack([odds, densest], axis=1)))


def fitted(texts: Texts, found: Evidence, flagged: NDArray[np.int64], screen: Screen, sieve: Sieve) -> Gates:
    """The gates with their models and thresholds; see the module.

    Args:
        texts: of part "dev".
        found: what the gates find in them.
        flagged: which of the spun pieces the reader flags.
        screen: as it was trained.
        sieve: likewise.
    """
    lengths = np.array(LENGTHS, float)
    long_enough = found.words >= FEWEST_WORDS
    honest = texts.honest & long_enough
    counts = counted(texts)
    passages = thresholds(found.words[honest], found.densest[honest], counts[honest], PASSED)
    lowest = np.full(len(LENGTHS), np.quantile(found.odds[flagged], LOST))
    screen = replace(screen, lengths=lengths, thresholds=np.stack([lowest, passages]))
    passed = (found.odds >= lowest[0]) | (found.densest >= at_length(found.words, lengths, passages))
    weights, bias, limits = [], [], []
    for composed_ones, shares in zip((False, True), SENT_ON, strict=True):
        here = np.flatnonzero((texts.composed == composed_ones) & (texts.spun | texts.honest) & long_enough)
        # Of a document that was spun throughout its densest passage says nothing more.
        evidence = len(EVIDENCE) if composed_ones else PASSAGE
        rows = found.values[here, :evidence], texts.spun[here], counts[here]
        model = logistic(*rows)
        weights.append(np.append(model[0], np.zeros(len(EVIDENCE) - evidence)))
        bias.append(model[1])
        values = unseen_odds(*rows, texts.corpus[here], found.values[honest, :evidence], texts.corpus[honest])
        values[~passed[honest]] = -np.inf
        limits.append(thresholds(found.words[honest], values, counts[honest], shares))
        if not composed_ones:
            seen = flagged[passed[flagged]]
            spun = found.values[seen, :evidence] @ model[0] + model[1]
            limits[0] = np.maximum(limits[0], needed(found.words[seen], spun))
    lowered = np.stack(limits) - LOWERED
    sieve = replace(sieve, weights=np.stack(weights), bias=np.array(bias), lengths=lengths, thresholds=lowered)
    return Gates(screen, lambda: sieve, look.load)


def needed(words: NDArray[np.int64], odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each of :data:`LENGTHS` the threshold that loses no more of the flagged pieces than :data:`NEEDED`.

    Where they stand far above, no more need come through. Lengths with few pieces have the threshold of the one before.
    """
    nearest = _nearest(words)
    found = [LEAST]
    for number in range(len(LENGTHS)):
        here = odds[nearest == number]
        found.append(float(np.quantile(here, NEEDED)) if len(here) >= FEW else found[-1])
    return np.array(found[1:])


def counted(texts: Texts) -> NDArray[np.float64]:
    """How much each text counts: the honest pieces of a kind, and its composed documents, as :data:`EACH` at most."""
    counts = np.ones(len(texts.column))
    for kind in np.unique(texts.corpus):
        for composed_ones in (False, True):
            here = texts.honest & (texts.corpus == kind) & (texts.composed == composed_ones)
            counts[here] = min(1.0, EACH / max(1, here.sum()))
    return counts


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, required=True, nargs="+", help="folders of training.screen_texts")
    parser.add_argument("--screen", type=Path, required=True, help="of training.screen")
    parser.add_argument("--sieve", type=Path, required=True, help="of training.sieve")
    parser.add_argument("--out", type=Path, required=True, help="folder of screen.npz and sieve.npz")
    options = parser.parse_args()
    texts = read_texts(options.texts)
    screen, (sieve, arrays) = read_screen(options.screen), read_sieve(options.sieve)
    found = Evidence.of(texts, screen, sieve)
    used = np.flatnonzero((found.words >= FEWEST_WORDS) & ~texts.composed & texts.spun)
    flagged = used[flags([texts.column[i].as_py() for i in used.tolist()], found.words[used])]
    gates = fitted(texts, found, flagged, screen, sieve)
    screen, sieve = gates.screen, gates.sieve
    print(f"screen {screen.thresholds.round(2)}, sieve {sieve.thresholds.round(2)}, weights {sieve.weights.round(2)}")
    sent = gates.sifted(texts.column).sieve >= 0
    judged = found.words >= FEWEST_WORDS
    for what, kind in (("", ~texts.composed), (", long", texts.composed)):
        here = judged & kind & texts.honest
        told(f"sent on, honest{what}", sent[here], found.words[here], texts.corpus[here])
    here = texts.composed & texts.spun
    told("with a spun passage, not sent on", ~sent[here], found.words[here], texts.corpus[here])
    told("lost", ~sent[flagged], found.words[flagged], texts.family[flagged])
    saved(gates, arrays, options.out)


def saved(gates: Gates, arrays: dict[str, Any], folder: Path) -> None:
    """Write the data of both gates; ``arrays`` as :func:`read_sieve` gives them."""
    screen, sieve = gates.screen, gates.sieve
    with (folder / "screen.npz").open("wb") as file:
        np.savez_compressed(
            file, words=screen.words, pairs=screen.pairs, scale=screen.scale, intercept=screen.intercept,
            slope=screen.slope, lengths=screen.lengths, thresholds=screen.thresholds,
        )  # fmt: skip
    with (folder / "sieve.npz").open("wb") as file:
        np.savez_compressed(
            file, **arrays, ratios=sieve.ratios, weights=sieve.weights, bias=sieve.bias,
            lengths=sieve.lengths, thresholds=sieve.thresholds,
        )  # fmt: skip


if __name__ == "__main__":
    main()
