"""From corpora to the shipped data: one command a step. See training/README.md."""
