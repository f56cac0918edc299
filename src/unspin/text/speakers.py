"""Who is said to have said a quotation.

The speaker is found by the patterns of news prose (``“…,” said X``, ``X told Y: “…”``, ``according to X, “…”``) in a
window of a few dozen tokens within the paragraph, so that the whole is linear. Where no pattern fits there is no
speaker: a missing name does less harm than a wrong one. A pronoun is no name.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unspin.text.paragraphs import paragraph_starts
from unspin.text.quotation_marks import Quoted
from unspin.text.sentences import TITLES, sentence_spans
from unspin.text.words import Kind, Words

__all__ = ["Speakers"]

_SPEECH = frozenset(
    "said says say saying told tells tell added adds wrote writes asked asks explained explains replied replies"
    " answered insisted insists argued argues claimed claims warned warns noted notes stated states declared"
    " announced remarked commented continued concluded admitted admits acknowledged recalled recalls suggested"
    " suggests joked promised shouted cried whispered tweeted posted observed responded stressed complained"
    " confirmed testified urged urges called calls described describes reads read quipped retorted exclaimed"
    " murmured muttered agreed repeated".split()
)
_PASSIVE = frozenset("is was are were be been being got get".split())
_BETWEEN = frozenset(
    "has had have also later then earlier once recently previously repeatedly again simply further only"
    " reportedly famously finally quietly".split()
)
_FINITE = frozenset(
    "is was are were am been does did do will would can could should may might must has had have".split()
)
_DETERMINERS = frozenset("the a an one another his her their its our my some many several two three".split())
_ROLES = frozenset(
    "police officials sources ministers witnesses lawyers researchers scientists residents campaigners analysts"
    " experts investigators prosecutors diplomats spokesman spokeswoman spokesperson president minister chairman"
    " chairwoman chair director founder author professor editor captain coach manager mayor governor senator"
    " leader chief lawyer owner organiser organizer head secretary officer detective judge sergeant inspector".split()
)
_NOT_A_NAME = frozenset(
    "he she it we they you i this that these those there here who which what when where while because if but and"
    " or so then than as however meanwhile yes no not nor yet although though after before since until in on at by"
    " from with about during under over into to for of per via yesterday today tomorrow tonight monday tuesday"
    " wednesday thursday friday saturday sunday january february march april june july august september october"
    " november december last next earlier later speaking asked according".split()
)
_STOPS = frozenset(
    "he she it we they you i who whom whose which that when where while because if but or so then than as in on"
    " at by from with about during under over into to after before since until yesterday today tomorrow tonight".split()
)
_PREPOSITIONS = frozenset("in on at by from with about during under over into to after before since until as".split())
_PARTICLES = frozenset("de da di do dos du van von der den la le el al bin ibn ben of and & the y".split())
_LEAD_INS = frozenset("but and so yet however meanwhile also then still instead".split())
_TIMES = frozenset("monday tuesday wednesday thursday friday saturday sunday yesterday today".split())

_WINDOW = 40  # tokens looked at on each side of a quotation
_NAME_LENGTH = 12
_APPOSITION = 25
_OBJECT = 6  # tokens between a verb and its quotation, as in "told the court on Friday: "

Range = tuple[int, int]
"""Tokens ``[begin, end)``."""


class Speakers:
    """The patterns, over the tokens of one text."""

    def __init__(self, words: Words, lower: Sequence[str], quotes: Sequence[Quoted]) -> None:
        """Look at a text.

        Args:
            words: the text.
            lower: for each token the lower-case word to take it for.
            quotes: the quotations of the text, in order.
        """
        self.words = words
        self.lower = lower
        self.quotes = quotes
        sentences = sentence_spans(words)[:, 0]
        self.sentence = sentences[np.searchsorted(sentences, [q.mark for q in quotes], side="right") - 1].tolist()
        borders = [*np.searchsorted(words.start, paragraph_starts(words.text)).tolist(), len(words)]
        self.borders = borders

    def all(self) -> list[Range | None]:
        """A token range for each quotation, or None."""
        speakers: list[Range | None] = []
        named_after = False  # the quotation before had its speaker named behind it: “…,” said X. “…”
        for k, quote in enumerate(self.quotes):
            previous = self.quotes[k - 1] if k else None
            near, far = self._before(k)
            after = None if near else self._after(k)
            who = near or after or far
            follows = previous is not None and previous.paragraph == quote.paragraph
            goes_on = previous is not None and previous.continued and previous.paragraph + 1 == quote.paragraph
            if who is None and (goes_on or (follows and named_after and self._resumes(previous, quote))):
                who = speakers[-1]
                after = who
            speakers.append(who)
            named_after = after is not None
        return self._carry_back(speakers)

    def _carry_back(self, speakers: list[Range | None]) -> list[Range | None]:
        """Give a speech over several paragraphs the speaker that its last one names."""
        for k in range(len(speakers) - 2, -1, -1):
            quote = self.quotes[k]
            if speakers[k] is None and quote.continued and self.quotes[k + 1].paragraph == quote.paragraph + 1:
                speakers[k] = speakers[k + 1]
        return speakers

    def _resumes(self, previous: Quoted | None, quote: Quoted) -> bool:
        """Whether only a short attribution stands between two quotations, and the second begins a sentence."""
        if previous is None or quote.mark - previous.resume > _WINDOW // 2:
            return False
        stops = [i for i in range(previous.resume, quote.mark) if self.lower[i] in ".?!"]
        opening = self.words.start[quote.mark]
        return len(stops) <= 1 and (not stops or self.words.text[self.words.end[stops[0]] : opening].isspace())

    # --- behind the quotation

    def _after(self, k: int) -> Range | None:
        quote = self.quotes[k]
        limit = min(self.borders[quote.paragraph + 1], quote.resume + _WINDOW)
        if k + 1 < len(self.quotes):
            limit = min(limit, self.quotes[k + 1].mark)
        i = quote.resume
        if not quote.closed or i >= limit:
            return None
        last = self.lower[quote.end - 1]
        if self.lower[i] == ",":
            i += 1
        elif last not in ",?!…—–-" and self._capital(i):
            return None  # a new sentence
        if i >= limit:
            return None
        if self.lower[i] == "according" and i + 1 < limit and self.lower[i + 1] == "to":
            return self._name(i + 2, limit)
        if self._speech(i):
            return self._name(self._skip(i + 1, limit), limit)
        return self._name_then_verb(i, limit)

    def _name_then_verb(self, i: int, limit: int) -> Range | None:
        if not self._may_begin(i):
            return None
        for j in range(i + 1, min(limit, i + _NAME_LENGTH)):
            if self.lower[j] == ",":
                return self._trim(i, j) if self._verb_after_apposition(j, limit) else None
            if self._speech(j) and self.lower[j - 1] not in _PASSIVE:
                subject = self._trim(i, j)
                if subject is not None:
                    return subject
            if not self._joins(j):
                return None
        return None

    def _verb_after_apposition(self, comma: int, limit: int) -> bool:
        for j in range(comma + 1, min(limit, comma + _APPOSITION)):
            if self.lower[j] == ",":
                j = self._skip(j + 1, limit)
                return j < limit and self._speech(j)
            if self.lower[j] in ".?!:;":
                return False
        return False

    # --- before the quotation

    def _before(self, k: int) -> tuple[Range | None, Range | None]:
        """The speaker named right before the quotation, and one named earlier in its sentence."""
        quote = self.quotes[k]
        end = quote.mark
        start = max(self.sentence[k], self.borders[quote.paragraph], end - _WINDOW)
        if k:
            start = max(start, self.quotes[k - 1].resume)
        for verb in range(end - 1, start - 1, -1):
            if self._speech(verb, at=start):
                subject = self._subject(verb, start, end)
                near = verb + 1 >= end - 2 or (self.lower[end - 1] in ":," and end - verb <= _OBJECT + 2)
                return (subject, None) if near else (None, subject)
            if self.lower[verb] == "according" and verb + 1 < end and self.lower[verb + 1] == "to":
                return None, self._name(verb + 2, end)
        return None, None

    def _subject(self, verb: int, start: int, end: int) -> Range | None:
        if verb == start:
            return self._name(self._skip(verb + 1, end), end)
        e = verb
        if self.lower[verb] == "saying" and self.lower[verb - 1] == "as":
            e -= 2  # was quoted as saying
            while e > start and self.lower[e - 1] in _PASSIVE | _BETWEEN:
                e -= 1
        elif self.lower[verb - 1] in _PASSIVE:
            return None
        while e > start and self.lower[e - 1] in _BETWEEN:
            e -= 1
        if e > start and self.lower[e - 1] == ",":  # an apposition: the name ends before its first comma
            commas = [i for i in range(max(start, e - _APPOSITION), e - 1) if self.lower[i] == ","]
            if not commas:
                return None
            e = commas[-1]
        b = e
        while b > start and e - b < _NAME_LENGTH and self._joins(b - 1):
            b -= 1
        while b < e and self.lower[b] in _LEAD_INS | _TIMES:
            b += 1
        if b < e and self._may_begin(b) and (b == start or self.lower[b - 1] not in _PREPOSITIONS):
            return self._trim(b, e)
        return self._last_name(b, e)

    def _last_name(self, b: int, e: int) -> Range | None:
        """The name at the end of ``[b, e)``, where something else begins it (``In Paris Mr Ray said``)."""
        for i in range(e - 1, b, -1):
            if self.lower[i] in _DETERMINERS and self.lower[i - 1] not in ("of", "for"):
                return self._trim(i, e)
        i = e
        while i > b and (self._name_token(i - 1) or self._links(i - 1)):
            i -= 1
            if self.lower[i] in TITLES:
                break
        return self._trim(i, e) if i < e and (i > b or self.lower[i] in TITLES) else None

    # --- names

    def _name(self, i: int, limit: int) -> Range | None:
        """A name or a described person that begins at ``i`` and ends by itself."""
        limit = min(limit, i + _NAME_LENGTH)
        if i >= limit or not self._may_begin(i):
            return None
        described = self.lower[i] in _DETERMINERS or not self._capital(i)
        j = i + 1
        while j < limit:
            capital = self._capital(j) and self.lower[j] not in _TIMES
            role = self.lower[j] in _ROLES or self.words.text[self.words.end[j - 1] - 2 : self.words.end[j - 1]] in (
                "'s",
                "’s",
            )
            word = described and self._joins(j)
            particle = self.lower[j] in _PARTICLES and j + 1 < limit and self._capital(j + 1)
            if not (capital or role or word or particle or self._links(j)) or not self._joins(j):
                break
            j += 1
        return self._trim(i, j)

    def _trim(self, b: int, e: int) -> Range | None:
        """The range without loose ends, or None if nothing in it names anybody."""
        while e > b and (
            self.lower[e - 1] in _BETWEEN | _PARTICLES | {"for", "-"}
            or self.words.kind[e - 1] == Kind.MARK
            and not self._stop_of_title(e - 1)
        ):
            e -= 1
        if e <= b or not self._may_begin(b):
            return None
        named = [i for i in range(b, e) if self.lower[i] not in _DETERMINERS and self.words.kind[i] == Kind.WORD]
        if not named or any(self.lower[i] in _FINITE for i in range(b, e)):
            return None
        if (
            self.lower[b] not in _DETERMINERS
            and not self._capital(b)
            and not any(self._capital(i) for i in range(b, e))
        ):
            return (b, e) if self.lower[e - 1] in _ROLES else None
        return b, e

    def _may_begin(self, i: int) -> bool:
        if self.words.kind[i] != Kind.WORD:
            return False
        word = self.lower[i]
        if word in _DETERMINERS or word in _ROLES:
            return True
        return self._capital(i) and word not in _NOT_A_NAME and word not in _FINITE

    def _joins(self, i: int) -> bool:
        """Whether a token may stand inside the phrase that names a speaker."""
        if self.words.kind[i] == Kind.MARK:
            return self._links(i)
        return self.lower[i] not in _STOPS and not self._speech(i)

    def _links(self, i: int) -> bool:
        """A hyphen inside a name, the full stop of a title or an initial, an ampersand."""
        sign = self.lower[i]
        if sign == "&":
            return True
        if sign in "-‐‑":
            return bool(
                0 < i < len(self.words) - 1
                and self.words.end[i - 1] == self.words.start[i]
                and self.words.end[i] == self.words.start[i + 1]
            )
        return self._stop_of_title(i)

    def _stop_of_title(self, i: int) -> bool:
        before = self.lower[i - 1] if i else ""
        return self.lower[i] == "." and (
            before in TITLES or before in ("jr", "sr") or (len(before) == 1 and before.isalpha())
        )

    def _name_token(self, i: int) -> bool:
        return self.words.kind[i] == Kind.WORD and self._capital(i) and self.lower[i] not in _NOT_A_NAME

    def _skip(self, i: int, limit: int) -> int:
        while i < limit and self.lower[i] in _BETWEEN:
            i += 1
        return i

    def _speech(self, i: int, at: int = -1) -> bool:
        """A verb of speech; with a capital only at the start of a sentence."""
        return self.lower[i] in _SPEECH and self.words.kind[i] == Kind.WORD and (i == at or not self._capital(i))

    def _capital(self, i: int) -> bool:
        return self.words.text[self.words.start[i]].isupper()
