r"""Compile the thesaurus of spans: what a word or phrase of English may become, and in which kind of machine.

    python -m training.thesaurus_tables --wordnet /usr/share/wordnet --list tortured_phrases.json \
        --out src/unspin/data/spans.npz

Four tables, each a kind of dictionary that spinners have:

``thesaurus``
    Words and phrases of all senses, inflected like the original (``training/thesaurus/*.tsv``, written for this project).
``gloss``
    WordNet 3.0 by first senses, multi-word lemmas included, inflected like the original ("area unit" for *are*).
``pivot``
    What real machines made of terms of science: the tortured phrases of the Problematic Paper Screener (Cabanac, Labbé
    and Magazinov, CC BY 4.0), aligned by :mod:`training.aligned`.
``seen``
    What rewriting machines put on public pages (``data/seen.tsv``), noted entry by entry as the pages were read.

Lines of ``training/thesaurus``: ``lemma<TAB>pos<TAB>alternative|alternative…``; ``pos`` is v, n, a, r or x (not inflected). The
first word of a verb phrase is inflected, the last of a noun phrase, or the one that ends in ``*``.

Of ``data/seen.tsv`` (:mod:`unspin.lexicon.seen`) what two pages at least show is taken; every form stands for itself.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.aligned import tortured
from training.inflection import TAGS, inflected, lemmas
from training.wordnet import synsets
from unspin import lexicon as lexicons
from unspin.lexicon import seen
from unspin.lexicon.spans import TABLES
from unspin.spinners.eligibility import FUNCTION_WORDS

_TERM: Final = re.compile(r"^[a-z0-9%][a-z0-9'%.*-]*(?: [a-z0-9%][a-z0-9'%.*-]*){0,5}$")
_COMMON: Final = 9_000
"""The commonest words of the lexicon: only they have a gloss, which keeps the file small."""
_GLOSSES: Final = 5
_LEAST_PAGES: Final = 2
_OTHER_FORM: Final = 0.3
"""Weight of a pair that was seen in another form, against the one seen."""
_SENSES: Final = (1.0, 0.5, 0.25)
"""Weight of a gloss by the sense it comes from: such machines take the first sense mostly."""


class Line(NamedTuple):
    """A line of the thesaurus: what a headword may become, likeliest first."""

    head: str
    pos: str
    terms: tuple[str, ...]


def read_lines(folder: Path) -> Iterator[Line]:
    """The lines of all files, what does not parse left out."""
    for file in sorted(folder.glob("*.tsv")):
        for raw in file.read_text(encoding="utf-8").lower().splitlines():
            fields = re.split(r"[\t;]", raw.strip())
            if len(fields) != 3 or fields[1] not in "vnarx":
                continue
            head, pos = fields[0].strip(), fields[1]
            terms = [" ".join(term.split()) for term in fields[2].split("|")]
            kept = tuple(dict.fromkeys(term for term in terms if _TERM.match(term) and term != head))
            if _TERM.match(head) and kept:
                yield Line(head, pos, kept)


def pairs_of(line: Line) -> Iterator[tuple[str, str, float]]:
    """(written, found, weight) of a line, in every form that both have."""
    for rank, term in enumerate(line.terms):
        weight = 1 / (rank + 2)
        if line.pos in "rx":
            yield line.head, term.replace("*", ""), weight
            continue
        head, made = inflected(line.head, line.pos), inflected(term, line.pos)
        for tag in TAGS[line.pos]:
            if tag in head and tag in made and head[tag] != made[tag]:
                yield head[tag], made[tag], weight


def gloss_lines(folder: Path) -> Iterator[tuple[Line, float]]:
    """WordNet's synonyms and hypernyms of the first senses of each lemma, with the weight of the sense."""
    by_key = synsets(folder)
    for pos, name in (("n", "noun"), ("v", "verb"), ("a", "adj"), ("r", "adv")):
        for raw in (folder / f"index.{name}").read_text(encoding="latin-1").splitlines():
            if raw.startswith("  "):
                continue
            fields = raw.split()
            head, offsets = fields[0].replace("_", " "), fields[-int(fields[2]) :]
            if not head.isalpha() or len(head) < 2 or head in FUNCTION_WORDS:
                continue
            for weight, offset in zip(_SENSES, offsets, strict=False):
                synset = by_key[pos + offset]
                terms = [lemma.replace("_", " ") for lemma in synset.lemmas]
                generic = [
                    lemma.replace("_", " ")
                    for symbol, _, key, _ in synset.pointers if symbol in ("@", "&")
                    for lemma in by_key[key].lemmas[:2]
                ]  # fmt: skip
                kept = [term for term in [*terms, *generic[:3]] if _TERM.match(term) and term != head]
                if kept:
                    yield Line(head, pos, tuple(dict.fromkeys(kept))), weight


