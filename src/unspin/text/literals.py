"""What stands in a sentence and is no prose: addresses, paths, names of files, identifiers, hashtags, handles.

Nobody writes ``https://example.org/past`` or ``max_issues`` in words of his own, and no spinner's choice can be told from
them. Links are found by linkify-it, which knows how far an address goes. ``camelCase`` is a word like a name: it is read, and
left alone by its shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from unspin.text.view import LITERAL, Cut

if TYPE_CHECKING:
    from linkify_it import LinkifyIt

__all__ = ["literals"]

_CHUNK: Final = re.compile(r"\S++")
_TELLTALE: Final = re.compile(r"[/\\@#_]|\w\.\w|\w\(\)")
_LONGEST: Final = 2000
"""Code points without white space that are looked at closely; more are no word of anything."""
_DOMAINS: Final = "com org net edu gov mil int info uk io eu de fr nl ca au".split()
"""Ends of an address without ``http://``; of the two-letter ones only those that are no English words."""
_LINK: Final = re.compile(rf"://|@|www\.|\.(?:{'|'.join(_DOMAINS)})\b")
_EDGE: Final = ".,;:!?()[]{}\"'“”‘’…<>*|"
_POSSESSIVE: Final = re.compile("['’]s?$")
_TAGGED: Final = re.compile(r"[#@][^\W\d]\w+")
_SNAKE: Final = re.compile(r"_*[^\W\d_][^\W_]*+(?:_+[^\W_]++)+_*(?:\(\))?")
_DOTTED: Final = re.compile(r"\w++(?:\.\w++)++")
_CALL: Final = re.compile(r"[^\W\d][\w.]*+\(\)?")
_LIBRARY: Final = re.compile(r"[A-Z]\w+\.js")  # Node.js: a name, and read as one
_FILE: Final = re.compile(
    r"[\w.-]*\w\.(?:py|js|ts|c|h|cpp|rs|go|java|rb|sh|md|txt|html?|css|json|jsonl|ya?ml|toml|xml|csv|tsv|pdf|docx?|xlsx?|pptx?"
    r"|png|jpe?g|gif|svg|mp[34]|zip|tar|gz|exe|dll|ini|cfg|log|sql|php|bat)"
)
_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]|\\\\\w")
_ROOTS: Final = ("/", "./", "../", "~/")


def literals(text: str) -> Iterator[Cut]:
    """The literals of a text, in order, each with the sign that stands for it."""
    if _TELLTALE.search(text) is None:
        return
    for match in _CHUNK.finditer(text):
        chunk = match[0]
        if len(chunk) <= _LONGEST and _TELLTALE.search(chunk):
            yield from (Cut(match.start() + start, match.start() + end, LITERAL) for start, end in _within(chunk))


def _within(chunk: str) -> Iterator[tuple[int, int]]:
    """Spans of literals in a text without white space."""
    if _LINK.search(chunk):
        found = [(link.index, link.last_index) for link in _links().match(chunk) or () if _is_address(link.raw)]
        if found:
            yield from found
            return
    core = chunk.lstrip(_EDGE.replace(".", "")).rstrip(_EDGE)
    start = chunk.find(core)
    if chunk[start + len(core) :].startswith(("()", "(")) and _CALL.fullmatch(core + "("):
        core += "()" if chunk[start + len(core) :].startswith("()") else ""
    core = _POSSESSIVE.sub("", core)
    if _is_literal(core):
        yield start, start + len(core)


def _is_address(raw: str) -> bool:
    """Not two sentences without a space between them ("it came.Info")."""
    return raw == raw.lower() or "://" in raw or "@" in raw or "/" in raw or raw == raw.upper()


def _is_literal(core: str) -> bool:
    if _TAGGED.fullmatch(core) or _SNAKE.fullmatch(core) or _DRIVE.match(core):
        return True
    if _FILE.fullmatch(core):
        return _LIBRARY.fullmatch(core) is None
    if core.endswith("()"):
        return _CALL.fullmatch(core) is not None
    if _DOTTED.fullmatch(core):
        parts = core.split(".")
        return len(parts) > 2 and any(len(part) > 1 for part in parts) and not core.replace(".", "").isdigit()
    if "/" not in core or "<" in core:
        return False
    parts = [part for part in core.split("/") if part]
    return (
        len(parts) > 2 or (len(parts) == 2 and core.startswith(_ROOTS)) or (len(parts) > 1 and _is_literal(parts[-1]))
    )


@lru_cache(maxsize=1)
def _links() -> LinkifyIt:
    from linkify_it import LinkifyIt  # late: most texts have no link

    found: LinkifyIt = LinkifyIt(options={"fuzzy_ip": False}).tlds(_DOMAINS)
    return found
