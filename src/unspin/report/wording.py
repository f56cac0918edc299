"""What a reading holds, in words: evidence, not accusation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from unspin.reading import BELIEVED, LOWEST_RATE, OFTEN, one_in
from unspin.settings import Settings

__all__ = [
    "DISCLAIMER",
    "FORMATS",
    "GUESS_BELOW",
    "MODEL_CARD",
    "NO_SWAP_SEEN",
    "alternatives_in_words",
    "dictionary_name",
    "original_in_words",
    "percent",
    "rate_in_figures",
    "settings_in_words",
    "spinner_in_words",
    "walk_in_words",
]

FORMATS = {
    "text": "plain text",
    "html": "web page",
    "pdf": "PDF",
    "docx": "Word document",
    "jats": "JATS XML",
    "tei": "TEI XML",
    "epub": "EPUB",
    "odt": "OpenDocument text",
    "markdown": "Markdown",
    "latex": "LaTeX",
}
"""Formats of documents; one that is not here is shown as it is named."""

MODEL_CARD = (
    "MiniLM-L6-H384 encoder with three heads, 8-bit weights; SmolLM2-135M language model; 4-gram model; lexicon of 32,000"
    " originals; data, figures and limits: docs/model-card.md"
)
"""The models in a line; ``docs/model-card.md`` is where it comes from."""

DISCLAIMER = "Evidence about a text, not an accusation of a person. A restored word is a probability, not a quotation."

NO_SWAP_SEEN = "Names and figures in which no swap was seen"
"""The heading over them: a swap that was missed is not seen either."""

GUESS_BELOW = BELIEVED
"""A restored word of less confidence is marked as a guess."""


def rate_in_figures(rate: float) -> str:
    """The same for a table: ``"1 in 200,000"``, ``"under 1 in 10,000,000"``, ``"often"``."""
    if rate >= OFTEN:
        return "often"
    if rate <= LOWEST_RATE:
        return f"under 1 in {one_in(LOWEST_RATE):,}"
    return f"1 in {one_in(rate):,}"


def spinner_in_words(spinner: str | None) -> str:
    """``"perhaps wordnet-walk"``: a guess, the family whose dictionary explains the swaps best; or ``"unknown"``."""
    return "unknown" if spinner is None else f"perhaps {spinner}"


def percent(probability: float) -> str:
    """``"75%"``; a probability is never certain: ``">99%"``, ``"<1%"``."""
    if probability >= 0.995:
        return ">99%"
    return "<1%" if probability < 0.01 else f"{probability:.0%}"


def alternatives_in_words(alternatives: Sequence[tuple[str, float]]) -> str:
    """``"fresh 20%, visitor 5%"``, without those below one per cent."""
    return ", ".join(f"{word.strip() or '(nothing)'} {percent(p)}" for word, p in alternatives if p >= 0.01)


def original_in_words(found: str, original: str) -> str:
    """What was put in, for a table: ``"(nothing)"`` where a word was taken out, ``"(as found)"`` where the place is open."""
    return original.strip() and ("(as found)" if original == found else original) or "(nothing)"


def walk_in_words(route: Sequence[str]) -> str:
    """``"new → fresh → caller"``, from the original to the word found."""
    return " → ".join(route)


def dictionary_name(settings: Settings) -> str | None:
    """The name of the file of the spinner's dictionary; where it lies on this machine is nothing for a report."""
    return settings.dictionary.name if isinstance(settings.dictionary, Path) else None


def settings_in_words(settings: Settings | None) -> list[tuple[str, str]]:
    """Name and value of each setting."""
    if settings is None:
        return [("Settings", "not recorded")]
    point = settings.operating_point
    rows = [("Operating point", f"called spun if at most 1 ordinary document in {one_in(point):,} scores as high")]
    if settings.fill_all:
        rows.append(("Guesses", "filled in, however unsure"))
    rows.append(
        ("Tortured phrases", f"restored {'in any text' if settings.tortured else 'where a text reads as spun'}")
    )
    if settings.fast:
        rows.append(("Reading", "fast: without the language model"))
    if settings.dictionary is not None:
        rows.append(("Dictionary of the spinner", dictionary_name(settings) or "given in the call"))
    if settings.deep is not None:
        rows.append(("Language model", settings.deep.name))
    return rows
