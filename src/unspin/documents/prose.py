"""Running text out of what formats hold: white space, invisible characters, breaks inside a paragraph."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

__all__ = ["ends_sentence", "plain_letters", "tidy"]

# Soft hyphens, joiners, direction marks and byte order marks: they divide a word for a program, for nobody else.
_INVISIBLE: Final = re.compile("[\u00ad\u200b\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LIGATURES: Final = re.compile("[\ufb00-\ufb06]")
_ENDS: Final = re.compile(r"[.?!:…][\"'”’)\]»]*$")
_BEGINS: Final = re.compile(r"[\"'“‘(\[«]*[A-Z0-9•–—-]")


def tidy(pieces: Iterable[str]) -> Iterator[str]:
    """The paragraphs that pieces of text make up; a line break stands in them where the author broke a line.

    A break ends the paragraph if a sentence ends before it and one may begin after it, or if another break follows at
    once; otherwise (an address, a verse) it is a space.
    """
    parts = "".join(pieces).split("\n")
    lines = [plain_letters(" ".join(part.split())) for part in parts]
    held = ""
    for line in lines:
        if held and (not line or (ends_sentence(held) and _BEGINS.match(line))):
            yield held
            held = ""
        held = f"{held} {line}" if held and line else held or line
    if held:
        yield held


def plain_letters(text: str) -> str:
    """The text without invisible characters, ligatures as letters, letters and their accents as one character."""
    text = _LIGATURES.sub(lambda match: unicodedata.normalize("NFKC", match.group()), _INVISIBLE.sub("", text))
    return unicodedata.normalize("NFC", text)


def ends_sentence(text: str) -> bool:
    """Whether the text ends with the end of a sentence, by its last mark."""
    return _ENDS.search(text) is not None
