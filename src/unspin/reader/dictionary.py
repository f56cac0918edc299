"""The dictionary of a spinner, where the user has it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from unspin.errors import InputError

__all__ = ["known_swaps"]


def known_swaps(source: Path | Mapping[str, str] | None) -> Mapping[str, str]:
    """The original of each spun word, both in lower case.

    Args:
        source: a mapping, a file (a JSON object, or lines of the two words with a tab between, and perhaps how often one
            stood for the other), or None for no dictionary. Of several originals the most frequent counts; a word that
            mostly stood for itself is none of a spinner's.

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
        return _most_frequent(line.split("\t") for line in text.splitlines() if line.strip())
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not a dictionary: a JSON object or lines of two words with a tab between") from error


def _most_frequent(rows: Iterable[Sequence[str]]) -> Mapping[str, str]:
    """For each spun word the original that it stood for most often, the last of several.

    Raises:
        ValueError: a row has no two words, or no number after them.
    """
    best: dict[str, tuple[int, str]] = {}
    for found, original, *times in rows:
        often = int(times[0]) if times and times[0].strip() else 1
        if found not in best or often >= best[found][0]:
            best[found] = often, original
    return {found: original for found, (_, original) in best.items()}
