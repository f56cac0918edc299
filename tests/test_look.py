"""The third gate: what it looks at, what it lets through, and that it costs the same however long a document is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numba")

from training import look as fitting  # noqa: E402
from training.gates import LENGTHS  # noqa: E402
from unspin import screen  # noqa: E402
from unspin.screen import look, tokens  # noqa: E402
from unspin.screen.look import Look, Passage  # noqa: E402
from unspin.spinners import simulate  # noqa: E402

PROSE = [file.read_text(encoding="utf-8") for file in sorted(Path("benchmarks/prose").glob("*.txt"))]
SPUN = [simulate(text, "wordnet-walk", seed=i, rate=0.35).text for i, text in enumerate(PROSE[:6])]


def passage(text: str, phrases: int = 0) -> Passage:
    return Passage(" ".join(text.split()[:110]).encode(), 110, phrases)


def opened(texts: list[str]) -> screen.Sifted:
    """What would be looked at of these texts, if the first two gates let all of them through."""
    gates = screen.load()
    column = pa.array(texts, pa.large_string())
    sums = gates.sieve.sums(column, np.arange(len(texts)))
    found = {row: Passage.of(text.encode(), gates.sieve, sums, row) for row, text in enumerate(texts)}
    return screen.Sifted(np.ones(len(texts), np.float32), np.ones(len(texts), np.float32), found)


def test_a_spun_passage_goes_on_and_an_honest_one_does_not() -> None:
    gate = look.load()
    assert min(gate.score(passage(text)) for text in SPUN) > 3
    assert max(gate.score(passage(text)) for text in PROSE) < 0


def test_it_looks_at_the_spun_paragraph_of_a_page() -> None:
    paragraph = " ".join(SPUN[2].split()[:120])
    page = "\n".join([*PROSE[6:8], paragraph, *PROSE[8:10]])
    found = opened([page, "\n".join(PROSE[6:10])])
    seen = found.passages[0].text.decode()
    assert seen in page and len(seen) < 1_600 < len(page)
    shared = set(paragraph.split()) & set(seen.split())
    assert len(shared) > 0.7 * len(set(paragraph.split()))
    scores = screen.load().looked(found).look
    assert scores[0] > 3 and scores[1] < 0


def test_evidence_is_found_again_where_it_was_counted() -> None:
    sieve = screen.load().sieve
    text = b"The boats, said Mary Oakes, went out at 6. Nobody\nsaw the QZXQ or the boats again."
    data = np.frombuffer(text, np.uint8)

    def span(first: int, last: int) -> bytes:
        begin, end = tokens.span_of(data, 0, len(data), sieve.keys, sieve.values, first, last)
        return text[begin:end]

    assert [span(i, i + 1) for i in range(3)] == [b"The", b"boats", b"said"]
    assert [span(3, 4), span(4, 6)] == [b"went", b"out at"]  # names are no evidence
    assert span(6, 8) == b"Nobody\nsaw"
    assert span(9, 99) == b"or the boats again."
    assert span(99, 100) == b""


def test_the_sums_say_where_the_densest_passage_begins() -> None:
    sieve = screen.load().sieve
    honest, spun = " ".join(PROSE[7].split()[:150]), " ".join(SPUN[3].split()[:100])
    sums = sieve.sums(pa.array([f"{honest}\n{spun}\n{honest}", spun, ""]), np.arange(3))
    assert 48 <= sums.passage_begin[0] < 150 and sums.passage_begin[0] % 48 == 0
    assert sums.passage_begin[1:].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("text", "inside", "whole"),
    [
        ("One. Two three four. Five.", "three", " Two three four."),
        ("One two three", "two", "One two three"),
        ("One\ntwo three\nfour", "three", "two three\n"),
        ("a" * 300 + " two " + "b" * 300, "two", "two"),
    ],
)
def test_a_passage_is_whole_sentences_if_they_end_not_far_off(text: str, inside: str, whole: str) -> None:
    data = np.frombuffer(text.encode(), np.uint8)
    begin = text.index(inside)
    assert look.whole_sentences(data, begin, begin + len(inside)).decode() == whole


def test_a_passage_is_no_longer_than_a_page_however_its_words_are_strewn() -> None:
    strewn = " ".join(["qzxqv" * 40, "the", "of"] * 200)
    found = opened([strewn, (PROSE[0] + "\n") * 100, "", "\u4e2d" * 3_000])
    assert [len(each.text) <= 2_000 for each in found.passages.values()] == [True] * 4
    screen.load().looked(found)


def test_where_a_passage_says_nothing_the_reader_is_asked() -> None:
    gate = look.load()
    for text in ("", "the boats", "1 + 2 = 3; " * 6, "\x00" * 40):
        assert gate.score(passage(text)) > 0


def test_phrases_that_nobody_writes_are_for_the_reader_to_judge() -> None:
    gate = look.load()
    assert gate.score(passage(PROSE[0], phrases=1)) < 0 < gate.score(passage(PROSE[0], phrases=2))


def test_each_row_is_told_before_it_is_looked_at_and_some_are_left_out() -> None:
    rows: list[int] = []
    scores = screen.load().looked(opened([*SPUN[:3]]), watch=rows.append, skip={1})
    assert rows == [0, 2]
    assert np.isnan(scores.look).tolist() == [False, True, False]
    assert scores.sent_on.tolist() == [True, False, True]


def test_a_look_that_fails_leaves_the_document_to_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> float:
        raise ValueError("a bug")

    monkeypatch.setattr(look, "odds", fails)
    assert screen.load().looked(opened(PROSE[:1])).sent_on.tolist() == [True]


def test_the_threshold_goes_by_the_length_of_the_document() -> None:
    gate = Look(np.array([100.0, 1_000.0]), np.array([-2.0, 0.0]))
    text = passage(PROSE[1])
    odds = look.odds(text)
    assert gate.score(text._replace(words=100)) == pytest.approx(odds + 2)
    assert gate.score(text._replace(words=1_000)) == pytest.approx(odds)


def test_as_few_flagged_texts_are_lost_as_may_be() -> None:
    random = np.random.default_rng(5)
    words = random.choice(LENGTHS[:4], 8_000)
    odds = random.normal(size=8_000) - np.log(words)
    limits = fitting.limits(words, odds)
    assert (np.diff(limits[:4]) < 0).all()
    assert 0 < (odds < limits[np.searchsorted(LENGTHS, words)]).mean() < 2 * fitting.LOST
    assert (limits[5:] == limits[4]).all() and limits[4] <= limits[3]
    assert (np.diff(fitting.limits(words, -odds)) <= 0).all()
