"""The reader: from a document to its Reading.

One pass of the encoder over the document as it stands gives every word its odds of a swap, and the verdict rests on them.
Only in a document that reads as spun are the words decided: a first look at the evidence on each suspicious word, then two
more with what is sure filled in and the document's rate, family and dictionary known. The decided text is read once more,
until nothing changes or the rounds are spent; where it comes to rest, restoring twice is the same as restoring once.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from unspin import lexicon as lexicons
from unspin import tortured as torture
from unspin.errors import InputError
from unspin.lexicon import CHANNELS, Lexicon
from unspin.model import encoder as encoders
from unspin.model import posterior as posteriors
from unspin.model import verdict
from unspin.model.encoder import Encoder, Visible
from unspin.model.evidence import Evidence, gather, refine
from unspin.model.ngram import NGram
from unspin.model.posterior import Posterior, Weights
from unspin.reading import Note, Quotation, Reading, Substitution
from unspin.text import (
    Kind,
    Words,
    apply,
    apply_within,
    find_quotations,
    indefinite_article,
    match_case,
    removal_span,
    sentence_starts,
    split,
)

if TYPE_CHECKING:
    from unspin.model.deep import CausalModel

SUSPICION: Final = -3.0
"""Log-odds of a swap above which a word is looked at (one in twenty)."""
SURE: Final = 0.9
"""Posterior from which the second look takes a first decision for granted."""
CHANGE: Final = 0.3
"""A word is changed when the posterior that it is as written falls below this."""
FEWEST_WORDS: Final = 30
_READ_AGAIN: Final = 2  # looks after the first; the second gave .006 of the words right and costs a pass of the encoder
_ROUNDS: Final = 4
_STRETCH: Final = 20_000  # tokens that are decided together
_ALTERNATIVES: Final = 4
_SECOND_OPINION: Final = 8  # options that a causal language model may look at
# A text whose words are hardly ever one of these is a list, a table, code, or not English.
_FUNCTION_WORDS: Final = frozenset(
    "the a an and of to in is that it for was with he as his on be at by i this had not are but from or have they which"
    " you were her she we their has would will been its who my there no do said so when".split()
)
_FAMILIES: Final = dict(zip(CHANNELS, ("wordnet-walk", "fluent-synonyms", "thesaurus", "neighbours"), strict=True))
_BE, _ARTICLES = frozenset(["is", "was", "are", "were", "be", "been"]), frozenset(["a", "an", "the"])
_INSERTED: Final = frozenset(
    "simply merely just really actually basically truly essentially literally certainly definitely indeed surely".split()
)


@dataclass(frozen=True)
class Models:
    """All that is loaded: the lexicon, the encoder, the n-gram model."""

    lexicon: Lexicon
    encoder: Encoder
    ngram: NGram


@dataclass(frozen=True)
class Decision:
    """What was decided for one token: the original and what else it may have been."""

    original: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...]


def read(
    text: str,
    *,
    operating_point: float = 1e-4,
    deep: Path | None = None,
    dictionary: Path | Mapping[str, str] | None = None,
    tortured: bool = False,
) -> Reading:
    """Read one document.

    Args:
        text: any text; what cannot be judged (fewer than 30 words, not English, not prose) is said to be so in ``notes``.
        operating_point: the document is called spun if at most this share of ordinary documents scores as high.
        deep: a causal language model (GGUF file or Hugging Face folder) as a slow second opinion; needs ``unspin[deep]``.
        dictionary: the spinner's dictionary where it is known, from spun word to original: a mapping, or a file of
            JSON or of lines with the two words separated by a tab.
        tortured: look for tortured phrases of science too; they are restored even where the document reads as written.

    Raises:
        InputError: the dictionary is not readable.
        ModelError: ``deep`` needs an extra that is not installed.
    """
    words = split(text)
    note = _unjudged(words)
    if note is not None:
        return Reading(text=text, restored=text, spun=False, score=0.0, false_positive_rate=1.0, share=0.0,
                       words=int(words.is_word.sum()), notes=(note,))  # fmt: skip
    models = _models()
    visible = models.encoder.visible(words, SUSPICION)
    score = verdict.score(visible.swap[words.kind != Kind.MARK])
    rate = verdict.load().rate(score)
    spun = rate <= operating_point
    known = _dictionary(dictionary)
    decisions: dict[int, Decision] = {}
    family = None
    if spun:
        decisions, family = _restore(words, visible, models, operating_point, deep, known)
    substitutions = _substitutions(words, decisions, models.lexicon)
    if tortured:
        substitutions = _with_tortured(words, substitutions)
    changed = sum(1 for s in substitutions if s.found.lower() not in ("a", "an"))
    judged = int((words.kind != Kind.MARK).sum())
    quotations, substitutions = _quotations(words, substitutions)
    return Reading(
        text=text,
        restored=apply(text, substitutions),
        spun=spun,
        score=round(score, 3),
        false_positive_rate=float(f"{rate:.3g}"),
        share=round(changed / max(judged, 1), 6),
        words=judged,
        spinner=family,
        substitutions=substitutions,
        quotations=quotations,
    )


def restore(
    text: str,
    *,
    operating_point: float = 1e-4,
    deep: Path | None = None,
    dictionary: Path | Mapping[str, str] | None = None,
    tortured: bool = False,
) -> str:
    """The restored text; ``text`` itself where it does not read as spun. Arguments as for :func:`read`."""
    return read(text, operating_point=operating_point, deep=deep, dictionary=dictionary, tortured=tortured).restored


def read_many(
    texts: Iterable[str],
    *,
    operating_point: float = 1e-4,
    deep: Path | None = None,
    dictionary: Path | Mapping[str, str] | None = None,
    tortured: bool = False,
) -> Iterator[Reading]:
    """Read documents in order, each as :func:`read` would alone."""
    for text in texts:
        yield read(text, operating_point=operating_point, deep=deep, dictionary=dictionary, tortured=tortured)


def look_first(words: Words, models: Models) -> tuple[Visible, Evidence]:
    """The document as it stands, and the evidence on its suspicious words."""
    visible = models.encoder.visible(words, SUSPICION)
    return visible, gather(words, visible, models.lexicon, models.encoder, models.ngram)


def read_again(words: Words, evidence: Evidence, look: Posterior, models: Models) -> Evidence:
    """The evidence with the context read again, what the last look is sure of filled in."""
    best = posteriors.best(evidence, look)
    probability = np.zeros(len(best))
    probability[best >= 0] = look.option[best[best >= 0]]
    swapped = probability >= look.written
    tokens = list(words.lower)
    for i in np.flatnonzero(swapped & (best >= 0)):
        tokens[evidence.place[i]] = models.lexicon.forms[evidence.original[best[i]]]
    sure = np.where(swapped, probability, look.written) > SURE
    return refine(evidence, words, tokens, sure, models.lexicon, models.encoder, models.ngram)


def decide(words: Words, evidence: Evidence, models: Models, weights: Weights) -> tuple[Posterior, Evidence]:
    """All looks: the posterior of the document, and the evidence that it rests on."""
    look = posteriors.decide(evidence, words, models.lexicon, weights, None)
    for _ in range(_READ_AGAIN):
        evidence = read_again(words, evidence, look, models)
        look = posteriors.decide(evidence, words, models.lexicon, weights, look)
    return look, evidence


def second_opinion(
    words: Words, evidence: Evidence, posterior: Posterior, lexicon: Lexicon, model: CausalModel
) -> Posterior:
    """The posterior after a causal language model has read the best options of every suspicious word."""
    shortlists: list[NDArray[np.int64]] = []
    options: list[str] = []
    prior: list[float] = []
    tokens = list(words.lower)
    for i, place in enumerate(evidence.place.tolist()):
        here = np.arange(evidence.ptr[i], evidence.ptr[i + 1])
        best = here[np.argsort(-posterior.option[here], kind="stable")][:_SECOND_OPINION]
        shortlists.append(best)
        options += [words.lower[place], *(lexicon.forms[k] for k in evidence.original[best])]
        prior += [float(posterior.written[i]), *posterior.option[best].tolist()]
        if len(best) and posterior.option[best[0]] > posterior.written[i]:
            tokens[place] = lexicon.forms[evidence.original[best[0]]]
    ptr = np.concatenate([[0], np.cumsum([len(best) + 1 for best in shortlists])]).astype(np.int64)
    with np.errstate(divide="ignore"):
        score = model.decide(words, tokens, evidence.place, ptr, options, np.log(np.array(prior))).score
    option, written = np.zeros_like(posterior.option), posterior.written.copy()
    for i, best in enumerate(shortlists):
        share = np.exp(score[ptr[i] : ptr[i + 1]] - score[ptr[i] : ptr[i + 1]].max())
        share /= share.sum()
        written[i], option[best] = share[0], share[1:]
    return replace(posterior, option=option, written=written)


@lru_cache(maxsize=1)
def _causal_model(path: Path) -> CausalModel:
    from unspin.model import deep  # late: torch

    return deep.load(path)


@lru_cache(maxsize=1)
def _models() -> Models:
    return Models(lexicons.load(), encoders.load(), NGram.load())


def _unjudged(words: Words) -> Note | None:
    """Why a document cannot be judged, or None."""
    plain = np.flatnonzero(words.is_word)
    if len(plain) < FEWEST_WORDS:
        return Note.TOO_SHORT
    if len(plain) < 0.5 * len(words):
        return Note.NOT_PROSE
    function = sum(words.lower[i] in _FUNCTION_WORDS for i in plain.tolist()) / len(plain)
    if function < 0.1:
        known = _known_share(words, plain)
        return Note.NOT_ENGLISH if known < 0.6 else Note.NOT_PROSE
    return None


def _known_share(words: Words, plain: NDArray[np.int64]) -> float:
    """Share of a document's words that the lexicon knows."""
    return float((lexicons.load().ids([words.lower[i] for i in plain]) >= 0).mean())


