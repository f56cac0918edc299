"""What README shows is what the program does: its lead example is that of ``make demo``, its page is there to be read."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

import unspin
from examples import demo
from unspin.reading import Reading
from unspin.spinners import Specimen, simulate
from unspin.text.edits import apply

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARTICLE = ROOT / "examples" / "harbour.txt"
PAGE = ROOT / "examples" / "spun" / "harbour.txt"
SHOWN = "The council is divided."
"""How the paragraph begins that README shows."""


@cache
def specimen() -> Specimen:
    return simulate(ARTICLE.read_text(encoding="utf-8"), demo.SPINNER, seed=demo.SEED, rate=demo.RATE)


@cache
def reading() -> Reading:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("UNSPIN_FAST")  # as users read
        return unspin.read(specimen().text)


def bold(text: str, places: Iterable[tuple[int, int, str]], words: str) -> str:
    """The paragraph that README shows, in Markdown: at each place of ``text`` its ``words`` in bold, on one line."""
    number = specimen().original.split("\n\n").index(next(p for p in specimen().original.split("\n\n") if SHOWN in p))
    marked = []
    at = 0
    for start, end, original in places:
        word = text[start:end] if words == "found" else original
        body = word.strip()
        marked += [text[at:start], word.replace(body, f"**{body}**") if body else word]
        at = end
    return " ".join("".join([*marked, text[at:]]).split("\n\n")[number].split())


def shown(label: str) -> str:
    """What README shows under a label, on one line."""
    quoted = re.search(rf"> \*{label}\* — (.*?)\n(?!>)", README, re.DOTALL)
    assert quoted is not None
    return " ".join(re.sub(r"^> ", "", quoted[1], flags=re.MULTILINE).split())


def test_the_lead_example_is_what_the_demo_shows() -> None:
    key = [(swap.start, swap.end, swap.original) for swap in specimen().swaps]
    assert shown("as found") == bold(specimen().text, key, "found")
    changes = [(s.start, s.end, s.original) for s in reading().substitutions]
    assert shown("restored") == bold(specimen().text, changes, "original")


def test_the_page_of_the_commands_is_the_spun_article() -> None:
    assert PAGE.read_text(encoding="utf-8") == specimen().text
    assert apply(specimen().text, specimen().swaps) == ARTICLE.read_text(encoding="utf-8")


@pytest.mark.parametrize("document", [README, *((ROOT / "docs" / name).read_text(encoding="utf-8") for name in (
    "deep.md", "engines.md", "evaluate.md", "report.md", "scan.md", "json.md"))])  # fmt: skip
def test_extras_are_installed_from_a_clone(document: str) -> None:
    assert "unspin[" not in document  # the package is on no index
    for path in re.findall(r"\b(?:examples|benchmarks)/[\w/.-]+", document):
        assert (ROOT / path.rstrip(".")).exists(), path


def test_the_demo_shows_a_restored_article_and_its_words() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "examples.demo"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert shown.returncode == 0, shown.stderr
    assert "Swapped words, the most frequent" in shown.stdout
