"""Evaluating on somebody's own texts, with a reader that knows their vocabulary; the real one is measured elsewhere."""

from __future__ import annotations

import json
import os
import random
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

import unspin
from unspin import evaluate as package
from unspin import reader
from unspin.cli.evaluate import _announce
from unspin.cli.evaluate import evaluate as command
from unspin.errors import InputError, MissingExtra, ModelError, OptionError, UnspinError
from unspin.evaluate import Evaluation, Plan, Text, evaluate, plot, record, sample, table
from unspin.evaluate.answers import answers, spin
from unspin.evaluate.intervals import bound, lower_bound, needed, wilson
from unspin.evaluate.measure import Spun, mapping, read_as_spun, read_spun, tasks
from unspin.evaluate.plan import families
from unspin.evaluate.sample import Sample, cut, key
from unspin.evaluate.screened import Lost, Passed, crawl_hours, screened, sends_on
from unspin.evaluate.statement import statement
from unspin.evaluate.tally import COUNTS, RATES, figures, of_specimen
from unspin.evaluate.texts import texts
from unspin.reading import Note, Reading, Substitution
from unspin.spinners import Specimen, Swap, names
from unspin.text import apply, split

PROSE = sorted((Path(__file__).parent.parent / "benchmarks" / "prose").glob("*.txt"))
HONEST = [Text(file.name, file.read_text(encoding="utf-8")) for file in PROSE]
VOCABULARY = {word for _, text in HONEST for word in split(text).lower}
ODD = " ".join(["The teakettle was on the table, and it was in the way of the work that was to be done."] * 4)
SMALL = Plan(documents=20, specimens=2, families=("wordnet-walk", "thesaurus"), shares=(0.1, 0.3))


def fake_read(text: str, *, operating_point: float = 1e-4, fast: bool = True) -> Reading:
    """By the share of words that stand in none of the texts; a document of these reads as written."""
    words = split(text)
    plain = [i for i in range(len(words)) if words.is_word[i]]
    odd = [i for i in plain if words.lower[i] not in VOCABULARY]
    share = len(odd) / max(len(plain), 1)
    rate = 1e-6 if share > 0.12 else 5e-3 if "teakettle" in text else 0.5
    note = () if len(plain) >= 30 else (Note.TOO_SHORT,)
    spun = rate <= operating_point and not note
    changes = tuple(
        Substitution(int(words.start[i]), int(words.end[i]), words.surface(i), "word", 0.9) for i in odd if spun
    )
    return Reading(
        text=text,
        restored=apply(text, changes),
        spun=spun,
        score=0.0,
        false_positive_rate=1.0 if note else rate,
        share=0.0,
        words=len(plain),
        substitutions=changes,
        notes=note,
    )


@pytest.fixture(autouse=True)
def _fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(unspin), "read", fake_read)
    monkeypatch.setattr(reader, "assess", partial(fake_read, operating_point=0.0))
    monkeypatch.setattr(package, "sends_on", lambda: None)


