"""The rules that every notebook in chapters/ obeys, each a function that yields what is wrong, in
words.

A rule looks at the file alone and runs nothing. `LESSON_RULES` hold for lessons, `RULES` for the
index too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat

from tests.notebooks import launch
from tests.notebooks.execute import BLOCKS, LIMIT_KB, as_text, block, complaints, normalise

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = ("hook", "predict", "explore", "explain", "build", "recall", "exit")
FURTHER = ("reproduce", "trust", "break", "mystery")
CALLS = {  # what the code of a block is there to do
    "predict": "lesson.predict(",
    "explore": "nl.explore(",
    "build": "lesson.check(",
    "recall": "lesson.recall(",
    "exit": "lesson.report(",
    "reproduce": "lesson.reproduce(",
}
LONGEST_CELL = 15
WORDS_BEFORE_FIRST_INTERACTION = 300  # 90 seconds of reading
LINK_IS_OLD = "does not link to Binder as pyproject.toml says; run: python3 run.py execute"
IGNORING_TAGS = ("nbval-ignore-output", "nbval-skip", "nbval-raises-exception", "raises-exception")


@dataclass(frozen=True)
class Notebook:
    """A notebook and where it lies, with what several rules ask of it."""

    path: Path
    content: Any

    @classmethod
    def read(cls, path: Path) -> Notebook:
        return cls(path, nbformat.read(path, as_version=4))

    @cached_property
    def cells(self) -> list[Any]:
        return list(self.content.cells)

    @cached_property
    def code(self) -> list[Any]:
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @cached_property
    def prose(self) -> list[Any]:
        return [cell for cell in self.cells if cell.cell_type == "markdown"]

    @cached_property
    def number(self) -> str:
        """1.1 for chapters/01_membrane/1_the_membrane.ipynb, empty for what is no lesson."""
        folder, file = self.path.parent.name, self.path.name
        found = re.match(r"(\d\d)_\w+/(\d)_\w+\.ipynb$", f"{folder}/{file}")
        return f"{int(found[1])}.{found[2]}" if found else ""

    @cached_property
    def outputs(self) -> list[tuple[Any, Any]]:
        return [(cell, output) for cell in self.code for output in cell.outputs]

    @cached_property
    def headings(self) -> list[tuple[int, str]]:
        """Level and text of each heading, code blocks left out."""
        found = []
        for cell in self.prose:
            text = re.sub(r"```.*?```", "", cell.source, flags=re.DOTALL)
            found += [
                (len(marks), title) for marks, title in re.findall(r"^(#+) +(.+)$", text, re.M)
            ]
        return found


Rule = Callable[[Notebook], Iterator[str]]


def is_in_normal_form(notebook: Notebook) -> Iterator[str]:
    text = notebook.path.read_text(encoding="utf-8")
    if as_text(normalise(notebook.content)) != text:
        yield "is not in normal form; run: python3 run.py execute"
    if len(text.encode()) > LIMIT_KB * 1000:
        yield f"is {len(text.encode()) / 1000:.0f} kB long, more than {LIMIT_KB}"
    if notebook.content.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "names a kernel other than python3"


def has_one_title_and_ordered_headings(notebook: Notebook) -> Iterator[str]:
    levels = [level for level, _ in notebook.headings]
    if levels.count(1) != 1 or not re.match(r"# ", notebook.cells[0].source):
        yield "needs exactly one H1, as the first line of its first cell"
    for (before, _), (level, title) in zip(notebook.headings, notebook.headings[1:], strict=False):
        if level > before + 1:
            yield f"skips from heading level {before} to {level} at {title!r}"


def has_short_cells_with_prose_before(notebook: Notebook) -> Iterator[str]:
    for before, cell in zip([None, *notebook.cells], notebook.cells, strict=False):
        if cell.cell_type != "code":
            continue
        lines = len(cell.source.splitlines())
        if lines > LONGEST_CELL:
            yield f"cell {cell.id} has {lines} lines, more than {LONGEST_CELL}"
        if before is None or before.cell_type != "markdown":
            yield f"cell {cell.id} has no prose before it"


def stays_at_home(notebook: Notebook) -> Iterator[str]:
    """No magics, no installing, no network, no path of one machine."""
    forbidden = {
        "a magic or shell command": r"^\s*[%!]|^\s*\?|\?\s*$|get_ipython",
        "pip": r"\bpip\b",
        "the network": r"\b(requests|urllib|http\.client|socket|urlopen|wget|curl)\b",
    }
    machine = r"(?<![\w.:/])/(home|Users|root|tmp|usr|opt|var|mnt|work)/|\b[A-Z]:\\\\?\w"
    for cell in notebook.code:
        for what, pattern in forbidden.items():
            if re.search(pattern, cell.source, re.M):
                yield f"cell {cell.id} uses {what}"
        if re.search(machine, cell.source):
            yield f"cell {cell.id} names an absolute path"
    for cell, output in notebook.outputs:
        for text in _texts(output):
            if re.search(machine, text):
                yield f"an output of cell {cell.id} shows an absolute path"


def shows_clean_outputs(notebook: Notebook) -> Iterator[str]:
    """No standard error, errors, addresses, nor more digits than another machine prints."""
    yield from complaints(notebook.content)
    for cell, output in notebook.outputs:
        if output.output_type == "error" and "raises-exception" not in cell.metadata.get(
            "tags", []
        ):
            yield f"cell {cell.id} ends in {output.ename}"
        for text in _texts(output):
            if re.search(r"\b0x[0-9a-f]{6,}", text):
                yield f"an output of cell {cell.id} shows an object's address"
            for number in re.findall(r"(?<![\w.])\d+\.\d+", text):
                if len(number.replace(".", "").lstrip("0")) > 7:
                    yield f"cell {cell.id} prints {number}: too many digits to hold everywhere"
    ignoring = [
        c.id for c in notebook.code for t in c.metadata.get("tags", []) if t in IGNORING_TAGS
    ]
    if len(ignoring) > 1:
        yield f"keeps the outputs of {', '.join(ignoring)} from being compared; one is allowed"


def describes_its_pictures(notebook: Notebook) -> Iterator[str]:
    for cell, output in notebook.outputs:
        data = output.get("data", {})
        if "image/png" in data or "image/svg+xml" in data:
            alt = data.get("text/plain", "")
            if len(alt) < 20 or alt.startswith("<"):
                yield f"a picture of cell {cell.id} has no description in its text/plain: {alt!r}"
    for cell in notebook.prose:
        if re.search(r"!\[\s*\]\(|<img(?![^>]*\balt=\"[^\"]+\")", cell.source):
            yield f"a picture in cell {cell.id} has no alternative text"


def links_to_what_exists(notebook: Notebook) -> Iterator[str]:
    for cell in notebook.prose:
        for text, target in re.findall(r"\[([^\]]*)\]\(([^)\s]+)[^)]*\)", cell.source):
            if text.strip().lower() in ("here", "this", "link", "click here"):
                yield f"cell {cell.id} has a link that says only {text!r}"
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            there = notebook.path.parent / file if file else notebook.path
            if not there.exists():
                yield f"cell {cell.id} links to {target}, which does not exist"
            elif anchor and there.suffix == ".ipynb":
                other = notebook if there == notebook.path else Notebook.read(there)
                if anchor not in _anchors(other):
                    yield f"cell {cell.id} links to {target}, and there is no such heading"


def has_its_blocks_in_order(notebook: Notebook) -> Iterator[str]:
    """Every cell belongs to a block; hook first, exit last; nothing required is missing."""
    blocks = [block(cell) for cell in notebook.cells]
    for cell in notebook.cells:
        if sum(tag in BLOCKS for tag in cell.metadata.get("tags", [])) != 1:
            yield f"cell {cell.id} needs exactly one tag out of {' '.join(BLOCKS)}"
    exempt = ("recall",) if notebook.number == "0.1" else ()
    for name in REQUIRED:
        if name not in blocks and name not in exempt:
            yield f"has no block {name}"
    if blocks[0] != "hook" or "hook" in blocks[_end(blocks, "hook") :]:
        yield "must start with the block hook, in one piece"
    if blocks[-1] != "exit" or "exit" in blocks[: -_end(blocks[::-1], "exit")]:
        yield "must end with the block exit, in one piece"
    if notebook.number != "0.1" and len(set(FURTHER) & set(blocks)) < 2:
        yield f"needs at least two of {' '.join(FURTHER)}"


def does_what_its_blocks_promise(notebook: Notebook) -> Iterator[str]:
    for name in {block(cell) for cell in notebook.cells} & CALLS.keys():
        code = "\n".join(cell.source for cell in notebook.code if block(cell) == name)
        if CALLS[name] not in code:
            yield f"has a block {name} that never calls {CALLS[name]}...)"
    hook = "\n".join(cell.source for cell in notebook.cells if block(cell) == "hook")
    if f'lesson = nl.lesson("{notebook.number}")' not in hook:
        yield f'has no line lesson = nl.lesson("{notebook.number}") in its hook'
    if "minutes" not in hook:
        yield "does not say in its hook how many minutes it takes"
    source = notebook.cells[0].source
    if launch.linked(source, notebook.path, launch.repository()) != source:
        yield LINK_IS_OLD


def lets_the_learner_act_soon(notebook: Notebook) -> Iterator[str]:
    words = 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            words += len(cell.source.split())
        elif re.search(r"lesson\.predict\(|nl\.explore\(", cell.source):
            break
    if words > WORDS_BEFORE_FIRST_INTERACTION:
        yield f"has {words} words before the learner does anything; 90 seconds are about 300"


def can_become_an_assignment(notebook: Notebook) -> Iterator[str]:
    """Build cells carry nbgrader's schema 3: the exercise is a solution, the check a grade."""
    keys = {"schema_version", "grade_id", "grade", "solution", "locked", "task"}
    marked = [
        (cell, cell.metadata["nbgrader"]) for cell in notebook.code if "nbgrader" in cell.metadata
    ]
    ids = [data.get("grade_id") for _, data in marked]
    for cell, data in marked:
        if not keys <= set(data) or data["schema_version"] != 3:
            yield f"cell {cell.id} needs nbgrader's keys of schema 3: {' '.join(sorted(keys))}"
        elif ids.count(data["grade_id"]) > 1:
            yield f"cell {cell.id} shares its grade_id {data['grade_id']!r} with another"
        elif data["grade"] and not data.get("points"):
            yield f"cell {cell.id} is graded and has no points"
    builds = [(cell, data) for cell, data in marked if block(cell) == "build"]
    for role in ("solution", "grade"):
        if not any(data.get(role) for _, data in builds):
            yield f"has no build cell whose nbgrader metadata say {role}"


