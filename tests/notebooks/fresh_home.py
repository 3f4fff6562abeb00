"""Pytest plugin: each notebook runs as by a learner who opens it for the first time.

With `-p tests.notebooks.fresh_home` every notebook that nbval runs gets an empty NEUROLAB_HOME,
hence no progress from the lessons before it, and an empty IPYTHONDIR, hence no start-up files of
whoever runs the tests.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

_notebook: Path | None = None
_folder: Path | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """Empty the folders before a notebook's first cell, when its kernel has not started."""
    global _notebook, _folder
    if item.path != _notebook:
        pytest_unconfigure()
        _notebook, _folder = item.path, Path(tempfile.mkdtemp(prefix="neurolab-notebook-"))
        os.environ.update(empty_homes(_folder))


def pytest_unconfigure() -> None:
    """Remove the last notebook's folders."""
    if _folder:
        shutil.rmtree(_folder, ignore_errors=True)  # a kernel may still be closing its history


def empty_homes(folder: Path) -> dict[str, str]:
    """Variables that point a kernel at empty folders below `folder`."""
    return {"NEUROLAB_HOME": str(folder / "neurolab"), "IPYTHONDIR": str(folder / "ipython")}
