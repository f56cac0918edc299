"""Readings as tools that check files give them: ``path:line:col`` lines, SARIF 2.1.0, a diff.

Lines and columns count from 1; a column is a code point. They are those of the file: of plain text, and of Markdown, LaTeX,
JATS and TEI with their marks. What no editor opens has none, so its findings name page and paragraph.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import PurePath
from posixpath import normpath
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from unspin.errors import UnspinError
from unspin.reading import Reading, Substitution
from unspin.report.lines import Positions
from unspin.report.source import Entry
from unspin.report.wording import alternatives_in_words, percent
from unspin.text.edits import Edit, apply
from unspin.version import version

__all__ = ["diff", "lines", "sarif"]

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_RULES: Final = (
    ("spun-text", "SpunText", "The text reads as machine-spun.",
     "Its words were probably swapped one by one for synonyms by a machine. Evidence about a text, not an accusation."),
    ("swapped-word", "SwappedWord", "A word looks swapped.",
     "It probably stands for another word. The word offered is a probability, not a quotation."),
)  # fmt: skip
_CONTEXT: Final = 3  # lines of a diff around what differs
_LINE: Final = re.compile(r"[^\n]*+\n|[^\n]++")
_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)


class _Moved(NamedTuple):
    """An edit whose offsets are counted from elsewhere."""

    start: int
    end: int
    original: str


_Block = tuple[int, int, list[_Moved]]  # the first line and the last, from 0, and what is changed in them


def _moved(edit: Edit, by: int) -> _Moved:
    return _Moved(edit.start + by, edit.end + by, edit.original)


def lines(entry: Entry) -> Iterator[str]:
    """``"page.txt:3:5: caller: probably new (75%)"`` for each swap, in order; first the verdict on a spun text."""
    reading = entry.outcome
    if not isinstance(reading, Reading):
        return
    places = Positions(entry.source, reading.text)
    if reading.spun:
        yield f"{_leading(places, 0, 1)}: {reading.says}"
    for s in reading.substitutions:
        yield f"{_leading(places, s.start, s.end)}: {_told(s)}"


def _leading(places: Positions, start: int, end: int) -> str:
    """``"page.txt:3:5"``, or ``"paper.pdf: p. 3, par. 2"``."""
    span = places.span(_Moved(start, end, ""))
    if span is not None:
        return "{}:{}:{}".format(places.source.name, *span[0])
    return ": ".join(filter(None, (places.source.name, places.source.where(start))))


def diff(entry: Entry, lead: str = "") -> str:
    """A unified diff from the document to what was probably written; ``""`` where nothing is restored.

    It is one of the file where an editor shows that, else one of the text that was read. A line ends with a line feed, as
    ``diff`` and ``patch`` have it. Which lines differ follows from the swaps, so that nothing need be compared.

    Args:
        entry: the document.
        lead: what stands in the file before the text: a byte order mark.
    """
    reading = entry.outcome
    if not isinstance(reading, Reading):
        return ""
    places = Positions(entry.source, reading.text)
    swaps = [s for s in reading.substitutions if not s.open]
    text = reading.text if places.text is None else places.text
    made = [(s,) if places.text is None else places.edits(s) for s in swaps]
    # Notes stand elsewhere in the file than they are read.
    edits = sorted(_moved(edit, len(lead)) for of_swap in made for edit in of_swap)
    rows = _LINE.findall(lead + text)
    starts = [0, *accumulate(map(len, rows))]
    blocks: list[_Block] = []
    for edit in edits:
        first, last = (bisect_right(starts, at) - 1 for at in (edit.start, max(edit.start, edit.end - 1)))
        if blocks and first <= blocks[-1][1]:
            begun, until, inside = blocks[-1]
            inside.append(edit)
            blocks[-1] = (begun, max(until, last), inside)
        else:
            blocks.append((first, last, [edit]))
    name = entry.source.name
    return f"--- {name}\n+++ {name} (restored)\n" + "".join(_hunks(rows, starts, blocks)) if blocks else ""


def _hunks(rows: Sequence[str], starts: Sequence[int], blocks: Sequence[_Block]) -> Iterator[str]:
    """The hunks of a diff: each block of changed lines with the lines around it, those that touch each other together."""
    moved = k = 0  # lines that the hunks so far have gained; the next block
    while k < len(blocks):
        begin = at = max(0, blocks[k][0] - _CONTEXT)
        body: list[str] = []
        gained = 0
        while k < len(blocks) and (not body or blocks[k][0] - at <= 2 * _CONTEXT):
            first, last, edits = blocks[k]
            after = min(last + 1, len(rows))
            low = starts[first]
            inside = [_moved(edit, -low) for edit in edits]
            restored = _LINE.findall(apply("".join(rows[first:after]), inside))
            body += [" " + row for row in rows[at:first]]
            body += ["-" + row for row in rows[first:after]] + ["+" + row for row in restored]
            gained += len(restored) - (after - first)
            at = after
            k += 1
        end = min(len(rows), at + _CONTEXT)
        body += [" " + row for row in rows[at:end]]
        yield f"@@ -{begin + 1},{end - begin} +{begin + 1 + moved},{end - begin + gained} @@\n"
        yield from (row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in body)
        moved += gained


def sarif(entries: Sequence[Entry]) -> dict[str, Any]:
    """One run of SARIF 2.1.0 (OASIS) on these documents, as plain dicts, lists, strings and numbers.

    Each swap is a result with the restored word as its fix; the verdict on a spun text is one too. What could not be read is
    a notification of the invocation.
    """
    rules = [
        {"id": identity, "name": name, "shortDescription": {"text": short}, "fullDescription": {"text": full},
         "help": {"text": full}, "defaultConfiguration": {"level": "warning" if identity == "spun-text" else "note"}}
        for identity, name, short, full in _RULES
    ]  # fmt: skip
    failed = [
        {"level": "error", "message": {"text": str(entry.outcome)}, "descriptor": {"id": type(entry.outcome).__name__},
         "locations": [{"physicalLocation": {"artifactLocation": _artifact(entry)}}]}
        for entry in entries if isinstance(entry.outcome, UnspinError)
    ]  # fmt: skip
    invocation: dict[str, Any] = {"executionSuccessful": not failed}
    if failed:
        invocation["toolExecutionNotifications"] = failed
    driver = {"name": "unspin", "version": version(), "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": [result for entry in entries for result in _results(entry)],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _results(entry: Entry) -> Iterator[dict[str, Any]]:
    reading = entry.outcome
    if not isinstance(reading, Reading):
        return
    places = Positions(entry.source, reading.text)
    fetched = _ADDRESS.match(entry.source.name)  # nobody mends a page elsewhere
    if reading.spun:
        span = places.span(_Moved(0, 1, ""))
        yield _result(entry, 0, "warning", reading.says, None if span is None else _region(span[0], span[0]))
    for s in reading.substitutions:
        span = places.span(s)
        place = "" if span is not None else entry.source.where(s.start)
        region = None if span is None else _region(*span)
        result = _result(entry, 1, "note", f"{place}: {_told(s)}" if place else _told(s), region)
        edits = () if s.open or fetched else places.edits(s)
        if edits:
            change = {"artifactLocation": _artifact(entry), "replacements": [_replacement(places, e) for e in edits]}
            result["fixes"] = [{"description": {"text": "restore the word"}, "artifactChanges": [change]}]
        yield result


def _result(entry: Entry, rule: int, level: str, text: str, region: dict[str, int] | None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(entry)}
    if region is not None:
        physical["region"] = region
    return {
        "ruleId": _RULES[rule][0],
        "ruleIndex": rule,
        "level": level,
        "message": {"text": text},
        "locations": [{"physicalLocation": physical}],
    }


def _region(begins: tuple[int, int], ends: tuple[int, int]) -> dict[str, int]:
    return {"startLine": begins[0], "startColumn": begins[1], "endLine": ends[0], "endColumn": ends[1]}


def _replacement(places: Positions, edit: Edit) -> dict[str, Any]:
    return {
        "deletedRegion": _region(places.stands(edit.start), places.stands(edit.end)),
        "insertedContent": {"text": edit.original},
    }


def _artifact(entry: Entry) -> dict[str, str]:
    """Where the document lies, as a URI: an address as it is, a path as one from the folder in which the command ran."""
    name = entry.source.name
    if _ADDRESS.match(name):
        return {"uri": quote(name.encode("utf-8", "replace"), safe="/:?#[]@!$&'()*+,;=~._-%")}
    if PurePath(name).is_absolute():
        return {"uri": PurePath(name).as_uri()}
    return {"uri": quote(normpath(name.replace("\\", "/")).encode("utf-8", "replace"), safe="/~._-")}


def _told(s: Substitution) -> str:
    found = " ".join(s.found.split())
    others = alternatives_in_words(s.alternatives)
    if s.open:
        return f"{found}: looks swapped" + (f", perhaps for {others}" if others else "")
    original = s.original.strip()
    meant = f"probably {original}" if original else "probably put in"
    return f"{found}: {meant} ({percent(s.confidence)})"
