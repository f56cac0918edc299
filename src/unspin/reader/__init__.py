"""The reader: from a document to its Reading.

One pass of the encoder over the document as it stands gives every word its odds of a swap, and the verdict rests on them.
Only in a document that reads as spun are the words decided: a first look at the evidence on each suspicious word, then two
more with what is sure filled in, the context read again, and the document's rate, family and dictionary known
(:mod:`~unspin.reader.looks`). The decided text is read again until it comes to rest (:mod:`~unspin.reader.rounds`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from unspin.errors import InputError
from unspin.model import verdict
from unspin.model.encoder import Visible
from unspin.reader.judge import unjudged
from unspin.reader.looks import SUSPICION, load
from unspin.reader.rounds import Settings, stretches
from unspin.reader.rounds import restore as restore_stretch
from unspin.reader.substitutions import quotations, routed, tortured_phrases, with_phrases
from unspin.reading import Reading, Substitution
from unspin.text import Kind, Words, apply, split

__all__ = ["Watch", "assess", "read", "read_many", "restore"]

Watch = Callable[[float, Reading | None], None]
"""Called with the share that is done, 0 to 1, and the reading so far; None before there is a verdict."""

_FIRST_PASS = 0.3  # its share of the time that a spun document takes


def read(
    text: str,
    *,
    operating_point: float = 1e-4,
    deep: Path | None = None,
    dictionary: Path | Mapping[str, str] | None = None,
    tortured: bool = False,
    watch: Watch | None = None,
) -> Reading:
    """Read one document.

    Args:
        text: any text; what cannot be judged (fewer than 30 words, not English, not prose) is said to be so in ``notes``.
        operating_point: the document is called spun if at most this share of ordinary documents scores as high.
        deep: a causal language model (GGUF file or Hugging Face folder) as a slow second opinion; needs ``unspin[deep]``.
        dictionary: the spinner's dictionary where it is known, from spun word to original: a mapping, or a file of
            JSON or of lines with the two words separated by a tab.
        tortured: look for tortured phrases of science too; they are restored even where the document reads as written.
        watch: called while a document is read: after each stretch of the first pass, with the verdict where it is spun, and
            with what is restored so far. What it raises ends the reading.

    Raises:
        InputError: the dictionary is not readable.
        ModelError: ``deep`` needs an extra that is not installed.
    """
    words = split(text)
    note = unjudged(words)
    if note is not None:
        return _unjudgeable(words, note)
    settings = Settings(operating_point, deep, _dictionary(dictionary))
    models = load()
    judged = _judged(words, operating_point, _FIRST_PASS, watch)
    parts, tokens, visible, judgement = judged.parts, judged.tokens, judged.visible, judged.judgement
    phrases = tortured_phrases(words) if tortured else ()
    found: list[Substitution] = []
    family: str | None = None

    def so_far(here: tuple[Substitution, ...], start: int) -> Reading:
        moved = (replace(s, start=s.start + start, end=s.end + start) for s in here)
        return _reading(judgement, words, with_phrases(routed([*found, *moved], models.lexicon), phrases), family)

    if judgement.spun:
        for number, ((start, _), here, seen) in enumerate(zip(parts, tokens, visible, strict=True)):
            if watch is not None:
                watch(_FIRST_PASS + (1 - _FIRST_PASS) * number / len(parts), so_far((), start))
            last: tuple[Substitution, ...] = ()
            for turn, round_ in enumerate(restore_stretch(here, seen, models, settings)):
                last = round_.substitutions
                family = family if number else round_.family
                if watch is not None:
                    done = (number + 1 - 0.5 ** (turn + 1)) / len(parts)
                    watch(_FIRST_PASS + (1 - _FIRST_PASS) * done, so_far(last, start))
            found += [replace(s, start=s.start + start, end=s.end + start) for s in last]
    return so_far((), len(text))


def assess(text: str, *, operating_point: float = 1e-4, watch: Watch | None = None) -> Reading:
    """The verdict on one document and nothing more: what :func:`read` says, without restoring anything.

    Costs one pass of the encoder whether the document is spun or not, a sixth of reading a spun one. Arguments as for
    :func:`read`; ``share`` is 0, and there are no substitutions and no quotations.
    """
    words = split(text)
    note = unjudged(words)
    return _unjudgeable(words, note) if note is not None else _judged(words, operating_point, 1.0, watch).judgement


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


@dataclass(frozen=True, eq=False)
class _Judged:
    """A document after the first pass: its verdict, and by stretch where it lies, its words, and what the encoder saw."""

    judgement: Reading
    parts: list[tuple[int, int]]
    tokens: list[Words]
    visible: list[Visible]


def _judged(words: Words, operating_point: float, share: float, watch: Watch | None) -> _Judged:
    """The first pass over a document; ``share`` is its part of the work that ``watch`` is told of."""
    text = words.text
    models = load()
    parts = list(stretches(words))
    tokens = [words] if len(parts) == 1 else [split(text[start:end]) for start, end in parts]
    visible = []
    for here in tokens:
        visible.append(models.encoder.visible(here, SUSPICION))
        if watch is not None:
            watch(share * len(visible) / len(parts), None)
    odds = np.concatenate([seen.swap for seen in visible])
    score = verdict.score(odds, np.concatenate([here.kind for here in tokens]) != Kind.MARK)
    rate = verdict.load().rate(score)
    judgement = Reading(text=text, restored=text, spun=rate <= operating_point, score=round(score, 3),
                        false_positive_rate=float(f"{rate:.3g}"), share=0.0,
                        words=int((words.kind != Kind.MARK).sum()))  # fmt: skip
    return _Judged(judgement, parts, tokens, visible)


def _unjudgeable(words: Words, note: str) -> Reading:
    """What is said of a document about which nothing can be said."""
    return Reading(text=words.text, restored=words.text, spun=False, score=0.0, false_positive_rate=1.0, share=0.0,
                   words=int(words.is_word.sum()), notes=(note,))  # fmt: skip


def _reading(judgement: Reading, words: Words, substitutions: tuple[Substitution, ...], family: str | None) -> Reading:
    """The reading of a document whose verdict stands."""
    swapped = sum(1 for s in substitutions if s.found.lower() not in ("a", "an"))
    found, substitutions = quotations(words, substitutions)
    return replace(
        judgement,
        restored=apply(words.text, substitutions),
        share=round(swapped / max(judgement.words, 1), 6),
        spinner=family,
        substitutions=substitutions,
        quotations=found,
    )


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
