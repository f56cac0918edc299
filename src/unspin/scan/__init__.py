"""Corpora annotated and filtered: the batch function, and the run around it with its workers and checkpoints.

:mod:`unspin.scan.annotate` is the batch function, which the engines use too; :func:`unspin.scan.run.scan` is the command.
"""

from unspin.scan.plan import Options, Plan

__all__ = ["Options", "Plan"]
