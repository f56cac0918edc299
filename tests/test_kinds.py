"""Pages are told into kinds by what was put in on them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from training import kinds

FIRST = [f"first{i}" for i in range(40)]
SECOND = [f"second{i}" for i in range(40)]
BOTH = [f"both{i}" for i in range(20)]


def pages(count: int) -> list[set[str]]:
    """Pages of two machines in turns, each with half of the forms of its machine and of those that both put."""
    random = np.random.default_rng(3)
    return [
        {str(form) for form in random.choice((FIRST, SECOND)[i % 2] + BOTH, 30, replace=False)} for i in range(count)
    ]


def test_pages_of_one_machine_are_of_one_kind() -> None:
    kind = kinds.told(kinds.incidence(pages(40)), kinds=2)
    assert set(kind[::2]) != set(kind[1::2])
    assert len(set(kind[::2])) == len(set(kind[1::2])) == 1


def test_seldom_forms_tell_nothing() -> None:
    stands = kinds.incidence([{"often", f"once{i}"} for i in range(8)])
    assert stands.shape == (8, 1)
    assert stands.sum() == 8


def test_the_notes_become_pages_of_each_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"{i}\t{form}\twritten" for i, forms in enumerate(pages(40)) for form in sorted(forms)]
    (tmp_path / "notes.tsv").write_text("\n".join([*lines, "40\tfirst1\twritten"]) + "\n")
    (tmp_path / "seen.tsv").write_text("both1\twritten\t50\nfirst1\twritten\t20\nnever\twritten\t2\n")
    files = ["--notes", str(tmp_path / "notes.tsv"), "--seen", str(tmp_path / "seen.tsv")]
    monkeypatch.setattr("sys.argv", ["kinds", *files, "--kinds", "2"])
    kinds.main()
    once = (tmp_path / "seen.tsv").read_text()
    sizes, both, first, never = (line.split("\t") for line in once.splitlines())
    assert sizes[:3] == ["", "", "40"]  # the page with one form is of no kind
    assert sorted(sizes[3].split()) == ["0:20", "1:20"]
    assert both[:3] == ["both1", "written", "50"]
    assert len(both[3].split()) == 2
    assert len(first[3].split()) == 1
    assert never == ["never", "written", "2"]
    kinds.main()
    assert (tmp_path / "seen.tsv").read_text() == once


def test_a_form_stands_once_on_a_page_whatever_it_stood_for(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("1\tConsumer\tuser\n1\tconsumer\tuser\n1\tit’s far\tit is\n")
    (notes,) = kinds.read([tmp_path / "a.tsv"]).values()
    assert notes == {("consumer", "user"), ("it's far", "it is")}
    assert kinds.shown({"p": notes}, {"p": 3})["consumer", "user"] == Counter({3: 1})
