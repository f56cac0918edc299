"""Words and phrases in all their inflected forms, by tables of ``lemminflect`` (MIT)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import lemminflect

__all__ = ["TAGS", "forms", "inflected", "lemmas"]

_UPOS: Final = {"v": "VERB", "n": "NOUN", "a": "ADJ"}
TAGS: Final = {"v": ("VB", "VBD", "VBG", "VBN", "VBP", "VBZ"), "n": ("NN", "NNS"), "a": ("JJ", "JJR", "JJS")}
"""The Penn tags of the parts of speech that have forms."""


@lru_cache(maxsize=100_000)
def forms(word: str, pos: str) -> dict[str, str]:
    """The inflected forms of a single word by Penn tag."""
    found = lemminflect.getAllInflections(word, upos=_UPOS[pos])
    if not found and pos in "nv":
        found = lemminflect.getAllInflectionsOOV(word, upos=_UPOS[pos])
    out = {tag: spellings[0].lower() for tag, spellings in found.items()}
    base = {"v": "VB", "n": "NN", "a": "JJ"}[pos]
    out.setdefault(base, word)
    if pos == "v":
        out.setdefault("VBP", word)
        out.setdefault("VBN", out.get("VBD", word))
    return out


def inflected(term: str, pos: str) -> dict[str, str]:
    """A term of one or more words in all the forms of its part of speech."""
    words = term.split()
    starred = [i for i, word in enumerate(words) if word.endswith("*")]
    words = [word.rstrip("*") for word in words]
    at = starred[0] if starred else (0 if pos == "v" else len(words) - 1)
    return {tag: " ".join([*words[:at], form, *words[at + 1 :]]) for tag, form in forms(words[at], pos).items()}


def lemmas(form: str, pos: str) -> tuple[str, ...]:
    """What a form may be a form of."""
    found: tuple[str, ...] = lemminflect.getLemma(form, upos=_UPOS[pos])
    return found
