"""run.py: the learner's copies are safe, and what can go wrong is said in one line."""

from __future__ import annotations

import ast
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import run
from tests.binder import pins
from tests.conventions.sources import ROOT, imports


def test_it_needs_nothing_but_python() -> None:
    tops = {name.partition(".")[0] for name in imports(ROOT / "run.py")}
    assert tops <= sys.stdlib_module_names


def test_an_old_python_can_read_it_far_enough_to_be_told() -> None:
    source = (ROOT / "run.py").read_text(encoding="utf-8")
    body = ast.parse(source, feature_version=(3, 7)).body
    assert isinstance(body[2], ast.If), "the check comes before any import that may be missing"
    assert "version_info" in ast.unparse(body[2].test)


def test_an_old_python_is_told() -> None:
    """Python 3.11, posing as an old one: one line, before anything else happens."""
    pose = "import runpy, sys; sys.version_info = (3, 8, 0); runpy.run_path('run.py')"
    answer = subprocess.run([sys.executable, "-c", pose], cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == 1
    assert len(answer.stderr.splitlines()) == 1
    assert "needs Python 3.11 or newer" in answer.stderr


def test_help_and_unknown_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main([]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in run.COMMANDS)
    assert run.main(["laab"]) == 2
    assert "knows no command 'laab'; it knows: lab test" in capsys.readouterr().err


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository: the index, one lesson and a picture."""
    chapters, work = tmp_path / "chapters", tmp_path / "work"
    (chapters / "01_membrane").mkdir(parents=True)
    (chapters / "index.ipynb").write_text("index, version 1")
    (chapters / "01_membrane" / "1_the_membrane.ipynb").write_text("lesson, version 1")
    (chapters / "01_membrane" / "axon.png").write_text("picture, version 1")
    monkeypatch.setattr(run, "CHAPTERS", chapters)
    monkeypatch.setattr(run, "WORK", work)
    run.copy_lessons()
    return work


def test_copies_are_made_once_and_never_overwritten(
    copies: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson = copies / "01_membrane" / "1_the_membrane.ipynb"
    lesson.write_text("my answers")
    run.copy_lessons()
    assert lesson.read_text() == "my answers"
    assert capsys.readouterr().out == ""
    for path in run.CHAPTERS.rglob("*.*"):
        path.write_text(path.read_text().replace("version 1", "version 2"))
    run.copy_lessons()
    assert lesson.read_text() == "my answers"
    assert (copies / "01_membrane" / "axon.png").read_text() == "picture, version 2"
    assert "run.py lab --fresh 1.1" in capsys.readouterr().out


def test_fresh_renews_one_lesson_and_keeps_the_old_one(copies: Path) -> None:
    lesson = copies / "01_membrane" / "1_the_membrane.ipynb"
    (copies / "index.ipynb").write_text("my index")
    for count, name in enumerate(["1_the_membrane.bak.ipynb", "1_the_membrane.bak2.ipynb"]):
        lesson.write_text(f"my answers {count}")
        run.copy_lessons(run.find_lesson("1.1"))
        assert lesson.read_text() == "lesson, version 1"
        assert (copies / "01_membrane" / name).read_text() == f"my answers {count}"
    assert (copies / "index.ipynb").read_text() == "my index"


@pytest.mark.usefixtures("copies")
def test_lessons_are_found_by_number() -> None:
    assert run.find_lesson("index").name == "index.ipynb"
    assert run.find_lesson("1.1").name == "1_the_membrane.ipynb"
    with pytest.raises(run.Trouble, match=r"there is no lesson 9\.9; choose from index 1\.1"):
        run.find_lesson("9.9")


def test_a_port_in_use_is_named() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with pytest.raises(run.Trouble, match=r"port \d+ is not free \(.*\); name another"):
            run.require_free(server.getsockname()[1])
    with pytest.raises(run.Trouble, match="port 99999 is not free"):
        run.require_free(99999)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("error: No space left on device (os error 28)", "the disk is full: set-up needs about"),
        ("Caused by: dns error", "no network while installing; connect, then run the same"),
        ("[Errno -3] Temporary failure in name resolution", "no network while installing"),
        ("Permission denied (os error 13)", "no permission while installing; make"),
        ("Hash mismatch for `numpy==2.4.6`", "is not the locked one; run the same command again"),
        ("something else", "installing failed; its last words were:\nsomething else"),
    ],
)
def test_the_usual_failures_get_one_line_with_the_remedy(output: str, message: str) -> None:
    trouble = str(run.diagnose("installing", output))
    assert message in trouble
    assert len(trouble.splitlines()) == (2 if "last words" in message else 1)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment of its own, so that a test can spoil it."""
    venv = tmp_path / ".venv"
    monkeypatch.setattr(run, "VENV", venv)
    monkeypatch.setattr(run, "PYTHON", venv / run.PYTHON.relative_to(ROOT / ".venv"))
    monkeypatch.setattr(run, "STAMP", venv / "stamp.json")
    return venv


def test_debian_without_ensurepip_gets_the_apt_line(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(run.Trouble, match=r"sudo apt install python3\.\d+-venv, then run"):
        run.create()


@pytest.mark.slow
def test_a_half_made_environment_is_made_anew(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (elsewhere / "bin").mkdir(parents=True)
    assert not run.usable()
    run.create()
    assert run.usable()
    assert "making it anew" in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for another Python is a shell script")
def test_an_environment_of_another_python_is_not_used(elsewhere: Path) -> None:
    run.PYTHON.parent.mkdir(parents=True)
    run.PYTHON.write_text("#!/bin/sh\necho False\n")
    run.PYTHON.chmod(0o755)
    assert not run.usable()


def test_a_stamp_counts_only_when_whole(elsewhere: Path) -> None:
    elsewhere.mkdir()
    assert run.read_stamp() == {}
    run.STAMP.write_text("{half")
    assert run.read_stamp() == {}
    run.STAMP.write_text(json.dumps({"environment": "x"}))
    assert run.read_stamp() == {}, "a stamp without its Python is worth nothing"
    run.PYTHON.parent.mkdir(parents=True)
    run.PYTHON.touch()
    assert run.read_stamp() == {"environment": "x"}


def test_the_installer_itself_is_locked() -> None:
    lines = run.locked("uv").splitlines()
    assert lines[0].startswith("uv==")
    assert len(lines) > 5
    assert all("--hash=sha256:" in line for line in lines[1:])


def test_binder_gets_what_is_locked() -> None:
    assert pins.REQUIREMENTS.read_text(encoding="utf-8") == pins.text(), "run: python3 run.py lock"


def test_the_users_python_settings_stay_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"):
        monkeypatch.setenv(name, "1")
        assert name not in run.environment()
    assert run.environment(NEUROLAB_HOME="x")["NEUROLAB_HOME"] == "x"
