"""Quotations and their speakers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unspin.text import split
from unspin.text.quotations import find_quotations


def found(text: str) -> list[tuple[str, str | None]]:
    """Each quotation with its speaker."""
    return [
        (text[q.start : q.end], None if q.speaker is None else text[slice(*q.speaker)])
        for q in find_quotations(split(text))
    ]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("“The kiln is warm,” said Ann Moss.", "Ann Moss"),
        ('"The kiln is warm," Ann Moss said.', "Ann Moss"),
        ('Mr. Tom Bell said: "The kiln is ours."', "Mr. Tom Bell"),
        ('"Is it warm?" the potter\'s spokesperson asked on Friday.', "the potter's spokesperson"),
        ('"It is," explained Dr. J. P. Okafor, head of the survey.', "Dr. J. P. Okafor"),
        ('"It is," Lena Ort, head of the guild, explained.', "Lena Ort"),
        ('Ms Ort, who chairs the guild, said: "Never again."', "Ms Ort"),
        ('According to the ministry, "nobody was hurt".', "the ministry"),
        ('"Nobody was hurt," according to Mary-Jane O\'Neil.', "Mary-Jane O'Neil"),
        ('Speaking before lunch, the guild\'s spokesperson told reporters: "We stay."', "the guild's spokesperson"),
        ('Officials said: "No comment."', "Officials"),
        ('After the fire the mayor said: "We rebuild."', "the mayor"),
        ("On Friday the head of the school wrote: “Closed until Monday.”", "the head of the school"),
        ('"Yes," wrote Ludwig van Berg to a friend.', "Ludwig van Berg"),
        ("``It is done,'' wrote Moss in May.", "Moss"),
        ('The minister was quoted as saying: "Later."', "The minister"),
        ('The guild said the lack of clay was a "total failure".', "The guild"),
        ('"We go", said police.', "police"),
        ('Ann later added: "It cooled."', "Ann"),
        # no plain statement, no speaker
        ('She said: "It is warm."', None),
        ('He was told: "Go home."', None),
        ('Tom Bell was told: "Go home."', None),
        ('Tom Bell got told: "Go home."', None),
        ('"It is warm." Mary said nothing.', None),
        ('The kiln was called a "total failure" by some.', None),
        ("The “special” bus came late.", None),
        ('In Paris Ann Moss said: "Well."', None),
        ('"It is warm." Mary left the room.', None),
        ('"It is warm," he said.', None),
    ],
)
def test_speaker(text: str, speaker: str | None) -> None:
    assert [who for _, who in found(text)] == [speaker]


def test_speakers_of_several_quotations() -> None:
    assert found("“It cooled,” said Ann. “We waited.” Tom said, “Why?” Bea said, “Clay.”") == [
        ("It cooled,", "Ann"),
        ("We waited.", "Ann"),
        ("Why?", "Tom"),
        ("Clay.", "Bea"),
    ]
    assert found('"We, the potters," Ann\'s brother Tom told the crowd, "are here."') == [
        ("We, the potters,", "Ann's brother Tom"),
        ("are here.", "Ann's brother Tom"),
    ]


def test_a_speech_over_paragraphs_has_one_speaker() -> None:
    text = 'Ann Moss told the guild: "We begin.\n"We go on.\n\n"And we end."\nNobody clapped.'
    assert found(text) == [("We begin.", "Ann Moss"), ("We go on.", "Ann Moss"), ("And we end.", "Ann Moss")]


def test_stray_marks_quote_nothing() -> None:
    assert found('A 5" pipe and a 7" pipe lay there.\nA stray " mark.') == []
    assert found('A 5"x7" print and a 5"x9" print.') == []
    assert [text for text, _ in found('A stray "mark.\n« Non », said Jean.')] == [" Non "]
    assert found("the potters' kiln, 'warm' and ''") == []


def test_inner_single_quotes_stay_inside() -> None:
    assert [text for text, _ in found("“She called it ‘our kiln’ then,” said Tom.")] == [
        "She called it ‘our kiln’ then,"
    ]


def test_length_tells_scare_quotes() -> None:
    assert [q.words for q in find_quotations(split('a "first step" and "one more step, then 2"'))] == [2, 5]


def test_swapped_verbs_are_read_as_restored() -> None:
    text = '"It cooled," aforesaid Ann Moss.'
    words = split(text)
    read_as = ["said" if word == "aforesaid" else word for word in words.lower]
    assert find_quotations(words)[0].speaker is None
    assert find_quotations(words, read_as)[0].speaker == (text.index("Ann"), text.index("."))
    with pytest.raises(ValueError, match="read_as"):
        find_quotations(words, ["said"])


PIECES = [
    '"',
    "“",
    "”",
    "«",
    "''",
    "``",
    " ",
    "\n",
    "\n\n",
    "said",
    "Ann",
    "the",
    ", ",
    ". ",
    "Mr.",
    "5",
    "-",
    "é",
    "\u2028",
]
PIECES += ["😀", "according to ", "as saying", ":", "X", "’s", "\r\n", "(", "told"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join) | st.text())
def test_spans_are_in_order_and_inside(text: str) -> None:
    last = 0
    for quotation in find_quotations(split(text)):
        assert last <= quotation.start < quotation.end <= len(text)
        last = quotation.end
        if quotation.speaker is not None:
            assert text[slice(*quotation.speaker)].strip() == text[slice(*quotation.speaker)] != ""


class Counted(list[str]):
    """A list that counts how often it is looked at."""

    looks = 0

    def __getitem__(self, index: Any) -> Any:
        """Count, then look."""
        self.looks += 1
        return super().__getitem__(index)


@pytest.mark.parametrize("piece", ['"', "“", '" ', '"a" said ', "Ann, ", "said ", '"x\n', "`", "A. ", '"a", Ann, b '])
def test_looks_at_tokens_are_linear(piece: str) -> None:
    words = split(piece * 2_000 + '" said Ann')
    tokens = Counted(words.lower)
    find_quotations(words, tokens)
    assert tokens.looks < 200 * len(tokens)
