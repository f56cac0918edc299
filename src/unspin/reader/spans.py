"""Spans for spans: "withinside the" for *in the*, "via way of means of" for *by*, "manages" for *deals with*.

What came of a phrase, or became one, is not to be found among the candidates of single words. So a span that a table knows
is one thing found, and what it may stand for are its candidates: the noisy channel between spans. Such spans are the wider
edges of the lattice (:mod:`unspin.model.lattice`): all that the table knows at a place, the shorter and the longer, compete
there. A phrase of the table may well be honest ("in the direction of"): each place is judged by itself, by a log-linear
model over what :data:`EVIDENCE` names, and by what the other places of the same phrase say, since one dictionary made them.

File: ``inflated.tsv`` (written by ``python -m training.inflated``), UTF-8, a line for each phrase, sorted: the phrase, a
tab, what it may stand for, likeliest first (``" | "`` between), a tab, how often the phrase stands in some 40 million words
of honest text.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from importlib import resources
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin import lexicon as lexicons
from unspin.arrays import ragged
from unspin.lexicon import Lexicon, seen
from unspin.lexicon import spans as dictionaries
from unspin.lexicon.phrases import PhraseTable
from unspin.lexicon.phrases import load as load_table
from unspin.model import lattice, machines
from unspin.model import posterior as posteriors
from unspin.model.encoder import Visible
from unspin.model.ngram import ORDER, START, NGram
from unspin.model.scorer import Linear
from unspin.reader import agreement
from unspin.reader.passes import Models
from unspin.reader.substitutions import FILL_ALL, PHRASES, Bar, apart, owned, undoubled
from unspin.reading import BELIEVED, Substitution
from unspin.text import PhraseMatch, Words, capital_starts, is_apart, match_case, rewrapped, split

EVIDENCE: Final = (
    "bias", "ngram", "context", "no_context", "rank", "swap", "highest_swap", "honest", "doubled",
)  # fmt: skip
"""What an original of a place is judged by; "as written" scores 0.

