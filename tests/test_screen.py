"""The gates: their kernels against a plain description of them, and what they do with Arrow's columns."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numba")

from benchmarks.screen import PASSAGE, half_spun  # noqa: E402
from training import gates  # noqa: E402
from training.corpora import Document  # noqa: E402
from unspin import screen  # noqa: E402
from unspin.screen import kernel, seen, sieve, tokens  # noqa: E402
from unspin.screen.screen import FEWEST_WORDS, Screen, Weighed  # noqa: E402
from unspin.spinners import simulate  # noqa: E402
from unspin.text import split  # noqa: E402
from unspin.text.lookalikes import seen_through  # noqa: E402

PROSE = [file.read_text(encoding="utf-8") for file in sorted(Path("benchmarks/prose").glob("*.txt"))]
RANDOM = np.random.default_rng(3)
SMALL = Screen(
    RANDOM.integers(-127, 127, 1 << 10).astype(np.int8), RANDOM.integers(-127, 127, 1 << 12).astype(np.int8),
    0.01, 0.5, 0.1, np.array([30.0, 300.0]), np.array([[0.0, 1.0], [9.0, 9.0]]),
)  # fmt: skip
ALL = (1 << 64) - 1
_MIX, _PAIR, _MARK = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB

texts = st.lists(
    st.one_of(
        st.binary(max_size=60),
        st.text("abcXYZ ,.'’é0\n\0", max_size=80).map(str.encode),
        st.text("ab ", max_size=200).map(str.encode),
        st.text("ab \u200b\u00ad\u0430я", max_size=40).map(str.encode),
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


class Seen(dict[int, tuple[int, int]]):
    """Whether a word or a pair still counts: twice, but 1,024 of them are remembered at most, each in its own place."""

    def fresh(self, place: int) -> bool:
        before, times = self.get(place & 1023, (-1, 0))
        self[place & 1023] = (place, times + 1 if before == place else 1)
        return self[place & 1023][1] <= 2


def expected(document: bytes) -> tuple[int, int, int]:
    """Sum of weights, number of words, and sum of the densest passage, said as plainly as possible."""
    weights: list[int] = []
    context = 0
    seen_words, seen_pairs = Seen(), Seen()
    for found in re.finditer(rb"[A-Za-z]+|[^A-Za-z]", document):
        piece = found.group()
        if not piece.isalpha():
            context = context if piece in b" \n" else mark(piece[0])
            continue
        word = hashed(piece)
        place, pair = word >> 54, ((context ^ word) * _MIX & ALL) >> 52
        weight = int(SMALL.words[place]) if seen_words.fresh(place) else 0
        weights.append(weight + (int(SMALL.pairs[pair]) if seen_pairs.fresh(pair) else 0))
        context = word * _MARK & ALL
    half = kernel.HALF_A_PASSAGE
    begins = range(0, max(1, len(weights) - half), half)
    return sum(weights), len(weights), max(sum(weights[i : i + 2 * half]) for i in begins)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_the_kernel_does_what_is_said_of_it(documents: list[bytes]) -> None:
    total, count, _, densest = SMALL.weigh(pa.array(documents, pa.binary()))
    assert list(zip(total.tolist(), count.tolist(), densest.tolist(), strict=True)) == list(map(expected, documents))


@pytest.mark.parametrize("longest", [1, 7, 9, 17, 40, 300])
def test_it_does_so_wherever_words_end_among_the_bytes_that_are_compared_at_once(longest: int) -> None:
    random = np.random.default_rng(longest)
    gaps = [" ", "\n", ", ", ".", " \u2013 ", "7", "\n\n", "\u0430"]
    documents = [
        "".join(
            "".join(random.choice(list("abcXYZ"), random.integers(1, longest + 1))) + str(random.choice(gaps))
            for _ in range(random.integers(1, 300))
        ).encode()[random.integers(3) : -random.integers(1, 3)]
        for _ in range(40)
    ]
    found = SMALL.weigh(pa.array(documents, pa.binary()))
    said = list(zip(found.total.tolist(), found.words.tolist(), found.densest.tolist(), strict=True))
    assert said == list(map(expected, documents))
    hidden = [bool(re.search(rb"(?<=[A-Za-z])\xd0\xb0|\xd0\xb0(?=[A-Za-z])", document)) for document in documents]
    assert found.hidden.tolist() == hidden


def test_no_letter_of_another_document_is_beside_a_letter_of_another_alphabet() -> None:
    assert SMALL.weigh(pa.array(["a", "\u0430", "a\u0430", "\u0430"])).hidden.tolist() == [False, False, True, False]
    far = "x" * 63 + "\u0430"
    assert SMALL.weigh(pa.array(["a" + far, "." + far[1:], far[:63], far[63:]])).hidden.tolist() == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("count", [1, 63, 64, 65, 127, 128, 129, 192, 193, 255, 256, 257, 320, 1_000])
def test_the_densest_passage_begins_at_any_half_of_one(count: int) -> None:
    random = np.random.default_rng(count)
    documents = [" ".join("".join(random.choice(list("abcde"), 2)) for _ in range(count)).encode() for _ in range(20)]
    found = SMALL.weigh(pa.array(documents, pa.binary()))
    assert found.densest.tolist() == [expected(document)[2] for document in documents]


@settings(max_examples=60, deadline=None)
@given(texts)
def test_training_sees_what_the_screen_looks_up(documents: list[bytes]) -> None:
    data = np.frombuffer(b"".join(documents), np.uint8)
    offsets = np.cumsum([0, *map(len, documents)])
    places = np.zeros((2, len(data) + 1), np.uint32)
    begin = np.zeros(len(offsets), np.int64)
    found = kernel.features(data, offsets, np.uint64(54), np.uint64(52), places[0], places[1], begin)
    weights = np.zeros(found, np.int64)
    for table, row in zip((SMALL.words, SMALL.pairs), places[:, :found], strict=True):
        counts = row != kernel.NOTHING
        weights[counts] += table[row[counts]]
    total, count, *_ = SMALL.weigh(pa.array(documents, pa.large_binary()))
    assert np.diff(begin).tolist() == count.tolist()
    assert [weights[a:b].sum() for a, b in zip(begin, begin[1:], strict=False)] == total.tolist()


def test_a_word_said_over_and_over_is_two_words_of_evidence() -> None:
    twice, often = SMALL.weigh(pa.array(["1 pct 1 pct", "1 pct " * 50])).total
    assert twice == often


def plainly(document: bytes, known: dict[bytes, int]) -> list[tuple[int, bool]]:
    """The tokens of a document, and whether each is evidence."""
    found: list[tuple[int, bool]] = []
    before = 0
    inside = set(b",;'/&-%$+=@0") | {tokens.OTHER}
    typographic = {0x98: 39, 0x99: 39, 0x9A: 39, 0x9B: 39} | dict.fromkeys(range(0x9C, 0xA0), 34)
    typographic |= dict.fromkeys(range(0x90, 0x96), 45)
    shape = rb"[A-Za-z]+|\xe2\x80[\x90-\x95\x98-\x9f]|\xc2\xa0|[^A-Za-z]"
    for match in re.finditer(shape, document, re.DOTALL):
        piece = match.group()
        if piece.isalpha():
            token = known.get(piece.lower(), 0)
            name = piece[0] < 96 and (before >= tokens.UNKNOWN or before in inside)
            evidence = token > 0 and not name
            if not token:
                last = piece.lower()[-2:] if len(piece) > 1 else piece.lower() * 2
                token = tokens.UNKNOWN + 26 * (last[0] - 97) + last[1] - 97
        else:
            evidence = False
            if piece == b"\xc2\xa0" or piece[0] <= 32 or piece[0] == 127:
                token = 0
            elif len(piece) == 3:
                token = typographic[piece[2]]
            else:
                token = 48 if piece.isdigit() else piece[0] if piece[0] < 128 else tokens.OTHER
            if token and token == before:
                continue
        if token:
            found.append((token, evidence))
            before = token
        elif piece == b"\n":
            before = 0
    return found


KNOWN = {word: tokens.FIRST_WORD + i for i, word in enumerate((b"a", b"ab", b"the", b"abcabcabcabc"))}
TABLE = tokens.table_of(np.array([hashed(word) for word in KNOWN], np.uint64))


PHRASES = tokens.phrases_of(tokens.phrase_keys(["a the", "the ab", "the ab a the ab", "the abcabcabcabc"]))


def streamed(documents: list[bytes], room: int) -> tuple[list[int], list[int], tokens.Told]:
    """The stream of documents, so many tokens at a time."""
    data, offsets = np.frombuffer(b"".join(documents), np.uint8), np.cumsum([0, *map(len, documents)])
    state, piece, owner = tokens.states(), np.zeros(room, np.int32), np.zeros(room, np.int64)
    told = tokens.Told.of(len(documents), PHRASES)
    found: tuple[list[int], list[int]] = ([], [])
    rows = np.arange(len(documents))
    while count := tokens.fill(data, offsets, rows, *TABLE, PHRASES, state, piece, owner, *told):
        found[0].extend(piece[:count].tolist())
        found[1].extend(owner[:count].tolist())
    return *found, told


@settings(max_examples=200, deadline=None)
@given(texts, st.integers(1, 40))
def test_the_stream_of_tokens_is_what_is_said_of_it_in_pieces_of_any_size(documents: list[bytes], room: int) -> None:
    wanted: tuple[list[int], list[int]] = ([], [])
    for number, document in enumerate(documents):
        for token, evidence in plainly(document, KNOWN):
            wanted[0].append(token)
            wanted[1].append(number if evidence else -1)
        wanted[0].extend([0] * tokens.REACH)
        wanted[1].extend([-1] * tokens.REACH)
    *found, told = streamed(documents, room)
    assert tuple(found) == wanted
    words = [[token for token, _ in plainly(document, KNOWN) if token >= tokens.UNKNOWN] for document in documents]
    assert told.words.tolist() == list(map(len, words))
    assert told.unknown.tolist() == [sum(token < tokens.FIRST_WORD for token in each) for each in words]


def test_names_and_unknown_words_are_context_and_no_evidence() -> None:
    _, owner, _ = streamed([b"The ab the Ab xyz a"], 50)
    assert owner[:6] == [0, 0, 0, -1, -1, 0]


@pytest.mark.parametrize("room", [1, 2, 7, 100])
def test_phrases_that_nobody_writes_are_counted_once_each_on_one_line(room: int) -> None:
    documents = [
        b"A the, a THE. a  the",
        b"a, the ab",
        b"a\nthe",
        b"the ab a the ab",
        b"x abcabcabcabc the abcabcabcabc",
        b"a",
    ]
    assert streamed(documents, room)[2].phrases.tolist() == [1, 1, 0, 3, 1, 0]


def test_keys_are_made_of_what_the_stream_can_see() -> None:
    keys = tokens.phrase_keys(
        ["area unit", "area unit", "via way of means of", "one", "24 hours", "it's so", "a b c d e f"]
    )
    assert len(keys) == 2
    assert set(tokens.phrases_of(keys).tolist()) == {0, *keys.tolist()}


def test_a_document_scores_the_same_in_any_column() -> None:
    spun = [simulate(text, "wordnet-walk", seed=i, rate=0.3).text for i, text in enumerate(PROSE)]
    rows = [*PROSE, "", "caffè " * 50, None, "x" * 10_000, PROSE[0][:400], *spun, "\u200b".join(spun[0])]
    plain = screen.load().scores(pa.array(rows, pa.string()))
    first = plain.screen[len(PROSE) : len(PROSE) + 4]
    assert np.isneginf(first).tolist() == [True, False, True, True]
    assert np.isfinite(plain.screen[: len(PROSE)]).all()
    assert (np.isnan(plain.sieve) == ~(plain.screen >= 0)).all()
    assert (np.isnan(plain.look) == ~(plain.sieve >= 0)).all()
    assert plain.sent_on.sum() >= len(spun) / 2
    for column in (
        pa.array(rows, pa.large_string()),
        pa.array([row if row is None else row.encode() for row in rows]),
        pa.array(rows).cast(pa.string_view()),
        pa.chunked_array([rows[:3], rows[3:]], pa.string()),
        pa.array(["before", *rows, "after"])[1:-1],
    ):
        same(screen.load().scores(column), plain)
    alone = [screen.load().scores(pa.array([row], pa.string())) for row in rows]
    same(screen.Scores(*(np.concatenate([each[gate] for each in alone]) for gate in range(3))), plain)


def same(found: Any, wanted: Any) -> None:
    for gate in range(3):
        np.testing.assert_array_equal(found[gate], wanted[gate])


def test_columns_without_rows_or_bytes() -> None:
    gates = screen.load()
    assert gates.scores(pa.array([], pa.string())).screen.tolist() == []
    assert gates.scores(pa.chunked_array([], pa.string())).sieve.tolist() == []
    assert np.isneginf(gates.scores(pa.array([None, ""], pa.string())).screen).all()


def test_short_documents_are_not_sent_on() -> None:
    spun = "astatine connected " * 20
    scores = screen.load().scores(pa.array([" ".join(spun.split()[:n]) for n in (FEWEST_WORDS - 1, FEWEST_WORDS)]))
    assert math.isinf(scores.screen[0]) and math.isfinite(scores.screen[1])


def test_spun_prose_is_sent_on_and_honest_prose_is_not() -> None:
    families = ("wordnet-walk", "phrase-thesaurus", "pivot", "rewriter")
    spun = [simulate(text, families[i % 4], seed=i, rate=0.35).text for i, text in enumerate(PROSE)]
    assert screen.load().scores(pa.array(spun)).sent_on.mean() > 0.9
    assert not screen.load().scores(pa.array(PROSE)).sent_on.any()


def test_a_spun_passage_is_not_outvoted_by_the_rest() -> None:
    passage = simulate(PROSE[0], "wordnet-walk", seed=1, rate=0.4).text
    sums = screen.load().sieve.sums(pa.array([passage, passage + "\n" + "\n".join(PROSE[1:])]), np.arange(2))
    assert sums.passage[1, 1] >= sums.passage[0, 1] - 2 > 10
    assert sums.passage_words.max() <= 2 * sieve.HALF_A_PASSAGE < sums.words[1]


def test_a_page_with_one_spun_paragraph_is_sent_on_and_the_same_page_without_is_not() -> None:
    families = ("wordnet-walk", "phrase-thesaurus", "rewriter", "pivot", "gloss", "spinbot")
    pages, honest = [], []
    for number in range(12):
        rest = [PROSE[(number + i) % len(PROSE)] for i in range(1, 5)]
        paragraph = " ".join(PROSE[number % len(PROSE)].split()[:120])
        spun = simulate(paragraph, families[number % 6], seed=number, rate=0.4).text
        pages.append("\n\n".join([*rest[:2], spun, *rest[2:]]))
        honest.append("\n\n".join([*rest[:2], paragraph, *rest[2:]]))
    assert min(len(page.split()) for page in pages) > 600
    assert screen.load().scores(pa.array(pages)).sent_on.mean() > 0.8
    assert not screen.load().scores(pa.array(honest)).sent_on.any()


def test_phrases_that_nobody_writes_speak_for_a_spun_text() -> None:
    text = " ".join(PROSE[0].split()[:150])
    odd = text + " The nets area unit dry, and the boats area unit in the harbour via way of means of the pier."
    plain = text + " The nets are dry, and the boats are in the harbour by the side of the pier."
    gate = screen.load().sieve
    sums = gate.sums(pa.array([odd, plain]), np.arange(2))
    assert sums.phrases.tolist() == [2, 0]
    science = pa.array(["An irregular woodland was fitted to colossal information; an irregular woodland is slow."])
    assert gate.sums(science, np.arange(1)).phrases.tolist() == [2]
    without = replace(sums, phrases=np.zeros(2, np.int64))
    gained = gate.odds(sums, np.zeros((2, 2))) - gate.odds(without, np.zeros((2, 2)))
    assert (gained[:, 0] > 0).all() and gained[0, 0] > 1 and not gained[:, 1].any()


@pytest.mark.parametrize("hide", [lambda text: "\u200b".join(text), lambda text: text.replace("a", "\u0430")])
def test_signs_that_nobody_sees_hide_nothing_from_the_gates(hide: Any) -> None:
    spun = [simulate(text, "wordnet-walk", seed=5, rate=0.35).text for text in PROSE[:4]]
    plain, hidden = (screen.load().scores(pa.array(each)) for each in (spun, [hide(text) for text in spun]))
    np.testing.assert_array_equal(hidden.screen, plain.screen)
    np.testing.assert_array_equal(hidden.sieve, plain.sieve)
    np.testing.assert_array_equal(hidden.look, plain.look)
    assert plain.sent_on.all()


def test_what_is_seen_of_a_text() -> None:
    assert seen.as_seen("so\u00adft w\u043erd, \u0436\u0443\u043a".encode()) == "soft word, \u0436\u0443\u043a".encode()
    assert seen.as_seen(b"caf\xe9 x") == "caf\ufffd x".encode()


@given(st.text("\u0430\u0435\u043e\u0440\u0441\u03b1\u0436tT \n\u00a0\u2003,.'\u2019_(12\u00e9\u0301\u0130"))
@settings(max_examples=300, deadline=None)
def test_a_text_is_seen_as_it_is_when_all_of_it_is_split(text: str) -> None:
    """What is seen of a text is what the tokens of the whole text say."""
    words, at, pieces = split(text), 0, []
    for i, lower in enumerate(words.lower):
        token, read = words.surface(i), seen_through(words.surface(i))
        pieces.append(text[at : words.start[i]])
        pieces.append(read if read != token and read.lower().replace("’", "'") == lower else token)
        at = int(words.end[i])
    assert seen.as_seen(text.encode()).decode() == "".join([*pieces, text[at:]])


def test_only_a_text_with_look_alikes_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "split", lambda text: pytest.fail("split"))
    assert seen.as_seen("naïve wo​rds, 中, 😀".encode()) == "naïve words, 中, 😀".encode()
    with pytest.raises(pytest.fail.Exception):
        seen.as_seen("wоrd".encode())


def test_as_many_honest_texts_are_sent_on_as_may_be() -> None:
    odds = np.append(np.arange(1000.0), [5000.0, 6000.0])
    words, counts = np.full(1002, 59), np.append(np.ones(1000), [0.0, 0.0])
    few = [np.append(words, [61, 130]), np.append(odds, [-np.inf, -np.inf]), np.append(counts, [1.0, 1.0])]
    short, middle, long = gates.thresholds(*few, (0.02, 0.02, 0.0))
    assert (np.arange(1000) >= short).mean() == 0.02
    assert np.allclose(middle, gates.LEAST) and long == gates.NEVER
    assert np.isclose(gates.thresholds(*few, (0.02, 0.02, 0.02, 0.02))[3], gates.LEAST)  # there are none of 240 words


def test_no_more_comes_through_than_the_flagged_pieces_need() -> None:
    words = np.repeat([45, 80, 140], 1_000)
    odds = np.concatenate([np.arange(1_000.0), np.arange(1_000.0) + 5_000, np.arange(1_000.0) + 9_000])
    short, middle, long, *longer = gates.needed(words, odds)
    assert [np.mean(odds[i * 1_000 : (i + 1) * 1_000] < limit) for i, limit in enumerate((short, middle, long))] == [
        0.004
    ] * 3
    assert longer == [long] * (len(gates.LENGTHS) - 3)
    assert gates.needed(words[: gates.FEW - 1], odds[: gates.FEW - 1]).tolist() == [gates.LEAST] * len(gates.LENGTHS)


def test_long_documents_are_put_together_from_pieces_of_one_corpus() -> None:
    pieces = [f"{kind}{number} " * 80 for kind in "abc" for number in range(40)]
    share = np.tile([0.0, 0.0, 0.0, 0.3], 30)
    share[80:] = 0  # of the third corpus nothing is spun
    corpus = np.repeat(["a", "b", "c"], 40)
    found = gates.composed(pieces, share, corpus, 60)
    spun = {piece for piece, part in zip(pieces, share, strict=True) if part}
    for text, one_spun, kind in zip(*found, strict=True):
        paragraphs = text.split("\n")
        assert len(paragraphs) > 1 and all(paragraph.startswith(kind) for paragraph in paragraphs)
        assert len(set(paragraphs)) == len(paragraphs)
        assert sum(paragraph in spun for paragraph in paragraphs) == one_spun
    assert set(found.corpus[found.spun]) == {"a", "b"} and set(found.corpus) == {"a", "b", "c"}
    again = gates.composed(pieces, share, corpus, 60)
    assert again.texts == found.texts


def test_a_half_spun_page_has_one_spun_paragraph() -> None:
    pool = [Document("a", " ".join(["so it goes"] * 40), "test"), *(Document("prose", text, "test") for text in PROSE)]
    pages = list(half_spun(pool, 9, 0))
    assert [around for around, _ in pages] == [100, 300, 750] * 3
    honest = {word for text in PROSE for word in text.split()}
    for around, text in pages:
        assert abs(len(text.split()) - around - PASSAGE) < 60
        new = [i for i, word in enumerate(text.split()) if word not in honest]
        assert len(new) > 5 and max(new) - min(new) < PASSAGE + 40
    assert list(half_spun(pool, 9, 0)) == pages


def test_a_kind_of_text_is_judged_by_a_model_that_never_saw_it() -> None:
    random = np.random.default_rng(0)
    values = random.normal(size=(300, 2)) + np.repeat([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]], 100, axis=0)
    spun, kinds = random.random(300) < 0.5, np.repeat(["a", "b", "c"], 100)
    values[spun] += 1
    odds = gates.unseen_odds(values, spun, np.ones(300), kinds, values, kinds)
    spun[:100] = ~spun[:100]  # what it is told of a kind changes what it says of the others only
    again = gates.unseen_odds(values, spun, np.ones(300), kinds, values, kinds)
    assert (again[:100] == odds[:100]).all() and (again[100:] != odds[100:]).all()


def test_thresholds_follow_the_length() -> None:
    weighed = Weighed(np.array([0, 0]), np.array([30, 300]), np.zeros(2, np.bool_), np.zeros(2, np.int64))
    assert np.allclose(SMALL.odds(weighed), 0.5 + 0.1 * np.log(weighed.words / 100))
    assert np.allclose(SMALL.scores(weighed), SMALL.odds(weighed) - [0.0, 1.0], atol=1e-5)


def test_the_screen_lets_pass_what_is_over_either_threshold() -> None:
    zeros = np.zeros(2, np.bool_)
    gate = replace(SMALL, thresholds=np.array([[0.0, 0.0], [gates.NEVER, 2.0]]))
    dense = np.array([10_000, 10_000])
    weighed = Weighed(np.array([-2_000, -2_000]), np.array([30, 300]), zeros, dense)
    above = gate.densest(weighed) - 2
    assert above[1] > 0 and gate.scores(weighed)[1] == pytest.approx(above[1])
    assert gate.scores(weighed)[0] == pytest.approx(gate.odds(weighed)[0])
    assert gate.scores(weighed._replace(densest=zeros.astype(np.int64)))[1] < 0


def test_a_long_document_takes_the_sieve_no_more_memory_than_a_short_one() -> None:
    gate = screen.load().sieve
    long = (PROSE[0] + "\n") * 400  # some two megabytes, many pieces of the stream
    sums = gate.sums(pa.array([long, PROSE[1]]), np.arange(2))
    again = gate.sums(pa.array([PROSE[1]]), np.arange(1))
    assert sums.words[0] > 100 * sums.words[1]
    assert (sums.whole[1] == again.whole[0]).all() and (sums.passage[1] == again.passage[0]).all()


def test_of_a_form_two_occurrences_count_in_the_sieve() -> None:
    sums = screen.load().sieve.sums(pa.array(["people " * 30, "people " * 90]), np.arange(2))
    assert sums.words.tolist() == [30, 90]
    assert (sums.whole[0] == sums.whole[1]).all() and (sums.passage[0] == sums.passage[1]).all()
    assert sums.forms.tolist() == [1, 1]


def test_rare_words_are_less_evidence() -> None:
    """A text with a vocabulary of its own has higher odds throughout, and is no more spun for that."""
    gate = screen.load().sieve
    common, rare = (
        "the people of the house have gone to the country",
        "shred the parsley, drain the capers and whisk well",
    )
    sums = gate.sums(pa.array([common * 3, rare * 3, "", "\u4e2d"]), np.arange(4))
    assert sums.rarity[0] + 0.5 < sums.rarity[1]
    assert sums.rarity[2:].tolist() == [0, 0]
    places = sieve.rarities(tokens.FIRST_WORD + 30_000)[tokens.FIRST_WORD :]
    assert (np.diff(places) >= 0).all() and places[-1] > 2 * places[0]
    screened = np.array([[8.0, 40.0]] * 4)
    other = replace(sums, rarity=sums.rarity[[1, 0, 2, 3]])
    assert gate.odds(sums, screened)[0, 1] < gate.odds(other, screened)[0, 1]


def test_it_knows_whether_it_was_compiled() -> None:
    screen.load().warm()
    assert screen.compiled()


def test_the_evidence_of_both_gates_is_put_together() -> None:
    gate = screen.load().sieve
    sums = sieve.Sums(
        np.array([100, 100]), np.array([[1.0, 2, 3], [1, 2, 3]]), np.array([5.0, 6.0]), np.array([100, 50]),
        np.array([0.1, 0.2]), np.array([0, 7]), np.array([64, 64]), np.array([[8.0, 16, 24], [0, 8, 16]]), np.array([4.0, 7.0]),
        np.array([0, 0]),
    )  # fmt: skip
    screened = np.array([[0.5, 1.0], [1.5, 2.0]])
    found = sieve.features(sums, screened)
    rarer = [5 - 6.3, 6 - 6.3]
    assert found.tolist() == [
        [0.5, 0.1, 0.2, 0.3, np.log(100), 5, 10 * rarer[0], 0.5 * rarer[0], 0, 0.1, 0, 1, 1, 2, 3, 4],
        [
            1.5,
            0.1,
            0.2,
            0.3,
            np.log(100),
            6,
            10 * rarer[1],
            1.5 * rarer[1],
            np.log(50) - np.log(100),
            0.2,
            3,
            2,
            0,
            1,
            2,
            7,
        ],
    ]
    assert found.shape[1] == len(sieve.EVIDENCE)
    assert gate.odds(sums, screened) == pytest.approx((found @ gate.weights.T + gate.bias).T)


def test_from_some_length_on_the_rarity_of_words_counts_no_more() -> None:
    nothing = np.zeros(3, np.int64)
    lengths = np.array([400, 4_000, 400_000])
    sums = sieve.Sums(
        lengths,
        np.zeros((3, 3)),
        np.full(3, 5.3),
        lengths,
        np.zeros(3),
        nothing,
        nothing,
        np.zeros((3, 3)),
        np.zeros(3),
        nothing,
    )
    found = sieve.features(sums, np.zeros((3, 2)))[:, sieve.EVIDENCE.index("rarity_in_all")]
    assert found == pytest.approx([-20, -np.sqrt(4_000), -np.sqrt(4_000)])


def test_honest_text_of_many_thousand_words_is_not_sent_on() -> None:
    whole = "\n\n".join(PROSE)
    found = screen.load().scores(pa.array([whole, *("\n\n".join(PROSE[i : i + 8]) for i in range(0, len(PROSE), 4))]))
    assert len(whole.split()) > 4_000 and not found.sent_on.any()


def test_a_document_is_sent_on_where_either_model_says_so() -> None:
    spun = simulate(PROSE[0], "wordnet-walk", seed=1, rate=0.4).text
    row, screened = pa.array([spun]), np.zeros((1, 2))
    gate = screen.load().sieve
    words, never = gate.sums(row, np.arange(1)).words, np.full(len(gate.lengths), gates.NEVER)
    odds = gate.odds(gate.sums(row, np.arange(1)), screened)[:, 0]
    for model in (0, 1):
        limits = np.stack([never, never])
        limits[model] = 1.0
        one = replace(gate, thresholds=limits)
        assert words[0] > 100 and one.scores(row, np.arange(1), screened)[0] == pytest.approx(odds[model] - 1, rel=1e-5)


def test_ratios_are_bounded_and_rise_with_the_odds() -> None:
    table = sieve.ratios(-1.0)
    assert (np.diff(table, axis=1) >= 0).all() and table.max() == 4 * 1024
    assert (table[:, 0] < 0).all()
