"""The third gate: what it looks at, what it lets through, and that it costs the same however long a document is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numba")

from training import look as fitting  # noqa: E402
from training.corpora import Document  # noqa: E402
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
        assert gate.score(passage(text)) >= 0


def test_phrases_that_nobody_writes_are_for_the_reader_to_judge() -> None:
    gate = look.load()
    assert gate.score(passage(PROSE[0], phrases=1)) < 0 <= gate.score(passage(PROSE[0], phrases=2))


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


def test_the_longer_a_document_is_the_less_does_its_densest_passage_say() -> None:
    gate = Look(np.array([1.0, 0.5, -2.0, 3.0]), -4.0)
    text = passage(PROSE[1])
    odds = look.odds(text)
    assert odds is not None
    short, longer, long, longest = (gate.score(text._replace(words=words)) for words in (100, 400, 900, 9_000))
    assert short == pytest.approx(odds + 0.5 * np.log(100) - 4)
    assert longer == pytest.approx(odds + 0.5 * np.log(400) - 2 * (np.log(400) - 5) - 4)
    assert longer > long == longest
    assert gate.score(text._replace(words=100, phrases=1)) == pytest.approx(short + 3)


def test_the_shipped_look_asks_more_of_a_long_document_than_of_a_short_one() -> None:
    text = passage(PROSE[1])
    scores = [look.load().score(text._replace(words=words)) for words in (40, 140, 400)]
    assert scores[0] < scores[1]  # less may be chance in a longer text
    assert max(scores) < 0


def found(count: int, lost: float, seed: int = 5) -> fitting.Found:
    """Spun documents and honest ones, told apart by the odds, but for the lowest of the spun."""
    random = np.random.default_rng(seed)
    spun = np.arange(count) % 2 == 0
    words = np.round(np.exp(random.uniform(3.5, 6.5, count))).astype(np.int64)
    odds = random.normal(np.where(spun & (random.random(count) > lost), 3.0, -6.0))
    beside = [look.beside(Passage(b"", int(each), 0)) for each in words]
    kinds = np.where(random.random(count) < 0.9, "common", "rare")
    return fitting.Found(words, random.uniform(-1, 3, count), np.column_stack([odds, beside]), spun, kinds)


def test_as_few_flagged_texts_are_lost_as_may_be() -> None:
    documents = found(8_000, 0.01)
    made = fitting.fitted(documents)
    scores = documents.seen @ made.weights + made.bias
    passed = documents.above >= 0
    assert made.weights[0] > 0
    assert 0 < (scores < 0)[passed & documents.spun].mean() <= 1.5 * fitting.LOST
    sure = fitting.fitted(found(8_000, 0.0))
    clear = found(4_000, 0.0, seed=6)
    assert (clear.seen @ sure.weights + sure.bias >= 0)[~clear.spun].mean() < 0.01


def test_a_kind_of_which_there_is_much_does_not_outweigh_the_others() -> None:
    documents = found(2_000, 0.01)
    counts = fitting.counts(documents)
    honest, rare = ~documents.spun, documents.corpus == "rare"
    assert counts[documents.spun].tolist() == [1.0] * int(documents.spun.sum())
    assert counts[honest].sum() == pytest.approx(fitting.HONEST * documents.spun.sum())
    assert counts[honest & rare][0] > 2 * counts[honest & ~rare][0]


def test_texts_to_fit_it_on_are_honest_spun_and_half_spun() -> None:
    pool = [Document("own", text, "dev") for text in PROSE * 3]
    random = np.random.default_rng(1)
    honest = list(fitting.honest(pool[:2], random))
    assert len(honest) == 2 * (1 + fitting.CUTS) and all(each.text in pool[0].text + pool[1].text for each in honest)
    made = fitting.half_spun(pool, random)
    half = next(made).text
    words = set(" ".join(PROSE).split())
    swapped = [word not in words for word in half.split()]
    assert 0.05 < np.mean(swapped) < 0.5
    assert len(half.split()) > fitting.AROUND[0]
    spun = next(fitting.spun(pool, random)).text
    assert spun not in " ".join(PROSE)
