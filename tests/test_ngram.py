"""The n-gram language evidence, on models of a page of prose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import zstandard
from numpy.typing import NDArray

from training import ngram as training
from training.corpora import part_of
from unspin.model.ngram import DATA, NUMBER, SPECIAL, START, UNKNOWN, NGram
from unspin.text import split

PROSE = (
    "The harbour lay quiet in the morning. The old ferry left the harbour at 6 and came back in the evening. "
    "A boy sold apples on the quay, and the old man who mended nets bought two apples every morning.",
    "In the evening the old man walked along the quay. The boy had sold every apple and counted his 14 coins. "
    "The ferry came back in the evening, as it did every day, and the harbour lay quiet again.",
    "Every morning the ferry left the harbour at 7. The old man mended his nets in the morning and slept in the "
    "evening. The boy walked along the quay and sold apples to the people of the ferry.",
    "The people of the harbour knew the old man. He mended nets, he bought apples, and in the evening he walked "
    "along the quay with the boy. Nobody in the harbour counted the days.",
)


def build(path: Path, size: int = 10_000_000, cutoff: float = 1.0) -> tuple[NGram, training.Text]:
    """A model of the prose, by the way of the shipped one."""
    text = training.encode(((1.0 if i % 2 else 0.5, prose) for i, prose in enumerate(PROSE)), least=2)
    four = training.count(text.streams)
    model = training.estimate(four, len(text.words), size, {2: cutoff / 2, 3: cutoff / 2, 4: cutoff / 2})
    training.write(model, text, path)
    return NGram.load(path), text


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[NGram, training.Text]:
    return build(tmp_path_factory.mktemp("ngram") / "prose.npz")


@pytest.fixture(scope="module")
def model(built: tuple[NGram, training.Text]) -> NGram:
    return built[0]


def ids(model: NGram, text: str) -> NDArray[np.int32]:
    return model.ids(split(text).lower)


def total_probability(model: NGram, text: training.Text, context: str) -> float:
    """The probabilities of all words after ``context``, added up; ``<unk>`` is many words, ``<s>`` is none."""
    document = np.append(ids(model, context), UNKNOWN).astype(np.int32)
    words = np.array([i for i in range(len(model)) if i != START], np.int32)
    logp = model.score(document, np.full(len(words), len(document) - 1, np.int32), words)
    return float(np.sum(np.exp(logp.astype(float)) * np.where(words == UNKNOWN, text.unknown, 1)))


@pytest.mark.parametrize(
    "context",
    ["", "the", "the old", "walked along the", "in the evening", "zebra", "zebra zebra quay", "left the harbour at 9"],
)
def test_probabilities_add_up_to_one(built: tuple[NGram, training.Text], context: str) -> None:
    assert total_probability(*built, context) == pytest.approx(1, abs=0.02)


def test_pruned_model_is_small_and_still_adds_up(tmp_path: Path, built: tuple[NGram, training.Text]) -> None:
    whole, _ = build(tmp_path / "whole.npz")
    room = 12 * len(whole) + 900
    pruned, text = build(tmp_path / "pruned.npz", size=room)
    slots = [pruned._two, pruned._three, pruned._four]
    used = sum(t.mark.nbytes + t.probability.nbytes + t.weight.nbytes for t in slots)
    assert 100 < used <= 900
    for context in ("the", "walked along the", "in the evening"):
        assert total_probability(pruned, text, context) == pytest.approx(1, abs=0.02)


def test_kept_ngrams_have_their_contexts() -> None:
    text = training.encode(((1.0, prose) for prose in PROSE), least=1)
    model = training.estimate(
        training.count(text.streams), len(text.words), 12 * len(text.words) + 1500, {2: 1, 3: 1, 4: 1}
    )
    for order in (3, 4):
        contexts = model.levels[order].keys >> np.uint64(16)
        assert len(contexts) > 5
        assert np.all(np.isin(contexts, model.levels[order - 1].keys))


@pytest.mark.parametrize("room", [900, 10_000_000])
def test_words_are_expected_as_often_as_they_were_seen(room: int) -> None:
    # The constraint that Kneser-Ney smoothing is made from, which pruning must not break.
    text = training.encode(((1.0, prose) for prose in PROSE), least=1)
    four = training.count(text.streams)
    model = training.estimate(four, len(text.words), 12 * len(text.words) + room, {2: 1, 3: 1, 4: 1})
    contexts, inverse = np.unique(four.keys >> np.uint64(16), return_inverse=True)
    times = np.bincount(inverse, four.count)
    for word in ("the", "evening", "along", "apples", "."):
        i = np.uint64(text.words.index(word))
        logp = training.log_probability(model, (contexts << np.uint64(16)) | i, 4)
        seen = sum(split(prose).lower.count(word) for prose in PROSE)
        assert np.sum(times * np.exp(logp)) == pytest.approx(seen, rel=1e-6)


def test_counts_go_by_weight() -> None:
    text = training.encode([(0.5, "one two three four"), (1.0, "one two three four five")], least=1)
    counts = training.count(text.streams)
    one, two, three, four, five = (text.words.index(w) for w in ("one", "two", "three", "four", "five"))
    found = dict(zip(counts.keys.tolist(), counts.count.tolist(), strict=True))
    assert found[one << 48 | two << 32 | three << 16 | four] == 1.5
    assert found[two << 48 | three << 32 | four << 16 | five] == 1.0
    assert found[START << 48 | START << 32 | START << 16 | one] == 1.5
    assert len(found) == 5


def test_only_the_train_part_is_counted(tmp_path: Path) -> None:
    pages = [f"Page {i} tells of the harbour." for i in range(200)]
    with zstandard.open(tmp_path / "novels_eltec.txt.zst", "wt", encoding="utf-8") as file:
        file.write("\n\n".join(pages))
    counted = list(training.train_texts(tmp_path))
    assert counted == [(0.5, page) for page in pages if part_of(page) == "train"]
    assert 150 < len(counted) < 200


def test_words_stand_where_they_were_seen(model: NGram) -> None:
    document = ids(model, "He walked along the quay in the evening.")
    position = split("He walked along the quay in the evening.").lower.index("quay")
    candidates = model.ids(["quay", "ferry", "of", "zebra"])
    scores = model.score(document, np.full(4, position, np.int32), candidates)
    assert list(np.argsort(-scores)[:1]) == [0]
    assert scores[0] - scores[3] > 3


def test_backs_off_to_the_shorter_context(model: NGram) -> None:
    # Nothing is known of "zebra zebra", so only "the" counts; and where not even that helps, the word alone.
    long = model.log_probability(ids(model, "zebra zebra the old"))[-1]
    assert long == model.log_probability(ids(model, "9 9 9 zebra zebra the old"))[-1]
    assert long > model.log_probability(ids(model, "zebra zebra zebra old"))[-1] + 1


def test_longer_context_is_sharper(model: NGram) -> None:
    assert model.log_probability(ids(model, "he walked along the quay"))[-1] > (
        model.log_probability(ids(model, "zebra the quay"))[-1] + 0.5
    )


def test_differences_are_log_likelihood_ratios(model: NGram) -> None:
    document = ids(model, " ".join(PROSE))
    rng = np.random.default_rng(1)
    positions = np.append(rng.integers(0, len(document), 60), [0, 1, 2, *(len(document) - np.arange(1, 5))]).astype(
        np.int32
    )
    candidates = rng.integers(0, len(model), len(positions)).astype(np.int32)
    kept = document[positions]
    ratios = model.score(document, positions, candidates) - model.score(document, positions, kept)
    as_is = model.log_probability(document).astype(float).sum()
    for position, candidate, ratio in zip(positions, candidates, ratios, strict=True):
        other = document.copy()
        other[position] = candidate
        assert ratio == pytest.approx(model.log_probability(other).astype(float).sum() - as_is, abs=1e-3)


def test_batches_do_not_matter(model: NGram) -> None:
    document = ids(model, " ".join(PROSE))
    rng = np.random.default_rng(2)
    positions = rng.integers(0, len(document), 10_000).astype(np.int32)
    candidates = rng.integers(0, len(model), 10_000).astype(np.int32)
    whole = model.score(document, positions, candidates)
    for size in (1, 7, 4096, 4097):
        starts = range(0, 10_000 if size > 100 else 40 * size, size)
        parts = [model.score(document, positions[i : i + size], candidates[i : i + size]) for i in starts]
        joined = np.concatenate(parts)
        assert np.array_equal(joined, whole[: len(joined)])


def test_neighbours_beyond_three_tokens_do_not_matter(model: NGram) -> None:
    document = ids(model, PROSE[0])
    middle, words = np.full(len(model), 12, np.int32), np.arange(len(model), dtype=np.int32)
    other = document.copy()
    other[:9] = UNKNOWN
    other[16:] = UNKNOWN
    assert np.array_equal(model.score(document, middle, words), model.score(other, middle, words))
    other[9] = UNKNOWN
    assert not np.array_equal(model.score(document, middle, words), model.score(other, middle, words))


def test_ids_of_numbers_and_unknown_words(model: NGram) -> None:
    found = model.ids(["the", "3", "10,000", "1990s", "zebra", ""])
    assert list(found[1:]) == [NUMBER, NUMBER, NUMBER, UNKNOWN, UNKNOWN]
    assert model.words[found[0]] == "the"
    assert model.words[:3] == SPECIAL


def test_same_corpora_same_file(tmp_path: Path) -> None:
    build(tmp_path / "one.npz")
    build(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_absent_ngrams_are_rarely_taken_for_present(model: NGram) -> None:
    keys = np.random.default_rng(3).integers(1 << 62, 1 << 63, 200_000, np.uint64)
    assert np.count_nonzero(model._four.find(keys).present) < 20


def test_errors(model: NGram) -> None:
    document = ids(model, PROSE[0])
    one = np.array([0], np.int32)
    with pytest.raises(IndexError):
        model.score(document, one + len(document), one)
    with pytest.raises(IndexError):
        model.score(document, one - 1, one)
    with pytest.raises(ValueError, match="1 positions but 2 candidates"):
        model.score(document, one, np.array([0, 1], np.int32))
    with pytest.raises(FileNotFoundError):
        NGram.load("no-such-file.npz")


def test_nothing_asked_nothing_answered(model: NGram) -> None:
    none = np.zeros(0, np.int32)
    assert len(model.score(ids(model, PROSE[0]), none, none)) == 0
    assert len(model.log_probability(none)) == 0
    assert len(model.ids([])) == 0


@pytest.mark.skipif(not DATA.exists(), reason="the shipped data is not built")
def test_shipped_model() -> None:
    assert DATA.stat().st_size <= 18_000_000
    model = NGram.load()
    assert len(model) == 1 << 16
    text = "The committee said on Tuesday that it would look into the matter before the end of the year."
    tokens = split(text).lower
    document = model.ids(tokens)
    swaps = {"said": "aforesaid", "look": "appearance", "matter": "topic", "end": "terminal", "year": "twelvemonth"}
    positions = np.array([tokens.index(word) for word in swaps], np.int32)
    found = model.score(document, positions, model.ids(list(swaps.values())))
    assert np.all(model.score(document, positions, document[positions]) > found + 2)
