"""Shipped data: the lexicon, the weights, the n-gram model. See docs/model-card.md."""
