"""What may stand for what: WordNet walks, thesauri, neighbours, compiled to flat arrays."""

from unspin.lexicon.lexicon import CHANNELS, Candidates, Graph, Lexicon, load

__all__ = ["CHANNELS", "Candidates", "Graph", "Lexicon", "load"]
