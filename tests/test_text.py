"""Sentences, case, articles, edits, paragraphs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unspin.reading import Substitution
from unspin.text import Kind, split
from unspin.text.casing import indefinite_article, match_case
from unspin.text.edits import apply, apply_within, removal_span
from unspin.text.paragraphs import paragraph_starts
from unspin.text.sentences import capital_starts, sentence_spans, sentence_starts


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("10,000 3.5 12:30 3rd 1980s", "10,000 3.5 12:30 3rd 1980s"),
        ("1.5x 12.34.5x 1.2.", "1 . 5 x 12.34 . 5 x 1.2 ."),  # a number never ends within a run of digits
        ("123abc 4x4 1st2 7th_", "1 2 3 abc 4 x4 1 st2 7 th_"),
        ("don't world\u2019s o' e\u0301a", "don't world's o ' e\u0301a"),
        ("well-known (a) \u2026", "well - known ( a ) \u2026"),
    ],
)
def test_tokens(text: str, tokens: str) -> None:
    words = split(text)
    assert words.lower == tuple(tokens.split(" "))
    assert [words.surface(i).replace("\u2019", "'") for i in range(len(words))] == list(words.lower)


def test_digits_before_a_letter_are_marks_of_their_own() -> None:
    assert split("12ab 34 5.6").kind.tolist() == [Kind.MARK, Kind.MARK, Kind.WORD, Kind.NUMBER, Kind.NUMBER]


def sentences(text: str) -> list[str]:
    words = split(text)
    return [text[words.start[a] : words.end[b - 1]] for a, b in sentence_spans(words).tolist()]


@pytest.mark.parametrize(
    "expected",
    [
        ["The kiln cooled overnight.", "Nobody opened it."],
        ["Did it crack?", "It did not!"],
        ["Mr. Bell met Dr. Anna K. Moss.", "They talked."],
        ["The U.S. Navy sent a ship.", "It was late."],
        ["She moved to the U.S.", "The weather was better."],
        ["Potters, bakers, etc. came early.", "No. 5 came last."],
        ['She said, "Leave it."', "He left it."],
        ["“Is it cold?” he asked.", "“Very.”"],
        ["It cost 3.50 in all.", "That was cheap."],
        ["Wait... what was that?", "Nothing."],
        ["It broke (twice.)", "Then it held."],
    ],
)
def test_sentences_are_cut_where_a_reader_cuts_them(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


def test_text_in_lower_case_still_has_sentences() -> None:
    assert sentences("the kiln cooled. nobody looked.") == ["the kiln cooled.", "nobody looked."]


def test_hard_wrapped_lines_do_not_end_sentences_but_single_line_paragraphs_do() -> None:
    wrapped = "The kiln was built by two brothers who had\nnever seen one, and it stood for forty\nyears on the hill.\n"
    assert len(sentences(wrapped)) == 1
    assert len(sentences(wrapped.replace("never", "Anna Moss never"))) == 1
    assert len(sentences("Forty Years\n" + wrapped)) == 2
    assert sentences("By Ann Moss\nThe kiln was built in May") == ["By Ann Moss", "The kiln was built in May"]


def test_sentence_starts_are_words_also_inside_quotations() -> None:
    words = split('— "The kiln," she said, "Is ours." And 12 pots.')
    assert [words.lower[i] for i in np.flatnonzero(sentence_starts(words))] == ["the", "is", "and"]


def test_a_capital_stands_after_a_label_too() -> None:
    words = split(
        "Q: How do I light it? Step 2: Open the lid. He saw one thing: The lamp. At 10:Oil was low. Note: oil it."
    )
    assert [words.surface(i) for i in np.flatnonzero(capital_starts(words) & ~sentence_starts(words))] == [
        "How",
        "Open",
    ]


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from('ab AB.?!"”“\n\r\t…。é1-(\u2028')))
def test_sentences_cover_every_token_once(text: str) -> None:
    words = split(text)
    spans = sentence_spans(words)
    assert [i for a, b in spans.tolist() for i in range(a, b)] == list(range(len(words)))


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("ab A.\n\r\x0b\u2028 \t")))
def test_paragraphs_start_at_visible_characters_in_order(text: str) -> None:
    starts = paragraph_starts(text).tolist()
    assert starts == sorted(set(starts))
    assert all(not text[start].isspace() for start in starts)
    assert bool(starts) == bool(text.strip())


@pytest.mark.parametrize(
    ("found", "original", "sentence_start", "expected"),
    [
        ("connected", "on", False, "on"),
        ("Connected", "on", True, "On"),
        ("Oregon", "or", False, "or"),
        ("Oregon", "or", True, "Or"),
        ("Premier", "prime", False, "Prime"),
        ("VESSEL", "boat", False, "BOAT"),
        ("oregon", "or", True, "or"),
        ("british", "British", False, "British"),
        ("one", "i", False, "I"),
        ("2", "two", True, "Two"),
        ("2", "two", False, "two"),
        ("Clicking convention", "press conference", True, "Press conference"),
        ("Clicking Convention", "press conference", False, "Press Conference"),
        ("Deposit of Cash", "bank of money", False, "Bank of Money"),
        ("CLICKING CONVENTION", "press conference", False, "PRESS CONFERENCE"),
        ("Élan", "energy", False, "Energy"),
        ("A", "one", True, "One"),
        ("simply", "", False, ""),
        ("iPod", "player", True, "player"),
    ],
)
def test_case_follows_what_stands_there(found: str, original: str, sentence_start: bool, expected: str) -> None:
    assert match_case(found, original, sentence_start) == expected


@settings(deadline=None)
@given(st.text(max_size=8), st.text(max_size=8), st.booleans())
def test_case_changes_nothing_but_case(found: str, original: str, sentence_start: bool) -> None:
    assert match_case(found, original, sentence_start).casefold().upper() == original.casefold().upper()


@pytest.mark.parametrize(
    "word",
    "apple hour honest honour heir MP FBI HTML X-ray 8 8.5 80 800 11 18 11th 18,000 1800s 8,000,000 umbrella urban"
    " element uninvited unimportant unidentified élan L oak utter “egg hourly F onerous 11000".split(),
)
def test_an(word: str) -> None:
    assert indefinite_article(word) == "an"


@pytest.mark.parametrize(
    "word",
    "boat university unit union one once European eulogy use usual useful uranium UK USA NATO NASA 10 1,100 180 110 1 7"
    " house historic ewe unicorn unanimous utopia U yellow UFO 1810,000 «park».".split(),
)
def test_a(word: str) -> None:
    assert indefinite_article(word) == "a"


@settings(deadline=None)
@given(st.text(max_size=12))
def test_the_article_is_always_one_of_two(word: str) -> None:
    assert indefinite_article(word) in ("a", "an")


def test_edits_replay_in_order() -> None:
    text = "It is simply a caller vessel."
    edits = [
        Substitution(5, 12, " simply", "", 0.9),
        Substitution(15, 21, "caller", "new", 0.8),
        Substitution(22, 28, "vessel", "boat", 0.9),
    ]
    assert apply(text, edits) == "It is a new boat."
    assert apply(text, []) == text
    assert apply_within(text, edits, 13, 21) == "a new"
    assert apply_within(text, edits, 0, 17) == "It is a ca"


@pytest.mark.parametrize("spans", [[(3, 5), (1, 2)], [(0, 3), (2, 4)], [(0, 99)], [(4, 2)], [(-1, 2)]])
def test_edits_that_do_not_fit_are_refused(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="out of order or outside"):
        apply("some text", [Substitution(a, b, "", "x", 1.0) for a, b in spans])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("is simply a", "is a"),
        ("simply a", "a"),
        ("simply \t a", "a"),
        ("is\nsimply a", "is\na"),
        ("is\n  simply a", "is\n  a"),
        ("it is simply.", "it is."),
        ("it (simply a) is", "it (a) is"),
        ("is  simply\ta", "is\ta"),
        ("is simply\na", "is\na"),
        ("simply", ""),
    ],
)
def test_a_word_taken_out_leaves_one_space_and_every_line_break(text: str, expected: str) -> None:
    at = text.index("simply")
    start, end = removal_span(text, at, at + 6)
    assert text[:start] + text[end:] == expected
