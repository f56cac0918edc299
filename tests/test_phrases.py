"""The one finder of phrases, against the plain loop that it stands for."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from unspin.lexicon.phrases import PhraseTable
from unspin.text import PhraseFinder, PhraseMatch, split

TOKENS = st.lists(st.sampled_from("abc"), max_size=12)


def plainly(phrases: Sequence[Sequence[str]], tokens: list[str]) -> list[tuple[int, int, int]]:
    found, at = [], 0
    while at < len(tokens):
        here = [(-len(p), i) for i, p in enumerate(phrases) if p and tokens[at : at + len(p)] == list(p)]
        if here:
            length, entry = min(here)
            found.append((at, at - length, entry))
            at -= length
        else:
            at += 1
    return found


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=8), TOKENS)
def test_the_longest_phrase_at_each_place_from_left_to_right(phrases: list[list[str]], tokens: list[str]) -> None:
    assert list(PhraseFinder(phrases).find(tokens)) == plainly(phrases, tokens)


def test_what_does_not_fit_makes_way_for_the_next() -> None:
    finder = PhraseFinder([("a", "b"), ("a", "b"), ("a",), (), ("b",)])
    refused: list[PhraseMatch] = []

    def fits(match: PhraseMatch) -> bool:
        refused.append(match)
        return match.entry not in (0, 1) or match.begin > 0

    assert list(finder.find("abab", fits)) == [(0, 1, 2), (1, 2, 4), (2, 4, 0)]
    assert refused[:3] == [(0, 2, 0), (0, 2, 1), (0, 1, 2)]


def test_looks_are_as_many_as_there_are_lengths_however_many_phrases() -> None:
    class Counted(dict[tuple[str, ...], list[int]]):
        looks = 0

        def get(self, key: object, default: object = None) -> object:  # type: ignore[override]
            self.looks += 1
            return super().get(key, default)  # type: ignore[arg-type]

    finder = PhraseFinder([("a", str(i)) for i in range(1_000)])
    counted = finder._entries = Counted(finder._entries)  # type: ignore[assignment]
    assert list(finder.find(["a", "x"] * 500)) == []
    assert counted.looks == 500


def test_all_phrases_are_found_everywhere_the_longer_ones_first() -> None:
    finder = PhraseFinder([("a", "b"), ("b", "c"), ("a", "b", "c"), ("c",), ("d", "a")])
    assert list(finder.everywhere(["a", "b", "c", "a"])) == [(0, 3, 2), (0, 2, 0), (1, 3, 1), (2, 3, 3)]
    assert list(finder.everywhere([])) == []


def test_a_table_cuts_its_phrases_as_a_document_is_cut() -> None:
    phrases = [
        "aren't the one's own",
        "a state-of-the-art case",
        "p53 protein",
        "naïve bayes",
        "the, end",
        "once",
        "a  b",
    ]
    table = PhraseTable(tuple((phrase, "x") for phrase in phrases), (0,) * len(phrases))
    for number, phrase in enumerate(phrases):
        assert [match.entry for match in table.matches(split(f"So {phrase} it was."))] == [number]
