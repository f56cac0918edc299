"""Set the thresholds of the look, the third gate.

    python -m training.look --texts scratch/screen --out src/unspin/data

What the reader flags decides: of the texts of part "dev" in which a word or more is swapped, and of the long documents with one
spun piece among honest ones (:func:`training.gates.composed`), those that the reader flags and the first two gates send on are
looked at. Of each of :data:`training.gates.LENGTHS` only a share of them may fall under the threshold (:data:`LOST`), told from
the texts of the lengths beside it too, since so few are lost. How many of the honest texts that are looked at go on to the
reader is said, and decides nothing.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.gates import FEW, LENGTHS, Texts, read_texts
from unspin import reader, screen
from unspin.screen import look
from unspin.screen.screen import at_length

LOST: Final = 0.002
"""Share of the flagged texts of a length that the look may lose."""
READ: Final = 500
"""Texts of each length, drawn at random, that are read to learn which the reader flags; and as many composed ones."""


def limits(words: NDArray[np.int64], odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """The threshold for each of :data:`training.gates.LENGTHS`.

    It never rises: the longer a text is, the smaller a share of swapped words is enough for the reader, and the less does its
    densest passage say. Lengths with few texts have that of the length before.

    Args:
        words: of evidence of each flagged text.
        odds: what the look says of each.
    """
    nearest = np.abs(np.log(np.maximum(words, 1))[:, None] - np.log(np.array(LENGTHS))).argmin(axis=1)
    found = []
    for number in range(len(LENGTHS)):
        here = np.sort(odds[np.abs(nearest - number) <= 1])
        found.append(float(here[int(LOST * len(here))]) if len(here) >= FEW else np.inf)
    return np.floor(np.minimum.accumulate(found) * 10) / 10


def drawn(texts: Texts, words: NDArray[np.int64]) -> NDArray[np.int64]:
    """Swapped texts that are read."""
    random = np.random.default_rng(2)
    nearest = np.abs(np.log(np.maximum(words, 1))[:, None] - np.log(np.array(LENGTHS))).argmin(axis=1)
    found = []
    for composed in (False, True):
        for number in range(len(LENGTHS)):
            here = np.flatnonzero(~texts.honest & (texts.composed == composed) & (nearest == number))
            found.append(random.permutation(here)[: READ // (len(LENGTHS) if composed else 1)])
    return np.concatenate(found)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, required=True, nargs="+", help="folders of training.screen_texts")
    parser.add_argument("--out", type=Path, required=True, help="folder of look.json")
    options = parser.parse_args(arguments)
    texts = read_texts(options.texts)
    gates = replace(screen.load(), look=look.Look(np.array([1.0]), np.zeros(1)))
    sifted = gates.sifted(texts.column)
    rows = np.array(sorted(sifted.passages), np.int64)
    words = np.zeros(len(texts.column), np.int64)
    words[rows] = [sifted.passages[row].words for row in rows.tolist()]
    swapped = [i for i in drawn(texts, words).tolist() if i in sifted.passages]
    flagged = [i for i in swapped if reader.assess(texts.column[i].as_py(), fast=True).spun]
    odds = looked(gates, sifted, flagged)
    thresholds = limits(words[flagged], odds)
    honest = [i for i in rows.tolist() if texts.honest[i]]
    told(
        "flagged, and lost by the look", odds < at_length(words[flagged], np.array(LENGTHS), thresholds), words[flagged]
    )
    sent = looked(gates, sifted, honest) >= at_length(words[honest], np.array(LENGTHS), thresholds)
    told("honest, sent on by the sieve and by the look too", sent, words[honest])
    print(dict(zip(LENGTHS, thresholds.tolist(), strict=True)))
    saved: dict[str, Any] = {"lengths": list(LENGTHS), "thresholds": thresholds.tolist()}
    (options.out / "look.json").write_text(json.dumps(saved) + "\n", encoding="utf-8")


def looked(gates: screen.Gates, sifted: screen.Sifted, rows: Sequence[int]) -> NDArray[np.float64]:
    """The odds of some documents."""
    return np.array([look.odds(sifted.passages[row]) for row in rows], float)


def told(what: str, yes: NDArray[np.bool_], words: NDArray[np.int64]) -> None:
    """Say how many texts are so, by length."""
    nearest = np.abs(np.log(np.maximum(words, 1))[:, None] - np.log(np.array(LENGTHS))).argmin(axis=1)
    parts = [f"about {length}: {yes[nearest == k].sum()} of {(nearest == k).sum()}" for k, length in enumerate(LENGTHS)]
    print(f"{what}: {yes.sum()} of {len(yes)}; " + ", ".join(parts), flush=True)


if __name__ == "__main__":
    main()
