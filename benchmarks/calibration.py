"""Do the probabilities mean what they say? ``confidence`` of a swap and ``false_positive_rate`` of a verdict, from raw runs.

    python -m benchmarks.calibration [--runs benchmarks/runs] [--wild FOLDER]

A probability is reliable when events of which it says p happen in a share p of the cases (Murphy and Winkler 1977). For the
confidence, the substitutions of a family are sorted into tenths and each tenth's mean is held against the share that gave
back the very word. For the verdict, a threshold t is held against the share of honest documents whose
``false_positive_rate`` is t or less: as many as t says when it is right, fewer when it is careful.

Takes the newest runs of ``benchmarks.accuracy`` that hold what is needed and prints tables in Markdown;
``benchmarks.plots`` draws the same figures. What is simulated says little about real pages: with ``--wild``, a folder as
:mod:`benchmarks.wild` describes it, the judged passages of real pages are read first, as if each page read as spun and with
every guess filled in, and what comes of them becomes a run; without it the newest such run is shown. Intervals are Wilson's
(1927), 95%. They take the cases as independent, which the substitutions of one document are not: theirs are too narrow, the
more so the fewer documents.
"""

from __future__ import annotations

import argparse
import datetime
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import unspin
from benchmarks import wild
from unspin.evaluate.intervals import wilson

T = TypeVar("T")
WIDE: Final = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97)
"""Where the bins of real pages begin: there are too few substitutions for tenths."""
RUNS: Final = Path(__file__).parent / "runs"
THRESHOLDS: Final = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)


@dataclass(frozen=True)
class Point:
    """What was claimed against what was observed.

    Attributes:
        claimed: the probability that the program gave: the mean of a bin, or a threshold.
        observed: share of the cases in which it came true, 0 to 1.
        low: lower end of the 95% interval of ``observed``.
        high: upper end.
        cases: how many there were.
    """

    claimed: float
    observed: float
    low: float
    high: float
    cases: int


def point(claimed: float, hits: int, cases: int) -> Point:
    """A point from counts; ``cases`` must not be 0."""
    return Point(claimed, *wilson(hits, cases))


def confidence(run: Mapping[str, Any]) -> dict[str, list[Point]]:
    """For each family of a run, the tenths of ``confidence``; empty where it does not say."""
    return {
        family: [point(claimed, round(share * cases), cases) for claimed, share, cases in rows]
        for family, rows in run.get("reliability", {}).items()
    }


def real(run: Mapping[str, Any]) -> dict[str, list[Point]]:
    """The bins of ``confidence`` on real pages."""
    return {
        kind: [point(claimed, hits, cases) for claimed, hits, cases in rows]
        for kind, rows in run.get("real pages", {}).items()
    }


def binned(pairs: Sequence[tuple[float, bool]], edges: Sequence[float] = WIDE) -> list[tuple[float, int, int]]:
    """(mean confidence, how many are right, how many there are) of each bin that has any."""
    found = []
    for low, high in zip(edges, [*edges[1:], 2.0], strict=True):
        here = [pair for pair in pairs if low <= pair[0] < high]
        if here:
            found.append((round(sum(p for p, _ in here) / len(here), 4), sum(right for _, right in here), len(here)))
    return found


def error(points: Sequence[Point]) -> float:
    """Expected calibration error: the mean distance of observed from claimed, each case counted once (Guo et al. 2017)."""
    return sum(abs(p.observed - p.claimed) * p.cases for p in points) / sum(p.cases for p in points)


def false_positives(rates: Sequence[float], thresholds: Sequence[float] = THRESHOLDS) -> list[Point]:
    """For each threshold, the share of honest documents that are given that false-positive rate or a lower one."""
    return [point(t, sum(rate <= t for rate in rates), len(rates)) for t in thresholds]


def honest(run: Mapping[str, Any]) -> dict[str, list[float]]:
    """The ``false_positive_rate`` of each honest document of a run, by corpus; corpora without any are left out."""
    return {corpus: found["rates"] for corpus, found in run.get("honest", {}).items() if found.get("rates")}


