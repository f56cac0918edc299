"""What of a text is prose: markup is not seen, literals are left alone, and neither moves the verdict."""

from __future__ import annotations

import html
import re
import time
from pathlib import Path

import pytest

import unspin
from unspin.reader import assess
from unspin.reading import Note
from unspin.spinners import simulate
from unspin.text import View, prose
from unspin.text.view import LITERAL

ROOT = Path(__file__).parent.parent
ARTICLES = [
    (ROOT / "benchmarks" / "prose" / f"{name}.txt").read_text(encoding="utf-8") for name in ("council", "cooking")
]
SPUN = [simulate(article, "wordnet-walk", seed=3, rate=0.25).text for article in ARTICLES]

SEEN = {
    "see https://example.org/past/exposure?scheme=oregon.": "see ￼.",
    "www.example.org, example.com/past or ftp://a.org": "￼, ￼ or ￼",
    "write to press.office@past.example.com!": "write to ￼!",
    "in /usr/lib/past, ./past/x, ~/past/x or C:\\past\\x": "in ￼, ￼, ￼ or ￼",
    "edit src/past.py and notes.txt, then": "edit ￼ and ￼, then",
    "set past_issues or call past_it() or os.path.past's": "set ￼ or call ￼ or ￼'s",
    "#issues and @exploiter said": "￼ and ￼ said",
    "he and/or she, at 3.5 p.m., in the U.S.A., in 10/12/2020": "he and/or she, at 3.5 p.m., in the U.S.A., in ￼",
    "It came.Info was sent.In the end Node.js ran": "It came.Info was sent.In the end Node.js ran",
    "Use `past issues` or ``a ` b`` now": "Use ￼ or ￼ now",
    "They said ``so'' and ``no'', `a' and `b'.": "They said ``so'' and ``no'', `a' and `b'.",
    "```\npast issues\n```\nNow": "\nNow",
    "~~~py\npast\n~~~": "",
    "```\nnever closed": "```\nnever closed",
    "A [link](https://a.org/b_(c) \"past\") and a [ref][1].\n\n[1]: https://past.org": "A link and a ref.\n\n",
    "![past](past.png) Here": " Here",
    "**bold**, *soft*, __b__, _s_, ~~gone~~ and 2*3*4": "bold, soft, b, s, gone and 2*3*4",
    "# The past #\n\n> quoted\n\nTitle\n=====": "The past\n\nquoted\n\nTitle\n",
    '<p class="past">One <b>two</b> &amp; &quot;three&quot;<br>four</p>': '\nOne two & "three"\nfour\n',
    "<code>past</code> <pre>past\nissues</pre> <!-- past --> x < y, <y and z>": "￼ \n  x < y, <y and z>",
    "<script>var past;</script>On<style>p {}</style>": "\nOn\n",
    "---\ntitle: past\ntags: [past]\n---\nThe end": "\nThe end",
    "---\nNo settings here, but words\n---\nThe end": "\nNo settings here, but words\n\nThe end",
    "as shown [3, 5–7] (Smith et al., 2019; Lee, 2020) by some [@past2019] \\cite{past}": "as shown   by some  ",
    "ex\u200bplo\u00adi\u2060ter\ufeff": "exploiter",
}  # fmt: skip


@pytest.mark.parametrize("text", SEEN)
def test_what_is_seen_of_a_text(text: str) -> None:
    assert prose(text).text == SEEN[text]


def test_a_plain_text_is_its_own_view() -> None:
    seen = prose(ARTICLES[0])
    assert seen.text is ARTICLES[0] and seen.start is None
    assert seen.span(3, 9) == (3, 9)


def test_places_lead_back_into_the_text_as_given() -> None:
    text = "<p>An <b>ex\u200bploiter</b> of https://example.org &amp; others</p>"
    seen = prose(text)
    assert text[slice(*_place(seen, "exploiter"))] == "ex\u200bploiter"
    assert text[slice(*_place(seen, LITERAL))] == "https://example.org"
    assert text[slice(*_place(seen, "&"))] == "&amp;"
    assert text[slice(*_place(seen, "exploiter of"))] == "ex\u200bploiter</b> of"
    at = seen.text.index("exploiter of")
    assert seen.hidden(at, at + len("exploiter of")) == "</b>"


@pytest.mark.parametrize("text", [*ARTICLES, *SPUN], ids=["honest", "honest", "spun", "spun"])
def test_markup_does_not_move_the_verdict(text: str) -> None:
    score = assess(text).score
    for dressed in (_as_html(text), _as_markdown(text), _with_front_matter(text), _with_code(text)):
        assert dressed != text
        assert abs(assess(dressed).score - score) <= 0.2


@pytest.mark.parametrize("text", SPUN)
def test_markup_comes_back_as_it_was(text: str) -> None:
    plain = unspin.read(text)
    dressed = unspin.read(_as_html(text))
    made = [tuple(re.sub("<[^<>]*>", "", part) for part in (s.found, s.original)) for s in dressed.substitutions]
    assert made == [(html.escape(s.found), s.original) for s in plain.substitutions]
    assert re.findall("<[^<>]*>", dressed.restored) == re.findall("<[^<>]*>", dressed.text)
    assert unspin.restore(dressed.restored) == dressed.restored


