"""Options of the tests."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--run-large`` runs the tests that take minutes."""
    parser.addoption("--run-large", action="store_true", help="run the tests with large texts too (minutes)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests with large texts run when asked for."""
    if not config.getoption("--run-large"):
        for item in items:
            if "large" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="large texts; run with --run-large"))
