"""A reading that a client sends back: taken only where it is one in every part.

``from_json`` reads what this program wrote and is easy on the types of figures. A client may send anything, so what comes of
it is compared with what was sent, and the figures with their ranges.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import orjson

from unspin.errors import InvalidReading
from unspin.reading import Reading
from unspin.report.json import from_json

__all__ = ["reading_of"]

_SAID_ANEW = frozenset({"unspin", "says"})  # of another version perhaps, and not carried over


def reading_of(record: dict[str, Any]) -> Reading:
    """The reading that ``record`` is.

    Raises:
        InvalidReading: it is none, or does not fit together.
    """
    try:
        reading = from_json(orjson.dumps(record))
    except TypeError:  # too deep, beyond 64 bits, or not Unicode
        raise InvalidReading("not a reading; send one as /v1/read gives it") from None
    again = reading.to_dict()
    wrong = [key for key in again if key not in _SAID_ANEW and not _same(record.get(key), again[key])]
    wrong += [key for key in sorted(_SAID_ANEW) if not (isinstance(record.get(key), str) and record[key])]
    wrong += [key for key in sorted(record) if key not in again][:1]
    wrong += _out_of_range(reading)
    if wrong:
        raise InvalidReading(f"a damaged reading ({wrong[0][:40]}); send one as /v1/read gives it")
    return reading


def _same(sent: Any, taken: Any) -> bool:
    """Equality that tells true from 1; a figure may be written as 4 or as 4.0."""
    if isinstance(sent, bool) or isinstance(taken, bool):
        return sent is taken
    if isinstance(taken, dict):
        return isinstance(sent, dict) and sent.keys() == taken.keys() and all(_same(sent[k], taken[k]) for k in taken)
    if isinstance(taken, list):
        same = isinstance(sent, list) and len(sent) == len(taken)
        return same and all(map(_same, sent, taken))
    return bool(sent == taken)


def _out_of_range(reading: Reading) -> list[str]:
    """The figures and spans that cannot be."""
    size = len(reading.text)
    probable = [(name, getattr(reading, name)) for name in ("false_positive_rate", "share")]
    probable += [
        ("substitutions", p) for s in reading.substitutions for p in (s.confidence, *(a[1] for a in s.alternatives))
    ]
    wrong = [name for name, value in probable if not 0 <= value <= 1]
    wrong += ["words"] if reading.words < 0 else []
    wrong += ["substitutions" for s in reading.substitutions if reading.text[s.start : s.end] != s.found]
    borders = [0, *(offset for passage in reading.passages for offset in passage), size]
    wrong += ["passages" for a, b in pairwise(borders) if a > b]
    wrong += ["quotations" for q in reading.quotations if not 0 <= q.start <= q.end <= size]
    return wrong
