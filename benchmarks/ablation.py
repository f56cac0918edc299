"""What each part of the decision gives: the same documents, read with less and less evidence left out.

    python -m benchmarks.ablation --corpora CORPORA [--documents 40] [--out benchmarks/runs]

For each row the weights are fitted anew on documents of part "dev" with only the named features, and measured on part
"test": the specimen's family at 30%, the verdict taken for granted.
"""

from __future__ import annotations

import argparse
import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.corpora import Part
from training.reader import Case, fit, truth
from training.specimens import PROSE, Answers, held_out, spin
from unspin import lexicon as lexicons
from unspin.evaluate.tally import compare, figures
from unspin.lexicon import CHANNELS
from unspin.model import encoder as encoders
from unspin.model import posterior as posteriors
from unspin.model.evidence import Posterior
from unspin.model.features import FEATURES, features
from unspin.model.ngram import NGram
from unspin.reader.passes import SUSPICION, Models, decide, first_evidence, next_evidence
from unspin.reader.substitutions import WORDS

_ALWAYS = ("swap", "swapped", "frequency")
ROWS: dict[str, tuple[str, ...]] = {
    "encoder, word in sight, among the candidates": ("belief",),
    "+ channel": ("belief", "channel"),
    "+ 4-gram": ("belief", "channel", "ngram"),
}
_CONTEXT = ("belief", "channel", "ngram", "untouched", "context", "found_context", "found_unknown")
_UNIFORM = np.full(len(CHANNELS), 1 / len(CHANNELS))


def measure(cases: list[Case], looks: list[Posterior], models: Models) -> dict[str, Any]:
    """Figures of posteriors over cases."""
    counts = []
    for case, look in zip(cases, looks, strict=True):
        best = posteriors.best(case.evidence, look)
        changed = {
            int(case.evidence.place[i]): models.lexicon.forms[case.evidence.original[best[i]]]
            for i in np.flatnonzero(best >= 0)
            if WORDS.is_reached(float(look.option[best[i]]), float(look.written[i]))
        }
        truth = [None if original is None else (original,) for original in case.answers.original]
        counts.append(compare(case.answers.words, truth, case.answers.single.tolist(), changed))
    return figures(counts)


def collect(corpora: Path, part: Part, documents: int, models: Models) -> list[Case]:
    """Specimens of the specimen's family with the evidence of the first pass."""
    cases = []
    for i, document in enumerate(held_out(corpora, PROSE, part, documents, (150, 500), seed=61)):
        answers: Answers = spin(document, "wordnet-walk", 0.3, seed=8_000 + i)
        evidence = first_evidence(answers.words, models.encoder.visible(answers.words, SUSPICION), models)
        cases.append(Case(answers, evidence, truth(answers, evidence, models.lexicon.forms)))
    return cases


def alone(fitted: list[Case], tested: list[Case], names: tuple[str, ...], models: Models) -> list[Posterior]:
    """Posteriors with only some features, each word by itself, weights fitted for them."""
    columns = [FEATURES.index(name) for name in (*names, *_ALWAYS)]

    def values(case: Case) -> NDArray[np.float64]:
        nothing_known = Posterior(
            np.zeros(len(case.evidence.original)), np.zeros(len(case.evidence.place)), _UNIFORM, 0.3
        )
        return features(case.evidence, case.answers.words, models.lexicon, nothing_known)[:, columns]

    weight = fit([(values(case), case.evidence.ptr, case.truth) for case in fitted])
    looks = []
    for case in tested:
        option, written = posteriors.softmax_with_rest(values(case) @ weight, case.evidence.ptr)
        looks.append(Posterior(option, written, _UNIFORM, 0.3))
    return looks


def again(cases: list[Case], looks: list[Posterior], models: Models) -> list[Case]:
    """The cases with the context read, what ``looks`` are sure of filled in."""
    return [
        Case(c.answers, next_evidence(c.answers.words, c.evidence, look, models, 0)[0], c.truth)
        for c, look in zip(cases, looks, strict=True)
    ]


def as_shipped(cases: list[Case], models: Models, looks: int) -> tuple[list[Case], list[Posterior]]:
    """The first so many looks of the reader."""
    weights = posteriors.Weights(posteriors.load().passes[:looks])
    final = [decide(c.answers.words, c.evidence, models, weights) for c in cases]
    return (
        [
            Case(c.answers, evidence, truth(c.answers, evidence, models.lexicon.forms))
            for c, (_, evidence) in zip(cases, final, strict=True)
        ],
        [look for look, _ in final],
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/runs"))
    options = parser.parse_args()
    models = Models(lexicons.load(), encoders.load(), NGram.load())
    fitted, tested = (collect(options.corpora, part, options.documents, models) for part in ("dev", "test"))
    result: dict[str, Any] = {"date": datetime.date.today().isoformat()}
    for row, names in ROWS.items():
        result[row] = measure(tested, alone(fitted, tested, names, models), models)
    learnt, hidden = (again(*as_shipped(cases, models, 1), models) for cases in (fitted, tested))
    result["+ context, the word hidden"] = measure(hidden, alone(learnt, hidden, _CONTEXT, models), models)
    for looks, row in enumerate(
        ("first pass, as shipped", "second pass, as shipped", "third pass, as shipped"), start=1
    ):
        result[row] = measure(*as_shipped(tested, models, looks), models)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"{result['date']}-ablation.json").write_text(json.dumps(result, indent=1) + "\n")
    for row, found in result.items():
        if isinstance(found, dict):
            print(
                f"{row:48} right {found['right'][0]:.3f} restored {found['restored'][0]:.3f} changed {found['changed'][0]:.4f}"
            )


if __name__ == "__main__":
    main()
