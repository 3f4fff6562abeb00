"""Links to Binder: generated, taken apart again, and absent while nobody says where the repository is."""

from __future__ import annotations

import doctest
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import nbformat
import pytest

import neurolab
from tests.notebooks import launch, rules, skeleton
from tests.notebooks.execute import CHAPTERS, as_text, normalise, notebooks

ADDRESS = "https://github.com/owner/some-name"
LESSONS = [path for path in notebooks() if rules.Notebook.read(path).number]


def opened(link: str) -> tuple[list[str], str]:
    """What Binder reads out of a link: provider, repository and tag; and the notebook that Jupyter opens."""
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc) == ("https", "mybinder.org")
    version, *spec = [unquote(piece) for piece in parts.path.strip("/").split("/")]
    assert version == "v2"
    ((urlpath,),) = parse_qs(parts.query, strict_parsing=True).values()
    assert urlpath.startswith("lab/tree/")
    return spec, unquote(urlpath.removeprefix("lab/tree/"))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lessons_link_leads_to_its_notebook(path: Path) -> None:
    hook = launch.linked("# Title\n\nA fact.", path, ADDRESS)
    link = hook.split("](")[1].split(")")[0]
    spec, notebook = opened(link)
    assert spec == ["gh", "owner", "some-name", f"v{neurolab.__version__}"]
    assert (CHAPTERS.parent / notebook).samefile(path)


@pytest.mark.parametrize(
    "notebook", ["chapters/a b.ipynb", "chapters/R&D #1?.ipynb", "chapters/50 %/é+ü=x.ipynb"]
)
@pytest.mark.parametrize("ref", ["v1.0", "feature/new#1"])
def test_any_name_survives_the_quoting(notebook: str, ref: str) -> None:
    link = launch.binder_link(ADDRESS, notebook, ref)
    assert opened(link) == (["gh", "owner", "some-name", ref], notebook)
    assert not set(' )("') & set(link), "it stands in Markdown"


@pytest.mark.parametrize(
    ("address", "spec"),
    [
        ("owner/name", ["gh", "owner", "name"]),
        ("https://github.com/owner/name.git", ["gh", "owner", "name"]),
        ("https://gitlab.com/group/sub/name/", ["gl", "group/sub/name"]),
        ("https://git.example.org/a/b", ["git", "https://git.example.org/a/b"]),
    ],
)
def test_other_places_have_other_links(address: str, spec: list[str]) -> None:
    assert opened(launch.binder_link(address, ref="t")) == ([*spec, "t"], "chapters/index.ipynb")


@pytest.mark.parametrize("address", ["somewhere", "http://github.com/a/b", "https://github.com/a"])
def test_a_wrong_address_is_named(address: str) -> None:
    with pytest.raises(ValueError, match="repository must be an address such as .*mend"):
        launch.binder_link(address)


def test_no_address_no_link_anywhere(tmp_path: Path) -> None:
    lesson = skeleton.write("2.1", "Synaptic currents", tmp_path)
    notebook = nbformat.read(lesson, as_version=4)
    before = as_text(notebook)
    launch.link(notebook, lesson, "")
    assert as_text(notebook) == before
    readme = "# neurolab\n\nText.\n"
    assert launch.badged(readme, "") == readme


def test_links_come_stay_and_go_with_the_address(tmp_path: Path) -> None:
    lesson = skeleton.write("2.1", "Synaptic currents", tmp_path)
    notebook = nbformat.read(lesson, as_version=4)
    before = as_text(notebook)
    for _ in range(2):
        launch.link(notebook, lesson, ADDRESS)
        assert notebook.cells[0].source.count("mybinder.org") == 1
    launch.link(notebook, lesson, "https://github.com/another/name")
    assert "some-name" not in as_text(notebook)
    launch.link(notebook, lesson, "")
    assert as_text(notebook) == before
    readme = "# neurolab\n\nText.\n"
    once = launch.badged(readme, ADDRESS)
    assert once.startswith("# neurolab\n\n[![Open the lessons on Binder](") and "\n\nText." in once
    assert launch.badged(once, ADDRESS) == once and launch.badged(once, "") == readme


def test_the_index_is_no_lesson() -> None:
    index = nbformat.read(CHAPTERS / "index.ipynb", as_version=4)
    before = as_text(index)
    launch.link(index, CHAPTERS / "index.ipynb", ADDRESS)
    assert as_text(index) == before


def test_a_hook_without_its_link_breaks_a_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = skeleton.write("2.1", "Synaptic currents", tmp_path)
    monkeypatch.setattr(launch, "repository", lambda: ADDRESS)
    assert rules.problems(lesson) == [rules.LINK_IS_OLD]
    notebook = nbformat.read(lesson, as_version=4)
    launch.link(notebook, lesson, ADDRESS)
    lesson.write_text(as_text(normalise(notebook)), encoding="utf-8")
    assert rules.problems(lesson) == []
    monkeypatch.setattr(launch, "repository", lambda: "")
    assert rules.problems(lesson) == [rules.LINK_IS_OLD]


def test_the_example_holds() -> None:
    assert doctest.testmod(launch).failed == 0
