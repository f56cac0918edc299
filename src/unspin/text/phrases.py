"""Finding phrases in a row of tokens: the longest at each place, from left to right, or all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

__all__ = ["PhraseFinder", "PhraseMatch"]


class PhraseMatch(NamedTuple):
    """A phrase in a row of tokens.

    Attributes:
        begin: index of its first token.
        end: index after its last token.
        entry: its number among the phrases that were looked for.
    """

    begin: int
    end: int
    entry: int


class PhraseFinder:
    """Phrases to look for.

    The time of :meth:`find` is linear in the number of tokens: at each one there are at most as many look-ups as the
    phrases that begin with it have different lengths.
    """

    def __init__(self, phrases: Iterable[Sequence[str]]) -> None:
        """Index some phrases.

        Args:
            phrases: the tokens of each; entry ``i`` is the one in place ``i``. One without tokens is never found.
        """
        self._entries: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for entry, phrase in enumerate(phrases):
            if phrase:
                self._entries[tuple(phrase)].append(entry)
                lengths[phrase[0]].add(len(phrase))
        self._lengths = {first: sorted(some, reverse=True) for first, some in lengths.items()}

    def find(self, tokens: Sequence[str], fits: Callable[[PhraseMatch], bool] | None = None) -> Iterator[PhraseMatch]:
        """The phrases in a row of tokens, in order.

        Args:
            tokens: where to look.
            fits: says of a match whether it may stand; if not, the next one at the same place is tried: of phrases with
                the same tokens the one with the lower number first, then shorter ones. By default all may.
        """
        row = tuple(tokens)
        at = 0
        while at < len(row):
            match = self._at(row, at, fits) if row[at] in self._lengths else None
            if match is not None:
                yield match
            at = at + 1 if match is None else match.end

    def everywhere(self, tokens: Sequence[str]) -> Iterator[PhraseMatch]:
        """All phrases in a row of tokens, those that overlap too: by their first token, the longer ones first."""
        row = tuple(tokens)
        for at, token in enumerate(row):
            for length in self._lengths.get(token, ()):
                if at + length <= len(row):
                    for entry in self._entries.get(row[at : at + length], ()):
                        yield PhraseMatch(at, at + length, entry)

    def _at(self, row: tuple[str, ...], at: int, fits: Callable[[PhraseMatch], bool] | None) -> PhraseMatch | None:
        for length in self._lengths.get(row[at], ()):
            # A slice is shorter at the end of the row, where it may be a shorter phrase.
            for entry in self._entries.get(row[at : at + length], ()) if at + length <= len(row) else ():
                match = PhraseMatch(at, at + length, entry)
                if fits is None or fits(match):
                    return match
        return None
