"""The quality floors: what unspin must reach on a fixed set of prose before a change is taken in.

    python -m benchmarks.floors                        measure, compare, exit 1 below a floor
    python -m benchmarks.floors --pin                  measure and write the floors anew, a small margin below
    python -m benchmarks.floors --pin --because "…"    the same where a floor is lowered

The set is prose written for this project (``benchmarks/prose``, ``examples``), so that it runs anywhere. Every text is
spun by every family of :mod:`unspin.spinners` with fixed seeds, and read fast; of one family some are read closely too, with
the language model. ``floors.json`` holds the hash of the set:
figures of another set are other figures. What is measured on documents of the corpora is in ``benchmarks/accuracy``.

A *place* is a word or number that the spinner left alone, or one of its swaps, a swapped phrase being one place. Words
that a spinner took out without a trace leave no place. Case is not compared.

======================  ============================================================================================
``words right``         share of the places that read as written, after restoring (``before``: as spun)
``swaps restored``      share of the swaps that read as written, after restoring
``swaps found``         share of the swaps that unspin changes at all (recall)
``changes due``         share of unspin's changes that touch a swap (precision)
``untouched changed``   share of the words left alone that unspin changes
``detected``            share of the specimens of 200 words or more that read as spun; not of tortured phrases, which
                        stand in prose that is otherwise ordinary
``honest flagged``      number of the texts as written that read as spun, or that restoring changes
``sent on``             share of the specimens that the gates send on to the reader; not of tortured phrases
``honest sent on``      number of the texts as written that the gates send on
======================  ============================================================================================
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple, Protocol

from unspin import screen
from unspin.evaluate.places import TORTURED, Tally, tally
from unspin.reading import Reading
from unspin.spinners import names, simulate

__all__ = ["Figure", "Tally", "compare", "evaluation_set", "fingerprint", "main", "measure", "pin", "tally"]

ROOT: Final = Path(__file__).resolve().parent.parent
FLOORS: Final = ROOT / "benchmarks" / "floors.json"
RATE: Final = 0.3
LIGHT_RATE: Final = 0.15
CLOSELY: Final = 4
"""Texts of the set, from the first, that are read closely too: that takes ten times as long."""
MARGIN: Final = 0.01
"""How far below a measured share its floor is put: eight-bit kernels differ a little from one processor to another."""

Bound = Literal["min", "max"]


class Reader(Protocol):
    """How a text is read: :func:`unspin.read`."""

    def __call__(self, text: str, *, tortured: bool, fast: bool) -> Reading:
        """The reading of a text."""


class Figure(NamedTuple):
    """A figure of a group of readings.

    Attributes:
        group: family and rate, ``"wordnet-walk 0.30"``, ``"wordnet-walk 0.30 closely"`` of those that were not fast, or
            ``"all"`` of the fast ones.
        name: see the text of the module.
        value: the figure.
        bound: whether it has a smallest or a largest value to keep; None where it only informs.
        step: what a single document or word is worth; a floor is put at least this far from the figure.
    """

    group: str
    name: str
    value: float
    bound: Bound | None
    step: float

    @property
    def key(self) -> str:
        """How it is called in ``floors.json``."""
        return f"{self.group}: {self.name}"


class Row(NamedTuple):
    """A figure beside its floor; ``holds`` is None where there is none to keep."""

    figure: Figure
    floor: float | None
    holds: bool | None


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def evaluation_set(root: Path = ROOT) -> dict[str, str]:
    """The texts of the set by their path from the root, in order."""
    files = sorted((root / "benchmarks" / "prose").glob("*.txt")) + sorted((root / "examples").glob("*.txt"))
    return {file.relative_to(root).as_posix(): file.read_bytes().decode("utf-8") for file in files}


def fingerprint(texts: Mapping[str, str]) -> str:
    """SHA-256 of the set: of the names and the hashes of its files."""
    lines = (f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in sorted(texts.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def plan() -> tuple[tuple[str, float], ...]:
    """The (family, rate) pairs that the set is spun with."""
    families = names()
    return (*((name, RATE) for name in families), (families[0], LIGHT_RATE))


def close_plan() -> tuple[tuple[str, float], ...]:
    """Those of them that are read closely too."""
    return (("phrase-thesaurus", RATE),)


def measure(
    read: Reader,
    texts: Mapping[str, str],
    pairs: Iterable[tuple[str, float]],
    closely: Iterable[tuple[str, float]] = (),
) -> tuple[list[Figure], int]:
    """Spin and read the set.

    Args:
        read: how to read a text.
        texts: the set, by name.
        pairs: (family, rate) to spin each text with.
        closely: the same, to be read with the language model.

    Returns:
        The figures, and the number of words that were read.
    """
    figures: list[Figure] = []
    total = Tally()
    words = 0
    for family, rate in pairs:
        group = _tally(read, texts, family, rate, fast=True)
        words += group.untouched + group.swaps
        total += group
        if group.swaps:
            figures += _figures(f"{family} {rate:.2f}", group)
    harmed = 0
    for text in texts.values():
        reading = read(text, tortured=False, fast=True)
        harmed += reading.spun or reading.restored != text
        words += reading.words
    figures += _figures("all", total)
    figures.append(Figure("all", "honest flagged", harmed, "max", 0.0))
    for family, rate in closely:
        group = _tally(read, dict(list(texts.items())[:CLOSELY]), family, rate, fast=False)
        words += group.untouched + group.swaps
        figures += _figures(f"{family} {rate:.2f} closely", group)
    return figures, words


def _tally(read: Reader, texts: Mapping[str, str], family: str, rate: float, fast: bool) -> Tally:
    """What comes of the set when a family has spun it."""
    group = Tally()
    for seed, text in enumerate(texts.values(), start=1):
        specimen = simulate(text, family, seed=seed, rate=rate)
        # Where a family finds nothing to swap (tortured phrases in a recipe), there is no specimen.
        if specimen.swaps:
            group += tally(specimen, read(specimen.text, tortured=family == TORTURED, fast=fast))
    return group


def measure_screen(texts: Mapping[str, str], pairs: Iterable[tuple[str, float]]) -> list[Figure]:
    """Spin the set and put it through the gates; arguments as for :func:`measure`."""
    import pyarrow as pa

    gate = screen.load()
    figures: list[Figure] = []
    for family, rate in pairs:
        if family != TORTURED:
            specimens = [
                simulate(text, family, seed=i, rate=rate).text for i, text in enumerate(texts.values(), start=1)
            ]
            sent = gate.scores(pa.array(specimens, pa.large_string())).sent_on
            figures.append(Figure(f"{family} {rate:.2f}", "sent on", float(sent.mean()), "min", 1 / len(sent)))
    honest = gate.scores(pa.array(list(texts.values()), pa.large_string())).sent_on
    return [*figures, Figure("all", "honest sent on", int(honest.sum()), "max", 0.0)]


def _figures(group: str, counts: Tally) -> list[Figure]:
    places = counts.untouched + counts.swaps
    shares: tuple[tuple[str, float, Bound | None, int], ...] = (
        ("words right before", counts.right_before, None, places),
        ("words right", counts.right_after, "min", places),
        ("swaps restored", _share(counts.restored, counts.swaps), "min", counts.swaps),
        ("swaps found", _share(counts.found, counts.swaps), "min", counts.swaps),
        ("changes due", _share(counts.due, counts.changes), "min", counts.changes),
        ("untouched changed", _share(counts.untouched_changed, counts.untouched), "max", counts.untouched),
        ("detected", _share(counts.detected, counts.long), "min", counts.long),
    )
    # A share of nothing is no figure: no change was made, or no specimen was long enough.
    return [Figure(group, name, value, bound, 1 / of) for name, value, bound, of in shares if of]


def compare(figures: Iterable[Figure], floors: Mapping[str, float]) -> list[Row]:
    """Each figure beside its floor.

    A figure that should have a floor and has none does not hold; nor does a floor whose figure is gone, which stands as
    a figure without a value.
    """
    rows = []
    left = dict(floors)
    for figure in figures:
        floor = left.pop(figure.key, None)
        rows.append(Row(figure, floor, _holds(figure, floor)))
    for key, floor in left.items():
        group, name = key.split(": ")
        rows.append(Row(Figure(group, name, math.nan, "min", 0.0), floor, False))
    return rows


def _holds(figure: Figure, floor: float | None) -> bool | None:
    if figure.bound is None:
        return None
    if floor is None:
        return False
    # Floors are rounded to four places when they are written; a figure on its floor holds.
    return figure.value >= floor - 1e-9 if figure.bound == "min" else figure.value <= floor + 1e-9


def pin(figures: Iterable[Figure], before: Mapping[str, float]) -> tuple[dict[str, float], list[str]]:
    """Floors a margin below the figures.

    Returns:
        The floors by key, and one line for each floor that is lower than ``before``.
    """
    floors: dict[str, float] = {}
    lowered: list[str] = []
    for figure in figures:
        if figure.bound is None:
            continue
        slack = max(MARGIN, figure.step) if figure.step else 0.0
        raw = figure.value - slack if figure.bound == "min" else figure.value + slack
        floors[figure.key] = floor = round(max(raw, 0.0), 4)
        old = before.get(figure.key)
        if old is not None and (floor < old - 1e-9 if figure.bound == "min" else floor > old + 1e-9):
            lowered.append(f"{figure.key}: {old:g} to {floor:g}")
    return floors, lowered


def main(arguments: Sequence[str] | None = None, read: Reader | None = None, floors_file: Path = FLOORS) -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pin", action="store_true", help="write the floors from what is measured now")
    parser.add_argument("--because", metavar="REASON", help="why a floor is lowered; kept in floors.json")
    options = parser.parse_args(arguments)
    if read is None:
        import unspin

        read = unspin.read
    saved = json.loads(floors_file.read_text(encoding="utf-8"))
    texts = evaluation_set()
    if not options.pin and fingerprint(texts) != saved["set"]["sha256"]:
        print(
            "the evaluation set has changed: its figures are other figures; pin them anew with --pin", file=sys.stderr
        )
        return 1
    begun = time.perf_counter()
    figures, words = measure(read, texts, plan(), close_plan())
    seconds = time.perf_counter() - begun
    figures += measure_screen(texts, plan())
    if options.pin:
        return _write(figures, texts, saved, floors_file, options.because)
    rows = compare(figures, saved["floors"])
    print("\n".join(table(rows)))
    print(f"\n{words:,} words in {seconds:.1f} s, simulation included: {words / seconds:,.0f} words/s")
    broken = [row for row in rows if row.holds is False]
    for row in broken:
        missing = " has no floor: pin it with --pin" if row.floor is None else " is below its floor"
        print(f"{row.figure.key}{missing}", file=sys.stderr)
    print(f"floors: {sum(row.holds is True for row in rows)} hold, {len(broken)} broken")
    return 1 if broken else 0


def _write(
    figures: list[Figure], texts: Mapping[str, str], saved: dict[str, object], file: Path, reason: str | None
) -> int:
    before = saved["floors"]
    assert isinstance(before, dict)
    floors, lowered = pin(figures, before)
    if lowered and not reason:
        print("floors would be lowered; say why with --because:", *lowered, sep="\n  ", file=sys.stderr)
        return 1
    history = saved.get("lowered", [])
    assert isinstance(history, list)
    if lowered:
        history = [*history, {"because": reason, "floors": lowered}]
    contents = {
        "set": {"files": len(texts), "sha256": fingerprint(texts)},
        "margin": MARGIN,
        "floors": floors,
        "measured": {figure.key: round(figure.value, 4) for figure in figures},
        "lowered": history,
    }
    file.write_text(json.dumps(contents, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(floors)} floors pinned, {len(lowered)} of them lowered")
    return 0


def table(rows: Sequence[Row]) -> list[str]:
    """The figures beside their floors, a line for each."""
    lines = [f"{'family, rate':28} {'figure':20} {'value':>8} {'floor':>8}"]
    for figure, floor, holds in rows:
        sign = {"min": "≥", "max": "≤", None: " "}[figure.bound]
        limit = "" if floor is None else f"{sign} {floor:.4g}"
        mark = "  BROKEN" if holds is False and floor is not None else "  no floor" if holds is False else ""
        lines.append(f"{figure.group:28} {figure.name:20} {figure.value:8.4g} {limit:>8}{mark}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
