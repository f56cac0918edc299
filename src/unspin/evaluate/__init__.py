"""How unspin does on somebody's own texts: false positives, recall, restoring, the screen.

The texts are taken as honest. So what is flagged among them is a false positive, and what a simulated spinner makes of them
has an answer key.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from unspin.errors import InputError
from unspin.evaluate.measure import mapping, read_honest, read_spun, tasks
from unspin.evaluate.plan import Plan
from unspin.evaluate.sample import Sample, Text, sample
from unspin.evaluate.screened import screened, sends_on
from unspin.evaluate.summary import Evaluation, summarise

__all__ = ["Evaluation", "Plan", "Sample", "Text", "evaluate", "sample"]

Watch = Callable[[int, int], None]
"""Called with the number of documents that are read, as they are or spun, and the number of all of them."""


def evaluate(drawn: Sample, plan: Plan, *, workers: int = 1, watch: Watch | None = None) -> Evaluation:
    """Read a sample as it is and spun, and count.

    Args:
        drawn: the documents, from :func:`sample`.
        plan: what to measure.
        workers: how many processes read.
        watch: called after each document read.

    Raises:
        InputError: nothing in the sample can be judged.
        ModelError: a process died.
    """
    specimens = len(plan.families) * len(plan.spun_shares)
    total = len(drawn.texts) + min(plan.specimens, len(drawn.texts)) * specimens
    honest, spun = [], []
    gate = sends_on()  # before the work, so that what is wrong with it is said at once
    with mapping(workers) as mapped:
        for reading in mapped(read_honest, drawn.texts):
            honest.append(reading)
            if watch is not None:
                watch(len(honest), total)
        judged = [text for (_, text), reading in zip(drawn.texts, honest, strict=True) if reading.rate is not None]
        if not judged:
            notes = sorted({str(reading.note) for reading in honest})
            raise InputError(
                f"none of the {len(honest):,} documents can be judged ({', '.join(notes)}); give English prose"
            )
        work = tasks(judged[: plan.specimens], plan)
        total = len(honest) + len(work)
        for result in mapped(partial(read_spun, operating_point=plan.operating_point), work):
            spun.append(result)
            if watch is not None:
                watch(len(honest) + len(spun), total)
    screen = screened(gate, [text for _, text in drawn.texts], spun, plan) if gate is not None else None
    return summarise(plan, drawn.seen, honest, spun, screen)
