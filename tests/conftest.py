"""Options of the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _colours_as_nobody_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that wants FORCE_COLOR or NO_COLOR sets it; some services set the first for all that they run."""
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _read_fast() -> Iterator[None]:
    """Tests and what they start read without the language model, which takes ten times as long; see ``closely``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNSPIN_FAST", "1")
        yield


@pytest.fixture
def closely(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of reading closely: read as users do, with the language model."""
    monkeypatch.delenv("UNSPIN_FAST")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--run-large`` runs the tests that take minutes."""
    parser.addoption("--run-large", action="store_true", help="run the tests with large texts too (minutes)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests with large texts run when asked for."""
    if not config.getoption("--run-large"):
        for item in items:
            if "large" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="large texts; run with --run-large"))
