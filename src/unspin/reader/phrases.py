"""Phrases that spinners put in: "withinside the" for *in the*, "via way of means of" for *by*.

What came of a phrase, or became one, is not to be found among the candidates of single words. So a span of two tokens and
more that a table knows is one thing found, and what it may stand for are its candidates: the noisy channel between spans.
They are decided before the words are looked at. A phrase of the table may well be honest ("in the direction of"): each
place is judged by itself, by a log-linear model over what :data:`EVIDENCE` names, and left alone where it is not clear.

File: ``inflated.tsv`` (written by ``python -m training.inflated``), UTF-8, a line for each phrase, sorted: the phrase, a
tab, what it may stand for, likeliest first (``" | "`` between), a tab, how often the phrase stands in some 40 million words
of honest text.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.lexicon.phrases import PhraseTable
from unspin.lexicon.phrases import load as load_table
from unspin.model import posterior as posteriors
from unspin.model.encoder import Visible
from unspin.model.ngram import NGram
from unspin.model.scorer import Linear
from unspin.reader.passes import Models
from unspin.reading import BELIEVED, Substitution
from unspin.text import PhraseMatch, Words, match_case, sentence_starts, split

EVIDENCE: Final = (
    "bias", "ngram", "context", "no_context", "rank", "swap", "highest_swap", "honest", "doubled",
)  # fmt: skip
"""What an original of a place is judged by; "as written" scores 0.

1; the 4-gram log-likelihood of the text restored, less that as found; what the encoder says of the original with the phrase
hidden, log share of all words, 0 for an original that is a phrase itself; 1 for such an original; log of one plus the rank
of the original among those of the phrase; mean and highest log-odds of a swap of the phrase's tokens; log of one plus the
count of the phrase in honest text; whether its first word stands twice. What the rest of the document says is left out: of
the spinners that it was tried on some make many such phrases and some none, and it learned to tell these apart."""
_APART: Final = frozenset("\n\t")
"""What parts words too far for a phrase: lines, and the cells of a table."""
_REACH: Final = 4  # tokens on either side that the 4-gram model sees
_MOST_NGRAM: Final = 20.0
_MOST_SWAP: Final = 6.0
_ALTERNATIVES: Final = 4
_BLOCK: Final = 64
"""Spans whose words are scored at a time, so that memory is bounded."""
_TURNS: Final = 2
"""Every second place is hidden at a time, so that a phrase is not read between gaps."""


class Occurrence(NamedTuple):
    """A phrase of the table in a document.

    Attributes:
        begin: its first token, the doubled one where its first word stands twice.
        end: the token after its last.
        originals: what it may stand for, ``k`` of them.
        evidence: see :data:`EVIDENCE`, ``float64[k, 9]``.
    """

    begin: int
    end: int
    originals: tuple[str, ...]
    evidence: NDArray[np.float64]


@dataclass(frozen=True)
class PhraseModel:
    """The table of phrases, and the weights of the evidence."""

    table: PhraseTable
    scorer: Linear

    def posterior(self, occurrence: Occurrence) -> tuple[NDArray[np.float64], float]:
        """The probability of each original, ``float64[k]``, and that the phrase is as written."""
        ptr = np.array([0, len(occurrence.originals)])
        option, written = posteriors.softmax_with_rest(self.scorer(occurrence.evidence), ptr)
        return option, float(written[0])


def occurrences(
    words: Words, visible: Visible, models: Models, table: PhraseTable, most_honest: float = np.inf
) -> list[Occurrence]:
    """Where phrases of the table stand in a document, on one line and in one cell each; those that are seldom enough."""
    matches = [
        match
        for match in table.matches(words)
        if table.honest[match.entry] <= most_honest
        and not _APART.intersection(words.text[words.start[match.begin] : words.end[match.end - 1]])
    ]
    if not matches:
        return []
    spans = np.array([(m.begin - _doubled(words, m), m.end) for m in matches], np.int64)
    originals = [tuple(table.pairs[m.entry][1].split(" | ")) for m in matches]
    ids = [_ids(here, models) for here in originals]
    context = _context(words, spans, ids, models)
    found = []
    for number, match in enumerate(matches):
        models.tick()
        begin, honest, size = int(spans[number, 0]), table.honest[match.entry], len(originals[number])
        swap = np.clip(visible.swap[match.begin : match.end], -_MOST_SWAP, _MOST_SWAP)
        place = (swap.mean(), swap.max(), np.log1p(honest), begin < match.begin)
        columns: list[NDArray[Any]] = [
            np.ones(size),
            np.clip(_gains(words.lower, begin, match.end, originals[number], models.ngram), -_MOST_NGRAM, _MOST_NGRAM),
            context[number],
            ids[number] < 0,
            np.log1p(np.arange(size)),
            *(np.full(size, value) for value in place),
        ]
        found.append(Occurrence(begin, match.end, originals[number], np.stack(columns, axis=1).astype(np.float64)))
    return found


def never_written(words: Words, visible: Visible, models: Models) -> float:
    """The phrases of a document that honest text never has, as the probabilities that they were put in, summed."""
    known = load()
    places = occurrences(words, visible, models, known.table, most_honest=0)
    return float(sum(1 - known.posterior(place)[1] for place in places))


def restored(words: Words, visible: Visible, models: Models) -> tuple[Substitution, ...]:
    """The phrases that were put in, each with what it most likely stands for."""
    known = load()
    starts = sentence_starts(words)
    made: list[Substitution] = []
    at = 0
    for place in occurrences(words, visible, models, known.table):
        option, written = known.posterior(place)
        best, *rest = np.argsort(-option, kind="stable").tolist()
        if option[best] < BELIEVED or place.begin < at:
            continue
        at = place.end
        start, end = int(words.start[place.begin]), int(words.end[place.end - 1])
        found = words.text[start:end]
        others = [(place.originals[k], round(float(option[k]), 4)) for k in rest] + [(found, round(written, 4))]
        others.sort(key=lambda pair: -pair[1])
        original = match_case(words.surface(place.begin), place.originals[best], bool(starts[place.begin]))
        alternatives = tuple(pair for pair in others if pair[1] >= 0.001)[:_ALTERNATIVES]
        made.append(Substitution(start, end, found, original, round(float(option[best]), 4), alternatives))
    return tuple(made)


def _doubled(words: Words, match: PhraseMatch) -> int:
    """1 where the word before a phrase is its first word."""
    return int(match.begin > 0 and words.lower[match.begin - 1] == words.lower[match.begin])


def _ids(originals: tuple[str, ...], models: Models) -> NDArray[np.int32]:
    """The lexicon's ids of originals, -1 for phrases and for words that the encoder does not know."""
    ids = models.lexicon.ids(originals)
    return np.where(ids < models.lexicon.vocabulary, ids, -1)


