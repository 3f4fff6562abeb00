"""What users install: the wheel, built, put into a clean environment, imported and used there.

The environment sees the packages of this one by a path file, so that nothing is downloaded again,
but not the editable neurolab: path files inside a folder that a path file names are not read.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import neurolab
from tests.conventions.sources import PACKAGE, ROOT, module_name, package_files

pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment in which the wheel, and only the wheel, is neurolab."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    (site_packages,) = folder.glob("[Ll]ib/**/site-packages")
    (site_packages / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    install = [sys.executable, "-m", "uv", "pip", "install", "--python", str(python)]
    options = ["--no-deps", "--no-index", "--quiet", str(wheel)]
    subprocess.run([*install, *options], check=True)
    return python


def _run(python: Path, code: str) -> str:
    """What a script prints that runs in the clean environment, far from the repository."""
    command = [str(python), "-W", "error", "-c", code]
    answer = subprocess.run(command, cwd=python.parent, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel: Path) -> None:
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = (path for path in PACKAGE.rglob("*") if path.is_file())
    ours = {p.relative_to(ROOT).as_posix() for p in files if "__pycache__" not in p.parts}
    assert inside == ours
    assert {Path(name).suffix for name in inside} >= {".css", ".js", ".toml"}
    assert "neurolab/py.typed" in inside


def test_the_wheel_says_who_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        text = archive.read(metadata).decode()
    assert "Name: neurolab-notebooks\n" in text
    assert f"Version: {neurolab.__version__}\n" in text
    assert any(name.endswith("/LICENSE") for name in names)


def test_every_module_imports_from_the_wheel(python: Path) -> None:
    names = [name for name in map(module_name, package_files()) if not name.endswith("__main__")]
    code = (
        "import importlib, neurolab\n"
        f"for name in {names}: importlib.import_module(name)\n"
        "for name in neurolab.__all__: getattr(neurolab, name)\n"
        "print(neurolab.__file__)"
    )
    assert Path(_run(python, code)).is_relative_to(python.parents[1])


def test_a_lab_draws_from_the_wheel(python: Path) -> None:
    code = (
        "import neurolab as nl\n"
        "figure = nl.labs.membrane.action_potential()\n"
        "print(figure.png()[1:4].decode(), nl.explore(nl.labs.membrane.action_potential).figure.alt)"
    )
    assert _run(python, code).startswith("PNG ")


def test_the_wheel_brings_its_command(python: Path) -> None:
    command = python.with_name("neurolab.exe" if os.name == "nt" else "neurolab")
    answer = subprocess.run([str(command), "--help"], capture_output=True, text=True)
    assert answer.returncode == 0
    assert "warmup" in answer.stdout
