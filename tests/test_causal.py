"""The causal model that unspin brings along: its weights, its tokenizer, what it likes, and when a reading asks it.

How it reads branches is tested with other models in ``test_trees.py``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

import unspin
from tests.test_reader import article, spun
from unspin import reader as reading
from unspin.errors import DamagedData, OptionError
from unspin.model import causal, verdict
from unspin.model.causal import SmallModel, unpacked
from unspin.model.network import Network
from unspin.model.trees import Forest, Growth
from unspin.reader import passes, stretches
from unspin.reader import verdict as scores
from unspin.report.wording import settings_in_words
from unspin.settings import Settings
from unspin.text import split

DATA = Path(str(resources.files("unspin.data")))
TOKENS = json.loads((DATA / "causal_tokens.json").read_text(encoding="utf-8"))["tokens"]

# --- weights ----------------------------------------------------------------------------------------------------------


def joined(codes: np.ndarray, bits: int) -> np.ndarray:
    """Several codes of so many bits to a byte, the first of them lowest."""
    each = 8 // bits
    return sum(codes[:, n::each] << np.uint8(n * bits) for n in range(each)).astype(np.uint8)


def rows(codes: list[list[int]]) -> np.ndarray:
    return np.array(codes, np.uint8)


def test_a_weight_is_its_code_less_the_zero_point_by_the_scale_of_its_block() -> None:
    codes = rows([[*range(16), *range(16)]])
    whole, step = unpacked(joined(codes, 4), np.array([[0.5]], np.float16), np.array([[64]], np.uint8))
    # 64 of 128 steps is half the range of sixteen: code 8 stands for nothing.
    assert step == pytest.approx([0.5 * 8 / 63])
    assert whole.shape == (32, 1) and whole.dtype == np.int8
    assert whole[[0, 1, 7, 8, 9, 15], 0].tolist() == [-63, -55, -8, 0, 8, 55]
    assert whole[:16, 0].tolist() == whole[16:, 0].tolist()
    assert whole[:, 0] * step[0] == pytest.approx((codes[0] - 8.0) * 0.5, abs=0.501 * float(step[0]))


def test_a_zero_point_may_lie_between_codes() -> None:
    codes = rows([[0, 15] * 16])
    whole, step = unpacked(joined(codes, 4), np.array([[2]], np.float16), np.array([[60]], np.uint8))
    assert step == pytest.approx([15 / 63])
    assert whole[:2, 0].tolist() == [-63, 63]


def test_blocks_of_a_row_share_the_scale_of_the_largest() -> None:
    codes = rows([[15] * 32 + [0] * 16 + [7] * 16])
    scale, zero = np.array([[1, 0.125]], np.float16), np.array([[0, 56]], np.uint8)
    whole, step = unpacked(joined(codes, 4), scale, zero)
    assert step == pytest.approx([15 / 63])
    assert set(whole[:32, 0].tolist()) == {63}
    assert set(whole[32:48, 0].tolist()) == {round(-7 * 0.125 * 63 / 15)}
    assert not whole[48:, 0].any()


def test_codes_of_six_bits_have_their_upper_two_beside_them() -> None:
    codes = rows([[*range(32)], [*range(32, 64)]])
    scale, zero = np.array([[0.25], [0.5]], np.float16), np.array([[64], [0]], np.uint8)
    whole, step = unpacked(joined(codes & 15, 4), scale, zero, joined(codes >> 4, 2))
    assert step == pytest.approx([0.25 * 32 / 63, 0.5 * 63 / 63])
    assert whole[:, 0] * step[0] == pytest.approx((codes[0] - 32.0) * 0.25, abs=0.501 * float(step[0]))
    assert whole[:, 1] * step[1] == pytest.approx(codes[1] * 0.5, abs=0.501 * float(step[1]))
    assert (whole[0, 0], whole[31, 0], whole[0, 1], whole[31, 1]) == (-63, -2, 32, 63)


def test_the_lower_half_of_a_byte_comes_first() -> None:
    low = np.array([[0xF0] + [0x00] * 15], np.uint8)
    whole, _ = unpacked(low, np.array([[1]], np.float16), np.array([[0]], np.uint8))
    assert whole[:3, 0].tolist() == [0, 63, 0]
    high = np.array([[0b11_10_01_00] + [0] * 7], np.uint8)
    whole, _ = unpacked(low * 0, np.array([[1]], np.float16), np.array([[0]], np.uint8), high)
    assert whole[:5, 0].tolist() == [0, 16, 32, 48, 0]


def test_many_rows_are_unpacked_as_each_alone() -> None:
    made = np.random.default_rng(7)
    count = 2 * causal._ROWS + 5
    low, zero = (made.integers(0, 256, (count, width), np.uint8) for width in (32, 2))
    scale = made.uniform(0.01, 2, (count, 2)).astype(np.float16)
    whole, step = unpacked(low, scale, zero)
    for row in (0, causal._ROWS - 1, causal._ROWS, count - 1):
        here = slice(row, row + 1)
        alone, its_step = unpacked(low[here], scale[here], zero[here])
        assert whole[:, row].tolist() == alone[:, 0].tolist()
        assert step[row] == its_step[0]


def test_a_row_of_nothing_is_nothing() -> None:
    """The scale of a block is never 0, in the shipped file either: a row is divided by its largest."""
    least = np.full((1, 2), 1e-7, np.float16)
    with np.errstate(all="raise", under="ignore"):
        whole, step = unpacked(np.zeros((1, 32), np.uint8), least, np.zeros((1, 2), np.uint8))
    assert not whole.any()
    assert 0 < step[0] < 1e-6
    with np.load(DATA / "causal.npz") as archive:
        scales = [archive[name] for name in archive.files if name.endswith(".scale")]
    assert len(scales) > 200
    assert all((scale > 0).all() for scale in scales)


# --- the model --------------------------------------------------------------------------------------------------------


def test_the_vocabulary_has_a_token_for_each_row_of_the_table() -> None:
    with np.load(DATA / "causal.npz") as archive:
        table = len(archive["table.scale"])
    assert len(TOKENS) == table
    assert TOKENS[causal.load()._begin] == "<|endoftext|>"


def likelihoods(left: str, *rights: str) -> list[float]:
    """What the model says of some continuations of a text."""
    model = causal.load()
    trunk = [model._begin, *model._encode("", left)]
    branches = [model._encode(left.split()[-1], right) for right in rights]
    return model._grow(Forest(model._nothing()), [Growth(0, 0, trunk, branches)])[0]


def test_a_sentence_is_likelier_than_with_an_odd_word() -> None:
    plain, *odd = likelihoods(
        "The fishing",
        " boats came back into the harbour.",
        " committee came back into the harbour.",
        " boats came back into the saxophone.",
        " boats came connected into the harbour.",
        " boats came back into the haven.",
    )
    assert max(odd[:3]) < plain - 5
    assert odd[3] < plain


def test_what_comes_after_a_word_testifies_for_it() -> None:
    bank, shore = likelihoods("We rowed to the", " bank", " shore")
    with_bank, with_shore = likelihoods("We rowed to the", " bank to open an account.", " shore to open an account.")
    assert with_bank - with_shore > bank - shore + 1


def test_figures_are_log_probabilities() -> None:
    words = "ship harbor harbour water sea port bay river ocean dock lake boat boats area city".split()
    said = np.array(likelihoods("The boats came back into the", *(f" {word}" for word in words)))
    assert (said < 0).all()
    assert 0.1 < np.exp(said).sum() < 1


def test_the_model_is_loaded_when_it_is_first_asked(tmp_path: Path) -> None:
    missing = SmallModel(tmp_path)  # nothing lies there, and nothing is missed
    nothing_to_ask = missing.likelihood(
        split("the wet nets"), ["the", "wet", "nets"], np.array([1]), np.array([0, 1]), ["wet"], np.zeros(1),
        margin=1.0, most=5,
    )  # fmt: skip
    assert np.isnan(nothing_to_ask).all()
    assert "tokens" not in vars(missing._files) and missing._files.network._session is None
    with pytest.raises(DamagedData, match=r"causal_tokens\.json"):
        missing._tokens("the nets")
    with pytest.raises(DamagedData, match=r"causal\.npz"):
        missing._nothing()


def test_copies_share_what_is_loaded_and_call_their_own_tick() -> None:
    model, ticks = SmallModel(DATA), {"first": 0, "second": 0}

    def counting(name: str) -> SmallModel:
        def tick() -> None:
            ticks[name] += 1

        return model.watched(tick)

    first, second = counting("first"), counting("second")
    second._tokens("the wet nets")
    assert "tokens" in vars(model._files) and model._files.network._session is None
    assert first._files.tokens is second._files.tokens
    words = split("the wet nets")
    said = second.likelihood(
        words, words.lower, np.array([1]), np.array([0, 2]), ["wet", "dry"], np.zeros(2), margin=1.0, most=5
    )
    assert np.isfinite(said).all()
    assert ticks == {"first": 0, "second": 1}
    assert first._files.network.session is model._files.network.session


def test_threads_that_ask_at_once_load_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second loading would free the weights that the session of the first reads."""
    model, loaded = SmallModel(DATA), []

    def slow(network: Network) -> object:
        loaded.append(network)
        time.sleep(0.05)
        return object()

    monkeypatch.setattr(Network, "_loaded", slow)
    with ThreadPoolExecutor(4) as pool:
        sessions = set(pool.map(lambda _: id(model.watched(lambda: None)._files.network.session), range(8)))
    assert len(loaded) == len(sessions) == 1