def _restore(
    words: Words, visible: Visible, models: Models, operating_point: float, deep: Path | None, known: Mapping[str, str]
) -> tuple[dict[int, Decision], str | None]:
    """Decide the words of a spun document, and read the result again until it stays as it is."""
    weights = posteriors.load()
    decisions: dict[int, Decision] = {}
    family: str | None = None
    now = words
    for turn in range(_ROUNDS):
        if turn:
            visible = models.encoder.visible(now, SUSPICION)
            score = verdict.score(visible.swap[now.kind != Kind.MARK])
            if verdict.load().rate(score) > operating_point:
                break
        new: dict[int, Decision] = {}
        for begin, end in _stretches(now):
            part, seen = _cut(now, visible, begin, end)
            evidence = gather(part, seen, models.lexicon, models.encoder, models.ngram)
            posterior, evidence = decide(part, evidence, models, weights)
            if deep is not None:
                posterior = second_opinion(part, evidence, posterior, models.lexicon, _causal_model(deep))
            if not turn and not begin:
                family = _family(posterior)
            decided = _decided(part, seen, evidence, posterior, models.lexicon, known)
            new |= {begin + i: decision for i, decision in decided.items()}
        if not new:
            break
        decisions |= new
        now = _as_decided(words, decisions)
    return decisions, family


