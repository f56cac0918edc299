"""Corpora: input files to Arrow batches, chunk by chunk, and kept rows back to files."""
