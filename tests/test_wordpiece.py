"""Wordpieces: the rules one by one, a stored table, and equality with the ``tokenizers`` package where it is installed."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unspin.errors import DamagedData
from unspin.model.wordpiece import WordPieces, parts
from unspin.text import split

VOCABULARY = Path(str(resources.files("unspin.data"))) / "vocab.txt"
PIECES = VOCABULARY.read_text(encoding="utf-8").split("\n")
SMALL = WordPieces(["[UNK]", "a", "at", "##t", "##tic", "##t-", "cat", "##s", "-", "[MASK]"])


@lru_cache
def shipped() -> WordPieces:
    return WordPieces.read(VOCABULARY)


def spelt(word: str) -> str:
    return " ".join(PIECES[number] for number in shipped()(word))


# --- the rules -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Harbour", ["harbour"]),
        ("Émile", ["emile"]),
        ("naïve", ["naive"]),
        ("ΣΊΣΥΦΟΣ", ["σισυφοσ"]),
        ("İzmir", ["izmir"]),
        ("don't", ["don", "'", "t"]),
        ("£3+$4", ["£3", "+", "$", "4"]),
        ("one—two", ["one", "—", "two"]),
        ("soft\u00adware", ["software"]),
        ("zero\u200bwidth\ufeff", ["zerowidth"]),
        ("bell\x07\x85\ufffd", ["bell"]),
        ("tab\there\u2003there", ["tab", "here", "there"]),
        ("two水火three", ["two", "水", "火", "three"]),
        ("ひらがな", ["ひらかな"]),
        ("\ud800lone", ["lone"]),
        ("\u0301", []),
        ("", []),
    ],
)
def test_words_are_made_plain(word: str, expected: list[str]) -> None:
    assert parts(word) == expected


def test_the_longest_piece_is_taken_first_and_an_odd_end_makes_all_unknown() -> None:
    assert SMALL("attic") == (2, 4)
    assert SMALL("cats") == (6, 7)
    assert SMALL("catsup") == (0,)
    assert SMALL("at-a") == (2, 8, 1)
    assert SMALL("[MASK]") == (0, 0, 0)


def test_a_part_has_a_hundred_characters_at_most() -> None:
    assert SMALL("a" + "t" * 99) == (2, *[3] * 98)
    assert SMALL("a" + "t" * 100) == (0,)


@pytest.mark.parametrize("word", ["", "\u0301", "\u200b", "\x00", "\ud800", "\u2028"])
def test_a_word_of_which_nothing_is_left_is_unknown(word: str) -> None:
    assert spelt(word) == "[UNK]"


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"a\nb\n"], ids=["missing", "not text", "no [UNK]"])
def test_a_damaged_vocabulary_is_said_in_one_line(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "vocab.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DamagedData, match=r"^.*vocab\.txt: no vocabulary of wordpieces; install unspin again$"):
        WordPieces.read(file)


# --- the shipped vocabulary ------------------------------------------------------------------------------------------


def test_the_vocabulary_is_that_of_the_encoder() -> None:
    assert len(shipped()) == 30_522
    assert [PIECES[number] for number in (0, 100, 101, 102, 103)] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        # What `tokenizers` 0.23 makes of these words with the tokenizer.json of all-MiniLM-L6-v2.
        ("harbour", "harbour"),
        ("breakwater", "break ##water"),
        ("unmoored", "un ##moor ##ed"),
        ("astatine", "as ##tat ##ine"),
        ("conscionable", "con ##sc ##ion ##able"),
        ("withinside", "within ##side"),
        ("don't", "don ' t"),
        ("o'clock", "o ' clock"),
        ("3.5", "3 . 5"),
        ("10,000", "10 , 000"),
        ("1984", "1984"),
        ("21st", "21st"),
        ("émigré", "emi ##gre"),
        ("smørrebrød", "sm ##ø ##rre ##br ##ø ##d"),
        ("straße", "st ##raße"),
        ("łódź", "łodz"),
        ("ﬁord", "ﬁ ##ord"),
        ("½", "½"),
        ("…", "…"),
        ("“", "“"),
        ("™", "™"),
        ("€", "€"),
        ("naı̇ve", "na ##ı ##ve"),
        ("ⅷ", "[UNK]"),
        ("θάλασσα", "θ ##α ##λ ##α ##σ ##σ ##α"),
        ("море", "м ##о ##р ##е"),
        ("שלום", "ש ##ל ##ו ##ם"),
        ("سلام", "س ##ل ##ا ##م"),
        ("नमस्ते", "न ##म ##स ##त"),
        ("水", "水"),
        ("水車", "水 車"),
        ("かもめ", "か ##も ##め"),
        ("カモメ", "カ ##モ ##メ"),
        ("갈매기", "ᄀ ##ᅡ ##ᆯ ##ᄆ ##ᅢ ##ᄀ ##ᅵ"),
        ("𝕒", "[UNK]"),
        ("🙂", "[UNK]"),
        ("þorn", "þ ##orn"),
        ("æther", "æ ##ther"),
        ("ﬆ", "[UNK]"),
        ("a\u0338b", "ab"),
        ("x²", "x ##²"),
        ("№", "№"),
        ("e\u0301te\u0301", "et ##e"),
        ("co\xador", "co ##or"),
    ],
)
def test_words_are_spelt_as_tokenizers_spells_them(word: str, expected: str) -> None:
    assert spelt(word) == expected


@given(st.text(max_size=40))
def test_any_text_has_pieces_of_the_vocabulary(text: str) -> None:
    pieces = shipped()(text)
    assert pieces
    assert all(0 <= number < len(shipped()) for number in pieces)


@given(st.text(max_size=40))
def test_pieces_spell_the_plain_word(text: str) -> None:
    for part in parts(text):
        pieces = [PIECES[number] for number in shipped()(part)]
        assert pieces == ["[UNK]"] or "".join([pieces[0], *(piece[2:] for piece in pieces[1:])]) == part


@given(st.text(max_size=40))
def test_a_plain_part_is_plain(text: str) -> None:
    assert all(part and not any(char.isspace() for char in part) for part in parts(text))


# --- against tokenizers ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reference() -> Any:
    """The same vocabulary in ``tokenizers``: word to ids."""
    tokenizers = pytest.importorskip("tokenizers")
    ids = {piece: number for number, piece in enumerate(PIECES[:-1])}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = tokenizers.normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    return lambda word: tuple(tokenizer.encode(word, add_special_tokens=False).ids) or (100,)


def unequal(text: str, reference: Any) -> list[str]:
    """The tokens of a text that ``tokenizers`` spells otherwise."""
    return [token for token in split(text).lower if shipped()(token) != reference(token)]


def test_characters_among_letters_are_spelt_as_by_tokenizers(reference: Any) -> None:
    # All alphabets; of the ideographs, the signs and the rarer scripts one in 31. (All of the first three planes were
    # compared once, with no difference; it takes minutes.)
    characters = map(chr, [*range(0x20, 0x3100), *range(0x3100, 0xD800, 31), *range(0xE000, 0x30000, 31)])
    assert not unequal("\n".join(f"a{char}b{char} {char}\u0301c" for char in characters), reference)


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_is_spelt_as_by_tokenizers(reference: Any, text: str) -> None:
    assert not unequal(text, reference)
