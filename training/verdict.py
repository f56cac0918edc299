"""Fit the verdict: what speaks for a spinner put together, and what its score means in false positives.

    python -m training.verdict --corpora CORPORA --out src/unspin/data/reader.json --documents 230 --jobs 2

Honest documents of part "dev", evenly from every corpus (the odd ones too) and by several lengths, some of them made rough
(:mod:`training.roughening`), stand against such documents spun by every family at several rates. The models of
:mod:`unspin.model.verdict` are logistic regressions with weights that are never negative; the second learns from the
documents that the first leaves in doubt, and only these have their hidden words asked for. The third, for a reading that may
take its time, learns from those that score highest by the second.

The curves rest on scores from models that have not seen the kind of text that they score: the corpora are parted in
:data:`FOLDS`, and each is scored by models fitted on the others. Where nearly all documents lie each length has a table of
quantiles. Above it the tail is exponential from the :data:`TAIL` highest scores of all lengths on, each weighed alike: its
mean excess is taken at the upper end of its 95% interval, so that the rates err to the safe side.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import chi2

from training.corpora import all_files
from training.roughening import roughen
from training.specimens import PROSE, held_out, spin
from unspin import lexicon as lexicons
from unspin.model import verdict as verdicts
from unspin.model.verdict import FIRST, SECOND, THIRD, DocumentModel, Evidence, statistics
from unspin.reader.eligibility import unjudged
from unspin.reader.passes import SUSPICION, load
from unspin.reader.terms import weight
from unspin.reader.verdict import Part, evidence, with_hidden, with_sentences
from unspin.spinners import FAMILIES
from unspin.text import prose, split

LENGTHS: Final = {0: (30, 60), 60: (60, 120), 120: (120, 240), 240: (240, 500)}
"""From how many words on a curve holds, and the lengths of the documents that it is fitted on."""
RATES: Final = (0.08, 0.12, 0.18, 0.25, 0.35, 0.5)
FOLDS: Final = 8
TAIL: Final = 60
DOUBT: Final = 0.05
"""Share of honest documents that the first model leaves in doubt."""
UNSETTLED: Final = 0.003
"""Share of honest documents about which the language model is asked."""
LEARNT: Final = 0.033
"""Share of them that the third model learns from: with those alone that it is asked about it would see too few."""
CERTAIN: Final = 1e-5
"""False-positive rate by the second model from which on it need not be asked."""
SETTLED: Final = 0.005
"""Share of them from whose score on the first model alone asks for a restoration."""
_ROUGH: Final = 0.1
_PRIOR: Final = 3.0
"""Precision of the Gaussian prior of the weights: families and kinds not seen are like those seen, not the same."""
TORTURED: Final = "tortured"
"""The family of spinners that swaps terms of science alone."""
SCIENCE: Final = ("arxiv_abstracts",)
"""Corpora whose documents are spun besides: papers are spun too, and their terms with them."""
_BALANCE: Final = 0.5
"""Weight of all spun documents together, of that of all honest ones."""
_TABLE: Final = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.07)


Run = Callable[..., Iterator[Any]]
"""Applies a function to each of some texts."""


@dataclass(frozen=True)
class Sample:
    """Documents and their statistics.

    Attributes:
        texts: the documents.
        kind: the corpus, or the family of spinners, of each.
        words: how many words of each are judged, ``int64[n]``.
        first: the statistics of :data:`FIRST`, ``float64[n, f]``.
    """

    texts: list[str]
    kind: list[str]
    words: NDArray[np.int64]
    first: NDArray[np.float64]


def honest(root: Path, count: int) -> Iterator[tuple[str, str]]:
    """(corpus, text) of honest documents, some of them made rough."""
    lexicon, random = lexicons.load(), np.random.default_rng(11)
    for file in all_files(root):
        name = file.name.split(".")[0]
        for size in LENGTHS.values():
            for document in held_out(root, [name], "dev", count, size, seed=8):
                rough = random.random() < _ROUGH
                yield name, roughen(document.text, lexicon, random) if rough else document.text


def spun(root: Path, count: int) -> Iterator[tuple[str, str]]:
    """(family, text) of spun documents of every length, a quarter of them science.

    Of those whose terms alone are swapped, which the words say nothing of, such as show two different ones.
    """
    names = [family.name for family in FAMILIES if family.name != TORTURED]
    random = np.random.default_rng(5)
    for size in LENGTHS.values():
        science = held_out(root, SCIENCE, "dev", count * len(names), size, seed=78)
        for number, document in enumerate(held_out(root, PROSE, "dev", count * len(names), size, seed=77)):
            family, turn = names[number % len(names)], number // len(names)
            if turn % 4 == 0 and number < len(science):
                document = science[number]
            rate, seed = float(random.choice(RATES)), int(random.integers(1 << 30))
            yield family, spin(document, family, rate, seed=seed).words.text
        for number, document in enumerate(science):
            text = spin(document, TORTURED, max(RATES), seed=number).words.text
            if weight([split(text)]) > 1:
                yield TORTURED, text


def in_sight(text: str) -> tuple[int, NDArray[np.float64]] | None:
    """The judged words of a document and its statistics of :data:`FIRST`; None if it cannot be judged."""
    words, models = split(prose(text).text), load()
    if unjudged(words) is not None:
        return None
    seen = evidence([(words, models.encoder.visible(words, SUSPICION))], models)
    return int(seen.judged.sum()), statistics(seen, FIRST)


def hidden(text: str) -> NDArray[np.float64]:
    """The statistics of :data:`SECOND`."""
    return statistics(_with_hidden(text)[0], SECOND)


def sentence(text: str) -> NDArray[np.float64]:
    """The statistics of :data:`THIRD`."""
    seen, parts = _with_hidden(text)
    models = load()
    assert models.causal is not None
    return statistics(with_sentences(seen, parts, models, models.causal), THIRD)


def _with_hidden(text: str) -> tuple[Evidence, list[Part]]:
    words, models = split(prose(text).text), load()
    parts = [(words, models.encoder.visible(words, SUSPICION))]
    return with_hidden(evidence(parts, models), parts, models), parts


def sample(documents: Iterator[tuple[str, str]], run: Run) -> Sample:
    """The documents that can be judged, and what is in sight of them."""
    pairs = list(documents)
    seen = list(run(in_sight, [text for _, text in pairs]))
    kept = [(kind, text, found) for (kind, text), found in zip(pairs, seen, strict=True) if found is not None]
    return Sample(
        [text for _, text, _ in kept],
        [kind for kind, _, _ in kept],
        np.array([found[0] for _, _, found in kept]),
        np.array([found[1] for _, _, found in kept]),
    )


def fit(honest: NDArray[np.float64], spun: NDArray[np.float64]) -> DocumentModel:
    """Logistic regression with weights that are never negative."""
    values = np.concatenate([honest, spun])
    answer = np.repeat([0.0, 1.0], [len(honest), len(spun)])
    weight = np.repeat([1.0, _BALANCE * len(honest) / len(spun)], [len(honest), len(spun)])
    mean, scale = values.mean(0), values.std(0) + 1e-6
    scaled = np.column_stack([(values - mean) / scale, np.ones(len(values))])

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score, weights = scaled @ parameters, parameters[:-1]
        value = (weight * (np.logaddexp(0, score) - answer * score)).sum() + 0.5 * _PRIOR * weights @ weights
        slope = scaled.T @ (weight * (1 / (1 + np.exp(-score)) - answer))
        slope[:-1] += _PRIOR * weights
        return float(value), slope

    bounds = [(0.0, None)] * values.shape[1] + [(None, None)]
    found = minimize(loss, np.zeros(values.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    return DocumentModel(mean, scale, found[:-1], float(found[-1]))


def left_out(honest: NDArray[np.float64], kinds: Sequence[str], spun: NDArray[np.float64]) -> NDArray[np.float64]:
    """The score of each honest document by a model that has not seen its kind, ``float64[n]``."""
    names = sorted(set(kinds))
    fold = np.array([names.index(kind) % FOLDS for kind in kinds])
    scores = np.empty(len(honest))
    for number in range(FOLDS):
        here = fold == number
        if here.any():
            model = fit(honest[~here], spun)
            scores[here] = [model.score(row) for row in honest[here]]
    return scores


def tail(scores: NDArray[np.float64], documents: int | None = None) -> tuple[float, float, float]:
    """(where the tail begins, intercept, slope): log10 of the share of ``documents`` above a score there; default: of these."""
    highest = np.sort(scores)[::-1][: TAIL + 1]
    begin, excess = float(highest[-1]), highest[:-1] - highest[-1]
    # The mean of n exponential excesses: 2 n mean / true mean is chi-squared with 2 n degrees of freedom.
    mean = float(2 * excess.sum() / chi2.ppf(0.025, 2 * TAIL))
    slope = -1 / (mean * math.log(10))
    return begin, math.log10(TAIL / (documents or len(scores))) - slope * begin, slope


def curves(scores: NDArray[np.float64], words: NDArray[np.int64]) -> list[dict[str, Any]]:
    """For each length a table of quantiles up to where the common tail begins, and that tail."""
    begin, intercept, slope = tail(scores)
    lengths = list(LENGTHS)
    made = []
    for least, most in zip(lengths, [*lengths[1:], math.inf], strict=True):
        here = scores[(words >= least) & (words < most)]
        table = [(round(float(np.quantile(here, 1 - rate)), 3), rate) for rate in _TABLE]
        end = 10 ** (intercept + slope * begin)
        kept = [(score, rate) for score, rate in table if score < begin and rate > end]
        made.append(
            {
                "scores": [*(score for score, _ in kept), round(begin, 3)],
                "rates": [*(rate for _, rate in kept), end],
                "intercept": intercept,
                "slope": slope,
                "documents": len(here),
            }
        )
    return made


def third_curve(scores: NDArray[np.float64], documents: int) -> dict[str, Any]:
    """The curve of the third model: its tail alone, for all lengths together.

    It is taken over all that the model learns from, though it is asked about the highest of them only: these are too few, and
    what it would say of the others makes the rates higher, not lower.
    """
    begin, intercept, slope = tail(scores, documents)
    return {"scores": [round(begin, 3)], "rates": [TAIL / documents], "intercept": intercept, "slope": slope}


def saved(model: DocumentModel, names: Sequence[str]) -> dict[str, Any]:
    """A model as JSON."""
    return {
        "statistics": list(names),
        "mean": model.mean.round(5).tolist(),
        "scale": model.scale.round(5).tolist(),
        "weight": model.weight.round(5).tolist(),
        "bias": round(model.bias, 5),
    }


@dataclass(frozen=True)
class Early:
    """The first two models, and what they say of honest and of spun documents.

    Attributes:
        saved: what of them goes into the file.
        curves: for each length, the curve of their scores.
        certain: the score from which on a document is spun for certain.
        final: the score of each honest document, ``float64[n]``.
        doubted: the spun documents that the first leaves in doubt.
        found: the score of each of these by the second, ``float64[k]``.
    """

    saved: dict[str, Any]
    curves: list[dict[str, Any]]
    certain: float
    final: NDArray[np.float64]
    doubted: NDArray[np.int64]
    found: NDArray[np.float64]


def early(false: Sample, true: Sample, run: Run) -> Early:
    """Fit the first two models."""
    first = fit(false.first, true.first)
    scores = left_out(false.first, false.kind, true.first)
    doubt, settled = np.quantile(scores, (1 - DOUBT, 1 - SETTLED)).tolist()
    asked = np.flatnonzero(scores >= doubt)
    doubted = np.flatnonzero(scored(first, true.first) >= doubt)
    false_hidden, true_hidden = hidden_of(false, asked, run), hidden_of(true, doubted, run)
    second = fit(false_hidden, true_hidden)
    by_second = left_out(false_hidden, [false.kind[i] for i in asked], true_hidden)
    final = together(scores - doubt, asked, by_second)
    print("weights:", dict(zip(SECOND, second.weight.round(2).tolist(), strict=True)))
    models = {
        "first": saved(first, FIRST),
        "doubt": round(doubt, 5),
        "settled": round(settled, 5),
        "second": saved(second, SECOND),
    }
    _, intercept, slope = tail(final)
    certain = (math.log10(CERTAIN) - intercept) / slope
    return Early(models, curves(final, false.words), certain, final, doubted, scored(second, true_hidden))


def kept(document: dict[str, Any], false: Sample, true: Sample, run: Run) -> Early:
    """The first two models as a file has them; they may have seen the documents that they score here."""
    models, lengths = document["verdict"], document["calibration"]["curves"]
    first, second = verdicts.model(models["first"]), verdicts.model(models["second"])
    scores = scored(first, false.first) - models["doubt"]
    asked = np.flatnonzero(scores >= 0)
    doubted = np.flatnonzero(scored(first, true.first) >= models["doubt"])
    final = together(scores, asked, scored(second, hidden_of(false, asked, run)))
    certain = (math.log10(CERTAIN) - lengths[0]["intercept"]) / lengths[0]["slope"]
    models = {name: models[name] for name in ("first", "doubt", "settled", "second")}
    return Early(models, lengths, certain, final, doubted, scored(second, hidden_of(true, doubted, run)))


def scored(model: DocumentModel, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The score of each row of statistics."""
    return np.array([model.score(row) for row in rows])


