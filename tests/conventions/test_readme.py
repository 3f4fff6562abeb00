"""What the README and its neighbours say is true."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

import neurolab
from tests.conventions.classics_table import README, filled
from tests.conventions.sources import ROOT

PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]


def test_the_example_runs_and_prints_what_its_comments_say(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    namespace: dict[str, Any] = {}
    exec(compile(example, "README.md", "exec"), namespace)
    expected = re.findall(r"^print\(.*\)  # (.+)$", example, re.MULTILINE)
    assert len(expected) >= 2
    assert capsys.readouterr().out.splitlines() == expected
    assert len(example.strip().splitlines()) <= 17, "a dozen lines of code and some air"


def test_the_table_of_classic_results_is_that_of_the_data() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == filled(text), "run: python3 run.py readme"


@pytest.mark.parametrize("page", PAGES)
def test_links_and_pictures_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_what_contributing_quotes_stands_in_the_files() -> None:
    """Each block of code is taken from the file that the text links to just before it."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    quotes = re.findall(r"\]\((\w[\w/]+\.py)\)(?:(?!```).)*```python\n(.*?)```", text, re.DOTALL)
    assert len(quotes) == 3
    for path, code in quotes:
        content = (ROOT / path).read_text(encoding="utf-8")
        for piece in re.split(r"^\.\.\.\n", code, flags=re.MULTILINE):
            assert piece.rstrip() in content, f"{path} has changed; quote it anew"


def test_the_screenshot_is_a_small_picture() -> None:
    content = (ROOT / ".github" / "lesson.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) < 200_000


def test_one_version_everywhere() -> None:
    assert f"\nversion: {neurolab.__version__}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"\n## {neurolab.__version__} " in (ROOT / "CHANGELOG.md").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "BSD-3-Clause"
    assert "license: BSD-3-Clause" in (ROOT / "CITATION.cff").read_text()