1; the 4-gram log-likelihood of the text restored, less that as found; what the encoder says of the original with the phrase
hidden, log share of all words, 0 for an original that is a phrase itself; 1 for such an original; log of one plus the rank
of the original among those of the phrase; mean and highest log-odds of a swap of the phrase's tokens; log of one plus the
count of the phrase in honest text; whether its first word stands twice. How many such phrases the document has is left out:
of the spinners that it was tried on some make many and some none, and it learned to tell these apart."""
_NGRAM, _CONTEXT, _NO_CONTEXT, _HONEST = map(EVIDENCE.index, ("ngram", "context", "no_context", "honest"))
ELSEWHERE: Final = 0.6
"""Weight of what the surroundings of the other places of a phrase say of an original."""
SELDOM: Final = -3.0
"""Log-odds that a word which looks swapped stands for a phrase, against another word: of swaps with one word found, one in
seventy has a phrase behind it. From here on five in eight of the phrases chosen are right (40 documents of part ``test``)."""
_FAR: Final = -4.0
_MOST_ELSEWHERE: Final = 12.0
_REACH: Final = 4  # tokens on either side that the 4-gram model sees
_START: Final = np.full(ORDER - 1, START, np.int32)
_MOST_NGRAM: Final = 20.0
_MOST_SWAP: Final = 6.0
_ALTERNATIVES: Final = 4
_BARELY: Final = 1e-4
_BLOCK: Final = 64
"""Spans whose originals are scored at a time, so that memory is bounded."""
_APART: Final = 6
"""Tokens at least between spans that are hidden at a time, so that a phrase is not read between gaps."""
HOPELESS: Final = -2.0
"""Log-odds of a span at most, whatever its context says, below which its context is not asked."""
_USUAL: Final = -4.0
"""What the encoder says of an original as a rule."""
_HARDLY: Final = 0.2
"""Probability of a span in the usual context up to which no other would have it put in."""
_SURELY: Final = 0.9
"""The same from which on none would have it left, and share of its likeliest original from which on that stays."""
_CLEARLY: Final = 0.03
"""How near to 0 or 1 the probability of a phrase that nobody writes must be in the usual context for its own not to matter."""
_HONEST_WORDS: Final = 40e6
"""Words of honest text that the phrases of the table were counted in."""
_ARTICLES: Final = frozenset(["a", "an", "the"])
_YOU: Final = frozenset(["you", "you're"])
_BESIDE_YOU: Final = frozenset(["you", "and", "to"])
_ALIKE: Final = {"an": "a", "this": "the"}
_INSERTIONS: Final = 3
_SELDOM_INSERTED: Final = 80
_OFTEN_INSERTED: Final = 30
"""Times that one such phrase stands on a page of a machine which inserts words, words to each of these, and words to any of
twice as many such phrases. Of honest text the commonest, "the new" and "a good", stand once in some 5,000 words."""


@dataclass(frozen=True, eq=False)
class Spans:
    """The spans of a document that may have been put in for others, ``m`` of them, by their first token, then their last.

    Attributes:
        begin: first token of each, the doubled one where the first word of a phrase stands twice, ``int64[m]``.
        end: the token after its last, ``int64[m]``.
        ptr: where the originals of each begin, ``int64[m + 1]``.
        originals: what they may stand for, ``k`` of them.
        evidence: see :data:`EVIDENCE`, ``float64[k, 9]``.
    """

    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    ptr: NDArray[np.int64]
    originals: tuple[str, ...]
    evidence: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.begin)

    def phrases(self, words: Words) -> list[str]:
        """What stands there, in lower case."""
        return [" ".join(words.lower[b:e]) for b, e in zip(self.begin.tolist(), self.end.tolist(), strict=True)]

    def only(self, kept: NDArray[np.bool_]) -> Spans:
        """Some of the spans, ``bool[m]``."""
        options = ragged.spread(kept, self.ptr)
        originals = tuple(self.originals[k] for k in np.flatnonzero(options))
        ptr = ragged.offsets(np.diff(self.ptr)[kept])
        return Spans(self.begin[kept], self.end[kept], ptr, originals, self.evidence[options])


@dataclass(frozen=True, eq=False)
class SpanPosterior:
    """What became of each span: the probability of each original, ``float64[k]``, and that it was put in, ``float64[m]``."""

    option: NDArray[np.float64]
    put_in: NDArray[np.float64]


class _First(NamedTuple):
    """Spans as they look the first time, and what machines were seen to do with such.

    Attributes:
        odds: the log-odds of each by itself, ``float64[m]``.
        share: the probability of each original if its span was put in, ``float64[k]``.
        several: the spans of several words, ``int64[n]``.
        put_in: the probability of each of these, those that overlap competing, ``float64[n]``.
        times: the pages that show each of these put in, ``float64[n]``.
        pages: the pages that show each span put in for each original, ``float64[k]``.
        like: how far the page looks like the work of such machines.
    """

    odds: NDArray[np.float64]
    share: NDArray[np.float64]
    several: NDArray[np.int64]
    put_in: NDArray[np.float64]
    times: NDArray[np.float64]
    pages: NDArray[np.float64]
    like: float


@dataclass(frozen=True)
class SpanModel:
    """What is known of spans, and how the evidence on them is weighed.

    Attributes:
        table: the phrases of two tokens and more.
        words: the words that may stand for a phrase.
        scorer: weights of the evidence.
        habits: weights of what machines were seen to put.
        readings: weights of what they were seen to put it for.
    """

    table: PhraseTable
    words: PhraseTable
    scorer: Linear
    habits: NDArray[np.float64]
    readings: NDArray[np.float64]

    def posterior(self, spans: Spans, words: Words) -> SpanPosterior:
        """The posterior of all spans together: those that overlap compete, those of one phrase have one dictionary.

        Phrases are judged twice: what became of them the first time says what kind of machine the page has been through.
        """
        first = self._first(spans, words)
        share = self._shares(spans, first)
        odds = first.odds.copy()
        odds[first.several] += self._as_machines_do(spans, words, first, share) @ self.habits
        put_in = lattice.marginals(len(words), spans.begin, spans.end, odds)
        return SpanPosterior(share * ragged.spread(put_in, spans.ptr), put_in)

    def undecided(self, spans: Spans, words: Words) -> NDArray[np.bool_]:
        """The spans of which their context may decide whether they were put in, or for what, ``bool[m]``.

        Their evidence has the usual context. Measured on real and on simulated pages: of the others none that is left as it
        is would be taken for put in, or the reverse, and the originals stay the same (1,953 spans, two in five decided so).
        """
        usual = self.posterior(spans, words)
        best = ragged.maxima(usual.option, spans.ptr, 0.0)
        sure = (usual.put_in > _SURELY) & (best > _SURELY * usual.put_in)
        return np.asarray(~sure & (usual.put_in > _HARDLY))

    def with_weights(
        self, habits: NDArray[np.float64] | None = None, readings: NDArray[np.float64] | None = None
    ) -> SpanModel:
        """The same with other weights of what machines were seen to put, and of what for."""
        return replace(
            self,
            habits=self.habits if habits is None else habits,
            readings=self.readings if readings is None else readings,
        )

    def judged(self, spans: Spans, words: Words) -> tuple[machines.Judged, NDArray[np.int64]]:
        """What the spans of several words are judged by the second time, and which they are, ``int64[n]``."""
        first = self._first(spans, words)
        values = self._as_machines_do(spans, words, first, self._shares(spans, first))
        return (first.odds[first.several], values), first.several

    def judged_originals(self, spans: Spans, words: Words) -> machines.Judged:
        """What the originals of the spans are judged by the second time."""
        first = self._first(spans, words)
        return machines.option_features(first.share, first.pages, first.like)

    def _first(self, spans: Spans, words: Words) -> _First:
        score = self._score(spans, words)
        odds = ragged.log_sum_exp(score, spans.ptr)
        put_in = lattice.marginals(len(words), spans.begin, spans.end, odds)
        several = np.flatnonzero(spans.end - spans.begin > 1)
        phrases, table = spans.phrases(words), seen.load()
        times = np.array([table.times(phrases[i]) for i in several.tolist()], np.float64)
        pairs = zip(ragged.owners(spans.ptr).tolist(), spans.originals, strict=True)
        pages = np.array([table.originals(phrases[i]).get(original, 0) for i, original in pairs], np.float64)
        like = machines.span_likeness(put_in[several], times)
        return _First(
            odds, np.exp(score - ragged.spread(odds, spans.ptr)), several, put_in[several], times, pages, like
        )

    def _shares(self, spans: Spans, first: _First) -> NDArray[np.float64]:
        """The probability of each original if its span was put in, what machines were seen to put it for considered."""
        return machines.option_shares(first.share, first.pages, first.like, self.readings, spans.ptr)

    def _score(self, spans: Spans, words: Words) -> NDArray[np.float64]:
        """What speaks for each original by itself, and at the other places of its span."""
        score = self.scorer(spans.evidence) + ELSEWHERE * self._elsewhere(spans, words)
        return np.asarray(score + SELDOM * ragged.spread(spans.end - spans.begin == 1, spans.ptr))

    def _as_machines_do(
        self, spans: Spans, words: Words, first: _First, share: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """What machines were seen to put says of the spans of several words."""
        pairs = zip(ragged.owners(spans.ptr).tolist(), spans.originals, strict=True)
        less = np.array([_is_less(words.lower[spans.begin[i] : spans.end[i]], original) for i, original in pairs], bool)
        shorter = ragged.sums(share * less, spans.ptr)[first.several]
        honest = spans.evidence[spans.ptr[:-1][first.several], _HONEST]
        return machines.span_features(first.odds[first.several], first.put_in, first.times, honest, shorter)

    def _elsewhere(self, spans: Spans, words: Words) -> NDArray[np.float64]:
        """What the surroundings at the other places of the same span say of each original, against the best there."""
        weight = self.scorer.weight
        said = spans.evidence[:, [_NGRAM, _CONTEXT, _NO_CONTEXT]] @ weight[[_NGRAM, _CONTEXT, _NO_CONTEXT]]
        relative = np.maximum(said - ragged.spread(ragged.maxima(said, spans.ptr), spans.ptr), _FAR)
        phrase = spans.phrases(words)
        keys = zip((phrase[k] for k in ragged.owners(spans.ptr)), spans.originals, strict=True)
        _, number = np.unique(["\t".join(key) for key in keys], return_inverse=True)
        total = np.bincount(number, relative)[number] if len(number) else relative
        return np.maximum(total - relative, -_MOST_ELSEWHERE)


def _is_less(phrase: Sequence[str], original: str) -> bool:
    """Whether an original is the phrase less some of its words: "content material" for *content*, "an excellent" for *a*."""
    left = iter(_ALIKE.get(word, word) for word in phrase)
    return all(_ALIKE.get(word, word) in left for word in original.split())


def alone(spans: Spans, scorer: Linear) -> SpanPosterior:
    """The posterior of each span as if there were no other in the document."""
    option, written = posteriors.softmax_with_rest(scorer(spans.evidence), spans.ptr)
    return SpanPosterior(option, 1 - written)


def gather(
    words: Words,
    visible: Visible,
    models: Models,
    known: SpanModel,
    least: float = HOPELESS,
    dictionary: Collection[str] = (),
) -> Spans:
    """The spans of a document that may have been put in, none across paragraphs or cells, with the evidence on them.

    Args:
        words: the document.
        visible: what the encoder says of it as it stands; a word stands for a phrase only where it is suspicious.
        models: what to read with.
        known: what is known of spans.
        least: a span whose log-odds, whatever its context says, are not above this is left out; with ``-inf`` all are kept and
            the context of each is asked, otherwise of those alone that it may decide.
        dictionary: words that the user knows what they stand for; a span with one of them is left out.
    """
    suspicious = set(visible.places.tolist())
    several = ((match, known.table) for match in known.table.everywhere(words))
    single = ((match, known.words) for match in known.words.everywhere(words) if match.begin in suspicious)
    unknown = (
        (match, table)
        for match, table in chain(several, single)
        if not any(word in dictionary for word in words.lower[match.begin : match.end])
    )
    undecided = None if least == -np.inf else partial(known.undecided, words=words)
    return _judged(words, visible, models, _listed(words, unknown), known.scorer, least, undecided)


def entries(words: Words, visible: Visible, known: Mapping[str, str]) -> tuple[Substitution, ...]:
    """The phrases of the user's dictionary in a text, where a word of them is suspicious, as edits.

    Args:
        words: the text.
        visible: what the encoder says of it as it stands.
        known: what stands there and what was written, in lower case; entries of one word are not looked at.
    """
    several = sorted((found, written) for found, written in known.items() if len(found.split()) > 1 and written)
    if not several:
        return ()
    suspicious = set(visible.places.tolist())
    found = [
        match
        for match in PhraseTable(tuple(several), (0,) * len(several)).matches(words)
        if not suspicious.isdisjoint(range(match.begin, match.end))
        and not is_apart(words.text, int(words.start[match.begin]), int(words.end[match.end - 1]))
    ]
    highest = np.array([visible.swap[match.begin : match.end].max() for match in found], np.float64)
    sure = np.maximum(1 / (1 + np.exp(-highest)), BELIEVED + _BARELY)
    begin = np.array([match.begin for match in found], np.int64)
    end = np.array([match.end for match in found], np.int64)
    originals = tuple(several[match.entry][1] for match in found)
    spans = Spans(begin, end, np.arange(len(found) + 1), originals, np.zeros((len(found), len(EVIDENCE))))
    return edits(words, spans, SpanPosterior(sure, sure), FILL_ALL)


class NeverWritten(NamedTuple):
    """A phrase that honest text never has: its tokens from ``begin`` to ``end``, the probability that it was put in."""

    begin: int
    end: int
    probability: float


def never_written(words: Words, visible: Visible, models: Models) -> tuple[NeverWritten, ...]:
    """The phrases of a document that honest text never has, in order; they may overlap."""
    table, scorer = _phrases()
    listed = _listed(words, ((match, table) for match in table.matches(words) if not table.honest[match.entry]))
    if not listed.originals:  # most texts
        return ()
    spans = _judged(words, visible, models, listed, scorer, -np.inf, lambda some: _open(alone(some, scorer).put_in))
    put_in = alone(spans, scorer).put_in
    return tuple(map(NeverWritten, spans.begin.tolist(), spans.end.tolist(), put_in.tolist()))


def _open(put_in: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which spans are neither clearly put in nor clearly as written, each judged alone in the usual context, ``bool[m]``."""
    return np.asarray((put_in > _CLEARLY) & (put_in < 1 - _CLEARLY))


