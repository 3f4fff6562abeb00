"""The README's table of classic results and its badge, generated from the project's data: `run.py readme`.

One place holds the numbers, `neurolab/course/classics.toml`; a test compares this table with it.
"""

from __future__ import annotations

import sys

from neurolab.course.sources import Classic, classics, references
from tests.conventions.sources import ROOT
from tests.notebooks.launch import badged, repository

README = ROOT / "README.md"
BEGIN, END = "<!-- classics: written by run.py readme -->", "<!-- end of classics -->"


def table() -> str:
    """The table in Markdown, a row for each result."""
    rows = [
        "| Result | Model | Expected | Within | Origin | Source |",
        "|---|---|---|---|---|---|",
    ]
    rows += [_row(classic) for classic in classics().values()]
    return "\n".join(rows)


def _row(classic: Classic) -> str:
    """One result with its first two numbers: the README shows what kind, the file has them all."""
    shown = list(classic.values.items())[:2]
    numbers = ", ".join(
        f"{name} = {number.value:.7g} {number.unit}".removesuffix(" 1") for name, number in shown
    )
    within = f"{shown[0][1].tolerance:g}"
    source = "; ".join(_cite(key) for key in classic.references) or "-"
    cells = (classic.title, f"`{classic.model}`", numbers, within, classic.origin, source)
    return f"| {' | '.join(cells)} |"


def _cite(key: str) -> str:
    """Hodgkin, Huxley 1952, for a paper by A. L. Hodgkin and A. F. Huxley."""
    paper = references()[key]
    names = [author.split()[-1] for author in paper.authors.split(",")]
    who = ", ".join(names) if len(names) < 3 else f"{names[0]} et al."
    return f"{who} {paper.year}"


def filled(text: str) -> str:
    """The README with the table between its marks, and Binder's badge if the repository has an address."""
    before, rest = badged(text, repository()).split(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


def main() -> int:
    """Write the table into the README."""
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    print(f"README.md: {len(classics())} classic results")
    return 0


if __name__ == "__main__":
    sys.exit(main())