def hidden_of(documents: Sample, places: NDArray[np.int64], run: Run) -> NDArray[np.float64]:
    """The statistics of :data:`SECOND` of some documents."""
    return np.array(list(run(hidden, [documents.texts[i] for i in places])))


def together(
    scores: NDArray[np.float64], asked: NDArray[np.int64], by_second: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The scores of documents: by the first model, with its doubt at 0; by the second where its words were asked for."""
    final = np.minimum(scores, -1e-3) + verdicts.DOUBTED
    final[asked] = np.maximum(by_second, verdicts.DOUBTED)
    return np.asarray(final)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("corpora", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=230, help="honest documents of each corpus and length")
    parser.add_argument("--spun", type=int, default=22, help="spun documents of each family and length")
    parser.add_argument("--third", action="store_true", help="fit the third model alone, the others as OUT has them")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    document = json.loads(options.out.read_text()) if options.out.exists() else {}
    if options.third and "verdict" not in document:
        parser.error(f"--third: {options.out} has no first two models")
    with ProcessPoolExecutor(options.jobs) as pool:
        run = partial(pool.map, chunksize=2)
        false = sample(honest(options.corpora, options.documents), run)
        true = sample(spun(options.corpora, options.spun), run)
        print(f"{len(false.texts):,} honest documents, {len(true.texts):,} spun", flush=True)
        before = kept(document, false, true, run) if options.third else early(false, true, run)
        final, found, certain = before.final, before.found, before.certain
        learnt, unsettled = np.quantile(final, (1 - LEARNT, 1 - UNSETTLED)).tolist()
        near = np.flatnonzero(final >= learnt)
        true_near = np.flatnonzero((found >= learnt) & (found < certain))
        false_sentence = np.array(list(run(sentence, [false.texts[i] for i in near])))
        true_sentence = np.array(list(run(sentence, [true.texts[before.doubted[i]] for i in true_near])))
    third = fit(false_sentence, true_sentence)
    by_third = left_out(false_sentence, [false.kind[i] for i in near], true_sentence)
    closely, found_closely = final.copy(), found.copy()
    for scores, places, said in ((closely, near, by_third), (found_closely, true_near, scored(third, true_sentence))):
        here = (scores[places] >= unsettled) & (scores[places] < certain)
        scores[places[here]] = np.maximum(said[here], unsettled)
    models = before.saved | {"unsettled": [round(unsettled, 5), round(certain, 5)], "third": saved(third, THIRD)}
    curve = third_curve(by_third, len(false.texts))
    calibration = {"words": list(LENGTHS), "curves": before.curves, "closely": curve}
    options.out.write_text(json.dumps(document | {"verdict": models, "calibration": calibration}) + "\n")
    families = [true.kind[i] for i in before.doubted]
    report(final, before.curves[0], false, found, families, true)
    print("closely:", dict(zip(THIRD, third.weight.round(2).tolist(), strict=True)))
    report(closely, curve, false, found_closely, families, true)


def report(
    final: NDArray[np.float64],
    curve: dict[str, Any],
    false: Sample,
    scores: NDArray[np.float64],
    families: list[str],
    true: Sample,
) -> None:
    """Print the highest scores of honest documents, and what is found at some rates.

    ``scores`` are those of the spun documents that leave a doubt, ``families`` whose they are.
    """
    highest = np.argsort(-final)[:10]
    print("highest:", ", ".join(f"{false.kind[i]} {final[i]:.2f}" for i in highest))
    for rate in (1e-4, 1e-3):
        point = (math.log10(rate) - curve["intercept"]) / curve["slope"]
        share = {f: sum(s >= point for s, g in zip(scores, families, strict=True) if g == f) / true.kind.count(f)
                 for f in sorted(set(true.kind))}  # fmt: skip
        print(f"{rate:g} at {point:.2f}: {(scores >= point).sum() / len(true.texts):.3f} found;",
              ", ".join(f"{f} {s:.2f}" for f, s in share.items()))  # fmt: skip


if __name__ == "__main__":
    main()
