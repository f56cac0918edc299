"""A crawl against an archive: :mod:`unspin.trace` for every document of a corpus, by the run of :mod:`unspin.scan`.

:mod:`unspin.crawl.annotate` is the batch function, which Spark uses too; :class:`unspin.crawl.plan.Plan` makes of it a job
for :func:`unspin.scan.run.scan`.
"""

from unspin.crawl.options import Options
from unspin.crawl.plan import Plan

__all__ = ["Options", "Plan"]
