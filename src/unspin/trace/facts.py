"""Whether a change is one of a figure, a date or a name."""

from __future__ import annotations

import re
from typing import Final

from unspin.comparison import Fact

__all__ = ["NO_NAMES", "fact_of"]

_WORD: Final = re.compile(r"[^\W\d_]++|\d[\d.,:]*+")
_MONTHS_AND_DAYS: Final = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday"
    " thursday friday saturday sunday yesterday today tomorrow".split()
)
_NUMBERS: Final = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        " eighteen nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
     "hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9}  # fmt: skip
_SPELLED: Final = _NUMBERS | {"first": 1, "second": 2} | {
    word: number
    for number, word in enumerate(
        "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth"
        " seventeenth eighteenth nineteenth twentieth".split(),
        start=3,
    )
} | {"thirtieth": 30, "fortieth": 40, "fiftieth": 50, "sixtieth": 60, "seventieth": 70, "eightieth": 80, "ninetieth": 90,
     "hundredth": 100, "thousandth": 1_000}  # fmt: skip
"""Also words that are said of much else: they count only where the other text has a figure for them."""
NO_NAMES: Final = frozenset("i i'm i've i'll i'd".split())
"""Words with a capital wherever they stand."""


def fact_of(found: str, original: str, before: str) -> Fact | None:
    """The kind of fact that a change is one of, or None.

    The same number in figures and in words is none, nor is a word with a capital at the beginning of a sentence.

    Args:
        found: what the page says.
        original: what the source says.
        before: what stands before it in the source, a character or two.
    """
    ours, theirs = _numbers(found), _numbers(original)
    if ours != theirs and _spelled_out(found) != _spelled_out(original):
        dated = any(_dated(text) for text in (found, original)) or any(_year(n) for n in (*ours, *theirs))
        return Fact.DATE if dated else Fact.FIGURE
    if _dated(original) and _named(found) != _named(original):
        return Fact.DATE
    names = _named(original)
    if _begins(before):
        first = _WORD.search(original)
        names = [name for name in names if first is None or name != first.group()]
    if any(name.lower() not in found.lower() for name in names):
        return Fact.NAME
    return None


def _numbers(text: str) -> list[float]:
    values: list[float] = []
    for match in _WORD.finditer(text.lower()):
        word = match.group()
        if word[0].isdecimal():
            try:
                values.append(float(word.replace(",", "").rstrip(".:")))
            except ValueError:  # a time, a version
                values.append(float(sum(ord(c) * (k + 1) for k, c in enumerate(word))))
        elif word in _NUMBERS and word != "one":  # which is a pronoun more often
            values.append(float(_NUMBERS[word]))
    return values


def _spelled_out(text: str) -> list[float]:
    """The numbers of a text, those of several words put together: *fourteenth*, *twenty-five*, *two hundred*."""
    values: list[float] = []
    end = -1
    for match in _WORD.finditer(text.lower()):
        word = match.group()
        if word not in _SPELLED:
            read = _numbers(word)
        elif values and end >= 0 and text[end : match.start()] in (" ", "-"):
            number, before = float(_SPELLED[word]), values.pop()
            if number >= 100 and before < number:
                read = [before * number]
            elif before % 100 in range(20, 100, 10) and 0 < number < 10:
                read = [before + number]
            else:
                read = [before, number]
        else:
            read = [float(_SPELLED[word])]
        values += read
        end = match.end() if read else -1
    return values


def _year(number: float) -> bool:
    return 1_500 <= number <= 2_100 and number == int(number)


def _named(text: str) -> list[str]:
    """Words with a capital."""
    return [
        match.group()
        for match in _WORD.finditer(text)
        if match.group()[0].isupper() and match.group().lower() not in NO_NAMES
    ]


def _dated(text: str) -> bool:
    return any(name.lower() in _MONTHS_AND_DAYS for name in _named(text))


def _begins(before: str) -> bool:
    """Whether what comes after ``before`` begins a sentence, a quotation or the text."""
    return not before.strip() or before.strip()[-1] in ".?!:\"“‘'\n" or "\n" in before