def edits(words: Words, spans: Spans, posterior: SpanPosterior, bar: Bar = PHRASES) -> tuple[Substitution, ...]:
    """The spans of the best path, as edits of the text: those that were put in more likely than not.

    One whose likeliest original does not reach the ``bar`` stays open.
    """
    starts = capital_starts(words)
    made: list[Substitution] = []
    likely = np.flatnonzero(posterior.put_in > BELIEVED).tolist()
    firsts = set(spans.begin[likely].tolist())

    def is_free(token: int) -> bool:
        between = int(words.start[token - 1]), int(words.end[token])
        return token not in firsts and not is_apart(words.text, *between)

    for i in likely:
        options = slice(int(spans.ptr[i]), int(spans.ptr[i + 1]))
        option = posterior.option[options]
        ranked = [(spans.originals[options][k], round(float(option[k]), 4)) for k in np.argsort(-option, kind="stable")]
        begin, last = int(spans.begin[i]), int(spans.end[i])
        start, end = int(words.start[begin]), int(words.end[last - 1])
        found, written = words.text[start:end], round(float(1 - posterior.put_in[i]), 4)
        if not bar.is_reached(ranked[0][1], written):
            made.append(Substitution(start, end, found, found, written, _shown(ranked)))
            continue
        last, likeliest = agreement.completed(words, begin, last, ranked[0][0], is_free)
        swapped = _word_for_word(words, begin, last, likeliest)
        for k, word in swapped:
            start, end, there = int(words.start[k]), int(words.end[k]), words.surface(k)
            original = match_case(there, word, bool(starts[k]))
            made.append(Substitution(start, end, there, original, ranked[0][1], _shown([(there.lower(), written)])))
        if swapped:
            continue
        others = sorted([*ranked[1:], (found, written)], key=lambda pair: -pair[1])
        end, original = int(words.end[last - 1]), match_case(words.surface(begin), likeliest, bool(starts[begin]))
        end, original = owned(words.text, end, original)
        start, end, original = rewrapped(words.text, start, end, original)
        if original != words.text[start:end]:
            made.append(Substitution(start, end, words.text[start:end], original, ranked[0][1], _shown(others)))
    return undoubled(words, made)


