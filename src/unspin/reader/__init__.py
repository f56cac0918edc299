"""The reader: from a text to its :class:`~unspin.reading.Reading`.

The encoder reads the document as it stands and gives every word its odds of a swap; the verdict rests on them
(:mod:`~unspin.reader.document`). What is read is the view of the text (:func:`~unspin.text.prose`): markup, addresses and
code are never judged and never touched. The words are decided only where the document reads as spun: a first pass gathers the
evidence on each suspicious word, and two later passes read the context again with what is sure filled in and the rate, the
family and the dictionary of the document known (:mod:`~unspin.reader.passes`). Unless the reading is to be fast, a
language model reads the sentences of documents that are still in doubt, and those of the suspicious words in the end. The
decided text is read again until nothing changes (:mod:`~unspin.reader.rounds`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from unspin.errors import OptionError
from unspin.reader.dictionary import known_swaps
from unspin.reader.document import judge, unjudgeable
from unspin.reader.eligibility import unjudged
from unspin.reader.family import named
from unspin.reader.parallel import in_processes
from unspin.reader.passes import Models, load
from unspin.reader.progress import Progress, Watch
from unspin.reader.rounds import restore as restore_stretch
from unspin.reader.stretches import is_short
from unspin.reader.substitutions import as_given, quotations, routed, with_articles, with_phrases
from unspin.reader.terms import tortured_phrases
from unspin.reading import Note, Reading, Substitution
from unspin.settings import Settings
from unspin.text import View, Words, apply, prose, split
from unspin.text.view import LITERAL

__all__ = ["Watch", "assess", "read", "read_many", "restore"]

_LITERALS = 0.15
"""Addresses, identifiers and pieces of code to a word, from which on a text is a list of them."""
_JUDGING, _JUDGING_CLOSELY = 0.3, 0.05
"""Share of the time that a spun document takes until there is a verdict, where it is read fast and where closely."""


def read(
    text: str,
    settings: Settings | None = None,
    *,
    operating_point: float | None = None,
    deep: Path | None = None,
    dictionary: Path | Mapping[str, str] | None = None,
    fill_all: bool | None = None,
    tortured: bool | None = None,
    fast: bool | None = None,
    watch: Watch | None = None,
) -> Reading:
    """Read one document.

    Args:
        text: any text; what cannot be judged (fewer than 30 words, not English, not prose, damaged) is said to be so in
            ``notes``.
        settings: how it is read; the defaults of :class:`~unspin.settings.Settings` if not given.
        operating_point: in place of that of ``settings``.
        deep: in place of that of ``settings``.
        dictionary: in place of that of ``settings``.
        fill_all: in place of that of ``settings``.
        tortured: in place of that of ``settings``.
        fast: in place of that of ``settings``.
        watch: told how far the reading has come, at least about twice a second; what it raises ends the reading.

    Raises:
        TypeError: ``text`` is not a string.
        OptionError: a setting is of the wrong type or out of range.
        InputError: the dictionary is not readable.
        ModelError: ``deep`` needs an extra that is not installed, or is no model that can be used.
    """
    _check_text(text)
    settings = _chosen(settings, operating_point, deep, dictionary, fill_all, tortured, fast)
    return _read(text, settings, known_swaps(settings.dictionary), watch)


def assess(
    text: str,
    settings: Settings | None = None,
    *,
    operating_point: float | None = None,
    fast: bool | None = None,
    watch: Watch | None = None,
) -> Reading:
    """The verdict on one document and nothing more: what :func:`read` says, without restoring anything.

    The encoder runs over the document once whether it is spun or not, a fraction of the time of reading a spun one. Arguments
    and errors as for :func:`read`; ``share`` is 0, and there are no substitutions and no quotations.
    """
    _check_text(text)
    settings = _chosen(settings, operating_point, fast=fast)
    seen = prose(text)
    words = split(seen.text)
    note = _unjudged(words, seen)
    if note is not None:
        return unjudgeable(words, seen, note)
    progress = Progress(watch, 1.0)
    models = _models(words, settings).watched(progress.tick)
    verdict = judge(words, models, settings.operating_point, progress).verdict
    return replace(verdict, text=text, restored=text, passages=_led_back(verdict.passages, seen))


def restore(
    text: str,
    settings: Settings | None = None,
    *,
    operating_point: float | None = None,
    deep: Path | None = None,
    dictionary: Path | Mapping[str, str] | None = None,
    fill_all: bool | None = None,
    tortured: bool | None = None,
    fast: bool | None = None,
) -> str:
    """The restored text; ``text`` itself where it does not read as spun. Arguments and errors as for :func:`read`."""
    choices = _chosen(settings, operating_point, deep, dictionary, fill_all, tortured, fast)
    return read(text, choices).restored


def read_many(
    texts: Iterable[str],
    settings: Settings | None = None,
    *,
    operating_point: float | None = None,
    deep: Path | None = None,
    dictionary: Path | Mapping[str, str] | None = None,
    fill_all: bool | None = None,
    tortured: bool | None = None,
    fast: bool | None = None,
    workers: int = 1,
) -> Iterator[Reading]:
    """Read documents in order, each as :func:`read` would alone. Other arguments and errors as for :func:`read`.

    With several ``workers`` so many documents are read at a time, each in a process of its own, which takes some 800 MB (500 MB
    for fast readings) and a second or two to start; a few texts more are taken in ahead. The readings are the same, in the same
    order.

    Raises:
        TypeError: ``texts`` is a single text, or one of them is not a string.
        OptionError: ``workers`` is no number from 1.
        ModelError: one of several processes ended of itself.
    """
    if isinstance(texts, str | bytes):
        raise TypeError("read_many takes several texts, such as a list of str; for a single one call unspin.read")
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise OptionError(f"workers {workers!r}: give a number from 1")
    settings = _chosen(settings, operating_point, deep, dictionary, fill_all, tortured, fast)
    known = known_swaps(settings.dictionary)
    alone = partial(_alone, settings=replace(settings, dictionary=None), known=known)
    checked = map(_checked, texts)
    return map(alone, checked) if workers == 1 else in_processes(alone, checked, workers)


def _alone(text: str, settings: Settings, known: Mapping[str, str]) -> Reading:
    """Read one of several; ``known`` is what the dictionary holds."""
    return _read(text, settings, known, None)


def _checked(text: str) -> str:
    _check_text(text)
    return text


def _check_text(text: object) -> None:
    if not isinstance(text, str):
        hint = "; decode it first, or let unspin.documents.load find the encoding" if isinstance(text, bytes) else ""
        raise TypeError(f"a document must be a str, not {type(text).__name__}{hint}")


def _chosen(
    settings: Settings | None,
    operating_point: float | None = None,
    deep: Path | None = None,
    dictionary: Path | Mapping[str, str] | None = None,
    fill_all: bool | None = None,
    tortured: bool | None = None,
    fast: bool | None = None,
) -> Settings:
    """The settings with what the keywords say in place of their own."""
    return (settings or Settings()).changed(
        operating_point=operating_point,
        deep=deep,
        dictionary=dictionary,
        fill_all=fill_all,
        tortured=tortured,
        fast=fast,
    )


def _read(text: str, settings: Settings, known: Mapping[str, str], watch: Watch | None) -> Reading:
    seen = prose(text)
    words = split(seen.text)
    note = _unjudged(words, seen)
    if note is not None:
        return unjudgeable(words, seen, note)
    models = _models(words, settings)
    judging = _JUDGING if models.causal is None else _JUDGING_CLOSELY
    progress = Progress(watch, judging)
    models = models.watched(progress.tick)
    judged = judge(words, models, settings.operating_point, progress)
    phrases = tortured_phrases(words, progress.tick) if settings.tortured else ()
    found: list[Substitution] = []
    channel: str | None = None

    def so_far(here: tuple[Substitution, ...], start: int) -> Reading:
        moved = (replace(s, start=s.start + start, end=s.end + start) for s in here)
        substitutions = with_articles(words, with_phrases(routed([*found, *moved], models.lexicon), phrases))
        return _reading(judged.verdict, seen, words, substitutions, channel)

    if judged.verdict.spun:
        for number, stretch in enumerate(judged.stretches):
            rest = (1 - judging) / len(judged.stretches)
            progress.tell(judging + rest * number, partial(so_far, (), stretch.start))
            last: tuple[Substitution, ...] = ()
            rounds = restore_stretch(stretch.words, stretch.visible, models, settings, known)
            for count, done in enumerate(rounds, start=1):
                last = done.all
                channel = channel if number else done.channel
                progress.tell(judging + rest * (number + 1 - 0.5**count), partial(so_far, last, stretch.start))
            found += [replace(s, start=s.start + stretch.start, end=s.end + stretch.start) for s in last]
    return so_far((), len(seen.text))


def _models(words: Words, settings: Settings) -> Models:
    """What a document is read with: without the language model where it is to be fast, or would take too long."""
    return load(settings.fast or not is_short(words))


def _unjudged(words: Words, seen: View) -> str | None:
    """Why a document cannot be judged, or None; what is long enough only with its markup, or strewn with code, is no prose."""
    note = unjudged(words)
    if note is None and seen.text.count(LITERAL) > _LITERALS * int(words.is_word.sum()):
        return Note.NOT_PROSE
    if note == Note.TOO_SHORT and seen.text != seen.given and unjudged(split(seen.given)) != note:
        return Note.NOT_PROSE
    return note


def _reading(
    verdict: Reading, seen: View, words: Words, substitutions: tuple[Substitution, ...], channel: str | None
) -> Reading:
    """The reading of a document whose verdict stands; ``substitutions`` are of its view, and are led back."""
    swapped = sum(1 - s.confidence if s.open else 1 for s in substitutions if s.found.lower() not in ("a", "an"))
    found, substitutions = as_given(seen, *quotations(words, substitutions))
    return replace(
        verdict,
        text=seen.given,
        restored=apply(seen.given, substitutions),
        share=round(swapped / max(verdict.words, 1), 6),
        spinner=named(channel, substitutions) if verdict.spun else None,
        substitutions=substitutions,
        quotations=found,
        passages=_led_back(verdict.passages, seen),
    )


def _led_back(passages: tuple[tuple[int, int], ...], seen: View) -> tuple[tuple[int, int], ...]:
    """Passages of a view, in the text as given."""
    return tuple(seen.span(start, end) for start, end in passages)
