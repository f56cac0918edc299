"""Is the family that is guessed the right one? On documents spun by every family, by the name that is given.

    python -m benchmarks.family --corpora CORPORA [--part test] [--documents 15]

Prints, as Markdown, what each family's texts are said to be, and how often each name is right. A name that is not right in nine
of ten cases should not be given (:mod:`unspin.reader.family`, whose thresholds were set on part ``dev``).
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from training.specimens import PROSE, held_out
from unspin.reader import read
from unspin.spinners import names, simulate

UNKNOWN: Final = "unknown"
RATES: Final = (0.15, 0.3, 0.45)


def guesses(texts: Sequence[str], family: str) -> Counter[str]:
    """What is said of texts that a family spun, as far as they read as spun."""
    readings = (read(simulate(text, family, seed=7 + i, rate=RATES[i % 3]).text) for i, text in enumerate(texts))
    return Counter(reading.spinner or UNKNOWN for reading in readings if reading.spun)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--part", choices=("dev", "test"), default="test")
    parser.add_argument("--documents", type=int, default=15, help="documents for each family")
    options = parser.parse_args(arguments)
    texts = [d.text for d in held_out(options.corpora, PROSE, options.part, options.documents, (80, 300), seed=23)]
    right: Counter[str] = Counter()
    given: Counter[str] = Counter()
    print("| family | read as spun | said to be |\n|---|---|---|")
    for family in names():
        found = guesses(texts, family)
        right[family] += found[family]
        given += found
        print(
            f"| {family} | {found.total()} | {', '.join(f'{name} {n}' for name, n in found.most_common())} |",
            flush=True,
        )
    print("\n| name given | times | right |\n|---|---|---|")
    for name in sorted(given - Counter({UNKNOWN: given[UNKNOWN]})):
        print(f"| {name} | {given[name]} | {right[name] / given[name]:.2f} |")


if __name__ == "__main__":
    main()
