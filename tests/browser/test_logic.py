"""The page's logic without a page: ``node --test``, where node is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.browser.conftest import missing


def test_the_logic_of_the_page() -> None:
    node = shutil.which("node")
    if node is None:
        missing("node (apt-get install nodejs)")
    tests = Path(__file__).with_name("logic.test.mjs")
    done = subprocess.run([node, "--test", str(tests)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
