"""What may be shown of a document in public: the evidence without the text.

A public report must not be a copy of the page. So each distinct swap stands once, the most frequent first and not in the order
of the text; at most :data:`CONTEXT_WORDS` words of the page are shown on either side, altered quotations are cut after
:data:`QUOTED_WORDS` words, and all that is shown of the page's running text is at most :data:`SHOWN_SHARE` of its words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from unspin.reading import Quotation, Reading, Substitution
from unspin.report.allowance import Allowance
from unspin.report.source import Source
from unspin.text import apply_within

__all__ = [
    "CONTEXT_WORDS",
    "QUOTED_SHARE",
    "QUOTED_WORDS",
    "RULE",
    "SHOWN_SHARE",
    "Evidence",
    "Said",
    "Swap",
    "gather",
    "places_in_words",
]

CONTEXT_WORDS = 3
"""Words of the page on either side of a swap, never beyond its paragraph."""
QUOTED_WORDS = 20
"""Words of an altered quotation."""
QUOTED_SHARE = 0.15
"""Share of the page's words that quotations may take up."""
SHOWN_SHARE = 0.25
"""Share of the page's words that quotations and contexts may take up together."""

_MOST_PLACES = 3  # in a table

RULE = (
    f"Public edition: the full text is left out. Each distinct swap stands once, with at most {CONTEXT_WORDS} words of the"
    f" page on either side; altered quotations are cut after {QUOTED_WORDS} words; together they show at most"
    f" {SHOWN_SHARE:.0%} of the page's words."
)
"""The rule in words, as reports print it."""


class Swap(NamedTuple):
    """One distinct swap.

    Attributes:
        times: how often it occurs.
        found: the word on the page, as at the place of ``context``.
        original: what was probably written there, ``""`` where a word was put in.
        confidence: mean over the places, 0 to 1.
        alternatives: ``(word, probability)``, means over the places too, the most probable first.
        route: the walk from the original to the word found, empty when unknown.
        places: in words, each once, in order; empty where the document does not say.
        context: the page's words before and after, or None where no more of the page may be shown.
    """

    times: int
    found: str
    original: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...]
    route: tuple[str, ...]
    places: tuple[str, ...]
    context: tuple[str, str] | None


class Said(NamedTuple):
    """The beginning of an altered quotation; ``cut`` where there is more of it."""

    speaker: str | None
    found: str
    restored: str
    cut: bool
    place: str


class Evidence(NamedTuple):
    """What may be shown.

    Attributes:
        swaps: the most frequent first, then the surest.
        quotations: in order; those that were altered and fit.
        quotations_left_out: how many altered ones did not fit.
    """

    swaps: tuple[Swap, ...]
    quotations: tuple[Said, ...]
    quotations_left_out: int

    def to_dict(self) -> dict[str, Any]:
        """As plain dicts, lists, strings and numbers."""
        return {
            "swaps": [
                swap._asdict()
                | {
                    "alternatives": [list(alternative) for alternative in swap.alternatives],
                    "route": list(swap.route),
                    "places": list(swap.places),
                    "context": None if swap.context is None else list(swap.context),
                }
                for swap in self.swaps
            ],
            "quotations": [said._asdict() for said in self.quotations],
            "quotations_left_out": self.quotations_left_out,
        }


def places_in_words(swap: Swap) -> str:
    """The first places of a swap, and how many more there are."""
    more = len(swap.places) - _MOST_PLACES
    return "; ".join(swap.places[:_MOST_PLACES]) + (f"; and {more:,} more" if more > 0 else "")


def gather(
    reading: Reading, source: Source, page: Allowance | None = None, proved: Callable[[Quotation], bool] | None = None
) -> Evidence:
    """The evidence of a reading, within the bounds of this module.

    Args:
        reading: what is said of the document.
        source: where it came from.
        page: what may still be shown of it; None for all that this module allows.
        proved: whether a quotation is shown beside that of a source of the document already.
    """
    page = Allowance(reading.text, SHOWN_SHARE) if page is None else page
    altered = [q for q in reading.quotations if q.altered and not (proved and proved(q))]
    said = []
    for quotation in altered:
        end = page.shown(quotation.start, quotation.end, QUOTED_WORDS)
        if page.free(quotation.start, end, QUOTED_SHARE):
            page.quote(quotation.start, end)
            restored = apply_within(reading.text, reading.substitutions, quotation.start, end)
            found = reading.text[quotation.start : end]
            place = source.where(quotation.start)
            cut = bool(reading.text[end : quotation.end].strip())
            said.append(Said(quotation.speaker, _flat(found), _flat(restored), cut, place))
    groups: dict[tuple[str, str], list[Substitution]] = {}
    for s in reading.substitutions:
        groups.setdefault((s.found.strip().lower(), s.original.lower()), []).append(s)
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), -_mean(item[1]), item[0]))
    swaps = tuple(_swap(page, reading.text, source, group) for _, group in ranked)
    return Evidence(swaps, tuple(said), len(altered) - len(said))


def _swap(page: Allowance, text: str, source: Source, group: Sequence[Substitution]) -> Swap:
    shown, context = group[0], None
    for substitution in group:
        around = page.around(substitution.start, substitution.end, CONTEXT_WORDS)
        if around is not None:
            shown = substitution
            context = _flat(text[around[0] : shown.start]), _flat(text[shown.end : around[1]])
            break
    places = dict.fromkeys(source.where(s.start) for s in group)
    return Swap(
        times=len(group),
        found=_flat(shown.found),
        original=_flat(shown.original),
        confidence=_mean(group),
        alternatives=_alternatives(group),
        route=next((s.route for s in group if s.route), ()),
        places=tuple(place for place in places if place),
        context=context,
    )


def _alternatives(group: Sequence[Substitution]) -> tuple[tuple[str, float], ...]:
    """What else stood there, as probable as it is over all places: one that a place does not name has none there."""
    total: dict[str, float] = {}
    spelt: dict[str, str] = {}
    for substitution in group:
        for word, probability in substitution.alternatives:
            spelling = spelt.setdefault(word.lower(), word)
            total[spelling] = total.get(spelling, 0.0) + probability
    means = [(word, round(probability / len(group), 4)) for word, probability in total.items()]
    most = max(len(substitution.alternatives) for substitution in group)
    return tuple(sorted(means, key=lambda pair: -pair[1])[:most])


def _mean(group: Sequence[Substitution]) -> float:
    return sum(s.confidence for s in group) / len(group)


def _flat(text: str) -> str:
    return " ".join(text.split())