@pytest.fixture(scope="module")
def found() -> Evaluation:
    """The prose, a page that looks odd and two that are too short, evaluated."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(vars(unspin), "read", fake_read)
        patch.setattr(reader, "assess", partial(fake_read, operating_point=0.0))
        gates = lambda text: Passed("e" in text, "odd" in text or "teakettle" in text, "teakettle" in text)  # noqa: E731
        patch.setattr(package, "sends_on", lambda: lambda texts: list(map(gates, texts)))
        corpus = [*HONEST, Text("odd.txt", ODD), Text("a", "Too short."), Text("b", "Short too.")]
        return evaluate(sample(corpus, 20, words=300), SMALL)


# --- intervals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hits", "cases"), [(0, 10), (3, 50), (50, 50), (1, 7269), (200, 1000)])
def test_intervals_are_those_of_another_implementation(hits: int, cases: int) -> None:
    from scipy.stats import binomtest

    theirs = binomtest(hits, cases).proportion_ci(method="wilson")
    share, low, high, n = wilson(hits, cases)
    assert (share, n, wilson(hits, cases).hits) == (hits / cases, cases, hits)
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert low <= share <= high
    above = binomtest(hits, cases, alternative="less").proportion_ci(0.95).high
    below = binomtest(hits, cases, alternative="greater").proportion_ci(0.95).low
    assert (bound(hits, cases), lower_bound(hits, cases)) == pytest.approx((above, below), abs=1e-9)


def test_nothing_counted_says_nothing() -> None:
    assert wilson(0, 0) == (0, 0, 1, 0)
    assert bound(0, 0) == 1


@pytest.mark.parametrize("hits", [0, 1, 7])
@pytest.mark.parametrize("rate", [0.3, 1e-2, 1e-4])
def test_so_many_documents_are_just_enough(rate: float, hits: int) -> None:
    cases = needed(rate, hits)
    assert bound(hits, cases) <= rate < bound(hits, cases - 1)


def test_the_rule_of_three() -> None:
    assert needed(1e-4) == 29_956
    assert needed(1e-5) == pytest.approx(3e5, rel=0.002)


@pytest.mark.parametrize(
    ("flagged", "judged", "says"),
    [
        (0, 950, r"^To state .* at most 1 in 10,000 .* takes 29,956 .* 47,437 of which one is; .* at most 1 in 310\.$"),
        (1, 950, r"^To state .* or 47,437 of which 1 is; .* at most 1 in 200\.$"),
        (0, 50_000, r"^0 of 50,000 .* at most 1 in 10,000 is shown, even one of at most 1 in 16,000"),
        (3, 950, r"^3 of 950 .* does not hold on these texts, where it is at least 1 in 1,200"),
    ],
)
def test_a_sentence_on_the_rate(flagged: int, judged: int, says: str) -> None:
    said = statement(flagged, judged, 1e-4, 1e-4)
    assert re.search(says, said)
    assert said.count(". ") == 0


# --- the sample -------------------------------------------------------------------------------------------------------


def test_the_sample_is_the_same_in_any_order() -> None:
    shuffled = random.Random(3).sample(HONEST, len(HONEST))
    taken = sample(shuffled, 5, words=50)
    assert taken == sample(HONEST, 5, words=50)
    assert (len(taken.texts), taken.seen) == (5, len(HONEST))
    assert sample(HONEST, 7, words=50).texts[:5] == taken.texts
    assert sample(HONEST, 5, words=50, seed=1).texts != taken.texts


def test_a_text_that_comes_twice_is_taken_once() -> None:
    taken = sample([*HONEST, *HONEST], 100, words=50)
    assert (len(taken.texts), taken.seen) == (len(HONEST), 2 * len(HONEST))


def test_the_sample_is_every_text_alike() -> None:
    many = [Text(str(i), f"text number {i}") for i in range(2_000)]
    share = np.mean([int(text.name) < 1_000 for text in sample(many, 500, words=9).texts])
    assert 0.43 < share < 0.57


def test_a_lone_surrogate_has_a_hash() -> None:
    assert key("a\ud800") != key("a\ud801")
    assert key("a", "x", "yz") != key("a", "xy", "z")


def test_a_text_is_cut_after_a_sentence() -> None:
    text = "One two three. Four five six, seven. Eight nine ten."
    assert cut(text, 100) == cut(text, 10) == text
    assert cut(text, 9) == cut(text, 7) == "One two three. Four five six, seven."
    assert cut(text, 2) == "One two"


def test_cutting_reads_no_more_than_it_must() -> None:
    assert len(cut("x" * 10_000_000, 30)) < 1_000
    assert cut("", 30) == ""


# --- the answer key ---------------------------------------------------------------------------------------------------

FOUND = "He sat connected the wall and looked onward the gray gray sea."
SWAPS = (Swap(7, 16, "connected", "on"), Swap(37, 43, "onward", "at"), Swap(52, 57, " gray", ""))
KEY = answers(Specimen(FOUND, apply(FOUND, SWAPS), "wordnet-walk", 1, SWAPS))


def counted(*changes: tuple[int, int, str]) -> dict[str, int]:
    """What is counted of the specimen with these changes; counts of nothing are left out."""
    substitutions = tuple(Substitution(a, b, FOUND[a:b], original, 0.9) for a, b, original in changes)
    reading = Reading(text=FOUND, restored=apply(FOUND, substitutions), spun=True, score=1.0, share=0.1,
                      false_positive_rate=1e-6, words=12, substitutions=substitutions)  # fmt: skip
    values = dict(zip(COUNTS, of_specimen(KEY, reading).values, strict=True))
    return {name: value for name, value in values.items() if value}


def test_the_share_that_was_reached() -> None:
    assert KEY.share == 3 / 12


def test_a_perfect_reading() -> None:
    every = {"words": 12, "right_before": 9, "right": 12, "swapped": 3, "found": 3, "restored": 3, "untouched": 9}
    assert counted(*((s.start, s.end, s.original) for s in SWAPS)) == every | {"single": 3, "single_restored": 3}


def test_no_change_leaves_what_was_right() -> None:
    assert counted() == {"words": 12, "right_before": 9, "right": 9, "swapped": 3, "untouched": 9, "single": 3}


def test_a_wrong_word_is_told_from_a_missed_one_and_from_harm() -> None:
    values = counted((0, 2, "Helium"), (7, 16, "by"), (37, 43, "At"))
    assert (values["found"], values["restored"], values["changed"], values["right"]) == (2, 1, 1, 9)


def test_rates_over_documents() -> None:
    reading = fake_read(FOUND)
    one = figures([of_specimen(KEY, reading)] * 3)
    assert (one["documents"], one["words"]) == (3, 36)
    assert one["right"] == [0.75, 0.75, 0.75]
    assert one["restored"] == [0, 0, 0]


def test_a_share_of_words_is_swapped() -> None:
    text = HONEST[0].text
    spun = spin(text, "wordnet-walk", 0.3, 5)
    assert spun.share == pytest.approx(0.3, abs=0.04)
    assert (
        spun.words.text
        == spin(text, "wordnet-walk", 0.3, 5).words.text
        != spin(text, "wordnet-walk", 0.3, 6).words.text
    )


# --- the plan ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"documents": 0}, "documents 0"),
        ({"specimens": -1}, "specimens -1"),
        ({"words": 29}, "words 29"),
        ({"operating_point": 0.0}, "operating point 0"),
        ({"rate": 1.0}, "rate 1"),
        ({"shares": (0.1, 1.5)}, "share 1.5"),
        ({"families": ("nobody",)}, "no such family"),
        ({"families": ("tortured",)}, "none but set phrases swapped need not read as spun"),
    ],
)
def test_what_cannot_be_measured_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        Plan(**settings)


def test_all_families_but_set_phrases() -> None:
    assert set(families()) == set(names()) - {"tortured"}


def test_restoring_has_its_share_whatever_recall_has() -> None:
    assert Plan(shares=(0.1,)).spun_shares == (0.1, 0.3)
    assert Plan(shares=(0.1,), restoration=False).spun_shares == (0.1,)
    restored = [task.share for task in tasks(["text"], Plan(shares=(0.1, 0.3))) if task.restore]
    assert restored == [0.3] * len(families())


def test_the_time_it_takes() -> None:
    plan = Plan(specimens=1, families=("thesaurus",), shares=(0.1, 0.3))
    assert plan.seconds([650, 1300], 1) == pytest.approx((650 + 1300) / 6500 + 650 / 1400 + 650 / 1000)
    assert plan.seconds([650, 1300], 2) == pytest.approx(plan.seconds([650, 1300], 1) / 2)


def test_every_specimen_has_a_dictionary_of_its_own() -> None:
    work = tasks([HONEST[0].text, HONEST[1].text], SMALL)
    assert len(work) == len({task.seed for task in work}) == 2 * 2 * 2
    assert tasks([HONEST[1].text], SMALL) == work[4:]


# --- measuring --------------------------------------------------------------------------------------------------------


def test_false_positives_at_each_operating_point(found: Evaluation) -> None:
    assert [(row.point, row.flagged.hits, row.flagged.cases) for row in found.false_positives] == [
        (1e-2, 1, 13), (1e-3, 0, 13), (1e-4, 0, 13), (1e-5, 0, 13),
    ]  # fmt: skip
    assert found.false_positives[0].expected == pytest.approx(0.13)
    assert [(row.name, row.rate) for row in found.suspicious] == [("odd.txt", 5e-3)]


def test_what_cannot_be_judged_is_counted_apart(found: Evaluation) -> None:
    assert (found.seen, found.judged, found.unjudged) == (15, 13, {"too-short": 2})


def test_recall_by_family_and_share(found: Evaluation) -> None:
    recall = {(row.family, row.share): row for row in found.recall}
    assert set(recall) == {(family, share) for family in SMALL.families for share in SMALL.shares}
    assert [recall["wordnet-walk", share].flagged.hits for share in (0.1, 0.3)] == [0, 2]
    assert recall["wordnet-walk", 0.3].reached == pytest.approx(0.3, abs=0.05)


def test_a_specimen_that_was_not_spun_so_far_does_not_count() -> None:
    spun = [Spun("thesaurus", 0.4, reached, 1e-6, "") for reached in (0.31, 0.29, 0.4)]
    plan = Plan(families=("thesaurus",), shares=(0.4,))
    (row,) = package.summarise(plan, 0, [], spun, None).recall
    assert (row.short, row.flagged.cases, row.reached) == (1, 2, pytest.approx(0.355))


def test_restoring_by_family(found: Evaluation) -> None:
    assert [row.family for row in found.restoration] == list(SMALL.families)
    walk = found.restoration[0]
    assert walk.documents == 2
    assert set(walk.rates) == set(RATES)
    assert 0.6 < walk.rates["right_before"][0] < 0.8
    assert walk.rates["recall"][0] > 0.5 > 0.1 > walk.rates["restored"][0]


def test_words_of_a_specimen_are_restored_whatever_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float, bool]] = []

    def noted(text: str, *, operating_point: float, fast: bool) -> Reading:
        asked.append((operating_point, fast))
        return fake_read(text, operating_point=operating_point)

    monkeypatch.setitem(vars(unspin), "read", noted)
    text = "The quincunx was " + HONEST[0].text
    assert fake_read(text).substitutions == ()
    assert read_as_spun(text, 1e-4).substitutions
    assert asked == [(1e-4, True), (1.0, True)]


def test_without_restoring_only_verdicts_are_asked_for() -> None:
    task = tasks([HONEST[0].text], Plan(families=("thesaurus",), shares=(0.3,), restoration=False))[0]
    result = read_spun(task, 1e-4)
    assert (result.count, result.rate) == (None, 1e-6)


def test_no_specimens_no_recall() -> None:
    found = evaluate(sample(HONEST, 5, words=100), Plan(specimens=0))
    assert (found.recall, found.restoration, found.judged) == ((), (), 5)


def test_the_same_again(found: Evaluation) -> None:
    corpus = [Text("b", "Short too."), Text("a", "Too short."), Text("odd.txt", ODD), *HONEST[::-1]]
    again = evaluate(sample(corpus, 20, words=300), SMALL)
    assert record.to_dict(again) | {"screen": None} == record.to_dict(found) | {"screen": None}


def test_progress_comes_to_its_end() -> None:
    seen: list[tuple[int, int]] = []
    evaluate(sample(HONEST[:3], 5, words=100), SMALL, watch=lambda done, total: seen.append((done, total)))
    assert seen == [(i, 3 + 2 * 2 * 2) for i in range(1, 12)]


def test_nothing_that_can_be_judged_is_an_error() -> None:
    with pytest.raises(InputError, match=r"none of the 1 documents .*too-short"):
        evaluate(sample([Text("a", "Too short.")], 5, words=100), SMALL)


def test_processes_work_in_order_and_one_that_dies_is_said() -> None:
    with mapping(2) as mapped:
        assert list(mapped(abs, [-3, 2, -1])) == [3, 2, 1]
        with pytest.raises(ModelError, match="--workers"):
            list(mapped(os._exit, [3]))


# --- the gates --------------------------------------------------------------------------------------------------------


def test_what_the_gates_send_on_and_lose() -> None:
    spun = [
        Spun("thesaurus", 0.1, 0.1, 1e-6, "pass"),
        Spun("thesaurus", 0.1, 0.1, 1e-6, "lose"),
        Spun("thesaurus", 0.1, 0.1, 0.5, "lose"),
        Spun("thesaurus", 0.3, 0.3, 1e-6, "pass"),
    ]
    passes = lambda texts: [Passed(text != "lose", text[0] == "p", text == "pass") for text in texts]  # noqa: E731
    result = screened(passes, ["pass", "lose", "pages", "stays"], spun, Plan(shares=(0.1, 0.3)))
    assert (result.passed_screen, result.passed_sieve, result.sent_on) == (wilson(3, 4), wilson(2, 4), wilson(1, 4))
    assert (result.text_passed, result.text_sent_on) == pytest.approx((14 / 18, 4 / 18))
    assert result.looks == pytest.approx(2e9 / 18)
    assert result.lost == (Lost(0.1, wilson(1, 2)), Lost(0.3, wilson(0, 1)))


def test_without_the_extra_there_are_no_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert sends_on() is None


def test_the_shipped_gates() -> None:
    pytest.importorskip("numba")
    gate = sends_on()
    assert gate is not None
    spun = [spin(text, "wordnet-walk", 0.4, 1).words.text for _, text in HONEST]
    assert gate(spun) == [Passed(True, True, True)] * len(HONEST)
    assert sum(passed.look for passed in gate([text for _, text in HONEST])) < len(HONEST) / 2
    assert gate([]) == []
    assert len(gate(["a lone \ud800"])) == 1


# --- as a table, as JSON, as a picture --------------------------------------------------------------------------------


def test_the_tables_in_a_pipe(found: Evaluation) -> None:
    lines = table.plain(table.tables(found)).splitlines()
    assert "0.01                 0.13        1  7.69% (1.37–33.31)" in lines
    assert any(line.startswith("1e-5") for line in lines)
    assert found.statement in lines
    assert "Not judged, and not counted: 2 fewer than 30 words." in lines
    assert re.search(r"^odd.txt +1 in 200$", "\n".join(lines), re.MULTILINE)
    assert re.search(r"^wordnet-walk +0% \(0–66\) +100% \(34–100\)$", "\n".join(lines), re.MULTILINE)
    assert re.search(r"^that pass the look too, and go to the reader +6.67%", "\n".join(lines), re.MULTILINE)
    assert any("From 2 documents the intervals are too narrow" in line for line in lines)


def test_what_was_not_measured_has_no_table() -> None:
    found = evaluate(sample(HONEST, 5, words=100), Plan(specimens=0))
    assert [part.title.split()[0] for part in table.tables(found)] == ["False", "The"]
    assert "the extra 'scan'" in table.plain(table.tables(found))
    assert f"A sample of 5 of {len(HONEST)} documents." in table.plain(table.tables(found))


def test_the_tables_on_a_narrow_terminal(found: Evaluation) -> None:
    from rich.console import Console

    console = Console(file=(out := StringIO()), width=50)
    for part in table.tables(found):
        console.print(table.rich(part))
    assert max(map(len, out.getvalue().splitlines())) <= 50
    assert "wordnet-walk" in out.getvalue()


def test_a_name_is_no_markup() -> None:
    from rich.console import Console

    console = Console(file=(out := StringIO()), width=80)
    console.print(table.rich(table.Table("[bold]", ("a", "b"), (("[red]x", "[/]"),))))
    assert "[red]x" in out.getvalue()


def test_what_a_crawl_costs_follows_what_passes() -> None:
    assert crawl_hours(0, 0, 0) < crawl_hours(0.1, 0, 0) < crawl_hours(0.1, 0.01, 0) < 0.2
    assert crawl_hours(0.1, 0.01, 10_000) > crawl_hours(0.1, 0.01, 0) + 0.01


def test_as_json(found: Evaluation) -> None:
    data = json.loads(record.to_json(found))
    assert data["schema"] == "unspin-evaluation-1"
    assert data["documents"] == {"seen": 15, "judged": 13, "words": found.words, "unjudged": {"too-short": 2}}
    assert data["false_positives"][0] == {
        "operating_point": 0.01, "expected": 0.13, "flagged": 1, "of": 13, "observed": 0.076923,
        "low": pytest.approx(0.0137, abs=1e-4), "high": pytest.approx(0.3331, abs=1e-4),
    }  # fmt: skip
    assert data["statement"]["documents_needed"] == {"none_flagged": 29956, "one_flagged": 47437}
    assert data["restoration"][0]["right"].keys() == {"observed", "low", "high"}
    assert data["screen"]["passed_sieve"]["documents"] >= data["screen"]["sent_on"] == 1
    assert data["screen"]["passed_screen"]["documents"] == 13
    assert 0 < data["screen"]["text_sent_on"] < data["screen"]["passed_screen"]["text"] < 1
    assert "path" not in record.to_json(found).decode()


def test_a_share_of_nothing_is_null() -> None:
    spun = [Spun("spinbot", 0.5, 0.2, 1e-6, "")]
    found = package.summarise(Plan(families=("spinbot",), shares=(0.5,)), 0, [], spun, None)
    (row,) = record.to_dict(found)["recall"]
    assert (row["observed"], row["reached"], row["of"], row["short"]) == (None, None, 0, 1)
    assert table.tables(found)[1].rows == (("spinbot", "–"),)


def test_as_a_picture(found: Evaluation) -> None:
    pytest.importorskip("matplotlib")
    first = plot.to_bytes(found, "svg")
    assert first == plot.to_bytes(found, "svg")
    written = " ".join(ElementTree.parse(BytesIO(first)).getroot().itertext())
    for said in ("13 honest documents", "recall at operating point 0.0001", "wordnet-walk", "words right"):
        assert said in written
    assert plot.to_bytes(found, "png").startswith(b"\x89PNG")
    assert len(plot.draw(evaluate(sample(HONEST, 5, words=100), Plan(specimens=0))).axes) == 1


def test_points_lie_where_the_figures_say(found: Evaluation) -> None:
    pytest.importorskip("matplotlib")
    positives, recall, restoring = plot.draw(found).axes
    (seen,) = positives.containers
    assert seen.lines[0].get_xydata().tolist() == [[0.01, pytest.approx(1 / 13)]]
    none = [line for line in positives.lines if line.get_marker() == "v"][0]
    assert none.get_xydata()[:, 0].tolist() == [1e-3, 1e-4, 1e-5]
    walk = recall.containers[0].lines[0].get_xydata()
    assert walk[:, 1].tolist() == [0, 1]
    right = [row.rates["right"][0] for row in found.restoration][::-1]
    assert [bar.get_width() for bar in restoring.containers[0]] == right


def test_a_picture_needs_an_ending_and_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OptionError, match="end it in .png or .svg"):
        plot.check("figures.jpg")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match=r"'.\[evaluate\]'"):
        plot.check("figures.png")


# --- the documents of a corpus ----------------------------------------------------------------------------------------


def listed(*inputs: str | Path, column: str = "text") -> tuple[list[Text], list[str]]:
    """The documents of inputs, and what is said of the rest."""
    failed: list[str] = []
    found = list(texts(map(str, inputs), lambda error: failed.append(str(error)), column))
    return found, failed


def test_files_folders_and_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    for name, data in {"a.txt": b"One.", "below/b.md": b"Two.", "c.txt": b"\0\1\2", "d.bin": b"Three."}.items():
        (tmp_path / name).write_bytes(data)
    found, failed = listed(tmp_path, tmp_path / "none.txt", tmp_path)
    assert [text.text for text in found] == ["One.", "Two.\n"]
    assert [re.sub(r".*/", "", message) for message in failed] == [
        "c.txt: binary, not text; extract the text first", "none.txt: no such file; check the path",
    ]  # fmt: skip
    assert listed(tmp_path / "d.bin")[0][0].text == "Three."


def test_rows_of_a_corpus_file(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    rows = [{"id": "x", "body": "One."}, {"body": "Two."}, {"id": "z", "body": None}]
    lines = [json.dumps(row) for row in rows]
    (tmp_path / "rows.jsonl").write_text("\n".join([*lines, "{broken"]) + "\n", encoding="utf-8")
    (tmp_path / "page.txt").write_text("Three.", encoding="utf-8")
    found, failed = listed(tmp_path, column="body")
    assert [text.text for text in found] == ["Three.", "One.", "Two."]
    assert [text.name.rpartition("/")[2] for text in found][1:] == ["rows.jsonl#x", f"rows.jsonl#{len(lines[0]) + 1}"]
    assert len(failed) == 1 and "rows.jsonl: 1 row" in failed[0]
    for input in (tmp_path / "rows.jsonl", tmp_path / "*.jsonl", f"{tmp_path}/./rows.jsonl", f"{tmp_path}//rows.jsonl"):
        assert [text.text for text in listed(input, column="body")[0]] == ["One.", "Two."]
    (tmp_path / "page.txt").unlink()
    found, failed = listed(tmp_path, column="body")
    assert (len(found), len(failed)) == (2, 1)
    _, failed = listed(tmp_path / "rows.jsonl", column="text")
    assert len(failed) == 1 and "body" in failed[0]


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, text in HONEST[:3]:
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def run(*args: str | Path) -> SimpleNamespace:
    """Status, standard output and standard error of the command."""
    app = typer.Typer()
    app.command()(command)
    result = CliRunner().invoke(app, [str(arg) for arg in args])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return SimpleNamespace(status=result.exit_code, out=result.stdout, err=result.stderr)


QUICK: Sequence[str] = ("--specimens", "1", "--families", "thesaurus", "--shares", "10%,0.3", "--workers", "1")


def test_the_command_prints_tables(pages: Path) -> None:
    result = run(pages, *QUICK)
    assert (result.status, result.err.count("\n")) == (0, 1)
    assert "reading 3 of 3 documents, then 2 specimens: about 5 seconds on 1 core" in result.err
    assert "False positives among 3 documents" in result.out
    assert re.search(r"^family +10% +30%$", result.out, re.MULTILINE)
    assert "\x1b" not in result.out


def test_the_tables_are_coloured_in_a_pipe_where_that_is_asked_for(
    pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[1mFalse positives among 3 documents" in run(pages, "--specimens", "0", "--workers", "1").out


def test_a_long_measuring_says_how_to_have_it_shorter(capsys: pytest.CaptureFixture[str]) -> None:
    drawn = Sample(tuple((f"{n}.txt", "word " * 600) for n in range(200)), seen=200)
    assert _announce(Plan(specimens=20), drawn, 1) == 1
    assert "minutes on 1 core; shorter with --specimens 4" in capsys.readouterr().err
    _announce(Plan(specimens=0), drawn, 1)
    assert capsys.readouterr().err.endswith("seconds on 1 core\n")


def test_the_command_writes_json_and_pictures(pages: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    svg, figures_file = tmp_path / "f.svg", tmp_path / "f.json"
    result = run(pages, *QUICK, "--json", figures_file, "--plot", svg, "--plot", tmp_path / "f.PNG", "--rate", "0.5")
    assert result.status == 0 and "False positives" in result.out
    assert json.loads(figures_file.read_text())["settings"]["shares"] == [0.1, 0.3]
    assert "A false-positive rate" in result.out or "a false-positive rate" in result.out
    assert svg.read_bytes().startswith(b"<?xml")
    assert (tmp_path / "f.PNG").read_bytes().startswith(b"\x89PNG")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["f.PNG", "f.json", "f.svg", "pages"]
    again = run(pages, *QUICK, "--json", "-", "--rate", "0.5")
    assert again.out == figures_file.read_text()


def test_what_cannot_be_read_is_named_and_stops_nothing(pages: Path) -> None:
    (pages / "broken.txt").write_bytes(b"\0\1\2")
    result = run(pages, *QUICK)
    assert result.status == 2
    assert "broken.txt: binary" in result.err and "among 3 documents" in result.out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--families", "nobody"), "no such family"),
        (("--families", " ,"), "none named"),
        (("--shares", "ten"), "--shares ten: not a number"),
        (("--shares", ","), "none given"),
        (("--shares", "nan"), "share nan: not between 0 and 1"),
        (("--workers", "0"), "--workers 0"),
        (("--rate", "2"), "rate 2"),
        (("--plot", "figures.jpg"), ".png or .svg"),
        (("--json", "/nowhere/figures.json"), "/nowhere/figures.json: cannot be written"),
    ],
)
def test_a_bad_option_is_one_line_before_anything_is_read(pages: Path, args: tuple[str, str], message: str) -> None:
    result = run(pages, *args)
    assert (result.status, result.out) == (2, "")
    assert message in result.err and result.err.count("\n") == 1


def test_a_document_is_not_written_over(pages: Path) -> None:
    page = pages / HONEST[0].name
    result = run(page, *QUICK, "--json", page)
    assert (result.status, page.read_text(encoding="utf-8")) == (2, HONEST[0].text)
    assert "would write over a document" in result.err


@pytest.mark.parametrize("name", ["empty", "none.txt"])
def test_no_documents_is_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    result = run(tmp_path / name)
    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
    assert name in result.err


def test_one_error_is_an_unspin_error() -> None:
    assert issubclass(OptionError, UnspinError)
