"""Every notebook in chapters/ obeys the rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.notebooks.execute import CHAPTERS, notebooks
from tests.notebooks.rules import Notebook, problems


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_notebook_obeys_the_rules(path: Path) -> None:
    assert problems(path) == []


def test_the_index_leads_to_every_lesson() -> None:
    index = Notebook.read(CHAPTERS / "index.ipynb")
    text = "\n".join(cell.source for cell in index.prose)
    lessons = [path for path in notebooks() if Notebook.read(path).number]
    assert lessons
    for path in lessons:
        assert f"]({path.relative_to(CHAPTERS).as_posix()}" in text
