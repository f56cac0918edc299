"""An evaluation as JSON: ``"schema": "unspin-evaluation-1"``, described in ``docs/evaluate.md``.

The same documents, version and settings give the same bytes; how long it took is not in it.
"""

from __future__ import annotations

from typing import Any

from unspin.evaluate.intervals import LEVEL, Proportion, needed
from unspin.evaluate.summary import Evaluation
from unspin.report.json import dumps
from unspin.version import version

__all__ = ["SCHEMA", "to_dict", "to_json"]

SCHEMA = "unspin-evaluation-1"


def to_json(evaluation: Evaluation) -> bytes:
    """The evaluation as UTF-8 JSON, indented, with a line break at the end."""
    return dumps(to_dict(evaluation), indent=True) + b"\n"


def to_dict(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as plain dicts, lists, strings and numbers."""
    plan = evaluation.plan
    return {
        "schema": SCHEMA,
        "unspin": version(),
        "settings": {
            "documents": plan.documents,
            "specimens": plan.specimens,
            "words": plan.words,
            "families": list(plan.families),
            "shares": list(plan.shares),
            "operating_point": plan.operating_point,
            "rate": plan.stated,
            "restoration": plan.restoration,
            "seed": plan.seed,
        },
        "level": LEVEL,
        "documents": {
            "seen": evaluation.seen,
            "judged": evaluation.judged,
            "words": evaluation.words,
            "unjudged": evaluation.unjudged,
        },
        "false_positives": [
            {"operating_point": point, "expected": round(row.expected, 6), "flagged": flagged.hits, **_share(flagged)}
            for row in evaluation.false_positives
            for point, flagged in (row,)
        ],
        "statement": {
            "says": evaluation.statement,
            "rate": plan.stated,
            "documents_needed": {"none_flagged": needed(plan.stated), "one_flagged": needed(plan.stated, 1)},
        },
        "suspicious": [row._asdict() for row in evaluation.suspicious],
        "recall": [
            {"family": row.family, "share": row.share, "reached": _rounded(row.reached), "short": row.short,
             "flagged": row.flagged.hits, **_share(row.flagged)}
            for row in evaluation.recall
        ],
        "restoration": [
            {"family": row.family, "swapped": _rounded(row.swapped), "documents": row.documents, "words": row.words,
             **{name: dict(zip(("observed", "low", "high"), rate, strict=True)) for name, rate in row.rates.items()}}
            for row in evaluation.restoration
        ],
        "screen": evaluation.screen
        and {
            "passed_screen": {
                "documents": evaluation.screen.passed_screen.hits,
                **_share(evaluation.screen.passed_screen),
                "text": _rounded(evaluation.screen.text_passed),
            },
            "passed_sieve": {
                "documents": evaluation.screen.passed_sieve.hits,
                **_share(evaluation.screen.passed_sieve),
            },
            "sent_on": evaluation.screen.sent_on.hits,
            **_share(evaluation.screen.sent_on),
            "text_sent_on": _rounded(evaluation.screen.text_sent_on),
            "lost": [
                {"share": row.share, "lost": row.lost.hits, **_share(row.lost)} for row in evaluation.screen.lost
            ],
        },
    }  # fmt: skip


def _share(found: Proportion) -> dict[str, Any]:
    """A share with its interval; without cases there is no share."""
    share = _rounded(found.share) if found.cases else None
    return {"of": found.cases, "observed": share, "low": _rounded(found.low), "high": _rounded(found.high)}


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 6)
