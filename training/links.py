r"""Learn which words real machines put for which from what links the two; propose originals that no dictionary here has.

    python -m training.links --lexicon src/unspin/data/lexicon.npz --encoder MINILM --list tortured_phrases.json \
        --swords swords_dev.tsv --out scratch/links.npz

P(found | written) is a log-linear model over the words that are linked to the written one (:data:`LINKS`): directly, one
way or the other, in WordNet, in the Moby thesaurus and in the project's own tables; in two steps; by neighbours in common;
by the encoder's vectors of the words standing alone; by what machines put for words near it. All links are between stems,
so that *occasions* may stand for *events* where a dictionary has the lemmas alone. The weights are fitted on what machines
did (the tortured phrases) and what people accept (SWORDS), see :mod:`training.aligned`.

Everything said of an original is said by a model that has seen no pair of its stem, and without what the list says of it:
the originals are in :data:`~training.aligned.FOLDS` parts and each is left out in turn. So the file may be measured with the
list that it is made from, and what the list itself says comes from the table ``pivot``.

Writes ``form`` and ``original`` (ids of the lexicon) and ``log_share``, log P(form | original): for each form its likeliest
originals, at most :data:`KEPT`.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from training.aligned import FOLDS, Pair, fold, substitutes, tortured
from unspin import lexicon as lexicons
from unspin.lexicon import Lexicon
from unspin.lexicon.spans import SpanTable
from unspin.lexicon.spans import load as load_tables

Matrix: TypeAlias = "sparse.csr_matrix"
Floats: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.int64]
Steps: TypeAlias = tuple[Ints, Ints, Floats]
"""From where, to where, how likely."""

DIRECT: Final = ("walk", "synonym", "thesaurus", "own", "gloss")
"""One step: WordNet with hypernyms and relatives, WordNet's synonyms, Moby, the project's thesaurus, first senses."""
LINKS: Final = (
    *DIRECT, *(f"from_{name}" for name in DIRECT), "two_steps", "from_two_steps", "shared_moby", "shared_wordnet",
    "shared_own", "vectors", "machines",
)  # fmt: skip
"""What links a written word to one found: steps from the one to the other, probabilities; ``from_``: steps the other way;
``shared``: cosine of their neighbours; ``vectors``: cosine of their vectors; ``machines``: what the list has for words near."""
FORM: Final = ("frequency", "rarer_form", "same_ending", "same_beginning")
"""Of the form found: log frequency, the same less that of its stem; whether both forms end alike, and begin alike."""
_PROBABILITIES: Final = 12
"""The first links are probabilities, and so is the last: their logarithm counts."""
_FLOOR: Final = 1e-5
_MOST: Final = {"two_steps": 150, "from_two_steps": 80, "shared_moby": 120, "shared_wordnet": 40, "shared_own": 60,
                "vectors": 120, "machines": 40}  # fmt: skip
"""So many stems of an original are looked at because of each link; because of a direct one, :data:`_MOST_DIRECT`."""
_MOST_DIRECT: Final = 150
_VECTORS: Final = 30_000
"""Forms that get a vector: the most frequent."""
_NEAR: Final = 0.45
"""Cosine of two vectors below which they say nothing."""
_RIDGE: Final = 1.0
KEPT: Final = 150
_EACH: Final = 300
"""Forms of an original at most, the likeliest; none below :data:`_LEAST`."""
_LEAST: Final = -12.0
_BLOCK: Final = 256
"""Stems whose links are looked at together: bounds the memory."""
_DRAWN: Final = 400
"""Options of an original that were not taken, so many of which the weights are fitted on."""
_FLATTENED: Final = 0.6
"""Exponent of an original's frequency in the choice of a form's likeliest: a rare one must not be squeezed out."""
_ENDINGS: Final = ("ing", "ed", "ly", "ies", "es", "s", "er", "est")


class Linked(NamedTuple):
    """The stems linked to one: ``stem`` int64[k], and the links, ``float32[k, len(LINKS)]``."""

    stem: Ints
    link: Floats


@dataclass(frozen=True, eq=False)
class Web:
    """All links between stems.

    Attributes:
        stem: number of the stem of each form of the lexicon.
        steps: by name, the probability of a step from stem to stem.
        shared: by name, rows whose products are cosines.
        vectors: the vector of each stem, 0 where it has none.
        machines: for each part of the originals, what the list has of the others: stem to stem, counts.
    """

    stem: Ints
    steps: Mapping[str, Matrix]
    shared: Mapping[str, Matrix]
    vectors: Floats
    machines: Sequence[Matrix]

    def rows(self, stems: Ints, part: int) -> Iterator[Linked]:
        """What is linked to each of some stems, all of one part of the originals."""
        found: list[Matrix] = [self.steps[name][stems] for name in DIRECT]
        found += [self.steps[f"from_{name}"][stems] for name in DIRECT]
        forth, back = self.steps["mixed"][stems], self.steps["from_mixed"][stems]
        found += [forth @ self.steps["mixed"], back @ self.steps["from_mixed"]]
        found += [rows[stems] @ rows.T for rows in self.shared.values()]
        near = self.vectors[stems] @ self.vectors.T
        near[near < _NEAR] = 0
        found += [sparse.csr_matrix(near), (forth + back + sparse.csr_matrix(near)) @ self.machines[part]]
        buffer = np.zeros(len(self.vectors), np.float32)
        for row, stem in enumerate(stems.tolist()):
            parts = [
                (m.indices[m.indptr[row] : m.indptr[row + 1]], m.data[m.indptr[row] : m.indptr[row + 1]]) for m in found
            ]
            chosen = [
                index[_largest(value, _MOST.get(name, _MOST_DIRECT))]
                for name, (index, value) in zip(LINKS, parts, strict=True)
            ]
            others = np.unique(np.concatenate(chosen)).astype(np.int64)
            others = others[others != stem]
            link = np.zeros((len(others), len(LINKS)), np.float32)
            for column, (index, value) in enumerate(parts):
                buffer[index] = value
                link[:, column] = buffer[others]
                buffer[index] = 0
            yield Linked(others, link)


def web(lexicon: Lexicon, tables: Mapping[str, SpanTable], vectors: Floats, pairs: Sequence[Pair]) -> Web:
    """The links of a lexicon, of the tables, of vectors of its first forms, and of pairs that machines made."""
    stem = np.unique(lexicon.stem, return_inverse=True)[1].astype(np.int64)
    size = int(stem.max()) + 1
    steps = {
        name: _normal(_counted(_graph(lexicon, name, stem), (size, size))) for name in ("walk", "synonym", "thesaurus")
    }
    phrases: dict[str, int] = {}
    terms = []
    for name, table in (("own", tables["thesaurus"]), ("gloss", tables["gloss"])):
        words, through = _table(lexicon, table, stem, phrases)
        steps[name] = _normal(_counted(words, (size, size)))
        terms.append(through)
    mixed = sum(
        steps[name] * share for name, share in (("walk", 0.3), ("synonym", 0.2), ("thesaurus", 0.2), ("own", 0.3))
    )
    steps |= {f"from_{name}": _normal(steps[name].T) for name in DIRECT}
    steps |= {"mixed": _normal(mixed), "from_mixed": _normal(sparse.csr_matrix(mixed).T)}
    over = [sum(_counted(through, (size, len(phrases))) for through in terms)]
    shared = {
        "moby": _cosines([steps["thesaurus"], steps["from_thesaurus"]], []),
        "wordnet": _cosines([steps["walk"], steps["synonym"]], []),
        "own": _cosines([steps["own"], steps["gloss"]], over),
    }
    of_stem = np.zeros((size, vectors.shape[1]), np.float32)
    of_stem[stem[len(vectors) - 1 :: -1]] = vectors[::-1]  # the commonest form of a stem comes last and stays
    return Web(stem, steps, shared, of_stem, [_machines(lexicon, pairs, stem, part, size) for part in range(FOLDS)])


def _graph(lexicon: Lexicon, name: str, stem: Ints) -> Steps:
    graph = lexicon.graphs[name]
    sizes = np.asarray(np.diff(graph.ptr.astype(np.int64)), np.int64)
    total = np.bincount(np.repeat(np.arange(len(sizes)), sizes), graph.weight, len(sizes))
    share = graph.weight / np.repeat(total, sizes)
    return np.repeat(stem, sizes), stem[graph.term], share.astype(np.float32)


def _table(lexicon: Lexicon, table: SpanTable, stem: Ints, phrases: dict[str, int]) -> tuple[Steps, Steps]:
    """A table's steps from word to word, and from word to phrase (the phrases numbered as they come)."""
    heads, terms = lexicon.ids(table.heads), lexicon.ids(table.terms)
    sizes = np.asarray(np.diff(table.ptr), np.int64)
    owner = np.repeat(heads, sizes)
    total = np.bincount(np.repeat(np.arange(len(sizes)), sizes), table.weight, len(sizes))
    share = (table.weight / np.repeat(total, sizes)).astype(np.float32)
    word = (owner >= 0) & (terms >= 0)
    phrase = (owner >= 0) & (terms < 0)
    number = [phrases.setdefault(table.terms[i], len(phrases)) for i in np.flatnonzero(phrase).tolist()]
    return (
        (stem[owner[word]], stem[terms[word]], share[word]),
        (stem[owner[phrase]], np.array(number, np.int64), share[phrase]),
    )


