r"""Compile what finds unlisted tortured phrases: fixed terms, honest joints, swaps and the judge of them.

    python -m training.terms --corpora CORPORA --list tortured_phrases.json --moby words.txt --encoder MINILM_FOLDER \\
        --text scratch/text.npz --base scratch/terms_base.npz --out src/unspin/data/terms.npz

``--text`` is that of :mod:`training.phrases`, made here if it isn't there. Everything about honest English (terms,
joints, where swaps may come from) goes into ``--base``, which is made once. The
list of tortured phrases teaches two small models upon it: which swaps tools make (boosted trees over what the sources
say of the swap), and which doubtful joints are tortured (boosted trees over :data:`unspin.tortured.EVIDENCE`). The second
learns from phrases planted into documents of ``dev``, and of ``train`` taken out of the counts, each seen through a first
model that was taught without any entry for its term (:data:`FOLDS` groups of terms), as phrases off the list will be seen.

Only documents of part ``train`` are counted. Sources of swaps: the compiled lexicon, the Moby thesaurus in both
directions, inflections of both (``lemminflect``), nearest words in MiniLM's input embedding, the list. What two steps
through the first two say, and how alike two words are, in their company and in spelling, is said of every swap. Entries
whose two sides differ in length teach phrases that stand for one word ("getting to know" for learning), see
:func:`.entries.aligned`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from training.phrases import encoded, read_list
from training.terms.assembly import taught, write
from training.terms.base import Base
from training.terms.filters import filtered
from training.terms.judge import teach_judge, with_judge
from training.terms.lessons import lessons_of
from training.terms.making import make_base


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="terms.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("corpora", "list", "moby", "encoder", "text", "base", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    pairs = read_list(options.list)
    if not options.base.exists():
        make_base(*encoded(options.corpora, options.text), pairs, options.moby, options.encoder).save(options.base)
    base = Base.read(options.base)
    filters = filtered(base.joint, base.joint_count), filtered(base.triple, base.triple_count)
    judge = teach_judge(lessons_of(base, filters, pairs, options.corpora))
    terms = with_judge(taught(base, filters, pairs), judge)
    write(terms, base, options.out)
    print(f"{len(base.term):,} terms, {len(terms.swap_original):,} swaps, {options.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
