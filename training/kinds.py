"""Tell the pages that readers noted into kinds, by what was put in on them, and write how many of each kind show a pair.

    python -m training.kinds --notes NOTES.tsv... --seen src/unspin/data/seen.tsv

NOTES has a line for each pair of a page: the page, a tab, what stood there, a tab, what was written. Two machines with one
dictionary make pages of one kind, and so may two dictionaries that are much alike. The kinds come from the directions in which
pages differ most (singular vectors of what stands on them, seldom forms counting more), by k-means, and are then settled by a
mixture in which every kind puts each form on a share of its pages (EM). The pairs and the numbers of all pages that show them
stay as they are in ``seen.tsv``: the readers of many pages left no notes by page.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from unspin.lexicon import seen

KINDS: Final = 12
"""With 4, 8, 12, 16 and 24 the log-loss of "was this word put in" on real pages is .2435, .2420, .2414, .2425 and .2412,
without kinds .2465; the mean of four seeds."""
_LEAST_FORMS: Final = 12
"""Forms put in on a page, from which on it is told to a kind."""
_LEAST_PAGES: Final = 4
"""Pages that a form stands on, from which on it tells kinds apart."""
_DIRECTIONS: Final = 5
"""Directions beside one for each kind; the first of all is how much was put in, and is left out."""
_ALIKE: Final = 10.0
"""Pages of all kinds alike that each kind is taken to have beside its own."""
_TOGETHER: Final = 0.5
_ROUNDS: Final = 40

Floats = NDArray[np.float64]
Pair = tuple[str, str]
Notes = Mapping[str, frozenset[Pair]]
"""The pairs (found, written) of each page."""


def read(files: Sequence[Path]) -> Notes:
    """The notes of some readers; the same page may have been read by two, and counts as two."""
    pages: dict[str, set[Pair]] = defaultdict(set)
    for file in files:
        for line in file.read_text(encoding="utf-8").lower().splitlines():
            page, found, written = line.replace("’", "'").split("\t")
            pages[f"{file.name}\t{page}"].add((found, written))
    return {page: frozenset(pairs) for page, pairs in pages.items()}


def incidence(pages: Sequence[Iterable[str]]) -> Floats:
    """Which forms stand on which page, ``float64[pages, forms]``; the seldom ones left out."""
    number = Counter(form for forms in pages for form in set(forms))
    column = {form: i for i, form in enumerate(sorted(f for f, n in number.items() if n >= _LEAST_PAGES))}
    stands = np.zeros((len(pages), len(column)))
    for row, forms in enumerate(pages):
        stands[row, [column[form] for form in forms if form in column]] = 1
    return stands


def told(stands: Floats, kinds: int, seed: int = 1) -> NDArray[np.int64]:
    """The kind of each page, ``int64[pages]``."""
    weighed = stands * np.log(len(stands) / stands.sum(axis=0))
    weighed /= np.linalg.norm(weighed, axis=1, keepdims=True) + 1e-9
    left, size, _ = np.linalg.svd(weighed, full_matrices=False)
    directions = slice(1, kinds + 1 + _DIRECTIONS)
    _, first = kmeans2(left[:, directions] * size[directions], kinds, seed=seed, minit="++", iter=50)
    share = np.eye(kinds)[first]
    everywhere = stands.mean(axis=0)
    for _ in range(_ROUNDS):
        pages = share.sum(axis=0)
        puts = np.clip((share.T @ stands + _ALIKE * everywhere) / (pages[:, None] + _ALIKE), 1e-5, 0.99)
        log = stands @ (np.log(puts) - np.log(1 - puts)).T + np.log(1 - puts).sum(axis=1)
        log = _TOGETHER * (log + np.log((pages + 1) / (pages.sum() + kinds)))
        share = np.exp(log - log.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
    return np.asarray(share.argmax(axis=1), np.int64)


def shown(notes: Notes, kind: Mapping[str, int]) -> dict[Pair, Counter[int]]:
    """Pages of each kind that show a pair."""
    pages: dict[Pair, Counter[int]] = defaultdict(Counter)
    for page, number in kind.items():
        for pair in notes[page]:
            pages[pair][number] += 1
    return pages


def written(pairs: Iterable[seen.Pair], shows: Mapping[Pair, Counter[int]], sizes: Counter[int]) -> str:
    """The file, see :mod:`unspin.lexicon.seen`."""
    lines = [f"\t\t{sizes.total()}\t{_numbers(sizes)}"]
    for found, original, number in pairs:
        kinds = _numbers(shows.get((found, original), Counter()))
        lines.append(f"{found}\t{original}\t{number}" + (f"\t{kinds}" if kinds else ""))
    return "\n".join(lines) + "\n"


def _numbers(pages: Counter[int]) -> str:
    return " ".join(f"{kind}:{number}" for kind, number in sorted(pages.items()))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=Path, nargs="+", required=True)
    parser.add_argument("--seen", type=Path, required=True)
    parser.add_argument("--kinds", type=int, default=KINDS)
    options = parser.parse_args()
    notes = read(options.notes)
    names = [page for page, pairs in notes.items() if len({found for found, _ in pairs}) >= _LEAST_FORMS]
    stands = incidence([{found for found, _ in notes[page]} for page in names])
    kind = dict(zip(names, told(stands, options.kinds).tolist(), strict=True))
    sizes = Counter(kind.values())
    lines = (line.split("\t")[:3] for line in options.seen.read_text(encoding="utf-8").splitlines())
    pairs = [(found, original, int(number)) for found, original, number in lines if found]
    options.seen.write_text(written(pairs, shown(notes, kind), sizes), encoding="utf-8")
    print(f"{len(names)} pages: {_numbers(sizes)}")


if __name__ == "__main__":
    main()