def _machines(lexicon: Lexicon, pairs: Sequence[Pair], stem: Ints, part: int, size: int) -> Matrix:
    known = [lexicon.ids([*pair]).tolist() for pair in pairs if fold(pair.written, lexicon) != part]
    ends = stem[np.array([ends for ends in known if min(ends) >= 0], np.int64).reshape(-1, 2)]
    return _normal(_counted((ends[:, 0], ends[:, 1], np.ones(len(ends), np.float32)), (size, size)))


def _counted(steps: Steps, shape: tuple[int, int]) -> Matrix:
    rows, columns, values = steps
    return sparse.csr_matrix((values, (rows, columns)), shape=shape, dtype=np.float32)


def _normal(matrix: Matrix) -> Matrix:
    """Rows that sum to 1, without steps from a stem to itself."""
    matrix = sparse.csr_matrix(matrix)
    matrix.setdiag(0)
    matrix.eliminate_zeros()
    total = np.maximum(np.asarray(matrix.sum(1)).ravel(), 1e-12)
    return sparse.csr_matrix(sparse.diags((1 / total).astype(np.float32)) @ matrix)


def _cosines(near: Sequence[Matrix], over: Sequence[Matrix]) -> Matrix:
    """Rows of unit length: which stems and phrases are next to each, rare ones weighing more."""
    own = sparse.identity(near[0].shape[0], dtype=np.float32, format="csr")
    joined = sparse.csr_matrix(sparse.hstack([sum(near, own), *over]))
    joined.data[:] = 1
    seen = np.asarray(joined.sum(0)).ravel()
    joined = sparse.csr_matrix(
        joined @ sparse.diags(np.log1p(joined.shape[0] / np.maximum(seen, 1)).astype(np.float32))
    )
    length = np.sqrt(np.asarray(joined.multiply(joined).sum(1)).ravel())
    return sparse.csr_matrix(sparse.diags((1 / np.maximum(length, 1e-9)).astype(np.float32)) @ joined)


