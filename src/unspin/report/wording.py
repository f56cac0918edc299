"""What a reading says, in one sentence: evidence, not accusation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from unspin.reading import BELIEVED, UNJUDGED, Note, Reading
from unspin.settings import Settings

__all__ = [
    "DISCLAIMER",
    "FORMATS",
    "GUESS_BELOW",
    "LOWEST_RATE",
    "NOTES",
    "NO_SWAP_SEEN",
    "VERDICTS",
    "alternatives_in_words",
    "dictionary_name",
    "note_in_words",
    "one_in",
    "original_in_words",
    "percent",
    "rate_in_figures",
    "rate_in_words",
    "settings_in_words",
    "spinner_in_words",
    "verdict",
    "verdict_name",
    "walk_in_words",
]

VERDICTS = {"spun": "reads as machine-spun", "written": "reads as written", "unjudged": "cannot be judged"}

NOTES: dict[str, str] = {
    Note.TOO_SHORT: "fewer than 30 words",
    Note.NOT_ENGLISH: "not English",
    Note.NOT_PROSE: "not prose",
    Note.DAMAGED: "damaged text",
    Note.TRUNCATED: "only the beginning was read",
    Note.ENCODING_GUESSED: "not UTF-8; read as Windows-1252",
}

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

DISCLAIMER = "Evidence about a text, not an accusation of a person. A restored word is a probability, not a quotation."

NO_SWAP_SEEN = "Names and figures in which no swap was seen"
"""The heading over them: a swap that was missed is not seen either."""

GUESS_BELOW = BELIEVED
"""A restored word of less confidence is marked as a guess."""

LOWEST_RATE = 1e-7
"""The lowest false-positive rate that is ever given: no fit of the verdict's curve reaches further, so it means "or less"."""

_OFTEN = 0.5  # from here on a number of documents says less than the word


def verdict_name(reading: Reading) -> str:
    """``"spun"``, ``"written"`` or ``"unjudged"``."""
    if reading.spun:
        return "spun"
    return "written" if UNJUDGED.isdisjoint(reading.notes) else "unjudged"


def verdict(reading: Reading) -> str:
    """One sentence: the verdict, what it rests on, and how often an ordinary document looks like that."""
    name = verdict_name(reading)
    if name == "unjudged":
        reasons = ", ".join(note_in_words(note) for note in reading.notes if note in UNJUDGED)
        return f"{VERDICTS[name]}: {reasons}"
    parts = [VERDICTS[name]]
    if reading.spun:
        swapped = round(reading.share * reading.words)
        parts.append(f"{swapped:,} of {reading.words:,} words {'looks' if swapped == 1 else 'look'} swapped")
    elif reading.substitutions:
        places = len(reading.substitutions)
        parts.append("1 phrase looks swapped" if places == 1 else f"{places:,} phrases look swapped")
    parts.append(rate_in_words(reading.false_positive_rate))
    return "; ".join(parts)


def rate_in_words(rate: float) -> str:
    """``"about 1 ordinary document in 200,000 scores as high"``."""
    if rate >= _OFTEN:
        return "ordinary documents often score as high"
    if rate <= LOWEST_RATE:
        return f"fewer than 1 ordinary document in {one_in(LOWEST_RATE):,} scores as high"
    return f"about 1 ordinary document in {one_in(rate):,} scores as high"


def rate_in_figures(rate: float) -> str:
    """The same for a table: ``"1 in 200,000"``, ``"under 1 in 10,000,000"``, ``"often"``."""
    if rate >= _OFTEN:
        return "often"
    if rate <= LOWEST_RATE:
        return f"under 1 in {one_in(LOWEST_RATE):,}"
    return f"1 in {one_in(rate):,}"


def one_in(rate: float) -> int:
    """The N of "1 in N", to two significant figures; ``rate`` above 0 and at most 1."""
    number = 1 / max(rate, 1e-300)  # an operating point may be smaller still, and its inverse no number
    return int(float(f"{number:.1e}")) if rate < 0.1 else round(number)


def spinner_in_words(spinner: str | None) -> str:
    """``"perhaps wordnet-walk"``: a guess, the family whose dictionary explains the swaps best; or ``"unknown"``."""
    return "unknown" if spinner is None else f"perhaps {spinner}"


def note_in_words(note: str) -> str:
    """A note for people; one without a fixed name stays as it is."""
    return NOTES.get(note, note)


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
    rows.append(("Tortured phrases", "looked for" if settings.tortured else "not looked for"))
    if settings.dictionary is not None:
        rows.append(("Dictionary of the spinner", dictionary_name(settings) or "given in the call"))
    if settings.deep is not None:
        rows.append(("Second opinion", settings.deep.name))
    return rows
