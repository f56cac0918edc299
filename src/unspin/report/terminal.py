"""A reading for the terminal, or as plain text for a pipe.

The same blocks are shown in both. A terminal gets colour and lines broken at its width; a pipe gets neither, so every
mark is a sign as well as a colour: ‹word› is restored, ‹word?› is a guess, ‹› is a word taken out. Where no guess is sure
enough, the word stands as it was found, with the likeliest guess behind it: ‹found: guess?›. Where a part of the text alone
reads as spun, it stands between ⟦ and ⟧.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from unspin.reading import UNJUDGED, Quotation, Reading, Substitution, note_in_words
from unspin.report import passages
from unspin.report.lines import Positions
from unspin.report.source import TYPED, Source
from unspin.report.wording import GUESS_BELOW, spinner_in_words

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = ["COLOURS", "SIGN_CLOSE", "SIGN_OPEN", "WordRow", "plain", "show", "word_rows"]

SIGN_OPEN = "‹"
SIGN_CLOSE = "›"
_LEGEND = "‹word› restored   ‹word?› a guess   ‹› a word taken out"
_LEGEND_PART = f"   {passages.SIGN_OPEN}…{passages.SIGN_CLOSE} reads as spun"
_LEGEND_OPEN = "   ‹found: word?› left as found, perhaps swapped for word"
COLOURS = {"spun": "bold red", "written": "bold green", "unjudged": "bold yellow"}
_RESTORED = "bold green"
_GUESSED = "yellow"
_HEADING = "bold"
_PART = "bold"
_MOST_PARTS = 20  # named one by one
_HARMLESS = "\t\u200c\u200d\u00ad"  # tab, joiners and soft hyphen; not the marks that turn the direction of a line
_COLUMNS = ("first", "times", "found", "original", "confidence", "walk")
_FIGURES = 2  # columns that are set flush right


@dataclass(frozen=True, slots=True)
class WordRow:
    """One swap of the table of words.

    Attributes:
        first: the first place: ``"line:column"``, both from 1, a column being a code point; ``"p. 3, par. 2"`` in what no
            editor opens.
        times: how often it occurs.
        found: the word in the text, in lower case.
        original: what it stands for; empty where it was put in, ``"(as found)"`` with the guesses where it is open.
        confidence: mean over the occurrences, 0 to 1; of the likeliest guess where it is open.
        walk: ``"new → fresh → caller"``, or empty.
    """

    first: str
    times: int
    found: str
    original: str
    confidence: float
    walk: str


def word_rows(reading: Reading, source: Source = TYPED) -> list[WordRow]:
    """Each distinct swap once, in order of first appearance."""
    places = Positions(source, reading.text)
    groups: dict[tuple[str, str], list[Substitution]] = {}
    for substitution in reading.substitutions:
        groups.setdefault((substitution.found.strip().lower(), substitution.original.lower()), []).append(substitution)
    return [
        WordRow(
            first=_position(places, group[0]),
            times=len(group),
            found=found,
            original=_guesses(group) if group[0].open else original,
            confidence=sum(map(_surest, group)) / len(group),
            walk=" → ".join(next((s.route for s in group if s.route), ())),
        )
        for (found, original), group in groups.items()
    ]


def _position(places: Positions, substitution: Substitution) -> str:
    """Where the word stands, without the white space that goes with one that was put in."""
    space = len(substitution.found) - len(substitution.found.lstrip())
    return places.in_words(substitution.start + space % max(1, len(substitution.found)))


def _surest(substitution: Substitution) -> float:
    """The probability of what a row offers: of the likeliest guess where a place is open, and not that it is as found."""
    return (
        substitution.alternatives[0][1] if substitution.open and substitution.alternatives else substitution.confidence
    )


def _guesses(group: Sequence[Substitution]) -> str:
    """The likeliest guess of each of some open places, each once."""
    guesses = dict.fromkeys(word for s in group for word, _ in s.alternatives[:1])
    return " ".join(["(as found)", ", ".join(f"{guess}?" for guess in guesses)]).rstrip()


def plain(reading: Reading, source: Source = TYPED, *, words: bool = False) -> str:
    """The reading as text without colour or control codes, ending in a line break."""
    return "".join(text + "\n" for text, _ in _blocks(reading, source, words))


def show(reading: Reading, console: Console, source: Source = TYPED, *, words: bool = False) -> None:
    """Print the reading to a terminal, in colour, broken at its width.

    Control characters of the text are shown as signs: a document must not steer the terminal.
    """
    for text, spans in _blocks(reading, source, words):
        for line in _styled(text, spans):
            console.print(line, overflow="fold")


# A block is its text and the styled spans in it, (start, end, style), in order.
_Spans = list[tuple[int, int, str]]
_Block = tuple[str, _Spans]


def _blocks(reading: Reading, source: Source, words: bool) -> Iterator[_Block]:
    name = reading.verdict
    sentence = reading.says
    yield sentence, [(0, len(sentence.split(";")[0].split(":")[0]), COLOURS[name])]
    if reading.spun:
        yield f"spinner: {spinner_in_words(reading.spinner)}", []
    for note in reading.notes:
        if note not in UNJUDGED:
            yield f"note: {note_in_words(note)}", []
    yield from _parts(reading, source)
    if not reading.substitutions:
        return
    yield "", []
    legend = _LEGEND + (_LEGEND_OPEN if any(s.open for s in reading.substitutions) else "")
    legend += _LEGEND_PART if passages.partial(reading) else ""
    yield legend, [(0, len(legend), "dim")]
    yield from _section("Restored text")
    yield _marked(reading, 0, len(reading.text.rstrip("\r\n")), parts=True)
    if words:
        yield from _section("Words")
        yield from _table(word_rows(reading, source))
    yield from _quotations(reading)


def _parts(reading: Reading, source: Source) -> Iterator[_Block]:
    """Which part of the text reads as spun, where it is not the whole."""
    found = passages.partial(reading)
    if not found:
        return
    yield f"in part: {passages.in_words(reading)}", []
    places = Positions(source, reading.text)
    for start, end in found[:_MOST_PARTS]:
        yield f"  {places.span_in_words(start, end)}: {_one_line(passages.ends(reading, start, end))}", []
    if len(found) > _MOST_PARTS:
        yield f"  and {len(found) - _MOST_PARTS:,} more", []


def _section(title: str) -> Iterator[_Block]:
    yield "", []
    yield title, [(0, len(title), _HEADING)]
    yield "", []


def _quotations(reading: Reading) -> Iterator[_Block]:
    altered = [quotation for quotation in reading.quotations if quotation.altered]
    if not altered:
        return
    yield from _section("Quotations that were altered")
    for i, quotation in enumerate(altered):
        if i:
            yield "", []
        yield from _quotation(reading, quotation)


def _quotation(reading: Reading, quotation: Quotation) -> Iterator[_Block]:
    speaker = quotation.speaker or "speaker not named"
    yield speaker, [(0, len(speaker), "bold" if quotation.speaker else "dim")]
    yield f"  the page says      “{_one_line(quotation.found)}”", []
    text, spans = _marked(reading, quotation.start, quotation.end)
    lead = "  was probably said  “"
    yield lead + _one_line(text) + "”", [(a + len(lead), b + len(lead), style) for a, b, style in spans]


def _marked(reading: Reading, start: int, end: int, *, parts: bool = False) -> _Block:
    """``text[start:end]`` restored, every substitution between signs; with ``parts``, what reads as spun as well."""
    pieces: list[str] = []
    spans: _Spans = []
    length = 0

    def add(text: str, style: str | None = None) -> None:
        nonlocal length
        if style is not None:
            spans.append((length, length + len(text), style))
        pieces.append(text)
        length += len(text)

    signs = _signs(reading) if parts else iter(())
    sign = next(signs, None)
    at = start
    for substitution in [*(s for s in reading.substitutions if s.start >= start and s.end <= end), None]:
        before = end if substitution is None else substitution.start
        while sign is not None and (substitution is None or sign[0] <= before):
            offset = min(max(at, sign[0]), end)
            add(reading.text[at:offset])
            add(sign[1], _PART)
            at, sign = offset, next(signs, None)
        add(reading.text[at:before])
        if substitution is not None:
            guess = substitution.confidence < GUESS_BELOW
            add(_mark(substitution), _GUESSED if guess else _RESTORED)
            at = substitution.end
    return "".join(pieces), spans


def _signs(reading: Reading) -> Iterator[tuple[int, str]]:
    """The signs around the parts that read as spun, each with its offset."""
    for start, end in passages.partial(reading):
        yield start, passages.SIGN_OPEN
        yield end, passages.SIGN_CLOSE


def _mark(substitution: Substitution) -> str:
    """What stands at a swapped place, between signs."""
    guess = substitution.confidence < GUESS_BELOW
    likeliest = [word for word, _ in substitution.alternatives[:1] if substitution.open]
    shown = ": ".join([substitution.original, *likeliest])
    return SIGN_OPEN + shown + "?" * (guess and bool(shown)) + SIGN_CLOSE


def _table(rows: Sequence[WordRow]) -> Iterator[_Block]:
    from rich.cells import cell_len

    cells: list[tuple[str, ...]] = [
        _COLUMNS,
        *((r.first, f"{r.times:,}", r.found, r.original or "(nothing)", f"{r.confidence:.2f}", r.walk) for r in rows),
    ]
    cells = [tuple(_one_line(cell) for cell in row) for row in cells]
    widths = [max(cell_len(row[i]) for row in cells) for i in range(len(_COLUMNS))]
    for k, row in enumerate(cells):
        padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        padded[:_FIGURES] = [cell.rjust(width) for cell, width in zip(row[:_FIGURES], widths, strict=False)]
        line = "  ".join(padded).rstrip()
        yield line, [(0, len(line), _HEADING)] if k == 0 else []


def _one_line(text: str) -> str:
    """The text with every line break and control character as one space: as long as it was."""
    return "".join(c if c.isprintable() else " " for c in text)


def _styled(text: str, spans: _Spans) -> Iterator[Text]:
    """The lines of a block with their styles; rich wraps each by itself, which keeps long documents linear."""
    from rich.text import Text

    offset, k = 0, 0
    for line in text.split("\n"):
        end = offset + len(line)
        shown = Text("".join(_visible(c) for c in line))
        while k < len(spans) and spans[k][0] < end:
            start, stop, style = spans[k]
            shown.stylize(style, max(0, start - offset), min(len(line), stop - offset))
            if stop > end:
                break
            k += 1
        yield shown
        offset = end + 1


def _visible(char: str) -> str:
    """A character that cannot steer a terminal, one for one."""
    if char.isprintable() or char in _HARMLESS:
        return char
    if char.isspace():
        return " "
    code = ord(char)
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"