def _largest(value: Floats, most: int) -> Ints:
    if len(value) <= most:
        return np.arange(len(value))
    return np.argpartition(-value, most)[:most]


@dataclass(frozen=True, eq=False)
class Shapes:
    """The forms of the lexicon by stem, and what :data:`FORM` asks of them."""

    ptr: Ints
    form: Ints
    frequency: Floats
    rarer: Floats
    ending: Ints
    beginning: Ints

    @classmethod
    def of(cls, lexicon: Lexicon, stem: Ints) -> Shapes:
        """Of all forms."""
        order = np.argsort(stem, kind="stable")
        ptr = np.append(0, np.cumsum(np.bincount(stem)))
        highest = np.maximum.reduceat(lexicon.log_frequency[order], ptr[:-1])
        ending = [next((i + 1 for i, end in enumerate(_ENDINGS) if form.endswith(end)), 0) for form in lexicon.forms]
        beginning = np.unique([form[:4] for form in lexicon.forms], return_inverse=True)[1]
        frequency = lexicon.log_frequency
        return cls(ptr, order, frequency, frequency - highest[stem], np.array(ending), beginning.astype(np.int64))


def options(original: int, linked: Linked, shapes: Shapes) -> tuple[Ints, Floats]:
    """The forms linked to an original and their features, :data:`LINKS` and :data:`FORM`."""
    begin, end = shapes.ptr[linked.stem], shapes.ptr[linked.stem + 1]
    owner = np.repeat(np.arange(len(begin)), end - begin)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(end - begin) - (end - begin), end - begin)
    form = shapes.form[begin[owner] + within]
    link = linked.link[owner].astype(np.float32)
    columns = [*range(_PROBABILITIES), len(LINKS) - 1]
    link[:, columns] = np.log1p(link[:, columns] / _FLOOR)
    own = np.stack([
        shapes.frequency[form],
        shapes.rarer[form],
        shapes.ending[form] == shapes.ending[original],
        shapes.beginning[form] == shapes.beginning[original],
    ], axis=1)  # fmt: skip
    return form, np.concatenate([link, own], axis=1).astype(np.float32)