def _context(
    words: Words, spans: NDArray[np.int64], ids: Sequence[NDArray[np.int32]], models: Models
) -> list[NDArray[np.float32]]:
    """What the encoder says of the originals ``ids`` of each span, the span hidden: log shares of all words; 0 for id -1."""
    shares: list[NDArray[np.float32]] = [np.empty(0, np.float32)] * len(spans)
    for turn in range(_TURNS):
        here = np.arange(turn, len(spans), _TURNS)
        vectors = models.encoder.hidden(words, words.lower, *spans[here].T)
        for at in range(0, len(here), _BLOCK):
            said = models.encoder.log_shares(vectors[at : at + _BLOCK], models.lexicon.vocabulary)
            for k, row in enumerate(here[at : at + _BLOCK].tolist()):
                shares[row] = np.where(ids[row] >= 0, said[k, ids[row]], 0.0)
    return shares


def _gains(tokens: Sequence[str], begin: int, end: int, originals: Sequence[str], ngram: NGram) -> NDArray[np.float64]:
    """How much likelier the text is with each original in place of tokens ``[begin, end)``, in nats, ``float64[k]``."""
    before, after = list(tokens[max(begin - _REACH, 0) : begin]), list(tokens[end : end + _REACH])

    def log_probability(middle: Sequence[str]) -> float:
        ids = ngram.ids([*before, *middle, *after])
        return float(ngram.log_probability(ids)[len(before) :].sum())

    as_found = log_probability(tokens[begin:end])
    return np.array([log_probability(split(original).lower) - as_found for original in originals])


@lru_cache(maxsize=1)
def load() -> PhraseModel:
    """The shipped table and weights."""
    folder = resources.files("unspin.data")
    saved = json.loads((folder / "reader.json").read_text(encoding="utf-8"))["inflated"]
    with resources.as_file(folder / "inflated.tsv") as path:
        return PhraseModel(load_table(path), Linear(np.array([saved[name] for name in EVIDENCE])))
