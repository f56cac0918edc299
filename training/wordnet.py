"""WordNet's database files, read into a flat thesaurus: what a spinner's dictionary sees of it.

Word spinners do not read WordNet's graph; they use a thesaurus made from it, in which a word's senses, its synonyms and the
terms around them stand in one list. :func:`flat_thesaurus` makes that list. Only relations are taken, no glosses.

Format: wndb(5WN) of WordNet 3.0 (Debian package ``wordnet-base``; licence: the WordNet licence).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

RELATIONS: Final = ("synonym", "similar", "generic", "related", "antonym")
"""What ties a term to a headword, in the order of the codes that the lexicon stores."""

_POINTERS: Final = {
    "&": "similar",
    "@": "generic",
    "@i": "generic",
    "+": "related",
    "\\": "related",
    "^": "related",
    "<": "related",
    "!": "antonym",
}
_MARKER = re.compile(r"\((?:a|p|ip)\)$")
_TERM = re.compile(r"^[a-z][a-z']*$|^\d{1,3}(?:st|nd|rd|th)?$")


@dataclass(frozen=True)
class Synset:
    """A set of synonyms: part of speech (n, v, a, r), lemmas in WordNet's order, pointers (symbol, source, key, target)."""

    pos: str
    lemmas: tuple[str, ...]
    pointers: tuple[tuple[str, int, str, int], ...]


@dataclass(frozen=True)
class Entry:
    """One line of the flat thesaurus: ``head`` may become ``term``."""

    head: str
    term: str
    relation: str
    pos: str


def synsets(folder: Path) -> dict[str, Synset]:
    """All synsets by key (part of speech and file offset)."""
    found: dict[str, Synset] = {}
    for name in ("noun", "verb", "adj", "adv"):
        with (folder / f"data.{name}").open(encoding="latin-1") as lines:
            for line in lines:
                if not line.startswith("  "):
                    key, synset = _parse(line)
                    found[key] = synset
    return found


def flat_thesaurus(folder: Path) -> list[Entry]:
    """Every (head, term) of single words, lower-cased, one for each sense and relation that yields it."""
    by_key = synsets(folder)
    entries: list[Entry] = []
    for synset in by_key.values():
        for position, head in enumerate(synset.lemmas, start=1):
            if not _TERM.match(head):
                continue
            for term, relation in _around(synset, position, by_key):
                if term != head and _TERM.match(term):
                    entries.append(Entry(head, term, relation, synset.pos))
    return entries


def parts_of_speech(folder: Path) -> dict[str, set[str]]:
    """The parts of speech that WordNet knows each lower-cased lemma in."""
    found: dict[str, set[str]] = defaultdict(set)
    for synset in synsets(folder).values():
        for lemma in synset.lemmas:
            found[lemma].add(synset.pos)
    return found


def _around(synset: Synset, position: int, by_key: dict[str, Synset]) -> list[tuple[str, str]]:
    terms = [(lemma, "synonym") for lemma in synset.lemmas]
    for symbol, source, key, target in synset.pointers:
        relation = _POINTERS.get(symbol)
        if relation is None or source not in (0, position):
            continue
        lemmas = by_key[key].lemmas
        terms += [(lemma, relation) for lemma in ([lemmas[target - 1]] if target else lemmas)]
    return terms


def _parse(line: str) -> tuple[str, Synset]:
    fields = line.split(" | ")[0].split()
    offset, pos, count = fields[0], fields[2].replace("s", "a"), int(fields[3], 16)
    lemmas = tuple(_MARKER.sub("", fields[4 + 2 * i]).lower() for i in range(count))
    at = 4 + 2 * count
    pointers = []
    for i in range(int(fields[at])):
        symbol, target, target_pos, ends = fields[at + 1 + 4 * i : at + 5 + 4 * i]
        key = target_pos.replace("s", "a") + target
        pointers.append((symbol, int(ends[:2], 16), key, int(ends[2:], 16)))
    return pos + offset, Synset(pos, lemmas, tuple(pointers))
