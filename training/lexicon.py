r"""Compile the lexicon.

    python -m training.lexicon --counts scratch/counts.tsv --wordnet /usr/share/wordnet --moby words.txt \
        --encoder MINILM_FOLDER --out src/unspin/data/lexicon.npz

Sources: WordNet 3.0 (Debian ``wordnet-base``), the Moby thesaurus (npm ``moby``, public domain), inflection tables of
``lemminflect`` (MIT), word counts of the corpora, and the input embedding of MiniLM (Apache-2.0) for nearest neighbours.
Only relations and counts are kept.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import lemminflect
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.wordnet import flat_thesaurus
from unspin.lexicon.lexicon import ABSENT, CHANNEL_STEP, FREQUENCY_STEP, GRAPHS
from unspin.spinners.quirks import quirk_terms

VOCABULARY = 32_000
# How readily a spinner takes a term by its relation and part of speech. A rough guess at what real dictionaries look like
# (synonyms, similar adjectives and hypernyms dominate, verbs seldom move), not fitted to any pairs.
_RELATION = {"synonym": 1.0, "similar": 1.0, "generic": 0.8, "related": 0.15, "antonym": 0.03}
_POS = {"n": 1.0, "a": 1.0, "r": 1.0, "v": 0.4}
_TWO_PASSES = 0.35
_KEEP = {"walk": 140, "synonym": 24, "thesaurus": 24, "neighbour": 10}
_UPOS = {"n": "NOUN", "v": "VERB", "a": "ADJ", "r": "ADV"}

_SPELLING = (
    ("(?<=[a-z]{2})is(e|es|ed|ing|er|ers|ation|ations)$", r"iz\1"), ("ys(e|es|ed|ing)$", r"yz\1"), ("our", "or"),
    ("tre(s?)$", r"ter\1"), ("nce(s?)$", r"nse\1"), ("ll(ed|ing|er|ers)$", r"l\1"), ("ogue(s?)$", r"og\1"),
    ("ae|oe", "e"), ("ward(s?)$", "ward"), ("mme(s?)$", r"m\1"), ("grey", "gray"), ("judgement", "judgment"),
)  # fmt: skip

Matrix: TypeAlias = "sparse.csr_matrix"


def read_counts(path: Path) -> dict[str, tuple[float, float]]:
    """(all, lower-case) counts by form, from ``training.counts``."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        form, total, lower = line.split("\t")
        found[form] = (float(total), float(lower))
    return found


def vocabulary(counts: dict[str, tuple[float, float]]) -> list[str]:
    """The possible originals: the forms most often written in lower case, proper names left out."""
    usable = [
        (lower, form)
        for form, (total, lower) in counts.items()
        if lower >= 0.15 * total
        and form.replace("'", "").isascii()
        and form.replace("'", "").isalpha()
        and (len(form) > 1 or form == "a")
    ]
    return [form for _, form in sorted(usable, key=lambda item: (-item[0], item[1]))[:VOCABULARY]]


def inflections(lemma: str, pos: str) -> dict[str, str]:
    """The inflected forms of a lemma by Penn tag, regular and irregular, the first where there are several."""
    forms = lemminflect.getAllInflections(lemma, upos=_UPOS[pos])
    if not forms and pos == "n":
        forms = lemminflect.getAllInflectionsOOV(lemma, upos="NOUN")
    return {tag: spellings[0].lower() for tag, spellings in forms.items()}


def synonym_pairs(entries: list[tuple[str, str, str, str]], known: set[str]) -> dict[tuple[str, str], float]:
    """(original, spun) surface pairs of one synonym, part of speech and inflection kept, originals in ``known``."""
    cache: dict[tuple[str, str], dict[str, str]] = {}
    found: dict[tuple[str, str], float] = defaultdict(float)
    for head, term, relation, pos in entries:
        if relation not in ("synonym", "similar", "generic") or not head.isalpha() or not term.isalpha():
            continue
        weight = {"synonym": 1.0, "similar": 0.4, "generic": 0.15}[relation]
        for word in (head, term):
            if (word, pos) not in cache:
                cache[word, pos] = inflections(word, pos)
        target = cache[term, pos]
        for tag, form in cache[head, pos].items():
            if form in known and tag in target and target[tag] != form:
                found[form, target[tag]] += weight
    return found


