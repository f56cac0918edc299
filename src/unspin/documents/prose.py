"""Paragraphs out of what formats hold: white space, invisible characters, breaks inside a paragraph."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

__all__ = ["ends_sentence", "plain_letters", "tidy"]

# Soft hyphens, joiners, direction marks and byte order marks: they divide a word for a program, for nobody else.
_INVISIBLE: Final = re.compile("[\u00ad\u200b\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LIGATURES: Final = re.compile("[\ufb00-\ufb06]")
# Normalising takes time in the square of a run of combining marks, so that it is done by the word, and not by a longer one.
_WORD: Final = re.compile(r"\S{1,1024}+")
_ENDS: Final = (".", "?", "!", ":", "…")
_CLOSES: Final = "\"'”’)]»"
_BEGINS: Final = re.compile(r"[\"'“‘(\[«]*+[A-Z0-9•–—-]")


def tidy(pieces: Iterable[str]) -> Iterator[str]:
    """The paragraphs that pieces of text make up; a line break stands in them where the author broke a line.

    A break ends the paragraph if a sentence ends before it and one may begin after it, or if another break follows at
    once; otherwise (an address, a verse) it is a space.
    """
    parts = "".join(pieces).split("\n")
    held: list[str] = []
    for line in (plain_letters(" ".join(part.split())) for part in parts):
        if held and (not line or (ends_sentence(held[-1]) and _BEGINS.match(line))):
            yield " ".join(held)
            held = []
        if line:
            held.append(line)
    if held:
        yield " ".join(held)


def plain_letters(text: str) -> str:
    """The text without invisible characters, ligatures as letters, letters and their accents as one character."""
    if text.isascii():
        return text
    text = _LIGATURES.sub(lambda match: unicodedata.normalize("NFKC", match[0]), _INVISIBLE.sub("", text))
    return _WORD.sub(lambda match: unicodedata.normalize("NFC", match[0]), text)


def ends_sentence(text: str) -> bool:
    """Whether the text ends with the end of a sentence, by its last mark."""
    return text.rstrip(_CLOSES).endswith(_ENDS)
