"""The training's spinner with the dictionary of real machines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.machine_pages import Dictionary, MachinePages
from training.roughening import official
from unspin import lexicon
from unspin.text import split

SEEN = """\
\t\t20\t0:10 1:10
clay pot\tbowl\t9\t0:9
dish\tbowl\t9\t1:9
liquid\ttime\t1\t0:1
as a result of\tbecause of\t8\t0:4 1:4
"""
TEXT = "The kiln was warm because of the fire, and the bowl stood in it. A second bowl broke. "


@pytest.fixture(scope="module")
def spinner(tmp_path_factory: pytest.TempPathFactory) -> MachinePages:
    path: Path = tmp_path_factory.mktemp("seen") / "seen.tsv"
    path.write_text(SEEN, encoding="utf-8")
    return MachinePages(Dictionary.read(path, lexicon.load()))


def test_a_document_has_the_words_of_one_kind_of_machine(spinner: MachinePages) -> None:
    bowls, others = [], 0
    for seed in range(60):
        words = split(TEXT * 4)
        edits = spinner.spin(words, lexicon.load(), 0.4, np.random.default_rng(seed))
        assert all(before.end <= after.begin for before, after in zip(edits, edits[1:], strict=False))
        terms = [edit.text for edit in edits if words.lower[edit.begin : edit.end] == ("bowl",)]
        bowls.append(sum(term == "dish" for term in terms) / max(len(terms), 1) if terms else 0.5)
        others += any(edit.text == "as a result of" and edit.end - edit.begin == 2 for edit in edits)
    assert sum(share in (0.0, 1.0) for share in bowls) > 20  # either machine's word, hardly ever both
    assert 0.0 in bowls and 1.0 in bowls and others > 10


def test_what_most_pages_with_a_word_show_swapped_is_swapped_more_often(spinner: MachinePages) -> None:
    entries = spinner.dictionary.entries
    swapped = {entry.terms: entry.swapped for entry in entries}
    assert swapped["clay pot", "dish"].min() > 2 * swapped["liquid",].max()
    assert all((entry.swapped > 0).all() and (entry.swapped <= 0.9).all() for entry in entries)


def test_official_english_is_made_of_words_that_offices_use() -> None:
    text = "He told them to fix the road as soon as possible. " * 5
    made = {official(text, np.random.default_rng(seed)) for seed in range(30)}
    assert any("informed them" in one for one in made) and any("at the earliest" in one for one in made)
    assert all(one.count(".") == 5 for one in made)
