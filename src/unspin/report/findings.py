"""Readings as tools that check files give them: ``path:line:col`` lines, SARIF 2.1.0, a diff.

Lines and columns count from 1; a column is a code point. A document that is no plain text has no lines that its reader
could open, so its findings name page and paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any, Final
from urllib.parse import quote

from unspin.errors import UnspinError
from unspin.reading import Reading, Substitution
from unspin.report.lines import Lines
from unspin.report.source import Entry
from unspin.report.version import version
from unspin.report.wording import alternatives_in_words, percent, verdict
from unspin.text.edits import apply

__all__ = ["diff", "lines", "sarif"]

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_RULES: Final = (
    ("spun-text", "SpunText", "The text reads as machine-spun.",
     "Its words were probably swapped one by one for synonyms by a machine. Evidence about a text, not an accusation."),
    ("swapped-word", "SwappedWord", "A word looks swapped.",
     "It probably stands for another word. The word offered is a probability, not a quotation."),
)  # fmt: skip
_TEXT: Final = "text"
_CONTEXT: Final = 3  # lines of a diff around what differs
_LINE: Final = re.compile(r"[^\n\r]*+(?:\r\n|[\n\r])|[^\n\r]++")
_Block = tuple[int, int, list[Substitution]]  # the first line and the last, from 0, and what is swapped in them


def lines(entry: Entry) -> Iterator[str]:
    """``"page.txt:3:5: caller: probably new (75%)"`` for each swap, in order; first the verdict on a spun text."""
    reading = entry.outcome
    if not isinstance(reading, Reading):
        return
    name, at = entry.source.name, _where(entry, reading)
    if reading.spun:
        yield f"{name}:{at(0)}: {verdict(reading)}"
    for s in reading.substitutions:
        yield f"{name}:{at(s.start)}: {_told(s)}"


def diff(reading: Reading, name: str) -> str:
    """A unified diff from the text to what was probably written; ``""`` where nothing is restored.

    Which lines differ follows from the swaps, so that nothing need be compared.
    """
    counted = Lines(reading.text)
    blocks: list[_Block] = []
    for s in reading.substitutions:
        if s.open:
            continue
        first, last = counted.at(s.start)[0] - 1, counted.at(s.end)[0] - 1
        if blocks and first <= blocks[-1][1]:
            begun, _, swaps = blocks[-1]
            swaps.append(s)
            blocks[-1] = (begun, last, swaps)
        else:
            blocks.append((first, last, [s]))
    return f"--- {name}\n+++ {name} (restored)\n" + "".join(_hunks(reading.text, blocks)) if blocks else ""


def _hunks(text: str, blocks: Sequence[_Block]) -> Iterator[str]:
    """The hunks of a diff: each block of changed lines with the lines around it, those that touch each other together."""
    rows = _LINE.findall(text)
    starts = [0, *accumulate(map(len, rows))]
    moved = k = 0  # lines that the hunks so far have gained; the next block
    while k < len(blocks):
        begin = at = max(0, blocks[k][0] - _CONTEXT)
        body: list[str] = []
        gained = 0
        while k < len(blocks) and (not body or blocks[k][0] - at <= 2 * _CONTEXT):
            first, last, swaps = blocks[k]
            after = min(last + 1, len(rows))
            low = starts[first]
            inside = [replace(s, start=s.start - low, end=s.end - low) for s in swaps]
            restored = _LINE.findall(apply(text[low : starts[after]], inside))
            body += [" " + row for row in rows[at:first]]
            body += ["-" + row for row in rows[first:after]] + ["+" + row for row in restored]
            gained += len(restored) - (after - first)
            at = after
            k += 1
        end = min(len(rows), at + _CONTEXT)
        body += [" " + row for row in rows[at:end]]
        yield f"@@ -{begin + 1},{end - begin} +{begin + 1 + moved},{end - begin + gained} @@\n"
        yield from (row if row.endswith(("\n", "\r")) else f"{row}\n\\ No newline at end of file\n" for row in body)
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
    at = Lines(reading.text) if entry.source.format == _TEXT else None
    if reading.spun:
        yield _result(entry, 0, "warning", verdict(reading), None if at is None else _region(at, 0, 0))
    for s in reading.substitutions:
        region = None if at is None else _region(at, s.start, s.end)
        place = "" if at is not None else entry.source.where(s.start)
        result = _result(entry, 1, "note", f"{place}: {_told(s)}" if place else _told(s), region)
        if region is not None and not s.open:
            replacement = {"deletedRegion": region, "insertedContent": {"text": s.original}}
            change = {"artifactLocation": _artifact(entry), "replacements": [replacement]}
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


def _region(at: Lines, start: int, end: int) -> dict[str, int]:
    (line, column), (last, after) = at.at(start), at.at(end)
    return {"startLine": line, "startColumn": column, "endLine": last, "endColumn": after}


def _artifact(entry: Entry) -> dict[str, str]:
    name = entry.source.name.replace("\\", "/")
    return {"uri": quote(name.encode("utf-8", "replace"), safe="/~._-")}


def _told(s: Substitution) -> str:
    found = " ".join(s.found.split())
    others = alternatives_in_words(s.alternatives)
    if s.open:
        return f"{found}: looks swapped" + (f", perhaps for {others}" if others else "")
    original = s.original.strip()
    meant = f"probably {original}" if original else "probably put in"
    return f"{found}: {meant} ({percent(s.confidence)})"


def _where(entry: Entry, reading: Reading) -> Callable[[int], str]:
    """From an offset to ``"3:5"``, or to ``" p. 3, par. 2"`` in what is no plain text."""
    if entry.source.format != _TEXT:
        return lambda offset: f" {entry.source.where(offset)}".rstrip()
    counted = Lines(reading.text)
    return lambda offset: "{}:{}".format(*counted.at(offset))
