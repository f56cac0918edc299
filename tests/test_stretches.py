"""Long documents are decided in stretches: nothing is lost at the cuts."""

from __future__ import annotations

from pathlib import Path

import pytest

import unspin
from unspin import reader
from unspin.spinners import simulate
from unspin.text import apply, split

ARTICLE = (Path(__file__).parent.parent / "examples" / "clinic.txt").read_text(encoding="utf-8")


def test_stretches_cover_the_document_at_sentence_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_STRETCH", 100)
    words = split(ARTICLE)
    cuts = list(reader._stretches(words))
    assert len(cuts) > 3
    assert cuts[0][0] == 0
    assert cuts[-1][1] == len(words)
    for (_, end), (begin, _) in zip(cuts, cuts[1:], strict=False):
        assert begin == end
        assert (
            words.lower[end - 1] in {".", "!", "?", '"', "”", "’", "'"}
            or "\n" in words.text[words.end[end - 1] : words.start[end]]
        )


def test_a_text_without_sentences_is_cut_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_STRETCH", 50)
    words = split("and the river of it ran to a sea " * 40)
    cuts = list(reader._stretches(words))
    assert all(0 < end - begin <= 50 for begin, end in cuts)
    assert sum(end - begin for begin, end in cuts) == len(words)


def test_a_document_in_stretches_is_restored_throughout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_STRETCH", 120)
    text = simulate(ARTICLE, "wordnet-walk", seed=4, rate=0.3).text
    reading = unspin.read(text)
    assert apply(text, reading.substitutions) == reading.restored
    quarters = {4 * s.start // len(text) for s in reading.substitutions}
    assert quarters == {0, 1, 2, 3}
