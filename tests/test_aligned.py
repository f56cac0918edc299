"""Pairs of real swaps: aligned, held out by stem, judged; and the link model that is fitted on them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import calibration, coverage, wild
from training.aligned import Pair, aligned, fold, substitutes, tortured
from training.links import Example, backwards, fit
from training.span_channel import LINKED_SHARE, Links, linked, read_off, spanned
from unspin import lexicon as lexicons
from unspin.lexicon import GRAPHS
from unspin.lexicon.lexicon import ABSENT, CHANNEL_STEP
from unspin.lexicon.spans import SpanTable
from unspin.reading import Reading, Substitution


def test_phrases_of_as_many_words_are_aligned_word_by_word(tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    phrases = [
        {"tortured": "timber house", "correct": "wooden home (as in carpentry)"},
        {"tortured": "timber dwelling", "correct": "wooden home"},
        {"tortured": "timber home", "correct": "???"},
    ]
    file.write_text(json.dumps({"phrases": phrases}))
    assert sorted(tortured(file)) == [
        Pair("home", "dwelling"), Pair("home", "house"), Pair("wooden", "timber"), Pair("wooden", "timber"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "found", "pairs"),
    [
        ("harbour wall", "harbor wall", []),
        ("sea wall", "set of rules wall", [Pair("sea", "set of rules")]),
        ("old garden wall path", "old fence path", [Pair("garden wall", "fence")]),
        ("painting a wall", "paint the whole old partition", []),
    ],
)
def test_other_phrases_give_what_is_left_between_ends_that_agree(written: str, found: str, pairs: list[Pair]) -> None:
    assert list(aligned(written.split(), found.split())) == pairs


def test_forms_of_one_stem_are_held_out_together() -> None:
    lexicon = lexicons.load()
    assert len({fold(word, lexicon) for word in ("harbour", "harbours")}) == 1
    assert len({fold(word, lexicon) for word in ("harbour", "garden", "boat", "wall", "paint", "house", "song")}) > 1


def test_a_substitute_stands_in_the_form_of_its_target_if_people_called_it_good(tmp_path: Path) -> None:
    file = tmp_path / "swords.tsv"
    rows = [
        "target_id\ttarget\tpos\tsubstitute\tsaid_good\tasked",
        "1\tpainted\tVERB\tdraw\t7\t10",
        "1\tpainted\tVERB\tcolour\t4\t10",
        "1\tpainted\tVERB\tput down\t3\t3",
        "2\tVery\tADV\ttruly\t10\t10",
    ]
    file.write_text("\n".join(rows) + "\n")
    assert list(substitutes(file)) == [Pair("painted", "drew"), Pair("very", "truly")]


def test_weights_find_the_link_that_machines_follow() -> None:
    random = np.random.default_rng(3)
    examples = []
    for part in range(40):
        features = random.random((30, 2)).astype(np.float32)
        taken = (features[:, 0] == features[:, 0].max()).astype(np.float32)
        examples.append(Example(part % 5, features, taken, np.zeros(30, np.float32)))
    weights = fit(examples)
    assert weights[0] > 5
    assert abs(weights[1]) < weights[0] / 5


def test_a_form_keeps_its_likeliest_originals_and_rare_ones_are_not_squeezed_out() -> None:
    form, original = np.array([4, 4, 4, 2]), np.array([0, 1, 2, 0])
    share = np.log(np.array([0.1, 0.2, 0.1, 0.5]))
    log_frequency = np.log(np.array([1e-3, 1e-3, 1e-5]))
    kept = backwards(form, original, share, log_frequency, kept=2)
    assert list(zip(kept[0].tolist(), kept[1].tolist(), strict=True)) == [(2, 0), (4, 1), (4, 0)]


def test_links_are_mixed_with_the_tables() -> None:
    forms = ["garden", "yard", "wall", "harbour", "harbor"]
    links = Links(np.array([0, 0, 1, 2, 2, 3]), np.array([0, 0, 3]), np.log(np.array([0.5, 0.1, 0.9])))
    keys, share = linked(np.array([65_536]), np.array([0.4]), links, forms)
    assert keys.tolist() == [65_536, 2 * 65_536]  # a garden is no harbour, and a harbor is one
    assert share.tolist() == pytest.approx([0.4 * (1 - LINKED_SHARE) + 0.5 * LINKED_SHARE, 0.1 * LINKED_SHARE])
    assert list(links.of(1, 0)) == []
    assert list(links.of(7, 3)) == []


def test_the_channel_is_made_anew_and_what_only_an_earlier_one_had_is_gone() -> None:
    absent, none = ABSENT, [ABSENT] * len(GRAPHS)
    arrays = {
        "forms": np.frombuffer(b"garden\nyard\nwall", np.uint8),
        "vocabulary": np.array(3),
        "frequency": np.array([40, 50, 60], np.uint8),
        "cand_ptr": np.array([0, 1, 2, 2], np.uint32),
        "cand_original": np.array([1, 2], np.uint16),
        "cand_channel": np.array([[*none, 10], [5, *none[1:], absent]], np.uint8),
    }
    tables = {"thesaurus": SpanTable(("garden",), np.array([0, 1]), ("yard",), np.array([1.0]))}
    made = spanned(arrays, tables)
    assert made["cand_ptr"].tolist() == [0, 0, 2, 2]
    assert made["cand_original"].tolist() == [0, 2]
    assert made["cand_channel"].tolist() == [[*none, 0], [5, *none[1:], absent]]
    with_links = spanned(arrays, tables, Links(np.array([0, 0, 0, 1]), np.array([0]), np.log(np.array([0.5]))))
    assert with_links["cand_original"].tolist() == [0, 2, 0]
    assert with_links["cand_channel"][2].tolist() == [*none, round(-np.log(0.5 * LINKED_SHARE) / CHANNEL_STEP)]


def test_the_links_are_read_off_a_channel_that_was_made_with_them() -> None:
    forms = ["garden", "yard", "wall", "lawn"]
    arrays = {
        "forms": np.frombuffer("\n".join(forms).encode(), np.uint8),
        "vocabulary": np.array(4),
        "frequency": np.array([40, 50, 60, 70], np.uint8),
        "cand_ptr": np.zeros(5, np.uint32),
        "cand_original": np.zeros(0, np.uint16),
        "cand_channel": np.zeros((0, len(GRAPHS) + 1), np.uint8),
    }
    tables = {"thesaurus": SpanTable(("garden",), np.array([0, 2]), ("yard", "lawn"), np.array([1.0, 1.0]))}
    # Form 1, the yard, stands for a garden by table and by link, and by link for a wall; the lawn by table alone.
    links = Links(np.array([0, 0, 2]), np.array([0, 2]), np.log(np.array([0.8, 0.1])))
    made = spanned(arrays, tables, links)
    again = read_off(made, tables)
    assert [original for original, _ in again.of(1, 9)] == [0, 2]
    assert [np.exp(share) for _, share in again.of(1, 9)] == pytest.approx([0.8, 0.1], rel=0.15)  # stored in steps
    assert list(again.of(3, 9)) == []
    anew = spanned(made, tables, again)
    assert all((anew[name] == made[name]).all() for name in made)


def test_coverage_counts_originals_and_why_they_are_missing() -> None:
    looked = [
        (coverage.Looked(0, 10, ""), 3),
        (coverage.Looked(7, 30, ""), 1),
        (coverage.Looked(-1, 0, "form unknown"), 1),
        (coverage.Looked(-1, 20, "no link"), 1),
    ]
    found = coverage.figures(looked)
    assert found["among the candidates"][0] == 0.5
    assert found["counted as often as they occur"] == pytest.approx(4 / 6, abs=1e-4)
    assert found["by the channel alone"] == {"1": 0.25, "5": 0.25, "25": 0.5}
    assert found["missing"] == {"form unknown": 1, "no link": 1}


def test_what_the_list_says_of_an_original_is_taken_out() -> None:
    tables, lexicon = coverage.load_tables(), lexicons.load()
    part = fold("forest", lexicon)
    kept = coverage.without(tables["pivot"], part, lexicon)
    assert "forest" in tables["pivot"].index
    assert "forest" not in kept.index
    assert {fold(head, lexicon) for head in kept.heads} == set(range(5)) - {part}
    head = kept.heads[5]
    assert kept.row(5)[0] == tables["pivot"].row(tables["pivot"].index[head])[0]


PAGE = "A note first. The ferry carried burghers over the estuary till the motor perished, and no one paid."
MARKED = "The ferry carried [[burghers=>townsfolk/citizens]] over the estuary till the [[motor=>engine]] perished"


def _reading(*edits: tuple[str, str, float]) -> Reading:
    made = []
    for found, original, confidence in edits:
        at = PAGE.index(found)
        made.append(Substitution(at, at + len(found), found, original, confidence))
    return Reading(
        text=PAGE, restored=PAGE, spun=True, score=1.0, false_positive_rate=0.1, share=0.1, words=len(PAGE.split()),
        substitutions=tuple(made),
    )  # fmt: skip


def test_a_judged_passage_says_which_substitutions_are_right(tmp_path: Path) -> None:
    (tmp_path / "pages.jsonl").write_text(json.dumps({"n": "7", "text": PAGE}) + "\n")
    (tmp_path / "gold.txt").write_text(f"@@@ 7\n{MARKED}\n")
    (passage,) = wild.passages(tmp_path)
    assert [PAGE[start:end] for start, end, _ in passage.swaps] == ["burghers", "motor"]
    reading = _reading(
        ("note", "line", 0.9),
        ("burghers", "citizens", 0.8),
        ("the motor", "the engine", 0.7),
        ("perished", "died", 0.6),
    )
    assert wild.confidence(passage, reading) == [(0.8, True), (0.7, True), (0.6, False)]
    assert wild.confidence(passage, _reading(("motor", "wheel", 0.7))) == [(0.7, False)]


def test_bins_of_real_pages_are_counted_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pairs = [(0.55, True), (0.6, False), (0.99, True), (1.0, True)]
    assert calibration.binned(pairs) == [(0.575, 1, 2), (0.995, 2, 2)]
    run = {"real pages": {"all": calibration.binned(pairs)}}
    (tmp_path / "2030-01-01-wild-confidence.json").write_text(json.dumps(run))
    calibration.main(["--runs", str(tmp_path)])
    assert "| 0.99 | 1.00 (0.34–1.00) | 2 |" in capsys.readouterr().out
