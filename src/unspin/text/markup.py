"""Markup in a text: HTML, Markdown, front matter, references. What it says is read, what it is made of is not.

Pages come in as they are pasted, and a text wrapped in tags must read as the text alone does. These are telltales and no
grammars: what is cut too much is marks, which say nothing about a text, and what is cut too little is left alone by the
reader anyway. Libraries that parse Markdown do not say where in the text its inline parts stand.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from unspin.text.view import LITERAL, Cut, visible

__all__ = ["markup"]

_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*+)((?:[\s/][^<>]*+)?)>")
_INLINE: Final = frozenset(
    "a abbr acronym b bdi bdo big cite data del dfn em font i img input ins kbd label mark q rp rt ruby s samp small span"
    " strike strong sub sup time tt u var wbr code button nobr picture source".split()
)
_BLOCKS: Final = frozenset(
    "address article aside audio base blockquote body br caption center col colgroup dd details dialog dir div dl dt embed"
    " fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe legend li"
    " link main map math menu meta nav noscript object ol optgroup option p param pre script section select style summary"
    " svg table tbody td template textarea tfoot th thead title tr track ul video area".split()
)
_UNREAD: Final = frozenset("head script style svg math template textarea pre".split())
"""Elements of which nothing is read."""
_CODE: Final = frozenset("code kbd samp tt var".split())
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_COMMENT: Final = re.compile(r"<!--|-->")
_DECLARATION: Final = re.compile(r"<[!?][A-Za-z][^<>]*+>")

_FENCE: Final = re.compile(r"^[ \t>]*+(`{3,}+|~{3,}+)([^`\n]*+)$", re.M)
_TICKS: Final = re.compile("`++")
_LONGEST_CODE: Final = 1000  # code points between two backticks
_TARGET: Final = re.compile(
    r"\]\([^\s()<>]*+(?:\([^\s()<>]*+\)[^\s()<>]*+)*+(?:[ \t]++(?:\"[^\"\n]*+\"|'[^'\n]*+'))?+[ \t]*+\)"
    r"|\]\[[^\[\]\n]{0,80}+\]"
)
_LONGEST_LINK: Final = 1000  # code points of its text
_LINES: Final = re.compile(
    r"^[ \t]{0,3}+\[[^\]\n]{1,80}+\]:[ \t]++\S[^\n]*+$"  # the target of a reference
    r"|^[ \t]{0,3}+(?:>[ \t]?)++"  # a quoted block
    r"|^[ \t]{0,3}+#{1,6}[ \t]++|(?<=[^\s#])[ \t]{1,4}#{1,6}[ \t]{0,4}$"  # a heading
    r"|^(?:={3,}|-{3,})[ \t]*+$",
    re.M,
)
_EMPHASIS: Final = re.compile(r"(?<![\w*_])(?:[*_]{1,3}|~~)(?=[^\s*_~])|(?<=[^\s*_~])(?:[*_]{1,3}|~~)(?![\w*_])")
_MOST_FRONT: Final = 20_000
_FRONT_LINE: Final = re.compile(r"[ \t]*(?:#|-|[\w\"'.-]+[ \t]*[:=]|[\]}])|[ \t]+\S|\s*$")
_YEAR: Final = r"(?:1[5-9]|20)\d\d[a-z]?"
_CITATION: Final = re.compile(
    r"\[\d{1,4}(?:[ \t]?[,;–-][ \t]?\d{1,4}){0,40}+\]"  # [3, 5–7]
    r"|\[\^[^\]\s]{1,40}+\]:?"  # a footnote
    r"|\[@[^\]\n]{1,200}+\]"
    r"|\\(?:cite|ref|eqref|autocite|textcite|footcite|parencite|label)[a-z]{0,4}\*?(?:\[[^\]\n]{0,80}+\])?\{[^{}\n]{0,200}+\}"
    rf"|\((?:see |e\.g\.,? |cf\. )?[A-Z][^()\n;]{{0,60}}?,? {_YEAR}(?:; ?[A-Z][^()\n;]{{0,60}}?,? {_YEAR}){{0,20}}\)"
)


def markup(text: str) -> Iterator[Cut]:
    """What is markup in a text, and what stands for it; cuts may overlap, and then the first one holds."""
    yield from _front_matter(text)
    if "```" in text or "~~~" in text:
        yield from _fences(text)
    if "<" in text:
        yield from _comments(text)
        yield from _tags(text)
    if "&" in text:
        yield from _entities(text)
    if "`" in text:
        yield from _code(text)
    if "](" in text or "][" in text:
        yield from _links(text)
    yield from (Cut(*match.span()) for match in _LINES.finditer(text))
    if "*" in text or "_" in text or "~" in text:
        yield from (Cut(*match.span()) for match in _EMPHASIS.finditer(text))
    if "[" in text or "(" in text or "\\" in text:
        yield from (Cut(*match.span()) for match in _CITATION.finditer(text))


def _front_matter(text: str) -> Iterator[Cut]:
    """The block of settings before a page, between two lines of dashes or plusses."""
    fence = text[:3]
    if fence not in ("---", "+++") or text[3:4] not in ("\n", "\r"):
        return
    end = text.find("\n" + fence, 3, _MOST_FRONT)
    body = text[4:end].splitlines()
    whole = end > 0 and text[end + 4 : end + 5] in ("", "\n", "\r")
    if whole and any(":" in line or "=" in line for line in body) and all(map(_FRONT_LINE.match, body)):
        yield Cut(0, end + 4)


def _fences(text: str) -> Iterator[Cut]:
    """Blocks of code between fences; one that is not closed is none."""
    fences = [(match.start(), match.end(), match[1], not match[2].strip()) for match in _FENCE.finditer(text)]
    closers: defaultdict[str, list[int]] = defaultdict(list)
    for number, (_, _, ticks, bare) in enumerate(fences):
        if bare:
            closers[ticks].append(number)
    number = 0
    while number < len(fences):
        start, _, ticks, _ = fences[number]
        later = closers[ticks]
        k = bisect_left(later, number + 1)
        if k < len(later):
            number = later[k]
            yield Cut(start, fences[number][1])
        number += 1


def _comments(text: str) -> Iterator[Cut]:
    start: int | None = None
    for match in _COMMENT.finditer(text):
        if start is None and match[0] == "<!--":
            start = match.start()
        elif start is not None and match[0] == "-->":
            yield Cut(start, match.end())
            start = None
    yield from (Cut(*match.span(), "\n") for match in _DECLARATION.finditer(text))


def _tags(text: str) -> Iterator[Cut]:
    """Tags, and the elements of which nothing is read."""
    tags = [match for match in _TAG.finditer(text) if _known(match)]
    closing: defaultdict[str, list[int]] = defaultdict(list)
    for number, tag in enumerate(tags):
        if tag[1]:
            closing[tag[2].lower()].append(number)
    number = 0
    while number < len(tags):
        tag = tags[number]
        name = tag[2].lower()
        line = "" if name in _INLINE or name not in _BLOCKS else "\n"
        last = number
        if not tag[1] and name in _UNREAD | _CODE:
            later = closing[name]
            k = bisect_left(later, number)
            last = later[k] if k < len(later) else number
        instead = LITERAL if last > number and name in _CODE else line
        yield Cut(tag.start(), tags[last].end(), instead)
        number = last + 1


def _known(tag: re.Match[str]) -> bool:
    name = tag[2].lower()
    return name in _INLINE or name in _BLOCKS or "=" in tag[3]


def _entities(text: str) -> Iterator[Cut]:
    for match in _ENTITY.finditer(text):
        sign = html.unescape(match[0])
        if sign != match[0]:
            yield Cut(*match.span(), visible(sign))


def _code(text: str) -> Iterator[Cut]:
    """Code between backticks; what TeX and old typewriters quote with them is none."""
    ticks = [match.span() for match in _TICKS.finditer(text)]
    following: list[int | None] = [None] * len(ticks)
    seen: dict[int, int] = {}
    for number in range(len(ticks) - 1, -1, -1):
        length = ticks[number][1] - ticks[number][0]
        following[number] = seen.get(length)
        seen[length] = number
    number = 0
    while number < len(ticks):
        last = following[number]
        if last is not None and _is_code(text, ticks[number][1], *ticks[last]):
            yield Cut(ticks[number][0], ticks[last][1], LITERAL)
            number = last
        number += 1


def _is_code(text: str, start: int, end: int, after: int) -> bool:
    if end - start > _LONGEST_CODE or text[after : after + 1].isalnum():
        return False
    body = text[start:end]
    return not (body[0].isspace() ^ body[-1].isspace()) and "''" not in body and "\n\n" not in body


def _links(text: str) -> Iterator[Cut]:
    """What is around the text of a link; of a picture everything."""
    for match in _TARGET.finditer(text):
        start = text.rfind("[", max(0, match.start() - _LONGEST_LINK), match.start())
        if start < 0 or "\n\n" in text[start : match.start()]:
            continue
        if text[start - 1 : start] == "!":
            yield Cut(start - 1, match.end())
        else:
            yield Cut(start, start + 1)
            yield Cut(*match.span())
