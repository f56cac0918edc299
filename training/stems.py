"""Which forms of the lexicon share a stem.

    python -m training.stems --lexicon src/unspin/data/lexicon.npz --out src/unspin/data/stems.npz

By Snowball's English stemmer (Porter 2001, https://snowballstem.org; PyPI ``snowballstemmer``, BSD-3-Clause), which cuts
endings of inflection and derivation: "police", "policed" and "policing" share one. For each form the file has the number
of the first form, so the most frequent, with its stem.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import snowballstemmer
from numpy.typing import NDArray


def first_of_stem(forms: Sequence[str]) -> NDArray[np.uint32]:
    """For each form, the index of the first form with the same stem."""
    first: dict[str, int] = {}
    stems = snowballstemmer.stemmer("english").stemWords(list(forms))
    return np.array([first.setdefault(stem, i) for i, stem in enumerate(stems)], np.uint32)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("lexicon", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    with np.load(options.lexicon) as archive:
        forms = bytes(archive["forms"]).decode().split("\n")
    stem = first_of_stem(forms)
    np.savez_compressed(options.out, stem=stem)
    print(f"{len(forms):,} forms, {len(set(stem.tolist())):,} stems, {options.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
