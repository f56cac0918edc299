"""Byte pairs: the rules one by one, and equality with the ``tokenizers`` package where it is installed."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unspin.errors import DamagedData
from unspin.model.byte_pairs import BytePairs, letters

VOCABULARY = Path(str(resources.files("unspin.data"))) / "causal_tokens.json"
SAVED = json.loads(VOCABULARY.read_text(encoding="utf-8"))
SMALL = ["a", "b", "t", "Ġ", "at", "Ġb", "Ġbat", "tt", "1", "Ã", "©"]
"""A vocabulary whose pairs are joined in this order."""
small = BytePairs(SMALL, [("a", "t"), ("Ġ", "b"), ("Ġb", "at"), ("t", "t")])

ODD = {
    "prose": "The boats came back into the harbour, and “nobody” waved — not even Ruth’s 2 sons (1998).",
    "spaces": "  two  blanks,\ttabs\t\tand\n\nlines \r\n\xa0 ",
    "emoji": "wet 😀 nets 👩\u200d👩\u200d👧 \u200b lay",
    "ideographs": "the 漢字 of 日本語",
    "accents": "café, cafe\u0301, Ægir, naïve; ﬁne, ½, x², ελληνικά",
    "controls": "a\x00b\x0c\ufffdc",
    "names of special tokens": "an <|endoftext|> and an <|im_start|>",
    "one long word": "withinside" * 50,
    "nothing": "",
}


@lru_cache
def shipped() -> BytePairs:
    return BytePairs.read(VOCABULARY)


def spelt(text: str) -> str:
    return " ".join(SAVED["tokens"][number] for number in shipped()(text).ids)


# --- the rules -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bat", ["b", "at"]),
        (" bat", ["Ġbat"]),
        ("a bat", ["a", "Ġbat"]),
        ("a  bat", ["a", "Ġ", "Ġbat"]),
        ("tta", ["tt", "a"]),
        ("tatt", ["t", "at", "t"]),
        ("attat", ["at", "t", "at"]),
        ("ttt", ["tt", "t"]),
        ("a1b", ["a", "1", "b"]),
        ("é", ["Ã", "©"]),
        ("", []),
    ],
)
def test_the_pair_that_was_merged_first_is_joined_first(text: str, expected: list[str]) -> None:
    assert [SMALL[number] for number in small(text).ids] == expected


def test_a_token_ends_after_the_code_point_that_it_ends_in() -> None:
    assert small("é bat").ends == [1, 1, 5]
    assert shipped()("wet 😀").ends[-1] == 5
    assert shipped()("wet 😀").ends.count(5) > 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The harbour", "The Ġharbour"),
        ("1998", "1 9 9 8"),
        ("don't we'll", "don 't Ġwe 'll"),
        ("a\n\nb", "a Ċ Ċ b"),
        ("“yes”", "âĢľ yes âĢĿ"),
        ("one_two", "one _ two"),
        ("<|im_end|>", "< | im _ end | >"),
    ],
)
def test_words_are_spelt_with_the_space_before_them_and_figures_digit_by_digit(text: str, expected: str) -> None:
    assert spelt(text) == expected


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_what_a_text_is_cut_into_joins_to_the_text_again(text: str) -> None:
    found = shipped()(text)
    byte_of = {letter: byte for byte, letter in enumerate(letters())}
    told = bytes(byte_of[letter] for number in found.ids for letter in SAVED["tokens"][number])
    assert told.decode("utf-8") == text
    pieces = [text[begin:end] for begin, end in zip([0, *found.ends], found.ends, strict=False)]
    assert "".join(pieces) == text
    assert found.ends == sorted(found.ends)


def test_a_cut_in_running_text_leaves_no_mark() -> None:
    text = "The old ferry left the harbour before dawn; nobody waved."
    whole = shipped()(text)
    for cut in (13, 30, 42):
        assert [number for number, end in zip(*whole, strict=True) if end <= cut] == shipped()(text[:cut]).ids
        assert [number for number, end in zip(*whole, strict=True) if end > cut] == shipped()(text[cut:]).ids


def test_half_a_surrogate_pair_is_spelt_too() -> None:
    assert shipped()("the \ud83d nets").ends[-1] == 10


@pytest.mark.parametrize("sign", ["\x04", "\U00040000"], ids=["control", "plane 4"])
def test_a_byte_that_has_no_token_is_no_obstacle(sign: str) -> None:
    assert letters()[sign.encode()[0]] not in SAVED["tokens"]
    found = shipped()(f"wet{sign} nets")
    assert found.ids[0] == shipped()("wet").ids[0]
    assert found.ends[-1] == 9


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_any_text_has_tokens_of_the_vocabulary_in_order(text: str) -> None:
    ids, ends = shipped()(text)
    assert len(ids) == len(ends)
    assert all(0 <= number < len(SAVED["tokens"]) for number in ids)
    assert ends == sorted(ends) and all(0 < end <= len(text) for end in ends)


def test_every_byte_has_a_letter_of_its_own() -> None:
    assert len(set(letters())) == 256
    assert all(letter.isprintable() and not letter.isspace() for letter in letters())
    assert (letters()[ord("A")], letters()[ord(" ")], letters()[ord("\n")]) == ("A", "Ġ", "Ċ")


@pytest.mark.parametrize(
    "content",
    [None, b"\xff\xfe", b"[]", b'{"tokens": ["a"]}', b'{"tokens": 5, "merges": []}'],
    ids=["missing", "not text", "no object", "no merges", "no tokens"],
)
def test_a_damaged_vocabulary_is_said_in_one_line(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "causal_tokens.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DamagedData, match=r"^.*causal_tokens\.json: no vocabulary of byte pairs .*$"):
        BytePairs.read(file)


def test_what_is_merged_is_in_the_vocabulary() -> None:
    tokens = set(SAVED["tokens"])
    assert len(tokens) == len(SAVED["tokens"])
    assert all({*pair.split(" "), pair.replace(" ", "")} <= tokens for pair in SAVED["merges"])


# --- against tokenizers ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reference() -> Any:
    """The same vocabulary in ``tokenizers``: text to ids and ends."""
    tokenizers = pytest.importorskip("tokenizers")
    ids = {token: number for number, token in enumerate(SAVED["tokens"])}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(ids, [tuple(pair.split(" ")) for pair in SAVED["merges"]]))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)

    def tokens_of(text: str) -> tuple[list[int], list[int]]:
        encoded = tokenizer.encode(text)
        return encoded.ids, [end for _, end in encoded.offsets]

    return tokens_of


COMPARED = st.characters(exclude_categories=["Cs", "No", "Nl", "Cn"], exclude_characters="\x04\x06\x13\x14\x16\x1d")
"""All but signs such as ``½`` and what has no token."""


def test_characters_among_letters_are_spelt_as_by_tokenizers(reference: Any) -> None:
    unequal = []
    # All alphabets; of the ideographs, the signs and the rarer scripts one in 31.
    for number in [*range(0x20, 0x3100), *range(0x3100, 0xD800, 31), *range(0xE000, 0x30000, 31)]:
        char = chr(number)
        text = f"a{char}b {char} {char}1 {char}{char}c"
        if tuple(shipped()(text)) != reference(text):
            unequal.append(char)
    assert all(char.isnumeric() and not char.isdecimal() for char in unequal)


@settings(max_examples=300, deadline=None)
@given(text=st.text(COMPARED, max_size=60))
def test_any_text_is_spelt_as_by_tokenizers(reference: Any, text: str) -> None:
    assert tuple(shipped()(text)) == reference(text)


@pytest.mark.parametrize(
    "text", ["  1998", "x\n\n1998", "a \n b", "we'll 'sup 'S", "a _b_ __c", "1,000.5", "tabs\t\t7"]
)
def test_spaces_marks_and_figures_are_cut_as_by_tokenizers(text: str, reference: Any) -> None:
    assert tuple(shipped()(text)) == reference(text)
