"""What grammar says of an original in its place: whether it can stand there, and what must come or go with it.

A phrase and its original take different words beside them. "Due to the fact" has a *that* behind it, which *because* has not;
"lots of apples" are *many apples*, and "lots of them" are *many of them*; *should* does not stand behind *will*, though "ought
to" was put there. Only what holds everywhere is said here, the rest is for the models.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from unspin.lexicon import seen
from unspin.text import Words
from unspin.text.casing import FUNCTION_WORDS

__all__ = ["completed", "possible"]

_SHORT_AUXILIARIES: Final = ("'s", "'re", "'m", "'ve", "'ll", "'d", "’s", "’re", "’m", "’ve", "’ll", "’d")
_MODALS: Final = frozenset("can could may might must shall should will would".split())
_AUXILIARIES: Final = _MODALS | frozenset("am is are was were be been being have has had having do does did".split())
"""What *not* may stand behind."""
_BEFORE_INFINITIVES: Final = _MODALS | frozenset(["to", "cannot"])
"""What no modal stands behind."""
_DO: Final = frozenset(["do", "does", "did"])
"""With a *not* they are the same."""
_SHORT_BEFORE_INFINITIVES: Final = ("'ll", "n't", "’ll", "n’t")
_BETWEEN: Final = frozenset("also not never always ever even still just only then soon often probably perhaps".split())
"""Words that may stand between a modal and its verb, besides those in *-ly*."""
_SUBJECTS: Final = frozenset("i you he she it we they who".split())
"""What *not* never stands right behind."""
_PARTICLES: Final = FUNCTION_WORDS - _AUXILIARIES
_FOCUS: Final = frozenset(
    "simply merely solely purely necessarily exactly even always everyone every enough much many".split()
)
"""What *not* may stand before, whatever stands before it."""
_QUANTITIES: Final = frozenset("most many some few several any each none all both half".split())
_WHOLE: Final = frozenset(["all", "both", "half"])
"""Those that stand before *the* as they are."""
_PRONOUNS: Final = frozenset("them us you it whom which".split())
_DETERMINERS: Final = frozenset("the this that these those my your his its our their".split())
_BEFORE_NAMES: Final = _DETERMINERS | frozenset("a an of in to for on with by from at as than like via and or".split())
"""What a name stands behind, and seldom a *who*."""
_CONJUNCTIONS: Final = frozenset("because if although though unless whether when while whereas since".split())
"""What takes the place of a phrase and the *that* behind it."""
_CLAUSES_ALONE: Final = frozenset("because although whether whereas".split()) | {"given that", "even though"}
"""What no phrase without a verb follows."""


def possible(words: Words, begin: int, end: int, originals: tuple[str, ...]) -> tuple[str, ...]:
    """The originals of a span that grammar lets stand in its place.

    Args:
        words: the text.
        begin: first token of the span.
        end: the token after its last.
        originals: what it may stand for.
    """
    rules = (_is_second_modal, _is_before_no_clause, _is_no_subject)
    return tuple(original for original in originals if not any(rule(words, begin, end, original) for rule in rules))


def completed(words: Words, begin: int, end: int, original: str, free: Callable[[int], bool]) -> tuple[int, str]:
    """Where a span ends whose original is put in, and what is put in.

    Args:
        words: the text.
        begin: first token of the span.
        end: the token after its last.
        original: what it stood for.
        free: whether a token beside the span is in no other.
    """
    if original == "not":
        return end, _negated(words, begin, end)
    after = words.lower[end] if end < len(words) else ""
    if end - begin == 1:
        return end, original
    if after == "that" and original in _CONJUNCTIONS and words.lower[end - 1] not in FUNCTION_WORDS and free(end):
        return end + 1, original
    quantity = original.rpartition(" ")[2]
    if quantity in _QUANTITIES and words.lower[end - 1] == "of":
        parts_of = _PRONOUNS if quantity in _WHOLE else _PRONOUNS | _DETERMINERS
        return end, f"{original} of" if after in parts_of else original
    return end, original


def _is_second_modal(words: Words, begin: int, end: int, original: str) -> bool:
    """Whether an original is a modal behind a modal, a *to* or a *do*: "will also should"."""
    if original.partition(" ")[0] not in _MODALS:
        return False
    before = begin - 1
    while before >= 0 and (words.lower[before] in _BETWEEN or words.lower[before].endswith("ly")):
        before -= 1
    word = words.lower[before] if before >= 0 else ""
    negated = word in _DO and words.lower[before + 1] == "not"
    return negated or word in _BEFORE_INFINITIVES or word.endswith(_SHORT_BEFORE_INFINITIVES)


def _is_before_no_clause(words: Words, begin: int, end: int, original: str) -> bool:
    """Whether an original that a clause follows has but a figure behind it: "because 2021,"."""
    at = end + (words.lower[end : end + 1] == ("that",))
    figure = at < len(words) and words.lower[at].isdigit()
    return original in _CLAUSES_ALONE and figure and (at + 1 == len(words) or not words.lower[at + 1][0].isalnum())


def _is_no_subject(words: Words, begin: int, end: int, original: str) -> bool:
    """Whether *who* would stand behind no one ("the", the end of a sentence), or before another name."""
    before, after = words.lower[begin - 1] if begin else "", words.lower[end] if end < len(words) else ""
    behind_someone = before == "," or (before.isalpha() and before not in _BEFORE_NAMES)
    return original == "who" and not (behind_someone and after.isalpha() and words.surface(end) == after)


def _negated(words: Words, begin: int, end: int) -> str:
    """*not*, or "no longer" where no auxiliary carries it: "they now no longer sell" is no "they not sell"."""
    if words.lower[end - 2 : end] != ("no", "longer"):
        return "not"
    before, after = words.lower[begin - 1] if begin else "", words.lower[end] if end < len(words) else ""
    if before in _AUXILIARIES or before.endswith(_SHORT_AUXILIARIES):
        return "not"
    return "no longer" if before in _SUBJECTS or not _follows_not(after) else "not"


def _follows_not(word: str) -> bool:
    """Whether *not* stands before a word without an auxiliary: "not the", "not simply", "not withinside the"."""
    if not word.isalpha() or word in _FOCUS:
        return True
    return not {word, seen.load().mostly_for(word)}.isdisjoint(_PARTICLES)