def _word_for_word(words: Words, begin: int, end: int, original: str) -> list[tuple[int, str]]:
    """The tokens of a span and their originals, if the span is words that each stand for one word; empty if it is not.

    "Safety investigator" for *security researcher* is two swaps, "prepare yourself" for *get ready* is one.
    """
    meant = original.split()
    if end - begin != len(meant) or not words.is_word[begin:end].all():
        return []
    swapped = [(k, word) for k, word in enumerate(meant, begin) if word != words.lower[k]]
    lexicon = lexicons.load()
    return swapped if all(lexicon.may_stand_for(words.lower[k], word) for k, word in swapped) else []


def held(
    words: Words, spans: Spans, posterior: SpanPosterior, settled: Sequence[Substitution]
) -> list[tuple[int, int]]:
    """The spans of several words on the best path of which nobody knows what they stand for, as offsets, in order.

    Their words are not for themselves: one of them restored alone would leave half of what was put in ("web sites" as "web
    websites").
    """
    likely = np.flatnonzero((posterior.put_in > BELIEVED) & (spans.end - spans.begin > 1))
    start, end = words.start[spans.begin[likely]].tolist(), words.end[spans.end[likely] - 1].tolist()
    return apart(list(zip(start, end, strict=True)), [(s.start, s.end) for s in settled])


