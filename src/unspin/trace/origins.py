"""What was found, as a report takes it: a document beside its sources, and the wording that they give it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from unspin.comparison import Comparison, Wording
from unspin.reading import Reading
from unspin.report.source import Origin, Proof, Search
from unspin.trace.restoring import restored
from unspin.trace.results import Trace

__all__ = ["given", "proved", "searched"]


def given(name: str, found: Comparison, reading: Reading) -> Origin:
    """A document and a source that somebody has.

    Args:
        name: what the report calls the source.
        found: the two compared.
        reading: what the reader says of the document.

    Raises:
        ValueError: the reading is one of another text.
    """
    return proved([Proof(name, found)], reading)


def proved(proofs: Sequence[Proof], reading: Reading) -> Origin:
    """A document and sources of it, given or found before.

    Args:
        proofs: at least one, the one that explains most first. Where the first has a probability it was searched for.
        reading: what the reader says of the document.

    Raises:
        ValueError: the reading is one of another text.
    """
    first, *further = proofs
    search = None if first.probability is None else Search(first.probability, first.name)
    wordings = restored(first.comparison, reading, further=[proof.comparison for proof in further]).wordings
    return Origin(tuple(proofs), wordings, search)


def searched(found: Trace, reading: Reading, named: Callable[[str], str] = str) -> Origin:
    """A document and what an archive has of it.

    Args:
        found: what the search said.
        reading: what the reader says of the document.
        named: from the identifier of a document of the archive to what the report calls it.

    Raises:
        ValueError: the reading is one of another text.
    """
    proofs = tuple(
        Proof(named(m.id), m.comparison, m.probability, m.date, m.url, tuple(map(named, m.near_copies)))
        for m in found.sources
    )
    likeliest = None if found.likeliest is None else named(found.likeliest)
    search = Search(found.best, likeliest, tuple(str(note) for note in found.notes))
    if not found.others:
        own = tuple(Wording(s.start, s.end, s.original, None) for s in reading.substitutions)
        return Origin(proofs, own, search)
    first, *further = (match.comparison for match in found.others)
    return Origin(proofs, restored(first, reading, further=further).wordings, search)
