"""Compiles what finds unlisted tortured phrases; ``python -m training.terms`` is the command, :mod:`.__main__`.

In the order of the work, each importing only from those above it:

================== ====================================================================================
:mod:`.arrays`     tables with numbers for keys: counted, added, looked up
:mod:`.entries`    what the list says: which word stands for which, and what is held out together
:mod:`.honest`     honest English: its content words, its joints, which of them are fixed terms
:mod:`.sources`    where swaps may come from, and what each source says of them
:mod:`.base`       all that is known without what the list teaches, kept in a file
:mod:`.making`     makes the base from the corpora
:mod:`.swaps`      which swaps tools make, learned from the list
:mod:`.assembly`   the runtime's terms, from the base and what the list taught; writes the data file
:mod:`.planting`   tortured phrases planted where honest writers wrote the term
:mod:`.filters`    honest joints and triples as filters, and documents taken out of them again
:mod:`.lessons`    what the judge learns from, each term seen by a model that was taught without it
:mod:`.judge`      which proposal is best, and whether it is a tortured phrase
================== ====================================================================================
"""
