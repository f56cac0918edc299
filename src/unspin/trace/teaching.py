"""What a pair of page and source teaches: the spinner's dictionary, in a file that grows with each pair.

The file has a line for what a word stood for and how often, tabs between: ``found``, ``original``, ``times``. A word that was
found untouched too has a line of its own with itself, so that one swap in passing does not make a common word a swapped one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from unspin.comparison import Comparison, Remark
from unspin.errors import InputError
from unspin.files import save
from unspin.reader.dictionary import Pairs, counted
from unspin.trace.sides import side

__all__ = ["known_pairs", "lesson", "teach"]


def lesson(found: Comparison) -> Pairs:
    """What a pair teaches; nothing where its texts are the same or too short to say that one was made of the other."""
    pairs: Pairs = Counter()
    if Remark.IDENTICAL in found.notes or Remark.TOO_SHORT in found.notes:
        return pairs
    for entry in found.dictionary:
        pairs[entry.found, entry.original] += entry.times
    swapped = {entry.found for entry in found.dictionary}
    for word in _untouched(found):
        if word in swapped:
            pairs[word, word] += 1
    return pairs


def _untouched(found: Comparison) -> list[str]:
    """The words of the page that the source has too, at the same place."""
    page = side(found.page)
    kept: list[str] = []
    passage = change = 0
    for i in page.counts.nonzero()[0].tolist():
        start = int(page.start[i])
        while passage < len(found.passages) and found.passages[passage].end <= start:
            passage += 1
        while change < len(found.changes) and found.changes[change].end <= start:
            change += 1
        inside = passage < len(found.passages) and found.passages[passage].start <= start
        changed = change < len(found.changes) and found.changes[change].start <= start
        if inside and not changed:
            kept.append(page.words.lower[i])
    return kept


def known_pairs(path: Path) -> Pairs:
    """What a file holds already; nothing where there is none.

    Raises:
        InputError: it cannot be read, or is no such file.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise InputError(f"{path}: a device or a pipe keeps nothing; name a file")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Counter()
    except (OSError, ValueError) as error:
        said = (getattr(error, "strerror", None) or "not UTF-8").lower()
        raise InputError(f"{path}: cannot be read ({said}); name another file") from None
    try:
        return counted(text)
    except ValueError:
        raise InputError(
            f"{path}: not a dictionary of lines with tabs between (found, original, times); name another file"
        ) from None


def teach(path: Path, learned: Mapping[tuple[str, str], int]) -> Pairs:
    """Add what was learned to a dictionary, which is made where there is none; what it holds then.

    Raises:
        InputError: there is something else of that name.
        OutputError: it cannot be written; what was there before stays.
    """
    pairs = known_pairs(path)
    pairs.update(learned)
    rows = sorted(pairs.items(), key=lambda row: (row[0][0], -row[1], row[0][1]))  # of a word, the likeliest first
    data = "".join(f"{found}\t{original}\t{times}\n" for (found, original), times in rows)
    save(path, data.encode("utf-8", "replace"), said=f"--teach {path}")
    return pairs
