"""From what was decided for a token to edits of the text: case, articles, words that were put in; and edits of edits."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np

from unspin.lexicon import Lexicon
from unspin.model import posterior as posteriors
from unspin.model.encoder import Visible
from unspin.model.evidence import Evidence, Posterior
from unspin.reading import BELIEVED, Quotation, Substitution
from unspin.text import (
    View,
    Words,
    apply_within,
    capital_starts,
    compose,
    find_quotations,
    indefinite_article,
    is_apart,
    match_case,
    removal_span,
    rewrapped,
)
from unspin.text.casing import FUNCTION_WORDS
from unspin.text.spelling import same_word, spelling_of

_REMOVED: Final = 0.8
"""Probability of a swap from which on a word that stands where spinners put words in is taken out."""
_ALTERNATIVES: Final = 4
_BE, _ARTICLES = frozenset(["is", "was", "are", "were", "be", "been"]), frozenset(["a", "an", "the"])
_INDEFINITE: Final = frozenset(["a", "an"])
_OPENERS: Final = frozenset("\"“‘'«([*_")
_MOST_OPENERS: Final = 3
_FOLLOWING: Final = 8
"""Tokens after an article that are looked at for the word that follows: a span has five, and some may have gone."""
_ACRONYM: Final = 5
"""Letters of an acronym at most."""
_APART: Final = re.compile(r"\t|\n\s*\n")
"""What parts words too far for a phrase: the cells of a table, and paragraphs."""
_APOSTROPHES: Final = ("'", "’")
_OPENED: Final = re.compile(r"(?<!\w)['‘](?=\w)")
_QUOTED: Final = 80
"""Signs before an apostrophe among which it may have been opened as a quotation mark."""
_QUOTED_LINE: Final = re.compile(r"\A[ \t]*+(?:>[ \t]?)++")
_DOUBLED: Final = 3.0
"""What an article that stands twice adds to the log-odds of a swap: honest text has four in a million words, and in 60
documents of a spinner that doubles them (dev) all 40 were its own, though the encoder was sure of 15 only."""
_TWICE: Final = frozenset(["that", "had", "is", "her", "so", "very"])
"""Words that a writer too may set twice."""
_INSERTED: Final = frozenset(
    "simply merely just really actually basically truly essentially literally certainly definitely indeed surely clearly"
    " honestly plainly".split()
)


class Bar(NamedTuple):
    """What an original must reach to be put in; its place stays open otherwise.

    Attributes:
        least: its probability.
        times: how many times as likely it must be as that the page has what was written. An honest word changed counts for as
            many swaps left as they are.
    """

    least: float
    times: float

    def is_reached(self, original: float, written: float) -> bool:
        """Whether an original is put in by its probability, and by the probability that the page has what was written."""
        return original >= max(self.least, self.times * written)


FILL_ALL: Final = Bar(0.0, 1.0)
"""Of all, where every place is to be filled in: what is less likely than the word found is still no guess."""
PHRASES: Final = Bar(BELIEVED, 0.0)
"""Of spans: what was put in for words is seldom honest where it looks put in."""
WORDS: Final = Bar(BELIEVED, 3.0)
"""Of words, where the reading is fast."""
WORDS_CLOSELY: Final = Bar(BELIEVED, 2.5)
"""Of words that a language model has read. Of words of real pages that are said to be as written with .25, .24 are, and .35 of
those that it has not read (``docs/evaluation.md``)."""


@dataclass(frozen=True)
class Decision:
    """What was decided for one token: the original, None where none is likely enough, and what else it may have been."""

    original: str | None
    confidence: float
    alternatives: tuple[tuple[str, float], ...]


def decisions(
    words: Words,
    visible: Visible,
    evidence: Evidence,
    posterior: Posterior,
    lexicon: Lexicon,
    known: Mapping[str, str],
    bar: Bar = WORDS,
) -> dict[int, Decision]:
    """The tokens that look swapped, and for what.

    Args:
        words: the text.
        visible: what the encoder says of it as it stands.
        evidence: on its suspicious words.
        posterior: what was decided on them.
        lexicon: the candidates.
        known: the spinner's dictionary as far as the user has it.
        bar: what the likeliest original of a word must reach; the word stays open otherwise.
    """
    found: dict[int, Decision] = {}
    best = posteriors.best(evidence, posterior)
    suspicious = set(visible.places.tolist())
    known_form = lexicon.index.__contains__
    spelling = spelling_of((w for i, w in enumerate(words.lower) if i not in suspicious), known_form)
    for i in np.flatnonzero((posterior.written < 1 - BELIEVED) & (best >= 0)):
        options = np.arange(evidence.ptr[i], evidence.ptr[i + 1])
        order = options[np.argsort(-posterior.option[options], kind="stable")][: _ALTERNATIVES + 1]
        place = int(evidence.place[i])
        likeliest, here = lexicon.forms[evidence.original[order[0]]], words.lower[place]
        if same_word(likeliest, here) and spelling.spell(here, known_form) != likeliest:
            continue  # the other spelling of a word is no swap, unless the text spells the other way
        shares: dict[str, float] = {}
        for k in order:
            form = spelling.spell(lexicon.forms[evidence.original[k]], known_form)
            shares[form] = shares.get(form, 0.0) + float(posterior.option[k])
        ranked = sorted(((form, round(share, 4)) for form, share in shares.items()), key=lambda pair: -pair[1])
        written = round(float(posterior.written[i]), 4)
        if not bar.is_reached(ranked[0][1], written):
            found[place] = Decision(None, written, tuple(p for p in ranked if p[1] >= 0.001)[:_ALTERNATIVES])
            continue
        others = [*ranked[1:], (words.lower[place], written)]
        others.sort(key=lambda pair: -pair[1])
        found[place] = Decision(ranked[0][0], ranked[0][1], tuple(p for p in others if p[1] >= 0.001)[:_ALTERNATIVES])
    for i in visible.places.tolist():
        token = words.lower[i]
        doubled = token in _ARTICLES and words.lower[i + 1 : i + 2] == (token,)
        probability = 1 / (1 + math.exp(-float(visible.swap[i]) - _DOUBLED * doubled))
        if token in known:
            found[i] = Decision(known[token], round(max(probability, 0.5), 4), ())
        elif probability >= _REMOVED and (doubled or _is_put_in(words, i)):
            found[i] = Decision("", round(probability, 4), ((token, round(1 - probability, 4)),))
    return found


def _is_put_in(words: Words, i: int) -> bool:
    """Whether a token stands where spinners put an adverb in: "is *simply* a"."""
    if not 0 < i < len(words) - 1 or words.lower[i] not in _INSERTED:
        return False
    return words.lower[i - 1] in _BE and words.lower[i + 1] in _ARTICLES


def edits(words: Words, decided: Mapping[int, Decision]) -> tuple[Substitution, ...]:
    """Decisions as edits of the text: in the case of the place, articles made to fit."""
    starts = capital_starts(words)
    made: list[Substitution] = []
    for i in sorted(decided):
        decision = decided[i]
        start, end = int(words.start[i]), int(words.end[i])
        if made and start < made[-1].end:  # the word before stands for both
            continue
        found = words.surface(i)
        if decision.original is None:
            made.append(Substitution(start, end, found, found, decision.confidence, decision.alternatives))
            continue
        if not decision.original:
            start, end = removal_span(words.text, start, end)
            start = max(start, made[-1].end if made else 0)  # of two that go, both would take the space between
            made.append(Substitution(start, end, words.text[start:end], "", decision.confidence, decision.alternatives))
            continue
        beside = _beside(words, i, decided)
        if beside is not None:
            if decision.original in FUNCTION_WORDS:
                continue
            first, last = min(i, beside), max(i, beside)
            if made and made[-1].open and made[-1].start == words.start[first]:
                made.pop()
            if made and made[-1].end > words.start[first]:
                continue
            start, end = int(words.start[first]), int(words.end[last])
            found, i = words.text[start:end], first
        original = match_case(words.surface(i), decision.original, bool(starts[i]))
        if original == found:
            continue
        end, original = owned(words.text, end, original)
        start, end, original = rewrapped(words.text, start, end, original)
        found = words.text[start:end]
        made.append(Substitution(start, end, found, original, decision.confidence, decision.alternatives))
    return with_articles(words, undoubled(words, made))


def _beside(words: Words, i: int, decided: Mapping[int, Decision]) -> int | None:
    """The word next to token ``i`` that stands for the same original with it: "content material", "web sites".

    It would stand there twice otherwise ("content content"), or its half would ("web websites").
    """
    original = decided[i].original
    for j in (i - 1, i + 1):
        if not 0 <= j < len(words) or not words.is_word[j] or words.lower[j] == words.lower[i]:
            continue
        first, last = sorted((i, j))
        between = words.text[words.end[first] : words.start[last]]
        if not between.isspace() or is_apart(words.text, int(words.start[first]), int(words.end[last])):
            continue
        there = decided[j].original if j in decided else None
        there = words.lower[j] if there is None else there
        if there and original in (there, words.lower[first] + words.lower[last]):
            return j
    return None


def with_articles(words: Words, substitutions: Sequence[Substitution]) -> tuple[Substitution, ...]:
    """The substitutions, and "a" or "an" before each as what is restored asks; an article that nothing follows anew stays.

    Args:
        words: the text.
        substitutions: of it, in order; those of an article alone are made to fit too.
    """
    made: list[Substitution] = []
    for s in substitutions:
        if not s.open:
            i = _article_before(words, int(np.searchsorted(words.start, s.start)))
            free = i is not None and not (made and words.start[i] < made[-1].end)
            if i is not None and free:
                article = Substitution(int(words.start[i]), int(words.end[i]), words.surface(i), "", s.confidence)
                made += _fitted(words, article, substitutions)
        made += _fitted(words, s, substitutions) if s.original.lower() in _INDEFINITE and not s.open else [s]
    return tuple(made)


def undoubled(words: Words, substitutions: Sequence[Substitution]) -> tuple[Substitution, ...]:
    """The substitutions, each with the word beside it that it would write a second time: "access to" for "entry to to".

    Args:
        words: the text.
        substitutions: of it, in order. Words that the text has twice itself are left alone.
    """
    made: list[Substitution] = []
    for number, s in enumerate(substitutions):
        before = made[-1].end if made else 0
        after = substitutions[number + 1].start if number + 1 < len(substitutions) else len(words.text)
        made.append(s if s.open else _with_its_double(words, s, before, after))
    return tuple(made)


def _with_its_double(words: Words, s: Substitution, before: int, after: int) -> Substitution:
    """A substitution with the word beside it that is its own first or last; what is taken lies between the offsets given."""
    written = s.original.split()
    if not written:
        return s
    start, end, original = s.start, s.end, s.original
    i, j = int(np.searchsorted(words.start, start)) - 1, int(np.searchsorted(words.start, end))
    if j < len(words) and words.end[j] <= after and _is_double(words, end, int(words.start[j]), j, written[-1]):
        end = int(words.end[j])
    if i >= 0 and words.start[i] >= before and _is_double(words, int(words.end[i]), start, i, written[0]):
        start, original = int(words.start[i]), words.surface(i) + original[len(written[0]) :]
    if (start, end) == (s.start, s.end):
        return s
    return replace(s, start=start, end=end, found=words.text[start:end], original=original)


def _is_double(words: Words, left: int, right: int, token: int, written: str) -> bool:
    """Whether a token is a word written beside it once more, nothing but spaces between them."""
    beside, word = words.text[left:right], words.lower[token]
    return (
        word == written.lower()
        and word not in _TWICE
        and bool(words.is_word[token])
        and beside.strip(" ") == "" < beside
    )


def owned(text: str, end: int, original: str) -> tuple[int, str]:
    """Where what is put in ends, and what it is: with an *s* more where the apostrophe of a plural would stand behind none.

    ("human beings' rights" are *people's rights*.) An apostrophe that closes a quotation is none.
    """
    mark = text[end : end + 1]
    line = text[max(end - _QUOTED, 0) : end].rpartition("\n")[2]
    if mark not in _APOSTROPHES or text[end - 1 : end] != "s" or original[-1:] in ("", "s") or _OPENED.search(line):
        return end, original
    return end + 1, f"{original}{mark}s"


def _article_before(words: Words, i: int) -> int | None:
    """The indefinite article before token ``i``, quotation marks and the like between them aside; None if there is none."""
    before = i - 1
    while i - before <= _MOST_OPENERS and before > 0 and words.lower[before] in _OPENERS and words.touches[before + 1]:
        before -= 1
    if before < 0 or words.lower[before] not in _INDEFINITE:
        return None
    between = words.text[words.end[before] : words.start[before + 1]]
    return before if between.isspace() and not _APART.search(between) else None


def _fitted(words: Words, article: Substitution, substitutions: Sequence[Substitution]) -> list[Substitution]:
    """An article as what comes to stand after it asks, as one substitution at most."""
    i = int(np.searchsorted(words.start, article.end))
    last = min(i + _FOLLOWING, len(words)) - 1
    if last < i:
        return [article]
    end = int(words.end[last])
    across = bisect_left(substitutions, end, key=attrgetter("start")) - 1
    if across >= 0:  # a long phrase is looked at whole
        end = max(end, substitutions[across].end)
    follows = apply_within(words.text, substitutions, article.end, end).lstrip()
    fitting = indefinite_article(follows.split(maxsplit=1)[0] if follows else "")
    if fitting == article.found.lower():
        return []
    return [replace(article, original=_cased(fitting, article.original or article.found, follows))]


def _cased(fitting: str, like: str, follows: str) -> str:
    """An article in the case of the one in its place; "A" is a capital letter, or a word in a line of capitals."""
    line = "".join(follows.split(maxsplit=2)[:2])
    if like.isupper() and (len(like) > 1 or (line.isupper() and len(line) > _ACRONYM)):
        return fitting.upper()
    return fitting.capitalize() if like[:1].isupper() else fitting


def chain(
    text: str, before: Sequence[Substitution], between: str, after: Sequence[Substitution]
) -> tuple[Substitution, ...]:
    """Edits of ``text``, and edits of the text ``between`` that they make, as edits of ``text``."""
    merged: list[Substitution] = []
    for step in compose(before, between, after):
        found = text[step.start : step.end]
        if found == step.original:
            continue
        if not step.after:
            merged.append(before[step.before[0]])
            continue
        newest = [after[k] for k in step.after]
        merged.append(
            Substitution(
                step.start,
                step.end,
                found,
                step.original,
                min(s.confidence for s in newest),
                newest[0].alternatives if len(newest) == 1 else (),
            )
        )
    return tuple(merged)


def carried_back(
    text: str, before: Sequence[Substitution], between: str, left: Sequence[Substitution]
) -> tuple[Substitution, ...]:
    """Open places of the text ``between``, as places of ``text``; those inside an edit of ``before`` are settled by it."""
    return tuple(
        replace(left[step.after[0]], start=step.start, end=step.end)
        for step in compose(before, between, left)
        if not step.before and text[step.start : step.end] == step.original
    )


def with_open(changes: Sequence[Substitution], left: Sequence[Substitution]) -> tuple[Substitution, ...]:
    """Both together, in order; an open place that a change touches is settled."""
    free = set(apart([(place.start, place.end) for place in left], [(change.start, change.end) for change in changes]))
    still = (place for place in left if (place.start, place.end) in free)
    return tuple(sorted([*changes, *still], key=lambda s: s.start))


def routed(substitutions: Sequence[Substitution], lexicon: Lexicon) -> tuple[Substitution, ...]:
    """The substitutions with the spinner's walk from the original to the word found, where there is one."""
    likeliest = [s.alternatives[0][0] if s.open and s.alternatives else s.original for s in substitutions]
    return tuple(
        replace(s, route=lexicon.route(original.lower(), s.found.lower())) if original.strip() else s
        for s, original in zip(substitutions, likeliest, strict=True)
    )


def outside(substitutions: Sequence[Substitution], held: Sequence[tuple[int, int]]) -> tuple[Substitution, ...]:
    """Those that touch none of the spans ``held``, which are in order and don't overlap, or take one whole."""
    ends = [end for _, end in held]

    def free(s: Substitution) -> bool:
        k = bisect_right(ends, s.start)
        return k == len(held) or held[k][0] >= s.end or (s.start <= held[k][0] and ends[k] <= s.end)

    return tuple(s for s in substitutions if free(s))


def apart(spans: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those that touch none of the others, which are in order and don't overlap."""
    ends = [end for _, end in others]
    at = [bisect_right(ends, start) for start, _ in spans]
    return [span for span, k in zip(spans, at, strict=True) if k == len(others) or others[k][0] >= span[1]]


def with_phrases(substitutions: Sequence[Substitution], phrases: Sequence[Substitution]) -> tuple[Substitution, ...]:
    """Both together; a phrase goes before the single words inside it."""
    rest = [s for s in substitutions if all(s.end <= p.start or p.end <= s.start for p in phrases)]
    return tuple(sorted([*phrases, *rest], key=lambda s: s.start))


def as_given(
    seen: View, quotations: Sequence[Quotation], substitutions: Sequence[Substitution]
) -> tuple[tuple[Quotation, ...], tuple[Substitution, ...]]:
    """Quotations and substitutions of the view of a text, in the text as given; markup inside a phrase goes behind it."""
    if seen.text == seen.given:
        return tuple(quotations), tuple(substitutions)
    led: list[Substitution] = []
    for s in substitutions:
        start, end = seen.span(s.start, s.end)
        found = seen.given[start:end]
        original = found if s.open else _with_hidden(seen, s)
        led.append(replace(s, start=start, end=end, found=found, original=original))
    said = []
    for q in quotations:
        start, end = seen.span(q.start, q.end)
        found, restored = seen.given[start:end], apply_within(seen.given, led, start, end)
        said.append(replace(q, start=start, end=end, found=found, restored=restored, altered=found != restored))
    return tuple(said), tuple(led)


def _with_hidden(seen: View, s: Substitution) -> str:
    """What is put in, and behind it the markup that was inside what was found: line by line where it has several."""
    *lines, last = s.original.split("\n")
    put_in, at = "", s.start
    for number, line in enumerate(lines, 1):
        end = seen.text.find("\n", at, s.end)
        if end < 0:
            return s.original + _hidden_within(seen, s.start, s.end)
        closing = seen.hidden(at, end + 1)
        if number == len(lines) and not last.strip():  # the line ends behind all that is put in, and so does its markup
            closing += _hidden_within(seen, end + 1, s.end)
        word = line.rstrip("\r")
        put_in += word + closing + line[len(word) :] + _given(seen, end) + seen.hidden(end, end + 2)
        at = end + 1
    return put_in + last + (_hidden_within(seen, at, s.end) if last.strip() or not lines else "")


def _given(seen: View, at: int) -> str:
    """What stands for a code point of the view in the text as given: for the end of a line a tag, for one."""
    start, end = seen.span(at, at + 1)
    return seen.given[start:end]


def _hidden_within(seen: View, start: int, end: int) -> str:
    """The markup inside a part of the view that becomes one line: without the marks of quoted lines that are none now."""
    kept = ""
    while (line := seen.text.find("\n", start, end - 1)) >= 0:
        kept += seen.hidden(start, line + 1) + _QUOTED_LINE.sub("", seen.hidden(line, line + 2))
        start = line + 1
    return kept + seen.hidden(start, end)


def quotations(
    words: Words, substitutions: tuple[Substitution, ...]
) -> tuple[tuple[Quotation, ...], tuple[Substitution, ...]]:
    """The quotations of the document, and the substitutions with those inside a quotation marked."""
    read_as = list(words.lower)
    for s in substitutions:
        i = int(np.searchsorted(words.start, s.start))
        if i < len(words) and words.start[i] == s.start and words.end[i] == s.end:
            read_as[i] = s.original.lower()
    spans = find_quotations(words, read_as)
    begins = np.array([span.start for span in spans], np.int64)
    marked = []
    for s in substitutions:
        k = int(np.searchsorted(begins, s.start, "right")) - 1
        marked.append(replace(s, quoted=k >= 0 and s.end <= spans[k].end))
    found = []
    for span in spans:
        said = apply_within(words.text, marked, span.start, span.end)
        page = words.text[span.start : span.end]
        speaker = apply_within(words.text, marked, *span.speaker) if span.speaker else None
        found.append(Quotation(span.start, span.end, speaker, page, said, said != page))
    return tuple(found), tuple(marked)
