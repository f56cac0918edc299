"""A job of ``unspin trace`` with pages that end the process at the glance (``DIE``), or never let go of it (``HANG``)."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from unspin.crawl import Plan
from unspin.scan.job import Annotate
from unspin.trace.glance import Glance


@dataclass(frozen=True, slots=True)
class Suffering(Plan):
    """The job of ``unspin trace``; what happens at a glance is what native code may do."""

    def load(self, compiling: Callable[[], None]) -> Annotate:
        actual = Glance.sees

        def sees(look: Glance, page: str) -> bool:
            if "DIE" in page:
                os.kill(os.getpid(), signal.SIGKILL)
            if "HANG" in page:
                signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
                time.sleep(600)
            return actual(look, page)

        Glance.sees = sees  # type: ignore[method-assign]
        return Plan.load(self, compiling)