@pytest.mark.parametrize("choices", [{}, {"fill_all": True}, {"tortured": True}, {"dictionary": {"past": "by"}}])
def test_literals_are_never_touched(choices: dict[str, object]) -> None:
    literals = ("https://sound.example.org/past/exposure?scheme=oregon", "past.office@past.example.com", "/var/past/issues",
                "`profound learning past oregon`", "#oregon", "@exploiter", "astatine_past", "os.past.oregon", "pastOregon",
                "[@oregon2019]", '<a title="withinside the past oregon">', "<code>astatine the past</code>")  # fmt: skip
    sentences = SPUN[0].split(". ")
    for number, literal in enumerate(literals):
        sentences[number] += f", says {literal}"
    text = ". ".join(sentences) + "\n\n```\nprofound learning astatine the past\n```\n"
    reading = unspin.read(text, **choices)  # type: ignore[arg-type]
    assert reading.spun and reading.substitutions
    for literal in (*literals, "\n```\nprofound learning astatine the past\n```\n"):
        assert literal in reading.restored


@pytest.mark.parametrize("sign", ["\u200b", "\u00ad", "\u2060", "\ufeff"])
def test_signs_inside_words_hide_nothing(sign: str) -> None:
    text = SPUN[0]
    hidden = re.sub(r"(\w)(\w)", rf"\1{sign}\2", text, flags=re.A)
    plain, reading = unspin.read(text), unspin.read(hidden)
    assert reading.score == plain.score
    places = [(s.found.replace(sign, ""), s.original.replace(sign, "")) for s in reading.substitutions]
    assert places == [(s.found, s.original) for s in plain.substitutions]
    assert all(hidden[s.start : s.end] == s.found for s in reading.substitutions)
    assert reading.restored.replace(sign, "") == plain.restored


def test_a_page_of_code_is_no_prose() -> None:
    code = "def past(exposure):\n    return exploiter.astatine(exposure)  # the waiter is read past the client\n"
    assert unspin.read(f"Run this:\n\n```python\n{code * 5}```\n").notes == (Note.NOT_PROSE,)


def test_a_list_of_addresses_is_no_prose() -> None:
    lines = (f"The page of the {word} is https://example.org/{word} and it has been read." for word in "abcdefghij")
    assert unspin.read("\n".join(lines)).notes == ()
    lines = (f"The page: https://example.org/{word}" for word in "abcdefghijklmnopqrstuvwxyz")
    assert unspin.read("\n".join(lines)).notes == (Note.NOT_PROSE,)


def test_names_in_camel_case_are_read_and_left_alone() -> None:
    text = SPUN[0].replace("lighting", "pastOregon")
    reading = unspin.read(text)
    assert reading.spun and reading.restored.count("pastOregon") == text.count("pastOregon") > 0


def test_a_view_takes_time_in_step_with_its_length() -> None:
    for part in "<a |[a](|](|`|``a`|&a|```a\n|<code>|<!--|a@|http://|/a|a_|(A 2|**a ".split("|"):
        for text in (part * 20_000, part + "a" * 50_000, (part + " ") * 20_000):
            began = time.process_time()
            prose(text)
            assert time.process_time() - began < 4, part


def _place(seen: View, part: str) -> tuple[int, int]:
    at = seen.text.index(part)
    return seen.span(at, at + len(part))


def _as_html(text: str) -> str:
    paragraphs = (
        re.sub(r"(\w{5,}) (\w{5,})", r'<b>\1</b> <a href="/past/exposure?a=1">\2</a>', html.escape(paragraph), count=3)
        for paragraph in text.split("\n\n")
    )
    body = "\n".join(f'<p class="past body">{paragraph}</p>' for paragraph in paragraphs)
    head = "<head><title>The past</title><style>p { color: oregon }</style></head>"
    return (
        f'<!DOCTYPE html>\n<html lang="en">{head}<body>\n<div>\n{body}\n</div><script>past(it)</script></body></html>\n'
    )


def _as_markdown(text: str) -> str:
    link = r'**\1** [\2](https://sound.example.org/past/exposure?scheme=oregon "the past")'
    heading, *paragraphs = (re.sub(r"(\w{5,}) (\w{5,})", link, part, count=3) for part in text.split("\n\n"))
    return "\n\n".join([f"# {heading}", *(re.sub(r"(\w{4,}) (\w{6,})\b", r"\1 *\2*", p, count=1) for p in paragraphs)])


def _with_front_matter(text: str) -> str:
    return f'---\ntitle: "Past the exposure"\ntags: [waiter, exploiter]\nauthor: Arsenic\n---\n\n{text}'


def _with_code(text: str) -> str:
    return "\n\n```python\ndef past(exposure):\n    return waiter.exploiter(exposure)\n```\n\n".join(text.split("\n\n"))
