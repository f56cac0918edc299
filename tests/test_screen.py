"""The screen: its kernel against a plain description of it, and what it does with Arrow's columns."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numba")

from unspin import screen  # noqa: E402
from unspin.screen import kernel  # noqa: E402
from unspin.spinners import simulate  # noqa: E402

PROSE = [file.read_text(encoding="utf-8") for file in sorted(Path("benchmarks/prose").glob("*.txt"))]
RANDOM = np.random.default_rng(3)
SMALL = screen.Screen(
    RANDOM.integers(-127, 127, 1 << 10).astype(np.int8), RANDOM.integers(-127, 127, 1 << 12).astype(np.int8),
    0.01, 0.5, 0.1, np.array([30.0, 300.0]), np.array([0.0, 1.0]),
)  # fmt: skip
ALL = (1 << 64) - 1
_MIX, _PAIR, _MARK = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB

texts = st.lists(
    st.one_of(
        st.binary(max_size=60),
        st.text("abcXYZ ,.'’é0\n\0", max_size=80).map(str.encode),
        st.text("ab ", max_size=200).map(str.encode),
    ),
    max_size=6,
)


def hashed(word: bytes) -> int:
    """The hash of a word, eight letters at a time."""
    word = word.lower()
    value = 0
    whole, rest = divmod(len(word), 8)
    for i in range(whole):
        value = ((value ^ int.from_bytes(word[8 * i : 8 * i + 8], "little")) * _MIX) & ALL
        value ^= value >> 32
    value = ((value ^ int.from_bytes(word[8 * whole : 8 * whole + rest], "little")) * _MIX) & ALL
    return ((value ^ (value >> 32)) * _PAIR) & ALL


def mark(byte: int) -> int:
    return (0x80 if byte >= 0x80 else ord("0") if chr(byte).isdigit() else byte) * _MARK & ALL


def expected(document: bytes) -> tuple[int, int]:
    """Sum of weights and number of words, said as plainly as possible."""
    total = words = context = 0
    for found in re.finditer(rb"[A-Za-z]+|[^A-Za-z]", document):
        piece = found.group()
        if not piece.isalpha():
            context = context if piece in b" \n" else mark(piece[0])
            continue
        word = hashed(piece)
        total += int(SMALL.words[word >> 54]) + int(SMALL.pairs[((context ^ word) * _MIX & ALL) >> 52])
        words += 1
        context = word * _MARK & ALL
    return total, words


@settings(max_examples=300, deadline=None)
@given(texts)
def test_the_kernel_does_what_is_said_of_it(documents: list[bytes]) -> None:
    total, count = SMALL.sums(pa.array(documents, pa.binary()))
    assert list(zip(total.tolist(), count.tolist(), strict=True)) == [expected(document) for document in documents]


@settings(max_examples=60, deadline=None)
@given(texts)
def test_training_sees_what_the_screen_looks_up(documents: list[bytes]) -> None:
    data = np.frombuffer(b"".join(documents), np.uint8)
    offsets = np.cumsum([0, *map(len, documents)])
    places = np.zeros((2, len(data) + 1), np.uint32)
    begin = np.zeros(len(offsets), np.int64)
    found = kernel.features(data, offsets, np.uint64(54), np.uint64(52), places[0], places[1], begin)
    weights = SMALL.words[places[0, :found]].astype(int) + SMALL.pairs[places[1, :found]]
    total, count = SMALL.sums(pa.array(documents, pa.large_binary()))
    assert np.diff(begin).tolist() == count.tolist()
    assert [weights[a:b].sum() for a, b in zip(begin, begin[1:], strict=False)] == total.tolist()


def test_a_document_scores_the_same_in_any_column() -> None:
    rows = [*PROSE, "", "caffè " * 50, None, "x" * 10_000, PROSE[0][:400]]
    plain = screen.load().scores(pa.array(rows, pa.string()))
    assert np.isneginf(plain[len(PROSE) : len(PROSE) + 4]).tolist() == [True, False, True, True]
    assert np.isfinite(plain[: len(PROSE)]).all()
    for column in (
        pa.array(rows, pa.large_string()),
        pa.array([row if row is None else row.encode() for row in rows]),
        pa.array(rows).cast(pa.string_view()),
        pa.chunked_array([rows[:3], rows[3:]], pa.string()),
        pa.array(["before", *rows, "after"])[1:-1],
    ):
        assert screen.load().scores(column).tolist() == plain.tolist()
    alone = [screen.load().scores(pa.array([row], pa.string()))[0] for row in rows]
    assert alone == plain.tolist()


def test_columns_without_rows_or_bytes() -> None:
    assert screen.load().scores(pa.array([], pa.string())).tolist() == []
    assert screen.load().scores(pa.chunked_array([], pa.string())).tolist() == []
    assert np.isneginf(screen.load().scores(pa.array([None, ""], pa.string()))).all()


def test_short_documents_are_not_sent_on() -> None:
    spun = "astatine connected " * 20
    scores = screen.load().scores(
        pa.array([" ".join(spun.split()[:n]) for n in (screen.FEWEST_WORDS - 1, screen.FEWEST_WORDS)])
    )
    assert math.isinf(scores[0]) and math.isfinite(scores[1])


def test_spun_prose_is_sent_on_and_honest_prose_is_not() -> None:
    spun = [simulate(text, "wordnet-walk", seed=i, rate=0.3).text for i, text in enumerate(PROSE)]
    assert (screen.load().scores(pa.array(spun)) >= 0).all()
    assert (screen.load().scores(pa.array(PROSE)) < 0).all()


def test_thresholds_follow_the_length() -> None:
    total, count = np.array([0, 0]), np.array([30, 300])
    assert np.allclose(SMALL.odds(total, count), 0.5 + 0.1 * np.log(count / 100))
    short, long = "word " * 30, "word " * 300
    sums, _ = SMALL.sums(pa.array([short, long]))
    assert np.allclose(SMALL.scores(pa.array([short, long])), SMALL.odds(sums, count) - [0.0, 1.0], atol=1e-5)


def test_it_knows_whether_it_was_compiled() -> None:
    screen.load().scores(pa.array(PROSE[:1]))
    assert screen.compiled()
