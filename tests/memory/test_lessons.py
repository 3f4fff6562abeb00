"""Every lesson fits into the memory that Binder promises: 1 GB for the kernel, run from its first cell to its last."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.notebooks.execute import CHAPTERS, notebooks

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="Windows keeps no peak that a process can read"),
]

LIMIT_MB = 1000
PEAK = """
import resource as _r, sys as _s
print("peak", _r.getrusage(_r.RUSAGE_SELF).ru_maxrss * (1 if _s.platform == "darwin" else 1024))
"""


@pytest.mark.parametrize(
    "path", notebooks(), ids=lambda path: path.relative_to(CHAPTERS).as_posix()
)
def test_lesson_fits_into_a_gigabyte(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEUROLAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(PEAK))
    client = NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    (output,) = notebook.cells[-1].outputs
    word, peak = output.text.split()
    assert word == "peak"
    print(f"{int(peak) / 1e6:.0f} MB at most")
    assert int(peak) < LIMIT_MB * 1e6
