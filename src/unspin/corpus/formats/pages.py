"""What a record of WARC shows: the text of a page, if it is one."""

from __future__ import annotations

import codecs
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from unspin.corpus.formats.chunks import LONGEST, in_a_line, is_utf8, too_long
from unspin.corpus.formats.payload import HTML, PLAIN, payload
from unspin.errors import InputError

if TYPE_CHECKING:
    from unspin.corpus.formats.records import Record

__all__ = ["page_text"]

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_LONGEST_PAGE: Final = 16 * 1024**2
"""Bytes of HTML; a longer page is a list or a dump, and its tree would take 30 times as much memory."""
_DEEPEST: Final = 1_000
"""Elements one inside the other. The time to take the text out grows with the square of it (0.1 s here, minutes at 20,000);
browsers stop at 512."""
# Elements without an end, and those whose end may be left out: they don't tell how deep a page is.
_TAG: Final = re.compile(
    r"<(/?)(?!(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|path|p|li|dt|dd|option|optgroup|tr|td"
    r"|th|tbody|thead|tfoot|colgroup|html|head|body)\b)([a-zA-Z][a-zA-Z0-9-]*)"
)


def page_text(record: Record) -> bytes | None:
    """The main text of HTML, plain text as it is, both in UTF-8; None where a record holds neither.

    Raises:
        InputError: it is a page that cannot be read; the message is the reason alone.
    """
    type = record.header("WARC-Type")
    if type is None:
        raise InputError("a record without a WARC-Type")
    if type not in ("response", "resource", "conversion"):
        return None
    kind, charset, data = payload(record)
    if kind == PLAIN:
        if len(data) > LONGEST:
            raise InputError(too_long())
        return _decode(data, charset, html=False)
    if kind not in HTML:
        return None
    if len(data) > _LONGEST_PAGE:
        raise InputError(f"HTML longer than {_LONGEST_PAGE // 1024**2} MiB")
    html = _decode(data, charset, html=True).decode("utf-8")
    if _depth(html) > _DEEPEST:
        raise InputError(f"HTML with more than {_DEEPEST:,} elements one inside the other")
    return _main_text(html)


def _depth(html: str) -> int:
    """How many elements stand one inside the other, at most; about."""
    open_: defaultdict[str, int] = defaultdict(int)
    depth = deepest = 0
    for end, name in _TAG.findall(html):
        if not end:
            open_[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif open_[name]:
            open_[name] -= 1
            depth -= 1
    return deepest


def _main_text(html: str) -> bytes:
    from resiliparse.extract.html2text import extract_plain_text

    try:
        text: str = extract_plain_text(html, main_content=True, alt_texts=False, list_bullets=False)
    except Exception as error:  # of the parser in C++; whatever it is, the page is passed over
        raise InputError(f"HTML that cannot be read ({in_a_line(error)})") from None
    return text.encode("utf-8", "replace")


def _decode(data: bytes, declared: str | None, html: bool) -> bytes:
    """UTF-8 of ``data``: by a mark, as UTF-8 if it is that whatever is declared, else as declared or as it looks."""
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding, map_encoding_to_html5

    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace").encode("utf-8", "replace")
    if is_utf8(data):
        return data
    name = map_encoding_to_html5(declared) if declared else detect_encoding(data, from_html_meta=html)
    try:
        text = bytes_to_str(data, name or "utf-8", errors="replace")
    except (LookupError, UnicodeError):
        text = data.decode("utf-8", "replace")
    return text.encode("utf-8", "replace")
