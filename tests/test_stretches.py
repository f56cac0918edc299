"""Long documents are decided in stretches: nothing is lost at the cuts."""

from __future__ import annotations

from pathlib import Path

import pytest

import unspin
from unspin.reader import stretches
from unspin.spinners import simulate
from unspin.text import apply, split

ARTICLE = (Path(__file__).parent.parent / "examples" / "clinic.txt").read_text(encoding="utf-8")


def test_stretches_cover_the_document_and_end_with_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "STRETCH", 5)
    cuts = list(stretches.stretches(split(ARTICLE)))
    assert len(cuts) > 3
    assert cuts[0][0] == 0
    assert cuts[-1][1] == len(ARTICLE)
    for (_, end), (begin, _) in zip(cuts, cuts[1:], strict=False):
        assert begin == end
        assert ARTICLE[:end].rstrip()[-1] in ".!?\"”’'"


def test_no_stretch_is_a_mere_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "STRETCH", 10)
    text = "The ferry left the old harbour in the rain. " * 21
    sizes = [text[start:end].count(".") for start, end in stretches.stretches(split(text))]
    assert sizes == [7, 7, 7]


def test_a_text_without_sentences_is_cut_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "LONGEST", 50)
    text = "and the river of it ran to a sea " * 40
    cuts = list(stretches.stretches(split(text)))
    assert len(cuts) > 5
    assert all(len(split(text[start:end])) <= 50 for start, end in cuts)
    assert "".join(text[start:end] for start, end in cuts) == text


def test_a_restored_document_falls_into_the_same_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "STRETCH", 8)
    text = simulate(ARTICLE, "wordnet-walk", seed=4, rate=0.3).text
    restored = unspin.restore(text)
    before, after = ([part[s:e].count(".") for s, e in stretches.stretches(split(part))] for part in (text, restored))
    assert restored != text
    assert before == after


def test_a_document_in_stretches_is_restored_throughout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "STRETCH", 8)
    text = simulate(ARTICLE, "wordnet-walk", seed=4, rate=0.3).text
    reading = unspin.read(text)
    assert apply(text, reading.substitutions) == reading.restored
    quarters = {4 * s.start // len(text) for s in reading.substitutions}
    assert quarters == {0, 1, 2, 3}
    assert unspin.restore(reading.restored) == reading.restored


def test_a_text_without_sentence_ends_is_read_closely_up_to_a_length() -> None:
    assert stretches.is_short(split("net " * stretches.CLOSELY_LONGEST))
    assert not stretches.is_short(split("net " * (stretches.CLOSELY_LONGEST + 1)))
