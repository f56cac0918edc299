"""The encoder and the language evidence: load, and score words in context."""
