"""The engines of others, each with a thin adapter over ``unspin.scan.annotate``, and Spark over ``unspin.crawl.annotate`` too.

One function, an Arrow record batch in and the same batch with columns more out, is the whole interface. Nothing here
decides anything: the same document gets the same values through all of them.

- ``arrow``: tables and streams, which is all that Polars, DuckDB, pandas and Hugging Face datasets need;
- ``files``: the documents of WET, WARC, JSONL … as Arrow batches, where an engine cannot read them;
- ``datatrove``: a filter with its exclusion writer, and a block that annotates;
- ``spark``: data frames, by ``mapInArrow``, annotated or traced in an archive;
- ``ray``: a class and a function for ``Dataset.map_batches``.

Each is imported by itself, since each engine is an optional part. See docs/engines.md for recipes.
"""