def test_the_shipped_model_is_the_same_at_every_call() -> None:
    assert causal.load() is causal.load() is passes.load().causal


def test_nothing_has_to_be_installed_for_the_model() -> None:
    code = (
        "import sys, unspin.reader.passes\n"
        "model = unspin.reader.passes.load().causal\n"
        "model._tokens('the nets'), model._nothing()\n"
        "print(sorted({'tokenizers', 'torch', 'transformers', 'scipy'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- reading closely --------------------------------------------------------------------------------------------------


PART = spun(4)[: spun(4).index(". ", 700) + 1]
"""The first paragraphs of a spun article: a closer reading takes two seconds."""


@pytest.fixture
def unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test in which asking the language model is an error."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the language model was asked")

    monkeypatch.setattr(SmallModel, "likelihood", never)


def test_fast_or_not_the_models_are_loaded_once() -> None:
    fast, close = passes.load(fast=True), passes.load()
    assert (fast.causal, fast.ngram, fast.encoder, fast.lexicon) == (None, close.ngram, close.encoder, close.lexicon)
    assert passes.load(False).ngram is passes.load().ngram is fast.ngram


def test_models_that_are_watched_have_a_language_model_that_is() -> None:
    def tick() -> None:
        raise TimeoutError

    model, words = passes.load().watched(tick).causal, split("the wet nets")
    assert model is not None and passes.load(fast=True).watched(tick).causal is None
    with pytest.raises(TimeoutError):
        model.likelihood(
            words, words.lower, np.array([1]), np.array([0, 2]), ["wet", "dry"], np.zeros(2), margin=1.0, most=5
        )


