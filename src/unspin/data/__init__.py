"""Shipped data: the lexicon, the weights, the n-gram model. See MODEL_CARD.md in docs."""
