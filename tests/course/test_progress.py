"""The progress store: survives restarts, bad files and read-only folders."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from neurolab.course.progress import Progress


def test_what_is_written_is_there_after_a_restart(home: Path) -> None:
    Progress("1.1").change(lambda r: r["checks"].update(gate={"passed": True}))
    assert Progress("1.1").read()["checks"] == {"gate": {"passed": True}}
    assert [path.name for path in home.iterdir()] == ["1.1.json"]


def test_a_lesson_has_its_own_file() -> None:
    Progress("0.1").change(lambda r: r["checks"].update(rate={"passed": True}))
    assert Progress("1.1").read()["checks"] == {}


UNREADABLE = [
    *("", "{", "[]", "null", "\xff", '{"format": 99}'),
    '{"format": 1, "checks": 3}',
    '{"format": 1, "recall": {"a": 1}}',
]


@pytest.mark.parametrize("content", UNREADABLE)
def test_an_unreadable_file_is_set_aside_with_a_word(home: Path, content: str) -> None:
    home.mkdir()
    (home / "1.1.json").write_text(content, encoding="latin-1")
    progress = Progress("1.1")
    assert progress.read()["checks"] == {}
    assert "kept as 1.1.unreadable" in progress.notice
    assert (home / "1.1.unreadable").read_text(encoding="latin-1") == content
    progress.change(lambda r: r["checks"].update(gate={"passed": True}))
    assert Progress("1.1").read()["checks"] == {"gate": {"passed": True}}


def test_a_folder_that_cannot_be_made_costs_nothing_but_the_memory(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.write_text("a file where the folder should be")
    progress = Progress("1.1")
    progress.change(lambda r: r["checks"].update(gate={"passed": True}))
    assert progress.read()["checks"] == {"gate": {"passed": True}}
    assert "cannot be saved" in progress.notice


def test_a_crash_while_writing_leaves_the_old_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Progress("1.1").change(lambda r: r["checks"].update(gate={"passed": True}))

    def crash(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", crash)
    progress = Progress("1.1")
    progress.change(lambda r: r["checks"].clear())
    assert "No space left on device" in progress.notice
    assert json.loads((home / "1.1.json").read_text())["checks"] == {"gate": {"passed": True}}
    assert [path.name for path in home.iterdir()] == ["1.1.json"]


def test_two_kernels_do_not_lose_each_others_entries() -> None:
    one, two = Progress("1.1"), Progress("1.1")
    one.change(lambda r: r["checks"].update(a={"passed": True}))
    two.change(lambda r: r["checks"].update(b={"passed": True}))
    assert set(one.read()["checks"]) == {"a", "b"}