def neighbours(folder: Path, words: list[str], size: int = 8) -> dict[tuple[str, str], float]:
    """Nearest words by cosine in the encoder's input embedding, among whole-word pieces of the vocabulary."""
    from safetensors.numpy import load_file

    table = load_file(folder / "model.safetensors")["embeddings.word_embeddings.weight"]
    pieces = {piece: i for i, piece in enumerate((folder / "vocab.txt").read_text(encoding="utf-8").split("\n"))}
    here = [word for word in words if word in pieces][:16_000]
    vectors = table[[pieces[word] for word in here]].astype(np.float32)
    vectors -= vectors.mean(0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = {}
    for begin in range(0, len(here), 2000):
        closeness = vectors[begin : begin + 2000] @ vectors.T
        best = np.argsort(-closeness, axis=1, kind="stable")[:, 1 : size + 1]
        for row, columns in enumerate(best):
            for column in columns:
                found[here[begin + row], here[column]] = float(closeness[row, column]) ** 4
    return found


def matrix(pairs: dict[tuple[str, str], float], index: dict[str, int]) -> Matrix:
    """Weighted pairs as a sparse matrix of step probabilities (rows sum to 1)."""
    known = [(index[a], index[b], w) for (a, b), w in pairs.items() if a in index and b in index and w > 0]
    rows, columns, weights = (np.array(part) for part in zip(*known, strict=True))
    steps = sparse.csr_matrix((weights.astype(np.float64), (rows, columns)), shape=(len(index), len(index)))
    total = np.asarray(steps.sum(1)).ravel()
    return sparse.csr_matrix(sparse.diags(1 / np.maximum(total, 1e-12)) @ steps)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("counts", "wordnet", "moby", "encoder", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()

    counts = read_counts(options.counts)
    originals = vocabulary(counts)
    known = set(originals)
    entries = [(e.head, e.term, e.relation, e.pos) for e in flat_thesaurus(options.wordnet)]
    pairs: dict[str, dict[tuple[str, str], float]] = {name: defaultdict(float) for name in GRAPHS}
    for head, term, relation, pos in entries:
        pairs["walk"][head, term] += _RELATION[relation] * _POS[pos]
    for word, term in quirk_terms():
        # As likely as the word's other terms together: half the dictionaries that move the word at all move it so.
        pairs["walk"][word, term] += max(1.0, sum(w for (head, _), w in pairs["walk"].items() if head == word))
    pairs["synonym"] = synonym_pairs(entries, known)
    for line in options.moby.read_text(encoding="utf-8").lower().splitlines():
        head, *terms = line.strip().split(",")
        if head in known:
            for term in terms:
                if term.isalpha() and term != head and counts.get(term, (0, 0))[0] >= 5:
                    pairs["thesaurus"][head, term] = 1.0
    pairs["neighbour"] = neighbours(options.encoder, originals)

    others = {form for table in pairs.values() for pair in table for form in pair} - known
    forms = originals + sorted(others, key=lambda form: (-counts.get(form, (0, 0))[0], form))
    index = {form: i for i, form in enumerate(forms)}
    total = sum(count for count, _ in counts.values())
    logp = np.array([np.log((counts.get(form, (0, 0))[0] + 0.5) / total) for form in forms])

    steps = {name: matrix(table, index) for name, table in pairs.items()}
    arrays: dict[str, NDArray[np.generic]] = {
        "forms": np.frombuffer("\n".join(forms).encode(), np.uint8),
        "vocabulary": np.array(len(originals)),
        "frequency": np.clip(np.round(-logp / FREQUENCY_STEP), 0, 255).astype(np.uint8),
    }
    for name, step in steps.items():
        largest = np.maximum.reduceat(step.data, np.minimum(step.indptr[:-1], step.nnz - 1))
        scaled = step.data / np.repeat(largest, np.diff(step.indptr))
        arrays[f"{name}_ptr"] = step.indptr.astype(np.uint32)
        arrays[f"{name}_term"] = step.indices.astype(np.uint32)
        arrays[f"{name}_weight"] = np.clip(np.round(scaled * 255), 1, 255).astype(np.uint8)
    arrays |= candidates(steps, forms, len(originals), logp)
    np.savez_compressed(options.out, **arrays)  # type: ignore[arg-type]
    print(
        f"{len(forms):,} forms, {len(arrays['cand_original']):,} candidates, {options.out.stat().st_size / 1e6:.1f} MB"
    )


@lru_cache(maxsize=200_000)
def _american(word: str) -> str:
    """A word with British spelling folded into American: two spellings of one word become the same."""
    for pattern, plain in _SPELLING:
        word = re.sub(pattern, plain, word)
    return word


def candidates(
    steps: dict[str, Matrix], forms: list[str], size: int, logp: NDArray[np.float64]
) -> dict[str, NDArray[np.generic]]:
    """The backward view: for each form the originals that may have become it, the best of each channel."""
    chosen: list[NDArray[np.int64]] = []
    values: dict[str, Matrix] = {}
    for column, name in enumerate(GRAPHS):
        forward = steps[name][:size]
        if name == "walk":
            forward = (1 - _TWO_PASSES) * forward + _TWO_PASSES * (forward @ steps["walk"])
            forward.data[forward.data < 2e-6] = 0
            forward.eliminate_zeros()
        back = sparse.csc_matrix(forward)
        back.sort_indices()
        values[name] = back
        # The best by posterior under a flattened prior: a rare original must not be squeezed out by common words.
        score = np.log(back.data) + 0.6 * logp[back.indices]
        owner = np.repeat(np.arange(back.shape[1]), np.diff(back.indptr))
        order = np.lexsort((-score, owner))
        rank = np.arange(len(order)) - np.repeat(back.indptr[:-1], np.diff(back.indptr))
        keep = order[rank < _KEEP[name]]
        chosen.append(owner[keep].astype(np.int64) * 65_536 + back.indices[keep])
        print(name, f"{len(keep):,} of {len(order):,} pairs", column)
    pairs = np.unique(np.concatenate(chosen))
    form, original = pairs // 65_536, pairs % 65_536
    # A spelling variant is no swap: restoring "defence" to "defense" would only harm British text.
    plain = np.unique([_american(word) for word in forms], return_inverse=True)[1]
    pairs = pairs[plain[form] != plain[original]]
    form, original = pairs // 65_536, pairs % 65_536
    channel = np.full((len(pairs), len(GRAPHS)), ABSENT, np.uint8)
    for column, name in enumerate(GRAPHS):
        probability = np.asarray(values[name][original, form]).ravel()
        present = probability > 0
        code = np.round(-np.log(probability[present]) / CHANNEL_STEP)
        channel[present, column] = np.clip(code, 0, ABSENT - 1).astype(np.uint8)
    ptr = np.zeros(len(logp) + 1, np.uint32)
    np.cumsum(np.bincount(form, minlength=len(logp)), out=ptr[1:])
    return {"cand_ptr": ptr, "cand_original": original.astype(np.uint16), "cand_channel": channel}


if __name__ == "__main__":
    main()