def seen_pairs(file: Path) -> Iterator[tuple[str, str, float]]:
    """(written, found, weight) of what two pages at least show; the weight is the number of pages.

    One page alone may have been misread: as candidates such pairs did more harm than good.
    """
    for found, written, pages in seen.pairs(file):
        if pages >= _LEAST_PAGES and _TERM.match(found) and _TERM.match(written):
            yield written, found, float(pages)


def in_other_forms(written: str, found: str) -> Iterator[Line]:
    """A pair in the base form of each part of speech that both are in the same form of ("builders" for *developers*)."""
    for pos, tags in TAGS.items():
        at = 0 if pos == "v" else -1
        if not FUNCTION_WORDS.isdisjoint({written.split()[at], found.split()[at]}):
            continue
        for head, term in product(_base(written, pos, at), _base(found, pos, at)):
            here, there = inflected(head, pos), inflected(term, pos)
            if any(here.get(tag) == written and there.get(tag) == found for tag in tags):
                yield Line(head, pos, (term,))


def _base(term: str, pos: str, at: int) -> list[str]:
    """A term with the word that is inflected, the first or the last, in its base forms."""
    words = term.split()
    rest = words[1:] if at == 0 else words[:-1]
    return [" ".join([lemma, *rest] if at == 0 else [*rest, lemma]) for lemma in lemmas(words[at], pos) if lemma]


def compiled(tables: dict[str, dict[tuple[str, str], float]]) -> dict[str, NDArray[np.generic]]:
    """The arrays of the file, see :mod:`unspin.lexicon.spans`."""
    phrases = sorted({phrase for table in tables.values() for pair in table for phrase in pair})
    index = {phrase: i for i, phrase in enumerate(phrases)}
    arrays: dict[str, NDArray[np.generic]] = {"phrases": np.frombuffer("\n".join(phrases).encode(), np.uint8)}
    for name, table in tables.items():
        rows: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for (written, found), weight in sorted(table.items()):
            rows[index[written]].append((index[found], weight))
        heads = sorted(rows)
        ptr = np.cumsum([0, *(len(rows[head]) for head in heads)])
        flat = [pair for head in heads for pair in rows[head]]
        largest = np.repeat([max(w for _, w in rows[head]) for head in heads], np.diff(ptr))
        arrays[f"{name}_head"] = np.array(heads, np.uint32)
        arrays[f"{name}_ptr"] = ptr.astype(np.uint32)
        arrays[f"{name}_term"] = np.array([term for term, _ in flat], np.uint32)
        scaled = np.round(np.array([weight for _, weight in flat]) / largest * 255)
        arrays[f"{name}_weight"] = np.clip(scaled, 1, 255).astype(np.uint8)
    return arrays


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("wordnet", "list", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--thesaurus", type=Path, default=Path(__file__).parent / "thesaurus")
    parser.add_argument("--seen", type=Path, default=Path(__file__).parent.parent / "src/unspin/data/seen.tsv")
    options = parser.parse_args()
    tables: dict[str, dict[tuple[str, str], float]] = {name: defaultdict(float) for name in TABLES}
    for line in read_lines(options.thesaurus):
        for written, found, weight in pairs_of(line):
            tables["thesaurus"][written, found] += weight
    known = frozenset(lexicons.load().forms)
    common = frozenset(lexicons.load().forms[:_COMMON])
    for line, sense in gloss_lines(options.wordnet):
        for written, found, weight in pairs_of(line._replace(terms=line.terms[:_GLOSSES])):
            if written in common:
                tables["gloss"][written, found] += weight * sense
    for pair, count in Counter(tortured(options.list)).items():
        if count > 1 or " " not in pair.found + pair.written:  # what comes once as a phrase may be misaligned
            tables["pivot"][pair] += count
    for written, found, weight in seen_pairs(options.seen):
        tables["seen"][written, found] += weight
        if " " in found:
            others = {other[:2] for line in in_other_forms(written, found) for other in pairs_of(line)}
            for form, term in others - {(written, found)}:
                if known.issuperset(form.split()):
                    tables["seen"][form, term] += weight * _OTHER_FORM
    np.savez_compressed(options.out, **compiled(tables))  # type: ignore[arg-type]
    counts = ", ".join(f"{name} {len(table):,} pairs" for name, table in tables.items())
    print(f"{counts}; {options.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