class Example(NamedTuple):
    """An original of the lists.

    Attributes:
        part: the part it belongs to.
        features: those of what was taken and of some of what was not, drawn at random.
        taken: how often each was.
        standing_for: log of how many options each stands for.
    """

    part: int
    features: Floats
    taken: Floats
    standing_for: Floats


def fit(examples: Sequence[Example]) -> NDArray[np.float64]:
    """The weights of the features: maximum likelihood with a ridge."""
    features = np.concatenate([example.features for example in examples])
    taken = np.concatenate([example.taken for example in examples])
    standing_for = np.concatenate([example.standing_for for example in examples])
    ptr = np.append(0, np.cumsum([len(example.taken) for example in examples]))[:-1]
    sizes = np.array([len(example.taken) for example in examples])
    total = np.add.reduceat(taken, ptr)
    scale = features.std(0) + 1e-6
    scaled = features / scale

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = scaled @ weights.astype(np.float32) + standing_for
        score -= np.repeat(np.maximum.reduceat(score, ptr), sizes)
        raised = np.exp(score)
        sums = np.add.reduceat(raised, ptr)
        value = float(total @ np.log(sums)) - float(taken @ score)
        pull = raised * np.repeat(total / sums, sizes) - taken
        return value + _RIDGE * float(weights @ weights), (pull @ scaled).astype(np.float64) + 2 * _RIDGE * weights

    start = np.zeros(features.shape[1])
    return optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 40}).x / scale


def vectors(folder: Path, forms: Sequence[str]) -> Floats:
    """Each form alone, as the encoder sees it before any training here: the mean of its last states, of length 1."""
    import torch
    from tokenizers import Tokenizer

    from training.network import from_minilm

    net = from_minilm(folder, []).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    pieces = [encoding.ids for encoding in tokenizer.encode_batch(list(forms))]
    found = np.zeros((len(forms), 384), np.float32)
    with torch.inference_mode():
        for size in sorted({len(ids) for ids in pieces}):
            rows = [i for i, ids in enumerate(pieces) if len(ids) == size]
            for at in range(0, len(rows), 512):
                state = net.hidden(torch.tensor([pieces[i] for i in rows[at : at + 512]])).mean(1)
                found[rows[at : at + 512]] = torch.nn.functional.normalize(state, dim=1).numpy()
    return found


def examples(
    pairs: Mapping[Pair, int], lexicon: Lexicon, linked: Mapping[int, Linked], stem: Ints, shapes: Shapes
) -> list[Example]:
    """What the lists say of each original; a pair of words without a link says nothing."""
    by_original: dict[int, dict[int, float]] = {}
    for pair, count in sorted(pairs.items()):
        form, original = lexicon.ids([pair.found, pair.written]).tolist()
        if form >= 0 and 0 <= original < lexicon.vocabulary:
            by_original.setdefault(original, {})[form] = float(np.sqrt(count))
    found = []
    random = np.random.default_rng(7)
    for original, forms in by_original.items():
        form, features = options(original, linked[int(stem[original])], shapes)
        taken = np.array([forms.get(i, 0.0) for i in form.tolist()], np.float32)
        rest = np.flatnonzero(taken == 0)
        drawn = random.choice(rest, min(len(rest), _DRAWN), replace=False)
        kept = np.append(np.flatnonzero(taken), drawn)
        if len(kept) > len(drawn):
            standing_for = np.where(taken[kept] > 0, 0.0, np.log(len(rest) / max(len(drawn), 1))).astype(np.float32)
            part = fold(lexicon.forms[original], lexicon)
            found.append(Example(part, features[kept], taken[kept], standing_for))
    return found


