"""What a reading says, in one sentence: evidence, not accusation."""

from __future__ import annotations

from unspin.reading import UNJUDGED, Note, Reading

__all__ = ["NOTES", "VERDICTS", "note_in_words", "one_in", "rate_in_words", "verdict", "verdict_name"]

VERDICTS = {"spun": "reads as machine-spun", "written": "reads as written", "unjudged": "cannot be judged"}

NOTES: dict[str, str] = {
    Note.TOO_SHORT: "fewer than 30 words",
    Note.NOT_ENGLISH: "not English",
    Note.NOT_PROSE: "not prose",
    Note.TRUNCATED: "only the beginning was read",
    Note.ENCODING_GUESSED: "not UTF-8; read as Windows-1252",
}

_SMALLEST_RATE = 1e-12  # nobody has counted as many documents


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
    if rate < _SMALLEST_RATE:
        return "no ordinary document is known to score as high"
    if rate > 0.67:
        return "most ordinary documents score as high"
    return f"about 1 ordinary document in {one_in(rate):,} scores as high"


def one_in(rate: float) -> int:
    """The N of "1 in N", to two significant figures; ``rate`` from 0 to 1, taken as 1e-12 at least."""
    rate = max(rate, _SMALLEST_RATE)
    return int(float(f"{1 / rate:.1e}")) if rate < 0.1 else round(1 / rate)


def note_in_words(note: str) -> str:
    """A note for people; one without a fixed name stays as it is."""
    return NOTES.get(note, note)