def newest(
    runs: Path, figures: Callable[[Mapping[str, Any]], dict[str, T]], kind: str = "accuracy"
) -> tuple[str, dict[str, T]]:
    """The newest full run that has certain figures: its name and what ``figures`` takes from it; both empty if none has.

    Runs are named by their date; of one day's runs the last by name is taken.
    """
    for file in sorted(runs.glob(f"*-{kind}*.json"), reverse=True):
        run = json.loads(file.read_text(encoding="utf-8"))
        if not run.get("quick") and (found := figures(run)):
            return file.name, found
    return "", {}


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _table(head: Sequence[str], rows: Iterator[Sequence[object]]) -> str:
    return "\n".join([_row(*head), "|" + "---|" * len(head), *(_row(*row) for row in rows)])


def confidence_table(families: Mapping[str, Sequence[Point]]) -> str:
    """A row a family: how many substitutions, and how far their confidence is off."""
    rows = (
        (
            family,
            sum(p.cases for p in points),
            f"{error(points):.3f}",
            f"{_claimed(points):.3f}",
            f"{_right(points):.3f}",
        )
        for family, points in families.items()
    )
    return _table(("family", "substitutions", "calibration error", "mean confidence", "share right"), rows)


def bins_table(points: Sequence[Point]) -> str:
    """A row a bin: what was claimed and what was found."""
    rows = ((f"{p.claimed:.2f}", f"{p.observed:.2f} ({p.low:.2f}–{p.high:.2f})", p.cases) for p in points)
    return _table(("mean confidence", "share right (95%)", "substitutions"), rows)


def _claimed(points: Sequence[Point]) -> float:
    return sum(p.claimed * p.cases for p in points) / sum(p.cases for p in points)


def _right(points: Sequence[Point]) -> float:
    return sum(p.observed * p.cases for p in points) / sum(p.cases for p in points)


def verdict_table(corpora: Mapping[str, Sequence[float]]) -> str:
    """A row a threshold: honest documents expected below it and found below it, and the corpus with the largest share."""
    every = [rate for rates in corpora.values() for rate in rates]

    def row(p: Point) -> Sequence[object]:
        share, worst = max((sum(r <= p.claimed for r in rates) / len(rates), name) for name, rates in corpora.items())
        expected, found = p.claimed * p.cases, round(p.observed * p.cases)
        largest = f"{share:.2g} {worst}" if share else "none"
        return f"{p.claimed:g}", f"{expected:.1f}", found, f"{p.observed:.2g} ({p.low:.2g}–{p.high:.2g})", largest

    head = ("false-positive rate", "expected", "found", f"share of {len(every):,} (95%)", "largest share of a corpus")
    return _table(head, map(row, false_positives(every)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, default=RUNS)
    parser.add_argument("--wild", type=Path, help="a folder of judged passages of real pages")
    options = parser.parse_args(arguments)
    if options.wild:
        today = datetime.date.today().isoformat()
        run = {"date": today, "version": unspin.__version__, "real pages": {"all": binned(wild.measured(options.wild))}}
        (options.runs / f"{today}-wild-confidence.json").write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")
    pages, of_pages = newest(options.runs, real, "wild-confidence")
    words, families = newest(options.runs, confidence)
    verdicts, corpora = newest(options.runs, honest)
    if families:
        print(f"`confidence` ({words}):\n\n{confidence_table(families)}")
    if corpora:
        print(f"\n`false_positive_rate` ({verdicts}):\n\n{verdict_table(corpora)}")
    for points in of_pages.values():
        print(f"\n`confidence` on real pages ({pages}):\n\n{bins_table(points)}")
        print(f"\ncalibration error {error(points):.3f}")
    if not families and not corpora and not of_pages:
        parser.exit(1, f"{options.runs}: no run of benchmarks.accuracy with reliability or rates in it\n")


if __name__ == "__main__":
    main()