def forwards(
    lexicon: Lexicon, linked: Mapping[int, Linked], stem: Ints, shapes: Shapes, weights: Sequence[NDArray[np.float64]]
) -> tuple[Ints, Ints, Floats]:
    """(form, original, log P(form | original)) of every original, each by the weights fitted without its part."""
    rows: list[tuple[Ints, Ints, Floats]] = []
    for original in range(lexicon.vocabulary):
        form, features = options(original, linked[int(stem[original])], shapes)
        score = features @ weights[fold(lexicon.forms[original], lexicon)].astype(np.float32)
        score -= np.logaddexp.reduce(score) if len(score) else 0.0
        best = _largest(score, _EACH)
        best = best[score[best] > _LEAST]
        rows.append((form[best], np.full(len(best), original), score[best]))
    return tuple(np.concatenate(column) for column in zip(*rows, strict=True))  # type: ignore[return-value]


def backwards(
    form: Ints, original: Ints, share: Floats, log_frequency: Floats, kept: int = KEPT
) -> tuple[Ints, Ints, Floats]:
    """The likeliest originals of each form, best first, under a flattened prior."""
    order = np.lexsort((-(share + _FLATTENED * log_frequency[original]), form))
    sorted_form = form[order]
    first = np.searchsorted(sorted_form, sorted_form)
    order = order[np.arange(len(order)) - first < kept]
    return form[order], original[order], share[order]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("lexicon", "encoder", "list", "swords", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--vectors", type=Path, help="where the vectors of the words are kept, made where they are not")
    options_ = parser.parse_args()
    lexicon = lexicons.load(options_.lexicon)
    if options_.vectors and options_.vectors.exists():
        of_form = np.load(options_.vectors)
    else:
        of_form = vectors(options_.encoder, lexicon.forms[:_VECTORS])
        if options_.vectors:
            np.save(options_.vectors, of_form)
    machines = Counter(tortured(options_.list))
    net = web(lexicon, load_tables(), of_form, list(machines))
    linked = all_linked(lexicon, net)
    shapes = Shapes.of(lexicon, net.stem)
    known = examples(machines + Counter(substitutes(options_.swords)), lexicon, linked, net.stem, shapes)
    weights = [fit([example for example in known if example.part != part]) for part in range(FOLDS)]
    for name, *row in zip((*LINKS, *FORM), *weights, strict=True):
        print(name, *(f"{weight:.3f}" for weight in row))
    found = backwards(*forwards(lexicon, linked, net.stem, shapes, weights), lexicon.log_frequency)
    np.savez_compressed(
        options_.out, form=found[0].astype(np.uint32), original=found[1].astype(np.uint16), log_share=found[2]
    )
    print(f"{len(found[0]):,} pairs of {len(np.unique(found[0])):,} forms, {options_.out.stat().st_size / 1e6:.1f} MB")


def all_linked(lexicon: Lexicon, net: Web) -> dict[int, Linked]:
    """What is linked to the stem of each original; links in half precision, which is enough and half the memory."""
    parts: dict[int, int] = {}
    for original in range(lexicon.vocabulary):
        parts.setdefault(int(net.stem[original]), fold(lexicon.forms[original], lexicon))
    found: dict[int, Linked] = {}
    for part in range(FOLDS):
        stems = np.array([stem for stem, here in parts.items() if here == part], np.int64)
        for at in range(0, len(stems), _BLOCK):
            block = stems[at : at + _BLOCK]
            for stem, row in zip(block.tolist(), net.rows(block, part), strict=True):
                found[stem] = Linked(row.stem.astype(np.int32), row.link.astype(np.float16))
        print(f"part {part}: {len(found):,} stems", flush=True)
    return found


if __name__ == "__main__":
    main()
