"""Whether a change is one of a figure, a date or a name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from unspin.comparison import Fact

__all__ = ["NO_NAMES", "fact_of"]

Number = int | float | str
"""A number; as it is written, where it is a time or a version."""
_FRACTIONS: Final = "¼-¾⅐-⅞"
_WORD: Final = re.compile(rf"\d[\d.,:]*+[{_FRACTIONS}]?|[{_FRACTIONS}]|[^\W\d_{_FRACTIONS}]++")
_FRACTION: Final = re.compile(rf"[{_FRACTIONS}]")
_FIGURE: Final = re.compile(rf"[\d{_FRACTIONS}]")
_GROUPED: Final = re.compile(r"\d{1,3}+(?:,\d{2,3}+)++(?<=,\d{3})(?:\.\d*+)?")  # thousands, and lakhs: 1,00,000
_LARGEST: Final = 10**9
"""Whole number from which on a fraction behind it is no part of a number."""
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
_ORDINALS: Final = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
        " sixteenth seventeenth eighteenth nineteenth".split(),
        start=1,
    )
} | {"twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "sixtieth": 60, "seventieth": 70, "eightieth": 80,
     "ninetieth": 90, "hundredth": 100, "thousandth": 1_000}  # fmt: skip
_PART: Final = re.compile(rf"\b(?:half|halves|quarters?|(?:{'|'.join(_ORDINALS)})s?)\b", re.IGNORECASE)
_SUFFIX: Final = re.compile(r"(?:st|nd|rd|th)\b")
NO_NAMES: Final = frozenset("i i'm i've i'll i'd".split())
"""Words with a capital wherever they stand."""


def fact_of(found: str, original: str, before: str) -> Fact | None:
    """The kind of fact that a change is one of, or None.

    The same number in figures and in words is none, nor is a word with a capital at the beginning of a sentence. *A fifth* is
    another number than *five*.

    Args:
        found: what the page says.
        original: what the source says.
        before: what stands before it in the source, a character or two.
    """
    if _is_plain(found) and _is_plain(original):
        return None
    ours, theirs = _numbers(found), _numbers(original)
    if _differ(found, original, ours, theirs):
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


def _is_plain(text: str) -> bool:
    """Whether it is nothing but a word in lower case, and no number: so are most that are swapped, and it is told at once."""
    return not text or (text.isalpha() and text.islower() and text not in _NUMBERS and text not in _ORDINALS)


def _differ(found: str, original: str, ours: Sequence[Number], theirs: Sequence[Number]) -> bool:
    """Whether the numbers of two texts differ; numbers that stand in one alone differ if they are no ordinals."""
    for one, other in ((found, original), (original, found)):
        if _FRACTION.search(one) and _PART.search(other):  # one and a half, and the sign for it
            return False
    page, source = _spelled_out(found), _spelled_out(original)
    if ours != theirs:
        return page != source
    ordinals, others = ([number for number, ordinal in text if ordinal] for text in (page, source))
    return bool(ordinals and others) and ordinals != others


def _numbers(text: str) -> list[Number]:
    values: list[Number] = []
    for match in _WORD.finditer(text.lower()):
        word = match.group()
        if _FIGURE.match(word):
            values.append(_in_figures(word))
        elif word in _NUMBERS and word != "one":  # which is a pronoun more often
            values.append(_NUMBERS[word])
    return values


def _in_figures(word: str) -> Number:
    if unicodedata.category(word[-1]) == "No":  # a fraction
        whole = _in_figures(word[:-1]) if word[:-1] else 0
        if isinstance(whole, int) and whole < _LARGEST:
            return whole + unicodedata.numeric(word[-1])
        return word
    plain = word.rstrip(".,:")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    try:
        return int(plain) if plain.isdecimal() else float(plain)
    except ValueError:  # a time, a version
        return word


def _spelled_out(text: str) -> list[tuple[Number, bool]]:
    """The numbers of a text, and whether each is an ordinal (or a fraction); *twenty-five* and *two hundred* are one number."""
    text = text.lower()
    values: list[tuple[Number, bool]] = []
    end = -1  # of a cardinal in words, which the next word may add to
    for match in _WORD.finditer(text):
        word = match.group()
        if _FIGURE.match(word):
            values.append((_in_figures(word), _SUFFIX.match(text, match.end()) is not None))
            end = -1
            continue
        ordinal = word in _ORDINALS
        if not ordinal and word not in _NUMBERS:
            continue
        number = _ORDINALS[word] if ordinal else _NUMBERS[word]
        before = values[-1][0] if values and end >= 0 and text[end : match.start()] in (" ", "-") else None
        if isinstance(before, int) and number >= 100 and before < number:
            values[-1] = before * number, ordinal
        elif isinstance(before, int) and before in range(20, 100, 10) and 0 < number < 10:
            values[-1] = before + number, ordinal
        else:
            values.append((number, ordinal))
        end = -1 if ordinal else match.end()
    return values


def _year(number: Number) -> bool:
    return isinstance(number, int) and 1_500 <= number <= 2_100


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
    """Whether what comes after ``before`` begins a sentence, a quotation, a point of a list or the text."""
    if not before.strip() or "\n" in before:
        return True
    last = before.strip()[-1]
    return last in ".?!:\"“‘'*•‣◦·▪" or unicodedata.category(last) == "So"