@pytest.mark.usefixtures("closely", "unasked")
def test_a_fast_reading_does_without_it() -> None:
    assert unspin.read(PART, fast=True).spun
    with pytest.raises(AssertionError, match="was asked"):
        unspin.read(PART)


@pytest.mark.usefixtures("closely")
def test_reading_closely_restores_more_words() -> None:
    honest = split(article()).lower
    fast, close = unspin.read(spun(4), fast=True), unspin.read(spun(4))
    assert fast.score == close.score
    right = [
        sum(a == b for a, b in zip(honest, split(reading.restored).lower, strict=True)) for reading in (fast, close)
    ]
    assert right[1] > right[0]


@pytest.mark.usefixtures("closely", "unasked")
def test_honest_text_never_reaches_it() -> None:
    assert unspin.read(article()).restored == article()


@pytest.mark.usefixtures("closely")
def test_an_unsettled_text_has_the_same_score_judged_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    unsettled = replace(verdict.load(), unsettled=(-100.0, 100.0))
    monkeypatch.setattr(scores.verdicts, "load", lambda: unsettled)
    text = PART
    judged = reading.assess(text)
    assert judged.score == unspin.read(text).score
    assert judged.score != reading.assess(text, fast=True).score


@pytest.mark.usefixtures("closely")
def test_reading_closely_changes_nothing_that_it_restored() -> None:
    once = unspin.read(PART)
    again = unspin.read(once.restored)
    assert again.restored == once.restored


@pytest.mark.usefixtures("closely")
@pytest.mark.parametrize("sign", ["\ud83d", "\x04", "\U00040000", "漢", "👩\u200d👧", "x" * 3_000],
                         ids=["half a pair", "control", "plane 4", "ideograph", "emoji", "long"])  # fmt: skip
def test_odd_signs_are_read_closely_too(sign: str) -> None:
    text = PART.replace(" the ", f" the {sign} ").replace(", ", f"{sign}, ")
    reading = unspin.read(text, operating_point=1.0, fill_all=True)
    assert reading.substitutions
    assert reading.restored.count(sign) == text.count(sign) > 3


@pytest.mark.usefixtures("closely")
def test_a_long_document_is_read_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = unspin.read(PART, fast=True)
    assert unspin.read(PART) != fast
    monkeypatch.setattr(stretches, "CLOSELY", PART.count(".") // 2)
    assert unspin.read(PART) == fast


def test_the_environment_may_ask_for_fast_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNSPIN_FAST", "1")
    assert Settings().fast and Settings(operating_point=0.5).fast and not Settings(fast=False).fast
    monkeypatch.setenv("UNSPIN_FAST", "0")
    assert not Settings().fast


@pytest.mark.usefixtures("closely")
def test_fast_is_a_setting_that_is_told() -> None:
    with pytest.raises(OptionError, match="fast 'yes': give True or False"):
        Settings(fast="yes")  # type: ignore[arg-type]
    assert ("Reading", "fast: without the language model") in settings_in_words(Settings(fast=True))
    assert "Reading" not in dict(settings_in_words(Settings()))
    assert dict(settings_in_words(Settings()))["Tortured phrases"] == "restored where a text reads as spun"
    assert dict(settings_in_words(Settings(tortured=True)))["Tortured phrases"] == "restored in any text"
