"""Every lab of the library in a real JupyterLab: drawn, driven by keyboard, dark, and in a narrow window."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser

import neurolab.labs
from neurolab.labs.declare import Lab as Declared
from tests.browser.driver import Notebook
from tests.browser.lab_server import LabServer

pytestmark = pytest.mark.browser


def all_labs() -> list[str]:
    """The labs of all modules, as `module.name`."""
    found = []
    for info in pkgutil.iter_modules(neurolab.labs.__path__):
        module = importlib.import_module(f"neurolab.labs.{info.name}")
        found += [f"{info.name}.{n}" for n, v in vars(module).items() if isinstance(v, Declared)]
    return found


def write_gallery(path: Path) -> int:
    """A notebook that shows each lab once; how many there are."""
    labs = all_labs()
    sources = ["import neurolab as nl"] + [f"nl.explore(nl.labs.{lab})" for lab in labs]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return len(labs)


def test_gallery(server: LabServer, browser: Browser, shots: Path) -> None:
    expected = write_gallery(server.root / "gallery.ipynb")
    assert expected >= 5
    notebook = Notebook.open(server, browser, "gallery.ipynb")
    notebook.run_all()
    labs = notebook.labs(expected)
    assert len(labs) == expected
    dead = []
    for lab in labs:
        assert min(lab.ink()) > 100, f"{lab.title}: an empty panel"
        lab.screenshot(shots / f"{lab.index:02d}-light.png")
        dead += [f"{lab.title}: {lab.label(k)}" for k in range(lab.sliders()) if not lab.nudge(k)]
    assert not dead, f"sliders that change nothing: {dead}"

    light = [lab.pixels() for lab in labs]
    notebook.theme("JupyterLab Dark")
    for lab, before in zip(labs, light, strict=True):
        assert lab.pixels() != before, f"{lab.title}: does not follow the theme"
        lab.screenshot(shots / f"{lab.index:02d}-dark.png")

    notebook.narrow(480)
    for lab in labs:
        assert lab.overflow() == 0, f"{lab.title}: wider than a window of 480 pixels"
        lab.screenshot(shots / f"{lab.index:02d}-narrow.png")
    assert notebook.failures() == []
    notebook.close()