def _stretches(words: Words) -> Iterator[tuple[int, int]]:
    """A document in stretches of whole sentences that are decided together: memory stays bounded, time linear."""
    begin = 0
    while len(words) - begin > _STRETCH:
        starts = np.flatnonzero(sentence_starts(_cut_words(words, begin, begin + _STRETCH)))
        # A text without sentences is cut where it must be.
        end = begin + (int(starts[-1]) if len(starts) and starts[-1] > _STRETCH // 2 else _STRETCH)
        yield begin, end
        begin = end
    yield begin, len(words)


def _cut_words(words: Words, begin: int, end: int) -> Words:
    """Tokens ``begin`` to ``end`` of a document, with their offsets into the whole."""
    part = slice(begin, end)
    return Words(words.text, words.start[part], words.end[part], words.kind[part], words.lower[part])


def _cut(words: Words, visible: Visible, begin: int, end: int) -> tuple[Words, Visible]:
    """A stretch of a document, and what the encoder saw of it."""
    first, last = np.searchsorted(visible.places, (begin, end))
    seen = Visible(visible.swap[begin:end], visible.places[first:last] - begin, visible.belief[first:last])
    return _cut_words(words, begin, end), seen


def _decided(
    words: Words,
    visible: Visible,
    evidence: Evidence,
    posterior: Posterior,
    lexicon: Lexicon,
    known: Mapping[str, str],
) -> dict[int, Decision]:
    """The tokens that are changed, and to what."""
    found: dict[int, Decision] = {}
    best = posteriors.best(evidence, posterior)
    for i in np.flatnonzero((posterior.written < CHANGE) & (best >= 0)):
        options = np.arange(evidence.ptr[i], evidence.ptr[i + 1])
        order = options[np.argsort(-posterior.option[options], kind="stable")][: _ALTERNATIVES + 1]
        ranked = [(lexicon.forms[evidence.original[k]], round(float(posterior.option[k]), 4)) for k in order]
        place = int(evidence.place[i])
        others = [*ranked[1:], (words.lower[place], round(float(posterior.written[i]), 4))]
        others.sort(key=lambda pair: -pair[1])
        found[place] = Decision(ranked[0][0], ranked[0][1], tuple(p for p in others if p[1] >= 0.001)[:_ALTERNATIVES])
    for i in visible.places.tolist():
        probability = 1 / (1 + math.exp(-float(visible.swap[i])))
        token = words.lower[i]
        if token in known:
            found[i] = Decision(known[token], round(max(probability, 0.5), 4), ())
        elif probability >= 1 - CHANGE and _is_put_in(words, i):
            found[i] = Decision("", round(probability, 4), ((token, round(1 - probability, 4)),))
    return found


def _is_put_in(words: Words, i: int) -> bool:
    """Whether a token stands where spinners put an adverb in: "is *simply* a"."""
    if not 0 < i < len(words) - 1 or words.lower[i] not in _INSERTED:
        return False
    return words.lower[i - 1] in _BE and words.lower[i + 1] in _ARTICLES


def _as_decided(words: Words, decisions: Mapping[int, Decision]) -> Words:
    """The document as decided, token for token (a removed token stays, as an empty mark)."""
    lower = list(words.lower)
    kind = words.kind.copy()
    for i, decision in decisions.items():
        lower[i] = decision.original
        if not decision.original:
            kind[i] = Kind.MARK
    return replace(words, lower=tuple(lower), kind=kind)


def _family(posterior: Posterior) -> str | None:
    """The family that explains the document best, where one clearly does."""
    best = int(np.argmax(posterior.family))
    return _FAMILIES[CHANNELS[best]] if posterior.family[best] >= 0.5 else None


def _substitutions(words: Words, decisions: Mapping[int, Decision], lexicon: Lexicon) -> tuple[Substitution, ...]:
    """Decisions as edits of the text: in the case of the place, articles made to fit."""
    starts = sentence_starts(words)
    made: list[Substitution] = []
    for i in sorted(decisions):
        decision = decisions[i]
        found = words.surface(i)
        start, end = int(words.start[i]), int(words.end[i])
        if not decision.original:
            start, end = removal_span(words.text, start, end)
            made.append(Substitution(start, end, words.text[start:end], "", decision.confidence, decision.alternatives))
            continue
        original = match_case(found, decision.original, bool(starts[i]))
        if original == found:
            continue
        if i and words.lower[i - 1] in ("a", "an") and i - 1 not in decisions:
            made += _article(words, i - 1, original, decision.confidence)
        route = lexicon.route(decision.original, words.lower[i])
        made.append(Substitution(start, end, found, original, decision.confidence, decision.alternatives, route))
    return tuple(made)


def _article(words: Words, i: int, following: str, confidence: float) -> list[Substitution]:
    """The article before a restored word, where it no longer fits."""
    fitting = indefinite_article(following)
    if fitting == words.lower[i]:
        return []
    found = words.surface(i)
    original = fitting.capitalize() if found[0].isupper() else fitting
    return [Substitution(int(words.start[i]), int(words.end[i]), found, original, confidence)]


def _with_tortured(words: Words, substitutions: tuple[Substitution, ...]) -> tuple[Substitution, ...]:
    """Tortured phrases restored too; a phrase goes before the single words inside it."""
    starts = sentence_starts(words)
    phrases = []
    for finding in torture.find(words):
        start, end = int(words.start[finding.begin]), int(words.end[finding.end - 1])
        original = match_case(words.surface(finding.begin), finding.original, bool(starts[finding.begin]))
        phrases.append(Substitution(start, end, words.text[start:end], original, round(finding.probability, 4)))
    rest = [s for s in substitutions if all(s.end <= p.start or p.end <= s.start for p in phrases)]
    return tuple(sorted([*phrases, *rest], key=lambda s: s.start))


def _quotations(
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


def _dictionary(source: Path | Mapping[str, str] | None) -> Mapping[str, str]:
    """A spinner's dictionary, from spun word to original, in lower case."""
    if source is None:
        return {}
    if isinstance(source, Path):
        try:
            text = source.read_text(encoding="utf-8")
            pairs = json.loads(text) if text.lstrip().startswith("{") else dict(
                line.split("\t")[:2] for line in text.splitlines() if line.strip()
            )  # fmt: skip
        except (OSError, ValueError) as error:
            raise InputError(
                f"{source}: not a dictionary: a JSON object or lines of two words with a tab between"
            ) from error
        source = pairs
    return {str(found).lower(): str(original).lower() for found, original in source.items()}