RULES: list[Rule] = [
    is_in_normal_form,
    has_one_title_and_ordered_headings,
    has_short_cells_with_prose_before,
    stays_at_home,
    shows_clean_outputs,
    describes_its_pictures,
    links_to_what_exists,
]
LESSON_RULES: list[Rule] = [
    *RULES,
    has_its_blocks_in_order,
    does_what_its_blocks_promise,
    lets_the_learner_act_soon,
    can_become_an_assignment,
]


def problems(path: Path) -> list[str]:
    """Everything that is wrong with one notebook."""
    notebook = Notebook.read(path)
    rules = LESSON_RULES if notebook.number else RULES
    return [problem for rule in rules for problem in rule(notebook)]


def _texts(output: Any) -> list[str]:
    """What a reader sees of an output, as text."""
    if output.output_type == "stream":
        return [output.text]
    data = output.get("data", {})
    return [
        str(data[mime]) for mime in ("text/plain", "text/html", "text/markdown") if mime in data
    ]


def _anchors(notebook: Notebook) -> set[str]:
    """What a link may name after #: Jupyter and GitHub turn spaces of headings into hyphens."""
    titles = [title.strip() for _, title in notebook.headings]
    lower = [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]
    named = re.findall(r"<a (?:id|name)=\"([^\"]+)\"", "\n".join(c.source for c in notebook.prose))
    return {title.replace(" ", "-") for title in titles} | set(lower) | set(named)


def _end(blocks: list[str], name: str) -> int:
    """How many blocks at the front are `name`."""
    return next((i for i, found in enumerate(blocks) if found != name), len(blocks))
