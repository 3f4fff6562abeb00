"""Links that open a lesson on Binder, in the hook of each lesson and in the README.

The address of the repository is one entry in pyproject.toml, [tool.neurolab] repository. While it is empty there is no
link anywhere; once it is set, `run.py execute` and `run.py readme` write them.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import neurolab

ROOT = Path(__file__).resolve().parents[2]
BINDER = "https://mybinder.org"
WORDS = "Open this lesson on Binder"
_LINK = re.compile(rf"\n*\[{WORDS}\]\([^)]*\)[^\n]*")
_BADGE = re.compile(r"\n*\[!\[[^\]]*\]\([^)]*\)\]\(" + re.escape(BINDER) + r"[^)]*\)")
HOSTS = {"github.com": "gh", "gitlab.com": "gl"}


def repository() -> str:
    """The entry in pyproject.toml: an address, or nothing."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["tool"]["neurolab"]["repository"])


def binder_link(
    address: str, notebook: str = "chapters/index.ipynb", ref: str = f"v{neurolab.__version__}"
) -> str:
    """Where Binder opens a notebook of the repository, as tagged: a moving branch would be built anew each time.

    Parameters
    ----------
    address : str
        Of the repository, such as https://github.com/owner/name; or just owner/name there.
    notebook : str
        Path in the repository.
    ref : str
        A tag, branch or commit.

    Raises
    ------
    ValueError
        If the address is none.

    Example
    -------
    >>> binder_link("owner/name", "chapters/01_membrane/1_the_membrane.ipynb", "v1.0")
    'https://mybinder.org/v2/gh/owner/name/v1.0?urlpath=lab/tree/chapters/01_membrane/1_the_membrane.ipynb'
    """
    plain = re.fullmatch(r"[\w.-]+/[\w.-]+", address)
    parts = urlsplit(f"https://github.com/{address}" if plain else address)
    path = parts.path.strip("/").removesuffix(".git")
    if parts.scheme != "https" or not parts.hostname or path.count("/") < 1:
        raise ValueError(
            f"repository must be an address such as https://github.com/owner/name, got {address!r}; "
            "mend [tool.neurolab] in pyproject.toml"
        )
    provider = HOSTS.get(parts.hostname, "git")
    if provider == "gh":
        spec = quote(path)
    elif provider == "gl":
        spec = quote(path, safe="")
    else:
        spec = quote(f"https://{parts.netloc}/{path}", safe="")
    # quoted twice: the notebook's name stands in an address that stands in a query
    urlpath = quote(f"lab/tree/{quote(notebook)}")
    return f"{BINDER}/v2/{provider}/{spec}/{quote(ref, safe='')}?urlpath={urlpath}"


def linked(source: str, path: Path, address: str) -> str:
    """The hook's first cell with the link to its lesson; without any if the address is empty."""
    plain = _LINK.sub("", source)
    if not address:
        return plain
    link = binder_link(address, "/".join(("chapters", *path.parts[-2:])))
    return f"{plain.rstrip()}\n\n[{WORDS}]({link}): nothing to install."


def link(notebook: Any, path: Path, address: str) -> None:
    """Put the link into a lesson's hook, or take it out; notebooks that are no lessons stay as they are."""
    lesson = re.match(r"\d\d_\w+/\d_\w+\.ipynb$", "/".join(path.parts[-2:]))
    if lesson and notebook.cells:
        notebook.cells[0].source = linked(notebook.cells[0].source, path, address)


def badged(readme: str, address: str) -> str:
    """The README with Binder's badge under its title; without any if the address is empty."""
    plain = _BADGE.sub("", readme)
    if not address:
        return plain
    badge = f"[![Open the lessons on Binder]({BINDER}/badge_logo.svg)]({binder_link(address)})"
    title, rest = plain.split("\n", 1)
    return f"{title}\n\n{badge}\n{rest}"
