"""The dictionary of a spinner, where the user has it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from unspin.errors import InputError

__all__ = ["Pairs", "counted", "known_swaps"]

Pairs = Counter[tuple[str, str]]
"""How often what is found stands for what was written, both in lower case."""


def known_swaps(source: Path | Mapping[str, str] | None) -> Mapping[str, str]:
    """The original of each spun word or phrase, both in lower case.

    Args:
        source: a mapping, a file (a JSON object, or lines of the two words with a tab between, and perhaps how often one
            stood for the other), or None for no dictionary. Of several originals that counts which makes up more than half;
            without one the reader decides, and a word that mostly stood for itself is none of a spinner's.

    Raises:
        InputError: the file is not there, is no dictionary, or has nothing in it.
    """
    if source is None:
        return {}
    pairs = _from_file(source) if isinstance(source, Path) else source
    lower = {str(found).lower(): str(original).lower() for found, original in pairs.items()}
    return {found: original for found, original in lower.items() if found != original}


def _from_file(path: Path) -> Mapping[str, str]:
    every: Mapping[Any, Any]
    pairs: Mapping[str, str]
    try:
        text = path.read_text(encoding="utf-8-sig")
        if text.lstrip().startswith("{"):
            every = pairs = json.loads(text)
            if not all(isinstance(original, str) for original in pairs.values()):
                raise ValueError("an original that is no word")
        else:
            every = counted(text)
            pairs = _mostly(every)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not a dictionary: a JSON object or lines of two words with a tab between") from error
    if not every:
        raise InputError(f"{path}: a dictionary without a pair in it")
    return pairs


def counted(text: str) -> Pairs:
    """The pairs in lines of ``found``, ``original`` and perhaps ``times``, with tabs between; one without a number counts once.

    Raises:
        ValueError: a line has no two words, or something else than a number after them.
    """
    pairs: Pairs = Counter()
    for line in filter(str.strip, text.splitlines()):
        found, original, *rest = line.split("\t")
        times = "\t".join(rest).strip() or "1"
        if not times.isdecimal():
            raise ValueError(f"{times}: no number")
        pairs[found.lower(), original.lower()] += int(times)
    return pairs


def _mostly(pairs: Pairs) -> Mapping[str, str]:
    """For each spun word the original that it stood for more often than for all others together."""
    times: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (found, original), often in pairs.items():
        times[found][original] += often
    best = ((found, *originals.most_common(1)[0], originals.total()) for found, originals in times.items())
    return {found: original for found, original, often, total in best if 2 * often > total}
