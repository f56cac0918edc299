"""What finding a source is compared with: plain BM25, and MinHash LSH as near-duplicate tools use it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_WORD = re.compile(r"[^\W_]+")
_RUN = 5
_PERMUTATIONS, _BANDS = 128, 32


class Bm25:
    """bm25s with its own defaults: all words of the page are the query."""

    name = "bm25s"

    def __init__(self, texts: Mapping[str, str]) -> None:
        import bm25s

        self.texts = texts
        self._ids = list(texts)
        self._tokens = bm25s.tokenize(list(texts.values()), stopwords="en", show_progress=False)
        self._model: Any = bm25s.BM25()
        self._model.index(self._tokens, show_progress=False)
        self._vocabulary = self._tokens.vocab

    def first(self, page: str) -> str | None:
        """The document that scores highest."""
        words = [word for word in _WORD.findall(page.lower()) if word in self._vocabulary]
        if not words:
            return None
        found, _ = self._model.retrieve([words], k=1, show_progress=False)
        return self._ids[int(found[0][0])]


class Lsh:
    """rensa: MinHash over runs of five words, in bands of four."""

    name = "MinHash LSH"

    def __init__(self, texts: Mapping[str, str]) -> None:
        from rensa import RMinHash, RMinHashLSH

        self.texts = texts
        self._kind: Any = RMinHash
        self._ids = list(texts)
        self._index: Any = RMinHashLSH(threshold=0.3, num_perm=_PERMUTATIONS, num_bands=_BANDS)
        for number, text in enumerate(texts.values()):
            self._index.insert(number, self._sketch(text))

    def _sketch(self, text: str) -> Any:
        words = _WORD.findall(text.lower())
        made = self._kind(num_perm=_PERMUTATIONS, seed=1)
        made.update([" ".join(words[i : i + _RUN]) for i in range(max(1, len(words) - _RUN + 1))])
        return made

    def first(self, page: str) -> str | None:
        """The most alike of the documents that share a band with the page."""
        sketch = self._sketch(page)
        found = self._index.query(sketch)
        if not found:
            return None
        return self._ids[max(found, key=lambda number: sketch.jaccard(self._sketch(self.texts[self._ids[number]])))]
