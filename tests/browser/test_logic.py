"""The page's logic without a page: ``node --test``, where node is installed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import unspin
from tests import test_text
from tests.browser.conftest import missing
from unspin import lexicon, reading
from unspin.report import wording
from unspin.text import indefinite_article

STATIC = Path(unspin.__file__).parent / "web" / "static"
ODD = [
    "",
    " ",
    "'",
    "’tis",
    "“hour”",
    "ÉLAN",
    "œuvre",
    "Ünder",
    "ß",
    "A1",
    "u-turn",
    "8th",
    "1,800",
    "٨",
    "😀",
    "\ud800",
    "an\nhour",
]


def node() -> str:
    """Where node is."""
    found = shutil.which("node")
    if found is None:
        missing("node (apt-get install nodejs)")
    return found


def test_the_logic_of_the_page() -> None:
    tests = Path(__file__).with_name("logic.test.mjs")
    done = subprocess.run([node(), "--test", str(tests)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rule_of_the_article_is_that_of_the_program() -> None:
    """On the table of the program's own test, every original of the lexicon, numbers, and odd strings."""
    known = lexicon.load()
    originals = known.forms[: known.vocabulary]
    tables = [word for test in (test_text.test_a, test_text.test_an) for word in test.pytestmark[0].args[1]]
    numbers = [f"{n}" for n in range(2_100)] + [f"{n:,}" for n in range(900, 200_000, 101)]
    words = [*tables, *ODD, *numbers, *originals, *(w.upper() for w in originals), *(w.title() for w in originals)]
    told = told_by("articles", "indefiniteArticle", words)
    assert [word for word, article in zip(words, told, strict=True) if article != indefinite_article(word)] == []


def test_the_page_and_the_program_word_alike() -> None:
    rates = [float(f"{digits / 100}e-{power}") for digits in range(100, 1000) for power in range(1, 9)]
    rates += [0.0, 1.0, 0.5, 1e-7, 1e-12]
    assert told_by("wording", "rateInWords", rates) == list(map(reading.rate_in_words, rates))
    assert told_by("wording", "rateInFigures", rates) == list(map(wording.rate_in_figures, rates))
    assert told_by("wording", "spinnerInWords", ["thesaurus"]) == [wording.spinner_in_words("thesaurus")]
    assert told_by("wording", "noteInWords", list(reading.NOTES)) == list(reading.NOTES.values())


def told_by(module: str, function: str, values: list[Any]) -> list[Any]:
    """What a function of the page gives for each of the values."""
    program = (
        f"import {{ {function} as told }} from {json.dumps((STATIC / f'{module}.js').as_uri())};"
        'import { readFileSync } from "node:fs";'
        'console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map((value) => told(value))));'
    )
    command = [node(), "--input-type=module", "--eval", program]
    done = subprocess.run(command, input=json.dumps(values), capture_output=True, text=True, timeout=60, check=True)
    answers: list[Any] = json.loads(done.stdout)
    return answers
