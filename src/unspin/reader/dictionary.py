"""The dictionary of a spinner, where the user has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from unspin.errors import InputError

__all__ = ["known_swaps"]


def known_swaps(source: Path | Mapping[str, str] | None) -> Mapping[str, str]:
    """The original of each spun word, both in lower case.

    Args:
        source: a mapping, a file (a JSON object, or lines of the two words with a tab between), or None for no dictionary.

    Raises:
        InputError: the file is not there or is no dictionary.
    """
    if source is None:
        return {}
    pairs = _from_file(source) if isinstance(source, Path) else source
    return {str(found).lower(): str(original).lower() for found, original in pairs.items()}


def _from_file(path: Path) -> Mapping[str, str]:
    try:
        text = path.read_text(encoding="utf-8")
        if text.lstrip().startswith("{"):
            pairs: Mapping[str, str] = json.loads(text)
            return pairs
        return dict(line.split("\t")[:2] for line in text.splitlines() if line.strip())
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not a dictionary: a JSON object or lines of two words with a tab between") from error
