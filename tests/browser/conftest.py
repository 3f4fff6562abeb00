"""One JupyterLab and one headless Chromium for all browser tests; without Chromium they are skipped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.driver import FLAGS, chromium
from tests.browser.lab_server import LabServer

CHAPTERS = Path(__file__).parents[2] / "chapters"
SHOTS = Path(__file__).parent / "shots"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        needed = os.environ.get("NEUROLAB_REQUIRE_BROWSER") == "1"
        (pytest.fail if needed else pytest.skip)(
            "no Chromium on this machine; set CHROMIUM to its path"
        )
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """Serves copies of the chapters: a test never touches the sources."""
    root = tmp_path_factory.mktemp("notebooks")
    if CHAPTERS.is_dir():
        shutil.copytree(CHAPTERS, root, dirs_exist_ok=True)
    with LabServer(root) as running:
        yield running


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where screenshots go; git ignores the folder."""
    SHOTS.mkdir(exist_ok=True)
    return SHOTS
