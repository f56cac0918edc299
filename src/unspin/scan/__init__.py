"""Corpora annotated and filtered: the run over a corpus with its workers and checkpoints, and what it does with documents.

The run, :func:`unspin.scan.run.scan`, does any :class:`unspin.scan.job.Job`. The job of ``unspin scan`` is
:class:`~unspin.scan.plan.Plan`, and :mod:`unspin.scan.annotate` is its batch function, which the engines use too.
"""

from unspin.scan.options import Options
from unspin.scan.plan import Plan

__all__ = ["Options", "Plan"]
