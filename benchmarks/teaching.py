"""What pairs of page and source teach: words right on further pages of a spinner that nobody trained on.

``python -m benchmarks.teaching``: the spinner's dictionary is drawn anew, from a word to a neighbour in meaning and from there
to a term of a thesaurus, a walk that no family of the simulator takes. The texts of ``prose/`` are cut in halves and spun with
it; 1, 5 and 20 halves are compared with their sources, and the others are restored with what was learned. Words right as in
:mod:`benchmarks.siblings`.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import records
from benchmarks.siblings import right
from unspin import read, spinners
from unspin.reader.dictionary import Pairs
from unspin.settings import fast_by_default
from unspin.trace import compare
from unspin.trace.teaching import lesson, teach

HERE = Path(__file__).resolve().parent
COUNTS = (0, 1, 5, 20)
RATE = 0.5
"""Share of the words that are swapped, where the dictionary has so many."""


def dictionary(seed: int) -> dict[str, str]:
    """A spinner's dictionary of two steps through two kinds of thesaurus."""
    first, second = (spinners.draw_dictionary(name, seed=seed) for name in ("neighbours", "thesaurus"))
    walked = {word: second.get(term, term) for word, term in first.items()}
    return {word: term for word, term in walked.items() if word != term}


def halves() -> list[str]:
    """The texts, each cut in two at a line break."""
    found = []
    for path in sorted((HERE / "prose").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        cut = text.index("\n", len(text) // 2)
        found += [text[:cut], text[cut:].strip()]
    return found


def main(arguments: list[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spinners", type=int, default=3, help="dictionaries to draw")
    parser.add_argument("--output", type=Path, help="where the raw run goes")
    chosen = parser.parse_args(arguments)
    texts = halves()
    rows = []
    for seed in range(chosen.spinners):
        order = np.random.default_rng(seed).permutation(len(texts)).tolist()
        articles = [texts[k] for k in order]
        pages = [
            spinners.simulate(a, "thesaurus", seed=k, rate=RATE, dictionary=dictionary(seed)).text
            for k, a in enumerate(articles)
        ]
        most = max(COUNTS)
        lessons = [lesson(compare(page, article)) for page, article in zip(pages[:most], articles, strict=False)]
        for page, article in zip(pages[most:], articles[most:], strict=True):
            row = [right(page, article)]
            for count in COUNTS:
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder) / "spinner.tsv"
                    teach(path, sum(lessons[:count], Pairs()))
                    row.append(right(read(page, dictionary=path).restored, article))
            rows.append(row)
            print(*(f"{value:.3f}" for value in row), flush=True)
    named = ("as found", *(f"after {count} pairs" for count in COUNTS))
    mean = dict(zip(named, np.mean(rows, axis=0).round(4).tolist(), strict=True))
    print(", ".join(f"{name} {value:.4f}" for name, value in mean.items()))
    if chosen.output:
        records.write(
            chosen.output,
            f"python -m benchmarks.teaching --spinners {chosen.spinners}",
            fast=fast_by_default(),
            pages=len(rows),
            words_right={"mean": mean, "pages": [dict(zip(named, row, strict=True)) for row in rows]},
        )


if __name__ == "__main__":
    main()
