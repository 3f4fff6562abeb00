"""Run chapters and store their outputs in normal form: `python3 run.py execute [NOTEBOOKS]`.

A notebook in normal form changes only where its meaning changes: no timestamps, ids that name a
cell's block, counts from 1, no state of widgets (each is kept as its picture and text, so that
readers on the web see it), keys in order. Running twice gives the same bytes. This lives beside the
rules for notebooks, since both are tools of whoever writes lessons and no part of the library.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tests.notebooks import launch
from tests.notebooks.fresh_home import empty_homes

CHAPTERS = Path(__file__).resolve().parents[2] / "chapters"
LIMIT_KB = 500
WIDGET = "application/vnd.jupyter.widget-view+json"
KEPT_CELL_METADATA = ("jupyter", "nbgrader", "tags")
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}
BLOCKS = (
    *("hook", "predict", "explore", "explain", "build", "recall", "exit"),
    *("reproduce", "trust", "break", "mystery"),
)


def notebooks(below: Path = CHAPTERS) -> list[Path]:
    """All chapters, in the order in which they are read."""
    return sorted(path for path in below.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)


def block(cell: Any) -> str:
    """The block of a lesson that a cell belongs to, by its tags; "cell" if it has none."""
    return next((tag for tag in cell.metadata.get("tags", []) if tag in BLOCKS), "cell")


def run(path: Path, timeout: int = 120) -> Any:
    """Run a notebook in a fresh kernel and an empty home; the notebook with its new outputs."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory(
        prefix="neurolab-execute-", ignore_cleanup_errors=True
    ) as home:
        client = NotebookClient(
            notebook,
            timeout=timeout,
            kernel_name="python3",
            extra_arguments=["--IPKernelApp.log_level=ERROR"],
            resources={"metadata": {"path": str(path.parent)}},
        )
        client.execute(env={**os.environ, **empty_homes(Path(home))})
    return notebook


def normalise(notebook: Any) -> Any:
    """The same notebook in normal form."""
    cells, seen = [], Counter[str]()
    for cell in notebook.cells:
        name = block(cell)
        seen[name] += 1
        new = {
            "id": f"{name}-{seen[name]}",
            "cell_type": cell.cell_type,
            "metadata": {
                key: cell.metadata[key] for key in KEPT_CELL_METADATA if key in cell.metadata
            },
            "source": cell.source,
        }
        if cell.cell_type == "code":
            seen["code cell"] += 1
            new["execution_count"] = seen["code cell"]
            new["outputs"] = list(_outputs(cell.outputs, seen["code cell"]))
        cells.append(new)
    return nbformat.from_dict(
        {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    )


def _outputs(outputs: Iterable[Any], count: int) -> Iterable[dict[str, Any]]:
    """The outputs of one cell: streams in one piece, widgets as their pictures."""
    stream: dict[str, Any] | None = None
    for output in outputs:
        if output.output_type == "stream":
            if stream and stream["name"] == output.name:  # the kernel cuts streams where it likes
                stream["text"] += output.text
                continue
            stream = {"output_type": "stream", "name": output.name, "text": output.text}
            yield stream
            continue
        stream = None
        if output.output_type == "error":
            yield dict(output)
            continue
        new = {
            "output_type": output.output_type,
            "data": {mime: data for mime, data in output.data.items() if mime != WIDGET},
            "metadata": {
                mime: data for mime, data in output.get("metadata", {}).items() if mime != WIDGET
            },
        }
        if output.output_type == "execute_result":
            new["execution_count"] = count
        if new["data"]:
            yield new


def as_text(notebook: Any) -> str:
    """The file's content."""
    return str(nbformat.writes(notebook, version=4, sort_keys=True)).rstrip("\n") + "\n"


def complaints(notebook: Any) -> list[str]:
    """What a run showed that no chapter may show: standard error."""
    return [
        f"cell {cell.id} writes to standard error: {output.text.strip()[:200]}"
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stderr"
    ]


def main(arguments: list[str]) -> int:
    """Execute the notebooks named, or all; say how long each took and how large it is."""
    status = 0
    for path in [Path(argument).resolve() for argument in arguments] or notebooks():
        start = time.monotonic()
        name = path.relative_to(CHAPTERS) if path.is_relative_to(CHAPTERS) else path
        try:
            notebook = normalise(run(path))
            launch.link(notebook, path, launch.repository())
        except CellExecutionError as error:
            print(f"{name}: FAILED\n{error}")
            status = 1
            continue
        text = as_text(notebook)
        size = len(text.encode()) / 1000
        problems = complaints(notebook)
        if size > LIMIT_KB:
            problems.append(
                f"{size:.0f} kB, and {LIMIT_KB} are allowed: show fewer or smaller figures"
            )
        changed = text != path.read_text(encoding="utf-8")
        if changed:
            path.write_text(text, encoding="utf-8", newline="\n")
        seconds = time.monotonic() - start
        print(
            f"{name}: {seconds:.1f} s, {size:.0f} kB{', new outputs' if changed else ''}",
            flush=True,
        )
        for problem in problems:
            print(f"  {problem}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
