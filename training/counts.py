"""How often each word form is written, and how often in lower case, in the training part of the corpora.

python -m training.counts --corpora CORPORA --out scratch/counts.tsv
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from training.corpora import corpus_files, documents
from unspin.text import Kind, split

# Old books would otherwise decide what English looks like: 11 of 43 million words.
_WEIGHT = {"classic_books": 0.4, "novels_eltec": 0.4}


def count(corpora: Path) -> tuple[Counter[str], Counter[str]]:
    """Weighted counts of lower-cased words: (all occurrences, occurrences written in lower case)."""
    total: Counter[str] = Counter()
    lower: Counter[str] = Counter()
    for file in corpus_files(corpora, "train"):
        here: Counter[str] = Counter()
        here_lower: Counter[str] = Counter()
        for document in documents(file):
            if document.part == "train":
                words = split(document.text)
                for i in (words.kind == Kind.WORD).nonzero()[0].tolist():
                    form = words.lower[i]
                    here[form] += 1
                    here_lower[form] += document.text[words.start[i]].islower()
        weight = _WEIGHT.get(file.name.split(".")[0], 1.0)
        for counter, found in ((total, here), (lower, here_lower)):
            for form, n in found.items():
                counter[form] += n * weight  # type: ignore[assignment]
    return total, lower


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    total, lower = count(options.corpora)
    with options.out.open("w", encoding="utf-8") as out:
        for form, n in sorted(total.items(), key=lambda item: (-item[1], item[0])):
            if n >= 2:
                print(form, f"{n:.1f}", f"{lower[form]:.1f}", sep="\t", file=out)


if __name__ == "__main__":
    main()
