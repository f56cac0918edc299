"""Words and phrases as real machines and people swapped them: (written, found) pairs out of two open lists.

* The tortured phrases of the Problematic Paper Screener (Cabanac, Labbé and Magazinov, CC BY 4.0): a phrase of science as a
  paraphrasing tool left it, beside what was meant. The two are aligned word by word.
* SWORDS (Lee et al. 2021, "Swords: a benchmark for lexical substitution", CC BY 3.0 US): substitutes for a word in context
  out of thesauri, each with how many people called it good. They are lemmas; a machine that keeps the grammar would put the
  form that the context asks for.

A pair whose sides begin with the same five letters is one word in two forms and no swap.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from training.inflection import TAGS, forms, inflected, lemmas
from training.phrases import read_list
from unspin.lexicon import Lexicon

FOLDS: Final = 5
LONGEST: Final = 3
"""Words on a side of a pair, at most: what is longer is a whole phrase of science and no entry of a dictionary."""
GOOD: Final = 0.5
"""Share of the people asked who must call a substitute good."""
_POS: Final = {"NOUN": "n", "VERB": "v", "ADJ": "a"}


class Pair(NamedTuple):
    """What was written, and what a machine put for it: one to :data:`LONGEST` words each, in lower case."""

    written: str
    found: str


def fold(written: str, lexicon: Lexicon) -> int:
    """The part, of :data:`FOLDS`, that an original belongs to with all forms of its stem: what is held out together."""
    ids = lexicon.ids(written.split()).tolist()
    stem = " ".join(
        lexicon.forms[lexicon.stem[i]] if i >= 0 else word for i, word in zip(ids, written.split(), strict=True)
    )
    return int(hashlib.sha256(stem.encode()).hexdigest()[:8], 16) % FOLDS


def tortured(file: Path) -> Iterator[Pair]:
    """The pairs of the tortured phrases, one for each phrase and place, so that a pair may come often."""
    for found, written in read_list(file):
        yield from aligned(_words(written), _words(found))


def aligned(written: list[str], found: list[str]) -> Iterator[Pair]:
    """The pairs of a phrase: word by word where there are as many; else what is left when both ends that agree are taken off.

    What is left must be one word on one side at least: of two phrases of different length nobody can say what became what.
    """
    if len(written) == len(found):
        yield from (Pair(a, b) for a, b in zip(written, found, strict=True) if _swapped(a, b))
        return
    while written and found and _same(written[0], found[0]):
        written, found = written[1:], found[1:]
    while written and found and _same(written[-1], found[-1]):
        written, found = written[:-1], found[:-1]
    if min(len(written), len(found)) == 1 and max(len(written), len(found)) <= LONGEST:
        pair = Pair(" ".join(written), " ".join(found))
        if all(map(_is_word, [*written, *found])) and not set(written) & set(found):
            yield pair


def substitutes(file: Path, good: float = GOOD) -> Iterator[Pair]:
    """The pairs of SWORDS that a share ``good`` of ten people and more accepted, the substitute inflected like the target."""
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if int(row["asked"]) >= 10 and int(row["said_good"]) >= good * int(row["asked"]):
                written = row["target"].lower()
                found = _like(written, row["substitute"].lower(), _POS.get(row["pos"], ""))
                if _swapped(written, found) and len(found.split()) <= LONGEST:
                    yield Pair(written, found)


def _like(written: str, term: str, pos: str) -> str:
    """A term in the form that a word stands in, as far as its part of speech has forms."""
    if not pos:
        return term
    made = inflected(term, pos)
    for lemma in lemmas(written, pos):
        here = forms(lemma, pos)
        for tag in TAGS[pos]:
            if here.get(tag) == written and tag in made:
                return made[tag]
    return term


def _words(text: str) -> list[str]:
    return text.replace("-", " ").replace("/", " ").split()


def _is_word(word: str) -> bool:
    return word.isascii() and word.isalpha() and len(word) > 1


def _same(a: str, b: str) -> bool:
    return a == b or (min(len(a), len(b)) >= 5 and a[:5] == b[:5])


def _swapped(a: str, b: str) -> bool:
    """Whether two words or phrases are a swap and not one word in two forms."""
    return (
        a[:5] != b[:5]
        and all(len(w) > 2 and w.isascii() and w.isalpha() for w in a.split())
        and all(w.isascii() and w.isalpha() for w in b.split())
    )
