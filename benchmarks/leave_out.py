r"""A family left out of training: how much worse its swaps are found and restored by a model that never saw it.

    python -m benchmarks.leave_out --corpora CORPORA --encoder MINILM_FOLDER --shards SHARDS --work scratch/leave_out \\
        [--batches 500] [--layers 2] [--out benchmarks/runs]

For each family an encoder is trained on the same shards for as many batches without the windows that the family spun, and
the decision is fitted on documents of part "dev" without it; so is one with all families, the control. Both are measured
on documents of part "test" that the family spun at 30% of the words, the verdict taken for granted. A full training for
each family would take days on a CPU: these encoders have fewer layers and read far less, so that only the *difference*
between the two columns speaks of the shipped one. The siblings wordnet-walk and wordnet-step are left out one by one too,
and know each other.

What is trained is kept in ``--work``, and a run that was broken off goes on from there.
"""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.ablation import measure
from training.corpora import Part
from training.reader import MIXTURE, Case, learn, truth
from training.specimens import PROSE, held_out, spin_by_turns, turns
from unspin import lexicon as lexicons
from unspin.evaluate.plan import families
from unspin.model import encoder as encoders
from unspin.model.ngram import NGram
from unspin.model.posterior import Weights
from unspin.reader.passes import SUSPICION, Models, decide, first_evidence

_RATE = 0.3
_FITTED, _TESTED = 56, 24
_FIGURES = ("precision", "recall", "restored", "right", "changed")


def train(options: argparse.Namespace, without: str | None) -> Path:
    """The folder of an encoder trained without a family; made only if it is not there yet."""
    name = "all" if without is None else f"without-{without}"
    run, model = options.work / "runs" / name, options.work / "models" / name
    if not (model / "vocab.txt").exists():
        encoder = ["--encoder", str(options.encoder)]
        left_out = [] if without is None else ["--without", without]
        _step("training.train", *encoder, "--shards", str(options.shards), "--run", str(run), "--threads", "1",
              "--batches", str(options.batches), "--layers", str(options.layers), *left_out)  # fmt: skip
        _step("training.export", *encoder, "--run", str(run), "--out", str(model))
    return Path(model)


def _step(module: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", module, *arguments], check=True, stdout=subprocess.DEVNULL)


def cases(corpora: Path, part: Part, plan: Sequence[tuple[str, float]], count: int, models: Models) -> list[Case]:
    """Specimens by turns of a plan of (family, rate), with the evidence of the first pass."""
    found = []
    for answers in spin_by_turns(held_out(corpora, PROSE, part, count, (150, 500), seed=71), plan, seed=9_000):
        evidence = first_evidence(answers.words, models.encoder.visible(answers.words, SUSPICION), models)
        found.append(Case(answers, evidence, truth(answers, evidence, models.lexicon.forms)))
    return found


def decision(corpora: Path, models: Models, without: str | None) -> Weights:
    """The weights of the decision, fitted on "dev" without a family."""
    plan = [(name, rate) for name, rate in turns(MIXTURE) if name != without]
    return Weights(tuple(scorer for _, scorer in learn(cases(corpora, "dev", plan, _FITTED, models), models)))


def figures(corpora: Path, models: Models, weights: Weights, family: str) -> dict[str, Any]:
    """The figures of one family's specimens, each with its 95% interval."""
    tested = cases(corpora, "test", [(family, _RATE)], _TESTED, models)
    decided = [decide(case.answers.words, case.evidence, models, weights) for case in tested]
    read = [Case(case.answers, evidence, case.truth) for case, (_, evidence) in zip(tested, decided, strict=True)]
    measured = measure(read, [look for look, _ in decided], models)
    return {name: measured[name] for name in _FIGURES}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("corpora", "encoder", "shards", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--batches", type=int, default=500, help="batches of 32 windows that each encoder reads")
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/runs"))
    options = parser.parse_args()
    ngram = NGram.load()

    def models(without: str | None) -> Models:
        return Models(lexicons.load(), encoders.load(train(options, without)), ngram)

    control = models(None)
    fitted = decision(options.corpora, control, None)
    result: dict[str, Any] = {"date": datetime.date.today().isoformat(), "batches": options.batches,
                              "layers": options.layers, "families": {}}  # fmt: skip
    for family in families():
        left_out = models(family)
        result["families"][family] = {
            "trained on": figures(options.corpora, control, fitted, family),
            "left out": figures(options.corpora, left_out, decision(options.corpora, left_out, family), family),
        }
        print(family, json.dumps(result["families"][family]), flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"{result['date']}-leave-out.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
