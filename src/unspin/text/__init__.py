"""Words with offsets, prose, case, sentences, quotations, phrases, replaying edits. This room knows nothing of spinning."""

from unspin.text.casing import indefinite_article, match_case
from unspin.text.edits import apply, apply_within, compose, removal_span
from unspin.text.languages import foreign
from unspin.text.mentions import mentioned
from unspin.text.phrases import PhraseFinder, PhraseMatch
from unspin.text.prose import prose
from unspin.text.quotations import QuotationSpan, find_quotations
from unspin.text.sentences import capital_starts, sentence_spans, sentence_starts
from unspin.text.view import View
from unspin.text.words import Kind, Shape, Words, split
from unspin.text.wrapping import is_apart, rewrapped

__all__ = [
    "Kind",
    "PhraseFinder",
    "PhraseMatch",
    "QuotationSpan",
    "Shape",
    "View",
    "Words",
    "apply",
    "apply_within",
    "capital_starts",
    "compose",
    "find_quotations",
    "foreign",
    "indefinite_article",
    "is_apart",
    "match_case",
    "mentioned",
    "prose",
    "removal_span",
    "rewrapped",
    "sentence_spans",
    "sentence_starts",
    "split",
]
