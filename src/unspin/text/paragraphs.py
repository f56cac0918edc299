"""Where paragraphs begin, in text with one paragraph a line as well as in text with hard line breaks."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

__all__ = ["paragraph_starts"]

_BREAK = "\n\r\f\v\x85\u2028\u2029"
_LINE = re.compile(f"[^{_BREAK}]++")
_ONE_BREAK = re.compile(f"(?:\r\n|[{_BREAK}])\\Z")

# Text counts as hard-wrapped when at least this share of its lines goes on in lower case; in prose with one paragraph a
# line it is next to none, in wrapped prose well over half.
_WRAPPED_SHARE = 0.25
# In wrapped text, a line shorter than this share of the upper-quartile line ends a paragraph (a heading, a last line).
_SHORT_LINE = 0.6


def paragraph_starts(text: str) -> NDArray[np.int32]:
    """Offset of the first visible code point of each paragraph, ``int32[n]``, ascending.

    A blank line always ends a paragraph. A single line break ends one too, unless the lines of the text are broken at
    a margin; then it does so only after a short line and before an indented one.
    """
    lines = [match.span() for match in _LINE.finditer(text) if not match.group().isspace()]
    single = [
        previous[1] < line[0] and _ONE_BREAK.match(text, previous[1], line[0]) is not None
        for previous, line in zip(lines, lines[1:], strict=False)
    ]
    first = [line[0] + len(body) - len(body.lstrip()) for line in lines for body in [text[line[0] : line[1]]]]
    continues = [text[offset].islower() for offset in first[1:]]
    wrapped = sum(s and c for s, c in zip(single, continues, strict=True)) >= max(1, _WRAPPED_SHARE * sum(single))
    full = sorted(end - start for start, end in lines)[3 * len(lines) // 4] if lines else 0
    starts: list[int] = []
    for i, offset in enumerate(first):
        if i and wrapped and single[i - 1]:
            previous = lines[i - 1]
            short = previous[1] - previous[0] < _SHORT_LINE * full
            indented = offset > lines[i][0] and first[i - 1] == previous[0]
            if continues[i - 1] or not (short or indented):
                continue
        starts.append(offset)
    return np.array(starts, np.int32)