def _shown(ranked: Sequence[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    return tuple(pair for pair in ranked if pair[1] >= 0.001)[:_ALTERNATIVES]


@dataclass(frozen=True, eq=False)
class _Listed:
    """Spans before there is evidence on them: as in :class:`Spans`, and the count of each in honest text."""

    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    originals: list[tuple[str, ...]]
    honest: NDArray[np.float64]
    doubled: NDArray[np.bool_]

    @property
    def ptr(self) -> NDArray[np.int64]:
        return ragged.offsets(np.array([len(some) for some in self.originals], np.int64))


class _Row(NamedTuple):
    """A span as in :class:`Spans`, its count in honest text, and whether its first word is doubled."""

    begin: int
    end: int
    originals: tuple[str, ...]
    honest: int
    doubled: int


def _listed(words: Words, matches: Iterable[tuple[PhraseMatch, PhraseTable]]) -> _Listed:
    """Matches as spans, but for those that a line, other than at a margin, or a cell parts."""
    rows: list[_Row] = []
    for match, table in matches:
        if is_apart(words.text, int(words.start[match.begin]), int(words.end[match.end - 1])):
            continue
        doubled = _doubled(words, match)
        originals = agreement.possible(words, match.begin, match.end, tuple(table.pairs[match.entry][1].split(" | ")))
        if originals:
            rows.append(_Row(match.begin - doubled, match.end, originals, table.honest[match.entry], doubled))
    rows = _without_insertions(words, sorted(rows))
    return _Listed(
        np.array([row.begin for row in rows], np.int64),
        np.array([row.end for row in rows], np.int64),
        [row.originals for row in rows],
        np.array([row.honest for row in rows], np.float64),
        np.array([row.doubled for row in rows], bool),
    )


def _without_insertions(words: Words, rows: list[_Row]) -> list[_Row]:
    """The spans without the originals that only a machine which inserts words gives them, unless the page is such a machine's.

    Such a page has a phrase that nobody writes ("the fresh new"), or is full of the kind. Elsewhere that a text reads as well
    without an adjective says nothing: it does everywhere. A phrase whose end stands behind it once more ("and you may you
    may find") was put in on any page, and what stands there again was written.
    """
    phrases = [words.lower[row.begin : row.end] for row in rows]
    likely = [
        tuple(original for original in row.originals if not _is_inserted(phrase, original))
        for row, phrase in zip(rows, phrases, strict=True)
    ]
    places = [k for k, row in enumerate(rows) if len(likely[k]) < len(row.originals)]
    whole, end = [], 0  # "you may" is a part of "and you may"
    for k in places:
        if rows[k].end > end:
            whole.append(phrases[k])
        end = max(end, rows[k].end)
    often = max(Counter(whole).values(), default=0)
    many = often >= max(_INSERTIONS, len(words) / _SELDOM_INSERTED) or len(whole) >= max(
        2 * _INSERTIONS, len(words) / _OFTEN_INSERTED
    )
    if many or any(not rows[k].honest for k in places):
        return rows
    twice = {k for k in places if phrases[k][1:] == words.lower[rows[k].end : rows[k].end + len(phrases[k]) - 1]}
    again = {token for k in twice for token in range(rows[k].end, rows[k].end + len(phrases[k]) - 1)}
    return [
        row if k in twice else row._replace(originals=likely[k])
        for k, row in enumerate(rows)
        if k in twice or (likely[k] and again.isdisjoint(range(row.begin, row.end)))
    ]


def _is_inserted(phrase: Sequence[str], original: str) -> bool:
    """Whether a phrase is what a machine that inserts words makes of a word beside them: "the newest", "and you may"."""
    if original in _ARTICLES:
        return _is_less(phrase, original)
    return original in _BESIDE_YOU and not _YOU.isdisjoint(phrase)


def _judged(
    words: Words,
    visible: Visible,
    models: Models,
    listed: _Listed,
    scorer: Linear,
    least: float,
    undecided: Callable[[Spans], NDArray[np.bool_]] | None = None,
) -> Spans:
    """The evidence on spans, without those that no context could lift above ``least``; all of it on the ``undecided`` ones."""
    ptr, owner = listed.ptr, ragged.owners(listed.ptr)
    flat = [original for some in listed.originals for original in some]
    swap = np.clip(visible.swap, -_MOST_SWAP, _MOST_SWAP)
    inner = [swap[e - n : e] for e, n in zip(listed.end, listed.end - listed.begin - listed.doubled, strict=True)]
    ids = _ids(flat, models.lexicon)
    models.tick()
    evidence = np.stack(
        [
            np.ones(len(flat)),
            np.clip(_gains(words, listed, models.ngram), -_MOST_NGRAM, _MOST_NGRAM),
            np.zeros(len(flat)),
            ids < 0,
            np.log1p(ragged.ranks(ptr)),
            np.array([here.mean() for here in inner], np.float64)[owner],
            np.array([here.max() for here in inner], np.float64)[owner],
            np.log1p(listed.honest)[owner],
            listed.doubled[owner],
        ],
        axis=1,
    ).astype(np.float64)
    spans = Spans(listed.begin, listed.end, ptr, tuple(flat), evidence)
    worth = ragged.log_sum_exp(scorer(evidence), ptr) > least
    ids, spans = ids[ragged.spread(worth, ptr)], spans.only(worth)
    spans.evidence[:, _CONTEXT] = np.where(ids >= 0, _USUAL, 0.0)
    asked = ragged.maxima(ids, spans.ptr, -1) >= 0
    if undecided is not None:
        asked &= undecided(spans)
    options = ragged.spread(asked, spans.ptr)
    spans.evidence[options, _CONTEXT] = _context(words, spans.only(asked), ids[options], models)
    return spans


def _doubled(words: Words, match: PhraseMatch) -> int:
    """1 where the word before a phrase is its first word."""
    return int(match.begin > 0 and words.lower[match.begin - 1] == words.lower[match.begin])


def _ids(originals: Sequence[str], lexicon: Lexicon) -> NDArray[np.int32]:
    """The lexicon's ids of originals, -1 for phrases and for words that the encoder does not know."""
    ids = lexicon.ids(list(originals))
    return np.where(ids < lexicon.vocabulary, ids, -1)


def _context(words: Words, spans: Spans, ids: NDArray[np.int32], models: Models) -> NDArray[np.float32]:
    """What the encoder says of each original, its span hidden: log shares of all words; 0 for id -1, ``float32[k]``."""
    encoder = models.encoder
    shares = np.zeros(len(ids), np.float32)
    vectors = np.empty((len(spans), encoder.width), np.float32)
    for turn in _turns(spans):
        vectors[turn] = encoder.hidden(words, words.lower, spans.begin[turn], spans.end[turn])
    for at in range(0, len(spans), _BLOCK):
        models.tick()
        some = np.arange(at, min(at + _BLOCK, len(spans)))
        ptr, options = ragged.take(spans.ptr, some)
        total = ragged.spread(encoder.log_totals(vectors[some], models.lexicon.vocabulary), ptr)
        # The row of id -1 is that of "nothing"; what it says is left out.
        shares[options] = encoder.logits(ids[options].astype(np.int64), vectors[some], ptr) - total
    return np.where(ids >= 0, shares, np.float32(0))


def _turns(spans: Spans) -> list[NDArray[np.int64]]:
    """Spans in turns of which none has two that are nearer than :data:`_APART`: each is read in text, not between gaps."""
    turns: list[list[int]] = []
    free: list[int] = []
    for span, (begin, end) in enumerate(zip(spans.begin.tolist(), spans.end.tolist(), strict=True)):
        at = next((turn for turn, first in enumerate(free) if first <= begin), len(turns))
        if at == len(turns):
            turns.append([])
            free.append(0)
        turns[at].append(span)
        free[at] = end + _APART
    return [np.array(turn, np.int64) for turn in turns]


def _gains(words: Words, listed: _Listed, ngram: NGram) -> NDArray[np.float64]:
    """How much likelier the text is with each original in place of its span, in nats, ``float64[k]``."""
    found = ngram.ids(words.lower)
    gains = [np.empty(0)]
    for at in range(0, len(listed.originals), _BLOCK):
        block = slice(at, at + _BLOCK)
        pieces: list[NDArray[np.int32]] = []
        lengths: list[tuple[int, int]] = []
        for begin, end, originals in zip(listed.begin[block], listed.end[block], listed.originals[block], strict=True):
            before, after = found[max(begin - _REACH, 0) : begin], found[end : end + _REACH]
            for middle in (found[begin:end], *(_original_ids(original, ngram) for original in originals)):
                pieces += (_START, before, middle, after)
                lengths.append((len(_START) + len(before), len(middle) + len(after)))
        size = np.array(lengths, np.int64)
        ptr = ragged.offsets(size.sum(1))
        counted = ragged.ranks(ptr) >= ragged.spread(size[:, 0], ptr)
        total = ragged.sums(ngram.log_probability(np.concatenate(pieces)) * counted, ptr)
        rows = ragged.offsets(np.array([1 + len(originals) for originals in listed.originals[block]], np.int64))
        gain = total - ragged.spread(total[rows[:-1]], rows)
        gains.append(np.delete(gain, rows[:-1]))
    return np.concatenate(gains)


@lru_cache(maxsize=65_536)
def _original_ids(original: str, ngram: NGram) -> NDArray[np.int32]:
    return ngram.ids(split(original).lower)


@lru_cache(maxsize=1)
def load() -> SpanModel:
    """The shipped tables and weights."""
    table, scorer = _phrases()
    weights = machines.load()
    return SpanModel(table, _words_for_phrases(), scorer, weights.spans, weights.originals)


@lru_cache(maxsize=1)
def _phrases() -> tuple[PhraseTable, Linear]:
    """The part of :func:`load` that every verdict needs; the words that stand for phrases take as long again to load."""
    folder = resources.files("unspin.data")
    saved = json.loads((folder / "reader.json").read_text(encoding="utf-8"))["inflated"]
    with resources.as_file(folder / "inflated.tsv") as path:
        return load_table(path), Linear(np.array([saved[name] for name in EVIDENCE]))


def _words_for_phrases() -> PhraseTable:
    """The words that dictionaries of spinners put for a phrase, each with its phrases, likeliest first, and its frequency."""
    lexicon = lexicons.load()
    table = {word: phrases for word, phrases in dictionaries.words_for_phrases().items() if word in lexicon.index}
    words = sorted(table)
    honest = np.rint(_HONEST_WORDS * np.exp(lexicon.log_frequency[lexicon.ids(words)])).astype(int).tolist()
    return PhraseTable(tuple((word, " | ".join(table[word])) for word in words), tuple(honest))
