"""The dictionary of a spinner, where the user has it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from unspin.errors import InputError

__all__ = ["known_swaps"]


def known_swaps(source: Path | Mapping[str, str] | None) -> Mapping[str, str]:
    """The original of each spun word, both in lower case.

    Args:
        source: a mapping, a file (a JSON object, or lines of the two words with a tab between, and perhaps how often one
            stood for the other), or None for no dictionary. Of several originals that counts which makes up more than half;
            without one the reader decides, and a word that mostly stood for itself is none of a spinner's.

    Raises:
        InputError: the file is not there or is no dictionary.
    """
    if source is None:
        return {}
    pairs = _from_file(source) if isinstance(source, Path) else source
    lower = {str(found).lower(): str(original).lower() for found, original in pairs.items()}
    return {found: original for found, original in lower.items() if found != original}


def _from_file(path: Path) -> Mapping[str, str]:
    try:
        text = path.read_text(encoding="utf-8")
        if text.lstrip().startswith("{"):
            pairs: Mapping[str, str] = json.loads(text)
            return pairs
        return _mostly(line.split("\t") for line in text.splitlines() if line.strip())
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not a dictionary: a JSON object or lines of two words with a tab between") from error


def _mostly(rows: Iterable[Sequence[str]]) -> Mapping[str, str]:
    """For each spun word the original that it stood for more often than for all others together.

    Raises:
        ValueError: a row has no two words, or no number after them.
    """
    times: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for found, original, *often in rows:
        times[found.lower()][original.lower()] += int(often[0]) if often and often[0].strip() else 1
    best = ((found, *originals.most_common(1)[0], originals.total()) for found, originals in times.items())
    return {found: original for found, original, often, total in best if 2 * often > total}
