"""What may stand for what: WordNet walks, thesauri, neighbours, compiled to flat arrays."""

from unspin.lexicon.lexicon import CHANNELS, GRAPHS, Candidates, Graph, Lexicon, load

__all__ = ["CHANNELS", "GRAPHS", "Candidates", "Graph", "Lexicon", "load"]
